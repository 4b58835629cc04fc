import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../src/domain/calendar-event.ts';
import {
  type Duty,
  duties,
  holds,
  type Layer,
  namedBy,
  names,
  planned,
  type Swap,
  standing,
} from '../../src/domain/oncall.ts';
import { type Colleague, type Rotation, turns } from '../../src/domain/rotation.ts';

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString().slice(0, 16);

function colleague(name: string, email: string | null = null): Colleague {
  const id = `web:${name.toLowerCase()}`;
  return { id, name, ids: [id], email };
}
const [ana, ben, cleo] = ['Ana', 'Ben', 'Cleo'].map((name) => colleague(name)) as [
  Colleague,
  Colleague,
  Colleague,
];
const everybody = [ana, ben, cleo];
const known = (person: { id: string; name: string }): Colleague =>
  everybody.find(({ id }) => id === person.id) ?? { ...person, ids: [person.id], email: null };

const weekly: Rotation = {
  people: everybody,
  zone: 'Europe/Berlin',
  start: '2026-03-09',
  days: 7,
  minutes: 9 * 60,
};

function layer(change: Partial<Layer> = {}): Layer {
  return { name: 'first', roster: { from: 'rotation', rotation: weekly }, hours: null, ...change };
}

let swapIds = 0;
function swap(person: Colleague, from: number, until: number, change: Partial<Swap> = {}): Swap {
  return { id: ++swapIds, layer: 'first', person, from, until, by: ana, at: from, undone: null, ...change };
}

function around(one: Layer, now: number, swaps: readonly Swap[] = []): readonly Duty[] {
  const nothing = { events: [], members: [] };
  return duties(one, planned(one.roster, nothing, now - 35 * DAY, now + 35 * DAY), swaps, known);
}

const rotations: fc.Arbitrary<Rotation> = fc.record({
  people: fc.integer({ min: 1, max: 3 }).map((count) => everybody.slice(0, count)),
  zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut', 'UTC'),
  start: fc.constantFrom('2024-02-29', '2026-03-29', '2026-10-25', '2027-01-01'),
  days: fc.constantFrom(1, 2, 7, 14),
  minutes: fc.constantFrom(0, 150, 9 * 60, 23 * 60 + 59),
});
const instants = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2029-01-01T00:00:00Z') });
const spans = fc.record({
  person: fc.constantFrom(...everybody),
  from: fc.integer({ min: -20 * DAY, max: 20 * DAY }),
  length: fc.integer({ min: 1, max: 10 * DAY }),
  undoneAfter: fc.option(fc.integer({ min: -DAY, max: 12 * DAY })),
});

describe('a rotation', () => {
  it('changes hands by the wall clock, in spring and in autumn', () => {
    const spring = turns(weekly, at('2026-03-23T08:00:00Z'), at('2026-04-01T00:00:00Z'));
    expect(spring.map(({ from, person }) => [iso(from), person.name])).toEqual([
      ['2026-03-23T08:00', 'Cleo'],
      ['2026-03-30T07:00', 'Ana'],
    ]);
    const autumn = turns(weekly, at('2026-10-19T07:00:00Z'), at('2026-10-27T00:00:00Z'));
    expect(autumn.map(({ from, to }) => (to - from) / 3_600_000)).toEqual([169, 168]);
  });

  it('goes through a leap day like through any other', () => {
    const daily = { ...weekly, start: '2028-02-27', days: 1 };
    const found = turns(daily, at('2028-02-28T12:00:00Z'), at('2028-03-01T12:00:00Z'));
    expect(found.map(({ from, person }) => [iso(from), person.name])).toEqual([
      ['2028-02-28T08:00', 'Ben'],
      ['2028-02-29T08:00', 'Cleo'],
      ['2028-03-01T08:00', 'Ana'],
    ]);
  });

  it('has exactly one person at every instant, and hands over forwards in the order of the list', () => {
    fc.assert(
      fc.property(rotations, instants, (rotation, now) => {
        const found = turns(rotation, now, now + 40 * DAY);
        expect(found[0]?.from).toBeLessThanOrEqual(now);
        expect(found.at(-1)?.to).toBeGreaterThanOrEqual(now + 40 * DAY);
        for (const [index, turn] of found.entries()) {
          expect(turn.to).toBeGreaterThan(turn.from);
          const next = found[index + 1];
          if (!next) continue;
          expect(next.from).toBe(turn.to);
          const { people } = rotation;
          expect(next.person).toBe(people[(people.indexOf(turn.person) + 1) % people.length]);
        }
        // Whoever asks for another stretch is told the same.
        expect(turns(rotation, now + 5 * DAY, now + 5 * DAY + 1)[0]).toEqual(
          found.find((turn) => turn.from <= now + 5 * DAY && turn.to > now + 5 * DAY),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('swaps', () => {
  it('leave no gap and no overlap, and the one arranged last counts, at every instant', () => {
    fc.assert(
      fc.property(rotations, instants, fc.array(spans, { maxLength: 6 }), (rotation, now, given) => {
        const swaps = given.map(({ person, from, length, undoneAfter }, index) =>
          swap(person, now + from, now + from + length, {
            at: index,
            undone: undoneAfter === null ? null : { by: ben, at: now + from + undoneAfter },
          }),
        );
        const all = around(layer({ roster: { from: 'rotation', rotation } }), now, swaps);
        expect([all[0]?.from, all.at(-1)?.to]).toEqual([now - 35 * DAY, now + 35 * DAY]);
        for (const [index, duty] of all.entries()) {
          expect(duty.people).toHaveLength(1);
          expect(duty.from).toBeLessThan(duty.to);
          if (index > 0) expect(duty.from).toBe(all[index - 1]?.to);
          const middle = Math.floor((duty.from + duty.to) / 2);
          const standsIn = swaps.findLast((one) => {
            const span = holds(one);
            return span !== null && span.from <= middle && span.to > middle;
          });
          expect(duty.swap).toBe(standsIn ?? null);
          const expected = standsIn?.person ?? turns(rotation, middle, middle + 1)[0]?.person;
          expect(duty.people[0]?.id).toBe(expected?.id);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('that are taken back have happened until then', () => {
    const now = at('2026-03-11T12:00:00Z');
    const taken = swap(ben, now, now + DAY, { undone: { by: ben, at: now + 3_600_000 } });
    const all = around(layer(), now, [taken]);
    expect(standing('first', all, now)).toMatchObject({ people: [ben], swap: taken, before: [ana] });
    expect(standing('first', all, now + 3_600_000)).toMatchObject({ people: [ana], since: now + 3_600_000 });
    expect(holds({ ...taken, undone: { by: ben, at: now - 1 } })).toBeNull();
  });
});

describe('how a layer stands', () => {
  it('says who has it, since when, until when, and who comes next', () => {
    const now = at('2026-03-18T12:00:00Z');
    const found = standing('first', around(layer(), now), now);
    expect(names(found.people)).toBe('Ben');
    expect([iso(found.since), iso(found.until)]).toEqual(['2026-03-16T08:00', '2026-03-23T08:00']);
    expect([names(found.before), names(found.next?.people ?? [])]).toEqual(['Ana', 'Cleo']);
  });

  it('leaves out the pauses of its hours', () => {
    const hours = {
      zone: 'Europe/Berlin',
      week: [0, 1, 2, 3, 4, 5, 6].map((day) => (day === 0 || day === 6 ? [] : [{ from: 540, to: 1_020 }])),
      holidays: new Set<string>(),
    };
    const office = layer({ hours });
    const working = at('2026-03-18T12:00:00Z');
    const found = standing('first', around(office, working), working);
    expect([iso(found.since), iso(found.until)]).toEqual(['2026-03-16T08:00', '2026-03-20T16:00']);
    const night = at('2026-03-18T22:00:00Z');
    const closed = standing('first', around(office, night), night);
    expect([
      closed.people,
      closed.since,
      names(closed.next?.people ?? []),
      iso(closed.next?.at ?? 0),
    ]).toEqual([[], null, 'Ben', '2026-03-19T08:00']);
  });

  it('does not end where somebody is alone', () => {
    const alone = layer({ roster: { from: 'rotation', rotation: { ...weekly, people: [ana] } } });
    const now = at('2026-03-18T12:00:00Z');
    expect(standing('first', around(alone, now), now)).toMatchObject({
      people: [ana],
      since: null,
      until: null,
      next: null,
    });
  });
});

describe('a calendar', () => {
  const lopez = colleague('Ana Lopez', 'lopez@simmer.example');
  const event = (title: string, start: string, end: string, attendees: CalendarEvent['attendees'] = []) => ({
    uid: title,
    title,
    start: at(start),
    end: at(end),
    isPrivate: false,
    allDay: false,
    attendees,
  });

  it.each([
    ['On call: ben', [], 'Ben'],
    ['Ana Lopez is on duty', [], 'Ana Lopez'],
    ['Ana', [], 'Ana'],
    ['Banana bread', [], undefined],
    ['Duty', [{ name: 'x', email: 'LOPEZ@simmer.example' }], 'Ana Lopez'],
    ['lopez@simmer.example', [], 'Ana Lopez'],
    ['Team lunch', [], undefined],
  ])('“%s” names %j %s', (title, attendees, name) => {
    const people = [...everybody, lopez];
    expect(
      namedBy(event(title, '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', attendees), people)?.name,
    ).toBe(name);
  });

  it('leaves nobody where it is empty, and lets a day’s exception stand over a week', () => {
    const events = [
      event('Ana', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'),
      event('Ben', '2026-03-04T00:00:00Z', '2026-03-05T00:00:00Z'),
    ];
    const roster = { from: 'calendar', place: 'x.ics', people: everybody } as const;
    const found = planned(
      roster,
      { events, members: [] },
      at('2026-03-01T00:00:00Z'),
      at('2026-03-10T00:00:00Z'),
    );
    expect(found.map(({ from, people }) => [iso(from)?.slice(0, 10), names(people)])).toEqual([
      ['2026-03-01', 'nobody'],
      ['2026-03-02', 'Ana'],
      ['2026-03-04', 'Ben'],
      ['2026-03-05', 'Ana'],
      ['2026-03-09', 'nobody'],
    ]);
  });
});
