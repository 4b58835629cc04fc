import { z } from 'zod';

/**
 * How far the team is with a source. `listen`: everything is stored, judged and counted, and nobody is told. `plan`: the
 * same, and Potluck proposes how to go on from what it heard. `engage`: items come before the team.
 */
export const STAGES = ['listen', 'plan', 'engage'] as const;
export type Stage = (typeof STAGES)[number];

export const stageSchema = z.enum(STAGES, 'must be listen, plan or engage');

/** One source's share of what customers write. */
export interface Share {
  readonly source: string;
  readonly posts: number;
  /** 0 to 1; of no posts at all it is 0. */
  readonly share: number;
}

/** Where the customers are: most first; of equals in alphabetical order. Sources without a post are left out. */
export function shares(volumes: readonly { readonly source: string; readonly posts: number }[]): Share[] {
  const total = volumes.reduce((sum, { posts }) => sum + posts, 0);
  return volumes
    .filter(({ posts }) => posts > 0)
    .map(({ source, posts }) => ({ source, posts, share: posts / total }))
    .sort((a, b) => b.posts - a.posts || (a.source < b.source ? -1 : 1));
}
