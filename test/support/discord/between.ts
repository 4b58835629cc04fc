import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * A wire between the adapter and the double that can be tampered with: what the double is too well-mannered to do. The
 * adapter is given `url` as its API, and calls and gateway go through here.
 */
export interface Between {
  readonly url: string;
  aimAt(apiUrl: string): void;
  /** Open gateway connections of the adapter. */
  readonly sockets: number;
  /** Those that were asked for so far. */
  readonly asked: number;
  /** Says this to the adapter in the gateway's name; text goes out as it is. */
  say(payload: object | string): void;
  /** The latest dispatch of this name, once more as it was: with the same number. */
  repeat(name: string): void;
  /** New connections are accepted, and then nobody says a word. */
  ignore(on: boolean): void;
  /** New connections are not even accepted; `false` accepts those that wait. */
  hold(on: boolean): void;
  /** Nothing that the adapter sends on its open connections is read any more, not even that it closes them. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startBetween(): Promise<Between> {
  let target = '';
  let ignoring = false;
  let holding = false;
  let asked = 0;
  const held: (() => void)[] = [];
  const dispatches: { readonly t: string; readonly text: string }[] = [];
  const open = new Set<WebSocket>();
  const upgrade = new WebSocketServer({ noServer: true });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      ['host', 'connection', 'content-length', 'transfer-encoding'].includes(name) || value === undefined
        ? []
        : [[name, String(value)] as [string, string]],
    );
    const answer = await fetch(`${new URL(target).origin}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      ...(body.length > 0 ? { body } : {}),
    });
    const text = (await answer.text()).replaceAll(new URL(target).host, own());
    const told = [...answer.headers].filter(
      ([name]) => !/^(?:content-length|connection|keep-alive)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(told)).end(answer.status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  server.on('upgrade', (request, socket, head) => {
    asked += 1;
    const accept = (): void => welcome(request, socket, head);
    if (holding) held.push(accept);
    else accept();
  });
  const welcome = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    upgrade.handleUpgrade(request, socket, head, (near) => {
      open.add(near);
      near.on('error', () => {});
      near.on('close', () => open.delete(near));
      if (ignoring) return;
      const far = new WebSocket(`${new URL(target).origin.replace('http', 'ws')}${request.url}`);
      const waiting: string[] = [];
      far.on('error', () => near.terminate());
      far.on('open', () => {
        for (const text of waiting.splice(0)) far.send(text);
      });
      far.on('message', (data) => {
        const text = String(data).replaceAll(new URL(target).host, own());
        const { t } = JSON.parse(text) as { t: string | null };
        if (t) dispatches.push({ t, text });
        if (near.readyState === near.OPEN) near.send(text);
      });
      far.on('close', (code) => (code === 1005 || code === 1006 ? near.terminate() : near.close(code)));
      near.on('message', (data) => {
        if (far.readyState === far.OPEN) far.send(String(data));
        else waiting.push(String(data));
      });
      near.on('close', (code) => (code === 1005 || code === 1006 ? far.terminate() : far.close(code)));
    });

  const say = (payload: object | string): void => {
    for (const socket of open) socket.send(typeof payload === 'string' ? payload : JSON.stringify(payload));
  };
  return {
    get url() {
      return `http://${own()}/api`;
    },
    aimAt: (apiUrl) => {
      target = apiUrl;
    },
    get sockets() {
      return open.size;
    },
    get asked() {
      return asked;
    },
    hold(on) {
      holding = on;
      if (!on) for (const accept of held.splice(0)) accept();
    },
    say,
    repeat(name) {
      const found = dispatches.findLast(({ t }) => t === name);
      if (!found) throw new Error(`there was no ${name}`);
      say(found.text);
    },
    ignore(on) {
      ignoring = on;
    },
    freeze() {
      for (const socket of open) socket.pause();
    },
    async close() {
      for (const socket of open) socket.terminate();
      upgrade.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
