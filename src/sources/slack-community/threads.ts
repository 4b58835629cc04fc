import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Connection } from './connection.ts';
import { MAX_RECENT_THREAD, packRecent, recentOf, type ThreadState } from './cursor.ts';
import { isAboutThis, isGone } from './failures.ts';
import type { Harvest, Take } from './harvest.ts';
import { byTime, newest, placeOf, postId, timeOf, tsAt } from './ids.ts';
import { OVERLAP_MS } from './read-channel.ts';
import { isTombstone, isWritten, type Message, type MessagePage, readPage } from './shapes.ts';

const PAGE = 200;
const MAX_PAGES = 5;
const MAX_CONVERSATION = 500;

interface Window {
  readonly oldest?: string;
  readonly latest?: string;
  readonly metadata?: boolean;
  readonly pages?: number;
  readonly purpose?: 'read' | 'answer';
}

/** Messages of a thread with its first one, by timestamp (https://docs.slack.dev/reference/methods/conversations.replies). */
export async function readReplies(
  connection: Connection,
  channelId: string,
  ts: string,
  { oldest, latest, metadata, pages = MAX_PAGES, purpose = 'read' }: Window,
  signal: AbortSignal,
): Promise<{
  readonly messages: Map<string, Message>;
  readonly whole: boolean;
  readonly dropped: MessagePage['dropped'];
}> {
  const messages = new Map<string, Message>();
  const dropped: MessagePage['dropped'][number][] = [];
  let next: string | null = null;
  for (let read = 0; read < pages; read++) {
    const params: Record<string, string | number | boolean | undefined> = {
      channel: channelId,
      ts,
      limit: PAGE,
      oldest,
      latest,
      inclusive: true,
      include_all_metadata: metadata,
      cursor: next ?? undefined,
    };
    const page = readPage(await connection.api.get('conversations.replies', params, { signal, purpose }));
    for (const message of page.messages) messages.set(message.ts, message);
    dropped.push(...page.dropped);
    if (page.next === null) return { messages, whole: true, dropped };
    next = page.next;
  }
  return { messages, whole: false, dropped };
}

/** New and changed answers in one thread; all of it when some were deleted. `gone` when the thread itself is. */
export async function readThreadNews(
  connection: Connection,
  place: { readonly channelId: string; readonly ts: string; readonly since: string },
  state: ThreadState,
  harvest: Harvest,
  take: Take,
  signal: AbortSignal,
): Promise<ThreadState | 'gone'> {
  const { channelId, ts, since } = place;
  const known = recentOf(state.recent);
  const border = newest(since, tsAt(timeOf(state.seen) - OVERLAP_MS));
  // From the oldest answer that is watched, so that one which is missing is missed.
  const from = [border, ...known.keys()].sort(byTime)[0] ?? border;
  let got: Awaited<ReturnType<typeof readReplies>>;
  try {
    got = await readReplies(connection, channelId, ts, { oldest: from }, signal);
  } catch (error) {
    if (!isAboutThis(error)) throw error;
    if (isGone(error)) for (const one of known.keys()) harvest.deleted.add(postId(channelId, one));
    return 'gone';
  }
  harvest.dropped.push(...got.dropped);
  const answers = [...got.messages.values()].filter((message) => message.ts !== ts);
  if (got.whole)
    for (const one of [...known.keys()].filter((each) => !got.messages.has(each))) {
      known.delete(one);
      harvest.deleted.add(postId(channelId, one));
    }
  await take(channelId, answers, known, border, harvest, signal);
  const seen = answers.reduce((top, message) => newest(top, message.ts), state.seen);
  const count = got.messages.get(ts)?.reply_count ?? state.count;
  return { seen, count, due: !got.whole, recent: packRecent(known, MAX_RECENT_THREAD) };
}

/** A whole thread: its first message and the answers; of a giant one the first, what is around the post, and the newest. */
export function createConversations(connection: Connection, noteMissed: (id: string) => void) {
  async function readThread(channelId: string, threadTs: string, ts: string, signal: AbortSignal) {
    const first = await readReplies(connection, channelId, threadTs, { pages: 3 }, signal);
    if (first.whole) return { messages: first.messages, whole: true };
    const parent = first.messages.get(threadTs);
    const messages = new Map(parent ? [[threadTs, parent]] : []);
    const add = (found: ReadonlyMap<string, Message>): void => {
      for (const [id, message] of found) messages.set(id, message);
    };
    const around = { oldest: ts, latest: ts, pages: 1 };
    add((await readReplies(connection, channelId, threadTs, around, signal)).messages);
    const end = parent?.latest_reply ?? ts;
    // Where the newest begin, nobody tells: as far back as they reach if people always wrote equally often.
    const pace = (timeOf(end) - timeOf(threadTs)) / Math.max(1, parent?.reply_count ?? 1);
    const oldest = tsAt(timeOf(end) - pace * 0.8 * MAX_CONVERSATION);
    add((await readReplies(connection, channelId, threadTs, { oldest, pages: 4 }, signal)).messages);
    return { messages, whole: false };
  }

  async function toPosts(
    messages: readonly Message[],
    channelId: string,
    signal: AbortSignal,
  ): Promise<Post[]> {
    const posts: Post[] = [];
    for (const message of messages) {
      if (!isWritten(message) || !connection.isWanted(message)) continue;
      try {
        posts.push(await connection.toPost(message, channelId, signal));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
      }
    }
    return posts;
  }

  return async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    const place = placeOf(post);
    if (!place) return [];
    await connection.session(signal);
    let got: Awaited<ReturnType<typeof readThread>>;
    try {
      got = await readThread(place.channelId, place.threadTs, place.ts, signal);
    } catch (error) {
      // Deleted, or no longer for the app: out of sight is not gone, and must not close what waits.
      if (!isAboutThis(error)) throw error;
      if (!isGone(error)) return [post];
      noteMissed(post.id);
      return [];
    }
    const own = got.messages.get(place.ts);
    if ((own && isTombstone(own)) || (!own && got.whole)) noteMissed(post.id);
    const posts = await toPosts(bounded(got.messages, place.threadTs, place.ts), place.channelId, signal);
    return posts.map((one) => ({ ...one, conversationId: post.conversationId }));
  };
}

/** Oldest first, at most 500. */
function bounded(messages: ReadonlyMap<string, Message>, threadTs: string, ts: string): readonly Message[] {
  const must = [threadTs, ts].flatMap((one) => messages.get(one) ?? []);
  const rest = [...messages.values()].sort((a, b) => byTime(b.ts, a.ts));
  const kept = [...new Set([...must, ...rest])].slice(0, MAX_CONVERSATION);
  return kept.sort((a, b) => byTime(a.ts, b.ts));
}
