import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../contract/source-steps.ts';
import type { Quirks } from '../fixtures/mastodon/fake-mastodon.ts';
import { poll, start } from '../fixtures/mastodon/steps.ts';

describe('reading on', () => {
  /** More mentions than ten pages hold, after a first poll. */
  async function backlog(quirks: Partial<Quirks>, count: number) {
    const world = await start(quirks);
    const ada = world.fake.account('ada@far.example', 'Ada');
    const write = (createdAt: number): string =>
      world.fake.mention({ account: ada, createdAt, content: '<p>Hi</p>' }).id;
    write(world.clock.now() - 10 * MINUTE);
    const first = await poll(world);
    await world.clock.advance(120 * MINUTE);
    const start0 = world.clock.now() - 100 * MINUTE;
    const ids = Array.from({ length: count }, (_, index) => write(start0 + index * SECOND));
    return { world, cursor: first.cursor, ids };
  }

  for (const minId of ['as-meant', 'as-since-id', 'ignored', 'unknown-is-404'] as const) {
    for (const order of ['newest-first', 'oldest-first'] as const) {
      for (const link of [true, false]) {
        it(`loses nothing and ends: min_id ${minId}, ${order}, ${link ? 'with' : 'without'} Link`, async () => {
          const { world, cursor, ids } = await backlog({ minId, order, link, cap: 20 }, 95);
          const batch = await poll(world, cursor);
          const got = batch.posts.filter((post) => post.author.name === 'Ada').map((post) => post.id);
          expect(got.filter((id) => ids.includes(id))).toEqual(ids);
          const before = world.fake.service.requests.length;
          const again = await poll(world, batch.cursor);
          expect(again.more).not.toBe(true);
          expect(world.fake.service.requests.length - before).toBeLessThan(15);
        });
      }
    }
  }

  it('catches up with a flood in order, page by page', async () => {
    const { world, cursor, ids } = await backlog({}, 450);
    const one = await poll(world, cursor);
    expect(one.more).toBe(true);
    const two = await poll(world, one.cursor);
    expect(two.more).toBe(false);
    const got = new Set([...one.posts, ...two.posts].map((post) => post.id));
    expect(ids.filter((id) => !got.has(id))).toEqual([]);
  });

  it('says so when a server will not tell how far back a flood goes', async () => {
    const { world, cursor } = await backlog({ minId: 'ignored', cap: 20 }, 450);
    const batch = await poll(world, cursor);
    expect(batch.gap?.from).toBeLessThan(batch.gap?.to ?? 0);
  });

  it('sees a mention that is delivered late, below ids that were read before', async () => {
    const world = await start();
    const { fake, clock } = world;
    const ada = fake.account('ada@far.example');
    const write = (id: string): string => {
      const status = fake.addStatus({ account: ada, createdAt: clock.now(), content: '<p>Hi</p>' });
      fake.notify({ id, type: 'mention', createdAt: clock.now(), account: ada, statusId: status.id });
      return status.id;
    };
    write('100');
    await clock.advance(60 * MINUTE);
    const early = await poll(world);
    await clock.advance(60 * MINUTE);
    write('300');
    const first = await poll(world, early.cursor);
    await clock.advance(10 * SECOND);
    const late = write('200');
    fake.notifications.sort((a, b) => Number(a.id) - Number(b.id));
    const second = await poll(world, first.cursor);
    expect(second.posts.map((post) => post.id)).toContain(late);
  });

  it('goes on when the notification it stopped at was deleted', async () => {
    for (const minId of ['as-meant', 'unknown-is-404'] as const) {
      const { world, cursor, ids } = await backlog({ minId }, 3);
      world.fake.notifications.splice(0, 1);
      const batch = await poll(world, cursor);
      expect(batch.posts.map((post) => post.id)).toEqual(ids);
    }
  });

  it('waits when the server’s requests are nearly used up', async () => {
    const world = await start({ remaining: 5 });
    expect((await poll(world)).waitMs).toBe(120_000);
    world.fake.quirks.remaining = 250;
    expect((await poll(world)).waitMs).toBeUndefined();
  });
});
