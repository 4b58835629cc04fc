import { addDays, dayIn, instantOf, weekdayOf } from './calendar.ts';

/** Local time in a person's own time zone, as snoozes name it. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The instant at which clocks in `tz` show `hour` o'clock, `days` days after the local day of `now`. On a day when
 * that hour does not exist it is the hour after.
 */
export function localHour(now: number, tz: string, days: number, hour: number): number {
  return instantOf(addDays(dayIn(now, tz), days), hour * 60, tz);
}

/** Days from now to the next given weekday (0 is Sunday) in `tz`: 1 to 7. */
export function daysUntil(now: number, tz: string, weekday: number): number {
  return (weekday - weekdayOf(dayIn(now, tz)) + 7) % 7 || 7;
}

/** When a snooze shall end, as people say it. */
export type When =
  | { readonly kind: 'in'; readonly ms: number }
  | { readonly kind: 'tomorrow' }
  | { readonly kind: 'weekday'; readonly weekday: number };

/** The hour at which "tomorrow" and "Monday" begin. */
const MORNING = 9;

export function resolveWhen(when: When, now: number, tz: string): number {
  switch (when.kind) {
    case 'in':
      return now + when.ms;
    case 'tomorrow':
      return localHour(now, tz, 1, MORNING);
    case 'weekday':
      return localHour(now, tz, daysUntil(now, tz, when.weekday), MORNING);
  }
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: HOUR, d: DAY, w: 7 * DAY };
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const AMOUNT =
  /(\d{1,5}(?:\.\d{1,2})?)\s*(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)(?![a-z])\s*(?:and\s|,)?\s*/g;
/** Longest snooze a command takes: a slip of the finger must not bury an item for years. */
const MAX_SNOOZE_MS = 366 * DAY;

/** Reads "2h", "1h30m", "90 minutes", "3 days", "tomorrow", "Monday"; null for anything else. */
export function parseWhen(words: string): When | null {
  const text = words
    .trim()
    .toLowerCase()
    .replace(/^(for|until|till|in|on|next)\s+/, '');
  if (/^(tomorrow|tmr|tmrw|morning)$/.test(text)) return { kind: 'tomorrow' };
  if (text.length > 40) return null;
  const weekday = text.length < 3 ? -1 : WEEKDAYS.findIndex((day) => day.startsWith(text));
  if (weekday >= 0) return { kind: 'weekday', weekday };
  if (text.replace(AMOUNT, '') !== '') return null;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(AMOUNT)) ms += Number(amount) * (UNITS[unit?.[0] ?? ''] ?? 0);
  return ms > 0 && ms <= MAX_SNOOZE_MS ? { kind: 'in', ms: Math.round(ms) } : null;
}
