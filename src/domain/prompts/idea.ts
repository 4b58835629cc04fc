import type { EventKind } from './events.ts';
import type { HolidayKey } from './holidays.ts';

/** What an idea is about; for variety, and for the words on its card. */
export const THEMES = {
  office: 'office life',
  season: 'the season',
  question: 'an open question',
  behind: 'behind the scenes',
  thanks: 'a thank-you',
  story: 'customers’ stories',
  event: 'the team’s calendar',
  birthday: 'a birthday',
  anniversary: 'a work anniversary',
  holiday: 'a holiday',
  topic: 'what people write about',
} as const;
export type Theme = keyof typeof THEMES;

export type Season = 'spring' | 'summer' | 'autumn' | 'winter';

/** What must be so before an idea fits; all that is given must hold. */
export interface Fits {
  readonly season?: Season;
  /** 1 is January, in both hemispheres. */
  readonly months?: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays?: readonly number[];
  /** A kind of event in one of the team's calendars. */
  readonly event?: EventKind;
  /** `any` fits every holiday. */
  readonly holiday?: HolidayKey | 'any';
}

/**
 * An idea for a human post. The text is what a colleague might really say; where it is fed, `{place}`, `{day}`, `{time}`,
 * `{span}`, `{name}`, `{years}`, `{holiday}` and `{topic}` stand for what is filled in. Of a calendar only the time and our
 * own word for the kind of event ever get into a text, never its title.
 */
export interface Idea extends Fits {
  /** Stable for ever: it is remembered under it. Small letters, digits and dashes, at most 40. */
  readonly id: string;
  readonly theme: Theme;
  readonly text: string;
  /** BCP 47. A library in another language is another list of ideas with ids of its own. */
  readonly lang: 'en';
}

/** `[what it is called, what it says, when it fits]`: how the lists are written down. */
export type Entry = readonly [name: string, text: string, fits?: Fits];

export function ideas(theme: Theme, entries: readonly Entry[]): readonly Idea[] {
  return entries.map(([name, text, fits]) => ({ id: `${theme}-${name}`, theme, text, lang: 'en', ...fits }));
}
