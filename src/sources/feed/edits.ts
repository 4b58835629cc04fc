import { z } from 'zod';
import type { Entry } from './entry.ts';
import { shortHash } from './markup.ts';

/** Delivered entries whose words are remembered: more than a feed shows. */
const MAX_SAID = 300;
/** What changes more often is no edit of its author: a counter, an advertisement, “three hours ago”. */
const MAX_CHANGES = 20;

/** What delivered entries said, by the hash of their id, newest last: the words, the publisher's time of change, how often they changed. */
export const saidSchema = z
  .record(z.string().max(16), z.tuple([z.string().max(16), z.number().nullable(), z.number()]))
  .catch({});
export type Said = z.output<typeof saidSchema>;

function wordsOf({ title, content }: Entry): string {
  return shortHash(`${title.value}\n${content.value}`);
}

export function says(entry: Entry): Said[string] {
  return [wordsOf(entry), entry.updated, 0];
}

/**
 * Whether a delivered entry has other words now; null when it has not. By the words and not by the publisher's time,
 * which many move without a reason: that counts as the time of the edit only when it moved together with them.
 */
export function changed(
  entry: Entry,
  before: Said[string] | undefined,
): { readonly said: Said[string]; readonly editedAt: number | null } | null {
  if (!before) return null;
  const [words, updated, changes] = before;
  const now = wordsOf(entry);
  if (now === words || changes >= MAX_CHANGES) return null;
  const moved = entry.updated !== null && entry.updated > (updated ?? entry.date ?? Number.POSITIVE_INFINITY);
  return { said: [now, entry.updated, changes + 1], editedAt: moved ? entry.updated : null };
}

/** The newest of them. */
export function newestSaid(said: Said): Said {
  return Object.fromEntries(Object.entries(said).slice(-MAX_SAID));
}
