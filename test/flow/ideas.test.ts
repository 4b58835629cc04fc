import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import { dayIn, instantOf, minutesIn } from '../../src/domain/calendar.ts';
import type { CalendarEvent } from '../../src/domain/calendar-event.ts';
import type { Item } from '../../src/domain/item.ts';
import { mondayOf } from '../../src/domain/prompts/cadence.ts';
import { LIBRARY } from '../../src/domain/prompts/library.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { testClock } from '../support/clock.ts';
import { type Flow, type FlowOptions, flow, HOUR, MINUTE, theirs, withQueries } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from } from '../support/items.ts';

const ZONE = 'Europe/Berlin';
const DAY = 24 * HOUR;
const at = (day: string, minutes: number): number => instantOf(day, minutes, ZONE);
const SETTINGS = { to: ['web:ideas'], sources: ['blog'] } satisfies FlowOptions['prompts'];
const OFTEN = { ...SETTINGS, cadence: { perWeek: 2, apart: '20h' } };

let source: ScriptedSource;
let worlds: Flow[];
beforeEach(() => {
  worlds = [];
  source = scriptedSource({ can: { publish: true } });
});
afterEach(async () => {
  for (const { store } of worlds) await store.close().catch(() => {});
});

async function begin(
  day: string,
  { quiet = false, ...options }: FlowOptions & { quiet?: boolean } = {},
): Promise<Flow> {
  const world = await flow({
    clock: testClock(at(day, 0)),
    sources: [source],
    ...(quiet ? {} : { prompts: OFTEN }),
    places: [],
    ...options,
  });
  worlds.push(world);
  return world;
}

const event = (title: string, start: number, change: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid: title,
  title,
  start,
  end: start + HOUR,
  allDay: false,
  isPrivate: false,
  attendees: [],
  ...change,
});

/** Lets time pass, looking every half hour by day and every few hours by night. */
async function pass(
  worlds: Flow | readonly Flow[],
  ms: number,
  each: (now: number) => Promise<void> | void = () => {},
): Promise<void> {
  const all = [worlds].flat();
  const [{ clock } = { clock: testClock() }] = all;
  const end = clock.now() + ms;
  while (clock.now() < end) {
    const hour = minutesIn(clock.now(), ZONE) / 60;
    const step = hour >= 9 && hour < 17 ? 30 * MINUTE : HOUR * (hour < 8 ? 3 : 1);
    await clock.advance(Math.min(step, end - clock.now()));
    await Promise.all(all.map(({ ideas }) => ideas.tick()));
    await each(clock.now());
  }
}

const items = (store: Store): Promise<readonly Item[]> =>
  store.items({ order: 'recent', limit: 200 }).then((all) => [...all].sort((a, b) => a.id - b.id));
const handlers = (world: Flow): ChatHandlers => world.handlers('web', ['ideas']);

describe('ideas that come by themselves', () => {
  it('are cards that nobody has, with a text of the library, in the place that was set up', async () => {
    const world = await begin('2026-06-01');
    while ((await items(world.store)).length === 0) await pass(world, 15 * MINUTE);
    const made = await items(world.store);
    const first = await world.store.item(made[0]?.id ?? 0);
    expect(first).toMatchObject({
      state: 'open',
      origin: 'prompt',
      owner: null,
      source: 'blog',
      waitingSince: null,
    });
    const card = await handlers(world).card(first?.id ?? 0);
    expect(card).toMatchObject({
      author: { name: 'Potluck suggests', known: expect.stringContaining('an idea for a post of ours: ') },
      url: null,
      reply: { account: '@potluck.example on Scripted' },
      dismissReasons: ['other', 'not-for-us'],
    });
    expect(card?.text).toBe(card?.draft?.text);
    expect(await world.store.cardsOf(first?.id ?? 0)).toMatchObject([{ chat: 'web', channel: 'ideas' }]);
    expect(source.published).toEqual([]);
    expect(world.changed).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
  });

  it('do not come where nothing is set up, nor out of hours, nor again when looked at twice', async () => {
    const none = await flow({ clock: testClock(at('2026-06-01', 0)), sources: [source] });
    worlds.push(none);
    await pass(none, 3 * DAY);
    expect(await items(none.store)).toEqual([]);
    const world = await begin('2026-06-01');
    await pass(world, 7 * DAY, async (now) => {
      await Promise.all([world.ideas.tick(), world.ideas.tick()]);
      for (const { openedAt } of await items(world.store)) expect(openedAt).toBeLessThanOrEqual(now);
    });
    const made = await items(world.store);
    expect(made).toHaveLength(2);
    for (const { openedAt } of made) {
      const local = new Date(openedAt).toLocaleString('en-GB', {
        timeZone: ZONE,
        hour: 'numeric',
        weekday: 'short',
      });
      expect(local).toMatch(/^(?:Mon|Tue|Wed|Thu|Fri),? 1[0-5]$/);
    }
  });

  it('keep to their cadence over weeks, with restarts at every step, two processes, and a change of the clocks', async () => {
    const clock = testClock(at('2028-02-21', 0));
    const store = await openStore('file::memory:', { clock });
    // The leap day and, a month later, the night without its third hour.
    for (let week = 0; week < 7; week++) {
      const twins = [
        await begin('2028-02-21', { store, clock }),
        await begin('2028-02-21', { store, clock, leases: { hold: async () => week % 2 === 0 } }),
      ];
      await pass(twins, 7 * DAY);
    }
    const made = await items(store);
    const weeks = new Map<string, number>();
    for (const { openedAt } of made) {
      const monday = mondayOf(dayIn(openedAt, ZONE));
      weeks.set(monday, (weeks.get(monday) ?? 0) + 1);
    }
    expect(weeks.size).toBe(7);
    expect([...weeks.values()].every((count) => count === 2)).toBe(true);
    const rows = await store.promptsSince(0);
    expect(new Set(rows.map(({ idea }) => idea)).size).toBe(rows.length);
    worlds = worlds.slice(0, 1);
  });

  it('are whole or not there: whatever breaks in the middle, the next look makes it once', async () => {
    for (const step of ['createItem', 'addPrompt', 'addEvents', 'wantCards', 'restIdea'] as const) {
      let broken = true;
      const world = await begin('2026-06-04', {
        through: (store) =>
          withQueries(store, (queries) => ({
            [step]: async (...args: never[]) => {
              const done = await (queries[step] as (...all: never[]) => Promise<unknown>)(...args);
              if (broken) throw new Error('the process dies');
              return done;
            },
          })),
      });
      world.calendar.push(event('Potluck', at('2026-06-05', 12 * 60)));
      await pass(world, 11 * HOUR);
      expect(await items(world.store), step).toEqual([]);
      expect(await world.store.restingIdeas(0)).toEqual(new Set());
      broken = false;
      await pass(world, 2 * HOUR);
      expect(await items(world.store), step).toHaveLength(1);
      expect(world.log.lines.some(({ message }) => message === 'ideas could not be looked at')).toBe(true);
    }
  });

  it('wait while people complain more than usual', async () => {
    const world = await begin('2026-06-04');
    world.calendar.push(event('Potluck', at('2026-06-05', 12 * 60)));
    await pass(world, 9 * HOUR);
    for (let n = 0; n < 6; n++)
      await world.ingest([
        theirs(`c${n}`, 0, { conversationId: `c${n}`, text: 'complaint', createdAt: world.clock.now() - n }),
      ]);
    await pass(world, 14 * HOUR);
    expect((await items(world.store)).filter(({ origin }) => origin === 'prompt')).toEqual([]);
    expect(world.log.lines.filter(({ message }) => message.includes('complain more'))).toHaveLength(1);
  });
});

describe('the team’s calendar', () => {
  it('gives an idea the day before a potluck, in our words, which is stale when the potluck begins', async () => {
    const world = await begin('2026-06-04');
    world.calendar.push(event('Potluck: Karl brings the secret merger soup', at('2026-06-05', 12 * 60)));
    await pass(world, 10 * HOUR);
    // What must not be talked about is not talked about, whatever else the title says.
    expect(await items(world.store)).toEqual([]);
    world.calendar.push(event('Potluck (Karl cooks)', at('2026-06-05', 12 * 60)));
    await pass(world, HOUR);
    const [item] = await items(world.store);
    expect(item?.draft?.text).toContain('Friday');
    expect(item?.reasons[0]?.text).toBe('an idea for a post of ours: a potluck on Friday');
    expect(JSON.stringify(item)).not.toMatch(/Karl/);
    await pass(world, DAY);
    expect(await world.store.item(item?.id ?? 0)).toMatchObject({ state: 'open' });
    await pass(world, 2 * HOUR);
    expect(await world.store.item(item?.id ?? 0)).toMatchObject({
      state: 'dismissed',
      closing: { words: 'Its time is over, and nobody took it.' },
    });
  });

  it('says shortly before that we are away; what somebody has taken does not lapse', async () => {
    const world = await begin('2026-06-02');
    world.calendar.push(event('Monthly all-hands', at('2026-06-02', 14 * 60)));
    await pass(world, 12 * HOUR);
    const [item] = await items(world.store);
    expect(item?.reasons[0]?.text).toBe('an idea for a post of ours: an all-hands at 14:00');
    await world.does(ana, item?.id ?? 0, { type: 'claim' });
    await pass(world, 3 * HOUR);
    expect(await world.store.item(item?.id ?? 0)).toMatchObject({ state: 'claimed', owner: { name: 'Ana' } });
  });

  it('is not used where it is private, and is left out where it cannot be read', async () => {
    const broken = { name: 'Other', eventsBetween: () => Promise.reject(new Error('gone')) };
    const secret = event('Potluck', at('2026-06-05', 12 * 60), { isPrivate: true });
    const world = await begin('2026-06-04', {
      calendars: [broken, { name: 'Team', eventsBetween: async () => [secret] }],
    });
    await pass(world, 20 * HOUR);
    const made = await items(world.store);
    expect(made.filter(({ reasons }) => reasons[0]?.text.includes('potluck'))).toEqual([]);
    expect(world.log.lines.filter(({ message }) => message === 'a calendar cannot be read')).toHaveLength(1);
  });

  it('is joined by birthdays, anniversaries and holidays', async () => {
    const team = [
      { name: 'Ana', birthday: '06-03' },
      { name: 'Ben', since: '2021-06-16' },
    ];
    const world = await begin('2026-05-18', { prompts: { ...OFTEN, countries: ['DE'], team } });
    await pass(world, 35 * DAY);
    const reasons = (await items(world.store)).map((item) => item.reasons[0]?.text.replace(/^.*ours: /, ''));
    expect(reasons).toEqual(
      expect.arrayContaining(['Ana’s birthday', 'Ben has been here for five years', 'Whit Monday on Monday']),
    );
    const birthday = (await items(world.store)).find(({ draft }) => draft?.text.includes('Ana'));
    expect(dayIn(birthday?.openedAt ?? 0, ZONE)).toBe('2026-06-03');
    // On the holiday itself nobody is there.
    const days = (await items(world.store)).map(({ openedAt }) => dayIn(openedAt, ZONE));
    expect(days).not.toContain('2026-05-25');
  });

  it('leaves room for what people write about', async () => {
    const world = await begin('2026-06-01');
    const soups = [
      'My lentil soup never gets thick.',
      'Is lentil soup better the next day?',
      'Lentil soup again!',
      'How long does lentil soup keep?',
      'I burnt the lentil soup.',
    ];
    await world.ingest(
      soups.map((text, n) =>
        theirs(`s${n}`, 0, {
          conversationId: `s${n}`,
          text,
          createdAt: world.clock.now() - HOUR,
          author: { id: `a${n}`, name: `A${n}`, handle: '', url: null, avatarUrl: null },
        }),
      ),
    );
    const answer = await handlers(world).run('ideas', {}, { actor: from(ana), channel: 'ideas', tz: null });
    expect(answer.ok).toBe(true);
    const deciding = await handlers(world).run(
      'ideas',
      { source: 'nowhere' },
      { actor: from(ana), channel: null, tz: null },
    );
    expect(deciding).toMatchObject({
      ok: false,
      text: 'Nothing can be published there. Choose one of: blog.',
    });
    // Everything else rests.
    for (const { id, theme } of LIBRARY)
      if (theme !== 'topic') await world.store.restIdea(id, at('2027-01-01', 0));
    await pass(world, 5 * DAY);
    const [item] = (await items(world.store)).filter(({ origin }) => origin === 'prompt');
    expect(item?.draft?.text).toContain('“lentil soup”');
  });
});

describe('what people do with an idea', () => {
  async function idea(options: FlowOptions = {}): Promise<{ world: Flow; id: number; name: string }> {
    const world = await begin('2026-06-04', options);
    world.calendar.push(event('Potluck', at('2026-06-05', 12 * 60)));
    await pass(world, 11 * HOUR);
    const [item] = (await items(world.store)).filter(({ origin }) => origin === 'prompt');
    const row = await world.store.prompt(item?.id ?? 0);
    if (!item || !row?.idea) throw new Error('there is no idea');
    return { world, id: item.id, name: row.idea };
  }
  const rests = async (world: Flow, name: string, after: number): Promise<boolean> =>
    (await world.store.restingIdeas(world.clock.now() + after)).has(name);

  it('another: the next for the same occasion, remembered as shown and not as used', async () => {
    const { world, id, name } = await idea();
    const seen = new Set([name]);
    for (let round = 0; round < 3; round++) {
      const before = await handlers(world).card(id);
      const result = await world.does(ben, id, { type: 'another' });
      expect(result).toMatchObject({
        ok: true,
        card: { state: 'open', owner: null },
        text: `#${id} has another idea.`,
      });
      if (result.ok) expect(result.card.text).not.toBe(before?.text);
      if (result.ok) expect(result.card.text).toMatch(/potluck|brings something to eat/i);
      seen.add((await world.store.prompt(id))?.idea ?? '');
    }
    expect(seen.size).toBe(4);
    // The occasion has no more: then one for any day.
    expect(await world.does(ben, id, { type: 'another' })).toMatchObject({ ok: true });
    expect(await rests(world, name, 13 * DAY)).toBe(true);
    expect(await rests(world, name, 15 * DAY)).toBe(false);
    const last = (await world.store.prompt(id))?.idea ?? '';
    expect(await rests(world, last, 179 * DAY)).toBe(true);
    expect(await rests(world, last, 181 * DAY)).toBe(false);
    const history = await world.store.events(id, 50);
    expect(history.filter(({ type }) => type === 'another').map(({ detail }) => detail.idea)).toContain(last);
    // What somebody wrote is not thrown away.
    await world.does(ana, id, { type: 'draft', text: 'My own words.' });
    expect(await world.does(ana, id, { type: 'another' })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid' },
    });
    expect(await world.does(ben, id, { type: 'another' })).toMatchObject({ refusal: { code: 'not-yours' } });
    expect((await handlers(world).card(id))?.actions).not.toContain('another');
  });

  it('another, when none is left: says so and changes nothing', async () => {
    const { world, id } = await idea();
    for (const { id: name } of LIBRARY) await world.store.restIdea(name, at('2027-01-01', 0));
    expect(await world.does(ben, id, { type: 'another' })).toMatchObject({
      ok: false,
      refusal: { code: 'not-possible', text: expect.stringContaining('No other idea') },
      card: { version: 1 },
    });
    expect(await world.does(ben, 999, { type: 'another' })).toMatchObject({ refusal: { code: 'not-found' } });
  });

  it('two who ask for another at once get one change each, and nothing is lost', async () => {
    const { world, id } = await idea();
    const results = await Promise.all([ana, ben].map((who) => world.does(who, id, { type: 'another' })));
    expect(results.every(({ ok }) => ok)).toBe(true);
    const row = await world.store.prompt(id);
    const item = await world.store.item(id);
    const text = LIBRARY.find((each) => each.id === row?.idea)?.text ?? '';
    expect(item?.draft?.text.slice(0, 8)).toBe(text.slice(0, 8));
  });

  it('not today: closes it without a penalty; the idea may come again tomorrow', async () => {
    const { world, id, name } = await idea();
    expect(await world.does(ben, id, { type: 'not-today' })).toMatchObject({
      ok: true,
      card: { state: 'dismissed', closing: { line: 'Dismissed by Ben: Not today' } },
    });
    expect(await rests(world, name, 0)).toBe(true);
    expect(await rests(world, name, 14 * HOUR)).toBe(false);
    const made = (await items(world.store)).length;
    await pass(world, 12 * HOUR);
    expect(await items(world.store)).toHaveLength(made);
    expect((await handlers(world).stats('week')).dismissed).toBe(0);
    expect(await world.does(ben, id, { type: 'reopen' })).toMatchObject({ ok: true });
    await pass(world, 2 * DAY);
    // Whoever opened it again wants it.
    expect(await world.store.item(id)).toMatchObject({ state: 'open' });
  });

  it('dismissed as not for us: it never comes again, in no place and by no button', async () => {
    const { world, id, name } = await idea();
    expect(await world.does(ben, id, { type: 'dismiss', reason: 'not-for-us' })).toMatchObject({ ok: true });
    expect(await rests(world, name, 3_000 * DAY)).toBe(true);
    await world.store.restIdea(name, world.clock.now() + 1);
    expect(await rests(world, name, 3_000 * DAY)).toBe(true);
    await world.ingest([theirs('q1', 0)]);
    const asked = await world.item('p1');
    expect(await world.does(ben, asked.id, { type: 'dismiss', reason: 'not-for-us' })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid' },
    });
    expect(await world.does(ben, asked.id, { type: 'not-today' })).toMatchObject({ ok: false });
    expect(await world.does(ben, asked.id, { type: 'another' })).toMatchObject({ ok: false });
  });

  it('claimed, changed and sent like any idea; unclaimed it offers no Send', async () => {
    const { world, id } = await idea();
    expect((await handlers(world).card(id))?.actions).toEqual([
      'claim',
      'draft',
      'another',
      'not-today',
      'dismiss',
      'assign',
      'snooze',
      'mark-answered',
      'note',
    ]);
    await world.does(ana, id, { type: 'claim' });
    expect((await handlers(world).card(id))?.actions).toEqual(
      expect.arrayContaining(['send', 'another', 'release']),
    );
    source.onPublish = (text) => [
      { ...theirs('our-1', 0, { conversationId: 'our-1', ours: true, text }), createdAt: world.clock.now() },
    ];
    expect(await world.does(ana, id, { type: 'send', text: 'Soup on Friday?' })).toMatchObject({ ok: true });
    expect(await world.store.prompt(id)).toMatchObject({ publishedAt: world.clock.now(), lapsesAt: null });
    await pass(world, 2 * DAY);
    expect(await world.store.item(id)).toMatchObject({ state: 'answered' });
  });
});

describe('ideas that somebody asks for', () => {
  const asked = { actor: from(ana), channel: 'ideas', tz: null };

  it('are three, of different kinds, each a card at the press of a button, once', async () => {
    const world = await begin('2026-06-04', { quiet: true });
    const answer = await handlers(world).run('ideas', {}, asked);
    expect(answer).toMatchObject({ ok: true, notice: { title: 'Ideas for a post of ours' } });
    const buttons = answer.notice?.buttons ?? [];
    expect(buttons).toHaveLength(3);
    const presses = [...Array(2)].map(() => handlers(world).press(buttons[1]?.press ?? '', asked));
    const [first, second] = await Promise.all(presses);
    expect([first?.text, second?.text].sort()).toEqual([
      '#1 is yours. Nothing is public before somebody sends it.',
      'That is #1 already.',
    ]);
    expect(await items(world.store)).toMatchObject([
      { state: 'claimed', owner: { name: 'Ana' }, draft: { by: { name: 'Potluck' } } },
    ]);
    expect((await world.store.cardsOf(1)).map(({ chat }) => chat)).toEqual(['web']);
    const quotes = answer.notice?.blocks.flatMap((block) => (block.type === 'quote' ? block.text : []));
    expect((await handlers(world).card(1))?.text).toBe(quotes?.[1]);
    // A third time, after it is done: still the same.
    await world.does(ana, 1, { type: 'not-today' });
    expect(await handlers(world).press(buttons[1]?.press ?? '', asked)).toMatchObject({
      text: 'That is #1 already.',
    });
    const next = await handlers(world).run('ideas', {}, asked);
    expect(next.notice?.buttons.map(({ press }) => press)).not.toContain(buttons[1]?.press);
  });

  it('refuse what is not ours, in words', async () => {
    const world = await begin('2026-06-04');
    for (const press of [
      'ideas:make:blog:nothing',
      'ideas:make:elsewhere:office-mug',
      'ideas:take:blog:office-mug',
      'ideas',
    ])
      expect(await handlers(world).press(press, asked)).toMatchObject({ ok: false });
    expect(await handlers(world).press('ideas:make:blog:season-frost', asked)).toMatchObject({
      ok: false,
      text: expect.stringContaining('does not fit'),
    });
    const mute = await flow({ sources: [scriptedSource()] });
    worlds.push(mute);
    expect(await handlers(mute).run('ideas', {}, asked)).toMatchObject({
      ok: false,
      text: expect.stringContaining('No source'),
    });
    expect(await items(world.store)).toEqual([]);
  });
});
