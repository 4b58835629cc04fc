import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import { type Connection, PAGE } from './connection.ts';
import { findRoots } from './roots.ts';
import { type Comment, commentSchema, problemsOf, readList } from './shapes.ts';

/** A comment may become visible a moment after one with a higher id. */
const OVERLAP_MS = 5 * 60_000;
/** Pages are counted from the newest comment, so each deletion meanwhile moves one out of sight: pages overlap by this. */
const SHARED = 10;
/** Pages of one read, about 900 comments. */
const MAX_PAGES = 10;
/** Delivered comments that are watched for being deleted: what one more request can ask about. */
const MAX_RECENT = PAGE;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  /** Everything up to this id was read; null before the first poll ended. */
  anchor: z.number().nullable(),
  /** What a flood left to be read. */
  rest: z.object({ offset: z.number(), until: z.number().nullable() }).nullable().catch(null),
  recent: z.array(z.number()).max(10_000).catch([]),
});
type Cursor = z.output<typeof cursorSchema>;

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

interface ReadComments {
  readonly comments: readonly Comment[];
  readonly dropped: readonly Dropped[];
  readonly rest: Cursor['rest'];
  /** Nothing the site shows is older than these. */
  readonly complete: boolean;
}

/** Comments from the newest down to those of the last poll; by ids, because approval makes old dates turn up late. */
async function readDown(connection: Connection, cursor: Cursor, signal: AbortSignal): Promise<ReadComments> {
  const { until } = cursor.rest ?? { until: cursor.anchor };
  const comments = new Map<number, Comment>();
  const dropped = new Map<string, Dropped>();
  let offset = cursor.rest?.offset ?? 0;
  const result = (rest: Cursor['rest'], complete: boolean): ReadComments => ({
    comments: [...comments.values()],
    dropped: [...dropped.values()],
    rest,
    complete,
  });
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const params = { ...connection.listing(), orderby: 'id', order: 'desc', per_page: PAGE, offset };
    const { json, total } = await connection.api.call('/wp/v2/comments', { params, signal });
    const broken: Dropped[] = [];
    const page = readList(json, commentSchema, broken);
    for (const comment of page) comments.set(comment.id, comment);
    for (const drop of broken) dropped.set(drop.id ?? drop.why, drop);
    const reached = until !== null && page.some((comment) => comment.id <= until);
    const tooOld = page.length > 0 && page.every((comment) => comment.date_gmt < cursor.since);
    // Without the header a page that is not full is the last one; comments we may not see leave gaps in it.
    const last = total === null ? page.length + broken.length < PAGE : offset + PAGE >= total;
    if (reached || tooOld || last) return result(null, last);
    offset += PAGE - SHARED;
  }
  return result({ offset, until }, false);
}

/** Everything that was written or approved since the cursor, and what is gone of the newest. */
export function createPoller(connection: Connection) {
  const { api, clock, config, memory } = connection;
  const once = createOnce();

  /** Of the comments delivered lately those that the site no longer shows: deleted, spam, or unapproved. One request at most. */
  async function missing(
    recent: readonly number[],
    got: ReadComments,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const seen = new Set([...got.comments.map(({ id }) => String(id)), ...got.dropped.map(({ id }) => id)]);
    const unseen = recent.filter((id) => !seen.has(String(id))).slice(0, PAGE);
    // Those below the pages that were read are merely older.
    const lowest = Math.min(...got.comments.map(({ id }) => id));
    const suspect = got.complete ? unseen : unseen.filter((id) => id > lowest);
    if (suspect.length === 0) return [];
    const params = { ...connection.listing(), include: suspect, per_page: PAGE };
    const { json } = await api.call('/wp/v2/comments', { params, signal });
    const there = new Set(readList(json, commentSchema, []).map(({ id }) => id));
    return suspect.filter((id) => !there.has(id));
  }

  function toPosts(
    comments: readonly Comment[],
    roots: ReadonlyMap<number, number>,
    dropped: Dropped[],
  ): readonly Post[] {
    return comments.flatMap((comment) => {
      try {
        return [connection.toPost(comment, roots.get(comment.id) ?? comment.id)];
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        dropped.push({ id: String(comment.id), why: problemsOf(error) });
        return [];
      }
    });
  }

  function nextCursor(cursor: Cursor, got: ReadComments, recent: readonly number[]): Cursor {
    const order = got.comments.toSorted((a, b) => b.id - a.id);
    const settled = order.find((comment) => comment.date_gmt <= clock.now() - OVERLAP_MS)?.id ?? 0;
    // A flood of the last minutes is not read again and again.
    const newest = Math.max(settled, order[PAGE - 1]?.id ?? 0);
    return {
      ...cursor,
      anchor: cursor.rest || newest === 0 ? cursor.anchor : Math.max(cursor.anchor ?? 0, newest),
      rest: got.rest,
      recent: [...recent].sort((a, b) => b - a).slice(0, MAX_RECENT),
    };
  }

  return async function poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
    await connection.session(signal);
    const cursor = readCursor(raw) ?? {
      v: 1,
      since: clock.now() - config.lookback,
      anchor: null,
      rest: null,
      recent: [],
    };
    const got = await readDown(connection, cursor, signal);
    const wanted = got.comments.filter(
      (comment) => comment.date_gmt >= cursor.since && (comment.type === '' || comment.type === 'comment'),
    );
    const delivered = new Set(cursor.recent);
    const fresh = wanted.filter((comment) => !delivered.has(comment.id));
    const roots = await findRoots(connection, wanted, signal);
    if (connection.current()?.me)
      await connection.lookAtArticles(
        fresh.map((comment) => comment.post),
        signal,
      );
    const gone = cursor.rest ? [] : await missing(cursor.recent, got, signal);
    const dropped = [...got.dropped];
    const posts = toPosts(wanted, roots, dropped);
    await memory.save();
    const recent = new Set([...cursor.recent, ...wanted.map((comment) => comment.id)]);
    for (const id of gone) recent.delete(id);
    return {
      posts,
      cursor: JSON.stringify(nextCursor(cursor, got, [...recent]) satisfies Cursor),
      more: got.rest !== null,
      dropped: once(dropped),
      deleted: gone.map(String),
    };
  };
}
