/** Local time in a person's own time zone, without a library: `Intl` knows every zone and its changes. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Offset of a zone from UTC at an instant, in milliseconds; 0 for a zone nobody knows. */
function offsetAt(at: number, tz: string): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(at);
    const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0);
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return local - Math.floor(at / 1_000) * 1_000;
  } catch {
    return 0;
  }
}

/**
 * The instant at which clocks in `tz` show `hour` o'clock, `days` days after the local day of `now`. On a day when
 * that hour does not exist it is the hour after.
 */
export function localHour(now: number, tz: string, days: number, hour: number): number {
  const local = now + offsetAt(now, tz);
  const wanted = Math.floor(local / DAY) * DAY + days * DAY + hour * HOUR;
  // Two rounds: the offset of the guess may differ from the offset of the result on the day the clocks change.
  const first = wanted - offsetAt(wanted - offsetAt(now, tz), tz);
  return wanted - offsetAt(first, tz);
}

/** The day that calendars in `tz` show: `2026-11-25`. */
export function dayIn(at: number, tz: string): string {
  return new Date(at + offsetAt(at, tz)).toISOString().slice(0, 10);
}

/** Days from now to the next given weekday (0 is Sunday) in `tz`: 1 to 7. */
export function daysUntil(now: number, tz: string, weekday: number): number {
  const today = new Date(now + offsetAt(now, tz)).getUTCDay();
  return (weekday - today + 7) % 7 || 7;
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
