import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { AuthError, messageOf } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped } from '../source.ts';
import type { Connection, Session } from './connection.ts';
import {
  type Cursor,
  MAX_RECENT,
  MAX_RECENT_THREAD,
  type PlaceState,
  packRecent,
  readCursor,
  recentOf,
  writeCursor,
} from './cursor.ts';
import { isAboutThis } from './failures.ts';
import { before, byAge, isNewer, newest, snowflakeAt } from './ids.ts';
import type { Locks } from './locks.ts';
import { isForum, isThread, type Place } from './places.ts';
import { OVERLAP_MS, type ReadPlace, readPlace } from './read-place.ts';
import { rootOf } from './roots.ts';
import { isHollow, isWritten, type Message } from './shapes.ts';
import { countOf, findThreads, floorOf, type Thread, topOf } from './threads.ts';

/** Threads read in one poll; the others follow at once. */
const MAX_THREADS = 50;

/** What one place brought. */
interface Got {
  readonly posts: Post[];
  readonly dropped: Dropped[];
  readonly deleted: readonly string[];
  readonly state: PlaceState;
  readonly more: boolean;
}

/** Everything that was written since the cursor, what was changed among the newest, and what is gone of it. */
export function createPoller(connection: Connection, locks: Locks) {
  const { clock, config } = connection;
  const once = createOnce();
  // Seen to be gone while a conversation was read: only a poll can tell the flow.
  const missed = new Set<string>();

  /** A message as a post; null when it is not to be read. */
  async function toPost(
    message: Message,
    place: Place | Thread,
    onHand: ReadonlyMap<string, Message>,
    signal: AbortSignal,
  ): Promise<Post | null> {
    if (!isWritten(message)) return null;
    const guildId = place.guild_id;
    const ours = await connection.isOurs(message.author, guildId, message.webhook_id !== null, signal);
    if (!connection.isWanted(message, ours)) return null;
    const conversationId = isThread(place) ? place.id : await rootOf(connection, message, onHand, signal);
    const via = ours ? 'comment' : await connection.viaOf(message, place, guildId, signal);
    return connection.toPost(message, guildId, { conversationId, via, ours });
  }

  async function take(
    place: Place | Thread,
    old: PlaceState | undefined,
    floor: string,
    since: number,
    signal: AbortSignal,
  ): Promise<Got> {
    const state = old ?? { last: floor, recent: [] };
    const got: ReadPlace = await readPlace(connection, place.id, state, signal);
    const onHand = new Map(got.messages.map((message) => [message.id, message]));
    const recent = recentOf(state);
    for (const id of got.gone) recent.delete(id);
    const posts: Post[] = [];
    const dropped = [...got.dropped];
    // What is older was delivered before, even if it is no longer among those remembered.
    const border = before(state.last, OVERLAP_MS);
    for (const message of got.messages) {
      const edited = message.edited_timestamp ?? 0;
      const delivered = recent.get(message.id);
      const fresh = delivered === undefined && isNewer(message.id, border) && message.timestamp >= since;
      if (!fresh && (delivered === undefined || delivered === edited)) continue;
      // Somebody may have switched the intent off since we signed in.
      if (isHollow(message)) await connection.verifyIntent(signal);
      try {
        const post = await toPost(message, place, onHand, signal);
        if (post) posts.push(post);
        if (post) recent.set(message.id, edited);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        dropped.push({ id: message.id, why: problemsOf(error) });
      }
    }
    const limit = isThread(place) ? MAX_RECENT_THREAD : MAX_RECENT;
    return {
      posts,
      dropped,
      deleted: got.gone,
      state: { last: got.last, recent: packRecent(recent, limit) },
      more: got.more,
    };
  }

  /** The channels themselves; one that is shut is told and left out, unless it is the last one. */
  async function readPlaces(session: Session, cursor: Cursor, signal: AbortSignal) {
    const all: Got[] = [];
    const places: Record<string, PlaceState> = {};
    const dropped: Dropped[] = [...session.troubles].map(([id, why]) => ({ id, why: messageOf(why) }));
    const direct = session.places.filter((place) => !isForum(place) && !isThread(place));
    let shut: Error | null = null;
    let read = 0;
    for (const place of direct) {
      try {
        const floor = snowflakeAt(cursor.since);
        const got = await take(place, cursor.places[place.id], floor, cursor.since, signal);
        places[place.id] = got.state;
        all.push(got);
        read++;
      } catch (error) {
        if (!isAboutThis(error)) throw error;
        shut ??= error;
        const old = cursor.places[place.id];
        if (old) places[place.id] = old;
        dropped.push({ id: place.id, why: messageOf(error) });
      }
    }
    if (shut && read === 0 && direct.length === session.places.length)
      throw shut instanceof AuthError ? shut : new AuthError(messageOf(shut));
    return { all, places, dropped };
  }

  async function readThreads(session: Session, cursor: Cursor, signal: AbortSignal) {
    const found = await findThreads(connection, session, cursor, signal);
    const threads = { ...cursor.threads };
    const all: Got[] = [];
    const dropped: Dropped[] = [];
    const deleted: string[] = [];
    for (const id of found.gone) {
      deleted.push(...recentOf(threads[id] ?? { last: id, recent: [] }).keys());
      delete threads[id];
    }
    for (const id of found.settled) delete threads[id];
    const order = [...found.news].sort((a, b) => byAge(a.id, b.id));
    const floor = floorOf(cursor);
    for (const thread of order.slice(0, MAX_THREADS)) {
      try {
        const got = await take(thread, threads[thread.id], floor, cursor.since, signal);
        all.push(got);
        // The newest message may have been deleted before it was read: its id must not bring us back for ever.
        const last = got.more ? got.state.last : newest(got.state.last, topOf(thread));
        threads[thread.id] = { ...got.state, last, count: got.more ? null : countOf(thread) };
      } catch (error) {
        if (!isAboutThis(error)) throw error;
        delete threads[thread.id];
        dropped.push({ id: thread.id, why: messageOf(error) });
      }
    }
    const waiting = order.slice(MAX_THREADS);
    // They must not be forgotten when the next look at the list begins later.
    for (const thread of waiting)
      threads[thread.id] = { ...(threads[thread.id] ?? { last: floor, recent: [] }), count: null };
    return { all, threads, dropped, deleted, more: waiting.length > 0, sweptAt: found.sweptAt };
  }

  return {
    /** A message that was found gone; the next poll tells it. */
    noteGone(id: string): void {
      missed.add(id);
    },

    async poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
      const session = await connection.session(signal);
      const now = clock.now();
      const start = { since: now - config.lookback, polledAt: 0, sweptAt: 0 };
      const cursor: Cursor = readCursor(raw) ?? { v: 1, ...start, places: {}, threads: {}, locked: [] };
      locks.restore(cursor.locked);
      const gone = [...missed];
      const channels = await readPlaces(session, cursor, signal);
      const threads = await readThreads(session, cursor, signal);
      const all = [...channels.all, ...threads.all];
      for (const id of gone) missed.delete(id);
      return {
        posts: all.flatMap((got) => got.posts),
        cursor: writeCursor({
          v: 1,
          since: cursor.since,
          polledAt: now,
          sweptAt: threads.sweptAt,
          places: channels.places,
          threads: threads.threads,
          locked: locks.entries(),
        }),
        more: threads.more || all.some((got) => got.more),
        dropped: once([...channels.dropped, ...threads.dropped, ...all.flatMap((got) => got.dropped)]),
        deleted: [...new Set([...all.flatMap((got) => got.deleted), ...threads.deleted, ...gone])],
      };
    },
  };
}
