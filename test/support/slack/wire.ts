import { createHmac } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { State } from './state.ts';
import type { WebApi } from './web-api.ts';

/** What may happen to one Web API call. */
export type Fault =
  /** 429 with `Retry-After`. */
  | { readonly kind: 'rate-limit'; readonly seconds: number }
  /** An HTTP error, with a page in place of JSON. */
  | { readonly kind: 'status'; readonly status: number }
  /** Slack's own error code. */
  | { readonly kind: 'error'; readonly error: string }
  /** No answer at all, for ever; the call is not done. */
  | { readonly kind: 'silence' }
  /** The connection breaks before the call is done. */
  | { readonly kind: 'reset' }
  /** The call is done, and the connection breaks before the answer. */
  | { readonly kind: 'reset-after' };

export type EnvelopeType = 'interactive' | 'slash_commands' | 'events_api';

/** How payloads reach the app, and how its calls reach the workspace. */
export interface Wire {
  /** Ends in a slash. */
  readonly apiUrl: string;
  readonly base: string;
  /** Connections of Socket Mode that are up. */
  readonly sockets: number;
  /** How often an app asked for a socket. */
  readonly connectionsOpened: number;
  /** Sends a payload to the app; resolves with what the app acknowledged it with. */
  deliver(type: EnvelopeType, payload: object): Promise<Record<string, unknown>>;
  /** The next call of that method (any, when null) goes wrong like this. */
  fault(fault: Fault, method: string | null): void;
  /** Slack tells the app to connect anew, as it does every few hours. */
  refresh(reason: 'refresh_requested' | 'warning'): void;
  /** The sockets break without a word. */
  drop(): void;
  /** While held, sockets open, and payloads wait; released, they go out in the given order. */
  hold(): void;
  release(order?: 'kept' | 'reversed'): void;
  /** The next payload goes out twice. */
  twice(): void;
  /** Acknowledgements of the next payload get lost, so that it is sent again. */
  loseAck(): void;
  close(): Promise<void>;
}

/** An unacknowledged envelope is sent again after this long, in milliseconds, at most three times. */
const ACK_MS = 3_000;
const MAX_SENDS = 4;

interface Envelope {
  readonly id: string;
  readonly type: EnvelopeType;
  readonly payload: object;
  sends: number;
  acked: boolean;
  ignoreAcks: number;
  readonly done: (body: Record<string, unknown>) => void;
}

export interface HttpTarget {
  readonly url: string;
  readonly signingSecret: string;
}

export async function startWire(
  state: State,
  api: WebApi,
  /** Null for Socket Mode. */
  target: () => HttpTarget | null,
): Promise<Wire> {
  const faults: { fault: Fault; method: string | null }[] = [];
  const tickets = new Set<string>();
  const sockets = new Set<WebSocket>();
  const raw = new Set<Socket>();
  const waiting: Envelope[] = [];
  const inFlight = new Map<string, Envelope>();
  const closing = new AbortController();
  // One listener a payload under way.
  setMaxListeners(0, closing.signal);
  let held = false;
  let double = false;
  let lostAcks = 0;
  let opened = 0;
  let turn = 0;

  const server: Server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
  });
  const upgrade = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const ticket = new URL(request.url ?? '/', 'http://x').searchParams.get('ticket') ?? '';
    // A ticket opens one socket.
    if (!tickets.delete(ticket)) return socket.destroy();
    upgrade.handleUpgrade(request, socket, head, (websocket) => welcome(websocket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function welcome(socket: WebSocket): void {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      // What this socket never acknowledged goes to the next one.
      for (const envelope of inFlight.values()) if (!waiting.includes(envelope)) waiting.push(envelope);
      flush();
    });
    socket.on('message', (data) => acknowledge(String(data)));
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: sockets.size,
        debug_info: { host: 'applink-test', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: state.appId },
      }),
    );
    flush();
  }

  function acknowledge(data: string): void {
    const message = JSON.parse(data) as { envelope_id?: string; payload?: Record<string, unknown> };
    const envelope = inFlight.get(message.envelope_id ?? '');
    if (!envelope) {
      // A second acknowledgement of an envelope that was sent twice is in order.
      return;
    }
    if (envelope.ignoreAcks > 0) {
      envelope.ignoreAcks -= 1;
      return;
    }
    envelope.acked = true;
    inFlight.delete(envelope.id);
    envelope.done(message.payload ?? {});
  }

  function flush(): void {
    if (held) return;
    while (waiting.length > 0) {
      const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN);
      const socket = open[turn++ % Math.max(1, open.length)];
      if (!socket) return;
      const envelope = waiting.shift();
      if (envelope && !envelope.acked) send(socket, envelope);
    }
  }

  function send(socket: WebSocket, envelope: Envelope): void {
    envelope.sends += 1;
    inFlight.set(envelope.id, envelope);
    const text = JSON.stringify({
      type: envelope.type,
      envelope_id: envelope.id,
      payload: envelope.payload,
      accepts_response_payload: envelope.type !== 'events_api',
      ...(envelope.type === 'events_api' ? { retry_attempt: envelope.sends - 1, retry_reason: '' } : {}),
    });
    socket.send(text);
    if (double) {
      double = false;
      socket.send(text);
    }
    void state.clock.sleep(ACK_MS, closing.signal).then(
      () => {
        if (envelope.acked) return;
        if (envelope.ignoreAcks === 0) state.breaches.push(`not acknowledged within 3 s: ${envelope.type}`);
        if (envelope.sends < MAX_SENDS) {
          if (!waiting.includes(envelope)) waiting.push(envelope);
          flush();
        } else {
          inFlight.delete(envelope.id);
          envelope.done({});
        }
      },
      () => {},
    );
  }

  function bySocket(type: EnvelopeType, payload: object): Promise<Record<string, unknown>> {
    return new Promise((done) => {
      const id = `env-${state.next()}`;
      waiting.push({ id, type, payload, sends: 0, acked: false, ignoreAcks: lostAcks, done });
      lostAcks = 0;
      flush();
    });
  }

  async function byHttp(
    to: HttpTarget,
    type: EnvelopeType,
    payload: object,
  ): Promise<Record<string, unknown>> {
    const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
    const body =
      type === 'events_api'
        ? JSON.stringify(payload)
        : type === 'slash_commands'
          ? form(payload as Record<string, string>)
          : form({ payload: JSON.stringify(payload) });
    // The SDK compares with the machine's own clock, so this one time is real.
    const stamp = String(Math.floor(Date.now() / 1_000));
    const signature = `v0=${createHmac('sha256', to.signingSecret).update(`v0:${stamp}:${body}`).digest('hex')}`;
    const answer = await fetch(to.url, {
      method: 'POST',
      headers: {
        'content-type': type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': stamp,
        'x-slack-signature': signature,
      },
      body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the app answered ${answer.status} to ${type}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const body = bytes.toString();
    const path = new URL(request.url ?? '/', base).pathname;
    const upload = state.uploads.get(/^\/upload\/(F\w+)$/.exec(path)?.[1] ?? '');
    if (upload) {
      if (request.headers.authorization) state.breaches.push('a token went to an upload address');
      if (bytes.length !== upload.length) return json(response, 400, { ok: false });
      upload.bytes = bytes;
      return json(response, 200, { ok: true });
    }
    const respondTo = /^\/respond\/(\w+)$/.exec(path)?.[1];
    if (respondTo) {
      const answer = api.respond(respondTo, JSON.parse(body) as Record<string, unknown>);
      return json(response, answer.status, answer.body);
    }
    const fileId = /^\/files-pri\/\w+-(F\w+)\/download\//.exec(path)?.[1];
    if (fileId) return handOut(fileId, request, response);
    const method = /^\/api\/([\w.]+)$/.exec(path)?.[1];
    if (!method || request.method !== 'POST') return json(response, 404, { ok: false, error: 'not_found' });
    const args = readArgs(body, request.headers['content-type'] ?? '');
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
    const at = faults.findIndex((each) => each.method === null || each.method === method);
    const [drawn] = at >= 0 ? faults.splice(at, 1) : [];
    if (drawn && applyFault(drawn.fault, response, () => api.call(method, args, token))) return;
    const answer = api.call(method, args, token);
    if ('retryAfter' in answer)
      return json(
        response,
        429,
        { ok: false, error: 'ratelimited' },
        { 'retry-after': String(answer.retryAfter) },
      );
    if (method === 'apps.connections.open' && answer.body.ok) {
      opened += 1;
      const ticket = `t${state.next()}`;
      tickets.add(ticket);
      return json(response, 200, {
        ok: true,
        url: `${base.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=x`,
      });
    }
    json(response, 200, answer.body, { 'x-oauth-scopes': [...state.scopes].join(',') });
  }

  /** A file, to whoever has the token and the scope; anybody else is sent to the sign-in page. */
  function handOut(id: string, request: IncomingMessage, response: ServerResponse): void {
    const file = state.files.get(id);
    if (request.headers.authorization !== `Bearer ${state.botToken}` || !state.scopes.has('files:read')) {
      response.writeHead(302, { location: `${base}/?redir=%2Ffiles-pri` }).end();
      return;
    }
    if (!file) json(response, 404, { ok: false, error: 'file_not_found' });
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
  }

  /** True when the fault has answered (or never will). */
  function applyFault(fault: Fault, response: ServerResponse, work: () => unknown): boolean {
    switch (fault.kind) {
      case 'rate-limit':
        json(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(fault.seconds) });
        return true;
      case 'status':
        response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
        return true;
      case 'error':
        json(response, 200, { ok: false, error: fault.error });
        return true;
      case 'silence':
        return true;
      case 'reset':
        response.destroy();
        return true;
      case 'reset-after':
        work();
        response.destroy();
        return true;
    }
  }

  return {
    apiUrl: `${base}/api/`,
    base,
    get sockets() {
      return sockets.size;
    },
    get connectionsOpened() {
      return opened;
    },
    deliver(type, payload) {
      const http = target();
      return http ? byHttp(http, type, payload) : bySocket(type, payload);
    },
    fault: (fault, method) => void faults.push({ fault, method }),
    refresh(reason) {
      for (const socket of sockets) socket.send(JSON.stringify({ type: 'disconnect', reason }));
    },
    drop() {
      for (const socket of sockets) socket.terminate();
    },
    hold() {
      held = true;
    },
    release(order = 'kept') {
      held = false;
      if (order === 'reversed') waiting.reverse();
      flush();
    },
    twice() {
      double = true;
    },
    loseAck() {
      lostAcks = 1;
    },
    async close() {
      closing.abort();
      for (const socket of sockets) socket.terminate();
      for (const socket of raw) socket.destroy();
      upgrade.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** Arguments come as a form whose objects are JSON, or as JSON. */
function readArgs(body: string, type: string): Record<string, unknown> {
  if (type.startsWith('application/json')) return JSON.parse(body || '{}') as Record<string, unknown>;
  const args: Record<string, unknown> = {};
  for (const [key, value] of new URLSearchParams(body)) args[key] = readValue(value, key);
  return args;
}

const STRUCTURED = new Set(['blocks', 'view', 'metadata', 'attachments']);

function readValue(value: string, key: string): unknown {
  if (STRUCTURED.has(key)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (value === 'true' || value === 'false') return value === 'true';
  return value;
}
