import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { messageOf, RateLimitedError, UnavailableError } from '../../errors.ts';
import type { Batch, Dropped, SourceLog } from '../source.ts';
import { type Otherwise, readFollow, readPost } from './read-post.ts';
import type { Session } from './session.ts';
import {
  type FeedItem,
  feedItemSchema,
  type Notification,
  notificationSchema,
  type PostView,
  postViewSchema,
  uriOf,
  whyInvalid,
} from './shapes.ts';
import {
  type Entry,
  type Page,
  type Read,
  readStream,
  type StreamState,
  streamStateSchema,
} from './stream.ts';
import type { Us } from './us.ts';

/** What a poll reads besides notifications and our own feed. */
export interface PollPlan {
  readonly source: string;
  readonly search: readonly string[];
  readonly follows: boolean;
  /** Other accounts of the team: handles or DIDs. */
  readonly team: readonly string[];
  readonly lookbackMs: number;
}

const cursorSchema = z.object({ v: z.literal(1), streams: z.record(z.string(), streamStateSchema) });

/** Requests a poll makes when nothing is new. */
export function requestsPerPoll(plan: Pick<PollPlan, 'search' | 'team'>): number {
  return 2 + plan.search.length + plan.team.length;
}

const NOTIFICATIONS = 'notifications';
const FEED = 'feed';
const PAGE = 100;
/** https://docs.bsky.app/docs/api/app-bsky-feed-get-posts: at most 25 addresses a request. */
const HYDRATE = 25;
const REASONS = ['mention', 'reply', 'quote'];

/** One poll of everything in the plan. Notifications and our own feed must succeed; the rest may wait for the next. */
export async function poll(
  session: Session,
  plan: PollPlan,
  us: () => Us,
  cursor: string | null,
  now: number,
  log: SourceLog,
  signal: AbortSignal,
): Promise<Batch> {
  const own = await session.signIn(signal);
  const before = readCursor(cursor);
  const streams: Record<string, StreamState> = {};
  const posts = new Map<string, Post>();
  const dropped: Dropped[] = [];
  let more = false;
  let waitMs: number | undefined;

  const run = async <T>(name: string, fetchPage: PageOf<T>, take: (fresh: readonly T[]) => Promise<void>) => {
    const read: Read<T | Dropped> = await readStream(
      before[name] ?? null,
      (at) => fetchPage(at).then(entriesOf),
      now,
      plan.lookbackMs,
    );
    await take(read.fresh.filter((entry): entry is T => !isDropped(entry)));
    dropped.push(...read.fresh.filter(isDropped));
    streams[name] = read.state;
    more ||= read.more;
  };
  const put = (uri: string, make: () => Post): void => {
    if (posts.has(uri)) return;
    try {
      posts.set(uri, make());
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      dropped.push({ id: uri.slice(0, 1_024), why: whyInvalid(error) });
    }
  };
  const add = (view: PostView, otherwise: Otherwise): void =>
    put(view.uri, () => readPost(view, plan.source, us(), otherwise));
  /** A stream that may fail by itself: what it missed stays for the next poll. */
  const runOptional: typeof run = async (name, fetchPage, take) => {
    const old = before[name];
    if (old) streams[name] = old;
    if (waitMs !== undefined) return;
    try {
      await run(name, fetchPage, take);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RateLimitedError) waitMs = error.retryAfterMs;
      log.warn(
        { stream: name, why: messageOf(error) },
        'Bluesky: a part of the poll failed; trying again next time',
      );
    }
  };

  await run(NOTIFICATIONS, notificationPages(session, plan.follows, signal), async (fresh) => {
    for (const entry of fresh)
      if (entry.reason === 'follow') put(entry.uri, () => readFollow(entry, plan.source, us()));
    const uris = fresh.filter((entry) => entry.reason !== 'follow').map((entry) => entry.uri);
    for (const view of await hydrate(session, uris, dropped, signal)) add(view, 'comment');
  });
  await run(FEED, feedPages(session, own, signal), async (fresh) => {
    for (const { post, reason } of fresh) if (reason === undefined) add(post, 'comment');
  });
  for (const member of plan.team)
    await runOptional(`${FEED}:${member}`, feedPages(session, member, signal), async (fresh) => {
      for (const item of fresh) if (concernsUs(item, own)) add(item.post, 'comment');
    });
  for (const term of plan.search)
    await runOptional(`search:${term}`, searchPages(session, term, signal), async (fresh) => {
      for (const view of fresh) add(view, 'keyword');
    });

  const after = JSON.stringify({ v: 1, streams });
  return {
    posts: [...posts.values()],
    cursor: after === cursor ? null : after,
    ...(more ? { more } : {}),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(dropped.length > 0 ? { dropped } : {}),
  };
}

function readCursor(cursor: string | null): Record<string, StreamState | undefined> {
  if (cursor === null) return {};
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(cursor));
    return parsed.success ? parsed.data.streams : {};
  } catch {
    return {};
  }
}

/** A page as it came: a readable value with its identity and time, or what was wrong with it. */
interface RawPage<T> {
  readonly items: readonly { readonly raw: unknown; readonly read: z.ZodSafeParseResult<T> }[];
  readonly next: string | undefined;
  readonly entry: (value: T) => { readonly key: string; readonly at: string };
}
type PageOf<T> = (cursor: string | undefined) => Promise<RawPage<T>>;

/** What cannot be read takes its place among the entries, so that it is told once and not on every poll. */
function entriesOf<T>(page: RawPage<T>): Page<T | Dropped> {
  const entries = page.items.map(({ raw, read }): Entry<T | Dropped> => {
    if (!read.success) {
      const id = uriOf(raw);
      const value = { id, why: whyInvalid(read.error), [DROPPED]: true };
      return { key: id === null ? JSON.stringify(raw) : `!${id}`, at: Number.NaN, value };
    }
    const { key, at } = page.entry(read.data);
    return { key, at: Date.parse(at), value: read.data };
  });
  return { entries, next: page.next };
}

const DROPPED = Symbol('dropped');

function isDropped(value: unknown): value is Dropped {
  return typeof value === 'object' && value !== null && DROPPED in value;
}

function notificationPages(session: Session, follows: boolean, signal: AbortSignal): PageOf<Notification> {
  const reasons = follows ? [...REASONS, 'follow'] : REASONS;
  const wanted = new Set(reasons);
  return async (cursor) => {
    const page = await list(
      'notifications',
      session.call('read notifications', signal, (agent) =>
        agent.app.bsky.notification.listNotifications(withCursor({ limit: PAGE, reasons }, cursor), {
          signal,
        }),
      ),
    );
    return {
      items: page.items
        .map((raw) => ({ raw, read: notificationSchema.safeParse(raw) }))
        // A server that does not know `reasons` sends likes and reposts too.
        .filter(({ read }) => !read.success || wanted.has(read.data.reason)),
      next: page.next,
      entry: (value) => ({ key: value.uri, at: value.indexedAt }),
    };
  };
}

function feedPages(session: Session, actor: string, signal: AbortSignal): PageOf<FeedItem> {
  return async (cursor) => {
    const query = { actor, filter: 'posts_with_replies', limit: PAGE };
    const page = await list(
      'feed',
      session.call(`read the posts of ${actor}`, signal, (agent) =>
        agent.app.bsky.feed.getAuthorFeed(withCursor(query, cursor), { signal }),
      ),
    );
    return {
      items: page.items.map((raw) => ({ raw, read: feedItemSchema.safeParse(raw) })),
      next: page.next,
      entry: ({ post, reason }) => ({ key: reason ? `repost ${post.uri}` : post.uri, at: post.indexedAt }),
    };
  };
}

function searchPages(session: Session, term: string, signal: AbortSignal): PageOf<PostView> {
  return async (cursor) => {
    const query = { q: term, sort: 'latest', limit: PAGE };
    const page = await list(
      'posts',
      session.call(`search for ${JSON.stringify(term)}`, signal, (agent) =>
        agent.app.bsky.feed.searchPosts(withCursor(query, cursor), { signal }),
      ),
    );
    return {
      items: page.items.map((raw) => ({ raw, read: postViewSchema.safeParse(raw) })),
      next: page.next,
      entry: (value) => ({ key: value.uri, at: value.indexedAt }),
    };
  };
}

/** Whole posts for these addresses; a post deleted since, or of somebody who blocks us, is left out by the network. */
async function hydrate(
  session: Session,
  uris: readonly string[],
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<readonly PostView[]> {
  const views: PostView[] = [];
  for (let at = 0; at < uris.length; at += HYDRATE) {
    const some = uris.slice(at, at + HYDRATE);
    const page = await list(
      'posts',
      session.call('read posts', signal, (agent) => agent.app.bsky.feed.getPosts({ uris: some }, { signal })),
    );
    for (const raw of page.items) {
      const read = postViewSchema.safeParse(raw);
      if (read.success) views.push(read.data);
      else dropped.push({ id: uriOf(raw), why: whyInvalid(read.error) });
    }
  }
  return views;
}

/**
 * A colleague's own account is also their private one: of their posts only answers in a conversation that we are part
 * of are ours to keep.
 */
function concernsUs({ post, reply, reason }: FeedItem, own: string): boolean {
  if (reason !== undefined || !post.record.reply) return false;
  const about = [post, reply?.root, reply?.parent];
  return about.some((view) => JSON.stringify(view ?? null).includes(`"${own}"`)) || inRepo(post, own);
}

function inRepo(post: PostView, own: string): boolean {
  const { root, parent } = post.record.reply ?? {};
  return [root, parent].some((ref) => ref?.uri.startsWith(`at://${own}/`) === true);
}

async function list(
  name: string,
  answer: Promise<unknown>,
): Promise<{ readonly items: readonly unknown[]; readonly next: string | undefined }> {
  const schema = z.object({ [name]: z.array(z.unknown()), cursor: z.string().optional().catch(undefined) });
  const parsed = schema.safeParse(await answer);
  const items = parsed.success ? parsed.data[name] : undefined;
  if (!parsed.success || !Array.isArray(items))
    throw new UnavailableError(`Bluesky sent an answer without ${name}; is the service right?`);
  const next = parsed.data.cursor;
  return { items, next: typeof next === 'string' && next !== '' ? next : undefined };
}

function withCursor<T extends object>(query: T, cursor: string | undefined): T & { cursor?: string } {
  return cursor === undefined ? query : { ...query, cursor };
}
