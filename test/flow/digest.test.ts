import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DigestSchedule } from '../../src/domain/digest/schedule.ts';
import type { Place } from '../../src/domain/routing.ts';
import { createDigests, type DigestDeps, type Digests } from '../../src/flow/digest.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { ana, from, mia } from '../support/items.ts';

const DAY = 24 * HOUR;
const TEAM: Place = { chat: 'web', channel: 'team' };
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const BERLIN = 'Europe/Berlin';
const daily = (minutes = 9 * 60, weekdays: readonly number[] = EVERY_DAY): DigestSchedule => ({
  name: 'daily',
  window: 'day',
  slot: { zone: BERLIN, minutes, weekdays },
  places: [TEAM],
});
const weekly: DigestSchedule = {
  name: 'weekly',
  window: 'week',
  slot: { zone: BERLIN, minutes: 9 * 60, weekdays: [1] },
  places: [TEAM],
};

let world: Flow;
let clock: TestClock;

async function at(start: number): Promise<void> {
  await world?.store.close();
  clock = testClock(start);
  world = await flow({ clock });
}

/** A process of its own: it remembers nothing that the ledger does not. */
function process(schedules: readonly DigestSchedule[], change: Partial<DigestDeps> = {}): Digests {
  return createDigests({
    store: world.store,
    clock,
    view: world.view,
    leases: { hold: async () => true },
    zone: BERLIN,
    schedules,
    departments: new Map(),
    names: ['Potluck'],
    labels: () => new Map(),
    deaf: async () => [],
    target: () => null,
    advocates: async () => [],
    draw: async () => new Uint8Array([1]),
    nudge: () => {},
    log: world.log,
    ...change,
  });
}

/** What was told, the oldest first. */
async function titles(): Promise<readonly string[]> {
  return (await world.store.newestNotices('web', 200)).map(({ notice }) => notice.title).reverse();
}

/** Turns the clock in steps, with a tick of each process after each. */
async function live(until: number, step: number, processes: readonly Digests[]): Promise<void> {
  while (clock.now() < until) {
    await clock.advance(Math.min(step, until - clock.now()));
    await Promise.all(processes.map((each) => each.tick()));
  }
}

beforeEach(() => at(Date.UTC(2026, 10, 23, 6)));
afterEach(async () => {
  await world.store.close();
});

describe('digests that come by themselves', () => {
  it.each([
    ['spring', Date.UTC(2026, 2, 27, 0), 'Sun 29 Mar 2026'],
    ['autumn', Date.UTC(2026, 9, 23, 0), 'Sun 25 Oct 2026'],
    ['a leap day', Date.UTC(2028, 1, 27, 0), 'Tue 29 Feb 2028'],
  ])(
    'come once a day through %s, at hours that do not exist and those that come twice',
    async (_, start, day) => {
      for (const minutes of [2 * 60 + 30, 9 * 60]) {
        await at(start);
        await live(start + 6 * DAY, 30 * MINUTE, [process([daily(minutes)]), process([daily(minutes)])]);
        const told = await titles();
        expect(told).toHaveLength(6);
        expect(new Set(told).size).toBe(6);
        expect(told).toContain(`Daily digest · ${day}`);
      }
    },
  );

  it('tell a week in three parts, on its day', async () => {
    await live(Date.UTC(2026, 11, 8), HOUR, [process([weekly])]);
    expect(await titles()).toEqual([
      'Weekly council · 16 Nov – 23 Nov',
      'What people say · 16 Nov – 23 Nov',
      'What it is worth · 16 Nov – 23 Nov',
      'Weekly council · 23 Nov – 30 Nov',
      'What people say · 23 Nov – 30 Nov',
      'What it is worth · 23 Nov – 30 Nov',
      'Weekly council · 30 Nov – 7 Dec',
      'What people say · 30 Nov – 7 Dec',
      'What it is worth · 30 Nov – 7 Dec',
    ]);
  });

  it('do not begin with the morning before they were set up', async () => {
    await at(Date.UTC(2026, 10, 23, 14));
    const one = process([daily()]);
    await one.tick();
    await live(Date.UTC(2026, 10, 24, 7, 59), HOUR, [one]);
    expect(await titles()).toEqual([]);
    await live(Date.UTC(2026, 10, 24, 8), HOUR, [one]);
    expect(await titles()).toEqual(['Daily digest · Tue 24 Nov 2026']);
  });

  it('make up for the latest that was missed, not for all', async () => {
    await live(Date.UTC(2026, 10, 24, 9), HOUR, [process([daily(), weekly])]);
    const before = (await titles()).length;
    await clock.advance(9 * DAY);
    const again = process([daily(), weekly]);
    await again.tick();
    await again.tick();
    expect((await titles()).slice(before)).toEqual([
      'Daily digest · Thu 3 Dec 2026',
      'Weekly council · 23 Nov – 30 Nov',
      'What people say · 23 Nov – 30 Nov',
      'What it is worth · 23 Nov – 30 Nov',
    ]);
    const [latest] = await world.store.newestNotices('web', 4);
    expect(latest?.version).toBe(1);
  });

  it('are told once when the process dies at any step, and begins anew', async () => {
    await process([daily()]).tick();
    let step = 0;
    for (let dies = 1; ; dies++) {
      await clock.advance(DAY);
      step = 0;
      const shaky = broken(world.store, () => ++step === dies);
      const before = (await titles()).length;
      await process([daily()], { store: shaky }).tick();
      await process([daily()]).tick();
      await process([daily()]).tick();
      expect((await titles()).length - before, `after step ${dies}`).toBe(1);
      if (step < dies) break;
      expect(dies).toBeLessThan(60);
    }
    expect(new Set(await titles()).size).toBe((await titles()).length);
  });

  it('are the work of one process, and of another when that one is gone', async () => {
    let holder = 1;
    const held = (own: number) => ({ leases: { hold: async () => holder === own } });
    const drawn: number[] = [];
    const draw = (own: number) => async () => {
      drawn.push(own);
      return new Uint8Array([1]);
    };
    const fleet = [1, 2].map((own) => process([daily()], { ...held(own), draw: draw(own) }));
    await live(Date.UTC(2026, 10, 24, 12), HOUR, fleet);
    expect(drawn).toEqual([1, 1]);
    holder = 2;
    await live(Date.UTC(2026, 10, 25, 12), HOUR, fleet);
    expect(drawn).toEqual([1, 1, 2]);
    expect(await titles()).toHaveLength(3);
  });

  it('are told without their chart when it cannot be drawn', async () => {
    const draw = async (): Promise<Uint8Array> => {
      throw new Error('no font');
    };
    await live(Date.UTC(2026, 10, 23, 9), HOUR, [process([daily()], { draw })]);
    const [notice] = await world.store.newestNotices('web', 1);
    expect(notice?.notice.picture).toBeNull();
    expect(world.log.lines).toContainEqual(expect.objectContaining({ message: 'a chart was not drawn' }));
  });
});

/** The store, whose calls fail from the moment `dies` says so: as when a process is killed. */
function broken(store: Store, dies: () => boolean): Store {
  let dead = false;
  const through = <T extends object>(subject: T): T =>
    Object.fromEntries(
      Object.entries(subject).map(([name, value]) => [
        name,
        typeof value !== 'function'
          ? value
          : (...args: unknown[]) => {
              dead ||= dies();
              if (dead) throw new Error('the process is gone');
              return value(...args);
            },
      ]),
    ) as T;
  return {
    ...through(store),
    transaction: (lock, work) => {
      dead ||= dies();
      if (dead) throw new Error('the process is gone');
      return store.transaction(lock, (queries) => work(through(queries)));
    },
  };
}

describe('a digest that is asked for', () => {
  async function aDay(): Promise<void> {
    await world.ingest([
      theirs('a', 0, {
        conversationId: 'a',
        createdAt: clock.now() - 5 * HOUR,
        text: 'complaint: the lid cracked',
      }),
      theirs('b', 0, {
        conversationId: 'b',
        createdAt: clock.now() - 4 * HOUR,
        text: 'My lid cracked, too?',
        author: { id: 'k', name: 'Kim', handle: 'kim', url: null, avatarUrl: null },
      }),
      theirs('s', 0, { conversationId: 's', createdAt: clock.now() - HOUR, text: 'spam lid cracked' }),
    ]);
    await world.ingest([ours('b2', 0, { conversationId: 'b', createdAt: clock.now() - 2 * HOUR })]);
    await world.ingest([
      ours('o', 0, { conversationId: 'o', via: 'mention', createdAt: clock.now() - HOUR }),
    ]);
  }
  const asked = { channel: null, tz: null, chat: 'web', actor: mia };

  it('has the figures of the day, and what is behind them at a press', async () => {
    await aDay();
    const digests = process([]);
    const answer = await digests.part.commands?.digest?.({}, asked);
    const { notice } = answer ?? {};
    expect(notice?.picture?.alt).toContain('Sun 22 Nov: 0 new, 0 answers');
    const figures = notice?.blocks.flatMap((block) => (block.type === 'figures' ? block.figures : [])) ?? [];
    const value = (label: string): string | undefined => figures.find((each) => each.label === label)?.value;
    expect(
      ['New', 'Answered', 'Unanswered', 'Noise', 'Half answered within', 'Listening'].map(value),
    ).toEqual(['2', '1', '1', '33 %', '2 h', '50 %']);
    const press = async (label: string) => {
      const found = figures.find((each) => each.label === label)?.press ?? expect.fail(label);
      return digests.part.presses?.digest?.(found.replace(/^digest:/, ''), asked);
    };
    expect(await press('New')).toMatchObject({ cards: { total: 2, cards: [{ itemId: 2 }, { itemId: 1 }] } });
    expect(await press('Answered')).toMatchObject({ cards: { total: 1, cards: [{ itemId: 2 }] } });
    expect(await press('Unanswered')).toMatchObject({ cards: { total: 1, cards: [{ itemId: 1 }] } });
    expect(await press('Noise')).toMatchObject({ cards: { total: 1, cards: [{ itemId: 3 }] } });
    for (const rest of [
      '',
      'show',
      'show:new',
      'show:new:a',
      'show:new:z:a',
      `show:new:1:${(1e15).toString(36)}`,
      'show:x:1:2',
      'drop:1:2',
    ])
      expect(await digests.part.presses?.digest?.(rest, asked), rest).toMatchObject({ ok: false });
  });

  it('of a week tells what people say, without spam, and what it is worth', async () => {
    await aDay();
    const digests = process([]);
    const { council } = await digests.digest('week', null);
    expect(council?.themes[0]).toMatchObject({ phrase: 'lid cracked', people: 2, itemIds: [2, 1] });
    expect(council?.departments).toEqual([{ name: 'all', praise: 0, complaints: 1 }]);
    const answer = await digests.part.commands?.digest?.({ window: 'week' }, asked);
    const buttons = answer?.notice?.buttons ?? [];
    expect(buttons.map(({ label }) => label)).toEqual(['What people say', 'What it is worth', 'As CSV']);
    for (const { press, label } of buttons.slice(0, 2)) {
      const part = await digests.part.presses?.digest?.(press.replace(/^digest:/, ''), asked);
      expect(part?.notice?.title).toContain(label);
    }
    const csv = buttons.at(-1)?.press.replace(/^digest:/, '') ?? '';
    const { file } = (await digests.part.presses?.digest?.(csv, asked)) ?? {};
    expect(file?.name).toMatch(/^potluck-week-\d{4}-\d\d-\d\d\.csv$/);
    expect(Buffer.from(file?.bytes ?? []).toString()).toContain('lid cracked');
  });

  it('tells what a prompt of ours brought back', async () => {
    const item = await world.store.createItem({
      ...(await promptItem()),
      conversationId: 'post-1',
    });
    await world.ingest([
      ours('post-1', 0, {
        conversationId: 'post-1',
        via: 'mention',
        createdAt: clock.now() - DAY,
        text: 'What is in your pot today?',
      }),
      theirs('r1', 0, {
        conversationId: 'post-1',
        createdAt: clock.now() - HOUR,
        text: 'Lentils with far too much garlic',
      }),
    ]);
    await world.store.addEvents([
      {
        itemId: item?.id ?? 0,
        version: 2,
        at: clock.now() - DAY,
        type: 'sent',
        actor: from(ana),
        surface: 'web',
        detail: { by: 'Ana', prompt: true },
      },
    ]);
    const { council } = await process([]).digest('week', null);
    expect(council?.prompts).toMatchObject([
      {
        text: 'What is in your pot today?',
        replies: 1,
        people: 1,
        quotes: [{ text: 'Lentils with far too much garlic' }],
      },
    ]);
  });

  async function promptItem() {
    await aDay();
    const { id: _id, version: _version, ...item } = await world.item('a');
    return { ...item, origin: 'prompt' as const, source: 'blog' };
  }

  it('is not made twice within half a minute', async () => {
    let windows = 0;
    const window: Store['window'] = (...span) => {
      windows += 1;
      return world.store.window(...span);
    };
    const store = { ...world.store, window };
    const digests = process([], { store });
    await Promise.all([digests.digest('day', null), digests.digest('day', null)]);
    expect(windows).toBe(1);
    await clock.advance(MINUTE);
    await digests.digest('day', null);
    expect(windows).toBe(2);
  });
});
