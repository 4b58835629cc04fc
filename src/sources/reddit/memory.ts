import { z } from 'zod';

const MAX_SEEN = 3_000;
const MAX_WATCHED = 1_000;

const VIAS = ['mention', 'reply', 'comment', 'keyword', 'share'] as const;

const memorySchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted (first poll minus look-back), epoch seconds. */
  since: z.number(),
  /** When the last poll began, epoch seconds; null before the first. */
  at: z.number().nullable(),
  /** When a poll last read far back, epoch seconds. */
  deepAt: z.number(),
  /** Delivered, or reported as broken; newest last. */
  seen: z.array(z.string().max(60)).max(6_000),
  /** Delivered posts that are looked at again, the next to look at first; `via` null for a thread that is only watched for locks. */
  watched: z
    .array(
      z.object({
        id: z.string().max(30),
        at: z.number(),
        via: z.enum(VIAS).nullable(),
        edited: z.number().nullable(),
      }),
    )
    .max(4_000),
  shut: z.array(z.tuple([z.string(), z.enum(['locked', 'archived', 'unrepliable'])])).max(2_000),
});

/** What is remembered between two polls: the cursor. */
export type Memory = z.output<typeof memorySchema>;
export type Watched = Memory['watched'][number];

/** The memory in a cursor; null when there is none or it is damaged. */
export function recall(cursor: string | null): Memory | null {
  if (cursor === null || cursor.length > 1_000_000) return null;
  try {
    return memorySchema.parse(JSON.parse(cursor));
  } catch {
    return null;
  }
}

/** A memory as a cursor. */
export function toCursor(memory: Memory): string {
  return JSON.stringify({
    ...memory,
    seen: memory.seen.slice(-MAX_SEEN),
    // The newest matter most: their authors still edit and delete.
    watched: newest(memory.watched),
  } satisfies Memory);
}

function newest(watched: readonly Watched[]): Watched[] {
  if (watched.length <= MAX_WATCHED) return [...watched];
  const kept = new Set([...watched].sort((a, b) => b.at - a.at).slice(0, MAX_WATCHED));
  return watched.filter((one) => kept.has(one));
}
