import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { instagram } from '../../src/sources/instagram/instagram.ts';
import type { HookRequest, HookResult } from '../../src/sources/source.ts';
import { ACCOUNT, errorBody, TOKEN, VERIFY_TOKEN } from '../fixtures/instagram/fake-instagram.ts';
import { type InstagramWorld, instagramWorld, signedHook } from '../fixtures/instagram/world.ts';

const signal = new AbortController().signal;
const RECORDED = JSON.parse(readFileSync('test/fixtures/instagram/webhooks.json', 'utf8')) as Record<
  string,
  object
>;
const TIME = Date.UTC(2026, 5, 1, 11, 59, 40) / 1_000;
const OUR_MEDIA = '17887498072083520';

const worlds: InstagramWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}): Promise<InstagramWorld> {
  const world = await instagramWorld({ config });
  worlds.push(world);
  return world;
}

async function push(world: InstagramWorld, request: HookRequest): Promise<HookResult> {
  if (!world.source.receive) throw new Error('it should receive');
  return world.source.receive(request);
}

const notice = (changes: readonly object[], id = ACCOUNT): object => ({
  object: 'instagram',
  entry: [{ id, time: TIME, changes }],
});

async function told(world: InstagramWorld, ...names: string[]): Promise<HookResult> {
  return push(world, signedHook(notice(names.map((name) => RECORDED[name] ?? {}))));
}

function reply(world: InstagramWorld, post: Post | undefined, text = 'It does.') {
  if (!world.source.reply || !post) throw new Error('it should reply');
  return world.source.reply(post, text, { idempotencyKey: 'k', signal });
}

async function polled(world: InstagramWorld, id: string): Promise<Post> {
  const post = (await world.source.poll?.(null, signal))?.posts.find((one) => one.id === id);
  if (!post) throw new Error(`${id} was not delivered`);
  return post;
}

function comment(world: InstagramWorld, input: object = {}) {
  return world.fake.addComment({
    mediaId: world.ownPost.id,
    text: 'Does the lid fit?',
    createdAt: world.clock.now() - 60_000,
    ...input,
  });
}

function mentions(world: InstagramWorld): void {
  const createdAt = world.clock.now() - 60_000;
  world.fake.mentions.set('17894227972186120', {
    mediaId: '17918195224117851',
    username: 'carla',
    text: 'Ask @crockhaven!',
    createdAt,
  });
  world.fake.mentions.set('17918195224117852', {
    mediaId: '17918195224117852',
    username: 'carla',
    text: 'Dinner with @crockhaven',
    createdAt,
  });
}

describe('the configuration', () => {
  const problems = (input: object): string =>
    (instagram.config.safeParse({ account: ACCOUNT, token: TOKEN, ...input }).error?.issues ?? [])
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');

  it.each([
    [{ account: '@crockhaven' }, 'account: must be the numeric id'],
    [{ verifyToken: 'a-long-enough-token' }, 'appSecret: is needed'],
    [{ ours: ['not a name'] }, 'ours.0: must be a user name'],
    [{ api: 'http://graph.instagram.com' }, 'api: must begin with https://'],
    [{ page: '1' }, 'page'],
  ])('says what is wrong with %j', (input, words) => {
    expect(problems(input)).toContain(words);
  });

  it('takes a token of either login', () => {
    expect(problems({ api: 'https://graph.instagram.com/', ours: ['@Ana.Crockhaven'] })).toBe('');
  });
});

describe('what Meta tells', () => {
  it('the challenge goes back only to Meta', async () => {
    const world = await start();
    const query = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '11582' };
    const ask = { method: 'GET', headers: {}, query, body: new Uint8Array() };
    expect(await push(world, ask)).toEqual({ status: 200, body: '11582', posts: [] });
    const wrong = { ...ask, query: { ...query, 'hub.verify_token': 'x' } };
    expect((await push(world, wrong)).status).toBe(403);
    expect((await push(world, signedHook({ object: 'page', entry: [] }))).status).toBe(400);
  });

  it('a comment and our answer, as one conversation with the address of the post', async () => {
    const world = await start();
    world.fake.addMedia({ id: OUR_MEDIA, createdAt: 0 });
    const { posts, status } = await told(world, 'comment', 'answer-of-ours', 'story-insights');
    expect(status).toBe(200);
    expect(posts).toMatchObject([
      {
        id: '17865799348089039',
        conversationId: '17865799348089039',
        via: 'comment',
        author: {
          id: '5120000000000001',
          name: 'ada.loeve',
          handle: 'ada.loeve',
          url: 'https://www.instagram.com/ada.loeve/',
        },
        links: ['https://example.com/lid'],
        url: `https://www.instagram.com/p/${OUR_MEDIA}/`,
        createdAt: TIME * 1_000,
        ours: false,
      },
      { conversationId: '17865799348089039', replyTo: '17865799348089039', via: 'reply', ours: true },
    ]);
    const asked = world.spent.requests;
    await told(world, 'comment');
    expect(world.spent.requests).toBe(asked);
  });

  it('words and writer that are missing are fetched', async () => {
    const world = await start();
    const { id } = comment(world);
    const value = { id, media: { id: world.ownPost.id } };
    const result = await push(world, signedHook(notice([{ field: 'comments', value }])));
    expect(result.posts).toMatchObject([{ text: 'Does the lid fit?', author: { handle: 'ada' } }]);
    const gone = { field: 'comments', value: { ...value, id: '5' } };
    expect((await push(world, signedHook(notice([gone])))).posts).toEqual([]);
  });

  it('that we are named elsewhere, in a comment and in a caption', async () => {
    const world = await start();
    mentions(world);
    const { posts } = await told(world, 'mention-comment', 'mention-caption');
    expect(posts).toMatchObject([
      { id: '17894227972186120', via: 'mention', text: 'Ask @crockhaven!', author: { handle: 'carla' } },
      { id: '17918195224117852', via: 'mention', text: 'Dinner with @crockhaven' },
    ]);
    world.fake.quirks.mentionNames = false;
    const nameless = await told(world, 'mention-comment');
    expect(nameless.posts[0]?.author).toMatchObject({
      id: 'unknown:17894227972186120',
      name: 'Someone on Instagram',
    });
  });

  it('a mention on a post of ours comes as the comment that it is; a gone one not at all', async () => {
    const world = await start();
    await world.source.poll?.(null, signal);
    const { id } = comment(world, { text: '@crockhaven look' });
    const value = { media_id: world.ownPost.id, comment_id: id };
    expect((await push(world, signedHook(notice([{ field: 'mentions', value }])))).posts).toEqual([]);
    expect(await told(world, 'mention-comment')).toMatchObject({ status: 200, posts: [] });
  });

  it('drops what cannot be read, alone, and asks again for what cannot be had just now', async () => {
    const world = await start();
    world.fake.addMedia({ id: OUR_MEDIA, createdAt: 0 });
    const bad = { field: 'comments', value: { id: '1', media: 'x' } };
    const result = await push(world, signedHook(notice([bad, RECORDED.comment ?? {}])));
    expect(result.posts).toHaveLength(1);
    expect(result.dropped).toEqual([{ id: null, why: expect.stringContaining('media') }]);
    world.fake.service.fail({ status: 503, body: '' });
    expect(await told(world, 'comment', 'mention-comment')).toMatchObject({
      status: 503,
      posts: [{ id: '17865799348089039' }],
    });
  });
});

describe('polling', () => {
  it('brings our own posts, comments, and answers of long threads', async () => {
    const world = await start();
    const own = world.fake.addMedia({ createdAt: world.clock.now() - 3_600_000, caption: 'Ask us.' });
    const ask = comment(world);
    for (let index = 0; index < 60; index++)
      comment(world, { parentId: ask.id, createdAt: world.clock.now() - 50_000 + index });
    const posts = (await world.source.poll?.(null, signal))?.posts ?? [];
    expect(posts).toHaveLength(62);
    expect(posts.find((post) => post.id === own.id)).toMatchObject({
      ours: true,
      text: 'Ask us.',
      author: { handle: 'crockhaven' },
      media: [{ url: 'https://scontent.example/lid.jpg' }],
    });
    for (const { path, query } of world.fake.service.requests)
      expect(`${path}?${query}`).not.toContain(TOKEN);
    expect(world.spent.requests).toBe(world.fake.service.requests.length);
  });

  it('asks for less where it is too much, and rests when the limits are nearly full', async () => {
    const world = await start();
    comment(world);
    world.fake.quirks.mostMedia = 10;
    const usage = [{ type: 'instagram', call_count: 96, total_cputime: 3, total_time: 4 }];
    world.fake.quirks.headers = { 'x-business-use-case-usage': JSON.stringify({ [ACCOUNT]: usage }) };
    const batch = await world.source.poll?.(null, signal);
    expect(batch).toMatchObject({ waitMs: 1_800_000, posts: [{ text: 'Does the lid fit?' }] });
  });

  it.each([
    [403, 80002, RateLimitedError],
    [400, 190, AuthError],
    [403, 10, AuthError],
  ])('status %i with code %i', async (status, code, kind) => {
    const world = await start();
    world.fail({ status, body: JSON.stringify(errorBody({ message: 'No', code })) });
    const error: unknown = await world.source.poll?.(null, signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain('Instagram');
  });
});

describe('conversations and answers', () => {
  it('are bounded to 500, with the first and the one in question', async () => {
    const world = await start();
    const ask = comment(world, { createdAt: world.clock.now() - 7_200_000 });
    for (let index = 1; index <= 700; index++)
      comment(world, { parentId: ask.id, createdAt: ask.createdAt + index * 1_000 });
    const last = await polled(world, [...world.fake.comments.keys()].at(-1) ?? '').catch(() => null);
    const first = await polled(world, ask.id);
    const asked = last ?? {
      ...first,
      id: [...world.fake.comments.keys()].at(-1) ?? '',
      createdAt: world.clock.now(),
    };
    const posts = (await world.source.conversation?.(asked, signal)) ?? [];
    expect(posts).toHaveLength(500);
    expect(posts[0]?.id).toBe(ask.id);
    expect(posts.some((post) => post.id === asked.id)).toBe(true);
  });

  it('an answer to an answer names whom it speaks to, as only the name tells them', async () => {
    const world = await start();
    const ask = comment(world);
    const again = comment(world, { parentId: ask.id, username: 'bob.b', text: 'And the pot?' });
    const post = await polled(world, again.id);
    expect(world.source.measure?.(post, 'It does.').parts).toEqual(['@bob.b It does.']);
    expect(world.source.measure?.(post, 'It does, @Bob.b').parts).toEqual(['It does, @Bob.b']);
    expect(world.source.measure?.(await polled(world, ask.id), 'It does.').parts).toEqual(['It does.']);
    const [sent] = await reply(world, post);
    expect(sent).toMatchObject({
      conversationId: ask.id,
      replyTo: ask.id,
      ours: true,
      text: '@bob.b It does.',
    });
    expect(world.spent.answers).toBe(2);
  });

  it('a mention is answered through the account, by comment and by caption', async () => {
    const world = await start();
    mentions(world);
    const { posts } = await told(world, 'mention-comment', 'mention-caption');
    const [sent] = await reply(world, posts[0]);
    expect(sent).toMatchObject({ conversationId: posts[0]?.id, replyTo: posts[0]?.id, ours: true });
    await reply(world, posts[1], 'Thank you!');
    expect(world.fake.answeredMentions).toEqual([
      { mediaId: '17918195224117851', commentId: '17894227972186120', text: 'It does.' },
      { mediaId: '17918195224117852', commentId: null, text: 'Thank you!' },
    ]);
    // What others write there is not shown to us: that is no reason to take the mention for gone.
    expect(await world.source.conversation?.(posts[0] as Post, signal)).toEqual([posts[0]]);
    world.fake.service.fail('lost-answer');
    await expect(reply(world, posts[0])).rejects.toBeInstanceOf(UncertainError);
  });

  it('a hidden comment cannot be answered, and that is known before', async () => {
    const world = await start();
    const post = await polled(world, comment(world, { hidden: true }).id);
    expect(world.source.mayNotReply?.(post)).toContain('hidden');
    await expect(reply(world, post)).rejects.toBeInstanceOf(RejectedError);
    expect(world.fake.sent()).toEqual([]);
  });

  it('finds what was sent when the answer is lost', async () => {
    const world = await start();
    const post = await polled(world, comment(world).id);
    world.fake.service.fail('lost-answer');
    expect(await reply(world, post)).toMatchObject([{ ours: true, text: 'It does.' }]);
    expect(world.fake.sent()).toHaveLength(1);
  });
});
