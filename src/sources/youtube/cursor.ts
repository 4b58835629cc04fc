import { z } from 'zod';

/** How many answers a thread had when it was last read, and when it began. */
const threadMark = z.tuple([z.number(), z.number()]);
const listSchema = z.object({
  /** Start of the last reading that came to its end. */
  since: z.number(),
  /** Start of the last reading that went all the way down to the oldest thread that is followed. */
  deepAt: z.number(),
  /** A reading that is under way: where it goes on, how far down it goes, when it began, what it saw. */
  pass: z
    .object({
      token: z.string(),
      floor: z.number(),
      began: z.number(),
      seen: z.array(z.string()),
    })
    .nullable(),
  threads: z.record(z.string(), threadMark),
});
export type ListState = z.output<typeof listSchema>;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  from: z.number(),
  lists: z.record(z.string(), listSchema),
});
export type Cursor = z.output<typeof cursorSchema>;

/** Null for anything that is not ours: then the source begins anew, with a bounded look-back. */
export function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** Threads remembered of one list: about 20 kB. The oldest are forgotten first. */
const MAX_THREADS = 500;

/** The marks to keep: those still followed, the newest first. */
export function keepNewest(threads: ListState['threads'], oldest: number): ListState['threads'] {
  const kept = Object.entries(threads)
    .filter(([, [, at]]) => at >= oldest)
    .sort(([, [, a]], [, [, b]]) => b - a);
  return Object.fromEntries(kept.slice(0, MAX_THREADS));
}
