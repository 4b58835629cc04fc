import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import { AuthError } from '../../errors.ts';
import { type Graph, readAs } from '../kit/meta/graph.ts';
import type { SourceLog } from '../source.ts';
import type { FacebookConfig } from './config.ts';
import { pageSchema } from './shapes.ts';

/** What a sign-in tells. */
export interface Session {
  readonly pageName: string;
  readonly url: string | null;
}

/** One Page: everything the parts of this adapter share. */
export interface Page {
  /** The source's name. */
  readonly name: string;
  readonly id: string;
  readonly graph: Graph;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  /** Signs in when that has not happened yet. */
  session(signal: AbortSignal, purpose?: 'read' | 'answer'): Promise<Session>;
  /** Asks again whose token it is; throws AuthError when it is not the Page's. */
  signIn(signal: AbortSignal, purpose?: 'read' | 'answer'): Promise<Session>;
  isOurs(authorId: string | null | undefined): boolean;
}

export function openPage(
  config: FacebookConfig,
  parts: Pick<Page, 'name' | 'graph' | 'clock' | 'cache' | 'log'>,
): Page {
  const ours = new Set([config.page, ...config.ours]);
  let known: Session | null = null;

  /** With a Page token, `/me` is the Page: https://developers.facebook.com/docs/pages-api/overview */
  async function signIn(signal: AbortSignal, purpose: 'read' | 'answer' = 'read'): Promise<Session> {
    const json = await parts.graph.call('/me', { params: { fields: 'id,name,link' }, purpose, signal });
    const me = readAs(pageSchema, json, 'the Page');
    if (me.id !== config.page)
      throw new AuthError(
        `The access token belongs to “${me.name}” (${me.id}) and not to the Page ${config.page}. A person’s token does not do: ask /me/accounts with it for the token of the Page.`,
      );
    known = { pageName: me.name, url: me.link ?? null };
    return known;
  }

  return {
    ...parts,
    id: config.page,
    current: () => known,
    session: async (signal, purpose) => known ?? signIn(signal, purpose),
    signIn,
    isOurs: (authorId) => authorId != null && ours.has(authorId),
  };
}
