import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLeases } from '../../src/flow/leases.ts';
import { createSchedule } from '../../src/flow/schedule.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Flow, flow, MINUTE, ours, theirs } from '../support/flow.ts';
import { ana, ben } from '../support/items.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

describe('two processes on one PostgreSQL', () => {
  let server: TestPostgres;
  let one: Store;
  let two: Store;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.url();
    // Both migrate at once, as when a fleet starts.
    [one, two] = await Promise.all([openStore(url), openStore(url)]);
  });
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await server?.stop();
  });

  it('that receive the same 500 posts at once make each item once', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 500 }, (_, n) =>
      (n % 5 === 4 ? ours : theirs)(`n${n}`, n / 100, { conversationId: `c${Math.floor(n / 5)}` }),
    );
    const [a, b] = worlds as [Flow, Flow];
    const results = await Promise.all([
      a.ingest(posts),
      b.ingest(posts.toReversed()),
      b.ingest(posts.slice(250)),
    ]);
    expect(results.reduce((sum, result) => sum + result.fresh, 0)).toBe(500);
    expect(results.reduce((sum, result) => sum + result.opened, 0)).toBe(100);
    expect(await one.countByState({})).toMatchObject({ answered: 100, open: 0, dismissed: 0 });
    for (const item of await one.items({ limit: 100 })) {
      const types = (await one.events(item.id, 50)).map((event) => event.type);
      expect(types.filter((type) => type === 'opened')).toHaveLength(1);
      expect(types.filter((type) => type === 'answered-on-network')).toHaveLength(1);
    }
  });

  it('of two people who claim at once one wins, and the other reads who', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 20 }, (_, n) =>
      theirs(`race${n}`, n, { conversationId: `race${n}`, source: 'race' }),
    );
    await worlds[0]?.ingest(posts);
    for (const post of posts) {
      const { id } = await (worlds[0] ?? expect.fail()).item(post.conversationId, 'race');
      const results = await Promise.all(
        worlds.map((world, n) => world.does(n === 0 ? ana : ben, id, { type: 'claim' })),
      );
      const lost = results.filter((result) => !result.ok);
      expect(lost).toHaveLength(1);
      const item = await one.item(id);
      expect(lost[0]).toMatchObject({
        refusal: { code: 'already-claimed', text: expect.stringContaining(`by ${item?.owner?.name}`) },
        card: { owner: { name: item?.owner?.name } },
      });
      expect((await two.events(id, 10)).map((event) => event.type)).toEqual(['opened', 'claim']);
    }
  });

  it('lets the news of a network and a click meet without losing either', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 20 }, (_, n) =>
      theirs(`meet${n}`, n, { conversationId: `meet${n}`, source: 'meet' }),
    );
    await worlds[0]?.ingest(posts);
    await Promise.all(
      posts.map(async (post, n) => {
        const { id } = await (worlds[0] ?? expect.fail()).item(post.conversationId, 'meet');
        await Promise.all([
          worlds[0]?.does(ana, id, { type: 'note', text: 'a note' }),
          worlds[1]?.ingest([
            ours(`meet-a${n}`, 100, { conversationId: post.conversationId, source: 'meet' }),
          ]),
        ]);
        const types = (await one.events(id, 10)).map((event) => event.type).sort();
        expect(types).toEqual(['answered-on-network', 'note', 'opened']);
        expect(await one.item(id)).toMatchObject({ state: 'answered', version: 3 });
      }),
    );
  });

  it('let one of them hold a lease, until it is given back or runs out', async () => {
    const { clock, log, through } = await flow({ store: one });
    const [mine, yours] = [
      createLeases({ store: through, clock, holder: 'one', log }),
      createLeases({ store: (await flow({ store: two, clock })).through, clock, holder: 'two', log }),
    ];
    const names = Array.from({ length: 20 }, (_, n) => `poll:${n}`);
    for (const name of names) {
      const held = await Promise.all([mine.hold(name), yours.hold(name)]);
      expect(held.filter(Boolean)).toHaveLength(1);
      expect(await Promise.all([mine.hold(name), yours.hold(name)])).toEqual(held);
    }
    expect(await mine.hold('mine')).toBe(true);
    expect(await yours.hold('yours')).toBe(true);
    // A process that lives on renews; one that stops gives back.
    const living = new AbortController();
    const [a, b] = [mine.run(living.signal), yours.run(living.signal)];
    await clock.advance(MINUTE);
    expect(await Promise.all([yours.hold('mine'), mine.hold('yours')])).toEqual([false, false]);
    living.abort();
    await Promise.all([a, b]);
    const third = createLeases({ store: two, clock, holder: 'three', log });
    const all = [...names, 'mine', 'yours'];
    const everything = all.map(() => true);
    expect(await Promise.all(all.map((name) => third.hold(name)))).toEqual(everything);
    expect(await mine.hold('mine')).toBe(false);
    await clock.advance(20_000);
    expect(await Promise.all(all.map((name) => mine.hold(name)))).toEqual(everything);
  });

  it('wake a snoozed item once', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })] as [Flow, Flow];
    const [{ clock }] = worlds;
    const posts = Array.from({ length: 5 }, (_, n) =>
      theirs(`sleep${n}`, n, { conversationId: `sleep${n}`, source: 'sleep' }),
    );
    await worlds[0].ingest(posts);
    const items = await Promise.all(posts.map((post) => worlds[0].item(post.conversationId, 'sleep')));
    for (const { id } of items)
      await worlds[0].does(ana, id, { type: 'snooze', until: clock.now() + MINUTE });
    const schedules = worlds.map((world) =>
      createSchedule({
        incidents: { level: async () => {} },
        ...world,
        clock,
        watches: new Map(),
        leases: { hold: () => Promise.resolve(true) },
        changed: () => {},
        log: world.log,
      }),
    );
    await Promise.all(schedules.map((schedule) => schedule.wake()));
    expect(await one.item(items[0]?.id ?? 0)).toMatchObject({ state: 'snoozed' });
    await clock.advance(MINUTE);
    await Promise.all(schedules.map((schedule) => schedule.wake()));
    for (const { id } of items) {
      expect(await one.item(id)).toMatchObject({ state: 'open', snoozedUntil: null });
      expect((await one.events(id, 9)).map((event) => event.type)).toEqual(['opened', 'snooze', 'wake']);
    }
    expect(worlds.flatMap((world) => world.log.lines)).toEqual([]);
  });
});
