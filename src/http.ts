import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { HttpDoor } from './chat/chat.ts';
import type { HookRequest, HookResult } from './sources/source.ts';

/** Largest request body of a webhook: 1 MB. */
const MAX_HOOK_BYTES = 1_000_000;
const CLOSE_GRACE_MS = 1_000;

type Handle = Parameters<HttpDoor['mount']>[1];

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** A post arrives for a source; null when there is no such source. */
  readonly hook: (name: string, request: HookRequest) => Promise<HookResult> | null;
  /** The body of `GET /readyz`, and whether we are ready. */
  readonly ready: () => Promise<{ readonly ready: boolean; readonly body: object }>;
  readonly log: { warn(fields: object, message: string): void };
}

export interface HttpServer {
  readonly door: HttpDoor;
  /** Opens the port; until then every mount can be made. Rejects in words when the port cannot be had. */
  listen(): Promise<void>;
  /** Stops accepting and ends open connections (event streams, too). */
  close(): Promise<void>;
}

/** The one HTTP server: health, webhooks, and whatever pages the chats mount. */
export function createHttp(options: HttpOptions): HttpServer {
  const mounts: { prefix: string; handle: Handle }[] = [];
  let server: ServerType | undefined;
  let url = `http://${bracketed(options.host)}:${options.port}`;

  async function answer(request: Request, remoteAddress: string): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return plain(200, 'alive');
    if (pathname === '/readyz') {
      const { ready, body } = await options.ready();
      return json(ready ? 200 : 503, body);
    }
    const hook = /^\/hooks\/([a-z][a-z0-9-]{0,39})$/.exec(pathname)?.[1];
    if (hook) return hooked(hook, request);
    const mount = mounts.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
    return mount ? mount.handle(request, { remoteAddress }) : plain(404, 'There is nothing here.');
  }

  async function hooked(name: string, request: Request): Promise<Response> {
    const body = await readBounded(request, MAX_HOOK_BYTES);
    if (body === null)
      return json(413, {
        error: `The body is larger than ${MAX_HOOK_BYTES} bytes. Send fewer posts at once.`,
      });
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const pending = options.hook(name, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      query,
      body,
    });
    if (!pending) return json(404, { error: `There is no source named “${name}”.` });
    const result = await pending;
    const headers = { 'x-content-type-options': 'nosniff', ...result.headers };
    return typeof result.body === 'string'
      ? new Response(result.body, {
          status: result.status,
          headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
        })
      : json(result.status, result.body, headers);
  }

  async function safely(request: Request, remoteAddress: string): Promise<Response> {
    try {
      return await answer(request, remoteAddress);
    } catch (error) {
      options.log.warn(
        {
          error: error instanceof Error ? error.message : String(error),
          path: new URL(request.url).pathname,
        },
        'a request failed',
      );
      return json(500, { error: 'Something went wrong here; nothing was saved. The log tells more.' });
    }
  }

  return {
    door: {
      mount: (prefix, handle) => {
        mounts.push({ prefix, handle });
        // The longest prefix wins.
        mounts.sort((a, b) => b.prefix.length - a.prefix.length);
      },
      get url() {
        return url;
      },
      host: options.host,
    },
    listen: () =>
      new Promise((resolve, reject) => {
        server = serve(
          {
            fetch: (request, env) =>
              safely(
                request,
                (env as { incoming?: { socket?: { remoteAddress?: string } } }).incoming?.socket
                  ?.remoteAddress ?? '',
              ),
            hostname: options.host,
            port: options.port,
            // Request.url must not be trusted to name us; the web room checks Host by itself.
            overrideGlobalObjects: false,
          },
          (info: AddressInfo) => {
            url = `http://${bracketed(options.host)}:${info.port}`;
            resolve();
          },
        );
        server.once('error', (error: NodeJS.ErrnoException) =>
          reject(new Error(listenWords(error, options), { cause: error })),
        );
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server?.listening) return resolve();
        const running = server;
        // Requests under way get a moment to finish; event streams would stay open for ever.
        const cut = setTimeout(() => {
          if ('closeAllConnections' in running) running.closeAllConnections();
        }, CLOSE_GRACE_MS);
        running.close(() => {
          clearTimeout(cut);
          resolve();
        });
        if ('closeIdleConnections' in running) running.closeIdleConnections();
      }),
  };
}

/** The body, or null when it is longer than `limit`; a longer one is not read to its end. */
async function readBounded(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body) {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > limit) return null;
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function listenWords(error: NodeJS.ErrnoException, { host, port }: HttpOptions): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken, perhaps by another Potluck. Stop that one, or set PORT to another number.`;
  if (error.code === 'EACCES') return `This user may not open port ${port}. Set PORT to a number above 1023.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `This machine has no address ${host}. Set HOST to 127.0.0.1, or to 0.0.0.0 for all.`;
  return `The web server could not start on ${host}:${port}: ${error.message}`;
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}
