import type { Post } from '../../domain/post.ts';
import { AuthError, messageOf, RejectedError, UnavailableError } from '../../errors.ts';
import type { Memory } from '../kit/memory.ts';
import type { Dropped } from '../source.ts';
import { type Connection, isShut, type Session } from './connection.ts';
import { type MastodonStatus, notificationSchema, statusSchema } from './entities.ts';
import { merge } from './merge.ts';
import type { Poller } from './poll.ts';
import { readEvents, type StreamEvent } from './stream.ts';
import type { Watch } from './watch.ts';

/** One stream of the server: https://docs.joinmastodon.org/methods/streaming/ */
interface Channel {
  readonly path: string;
  /** What of its posts is news; of the `user` stream only what we wrote ourselves is. */
  wants(status: MastodonStatus): boolean;
  readonly user: boolean;
}

/**
 * Our notifications and our own posts as they happen, hashtags, lists and the public stream where they are watched, by
 * server-sent events (one connection each). Ends with UnavailableError when the server has no streaming (many
 * Mastodon-compatible ones have none) or a stream breaks; the poll goes on meanwhile. A watched stream that the server
 * does not open is told once and left out until the next connection.
 */
export function createListener(
  connection: Connection,
  poller: Poller,
  watch: Watch,
  memory: Memory,
  lookbackMs: number,
): (signal: AbortSignal) => AsyncGenerator<readonly Post[]> {
  const { log, name } = connection;
  /** Why a stream could not be opened last time. */
  const troubles = new Map<string, string>();

  async function open(
    channel: Channel,
    session: Session,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array> | null> {
    try {
      const body = await openStream(connection, `${session.streaming}${channel.path}`, signal);
      troubles.delete(channel.path);
      return body;
    } catch (error) {
      if (channel.user || signal.aborted) throw error;
      const why = messageOf(error);
      if (troubles.get(channel.path) !== why)
        log.warn({ source: name, stream: channel.path, why }, 'a watched stream cannot be opened');
      troubles.set(channel.path, why);
      return null;
    }
  }

  async function* posts(
    channel: Channel,
    body: ReadableStream<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<Post> {
    for await (const event of readEvents(body, connection.clock, signal)) {
      const post = await read(event, channel, signal);
      if (!post) continue;
      memory.delivered([post.id], post.editedAt);
      yield post;
    }
  }

  async function read(event: StreamEvent, channel: Channel, signal: AbortSignal): Promise<Post | null> {
    if (event.event === 'delete') memory.gone(event.data.trim());
    if (!['notification', 'update', 'status.update'].includes(event.event)) return null;
    const dropped: Dropped[] = [];
    try {
      const json: unknown = JSON.parse(event.data);
      if (event.event === 'notification')
        return await poller.notificationToPost(notificationSchema.parse(json), dropped, signal);
      const status = statusSchema.parse(json);
      const known = memory.editOf(status.id);
      // The same post, or the same edit, by several streams is brought once.
      if (known !== null && known >= (status.edited_at ?? 0)) return null;
      // An edit of what was there before we came; what this process has forgotten, the conversation brings.
      const old = status.created_at < connection.clock.now() - lookbackMs;
      if (event.event === 'status.update' && known === null && old) return null;
      const own = status.account.id === connection.current()?.me.id;
      // The notification brings it, and says that it speaks to us.
      const elsewhere = known === null && !channel.user && speaksToUs(status);
      if (!own && known === null && (elsewhere || !channel.wants(status))) return null;
      memory.delivered([status.id], status.edited_at ?? null);
      return own || channel.user
        ? await poller.ownToPost(status, signal)
        : await poller.foundToPost(status, signal);
    } catch (error) {
      if (signal.aborted || error instanceof AuthError) throw error;
      // The poll reads it again, and counts it when it is unreadable there too.
      log.debug({ source: name, event: event.event }, 'unreadable event in the stream');
      return null;
    }
  }

  function speaksToUs(status: MastodonStatus): boolean {
    const me = connection.current()?.me.id;
    return status.in_reply_to_account_id === me || status.mentions.some((one) => one.id === me);
  }

  return async function* listen(signal) {
    const session = await connection.session(signal);
    const over = new AbortController();
    const stop = AbortSignal.any([signal, over.signal]);
    try {
      const streams: AsyncGenerator<Post>[] = [];
      for (const channel of channelsOf(watch, session)) {
        const body = await open(channel, session, stop);
        if (body) streams.push(posts(channel, body, stop));
      }
      log.debug({ source: name, streams: streams.length }, 'streaming');
      for await (const post of merge(streams)) yield [post];
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UnavailableError || error instanceof AuthError) throw error;
      throw new UnavailableError('The stream broke; polling continues.', { cause: error });
    } finally {
      over.abort();
    }
    if (!signal.aborted) throw new UnavailableError('The server ended the stream; polling continues.');
  };
}

function channelsOf({ plan, concerns, concernsFromList }: Watch, session: Session): readonly Channel[] {
  const everything = ({ reblog }: MastodonStatus): boolean => !reblog;
  return [
    { path: '/api/v1/streaming/user', user: true, wants: () => false },
    ...plan.hashtags.map((tag) => ({
      path: `/api/v1/streaming/hashtag?tag=${encodeURIComponent(tag)}`,
      user: false,
      wants: everything,
    })),
    ...plan.lists.map((list) => ({
      path: `/api/v1/streaming/list?list=${encodeURIComponent(list)}`,
      user: false,
      wants: concernsFromList,
    })),
    ...(plan.public === 'off' || isShut(plan.public, session)
      ? []
      : [
          {
            path: `/api/v1/streaming/public${plan.public === 'all' ? '' : `/${plan.public}`}`,
            user: false,
            wants: concerns,
          },
        ]),
  ];
}

async function openStream(
  connection: Connection,
  url: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const none = `${connection.server} offers no streaming; polling continues.`;
  const opening = connection.api.open(url, {
    headers: { accept: 'text/event-stream' },
    scope: 'read:notifications',
    signal,
  });
  const response = await opening.catch((error: unknown) => {
    // A server without streaming answers 404, 400, 405 or, not knowing the address, 401 (seen); whether the token is
    // bad is the poll's to find out.
    const refused = error instanceof RejectedError || error instanceof AuthError;
    if (refused) throw new UnavailableError(none, { cause: error });
    if (!(error instanceof UnavailableError)) throw error;
    throw new UnavailableError(`The stream cannot be opened: ${error.message} Polling continues.`, {
      cause: error,
    });
  });
  const type = response.headers.get('content-type') ?? '';
  if (response.body && /^text\/event-stream/i.test(type)) return response.body;
  await response.body?.cancel();
  throw new UnavailableError(none);
}
