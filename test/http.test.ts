import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttp, type HttpServer } from '../src/http.ts';
import type { HookRequest, HookResult } from '../src/sources/source.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let server: HttpServer;
let hooks: Record<string, (given: HookRequest) => Promise<HookResult>>;
let ready: () => Promise<{ ready: boolean; body: object }>;
let logged: { fields: object; message: string }[];

beforeEach(async () => {
  hooks = {};
  logged = [];
  ready = async () => ({ ready: true, body: { database: 'up' } });
  server = createHttp({
    host: '127.0.0.1',
    port: 0,
    hook: (name, given) => hooks[name]?.(given) ?? null,
    ready: () => ready(),
    log: { warn: (fields, message) => logged.push({ fields, message }) },
  });
  server.door.mount('', () => new Response('the room'));
  server.door.mount('/slack', (given) => new Response(`slack ${new URL(given.url).pathname}`));
  server.door.mount('/broken', () => {
    throw new Error('the password is hunter2');
  });
  await server.listen();
});
afterEach(async () => {
  await server.close();
});

function ask(
  path: string,
  options: { method?: string; headers?: object; body?: readonly Uint8Array[] } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.door.url);
    const { method = options.body ? 'POST' : 'GET', headers = {}, body = [] } = options;
    const out = request({ hostname, port, path, method, headers: { ...headers } }, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
    });
    out.on('error', reject);
    // The answer may come before all is written: a connection that breaks after it is of no interest.
    out.on('socket', (socket) => socket.on('error', reject));
    for (const chunk of body) out.write(chunk);
    out.end();
  });
}

/** A hook that tells how much it got. */
const counts = async ({ body, query, headers, method }: HookRequest): Promise<HookResult> => ({
  status: 202,
  body: { bytes: body.byteLength, query, type: headers['content-type'] ?? null, method },
  posts: [],
});

describe('the door', () => {
  it('says that it is alive, without asking anything else', async () => {
    ready = () => Promise.reject(new Error('the database is away'));
    expect(await ask('/healthz')).toMatchObject({ status: 200, text: 'alive\n' });
  });

  it('says whether it is ready', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200, text: '{"database":"up"}\n' });
    ready = async () => ({ ready: false, body: { database: 'down' } });
    const answer = await ask('/readyz');
    expect(answer).toMatchObject({ status: 503, text: '{"database":"down"}\n' });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('leads to the pages that were mounted, the longest path first', async () => {
    expect((await ask('/anything')).text).toBe('the room');
    expect((await ask('/slack/events')).text).toBe('slack /slack/events');
    expect((await ask('/slackers')).text).toBe('the room');
    expect((await ask('/hooks/')).text).toBe('the room');
  });

  it('leads nowhere else when nothing is mounted', async () => {
    const bare = createHttp({ host: '127.0.0.1', port: 0, hook: () => null, ready, log: { warn: () => {} } });
    await bare.listen();
    const answer = await fetch(`${bare.door.url}/nothing`);
    expect([answer.status, await answer.text()]).toEqual([404, 'There is nothing here.\n']);
    await bare.close();
  });

  it('tells the log what broke, and the stranger nothing', async () => {
    const answer = await ask('/broken/page?token=abc');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|broken|Error/);
    hooks.bad = () => Promise.reject(new Error('insert into posts failed: hunter2'));
    expect(await ask('/hooks/bad', { body: [] })).toMatchObject({
      status: 500,
      text: expect.not.stringContaining('hunter2'),
    });
    expect(logged).toEqual([
      { fields: { error: 'the password is hunter2', path: '/broken/page' }, message: 'a request failed' },
      {
        fields: { error: 'insert into posts failed: hunter2', path: '/hooks/bad' },
        message: 'a request failed',
      },
    ]);
  });
});

describe('a hook', () => {
  it('gets the request whole', async () => {
    hooks.try = counts;
    const answer = await ask('/hooks/try?a=1&__proto__=2', {
      body: [Buffer.from('{"id":"'), Buffer.from('1"}')],
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({
      bytes: 10,
      query: { a: '1' },
      type: 'application/json',
      method: 'POST',
    });
  });

  it.each([
    ['of a name nobody configured', '/hooks/nobody'],
    ['of a name from the prototype', '/hooks/constructor'],
  ])('%s is 404', async (_, path) => {
    hooks = Object.create(null);
    expect(await ask(path, { body: [Buffer.alloc(10)] })).toMatchObject({
      status: 404,
      text: expect.stringContaining('There is no source named'),
    });
  });

  it('answers as its source says, in text or JSON, with its headers', async () => {
    hooks.text = async () => ({ status: 200, body: 'challenge-1', headers: { 'x-more': '1' }, posts: [] });
    const answer = await ask('/hooks/text?hub.challenge=challenge-1');
    expect(answer).toMatchObject({ status: 200, text: 'challenge-1' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-more': '1' });
  });

  it.each([
    ['that says so', 1_000_001, true],
    ['that does not say so', 1_000_001, false],
    ['of many megabytes that says so', 5_000_000, true],
    ['of many megabytes that does not say so', 5_000_000, false],
  ])('with a body above 1 MB %s is 413, and never reaches the source', async (_, size, tells) => {
    let reached = false;
    hooks.try = (given) => {
      reached = true;
      return counts(given);
    };
    const body = Array.from({ length: Math.ceil(size / 100_000) }, (__, n) =>
      Buffer.alloc(Math.min(100_000, size - n * 100_000)),
    );
    const answer = await ask('/hooks/try', { body, headers: tells ? { 'content-length': size } : {} });
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining('Send fewer posts at once') });
    expect(reached).toBe(false);
  });

  it('with a body of exactly 1 MB is taken', async () => {
    hooks.try = counts;
    const answer = await ask('/hooks/try', { body: [Buffer.alloc(500_000), Buffer.alloc(500_000)] });
    expect(JSON.parse(answer.text)).toMatchObject({ bytes: 1_000_000 });
  });
});

describe('opening and closing', () => {
  it('says in words that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const late = createHttp({ host: '127.0.0.1', port, hook: () => null, ready, log: { warn: () => {} } });
    await expect(late.listen()).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    await late.close();
    other.close();
    await once(other, 'close');
  });

  it('says in words that the address is not ours', async () => {
    const away = createHttp({
      host: '203.0.113.9',
      port: 0,
      hook: () => null,
      ready,
      log: { warn: () => {} },
    });
    await expect(away.listen()).rejects.toThrow('This machine has no address 203.0.113.9');
  });

  it('ends streams that would stay open for ever, and answers nobody afterwards', async () => {
    server.door.mount(
      '/events',
      () => new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(10)) })),
    );
    const stream = await fetch(`${server.door.url}/events`);
    const reader = stream.body?.getReader();
    await reader?.read();
    // Requests under way get a second to finish; it need not really pass.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closing = server.close();
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    await closing;
    await expect(reader?.read()).rejects.toThrow();
    await expect(fetch(`${server.door.url}/healthz`)).rejects.toThrow();
    await server.close();
  });
});
