import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Memory } from '../kit/memory.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped } from '../source.ts';
import { type Params, RefusedError, type Scope } from './api.ts';
import type { Connection, Session } from './connection.ts';
import {
  type MastodonNotification,
  type MastodonStatus,
  notificationSchema,
  readList,
  statusSchema,
} from './entities.ts';
import { type Anchor, type Entry, type Page, type PageParams, type Read, readSince } from './since.ts';
import { type Threads, viaOf } from './threads.ts';
import { followToPost } from './to-post.ts';
import type { Watch } from './watch.ts';

/** Mastodon's default is 40 for notifications (most 80); every known server takes 40 or quietly gives fewer. */
const PAGE = 40;
/** Everything else (favourite, reblog, poll, update, admin.*, and whatever comes) is not a post. */
const TYPES = ['mention', 'follow', 'quote'] as const;

const anchorSchema = z.object({ id: z.string().nullable(), at: z.number() });
const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted: servers that ignore paging send it all the same. */
  since: z.number(),
  notifications: anchorSchema,
  own: anchorSchema,
  tags: z.record(z.string(), anchorSchema).catch({}),
  lists: z.record(z.string(), anchorSchema).default({}).catch({}),
});
type Cursor = z.output<typeof cursorSchema>;

interface StatusEntry extends Entry {
  readonly status: MastodonStatus;
}
interface NotificationEntry extends Entry {
  readonly notification: MastodonNotification;
}

export interface PollOptions {
  readonly lookbackMs: number;
  readonly watch: Watch;
  readonly memory: Memory;
}

export interface Poller {
  poll(cursor: string | null, signal: AbortSignal): Promise<Batch>;
  /** A notification as a post; null when it is none, with what could not be read added to `dropped`. */
  notificationToPost(
    notification: MastodonNotification,
    dropped: Dropped[],
    signal: AbortSignal,
  ): Promise<Post | null>;
  /** One of our own statuses; null for a boost. */
  ownToPost(status: MastodonStatus, signal: AbortSignal): Promise<Post | null>;
  /** A status found by a word, a hashtag or a list; null for a boost. */
  foundToPost(status: MastodonStatus, signal: AbortSignal): Promise<Post | null>;
}

function anchorsOf(reads: Readonly<Record<string, Read<StatusEntry>>>): Record<string, Anchor> {
  return Object.fromEntries(Object.entries(reads).map(([key, read]) => [key, read.anchor]));
}

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(raw));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Notifications, our own statuses and hashtags, from where the last poll ended. */
export function createPoller(connection: Connection, threads: Threads, options: PollOptions): Poller {
  const { api, clock } = connection;
  const once = createOnce();
  // A server near its limit says when there is more: the next poll waits for it.
  let waitMs: number | null = null;
  /** Why a list could not be read last time, so that it is told once. */
  const troubles = new Map<string, string>();

  async function page<E extends Entry>(
    path: string,
    params: Params,
    read: (raw: unknown, dropped: Dropped[]) => readonly E[],
    scope: Scope,
    signal: AbortSignal,
  ): Promise<Page<E>> {
    const answer = await api
      .call(path, { params: { limit: PAGE, ...params }, scope, signal })
      .catch(async (error: unknown) => {
        // A refused list may be a token that was revoked: not every server says 401.
        if (error instanceof RefusedError) await connection.verify(signal);
        throw error;
      });
    waitMs = answer.waitMs;
    const dropped: Dropped[] = [];
    const count = Array.isArray(answer.json) ? answer.json.length : 0;
    const { older, newer, now } = answer;
    return { entries: read(answer.json, dropped), count, older, newer, now, dropped };
  }

  const readNotifications = (anchor: Anchor, signal: AbortSignal): Promise<Read<NotificationEntry>> =>
    readSince(
      (paging) =>
        page(
          '/api/v1/notifications',
          { ...paging, types: TYPES },
          (raw, dropped) =>
            readList(raw, notificationSchema, dropped).map((notification) => ({
              id: notification.id,
              at: notification.created_at,
              notification,
            })),
          'read:notifications',
          signal,
        ),
      anchor,
    );

  const readStatuses = (
    path: string,
    params: Params,
    anchor: Anchor,
    signal: AbortSignal,
    scope: Scope = 'read:statuses',
  ) =>
    readSince<StatusEntry>(
      (paging: PageParams) =>
        page(
          path,
          { ...params, ...paging },
          (raw, dropped) =>
            readList(raw, statusSchema, dropped).map((status) => ({
              id: status.id,
              at: status.created_at,
              status,
            })),
          scope,
          signal,
        ),
      anchor,
    );

  async function statusToPost(
    status: MastodonStatus,
    via: Via | null,
    signal: AbortSignal,
  ): Promise<Post | null> {
    if (status.reblog) return null;
    const root = await threads.rootOf(status, signal);
    return connection.toPost(status, via ?? viaOf(status, connection), root);
  }

  const notificationToPost: Poller['notificationToPost'] = async (notification, dropped, signal) => {
    const { type, account } = notification;
    if (type === 'follow') {
      const session = connection.current();
      if (!account || !session || !options.watch.isNews(account)) return null;
      return followToPost(account, notification.created_at, {
        source: connection.name,
        domain: session.domain,
      });
    }
    // A null status was deleted between the notification and now.
    if ((type !== 'mention' && type !== 'quote') || !notification.status) return null;
    const parsed = statusSchema.safeParse(notification.status);
    if (!parsed.success) {
      dropped.push({ id: notification.id, why: problemsOf(parsed.error) });
      return null;
    }
    return statusToPost(parsed.data, type === 'quote' ? 'quote' : null, signal);
  };

  async function readAll(cursor: Cursor, session: Session, signal: AbortSignal) {
    const notifications = await readNotifications(cursor.notifications, signal);
    const path = `/api/v1/accounts/${encodeURIComponent(session.me.id)}/statuses`;
    const own = await readStatuses(path, { exclude_reblogs: 'true' }, cursor.own, signal);
    const tags: Record<string, Read<StatusEntry>> = {};
    for (const tag of options.watch.plan.hashtags) {
      const anchor = cursor.tags[tag] ?? { id: null, at: clock.now() - options.lookbackMs };
      tags[tag] = await readStatuses(`/api/v1/timelines/tag/${encodeURIComponent(tag)}`, {}, anchor, signal);
    }
    const lists: Record<string, Read<StatusEntry>> = {};
    for (const list of options.watch.plan.lists) {
      const anchor = cursor.lists[list] ?? { id: null, at: clock.now() - options.lookbackMs };
      lists[list] = await readWatchedList(list, anchor, signal);
    }
    return { notifications, own, tags, lists };
  }

  /** A list that was deleted, or that the token may not read, must not stop everything else. */
  async function readWatchedList(
    list: string,
    anchor: Anchor,
    signal: AbortSignal,
  ): Promise<Read<StatusEntry>> {
    try {
      const path = `/api/v1/timelines/list/${encodeURIComponent(list)}`;
      const read = await readStatuses(path, {}, anchor, signal, 'read:lists');
      troubles.delete(list);
      return {
        ...read,
        entries: read.entries.filter((entry) => options.watch.concernsFromList(entry.status)),
      };
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof AuthError)) throw error;
      const why = messageOf(error);
      if (troubles.get(list) !== why)
        connection.log.warn({ source: connection.name, list, why }, 'a list cannot be read');
      troubles.set(list, why);
      return { entries: [], anchor, more: false, gap: null, dropped: [] };
    }
  }

  const poller: Poller = {
    notificationToPost,
    ownToPost: (status, signal) => statusToPost(status, null, signal),
    foundToPost(status, signal) {
      const via = viaOf(status, connection);
      return statusToPost(status, via === 'quote' ? via : 'keyword', signal);
    },

    async poll(raw, signal) {
      const session = await connection.session(signal);
      const start = { id: null, at: clock.now() - options.lookbackMs };
      const cursor = readCursor(raw) ?? {
        v: 1,
        since: start.at,
        notifications: start,
        own: start,
        tags: {},
        lists: {},
      };
      const { notifications, own, tags, lists } = await readAll(cursor, session, signal);
      const dropped: Dropped[] = [];
      const posts = new Map<string, Post>();
      const wanted = (entry: Entry): boolean => entry.at >= cursor.since;
      const keep = (post: Post | null): void => {
        // The same post by a hashtag and by a notification: being spoken to says more.
        const known = post ? posts.get(post.id) : undefined;
        if (post && (!known || known.via === 'keyword' || known.via === 'share')) posts.set(post.id, post);
      };
      // In the order of time, so that a thread's root is known before its replies ask for it.
      const work = [
        ...notifications.entries.map((entry) => ({
          entry,
          read: () => notificationToPost(entry.notification, dropped, signal),
        })),
        ...own.entries.map((entry) => ({ entry, read: () => statusToPost(entry.status, null, signal) })),
        ...[...Object.values(tags), ...Object.values(lists)].flatMap((read) =>
          read.entries.map((entry) => ({
            entry,
            read: () => poller.foundToPost(entry.status, signal),
          })),
        ),
      ].sort((a, b) => a.entry.at - b.entry.at);
      for (const { entry, read } of work) {
        if (!wanted(entry)) continue;
        try {
          keep(await read());
        } catch (error) {
          if (!(error instanceof z.ZodError)) throw error;
          dropped.push({ id: entry.id, why: problemsOf(error) });
        }
      }

      const reads = [notifications, own, ...Object.values(tags), ...Object.values(lists)];
      for (const { id, editedAt } of posts.values()) options.memory.delivered([id], editedAt);
      const deleted = options.memory.takeDeleted();
      const gaps = reads.flatMap((read) => read.gap ?? []);
      return {
        posts: [...posts.values()],
        cursor: JSON.stringify({
          ...cursor,
          notifications: notifications.anchor,
          own: own.anchor,
          tags: anchorsOf(tags),
          lists: anchorsOf(lists),
        } satisfies Cursor),
        more: reads.some((read) => read.more),
        dropped: once([...reads.flatMap((read) => read.dropped), ...dropped]),
        ...(waitMs === null ? {} : { waitMs }),
        ...(deleted.length === 0 ? {} : { deleted }),
        ...(gaps.length === 0
          ? {}
          : {
              gap: {
                from: Math.min(...gaps.map((gap) => gap.from)),
                to: Math.max(...gaps.map((gap) => gap.to)),
              },
            }),
      };
    },
  };
  return poller;
}
