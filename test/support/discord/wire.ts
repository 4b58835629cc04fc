import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { botPermissions } from './permissions.ts';
import { limitHeaders, type Rates, rateLimits } from './rates.ts';
import { blame, problemTree, refusedBy } from './refusal.ts';
import { type Answer, allRoutes, type Route } from './routes.ts';
import { type ApiCall, breach, type State } from './state.ts';
import { archiveQuiet } from './threads.ts';

/** What may happen to one call. */
export type Fault =
  | {
      readonly kind: 'rate-limit';
      readonly seconds: number;
      readonly scope?: 'user' | 'global' | 'shared';
    }
  /** An HTTP error, with a page in place of JSON. */
  | { readonly kind: 'status'; readonly status: number }
  /** Discord's own error. */
  | { readonly kind: 'error'; readonly status: number; readonly code: number; readonly message: string }
  /** No answer at all, for ever; the call is not done. */
  | { readonly kind: 'hang' }
  /** The call is done, and the connection breaks before the answer. */
  | { readonly kind: 'cut' }
  /** The call is done, and half its answer comes. */
  | { readonly kind: 'bad-json' };

export interface Wire {
  readonly server: Server;
  readonly base: string;
  readonly rates: Rates;
  /** The next call of that route (any, when null) goes wrong like this. */
  fault(fault: Fault, route: string | null): void;
  close(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

export async function startWire(state: State): Promise<Wire> {
  const faults: { readonly fault: Fault; readonly route: string | null }[] = [];
  const raw = new Set<Socket>();
  const rates = rateLimits(state);
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const routes = allRoutes(state, () => base.replace('http', 'ws'));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { text, files } = await readBody(Buffer.concat(chunks), request.headers['content-type'] ?? '');
    archiveQuiet(state);
    const url = new URL(request.url ?? '/', base);
    const fileId = /^\/ephemeral-attachments\/1\/(\d+)\//.exec(url.pathname)?.[1];
    if (fileId) return handOut(fileId, url, request, response);
    const path = url.pathname.replace(/^\/api\/v10(?=\/)/, '');
    const method = request.method ?? 'GET';
    const key = `${method} ${decoded(path)}`;
    const route = path === url.pathname ? undefined : routes.find((each) => each.pattern.test(key));
    const call: ApiCall = {
      method,
      path,
      route: route?.name ?? key,
      body: parse(text),
      files,
      status: 0,
      at: state.clock.now(),
    };
    state.calls.push(call);
    const send = (answer: Answer, headers: Headers = {}): void => {
      call.status = answer.status;
      reply(response, answer, headers);
    };
    const params = route?.pattern.exec(key)?.slice(1) ?? [];
    const work = (): { answer: Answer; headers: Headers } =>
      route ? carryOut(route, request, text, call, params, url.searchParams) : unknownRoute(key);
    const at = faults.findIndex((each) => each.route === null || each.route === route?.name);
    const [drawn] = at >= 0 ? faults.splice(at, 1) : [];
    if (drawn) applyFault(drawn.fault, call, response, send, work);
    else {
      const { answer, headers } = work();
      send(answer, headers);
    }
  }

  /** A file, by its signed address; who sends a token there gives it away. */
  function handOut(id: string, url: URL, request: IncomingMessage, response: ServerResponse): void {
    const file = state.files.get(id);
    if (request.headers.authorization) breach(state, 'the token was sent to where files are');
    if (!file || !url.searchParams.has('hm'))
      response.writeHead(404).end('This content is no longer available.');
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
  }

  function unknownRoute(key: string): { answer: Answer; headers: Headers } {
    breach(state, `there is no such route: ${key}`);
    return { answer: { status: 404, body: { message: '404: Not Found', code: 0 } }, headers: {} };
  }

  function carryOut(
    route: Route,
    request: IncomingMessage,
    text: string,
    call: ApiCall,
    params: readonly string[],
    query: URLSearchParams,
  ): { answer: Answer; headers: Headers } {
    const early = admit(route, request, text, call);
    if (early) return { answer: early, headers: {} };
    const { headers, wait } = rates.count(route.name, params);
    if (wait !== null) return limited(wait, 'user', headers);
    try {
      return { answer: route.handle({ params, query, body: call.body }), headers };
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused || !(error instanceof Error)) {
        breach(state, `the double itself failed: ${error instanceof Error ? error.stack : String(error)}`);
        return { answer: { status: 500, body: { message: '500: Internal Server Error', code: 0 } }, headers };
      }
      const fault = blame(route.name, error.message, refused);
      if (fault) breach(state, fault);
      const body = {
        message: error.message,
        code: refused.code,
        ...(refused.errors ? { errors: problemTree(refused.errors) } : {}),
      };
      return { answer: { status: refused.status, body }, headers };
    }
  }

  /** What is looked at before the call itself: who asks, and in what form. */
  function admit(route: Route, request: IncomingMessage, text: string, call: ApiCall): Answer | null {
    if (!/^DiscordBot \(.+\)/.test(request.headers['user-agent'] ?? '')) {
      breach(state, `${route.name}: no User-Agent of the form DiscordBot ($url, $version)`);
      return { status: 403, body: { message: 'internal network error', code: 40333 } };
    }
    const open = /^\w+ \/(?:interactions|webhooks)\//.test(route.name);
    const good = request.headers.authorization === `Bot ${state.token}` && !state.revoked;
    if (!open && !good) return { status: 401, body: { message: '401: Unauthorized', code: 0 } };
    if (text === '') return null;
    if (call.files.length > 0) return attached(state, call);
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
      breach(state, `${route.name}: a body that is not application/json`);
      const message = 'Expected "Content-Type" header to be one of {\'application/json\'}.';
      return { status: 400, body: { message, code: 50035 } };
    }
    if (call.body !== undefined) return null;
    breach(state, `${route.name}: a body that is no JSON`);
    return { status: 400, body: { message: 'The request body contains invalid JSON.', code: 50109 } };
  }

  function limited(wait: number, scope: string, headers: Headers): { answer: Answer; headers: Headers } {
    return {
      answer: {
        status: 429,
        body: { message: 'You are being rate limited.', retry_after: wait, global: scope === 'global' },
      },
      headers: {
        ...headers,
        'retry-after': String(Math.ceil(wait)),
        'x-ratelimit-scope': scope,
        ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
      },
    };
  }

  function applyFault(
    fault: Fault,
    call: ApiCall,
    response: ServerResponse,
    send: (answer: Answer, headers?: Headers) => void,
    work: () => { answer: Answer; headers: Headers },
  ): void {
    switch (fault.kind) {
      case 'rate-limit': {
        const scope = fault.scope ?? 'user';
        const all = limitHeaders(10, 0, fault.seconds, state.clock.now(), 'fault');
        const { answer, headers } = limited(fault.seconds, scope, scope === 'global' ? {} : all);
        send(answer, headers);
        return;
      }
      case 'status':
        call.status = fault.status;
        response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
        return;
      case 'error':
        send({ status: fault.status, body: { message: fault.message, code: fault.code } });
        return;
      case 'hang':
        return;
      case 'cut':
        work();
        response.destroy();
        return;
      case 'bad-json': {
        const { answer } = work();
        call.status = answer.status;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body ?? {}).slice(0, -1));
      }
    }
  }

  return {
    server,
    base,
    rates,
    fault: (fault, route) => void faults.push({ fault, route }),
    async close() {
      for (const socket of raw) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** JSON, or a form of JSON and files: https://docs.discord.com/developers/reference#uploading-files */
async function readBody(
  bytes: Buffer,
  type: string,
): Promise<{ readonly text: string; readonly files: ApiCall['files'] }> {
  if (!type.startsWith('multipart/form-data')) return { text: bytes.toString(), files: [] };
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type },
  }).formData();
  const files: ApiCall['files'][number][] = [];
  for (const [field, value] of form)
    if (typeof value !== 'string')
      files.push({ field, name: value.name, size: value.size, type: value.type });
  return { text: String(form.get('payload_json') ?? ''), files };
}

/** What Discord has against the files of a message; null when it takes them. */
function attached(state: State, call: ApiCall): Answer | null {
  const channel = state.channels.get(/^\/channels\/(\d+)/.exec(call.path)?.[1] ?? '');
  if (channel && !botPermissions(state, channel).has('AttachFiles'))
    return { status: 403, body: { message: 'Missing Permissions', code: 50013 } };
  if (call.files.some(({ size }) => size > 10 * 1024 * 1024))
    return { status: 413, body: { message: 'Request entity too large', code: 40005 } };
  const { attachments = [] } = (call.body ?? {}) as { readonly attachments?: readonly { id: unknown }[] };
  for (const { id } of attachments)
    if (!call.files.some(({ field }) => field === `files[${String(id)}]`))
      breach(state, `there is no file for the attachment ${String(id)}`);
  const shown = JSON.stringify(call.body).matchAll(/attachment:\/\/([^"]+)/g);
  for (const [, name] of shown)
    if (!call.files.some((file) => file.name === name)) breach(state, `no file is called ${name}`);
  return null;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reply(response: ServerResponse, { status, body }: Answer, headers: Headers): void {
  if (status === 204 || body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
