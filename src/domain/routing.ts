import { z } from 'zod';
import { type Post, readableText } from './post.ts';
import { KINDS, type Verdict } from './triage/verdict.ts';
import { findWord } from './words.ts';

const VIAS = ['mention', 'reply', 'quote', 'follow', 'comment', 'keyword', 'share', 'message'] as const;

/** A channel of a chat, as potluck.yaml names it. */
export const placeName = z
  .string()
  .regex(/^[a-z]+:[^\s:]{1,100}$/, 'must be chat:channel, for instance web:product or slack:C0123456789');

/** One rule of `routes` in potluck.yaml: all conditions of `when` must hold. */
export const ruleSchema = z.strictObject({
  when: z
    .strictObject({
      /** Any of these kinds. */
      kinds: z.array(z.enum(KINDS)).min(1).optional(),
      /** Any of these source names. */
      sources: z.array(z.string()).min(1).optional(),
      /** Any of these words or phrases, as whole words, in any case. */
      words: z.array(z.string().trim().min(1)).min(1).optional(),
      /** Any of these languages, by their BCP 47 primary tag: `de` matches `de-AT`. */
      languages: z.array(z.string().trim().min(2)).min(1).optional(),
      /** How the post reached us. */
      via: z.array(z.enum(VIAS)).min(1).optional(),
      minPriority: z.number().int().min(0).max(100).optional(),
    })
    .default({}),
  /** Where the card goes: `slack:C0123456789`, `web:product`. */
  to: z.array(placeName).min(1),
  /** Look at the rules after this one too. */
  continue: z.boolean().default(false),
});
export type Rule = z.output<typeof ruleSchema>;

/** Where a card is shown. */
export interface Place {
  readonly chat: string;
  readonly channel: string;
}

/** The web room's channels while a team has no rules of its own. */
export const DEFAULT_ROUTES: readonly Rule[] = [
  { when: { kinds: ['comparison'] }, to: ['web:product'], continue: true },
  { when: { kinds: ['complaint'] }, to: ['web:complaints'], continue: false },
  { when: { kinds: ['question'] }, to: ['web:questions'], continue: false },
  { when: { kinds: ['praise'] }, to: ['web:praise'], continue: false },
  { when: {}, to: ['web:mentions'], continue: false },
];

/**
 * The channels of an item: the first rule that fits, and those after it as long as a rule says `continue`.
 *
 * @param defaults where it goes in each chat that no rule sent it to
 */
export function route(
  verdict: Pick<Verdict, 'kinds' | 'priority'>,
  post: Post,
  rules: readonly Rule[],
  defaults: readonly Place[] = [],
): readonly Place[] {
  const places = new Map<string, Place>();
  for (const rule of rules) {
    if (!fits(rule.when, verdict, post)) continue;
    for (const name of rule.to) places.set(name, placeOf(name));
    if (!rule.continue) break;
  }
  const reached = new Set([...places.values()].map(({ chat }) => chat));
  return [...places.values(), ...defaults.filter(({ chat }) => !reached.has(chat))];
}

/** `web:product` as a place. */
export function placeOf(name: string): Place {
  const colon = name.indexOf(':');
  return { chat: name.slice(0, colon), channel: name.slice(colon + 1) };
}

function fits(when: Rule['when'], verdict: Pick<Verdict, 'kinds' | 'priority'>, post: Post): boolean {
  if (when.kinds && !when.kinds.some((kind) => verdict.kinds.includes(kind))) return false;
  if (when.sources && !when.sources.includes(post.source)) return false;
  if (when.via && !when.via.includes(post.via)) return false;
  if (when.minPriority !== undefined && verdict.priority < when.minPriority) return false;
  if (when.languages && !when.languages.some((language) => speaks(post, language))) return false;
  if (when.words && findWord(readableText(post), when.words) === null) return false;
  return true;
}

function speaks(post: Post, language: string): boolean {
  const tag = post.lang?.toLowerCase() ?? '';
  const wanted = language.toLowerCase();
  return tag === wanted || tag.startsWith(`${wanted}-`);
}
