import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Connection } from './connection.ts';
import { isAboutThis, isGone } from './failures.ts';
import { byAge, isNewer, newest, placeOf } from './ids.ts';
import { isThread } from './places.ts';
import { PAGE, readMessages } from './read-place.ts';
import { isDeleted, knownRoot, readMessage } from './roots.ts';
import { answeredBy, type Channel, isWritten, type Message, type MessagePage } from './shapes.ts';

const MAX_CONVERSATION = 500;
/** Pages of a thread, newest first: all that can be shown. */
const MAX_THREAD_PAGES = 5;
/** Around a post that is further back. */
const AROUND = 50;
/**
 * Discord cannot be asked for the answers to a message of a channel: so many pages behind the first message are looked
 * through, and one behind the post in question.
 */
const MAX_CHAIN_PAGES = 3;
const MAX_ANCESTORS = 20;
/** People whose roles have to be asked for; what others wrote is left out rather than guessed. */
const MAX_PEOPLE = 100;

/** What a conversation is made of. */
interface Found {
  readonly messages: Map<string, Message>;
  add(page: MessagePage): MessagePage;
}

function collect(): Found {
  const messages = new Map<string, Message>();
  return {
    messages,
    add(page) {
      for (const message of page.messages) messages.set(message.id, message);
      return page;
    },
  };
}

/** A thread or forum post whole, or the chain of answers of a message in a channel. */
export function createConversations(connection: Connection, noteGone: (id: string) => void) {
  /** The newest pages, what is around the post, and the thread's first message, wherever that stands. */
  async function readThread(thread: Channel, post: Post, signal: AbortSignal) {
    const found = collect();
    let before: string | undefined;
    let whole = false;
    for (let pages = 0; pages < MAX_THREAD_PAGES && !whole; pages++) {
      const params = before === undefined ? {} : { before };
      const page = found.add(await readMessages(connection, thread.id, params, signal));
      const lowest = [...page.ids].sort(byAge)[0];
      whole = page.count < PAGE || lowest === undefined || lowest === before;
      before = lowest ?? before;
    }
    if (!found.messages.has(post.id) && !whole)
      found.add(await readMessages(connection, thread.id, { around: post.id }, signal, AROUND));
    if (!found.messages.has(thread.id)) {
      // In a forum it is in the thread; elsewhere the thread began at a message of the channel above.
      const first =
        (await readMessage(connection, thread.id, thread.id, signal)) ??
        (thread.parent_id ? await readMessage(connection, thread.parent_id, thread.id, signal) : null);
      if (first) found.messages.set(first.id, first);
    }
    return found.messages;
  }

  async function readChain(channelId: string, post: Post, signal: AbortSignal) {
    const found = collect();
    const root = post.conversationId;
    const read = async (id: string): Promise<Message | null> => {
      const message = found.messages.get(id) ?? (await readMessage(connection, channelId, id, signal));
      if (message) found.messages.set(id, message);
      return message;
    };
    const asked = await read(post.id);
    const first = await read(root);
    let after = root;
    for (let pages = 0; pages < MAX_CHAIN_PAGES; pages++) {
      const page = found.add(await readMessages(connection, channelId, { after }, signal));
      const top = page.ids.reduce(newest, after);
      if (page.count < PAGE || top === after) break;
      after = top;
    }
    if (isNewer(post.id, after))
      found.add(await readMessages(connection, channelId, { after: post.id }, signal));
    let at = asked;
    for (let steps = 0; at && steps < MAX_ANCESTORS; steps++) {
      const parent = answeredBy(at);
      at = parent === null || found.messages.has(parent) ? null : await read(parent);
    }
    const chain = await inChain(found.messages, root, post.id);
    // A thread that somebody opened at one of them goes on with the same talk.
    for (const message of [asked, first])
      if (message?.thread) await addThread(chain, message.thread.id, signal);
    return chain;
  }

  async function addThread(chain: Map<string, Message>, threadId: string, signal: AbortSignal) {
    const thread = await connection.channel(threadId, signal);
    if (!thread) return;
    for (const message of (await readMessages(connection, threadId, {}, signal)).messages)
      chain.set(message.id, message);
  }

  /** Those whose way up leads to the first message, as far as that is known. */
  async function inChain(all: ReadonlyMap<string, Message>, root: string, postId: string) {
    const inside = new Set([root, postId]);
    const chain = new Map<string, Message>();
    for (const message of [...all.values()].sort((a, b) => byAge(a.id, b.id))) {
      const parent = answeredBy(message);
      const belongs =
        inside.has(message.id) ||
        (parent !== null &&
          (inside.has(parent) || (!all.has(parent) && (await knownRoot(connection, parent)) === root)));
      if (!belongs) continue;
      inside.add(message.id);
      chain.set(message.id, message);
    }
    return chain;
  }

  async function toPosts(
    messages: Iterable<Message>,
    post: Post,
    guildId: string,
    signal: AbortSignal,
  ): Promise<Post[]> {
    const posts: Post[] = [];
    let asked = 0;
    for (const message of messages) {
      if (!isWritten(message)) continue;
      const webhook = message.webhook_id !== null;
      if (!(await connection.knowsWhether(message.author, guildId, webhook)) && ++asked > MAX_PEOPLE)
        continue;
      const ours = await connection.isOurs(message.author, guildId, webhook, signal);
      if (!connection.isWanted(message, ours)) continue;
      const place = (await connection.channel(message.channel_id, signal)) ?? { type: 0 };
      const via = ours ? 'comment' : await connection.viaOf(message, place, guildId, signal);
      try {
        posts.push(connection.toPost(message, guildId, { conversationId: post.conversationId, via, ours }));
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
    let messages: ReadonlyMap<string, Message>;
    try {
      const channel = await connection.channel(place.channelId, signal);
      // Out of sight is not gone: a permission taken away by mistake must not close what waits.
      if (!channel) return [post];
      messages = isThread(channel)
        ? await readThread(channel, post, signal)
        : await readChain(channel.id, post, signal);
    } catch (error) {
      // The thread was deleted, or is no longer for the bot.
      if (!isAboutThis(error)) throw error;
      if (!isGone(error)) return [post];
      noteGone(post.id);
      return [];
    }
    if (!messages.has(post.id) && (await isDeleted(connection, place.channelId, post.id, signal)))
      noteGone(post.id);
    const posts = await toPosts(bounded([...messages.values()], post), post, place.guildId, signal);
    return posts.sort((a, b) => a.createdAt - b.createdAt || byAge(a.id, b.id));
  };
}

/** Of a giant one the first message, the one in question, and the newest. */
function bounded(messages: readonly Message[], post: Post): readonly Message[] {
  if (messages.length <= MAX_CONVERSATION) return messages;
  const must = messages.filter(({ id }) => id === post.id || id === post.conversationId);
  const rest = [...messages].sort((a, b) => byAge(b.id, a.id));
  return [...new Set([...must, ...rest])].slice(0, MAX_CONVERSATION);
}
