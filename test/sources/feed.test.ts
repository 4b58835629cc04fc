import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Keyv } from 'keyv';
import { afterEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Post } from '../../src/domain/post.ts';
import { makePost } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { parseFeedDate } from '../../src/sources/feed/dates.ts';
import { readDocument } from '../../src/sources/feed/document.ts';
import { feed } from '../../src/sources/feed/feed.ts';
import type { Batch, Source } from '../../src/sources/source.ts';
import { testSourceContext } from '../contract/source-world.ts';
import { testClock } from '../support/clock.ts';
import {
  type FakeRequest,
  type FakeResponse,
  type FakeService,
  startFakeService,
} from '../support/fake-service.ts';

const open: FakeService[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const HOUR = 3_600_000;
const clock = testClock();
const fixture = (name: string): Buffer => readFileSync(`test/fixtures/feed/${name}`);

interface Site {
  readonly service: FakeService;
  readonly source: Source;
  poll(cursor?: string | null): Promise<Batch>;
}

/** A feed source on a site that answers as told. */
async function site(
  answer: (request: FakeRequest, url: string) => FakeResponse,
  options: Partial<z.input<typeof feed.config>> = {},
  more: { readonly path?: string; readonly cache?: Keyv } = {},
): Promise<Site> {
  const service: FakeService = await startFakeService((request) => answer(request, service.url));
  open.push(service);
  const { context } = testSourceContext({
    name: 'blog',
    clock,
    ...(more.cache ? { cache: more.cache } : {}),
    fetch: guardedFetch({ allowPrivate: true, timeoutMs: 5_000, userAgent: 'Potluck/test' }),
  });
  const url = `${service.url}${more.path ?? '/feed'}`;
  const source = await feed.create(feed.config.parse({ url, ...options }), context);
  return {
    service,
    source,
    poll: async (cursor = null) => {
      if (!source.poll) throw new Error('a feed is polled');
      return source.poll(cursor, new AbortController().signal);
    },
  };
}

const item = (id: string, fields = ''): string =>
  `<item><title>Title ${id}</title><guid isPermaLink="false">${id}</guid>${fields}</item>`;
const dated = (id: string, at: number): string =>
  item(id, `<pubDate>${new Date(at).toUTCString()}</pubDate>`);
const rss = (items: string, channel = ''): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://blog.example/</link>${channel}${items}</channel></rss>`;
const ids = (batch: Batch): string[] => batch.posts.map((post) => post.id);

async function once(
  body: string | Uint8Array,
  options = {},
  headers: Record<string, string> = {},
): Promise<Batch> {
  const { poll } = await site(() => ({ body, headers }), { lookback: '3650d', ...options });
  return poll();
}

describe('feeds as sites write them', () => {
  it('WordPress comments (RSS): threads, our own answers, pictures, relative links', async () => {
    const { posts } = await once(fixture('wordpress-comments.xml'), { ours: ['crockhaven'] });
    expect(posts).toMatchObject([
      {
        id: 'https://blog.example/?p=7#comment-13',
        conversationId: 'https://blog.example/?p=7#comment-12',
        replyTo: 'https://blog.example/?p=7#comment-12',
        author: { name: 'Crockhaven' },
        text: 'It is, up to 200 °C.',
        ours: true,
        links: [],
      },
      {
        id: 'https://blog.example/?p=7#comment-12',
        conversationId: 'https://blog.example/?p=7#comment-12',
        replyTo: null,
        via: 'comment',
        author: { name: 'Zoë & Sam', handle: '', url: null },
        text: 'Is the Crockhaven lid oven-safe?\nSee my post (https://blog.example/zoe/post?a=1&b=2). 🙂',
        url: 'https://blog.example/2026/05/five-pots/#comment-12',
        links: ['https://blog.example/zoe/post?a=1&b=2'],
        media: [],
        createdAt: Date.UTC(2026, 5, 1, 11),
        ours: false,
      },
      { author: { name: 'Old Hand' }, text: 'First!' },
    ]);
  });

  it('WordPress comments (Atom): every answer in the thread of the first comment', async () => {
    const { posts } = await once(fixture('wordpress-comments-atom.xml'), {
      ours: ['https://crockhaven.example/'],
    });
    const thread = 'https://blog.example/?p=7#comment-12';
    expect(
      posts.map((post) => [
        post.id.split('-').at(-1),
        post.conversationId,
        post.replyTo?.split('-').at(-1) ?? null,
        post.ours,
      ]),
    ).toEqual([
      ['14', thread, '13', false],
      ['13', thread, '12', true],
      ['15', 'https://blog.example/?p=7#comment-15', null, false],
      ['12', thread, null, false],
    ]);
    expect(posts[0]).toMatchObject({
      text: 'Thank you! And the base?',
      lang: 'en-US',
      url: 'https://blog.example/2026/05/five-pots/#comment-14',
    });
  });

  it('knows the thread of an answer whose first comment has left the feed, also after a restart', async () => {
    const whole = fixture('wordpress-comments-atom.xml').toString();
    const [head = '', ...entries] = whole.split(/(?=<entry>)/);
    const cache = new Keyv();
    const first = await site(
      () => ({ body: `${head}${entries[1]}${entries[3]}` }),
      { lookback: '3650d' },
      { cache },
    );
    await first.poll();
    const second = await site(
      () => ({ body: `${head}${entries[0]}</feed>` }),
      { lookback: '3650d' },
      { cache },
    );
    const { posts } = await second.poll();
    expect(posts.map((post) => post.conversationId)).toEqual(['https://blog.example/?p=7#comment-12']);
    const forgetful = await site(() => ({ body: `${head}${entries[0]}</feed>` }), { lookback: '3650d' });
    expect((await forgetful.poll()).posts[0]?.conversationId).toBe('https://blog.example/?p=7#comment-13');
  });

  it('comments without threads belong to their page', async () => {
    const comment = (id: string, link: string): string =>
      item(id, `<link>https://blog.example/a${link}</link><description>x</description>`);
    const body = rss(
      comment('1', '#comment-1') +
        comment('2', '#comment-2') +
        comment('3', '?showComment=5#c5') +
        comment('4', '/b'),
    );
    const { posts } = await once(body.replaceAll('<guid', '<pubDate>2026-06-01T00:00:00Z</pubDate><guid'));
    const page = 'https://blog.example/a';
    expect(posts.map((post) => [post.conversationId, post.via])).toEqual([
      [page, 'comment'],
      [page, 'comment'],
      [page, 'comment'],
      ['4', 'keyword'],
    ]);
    const off = await once(body.replaceAll('<guid', '<pubDate>2026-06-01T00:00:00Z</pubDate><guid'), {
      comments: false,
    });
    expect(off.posts.map((post) => post.conversationId)).toEqual(['1', '2', '3', '4']);
  });

  it('alerts (Atom): HTML titles, the feed as the author', async () => {
    const { posts } = await once(fixture('alerts.xml'));
    expect(posts).toMatchObject([
      {
        id: 'tag:google.com,2013:googlealerts/feed:111',
        author: { name: 'Google Alert - crockhaven' },
        text: 'Why the Crockhaven beats the rest & more\n\nWe compared the Crockhaven with four others ...',
        via: 'keyword',
        createdAt: Date.UTC(2026, 5, 1, 10, 31, 2),
      },
    ]);
  });

  it('RSS 1.0 in Latin-1', async () => {
    const batch = await once(fixture('rss10-latin1.rdf'));
    expect(batch.posts).toMatchObject([
      {
        id: 'https://news.example/1',
        author: { name: 'Jörg' },
        text: 'Töpfe im Test\n\nDer Crockhaven kann alles.',
        lang: 'de-de',
        url: 'https://news.example/1?utm=rss',
        createdAt: Date.UTC(2026, 5, 1, 11),
      },
    ]);
    expect(batch.waitMs).toBe(HOUR / 2);
  });

  it('JSON Feed: plain text stays plain, what is empty is dropped and counted', async () => {
    const { posts, dropped } = await once(fixture('feed.json'));
    expect(posts).toMatchObject([
      {
        id: '2',
        author: { name: 'Rosa', url: 'https://report.example/rosa' },
        text: 'A & B <b>not bold</b>\nsecond line https://example.com/x.',
        url: 'https://report.example/2',
        links: ['https://example.com/x'],
        lang: 'en',
      },
      {
        text: 'Crockhaven at the fair\n\nWe met the team (https://report.example/team).',
        author: { name: 'Guest <i>' },
        media: [{ url: 'https://report.example/fair.jpg', alt: '' }],
        lang: 'en-GB',
      },
    ]);
    expect(dropped).toHaveLength(2);
  });

  it.each([
    [
      'UTF-16 with a mark',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(rss(item('ü')), 'utf16le')]),
      {},
    ],
    ['UTF-16 without a mark', Buffer.from(rss(item('ü')), 'utf16le'), {}],
    ['UTF-8 with a mark', `\uFEFF${rss(item('ü'))}`, {}],
    ['UTF-8 that claims to be UTF-16', rss(item('ü')).replace('?>', ' encoding="utf-16"?>'), {}],
    [
      'Latin-1 by the header',
      Buffer.from(rss(item('ü')), 'latin1'),
      { 'content-type': 'text/xml; charset=iso-8859-1' },
    ],
    ['Windows-1252 that says nothing', Buffer.from(rss(item('ü')), 'latin1'), { 'content-type': 'text/xml' }],
    ['an encoding that does not exist', rss(item('ü')), { 'content-type': 'text/xml; charset=klingon' }],
    ['gzip', gzipSync(rss(item('ü'))), { 'content-encoding': 'gzip' }],
    ['a wrong content type', rss(item('ü')), { 'content-type': 'text/html' }],
  ])('%s', async (_, body, headers) => {
    const { entries } = await (async () => {
      const { source, service } = await site(() => ({ body, headers: headers as Record<string, string> }));
      const checks = await source.check(new AbortController().signal);
      expect(checks).toMatchObject([{ ok: true, what: expect.stringContaining('“T”') }]);
      const response = await fetch(`${service.url}/feed`);
      return { entries: response.status };
    })();
    expect(entries).toBe(200);
    const { posts } = await once(
      typeof body === 'string' && !body.includes('pubDate')
        ? body.replace('<guid', '<pubDate>2026-06-01T00:00:00Z</pubDate><guid')
        : body,
      { lookback: '3650d' },
      headers as Record<string, string>,
    );
    for (const post of posts) expect(post.id).toBe('ü');
  });
});

describe('what is new', () => {
  const now = clock.now();

  it('a first poll looks back as configured; what was there before never comes, whatever its date does later', async () => {
    let body = rss(dated('new', now - HOUR) + dated('old', now - 30 * HOUR) + item('undated'));
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    expect(ids(first)).toEqual(['new']);
    body = rss(
      dated('newer', now) + dated('new', now) + dated('old', now) + item('undated') + item('undated-new'),
    );
    const second = await poll(first.cursor);
    expect(ids(second).sort()).toEqual(['newer', 'undated-new']);
    expect(second.posts.find((post) => post.id === 'undated-new')?.createdAt).toBe(clock.now());
  });

  it('an old entry that slides back into the window is not new, a comment approved late is', async () => {
    let body = rss(dated('b', now - 40 * HOUR) + dated('a', now - 50 * HOUR));
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    expect(ids(first)).toEqual([]);
    // "b" was deleted, so the site shows the next older one; and a comment of 45 hours ago was approved.
    body = rss(
      dated('late', now - 45 * HOUR) + dated('a', now - 50 * HOUR) + dated('older', now - 60 * HOUR),
    );
    expect(ids(await poll(first.cursor))).toEqual(['late']);
  });

  it('identity: guid, else link, else the words; never the date', async () => {
    const bare = (date: string): string =>
      rss(
        `<item><link>/a</link><title>A</title>${date}</item><item><title>B</title><description>b</description>${date}</item>`,
      );
    let body = bare('<pubDate>Mon, 01 Jun 2026 10:00:00 GMT</pubDate>');
    const { poll } = await site(() => ({ body }), { lookback: '3650d' });
    const first = await poll();
    body = bare('<pubDate>Mon, 01 Jun 2026 11:00:00 GMT</pubDate>');
    const second = await poll(first.cursor);
    expect(ids(second)).toEqual([]);
    expect(ids(await poll())).toEqual(ids(first));
    expect(ids(first)).toEqual(['/a', expect.stringMatching(/^sha256:/)]);
    const odd = await once(
      rss(dated('x'.repeat(5_000), now) + item('\u0001', '<pubDate>2026-06-01</pubDate>')),
    );
    expect(new Set(ids(odd)).size).toBe(2);
  });

  it('says so when the feed has moved on so far that some may be missing', async () => {
    const page = (from: number): string =>
      rss([0, 1, 2, 3].map((n) => dated(String(from + n), now)).join(''));
    let body = page(0);
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    expect(first.gap).toBeUndefined();
    body = page(3);
    const second = await poll(first.cursor);
    expect(second.gap).toBeUndefined();
    await clock.advance(HOUR);
    body = page(50);
    expect((await poll(second.cursor)).gap).toEqual({ from: clock.now() - HOUR, to: clock.now() });
  });

  it('an entry in the future was written now', async () => {
    const { posts } = await once(rss(dated('f', clock.now() + 99 * HOUR)));
    expect(posts[0]?.createdAt).toBe(clock.now());
  });
});

describe('an entry that was changed', () => {
  const now = clock.now();
  const words = (id: string, text: string, at = now - HOUR, more = ''): string =>
    item(id, `<pubDate>${new Date(at).toUTCString()}</pubDate><description>${text}</description>${more}`);
  const told = (batch: Batch) =>
    batch.posts.map(({ id, text, editedAt }) => [id, text.split('\n').at(-1), editedAt]);

  it('comes again in its new words, with the time where the publisher moved it along', async () => {
    const stamp = (at: number): string =>
      `<atom:updated xmlns:atom="http://www.w3.org/2005/Atom">${new Date(at).toISOString()}</atom:updated>`;
    let body = rss(words('a', 'one') + words('b', 'one', now - HOUR, stamp(now - HOUR)));
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    expect(told(first)).toEqual([
      ['a', 'one', null],
      ['b', 'one', null],
    ]);
    // A time that moves alone is no edit.
    body = rss(words('a', 'one') + words('b', 'one', now - HOUR, stamp(now - 60_000)));
    const second = await poll(first.cursor);
    expect(told(second)).toEqual([]);
    body = rss(words('a', 'two') + words('b', 'two', now - HOUR, stamp(now)));
    const third = await poll(second.cursor);
    expect(told(third)).toEqual([
      ['a', 'two', null],
      ['b', 'two', now],
    ]);
    expect(told(await poll(third.cursor))).toEqual([]);
  });

  it('comes not when it was there before we came', async () => {
    let body = rss(words('old', 'one', now - 30 * HOUR) + words('new', 'one'));
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    body = rss(words('old', 'two', now - 30 * HOUR) + words('new', 'one'));
    expect(told(await poll(first.cursor))).toEqual([]);
  });

  it('is left alone when it changes all the time', async () => {
    let count = 0;
    const { poll } = await site(() => ({ body: rss(words('a', `seen ${count++} times`)) }));
    let batch = await poll();
    let changes = 0;
    for (let round = 0; round < 40; round++) {
      batch = await poll(batch.cursor);
      changes += batch.posts.length;
    }
    expect(changes).toBe(20);
  });
});

describe('talking to the site', () => {
  const now = clock.now();

  it('asks conditionally, and takes 304 for nothing new', async () => {
    const { poll, service } = await site(({ headers }) =>
      headers['if-none-match'] === '"v1"' && headers['if-modified-since'] === 'Mon, 01 Jun 2026 10:00:00 GMT'
        ? { status: 304 }
        : {
            body: rss(dated('1', now)),
            headers: { etag: '"v1"', 'last-modified': 'Mon, 01 Jun 2026 10:00:00 GMT' },
          },
    );
    const first = await poll();
    const second = await poll(first.cursor);
    expect(ids(second)).toEqual([]);
    expect(second.cursor).not.toBeNull();
    const third = await poll(second.cursor);
    expect(ids(third)).toEqual([]);
    expect(service.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"v1"',
      '"v1"',
    ]);
    expect(service.requests[0]?.headers['user-agent']).toBe('Potluck/test');
  });

  it('does not believe "not modified" about the second in which it asked, nor WordPress for long', async () => {
    const modified = new Date(now - HOUR).toUTCString();
    let fresh = true;
    let entries = dated('1', now - HOUR);
    const wordpress = '<generator>https://wordpress.org/?v=6.8</generator>';
    const { poll, service } = await site(({ headers }) =>
      headers['if-modified-since']
        ? { status: 304 }
        : {
            body: rss(entries, wordpress),
            headers: { 'last-modified': modified, etag: '"x"', ...(fresh ? { date: modified } : {}) },
          },
    );
    const first = await poll();
    // A second comment within the same second.
    entries += dated('2', now - HOUR);
    fresh = false;
    const second = await poll(first.cursor);
    expect(ids(second)).toEqual(['2']);
    // One that waited for approval: nothing newer, so the validators stay as they are.
    entries += dated('3', now - 2 * HOUR);
    const third = await poll(second.cursor);
    expect(ids(third)).toEqual([]);
    await clock.advance(15 * 60_000);
    expect(ids(await poll(third.cursor))).toEqual(['3']);
    expect(service.requests.map(({ headers }) => 'if-none-match' in headers)).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it.each([
    ['max-age', {}, '', { 'cache-control': 'public, max-age=600', age: '60' }, 540_000],
    ['no-cache', {}, '', { 'cache-control': 'no-cache, max-age=600' }, 0],
    ['a year', {}, '', { 'cache-control': 'max-age=31536000' }, HOUR],
    ['ttl', {}, '<ttl>20</ttl>', {}, 1_200_000],
    ['ttl, but the team knows better', { every: '1m' }, '<ttl>20</ttl>', {}, 0],
    [
      'updatePeriod',
      {},
      '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod><sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">4</sy:updateFrequency>',
      {},
      HOUR / 4,
    ],
    [
      'the default of WordPress',
      {},
      '<generator>https://wordpress.org/?v=6</generator><sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>',
      {},
      0,
    ],
  ])('waits as the publisher asks: %s', async (_, options, channel, headers, expected) => {
    const { poll } = await site(
      () => ({ body: rss(dated('1', now), channel), headers: headers as Record<string, string> }),
      options,
    );
    expect((await poll()).waitMs).toBe(expected);
  });

  it('follows redirects, remembers those for good, and comes back when they break', async () => {
    let gone = false;
    const { poll, service } = await site(({ path }) => {
      if (path === '/feed') return { status: 301, headers: { location: '/moved' } };
      if (path === '/moved') return gone ? { status: 404 } : { status: 308, headers: { location: '/new' } };
      if (path === '/temporary') return { status: 302, headers: { location: '/new' } };
      return gone ? { status: 404 } : { body: rss(dated('1', now)) };
    });
    const first = await poll();
    expect(ids(first)).toEqual(['1']);
    const second = await poll(first.cursor);
    expect(service.requests.map(({ path }) => path)).toEqual(['/feed', '/moved', '/new', '/new']);
    const third = await poll(second.cursor);
    expect(service.requests.at(-1)?.path).toBe('/new');
    gone = true;
    await expect(poll(third.cursor)).rejects.toThrow(/404/);
    expect(service.requests.slice(-3).map(({ path }) => path)).toEqual(['/new', '/feed', '/moved']);
  });

  it('does not remember a redirect that is not for good, nor runs in circles', async () => {
    const { poll, service } = await site(({ path }) =>
      path === '/feed' ? { status: 302, headers: { location: '/new' } } : { body: rss(dated('1', now)) },
    );
    await poll((await poll()).cursor);
    expect(service.requests.map(({ path }) => path)).toEqual(['/feed', '/new', '/feed', '/new']);
    const loop = await site(() => ({ status: 302, headers: { location: '/feed' } }));
    await expect(loop.poll()).rejects.toThrow(UnavailableError);
    expect(loop.service.requests).toHaveLength(6);
  });

  it.each([
    [404, UnavailableError, /no feed at this address/],
    [410, RejectedError, /gone for good/],
    [403, AuthError, /login/],
    [429, RateLimitedError, /come back/],
    [418, UnavailableError, /418/],
  ])('%i in words', async (status, kind, words) => {
    const { poll, source } = await site(() => ({ status }), {}, { path: '/feed?token=s3cret' });
    const error = await poll().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toMatch(words);
    expect(String(error)).not.toContain('s3cret');
    const [check] = await source.check(new AbortController().signal);
    expect(check).toMatchObject({ ok: false, remedy: expect.stringMatching(words) });
  });

  it('a Retry-After may be a date', async () => {
    const at = new Date(clock.now() + 120_000).toUTCString();
    const { poll } = await site(() => ({ status: 429, headers: { 'retry-after': at } }));
    await expect(poll()).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });

  it('a web page is told from a feed, with the feeds that it offers', async () => {
    const page = (head: string): string =>
      `<!DOCTYPE html><html><head><title>x</title>${head}</head><body>rss <rss version="2.0"></body></html>`;
    const offering = await site(() => ({
      body: page(
        '<link rel="alternate" type="application/rss+xml" title="A > B" href="/feed/?a=1&amp;b=2"><LINK href=https://other.example/atom.xml rel=alternate type=application/atom+xml><link rel=stylesheet href=/x.css>',
      ),
    }));
    const error = await offering.poll().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toContain(`${offering.service.url}/feed/?a=1&b=2`);
    expect(String(error)).toContain('https://other.example/atom.xml');
    expect(String(error)).not.toContain('x.css');
    await expect(once(page(''))).rejects.toThrow(/web page/);
  });

  it('refuses addresses of its own network unless allowed', async () => {
    const { context } = testSourceContext({
      name: 'blog',
      clock,
      fetch: guardedFetch({ allowPrivate: false, userAgent: 'Potluck/test' }),
    });
    const source = await feed.create(feed.config.parse({ url: 'http://127.0.0.1:8080/feed' }), context);
    await expect(source.poll?.(null, new AbortController().signal)).rejects.toThrow(/allowPrivate: true/);
    expect(feed.allowsPrivate?.(feed.config.parse({ url: 'http://intranet/feed', allowPrivate: true }))).toBe(
      true,
    );
  });

  it('configuration', () => {
    const problem = (options: object) =>
      feed.config.safeParse({ url: 'https://a.example/feed', ...options }).error?.issues[0]?.message;
    expect(problem({})).toBeUndefined();
    expect(problem({ url: 'ftp://a.example' })).toContain('http(s)');
    expect(problem({ url: 'https://user:pass@a.example' })).toContain('password');
    expect(problem({ every: '30s' })).toContain('60s');
    expect(problem({ lookback: 'soon' })).toContain('24h');
    expect(problem({ language: 'German' })).toContain('de');
    expect(problem({ evry: '5m' })).toContain('evry');
  });
});

describe('broken feeds', () => {
  const now = clock.now();
  const good = (id: string): string => dated(id, now);

  it.each([
    ['an unclosed tag', '<item><title>bad<guid>bad</guid></item>'],
    ['an entry without anything', '<item/>'],
    ['an entry with nothing known', '<item><foo>1</foo></item>'],
    ['an unclosed entry', '<item><title>bad'],
    ['an unclosed CDATA section at the end', null],
  ])('%s costs itself only, and is reported once', async (_, broken) => {
    const body =
      broken === null
        ? rss(`${good('1')}${good('2')}<item><title><![CDATA[bad`)
        : rss(good('1') + broken + good('2'));
    const { poll } = await site(() => ({ body }));
    const first = await poll();
    expect(ids(first).sort()).toEqual(['1', '2']);
    expect(first.dropped).toHaveLength(1);
    const second = await poll(first.cursor);
    expect(ids(second)).toEqual([]);
    expect(second.dropped).toBeUndefined();
  });

  it('a stray closing tag hides no other entry', async () => {
    const stray = '<item><title>odd</title></foo></bar><guid>odd</guid></channel></item>';
    const { posts } = await once(rss(good('1') + stray + good('2')));
    expect(posts.map((post) => post.id)).toEqual(['1', '2']);
  });

  it('a document that stops in the middle keeps what came', async () => {
    const whole = rss(good('1') + good('2') + good('3'));
    const { posts, dropped } = await once(whole.slice(0, whole.lastIndexOf('<guid')));
    expect(posts.map((post) => post.id)).toEqual(['1', '2']);
    expect(dropped).toMatchObject([{ why: 'the entry has no end' }]);
  });

  it('what an entry quotes cannot pass for markup', async () => {
    const quote = (text: string): string =>
      item('q', `<pubDate>2026-06-01T00:00:00Z</pubDate><description><![CDATA[${text}]]></description>`);
    for (const text of [
      '</item><item><guid>evil</guid></item>',
      '<rss version="2.0"><channel>',
      '<!-- ',
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry>',
      '&lt;item&gt;',
    ]) {
      const batch = await once(rss(good('1') + quote(text) + good('2')));
      expect(ids(batch).sort(), text).toEqual(['1', '2', 'q']);
      const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>q</id><updated>2026-06-01T00:00:00Z</updated><title><![CDATA[${text}]]></title></entry></feed>`;
      expect(ids(await once(atom)), text).toEqual(['q']);
    }
  });

  it('entities of a document type are not expanded, files not read', async () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]>`;
    const { posts } = await once(
      `${laughs}<rss version="2.0"><channel>${dated('1', now).replace('Title 1', '&c;')}</channel></rss>`,
    );
    expect(posts[0]?.text.length).toBeLessThan(10);
    const file = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>${dated('1', now).replace('Title 1', '&f;')}</channel></rss>`;
    const read = await once(file).catch((error: unknown) => error);
    expect(JSON.stringify(read)).not.toContain('root:');
  });

  it.each([
    ['nested tags', rss('<a>'.repeat(200_000))],
    ['nested tags in an entry', rss(`<item><foo>${'<a>'.repeat(200_000)}</foo></item>`)],
    ['HTML nested in a text', rss(item('1', `<description>${'&lt;div&gt;'.repeat(100_000)}</description>`))],
    ['CDATA that never ends', rss(`<item><title>${'<![CDATA['.repeat(100_000)}`)],
    ['comments that never end', rss('<!--'.repeat(200_000))],
    ['a million brackets', rss('<'.repeat(1_000_000))],
    ['a million ampersands', rss(item('1', `<description>${'&'.repeat(1_000_000)}</description>`))],
    ['attributes', rss(`<item ${'a="b" '.repeat(150_000)}/>`)],
    [
      'namespaces',
      rss('').replace(
        '<rss',
        `<rss ${Array.from({ length: 20_000 }, (_, n) => `xmlns:n${n}="u:${n}"`).join(' ')}`,
      ),
    ],
    ['twenty thousand entries', rss(Array.from({ length: 20_000 }, (_, n) => good(String(n))).join(''))],
    ['a thousand broken entries', rss('<item><title>x<guid></item>'.repeat(5_000))],
    ['brackets of JSON', `{"items":${'['.repeat(500_000)}`],
    [
      'a page of links',
      `<html><head>${'<link rel=alternate type=application/rss+xml href=x '.repeat(20_000)}`,
    ],
    ['a page nested deeply', `<html>${'<b>'.repeat(300_000)}`],
  ])('%s: an answer for less than three seconds of work', async (_, body) => {
    const { source } = await site(() => ({ body }));
    const before = process.cpuUsage();
    const outcome = await source.poll?.(null, new AbortController().signal).catch((error: unknown) => error);
    // Of the processor, not of the clock: this machine may be busy with something else.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UnavailableError);
  });
});

describe('anything at all', () => {
  const samples = ['wordpress-comments.xml', 'wordpress-comments-atom.xml', 'alerts.xml', 'feed.json'].map(
    (name) => fixture(name).toString(),
  );
  const mutated = fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(
        fc.record({
          at: fc.nat(6_000),
          cut: fc.nat(60),
          put: fc.oneof(
            fc.string({ unit: 'binary', maxLength: 8 }),
            fc.constantFrom(
              '<',
              '>',
              '</item>',
              '<item>',
              ']]>',
              '<![CDATA[',
              '<!--',
              '&',
              '"',
              '<entry>',
              '}',
              '[',
            ),
          ),
        }),
        { maxLength: 6 },
      ),
    )
    .map(([sample, edits]) =>
      edits.reduce(
        (text, { at, cut, put }) =>
          text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut),
        sample,
      ),
    );

  it('is read or refused with our own error, and what is read becomes clean posts', async () => {
    let body = '';
    const { context } = testSourceContext({ name: 'blog', clock, fetch: async () => new Response(body) });
    const config = feed.config.parse({ url: 'https://blog.example/feed', lookback: '3650d' });
    const source = await feed.create(config, context);
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.string({ unit: 'binary' })), async (text) => {
        body = text;
        let posts: readonly Post[] = [];
        try {
          posts = (await source.poll?.(null, new AbortController().signal))?.posts ?? [];
        } catch (error) {
          expect(error).toBeInstanceOf(UnavailableError);
        }
        for (const post of posts) expect(makePost(post)).toEqual(post);
      }),
      { numRuns: 200 },
    );
  });

  it('every text and name comes through as the words it is', () => {
    const escaped = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const printable = fc
      .string({ unit: 'grapheme', maxLength: 80 })
      .filter((text) => /\S/.test(text) && !/[\u0000-\u001F\u007F-\u009F\u202D\u202E\uFEFF]/.test(text));
    fc.assert(
      fc.property(printable, (text) => {
        const xml = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><title>${escaped(text)}</title></entry></feed>`;
        const { entries } = readDocument(xml, 'https://blog.example/feed');
        expect(entries[0]?.title.value).toBe(text.trim());
      }),
      { numRuns: 200 },
    );
  });

  it('dates are read or not, never thrown', () => {
    const known: readonly (readonly [string, number])[] = [
      ['Mon, 01 Jun 2026 11:00:00 +0000', Date.UTC(2026, 5, 1, 11)],
      ['Thurs, 1 Jun 2026 11:00:00 GMT', Date.UTC(2026, 5, 1, 11)],
      ['1 Jun 2026 13:00 CEST', Date.UTC(2026, 5, 1, 11)],
      ['Mon, 01 Jun 2026 07:00:00 EDT', Date.UTC(2026, 5, 1, 11)],
      ['Mon, 01 Jun 2026 11:00:00', Date.UTC(2026, 5, 1, 11)],
      ['2026-06-01T11:00:00', Date.UTC(2026, 5, 1, 11)],
      ['2026-06-01 13:00:00 +0200', Date.UTC(2026, 5, 1, 11)],
      ['2026-06-01T11:00:00.123Z', Date.UTC(2026, 5, 1, 11, 0, 0, 123)],
      ['2026-06-01', Date.UTC(2026, 5, 1)],
    ];
    for (const [text, expected] of known) expect(parseFeedDate(text), text).toBe(expected);
    for (const text of [
      '',
      'yesterday',
      '0000-00-00 00:00:00',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '01/06/2026x',
    ])
      expect(parseFeedDate(text), text).toBeNull();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (text) => {
          const date = parseFeedDate(text);
          expect(date === null || Number.isFinite(date)).toBe(true);
        },
      ),
    );
  });
});
