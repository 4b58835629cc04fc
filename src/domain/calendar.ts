/**
 * Days and clocks of a place: time zones, what a wall clock there shows, and slots such as "daily at 09:00". `Intl` knows
 * every zone and each of its changes, so nothing else is needed, and all of it is right across daylight saving and leap days.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A day as calendars show it, `2026-11-30`, in whichever zone is meant. */
export type Day = string;

/** Building a formatter costs a hundred times what using it does, and there are only some six hundred zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, made);
    return made;
  } catch {
    return null;
  }
}

/** Whether it is a time zone: `Europe/Berlin`, `UTC`. */
export function isZone(zone: string): boolean {
  return formatterOf(zone) !== null;
}

/** Offset of a zone from UTC at an instant, in milliseconds; 0 for a zone nobody knows. */
export function offsetAt(at: number, zone: string): number {
  const formatter = formatterOf(zone);
  if (!formatter) return 0;
  const fields: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(at)) fields[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

/** The day that calendars in `zone` show: `2026-11-25`. */
export function dayIn(at: number, zone: string): Day {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 10);
}

/** Minutes since midnight that a wall clock in `zone` shows, 0 to 1439. */
export function minutesIn(at: number, zone: string): number {
  const local = at + offsetAt(at, zone);
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Days from one to the other; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** Whether it is written like a day and is in the calendar: `2026-02-29` is not. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

/**
 * The instant at which a wall clock in `zone` shows this time. A time that the clocks leave out counts as the next instant
 * that exists; of a time they show twice the first counts.
 *
 * @param minutes since midnight; 1440 is the next day's beginning
 */
export function instantOf(day: Day, minutes: number, zone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  // No zone changes its clocks twice within two days, so one of these two offsets holds at the wanted time.
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  const earliest = wall - Math.max(before, after);
  if (earliest + offsetAt(earliest, zone) === wall) return earliest;
  const latest = wall - Math.min(before, after);
  if (latest + offsetAt(latest, zone) === wall) return latest;
  return whenPassed(wall, earliest, latest, zone);
}

/** The first instant in (`from`, `to`] at which the wall clock shows `wall` or later: where the clocks jump over it. */
function whenPassed(wall: number, from: number, to: number, zone: string): number {
  let not = from;
  let passed = to;
  while (passed - not > 1) {
    const middle = Math.floor((not + passed) / 2);
    if (middle + offsetAt(middle, zone) >= wall) passed = middle;
    else not = middle;
  }
  return passed;
}

/** A time of the wall clock that comes again: "daily at 09:00 in Berlin", "Mondays at 09:00". */
export interface Slot {
  readonly zone: string;
  /** Minutes since midnight. */
  readonly minutes: number;
  /** 0 is Sunday; null is every day. Never empty. */
  readonly weekdays: readonly number[] | null;
}

/** One coming of a slot. */
export interface SlotTime {
  readonly at: number;
  /** The local day it belongs to: what makes it "once a day", whatever the clocks do. */
  readonly day: Day;
}

/** The latest at or before `now`. */
export function latestSlot(slot: Slot, now: number): SlotTime {
  return seekSlot(slot, addDays(dayIn(now, slot.zone), 1), -1, (at) => at <= now);
}

/** The first after `now`. */
export function nextSlot(slot: Slot, now: number): SlotTime {
  return seekSlot(slot, addDays(dayIn(now, slot.zone), -1), 1, (at) => at > now);
}

/** A week and a day either way hold every weekday; no zone has ever left out more than one day. */
const FURTHEST_SLOT_DAYS = 16;

function seekSlot(slot: Slot, start: Day, step: 1 | -1, fits: (at: number) => boolean): SlotTime {
  for (let days = 0; days <= FURTHEST_SLOT_DAYS; days++) {
    const day = addDays(start, days * step);
    if (slot.weekdays !== null && !slot.weekdays.includes(weekdayOf(day))) continue;
    const at = instantOf(day, slot.minutes, slot.zone);
    if (fits(at)) return { at, day };
  }
  throw new Error('A slot needs at least one weekday.');
}
