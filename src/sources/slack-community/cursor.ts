import { z } from 'zod';
import { byTime, timestamp } from './ids.ts';

/** Delivered messages of a channel that are watched for changes: those on its newest page. */
export const MAX_RECENT = 100;
export const MAX_RECENT_THREAD = 25;
const MAX_THREADS = 150;
const MAX_LOCKED = 300;

/** `ts`, or `ts:editedAt` for a message that was changed. */
const recent = z
  .array(z.string().regex(/^\d{1,12}\.\d{1,9}(?::\d{1,15})?$/))
  .max(1_000)
  .catch([]);

const threadSchema = z.object({
  /** Answers up to here were read. */
  seen: timestamp,
  /** How many there were: fewer means that some were deleted. */
  count: z.number(),
  /** Has to be read. */
  due: z.boolean(),
  recent,
});
export type ThreadState = z.output<typeof threadSchema>;

const channelSchema = z.object({
  /** Everything up to here was read. */
  last: timestamp,
  /** A way back to `last` that has not arrived yet: Slack's own cursor, where it ends, where it began. */
  walk: z
    .object({ next: z.string().max(2_000), goal: timestamp, top: timestamp })
    .nullable()
    .catch(null),
  /** A look at all threads that are followed, under way; `first` when it comes before the newest page this time. */
  sweep: z
    .object({ next: z.string().max(2_000), first: z.boolean() })
    .nullable()
    .catch(null),
  /** When such a look last began, epoch milliseconds. */
  sweptAt: z.number(),
  recent,
  threads: z.record(timestamp, threadSchema).catch({}),
});
export type ChannelState = z.output<typeof channelSchema>;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  channels: z.record(z.string(), channelSchema).catch({}),
  locked: z.array(z.string()).max(10_000).catch([]),
});
export type Cursor = z.output<typeof cursorSchema>;

/** Null for anything that is no cursor of this version. */
export function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** The cursor as text, bounded. */
export function writeCursor(cursor: Cursor): string {
  return JSON.stringify({ ...cursor, locked: cursor.locked.slice(-MAX_LOCKED) } satisfies Cursor);
}

/** Threads that begin after `border` or have to be read; of too many, those that were quiet longest are forgotten. */
export function keepThreads(
  threads: Readonly<Record<string, ThreadState>>,
  border: string,
): Record<string, ThreadState> {
  const order = Object.entries(threads)
    .filter(([ts, state]) => state.due || byTime(ts, border) >= 0)
    .sort(([, a], [, b]) => Number(b.due) - Number(a.due) || byTime(b.seen, a.seen));
  return Object.fromEntries(order.filter(([, state], index) => state.due || index < MAX_THREADS));
}

/** What is remembered of delivered messages: when each was last changed, 0 for never. */
export function recentOf(entries: readonly string[]): Map<string, number> {
  return new Map(
    entries.map((entry) => {
      const [ts = '', edited = '0'] = entry.split(':');
      return [ts, Number(edited)];
    }),
  );
}

/** The newest `limit` of them. */
export function packRecent(entries: ReadonlyMap<string, number>, limit: number): string[] {
  return [...entries]
    .sort(([a], [b]) => byTime(b, a))
    .slice(0, limit)
    .map(([ts, edited]) => (edited === 0 ? ts : `${ts}:${edited}`));
}
