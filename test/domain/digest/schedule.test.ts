import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayIn, latestSlot, minutesIn } from '../../../src/domain/calendar.ts';
import {
  type DigestSchedule,
  digestSchedules,
  digestsSchema,
  spanOfSlot,
  spanUntil,
} from '../../../src/domain/digest/schedule.ts';

const HOUR = 3_600_000;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'UTC',
];
const daily = (zone: string, weekdays: readonly number[] = [0, 1, 2, 3, 4, 5, 6]): DigestSchedule => ({
  name: 'daily',
  window: 'day',
  slot: { zone, minutes: 9 * 60, weekdays },
  places: [],
});

describe('windows of digests', () => {
  it('follow each other without a gap and without overlap, whatever the clocks do', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom([0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [3]),
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
        (zone, weekdays, now) => {
          const schedule = daily(zone, weekdays);
          let { at } = latestSlot(schedule.slot, now);
          for (let n = 0; n < 10; n++) {
            const span = spanOfSlot(schedule, at);
            expect(span.to).toBe(at);
            expect(span.from).toBe(latestSlot(schedule.slot, at - 1).at);
            expect(span.before).toBeLessThan(span.from);
            at = span.from;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are 23 and 25 hours long when the clocks change, and a week is a week', () => {
    const nine = (day: number, month: number, utc: number): number => Date.UTC(2026, month, day, utc);
    const berlin = daily('Europe/Berlin');
    expect(spanOfSlot(berlin, nine(29, 2, 7))).toMatchObject({ from: nine(28, 2, 8) });
    expect(spanOfSlot(berlin, nine(25, 9, 8))).toMatchObject({ from: nine(24, 9, 7) });
    const spring = spanUntil('week', nine(30, 2, 7), 'Europe/Berlin');
    expect(spring.to - spring.from).toBe(7 * 24 * HOUR - HOUR);
    expect(spring.from - spring.before).toBe(7 * 24 * HOUR);
  });

  it('tell a weekend with the Monday after it, held against as much time before', () => {
    const weekdays = daily('UTC', [1, 2, 3, 4, 5]);
    const monday = Date.UTC(2026, 10, 30, 9);
    const { from, before } = spanOfSlot(weekdays, monday);
    expect(from).toBe(Date.UTC(2026, 10, 27, 9));
    expect(from - before).toBe(monday - from);
  });

  it('show seven whole days, with today once most of it is over', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES.filter((zone) => zone !== 'Pacific/Apia')),
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
        fc.constantFrom('day' as const, 'week' as const),
        (zone, to, window) => {
          const { days } = spanUntil(window, to, zone);
          expect(days).toHaveLength(8);
          expect(days.toSorted((a, b) => a - b)).toEqual(days);
          expect(days.at(-1)).toBeLessThanOrEqual(to);
          expect(days.slice(0, -1).map((day) => minutesIn(day, zone))).toEqual(Array(7).fill(0));
          const today = dayIn(days[6] ?? 0, zone) === dayIn(to, zone);
          expect(today).toBe(minutesIn(to, zone) >= 720);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('schedules', () => {
  it('are read as people write them', () => {
    const places = [{ chat: 'web', channel: 'team' }];
    const settings = digestsSchema.parse({
      daily: { at: '08:30', days: 'mon-fri' },
      weekly: { day: 'friday', to: ['web:council'] },
    });
    expect(digestSchedules(settings, 'Europe/Berlin', places)).toEqual([
      {
        name: 'daily',
        window: 'day',
        slot: { zone: 'Europe/Berlin', minutes: 510, weekdays: [1, 2, 3, 4, 5] },
        places,
      },
      {
        name: 'weekly',
        window: 'week',
        slot: { zone: 'Europe/Berlin', minutes: 540, weekdays: [5] },
        places: [{ chat: 'web', channel: 'council' }],
      },
    ]);
    expect(digestSchedules(digestsSchema.parse({}), 'UTC', places)).toEqual([]);
    expect(digestsSchema.safeParse({ daily: { at: '25:00' } }).success).toBe(false);
    expect(digestsSchema.safeParse({ weekly: { day: 'someday' } }).success).toBe(false);
  });
});
