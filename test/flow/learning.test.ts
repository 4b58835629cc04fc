import { afterEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import { DEFAULT_PERMISSIONS } from '../../src/domain/permission.ts';
import { lessonsOf } from '../../src/domain/triage/team/head.ts';
import { unpackHead } from '../../src/domain/triage/team/pack.ts';
import { createLearning, type Learning, type LearningDeps } from '../../src/flow/learning.ts';
import { learningDesk } from '../../src/flow/learning-desk.ts';
import { createPolicy } from '../../src/flow/policy.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { testClock } from '../support/clock.ts';
import { type Flow, type FlowOptions, flow, HOUR, theirs, withQueries } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, mia, NOON } from '../support/items.ts';

let world: Flow;
let learning: Learning;
let handlers: ChatHandlers;
afterEach(() => world.store.close());

function learner(store: Store, change: Partial<LearningDeps> = {}): Learning {
  return createLearning({
    store,
    clock: world?.clock ?? testClock(NOON + 24 * HOUR),
    role: null,
    allowed: true,
    muted: async () => world.settings.muted(),
    leases: { hold: async () => true },
    log: { warn: (fields, message) => world.log.warn(fields, message) },
    ...change,
  });
}

async function team(change: Partial<LearningDeps> = {}, options: FlowOptions = {}): Promise<void> {
  const clock = testClock(NOON + 24 * HOUR);
  const store = options.store ?? (await openStore('file::memory:', { clock }));
  const policy = createPolicy({
    managers: [{ id: mia.id, name: mia.name }],
    permissions: DEFAULT_PERMISSIONS,
    approval: null,
    blocked: [],
  });
  learning = learner(store, { clock, ...change });
  world = await flow({
    store,
    clock,
    sources: [scriptedSource()],
    team: () => learning.team(),
    desk: [learningDesk({ store, policy, learning, names: ['Potluck'] })],
    ...options,
  });
  handlers = world.handlers();
}

const asked = (actor: typeof ana) => ({
  actor: { id: actor.id, name: actor.name, surface: actor.surface },
  channel: null,
  tz: null,
});
const ask = (command: string, options: Record<string, string> = {}, actor = ana) =>
  handlers.run(command, options, asked(actor));

let count = 0;
async function opened(text: string, change: Parameters<typeof theirs>[2] = {}): Promise<number> {
  const id = `c${++count}`;
  const author = {
    id: `a${count}`,
    name: `Author ${count}`,
    handle: `a${count}`,
    url: null,
    avatarUrl: null,
  };
  await world.ingest([theirs(id, 0, { conversationId: id, author, text, ...change })]);
  return (await world.item(id)).id;
}

/** What the clicks of some days are: dishwashers are taken, giveaways dismissed. */
async function clicks(rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n++) {
    await world.does(ana, await opened(`Does lid ${n} fit the dishwasher?`), { type: 'claim' });
    await world.does(ana, await opened(`A giveaway of pots, number ${n}`), {
      type: 'dismiss',
      reason: 'not-relevant',
    });
  }
  await learning.tick();
  await world.clock.advance(3_000);
}

async function lessons(store: Store = world.store): Promise<number> {
  const row = await store.head(0);
  const head = row && unpackHead(row.state);
  return head ? lessonsOf(head) : 0;
}

describe('learning from the team', () => {
  it('moves what the team takes up and what it dismisses down, and says why on the card', async () => {
    await team();
    await clicks(25);
    expect(await lessons()).toBe(50);
    const [good, bad, other] = [
      await opened('The dishwasher again?'),
      await opened('One more giveaway?'),
      await opened('urgent p=90 giveaway'),
    ];
    const priority = async (id: number): Promise<number> => (await world.store.item(id))?.priority ?? 0;
    expect(await priority(good)).toBeGreaterThan(53);
    expect(await priority(bad)).toBeLessThan(47);
    expect(await priority(other)).toBe(90);
    const card = await handlers.card(bad);
    expect(card?.reasons).toContainEqual(
      expect.stringContaining('your team usually dismisses what says “giveaway”'),
    );
    // What triage thought stays known, for routes that are tried later.
    expect((await world.store.item(bad))?.triaged).toBe(50);
    expect((await world.store.item(bad))?.state).toBe('open');
  });

  it('learns each act once: in two processes, after a crash, and asked again', async () => {
    await team();
    await clicks(5);
    await Promise.all([learning.tick(), learner(world.store).tick()]);
    expect(await lessons()).toBe(10);
    await world.does(ana, await opened('The dishwasher?'), { type: 'claim' });
    let dies = true;
    const dying = learner(
      withQueries(world.store, (queries) => ({
        saveHead: async (head) => {
          await queries.saveHead(head);
          if (dies) throw new Error('killed');
        },
      })),
    );
    await dying.tick();
    expect(await lessons()).toBe(10);
    expect(world.log.lines.at(-1)?.message).toContain('could not be learnt');
    dies = false;
    await Promise.all([dying.tick(), learning.tick()]);
    expect(await lessons()).toBe(11);
  });

  it('learns one thing of one item, and takes back what was reopened', async () => {
    await team();
    const id = await opened('The dishwasher?');
    await world.does(ana, id, { type: 'claim' });
    await world.does(ana, id, { type: 'release' });
    await world.does(ana, id, { type: 'claim' });
    await world.does(ana, id, { type: 'mark-answered' });
    await learning.tick();
    expect(await lessons()).toBe(1);
    const other = await opened('A giveaway?');
    await world.does(ana, other, { type: 'dismiss', reason: 'elsewhere' });
    await learning.tick();
    expect(await lessons()).toBe(1);
    await world.does(ana, other, { type: 'reopen' });
    await world.does(ana, other, { type: 'dismiss', reason: 'spam' });
    await learning.tick();
    await world.does(ana, other, { type: 'reopen' });
    await learning.tick();
    expect(await lessons()).toBe(4);
    expect(await world.store.sayings([id, other])).toEqual(
      new Map([
        [id, 'wanted'],
        [other, 'wanted'],
      ]),
    );
  });

  it('learns from words that are muted, once, and from those that are heard again', async () => {
    await team();
    await handlers.mute({ add: ['giveaway'] }, asked(mia).actor);
    await world.clock.advance(3_000);
    await learning.tick();
    await learning.tick();
    expect(await lessons()).toBe(1);
    await handlers.mute({ remove: ['giveaway'] }, asked(mia).actor);
    await world.clock.advance(3_000);
    await learning.tick();
    expect(await lessons()).toBe(2);
  });

  it('is told, switched off and on, and taken back to a version by managers alone', async () => {
    await team({ role: 'support' });
    expect((await ask('learning')).text).toContain('Nothing is learnt yet');
    await clicks(13);
    const versionOne = (await world.store.head(1))?.state;
    await clicks(13);
    const told = await ask('learning');
    expect(told.text).toContain('Learnt from 26 posts that somebody took and 26 that nobody wanted.');
    expect(told.text).toContain('Your team is for support');
    expect(JSON.stringify(told.notice)).toContain('usually dismisses what says “giveaway”');
    expect(JSON.stringify(told.notice)).toMatch(/"2: 5\d clicks, 20/);
    expect(await ask('learning', { action: 'back', version: '1' })).toMatchObject({ ok: false });
    expect(await ask('learning', { action: 'off' })).toMatchObject({ ok: false });

    expect((await ask('learning', { action: 'back', version: 'v1' }, mia)).text).toContain(
      'Version 1 holds again',
    );
    expect((await world.store.head(0))?.state).toEqual(versionOne);
    expect(await ask('learning', { action: 'back', version: '99' }, mia)).toMatchObject({ ok: false });
    expect(await ask('learning', { action: 'back', version: '0' }, mia)).toMatchObject({ ok: false });

    expect((await ask('learning', { action: 'off' }, mia)).text).toContain('Learning is off');
    await clicks(2);
    expect((await world.store.head(0))?.state).toEqual(versionOne);
    expect((await learning.team()).head).toBeNull();
    expect((await ask('learning')).text).toContain(`${mia.name} switched it off`);
    await ask('learning', { action: 'on' }, mia);
    await learning.tick();
    // What people did meanwhile taught nothing.
    expect((await world.store.head(0))?.state).toEqual(versionOne);
    expect((await learning.team()).head).not.toBeNull();
  });

  it('is off for good where potluck.yaml says so', async () => {
    await team({ allowed: false });
    await clicks(3);
    expect(await lessons()).toBe(0);
    expect(await ask('learning', { action: 'on' }, mia)).toEqual({
      ok: false,
      text: 'Learning stays off: potluck.yaml says learning: false.',
    });
  });

  it('begins anew from the ledger when texts are read in another way', async () => {
    await team();
    await clicks(5);
    const row = await world.store.head(0);
    if (!row) throw new Error('nothing was learnt');
    const state = row.state.slice();
    state[0] = (state[0] ?? 0) ^ 1;
    await world.store.saveHead({ ...row, state });
    await learning.tick();
    expect(await lessons()).toBe(10);
  });

  it('keeps a priority that a rule names', async () => {
    const fixed = {
      places: [],
      owner: null,
      priority: 50,
      fixed: true,
      watchers: [],
      digestOnly: false,
      by: [],
    } as const;
    await team({ role: 'support' }, { router: async () => () => fixed });
    const id = await opened('complaint: the lid?');
    expect(await world.store.item(id)).toMatchObject({ priority: 50 });
  });
});

describe('why', () => {
  it('tells what moved the priority, step by step', async () => {
    await team({ role: 'support' });
    await clicks(25);
    const id = await opened('complaint about the giveaway');
    const item = await world.store.item(id);
    const answer = await ask('why', { item: `#${id}` });
    expect(answer.text).toBe(`#${id} has priority ${item?.priority}`);
    const text = JSON.stringify(answer.notice);
    expect(text).toContain('+50 for what it is (complaint)');
    expect(text).toContain('+8 your team is for support: complaints come sooner');
    expect(text).toMatch(/−\d+ your team usually dismisses what says “giveaway”/);
    expect(text).toMatch(/your team usually dismisses what says “giveaway” \(−\d+\)/);
    expect(await ask('why', { item: '4711' })).toEqual({ ok: false, text: 'There is no #4711.' });
    expect(await ask('why', { item: 'x' })).toMatchObject({ ok: false });
  });
});
