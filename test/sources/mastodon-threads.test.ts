import { describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { MINUTE, SECOND } from '../contract/source-steps.ts';
import { asked, poll, signal, start } from '../fixtures/mastodon/steps.ts';
import type { MastodonWorld } from '../fixtures/mastodon/world.ts';

describe('conversations', () => {
  it('have one id from the first post on, asked for once', async () => {
    const world = await start();
    const { fake, clock } = world;
    const [ada, bob] = [fake.account('ada@far.example'), fake.account('bob@far.example')];
    const at = clock.now() - 5 * MINUTE;
    const root = fake.addStatus({ account: bob, createdAt: at, content: '<p>Which pot?</p>' });
    const middle = fake.addStatus({ account: ada, createdAt: at + 1_000, inReplyTo: root.id });
    const post = await asked(world, { account: bob, inReplyTo: middle.id });
    expect(post).toMatchObject({ conversationId: root.id, replyTo: middle.id, via: 'mention' });
    const contexts = () => fake.service.requests.filter((one) => one.path.endsWith('/context')).length;
    expect(contexts()).toBe(1);
    await world.restart();
    await poll(world);
    expect(contexts()).toBe(1);
  });

  it('hold what another client of ours wrote in another branch', async () => {
    const world = await start();
    const { fake, clock } = world;
    const ask = await asked(world);
    const ada = fake.account('ada@far.example', 'Ada');
    const now = clock.now();
    const again = fake.mention({ account: ada, createdAt: now - 30_000, inReplyTo: ask.id });
    const ours = fake.addStatus({ account: fake.brand, createdAt: now - 20_000, inReplyTo: ask.id });
    const { posts } = await poll(world);
    expect(posts.find((post) => post.id === ours.id)).toMatchObject({ ours: true, conversationId: ask.id });
    const later = posts.find((post) => post.id === again.id);
    if (!later) throw new Error('not polled');
    const thread = await world.source.conversation?.(later, signal());
    expect(thread?.map((post) => post.id)).toEqual([ask.id, again.id, ours.id]);
  });

  it('stay the parent’s when the thread cannot be asked for', async () => {
    const world = await start();
    const { fake } = world;
    fake.statuses.clear();
    const ada = fake.account('ada@far.example');
    const status = fake.mention({ account: ada, createdAt: world.clock.now(), inReplyTo: '42' });
    fake.notifications.splice(0);
    fake.notify({
      type: 'mention',
      createdAt: world.clock.now(),
      account: ada,
      statusId: null,
      raw: {
        id: 'not-here',
        created_at: new Date(world.clock.now()).toISOString(),
        in_reply_to_id: 42,
        content: 'x',
        account: { id: 7, acct: 'ada@far.example' },
      },
    });
    expect(status.inReplyTo).toBe('42');
    expect((await poll(world)).posts).toMatchObject([
      { id: 'not-here', conversationId: '42', author: { id: '7' } },
    ]);
  });

  it('of thousands are cut to 500, with the question and our answer', async () => {
    const world = await start();
    const { fake, clock } = world;
    const ask = await asked(world);
    const bob = fake.account('bob@far.example');
    const at = clock.now();
    const ours = fake.addStatus({ account: fake.brand, createdAt: at, inReplyTo: ask.id });
    for (let index = 0; index < 700; index++)
      fake.addStatus({ account: bob, createdAt: at + index, inReplyTo: ask.id, content: '<p>me too</p>' });
    const thread = (await world.source.conversation?.(ask, signal())) ?? [];
    expect(thread).toHaveLength(500);
    expect(thread[0]?.id).toBe(ask.id);
    expect(thread.map((post) => post.id)).toContain(ours.id);
  });
});

describe('the stream', () => {
  async function listening(world: MastodonWorld) {
    const controller = new AbortController();
    const stream = world.source.listen?.(controller.signal)[Symbol.asyncIterator]();
    if (!stream) throw new Error('no stream');
    const next = stream.next();
    next.catch(() => undefined);
    return { next, stream, controller };
  }

  it('brings mentions and what we wrote ourselves, and nothing else of the home timeline', async () => {
    const world = await start();
    const { fake, clock } = world;
    const { next, stream, controller } = await listening(world);
    await fake.streaming();
    fake.thump();
    fake.sendRaw('event: update\ndata: {"broken\n\n');
    fake.sendRaw(`event: delete\ndata: 123\n\n`);
    const ada = fake.account('ada@far.example', 'Ada');
    fake.notify({ type: 'favourite', createdAt: clock.now(), account: ada, statusId: null });
    const ask = fake.mention({ account: ada, createdAt: clock.now(), content: '<p>Grüße 👩‍👩‍👧‍👦</p>' });
    const first = await next;
    expect(first.value).toMatchObject([{ id: ask.id, text: 'Grüße 👩‍👩‍👧‍👦', via: 'mention' }]);
    const ours = fake.addStatus({
      account: fake.brand,
      createdAt: clock.now(),
      inReplyTo: ask.id,
      content: '<p>Hi</p>',
    });
    const second = await stream.next();
    expect(second.value).toMatchObject([{ id: ours.id, ours: true, conversationId: ask.id }]);
    controller.abort();
  });

  it('outlives the deadline that every other request has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const world = await start();
      const { fake, clock } = world;
      const { next, stream } = await listening(world);
      await fake.streaming();
      const ask = { account: fake.account('ada@far.example'), createdAt: clock.now(), content: '<p>Hi</p>' };
      const first = fake.mention(ask);
      expect((await next).value).toMatchObject([{ id: first.id }]);
      vi.advanceTimersByTime(120_000);
      const second = fake.mention(ask);
      expect((await stream.next()).value).toMatchObject([{ id: second.id }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is given up after a minute without a sign of life, and not before', async () => {
    const world = await start();
    const { fake, clock } = world;
    const { next, stream } = await listening(world);
    await fake.streaming();
    const ada = fake.account('ada@far.example');
    let coming = next;
    for (let beat = 0; beat < 3; beat++) {
      await clock.advance(45 * SECOND);
      fake.thump();
      fake.mention({ account: ada, createdAt: clock.now(), content: '<p>Hi</p>' });
      expect((await coming).value).toHaveLength(1);
      coming = stream.next();
    }
    const silent = expect(coming).rejects.toThrow(/silent.*polling continues/);
    await clock.advance(61 * SECOND);
    await silent;
  });

  for (const streaming of ['none-404', 'none-401', 'none-html'] as const) {
    it(`does without where a server has none (${streaming})`, async () => {
      const world = await start({ streaming });
      const { next } = await listening(world);
      const error = await next.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UnavailableError);
      expect(String(error)).toContain('polling continues');
      expect((await poll(world)).posts).toEqual([]);
    });
  }

  it('ends when the server ends it', async () => {
    const world = await start();
    const { next } = await listening(world);
    await world.fake.streaming();
    world.fake.endStream();
    await expect(next).rejects.toBeInstanceOf(UnavailableError);
  });

  it('is not listened to when switched off', async () => {
    const world = await start({}, { stream: 'off' });
    expect(world.source.capabilities.listen).toBe(false);
    expect(world.source.listen).toBeUndefined();
  });
});
