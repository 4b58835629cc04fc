import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { bluesky } from '../../src/sources/bluesky/bluesky.ts';
import { readEvent } from '../../src/sources/bluesky/jetstream.ts';
import type { Meter } from '../../src/sources/source.ts';
import { testSourceContext } from '../contract/source-world.ts';
import jetstream from '../fixtures/bluesky/jetstream.json' with { type: 'json' };
import { testClock } from '../support/clock.ts';
import type { FakePost } from './bluesky-fake.ts';
import { type BlueskyWorld, blueskyWorld, imageOf } from './bluesky-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const never = new AbortController().signal;

async function world(
  config: object = { watch: ['slow cooker', '#stew', 'rival.example'] },
): Promise<BlueskyWorld> {
  const made = await blueskyWorld({ config: { ...config } });
  onTestFinished(() => made.close());
  return made;
}

/** The stream as a test reads it: one batch after the other. */
async function listening(w: BlueskyWorld) {
  const controller = new AbortController();
  const stream = w.source.listen?.(controller.signal)[Symbol.asyncIterator]();
  if (!stream) throw new Error('does not listen');
  const next = async (): Promise<readonly Post[]> => {
    const { done, value } = await stream.next();
    return done ? [] : value;
  };
  let first: Promise<readonly Post[]> | null = next();
  first.catch(() => {});
  await w.network.jetstream.listening();
  onTestFinished(() => controller.abort());
  return {
    controller,
    next: (): Promise<readonly Post[]> => {
      const result = first ?? next();
      first = null;
      result.catch(() => {});
      return result;
    },
  };
}

function write(
  w: BlueskyWorld,
  text: string,
  more: Partial<Parameters<typeof w.network.add>[0]> = {},
): FakePost {
  return w.network.add({ author: w.network.account('ada.test', 'Ada'), text, at: w.clock.now(), ...more });
}

const link = (text: string, uri: string) => ({
  facets: [
    {
      index: { byteStart: 0, byteEnd: Buffer.byteLength(text) },
      features: [{ $type: 'app.bsky.richtext.facet#link' as const, uri: uri as `${string}:${string}` }],
    },
  ],
});

/** Turns the clock until a request to the network is through. */
async function until<T>(w: BlueskyWorld, work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  finished.catch(() => {});
  for (let turns = 0; !done && turns < 1_000; turns++) await w.clock.advance(100);
  return finished;
}

const requests = (w: BlueskyWorld, nsid: string): number =>
  w.network.requests.filter(({ path }) => path === `/xrpc/${nsid}`).length;

describe('the public stream', () => {
  it('is not listened to without words', async () => {
    const w = await world({});
    expect(w.source.capabilities.listen).toBe(false);
    expect(w.source.listen).toBeUndefined();
  });

  it('brings what holds a word, whole and with its author; the rest is never asked for', async () => {
    const w = await world();
    const { next } = await listening(w);
    write(w, 'nothing of ours');
    const post = write(w, 'My SLOW-cooker is on fire', { langs: ['en'] });
    expect(await next()).toMatchObject([
      {
        id: post.uri,
        via: 'keyword',
        text: 'My SLOW-cooker is on fire',
        lang: 'en',
        author: { name: 'Ada', handle: 'ada.test' },
        url: expect.stringContaining('https://bsky.app/profile/ada.test/post/'),
      },
    ]);
    const [asked] = w.network.jetstream.asked;
    expect(Object.fromEntries(asked?.searchParams ?? [])).toEqual({
      wantedCollections: 'app.bsky.feed.post',
      maxMessageSizeBytes: '64000',
    });
    const read = w.network.requests.filter(({ path }) => path.endsWith('getPosts'));
    expect(read.map(({ query }) => query.getAll('uris'))).toEqual([[post.uri]]);
  });

  it('is tried by the check', async () => {
    const w = await world();
    expect((await w.source.check(never)).at(-1)).toEqual({
      ok: true,
      what: expect.stringContaining('for 3 words'),
      remedy: null,
    });
    await w.network.close();
    const dead = await w.source.check(never);
    expect(dead.every(({ ok }) => ok)).toBe(false);
  });

  it('finds words in tags, links and descriptions of pictures', async () => {
    const w = await world();
    const { next } = await listening(w);
    const tagged = write(w, 'so good #Stew');
    expect((await until(w, next())).map(({ id }) => id)).toEqual([tagged.uri]);
    const linked = write(w, 'look', link('look', 'https://shop.rival.example/a'));
    expect(await until(w, next())).toMatchObject([{ id: linked.uri, via: 'keyword' }]);
    const alt = 'a slow cooker';
    const pictured = write(w, '', {
      embed: imageOf(alt),
      recordEmbed: {
        $type: 'app.bsky.embed.images',
        images: [{ alt, image: blob() }],
      } as unknown as NonNullable<FakePost['record']['embed']>,
    });
    expect(await until(w, next())).toMatchObject([{ id: pictured.uri, media: [{ alt }] }]);
  });

  it('leaves an archive alone that somebody brings along under its old dates', async () => {
    const w = await world();
    const { next } = await listening(w);
    write(w, 'my first slow cooker', { at: w.clock.now() - 25 * HOUR });
    const young = write(w, 'my last slow cooker', { at: w.clock.now() - 23 * HOUR });
    expect((await until(w, next())).map(({ id }) => id)).toEqual([young.uri]);
  });

  it('tells a share from a quote, a mention, a reply and a word', async () => {
    const w = await world();
    const { brand } = w.network;
    const ours = w.network.add({ author: brand, text: 'New lid', at: w.clock.now() - HOUR });
    const { next } = await listening(w);
    const shared = write(w, 'this pot', link('this pot', 'https://www.crockhaven.example/pot'));
    expect(await until(w, next())).toMatchObject([{ id: shared.uri, via: 'share' }]);
    const quote = write(w, 'slow cooker!', {
      recordEmbed: { $type: 'app.bsky.embed.record', record: { uri: ours.uri, cid: ours.cid } },
    });
    expect(await until(w, next())).toMatchObject([{ id: quote.uri, via: 'quote' }]);
    const reply = write(w, 'thanks', { reply: ours });
    expect(await until(w, next())).toMatchObject([{ id: reply.uri, via: 'reply', conversationId: ours.uri }]);
    const mention = write(w, '@brand.test hi', {
      facets: [
        {
          index: { byteStart: 0, byteEnd: 11 },
          features: [
            { $type: 'app.bsky.richtext.facet#mention', did: brand.did as `did:${string}:${string}` },
          ],
        },
      ],
    });
    expect(await until(w, next())).toMatchObject([{ id: mention.uri, via: 'mention' }]);
    const own = w.network.add({ author: brand, text: 'Hello all', at: w.clock.now() });
    expect(await until(w, next())).toMatchObject([{ id: own.uri, via: 'comment', ours: true }]);
  });

  it('is the same door for searches: what leads to us is a share there, too', async () => {
    const w = await world({ search: ['pot'] });
    const shared = write(w, 'this pot', link('this pot', 'https://crockhaven.example/pot'));
    const named = write(w, 'another pot');
    const posts = (await w.source.poll?.(null, never))?.posts ?? [];
    expect(Object.fromEntries(posts.map(({ id, via }) => [id, via]))).toEqual({
      [shared.uri]: 'share',
      [named.uri]: 'keyword',
    });
  });

  it('reads many at once in groups of 25, and not faster than twice a second', async () => {
    const w = await world();
    const { next } = await listening(w);
    for (let at = 0; at < 60; at++) write(w, `slow cooker number ${at}`);
    const got: string[] = [];
    while (got.length < 60) got.push(...(await until(w, next())).map(({ id }) => id));
    expect(new Set(got).size).toBe(60);
    expect(requests(w, 'app.bsky.feed.getPosts')).toBeLessThanOrEqual(4);
  });

  it('asks again for a post that the network does not show yet, and not for ever', async () => {
    const w = await world();
    const { next } = await listening(w);
    const hidden = write(w, 'slow cooker');
    hidden.blocked = true;
    const wanted = next();
    await w.clock.advance(SECOND);
    hidden.blocked = false;
    expect((await until(w, wanted)).map(({ id }) => id)).toEqual([hidden.uri]);
    const never = write(w, 'another slow cooker');
    never.blocked = true;
    const nothing = next();
    nothing.catch(() => {});
    for (let turns = 0; turns < 60; turns++) {
      w.network.jetstream.send(jetstream.identity);
      await w.clock.advance(SECOND);
    }
    const asked = requests(w, 'app.bsky.feed.getPosts');
    for (let turns = 0; turns < 30; turns++) {
      w.network.jetstream.send(jetstream.identity);
      await w.clock.advance(SECOND);
    }
    expect(requests(w, 'app.bsky.feed.getPosts')).toBe(asked);
    expect(asked).toBeLessThanOrEqual(7);
  });

  it('tells the next poll what of the delivered was deleted, once', async () => {
    const w = await world();
    const { next } = await listening(w);
    const post = write(w, 'slow cooker');
    const stranger = write(w, 'something else');
    await until(w, next());
    const waiting = next();
    w.network.remove(post.uri);
    w.network.remove(stranger.uri);
    w.network.jetstream.send({
      ...jetstream.account,
      account: { ...jetstream.account.account, active: false, status: 'deactivated' },
    });
    const later = write(w, 'slow cooker again');
    await until(w, waiting);
    const first = await w.source.poll?.(null, never);
    expect(first?.deleted).toEqual([post.uri]);
    expect((await w.source.poll?.(first?.cursor ?? null, never))?.deleted).toBeUndefined();
    // The account goes, and all it wrote with it.
    const after = next();
    w.network.jetstream.send({
      did: later.author.did,
      time_us: w.clock.now() * 1_000,
      kind: 'account',
      account: {
        active: false,
        did: later.author.did,
        seq: 1,
        status: 'deleted',
        time: '2026-06-01T12:00:00Z',
      },
    });
    w.network.add({ author: w.network.account('bo.test'), text: 'slow cooker', at: w.clock.now() });
    await until(w, after);
    expect((await w.source.poll?.(null, never))?.deleted).toEqual([later.uri]);
  });

  it('tells a deletion also when it comes before the post is stored', async () => {
    const w = await world();
    const { next } = await listening(w);
    const post = write(w, 'slow cooker');
    await until(w, next());
    w.network.remove(post.uri);
    for (let turns = 0; turns < 5; turns++) await w.clock.settle();
    write(w, 'slow cooker again');
    await until(w, next());
    expect((await w.source.poll?.(null, never))?.deleted).toEqual([post.uri]);
  });

  it('goes on before what could not be read yet', async () => {
    const w = await world();
    const { next } = await listening(w);
    const hidden = write(w, 'slow cooker');
    hidden.blocked = true;
    const nothing = next();
    nothing.catch(() => {});
    for (let turns = 0; turns < 8; turns++) await w.clock.advance(SECOND);
    const seen = write(w, 'another slow cooker');
    expect(await until(w, nothing)).toMatchObject([{ id: seen.uri }]);
    const broken = next();
    w.network.jetstream.end();
    await expect(until(w, broken)).rejects.toBeInstanceOf(UnavailableError);
    hidden.blocked = false;
    const again = await listening(w);
    expect(await until(w, again.next())).toMatchObject([{ id: hidden.uri }]);
  });

  it('goes on a few seconds before where it broke, also after a restart; nothing twice, nothing lost', async () => {
    const w = await world();
    const { next } = await listening(w);
    const before = write(w, 'slow cooker one');
    await until(w, next());
    const broken = next();
    w.network.jetstream.end();
    await expect(until(w, broken)).rejects.toBeInstanceOf(UnavailableError);
    await w.clock.advance(MINUTE);
    const missed = write(w, 'slow cooker two');
    const again = await listening(w);
    expect((await until(w, again.next())).map(({ id }) => id)).toEqual([missed.uri]);
    const from = Number(w.network.jetstream.asked[1]?.searchParams.get('cursor'));
    expect(from).toBeLessThan(w.clock.now() * 1_000 - MINUTE * 1_000);
    again.controller.abort();
    await until(w, again.next());
    await w.restart();
    await w.clock.advance(HOUR);
    const late = write(w, 'slow cooker three');
    const restarted = await listening(w);
    const ids = (await until(w, restarted.next())).map(({ id }) => id);
    expect(ids).toContain(late.uri);
    expect(ids).not.toContain(before.uri);
    // Not further back than the look-back.
    restarted.controller.abort();
    await until(w, restarted.next());
    await w.clock.advance(100 * HOUR);
    await listening(w);
    expect(Number(w.network.jetstream.asked.at(-1)?.searchParams.get('cursor'))).toBe(
      (w.clock.now() - 24 * HOUR) * 1_000,
    );
  });

  it('comes again when reading fails', async () => {
    const w = await world();
    const first = await listening(w);
    const limited = {
      status: 429,
      headers: { 'ratelimit-reset': String(w.clock.now() / 1_000 + 60) },
      body: {},
    };
    w.network.intercept = (nsid) => (nsid === 'app.bsky.feed.getPosts' ? limited : null);
    const post = write(w, 'slow cooker');
    await expect(until(w, first.next())).rejects.toBeInstanceOf(RateLimitedError);
    w.network.intercept = null;
    const second = await listening(w);
    expect((await until(w, second.next())).map(({ id }) => id)).toEqual([post.uri]);
  });

  it('is dead after a minute of silence, and survives what it does not understand', async () => {
    const w = await world();
    const { next } = await listening(w);
    const waiting = next();
    for (const odd of [
      '',
      '{',
      'null',
      '[]',
      '{"did":7}',
      jetstream.like,
      { did: 'x', time_us: 1, kind: 'new' },
    ])
      w.network.jetstream.send(odd);
    const odd = write(w, 'slow cooker');
    expect(await until(w, waiting)).toMatchObject([{ id: odd.uri }]);
    const silent = next();
    await w.clock.advance(50 * SECOND);
    w.network.jetstream.send(jetstream.identity);
    await w.network.jetstream.listening();
    await expect(
      until(
        w,
        silent.then(() => 'nothing'),
      ),
    ).rejects.toThrow(/silent for 60 s/);
  });

  it('lets go of a peer that died without a word, and of one that never answers', async () => {
    const w = await world();
    const opened = later<Socket>();
    const asked = later<Socket>();
    let mute = false;
    const dead = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        const key = /sec-websocket-key: (.*)\r\n/i.exec(data.toString())?.[1];
        if (!key) return socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
        if (mute) return asked.resolve(socket);
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade'];
        socket.write([...lines, `sec-websocket-accept: ${accept}`, '', ''].join('\r\n'));
        opened.resolve(socket);
      });
    });
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => void dead.close());
    const { port } = dead.address() as AddressInfo;
    const at = await blueskyWorld({
      clock: w.clock,
      config: { watch: ['pot'], jetstream: `ws://127.0.0.1:${port}/subscribe` },
    });
    onTestFinished(() => at.close());
    const listen = async (): Promise<unknown> => at.source.listen?.(never)[Symbol.asyncIterator]().next();
    const silent = listen();
    silent.catch(() => {});
    const socket = await opened.promise;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await expect(until(w, silent)).rejects.toThrow(/silent/);
    await closed;
    mute = true;
    const unanswered = listen();
    unanswered.catch(() => {});
    const other = await asked.promise;
    const gone = new Promise((resolve) => other.once('close', resolve));
    await expect(until(w, unanswered)).rejects.toThrow(/cannot be opened/);
    await gone;
  });

  it('warns when the words are everybody’s', async () => {
    const w = await world({ watch: ['the'] });
    const { next } = await listening(w);
    w.network.intercept = (nsid) => (nsid === 'app.bsky.feed.getPosts' ? { body: { posts: [] } } : null);
    for (let at = 0; at < 2_100; at++) write(w, 'the');
    const nothing = next();
    nothing.catch(() => {});
    for (let turns = 0; turns < 20; turns++) await w.clock.advance(SECOND);
    expect(w.logged()).toContain('make them narrower');
  });

  it('does not connect to private addresses unless allowed, nor without encryption', async () => {
    const base = { handle: 'brand.test', password: 'x', watch: ['pot'] };
    expect(() => bluesky.config.parse({ ...base, jetstream: 'ws://stream.example/subscribe' })).toThrow(
      /wss:/,
    );
    expect(() => bluesky.config.parse({ ...base, jetstream: 'wss://me:pw@stream.example/' })).toThrow(
      /user name/,
    );
    expect(() => bluesky.config.parse({ ...base, jetstream: 'https://stream.example/' })).toThrow(/wss:/);
    const w = await world();
    const { context } = testSourceContext({
      name: 'bsky',
      clock: testClock(),
      cache: w.cache,
      fetch: guardedFetch({ allowPrivate: false, userAgent: 'Potluck-test' }),
    });
    await w.source.poll?.(null, never);
    const own = bluesky.config.parse({
      handle: w.network.brand.handle,
      password: w.network.brand.password,
      service: w.network.url,
      watch: ['pot'],
      jetstream: w.network.jetstream.url,
      allowPrivate: true,
    });
    const source = await bluesky.create(own, context);
    const first = source.listen?.(never)[Symbol.asyncIterator]().next();
    await expect(first).rejects.toBeInstanceOf(RejectedError);
    await expect(first).rejects.toThrow(/private address/);
    expect(w.network.jetstream.asked).toEqual([]);
  });
});

describe('a message of the stream', () => {
  it('is read as the documentation has it', () => {
    expect(readEvent(JSON.stringify(jetstream.post))).toMatchObject({
      type: 'post',
      did: 'did:plc:eygmaihciaxprqvxpfvl6flk',
      us: 1725911162329308,
      record: { text: 'My crockpot cracked', langs: ['en'] },
    });
    expect(readEvent(JSON.stringify(jetstream.deleted))).toEqual({
      type: 'deleted',
      uri: 'at://did:plc:rfov6bpyztcnedeyyzgfq42k/app.bsky.feed.post/3l3dn7tku762u',
      us: 1725516666833633,
    });
    for (const other of [jetstream.like, jetstream.identity, jetstream.account])
      expect(readEvent(JSON.stringify(other))).toMatchObject({ type: 'other' });
  });
});

describe('followers', () => {
  it('are news when what they say of themselves holds a word', async () => {
    const w = await world({ follows: ['chef', 'Journalist'] });
    const chef = w.network.account('bo.test', 'Bo');
    chef.description = 'Head CHEF. Dogs.';
    const other = w.network.account('cy.test', 'Cy');
    other.description = 'cheflings';
    const named = w.network.account('di.test', 'Di, journalist');
    for (const one of [chef, other, named, w.network.account('ed.test')])
      w.network.follow(one, w.clock.now() - MINUTE);
    const posts = (await w.source.poll?.(null, never))?.posts ?? [];
    expect(posts.map(({ author, via }) => [author.handle, via]).sort()).toEqual([
      ['bo.test', 'follow'],
      ['di.test', 'follow'],
    ]);
  });

  it('are all, or none, by one word', () => {
    const follows = (value: unknown) =>
      bluesky.config.parse({
        handle: 'brand.test',
        password: 'x',
        ...(value === undefined ? {} : { follows: value }),
      }).follows;
    expect([undefined, true, false, 'all', 'none', ['chef']].map(follows)).toEqual([
      'all',
      'all',
      'none',
      'all',
      'none',
      ['chef'],
    ]);
    for (const wrong of ['some', [], [''], 7]) expect(() => follows(wrong)).toThrow();
  });
});

describe('the budget', () => {
  it('counts what is read and what is sent apart, and keeps the answer when reading is used up', async () => {
    const spent = { read: 0, answer: 0 };
    const meter: Meter = {
      async spend({ requests = 0 }, purpose = 'read') {
        if (purpose === 'read' && spent.read >= 4) throw new RateLimitedError('used up', HOUR);
        spent[purpose] += requests;
      },
    };
    const w = await blueskyWorld({ meter });
    onTestFinished(() => w.close());
    const asked = write(w, 'Does it fit?', { reason: 'mention' });
    const post = (await w.source.poll?.(null, never))?.posts.find(({ id }) => id === asked.uri);
    if (!post) throw new Error('not delivered');
    expect(spent).toEqual({ read: 3, answer: 0 });
    await w.source.poll?.(null, never).catch(() => {});
    await expect(w.source.poll?.(null, never)).rejects.toBeInstanceOf(RateLimitedError);
    await w.source.reply?.(post, 'Yes', { idempotencyKey: 'one', signal: never });
    expect(spent.answer).toBe(3);
  });
});

describe('a post of our own', () => {
  it('says its language where it is sure', async () => {
    const w = await world({});
    const say = (text: string, idempotencyKey: string) =>
      w.source.publish?.(text, { idempotencyKey, signal: never });
    expect(await say('Was ist euer Lieblingsgericht aus dem Topf?', 'one')).toMatchObject([{ lang: 'de' }]);
    expect(await say('Crockpot 3000', 'two')).toMatchObject([{ lang: null }]);
  });
});

function blob(): object {
  return {
    $type: 'blob',
    ref: { $link: 'bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy' },
    mimeType: 'image/png',
    size: 1,
  };
}

function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value) => resolve(value) };
}
