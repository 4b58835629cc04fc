import { addDays, type Day, dayIn, instantOf, isDay, weekdayOf } from './calendar.ts';
import { parseWhen } from './times.ts';
import type { Span } from './working-time.ts';

const DAY_MS = 86_400_000;
/** A slip of the finger must not change who is responsible for years. */
const FURTHEST_MS = 366 * DAY_MS;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** How people name a stretch of time, for help and for refusals. */
export const SPAN_EXAMPLES =
  'today, tomorrow, this week, next week, friday, 3h, 14:00–18:00, 2026-12-24–2026-12-26';

/** What the words of a span depend on. */
export interface SpanPlace {
  readonly now: number;
  readonly zone: string;
  /** Minutes since midnight at which a week of duty begins. */
  readonly handOver: number;
  /** Where it ends when nothing is said. */
  readonly until: number;
}

/**
 * Reads "today", "this week", "Friday", "3h", "14:00–18:00", "2026-12-24", "2026-12-24 18:00 to 2026-12-26". What has begun
 * already begins now. Null for anything else, for what is over, and for what is more than a year away.
 */
export function parseSpan(words: string, place: SpanPlace): Span | null {
  const text = words
    .trim()
    .toLowerCase()
    .replace(/^(?:for|on|from|the)\s+/, '');
  const found =
    text === '' ? { from: place.now, to: place.until } : (named(text, place) ?? dated(text, place));
  if (!found) return null;
  const from = Math.max(place.now, found.from);
  return found.to > from && found.to <= place.now + FURTHEST_MS ? { from, to: found.to } : null;
}

function named(text: string, { now, zone, handOver }: SpanPlace): Span | null {
  const today = dayIn(now, zone);
  const days = (from: Day, count: number): Span => ({
    from: instantOf(from, 0, zone),
    to: instantOf(addDays(from, count), 0, zone),
  });
  const monday = addDays(today, (8 - weekdayOf(today)) % 7 || 7);
  const week = (from: Day): Span => ({
    from: instantOf(from, handOver, zone),
    to: instantOf(addDays(from, 7), handOver, zone),
  });
  if (text === 'today') return days(today, 1);
  if (text === 'tomorrow') return days(addDays(today, 1), 1);
  if (text === 'this week') return { from: now, to: week(addDays(monday, -7)).to };
  if (text === 'next week') return week(monday);
  const weekday = text.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name.startsWith(text));
  if (weekday >= 0) return days(addDays(today, (weekday - weekdayOf(today) + 7) % 7), 1);
  const length = /^\d/.test(text) ? parseWhen(text) : null;
  return length?.kind === 'in' ? { from: now, to: now + length.ms } : null;
}

const POINT = /^(?:(\d{4}-\d{2}-\d{2})(?:[t\s]+(\d{1,2}:\d{2}))?|(\d{1,2}:\d{2}))$/;

interface Point {
  readonly day: Day | null;
  readonly minutes: number | null;
}

function pointOf(text: string): Point | null {
  const [match, day = null, time = null, alone = null] = POINT.exec(text.trim()) ?? [];
  if (match === undefined || (day !== null && !isDay(day))) return null;
  const clock = time ?? alone;
  if (clock === null) return { day, minutes: null };
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours > 24 || minutes > 59 || hours * 60 + minutes > 1_440
    ? null
    : { day, minutes: hours * 60 + minutes };
}

function dated(text: string, { now, zone }: SpanPlace): Span | null {
  // A dash within a date is no dash between two.
  const parts = text.split(/\s*[–—]\s*|\s+(?:-|to|until|till)\s+|(?<=\d:\d\d)-(?=\d)|(?<=-\d\d)-(?=\d{4}-)/);
  if (parts.length > 2) return null;
  const [first, last] = parts.map(pointOf);
  if (!first || (parts.length === 2 && !last)) return null;
  const day = first.day ?? dayIn(now, zone);
  const from = instantOf(day, first.minutes ?? 0, zone);
  if (!last) return first.minutes === null ? { from, to: instantOf(addDays(day, 1), 0, zone) } : null;
  // The last day is meant whole.
  if (last.minutes === null) return { from, to: instantOf(addDays(last.day ?? day, 1), 0, zone) };
  const to = instantOf(last.day ?? day, last.minutes, zone);
  // Over midnight.
  return { from, to: to <= from && last.day === null ? instantOf(addDays(day, 1), last.minutes, zone) : to };
}
