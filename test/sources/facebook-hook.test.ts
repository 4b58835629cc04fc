import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { HookRequest, HookResult } from '../../src/sources/source.ts';
import { PAGE, VERIFY_TOKEN } from '../fixtures/facebook/fake-facebook.ts';
import { type FacebookWorld, facebookWorld, signedHook } from '../fixtures/facebook/world.ts';

const RECORDED = JSON.parse(readFileSync('test/fixtures/facebook/webhooks.json', 'utf8')) as Record<
  string,
  object
>;
/** Of the entries, epoch seconds: a moment before the world's noon. */
const TIME = Date.UTC(2026, 5, 1, 11, 59, 40) / 1_000;
const POST = `${PAGE}_901097836652708`;
const COMMENT = '901097836652708_903438993085259';

const worlds: FacebookWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}): Promise<FacebookWorld> {
  const world = await facebookWorld({ config });
  worlds.push(world);
  return world;
}

function notice(changes: readonly object[], id = PAGE): object {
  return { object: 'page', entry: [{ id, time: TIME, changes }] };
}

async function push(world: FacebookWorld, request: HookRequest): Promise<HookResult> {
  if (!world.source.receive) throw new Error('it should receive');
  return world.source.receive(request);
}

/** What the recorded changes of these names come to. */
async function told(world: FacebookWorld, ...names: string[]): Promise<HookResult> {
  const changes = names.map((name) => RECORDED[name] ?? {});
  return push(world, signedHook(notice(changes)));
}

describe('the door', () => {
  const ask = (query: Record<string, string>): HookRequest => ({
    method: 'GET',
    headers: {},
    query,
    body: new Uint8Array(),
  });

  it('gives the challenge back when Meta knows the token', async () => {
    const world = await start();
    const query = {
      'hub.mode': 'subscribe',
      'hub.verify_token': VERIFY_TOKEN,
      'hub.challenge': '1158201444',
    };
    expect(await push(world, ask(query))).toEqual({ status: 200, body: '1158201444', posts: [] });
    for (const wrong of [
      { ...query, 'hub.verify_token': `${VERIFY_TOKEN}x` },
      { ...query, 'hub.mode': 'unsubscribe' },
      { ...query, 'hub.challenge': '<script>' },
      { 'hub.mode': 'subscribe', 'hub.challenge': '1' },
      {},
    ])
      expect(await push(world, ask(wrong)), JSON.stringify(wrong)).toMatchObject({ status: 403, posts: [] });
  });

  it('opens for the signature of exactly this body, and tells nobody why not', async () => {
    const world = await start();
    const good = signedHook(notice([]));
    expect((await push(world, good)).status).toBe(200);
    const { 'x-hub-signature-256': signature = '', ...rest } = good.headers;
    for (const request of [
      { ...good, headers: rest },
      { ...good, headers: { ...rest, 'x-hub-signature-256': signature.slice(0, -1) } },
      { ...good, headers: { ...rest, 'x-hub-signature': signature } },
      { ...good, body: Buffer.concat([good.body, Buffer.from(' ')]) },
    ])
      expect(await push(world, request)).toEqual({
        status: 401,
        body: { error: 'Not authorised.' },
        posts: [],
      });
    expect((await push(world, { ...good, method: 'PUT' })).status).toBe(405);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"object":"page"}',
    '{"object":"page","entry":{}}',
    '{"object":"user","entry":[]}',
  ])('refuses the signed body %j', async (body) => {
    expect(await push(await start(), signedHook(body))).toMatchObject({ status: 400, posts: [] });
  });

  it('passes by what is about another Page of the same app, and what is no change at all', async () => {
    const world = await start();
    const change = RECORDED['comment-add'] ?? {};
    expect(await push(world, signedHook(notice([change], '999')))).toMatchObject({ status: 200, posts: [] });
    const odd = {
      object: 'page',
      entry: [{ id: PAGE }, null, { id: PAGE, time: 1, changes: [null, 5, change] }],
    };
    expect((await push(world, signedHook(odd))).posts).toHaveLength(1);
  });

  it('is there only with both keys', async () => {
    const world = await facebookWorld({ config: { verifyToken: undefined } });
    worlds.push(world);
    expect(world.source.capabilities.receive).toBe(false);
    expect(world.source.receive).toBeUndefined();
  });
});

describe('what Meta tells', () => {
  it('a comment on our post: a conversation of its own, with our answer in it', async () => {
    const world = await start();
    world.fake.add({ id: POST, createdAt: 0 });
    const { posts, status } = await told(world, 'comment-add', 'reply-add');
    expect(status).toBe(200);
    expect(posts).toMatchObject([
      {
        id: COMMENT,
        conversationId: COMMENT,
        replyTo: null,
        via: 'comment',
        author: { id: '8423678347823', name: 'Ada Löve' },
        text: 'Does the lid fit? See https://example.com/lid.',
        links: ['https://example.com/lid'],
        url: 'https://www.facebook.com/1234567890321/posts/pfbid02?comment_id=903438993085259',
        createdAt: 1_780_315_170_000,
        editedAt: null,
        ours: false,
      },
      {
        id: '901097836652708_903438993085260',
        conversationId: COMMENT,
        replyTo: COMMENT,
        via: 'reply',
        ours: true,
        url: `https://www.facebook.com/${POST}?comment_id=903438993085259&reply_comment_id=903438993085260`,
      },
    ]);
  });

  it('a comment on a visitor’s post belongs to that post; whose it is, is asked once', async () => {
    const world = await start();
    world.fake.add({ id: POST, createdAt: 0, from: { id: '42424242', name: 'Bob' } });
    const { posts } = await told(world, 'comment-add', 'reply-add');
    expect(posts.map((post) => [post.conversationId, post.replyTo])).toEqual([
      [POST, POST],
      [POST, COMMENT],
    ]);
    expect(world.spent.requests).toBe(1);
    await world.restart();
    await told(world, 'comment-add');
    expect(world.spent.requests).toBe(1);
  });

  it('the shape of older versions, with a picture and no words', async () => {
    const world = await start();
    const { posts } = await told(world, 'comment-add-old');
    expect(posts).toMatchObject([
      {
        author: { id: '8423678347823', name: 'Ada Löve' },
        text: '',
        media: [{ url: 'https://scontent.example/v/pot.jpg' }],
      },
    ]);
  });

  it('an edit, with the time it was made', async () => {
    const world = await start();
    const { posts } = await told(world, 'comment-edited', 'post-edit');
    expect(posts).toMatchObject([
      { id: COMMENT, text: 'Does the blue lid fit?', editedAt: TIME * 1_000, createdAt: 1_780_315_170_000 },
      { text: 'My pot arrived with two cracks.', editedAt: TIME * 1_000 },
    ]);
  });

  it('what is gone; a reaction that is taken back is nothing', async () => {
    const world = await start();
    expect(
      await told(world, 'comment-remove', 'post-remove', 'reaction-remove', 'comment-hide'),
    ).toMatchObject({
      status: 200,
      posts: [],
      deleted: [COMMENT, `${PAGE}_7293787835232`],
      dropped: [],
    });
    const both = await told(world, 'comment-add', 'comment-remove');
    expect(both).toMatchObject({ posts: [], deleted: [COMMENT] });
  });

  it('posts: a visitor’s, our own with its pictures, and no draft', async () => {
    const world = await start();
    const { posts } = await told(world, 'post-add', 'status-add-photos', 'status-draft');
    expect(posts).toMatchObject([
      { via: 'mention', ours: false, text: 'My pot arrived with a crack.', createdAt: TIME * 1_000 },
      {
        via: 'comment',
        ours: true,
        media: [{ url: 'https://scontent.example/1.png' }, { url: 'https://scontent.example/2.png' }],
      },
    ]);
    expect(world.spent.requests).toBe(0);
  });

  it('words that are missing are fetched', async () => {
    const world = await start();
    const own = world.ownPost.id;
    const asked = world.fake.add({
      postId: own,
      from: { id: '8423678347823', name: 'Ada Löve' },
      message: 'What about the lid?',
      createdAt: world.clock.now() - 60_000,
    });
    const value = { item: 'comment', verb: 'add', comment_id: asked.id, post_id: own, parent_id: own };
    const { posts } = await push(world, signedHook(notice([{ field: 'feed', value }])));
    expect(posts).toMatchObject([
      { id: asked.id, text: 'What about the lid?', author: { name: 'Ada Löve' } },
    ]);
    const gone = { ...value, comment_id: '901097836652708_1' };
    expect(await push(world, signedHook(notice([{ field: 'feed', value: gone }])))).toMatchObject({
      status: 200,
      posts: [],
    });
  });

  it('that we are named elsewhere; Facebook need not show who did it', async () => {
    const world = await start();
    const hidden = await told(world, 'mention-comment', 'mention-post');
    expect(hidden.posts).toMatchObject([
      {
        id: '7363534231324_3754798971271444',
        conversationId: '7363534231324_3754798971271444',
        via: 'mention',
        text: 'Ask Crockhaven about it.',
        author: { id: 'unknown:7363534231324_3754798971271444', name: 'Someone on Facebook' },
        ours: false,
      },
      { conversationId: '5555500000001_98722536423179', via: 'mention', text: 'Crockhaven saved my dinner.' },
    ]);
    world.fake.add({
      id: '5555500000001_98722536423179',
      from: { id: '5555500000001', name: 'Carla' },
      message: 'Crockhaven saved my dinner.',
      createdAt: 1_780_315_162_000,
    });
    const { posts } = await told(world, 'mention-post');
    expect(posts[0]?.author.name).toBe('Carla');
    const [post] = hidden.posts;
    if (!post) throw new Error('no post');
    expect(await world.source.conversation?.(post, new AbortController().signal)).toEqual([]);
  });

  it('drops a change that cannot be read, alone and with its path', async () => {
    const world = await start();
    const bad = { field: 'feed', value: { item: 'comment', verb: 'add', comment_id: { a: 1 } } };
    const without = { field: 'feed', value: { item: 'comment', verb: 'add', message: 'x' } };
    const other = { field: 'feed', value: { item: 'like', verb: 'add' } };
    const result = await push(
      world,
      signedHook(
        notice([bad, RECORDED['comment-add'] ?? {}, without, other, { field: 'ratings', value: 1 }]),
      ),
    );
    expect(result.posts).toHaveLength(1);
    expect(result.dropped?.map((drop) => drop.why)).toEqual([
      expect.stringContaining('comment_id'),
      'comment_id: missing',
    ]);
  });

  it('asks Meta to send again when something cannot be looked up just now, and keeps the rest', async () => {
    const world = await start();
    world.fake.add({ id: POST, createdAt: 0 });
    await told(world, 'comment-add');
    world.fake.service.fail({ status: 503, body: '' });
    const result = await told(world, 'comment-add', 'mention-comment');
    expect(result).toMatchObject({ status: 503, posts: [{ id: COMMENT }] });
  });
});

describe('a token that is no good any more', () => {
  it('does not lose what the webhook says in full', async () => {
    const world = await start();
    world.fake.service.fail({ status: 401, body: '' });
    expect(await told(world, 'comment-add')).toMatchObject({ status: 200, posts: [{ id: COMMENT }] });
  });
});
