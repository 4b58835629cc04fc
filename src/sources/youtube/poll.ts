import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post } from '../../domain/post.ts';
import { RateLimitedError, RejectedError } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped } from '../source.ts';
import type { Connection } from './connection.ts';
import { type Cursor, keepNewest, type ListState, readCursor } from './cursor.ts';
import {
  type Comment,
  commentSchema,
  type Page,
  readItems,
  readPage,
  type Thread,
  threadSchema,
} from './entities.ts';
import { ClosedError, ForbiddenError, GoneError } from './failures.ts';
import { placeOf } from './to-post.ts';

/** Comments may turn up late, released by YouTube's spam filter or by a moderator. */
const OVERLAP_MS = 3_600_000;
/** How often all followed threads are looked at for new answers, whatever their age. */
const DEEP_EVERY_MS = 3_600_000;
/** Pages of 100 threads before the posts so far are handed over. */
const MAX_PAGES = 5;
const MAX_REPLY_PAGES = 5;
/** Threads read in full before the posts so far are handed over; the others have their turn with the next deep reading. */
const MAX_FULL = 40;
/** So many threads at the end of a page must be too old before the rest is taken to be. */
const TAIL = 20;
/** commentThreads.list takes 50 ids. */
const MAX_IDS = 50;
/** A thread whose answers were never read. */
const UNREAD = -1;

interface PollOptions {
  readonly lookbackMs: number;
  readonly followMs: number;
  readonly videos: readonly string[];
}

/** What one list brings while it is read. */
interface Gathered {
  readonly comments: Map<string, { readonly comment: Comment; readonly thread: Thread }>;
  readonly dropped: Dropped[];
  readonly deleted: string[];
  /** Threads that were read in full. */
  full: number;
  /** How long YouTube, or the budget, makes us wait when that ended the poll. */
  waitMs: number | null;
}

/**
 * Comments on the channel's videos and on chosen others. YouTube lists threads by time, newest first, with only a part
 * of their answers; whether an answer moves its thread up is not documented, so followed threads are read down to
 * their oldest once an hour, and a thread whose count of answers has changed is read in full.
 */
export function createPoller(connection: Connection, clock: Clock, options: PollOptions) {
  const { api } = connection;
  const once = createOnce();

  async function page(list: string, token: string | null, signal: AbortSignal): Promise<Page> {
    const watched = connection.current()?.watched;
    const [kind, id = ''] = list.split(':');
    const filter = kind === 'video' ? { videoId: id } : { allThreadsRelatedToChannelId: watched?.id ?? '' };
    const params = { part: 'snippet,replies', order: 'time', maxResults: 100, textFormat: 'html' };
    return readPage(await api.list('commentThreads', { ...params, ...filter, pageToken: token }, signal));
  }

  /** All answers to a thread, as far as a few pages go. */
  async function readAnswers(thread: Thread, gathered: Gathered, signal: AbortSignal) {
    let token: string | null = null;
    for (let pages = 0; pages < MAX_REPLY_PAGES; pages++) {
      const more: Awaited<ReturnType<Connection['replies']>> | null = await connection
        .replies(thread.id, token, gathered.dropped, signal)
        .catch(gone);
      for (const comment of more?.comments ?? []) gathered.comments.set(comment.id, { comment, thread });
      token = more?.next ?? null;
      if (!token) return;
    }
  }

  async function readThread(thread: Thread, state: ListState, gathered: Gathered, signal: AbortSignal) {
    connection.note(thread);
    const top = thread.snippet.topLevelComment;
    gathered.comments.set(top.id, { comment: top, thread });
    const raw = thread.replies?.comments ?? [];
    for (const comment of readItems(raw, commentSchema, gathered.dropped))
      gathered.comments.set(comment.id, { comment, thread });
    const total = thread.snippet.totalReplyCount ?? 0;
    const known = state.threads[thread.id]?.[0] ?? UNREAD;
    const due = raw.length < total && known !== total;
    const may = gathered.full < MAX_FULL;
    if (due && may) {
      gathered.full++;
      await readAnswers(thread, gathered, signal);
    }
    state.threads[thread.id] = [due && !may ? known : total, publishedAt(thread)];
  }

  /** Threads that should have been on the pages and were not: asked for by id, as they may only have moved. */
  async function findDeleted(
    state: ListState,
    seen: ReadonlySet<string>,
    floor: number,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const missing = Object.entries(state.threads)
      .filter(([id, [, at]]) => at >= floor && !seen.has(id))
      .map(([id]) => id)
      .slice(0, MAX_IDS);
    if (missing.length === 0) return [];
    const there = new Set((await connection.threads(missing, signal)).map((thread) => thread.id));
    const deleted = missing.filter((id) => !there.has(id));
    for (const id of deleted) delete state.threads[id];
    return deleted;
  }

  /** Goes on with the reading under way, or begins one; true when it has to go on. */
  async function readList(list: string, state: ListState, gathered: Gathered, signal: AbortSignal) {
    const now = clock.now();
    const deep = now - state.deepAt >= DEEP_EVERY_MS;
    const recent = state.since - OVERLAP_MS;
    const floor = deep ? Math.min(recent, now - options.followMs) : recent;
    const pass = state.pass ?? { token: '', floor, began: now, seen: [] };
    const seen = new Set(pass.seen);
    let token: string | null = pass.token || null;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const got: Page = await page(list, token, signal);
      const threads = readItems(got.items, threadSchema, gathered.dropped);
      for (const thread of threads) {
        seen.add(thread.id);
        // Also below the floor, should YouTube move a thread up that has a new answer.
        if (publishedAt(thread) >= Math.min(pass.floor, now - options.followMs))
          await readThread(thread, state, gathered, signal);
      }
      token = got.next;
      // A pinned thread at the top may be old: the end of the page tells how far down it reaches.
      const tail = threads.slice(-TAIL);
      if (!token || (tail.length > 0 && tail.every((thread) => publishedAt(thread) < pass.floor))) {
        gathered.deleted.push(...(await findDeleted(state, seen, pass.floor, signal)));
        state.pass = null;
        state.since = pass.began;
        if (pass.floor <= pass.began - options.followMs) state.deepAt = pass.began;
        return false;
      }
    }
    state.pass = { ...pass, token: token ?? '', seen: [...seen].slice(-2_000) };
    return true;
  }

  async function readAll(cursor: Cursor, gathered: Gathered, signal: AbortSignal): Promise<boolean> {
    const { watched } = await connection.session(signal);
    const lists = [...(watched ? ['channel'] : []), ...options.videos.map((id) => `video:${id}`)];
    let more = false;
    for (const list of lists) {
      const fresh: ListState = { since: cursor.from + OVERLAP_MS, deepAt: 0, pass: null, threads: {} };
      const state = structuredClone(cursor.lists[list] ?? fresh);
      try {
        if (await readList(list, state, gathered, signal)) more = true;
      } catch (error) {
        if (error instanceof RateLimitedError && gathered.comments.size > 0) {
          // What was read so far is not read again tomorrow.
          gathered.waitMs = error.retryAfterMs;
          cursor.lists[list] = state;
          return false;
        }
        const lost = error instanceof ClosedError || error instanceof GoneError;
        if (state.pass && error instanceof RejectedError) {
          // The page we were to go on with is no longer known: the next poll begins at the top.
          state.pass = null;
        } else if (lost || (error instanceof ForbiddenError && list !== 'channel')) {
          // One video without comments must not silence the others.
          gathered.dropped.push({ id: list.replace(/^video:/, ''), why: error.message });
        } else throw error;
      }
      state.threads = keepNewest(state.threads, clock.now() - options.followMs - OVERLAP_MS);
      cursor.lists[list] = state;
    }
    for (const list of Object.keys(cursor.lists)) if (!lists.includes(list)) delete cursor.lists[list];
    return more;
  }

  function postsOf(gathered: Gathered, from: number): Post[] {
    const posts: Post[] = [];
    for (const { comment, thread } of gathered.comments.values()) {
      if (comment.snippet.publishedAt < from) continue;
      try {
        posts.push(connection.toPost(comment, placeOf(thread), thread.id));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        gathered.dropped.push({ id: comment.id, why: problemsOf(error) });
      }
    }
    return posts;
  }

  return {
    async poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
      const cursor = readCursor(raw) ?? { v: 1, from: clock.now() - options.lookbackMs, lists: {} };
      const gathered: Gathered = { comments: new Map(), dropped: [], deleted: [], full: 0, waitMs: null };
      const more = await readAll(cursor, gathered, signal);
      const posts = postsOf(gathered, cursor.from);
      return {
        posts,
        cursor: JSON.stringify(cursor),
        more,
        dropped: once(gathered.dropped),
        ...(gathered.waitMs === null ? {} : { waitMs: gathered.waitMs }),
        deleted: gathered.deleted,
      };
    },
  };
}

function publishedAt(thread: Thread): number {
  return thread.snippet.topLevelComment.snippet.publishedAt;
}

/** A thread that vanished while we read it. */
function gone(error: unknown): null {
  if (error instanceof GoneError || error instanceof ClosedError) return null;
  throw error;
}
