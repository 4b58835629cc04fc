import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { teamTimeOf, teamTimeShape, weekdaySchema } from '../../src/domain/calendar-schema.ts';
import {
  addWorking,
  isWorking,
  latestOpening,
  nextOpening,
  type WorkingTime,
  workingBetween,
} from '../../src/domain/working-time.ts';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString();

const teamSchema = z.strictObject(teamTimeShape);

function working(hours: object, holidays: readonly string[] = []): WorkingTime {
  const made = teamTimeOf(teamSchema.parse({ hours, holidays }))?.working;
  if (!made) throw new Error('no hours');
  return made;
}

const office = working({ zone: 'Europe/Berlin', week: { fri: '09:00-12:00, 13:00-15:00' } }, ['2026-12-25']);
/** From Saturday evening to Sunday morning: through both changes of the clocks. */
const nights = working({ zone: 'Europe/Berlin', days: 'mon-sun', from: '22:00', to: '06:00' });

const spans = fc
  .uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 0, maxLength: 4 })
  .map((cuts) => cuts.sort((a, b) => a - b))
  .map((cuts) =>
    cuts.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: cuts[index + 1] ?? from + 600 }] : [])),
  );
const times: fc.Arbitrary<WorkingTime> = fc
  .record({
    zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut'),
    week: fc.array(spans, { minLength: 7, maxLength: 7 }),
    holidays: fc.constantFrom([], ['2026-03-29', '2026-10-25'], ['2026-12-24', '2026-12-25']),
  })
  .filter(({ week }) => week.some((day) => day.length > 0))
  .map((given) => ({ ...given, holidays: new Set<string>(given.holidays) }));
const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
const lengths = fc.integer({ min: 0, max: 60 * HOUR });

describe('working time', () => {
  it.each([
    ['on a Monday morning', '2026-11-30T08:00:00Z', true],
    ['a moment before', '2026-11-30T07:59:59Z', false],
    ['when the day ends', '2026-11-30T16:00:00Z', false],
    ['in the break of a Friday', '2026-11-27T11:30:00Z', false],
    ['on a holiday', '2026-12-25T10:00:00Z', false],
    ['on a Saturday', '2026-11-28T10:00:00Z', false],
  ])('%s', (_, instant, expected) => {
    expect(isWorking(office, at(instant))).toBe(expected);
  });

  it('counts over nights, weekends, breaks and holidays', () => {
    // Thursday 16:00: one hour; Christmas: none; Monday from 9.
    expect(iso(addWorking(office, at('2026-12-24T15:00:00Z'), 2 * HOUR))).toBe('2026-12-28T09:00:00.000Z');
    expect(workingBetween(office, at('2026-11-26T00:00:00Z'), at('2026-11-28T00:00:00Z'))).toBe(13 * HOUR);
    expect(iso(nextOpening(office, at('2026-11-27T14:00:00Z')))).toBe('2026-11-30T08:00:00.000Z');
  });

  it('knows a night of seven hours and one of nine', () => {
    expect(workingBetween(nights, at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z'))).toBe(7 * HOUR);
    expect(workingBetween(nights, at('2026-10-24T12:00:00Z'), at('2026-10-25T12:00:00Z'))).toBe(9 * HOUR);
  });

  it('is all the time for a team that works around the clock', () => {
    expect([
      isWorking(null, 5),
      nextOpening(null, 5),
      addWorking(null, 5, 7),
      workingBetween(null, 5, 12),
    ]).toEqual([true, 5, 12, 7]);
    expect(latestOpening(null, 5)).toBeNull();
  });

  it('adds what it measures, and measures what it adds', () => {
    fc.assert(
      fc.property(times, instants, lengths, lengths, (time, from, first, second) => {
        const end = addWorking(time, from, first);
        expect(workingBetween(time, from, end)).toBe(first);
        expect(end).toBeGreaterThanOrEqual(from);
        // It is reached no sooner.
        if (first > 0) expect(workingBetween(time, from, end - 1)).toBeLessThan(first);
        expect(addWorking(time, end, second)).toBe(addWorking(time, from, first + second));
      }),
    );
  });

  it('opens exactly where it is closed, and counts nothing in between', () => {
    fc.assert(
      fc.property(times, instants, (time, now) => {
        const opening = nextOpening(time, now);
        expect(isWorking(time, opening)).toBe(true);
        expect(workingBetween(time, now, opening)).toBe(0);
        expect(isWorking(time, now)).toBe(opening === now);
      }),
    );
  });
});

describe('the beginning of a working day', () => {
  it.each([
    ['at that moment', '2026-11-30T08:00:00Z', '2026-11-30T08:00:00Z', '2026-11-27T14:00:00Z'],
    [
      'in the afternoon of a Friday, its morning',
      '2026-11-27T13:00:00Z',
      '2026-11-27T08:00:00Z',
      '2026-11-26T16:00:00Z',
    ],
    ['after a holiday', '2026-12-28T09:00:00Z', '2026-12-28T08:00:00Z', '2026-12-24T16:00:00Z'],
  ])('%s', (_, now, opening, closed) => {
    const found = latestOpening(office, at(now));
    expect([iso(found?.at ?? 0), iso(found?.closedSince ?? 0)]).toEqual([iso(at(opening)), iso(at(closed))]);
  });

  it('is none where no pause comes before it', () => {
    const always = working({ zone: 'Europe/Berlin', days: 'mon-sun', from: '00:00', to: '24:00' });
    expect(latestOpening(always, at('2026-11-30T08:00:00Z'))).toBeNull();
  });

  it('ends a time in which nobody worked', () => {
    fc.assert(
      fc.property(times, instants, (time, now) => {
        const opening = latestOpening(time, now);
        if (!opening) return;
        expect(opening.at).toBeLessThanOrEqual(now);
        expect(isWorking(time, opening.at)).toBe(true);
        expect(workingBetween(time, opening.closedSince, opening.at)).toBe(0);
        expect(isWorking(time, opening.closedSince - 1)).toBe(true);
      }),
    );
  });
});

describe('hours as people write them', () => {
  it.each([
    [{ zone: 'Berlin' }, 'zone'],
    [{ zone: 'UTC', days: 'mon-fry' }, 'days'],
    [{ zone: 'UTC', from: '9 o’clock' }, 'from'],
    [{ zone: 'UTC', from: '09:00', to: '09:00' }, 'to'],
    [{ zone: 'UTC', week: { fri: '13:00-15:00, 09:00-12:00' } }, 'week.fri'],
    [{ zone: 'UTC', days: 'mon', week: { mon: 'closed' } }, ''],
  ])('refuses %j at “%s”', (hours, path) => {
    const { error } = teamSchema.safeParse({ hours });
    const at = path === '' ? 'hours' : `hours.${path}`;
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([at]);
  });

  it('takes ranges over the weekend, and refuses days that are in no calendar', () => {
    const { week } = working({ zone: 'UTC', days: 'sat-mon' });
    expect(week.map((spans) => spans.length)).toEqual([1, 1, 0, 0, 0, 0, 1]);
    expect([weekdaySchema.parse('Monday'), weekdaySchema.safeParse('mo').success]).toEqual([1, false]);
    expect(teamSchema.safeParse({ holidays: ['2027-02-29'] }).success).toBe(false);
  });

  it('takes the zone of the team for the hours, and does not guess one', () => {
    const of = (team: object) => teamTimeOf(teamSchema.parse(team));
    expect(of({ zone: 'Asia/Kathmandu', hours: {} })?.working?.zone).toBe('Asia/Kathmandu');
    expect(of({ hours: {} })).toBeNull();
    expect(of({})).toEqual({ zone: 'UTC', working: null });
  });
});
