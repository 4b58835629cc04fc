import { afterEach, describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../src/domain/calendar-event.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { Layer, OnCallPlan } from '../../src/domain/oncall.ts';
import type { Colleague } from '../../src/domain/rotation.ts';
import type { WorkingTime } from '../../src/domain/working-time.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { DutyDeps } from '../../src/flow/duty.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, MINUTE, theirs } from '../support/flow.ts';
import { ana, ben, mia } from '../support/items.ts';

const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const colleague = ({ id, name }: { id: string; name: string }, ...more: string[]): Colleague => ({
  id,
  name,
  ids: [id, ...more],
  email: null,
});
const ANA = colleague(ana, 'slack:T1/U1');
const BEN = colleague(ben);
const CLEO = colleague({ id: 'web:cleo', name: 'Cleo' });

/** Mondays at 9 in Berlin. Ana has the week of 2026-03-23, Ben the one after. */
function weekly(people: readonly Colleague[] = [ANA, BEN], name = 'first'): Layer {
  const rotation = { people, zone: 'Europe/Berlin', start: '2026-03-23', days: 7, minutes: 540 };
  return { name, roster: { from: 'rotation', rotation }, hours: null };
}
const plan = (...layers: readonly Layer[]): OnCallPlan => ({ layers, mention: 'urgent' });
const OFFICE: WorkingTime = {
  zone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: new Set(),
};

let worlds: Flow[] = [];
afterEach(async () => {
  for (const world of new Set(worlds)) await world.store.close();
  worlds = [];
});

async function open(duty: Partial<DutyDeps>, more: { clock?: TestClock; store?: Store } = {}): Promise<Flow> {
  const world = await flow({ ...more, duty: { zone: 'Europe/Berlin', ...duty } });
  if (!more.store) worlds.push(world);
  return world;
}

/** What was said in the web room, oldest first. */
async function told({ store }: Flow): Promise<readonly Notice[]> {
  return (await store.newestNotices('web', 200)).map(({ notice }) => notice).reverse();
}
const titles = async (world: Flow): Promise<readonly string[]> =>
  (await told(world)).map(({ title }) => title);

const asked = (actor: typeof ana) => ({
  actor: { id: actor.id, name: actor.name, surface: actor.surface },
  channel: 'all',
  tz: null,
});
const run = (world: Flow, actor: typeof ana, options: Record<string, string> = {}) =>
  world.handlers().run('oncall', options, asked(actor));
const press = (world: Flow, actor: typeof ana, what: string) => world.handlers().press(what, asked(actor));

describe('a hand-over', () => {
  it('is told once at each change, with who had it, who has it, and what is open', async () => {
    const clock = testClock(at('2026-03-29T12:00:00Z'));
    const world = await open({ plan: plan(weekly()) }, { clock });
    await world.ingest([theirs('p1', 0, { text: 'complaint p=90: the lid broke' })]);
    await world.duty.watch();
    // The morning after the clocks have changed, at nine by the clock on the wall.
    await clock.advance(19 * HOUR - MINUTE);
    await world.duty.watch();
    expect(await titles(world)).not.toContain('On call: Ben');
    await clock.advance(MINUTE);
    for (let times = 0; times < 3; times++) await world.duty.watch();
    const handOver = (await told(world)).find(({ title }) => title === 'On call: Ben');
    // Named, and called only for what is urgent.
    expect(handOver).toMatchObject({ mention: [] });
    expect(handOver?.blocks[0]).toEqual({
      type: 'text',
      text: 'Ben has it until Mon 6 Apr, 09:00 (Europe/Berlin). Before: Ana. Next: Ana.',
    });
    expect(JSON.stringify(handOver?.blocks)).toContain('Complaint by');
    expect(handOver?.blocks[1]).toMatchObject({ figures: [{ value: '1' }, { value: '0' }] });
    expect((await titles(world)).filter((title) => title === 'On call: Ben')).toHaveLength(1);
  });

  it('leaves out what nobody is told of, and counts similar complaints as what they are: one matter, each once', async () => {
    const clock = testClock(at('2026-03-24T12:00:00Z'));
    const world = await open({ plan: plan(weekly()) }, { clock });
    await world.duty.watch();
    const lids = ['my lid cracked today', 'the lid cracked in use', 'lid cracked again', 'cracked lid here'];
    await world.ingest(
      lids.map((text, n) =>
        theirs(`l${n}`, n, {
          conversationId: `l${n}`,
          text: `complaint p=${60 + n} ${text}`,
          author: { id: `p${n}`, name: `Person ${n}`, handle: '', url: null, avatarUrl: null },
        }),
      ),
    );
    await world.ingest([theirs('q', 9, { conversationId: 'q', text: 'question p=40' })]);
    const quiet = await world.store.createItem({
      ...(await world.item('q')),
      conversationId: 'silent',
      quiet: 'rule',
    });
    expect(quiet).not.toBeNull();
    await clock.advance(6 * DAY);
    await world.duty.watch();
    const handOver = (await told(world)).at(-1);
    expect(handOver?.title).toBe('On call: Ben');
    expect(handOver?.blocks.slice(1)).toMatchObject([
      { figures: [{ label: 'unclaimed', value: '5' }, { value: '0' }] },
      {
        lines: [
          { text: expect.stringMatching(/^4 similar complaints, the most urgent: Complaint by Person 3/) },
          { text: expect.stringMatching(/^Question by/) },
        ],
      },
    ]);
  });

  it('is told late but once after an outage, and only the one that holds', async () => {
    const clock = testClock(at('2026-03-24T12:00:00Z'));
    const first = await open({ plan: plan(weekly([ANA, BEN, CLEO])) }, { clock });
    await first.duty.watch();
    await clock.advance(15 * DAY);
    // Another process, started after the outage.
    const second = await open({ plan: plan(weekly([ANA, BEN, CLEO])) }, { clock, store: first.store });
    await Promise.all([first.duty.watch(), second.duty.watch()]);
    expect(await titles(first)).toEqual(['On call: Ana', 'On call: Cleo']);
    expect((await told(first)).at(-1)?.blocks[0]).toMatchObject({
      text: expect.stringContaining('Before: Ben.'),
    });
  });

  it('calls nobody at night, and is not told for the pauses of a layer', async () => {
    const clock = testClock(at('2026-03-27T12:00:00Z'));
    const daily: Layer = {
      name: 'first',
      roster: {
        from: 'rotation',
        rotation: { people: [ANA, BEN], zone: 'Europe/Berlin', start: '2026-03-27', days: 3, minutes: 120 },
      },
      hours: null,
    };
    const world = await open({ plan: plan(daily), service: { targets: [], working: OFFICE } }, { clock });
    await world.duty.watch();
    // 02:30 on the Monday after the change: at night.
    await clock.advance(2.5 * DAY + HOUR / 2);
    await world.duty.watch();
    const [, atNight] = await told(world);
    expect(atNight).toMatchObject({ title: 'On call: Ben', mention: [] });

    const office = await open({ plan: plan({ ...weekly([ANA]), hours: OFFICE }) }, { clock });
    for (let hour = 0; hour < 72; hour++) {
      await office.duty.watch();
      await clock.advance(HOUR);
    }
    expect(await titles(office)).toEqual(['On call: Ana']);
  });

  it('goes on with the other layers when a calendar cannot be read', async () => {
    const clock = testClock(at('2026-03-24T12:00:00Z'));
    let broken = true;
    const event: CalendarEvent = {
      uid: '1',
      title: 'Cleo',
      start: clock.now() - HOUR,
      end: clock.now() + HOUR,
      isPrivate: false,
      allDay: false,
      attendees: [],
    };
    const calendars = new Map([
      [
        'x.ics',
        {
          problem: () => null,
          eventsBetween: async () => {
            if (broken) throw new UnavailableError('away');
            return [event];
          },
        },
      ],
    ]);
    const fromCalendar: Layer = {
      name: 'second',
      roster: { from: 'calendar', place: 'x.ics', people: [CLEO] },
      hours: null,
    };
    const world = await open({ plan: plan(weekly(), fromCalendar), calendars }, { clock });
    await world.duty.watch();
    expect(await titles(world)).toEqual(['On call (first): Ana']);
    expect(world.log.lines.map(({ fields }) => fields)).toContainEqual({ layer: 'second', error: 'away' });
    expect((await run(world, ana)).notice?.blocks).toContainEqual({
      type: 'text',
      text: 'Nobody can say: away',
    });
    broken = false;
    await world.duty.watch();
    expect(await titles(world)).toEqual(['On call (first): Ana', 'On call (second): Cleo']);
  });

  it('takes the people of a group, and keeps them while the chat is out of order', async () => {
    const clock = testClock(at('2026-03-24T12:00:00Z'));
    let asks = 0;
    const slack = {
      kind: 'slack',
      label: 'Slack',
      groupMembers: async () => {
        asks += 1;
        if (asks > 1) throw new UnavailableError('away');
        return [ana, ben];
      },
    };
    const layer: Layer = { name: 'first', roster: { from: 'group', group: 'slack:S1' }, hours: null };
    const world = await open({ plan: plan(layer), chats: [slack] }, { clock });
    await world.duty.watch();
    await world.duty.watch();
    expect(asks).toBe(1);
    await clock.advance(6 * MINUTE);
    expect((await run(world, ana)).text).toBe('On call: Ana and Ben.');
    expect(asks).toBe(2);
    const alone = await open({ plan: plan(layer) }, { clock });
    expect((await run(alone, ana)).notice?.blocks[0]).toMatchObject({
      text: expect.stringContaining('has no groups'),
    });
  });
});

describe('what people change', () => {
  const clockAt = (text = '2026-03-25T10:00:00Z') => testClock(at(text));

  it('is who stands in, told at once, and taken back with a button', async () => {
    const clock = clockAt();
    const world = await open({ plan: plan(weekly()) }, { clock });
    await world.duty.watch();
    const answer = await run(world, ana, { action: 'swap', who: ben.id, 'who.name': 'Ben', when: 'today' });
    expect(answer).toMatchObject({
      ok: true,
      text: 'Ben is on call (first) from now until Thu 26 Mar, 00:00 (Europe/Berlin).',
    });
    expect((await run(world, mia)).text).toBe('On call: Ben.');
    const [undo] = answer.notice?.buttons ?? [];
    expect((await press(world, ana, undo?.press ?? '')).text).toBe(
      'Taken back: Ben no longer stands in (first).',
    );
    expect((await press(world, ana, undo?.press ?? '')).ok).toBe(false);
    expect(await titles(world)).toEqual(['On call: Ana', 'On call: Ben', 'On call: Ana']);
    const [swap] = await world.store.swaps(0);
    expect(swap).toMatchObject({
      by: { name: 'Ana' },
      person: { name: 'Ben' },
      undone: { by: { name: 'Ana' } },
    });
  });

  it('is who is named, where the chat knows no mention', async () => {
    const world = await open({ plan: plan(weekly()) }, { clock: clockAt() });
    for (const when of ['@Ben tomorrow', 'ben, tomorrow'])
      expect((await run(world, ana, { action: 'swap', when })).text).toContain(
        'Ben is on call (first) from Thu 26 Mar',
      );
    for (const when of ['@Benjamin tomorrow', 'tomorrow', '', '@'])
      expect(await run(world, ana, { action: 'swap', when })).toMatchObject({ ok: false });
  });

  it('may be taken over from the hand-over, as long as it is the one that holds', async () => {
    const clock = clockAt();
    const world = await open({ plan: plan(weekly()) }, { clock });
    await world.duty.watch();
    const [button] = (await told(world))[0]?.buttons ?? [];
    expect(await press(world, ben, button?.press ?? '')).toMatchObject({ ok: true });
    expect((await run(world, ben)).text).toBe('On call: Ben.');
    expect(await press(world, ben, button?.press ?? '')).toMatchObject({
      ok: false,
      text: expect.stringContaining('has changed hands'),
    });
    expect(await run(world, ben, { action: 'take' })).toMatchObject({ ok: false });
  });

  it('is for those who take turns, and managers', async () => {
    const clock = clockAt();
    const world = await open({ plan: plan(weekly()) }, { clock });
    const stranger = { ...ana, id: 'web:zoe', name: 'Zoe' };
    const refused = await run(world, stranger, { action: 'take', when: 'today' });
    expect(refused).toMatchObject({ ok: false, text: expect.stringContaining('Only those who take turns') });
    expect(await world.store.swaps(0)).toEqual([]);
    expect(await run(world, mia, { action: 'swap', who: 'web:zoe', 'who.name': 'Zoe' })).toMatchObject({
      ok: true,
    });
    expect((await run(world, stranger)).text).toBe('On call: Zoe.');
    // The same person by another of their ids.
    const onSlack = { ...ana, id: 'slack:T1/U1', surface: 'slack' };
    expect(await run(world, onSlack, { action: 'take', when: 'tomorrow' })).toMatchObject({ ok: true });
    expect(await run(world, onSlack, { action: 'undo' })).toMatchObject({ ok: true });
  });

  it('needs a time that can be, and the right layer', async () => {
    const clock = clockAt();
    const world = await open({ plan: plan(weekly(), weekly([CLEO], 'second')) }, { clock });
    for (const when of ['yesterday', '2026-02-30', 'x'.repeat(4_000)])
      expect(await run(world, ana, { action: 'take', when })).toMatchObject({ ok: false });
    expect(await run(world, ana, { action: 'swap' })).toMatchObject({ ok: false });
    expect(await run(world, ana, { action: 'swap', when: '@Nobody today' })).toMatchObject({ ok: false });
    await run(world, ana, { action: 'take', when: 'second 3h' });
    expect(await world.store.swaps(0)).toMatchObject([{ layer: 'second', until: clock.now() + 3 * HOUR }]);
    for (const what of ['oncall:take:nowhere:0', 'oncall:undo:9999', 'oncall:x', 'oncall:take:first:1'])
      expect(await press(world, ana, what)).toMatchObject({ ok: false });
  });

  it('is nothing where nobody is on call', async () => {
    const world = await open({});
    expect(await run(world, ana)).toMatchObject({
      ok: true,
      text: expect.stringContaining('Nobody is on call'),
    });
    await world.duty.watch();
    expect(await told(world)).toEqual([]);
  });
});

describe('a call', () => {
  it('goes to whoever is on call, in the thread of the card, once and again when the author comes back', async () => {
    const clock = testClock(at('2026-03-25T22:00:00Z'));
    const pair = plan(weekly(), weekly([CLEO], 'second'));
    const world = await open({ plan: pair, service: { targets: [], working: OFFICE } }, { clock });
    const noon = (at('2026-03-25T21:50:00Z') - at('2026-06-01T12:00:00Z')) / MINUTE;
    await world.ingest([
      theirs('p1', noon, { text: 'complaint p=90: the lid broke' }),
      theirs('p2', noon, { conversationId: 'p2', text: 'complaint p=70: slow' }),
    ]);
    const again = await open(
      { plan: pair, service: { targets: [], working: OFFICE } },
      { clock, store: world.store },
    );
    await Promise.all([world.duty.watch(), again.duty.watch()]);
    await world.duty.watch();
    const rows = (await world.store.newestNotices('web', 50)).filter(({ thread }) => thread !== null);
    expect(rows).toMatchObject([
      {
        notice: { title: 'Urgent: complaint by Carla', mention: ANA.ids },
        thread: (await world.item('p1')).id,
      },
    ]);
    await world.does(ana, (await world.item('p1')).id, { type: 'mark-answered' });
    await clock.advance(HOUR);
    await world.ingest([theirs('p3', noon + 65, { text: 'complaint p=95: again' })]);
    await world.duty.watch();
    await again.duty.watch();
    expect((await titles(world)).filter((title) => title.startsWith('Urgent'))).toHaveLength(2);
  });

  it('never comes for what nobody shall be told of, nor does any reminder', async () => {
    for (const stage of ['listen', 'engage'] as const) {
      const clock = testClock(at('2026-03-25T22:00:00Z'));
      const duty: Partial<DutyDeps> = {
        zone: 'Europe/Berlin',
        plan: plan(weekly()),
        service: { targets: [{ when: {}, answer: HOUR, clock: 'always' }], working: null },
        steps: { remind: 0.5, release: null, next: 0.75, managers: 1, morning: true },
        managers: [{ id: mia.id, name: mia.name }],
      };
      const world = await flow({ clock, duty, stageOf: async () => stage });
      worlds.push(world);
      await world.duty.watch();
      const late = (clock.now() - at('2026-06-01T12:00:00Z')) / MINUTE;
      await world.ingest([theirs('p1', late, { text: 'complaint p=90: the lid broke' })]);
      for (let hour = 0; hour < 3; hour++) {
        await world.duty.watch();
        await world.duty.serve();
        await clock.advance(HOUR);
      }
      const about = (await titles(world)).filter((title) => !title.startsWith('On call'));
      if (stage === 'listen') expect(about).toEqual([]);
      else expect(about.length).toBeGreaterThan(1);
    }
  });

  it('waits for a layer that is awake, goes to the next one meanwhile, and never comes where it is switched off', async () => {
    const clock = testClock(at('2026-03-25T22:00:00Z'));
    const noon = (at('2026-03-25T21:50:00Z') - at('2026-06-01T12:00:00Z')) / MINUTE;
    const urgent = theirs('p1', noon, { text: 'complaint p=90: the lid broke' });
    const day = { ...weekly(), hours: OFFICE };
    const next = await open({ plan: plan(day, weekly([CLEO], 'second')) }, { clock });
    await next.ingest([urgent]);
    await next.duty.watch();
    expect((await told(next)).at(-1)).toMatchObject({ mention: ['web:cleo'] });

    const alone = await open({ plan: plan(day) }, { clock });
    await alone.ingest([urgent]);
    await alone.duty.watch();
    expect(await told(alone)).toEqual([]);

    const never = await open({ plan: { ...plan(weekly()), mention: 'never' } }, { clock });
    await never.ingest([urgent]);
    await never.duty.watch();
    expect(await titles(never)).toEqual(['On call: Ana']);
  });
});
