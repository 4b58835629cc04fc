import { addDays, type Day, dayIn, isDay } from '../calendar.ts';
import { type EventKind, eventKind } from './events.ts';
import { type HolidayKey, holidaysBetween } from './holidays.ts';

/** An entry of a calendar, as far as it matters here. */
export interface Entry {
  readonly title: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Whole days: it has no time of day. */
  readonly allDay: boolean;
  /** Marked private or confidential: never used. */
  readonly isPrivate: boolean;
}

/** A colleague who agreed to it. */
export interface Colleague {
  readonly name: string;
  /** Month and day, `03-14`; null when nobody shall speak of it. */
  readonly birthday: string | null;
  /** The first day at work, `2021-05-03`; null likewise. */
  readonly since: Day | null;
}

/** Something that an idea may be about. `key` is stable: one prompt a source is made of a fact, whatever happens. */
export type Fact =
  | {
      readonly kind: 'event';
      readonly key: string;
      readonly event: EventKind;
      readonly day: Day;
      readonly startsAt: number;
      readonly endsAt: number;
      readonly allDay: boolean;
    }
  | { readonly kind: 'birthday'; readonly key: string; readonly name: string; readonly day: Day }
  | {
      readonly kind: 'anniversary';
      readonly key: string;
      readonly name: string;
      readonly years: number;
      readonly day: Day;
    }
  | {
      readonly kind: 'holiday';
      readonly key: string;
      readonly holiday: HolidayKey;
      readonly name: string;
      readonly day: Day;
    }
  | { readonly kind: 'topic'; readonly key: string; readonly topic: string };

/** Longest name that is put into a text, in UTF-16 units. */
const MAX_NAME = 40;

/** What the calendars know: of each kind one a day, private entries and everything unknown left out. */
export function eventFacts(entries: readonly Entry[], zone: string): readonly Fact[] {
  const facts = new Map<string, Fact>();
  for (const { title, startsAt, endsAt, allDay, isPrivate } of entries) {
    const event = isPrivate ? null : eventKind(title);
    if (event === null) continue;
    const day = dayIn(startsAt, zone);
    const key = `event/${event}/${day}`;
    if (!facts.has(key)) facts.set(key, { kind: 'event', key, event, day, startsAt, endsAt, allDay });
  }
  return [...facts.values()];
}

/** The day of a year that is celebrated: in a year without 29 February it is the day before. */
function celebrated(year: string, monthAndDay: string): Day {
  const day = `${year}-${monthAndDay}`;
  return isDay(day) ? day : `${year}-02-28`;
}

/** Birthdays and work anniversaries from `from` to `to`, both included. */
export function teamFacts(team: readonly Colleague[], from: Day, to: Day): readonly Fact[] {
  const years = new Set([from.slice(0, 4), to.slice(0, 4)]);
  const facts: Fact[] = [];
  for (const { name: full, birthday, since } of team) {
    const name = full.slice(0, MAX_NAME);
    for (const year of years) {
      if (birthday !== null) {
        const day = celebrated(year, birthday);
        facts.push({ kind: 'birthday', key: `birthday/${name}/${day}`, name, day });
      }
      const count = since === null ? 0 : Number(year) - Number(since.slice(0, 4));
      if (since !== null && count > 0) {
        const day = celebrated(year, since.slice(5));
        facts.push({ kind: 'anniversary', key: `anniversary/${name}/${day}`, name, years: count, day });
      }
    }
  }
  return facts.filter((fact) => 'day' in fact && fact.day >= from && fact.day <= to);
}

/** Holidays from `from` to `to`, both included. */
export function holidayFacts(countries: readonly string[], from: Day, to: Day): readonly Fact[] {
  return holidaysBetween(countries, from, to).map(({ key, name, day }) => ({
    kind: 'holiday',
    key: `holiday/${key}/${day}`,
    holiday: key,
    name,
    day,
  }));
}

/** How far ahead facts are looked for. */
export const LOOK_AHEAD_DAYS = 7;

/** The days whose facts may matter at `now`. */
export function lookAhead(now: number, zone: string): { readonly from: Day; readonly to: Day } {
  const today = dayIn(now, zone);
  return { from: today, to: addDays(today, LOOK_AHEAD_DAYS) };
}
