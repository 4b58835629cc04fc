import { z } from 'zod';
import { addDays, dayIn, instantOf, latestSlot, minutesIn, type Slot } from '../calendar.ts';
import { timeSchema, weekdaySchema, weekdaysSchema } from '../calendar-schema.ts';
import { type Place, placeOf } from '../routing.ts';
import { placeName } from '../routing-rule.ts';
import type { DigestWindow } from './facts.ts';

const placesSchema = z.array(placeName).min(1).optional();

/** `digests` in potluck.yaml: when they are told by themselves, and where. Times are those of the team's zone. */
export const digestsSchema = z.strictObject({
  daily: z
    .strictObject({
      at: timeSchema.default(9 * 60),
      days: weekdaysSchema.default([0, 1, 2, 3, 4, 5, 6]),
      to: placesSchema,
    })
    .optional(),
  weekly: z
    .strictObject({ day: weekdaySchema.default(1), at: timeSchema.default(9 * 60), to: placesSchema })
    .optional(),
});

/** `departments` in potluck.yaml: which channels each of them reads. */
export const departmentsSchema = z.record(z.string().trim().min(1).max(60), placesSchema.unwrap());

/** A digest that is told by itself. */
export interface DigestSchedule {
  /** Stable for ever: part of what makes it told once. */
  readonly name: 'daily' | 'weekly';
  readonly window: DigestWindow;
  readonly slot: Slot;
  readonly places: readonly Place[];
}

/** The beginning of a window, of the one before, and of the days of its chart. */
export interface DigestSpan {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly days: readonly number[];
}

const DAYS: Readonly<Record<DigestWindow, number>> = { day: 1, week: 7 };
const CHART_DAYS = 7;
/** From this minute of the day on, the day itself is in the chart; a bar of a morning looks like a bad day. */
const NOON = 12 * 60;

/**
 * The window that ends at `to`: it begins when clocks in `zone` showed the same time a day or a week before, however many
 * hours that is when the clocks were changed.
 */
export function spanUntil(window: DigestWindow, to: number, zone: string): DigestSpan {
  const earlier = (days: number): number =>
    instantOf(addDays(dayIn(to, zone), -days), minutesIn(to, zone), zone);
  const from = Math.min(earlier(DAYS[window]), to - 1);
  return { from, to, before: Math.min(earlier(2 * DAYS[window]), from - 1), days: chartDays(to, zone) };
}

/**
 * The window of a scheduled digest: from the last time it was due, so that what happened on days without one (a weekend,
 * say) is told with the next; held against as much time before it.
 */
export function spanOfSlot({ window, slot }: DigestSchedule, to: number): DigestSpan {
  if (window === 'week') return spanUntil(window, to, slot.zone);
  const from = latestSlot(slot, to - 1).at;
  const usual = spanUntil(window, to, slot.zone);
  return from === usual.from ? usual : { ...usual, from, before: from - (to - from) };
}

/** Seven whole days, or six and today once most of it is over. */
function chartDays(to: number, zone: string): readonly number[] {
  const withToday = minutesIn(to, zone) >= NOON;
  const last = addDays(dayIn(to, zone), withToday ? 0 : -1);
  const days = Array.from({ length: CHART_DAYS }, (_, index) =>
    instantOf(addDays(last, index + 1 - CHART_DAYS), 0, zone),
  );
  return [...days, withToday ? to : instantOf(addDays(last, 1), 0, zone)];
}

/** What is told when and where. @param places where it goes when nothing else is said */
export function digestSchedules(
  { daily, weekly }: z.output<typeof digestsSchema>,
  zone: string,
  places: readonly Place[],
): readonly DigestSchedule[] {
  const to = (names: readonly string[] | undefined): readonly Place[] => names?.map(placeOf) ?? places;
  return [
    ...(daily
      ? [
          {
            name: 'daily' as const,
            window: 'day' as const,
            slot: { zone, minutes: daily.at, weekdays: daily.days },
            places: to(daily.to),
          },
        ]
      : []),
    ...(weekly
      ? [
          {
            name: 'weekly' as const,
            window: 'week' as const,
            slot: { zone, minutes: weekly.at, weekdays: [weekly.day] },
            places: to(weekly.to),
          },
        ]
      : []),
  ];
}
