import type { Server } from 'node:http';
import type { HTTPReceiver } from '@slack/bolt';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import type { ChatLog, HttpDoor } from '../chat.ts';
import type { Connection } from './socket.ts';

/** A taken port is tried again this often, in milliseconds: the old process may still be stopping. */
const RETRY_MS = 15_000;

/**
 * Listens for Slack's signed requests on a port of its own (`/slack/events` takes events, clicks, forms and commands).
 * Bolt checks the signature and refuses requests older than five minutes.
 */
export function httpConnection(
  receiver: HTTPReceiver,
  deps: { readonly clock: Clock; readonly log: ChatLog; readonly http: HttpDoor; readonly port: number },
): Connection {
  const { clock, log, port } = deps;
  const { host } = deps.http;
  const stopping = new AbortController();
  let server: Server | null = null;
  let problem: string | null = 'Opening the port for Slack.';

  async function keep(first: () => void): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        server = await receiver.start({ port, host });
        problem = null;
        log.info({ host, port }, 'listening for Slack');
        break;
      } catch (error) {
        problem = `Slack’s port ${port} on ${host} could not be opened: ${messageOf(error)}. Set SLACK_PORT to a free one.`;
        log.error({ host, port, why: messageOf(error) }, 'the port for Slack could not be opened');
        first();
        await clock.sleep(RETRY_MS, stopping.signal).catch(() => {});
      }
    }
    first();
  }

  return {
    start: () => new Promise((resolve) => void keep(resolve)),
    problem: () => problem,
    async stop() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      problem = 'Stopped.';
      if (!server) return;
      const closed = receiver.stop();
      // Slack keeps its connections open; idle ones must not hold a shutdown.
      server.closeIdleConnections();
      await closed;
    },
  };
}
