import { Keyv } from 'keyv';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../src/errors.ts';
import { bluesky } from '../../src/sources/bluesky/bluesky.ts';
import { cidOf } from '../../src/sources/bluesky/cid.ts';
import type { Batch, Source } from '../../src/sources/source.ts';
import notifications from '../fixtures/bluesky/notifications.json' with { type: 'json' };
import underBlocked from '../fixtures/bluesky/under-blocked.json' with { type: 'json' };
import underDeleted from '../fixtures/bluesky/under-deleted.json' with { type: 'json' };
import type { FakePost } from './bluesky-fake.ts';
import { type BlueskyOptions, type BlueskyWorld, blueskyWorld } from './bluesky-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const never = new AbortController().signal;

async function world(options: BlueskyOptions = {}): Promise<BlueskyWorld> {
  const made = await blueskyWorld(options);
  onTestFinished(() => made.close());
  return made;
}

async function poll(source: Source, cursor: string | null = null): Promise<Batch> {
  if (!source.poll) throw new Error('no poll');
  return source.poll(cursor, never);
}

const ids = (posts: readonly Post[]): string[] => posts.map((post) => post.id);

/** Ada's question as the poll delivers it. */
async function question({ network, clock, source }: BlueskyWorld, text = 'Does it fit?'): Promise<Post> {
  const uri = ask({ network, clock }, text).uri;
  const post = (await poll(source)).posts.find((each) => each.id === uri);
  if (!post) throw new Error('not delivered');
  return post;
}

function ask(
  { network, clock }: Pick<BlueskyWorld, 'network' | 'clock'>,
  text: string,
  at = clock.now() - MINUTE,
): FakePost {
  return network.add({
    author: network.account('ada.test', 'Ada'),
    text,
    at,
    reason: 'mention',
    langs: ['en'],
  });
}

function send(source: Source, post: Post, text: string, idempotencyKey = 'reply-1') {
  if (!source.reply) throw new Error('no reply');
  return source.reply(post, text, { idempotencyKey, signal: never });
}

describe('what was answered elsewhere', () => {
  it('shows in the poll and in the conversation, whatever client it came from', async () => {
    const w = await world();
    const post = await question(w);
    const parent = w.network.post(post.id);
    const cursor = (await poll(w.source)).cursor;
    await w.clock.advance(MINUTE);
    const elsewhere = w.network.add({
      author: w.network.brand,
      text: 'Yes!',
      at: w.clock.now(),
      ...(parent ? { reply: parent } : {}),
    });
    const news = (await poll(w.source, cursor)).posts;
    expect(news).toMatchObject([{ id: elsewhere.uri, ours: true, conversationId: post.id, via: 'reply' }]);
    const all = (await w.source.conversation?.(post, never)) ?? [];
    expect(all.map((each) => [each.id, each.ours])).toEqual([
      [post.id, false],
      [elsewhere.uri, true],
    ]);
  });

  it('a colleague’s own account counts where it concerns us, and stays private otherwise', async () => {
    const w = await world({ config: { ours: ['@Cora.test'] } });
    const { network, clock } = w;
    const cora = network.account('cora.test');
    const asked = network.add({
      author: network.account('ada.test'),
      text: 'hi @brand.test',
      at: clock.now() - MINUTE,
      reason: 'mention',
      facets: [
        {
          index: { byteStart: 3, byteEnd: 14 },
          features: [{ $type: 'app.bsky.richtext.facet#mention', did: network.brand.did }],
        },
      ],
    });
    const dinner = network.add({
      author: network.account('ben.test'),
      text: 'Dinner?',
      at: clock.now() - MINUTE,
    });
    const work = network.add({ author: cora, text: 'Hello Ada', at: clock.now(), reply: asked });
    network.add({ author: cora, text: 'At eight', at: clock.now(), reply: dinner });
    network.add({ author: cora, text: 'What a day', at: clock.now() });
    const { posts } = await poll(w.source);
    expect(ids(posts).sort()).toEqual([asked.uri, work.uri].sort());
    expect(posts.find((post) => post.id === work.uri)).toMatchObject({
      ours: true,
      conversationId: asked.uri,
    });
  });
});

describe('polling', () => {
  it('finds a post that its author dated back by many hours', async () => {
    const w = await world();
    ask(w, 'first');
    const { cursor } = await poll(w.source);
    await w.clock.advance(MINUTE);
    const late = ask(w, 'written on the train', w.clock.now() - 20 * HOUR);
    expect(ids((await poll(w.source, cursor)).posts)).toEqual([late.uri]);
  });

  it('hands over a backlog piece by piece and loses nothing, also when a page has gone stale', async () => {
    const w = await world();
    const given = Array.from({ length: 700 }, (_, n) => ask(w, `n ${n}`, w.clock.now() - (700 - n) * 1_000));
    const first = await poll(w.source);
    expect(first.more).toBe(true);
    const seen = new Set(ids(first.posts));
    let stale = true;
    w.network.intercept = (nsid, { query }) => {
      if (!nsid.endsWith('listNotifications') || !query.has('cursor') || !stale) return null;
      stale = false;
      return { status: 400, body: { error: 'InvalidRequest', message: 'Malformed cursor' } };
    };
    let cursor = first.cursor;
    for (let more = true; more; ) {
      const batch = await poll(w.source, cursor);
      for (const post of batch.posts) seen.add(post.id);
      cursor = batch.cursor ?? cursor;
      more = batch.more === true;
    }
    expect(stale).toBe(false);
    expect([...seen].sort()).toEqual(given.map((post) => post.uri).sort());
  });

  it('asks for little when nothing is new, and leaves the cursor alone', async () => {
    const w = await world();
    ask(w, 'one');
    const { cursor } = await poll(w.source);
    const before = w.network.requests.length;
    const quiet = await poll(w.source, cursor);
    expect(quiet).toEqual({ posts: [], cursor: null });
    expect(w.network.requests.length - before).toBe(2);
  });

  it('passes over likes when the server does not filter, and a post deleted in between', async () => {
    const w = await world();
    const kept = ask(w, 'kept');
    const gone = ask(w, 'gone');
    w.network.intercept = (nsid) => {
      if (nsid.endsWith('getPosts')) w.network.remove(gone.uri);
      return null;
    };
    expect(ids((await poll(w.source)).posts)).toEqual([kept.uri]);
    const like = notifications.notifications.find((each) => each.reason === 'like');
    w.network.intercept = (nsid) =>
      nsid.endsWith('listNotifications') ? { body: { notifications: [like] } } : null;
    expect(await poll(w.source)).toMatchObject({ posts: [] });
  });

  it('reads the good posts of a page that the SDK refuses for one bad one', async () => {
    const w = await world();
    const good = w.network.add({ author: w.network.brand, text: 'Good', at: w.clock.now() });
    w.network.intercept = (nsid) =>
      nsid.endsWith('getAuthorFeed')
        ? { body: { feed: [{ post: { uri: 'at://did:plc:x/y/z', cid: 'no' } }, { post: plainView(good) }] } }
        : null;
    const batch = await poll(w.source);
    expect(ids(batch.posts)).toEqual([good.uri]);
    expect(batch.dropped).toHaveLength(1);
    expect((await poll(w.source, batch.cursor)).dropped).toBeUndefined();
  });

  it('keeps the mentions when a search fails, and catches up on the search later', async () => {
    const w = await world({ config: { search: ['crockpot', 'potluck'] } });
    const mention = ask(w, 'hello');
    const found = w.network.add({
      author: w.network.account('ben.test'),
      text: 'My CROCKPOT broke',
      at: w.clock.now() - MINUTE,
    });
    let answer = { status: 502, headers: {}, body: '' };
    w.network.intercept = (nsid) => (nsid.endsWith('searchPosts') ? answer : null);
    const first = await poll(w.source);
    expect(ids(first.posts)).toEqual([mention.uri]);
    expect(w.logged()).toContain('crockpot');
    answer = {
      status: 429,
      headers: { 'ratelimit-reset': String(w.clock.now() / 1_000 + 30) },
      body: '',
    };
    const limited = await poll(w.source, first.cursor);
    expect(limited.waitMs).toBe(30_000);
    w.network.intercept = null;
    const later = await poll(w.source, limited.cursor ?? first.cursor);
    expect(later.posts).toMatchObject([{ id: found.uri, via: 'keyword', ours: false }]);
  });

  it('finds a mention below a thousand likes: a filtered page may be empty and still lead on', async () => {
    const w = await world();
    ask(w, 'before');
    const { cursor } = await poll(w.source);
    await w.clock.advance(HOUR);
    const mention = ask(w, 'below the likes', w.clock.now() - 30 * MINUTE);
    const time = (ago: number): string => new Date(w.clock.now() - ago).toISOString();
    let pages = 0;
    w.network.intercept = (nsid, { query }) => {
      if (!nsid.endsWith('listNotifications')) return null;
      pages += 1;
      const at = query.get('cursor');
      if (at === null) return { body: { notifications: [], cursor: time(20 * MINUTE) } };
      if (at === time(20 * MINUTE))
        return { body: { notifications: [noticeOf(mention)], cursor: time(40 * MINUTE) } };
      return { body: { notifications: [], cursor: time(5 * HOUR) } };
    };
    expect(ids((await poll(w.source, cursor)).posts)).toEqual([mention.uri]);
    // The third page reached what was read an hour ago: that is far enough.
    expect(pages).toBe(3);
  });

  it('is not led on for ever by a server that says nothing', async () => {
    const w = await world();
    let pages = 0;
    w.network.intercept = (nsid) => {
      if (!nsid.endsWith('listNotifications')) return null;
      pages += 1;
      return { body: { notifications: [], cursor: `more-${pages}` } };
    };
    expect((await poll(w.source)).more).toBeUndefined();
    expect(pages).toBeLessThan(10);
  });

  it('our repost of an old post hides nothing that we wrote before it', async () => {
    const w = await world();
    const old = w.network.add({ author: w.network.brand, text: 'Old', at: w.clock.now() - 300 * HOUR });
    const ours = w.network.add({ author: w.network.brand, text: 'Ours', at: w.clock.now() - HOUR });
    const now = new Date(w.clock.now()).toISOString();
    const by = { did: w.network.brand.did, handle: w.network.brand.handle };
    w.network.intercept = (nsid, { query }) => {
      if (!nsid.endsWith('getAuthorFeed')) return null;
      const reason = { $type: 'app.bsky.feed.defs#reasonRepost', by, indexedAt: now };
      return query.has('cursor')
        ? { body: { feed: [{ post: plainView(ours) }] } }
        : { body: { feed: [{ post: plainView(old), reason }], cursor: 'page-2' } };
    };
    expect(ids((await poll(w.source)).posts)).toEqual([ours.uri]);
  });

  it('a follow is news, unless it is not wanted', async () => {
    const w = await world();
    const uri = w.network.follow(w.network.account('ben.test', 'Ben'), w.clock.now() - MINUTE);
    const [follow] = (await poll(w.source)).posts;
    expect(follow).toMatchObject({ id: uri, via: 'follow', text: '', author: { name: 'Ben' } });
    expect(follow && w.source.measure?.(follow, 'Hi').problem).toMatch(/follow/);
    if (follow) await expect(send(w.source, follow, 'Hi')).rejects.toBeInstanceOf(RejectedError);
    const quiet = await world({ config: { follows: false } });
    quiet.network.follow(quiet.network.account('ben.test'), quiet.clock.now() - MINUTE);
    expect((await poll(quiet.source)).posts).toEqual([]);
  });

  it('stays within a third of the network’s limit however much is searched', async () => {
    const few = await world();
    const many = await world({
      config: { every: '5s', search: Array.from({ length: 40 }, (_, n) => `word ${n}`) },
    });
    expect(few.source.pollEveryMs).toBe(20_000);
    const perPoll = 42;
    expect((perPoll * 5 * MINUTE) / (many.source.pollEveryMs ?? 1)).toBeLessThanOrEqual(1_000);
  });
});

function noticeOf({ uri, cid, author, record }: FakePost): object {
  const { did, handle } = author;
  const indexedAt = record.createdAt;
  return { uri, cid, author: { did, handle }, reason: 'mention', record, isRead: true, indexedAt };
}

/** A post view by hand. */
function plainView(post: FakePost): object {
  const { uri, cid, author, record } = post;
  const { did, handle } = author;
  return { uri, cid, author: { did, handle }, record, indexedAt: record.createdAt };
}

describe('conversations', () => {
  it('are found below a blocked or a deleted post, where the root’s tree ends', async () => {
    for (const fixture of [underBlocked, underDeleted]) {
      const w = await world();
      const { uri, record } = fixture.thread.post;
      const post = await question(w);
      w.network.intercept = (nsid, { query }) => {
        if (!nsid.endsWith('getPostThread')) return null;
        if (query.get('uri') === uri) return { body: fixture };
        return { status: 400, body: { error: 'NotFound', message: 'Post not found' } };
      };
      const below = { ...post, id: uri, conversationId: record.reply.root.uri };
      expect(await w.source.conversation?.(below, never)).toMatchObject([
        { id: uri, conversationId: record.reply.root.uri, replyTo: record.reply.parent.uri, ours: false },
      ]);
    }
  });

  it('are bounded: of 1,500 answers the way to the post, our own and the newest are kept', async () => {
    const w = await world();
    const { network, clock } = w;
    const root = ask(w, 'Who likes pots?', clock.now() - 5 * HOUR);
    const crowd = network.account('crowd.test');
    const at = (n: number): number => clock.now() - 4 * HOUR + n * 1_000;
    const first = network.add({ author: crowd, text: 'early', at: at(0), reply: root });
    const ours = network.add({ author: network.brand, text: 'We do', at: at(1), reply: first });
    const below = network.add({ author: crowd, text: 'below ours', at: at(2), reply: ours });
    for (let n = 3; n < 1_500; n++) network.add({ author: crowd, text: `me ${n}`, at: at(n), reply: root });
    const post = { ...(await question(w)), id: below.uri, conversationId: root.uri };
    const posts = (await w.source.conversation?.(post, never)) ?? [];
    expect(posts).toHaveLength(500);
    expect(ids(posts).slice(0, 4)).toEqual([root.uri, first.uri, ours.uri, below.uri]);
    expect([...posts].sort((a, b) => a.createdAt - b.createdAt)).toEqual(posts);
  });
});

describe('the session', () => {
  it('survives a restart: one sign-in, and the account is known at once', async () => {
    const w = await world();
    await poll(w.source);
    const source = await w.restart();
    expect(source.account?.()).toEqual({
      handle: '@brand.test',
      url: 'https://bsky.app/profile/brand.test',
    });
    await poll(source);
    expect(w.network.signIns).toBe(1);
  });

  for (const how of ['InvalidToken', 'ExpiredToken'] as const) {
    it(`renews an access token that has become ${how} without the password, once for all who wait`, async () => {
      const w = await world();
      const post = await question(w);
      w.network.spoilTokens(how);
      await Promise.all([
        poll(w.source),
        w.source.conversation?.(post, never),
        send(w.source, post, 'Yes'),
        w.source.check(never),
      ]);
      expect(w.network.signIns).toBe(1);
      expect(w.network.requests.filter(({ path }) => path.endsWith('refreshSession'))).toHaveLength(1);
    });
  }

  it('signs in again when it was revoked, and takes over what another process has renewed', async () => {
    const w = await world();
    await poll(w.source);
    w.network.spoilTokens('ExpiredToken');
    w.network.revokeSessions();
    await poll(w.source);
    expect(w.network.signIns).toBe(2);

    const old = await w.cache.get('session');
    w.network.spoilTokens('InvalidToken');
    await w.restart();
    await poll(w.source);
    const renewed = await w.cache.get('session');
    // This process still holds the old tokens; the cache already has the new ones.
    await w.cache.set('session', old);
    const behind = await w.restart();
    await w.cache.set('session', renewed);
    await poll(behind);
    expect(w.network.signIns).toBe(2);
  });

  it('does not hammer the sign-in, nor give a password away', async () => {
    const w = await world({ config: { password: 'guessed-wrong' } });
    for (let attempt = 0; attempt < 10; attempt++) {
      const error = await poll(w.source).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuthError);
      expect(String(error)).toMatch(/brand\.test.*app password/);
      expect(String(error)).not.toContain('guessed-wrong');
    }
    expect(w.network.signIns).toBe(10);
    const error = await poll(w.source).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBe(5 * MINUTE);
    await w.restart();
    await poll(w.source).catch(() => undefined);
    expect(w.network.signIns).toBe(10);
  });

  it('does not use the stored session of another account', async () => {
    const cache = new Keyv();
    const w = await world();
    await poll(w.source);
    await cache.set('session', { ...(await w.cache.get('session')), identifier: 'someone.else' });
    await w.cache.set('session', await cache.get('session'));
    const source = await w.restart();
    expect(source.account?.()).toBeNull();
    await poll(source);
    expect(w.network.signIns).toBe(2);
  });

  it.each([
    ['AuthFactorTokenRequired', /app password/],
    ['AccountTakedown', /taken this account down/],
  ])('says what to do on %s', async (name, words) => {
    const w = await world();
    w.network.intercept = (nsid) =>
      nsid.endsWith('createSession') ? { status: 401, body: { error: name, message: 'No' } } : null;
    const error = await poll(w.source).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    expect(String(error)).toMatch(words);
    const checks = await w.source.check(never);
    expect(checks).toMatchObject([{ ok: false }]);
    expect(checks[0]?.remedy).toMatch(words);
  });
});

describe('answering', () => {
  it('a long answer goes out as one thread, each part naming the one before', async () => {
    const w = await world();
    const post = await question(w);
    const text = 'A sentence about good pots. '.repeat(20).trim();
    const sent = await send(w.source, post, text);
    expect(sent).toHaveLength(2);
    expect(w.network.requests.filter(({ path }) => path.endsWith('applyWrites'))).toHaveLength(1);
    const [one, two] = sent.map((each) => w.network.post(each.id)?.record);
    const root = w.network.post(post.id);
    const ref = { uri: root?.uri, cid: root?.cid };
    expect(one).toMatchObject({ reply: { root: ref, parent: ref }, langs: ['en'] });
    expect(two?.reply).toMatchObject({
      root: ref,
      parent: { uri: sent[0]?.id, cid: cidOf(JSON.parse(JSON.stringify(one))) },
    });
    expect(sent.map((each) => each.replyTo)).toEqual([post.id, sent[0]?.id]);
    expect(new Set(sent.map((each) => each.conversationId))).toEqual(new Set([post.id]));
  });

  it('links, tags and people are marked; a handle that nobody has stays text', async () => {
    const w = await world();
    const post = await question(w);
    const [sent] = await send(w.source, post, 'Ask @ada.test or @nobody.test at example.com #pots');
    const facets = w.network.post(sent?.id ?? '')?.record.facets ?? [];
    expect(facets.flatMap((facet) => facet.features)).toEqual([
      { $type: 'app.bsky.richtext.facet#mention', did: w.network.account('ada.test').did },
      { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com' },
      { $type: 'app.bsky.richtext.facet#tag', tag: 'pots' },
    ]);
  });

  it('an answer below another post keeps the root of the thread', async () => {
    const w = await world();
    const root = ask(w, 'root');
    const middle = w.network.add({
      author: w.network.account('ben.test'),
      text: 'me too',
      at: w.clock.now(),
      reply: root,
      reason: 'reply',
    });
    const post = (await poll(w.source)).posts.find((each) => each.id === middle.uri);
    if (!post) throw new Error('not delivered');
    const [sent] = await send(w.source, post, 'Both of you!');
    expect(w.network.post(sent?.id ?? '')?.record.reply).toEqual({
      root: { uri: root.uri, cid: root.cid },
      parent: { uri: middle.uri, cid: middle.cid },
    });
  });

  it('the same send twice is one post', async () => {
    const w = await world();
    const post = await question(w);
    const [first] = await send(w.source, post, 'Yes');
    const [second] = await send(w.source, post, 'Yes');
    expect(second?.id).toBe(first?.id);
    expect(w.sent?.()).toHaveLength(1);
    await send(w.source, post, 'Yes', 'reply-2');
    expect(w.sent?.()).toHaveLength(2);
  });

  it('finds its post when the answer was lost on the way, and sends no second one', async () => {
    const w = await world();
    const post = await question(w);
    w.network.gatewayLosesWrites = true;
    const [sent] = await send(w.source, post, 'Yes');
    expect(w.network.post(sent?.id ?? '')?.record.text).toBe('Yes');
    expect(w.sent?.()).toHaveLength(1);
  });

  it.each([
    [504, UncertainError],
    [500, UnavailableError],
    [400, RejectedError],
    [413, RejectedError],
  ])('a %s that stored nothing is told as what it is', async (status, kind) => {
    const w = await world();
    const post = await question(w);
    w.network.intercept = (nsid) =>
      nsid.endsWith('applyWrites') ? { status, body: { error: 'Oops', message: 'No' } } : null;
    await expect(send(w.source, post, 'Yes')).rejects.toBeInstanceOf(kind);
  });

  it('stopping in the middle of a send leaves it open', async () => {
    const w = await world();
    const post = await question(w);
    const controller = new AbortController();
    w.network.intercept = (nsid) => {
      if (nsid.endsWith('applyWrites')) controller.abort(new Error('shutting down'));
      return null;
    };
    const sending = w.source.reply?.(post, 'Yes', { idempotencyKey: 'x', signal: controller.signal });
    await expect(sending).rejects.toBeInstanceOf(UncertainError);
  });

  it('respects who may answer, and says so', async () => {
    const w = await world();
    const post = await question(w);
    const given = w.network.post(post.id);
    if (!given) throw new Error('not there');
    given.replyDisabled = true;
    await expect(send(w.source, post, 'Yes')).rejects.toThrow(/limited who may answer/);
    given.replyDisabled = false;
    given.blocked = true;
    await expect(send(w.source, post, 'Yes')).rejects.toThrow(/blocked/);
    w.network.remove(post.id);
    await expect(send(w.source, post, 'Yes')).rejects.toThrow(/deleted/);
    expect(w.sent?.()).toEqual([]);
  });

  it('publishes a post of our own once', async () => {
    const w = await world();
    const publish = () =>
      w.source.publish?.('Having a potluck today!', { idempotencyKey: 'p-1', signal: never });
    const [post] = (await publish()) ?? [];
    await publish();
    expect(post).toMatchObject({ ours: true, replyTo: null, text: 'Having a potluck today!' });
    expect(w.network.posts.filter((each) => each.record.text.startsWith('Having'))).toHaveLength(1);
  });
});

describe('configuration', () => {
  const base = { handle: 'brand.bsky.social', password: 'x' };

  it('takes handles as people write them', () => {
    expect(
      bluesky.config.parse({ ...base, handle: ' @Brand.bsky.social ', ours: ['@a.test', 'did:plc:abc'] }),
    ).toEqual({
      handle: 'brand.bsky.social',
      password: 'x',
      service: 'https://bsky.social',
      search: [],
      follows: 'all',
      watch: [],
      jetstream: 'wss://jetstream2.us-east.bsky.network/subscribe',
      lookback: 24 * HOUR,
      every: 20_000,
      ours: ['a.test', 'did:plc:abc'],
      allowPrivate: false,
    });
  });

  it.each([
    [{ handle: 'brand' }],
    [{ handle: 'me@example.com' }],
    [{ service: 'bsky.social' }],
    [{ every: '1s' }],
    [{ serach: ['typo'] }],
  ])('refuses %j', (more) => {
    expect(bluesky.config.safeParse({ ...base, ...more }).success).toBe(false);
  });
});
