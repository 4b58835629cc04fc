import type { Socket } from 'node:net';
import { Agent, buildConnector, WebSocket } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { UnavailableError } from '../../errors.ts';
import { recordSchema } from './shapes.ts';
import { POST } from './urls.ts';

/**
 * The public stream of all posts as JSON: https://github.com/bluesky-social/jetstream (documentation of `/subscribe`).
 * Not compressed: its zstd needs a dictionary, and posts alone are some 100 kB/s.
 */

/** Posts have at most 3,000 bytes of text; a record of more than this with everything around it is none that people wrote. */
const MAX_MESSAGE = 64_000;
/** The whole network writes dozens of posts a second: a minute of nothing is a dead line. */
const SILENCE_MS = 60_000;
const LOOK_MS = 15_000;
const CONNECT_MS = 30_000;

const eventSchema = z.object({
  did: z.string(),
  time_us: z.number(),
  commit: z
    .object({
      operation: z.string(),
      collection: z.string(),
      rkey: z.string(),
      record: z.unknown().optional(),
    })
    .optional(),
  account: z.object({ active: z.boolean(), status: z.string().optional() }).optional(),
});

/** What happened, as far as it concerns posts. */
export type JetstreamEvent =
  | {
      readonly type: 'post';
      readonly did: string;
      readonly uri: string;
      readonly us: number;
      readonly record: z.output<typeof recordSchema>;
    }
  | { readonly type: 'deleted'; readonly uri: string; readonly us: number }
  | { readonly type: 'account-deleted'; readonly did: string; readonly us: number }
  | { readonly type: 'other'; readonly us: number };

/** Reads one message; null when it is none that can be understood. Edits do not exist on Bluesky, so `update` is nothing. */
export function readEvent(raw: string): JetstreamEvent | null {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return null;
  }
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) return null;
  const { did, time_us: us, commit, account } = parsed.data;
  if (account && !account.active && account.status === 'deleted') return { type: 'account-deleted', did, us };
  if (commit?.collection !== POST) return { type: 'other', us };
  const uri = `at://${did}/${POST}/${commit.rkey}`;
  if (commit.operation === 'delete') return { type: 'deleted', uri, us };
  if (commit.operation !== 'create') return { type: 'other', us };
  const record = recordSchema.safeParse(commit.record);
  return record.success ? { type: 'post', did, uri, us, record: record.data } : { type: 'other', us };
}

export interface JetstreamOptions {
  readonly url: string;
  /** Where to go on, epoch microseconds; null for what happens from now on. */
  readonly cursor: number | null;
  /** The guarded one: it refuses addresses that may not be connected to. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onEvent(event: JetstreamEvent): void;
  /** Once, when the connection is gone, however it went. */
  onEnd(error: UnavailableError): void;
  /** Every 15 s while it is alive. */
  onTick(): void;
}

/** An open stream. */
export interface Jetstream {
  close(): void;
}

/**
 * Opens the stream. Resolves when it is open; throws RejectedError (an address that is not allowed) or UnavailableError.
 *
 * A socket cannot go through the guarded `fetch`. So the same host is asked by it first: it refuses private addresses
 * in its own words. Between that and the socket a name might change its address; with `wss` the other side must then
 * still hold the certificate of the configured name, and without it (`ws`) private addresses were allowed anyway.
 */
export async function openJetstream(options: JetstreamOptions): Promise<Jetstream> {
  const { clock, signal } = options;
  await passGuard(options);
  signal.throwIfAborted();
  const line = makeLine();
  const socket = new WebSocket(addressOf(options), { dispatcher: line.dispatcher });
  const { host } = new URL(options.url);
  const over = new AbortController();
  let heardAt = clock.now();
  const end = (words: string): void => {
    if (over.signal.aborted) return;
    over.abort();
    signal.removeEventListener('abort', onAbort);
    socket.close();
    line.hangUp();
    options.onEnd(new UnavailableError(`${words}; polling continues.`));
  };
  const onAbort = (): void => end('The stream was left');
  signal.addEventListener('abort', onAbort, { once: true });
  socket.addEventListener('message', ({ data }) => {
    if (over.signal.aborted) return;
    heardAt = clock.now();
    const event = typeof data === 'string' ? readEvent(data) : null;
    if (event) options.onEvent(event);
  });
  const watchOver = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_MS, over.signal);
      if (clock.now() - heardAt >= SILENCE_MS)
        return end(`The stream of ${host} has been silent for ${SILENCE_MS / 1_000} s, so it is dead`);
      options.onTick();
    }
  };
  // From now on, so that a handshake without an answer ends, too; ends by the abort of `over`, which says nothing.
  watchOver().catch(() => {});
  await new Promise<void>((resolve, reject) => {
    over.signal.addEventListener('abort', () =>
      reject(new UnavailableError(`The stream of ${host} cannot be opened; polling continues.`)),
    );
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => end(`The stream of ${host} broke`));
    socket.addEventListener('close', ({ code }) => end(`${host} ended the stream (${code})`));
  });
  return { close: () => end('The stream was closed') };
}

/** A dispatcher that lets go of its connection: a peer that died without a word never answers the closing frame. */
function makeLine(): { readonly dispatcher: Agent; hangUp(): void } {
  const connector = buildConnector({ timeout: CONNECT_MS });
  let raw: Socket | null = null;
  const dispatcher = new Agent({
    webSocket: { maxPayloadSize: 4 * MAX_MESSAGE },
    connect: (to, callback) =>
      connector(to, (...result) => {
        raw = result[1];
        callback(...result);
      }),
  });
  return {
    dispatcher,
    hangUp() {
      // After what is still to be written.
      raw?.destroySoon();
      dispatcher.destroy().catch(() => {});
    },
  };
}

function addressOf({ url, cursor }: JetstreamOptions): URL {
  const address = new URL(url);
  address.searchParams.set('wantedCollections', POST);
  address.searchParams.set('maxMessageSizeBytes', String(MAX_MESSAGE));
  if (cursor !== null) address.searchParams.set('cursor', String(Math.trunc(cursor)));
  return address;
}

/** Any answer will do: a server of sockets says "bad request". */
async function passGuard({ url, fetch, signal }: JetstreamOptions): Promise<void> {
  const address = new URL(url.replace(/^ws/, 'http'));
  const response = await fetch(address, { redirect: 'manual', signal });
  await response.body?.cancel();
}
