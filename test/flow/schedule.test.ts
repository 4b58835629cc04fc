import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSchedule, type Schedule } from '../../src/flow/schedule.ts';
import type { Watch } from '../../src/flow/watch.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource, watching } from '../support/flow-source.ts';
import { ana } from '../support/items.ts';

let world: Flow;
let source: ScriptedSource;
let schedule: Schedule;
let broken: ReadonlySet<number>;
let alone: boolean;
const forever = new AbortController().signal;

beforeEach(async () => {
  broken = new Set();
  alone = true;
  world = await flow({
    through: (store) =>
      withQueries(store, (queries) => ({
        saveItem: async (next) => {
          if (broken.has(next.id)) throw new Error('a row is damaged');
          return queries.saveItem(next);
        },
      })),
  });
  source = scriptedSource({ can: { poll: false } });
  schedule = scheduled(new Map([['blog', watching(world, source)]]));
});
afterEach(async () => {
  await world.store.close();
});

function scheduled(watches: ReadonlyMap<string, Watch>): Schedule {
  const { through: store, clock, act, log } = world;
  const leases = { hold: () => Promise.resolve(alone) };
  return createSchedule({
    incidents: { level: async () => {} },
    store,
    clock,
    act,
    watches,
    leases,
    changed: (ids) => world.changed.push(...ids),
    log,
  });
}

/** Questions in conversations of their own. */
async function asked(count: number): Promise<void> {
  await world.ingest(
    Array.from({ length: count }, (_, n) => theirs(`c${n}`, n, { conversationId: `c${n}` })),
  );
}

describe('waking', () => {
  it('happens when the time has come, and not before', async () => {
    await asked(2);
    await world.does(ana, 1, { type: 'snooze', until: world.clock.now() + HOUR });
    await world.does(ana, 2, { type: 'claim' });
    await world.does(ana, 2, { type: 'snooze', until: world.clock.now() + HOUR });
    await world.clock.advance(HOUR - 1);
    world.changed.length = 0;
    await schedule.wake();
    expect(world.changed).toEqual([]);
    await world.clock.advance(1);
    await schedule.wake();
    expect(world.changed).toEqual([1, 2]);
    expect(await world.store.item(1)).toMatchObject({ state: 'open', owner: null });
    expect(await world.store.item(2)).toMatchObject({ state: 'claimed', owner: { name: 'Ana' } });
  });

  it('of one that fails does not let the others sleep', async () => {
    await asked(3);
    for (const id of [1, 2, 3])
      await world.does(ana, id, { type: 'snooze', until: world.clock.now() + id * MINUTE });
    await world.clock.advance(HOUR);
    broken = new Set([1]);
    await schedule.wake();
    expect(await Promise.all([1, 2, 3].map(async (id) => (await world.store.item(id))?.state))).toEqual([
      'snoozed',
      'open',
      'open',
    ]);
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({ fields: { job: 'wake', error: 'a row is damaged' } }),
    );
  });
});

describe('asking the networks again', () => {
  it('is done by one process of a fleet: the networks count our questions', async () => {
    await asked(3);
    await world.clock.advance(5 * MINUTE);
    alone = false;
    await schedule.recheck(forever);
    expect(source.asked).toEqual([]);
    alone = true;
    await schedule.recheck(forever);
    expect(source.asked).toHaveLength(3);
  });

  it('takes turns, a few at a time, and each only every few minutes', async () => {
    await asked(25);
    await schedule.recheck(forever);
    expect(source.asked).toEqual([]);
    await world.clock.advance(5 * MINUTE);
    await schedule.recheck(forever);
    expect(source.asked).toHaveLength(10);
    await schedule.recheck(forever);
    await schedule.recheck(forever);
    expect(new Set(source.asked).size).toBe(25);
    await schedule.recheck(forever);
    expect(source.asked).toHaveLength(25);
    await world.clock.advance(5 * MINUTE);
    await schedule.recheck(forever);
    // The first come first again.
    expect(source.asked.slice(25)).toEqual(source.asked.slice(0, 10));
  });

  it('closes what was answered there, and leaves closed ones alone', async () => {
    await asked(2);
    await world.does(ana, 2, { type: 'dismiss', reason: 'other' });
    await world.clock.advance(5 * MINUTE);
    source.onConversation = (post) => [post, ours('a', 30, { conversationId: post.conversationId })];
    await schedule.recheck(forever);
    expect(source.asked).toEqual(['c0']);
    expect(await world.store.item(1)).toMatchObject({ state: 'answered', closing: { how: 'network' } });
  });

  it('stops when asked to, and skips sources that cannot tell', async () => {
    await asked(20);
    await world.clock.advance(5 * MINUTE);
    const stopping = new AbortController();
    source.onConversation = () => {
      if (source.asked.length === 3) stopping.abort();
      return [];
    };
    await schedule.recheck(stopping.signal);
    expect(source.asked).toHaveLength(3);
    const mute = scriptedSource({ can: { poll: false, conversation: false } });
    await scheduled(new Map([['blog', watching(world, mute)]])).recheck(forever);
    await scheduled(new Map()).recheck(forever);
    expect(mute.asked).toEqual([]);
  });
});

describe('the other jobs', () => {
  it('give stuck replies back and delete what expired', async () => {
    await world.store.lease('poll:old', 'gone', 1_000, world.clock.now());
    await world.clock.advance(MINUTE);
    await schedule.sweep();
    await schedule.settle();
    expect(world.log.lines).toEqual([
      { level: 'debug', fields: { swept: 1 }, message: 'expired rows deleted' },
    ]);
  });

  it('never throw: a tick that fails is told, and the next one comes', async () => {
    await world.store.close();
    await Promise.all([schedule.wake(), schedule.settle(), schedule.recheck(forever), schedule.sweep()]);
    const jobs = world.log.lines.map(({ level, fields }) => [level, 'job' in fields && fields.job]);
    expect(jobs.sort()).toEqual(['recheck', 'settle', 'sweep', 'wake'].map((job) => ['warn', job]));
    world = await flow();
  });
});
