import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DigestSchedule } from '../../src/domain/digest/schedule.ts';
import { serviceSchema } from '../../src/domain/service.ts';
import { createLeases } from '../../src/flow/leases.ts';
import { createSchedule } from '../../src/flow/schedule.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, keptLog, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
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

  describe('whose clocks go through what is due, and one of which is killed in the middle', () => {
    const DAY = 24 * HOUR;
    const BERLIN = 'Europe/Berlin';
    const start = Date.UTC(2026, 10, 27, 6, 30);
    const slot = { zone: BERLIN, minutes: 9 * 60 };
    const places = [{ chat: 'web', channel: 'team' }];
    const schedules: readonly DigestSchedule[] = [
      { name: 'daily', window: 'day', slot: { ...slot, weekdays: [0, 1, 2, 3, 4, 5, 6] }, places },
      { name: 'weekly', window: 'week', slot: { ...slot, weekdays: [1] }, places },
    ];
    const people = [ana, ben].map(({ id, name }) => ({ id, name, ids: [id], email: null }));
    const rotation = { people, zone: BERLIN, start: '2026-11-27', days: 1, minutes: 540 };
    const working = {
      zone: BERLIN,
      week: Array.from({ length: 7 }, () => [{ from: 540, to: 1_020 }]),
      holidays: new Set<string>(),
    };

    let pair: readonly [Store, Store];
    let clock: TestClock;
    /** In the middle of what somebody is about to die. */
    let doomed: 'tellNotice' | 'addPrompt' | null;
    let dead: Set<number>;
    let deaths: string[];

    beforeAll(async () => {
      const url = await server.url('clocks');
      pair = [await openStore(url), await openStore(url)];
    });
    afterAll(() => Promise.all(pair.map((store) => store.close())));

    /** A process of its own: it remembers nothing that the ledger does not, and its leases run out when it dies. */
    async function process(number: 0 | 1, holder: string): Promise<Flow> {
      const real = pair[number];
      /** Whichever process comes to it first dies in the middle of its transaction. */
      const perhaps = async <T>(query: string, work: () => Promise<T>): Promise<T> => {
        if (doomed !== query) return work();
        doomed = null;
        dead.add(number);
        deaths.push(query);
        throw new Error('killed');
      };
      return flow({
        store: real,
        clock,
        sources: [scriptedSource({ can: { publish: true } })],
        prompts: { to: ['web:ideas'], sources: ['blog'], cadence: { perWeek: 5, apart: '20h' } },
        zone: BERLIN,
        leases: createLeases({ store: real, clock, holder, log: keptLog() }),
        through: (store) =>
          withQueries(store, (queries) => ({
            tellNotice: (said) => perhaps('tellNotice', () => queries.tellNotice(said)),
            addPrompt: (prompt) => perhaps('addPrompt', () => queries.addPrompt(prompt)),
          })),
        digests: {
          zone: BERLIN,
          schedules,
          leases: createLeases({ store: real, clock, holder, log: keptLog() }),
        },
        duty: {
          plan: {
            mention: 'urgent',
            layers: [{ name: 'first', roster: { from: 'rotation', rotation }, hours: null }],
          },
          service: { targets: [], working },
          steps: serviceSchema.parse({}),
          places,
          zone: BERLIN,
          leases: createLeases({ store: real, clock, holder, log: keptLog() }),
        },
      });
    }

    it('tell digests, hand-overs and mornings once, and make each idea once', async () => {
      clock = testClock(start);
      dead = new Set();
      deaths = [];
      doomed = null;
      const worlds = [await process(0, 'a'), await process(1, 'b')];
      const [world] = worlds as [Flow, Flow];
      let turn = 0;
      const tick = async (each: Flow, number: number): Promise<void> => {
        for (const job of [each.digests.tick, each.duty.watch, each.duty.serve, each.ideas.tick])
          if (!dead.has(number)) await job();
      };
      const victims = ['tellNotice', 'addPrompt'] as const;
      // Every evening somebody writes; every second day one is killed in the middle of what it was first to do.
      for (let day = 0; day < 5; day++) {
        for (const minutes of [0, 29, 1, 1, 60, 60, 120, 180, 180, 480, 30]) {
          await clock.advance(minutes * MINUTE);
          if (minutes === 29 && day % 2 === 1) doomed = victims[turn++] ?? null;
          await Promise.all(worlds.map(tick));
          if (minutes === 480)
            await world.ingest([
              theirs(`n${day}`, 0, { conversationId: `n${day}`, source: 'blog', createdAt: clock.now() }),
            ]);
        }
        // Started anew by whoever looks after it.
        doomed = null;
        for (const number of dead) worlds[number] = await process(number as 0 | 1, `${number}-${day}`);
        dead.clear();
        await clock.advance(start + (day + 1) * DAY - clock.now());
      }
      const notices = (await pair[0].newestNotices('web', 200)).map(({ notice }) => notice.title).reverse();
      const times = (begin: string): number => notices.filter((title) => title.startsWith(begin)).length;
      expect(new Set(deaths)).toEqual(new Set(victims));
      expect(notices.filter((title) => title.startsWith('Daily digest'))).toEqual([
        'Daily digest · Fri 27 Nov 2026',
        'Daily digest · Sat 28 Nov 2026',
        'Daily digest · Sun 29 Nov 2026',
        'Daily digest · Mon 30 Nov 2026',
        'Daily digest · Tue 1 Dec 2026',
      ]);
      expect([times('Weekly council'), times('What people say'), times('What it is worth')]).toEqual([
        1, 1, 1,
      ]);
      expect(notices.filter((title) => title.startsWith('On call'))).toEqual([
        'On call: Ben',
        'On call: Ana',
        'On call: Ben',
        'On call: Ana',
        'On call: Ben',
        'On call: Ana',
      ]);
      expect(
        times('One came in meanwhile') + times('2 came in') + times('3 came in') + times('4 came in'),
      ).toBe(4);
      const prompts = await pair[1].promptsSince(0);
      const slots = prompts.map(({ slot: each }) => each);
      expect(new Set(slots).size).toBe(slots.length);
      expect(slots.length).toBeGreaterThanOrEqual(2);
    });
  });
});
