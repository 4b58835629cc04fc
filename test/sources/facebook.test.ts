import { afterEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Post } from '../../src/domain/post.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../src/errors.ts';
import { facebook } from '../../src/sources/facebook/facebook.ts';
import type { Batch } from '../../src/sources/source.ts';
import { errorBody, type FakeFacebook, PAGE, Refused, TOKEN } from '../fixtures/facebook/fake-facebook.ts';
import { type FacebookWorld, facebookWorld } from '../fixtures/facebook/world.ts';

const signal = new AbortController().signal;
const HOUR = 3_600_000;
const ADA = { id: '8423678347823', name: 'Ada Löve' };

const worlds: FacebookWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(options: Parameters<typeof facebookWorld>[0] = {}): Promise<FacebookWorld> {
  const world = await facebookWorld(options);
  worlds.push(world);
  return world;
}

async function poll(world: FacebookWorld, cursor: string | null = null): Promise<Batch> {
  if (!world.source.poll) throw new Error('it should poll');
  return world.source.poll(cursor, signal);
}

function comment(world: FacebookWorld, input: Partial<Parameters<FakeFacebook['add']>[0]> = {}) {
  return world.fake.add({
    postId: world.ownPost.id,
    from: ADA,
    message: 'Does the lid fit?',
    createdAt: world.clock.now() - 60_000,
    ...input,
  });
}

async function posted(world: FacebookWorld, id: string): Promise<Post> {
  const post = (await poll(world)).posts.find((one) => one.id === id);
  if (!post) throw new Error(`${id} was not delivered`);
  return post;
}

function reply(world: FacebookWorld, post: Post, text = 'It does.') {
  if (!world.source.reply) throw new Error('it should reply');
  return world.source.reply(post, text, { idempotencyKey: 'k', signal });
}

const failing = (status: number, message: string, code: number, subcode?: number) => ({
  status,
  body: JSON.stringify(errorBody(new Refused(status, message, code, subcode))),
});

describe('the configuration', () => {
  const given = { page: PAGE, token: TOKEN };
  const problems = (input: object): string =>
    (facebook.config.safeParse({ ...given, ...input }).error?.issues ?? [])
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');

  it('needs the Page and its token; the rest has defaults', () => {
    const config: z.output<typeof facebook.config> = facebook.config.parse(given);
    expect(config).toMatchObject({
      lookback: 24 * HOUR,
      every: 300_000,
      watchPosts: 50,
      version: 'v26.0',
      api: 'https://graph.facebook.com',
    });
    expect(facebook.config.parse({ ...given, page: 1234 }).page).toBe('1234');
  });

  it.each([
    [{ page: 'crockhaven' }, 'page: must be the numeric id'],
    [{ token: 'x' }, 'token: must be a Page access token'],
    [{ verifyToken: 'a-long-enough-token' }, 'appSecret: is needed'],
    [{ appSecret: 'short' }, 'appSecret: must be the app secret'],
    [{ every: '10s' }, 'every: must not be shorter than 1m'],
    [{ version: '26' }, 'version: must be a version'],
    [{ api: 'http://graph.example' }, 'api: must begin with https://'],
    [{ watchPosts: 0 }, 'watchPosts'],
    [{ ours: ['@me'] }, 'ours.0: must be the numeric id'],
    [{ secret: 'x' }, 'secret'],
  ])('says what is wrong with %j', (input, words) => {
    expect(problems(input)).toContain(words);
  });
});

describe('polling', () => {
  it('brings our own posts, comments as conversations, and replies of two generations', async () => {
    const world = await start();
    const own = world.fake.add({ createdAt: world.clock.now() - 2 * HOUR, message: 'Ask us anything.' });
    const ask = comment(world);
    const answer = comment(world, { parentId: ask.id, from: world.fake.page, message: 'It does.' });
    const deep = comment(world, { parentId: answer.id, message: 'Lovely.' });
    const batch = await poll(world);
    const byId = new Map(batch.posts.map((post) => [post.id, post]));
    expect(byId.get(own.id)).toMatchObject({ ours: true, via: 'comment', replyTo: null });
    expect(byId.get(ask.id)).toMatchObject({ via: 'comment', conversationId: ask.id });
    expect(byId.get(answer.id)).toMatchObject({ ours: true, conversationId: ask.id, replyTo: ask.id });
    expect(byId.get(deep.id)).toMatchObject({ conversationId: ask.id, replyTo: answer.id });
    // 25 hours old: before the first look-back, though its comments are not.
    expect(byId.has(world.ownPost.id)).toBe(false);
  });

  it('proves every call, keeps the token out of every address, and counts each', async () => {
    const world = await start();
    await world.give(
      Array.from({ length: 130 }, (_, index) => ({
        key: `k${index}`,
        text: 'x',
        author: { name: 'Ada', handle: 'ada' },
        at: world.clock.now() - HOUR + index * 1_000,
      })),
    );
    await poll(world);
    const { requests } = world.fake.service;
    expect(requests.length).toBeGreaterThan(3);
    expect(world.spent.requests).toBe(requests.length);
    for (const { path, query, headers } of requests) {
      expect(`${path}?${query}`).not.toContain(TOKEN);
      expect(query.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/);
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    }
  });

  it('takes one request for a quiet Page after the first', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    const before = world.spent.requests;
    await poll(world, cursor);
    expect(world.spent.requests - before).toBe(1);
  });

  it('asks for less where Facebook finds it too much, and remembers', async () => {
    const world = await start();
    comment(world);
    world.fake.quirks.mostPosts = 10;
    expect((await poll(world)).posts).toHaveLength(1);
    const limits = world.fake.service.requests.map(({ query }) => query.get('limit')).filter(Boolean);
    expect(limits).toEqual(['25', '12', '6']);
    world.fake.quirks.mostPosts = 1;
    await expect(poll(world)).rejects.toBeInstanceOf(UnavailableError);
  });

  it('says which time is missing when there was more than can be read', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    await world.clock.advance(HOUR);
    const from = world.clock.now() - HOUR / 2;
    for (let index = 0; index < 2_500; index++) comment(world, { createdAt: from + index * 500 });
    const { gap, posts } = await poll(world, cursor);
    expect(posts.length).toBeGreaterThan(1_500);
    expect(gap?.to).toBeGreaterThan(from);
    expect(gap?.from).toBeLessThan(from);
  });

  it('tells an entry that cannot be read only once', async () => {
    const world = await start();
    await world.giveBroken?.();
    const first = await poll(world);
    expect(first.dropped).toEqual([{ id: '1_2', why: expect.stringContaining('created_time') }]);
    expect((await poll(world, first.cursor)).dropped).toEqual([]);
  });

  it('rests when Meta says how full its limits are', async () => {
    const world = await start();
    const usage = (fields: object) => ({ 'x-app-usage': JSON.stringify(fields) });
    world.fake.quirks.headers = usage({ call_count: 28, total_time: 25, total_cputime: 25 });
    expect((await poll(world)).waitMs).toBeUndefined();
    world.fake.quirks.headers = usage({ call_count: 28, total_time: 85, total_cputime: 25 });
    expect((await poll(world)).waitMs).toBe(600_000);
    const business = [
      { type: 'pages', call_count: 97, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: 0 },
    ];
    world.fake.quirks.headers = { 'x-business-use-case-usage': JSON.stringify({ [PAGE]: business }) };
    expect((await poll(world)).waitMs).toBe(1_800_000);
    world.fake.quirks.headers = { 'x-app-usage': '{"call_count":', 'x-business-use-case-usage': '[]' };
    expect((await poll(world)).waitMs).toBeUndefined();
  });

  it.each([
    [400, 190, 463, AuthError, 'Session has expired'],
    [400, 190, 492, AuthError, 'no role on the Page'],
    [403, 10, undefined, AuthError, 'requires pages_read_engagement'],
    [403, 200, undefined, AuthError, 'Permissions error'],
    [400, 1705, undefined, AuthError, 'made as a person'],
    [400, 2635, undefined, AuthError, 'deprecated version'],
    [400, 100, undefined, AuthError, 'Invalid appsecret_proof provided'],
    [403, 4, undefined, RateLimitedError, 'Application request limit reached'],
    [400, 17, undefined, RateLimitedError, 'User request limit reached'],
    [403, 32, undefined, RateLimitedError, 'Page request limit reached'],
    [400, 613, undefined, RateLimitedError, 'Calls to this api have exceeded the rate limit'],
    [400, 80001, undefined, RateLimitedError, 'too many calls to this Page account'],
    [400, 2, undefined, UnavailableError, 'Service temporarily unavailable'],
    [500, 1, undefined, UnavailableError, 'An unknown error occurred'],
    [400, 100, undefined, RejectedError, 'Invalid parameter'],
  ])('status %i with code %i and subcode %s', async (status, code, subcode, kind, words) => {
    const world = await start();
    world.fail(failing(status, words, code, subcode));
    const error: unknown = await poll(world).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(words);
  });

  it('waits as many minutes as Meta names, else ten', async () => {
    const world = await start();
    const { body } = failing(403, 'Page request limit reached', 32);
    const usage = [{ type: 'pages', call_count: 100, estimated_time_to_regain_access: 42 }];
    world.fail({
      status: 403,
      body,
      headers: { 'x-business-use-case-usage': JSON.stringify({ [PAGE]: usage }) },
    });
    await expect(poll(world)).rejects.toMatchObject({ retryAfterMs: 42 * 60_000 });
    world.fail({ status: 403, body });
    await expect(poll(world)).rejects.toMatchObject({ retryAfterMs: 600_000 });
  });

  it('refuses the token of another Page, in words', async () => {
    const world = await start({ config: { page: '999999' } });
    await expect(poll(world)).rejects.toThrow(/belongs to “Crockhaven” \(1234567890321\)/);
  });
});

describe('conversations', () => {
  it('of ten thousand are bounded, with the beginning, the one in question and ours', async () => {
    const world = await start();
    const root = comment(world, { createdAt: world.clock.now() - 10 * HOUR });
    const ours = comment(world, {
      parentId: root.id,
      from: world.fake.page,
      createdAt: root.createdAt + 1_000,
    });
    let early = root;
    for (let index = 2; index < 10_000; index++) {
      const one = comment(world, { parentId: root.id, createdAt: root.createdAt + index * 1_000 });
      if (index === 5) early = one;
    }
    const post: Post = {
      source: 'fb',
      id: early.id,
      conversationId: root.id,
      replyTo: root.id,
      via: 'reply',
      author: { ...ADA, handle: '', url: null, avatarUrl: null },
      text: 'x',
      lang: null,
      url: null,
      links: [],
      media: [],
      createdAt: early.createdAt,
      editedAt: null,
      ours: false,
    };
    const posts = (await world.source.conversation?.(post, signal)) ?? [];
    expect(posts).toHaveLength(500);
    expect(posts[0]?.id).toBe(root.id);
    expect(posts.map(({ id }) => id)).toContain(early.id);
    // Ours from the beginning was not among the newest that were read.
    expect(posts.map(({ id }) => id)).not.toContain(ours.id);
    expect(posts.map(({ createdAt }) => createdAt)).toEqual(
      posts.map(({ createdAt }) => createdAt).sort((a, b) => a - b),
    );
    expect(world.spent.requests).toBeLessThanOrEqual(9);
  });

  it('of a comment that hangs deeper than was known begin at the top', async () => {
    const world = await start();
    const root = comment(world);
    const below = comment(world, { parentId: root.id });
    const post = await posted(world, below.id);
    const posts = (await world.source.conversation?.({ ...post, conversationId: below.id }, signal)) ?? [];
    expect(posts.map(({ id, conversationId }) => [id, conversationId])).toEqual([
      [root.id, root.id],
      [below.id, root.id],
    ]);
  });
});

describe('answering', () => {
  it('a reply: Facebook hangs the answer below the first comment', async () => {
    const world = await start();
    const root = comment(world);
    const below = comment(world, { parentId: root.id });
    const [sent] = await reply(world, await posted(world, below.id));
    expect(sent).toMatchObject({ conversationId: root.id, replyTo: root.id, ours: true, text: 'It does.' });
    expect(world.spent.answers).toBeGreaterThan(1);
  });

  it('is known to be impossible where Facebook says so', async () => {
    const world = await start();
    const shut = comment(world, { canComment: false });
    const post = await posted(world, shut.id);
    expect(world.source.mayNotReply?.(post)).toContain('does not let the Page answer');
    expect(world.source.mayNotReply?.({ ...post, id: 'other' })).toBeNull();
    await expect(reply(world, post)).rejects.toBeInstanceOf(RejectedError);
    expect(world.fake.sent()).toEqual([]);
  });

  it('finds what was sent when the answer is lost, and does not send it again', async () => {
    const world = await start();
    const post = await posted(world, comment(world).id);
    world.fake.service.fail('lost-answer');
    const [sent] = await reply(world, post, ' It does. ');
    expect(sent).toMatchObject({ ours: true, text: 'It does.', conversationId: post.conversationId });
    expect(world.fake.sent()).toHaveLength(1);
  });

  it('says so when Facebook seems to have changed the comment instead', async () => {
    const world = await start();
    const post = await posted(world, comment(world).id);
    world.fake.quirks.created = { id: post.id };
    await expect(reply(world, post)).rejects.toThrow(/changed instead of answered/);
    world.fake.quirks.created = { success: true };
    await expect(reply(world, post)).rejects.toBeInstanceOf(UncertainError);
  });

  it.each([
    [400, 368, RejectedError, 'temporarily blocked'],
    [400, 506, RejectedError, 'Duplicate status message'],
    [403, 200, AuthError, 'Permissions error'],
    [400, 80001, RateLimitedError, 'too many calls'],
  ])('status %i with code %i is no unknown outcome', async (status, code, kind, words) => {
    const world = await start();
    const post = await posted(world, comment(world).id);
    world.fake.quirks.refusal = new Refused(status, words, code);
    const error: unknown = await reply(world, post).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(words);
  });

  it('counts characters as people do, and refuses more than a comment takes', async () => {
    const world = await start();
    const post = await posted(world, comment(world).id);
    const measure = (text: string) => world.source.measure?.(post, text);
    expect(measure('a😀\r\nb ')).toEqual({
      length: 4,
      limit: 8_000,
      unit: 'characters',
      parts: ['a😀\nb'],
      problem: null,
    });
    expect(measure('x'.repeat(8_001))?.problem).toContain('8001');
    expect(measure('😀'.repeat(8_000))?.problem).toBeNull();
  });
});

describe('the check', () => {
  it('looks at the token, at reading and at the webhook', async () => {
    const world = await start();
    const lines = async () =>
      (await world.source.check(signal)).map(({ ok, what, remedy }) => [ok, remedy ?? what]);
    expect(await lines()).toEqual([
      [true, 'signs in as the Page “Crockhaven”'],
      [true, expect.stringContaining('reads posts')],
      [true, 'hears comments at POST /hooks/fb'],
    ]);
    world.fake.quirks.subscribed = ['messages'];
    expect((await lines())[2]).toEqual([false, expect.stringContaining('subscribed_fields=feed,mention')]);
    world.fake.quirks.subscribed = null;
    expect((await lines())[2]).toEqual([true, expect.stringContaining('pages_manage_metadata')]);
    expect(world.source.account?.()).toEqual({
      handle: 'Crockhaven',
      url: `https://www.facebook.com/${PAGE}`,
    });
  });
});
