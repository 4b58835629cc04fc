import { type Day, dayIn } from '../calendar.ts';
import { type Made, openSlot, type Rhythm, tooMuch, weekEnd } from './cadence.ts';
import { type Fitting, fitting, ranked, type Suggestion } from './choose.ts';
import type { Fact } from './facts.ts';
import { type Opening, openingsOf } from './openings.ts';

const DAY_MS = 86_400_000;
/** It is the time, and no idea is left that fits. */
export const NOTHING_FITS = 'nothing fits';
/** How many days ahead the week's ideas are kept for what has a date. */
const DAYS_KEPT_FREE = 4;

/** Everything that decides whether the team gets an idea now, and which. */
export interface Deciding extends Omit<Fitting, 'day'> {
  readonly now: number;
  readonly source: string;
  /** Where the card would go: `slack:C1`. */
  readonly channels: readonly string[];
  readonly rhythm: Rhythm;
  readonly facts: readonly Fact[];
  /** Prompts of the last weeks, of all sources, the newest first. */
  readonly made: readonly Made[];
  /** People complain more than usual. */
  readonly burst: boolean;
  /** How long an idea that needs no date is kept before the team. */
  readonly staleMs: number;
}

export type Decision =
  | {
      readonly now: true;
      readonly suggestion: Suggestion;
      /** Once for ever in this source: the local day, or the fact's key. */
      readonly slot: string;
      readonly lapsesAt: number;
    }
  | { readonly now: false; readonly why: string };

const no = (why: string): Decision => ({ now: false, why });

/** Themes of the last prompts, the newest first, each once. */
export function lately(made: readonly Made[], library: Fitting['library']): readonly string[] {
  const themes = new Map(library.map(({ id, theme }) => [id, theme]));
  return [...new Set(made.flatMap(({ idea }) => themes.get(idea ?? '') ?? []))];
}

function suggestionsFor(fact: Fact | null, input: Deciding, day: Day): readonly Suggestion[] {
  const seed = `${input.source} ${day}`;
  return ranked(fitting(fact, { ...input, day }), seed, lately(input.made, input.library));
}

/** Openings that were not used yet. */
function unused(input: Deciding): readonly Opening[] {
  const used = new Set(input.made.filter(({ source }) => source === input.source).map(({ slot }) => slot));
  return openingsOf(input.facts, input.rhythm, input.now).filter(({ fact }) => !used.has(fact.key));
}

function hasIdea({ fact, from }: Opening, input: Deciding): boolean {
  return fitting(fact, { ...input, day: dayIn(from, input.rhythm.zone) }).length > 0;
}

/**
 * What there is to do now for one source: an idea for something that has its date (a potluck tomorrow), else one for the
 * week's next slot, else nothing. Asked again and again it gives the same answer; a slot that passed is not made up for.
 */
export function decide(input: Deciding): Decision {
  const { now, rhythm } = input;
  const openings = unused(input);
  const slot = openSlot(now, rhythm, input.source);
  // Almost every look ends here.
  if (!slot && !openings.some(({ from }) => from <= now)) return no('it is not the time');
  if (input.burst) return no('people complain more than usual');
  const ahead = openings.filter((opening) => hasIdea(opening, input));
  // Of several the one that is over first: an all-hands in an hour before a potluck tomorrow.
  const [open] = ahead.filter(({ from }) => from <= now).sort((a, b) => a.until - b.until);
  const [suggestion] = open ? suggestionsFor(open.fact, input, dayIn(now, rhythm.zone)) : [];
  if (open && suggestion) {
    const much = tooMuch(now, input.made, { source: input.source, channels: input.channels }, rhythm);
    if (much === null) return { now: true, suggestion, slot: open.fact.key, lapsesAt: open.lapsesAt };
    if (!slot) return no(much);
  }
  return slot ? general(input, slot.day, ahead) : no(NOTHING_FITS);
}

function general(input: Deciding, day: Day, ahead: readonly Opening[]): Decision {
  const { now, rhythm } = input;
  if (input.made.some(({ source, slot }) => source === input.source && slot === day))
    return no('this slot has had its idea');
  const later = ahead.filter(({ from }) => from > now);
  if (later.some(({ from }) => from - now < rhythm.cadence.apartMs))
    return no('something with a date is near');
  // Several things on one day make one prompt.
  const until = Math.min(now + DAYS_KEPT_FREE * DAY_MS, weekEnd(now, rhythm.zone));
  const reserved = new Set(
    later.filter(({ from }) => from < until).map(({ from }) => dayIn(from, rhythm.zone)),
  ).size;
  const place = { source: input.source, channels: input.channels };
  const much = tooMuch(now, input.made, place, rhythm, reserved);
  if (much !== null) return no(much);
  const topics = input.facts.filter(({ kind }) => kind === 'topic');
  const pool = [null, ...topics].flatMap((fact) => suggestionsFor(fact, input, day));
  const [suggestion] = ranked(pool, `${input.source} ${day}`, lately(input.made, input.library));
  if (!suggestion) return no(NOTHING_FITS);
  return { now: true, suggestion, slot: day, lapsesAt: now + input.staleMs };
}

/**
 * Ideas that somebody may ask for at any time: first those for what lies ahead or is today, then those for any such day, of
 * different themes as far as possible.
 */
export function ideasNow(input: Deciding, limit: number): readonly Suggestion[] {
  const day = dayIn(input.now, input.rhythm.zone);
  const dated = openingsOf(input.facts, input.rhythm, input.now).flatMap(
    ({ fact }) => suggestionsFor(fact, input, day)[0] ?? [],
  );
  const topics = input.facts.filter(({ kind }) => kind === 'topic');
  const rest = [null, ...topics].flatMap((fact) => suggestionsFor(fact, input, day));
  const seed = `${input.source} ${day}`;
  const pool = ranked(rest, seed, lately(input.made, input.library));
  const firsts = pool.filter(
    (each, at) => pool.findIndex(({ idea }) => idea.theme === each.idea.theme) === at,
  );
  const all = [...dated.slice(0, Math.max(1, limit - 1)), ...firsts, ...pool];
  return [...new Map(all.map((each) => [each.idea.id, each])).values()].slice(0, limit);
}

/**
 * The idea in place of one that somebody does not want: for the same occasion first, then for any such day; null when
 * there is none left.
 */
export function anotherIdea(
  input: Deciding,
  instead: { readonly idea: string; readonly fact: Fact | null },
): Suggestion | null {
  const day = dayIn(input.now, input.rhythm.zone);
  const rested = { ...input, resting: new Set([...input.resting, instead.idea]) };
  const same = instead.fact === null ? [] : suggestionsFor(instead.fact, rested, day);
  const topics = input.facts.filter(({ kind }) => kind === 'topic');
  const seed = `${input.source} ${day} ${instead.idea}`;
  const other = [null, ...topics].flatMap((fact) => fitting(fact, { ...rested, day }));
  return same[0] ?? ranked(other, seed, lately(input.made, input.library))[0] ?? null;
}
