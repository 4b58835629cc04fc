import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  dayIn,
  daysBetween,
  instantOf,
  isDay,
  isZone,
  latestSlot,
  minutesIn,
  nextSlot,
  offsetAt,
  type Slot,
  weekdayOf,
} from '../../src/domain/calendar.ts';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const BERLIN = 'Europe/Berlin';

/** Half-hour and three-quarter offsets, changes of half an hour, of the southern summer, at midnight, and none. */
const zones = fc.constantFrom(
  BERLIN,
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'America/Santiago',
  'Africa/Casablanca',
  'Pacific/Chatham',
  'UTC',
);
const instants = fc.integer({ min: at('1995-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
const minutes = fc.integer({ min: 0, max: 1_439 });
const slots: fc.Arbitrary<Slot> = fc.record({
  zone: zones,
  minutes,
  weekdays: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })),
});

describe('a wall clock', () => {
  it.each([
    ['in winter', '2026-01-15', 540, '2026-01-15T08:00:00Z'],
    ['in summer', '2026-07-15', 540, '2026-07-15T07:00:00Z'],
    ['that jumps over the time shows the next that exists', '2026-03-29', 150, '2026-03-29T01:00:00Z'],
    ['that shows the time twice means the first', '2026-10-25', 150, '2026-10-25T00:30:00Z'],
    ['just before the jump', '2026-03-29', 119, '2026-03-29T00:59:00Z'],
    ['on a leap day', '2028-02-29', 540, '2028-02-29T08:00:00Z'],
    ['at the end of a day', '2026-03-29', 1_440, '2026-03-29T22:00:00Z'],
  ])('%s', (_, day, time, expected) => {
    expect(new Date(instantOf(day, time, BERLIN)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('knows a change of half an hour, one at midnight, and a day that a whole country left out', () => {
    expect(instantOf('2026-10-04', 135, 'Australia/Lord_Howe')).toBe(at('2026-10-03T15:30:00Z'));
    expect(instantOf('2018-11-04', 0, 'America/Sao_Paulo')).toBe(at('2018-11-04T03:00:00Z'));
    expect(instantOf('2011-12-30', 720, 'Pacific/Apia')).toBe(at('2011-12-30T10:00:00Z'));
  });

  it('is read back as it was written, or is the first moment after what the clocks leave out', () => {
    fc.assert(
      fc.property(instants, minutes, zones, (instant, time, zone) => {
        const day = dayIn(instant, zone);
        const found = instantOf(day, time, zone);
        const shown = found + offsetAt(found, zone);
        const wall = at(`${day}T00:00:00Z`) + time * 60_000;
        expect(shown).toBeGreaterThanOrEqual(wall);
        // A moment before, it showed less: it is the first instant of all.
        expect(found - 1 + offsetAt(found - 1, zone)).toBeLessThan(wall);
        if (shown === wall) expect([dayIn(found, zone), minutesIn(found, zone)]).toEqual([day, time]);
      }),
    );
  });

  it('treats an unknown zone as UTC, and says that it is none', () => {
    expect([isZone('Mars/Olympus'), isZone(BERLIN), offsetAt(0, 'Mars/Olympus')]).toEqual([false, true, 0]);
  });
});

describe('days', () => {
  it('counts leap days', () => {
    expect([addDays('2028-02-28', 1), addDays('2027-02-28', 1), addDays('2028-03-01', -1)]).toEqual([
      '2028-02-29',
      '2027-03-01',
      '2028-02-29',
    ]);
    expect([weekdayOf('2028-02-29'), daysBetween('2028-02-01', '2028-03-01')]).toEqual([2, 29]);
  });

  it.each([['2026-02-29'], ['2026-13-01'], ['2026-1-1'], ['tomorrow'], ['']])('refuses %s', (text) => {
    expect(isDay(text)).toBe(false);
  });
});

describe('a slot', () => {
  const daily: Slot = { zone: BERLIN, minutes: 150, weekdays: null };

  it('comes once on the day that has no such time, and once on the day that has it twice', () => {
    expect(latestSlot(daily, at('2026-03-29T01:00:00Z'))).toEqual({
      at: at('2026-03-29T01:00:00Z'),
      day: '2026-03-29',
    });
    const first = { at: at('2026-10-25T00:30:00Z'), day: '2026-10-25' };
    expect(latestSlot(daily, at('2026-10-25T01:30:00Z'))).toEqual(first);
    expect(nextSlot(daily, first.at)).toEqual({ at: at('2026-10-26T01:30:00Z'), day: '2026-10-26' });
  });

  it('leaves nothing out and repeats nothing, at any instant', () => {
    fc.assert(
      fc.property(slots, instants, (slot, now) => {
        const latest = latestSlot(slot, now);
        const next = nextSlot(slot, now);
        expect(latest.at).toBeLessThanOrEqual(now);
        expect(next.at).toBeGreaterThan(now);
        expect(nextSlot(slot, latest.at)).toEqual(next);
        expect(latestSlot(slot, next.at)).toEqual(next);
        expect(latestSlot(slot, next.at - 1)).toEqual(latest);
        if (slot.weekdays) expect(slot.weekdays).toContain(weekdayOf(next.day));
        const most = slot.weekdays ? 7 * 24 * HOUR + HOUR : 25 * HOUR;
        expect(next.at - latest.at).toBeLessThanOrEqual(most);
      }),
    );
  });
});
