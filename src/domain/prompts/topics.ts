import { findThemes, type Voice } from '../digest/themes.ts';
import type { Fact } from './facts.ts';

/** So many people at least have to write about it: fewer would recognise themselves. */
const LEAST_PEOPLE = 4;
/** A word or three of plain letters: it comes from outside and may end up in a post of ours. */
const PLAIN = /^[\p{L}\p{M}][\p{L}\p{M}'’ -]{2,39}$/u;

/**
 * What many people wrote about, as a fact; none when nothing stands out. Complaints are to be left out by the caller:
 * nobody makes small talk of them.
 *
 * @param week which week it is, for the key
 * @param names our own names: everybody says them
 */
export function topicFacts(
  now: readonly Voice[],
  before: readonly Voice[],
  week: string,
  names: readonly string[],
): readonly Fact[] {
  return findThemes(now, before, { names, limit: 5 })
    .filter(({ people, phrase }) => people >= LEAST_PEOPLE && PLAIN.test(phrase))
    .slice(0, 1)
    .map(({ phrase }) => ({ kind: 'topic', key: `topic/${week}`, topic: phrase.toLocaleLowerCase('en') }));
}
