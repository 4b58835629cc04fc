import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  birthdayIn,
  birthdayWords,
  daysOfYear,
  daysToBirthday,
  keptOn,
  parseBirthday,
} from '../../src/domain/birthday.ts';
import { addDays, dayIn } from '../../src/domain/calendar.ts';

describe('a birthday', () => {
  it.each([
    ['24 Dec', 12, 24, null],
    [' 24 december 1990 ', 12, 24, 1990],
    ['Dec 24', 12, 24, null],
    ['December 24th, 1990', 12, 24, 1990],
    ['1st of May', 5, 1, null],
    ['24.12.', 12, 24, null],
    ['24.12.1990', 12, 24, 1990],
    ['24. 12.', 12, 24, null],
    ['1990-12-24', 12, 24, 1990],
    ['29 Feb', 2, 29, null],
    ['29 February 2000', 2, 29, 2000],
  ])('is read from “%s”', (text, month, date, year) => {
    expect(parseBirthday(text)).toEqual({ month, day: date, year });
  });

  it.each([
    '',
    'tomorrow',
    '4/5',
    '31 June',
    '30 Feb',
    '29 Feb 1999',
    '29.2.1900',
    '0 May',
    '24 Smarch',
    '2090-13-01',
    '1 Jan 1700',
    '9'.repeat(9_000),
  ])('is not read from “%s”', (text) => expect(parseBirthday(text)).toBeNull());

  it('is read back from its own words', () => {
    const days = fc.date({ min: new Date('1904-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.boolean(), (date, dated) => {
        const birthday = {
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          year: dated ? date.getUTCFullYear() : null,
        };
        expect(parseBirthday(birthdayWords(birthday))).toEqual(birthday);
      }),
    );
  });

  it('of 29 February is kept on the 28th in other years', () => {
    const leap = { month: 2, day: 29, year: 2000 };
    expect(daysToBirthday(leap, '2027-02-27')).toBe(1);
    expect(daysToBirthday(leap, '2027-02-28')).toBe(0);
    expect(daysToBirthday(leap, '2027-03-01')).toBe(365);
    expect(daysToBirthday(leap, '2028-02-28')).toBe(1);
    expect(daysToBirthday(leap, '2028-02-29')).toBe(0);
  });

  it('is never more than a year away, and comes one day nearer with every day', () => {
    const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, dates, (born, now) => {
        const birthday = { month: born.getUTCMonth() + 1, day: born.getUTCDate(), year: null };
        const today = dayIn(now.getTime(), 'UTC');
        const days = daysToBirthday(birthday, today);
        expect(days).toBeGreaterThanOrEqual(0);
        expect(days).toBeLessThanOrEqual(365);
        if (days > 0) expect(daysToBirthday(birthday, addDays(today, 1))).toBe(days - 1);
        // What is found by walking the days is what counting says.
        const until = addDays(today, days);
        expect(keptOn(birthday, Number(until.slice(0, 4)))).toBe(until);
        expect(daysOfYear(until, until)).toContainEqual({ month: birthday.month, day: birthday.day });
      }),
    );
  });

  it('is told in words', () => {
    expect([0, 1, 2].map(birthdayIn)).toEqual(['birthday today', 'birthday tomorrow', 'birthday in 2 days']);
  });

  it('is among the days of a window over the turn of the year, and no more than a year of them', () => {
    const days = daysOfYear('2026-12-30', '2027-01-02');
    expect(days).toEqual([
      { month: 12, day: 30 },
      { month: 12, day: 31 },
      { month: 1, day: 1 },
      { month: 1, day: 2 },
    ]);
    expect(daysOfYear('2027-02-27', '2027-03-01')).toHaveLength(4);
    expect(daysOfYear('2028-02-27', '2028-03-01')).toHaveLength(4);
    expect(daysOfYear('2026-01-01', '2036-01-01').length).toBeLessThanOrEqual(367);
    expect(daysOfYear('2026-01-02', '2026-01-01')).toEqual([]);
  });
});
