import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBurst } from '../../../src/domain/prompts/burst.ts';
import { eventKind } from '../../../src/domain/prompts/events.ts';
import { type Entry, eventFacts, teamFacts } from '../../../src/domain/prompts/facts.ts';
import { fill, spanWords } from '../../../src/domain/prompts/fill.ts';
import { easterOf, HOLIDAY_COUNTRIES, holidaysBetween } from '../../../src/domain/prompts/holidays.ts';
import { LIBRARY } from '../../../src/domain/prompts/library.ts';
import { HOSTILE_TEXTS } from '../../support/cards.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 5, 5, 10);
const entry = (change: Partial<Entry> = {}): Entry => ({
  title: 'Potluck',
  startsAt: NOON,
  endsAt: NOON + 3_600_000,
  allDay: false,
  isPrivate: false,
  ...change,
});

describe('what a calendar says', () => {
  it.each([
    ['Potluck in the kitchen', 'potluck'],
    ['POT-LUCK 🍲', 'potluck'],
    ['Monthly All-Hands', 'all-hands'],
    ['Townhall Q3', 'all-hands'],
    ['Betriebsversammlung', 'all-hands'],
    ['Team lunch @ Luigi', 'lunch'],
    ['Weihnachtsfeier', 'party'],
    ['Inventur Lager 2', 'stocktake'],
    ['Tag der offenen Tür', 'open-day'],
    ['First aid refresher', 'first-aid'],
    ['Hackathon day 1', 'hack-day'],
    ['Standup', null],
    ['Dentist', null],
    ['Lunch', null],
    ['All-hands: layoffs', null],
    ['Town hall (confidential)', null],
    ['Potluck interview with a candidate', null],
    ['Private: cake day', null],
    ['Team lunch after the funeral', null],
    ['', null],
  ])('“%s” is %s', (title, kind) => {
    expect(eventKind(title)).toBe(kind);
  });

  it('is never used when it is private, and is one thing however often it stands there', () => {
    expect(eventFacts([entry({ isPrivate: true })], 'UTC')).toEqual([]);
    expect(
      eventFacts([entry(), entry({ title: 'The potluck' }), entry({ startsAt: NOON + DAY })], 'UTC'),
    ).toMatchObject([{ key: 'event/potluck/2026-06-05' }, { key: 'event/potluck/2026-06-06' }]);
    // It is on the day that people there have.
    const late = entry({ startsAt: Date.UTC(2026, 5, 5, 23) });
    expect(eventFacts([late], 'Europe/Berlin')).toMatchObject([{ day: '2026-06-06' }]);
  });

  it('never gets into a text: only our own words and the time do', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Potluck', 'All-hands', 'Team lunch', 'Summer party'),
        fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 }),
        (known, secret) => {
          const voice = { zone: 'UTC', place: 'the office', twelveHours: true };
          for (const fact of eventFacts([entry({ title: `${known} ${secret}` })], 'UTC')) {
            const same = eventFacts([entry({ title: known })], 'UTC');
            expect([fact]).toEqual(same);
            for (const idea of LIBRARY.filter(({ theme }) => theme === 'event'))
              expect(fill(idea, fact, voice)).toBe(fill(idea, same[0] ?? null, voice));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is read quickly, whatever it is', () => {
    for (const { text } of HOSTILE_TEXTS) expect(() => eventKind(text)).not.toThrow();
    const start = performance.now();
    eventKind('all '.repeat(1_000_000));
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('colleagues', () => {
  it('have a birthday and an anniversary, those of 29 February every year', () => {
    const team = [
      { name: 'Ana', birthday: '02-29', since: '2024-02-29' },
      { name: 'Ben', birthday: null, since: '2026-03-01' },
    ];
    const keys = (year: number): string[] =>
      teamFacts(team, `${year}-02-25`, `${year}-03-03`).map(({ key }) => key);
    expect(keys(2027)).toEqual([
      'birthday/Ana/2027-02-28',
      'anniversary/Ana/2027-02-28',
      'anniversary/Ben/2027-03-01',
    ]);
    expect(keys(2028)).toEqual([
      'birthday/Ana/2028-02-29',
      'anniversary/Ana/2028-02-29',
      'anniversary/Ben/2028-03-01',
    ]);
    // The first day itself is no anniversary.
    expect(keys(2024)).toEqual(['birthday/Ana/2024-02-29']);
    // Over the turn of the year.
    const winter = [{ name: 'Cy', birthday: '01-02', since: '2020-12-30' }];
    expect(teamFacts(winter, '2026-12-28', '2027-01-04').map(({ key }) => key)).toEqual([
      'anniversary/Cy/2026-12-30',
      'birthday/Cy/2027-01-02',
    ]);
  });
});

describe('holidays', () => {
  const of = (country: string, year: number): Record<string, string> =>
    Object.fromEntries(
      holidaysBetween([country], `${year}-01-01`, `${year}-12-31`).map(({ name, day }) => [name, day]),
    );

  it('are on the days that the countries keep', () => {
    expect([2000, 2024, 2025, 2026, 2027, 2038, 2100].map(easterOf)).toEqual([
      '2000-04-23',
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2027-03-28',
      '2038-04-25',
      '2100-03-28',
    ]);
    expect(of('DE', 2026)).toEqual({
      'New Year’s Day': '2026-01-01',
      'Good Friday': '2026-04-03',
      'Easter Monday': '2026-04-06',
      'Labour Day': '2026-05-01',
      'Ascension Day': '2026-05-14',
      'Whit Monday': '2026-05-25',
      'German Unity Day': '2026-10-03',
      'Christmas Day': '2026-12-25',
      'the day after Christmas': '2026-12-26',
    });
    expect(of('us', 2026)).toMatchObject({
      'Memorial Day': '2026-05-25',
      'Labor Day': '2026-09-07',
      Thanksgiving: '2026-11-26',
    });
    expect(of('CA', 2026)).toMatchObject({ Thanksgiving: '2026-10-12' });
    expect(of('GB', 2026)).toMatchObject({
      'the early May bank holiday': '2026-05-04',
      'the spring bank holiday': '2026-05-25',
      'the summer bank holiday': '2026-08-31',
    });
    expect(of('SE', 2026)).toMatchObject({ 'Midsummer Eve': '2026-06-19' });
    expect(of('SE', 2028)).toMatchObject({ 'Midsummer Eve': '2028-06-23' });
    expect(of('NZ', 2026)).toMatchObject({ 'Labour Day': '2026-10-26' });
    expect(holidaysBetween(['XX'], '2026-01-01', '2026-12-31')).toEqual([]);
  });

  it('are in order, within what was asked for, and each once for countries that share them', () => {
    fc.assert(
      fc.property(
        fc.subarray([...HOLIDAY_COUNTRIES], { minLength: 1 }),
        fc.integer({ min: 1990, max: 2100 }),
        (countries, year) => {
          const days = holidaysBetween(countries, `${year}-03-01`, `${year + 1}-02-01`);
          expect([...days].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))).toEqual(days);
          expect(days.every(({ day }) => day >= `${year}-03-01` && day <= `${year + 1}-02-01`)).toBe(true);
          expect(new Set(days.map(({ name, day }) => `${name} ${day}`)).size).toBe(days.length);
        },
      ),
    );
  });
});

describe('a burst of complaints', () => {
  const hours = (...ago: number[]): number[] => ago.map((hour) => NOON - hour * 3_600_000);
  it('is many in a day, and many more than usual', () => {
    expect(isBurst([], NOON)).toBe(false);
    expect(isBurst(hours(1, 2, 3, 4), NOON)).toBe(false);
    expect(isBurst(hours(1, 2, 3, 4, 5), NOON)).toBe(true);
    // A team that gets five a day has no burst at six.
    const usual = Array.from({ length: 14 * 5 }, (_, at) => NOON - DAY - at * (DAY / 5));
    expect(isBurst([...usual, ...hours(1, 2, 3, 4, 5, 6)], NOON)).toBe(false);
    expect(isBurst([...usual, ...hours(...Array.from({ length: 15 }, (_, at) => at + 1))], NOON)).toBe(true);
    // What is still to come, or long over, counts for nothing.
    expect(isBurst(hours(-1, -2, -3, -4, -5), NOON)).toBe(false);
  });
});

describe('how long it takes, in words', () => {
  it.each([
    [10, 'a moment'],
    [30, 'half an hour'],
    [60, 'an hour'],
    [90, 'an hour and a half'],
    [120, 'two hours'],
    [300, 'five hours'],
    [480, 'the rest of the day'],
  ])('%i minutes are %s', (minutes, words) => {
    expect(spanWords(minutes * 60_000)).toBe(words);
  });
});
