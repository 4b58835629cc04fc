import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, dayIn, instantOf, minutesIn, weekdayOf } from '../../../src/domain/calendar.ts';
import { type Cadence, type Made, mondayOf, slotsOfWeek } from '../../../src/domain/prompts/cadence.ts';
import { seasonOf } from '../../../src/domain/prompts/choose.ts';
import { anotherIdea, type Deciding, decide, ideasNow } from '../../../src/domain/prompts/decide.ts';
import {
  eventFacts,
  type Fact,
  holidayFacts,
  lookAhead,
  teamFacts,
} from '../../../src/domain/prompts/facts.ts';
import { LIBRARY } from '../../../src/domain/prompts/library.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BERLIN = 'Europe/Berlin';
const CADENCE: Cadence = {
  perWeek: 2,
  days: [1, 2, 3, 4, 5],
  from: 10 * 60,
  to: 16 * 60,
  apartMs: 20 * HOUR,
};
const at = (day: string, minutes: number, zone = BERLIN): number => instantOf(day, minutes, zone);

function deciding(change: Partial<Deciding> = {}): Deciding {
  return {
    now: at('2026-06-04', 12 * 60),
    source: 'bluesky',
    channels: ['web:ideas'],
    rhythm: { zone: BERLIN, cadence: CADENCE, holidays: new Set() },
    facts: [],
    made: [],
    burst: false,
    staleMs: 2 * DAY,
    library: LIBRARY,
    hemisphere: 'north',
    voice: { zone: BERLIN, place: 'the office', twelveHours: false },
    resting: new Set(),
    ...change,
  };
}

const calendar = (title: string, startsAt: number, hours = 1): readonly Fact[] =>
  eventFacts([{ title, startsAt, endsAt: startsAt + hours * HOUR, allDay: false, isPrivate: false }], BERLIN);

interface World {
  readonly source: string;
  readonly zone: string;
  readonly cadence: Cadence;
  readonly restMs: number;
  /** Facts as they are known on a day. */
  readonly facts: (now: number) => readonly Fact[];
  readonly hemisphere?: 'north' | 'south';
}

interface Shown extends Made {
  readonly text: string;
  readonly at: number;
}

/** Lets the bot look at these instants. */
function live(world: World, looks: readonly number[]): Shown[] {
  const shown: Shown[] = [];
  for (const now of looks) {
    const decision = decide(
      deciding({
        now,
        source: world.source,
        rhythm: { zone: world.zone, cadence: world.cadence, holidays: new Set() },
        facts: world.facts(now),
        made: shown.filter(({ at: when }) => now - when < 30 * DAY).toReversed(),
        hemisphere: world.hemisphere ?? 'north',
        voice: { zone: world.zone, place: 'the office', twelveHours: false },
        resting: new Set(
          shown.filter(({ at: when }) => now - when < world.restMs).map(({ idea }) => idea ?? ''),
        ),
      }),
    );
    if (decision.now)
      shown.push({
        at: now,
        slot: decision.slot,
        source: world.source,
        channels: ['web:ideas'],
        idea: decision.suggestion.idea.id,
        text: decision.suggestion.text,
      });
  }
  return shown;
}

/** Several looks on every day, at minutes of which none is special. */
function looksOf(start: number, days: number, minutes: readonly number[]): readonly number[] {
  return Array.from({ length: days }, (_, day) =>
    minutes.map((minute) => start + day * DAY + ((minute + day * 37) % 1_440) * MINUTE),
  )
    .flat()
    .sort((a, b) => a - b);
}

const cadences = fc
  .record({
    perWeek: fc.integer({ min: 1, max: 5 }),
    days: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    from: fc.integer({ min: 0, max: 20 * 60 }),
    length: fc.integer({ min: 60, max: 239 }),
    apart: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ perWeek, days, from, length, apart }) => ({
    perWeek,
    days,
    from,
    to: from + length,
    apartMs: apart * HOUR,
  }));
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
];

describe('the slots of a week', () => {
  it('are as many as there may be, on the team’s days and in its hours, whatever the clocks do', () => {
    fc.assert(
      fc.property(
        cadences,
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 3_000 }),
        fc.string(),
        (cadence, zone, days, seed) => {
          const day = addDays('2024-01-01', days);
          const slots = slotsOfWeek(day, { zone, cadence, holidays: new Set() }, seed);
          expect(slots.length).toBeLessThanOrEqual(Math.min(cadence.perWeek, cadence.days.length));
          expect(slots.length).toBeGreaterThan(0);
          for (const [index, slot] of slots.entries()) {
            expect(mondayOf(slot.day)).toBe(mondayOf(day));
            expect(cadence.days).toContain(weekdayOf(slot.day));
            expect(slot.minute).toBeGreaterThanOrEqual(cadence.from);
            expect(slot.minute).toBeLessThan(cadence.to);
            const before = slots[index - 1];
            if (before) {
              const apart = at(slot.day, slot.minute, zone) - at(before.day, before.minute, zone);
              expect(apart).toBeGreaterThanOrEqual(cadence.apartMs);
            }
          }
          // Drawn again they are the same.
          expect(
            slotsOfWeek(addDays(mondayOf(day), 6), { zone, cadence, holidays: new Set() }, seed),
          ).toEqual(slots);
        },
      ),
    );
  });

  it('leave out days on which nobody is there', () => {
    const holidays = new Set(['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04']);
    const slots = slotsOfWeek('2026-06-03', { zone: BERLIN, cadence: CADENCE, holidays }, 'x');
    expect(slots.map(({ day }) => day)).toEqual(['2026-06-05']);
  });
});

describe('over simulated years', () => {
  it('keeps to its cadence and repeats nothing too soon, through leap days, clock changes, pauses and any calendar', () => {
    fc.assert(
      fc.property(
        cadences,
        fc.constantFrom(...ZONES),
        fc.integer({ min: 2023, max: 2031 }),
        fc.integer({ min: 3, max: 9 }),
        fc.constantFrom('north' as const, 'south' as const),
        (cadence, zone, year, gap, hemisphere) => {
          const restMs = 180 * DAY;
          const facts = (now: number): readonly Fact[] => {
            const { from, to } = lookAhead(now, zone);
            const friday = instantOf(addDays(mondayOf(from), 4), 12 * 60, zone);
            const tuesday = instantOf(addDays(mondayOf(from), 1), 14 * 60, zone);
            return [
              ...eventFacts(
                [
                  {
                    title: 'Potluck',
                    startsAt: friday,
                    endsAt: friday + HOUR,
                    allDay: false,
                    isPrivate: false,
                  },
                  {
                    title: 'All-hands',
                    startsAt: tuesday,
                    endsAt: tuesday + HOUR,
                    allDay: false,
                    isPrivate: false,
                  },
                ],
                zone,
              ),
              ...teamFacts([{ name: 'Ana', birthday: '02-29', since: '2020-02-29' }], from, to),
              ...holidayFacts(['DE', 'US', 'AU'], from, to),
            ];
          };
          const world = { source: 'bluesky', zone, cadence, restMs, facts, hemisphere };
          const start = Date.UTC(year, 0, 1);
          // Off for a while every few days, as a bot that is restarted and sometimes forgotten.
          const looks = looksOf(start, 380, [0, 310, 620, 930, 1_240]);
          const shown = live(
            world,
            looks.filter((now) => Math.floor(now / (29 * HOUR)) % gap !== 0),
          );
          const weeks = new Map<string, number>();
          const last = new Map<string, number>();
          for (const [index, each] of shown.entries()) {
            const week = mondayOf(dayIn(each.at, zone));
            weeks.set(week, (weeks.get(week) ?? 0) + 1);
            const before = shown[index - 1];
            if (before) expect(each.at - before.at).toBeGreaterThanOrEqual(cadence.apartMs);
            const earlier = last.get(each.idea ?? '');
            if (earlier !== undefined) expect(each.at - earlier).toBeGreaterThanOrEqual(restMs);
            last.set(each.idea ?? '', each.at);
          }
          expect(Math.max(0, ...weeks.values())).toBeLessThanOrEqual(cadence.perWeek);
          expect(new Set(shown.map(({ slot }) => slot)).size).toBe(shown.length);
          expect(shown.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 4 },
    );
  });

  it('gives every week its ideas, of all kinds, while the bot is awake', () => {
    const world = { source: 'bluesky', zone: BERLIN, cadence: CADENCE, restMs: 180 * DAY, facts: () => [] };
    const hours = Array.from({ length: 14 }, (_, half) => CADENCE.from + half * 30 - 30);
    const looks = Array.from({ length: 52 * 7 }, (_, day) =>
      hours.map((minutes) => at(addDays('2027-01-04', day), minutes)),
    ).flat();
    const shown = live(world, looks);
    expect(shown.length).toBe(2 * 52);
    const themes = new Map(LIBRARY.map(({ id, theme }) => [id, theme]));
    for (const [index, each] of shown.entries()) {
      const before = shown[index - 1];
      if (before) expect(themes.get(each.idea ?? '')).not.toBe(themes.get(before.idea ?? ''));
      const local = minutesIn(each.at, BERLIN);
      expect(local >= CADENCE.from && local < CADENCE.to).toBe(true);
    }
    expect(new Set(shown.map(({ idea }) => themes.get(idea ?? ''))).size).toBe(6);
  });

  it('makes up for nothing: after a month of sleep there is one idea at most', () => {
    const world = { source: 'bluesky', zone: BERLIN, cadence: CADENCE, restMs: 180 * DAY, facts: () => [] };
    const start = Date.UTC(2026, 2, 2);
    const shown = live(world, looksOf(start + 30 * DAY, 1, [480, 540, 600, 660, 720, 780, 840, 900]));
    expect(shown.length).toBeLessThanOrEqual(1);
  });
});

describe('what has its date', () => {
  it('is told the working day before: the potluck on Friday on Thursday', () => {
    const facts = calendar('Potluck', at('2026-06-05', 12 * 60), 2);
    const early = decide(deciding({ facts, now: at('2026-06-04', 9 * 60 + 59) }));
    expect(early).toMatchObject({ now: false });
    const decision = decide(deciding({ facts, now: at('2026-06-04', 10 * 60) }));
    expect(decision).toMatchObject({
      now: true,
      slot: 'event/potluck/2026-06-05',
      lapsesAt: at('2026-06-05', 12 * 60),
      suggestion: { idea: { theme: 'event' }, reason: 'a potluck on Friday' },
    });
    if (decision.now) expect(decision.suggestion.text).toContain('Friday');
    expect(decide(deciding({ facts, now: at('2026-06-05', 10 * 60) }))).not.toMatchObject({
      slot: 'event/potluck/2026-06-05',
    });
  });

  it('of a Monday is told on the last working day before', () => {
    const facts = calendar('Potluck', at('2026-06-08', 12 * 60));
    const decision = decide(deciding({ facts, now: at('2026-06-05', 11 * 60) }));
    expect(decision).toMatchObject({ now: true, slot: 'event/potluck/2026-06-08' });
    const holiday = { ...deciding().rhythm, holidays: new Set(['2026-06-05']) };
    expect(decide(deciding({ facts, rhythm: holiday, now: at('2026-06-04', 11 * 60) }))).toMatchObject({
      slot: 'event/potluck/2026-06-08',
    });
  });

  it('that takes everybody away is told shortly before, with its time', () => {
    // The night the clocks went forward is just over.
    const start = at('2026-03-30', 14 * 60);
    const facts = calendar('All-hands', start);
    const looks = [-121, -120, -11, -10, 1].map((minutes) =>
      decide(deciding({ facts, now: start + minutes * MINUTE })),
    );
    expect(looks.map((look) => look.now && look.slot === 'event/all-hands/2026-03-30')).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    const [, look] = looks;
    if (look?.now) expect(look.suggestion.text).toMatch(/14:00|an hour/);
    expect(look).toMatchObject({ lapsesAt: start, suggestion: { reason: 'an all-hands at 14:00' } });
  });

  it('comes first where it is over first: the all-hands in an hour before the potluck tomorrow', () => {
    const start = at('2026-06-04', 14 * 60);
    const facts = [...calendar('Potluck', at('2026-06-05', 12 * 60)), ...calendar('All-hands', start)];
    expect(decide(deciding({ facts, now: start - HOUR }))).toMatchObject({
      slot: 'event/all-hands/2026-06-04',
    });
  });

  it('is not crowded out by an idea for any day', () => {
    const facts = calendar('Potluck', at('2026-06-05', 12 * 60));
    for (let minutes = 0; minutes < 6 * 60; minutes += 5) {
      const decision = decide(deciding({ facts, now: at('2026-06-03', 10 * 60 + minutes) }));
      // It would be too near to Thursday's.
      expect(decision).toMatchObject({ now: false });
    }
  });

  it('comes once, and not when the week has had its ideas', () => {
    const facts = calendar('Potluck', at('2026-06-05', 12 * 60));
    const now = at('2026-06-04', 11 * 60);
    const made = (slot: string, when: number): Made => ({
      slot,
      source: 'bluesky',
      channels: ['web:ideas'],
      at: when,
      idea: null,
    });
    const monday = made('2026-06-01', at('2026-06-01', 11 * 60));
    expect(decide(deciding({ facts, now, made: [monday] }))).toMatchObject({ now: true });
    expect(decide(deciding({ facts, now, made: [monday, { ...monday, slot: '2026-06-02' }] }))).toMatchObject(
      {
        now: false,
        why: 'this week has had its ideas',
      },
    );
    const done = made('event/potluck/2026-06-05', at('2026-06-04', 10 * 60));
    expect(decide(deciding({ facts, now, made: [done] }))).toMatchObject({ now: false });
    // In the same channel, for another source.
    const other = { ...made('2026-06-04', now - HOUR), source: 'mastodon' };
    expect(decide(deciding({ facts, now, made: [other] }))).toMatchObject({
      why: 'the last one is too near',
    });
    expect(decide(deciding({ facts, now, made: [{ ...other, channels: ['web:other'] }] }))).toMatchObject({
      now: true,
    });
  });

  it('waits while people complain', () => {
    const facts = calendar('Potluck', at('2026-06-05', 12 * 60));
    expect(decide(deciding({ facts, burst: true }))).toMatchObject({
      why: 'people complain more than usual',
    });
  });
});

describe('an idea', () => {
  it('fits the season where people are', () => {
    expect(seasonOf('2026-01-15', 'north')).toBe('winter');
    expect(seasonOf('2026-01-15', 'south')).toBe('summer');
    expect(seasonOf('2026-10-01', 'north')).toBe('autumn');
    expect(seasonOf('2026-10-01', 'south')).toBe('spring');
    expect(seasonOf('2026-12-01', 'north')).toBe('winter');
    for (const hemisphere of ['north', 'south'] as const) {
      const all = ideasNow(deciding({ now: at('2026-01-15', 600), hemisphere }), 500);
      const seasons = new Set(all.flatMap(({ idea }) => idea.season ?? []));
      expect([...seasons]).toEqual([hemisphere === 'north' ? 'winter' : 'summer']);
    }
  });

  it('asked for now is one of three, different in kind, what lies ahead first', () => {
    const facts = calendar('Potluck', at('2026-06-05', 12 * 60));
    const three = ideasNow(deciding({ facts, now: at('2026-06-02', 8 * 60) }), 3);
    expect(three.map(({ idea }) => idea.theme)[0]).toBe('event');
    expect(new Set(three.map(({ idea }) => idea.theme)).size).toBe(3);
    expect(ideasNow(deciding({ resting: new Set(LIBRARY.map(({ id }) => id)) }), 3)).toEqual([]);
  });

  it('gives way to another for the same occasion, then to any other, never to one that rests', () => {
    const [fact] = calendar('Potluck', at('2026-06-05', 12 * 60));
    const resting = new Set<string>();
    let idea = 'event-potluck-list';
    const seen: string[] = [];
    for (let round = 0; round < 6; round++) {
      resting.add(idea);
      const next = anotherIdea(deciding({ resting }), { idea, fact: fact ?? null });
      expect(next).not.toBeNull();
      idea = next?.idea.id ?? '';
      seen.push(idea);
    }
    expect(seen.slice(0, 3).every((id) => id.startsWith('event-potluck'))).toBe(true);
    expect(new Set(seen).size).toBe(6);
    const all = new Set(LIBRARY.map(({ id }) => id));
    expect(anotherIdea(deciding({ resting: all }), { idea, fact: null })).toBeNull();
  });
});
