import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What goes wrong on the way to a service:
 * - a status, with the body and headers the service would send with it;
 * - `reset`: the connection breaks before an answer;
 * - `html`: a status 200 with a web page instead of data (a captive portal, a maintenance page);
 * - `garbage`: a status 200 of the right type whose body is not what the type says;
 * - `truncated`: the right answer, cut in the middle of its body;
 * - `slow`: the right headers, then a byte now and then, for ever;
 * - `hang`: nothing at all, for ever;
 * - `lost-answer`: a write is done, then the connection breaks before the answer; reads work.
 */
export type Failure =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'reset'
  | 'html'
  | 'garbage'
  | 'truncated'
  | 'slow'
  | 'hang'
  | 'lost-answer';

export interface FakeRequest {
  readonly method: string;
  /** Path with leading slash, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FakeResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
}

/** A service on 127.0.0.1 that a test controls. */
export interface FakeService {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** For upgrades to WebSocket. */
  readonly server: Server;
  /** Every request so far, the failed ones included. */
  readonly requests: readonly FakeRequest[];
  /** From now on every request fails like this; null heals. */
  fail(failure: Failure | null): void;
  /** Resolves when a request has arrived after this call. */
  nextRequest(): Promise<FakeRequest>;
  close(): Promise<void>;
}

const PAGE =
  '<!doctype html><html><head><title>Down for maintenance</title></head><body><h1>Back soon</h1></body></html>';

async function read(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://fake');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
  };
}

function bytesOf(answer: FakeResponse): Buffer {
  const { body } = answer;
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
}

function send(response: ServerResponse, answer: FakeResponse): void {
  const json =
    typeof answer.body === 'object' && !(answer.body instanceof Uint8Array)
      ? { 'content-type': 'application/json; charset=utf-8' }
      : {};
  response.writeHead(answer.status ?? 200, { ...json, ...answer.headers }).end(bytesOf(answer));
}

/** @returns whether the failure took the request over. */
async function sabotage(
  failure: Failure,
  request: FakeRequest,
  response: ServerResponse,
  answer: () => Promise<FakeResponse>,
  isWrite: (request: FakeRequest) => boolean,
): Promise<boolean> {
  if (typeof failure === 'object') {
    send(response, {
      status: failure.status,
      headers: { 'content-type': 'application/json', ...failure.headers },
      body: failure.body ?? '{"error":"simulated"}',
    });
    return true;
  }
  if (failure === 'hang') return true;
  if (failure === 'reset') response.socket?.resetAndDestroy();
  else if (failure === 'html')
    send(response, { headers: { 'content-type': 'text/html; charset=utf-8' }, body: PAGE });
  else if (failure === 'garbage') {
    const { headers } = await answer();
    const type = headers?.['content-type'] ?? 'application/json';
    send(response, { headers: { 'content-type': type }, body: '{"items": [}<<<\u0000' });
  } else if (failure === 'lost-answer') {
    if (!isWrite(request)) return false;
    await answer();
    response.socket?.destroy();
  } else {
    const whole = await answer();
    const bytes = bytesOf(whole);
    const half = bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2)));
    const json = { 'content-type': 'application/json; charset=utf-8' };
    // An announced length is what makes the cut visible.
    const { 'transfer-encoding': _, ...headers } = whole.headers ?? {};
    response.writeHead(whole.status ?? 200, {
      ...json,
      ...headers,
      'content-length': String(Math.max(2, bytes.length)),
    });
    response.write(half.subarray(0, 1));
    if (failure === 'truncated') response.write(half.subarray(1), () => response.socket?.destroy());
  }
  return true;
}

/**
 * Starts a service on a free port of 127.0.0.1. `answer` is the well-behaved service; {@link FakeService.fail} stands
 * in front of it. A thrown error of `answer` becomes a 500 with its message, so that a mistake of the double shows.
 *
 * @param isWrite which requests change something at the service, for `lost-answer`; default: all but GET and HEAD.
 */
export async function startFakeService(
  answer: (request: FakeRequest) => FakeResponse | Promise<FakeResponse>,
  isWrite: (request: FakeRequest) => boolean = ({ method }) => method !== 'GET' && method !== 'HEAD',
): Promise<FakeService> {
  const requests: FakeRequest[] = [];
  const waiting = new Set<(request: FakeRequest) => void>();
  let failure: Failure | null = null;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    requests.push(request);
    for (const wake of waiting) wake(request);
    waiting.clear();
    const answered = async (): Promise<FakeResponse> => answer(request);
    if (failure && (await sabotage(failure, request, response, answered, isWrite))) return;
    send(response, await answered());
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`fake service: ${String(error)}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    requests,
    fail(next) {
      failure = next;
    },
    nextRequest: () => new Promise((resolve) => waiting.add(resolve)),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
