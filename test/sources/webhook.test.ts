import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { jsonProblem } from '../../src/domain/json-position.ts';
import { makePost } from '../../src/domain/post.ts';
import type { HookRequest, HookResult, Source } from '../../src/sources/source.ts';
import { webhook } from '../../src/sources/webhook.ts';
import { sourceContract } from '../contract/source.ts';
import { type GivenPost, type SourceWorld, testSourceContext } from '../contract/source-world.ts';
import { testClock } from '../support/clock.ts';

const TOKEN = 'token-0123456789abcdef';
const SECRET = 'secret-0123456789abcdef';
const NOW = Date.UTC(2026, 5, 1, 12);

async function makeHook(options: z.input<typeof webhook.config>): Promise<Source> {
  const { context } = testSourceContext({ name: 'hook', clock: testClock(NOW), fetch });
  return webhook.create(webhook.config.parse(options), context);
}

function request(body: unknown, headers: Record<string, string> = {}): HookRequest {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    query: {},
    body:
      body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

const bearer = { authorization: `Bearer ${TOKEN}` };

async function push(source: Source, sent: HookRequest): Promise<HookResult> {
  if (!source.receive) throw new Error('a webhook receives');
  return source.receive(sent);
}

/** One call to an open door. */
async function pushed(body: unknown): Promise<HookResult> {
  return push(await makeHook({ open: true }), request(body));
}

const post = (fields: object = {}) => ({
  id: '1',
  text: 'Hello',
  author: { name: 'Ada', handle: 'ada' },
  ...fields,
});

async function world(): Promise<SourceWorld> {
  const clock = testClock(NOW);
  const { context, logged } = testSourceContext({ name: 'hook', clock, fetch });
  const start = () =>
    webhook.create(webhook.config.parse({ token: TOKEN, secret: SECRET, ours: ['@Brand'] }), context);
  let source = await start();
  return {
    get source() {
      return source;
    },
    clock,
    secrets: [TOKEN, SECRET],
    logged,
    lacks: {
      failures: 'a webhook is not asked, it is told',
      'past-push': 'whoever sends an old post means it',
    },
    many: 900,
    give: () => Promise.resolve(),
    idOf: (key) => key,
    edit: () => Promise.resolve(),
    fail: () => {},
    hook: (posts) => request(posts.map(toHook), bearer),
    async restart() {
      source = await start();
      return source;
    },
    close: () => Promise.resolve(),
  };
}

function toHook(given: GivenPost): object {
  return {
    id: given.key,
    text: given.text,
    author: given.author,
    createdAt: new Date(given.at).toISOString(),
    editedAt: given.editedAt,
    replyTo: given.replyTo,
  };
}

sourceContract('webhook', world);

describe('what a caller sends', () => {
  it('becomes posts: a contact form and a forum, as they are', async () => {
    const source = await makeHook({ open: true, ours: ['crockhaven'] });
    const result = await push(source, request(readFileSync('test/fixtures/webhook/contact-form.json')));
    expect(result).toMatchObject({ status: 202, body: { accepted: 3, duplicates: 0, rejected: [] } });
    expect(result.posts).toMatchObject([
      {
        id: '4711',
        conversationId: 't-99',
        author: { id: 'u-77', name: 'Ada Löve', handle: 'ada', url: 'https://forum.example/u/ada' },
        text: 'My Crockhaven 5 l arrived with a cracked lid 😢\nWho do I write to? https://forum.example/t/99?p=3.',
        links: ['https://forum.example/t/99?p=3'],
        url: 'https://forum.example/t/99#4711',
        createdAt: Date.UTC(2026, 5, 1, 9, 58),
        lang: 'en',
        media: [{ alt: 'A lid with a crack' }],
        ours: false,
        via: 'mention',
      },
      {
        id: '4712',
        conversationId: 't-99',
        replyTo: '4711',
        author: { name: 'Bob', handle: '' },
        via: 'reply',
      },
      {
        id: '4713',
        conversationId: 't-99',
        author: { name: 'crockhaven', handle: 'crockhaven' },
        ours: true,
      },
    ]);
    expect(result.posts[1]?.createdAt).toBe(1_780_308_000_000);
    expect(result.posts[2]?.createdAt).toBe(1_780_308_060_000);
  });

  it('may be as little as the README shows', async () => {
    const result = await pushed({ id: '1', text: 'Does it fit in a dishwasher?', author: { name: 'You' } });
    expect(result.posts).toMatchObject([
      { id: '1', conversationId: '1', createdAt: NOW, author: { name: 'You', id: 'You' } },
    ]);
  });

  it.each([
    ['2026-06-01T11:00:00Z', Date.UTC(2026, 5, 1, 11)],
    ['2026-06-01T11:00:00', Date.UTC(2026, 5, 1, 11)],
    ['2026-06-01 11:00:00', Date.UTC(2026, 5, 1, 11)],
    ['2026-05-31', Date.UTC(2026, 4, 31)],
    [1_780_000_000, 1_780_000_000_000],
    ['1780000000', 1_780_000_000_000],
    [1_780_000_000_123, 1_780_000_000_123],
    [1_780_000_000.5, 1_780_000_000_500],
  ])('a time may be %j', async (createdAt, expected) => {
    expect((await pushed(post({ createdAt }))).posts[0]?.createdAt).toBe(expected);
  });

  it.each([
    ['yesterday', 'expected an ISO 8601 time or epoch seconds or milliseconds'],
    [NOW + 3 * 86_400_000, 'lies in the future'],
  ])('a change at %j was not', async (editedAt, problem) => {
    const { body } = await pushed(post({ editedAt }));
    expect(body).toMatchObject({ rejected: [{ index: 0, path: 'editedAt', problem }] });
  });

  it.each([
    [{ ...post(), id: '' }, 'id'],
    [{ ...post(), id: { a: 1 } }, 'id'],
    [{ ...post(), text: undefined }, 'text'],
    [{ ...post(), author: undefined }, 'author'],
    [{ ...post(), author: {} }, 'author'],
    [{ ...post(), author: { name: ' ', handle: '' } }, 'author'],
    [{ ...post(), author: { name: 5 } }, 'author.name'],
    [{ ...post(), url: 'javascript:alert(1)' }, 'url'],
    [{ ...post(), createdAt: 'yesterday' }, 'createdAt'],
    [{ ...post(), createdAt: '2031-01-01' }, 'createdAt'],
    [{ ...post(), createdAt: 1e300 }, 'createdAt'],
    [{ ...post(), ours: 'yes' }, 'ours'],
    [{ ...post(), id: 'a\u0000b' }, 'id'],
    [null, ''],
    ['text', ''],
    [[], ''],
  ])('is refused with the path of the problem: %j', async (entry, path) => {
    const result = await pushed([entry]);
    expect(result).toMatchObject({ status: 400, posts: [] });
    expect((result.body as { rejected: unknown[] }).rejected[0]).toMatchObject({ index: 0, path });
    expect(result.dropped).toHaveLength(1);
  });

  it('keeps the good ones of a batch, and lists the others', async () => {
    const result = await pushed([
      post({ id: 'a' }),
      post({ id: 'b', text: 5, url: 'x' }),
      post({ id: 'c' }),
      post({ id: 'a' }),
      7,
    ]);
    expect(result.status).toBe(202);
    expect(result.posts.map((one) => one.id)).toEqual(['a', 'c']);
    expect(result.body).toMatchObject({
      accepted: 2,
      duplicates: 1,
      rejected: [
        { index: 1, path: 'text' },
        { index: 1, path: 'url' },
        { index: 4, path: '' },
      ],
    });
    expect(result.dropped).toHaveLength(2);
  });

  it('finds the conversation up the chain of replies, and is not led in circles', async () => {
    const { posts } = await pushed([
      post({ id: '3', replyTo: '2' }),
      post({ id: '2', replyTo: '1' }),
      post({ id: '1' }),
      post({ id: 'x', replyTo: 'elsewhere' }),
      post({ id: 'l1', replyTo: 'l2' }),
      post({ id: 'l2', replyTo: 'l1' }),
      post({ id: 'self', replyTo: 'self' }),
    ]);
    expect(posts.map((one) => one.conversationId).slice(0, 4)).toEqual(['1', '1', '1', 'elsewhere']);
    expect(posts).toHaveLength(7);
  });

  it('does not touch prototypes', async () => {
    const body =
      '[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"id":"1","text":"x","author":{"__proto__":{"name":"n"},"name":"Eve"}},{"__proto__":{"id":"2","text":"x","author":{"name":"y"}}}]';
    const result = await pushed(body);
    expect(result.posts.map((one) => one.id)).toEqual(['1']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('the lock', () => {
  const sign = (body: string, key = SECRET) =>
    `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const body = JSON.stringify(post());

  it('opens for the token, and for the signature of exactly this body', async () => {
    const source = await makeHook({ token: TOKEN, secret: SECRET });
    expect(await push(source, request(body, bearer))).toMatchObject({ status: 202 });
    expect(await push(source, request(body, { authorization: `bearer  ${TOKEN}` }))).toMatchObject({
      status: 202,
    });
    expect(await push(source, request(body, { 'x-hub-signature-256': sign(body) }))).toMatchObject({
      status: 202,
    });
  });

  it('stays shut otherwise, and says nothing', async () => {
    const both = await makeHook({ token: TOKEN, secret: SECRET });
    const signed = await makeHook({ secret: SECRET });
    const tokened = await makeHook({ token: TOKEN });
    const attempts: readonly (readonly [Source, Record<string, string>])[] = [
      [both, {}],
      [both, { authorization: TOKEN }],
      [both, { authorization: `Bearer ${TOKEN}x` }],
      [both, { authorization: 'Bearer ' }],
      [both, { authorization: `Bearer ${SECRET}` }],
      [both, { 'x-hub-signature-256': sign(`${body} `) }],
      [both, { 'x-hub-signature-256': sign(body, TOKEN) }],
      [both, { 'x-hub-signature-256': sign(body).slice(0, -2) }],
      [both, { 'x-hub-signature-256': 'sha256=' }],
      [signed, { authorization: 'Bearer undefined' }],
      [signed, bearer],
      [tokened, { 'x-hub-signature-256': sign(body, 'undefined') }],
    ];
    for (const [source, headers] of attempts)
      expect(await push(source, request(body, headers)), JSON.stringify(headers)).toEqual({
        status: 401,
        body: { error: 'Not authorised.' },
        headers: { 'www-authenticate': 'Bearer' },
        posts: [],
      });
  });

  it('cannot be left out by mistake', () => {
    const problem = (options: object) => webhook.config.safeParse(options).error?.issues[0]?.message;
    expect(problem({})).toContain('token');
    expect(problem({ token: 'short' })).toContain('16');
    expect(problem({ open: true, token: TOKEN })).toContain('open');
    expect(problem({ token: TOKEN, tokn: 'x' })).toContain('tokn');
    expect(webhook.config.parse({ open: true }).open).toBe(true);
  });

  it('is left out only on this machine', async () => {
    const open = webhook.config.parse({ open: true });
    expect(webhook.problems?.(open, { loopback: true })).toEqual([]);
    expect(webhook.problems?.(open, { loopback: false })?.[0]).toContain('HOST');
    expect(webhook.problems?.(webhook.config.parse({ token: TOKEN }), { loopback: false })).toEqual([]);
    const source = await makeHook({ open: true });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await push(source, request(post(), headers))).status;
    expect(await status({ host: '127.0.0.1:3000' })).toBe(202);
    expect(await status({ host: '[::1]:3000' })).toBe(202);
    // A page of some other site, and a name that somebody else made to point to this machine.
    expect(await status({ host: '127.0.0.1:3000', 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await status({ host: 'rebound.example:3000' })).toBe(401);
  });
});

describe('the envelope', () => {
  it.each([
    ['GET', {}, 405],
    ['PUT', {}, 405],
    ['POST', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['POST', { 'content-type': 'text/json' }, 415],
    ['POST', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['POST', { 'content-type': 'application/json; charset="UTF-8"' }, 202],
    ['POST', { 'content-type': 'application/vnd.api+json' }, 202],
  ])('%s with %j is %i', async (method, headers, status) => {
    const source = await makeHook({ open: true });
    const result = await push(source, { ...request(post(), headers as Record<string, string>), method });
    expect(result.status).toBe(status);
    if (status === 405) expect(result.headers).toEqual({ allow: 'POST' });
  });

  it('has limits', async () => {
    const posts = (count: number) => Array.from({ length: count }, (_, index) => post({ id: String(index) }));
    expect((await pushed(posts(1_000))).posts).toHaveLength(1_000);
    expect(await pushed(posts(1_001))).toMatchObject({ status: 413, posts: [] });
    expect(await pushed(Buffer.alloc(1_000_001, ' '))).toMatchObject({ status: 413, posts: [] });
    const bad = await pushed(Array.from({ length: 1_000 }, () => ({})));
    expect(bad.status).toBe(400);
    expect((bad.body as { rejected: unknown[] }).rejected).toHaveLength(200);
    expect(JSON.stringify(bad.body).length).toBeLessThan(30_000);
  });

  it('survives a million brackets', async () => {
    const started = performance.now();
    expect((await pushed('['.repeat(999_999))).status).toBe(400);
    expect((await pushed(`${'['.repeat(400_000)}${']'.repeat(400_000)}`)).status).toBe(400);
    expect(
      (
        await pushed(
          `{"id":"1","text":"x","author":{"name":"n"},"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
        )
      ).status,
    ).toBe(202);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('refuses what is not UTF-8', async () => {
    expect(await pushed(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toMatchObject({
      status: 400,
      body: { error: 'The body is not UTF-8.' },
    });
    expect(await pushed(`\uFEFF${JSON.stringify(post())}`)).toMatchObject({ status: 202 });
  });

  it.each([
    ['{"id": 1,}', 1, 10, 'expected a name in double quotes'],
    ['{"id": 1\n "text": "x"}', 2, 2, 'expected a comma'],
    ["{'id': 1}", 1, 2, 'expected a name in double quotes'],
    ['[1, 2', 1, 6, 'ends too early'],
    ['{"a": "b\nc"}', 1, 9, 'line break'],
    ['{"a": "b\\x"}', 1, 9, 'unknown \\'],
    ['{"a": "b', 1, 7, 'never ends'],
    ['{"a": undefined}', 1, 7, 'expected a value'],
    ['{"a": 01}', 1, 7, 'expected a value'],
    ['{"a" 1}', 1, 6, 'expected a colon'],
    ['{} {}', 1, 4, 'expected nothing more'],
    ['<html>', 1, 1, 'expected a value'],
  ])('says where %j stops being JSON', async (body, line, column, problem) => {
    expect(() => JSON.parse(body)).toThrow();
    const result = await pushed(body);
    expect(result.status).toBe(400);
    const { error } = result.body as { error: string };
    expect(error).toContain(`line ${line}, column ${column}: `);
    expect(error).toContain(problem);
  });
});

describe('anything at all', () => {
  it('is answered, never thrown, and every post is clean', async () => {
    const source = await makeHook({ open: true });
    const field = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(undefined));
    const entry = fc.record(
      {
        id: fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), field),
        text: fc.oneof(fc.string({ unit: 'binary' }), field),
        author: fc.oneof(fc.record({ name: fc.string({ unit: 'binary' }), handle: fc.string() }), field),
        createdAt: fc.oneof(fc.double(), fc.date().map(String), fc.string(), field),
        replyTo: fc.oneof(fc.string(), field),
        conversationId: field,
        url: fc.oneof(fc.webUrl(), field),
        links: field,
        media: field,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(entry, { maxLength: 5 }), entry, fc.jsonValue()), async (body) => {
        const result = await push(source, request(JSON.stringify(body) ?? ''));
        expect([202, 400, 413]).toContain(result.status);
        for (const one of result.posts) expect(makePost(one)).toEqual(one);
        expect(JSON.stringify(result.body).length).toBeLessThan(100_000);
      }),
      { numRuns: 500 },
    );
  });

  it('bytes that are no JSON are told from those that are, at a place that exists', () => {
    const nearly = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.string({ maxLength: 2, unit: 'binary' }))
      .map(([value, at, extra]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + extra + text.slice(cut);
      });
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const { problem, line, column } = jsonProblem(text);
        expect(problem === 'nothing wrong').toBe(valid);
        expect(text.split('\n')[line - 1]?.length ?? -1).toBeGreaterThanOrEqual(column - 1);
      }),
      { numRuns: 2_000 },
    );
  });
});
