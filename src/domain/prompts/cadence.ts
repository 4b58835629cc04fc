import { addDays, type Day, dayIn, instantOf, weekdayOf } from '../calendar.ts';
import { draw } from './draw.ts';

const MINUTE = 60_000;

/** How often, and when, the team is given an idea for a source. */
export interface Cadence {
  /** Most in one week, Monday to Sunday. */
  readonly perWeek: number;
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, local. */
  readonly from: number;
  readonly to: number;
  /** Least time between two, in one source and in one channel alike. */
  readonly apartMs: number;
}

/** Where and when the team works. */
export interface Rhythm {
  readonly zone: string;
  readonly cadence: Cadence;
  /** Days on which nobody is there. */
  readonly holidays: ReadonlySet<Day>;
}

/** A chance for one idea: from `minute` of a day, as its clocks show it, until the team's hours end, and then no more. */
export interface Slot {
  readonly day: Day;
  readonly minute: number;
}

/** Whether the team is there on that day. */
export function isTheirs(day: Day, { cadence, holidays }: Rhythm): boolean {
  return cadence.days.includes(weekdayOf(day)) && !holidays.has(day);
}

/** The hours of a day in which an idea may come, whatever the clocks do on it. */
export function hoursOf(
  day: Day,
  { zone, cadence }: Rhythm,
): { readonly at: number; readonly until: number } {
  return { at: instantOf(day, cadence.from, zone), until: instantOf(day, cadence.to, zone) };
}

export function mondayOf(day: Day): Day {
  return addDays(day, -((weekdayOf(day) + 6) % 7));
}

/** The beginning of the week of `now`. */
export function weekStart(now: number, zone: string): number {
  return instantOf(mondayOf(dayIn(now, zone)), 0, zone);
}

/** The beginning of the week after `now`. */
export function weekEnd(now: number, zone: string): number {
  return instantOf(addDays(mondayOf(dayIn(now, zone)), 7), 0, zone);
}

/** On the night the clocks change, a distance by the clock is an hour longer or shorter than it really is. */
const CLOCK_CHANGE = 60;
const DAY_MINUTES = 1_440;

/**
 * The slots of the week that `day` is in: as many as the cadence gives and its distance allows, on days and at minutes
 * that are drawn by the seed, so that nobody sets a clock by them and every process draws the same.
 */
export function slotsOfWeek(day: Day, rhythm: Rhythm, seed: string): readonly Slot[] {
  const { cadence } = rhythm;
  const monday = mondayOf(day);
  const days = [0, 1, 2, 3, 4, 5, 6].map((index) => ({ index, day: addDays(monday, index) }));
  // Not in the last half hour of the day: somebody has to read it.
  const room = Math.max(1, cadence.to - cadence.from - 30);
  const apart = cadence.apartMs / MINUTE + CLOCK_CHANGE;
  const slots: (Slot & { readonly index: number })[] = [];
  for (const each of days.sort((a, b) => draw(seed, a.day) - draw(seed, b.day))) {
    if (slots.length >= cadence.perWeek) break;
    if (!isTheirs(each.day, rhythm)) continue;
    const minute = cadence.from + Math.floor(draw(seed, `${each.day} at`) * room);
    const far = (other: (typeof slots)[number]): boolean =>
      Math.abs((other.index - each.index) * DAY_MINUTES + other.minute - minute) >= apart;
    if (slots.every(far)) slots.push({ ...each, minute });
  }
  return slots.sort((a, b) => a.index - b.index).map(({ day: on, minute }) => ({ day: on, minute }));
}

/** The slot that is open at `now`; null when none is. */
export function openSlot(now: number, rhythm: Rhythm, seed: string): Slot | null {
  const today = dayIn(now, rhythm.zone);
  const slot = slotsOfWeek(today, rhythm, seed).find(({ day }) => day === today);
  if (!slot || now < instantOf(today, slot.minute, rhythm.zone)) return null;
  return now < hoursOf(today, rhythm).until ? slot : null;
}

/** A prompt that was made. */
export interface Made {
  /** The day of its slot, or the key of its fact. */
  readonly slot: string;
  readonly source: string;
  /** `slack:C1`. */
  readonly channels: readonly string[];
  readonly at: number;
  readonly idea: string | null;
}

/** Why another one would be too much now; null when it would not. */
export function tooMuch(
  now: number,
  made: readonly Made[],
  place: { readonly source: string; readonly channels: readonly string[] },
  { zone, cadence }: Rhythm,
  reserved = 0,
): string | null {
  const here = made.filter(({ source }) => source === place.source);
  const week = here.filter(({ at }) => at >= weekStart(now, zone)).length;
  if (week + reserved >= cadence.perWeek) return 'this week has had its ideas';
  const near = made.some(
    ({ at, source, channels }) =>
      now - at < cadence.apartMs &&
      (source === place.source || channels.some((channel) => place.channels.includes(channel))),
  );
  return near ? 'the last one is too near' : null;
}
