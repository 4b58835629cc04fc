import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import type { Dropped } from '../source.ts';
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
import type { Entry, Page } from './stream.ts';

/** Fetches a page of a newest-first list, unreadable entries in their places. */
export type FetchPage<T> = (cursor: string | undefined) => Promise<Page<T | Unreadable>>;

/** An entry that could not be read: it takes its place in the list, so that it is told once and not on every poll. */
export interface Unreadable {
  readonly unreadable: Dropped;
}

export function isUnreadable(entry: object): entry is Unreadable {
  return 'unreadable' in entry;
}

/** Entries a request: the most that the lexicons allow. */
const PAGE = 100;
/** https://docs.bsky.app/docs/api/app-bsky-feed-get-posts: at most 25 addresses a request. */
export const HYDRATE = 25;

/** What has happened to us. Likes and reposts may be among it: not every server knows `reasons`. */
export function notificationPages(
  session: Session,
  reasons: readonly string[],
  signal: AbortSignal,
): FetchPage<Notification> {
  // Without `priority: false` an account's own preference may hide everybody it does not follow.
  const query = { limit: PAGE, priority: false, reasons: [...reasons] };
  return async (cursor) => {
    const answer = await session.call('read notifications', signal, (agent) =>
      agent.app.bsky.notification.listNotifications(withCursor(query, cursor), { signal }),
    );
    return pageOf(answer, 'notifications', notificationSchema, ({ uri, indexedAt }) => [uri, indexedAt]);
  };
}

/** What an account wrote, answers included. */
export function feedPages(session: Session, actor: string, signal: AbortSignal): FetchPage<FeedItem> {
  const query = { actor, filter: 'posts_with_replies', limit: PAGE };
  return async (cursor) => {
    const answer = await session.call(`read the posts of ${actor}`, signal, (agent) =>
      agent.app.bsky.feed.getAuthorFeed(withCursor(query, cursor), { signal }),
    );
    // A repost stands where it was reposted, not where the post was written.
    return pageOf(answer, 'feed', feedItemSchema, ({ post, reason }) =>
      reason ? [`repost ${post.uri}`, reason.indexedAt] : [post.uri, post.indexedAt],
    );
  };
}

export function searchPages(session: Session, term: string, signal: AbortSignal): FetchPage<PostView> {
  const query = { q: term, sort: 'latest', limit: PAGE };
  return async (cursor) => {
    const answer = await session.call(`search for ${JSON.stringify(term)}`, signal, (agent) =>
      agent.app.bsky.feed.searchPosts(withCursor(query, cursor), { signal }),
    );
    return pageOf(answer, 'posts', postViewSchema, ({ uri, indexedAt }) => [uri, indexedAt]);
  };
}

/** Whole posts for these addresses; a post deleted since, or of somebody who blocks us, is left out by the network. */
export async function fetchPosts(
  session: Session,
  uris: readonly string[],
  signal: AbortSignal,
): Promise<readonly (PostView | Unreadable)[]> {
  const found: (PostView | Unreadable)[] = [];
  for (let at = 0; at < uris.length; at += HYDRATE) {
    const some = uris.slice(at, at + HYDRATE);
    const answer = await session.call('read posts', signal, (agent) =>
      agent.app.bsky.feed.getPosts({ uris: some }, { signal }),
    );
    const page = pageOf(answer, 'posts', postViewSchema, ({ uri, indexedAt }) => [uri, indexedAt]);
    found.push(...page.entries.map((entry) => entry.value));
  }
  return found;
}

const cursorSchema = z.object({ cursor: z.string().min(1).optional().catch(undefined) });

/** @param placeOf an entry's identity and time in the list */
function pageOf<T>(
  answer: unknown,
  name: string,
  schema: z.ZodType<T>,
  placeOf: (value: T) => readonly [key: string, at: string | undefined],
): Page<T | Unreadable> {
  const items: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : null;
  if (!Array.isArray(items))
    throw new UnavailableError(`Bluesky sent an answer without ${name}; is the service right?`);
  const entries = items.map((raw: unknown): Entry<T | Unreadable> => {
    const read = schema.safeParse(raw);
    if (!read.success) {
      const unreadable = { id: uriOf(raw), why: whyInvalid(read.error) };
      return { key: `!${unreadable.id ?? JSON.stringify(raw)}`, at: Number.NaN, value: { unreadable } };
    }
    const [key, at] = placeOf(read.data);
    return { key, at: Date.parse(at ?? ''), value: read.data };
  });
  return { entries, next: cursorSchema.safeParse(answer).data?.cursor };
}

function withCursor<T extends object>(query: T, cursor: string | undefined): T & { cursor?: string } {
  return cursor === undefined ? query : { ...query, cursor };
}
