import type { SocketModeReceiver } from '@slack/bolt';
import type { Clock } from '../../clock.ts';
import { AuthError, messageOf, RateLimitedError } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import { slackError } from './failures.ts';
import { redact } from './log.ts';

/** The connection through which payloads come in, kept up until it is stopped. */
export interface Connection {
  /** Resolves once the first attempt has ended, well or not. */
  start(): Promise<void>;
  /** Null while it is up; else what is wrong, in words. */
  problem(): string | null;
  stop(): Promise<void>;
}

/** The first wait after a lost connection, doubled each time, in milliseconds. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A refused token is tried again this rarely: a person may install the app again, and nothing is hammered. */
const REFUSED_WAIT_MS = 15 * 60_000;
/** A socket that opens and then says nothing for so long is given up. */
const HELLO_TIMEOUT_MS = 30_000;

/**
 * Keeps a Socket Mode connection. The SDK's own reconnecting is switched off: it rejects a promise that nobody holds
 * when the second attempt fails, which ends a Node process, and it neither tells our health nor obeys our clock.
 */
export function socketConnection(
  receiver: SocketModeReceiver,
  deps: { readonly clock: Clock; readonly random: () => number; readonly log: ChatLog },
): Connection {
  const { clock, log } = deps;
  const { client } = receiver;
  const stopping = new AbortController();
  let problem: string | null = 'Connecting to Slack.';
  let lost: () => void = () => {};
  client.on('disconnected', () => lost());

  async function connect(): Promise<void> {
    const late = new AbortController();
    const timer = clock.sleep(HELLO_TIMEOUT_MS, AbortSignal.any([late.signal, stopping.signal])).then(() => {
      throw new Error('Slack opened a socket and said nothing.');
    });
    timer.catch(() => {});
    try {
      const started = client.start().catch((error: unknown) => {
        // The SDK rejects with nothing when the socket closes before Slack has said hello.
        throw error ?? new Error('the socket closed before Slack had said hello');
      });
      await Promise.race([started, timer]);
    } finally {
      late.abort();
    }
  }

  function waitAfter(error: unknown, failures: number): number {
    const told = slackError(error, { method: 'apps.connections.open' });
    if (told instanceof AuthError) {
      problem = `Socket Mode: ${told.message} The app token (SLACK_APP_TOKEN, xapp-…) is meant.`;
      log.error({ why: told.message }, 'Slack refuses the app token');
      return REFUSED_WAIT_MS;
    }
    problem = `Socket Mode: ${redact(told.message)}`;
    log.warn({ why: redact(messageOf(told)), failures }, 'no connection to Slack');
    if (told instanceof RateLimitedError) return Math.max(FIRST_WAIT_MS, told.retryAfterMs);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
    return wait * (0.5 + deps.random() / 2);
  }

  /** One connection after another, until stopped; `first` is told when the first attempt has ended. */
  async function keep(first: () => void): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const gone = new Promise<void>((resolve) => {
        lost = resolve;
      });
      try {
        await connect();
        if (stopping.signal.aborted) break;
        if (failures > 0) log.info({}, 'connected to Slack again');
        failures = 0;
        problem = null;
        first();
        await gone;
        if (stopping.signal.aborted) break;
        problem = 'Socket Mode: the connection was lost; connecting again.';
        log.debug({}, 'the Slack connection ended; opening the next');
      } catch (error) {
        failures += 1;
        if (stopping.signal.aborted) break;
        // A socket that said nothing is still open; a second one beside it would get half of the payloads.
        if (client.websocket?.isActive()) await Promise.race([client.disconnect(), clock.sleep(5_000)]);
        const ms = waitAfter(error, failures);
        first();
        await clock.sleep(ms, stopping.signal).catch(() => {});
      }
    }
    first();
  }

  let running: Promise<void> | null = null;
  return {
    start: () =>
      new Promise((resolve) => {
        running = keep(resolve);
      }),
    problem: () => problem,
    async stop() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      problem = 'Stopped.';
      lost();
      // Not awaited to the end: a peer that never answers the close frame would hold us for half a minute.
      void client.disconnect().catch(() => {});
      await running;
    },
  };
}
