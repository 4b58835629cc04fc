import type { Measure } from './reply.ts';

/** Something about a draft that a person may want to change before it is public. */
export interface Remark {
  /** Stable: `pitch`, `press-release`, `canned-apology`, `shouting`, `links`, `tags`, `promise`, `blame`, `name`, `out-of-context`, `language`, `length`. */
  readonly code: string;
  /** Why, in words. */
  readonly text: string;
  /** A kinder wording, where there is one. */
  readonly kinder: string | null;
}

/** What a draft answers, as far as it matters. All null for a post of our own. */
export interface LintContext {
  /** What the person said. */
  readonly said: string | null;
  readonly name: string | null;
  readonly handle: string | null;
  /** BCP 47 tag of their post, as the network gave it. */
  readonly lang: string | null;
  /** How the network would count the draft; null where it cannot be sent from here. */
  readonly measure: Measure | null;
}

/** Remarks on a draft; empty when there is nothing to say. Pure and quick. */
export function lint(_draft: string, context: LintContext): readonly Remark[] {
  const { measure } = context;
  if (!measure?.problem) return [];
  return [{ code: 'length', text: measure.problem, kinder: null }];
}
