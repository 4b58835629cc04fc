import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { discourse } from '../../src/sources/discourse/discourse.ts';
import { MINUTE, SECOND } from '../contract/source-steps.ts';
import errors from '../fixtures/discourse/errors.json' with { type: 'json' };
import { cook, type FakePost, KEY, type Quirks } from '../fixtures/discourse/fake-discourse.ts';
import webhook from '../fixtures/discourse/webhook-post.json' with { type: 'json' };
import { type DiscourseWorld, discourseWorld, MENTION } from '../fixtures/discourse/world.ts';

const worlds: DiscourseWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}, quirks: Partial<Quirks> = {}): Promise<DiscourseWorld> {
  const world = await discourseWorld({ config, quirks });
  worlds.push(world);
  return world;
}

const signal = (): AbortSignal => new AbortController().signal;

async function poll(world: DiscourseWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

async function postOf(world: DiscourseWorld, given: FakePost): Promise<Post> {
  const found = (await poll(world)).posts.find((post) => post.id === String(given.id));
  if (!found) throw new Error('not polled');
  return found;
}

/** A minute ago, long enough for nothing to be in the future. */
const ago = (world: DiscourseWorld, ms = MINUTE): number => world.clock.now() - ms;
const answer = (world: DiscourseWorld, post: Post, text = 'It does, up to 200 degrees.') =>
  world.source.reply?.(post, text, { idempotencyKey: 'reply-1', signal: signal() });

describe('what a post says', () => {
  it('begins with the title of its topic, where it begins the topic', async () => {
    const world = await start();
    const topic = world.fake.addTopic({ title: 'Does it fit an oven?' });
    const first = world.fake.add({ raw: 'See title.', topicId: topic.id, createdAt: ago(world) });
    const second = world.fake.add({ raw: 'Same here.', topicId: topic.id, createdAt: ago(world) });
    expect((await postOf(world, first)).text).toBe('Does it fit an oven?\n\nSee title.');
    expect((await postOf(world, second)).text).toBe('Same here.');
  });

  it('keeps quotations and emoji readable, and no portrait as a picture', async () => {
    const world = await start();
    const cooked = [
      '<aside class="quote no-group" data-username="bob" data-post="1" data-topic="8"><div class="title">',
      '<div class="quote-controls"></div><img alt="" width="24" height="24" src="/user_avatar/f/bob/48/1_2.png" class="avatar"> bob:</div>',
      '<blockquote><p>The lid is loose.</p></blockquote></aside>',
      '<p>Mine too <img src="/images/emoji/twitter/cry.png?v=12" title=":cry:" class="emoji" alt=":cry:" width="20" height="20"> see <a href="/t/lids/7">the list</a></p>',
      '<p><div class="lightbox-wrapper"><a class="lightbox" href="/uploads/lid.jpg" title="lid"><img src="/uploads/lid_s.jpg" alt="A loose lid" width="600" height="400">',
      '<div class="meta"><svg class="fa"></svg><span class="filename">lid</span><span class="informations">1920×1080 207 KB</span></div></a></div></p>',
    ].join('');
    const post = await postOf(world, world.fake.add({ raw: 'x', cooked, number: 2, createdAt: ago(world) }));
    expect(post.text).toContain('bob:\n\n> The lid is loose.\n\nMine too :cry: see the list');
    expect(post.text).not.toContain('207 KB');
    expect(post.media).toEqual([{ url: `${world.fake.url}/uploads/lid_s.jpg`, alt: 'A loose lid' }]);
    expect(post.links).toContain(`${world.fake.url}/t/lids/7`);
    expect(post.author.avatarUrl).toBe(`${world.fake.url}/user_avatar/forum.example.com/ada/96/12_2.png`);
    expect(post.url).toBe(`${world.fake.url}/t/the-new-pot-and-my-oven/${post.conversationId.slice(6)}/2`);
  });

  it('tells how it reached us: mention, group, answer, quotation, or the forum alone', async () => {
    const world = await start({ groups: ['support'], ours: ['lea'] });
    const { fake } = world;
    const topicId = fake.addTopic().id;
    const at = { topicId, createdAt: ago(world) };
    const ours = fake.add({ ...at, raw: 'Hello from us', user: fake.me });
    const given = {
      comment: fake.add({ ...at, raw: 'Nice pots' }),
      mention: fake.add({ ...at, raw: 'x', cooked: `<p>${MENTION} hello</p>` }),
      group: fake.add({
        ...at,
        raw: 'x',
        cooked: '<p><a class="mention-group notify" href="/groups/Support">@support</a></p>',
      }),
      other: fake.add({
        ...at,
        raw: 'x',
        cooked: '<p><a class="mention" href="/u/brandon">@brandon</a></p>',
      }),
      reply: fake.add({ ...at, raw: 'Thanks', replyTo: ours.number }),
      quote: fake.add({
        ...at,
        raw: 'x',
        cooked: '<aside class="quote" data-username="Lea"><blockquote>Hi</blockquote></aside>',
      }),
    };
    const { posts } = await poll(world);
    const via = (post: FakePost) => posts.find((one) => one.id === String(post.id))?.via;
    expect(Object.entries(given).map(([name, post]) => [name, via(post)])).toEqual([
      ['comment', 'comment'],
      ['mention', 'mention'],
      ['group', 'mention'],
      ['other', 'comment'],
      ['reply', 'reply'],
      ['quote', 'quote'],
    ]);
    expect(posts.find((one) => one.id === String(given.reply.id))?.replyTo).toBe(String(ours.id));
  });

  it('counts as ours by id, by name, and by staff where that is wanted', async () => {
    for (const staffIsOurs of [false, true]) {
      const world = await start({ ours: ['@Lea'], staffIsOurs });
      const { fake } = world;
      const mod = fake.user('mod', 'Moderator');
      mod.staff = true;
      const authors = [fake.me, fake.user('lea', 'Lea'), mod, fake.user('ada', 'Ada')];
      for (const user of authors) fake.add({ raw: 'Hello', user, createdAt: ago(world) });
      const ours = (await poll(world)).posts.filter((post) => post.ours).map((post) => post.author.handle);
      expect(ours.sort()).toEqual(staffIsOurs ? ['brand', 'lea', 'mod'] : ['brand', 'lea']);
    }
  });

  it('asks for the number of a post that is answered and not at hand, once', async () => {
    const world = await start();
    const { fake, clock } = world;
    const topicId = fake.addTopic().id;
    const old = fake.add({ raw: 'Long ago', topicId, createdAt: ago(world, 48 * 60 * MINUTE) });
    for (let index = 0; index < 60; index++)
      fake.add({ raw: `Noise ${index}`, createdAt: ago(world, 9 * MINUTE) });
    const first = await poll(world);
    const again = fake.add({ raw: 'And now?', topicId, replyTo: old.number, createdAt: clock.now() });
    const orphan = fake.add({ raw: 'To nobody', topicId, replyTo: 99, createdAt: clock.now() });
    for (let round = 0; round < 2; round++) {
      const { posts } = await poll(world, first.cursor);
      expect(posts.find((post) => post.id === String(again.id))?.replyTo).toBe(String(old.id));
      expect(posts.find((post) => post.id === String(orphan.id))?.replyTo).toBeNull();
    }
    const asked = fake.service.requests.filter((request) => request.path.startsWith('/posts/by_number/'));
    expect(asked).toHaveLength(2);
  });
});

describe('what changes', () => {
  it('sees edits by the version, and those of the first minutes by their time', async () => {
    const world = await start();
    const { fake } = world;
    const createdAt = ago(world, 10 * MINUTE);
    const untouched = fake.add({ raw: 'As it was', createdAt, updatedAt: createdAt + SECOND });
    const edited = fake.add({ raw: 'Edited', createdAt, updatedAt: createdAt + 8 * MINUTE, version: 2 });
    const early = fake.add({ raw: 'Edited at once', createdAt, updatedAt: createdAt + MINUTE });
    const { posts } = await poll(world);
    const at = (post: FakePost) => posts.find((one) => one.id === String(post.id))?.editedAt;
    expect([untouched, edited, early].map(at)).toEqual([null, createdAt + 8 * MINUTE, createdAt + MINUTE]);
  });

  it('reports what was withdrawn, hidden or deleted, and not what only left the list', async () => {
    const world = await start();
    const { fake } = world;
    const names = ['withdrawn', 'hidden', 'deleted', 'unlisted', 'kept'] as const;
    const given = names.map((raw) => fake.add({ raw, createdAt: ago(world) }));
    const [withdrawn, hidden, deleted, unlisted] = given as [FakePost, FakePost, FakePost, FakePost];
    const first = await poll(world);
    expect(first.posts).toHaveLength(5);
    withdrawn.userDeleted = true;
    hidden.hidden = true;
    deleted.deleted = true;
    const topic = fake.topics.get(unlisted.topicId);
    if (topic) topic.listed = false;
    const second = await poll(world, first.cursor);
    const gone = [withdrawn, hidden, deleted].map((post) => String(post.id)).sort();
    expect([...(second.deleted ?? [])].sort()).toEqual(gone);
    expect(second.posts.map((post) => post.id)).toEqual([String(given[4]?.id)]);
    const third = await poll(world, second.cursor);
    expect(third.deleted).toEqual([]);
  });

  it('delivers a post again that a moderator brought back', async () => {
    const world = await start();
    const post = world.fake.add({ raw: 'Deleted by mistake', createdAt: ago(world) });
    world.fake.add({ raw: 'Another', createdAt: ago(world) });
    const first = await poll(world);
    post.deleted = true;
    const second = await poll(world, first.cursor);
    expect(second.deleted).toEqual([String(post.id)]);
    post.deleted = false;
    expect((await poll(world, second.cursor)).posts.map((one) => one.id)).toContain(String(post.id));
  });
});

describe('reading on', () => {
  for (const paging of ['full', 'window'] as const) {
    it(`loses nothing of a flood, nor behind hundreds of private posts: ${paging}`, async () => {
      const world = await start({}, { paging });
      const { fake, clock } = world;
      fake.add({ raw: 'First', createdAt: ago(world, 10 * MINUTE) });
      const first = await poll(world);
      const before = fake.posts.length;
      const topicId = fake.addTopic().id;
      const write = (count: number): void => {
        for (let index = 0; index < count; index++)
          fake.add({ raw: `Flood ${index}`, topicId, createdAt: clock.now() });
      };
      await clock.advance(60 * MINUTE);
      write(400);
      fake.skipIds(120);
      write(400);
      const wanted = fake.posts.slice(before).map((post) => String(post.id));
      const seen = new Set<string>();
      let { cursor } = first;
      for (let round = 0; round < 10; round++) {
        const batch = await poll(world, cursor);
        for (const post of batch.posts) seen.add(post.id);
        cursor = batch.cursor;
        if (!batch.more) break;
      }
      expect(wanted.filter((id) => !seen.has(id))).toEqual([]);
      const requests = fake.service.requests.length;
      expect((await poll(world, cursor)).more).toBe(false);
      expect(fake.service.requests.length - requests).toBeLessThanOrEqual(2);
    });
  }

  for (const watch of ['all', 'mentions'] as const) {
    it(`costs one request when nothing is new, watching ${watch}`, async () => {
      const world = await start({ watch });
      for (let index = 0; index < 80; index++)
        world.fake.add({ raw: `Post ${index}`, createdAt: ago(world, 9 * MINUTE) });
      const first = await poll(world);
      const before = world.spent.length;
      await poll(world, first.cursor);
      expect(world.spent.slice(before)).toEqual([{ requests: 1, purpose: 'read' }]);
    });
  }

  it('watches chosen categories and tags, and what speaks to us everywhere', async () => {
    const world = await start({ categories: [5], tags: ['#Lids'] });
    const { fake } = world;
    const write = (
      category: number,
      tags: readonly (string | { id: number; name: string })[],
      cooked?: string,
    ) =>
      fake.add({
        raw: 'Hello',
        ...(cooked ? { cooked } : {}),
        topicId: fake.addTopic({ category, tags }).id,
        createdAt: ago(world),
      });
    const wanted = [
      write(5, []),
      write(6, ['lids']),
      write(6, [{ id: 3, name: 'lids' }]),
      write(6, [], `<p>${MENTION}</p>`),
    ];
    write(6, ['ovens']);
    const { posts } = await poll(world);
    expect(posts.map((post) => post.id).sort()).toEqual(wanted.map((post) => String(post.id)).sort());
  });

  it('watches only what speaks to us, and what we say', async () => {
    const world = await start({ watch: 'mentions' });
    const { fake } = world;
    fake.add({ raw: 'Nothing to do with us', createdAt: ago(world) });
    const mention = fake.add({ raw: 'x', cooked: `<p>${MENTION}</p>`, createdAt: ago(world) });
    const ours = fake.add({ raw: 'Hello', user: fake.me, createdAt: ago(world) });
    expect((await poll(world)).posts.map((post) => post.id).sort()).toEqual([
      String(mention.id),
      String(ours.id),
    ]);
  });

  it('understands every way in which a forum says “slow down”', async () => {
    const world = await start();
    const answers = [
      [{ status: 429, body: JSON.stringify(errors.rateLimit) }, 90_000],
      [
        { status: 429, headers: { 'retry-after': '9', 'content-type': 'text/plain' }, body: errors.slowDown },
        9_000,
      ],
      [{ status: 429, body: '' }, 60_000],
    ] as const;
    for (const [failure, waitMs] of answers) {
      world.fake.service.fail(failure);
      const error = await poll(world).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitedError);
      expect((error as RateLimitedError).retryAfterMs).toBe(waitMs);
    }
  });
});

describe('a topic as a conversation', () => {
  it('leaves out whispers, small actions and what is gone', async () => {
    const world = await start();
    const { fake } = world;
    const topicId = fake.addTopic().id;
    const first = fake.add({ raw: 'Question', topicId, createdAt: ago(world) });
    fake.add({ raw: 'Between us: difficult', topicId, type: 4, createdAt: ago(world) });
    fake.add({ raw: 'closed this topic', topicId, type: 3, createdAt: ago(world) });
    fake.add({ raw: 'Sorry', topicId, userDeleted: true, createdAt: ago(world) });
    const last = fake.add({ raw: 'Moved here by a moderator', topicId, type: 2, createdAt: ago(world) });
    const posts = await world.source.conversation?.(await postOf(world, first), signal());
    expect(posts?.map((post) => post.id)).toEqual([String(first.id), String(last.id)]);
  });

  for (const megaTopic of [10_000, 600]) {
    it(`shows the first, the one in question, ours and the newest of a giant topic (${megaTopic})`, async () => {
      const world = await start({}, { megaTopic });
      const { fake } = world;
      const topicId = fake.addTopic().id;
      const long = ago(world, 3 * 60 * MINUTE);
      const all = Array.from({ length: 700 }, (_, index) =>
        fake.add({
          raw: `Post ${index}`,
          topicId,
          createdAt: long + index * SECOND,
          ...(index === 50 ? { user: fake.me } : {}),
        }),
      );
      const asked = all[100] as FakePost;
      const post = { ...(await postOf(world, all[699] as FakePost)), id: String(asked.id) };
      const before = fake.service.requests.length;
      const posts = (await world.source.conversation?.(post, signal())) ?? [];
      const ids = posts.map((one) => one.id);
      expect(posts).toHaveLength(500);
      for (const index of [0, 50, 100, 699, 600])
        expect(ids, String(index)).toContain(String(all[index]?.id));
      expect(posts.map((one) => one.createdAt)).toEqual(
        posts.map((one) => one.createdAt).toSorted((a, b) => a - b),
      );
      expect(posts.find((one) => one.id === String(all[50]?.id))?.ours).toBe(true);
      expect(fake.service.requests.length - before).toBeLessThanOrEqual(8);
    });
  }
});

describe('whether an answer is possible', () => {
  it('knows closed and archived topics before anybody claims, also after a restart', async () => {
    const world = await start();
    const { fake } = world;
    const write = (state: object) =>
      fake.add({ raw: 'Hello', topicId: fake.addTopic(state).id, createdAt: ago(world) });
    const given = [write({}), write({ closed: true }), write({ archived: true })];
    const posts: Post[] = [];
    for (const one of given) posts.push(await postOf(world, one));
    const reasons = () => posts.map((post) => world.source.mayNotReply?.(post) ?? null);
    const told = [
      null,
      'This topic is closed; @brand cannot write in it.',
      'This topic is archived; @brand cannot write in it.',
    ];
    expect(reasons()).toEqual(told);
    await world.restart();
    expect(reasons()).toEqual(told);
  });

  it('lets staff and leaders answer in a closed topic', async () => {
    for (const me of [
      { admin: true, moderator: false, trust_level: 1 },
      { admin: false, moderator: true, trust_level: 1 },
      { admin: false, moderator: false, trust_level: 4 },
    ]) {
      const world = await start({}, { me });
      const topicId = world.fake.addTopic({ closed: true }).id;
      const post = await postOf(world, world.fake.add({ raw: 'Hello', topicId, createdAt: ago(world) }));
      expect(world.source.mayNotReply?.(post)).toBeNull();
    }
  });

  it('learns from the topic itself where our user may not write', async () => {
    const world = await start();
    const topic = world.fake.addTopic({ mayPost: false });
    const post = await postOf(
      world,
      world.fake.add({ raw: 'Hello', topicId: topic.id, createdAt: ago(world) }),
    );
    expect(world.source.mayNotReply?.(post)).toBeNull();
    await world.source.conversation?.(post, signal());
    expect(world.source.mayNotReply?.(post)).toBe('The forum does not let @brand write in this topic.');
    topic.mayPost = true;
    await world.source.conversation?.(post, signal());
    expect(world.source.mayNotReply?.(post)).toBeNull();
  });
});

describe('answering', () => {
  it('answers where a moderator moved the post, and counts it as an answer', async () => {
    const world = await start();
    const given = world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    const post = await postOf(world, given);
    given.topicId = world.fake.addTopic().id;
    const sent = await answer(world, post);
    const last = world.fake.service.requests.at(-1);
    expect(JSON.parse(last?.body.toString() ?? '')).toEqual({
      raw: 'It does, up to 200 degrees.',
      topic_id: given.topicId,
      reply_to_post_number: given.number,
    });
    expect(last?.headers).toMatchObject({
      'api-key': KEY,
      'api-username': 'brand',
      'content-type': 'application/json',
    });
    expect(sent?.[0]).toMatchObject({ ours: true, conversationId: post.conversationId, replyTo: post.id });
    expect(world.spent.at(-1)).toEqual({ requests: 1, purpose: 'answer' });
  });

  it('measures as the forum does', async () => {
    const world = await start({}, { least: 20, most: 100 });
    const post = await postOf(
      world,
      world.fake.add({ raw: 'Hello there, is anybody home?', createdAt: ago(world) }),
    );
    const measure = (text: string) => world.source.measure?.(post, text);
    expect(measure('It does.')?.problem).toContain('at least 20 characters');
    expect(measure('Dots ................ count once')?.problem).toContain('at least 20');
    expect(measure('<!-- a comment does not count --> so short')?.problem).toContain('at least 20');
    expect(measure(':smile: :smile: :smile:')?.problem).toContain('at least 20');
    expect(measure('👩‍👩‍👧‍👦'.repeat(3))).toMatchObject({ length: 21, problem: null });
    expect(measure('x'.repeat(101))?.problem).toContain('100');
  });

  it('says why the forum refused, in its own words', async () => {
    const world = await start({}, { settings: 'forbidden', least: 20 });
    const topic = world.fake.addTopic();
    const post = await postOf(
      world,
      world.fake.add({ raw: 'Hello', topicId: topic.id, createdAt: ago(world) }),
    );
    await expect(answer(world, post, 'It does.')).rejects.toThrow(/too short/);
    await expect(answer(world, post, 'It does.')).rejects.toThrow(RejectedError);
    topic.closed = true;
    await expect(answer(world, post)).rejects.toThrow(/closed or deleted/);
    expect(world.sent?.()).toEqual([]);
  });

  it('never answers a post that was hidden, and says so', async () => {
    const world = await start();
    const given = world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    const post = await postOf(world, given);
    given.hidden = true;
    await expect(answer(world, post)).rejects.toThrow(/deleted or hidden/);
    expect(world.sent?.()).toEqual([]);
  });

  it('leaves an answer alone that waits for a moderator', async () => {
    const world = await start({}, { enqueue: true });
    const post = await postOf(world, world.fake.add({ raw: 'Hello', createdAt: ago(world) }));
    const error = await answer(world, post)?.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UncertainError);
    expect(String(error)).toContain('review queue');
  });

  it('finds its answer when only the confirmation was lost', async () => {
    const world = await start();
    const post = await postOf(world, world.fake.add({ raw: 'Hello', createdAt: ago(world) }));
    world.fake.service.fail('lost-answer');
    const sent = await answer(world, post);
    expect(sent?.[0]).toMatchObject({ ours: true, replyTo: post.id, text: 'It does, up to 200 degrees.' });
    expect(world.sent?.()).toHaveLength(1);
  });

  it('does not take another answer of ours for the one that was lost', async () => {
    const world = await start();
    const given = world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    const post = await postOf(world, given);
    const { topicId, number } = given;
    world.fake.add({ raw: 'Hello to you', user: world.fake.me, topicId, replyTo: number });
    world.fake.quirks.lag = true;
    world.fake.service.fail('lost-answer');
    await expect(answer(world, post)).rejects.toBeInstanceOf(UncertainError);
  });

  it('says what to do about a key that is refused', async () => {
    const world = await start({ username: 'somebody' });
    const error = await poll(world).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    expect(String(error)).toMatch(/Single user.*Global/);
    expect(String(error)).not.toContain(KEY);
  });

  it('only listens without a key', async () => {
    const world = await start({ key: undefined, username: undefined });
    expect(world.source.capabilities).toMatchObject({ poll: true, reply: false });
    world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    expect((await poll(world)).posts).toHaveLength(1);
    expect(world.fake.service.requests.every((request) => request.headers['api-key'] === undefined)).toBe(
      true,
    );
    expect((await world.source.check(signal())).map((check) => check.what)).toContain(
      'only listens: without a key nobody can answer from here',
    );
  });
});

describe('webhooks', () => {
  const SECRET = 'a-secret-of-the-webhook';
  const hooked = (config: object = {}, quirks: Partial<Quirks> = {}) =>
    start({ secret: SECRET, ...config }, quirks);

  function send(
    world: DiscourseWorld,
    body: string | object,
    more: Record<string, string> = {},
    secret = SECRET,
  ) {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const signature = `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;
    const headers = { ...webhook.headers, 'x-discourse-event-signature': signature, ...more };
    return world.source.receive?.({ method: 'POST', headers, query: {}, body: bytes });
  }
  /** What Discourse pushes of a post. */
  const pushed = (world: DiscourseWorld, post: FakePost, more: object = {}) => ({
    post: { ...webhook.body.post, ...world.fake.serialize(post, true), ...more },
  });
  const event = (name: string, type = 'post') => ({
    'x-discourse-event': name,
    'x-discourse-event-type': type,
  });

  it('is a door only with a secret', async () => {
    expect((await start()).source.capabilities.receive).toBe(false);
    const world = await hooked();
    expect(world.source.capabilities.receive).toBe(true);
    expect((await world.source.check(signal())).at(-1)?.what).toBe(
      'takes webhooks at POST /hooks/forum, signed',
    );
  });

  it('takes a post under the same id and shape as the poll, as often as it comes', async () => {
    const world = await hooked();
    const { fake } = world;
    const topicId = fake.addTopic().id;
    const ask = fake.add({ raw: 'Question', topicId, createdAt: ago(world) });
    const given = fake.add({ raw: 'And the lid?', topicId, replyTo: ask.number, createdAt: ago(world) });
    const first = await send(world, pushed(world, given));
    expect(first).toMatchObject({ status: 200, body: { accepted: 1 } });
    await world.restart();
    expect((await send(world, pushed(world, given)))?.posts).toEqual(first?.posts);
    const polled = await poll(world);
    expect(polled.posts).toContainEqual(first?.posts[0]);
    expect(first?.posts[0]?.replyTo).toBe(String(ask.id));
  });

  it('reads the payload of the documentation', async () => {
    const world = await hooked({ categories: [5] });
    world.fake.add({ raw: 'x', createdAt: ago(world) });
    await poll(world);
    expect(await send(world, webhook.body)).toMatchObject({
      status: 200,
      posts: [
        {
          id: '4712',
          conversationId: 'topic:318',
          via: 'reply',
          text: 'And the lid?',
          editedAt: null,
          author: { name: 'Ada Löve', handle: 'ada' },
        },
      ],
    });
  });

  it('tells edits and deletions', async () => {
    const world = await hooked();
    const given = world.fake.add({ raw: 'Edited soon', createdAt: ago(world) });
    await poll(world);
    given.cooked = cook('Edited now');
    given.updatedAt = given.createdAt + 5 * SECOND;
    const edited = await send(world, pushed(world, given), event('post_edited'));
    expect(edited?.posts[0]).toMatchObject({
      editedAt: given.updatedAt,
      text: expect.stringContaining('Edited now'),
    });
    // What was there before we came is not put before anybody for a corrected word.
    const old = world.fake.add({ raw: 'Of old', createdAt: world.clock.now() - 25 * 3_600_000 });
    expect(await send(world, pushed(world, old), event('post_edited'))).toMatchObject({
      posts: [],
      changed: [{ id: String(old.id) }],
    });
    const deleted = { posts: [], deleted: [String(given.id)] };
    expect(await send(world, pushed(world, given), event('post_destroyed'))).toMatchObject(deleted);
    given.userDeleted = true;
    expect(await send(world, pushed(world, given), event('post_edited'))).toMatchObject(deleted);
    given.userDeleted = false;
    expect((await send(world, pushed(world, given), event('post_recovered')))?.posts).toHaveLength(1);
  });

  it('keeps to itself what is not public', async () => {
    const world = await hooked();
    const given = world.fake.add({ raw: 'Between us', createdAt: ago(world) });
    for (const more of [{ post_type: 4 }, { post_type: 3 }, { topic_archetype: 'private_message' }])
      expect(await send(world, pushed(world, given, more))).toMatchObject({ status: 200, posts: [] });
    // A category for staff: our user is never shown its posts.
    const staff = world.fake.add({
      raw: 'Staff only',
      topicId: world.fake.addTopic({ category: 9, deleted: true }).id,
    });
    expect(await send(world, pushed(world, staff))).toMatchObject({
      status: 200,
      posts: [],
      body: { ignored: 'not for our user' },
    });
    const open = world.fake.add({ raw: 'For all', topicId: world.fake.addTopic({ category: 7 }).id });
    expect((await send(world, pushed(world, open)))?.posts).toHaveLength(1);
  });

  it('hears that a topic was closed and opened', async () => {
    const world = await hooked();
    const post = await postOf(world, world.fake.add({ raw: 'Hello', createdAt: ago(world) }));
    const topic = {
      id: Number(post.conversationId.slice(6)),
      title: 'x',
      closed: true,
      archived: false,
      tags: [],
    };
    await send(world, { topic }, event('topic_closed_status_updated', 'topic'));
    expect(world.source.mayNotReply?.(post)).toContain('closed');
    await send(world, { topic: { ...topic, closed: false } }, event('topic_closed_status_updated', 'topic'));
    expect(world.source.mayNotReply?.(post)).toBeNull();
  });

  it('refuses what is not signed, not Discourse, or not readable', async () => {
    const world = await hooked();
    const given = world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    const body = pushed(world, given);
    const unsigned = [
      send(world, body, {}, 'another-secret'),
      send(world, body, { 'x-discourse-event-signature': '' }),
      send(world, body, { 'x-discourse-event-signature': 'sha256=00' }),
    ];
    for (const result of unsigned) expect(await result).toMatchObject({ status: 401, posts: [] });
    for (const broken of [
      '',
      '{',
      '<html>',
      '\u0000',
      '[[[[',
      'null',
      '"x"',
      '[1]',
      '{}',
      '{"post":{"id":1}}',
    ]) {
      const result = await send(world, broken);
      expect(result?.status, broken).toBe(400);
      expect(result?.posts).toEqual([]);
    }
    expect(
      await send(world, 'payload=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    ).toMatchObject({ status: 415 });
    expect(await send(world, { ping: 'OK' }, { 'x-discourse-event-type': 'ping' })).toMatchObject({
      status: 200,
    });
    expect(await send(world, { user: {} }, event('user_created', 'user'))).toMatchObject({
      status: 200,
      posts: [],
    });
  });

  it('leaves it to the poll when the forum cannot be asked', async () => {
    const world = await hooked();
    const given = world.fake.add({ raw: 'Hello', createdAt: ago(world) });
    world.fake.service.fail({ status: 502 });
    expect(await send(world, pushed(world, given))).toMatchObject({ status: 503, posts: [] });
  });
});

describe('configuration', () => {
  const problems = (config: object): string => {
    const parsed = discourse.config.safeParse(config);
    return parsed.success
      ? ''
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  };

  it('says in words what is wrong', () => {
    expect(problems({ server: 'forum.example.com' })).toBe('');
    expect(problems({ server: 'http://forum.example.com' })).toContain('must begin with https://');
    expect(problems({ server: 'http://forum.lan', allowPrivate: true })).toBe('');
    expect(problems({ server: 'https://user:pass@forum.example.com' })).toContain('address of a forum');
    expect(problems({ server: 'forum.example.com', key: KEY })).toContain('belong together');
    expect(problems({ server: 'forum.example.com', categories: [0] })).toContain('/c/support/5');
    expect(problems({ server: 'forum.example.com', every: '1s' })).toContain('10s');
    expect(problems({ server: 'forum.example.com', secret: 'short' })).toContain('12');
    expect(problems({ server: 'forum.example.com', colour: 'red' })).toContain('colour');
  });

  it('takes an address as people copy it', () => {
    const server = (value: string) => discourse.config.parse({ server: value }).server;
    expect(server(' forum.example.com/ ')).toBe('https://forum.example.com');
    expect(server('https://example.com/forum/')).toBe('https://example.com/forum');
  });
});
