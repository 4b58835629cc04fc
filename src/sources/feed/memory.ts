import { z } from 'zod';
import { saidSchema } from './edits.ts';
import { shortHash } from './markup.ts';

const hashes = z.array(z.string().max(16)).max(2_000);

const memorySchema = z.object({
  v: z.literal(1),
  /** Hash of the configured address: another address begins anew. */
  url: z.string(),
  /** When the feed was last asked with success, epoch milliseconds. */
  at: z.number(),
  /** Entries written before this (first connection minus look-back) ... */
  since: z.number(),
  /** ... and before the oldest entry the feed showed then can only be old ones that slid back into its window. */
  floor: z.number(),
  /**
   * Entries that were delivered, or too old at the first connection; newest first. Posts and cursor are committed
   * together, so what is in here need not be delivered again. When a document holds none of them, some were missed.
   */
  seen: hashes,
  said: saidSchema.default({}),
  /** Entries that were reported as broken. */
  broken: hashes,
  etag: z.string().nullable(),
  modified: z.string().nullable(),
  /** Until when "not modified" is believed, epoch milliseconds. */
  trustUntil: z.number(),
  /** Where the feed has moved for good. */
  movedTo: z.string().nullable(),
});

/** What is remembered between two polls: the cursor. */
export type Memory = z.output<typeof memorySchema>;

/** The memory in a cursor; null when there is none, it is damaged, or it belongs to another address. */
export function recall(cursor: string | null, url: string): Memory | null {
  if (cursor === null || cursor.length > 200_000) return null;
  try {
    const memory = memorySchema.parse(JSON.parse(cursor));
    return memory.url === shortHash(url) ? memory : null;
  } catch {
    return null;
  }
}

/** A memory as a cursor. */
export function toCursor(memory: Memory): string {
  return JSON.stringify(memory);
}
