import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import type { Connection, Session } from './connection.ts';
import type { Cursor, ThreadState } from './cursor.ts';
import { codeOf } from './failures.ts';
import { isNewer, newest, snowflakeAt } from './ids.ts';
import { isThread, mayHaveThreads, type Place, readChannel } from './places.ts';
import { OVERLAP_MS } from './read-place.ts';
import { type Channel, channelSchema, read, threadListSchema } from './shapes.ts';

/**
 * A thread that is archived by hand between two polls is in no list of active ones; once an hour the archived ones are
 * looked through, too.
 */
const SWEEP_MS = 3_600_000;
const MAX_SWEEP_PAGES = 4;
const SWEEP_PAGE = 50;
/** Threads that left the list and are asked about in one poll. */
const MAX_LOST = 10;

/** A thread or a post of a forum, in one of the channels that are watched. */
export interface Thread extends Channel {
  readonly guild_id: string;
}

export interface FoundThreads {
  /** Those with something new, or with fewer messages than before. */
  readonly news: readonly Thread[];
  /** Those that were deleted. */
  readonly gone: readonly string[];
  /** Those that are closed and read to the end: nothing more has to be known of them. */
  readonly settled: readonly string[];
  readonly sweptAt: number;
}

/** Id of the newest message, as far as the thread's own entry tells; a new post of a forum has only its first one. */
export function topOf(thread: Channel): string {
  return newest(thread.last_message_id ?? thread.id, thread.id);
}

/** From where a thread has to be read that nothing is remembered of: the last look at the list would have shown the rest. */
export function floorOf(cursor: Cursor): string {
  return snowflakeAt(Math.max(cursor.since, cursor.polledAt - OVERLAP_MS));
}

/** How many messages are in it; fewer than before means that some were deleted. */
export function countOf(thread: Channel): number {
  return thread.message_count ?? -1;
}

function hasNews(thread: Channel, state: ThreadState | undefined, floor: string): boolean {
  if (!state) return isNewer(topOf(thread), floor);
  return countOf(thread) !== state.count || isNewer(topOf(thread), state.last);
}

/** Every thread that has to be read, by one request a server, and by some more once an hour. */
export async function findThreads(
  connection: Connection,
  session: Session,
  cursor: Cursor,
  signal: AbortSignal,
): Promise<FoundThreads> {
  const { clock } = connection;
  const parents = new Set(session.places.filter((place) => !isThread(place)).map((place) => place.id));
  const direct = new Set(session.places.filter(isThread).map((place) => place.id));
  const threads = new Map<string, Thread>();
  const keep = (found: readonly Thread[]): void => {
    for (const thread of found) {
      if (!direct.has(thread.id) && !(thread.parent_id && parents.has(thread.parent_id))) continue;
      threads.set(thread.id, thread);
      connection.note(thread);
    }
  };
  for (const guildId of session.guilds.keys()) keep(await activeThreads(connection, guildId, signal));
  const active = new Set(threads.keys());
  const due = clock.now() - cursor.sweptAt >= SWEEP_MS;
  const sweptFrom = Math.max(cursor.since, cursor.sweptAt - OVERLAP_MS);
  if (due)
    for (const place of session.places.filter(mayHaveThreads))
      keep(await archivedThreads(connection, place, sweptFrom, signal));

  const lost = Object.keys(cursor.threads).filter((id) => !threads.has(id));
  const gone: string[] = [];
  const shut: string[] = [];
  for (const id of lost.slice(0, MAX_LOST)) {
    const thread = await lookUp(connection, id, signal);
    if (thread === 'gone') gone.push(id);
    else if (thread === 'shut') shut.push(id);
    else keep([thread]);
  }
  const floor = floorOf(cursor);
  const news = [...threads.values()].filter((thread) =>
    hasNews(thread, cursor.threads[thread.id], active.has(thread.id) ? floor : snowflakeAt(sweptFrom)),
  );
  const reading = new Set(news.map((thread) => thread.id));
  const settled = [...threads.keys()].filter((id) => !active.has(id) && !reading.has(id));
  return { news, gone, settled: [...settled, ...shut], sweptAt: due ? clock.now() : cursor.sweptAt };
}

function parse(entries: readonly unknown[], guildId: string): Thread[] {
  return entries.flatMap((entry) => {
    const thread = channelSchema.safeParse(entry).data;
    return thread && isThread(thread) ? [{ ...thread, guild_id: guildId }] : [];
  });
}

/** https://docs.discord.com/developers/resources/guild#list-active-guild-threads */
async function activeThreads(
  connection: Connection,
  guildId: string,
  signal: AbortSignal,
): Promise<readonly Thread[]> {
  const about = { what: 'list the threads' };
  const json = await connection.api.get(`/guilds/${guildId}/threads/active`, { signal, about });
  return parse(read(z.object({ threads: z.array(z.unknown()) }), json).threads, guildId);
}

/**
 * Public threads of one channel that were archived since `since`, newest first
 * (https://docs.discord.com/developers/resources/channel#list-public-archived-threads).
 */
async function archivedThreads(
  connection: Connection,
  place: Place,
  since: number,
  signal: AbortSignal,
): Promise<readonly Thread[]> {
  const found: Thread[] = [];
  let before: string | undefined;
  try {
    for (let pages = 0; pages < MAX_SWEEP_PAGES; pages++) {
      const about = { what: 'list the archived threads', channel: place.id };
      const path = `/channels/${place.id}/threads/archived/public`;
      const params = { limit: SWEEP_PAGE, ...(before === undefined ? {} : { before }) };
      const list = read(threadListSchema, await connection.api.get(path, { params, signal, about }));
      const page = parse(list.threads, place.guild_id);
      found.push(...page);
      const oldest = page.at(-1)?.thread_metadata?.archive_timestamp;
      if (!list.has_more || !oldest || !(Date.parse(oldest) > since) || oldest === before) break;
      before = oldest;
    }
  } catch (error) {
    // A channel that is shut to the bot is told by its messages; it must not keep the others from being read.
    if (!(error instanceof AuthError) || codeOf(error) === null) throw error;
  }
  return found;
}

/** A thread that left the lists; `shut` when the bot may not see it any more, which deletes nothing. */
async function lookUp(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): Promise<Thread | 'gone' | 'shut'> {
  try {
    const thread = await readChannel(connection.api, id, signal);
    if (!thread) return 'gone';
    return thread.guild_id === null ? 'shut' : { ...thread, guild_id: thread.guild_id };
  } catch (error) {
    if (error instanceof AuthError && codeOf(error) !== null) return 'shut';
    throw error;
  }
}
