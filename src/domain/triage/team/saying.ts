import type { DismissReason, ItemEvent } from '../../item.ts';

/** What people's acts said of an item last. */
export type Saying = 'wanted' | 'unwanted';

/** What is learnt of one act. */
export interface Said {
  readonly saying: Saying;
  /** 1 is a plain click. */
  readonly weight: number;
}

/** Acts by which somebody takes it, or by which it was answered. */
const TAKES: ReadonlySet<ItemEvent['type']> = new Set([
  'claim',
  'assign',
  'sent',
  'mark-answered',
  'answered-on-network',
]);
/** Acts that may teach. */
export const TEACHING: readonly ItemEvent['type'][] = [
  'claim',
  'assign',
  'sent',
  'mark-answered',
  'answered-on-network',
  'dismiss',
  'reopen',
];

/**
 * Why nobody answered, as far as it speaks of what the team wants to see: “not about us” and “spam” plainly do. “No answer
 * needed” does a little: it was for us, and yet nothing to do. “Handled elsewhere” and “duplicate” say that somebody cared,
 * and “other” says nothing: none of these teaches.
 */
const DISMISSED: Readonly<Partial<Record<DismissReason, number>>> = {
  'not-relevant': 1.5,
  spam: 1.5,
  'no-answer-needed': 0.4,
};

/**
 * What an act says of its item, if it says anything new: an item that was claimed and then answered teaches once. What
 * was said before is taken back by what is said later, as strongly: a dismissal by a reopening, a claim by a dismissal.
 *
 * @param before what was learnt of this item last
 */
export function saidBy(
  event: { readonly type: ItemEvent['type']; readonly reason: string | null },
  before: Saying | null,
): Said | null {
  const saying = (next: Saying, weight: number): Said | null =>
    before === next ? null : { saying: next, weight };
  if (TAKES.has(event.type)) return saying('wanted', before === 'unwanted' ? 1.5 : 1);
  if (event.type === 'reopen') return saying('wanted', before === 'unwanted' ? 1.5 : 1);
  if (event.type !== 'dismiss') return null;
  const weight = Object.hasOwn(DISMISSED, event.reason ?? '')
    ? DISMISSED[event.reason as DismissReason]
    : undefined;
  if (weight === undefined || (weight < 1 && before === 'wanted')) return null;
  return saying('unwanted', weight);
}
