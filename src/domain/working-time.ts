import { addDays, type Day, dayIn, instantOf, weekdayOf } from './calendar.ts';

/**
 * When the team works. Where a function takes `WorkingTime | null`, null is a team that works around the clock.
 * Pure, and right on days that are 23 or 25 hours long.
 */
export interface WorkingTime {
  readonly zone: string;
  /** By weekday, 0 is Sunday: minutes since midnight, in order. An end beyond 1440 is in the next day's morning. At least one day has some. */
  readonly week: readonly (readonly { readonly from: number; readonly to: number }[])[];
  /** Local days on which nothing begins. */
  readonly holidays: ReadonlySet<Day>;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

const DAY_MINUTES = 1_440;
const DAY_MS = 86_400_000;
/** A span may last until the end of the day after it began. */
const LOOK_BACK_DAYS = 2;

/** Spans of work that end after `at`, in order, none overlapping; they never end. */
function* spansFrom(working: WorkingTime, at: number): Generator<Span> {
  let end = Number.NEGATIVE_INFINITY;
  for (let day = addDays(dayIn(at, working.zone), -LOOK_BACK_DAYS); ; day = addDays(day, 1)) {
    for (const span of spansOf(working, day)) {
      const from = Math.max(span.from, end);
      if (span.to <= from) continue;
      end = span.to;
      if (span.to > at) yield { from, to: span.to };
    }
  }
}

/** The stretches of work that touch [`from`, `to`), cut to it, in order. */
export function openSpans(working: WorkingTime, from: number, to: number): readonly Span[] {
  const found: Span[] = [];
  for (const span of spansFrom(working, from)) {
    if (span.from >= to) break;
    found.push({ from: Math.max(from, span.from), to: Math.min(to, span.to) });
  }
  return found;
}

/** The same days are asked for again and again, and each costs several looks into the zone. */
const known = new WeakMap<WorkingTime, Map<Day, readonly Span[]>>();
const MAX_KNOWN_DAYS = 2_000;

function spansOf(working: WorkingTime, day: Day): readonly Span[] {
  const days = known.get(working) ?? new Map<Day, readonly Span[]>();
  known.set(working, days);
  const found = days.get(day) ?? spansOn(working, day);
  if (days.size >= MAX_KNOWN_DAYS) days.clear();
  days.set(day, found);
  return found;
}

function spansOn(working: WorkingTime, day: Day): readonly Span[] {
  if (working.holidays.has(day)) return [];
  return (working.week[weekdayOf(day)] ?? []).map(({ from, to }) => ({
    from: instantOf(day, from, working.zone),
    to: instantOf(addDays(day, Math.floor(to / DAY_MINUTES)), to % DAY_MINUTES, working.zone),
  }));
}

export function isWorking(working: WorkingTime | null, at: number): boolean {
  return nextOpening(working, at) === at;
}

/** `at` itself while the team works, otherwise when it begins again. */
export function nextOpening(working: WorkingTime | null, at: number): number {
  if (working === null) return at;
  for (const span of spansFrom(working, at)) return Math.max(at, span.from);
  return at;
}

/**
 * The instant at which `ms` of working time have passed since `at`. It never lies in a pause: work that is done when the
 * day ends is done then, not the next morning.
 */
export function addWorking(working: WorkingTime | null, at: number, ms: number): number {
  if (working === null) return at + Math.max(0, ms);
  let left = Math.max(0, ms);
  if (left === 0) return at;
  for (const span of spansFrom(working, at)) {
    const from = Math.max(at, span.from);
    if (left <= span.to - from) return from + left;
    left -= span.to - from;
  }
  return at;
}

/** Working time between two instants, in milliseconds; 0 when `b` is not after `a`. */
export function workingBetween(working: WorkingTime | null, a: number, b: number): number {
  if (b <= a) return 0;
  if (working === null) return b - a;
  let total = 0;
  for (const span of spansFrom(working, a)) {
    if (span.from >= b) break;
    total += Math.min(b, span.to) - Math.max(a, span.from);
  }
  return total;
}

/** The beginning of a working day. */
export interface Opening {
  readonly at: number;
  readonly day: Day;
  /** When the team had stopped before it: the quiet time is what lies between. */
  readonly closedSince: number;
}

/** How far back the beginning of the working day is looked for, in days: a week, long holidays, a long closure. */
const OPENING_WINDOWS = [9, 45, 400];

/**
 * The beginning of the latest working day at or before `now`, where a pause comes before it. A break within a day begins no
 * day. Null for a team that works without a pause.
 */
export function latestOpening(working: WorkingTime | null, now: number): Opening | null {
  if (working === null) return null;
  for (const days of OPENING_WINDOWS) {
    const spans = withoutSeams(working, now - days * DAY_MS, now);
    for (let index = spans.length - 1; index > 0; index--) {
      const [before, span] = [spans[index - 1], spans[index]];
      if (!before || !span) continue;
      const day = dayIn(span.from, working.zone);
      if (dayIn(before.from, working.zone) !== day) return { at: span.from, day, closedSince: before.to };
    }
  }
  return null;
}

/** Spans that begin at or before `to`, those that touch made one. */
function withoutSeams(working: WorkingTime, from: number, to: number): readonly Span[] {
  const whole: { from: number; to: number }[] = [];
  for (const span of spansFrom(working, from)) {
    if (span.from > to) break;
    const last = whole.at(-1);
    if (last && last.to === span.from) last.to = span.to;
    else whole.push({ ...span });
  }
  return whole;
}
