import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { AuthError } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import { type Connection, isGone, isPublic } from './connection.ts';
import type { Numbers } from './numbers.ts';
import { type ReadPosts, readDown } from './pages.ts';
import type { Places } from './places.ts';
import { type DiscoursePost, latestTopicsSchema, problemsOf, read, readList, topicSchema } from './shapes.ts';

/** Posts may become visible a moment after ones with a higher id: what is younger is read again … */
const OVERLAP_MS = 5 * 60_000;
/** … but no more than one page of it. */
const OVERLAP_POSTS = 50;
/** Ids of delivered posts that are watched for being deleted. */
const MAX_RECENT = 200;
/** Missing posts looked at in one poll, and posts asked for their number: a poll must stay far below 60 requests. */
const MAX_LOOKS = 5;
const MAX_ASKED = 10;
const MAX_TOPICS_ASKED = 10;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  /** Everything up to this id was read, when it was older than the overlap; null before the first poll ended. */
  anchor: z.number().nullable(),
  /** The highest id seen. */
  top: z.number().catch(0),
  /** What a flood left to be read. */
  rest: z.object({ before: z.number(), until: z.number().nullable() }).nullable().catch(null),
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

/** Everything that was written since the cursor, what was changed among the newest, and what is gone of it. */
export function createPoller(connection: Connection, numbers: Numbers, places: Places) {
  const { api, clock, config, topics } = connection;
  const once = createOnce();

  /** Whether the topics of new posts are closed, and their tags: one request, and few more where tags decide. */
  async function readTopics(fresh: readonly DiscoursePost[], signal: AbortSignal): Promise<void> {
    if (fresh.length === 0 || (config.key === undefined && config.tags.length === 0)) return;
    const answer = await api.call('/latest.json', { params: { order: 'activity' }, signal });
    const listed = readList(read(latestTopicsSchema, answer).topic_list.topics, topicSchema, []);
    for (const topic of listed) topics.note(topic);
    if (config.tags.length === 0) return;
    const unknown = new Set(fresh.map((post) => post.topic_id).filter((id) => !topics.get(id)));
    for (const id of [...unknown].slice(0, MAX_TOPICS_ASKED)) await places.lookUp(id, signal);
  }

  /** Which of the posts delivered lately the forum no longer shows, and which it still must be asked about. */
  async function missing(recent: readonly number[], got: ReadPosts, signal: AbortSignal) {
    const seen = new Map(got.posts.map((post) => [post.id, post]));
    const broken = new Set(got.dropped.map((drop) => drop.id));
    const gone = recent.filter((id) => {
      const post = seen.get(id);
      return post !== undefined && isGone(post);
    });
    const { lowest } = got;
    const unseen = recent.filter(
      (id) => lowest !== null && id >= lowest && !seen.has(id) && !broken.has(String(id)),
    );
    const looked = unseen.slice(0, MAX_LOOKS);
    for (const id of looked) {
      // An unlisted topic also leaves the list, and is not gone.
      if (!(await stillThere(String(id), signal))) gone.push(id);
    }
    return { gone, settled: new Set([...gone, ...looked]) };
  }

  async function stillThere(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      return (await connection.look(id, signal)) !== null;
    } catch (error) {
      // The list was just given to us, so the key is good: this post alone is no longer for us.
      if (error instanceof AuthError) return false;
      throw error;
    }
  }

  async function toPosts(
    wanted: readonly DiscoursePost[],
    known: readonly DiscoursePost[],
    dropped: Dropped[],
    signal: AbortSignal,
  ): Promise<Post[]> {
    const posts: Post[] = [];
    let asked = 0;
    for (const post of wanted) {
      const answered = await numbers.answeredBy(post, known, asked < MAX_ASKED, signal);
      if (answered.asked) asked++;
      try {
        posts.push(connection.toPost(post, { replyTo: answered.id }));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        dropped.push({ id: String(post.id), why: problemsOf(error) });
      }
    }
    return posts;
  }

  function nextCursor(cursor: Cursor, got: ReadPosts, recent: readonly number[]): Cursor {
    const order = got.posts.toSorted((a, b) => b.id - a.id);
    const settled = order.find((post) => post.created_at <= clock.now() - OVERLAP_MS)?.id ?? 0;
    const newest = Math.max(settled, order[OVERLAP_POSTS - 1]?.id ?? 0);
    return {
      ...cursor,
      // While a flood is read downwards the anchor is already that of its top.
      anchor: cursor.rest || newest === 0 ? cursor.anchor : Math.max(cursor.anchor ?? 0, newest),
      top: Math.max(cursor.top, order[0]?.id ?? 0),
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
      top: 0,
      rest: null,
      recent: [],
    };
    const { since } = cursor;
    const stretch = cursor.rest ?? { before: null, until: cursor.anchor };
    const got = await readDown(api, { ...stretch, since }, signal);
    places.saw(got.posts);

    const live = got.posts.filter((post) => post.created_at >= since && !isGone(post) && isPublic(post));
    const fresh = live.filter((post) => cursor.rest !== null || post.id > cursor.top);
    await readTopics(fresh, signal);
    await numbers.remember(fresh);
    const { gone, settled } = cursor.rest
      ? { gone: [], settled: new Set<number>() }
      : await missing(cursor.recent, got, signal);
    const wanted = live.filter((post) => places.wants(post));
    const dropped = [...got.dropped];
    const posts = await toPosts(wanted, got.posts, dropped, signal);
    await topics.save();

    const recent = new Set([...cursor.recent, ...wanted.map((post) => post.id)]);
    for (const id of settled) recent.delete(id);
    return {
      posts,
      cursor: JSON.stringify(nextCursor(cursor, got, [...recent]) satisfies Cursor),
      more: got.rest !== null,
      dropped: once(dropped),
      deleted: gone.map(String),
    };
  };
}
