import { z } from 'zod';
import { AuthError, messageOf } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch } from '../source.ts';
import type { Connection } from './connection.ts';
import {
  type ChannelState,
  type Cursor,
  keepThreads,
  MAX_RECENT,
  packRecent,
  readCursor,
  recentOf,
  type ThreadState,
  writeCursor,
} from './cursor.ts';
import { isAboutThis } from './failures.ts';
import type { Harvest } from './harvest.ts';
import { byTime, isNewer, newest, postId, timeOf, tsAt } from './ids.ts';
import type { Locks } from './locks.ts';
import { OVERLAP_MS, type ReadChannel, readChannel } from './read-channel.ts';
import { isTombstone, isWritten, type Message } from './shapes.ts';
import { createStop, type Stop } from './stop.ts';
import { readThreadNews } from './threads.ts';
import { threadOf } from './to-post.ts';

/** Threads of one channel read in one poll; the others follow at once. */
const MAX_THREADS = 20;

/** Everything that was written since the cursor, what was changed among the newest, and what is gone of it. */
export function createPoller(connection: Connection, locks: Locks) {
  const { clock, config } = connection;
  const once = createOnce();
  // Seen to be gone while a conversation was read: only a poll can tell the flow.
  const missed = new Set<string>();

  /** Messages as posts: what is new, and what was changed since it was delivered. */
  async function take(
    channelId: string,
    messages: readonly Message[],
    known: Map<string, number>,
    border: string,
    harvest: Harvest,
    signal: AbortSignal,
  ): Promise<void> {
    for (const message of [...messages].sort((a, b) => byTime(a.ts, b.ts))) {
      const edited = message.edited ? timeOf(message.edited.ts) : 0;
      const delivered = known.get(message.ts);
      if (isTombstone(message) && delivered !== undefined) {
        known.delete(message.ts);
        harvest.deleted.add(postId(channelId, message.ts));
      }
      const fresh = delivered === undefined && isNewer(message.ts, border);
      if (!fresh && (delivered === undefined || delivered === edited)) continue;
      if (!isWritten(message) || !connection.isWanted(message)) continue;
      try {
        const post = await connection.toPost(message, channelId, signal);
        harvest.posts.set(post.id, post);
        known.set(message.ts, edited);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        harvest.dropped.push({ id: message.ts, why: problemsOf(error) });
      }
    }
  }

  /** Which threads have to be read: somebody answered, or an answer is gone. */
  function noteThreads(
    channelId: string,
    read: ReadChannel,
    old: Readonly<Record<string, ThreadState>>,
    since: string,
  ): Record<string, ThreadState> {
    const threads = { ...old };
    for (const message of read.pages.flatMap((page) => page.messages)) {
      if (threadOf(message) !== message.ts) continue;
      locks.note(channelId, message);
      const count = message.reply_count ?? 0;
      const state = threads[message.ts];
      if (!state && count === 0) continue;
      const { seen, recent, due } = state ?? { seen: since, recent: [], due: false };
      const answered = message.latest_reply !== null && isNewer(message.latest_reply, seen);
      const fewer = state !== undefined && count < state.count;
      threads[message.ts] = { seen, recent, count: state?.count ?? 0, due: due || answered || fewer };
    }
    return threads;
  }

  /** Delivered messages within the newest page that are not on it. */
  function noteGone(
    channelId: string,
    read: ReadChannel,
    known: Map<string, number>,
    harvest: Harvest,
  ): void {
    const { top } = read;
    const lowest = top ? [...top.all].sort(byTime)[0] : undefined;
    if (!top || lowest === undefined) return;
    const shown = new Set(top.all);
    for (const ts of [...known.keys()]) {
      const reaches = top.next === null || !isNewer(lowest, ts);
      if (!reaches || shown.has(ts)) continue;
      known.delete(ts);
      harvest.deleted.add(postId(channelId, ts));
    }
  }

  async function pollChannel(
    channelId: string,
    state: ChannelState,
    since: number,
    harvest: Harvest,
    stop: Stop,
    signal: AbortSignal,
  ): Promise<{ readonly state: ChannelState; readonly more: boolean }> {
    const sinceTs = tsAt(since);
    const read = await readChannel(connection, channelId, state, stop, signal);
    for (const page of read.pages) harvest.dropped.push(...page.dropped);
    const known = recentOf(state.recent);
    noteGone(channelId, read, known, harvest);
    const border = newest(tsAt(since - 1), tsAt(timeOf(state.last) - OVERLAP_MS));
    const messages = read.pages.flatMap((page) => page.messages);
    await take(channelId, messages, known, border, harvest, signal);

    const threads = noteThreads(channelId, read, state.threads, sinceTs);
    const due = Object.keys(threads).filter((ts) => threads[ts]?.due);
    for (const ts of due.slice(0, MAX_THREADS)) {
      const thread = threads[ts];
      if (!thread) continue;
      const place = { channelId, ts, since: sinceTs };
      const after = await stop.unlessLimited('replies', () =>
        readThreadNews(connection, place, thread, harvest, take, signal),
      );
      if (after === null) break;
      if (after === 'gone') delete threads[ts];
      else threads[ts] = after;
    }
    const follow = tsAt(clock.now() - config.follow);
    const next = {
      ...read.state,
      recent: packRecent(known, MAX_RECENT),
      threads: keepThreads(threads, follow),
    };
    return { state: next, more: read.more || due.length > MAX_THREADS };
  }

  return {
    /** A message that was found gone; the next poll tells it. */
    noteMissed(id: string): void {
      missed.add(id);
    },

    async poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
      const session = await connection.session(signal);
      const cursor: Cursor = readCursor(raw) ?? {
        v: 1,
        since: clock.now() - config.lookback,
        channels: {},
        locked: [],
      };
      locks.restore(cursor.locked);
      const fresh: ChannelState = {
        last: tsAt(cursor.since),
        walk: null,
        sweep: null,
        sweptAt: 0,
        recent: [],
        threads: {},
      };
      const gone = [...missed];
      const stop = createStop();
      const harvest: Harvest = { posts: new Map(), dropped: [], deleted: new Set(gone) };
      for (const [id, why] of session.troubles) harvest.dropped.push({ id, why: messageOf(why) });
      const channels: Record<string, ChannelState> = {};
      let more = false;
      let shut: Error | null = null;
      let open = 0;
      for (const channelId of session.channels.keys()) {
        const state = cursor.channels[channelId] ?? fresh;
        channels[channelId] = state;
        try {
          const got = await pollChannel(channelId, state, cursor.since, harvest, stop, signal);
          channels[channelId] = got.state;
          more ||= got.more;
          open++;
        } catch (error) {
          if (!isAboutThis(error)) throw error;
          shut ??= error;
          harvest.dropped.push({ id: channelId, why: messageOf(error) });
        }
      }
      if (shut && open === 0) throw shut instanceof AuthError ? shut : new AuthError(messageOf(shut));
      stop.settle();
      for (const id of gone) missed.delete(id);
      const waitMs = stop.waitMs();
      return {
        posts: [...harvest.posts.values()],
        cursor: writeCursor({ v: 1, since: cursor.since, channels, locked: locks.entries() }),
        more: more && waitMs === null,
        dropped: once(harvest.dropped),
        deleted: [...harvest.deleted],
        ...(waitMs === null ? {} : { waitMs }),
      };
    },
  };
}
