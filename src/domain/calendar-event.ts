import { z } from 'zod';

/** Something in a calendar. Text is from outside. */
export interface CalendarEvent {
  /** Stable for all comings of an event that repeats; with `start` it is one of them. At most 255 characters. */
  readonly uid: string;
  readonly title: string;
  readonly start: number;
  /** Not part of it any more. The same as `start` for what has no length. */
  readonly end: number;
  /** Whole days of the calendar's zone. */
  readonly allDay: boolean;
  /** Marked private or confidential: for those who are named alone. */
  readonly isPrivate: boolean;
  readonly attendees: readonly { readonly name: string; readonly email: string }[];
}

/** A calendar that can be looked at. */
export interface Calendar {
  /**
   * What lies in [`from`, `to`), or reaches into it, by its beginning; at most 2,000. At most 400 days at once.
   *
   * @throws UnavailableError or RejectedError when it cannot be read and never could
   */
  eventsBetween(from: number, to: number): Promise<readonly CalendarEvent[]>;
  /** What is wrong with it, in words; null when nothing is. The last good copy may still be in use. */
  problem(): string | null;
}

/** Where a calendar is, in potluck.yaml: an https (or webcal) address, or a file beside it. */
export const calendarPlaceSchema = z
  .string('must be the address of an ICS calendar, or an .ics file')
  .trim()
  .refine(
    (text) => /^(?:https?|webcal):\/\/[^\s]+$/i.test(text) || /^(?![a-z]+:\/\/).+\.ics$/i.test(text),
    'must be the address of an ICS calendar (https://… or webcal://…), or an .ics file',
  );
