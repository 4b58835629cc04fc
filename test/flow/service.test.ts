import { afterEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/domain/notice.ts';
import type { OnCallPlan } from '../../src/domain/oncall.ts';
import { DEFAULT_TARGETS, type Service, type ServiceSteps, serviceSchema } from '../../src/domain/service.ts';
import { isWorking, type WorkingTime, workingBetween } from '../../src/domain/working-time.ts';
import { createSchedule } from '../../src/flow/schedule.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, MINUTE, theirs } from '../support/flow.ts';
import { ana, ben, mia, NOON } from '../support/items.ts';
import { startPostgres } from '../support/postgres.ts';

const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

const OFFICE: WorkingTime = {
  zone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: new Set(['2026-12-25']),
};
const SERVICE: Service = { targets: DEFAULT_TARGETS, working: OFFICE };
const STEPS: ServiceSteps = serviceSchema.parse({});

const rotation = (person: { id: string; name: string }) => ({
  from: 'rotation' as const,
  rotation: {
    people: [{ id: person.id, name: person.name, ids: [person.id], email: null }],
    zone: 'Europe/Berlin',
    start: '2026-01-05',
    days: 7,
    minutes: 540,
  },
});
const CLEO = { id: 'web:cleo', name: 'Cleo' };
const PLAN: OnCallPlan = {
  mention: 'never',
  layers: [
    { name: 'first', roster: rotation(ben), hours: null },
    { name: 'second', roster: rotation(CLEO), hours: null },
  ],
};

/** A flow as a process of its own has it: nothing of it outlives a restart but the store. */
function process(clock: TestClock, store: Store, steps: Partial<ServiceSteps> = {}): Promise<Flow> {
  return flow({
    clock,
    store,
    duty: { plan: PLAN, service: SERVICE, steps: { ...STEPS, ...steps }, zone: 'Europe/Berlin' },
  });
}

let stores: Store[] = [];
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});
async function ledger(clock: TestClock): Promise<Store> {
  const store = await openStore('file::memory:', { clock });
  stores.push(store);
  return store;
}

const minuteOf = (instant: number): number => (instant - NOON) / MINUTE;
const post = (id: string, instant: number, text: string) =>
  theirs(id, minuteOf(instant), { conversationId: id, text });

interface Said {
  readonly at: number;
  readonly notice: Notice;
  readonly thread: number | null;
}
/** What was said, oldest first; hand-overs left out. */
async function said(store: Store): Promise<readonly Said[]> {
  const rows = await store.newestNotices('web', 500);
  return rows
    .filter(({ notice }) => !notice.title.startsWith('On call'))
    .map(({ toldAt, notice, thread }) => ({ at: toldAt, notice, thread }))
    .sort((a, b) => a.at - b.at);
}
const titles = async (store: Store): Promise<readonly string[]> =>
  (await said(store)).map(({ notice }) => notice.title);

/** Lets time pass in ticks; `worlds` are asked for anew at each, as after a restart. */
async function pass(
  clock: TestClock,
  until: number,
  worlds: () => Promise<readonly Flow[]>,
  tick = 30 * MINUTE,
): Promise<void> {
  while (clock.now() < until) {
    await clock.advance(Math.min(tick, until - clock.now()));
    for (const world of await worlds()) await world.duty.serve();
  }
}

describe('those who wait too long', () => {
  it('have each step taken once and in order, with a restart at every step', async () => {
    // Friday, 15:00 in Berlin.
    const clock = testClock(at('2026-11-27T14:00:00Z'));
    const store = await ledger(clock);
    const first = await process(clock, store);
    await first.ingest([post('p1', clock.now(), 'question: does it fit?')]);
    const { id } = await first.item('p1');
    // Ana claims after four hours of work and five minutes, when Ben has been called.
    await pass(clock, at('2026-11-30T11:05:00Z'), async () => [await process(clock, store)]);
    expect(await titles(store)).toEqual(['Nobody has taken this yet']);
    await first.does(ana, id, { type: 'claim' });
    await pass(clock, at('2026-12-01T16:00:00Z'), async () => [await process(clock, store)]);
    const all = await said(store);
    expect(all.map(({ notice, thread }) => [notice.title, notice.mention, thread])).toEqual([
      ['Nobody has taken this yet', [ben.id], id],
      ['Carla waits for an answer', [ana.id], id],
      ['Back in the queue', [ana.id], id],
      ['Carla still waits', ['web:cleo'], id],
      ['Carla has waited for too long', [mia.id], id],
    ]);
    const waits = all.map((each) => workingBetween(OFFICE, at('2026-11-27T14:00:00Z'), each.at) / HOUR);
    expect(waits).toEqual([4, 7.08, 8.08, 10.08, 16.08].map((hours) => expect.closeTo(hours, 1)));
    for (const each of all) expect(isWorking(OFFICE, each.at)).toBe(true);
    expect(await first.item('p1')).toMatchObject({ state: 'open', owner: null, lastOwner: { name: 'Ana' } });
    expect((await first.events('p1')).map(({ type }) => type)).toEqual(['opened', 'claim', 'release']);
  });

  it('begin anew when the author comes back', async () => {
    const clock = testClock(at('2026-12-01T08:00:00Z'));
    const store = await ledger(clock);
    const world = await process(clock, store, { next: null, managers: null });
    await world.ingest([post('p1', clock.now(), 'question: does it fit?')]);
    await pass(clock, clock.now() + 5 * HOUR, async () => [world]);
    await world.does(ana, (await world.item('p1')).id, { type: 'mark-answered' });
    await pass(clock, clock.now() + 2 * DAY, async () => [world], 2 * HOUR);
    expect(await titles(store)).toEqual(['Nobody has taken this yet']);
    const back = clock.now();
    await world.ingest([
      theirs('p1b', minuteOf(back), { conversationId: 'p1', text: 'question: and this?' }),
    ]);
    await pass(clock, back + 2 * DAY, async () => [world], 2 * HOUR);
    expect(await titles(store)).toEqual(['Nobody has taken this yet', 'Nobody has taken this yet']);
  });

  it('are left alone while snoozed, and the time of it does not count', async () => {
    const clock = testClock(at('2026-12-01T08:00:00Z'));
    const store = await ledger(clock);
    const world = await process(clock, store);
    const schedule = createSchedule({
      ...world,
      store: world.through,
      watches: new Map(),
      leases: { hold: async () => true },
      incidents: { level: async () => {} },
      changed: () => {},
    });
    await world.ingest([post('p1', clock.now(), 'question: does it fit?')]);
    const { id } = await world.item('p1');
    await clock.advance(2 * HOUR);
    const until = at('2026-12-03T08:00:00Z');
    await world.does(ana, id, { type: 'snooze', until });
    await pass(clock, until, async () => [world], 2 * HOUR);
    await schedule.wake();
    expect(await titles(store)).toEqual([]);
    expect((await world.view.card(await world.item('p1'))).dueAt).toBe(at('2026-12-03T14:00:00Z'));
    await pass(clock, until + 2 * HOUR, async () => [world]);
    expect(await titles(store)).toEqual(['Nobody has taken this yet']);
  });

  it('keep to the hours of a source where the team says none of its own', async () => {
    const clock = testClock(at('2026-12-01T19:00:00Z'));
    const store = await ledger(clock);
    const service: Service = { ...SERVICE, working: null, hours: new Map([['blog', OFFICE]]) };
    const duty = { plan: PLAN, service, steps: STEPS, zone: 'Europe/Berlin' };
    const world = await flow({ clock, store, duty });
    const evening = clock.now() - HOUR;
    await world.ingest([post('p1', evening, 'question: what about the lid?')]);
    // One that is looked after around the clock, and was.
    await world.ingest([{ ...post('o1', evening, 'question: and this?'), source: 'other' }]);
    const other = (await store.itemOf('other', 'o1'))?.id ?? 0;
    await world.does(ana, other, { type: 'claim' });
    for (let hour = 0; hour < 24; hour++) {
      await clock.advance(HOUR);
      await world.duty.serve();
    }
    const all = await said(store);
    const titles = (thread: number | null): readonly string[] =>
      all.filter((each) => each.thread === thread).map(({ notice }) => notice.title);
    const id = (await world.item('p1')).id;
    const morning = all.find(({ notice }) => notice.title === 'One came in meanwhile');
    expect(morning?.at).toBe(at('2026-12-02T08:00:00Z'));
    // It was reminded of in the night, the other one only by day.
    expect(titles(other).length).toBeGreaterThan(1);
    expect(all.filter(({ thread }) => thread === id).every((each) => each.at > (morning?.at ?? 0))).toBe(
      true,
    );
    expect(titles(id)).toEqual(['Nobody has taken this yet']);
  });

  it('call nobody at night but for what is urgent, and are summed up in the morning, once', async () => {
    // Thursday evening before Christmas; Friday is a holiday.
    const clock = testClock(at('2026-12-24T17:00:00Z'));
    const store = await ledger(clock);
    const worlds = [await process(clock, store), await process(clock, store)];
    const [world] = worlds as [Flow, Flow];
    await pass(clock, clock.now() + HOUR, async () => worlds);
    await world.ingest([
      post('slow', clock.now(), 'question: does it fit?'),
      post('hot', clock.now(), 'complaint p=90: the lid broke'),
    ]);
    await pass(clock, at('2026-12-28T07:30:00Z'), async () => worlds, HOUR);
    const night = await said(store);
    const hot = (await world.item('hot')).id;
    expect(new Set(night.map(({ thread }) => thread))).toEqual(new Set([hot]));
    expect(night.map(({ notice }) => notice.title)).toEqual([
      'Nobody has taken this yet',
      'Carla still waits',
      'Carla has waited for too long',
    ]);
    await pass(clock, at('2026-12-28T12:00:00Z'), async () => worlds);
    const morning = (await said(store)).filter(({ notice }) => notice.title.endsWith('meanwhile'));
    expect(morning).toHaveLength(1);
    expect(morning[0]?.at).toBe(at('2026-12-28T08:00:00Z'));
    expect(morning[0]?.notice).toMatchObject({ title: '2 came in meanwhile', mention: [ben.id] });
    // The next morning there is nothing to say.
    for (const id of ['slow', 'hot'])
      await world.does(mia, (await world.item(id)).id, { type: 'mark-answered' });
    await pass(clock, at('2026-12-29T12:00:00Z'), async () => worlds, 2 * HOUR);
    expect((await said(store)).filter(({ notice }) => notice.title.endsWith('meanwhile'))).toHaveLength(1);
  });

  it('are made up for one at a time after an outage, and never while nobody works', async () => {
    const clock = testClock(at('2026-12-01T08:00:00Z'));
    const store = await ledger(clock);
    const before = await process(clock, store);
    await before.ingest([post('p1', clock.now(), 'question: does it fit?')]);
    await before.does(ana, (await before.item('p1')).id, { type: 'claim' });
    // Down from Tuesday to the Sunday after.
    await clock.advance(5 * DAY);
    await pass(clock, at('2026-12-07T08:00:00Z'), async () => [await process(clock, store)], 6 * HOUR);
    // The stroke of nine: the first of them, and no more.
    expect(await titles(store)).toHaveLength(1);
    await pass(clock, at('2026-12-07T16:00:00Z'), async () => [await process(clock, store)], 5 * MINUTE);
    const all = (await said(store)).filter(({ thread }) => thread !== null);
    expect(all.map(({ notice }) => notice.title)).toEqual([
      'Carla waits for an answer',
      'Back in the queue',
      'Carla still waits',
      'Carla has waited for too long',
    ]);
    for (const [index, each] of all.slice(1).entries())
      expect(each.at - (all[index]?.at ?? 0)).toBeGreaterThanOrEqual(20 * MINUTE);
  });

  it('keep to the hours of the wall clock in the weeks in which the clocks change, and on a leap day', async () => {
    for (const [start, due] of [
      // Friday noon, over the change to summer time, to Monday 12:00 by the wall clock.
      ['2026-03-27T11:00:00Z', '2026-03-30T10:00:00Z'],
      ['2026-10-23T10:00:00Z', '2026-10-26T11:00:00Z'],
      // From noon of 2028-02-28 over the leap day.
      ['2028-02-28T11:00:00Z', '2028-02-29T11:00:00Z'],
    ] as const) {
      const clock = testClock(at(start));
      const store = await ledger(clock);
      const steps = { remind: 1, release: null, next: null, managers: null };
      const world = await process(clock, store, steps);
      await world.ingest([post('p1', clock.now(), 'question: does it fit?')]);
      const item = await world.item('p1');
      expect((await world.view.card(item)).dueAt).toBe(at(due));
      await world.does(ana, item.id, { type: 'claim' });
      await pass(clock, at(due) + HOUR, async () => [await process(clock, store, steps)], HOUR);
      const [reminder] = (await said(store)).filter(({ thread }) => thread !== null);
      expect(reminder).toMatchObject({ at: at(due), notice: { title: 'Carla waits for an answer' } });
    }
  });

  it('are nobody’s business where the team did not ask for it', async () => {
    const clock = testClock(at('2026-12-01T08:00:00Z'));
    const store = await ledger(clock);
    const world = await flow({ clock, store, duty: { plan: PLAN, service: SERVICE, steps: null } });
    await world.ingest([post('p1', clock.now(), 'question: does it fit?')]);
    await pass(clock, clock.now() + 3 * DAY, async () => [world], 6 * HOUR);
    expect(await said(store)).toEqual([]);
    expect((await world.view.card(await world.item('p1'))).dueAt).not.toBeNull();
  });
});

describe('two processes on one PostgreSQL', () => {
  it('take each step once, and tell each hand-over and each morning once', async () => {
    const server = await startPostgres();
    const clock = testClock(at('2026-11-27T14:00:00Z'));
    const url = await server.url();
    const [one, two] = [await openStore(url, { clock }), await openStore(url, { clock })];
    try {
      const worlds = [await process(clock, one), await process(clock, two)] as [Flow, Flow];
      await worlds[0].ingest(
        Array.from({ length: 5 }, (_, n) => post(`p${n}`, clock.now(), `question p=${50 + n}: does it fit?`)),
      );
      for (const world of worlds) await world.does(ana, (await world.item('p0')).id, { type: 'claim' });
      const until = at('2026-12-01T16:00:00Z');
      while (clock.now() < until) {
        await clock.advance(HOUR);
        await Promise.all(worlds.flatMap((world) => [world.duty.serve(), world.duty.watch()]));
      }
      const rows = await one.newestNotices('web', 500);
      const handOvers = rows.filter(({ notice }) => notice.title.startsWith('On call'));
      expect(handOvers.map(({ notice }) => notice.title).sort()).toEqual([
        'On call (first): Ben',
        'On call (second): Cleo',
      ]);
      for (let n = 0; n < 5; n++) {
        const item = await worlds[0].item(`p${n}`);
        const own = rows.filter(({ thread }) => thread === item.id).map(({ notice }) => notice.title);
        expect(own).toEqual([...new Set(own)]);
        expect(own).toHaveLength(n === 0 ? 4 : 3);
        expect(await two.escalations([item.id])).toHaveLength(own.length);
      }
      expect(worlds.flatMap((world) => world.log.lines)).toEqual([]);
    } finally {
      await Promise.all([one.close(), two.close()]);
      await server.stop();
    }
  });
});
