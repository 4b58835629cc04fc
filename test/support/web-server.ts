import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Keyv } from 'keyv';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import type { Clock } from '../../src/clock.ts';
import { makeWebRoom, type WebRoom } from './web-room.ts';

export interface WebServer {
  readonly room: WebRoom;
  readonly url: string;
  readonly port: number;
  /** Stops the room and the port. */
  close(): Promise<void>;
}

export interface WebServerOptions {
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly cache?: Keyv;
  /** The same port again after a restart; default any that is free. */
  readonly port?: number;
  readonly token?: string;
}

/** A started web room on a port of this machine. */
export async function serveWebRoom(options: WebServerOptions): Promise<WebServer> {
  const room = await makeWebRoom(options);
  await room.chat.start(options.handlers);
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve) => {
      const server = serve(
        { fetch: (request) => room.fetch(request), hostname: '127.0.0.1', port: options.port ?? 0 },
        (info: AddressInfo) => resolve({ server, port: info.port }),
      );
    },
  );
  return {
    room,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      await room.chat.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
