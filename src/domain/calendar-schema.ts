import { z } from 'zod';
import { isDay, isZone } from './calendar.ts';
import type { WorkingTime } from './working-time.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MINUTES = 1_440;

/** A time zone by its name, `Europe/Berlin`. */
export const zoneSchema = z
  .string('must be a time zone such as Europe/Berlin')
  .refine(isZone, 'is no time zone; write it like Europe/Berlin or America/New_York');

/** A day, `2026-12-24`. YAML itself reads it as text. */
export const daySchema = z
  .string('must be a day such as 2026-12-24')
  .refine(isDay, 'is no day of the calendar; write it like 2026-12-24');

function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined || Number(minutes) > 59) return null;
  const total = Number(hours) * 60 + Number(minutes);
  return total <= DAY_MINUTES ? total : null;
}

function timeUpTo(latest: number) {
  return z.string('must be a time in quotes such as "09:00"').transform((text, context) => {
    const minutes = minutesOf(text);
    if (minutes !== null && minutes <= latest) return minutes;
    context.issues.push({ code: 'custom', message: 'must be a time such as "09:00"', input: text });
    return z.NEVER;
  });
}

/** A time of day, `"00:00"` to `"23:59"`, as minutes since midnight. */
export const timeSchema = timeUpTo(DAY_MINUTES - 1);

function weekdayOfName(name: string): number {
  return name.trim().length < 3 ? -1 : WEEKDAYS.indexOf(name.trim().toLowerCase().slice(0, 3));
}

/** A weekday by name, `monday` or `mon`, as a number: 0 is Sunday. */
export const weekdaySchema = z
  .string('must be a weekday such as monday')
  .refine((name) => weekdayOfName(name) >= 0, 'is no weekday; write it like monday or mon')
  .transform(weekdayOfName);

/** `mon-fri` as [1, 2, 3, 4, 5]; null when it is no range. */
function weekdayRange(text: string): readonly number[] | null {
  const [first = -1, last = first] = text.split(/[-–]/, 2).map(weekdayOfName);
  if (first < 0 || last < 0) return null;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
}

/** `mon-fri`, `mon-thu, sat` or a list of them, as numbers: 0 is Sunday. */
export const weekdaysSchema = z
  .union([z.string(), z.array(z.string()).max(7)], 'must be weekdays such as mon-fri')
  .transform((given, context) => {
    const ranges = [given].flat().flatMap((part) => part.split(',').map(weekdayRange));
    const days = ranges.flatMap((range) => range ?? []);
    if (days.length > 0 && !ranges.includes(null)) return [...new Set(days)];
    context.issues.push({
      code: 'custom',
      message: 'must be weekdays such as mon-fri, or a list',
      input: given,
    });
    return z.NEVER;
  });

interface Hours {
  readonly from: number;
  readonly to: number;
}

/** `09:00-12:00, 13:00-17:30`; null when it is none. An end before its beginning is in the next day's morning. */
function hoursOf(text: string): readonly Hours[] | null {
  if (text.trim().toLowerCase() === 'closed') return [];
  const spans: Hours[] = [];
  for (const part of text.split(',')) {
    const [first = '', last = ''] = part.split(/[-–]/, 2);
    const [from, to] = [minutesOf(first), minutesOf(last)];
    const before = spans.at(-1)?.to ?? 0;
    if (from === null || to === null || from === to || from === DAY_MINUTES || from < before) return null;
    spans.push({ from, to: to > from ? to : to + DAY_MINUTES });
  }
  return spans;
}

const spansSchema = z.string('must be hours such as "09:00-17:00"').transform((text, context) => {
  const spans = hoursOf(text);
  if (spans !== null) return spans;
  context.issues.push({
    code: 'custom',
    message: 'must be hours such as "09:00-12:00, 13:00-17:00", or closed',
    input: text,
  });
  return z.NEVER;
});

const WEEKDAY_KEYS = Object.fromEntries(WEEKDAYS.map((name) => [name, spansSchema.optional()])) as Readonly<
  Record<string, z.ZodOptional<typeof spansSchema>>
>;

export const hoursSchema = z
  .strictObject({
    zone: zoneSchema.optional(),
    days: weekdaysSchema.default([1, 2, 3, 4, 5]),
    from: timeSchema.default(9 * 60),
    to: timeUpTo(DAY_MINUTES).default(17 * 60),
    /** Days that differ: `fri: "09:00-15:00"`. */
    week: z.strictObject(WEEKDAY_KEYS).default({}),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must not be the same as “from”' })
  .transform(({ zone, days, from, to, week }) => ({
    zone,
    week: WEEKDAYS.map(
      (name, weekday): readonly Hours[] =>
        week[name] ?? (days.includes(weekday) ? [{ from, to: to > from ? to : to + DAY_MINUTES }] : []),
    ),
  }))
  .refine(
    ({ week }) => week.some((spans) => spans.length > 0),
    'leaves no time at all in which the team works',
  );

/** What `team` in potluck.yaml says of time: its zone, its hours, and the local days on which nobody works. */
export const teamTimeShape = {
  zone: zoneSchema.optional(),
  hours: hoursSchema.optional(),
  holidays: z.array(daySchema).max(1_000).default([]),
};

/** Where and when the team works. */
export interface TeamTime {
  /** The zone of everything that names none of its own. */
  readonly zone: string;
  /** Null where no hours are given: around the clock. */
  readonly working: WorkingTime | null;
}

/** @returns null when hours are given without a zone: nobody could say when they are */
export function teamTimeOf(team: z.output<z.ZodObject<typeof teamTimeShape>>): TeamTime | null {
  const zone = team.hours?.zone ?? team.zone;
  if (!team.hours) return { zone: zone ?? 'UTC', working: null };
  if (zone === undefined) return null;
  return {
    zone: team.zone ?? zone,
    working: { zone, week: team.hours.week, holidays: new Set(team.holidays) },
  };
}
