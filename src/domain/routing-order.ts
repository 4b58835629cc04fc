import { takesAll } from './routing.ts';
import type { Rule, When } from './routing-rule.ts';

/**
 * Rules that can never apply, because an earlier one takes everything that they would fit: by position, with the position
 * of the earlier one. Sound, not complete: what is told here is certain.
 */
export function neverReached(rules: readonly Rule[]): ReadonlyMap<number, number> {
  const shadowed = new Map<number, number>();
  for (const [later, { when }] of rules.entries()) {
    const earlier = coveredBy(rules.slice(0, later), when, true);
    if (earlier !== null) shadowed.set(later, earlier);
  }
  return shadowed;
}

/**
 * The first of the rules that takes everything that fits these conditions, by position; null when none surely does.
 *
 * @param all whether rules without a condition count, too
 */
export function coveredBy(rules: readonly Rule[], when: When, all: boolean): number | null {
  const position = rules.findIndex(
    (rule) => !rule.continue && (takesAll(rule) ? all : impliedBy(rule.when, when)),
  );
  return position < 0 ? null : position;
}

/** Whether whatever fits `narrow` fits `wide`, too. */
function impliedBy(wide: When, narrow: When): boolean {
  const lists =
    within(narrow.kinds, wide.kinds) &&
    within(narrow.sources, wide.sources) &&
    within(narrow.via, wide.via) &&
    within(narrow.patterns, wide.patterns) &&
    within(folded(narrow.words), folded(wide.words)) &&
    spoken(narrow.languages, wide.languages);
  const from = (narrow.minPriority ?? 0) >= (wide.minPriority ?? 0);
  const to = (narrow.maxPriority ?? 100) <= (wide.maxPriority ?? 100);
  const working = wide.working === undefined || wide.working === narrow.working;
  return (
    lists && from && to && working && written(narrow.author, wide.author) && same(narrow.time, wide.time)
  );
}

/** Any of fewer values is any of more; no list at all is anything. */
function within<Value>(narrow: readonly Value[] | undefined, wide: readonly Value[] | undefined): boolean {
  return wide === undefined || (narrow?.every((value) => wide.includes(value)) ?? false);
}

function folded(words: readonly string[] | undefined): readonly string[] | undefined {
  return words?.map((word) => word.toLowerCase());
}

function spoken(narrow: When['languages'], wide: When['languages']): boolean {
  const covered = folded(narrow)?.every((tag) =>
    folded(wide)?.some((prefix) => tag === prefix || tag.startsWith(`${prefix}-`)),
  );
  return wide === undefined || (covered ?? false);
}

function written(narrow: When['author'], wide: When['author']): boolean {
  if (wide === undefined) return true;
  return (
    within(folded(narrow?.handles), folded(wide.handles)) &&
    within(folded(narrow?.names), folded(wide.names)) &&
    within(folded(narrow?.tags), folded(wide.tags)) &&
    (wide.known === undefined || wide.known === narrow?.known)
  );
}

function same(narrow: When['time'], wide: When['time']): boolean {
  return wide === undefined || JSON.stringify(narrow) === JSON.stringify(wide);
}
