import { addDays, type Day, daysBetween } from './calendar.ts';

/** A day of the year, and the year where somebody told it. */
export interface Birthday {
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31; 29 February exists. */
  readonly day: number;
  readonly year: number | null;
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Who is older has other things to do than to be congratulated by a shop. */
const FIRST_YEAR = 1_900;

/**
 * A birthday as people type it: `24 Dec`, `December 24 1990`, `24.12.`, `24.12.1990`, `1990-12-24`. Null for what is no
 * day, and for `4/5`, which is another day on either side of the ocean.
 */
export function parseBirthday(text: string): Birthday | null {
  const line = text.trim().toLowerCase().slice(0, 60);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(line);
  if (iso) return birthday(Number(iso[2]), Number(iso[3]), iso[1]);
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.?\s?(\d{4})?$/.exec(line);
  if (dotted) return birthday(Number(dotted[2]), Number(dotted[1]), dotted[3]);
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ?([a-z]{3,9})\.?,?(?: (\d{4}))?$/.exec(line);
  if (dayFirst) return birthday(monthOf(dayFirst[2]), Number(dayFirst[1]), dayFirst[3]);
  const monthFirst = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?$/.exec(line);
  if (monthFirst) return birthday(monthOf(monthFirst[1]), Number(monthFirst[2]), monthFirst[3]);
  return null;
}

function monthOf(word = ''): number {
  return MONTHS.findIndex((month) => month.startsWith(word)) + 1;
}

function birthday(month: number, day: number, year: string | undefined): Birthday | null {
  const known = year === undefined ? null : Number(year);
  if (day < 1 || day > (DAYS[month - 1] ?? 0)) return null;
  if (known !== null && (known < FIRST_YEAR || known > 2_100)) return null;
  if (known !== null && month === 2 && day === 29 && !isLeap(known)) return null;
  return { month, day, year: known };
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** "24 December", "24 December 1990". */
export function birthdayWords({ month, day, year }: Birthday): string {
  const name = MONTHS[month - 1] ?? '';
  return `${day} ${name.charAt(0).toUpperCase()}${name.slice(1)}${year === null ? '' : ` ${year}`}`;
}

/** The day it is kept on in a year: whoever was born on 29 February has it on 28 February in other years. */
export function keptOn({ month, day }: Birthday, year: number): Day {
  const date = month === 2 && day === 29 && !isLeap(year) ? 28 : day;
  return new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);
}

/** Days from today to the next birthday: 0 is today, at most 365. */
export function daysToBirthday(birthday: Birthday, today: Day): number {
  const year = Number(today.slice(0, 4));
  const here = daysBetween(today, keptOn(birthday, year));
  return here >= 0 ? here : daysBetween(today, keptOn(birthday, year + 1));
}

/** "birthday today", "birthday tomorrow", "birthday in 2 days". */
export function birthdayIn(days: number): string {
  if (days === 0) return 'birthday today';
  return days === 1 ? 'birthday tomorrow' : `birthday in ${days} days`;
}

/**
 * The days of the year on which birthdays fall between two days, both included, at most 366 of them: 29 February is among
 * them also where a year has none and it is kept on the 28th.
 */
export function daysOfYear(from: Day, to: Day): readonly { readonly month: number; readonly day: number }[] {
  const days: { month: number; day: number }[] = [];
  for (let ahead = 0; ahead <= Math.min(daysBetween(from, to), 365); ahead++) {
    const [year = 0, month = 0, day = 0] = addDays(from, ahead).split('-').map(Number);
    days.push({ month, day });
    if (month === 2 && day === 28 && !isLeap(year)) days.push({ month: 2, day: 29 });
  }
  return days;
}
