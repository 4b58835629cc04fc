import type { Acquaintance } from '../domain/acquaintance.ts';
import { daysOfYear, keptOn } from '../domain/birthday.ts';
import type { Day } from '../domain/calendar.ts';
import type { Queries } from '../store/store.ts';
import { calledBy } from './known.ts';

/** Birthdays of one window that are told of. */
const MOST = 200;

/** A birthday of somebody outside whom the team knows. */
export interface KeptBirthday {
  readonly acquaintance: Acquaintance;
  /** "@mira". */
  readonly called: string;
  readonly name: string;
  /** The day it is kept on in that year; of 29 February the 28th where there is none. */
  readonly day: Day;
  /** How old they get; null where the year is not known. */
  readonly age: number | null;
}

/**
 * Birthdays from one day to another, both included, at most a year apart, in their order. Without those who do not want to
 * hear from us.
 */
export async function birthdaysBetween(
  queries: Pick<Queries, 'birthdaysOn' | 'authorAsLast'>,
  from: Day,
  to: Day,
): Promise<readonly KeptBirthday[]> {
  const found = await queries.birthdaysOn(daysOfYear(from, to), MOST);
  const kept = await Promise.all(
    found.map(async (acquaintance): Promise<readonly KeptBirthday[]> => {
      const { birthday, noContact, authors } = acquaintance;
      const [author] = authors;
      if (!birthday || noContact || !author) return [];
      const year = Number(from.slice(0, 4));
      const day = [keptOn(birthday, year), keptOn(birthday, year + 1)].find(
        (each) => each >= from && each <= to,
      );
      if (day === undefined) return [];
      const look = (await queries.authorAsLast(author)) ?? { name: '', handle: '' };
      const age = birthday.year === null ? null : Number(day.slice(0, 4)) - birthday.year;
      return [{ acquaintance, called: calledBy(look), name: look.name, day, age }];
    }),
  );
  return kept.flat().sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
