import type { Post } from '../../domain/post.ts';
import { AuthError, RejectedError, UnavailableError } from '../../errors.ts';
import type { Dropped } from '../source.ts';
import type { Connection } from './connection.ts';
import { notificationSchema, statusSchema } from './entities.ts';
import type { Poller } from './poll.ts';
import { readEvents, type StreamEvent } from './stream.ts';

/**
 * Our notifications and our own posts as they happen, by server-sent events. Ends with UnavailableError when the
 * server has no streaming (many Mastodon-compatible ones have none) or the stream breaks; the poll goes on meanwhile.
 */
export async function* listen(
  connection: Connection,
  poller: Poller,
  signal: AbortSignal,
): AsyncGenerator<readonly Post[]> {
  const session = await connection.session(signal);
  const response = await openStream(connection, session.streaming, signal);
  connection.log.debug({ source: connection.name }, 'streaming');
  try {
    for await (const event of readEvents(response, connection.clock, signal)) {
      const post = await read(event, connection, poller, signal);
      if (post) yield [post];
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof UnavailableError || error instanceof AuthError) throw error;
    throw new UnavailableError('The stream broke; polling continues.', { cause: error });
  }
  if (!signal.aborted) throw new UnavailableError('The server ended the stream; polling continues.');
}

async function openStream(
  connection: Connection,
  streaming: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const none = `${connection.server} offers no streaming; polling continues.`;
  const opening = connection.api.open(`${streaming}/api/v1/streaming/user`, {
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

async function read(
  event: StreamEvent,
  connection: Connection,
  poller: Poller,
  signal: AbortSignal,
): Promise<Post | null> {
  if (event.event !== 'notification' && event.event !== 'update') return null;
  const dropped: Dropped[] = [];
  try {
    const json: unknown = JSON.parse(event.data);
    if (event.event === 'notification')
      return await poller.notificationToPost(notificationSchema.parse(json), dropped, signal);
    // `update` is the home timeline: of it only what we wrote ourselves, with whatever client.
    const status = statusSchema.parse(json);
    return status.account.id === connection.current()?.me.id ? await poller.ownToPost(status, signal) : null;
  } catch (error) {
    if (signal.aborted || error instanceof AuthError) throw error;
    // The poll reads it again, and counts it when it is unreadable there too.
    connection.log.debug({ source: connection.name, event: event.event }, 'unreadable event in the stream');
    return null;
  }
}
