import { type Day, weekdayOf } from '../calendar.ts';
import { draw } from './draw.ts';
import type { Fact } from './facts.ts';
import { fill, reasonOf, type Voice } from './fill.ts';
import { isCheerful } from './holidays.ts';
import type { Idea, Season } from './idea.ts';

/** Which half of the earth the team and its readers live on. */
export type Hemisphere = 'north' | 'south';

const NORTH: readonly Season[] = ['winter', 'spring', 'summer', 'autumn'];

/** The meteorological season: in the north, winter is December to February. */
export function seasonOf(day: Day, hemisphere: Hemisphere): Season {
  const quarter = Math.floor((Number(day.slice(5, 7)) % 12) / 3);
  return NORTH[(quarter + (hemisphere === 'south' ? 2 : 0)) % 4] ?? 'winter';
}

/** An idea with its text, ready to be put before the team. */
export interface Suggestion {
  readonly idea: Idea;
  /** What it is fed by; null when it fits any such day. */
  readonly fact: Fact | null;
  readonly text: string;
  /** Why, for the team: "a potluck on Friday". */
  readonly reason: string;
}

/** Everything that decides which ideas fit. */
export interface Fitting {
  readonly library: readonly Idea[];
  readonly day: Day;
  readonly hemisphere: Hemisphere;
  readonly voice: Voice;
  /** Ideas that rest. */
  readonly resting: ReadonlySet<string>;
}

function fitsDay({ season, months, weekdays }: Idea, { day, hemisphere }: Fitting): boolean {
  if (season !== undefined && season !== seasonOf(day, hemisphere)) return false;
  if (months !== undefined && !months.includes(Number(day.slice(5, 7)))) return false;
  return weekdays === undefined || weekdays.includes(weekdayOf(day));
}

/** Themes that need something to be fed by. */
const FED: ReadonlySet<Idea['theme']> = new Set(['event', 'birthday', 'anniversary', 'holiday', 'topic']);

function fitsFact(idea: Idea, fact: Fact | null): boolean {
  if (fact === null) return !FED.has(idea.theme);
  if (fact.kind !== idea.theme) return false;
  if (fact.kind === 'event') return idea.event === fact.event;
  if (fact.kind !== 'holiday') return true;
  return idea.holiday === 'any' ? isCheerful(fact.holiday) : idea.holiday === fact.holiday;
}

/** The ideas that fit a fact (or, with null, the day alone), in the order of the library. */
export function fitting(fact: Fact | null, how: Fitting): readonly Suggestion[] {
  return how.library.flatMap((idea) => {
    if (how.resting.has(idea.id) || !fitsFact(idea, fact) || !fitsDay(idea, how)) return [];
    const text = fill(idea, fact, how.voice);
    return text === null ? [] : [{ idea, fact, text, reason: reasonOf(idea, fact, how.voice) }];
  });
}

/** Themes that fit any day are many, what is fed by nothing fits always: each theme gets its turn, then its ideas. */
function order(suggestion: Suggestion, seed: string, lately: readonly string[]): number {
  const { theme, id, holiday } = suggestion.idea;
  // The theme that was used last comes last; those not used lately come first, in a drawn order.
  const turn = lately.indexOf(theme);
  const general = holiday === 'any' ? 0.5 : 0;
  return (turn < 0 ? 0 : lately.length - turn) * 4 + general + draw(seed, theme) + draw(seed, id) / 8;
}

/**
 * The suggestions in the order in which they are to be made. Only the seed decides between those that fit equally.
 *
 * @param lately themes of the last prompts, the newest first
 */
export function ranked(
  suggestions: readonly Suggestion[],
  seed: string,
  lately: readonly string[] = [],
): readonly Suggestion[] {
  const places = new Map(suggestions.map((each) => [each, order(each, seed, lately)]));
  return [...suggestions].sort(
    (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0) || (a.idea.id < b.idea.id ? -1 : 1),
  );
}
