import { addDays, type Day, weekdayOf } from '../calendar.ts';

/**
 * Holidays of whole countries that our ideas can speak of. A table of our own: it is short, pure, and holds exactly the
 * days that have words here, whereas the well-kept libraries bring every region of the world, a time zone database
 * and some megabytes, of which nothing else would be used. The days are those the countries' own laws name.
 */

/** When a holiday is. `easter` counts days from Easter Sunday; `nth` is the nth weekday of a month (-1: the last). */
type Rule =
  | { readonly month: number; readonly day: number }
  | { readonly easter: number }
  | { readonly month: number; readonly weekday: number; readonly nth: number }
  /** The first such weekday on or after a day of the year. */
  | { readonly month: number; readonly day: number; readonly onOrAfter: number };

interface Entry {
  readonly name: string;
  readonly rule: Rule;
}

const fixed = (name: string, month: number, day: number): Entry => ({ name, rule: { month, day } });
const nth = (name: string, month: number, weekday: number, n: number): Entry => ({
  name,
  rule: { month, weekday, nth: n },
});

/** What an idea may be about; each with the name people read. */
const TABLE = {
  'new-year': [fixed('New Year’s Day', 1, 1)],
  easter: [{ name: 'Easter Monday', rule: { easter: 1 } }],
  'good-friday': [{ name: 'Good Friday', rule: { easter: -2 } }],
  'labour-day': [fixed('Labour Day', 5, 1)],
  ascension: [{ name: 'Ascension Day', rule: { easter: 39 } }],
  'whit-monday': [{ name: 'Whit Monday', rule: { easter: 50 } }],
  assumption: [fixed('Assumption Day', 8, 15)],
  'all-saints': [fixed('All Saints’ Day', 11, 1)],
  christmas: [fixed('Christmas Day', 12, 25)],
  'boxing-day': [fixed('the day after Christmas', 12, 26)],
  epiphany: [fixed('Epiphany', 1, 6)],
  'memorial-day': [nth('Memorial Day', 5, 1, -1)],
  'independence-day': [fixed('the Fourth of July', 7, 4)],
  'us-labor-day': [nth('Labor Day', 9, 1, 1)],
  thanksgiving: [nth('Thanksgiving', 11, 4, 4)],
  'ca-thanksgiving': [nth('Thanksgiving', 10, 1, 2)],
  'canada-day': [fixed('Canada Day', 7, 1)],
  'may-bank': [nth('the early May bank holiday', 5, 1, 1)],
  'spring-bank': [nth('the spring bank holiday', 5, 1, -1)],
  'summer-bank': [nth('the summer bank holiday', 8, 1, -1)],
  'ie-june': [nth('the June bank holiday', 6, 1, 1)],
  'ie-august': [nth('the August bank holiday', 8, 1, 1)],
  'st-patrick': [fixed('St Patrick’s Day', 3, 17)],
  'german-unity': [fixed('German Unity Day', 10, 3)],
  'austria-day': [fixed('the Austrian national day', 10, 26)],
  'swiss-day': [fixed('Swiss National Day', 8, 1)],
  'bastille-day': [fixed('Bastille Day', 7, 14)],
  'victory-day': [fixed('Victory Day', 5, 8)],
  armistice: [fixed('Armistice Day', 11, 11)],
  'kings-day': [fixed('King’s Day', 4, 27)],
  liberation: [fixed('Liberation Day', 4, 25)],
  'republic-day': [fixed('Republic Day', 6, 2)],
  'belgian-day': [fixed('Belgian National Day', 7, 21)],
  'spain-day': [fixed('the Fiesta Nacional', 10, 12)],
  'portugal-day': [fixed('Portugal Day', 6, 10)],
  'constitution-pl': [fixed('Constitution Day', 5, 3)],
  'independence-pl': [fixed('Independence Day', 11, 11)],
  'sweden-day': [fixed('the National Day of Sweden', 6, 6)],
  'norway-day': [fixed('Constitution Day', 5, 17)],
  midsummer: [{ name: 'Midsummer Eve', rule: { month: 6, day: 19, onOrAfter: 5 } }],
  'summer-holiday': [fixed('the January public holiday', 1, 26)],
  anzac: [fixed('Anzac Day', 4, 25)],
  waitangi: [fixed('Waitangi Day', 2, 6)],
  'nz-labour': [nth('Labour Day', 10, 1, 4)],
} as const satisfies Readonly<Record<string, readonly Entry[]>>;

export type HolidayKey = keyof typeof TABLE;

const COMMON: readonly HolidayKey[] = ['new-year', 'christmas'];
const WESTERN: readonly HolidayKey[] = [...COMMON, 'easter', 'good-friday', 'boxing-day'];
const MAY: readonly HolidayKey[] = ['labour-day'];
const CATHOLIC: readonly HolidayKey[] = ['all-saints', 'assumption'];

/** By ISO 3166 code. What holds only in a part of a country is left out. */
const COUNTRIES: Readonly<Record<string, readonly HolidayKey[]>> = {
  AT: [
    ...COMMON,
    'easter',
    'boxing-day',
    ...MAY,
    ...CATHOLIC,
    'epiphany',
    'ascension',
    'whit-monday',
    'austria-day',
  ],
  AU: [...WESTERN, 'summer-holiday', 'anzac'],
  BE: [...COMMON, 'easter', ...MAY, ...CATHOLIC, 'ascension', 'whit-monday', 'belgian-day', 'armistice'],
  CA: [...COMMON, 'good-friday', 'canada-day', 'us-labor-day', 'ca-thanksgiving'],
  CH: [...COMMON, 'ascension', 'swiss-day'],
  DE: [...WESTERN, ...MAY, 'ascension', 'whit-monday', 'german-unity'],
  ES: [...COMMON, 'good-friday', ...MAY, ...CATHOLIC, 'epiphany', 'spain-day'],
  FR: [
    ...COMMON,
    'easter',
    ...MAY,
    ...CATHOLIC,
    'ascension',
    'whit-monday',
    'victory-day',
    'bastille-day',
    'armistice',
  ],
  GB: [...WESTERN, 'may-bank', 'spring-bank', 'summer-bank'],
  IE: [...COMMON, 'easter', 'boxing-day', 'st-patrick', 'may-bank', 'ie-june', 'ie-august'],
  IT: [...COMMON, 'easter', 'boxing-day', ...MAY, ...CATHOLIC, 'epiphany', 'liberation', 'republic-day'],
  NL: [...COMMON, 'easter', 'boxing-day', 'kings-day', 'ascension', 'whit-monday'],
  NO: [...WESTERN, ...MAY, 'ascension', 'whit-monday', 'norway-day'],
  NZ: [...WESTERN, 'waitangi', 'anzac', 'nz-labour'],
  PL: [
    ...COMMON,
    'easter',
    'boxing-day',
    ...MAY,
    ...CATHOLIC,
    'epiphany',
    'constitution-pl',
    'independence-pl',
  ],
  PT: [...COMMON, 'good-friday', ...MAY, ...CATHOLIC, 'liberation', 'portugal-day'],
  SE: [...WESTERN, ...MAY, 'epiphany', 'ascension', 'sweden-day', 'midsummer'],
  US: [...COMMON, 'memorial-day', 'independence-day', 'us-labor-day', 'thanksgiving'],
};

/** Countries that have holidays here. */
export const HOLIDAY_COUNTRIES: readonly string[] = Object.keys(COUNTRIES);

/** Days with a rule of their own that are the same holiday to those who speak of it. */
const SAME: Readonly<Partial<Record<HolidayKey, HolidayKey>>> = {
  'ca-thanksgiving': 'thanksgiving',
  'us-labor-day': 'labour-day',
  'nz-labour': 'labour-day',
};

/** Days of mourning and remembrance, and days that divide: nothing light is said of them unless an idea is made for them. */
const SOLEMN: ReadonlySet<HolidayKey> = new Set([
  'good-friday',
  'all-saints',
  'armistice',
  'anzac',
  'memorial-day',
  'victory-day',
  'liberation',
  'waitangi',
  'summer-holiday',
  'spain-day',
]);

/** Whether an idea that fits any holiday fits this one. */
export function isCheerful(key: HolidayKey): boolean {
  return !SOLEMN.has(key);
}

export interface Holiday {
  readonly key: HolidayKey;
  /** "Easter Monday". */
  readonly name: string;
  readonly day: Day;
}

/** Easter Sunday of a year (Gregorian), by the method of Meeus, Jones and Butcher. */
export function easterOf(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return dayOf(year, month, day);
}

function dayOf(year: number, month: number, day: number): Day {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function dayBy(rule: Rule, year: number): Day {
  if ('easter' in rule) return addDays(easterOf(year), rule.easter);
  if ('nth' in rule) {
    // From the first of the month forwards, or from the first of the next one backwards.
    const start =
      rule.nth > 0
        ? dayOf(year, rule.month, 1)
        : dayOf(rule.month === 12 ? year + 1 : year, (rule.month % 12) + 1, 1);
    const ahead = (rule.weekday - weekdayOf(start) + 7) % 7;
    return addDays(start, ahead + 7 * (rule.nth > 0 ? rule.nth - 1 : rule.nth));
  }
  const day = dayOf(year, rule.month, rule.day);
  return 'onOrAfter' in rule ? addDays(day, (rule.onOrAfter - weekdayOf(day) + 7) % 7) : day;
}

/** Holidays of these countries from `from` to `to`, both included, each once, in order; unknown countries have none. */
export function holidaysBetween(countries: readonly string[], from: Day, to: Day): readonly Holiday[] {
  const keys = new Set(countries.flatMap((country) => COUNTRIES[country.toUpperCase()] ?? []));
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4)) + 1;
  const found: Holiday[] = [];
  for (let year = Number(from.slice(0, 4)), left = years; left > 0; year++, left--) {
    for (const key of keys)
      for (const { name, rule } of TABLE[key])
        found.push({ key: SAME[key] ?? key, name, day: dayBy(rule, year) });
  }
  return found
    .filter(({ day }) => day >= from && day <= to)
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.key < b.key ? -1 : 1));
}
