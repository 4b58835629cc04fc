import { z } from 'zod';
import type { Keywords } from '../../domain/keywords.ts';
import type { Post } from '../../domain/post.ts';
import { messageOf, RateLimitedError } from '../../errors.ts';
import type { Memory } from '../kit/memory.ts';
import type { Batch, Dropped, SourceLog } from '../source.ts';
import {
  type FetchPage,
  feedPages,
  fetchPosts,
  isUnreadable,
  notificationPages,
  searchPages,
} from './pages.ts';
import { type Otherwise, readFollow, readPost } from './read-post.ts';
import type { Session } from './session.ts';
import { type AuthorView, type FeedItem, type PostView, whyInvalid } from './shapes.ts';
import { readStream, type StreamState, streamStateSchema } from './stream.ts';
import type { Us } from './us.ts';

/** What a poll reads besides notifications and our own feed. */
export interface PollPlan {
  readonly source: string;
  readonly search: readonly string[];
  /** Which followers are news. */
  readonly follows: 'all' | 'none' | Keywords;
  /** Other accounts of the team: handles or DIDs. */
  readonly team: readonly string[];
  readonly lookbackMs: number;
}

/** Requests a poll makes when nothing is new. */
export function requestsPerPoll(plan: Pick<PollPlan, 'search' | 'team'>): number {
  return 2 + plan.search.length + plan.team.length;
}

type Streams = Readonly<Record<string, StreamState | undefined>>;

/** What one poll has gathered so far. */
interface Gathering {
  readonly posts: Map<string, Post>;
  readonly dropped: Dropped[];
  readonly streams: Record<string, StreamState>;
  more: boolean;
  waitMs: number | undefined;
}

const FEED = 'feed';

/**
 * Makes the poll. It reads notifications, our own feed (what we answered with any client), the team's feeds and the
 * searches. The first two must succeed; of the rest, what fails waits for the next poll.
 */
export function createPoll(
  session: Session,
  plan: PollPlan,
  us: () => Us,
  log: SourceLog,
  memory: Memory,
): (cursor: string | null, now: number, signal: AbortSignal) => Promise<Batch> {
  /** Why a stream failed last time, so that it is told once. */
  const troubles = new Map<string, string>();

  return async (cursor, now, signal) => {
    const own = await session.signIn(signal);
    const before = readCursor(cursor);
    const got: Gathering = { posts: new Map(), dropped: [], streams: {}, more: false, waitMs: undefined };

    const read = async <T extends object>(name: string, fetchPage: FetchPage<T>): Promise<readonly T[]> => {
      const { fresh, state, more } = await readStream(before[name] ?? null, fetchPage, now, plan.lookbackMs);
      got.streams[name] = state;
      got.more ||= more;
      return readableOf(fresh, got);
    };
    const readIfPossible = async <T extends object>(
      name: string,
      fetchPage: FetchPage<T>,
    ): Promise<readonly T[]> => {
      const old = before[name];
      if (old) got.streams[name] = old;
      if (got.waitMs !== undefined) return [];
      try {
        const fresh = await read(name, fetchPage);
        troubles.delete(name);
        return fresh;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RateLimitedError) got.waitMs = error.retryAfterMs;
        const why = messageOf(error);
        if (troubles.get(name) !== why) log.warn({ stream: name, why }, 'a part of Bluesky cannot be read');
        troubles.set(name, why);
        return [];
      }
    };
    const add = (view: PostView, otherwise: Otherwise): void =>
      put(got, view.uri, () => readPost(view, plan.source, us(), otherwise));

    const reasons = ['mention', 'reply', 'quote'];
    const asked = plan.follows === 'none' ? reasons : [...reasons, 'follow'];
    const notices = await read('notifications', notificationPages(session, asked, signal));
    for (const notice of notices)
      if (notice.reason === 'follow' && isNews(notice.author, plan.follows))
        put(got, notice.uri, () => readFollow(notice, plan.source, us()));
    const uris = notices.filter(({ reason }) => reasons.includes(reason)).map(({ uri }) => uri);
    for (const view of readableOf(await fetchPosts(session, uris, signal), got)) add(view, 'comment');

    for (const { post, reason } of await read(FEED, feedPages(session, own, signal)))
      if (!reason) add(post, 'comment');
    for (const member of plan.team)
      for (const item of await readIfPossible(`${FEED}:${member}`, feedPages(session, member, signal)))
        if (concernsUs(item, own)) add(item.post, 'comment');
    for (const term of plan.search)
      for (const view of await readIfPossible(`search:${term}`, searchPages(session, term, signal)))
        add(view, 'keyword');

    memory.delivered(got.posts.keys());
    return batchOf(got, cursor, memory.takeDeleted());
  };
}

/** By what followers call themselves and say of themselves. */
function isNews(author: AuthorView, follows: PollPlan['follows']): boolean {
  if (typeof follows === 'string') return follows === 'all';
  const { displayName = '', handle, description = '' } = author;
  return follows.find([displayName, handle, description].join('\n')) !== null;
}

/** The readable ones; the others are counted as dropped. */
function readableOf<T extends object>(
  entries: readonly (T | { readonly unreadable: Dropped })[],
  got: Gathering,
): T[] {
  return entries.filter((entry): entry is T => {
    if (!isUnreadable(entry)) return true;
    got.dropped.push(entry.unreadable);
    return false;
  });
}

function put(got: Gathering, uri: string, make: () => Post): void {
  if (got.posts.has(uri)) return;
  try {
    got.posts.set(uri, make());
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    got.dropped.push({ id: uri.slice(0, 1_024), why: whyInvalid(error) });
  }
}

function batchOf(
  { posts, dropped, streams, more, waitMs }: Gathering,
  cursor: string | null,
  deleted: readonly string[],
): Batch {
  const after = JSON.stringify({ v: 1, streams });
  return {
    posts: [...posts.values()],
    cursor: after === cursor ? null : after,
    ...(more ? { more } : {}),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(dropped.length > 0 ? { dropped } : {}),
    ...(deleted.length > 0 ? { deleted } : {}),
  };
}

const cursorSchema = z.object({ v: z.literal(1), streams: z.record(z.string(), streamStateSchema) });

function readCursor(cursor: string | null): Streams {
  if (cursor === null) return {};
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(cursor));
    return parsed.success ? parsed.data.streams : {};
  } catch {
    return {};
  }
}

/**
 * A colleague's own account is also their private one: of their posts only answers in a conversation that we are part
 * of are ours to keep.
 */
function concernsUs({ post, reply, reason }: FeedItem, own: string): boolean {
  if (reason || !post.record.reply) return false;
  const { root, parent } = post.record.reply;
  if ([root, parent].some(({ uri }) => uri.startsWith(`at://${own}/`))) return true;
  // Mentioned by it, or by what it answers.
  return [post, reply?.root, reply?.parent].some((view) => JSON.stringify(view ?? null).includes(`"${own}"`));
}
