import type { Post } from '../../domain/post.ts';
import { AuthError } from '../../errors.ts';
import type { Dropped } from '../source.ts';
import type { Api, Purpose } from './api.ts';
import {
  type Channel,
  type Comment,
  channelSchema,
  commentSchema,
  readItems,
  readPage,
  type Thread,
  threadSchema,
} from './entities.ts';
import { commentToPost, type PostContext } from './to-post.ts';

/** What a sign-in tells. */
export interface Session {
  /** The channel that answers; null with an API key alone. */
  readonly me: Channel | null;
  /** The channel that is watched; null where only videos are. */
  readonly watched: Channel | null;
}

/** Everything the parts of this adapter share. */
export interface Connection {
  readonly api: Api;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  session(signal: AbortSignal, purpose?: Purpose): Promise<Session>;
  /** Asks again; for the check. */
  verify(signal: AbortSignal): Promise<Session>;
  /** A comment as a post. */
  toPost(comment: Comment, place: PostContext['place'], conversationId: string): Post;
  /** Remembers whether YouTube lets us answer in this thread. */
  note(thread: Thread): void;
  /** Whether YouTube said that we may not answer in this thread. */
  closed(threadId: string): boolean;
  /** One page of answers to a comment. */
  replies(
    threadId: string,
    pageToken: string | null,
    dropped: Dropped[],
    signal: AbortSignal,
  ): Promise<{ readonly comments: readonly Comment[]; readonly next: string | null }>;
  /** Threads by their ids (at most 50); those that are gone are left out. */
  threads(ids: readonly string[], signal: AbortSignal): Promise<readonly Thread[]>;
}

const MAX_CLOSED = 5_000;

/** @param options.channel id or handle of the channel to watch; null for the one that signs in. */
export function connect(options: {
  readonly name: string;
  readonly api: Api;
  readonly channel: string | null;
  readonly signsIn: boolean;
  readonly ours: readonly string[];
}): Connection {
  const { api, signsIn } = options;
  let known: Session | null = null;
  const closed = new Set<string>();
  const ours = new Set(options.ours.map((one) => one.toLowerCase()));

  async function channel(
    filter: Record<string, string>,
    signal: AbortSignal,
    purpose: Purpose,
  ): Promise<Channel | null> {
    const page = readPage(await api.list('channels', { part: 'snippet', ...filter }, signal, purpose));
    return readItems(page.items, channelSchema, [])[0] ?? null;
  }

  async function signIn(signal: AbortSignal, purpose: Purpose): Promise<Session> {
    const me = signsIn ? await channel({ mine: 'true' }, signal, purpose) : null;
    if (signsIn && !me)
      throw new AuthError(
        'The Google account that signed in has no YouTube channel; sign in as one that has.',
      );
    const wanted = options.channel;
    if (wanted === null) return { me, watched: me };
    if (wanted === me?.id) return { me, watched: me };
    const watched = await channel(
      wanted.startsWith('@') ? { forHandle: wanted } : { id: wanted },
      signal,
      purpose,
    );
    if (!watched)
      throw new AuthError(`YouTube has no channel “${wanted}”; look at sources.${options.name}.channel.`);
    return { me, watched };
  }

  return {
    api,
    current: () => known,
    async session(signal, purpose = 'read') {
      known ??= await signIn(signal, purpose);
      return known;
    },
    async verify(signal) {
      known = await signIn(signal, 'read');
      return known;
    },
    toPost(comment, place, conversationId) {
      const author = comment.snippet.authorChannelId?.value ?? null;
      const own = author !== null && (author === known?.me?.id || author === known?.watched?.id);
      const made = (isOurs: boolean): Post =>
        commentToPost(comment, { source: options.name, place, conversationId, ours: isOurs });
      const post = made(own || (author !== null && ours.has(author.toLowerCase())));
      return !post.ours && ours.has(`@${post.author.handle.toLowerCase()}`) ? made(true) : post;
    },
    note(thread) {
      // With an API key alone nobody may answer, which says nothing about the thread.
      if (!signsIn) return;
      closed.delete(thread.id);
      if (thread.snippet.canReply !== false) return;
      if (closed.size >= MAX_CLOSED) closed.clear();
      closed.add(thread.id);
    },
    closed: (threadId) => closed.has(threadId),
    async replies(threadId, pageToken, dropped, signal) {
      const params = { part: 'snippet', parentId: threadId, maxResults: 100, textFormat: 'html', pageToken };
      const page = readPage(await api.list('comments', params, signal));
      return { comments: readItems(page.items, commentSchema, dropped), next: page.next };
    },
    async threads(ids, signal) {
      const params = { part: 'snippet,replies', id: ids.join(','), textFormat: 'html' };
      return readItems(readPage(await api.list('commentThreads', params, signal)).items, threadSchema, []);
    },
  };
}
