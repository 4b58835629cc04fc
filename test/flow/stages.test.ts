import { afterEach, describe, expect, it } from 'vitest';
import type { Answer, Asked } from '../../src/chat/chat.ts';
import { type Actor, wasFiltered } from '../../src/domain/item.ts';
import { DEFAULT_PERMISSIONS } from '../../src/domain/permission.ts';
import { type Rule, ruleSchema } from '../../src/domain/routing-rule.ts';
import { dueAt, keptTarget, type Service, serviceSchema } from '../../src/domain/service.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { createAttention } from '../../src/flow/attention.ts';
import { createIncidents } from '../../src/flow/incidents.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { planChecks } from '../../src/flow/plan-checks.ts';
import { createPlans, type Plans } from '../../src/flow/plans.ts';
import { createPolicy } from '../../src/flow/policy.ts';
import { createStages, type Stages } from '../../src/flow/stages.ts';
import { findsPattern } from '../../src/patterns.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, ours, theirs } from '../support/flow.ts';
import { presenting, scriptedChat } from '../support/flow-chat.ts';
import { ana, from, mia, NOON } from '../support/items.ts';

const DAY = 24 * HOUR;
const TEAM = [{ chat: 'web', channel: 'team' }];

interface World extends Flow {
  readonly stages: Stages;
  readonly plans: Plans;
}

let world: World;
afterEach(() => world.store.close());

function partsOn(store: Store, clock: TestClock, stage: Stage, rules: readonly Rule[], changed: number[]) {
  const policy = createPolicy({
    managers: [mia],
    permissions: DEFAULT_PERMISSIONS,
    approval: null,
    blocked: [],
  });
  const sources = [{ name: 'blog', label: 'Blog', stage, engageWithinMs: DAY }];
  const stages: Stages = createStages({
    store,
    clock,
    policy,
    sources,
    rules,
    defaults: TEAM,
    own: new Set(),
    context: { finds: findsPattern, zone: 'UTC', working: null },
    changed: (ids) => changed.push(...ids),
    planned: (source) => plans.propose(source),
  });
  const plans: Plans = createPlans({
    store,
    clock,
    policy,
    stages,
    explicit: { hours: false, budget: ({ channel }) => channel === 'said' },
    defaults: TEAM,
    sources,
    notices: createNotices({ store, clock, nudge: () => {} }),
    places: TEAM,
    rules,
    zone: 'UTC',
    leases: { hold: async () => true },
    log: { warn: (fields) => expect(fields).toBeNull() },
  });
  return { stages, plans };
}

/** A source that begins in a stage, a day after noon. */
async function begin(stage: Stage, rules: readonly object[] = []): Promise<void> {
  const clock = testClock(NOON + DAY);
  const store = await openStore('file::memory:', { clock });
  const changed: number[] = [];
  const parts = partsOn(
    store,
    clock,
    stage,
    rules.map((rule) => ruleSchema.parse(rule)),
    changed,
  );
  const { stages, plans } = parts;
  const made = await flow({
    store,
    clock,
    router: stages.router,
    stageOf: stages.of,
    desk: [stages.part, plans.part],
  });
  world = { ...made, ...parts };
}

const asked = (actor: Actor): Asked => ({ actor: from(actor), channel: 'team', tz: null });
const run = (command: string, options: Record<string, string>, actor = mia): Promise<Answer> =>
  world.handlers().run(command, options, asked(actor));
const press = (rest: string, actor = mia): Promise<Answer> => world.handlers().press(rest, asked(actor));
const stage = (to: Stage): Promise<Answer> => run('stage', { source: 'blog', stage: to });

/** Questions, each a conversation, so many hours before now. */
async function hear(ages: readonly number[], text = 'what about this?', name = 'q'): Promise<void> {
  const now = world.clock.now();
  const posts = ages.map((age, index) =>
    theirs(`${name}${index}`, 0, {
      conversationId: `${name}${index}`,
      text: `${text} ${index}`,
      createdAt: now - age * HOUR,
    }),
  );
  await world.ingest(posts);
}

async function channels(conversationId: string): Promise<readonly string[]> {
  const rows = await world.store.cardsOf((await world.item(conversationId)).id);
  return rows.map(({ channel }) => channel);
}

const told = () => world.store.newestNotices('web', 20);

describe('listen', () => {
  it('counts and judges, and tells nobody', async () => {
    await begin('listen');
    await hear([1], 'complaint: broken');
    expect(await world.item('q0')).toMatchObject({ state: 'open', quiet: 'stage', kinds: ['complaint'] });
    expect((await world.events('q0'))[0]?.detail).toMatchObject({
      quiet: 'blog is in stage listen: nobody is told',
    });
    expect(await channels('q0')).toEqual([]);
    expect((await world.handlers().list({ source: 'blog' })).total).toBe(0);
    expect((await world.handlers().list({ source: 'blog', quiet: 'only' })).total).toBe(1);
    expect((await world.handlers().stats('week')).opened).toBe(1);
    await world.ingest([theirs('q0b', 0, { conversationId: 'q0', text: 'complaint: still broken' })]);
    expect(await channels('q0')).toEqual([]);
    await world.ingest([ours('a', 0, { conversationId: 'q0', createdAt: world.clock.now() })]);
    expect(await world.item('q0')).toMatchObject({ state: 'answered' });
    expect(await told()).toEqual([]);
  });

  it('becomes engage without a flood: what waits and is new comes before the team, the rest stays in the list', async () => {
    await begin('listen');
    await hear([30, 25, 23, 2], 'p=40 what?');
    await hear([1], 'p=90 what?', 'u');
    await hear([1], 'thanks', 't');
    await hear([1], 'spam', 's');
    expect(await run('stage', { source: 'blog', stage: 'engage' }, ana)).toMatchObject({
      ok: false,
      text: expect.stringContaining('Only managers'),
    });
    expect(await stage('engage')).toEqual({
      ok: true,
      text: 'Blog (blog) is engaged: 3 unanswered of the last 24 hours come before the team, the most urgent first; what is older stays in the quiet list: 2.',
    });
    const behind = await world.store.cardsBehind('web', world.clock.now(), 50);
    expect(behind.map(({ item }) => item.conversationId)).toEqual(['u0', 'q2', 'q3']);
    expect(await world.item('q0')).toMatchObject({ quiet: 'stage' });
    expect(await world.item('q2')).toMatchObject({ quiet: null });
    expect(await stage('engage')).toMatchObject({ ok: false, text: expect.stringContaining('already') });

    // Whoever writes again now is heard.
    await world.ingest([
      theirs('again', 0, { conversationId: 'q0', text: 'hello?', createdAt: world.clock.now() }),
    ]);
    expect(await channels('q0')).toEqual(['team']);
    await hear([0], 'another?', 'n');
    expect(await channels('n0')).toEqual(['team']);
  });

  it('becomes engage with an incident for many of a kind, within what the channel takes in', async () => {
    await begin('listen');
    const lids = [
      'my lid cracked',
      'the lid cracked in use',
      'lid cracked again',
      'cracked lid',
      'lid: cracked!',
    ];
    const now = world.clock.now();
    const ask = (id: string, text: string, age: number) =>
      theirs(id, 0, {
        conversationId: id,
        text,
        createdAt: now - age * HOUR,
        author: { id: `by-${id}`, name: `Person ${id}`, handle: '', url: null, avatarUrl: null },
      });
    // Hours apart: all of them come before the team in this one moment.
    await world.ingest(lids.map((text, n) => ask(`l${n}`, `complaint p=60 ${text}`, 20 - 4 * n)));
    await world.ingest(Array.from({ length: 9 }, (_, n) => ask(`q${n}`, `p=40 what about ${n}?`, 5)));
    await stage('engage');
    const wanted = (await Promise.all(lids.map((_, n) => channels(`l${n}`)))).filter((all) => all.length > 0);
    expect(wanted).toHaveLength(3);
    const incident = (await world.store.openIncidents(9))[0];
    expect(await world.store.incidentItems(incident?.id ?? 0, 9)).toHaveLength(5);

    const notices = createNotices({ store: world.store, clock: world.clock, nudge: () => {} });
    const shared = { store: world.store, clock: world.clock, notices, labelOf: (name: string) => name };
    await createIncidents({ ...shared, own: new Set() }).level();
    const chat = scriptedChat(world.clock, { intervalMs: 1_000 });
    const attention = createAttention({ ...shared, chat: 'web', budget: () => 5, names: [] });
    const at = presenting(world, chat, { attention });
    await world.clock.advance(60_000);
    await at.stop();
    expect([...chat.shown.values()].map(({ card }) => card.kinds[0])).toEqual([
      ...Array<string>(3).fill('complaint'),
      ...Array<string>(2).fill('question'),
    ]);
    expect([...chat.heard.values()].map(({ notice }) => notice.title)).toEqual([
      expect.stringMatching(/^5 similar complaints.*lid/),
      expect.stringMatching(/^7 more conversations wait/),
    ]);
    // Silenced and engaged again, it is no second incident, and nothing is compared with itself.
    await stage('listen');
    await stage('engage');
    expect(await world.store.openIncidents(9)).toHaveLength(1);
  });

  it('silences again: nothing new, no card that was not posted yet, and what somebody took stays theirs', async () => {
    await begin('engage');
    await hear([1, 1, 1]);
    const [shown, taken, unposted] = await Promise.all(['q0', 'q1', 'q2'].map((id) => world.item(id)));
    const [row] = await world.store.cardsOf(shown?.id ?? 0);
    if (!row || !taken || !unposted) throw new Error('three items with cards');
    await world.store.saveCards([{ ...row, ref: 'm1', shownVersion: 1, postingAt: 1 }]);
    await world.does(ana, taken.id, { type: 'claim' });
    expect(await stage('listen')).toMatchObject({ ok: true, text: expect.stringContaining('only listens') });
    expect([await channels('q0'), await channels('q1'), await channels('q2')]).toEqual([
      ['team'],
      ['team'],
      [],
    ]);
    expect((await world.item('q1')).quiet).toBeUndefined();
    await hear([0], 'new?', 'n');
    expect(await channels('n0')).toEqual([]);
    // It comes back after it was closed: on its card, and to nobody's ears.
    await world.does(mia, taken.id, { type: 'mark-answered' });
    await world.clock.advance(HOUR);
    await world.ingest([theirs('again', 0, { conversationId: 'q1', createdAt: world.clock.now() })]);
    expect(await world.item('q1')).toMatchObject({ state: 'open', quiet: 'stage', followUps: 1 });
  });

  it('is kept over a restart, whatever potluck.yaml begins with', async () => {
    await begin('engage');
    await stage('listen');
    const { stages } = partsOn(world.store, world.clock, 'engage', [], []);
    expect(await stages.of(world.store, 'blog')).toBe('listen');
    expect(await stages.of(world.store, 'chat:web')).toBe('engage');
  });

  it('does not hold back what a colleague found, nor a twin on an engaged source', async () => {
    await begin('listen');
    const words = 'question: does the lid of the Grande survive the dishwasher?';
    await hear([1], words);
    const twin = { ...theirs('o1', 0, { conversationId: 'o1', text: `${words} 0` }), source: 'other' };
    await world.ingest([twin]);
    expect(await world.store.itemOf('other', 'o1')).toBeNull();
    expect(await world.item('q0')).toMatchObject({ quiet: null });
    expect(await channels('q0')).toEqual(['team']);
  });
});

describe('the stage command', () => {
  it('tells where we are and where the customers are', async () => {
    await begin('listen');
    await hear([1, 2]);
    await world.ingest([{ ...theirs('o1', 0), source: 'other' }]);
    const all = await run('stage', {}, ana);
    expect(JSON.stringify(all.notice)).toContain('Blog (blog): listen · 67 % of what customers wrote');
    expect(await run('stage', { source: 'blog' }, ana)).toEqual({
      ok: true,
      text: 'Blog (blog) is in stage “listen”, by potluck.yaml.',
    });
    await stage('engage');
    expect((await run('stage', { source: 'blog' }, ana)).text).toContain('set by Mia');
    expect(await run('stage', { source: 'nowhere', stage: 'listen' })).toMatchObject({ ok: false });
    expect(await run('stage', { source: 'blog', stage: 'dance' })).toMatchObject({ ok: false });
  });
});

describe('plan', () => {
  const quiet = ['new follower 1', 'new follower 2', 'new follower 3'];

  async function week(): Promise<void> {
    await hear(
      Array.from({ length: 40 }, (_, index) => 10 * 24 - index * 6),
      'what about it?',
    );
    const now = world.clock.now();
    await world.ingest(
      Array.from({ length: 10 }, (_, index) =>
        theirs(`f${index}`, 0, {
          conversationId: `f${index}`,
          via: 'follow',
          text: quiet[index % 3] ?? '',
          createdAt: now - index * 20 * HOUR,
        }),
      ),
    );
  }

  it('proposes at once, and what a manager accepts holds', async () => {
    await begin('listen', [{ when: { kinds: ['praise'] }, to: ['web:praise'] }, { to: ['web:rest'] }]);
    await week();
    await stage('plan');
    const [first, ...more] = await told();
    expect(more).toEqual([]);
    expect(first?.notice).toMatchObject({
      title: 'How to go on with Blog (blog)',
      buttons: [{ press: 'plan:accept:blog:1' }, { press: 'plan:later:blog:1' }],
    });
    await world.plans.tick();
    await world.plans.tick();
    expect(await told()).toHaveLength(1);
    expect((await told())[0]?.version).toBe(1);
    await hear([0], 'while it is planned?', 'w');
    expect(await channels('w0')).toEqual([]);

    expect(await press('plan:accept:blog:1', ana)).toMatchObject({
      ok: false,
      text: expect.stringContaining('Only managers'),
    });
    expect(await press('plan:accept:blog:2')).toMatchObject({ ok: false });
    expect(await press('plan:accept:blog:1')).toMatchObject({ ok: true });
    expect(await press('plan:accept:blog:1')).toMatchObject({ ok: false });
    expect(await press('plan:later:blog:1')).toMatchObject({ ok: false });
    expect((await told())[0]?.notice).toMatchObject({
      buttons: [{ label: 'Take back', press: expect.stringMatching(/^plan:undo:blog:\d+$/) }],
      tone: 'grey',
    });
    expect(JSON.stringify((await told())[0]?.notice)).toContain('Accepted by Mia.');
    expect(await channels('w0')).toEqual(['rest']);

    // The rules of potluck.yaml first, then the accepted ones, then its rest.
    await hear([0], 'what now?', 'n');
    expect((await world.events('n0'))[0]?.detail.routed).toContain('of the plan for blog: question');
    await world.ingest([
      theirs('g1', 0, { conversationId: 'g1', via: 'follow', createdAt: world.clock.now(), text: '' }),
    ]);
    expect(await world.item('g1')).toMatchObject({ quiet: 'rule' });
    await hear([0], 'complaint: no plan for this', 'c');
    expect(await channels('c0')).toEqual(['rest']);
    expect(world.stages.budget({ chat: 'web', channel: 'rest' }, 20)).toBe(3);
    expect(world.stages.budget({ chat: 'web', channel: 'praise' }, 20)).toBe(20);
    const shown = await run('plan', { source: 'blog' }, ana);
    expect(shown).toMatchObject({
      ok: true,
      text: expect.stringContaining('Accepted by Mia. Routes: 2 rules'),
    });
    expect(shown.notice?.buttons).toMatchObject([{ label: 'Take back' }]);
  });

  it('holds after a restart for routes, hours and budget, and until a manager takes it back', async () => {
    await begin('listen', [{ to: ['web:rest'] }]);
    await week();
    await stage('plan');
    await press('plan:accept:blog:1');
    const fresh = () =>
      partsOn(world.store, world.clock, 'listen', [ruleSchema.parse({ to: ['web:rest'] })], []);
    const { stages, plans } = fresh();
    await stages.refresh();
    const [accepted] = await stages.accepted();
    const hours = stages.hours.get('blog');
    if (!accepted || !hours) throw new Error('an accepted plan');
    expect(stages.budget({ chat: 'web', channel: 'rest' }, 20)).toBe(accepted.cardsPerHour);

    // A question at the end of the planned day is due on the next one, by its own hours.
    const service: Service = {
      targets: [serviceSchema.parse({ targets: [{ answer: '2h' }] }).targets?.[0] ?? expect.fail()],
      working: null,
      hours: stages.hours,
    };
    const evening = Date.UTC(2026, 5, 10, accepted.hours.to) - HOUR;
    const [day = 0] = accepted.hours.days;
    expect(accepted.hours.days).toHaveLength(7);
    const item = { ...(await world.item('q0')), state: 'open' as const, waitingSince: evening };
    expect(dueAt(service, item)).toBe(Date.UTC(2026, 5, 11, accepted.hours.from) + HOUR);
    expect(
      dueAt(
        { ...service, working: { ...hours, week: hours.week.map(() => [{ from: 0, to: 1_440 }]) } },
        item,
      ),
    ).toBe(evening + 2 * HOUR);
    expect(dueAt(service, { ...item, source: 'other' })).toBe(evening + 2 * HOUR);
    expect(
      keptTarget(service, {
        ...item,
        itemId: 1,
        by: 'Ana',
        at: Date.UTC(2026, 5, 11, accepted.hours.from) + HOUR,
        waitedMs: Date.UTC(2026, 5, 11, accepted.hours.from) + HOUR - evening,
      }),
    ).toBe(true);
    expect(day).toBe(0);

    const undo = (await told())[0]?.notice.buttons[0]?.press ?? '';
    const button = (rest: string, actor: Actor) =>
      plans.part.presses?.plan?.(rest.replace(/^plan:/, ''), {
        actor: { ...from(actor), role: actor.role },
        channel: 'team',
        tz: null,
        chat: 'web',
      });
    expect(await button(undo, ana)).toMatchObject({
      ok: false,
      text: expect.stringContaining('Only managers'),
    });
    expect(await button(undo, mia)).toMatchObject({ ok: true, text: expect.stringContaining('taken back') });
    expect(await button(undo, mia)).toMatchObject({ ok: false });
    expect((await told())[0]?.notice).toMatchObject({ buttons: [] });
    expect(JSON.stringify((await told())[0]?.notice)).toContain('Taken back by Mia.');
    expect([stages.hours.size, stages.budget({ chat: 'web', channel: 'rest' }, 20)]).toEqual([0, 20]);
    // Another process sees it, too, and the rules of the plan no longer hold.
    await world.clock.advance(3_000);
    await hear([0], 'what now?', 'n');
    expect((await world.events('n0'))[0]?.detail.routed).toBe('rule 1: everything → rest');
    expect(await stages.of(world.store, 'blog')).toBe('engage');
    expect(dueAt(service, item)).toBe(evening + 2 * HOUR);
    expect((await run('plan', { source: 'blog' }, ana)).text).toContain('Nothing is accepted for Blog');
  });

  it('says what potluck.yaml decides instead, and what of it leads nowhere any more', async () => {
    const plan = {
      source: 'blog',
      at: 1,
      by: { id: mia.id, name: mia.name },
      hours: { days: [1, 2], from: 9, to: 17, share: 1 },
      cardsPerHour: 6,
      rules: [ruleSchema.parse({ when: { kinds: ['question'] }, to: ['web:said', 'slack:C1'] })],
      lost: 1,
    };
    await begin('listen');
    const explicit = { hours: true, budget: ({ channel }: { channel: string }) => channel === 'said' };
    const checks = planChecks([plan], { defaults: TEAM, explicit, chats: ['web'] });
    expect(checks.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(checks[0]?.what).toContain(
      'Mon–Tue 9:00–17:00 were accepted; team.hours in potluck.yaml hold instead',
    );
    expect(checks[0]?.what).toContain('6 cards an hour; for web:said potluck.yaml (attention) holds instead');
    expect(checks[1]?.what).toContain('leads to slack:C1, which is not connected');
    expect(checks[2]?.what).toContain('1 rule that this version does not understand');
  });

  it('asks again a week after “not yet”, with what it heard until then', async () => {
    await begin('plan');
    await hear([1, 2]);
    await world.plans.tick();
    expect(JSON.stringify((await told())[0]?.notice)).toContain('That is little: 2 posts');
    expect(await press('plan:later:blog:1')).toMatchObject({
      ok: true,
      text: expect.stringContaining('Mia'),
    });
    await world.clock.advance(7 * DAY - HOUR);
    await world.plans.tick();
    expect(await told()).toHaveLength(1);
    await world.clock.advance(2 * HOUR);
    await hear([1]);
    await world.plans.tick();
    const [second, first] = await told();
    expect(second?.notice.buttons[0]).toMatchObject({ press: 'plan:accept:blog:2' });
    expect(first?.notice.buttons).toEqual([]);
    expect(await press('plan:accept:blog:1')).toMatchObject({ ok: false });
    expect(await world.stages.of(world.store, 'blog')).toBe('plan');
  });

  it('is proposed once by two processes, and anew when the source comes back to it', async () => {
    await begin('plan');
    await hear([1, 2]);
    const other = partsOn(world.store, world.clock, 'plan', [], []);
    await Promise.all([world.plans.tick(), other.plans.tick(), world.plans.tick(), other.plans.tick()]);
    expect(await told()).toHaveLength(1);
    await world.clock.advance(HOUR);
    await stage('listen');
    await world.clock.advance(HOUR);
    expect(await press('plan:accept:blog:1')).toMatchObject({ ok: false });
    await stage('plan');
    expect((await told())[0]?.notice.buttons[0]?.press).toBe('plan:accept:blog:2');
    await other.plans.tick();
    expect(await told()).toHaveLength(2);
  });

  it('is shown for any source at any time, and changes nothing', async () => {
    await begin('engage');
    await hear([1, 30]);
    const shown = await run('plan', { source: 'blog' }, ana);
    expect(shown.text).toBe('Nothing is accepted for Blog yet; potluck.yaml alone holds.');
    expect(shown.notice?.buttons).toEqual([]);
    expect(await run('plan', { source: 'x' })).toMatchObject({ ok: false });
    expect(await told()).toEqual([]);
    expect(wasFiltered(await world.item('q0'))).toBe(false);
  });
});
