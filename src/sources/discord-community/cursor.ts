import { z } from 'zod';
import { isNewer, newest, snowflake } from './ids.ts';

/** Delivered messages of one place that are watched for changes: those on its newest page. */
export const MAX_RECENT = 100;
/** In a thread fewer: there are many of them. */
export const MAX_RECENT_THREAD = 25;
const MAX_THREADS = 150;
const MAX_LOCKED = 300;

/** `id`, or `id:editedAt` for a message that was changed. */
const recentSchema = z.string().regex(/^\d{1,20}(?::\d{1,15})?$/);
const placeSchema = z.object({
  /** Everything up to here was read. */
  last: snowflake,
  recent: z.array(recentSchema).max(1_000).catch([]),
});
const threadSchema = placeSchema.extend({
  /** Messages in the thread when it was last read: fewer means that some were deleted. Null: it has to be read. */
  count: z.number().nullable().catch(null),
});
export type PlaceState = z.output<typeof placeSchema>;
export type ThreadState = z.output<typeof threadSchema>;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  /** When the list of active threads was last read, epoch milliseconds. */
  polledAt: z.number(),
  /** When the lists of archived threads were last read. */
  sweptAt: z.number(),
  places: z.record(snowflake, placeSchema).catch({}),
  threads: z.record(snowflake, threadSchema).catch({}),
  /** Threads in which nobody may write. */
  locked: z.array(snowflake).max(10_000).catch([]),
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

/** The cursor as text, bounded: threads that were quiet longest are forgotten first. */
export function writeCursor(cursor: Cursor): string {
  const threads = Object.entries(cursor.threads).sort(([, a], [, b]) => {
    // What still has to be read must not be forgotten.
    if ((a.count === null) !== (b.count === null)) return a.count === null ? -1 : 1;
    return a.last === b.last ? 0 : isNewer(a.last, b.last) ? -1 : 1;
  });
  return JSON.stringify({
    ...cursor,
    threads: Object.fromEntries(
      threads.filter(([, state], index) => state.count === null || index < MAX_THREADS),
    ),
    locked: cursor.locked.slice(-MAX_LOCKED),
  } satisfies Cursor);
}

/** What is remembered of delivered messages, by id: when each was last changed, 0 for never. */
export function recentOf(state: PlaceState): Map<string, number> {
  return new Map(
    state.recent.map((entry) => {
      const [id = '', edited = '0'] = entry.split(':');
      return [id, Number(edited)];
    }),
  );
}

/** The newest `limit` of them. */
export function packRecent(recent: ReadonlyMap<string, number>, limit: number): string[] {
  return [...recent]
    .sort(([a], [b]) => (newest(a, b) === a ? -1 : 1))
    .slice(0, limit)
    .map(([id, edited]) => (edited === 0 ? id : `${id}:${edited}`));
}
