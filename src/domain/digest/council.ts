import type { Place } from '../routing.ts';
import type { Kind } from '../triage/verdict.ts';
import type { Advocate, CouncilFacts, DigestFacts, Heard, PromptEcho } from './facts.ts';
import { countOf, type DigestFigure, type Pair } from './figures.ts';
import { findThemes, type Quote, quotesOf, type Theme } from './themes.ts';
import { intangibles, type Value, values } from './worth.ts';

/** What a council across functions talks about once a week. */
export interface Council {
  readonly themes: readonly Theme[];
  /** Where we are held against others. */
  readonly comparisons: Said;
  readonly praise: Said;
  readonly complaints: Said;
  readonly departments: readonly Department[];
  readonly advocates: readonly Advocate[];
  readonly prompts: readonly PromptEcho[];
  readonly intangibles: readonly DigestFigure[];
  readonly values: readonly Value[];
}

/** Conversations of one kind, with a few of the words. */
export interface Said {
  readonly count: number;
  readonly before: number;
  readonly quotes: readonly Quote[];
}

export interface Department {
  readonly name: string;
  readonly praise: number;
  readonly complaints: number;
}

const MAX_THEMES = 6;
const MAX_QUOTES = 3;
const MAX_DEPARTMENTS = 12;

/** What no department reads. */
export const NO_DEPARTMENT = 'No department';

export function makeCouncil(facts: DigestFacts, council: CouncilFacts, pair: Pair): Council {
  const said = (kind: Kind): Said => ({
    count: countOf(pair.now.raw, kind),
    before: countOf(pair.before.raw, kind),
    quotes: quotesOf(firstOf(council.heard, kind), MAX_QUOTES),
  });
  return {
    themes: findThemes(council.heard, council.heardBefore, { names: facts.names, limit: MAX_THEMES }),
    comparisons: said('comparison'),
    praise: said('praise'),
    complaints: said('complaint'),
    departments: departmentsOf(council.placed, facts.departments),
    advocates: council.advocates,
    prompts: council.prompts,
    intangibles: intangibles(facts, council, pair),
    values: values(facts, council, pair),
  };
}

/** The first words of each conversation of a kind. */
function firstOf(heard: readonly Heard[], kind: Kind): readonly Heard[] {
  const first = new Map<number, Heard>();
  for (const voice of heard) {
    if (voice.itemId === null || !voice.kinds.includes(kind)) continue;
    const known = first.get(voice.itemId);
    if (!known || voice.at < known.at) first.set(voice.itemId, voice);
  }
  return [...first.values()];
}

/** Praise and complaints by department. A conversation that two departments read counts with both. */
function departmentsOf(
  placed: CouncilFacts['placed'],
  mapping: ReadonlyMap<string, readonly Place[]>,
): readonly Department[] {
  const names = namesByItem(placed, mapping);
  const counts = new Map<string, { praise: number; complaints: number }>();
  const kindsOf = new Map(placed.map(({ itemId, kinds }) => [itemId, kinds]));
  for (const [itemId, departments] of names) {
    const kinds = kindsOf.get(itemId) ?? [];
    for (const name of departments.size > 0 ? departments : [NO_DEPARTMENT]) {
      const count = counts.get(name) ?? { praise: 0, complaints: 0 };
      if (kinds.includes('praise')) count.praise += 1;
      if (kinds.includes('complaint')) count.complaints += 1;
      counts.set(name, count);
    }
  }
  return [...counts]
    .map(([name, count]) => ({ name, ...count }))
    .sort(
      (one, other) =>
        other.complaints - one.complaints || other.praise - one.praise || (one.name < other.name ? -1 : 1),
    )
    .slice(0, MAX_DEPARTMENTS);
}

function namesByItem(
  placed: CouncilFacts['placed'],
  mapping: ReadonlyMap<string, readonly Place[]>,
): ReadonlyMap<number, ReadonlySet<string>> {
  const byPlace = new Map<string, string[]>();
  for (const [name, places] of mapping)
    for (const { chat, channel } of places) {
      const key = `${chat}:${channel}`;
      byPlace.set(key, [...(byPlace.get(key) ?? []), name]);
    }
  const names = new Map<number, Set<string>>();
  for (const { itemId, place } of placed) {
    const own = mapping.size > 0 ? byPlace.get(`${place.chat}:${place.channel}`) : [place.channel];
    const known = names.get(itemId) ?? new Set();
    for (const name of own ?? []) known.add(name);
    names.set(itemId, known);
  }
  return names;
}
