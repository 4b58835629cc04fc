import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Entry } from './shapes.ts';

/** Fits the overlap of even a busy brand; what does not fit is delivered again, which does no harm. */
const MAX_SEEN = 2_000;
const MAX_OWN = 500;
const MAX_STORIES = 100;
const MAX_WATCHED = 500;

const ids = z.array(z.string().max(40)).max(5_000);

const memorySchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted (first poll minus look-back), epoch seconds. */
  since: z.number(),
  /** When the last poll began; null before the first. */
  at: z.number().nullable(),
  /** Delivered, each with the hash of its words, or reported as broken; newest last. */
  seen: ids,
  /** Our own posts: an answer to one of them is for us. */
  own: ids,
  /** Stories under which comments are read. */
  stories: z
    .array(
      z.object({
        id: z.string(),
        until: z.number(),
        /** Every comment, and not only answers to ours. */
        all: z.boolean(),
      }),
    )
    .max(1_000),
  /** Delivered posts that are looked at once more, for whether they still exist. */
  watched: z.array(z.object({ id: z.string(), at: z.number() })).max(2_000),
});

/** What is remembered between two polls: the cursor. */
export type Memory = z.output<typeof memorySchema>;
export type Story = Memory['stories'][number];

/** How a delivered entry is remembered: `id:hash`. */
export function seenAs(entry: Entry): string {
  const words = JSON.stringify([entry.title, entry.url, entry.html]);
  return `${entry.id}:${createHash('sha256').update(words).digest('base64url').slice(0, 8)}`;
}

/** The id of what is remembered. */
export function seenId(seen: string): string {
  return seen.split(':', 1)[0] ?? seen;
}

/** The memory in a cursor; null when there is none or it is damaged. */
export function recall(cursor: string | null): Memory | null {
  if (cursor === null || cursor.length > 500_000) return null;
  try {
    return memorySchema.parse(JSON.parse(cursor));
  } catch {
    return null;
  }
}

/** A memory as a cursor, with the oldest of every list forgotten first. */
export function toCursor(memory: Memory): string {
  return JSON.stringify({
    ...memory,
    seen: memory.seen.slice(-MAX_SEEN),
    own: memory.own.slice(-MAX_OWN),
    stories: memory.stories.slice(-MAX_STORIES),
    watched: memory.watched.slice(-MAX_WATCHED),
  } satisfies Memory);
}
