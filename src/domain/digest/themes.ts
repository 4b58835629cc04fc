import { cut, oneLine } from '../text.ts';
import { fold } from '../triage/tokens.ts';
import { isSpaceless, type Term, termsOf } from './phrases.ts';

/** What somebody who is not of us said, as the digest reads it. Text and names are hostile. */
export interface Voice {
  readonly source: string;
  readonly text: string;
  /** BCP 47 tag as the network gave it. */
  readonly lang: string | null;
  /** Who wrote it: the same person has the same. */
  readonly authorId: string;
  readonly by: string;
  readonly url: string | null;
  readonly at: number;
  /** The item of the conversation; null where there is none. */
  readonly itemId: number | null;
}

/** Somebody's words with the way to them. */
export interface Quote {
  readonly text: string;
  readonly by: string;
  readonly url: string | null;
  readonly source: string;
  readonly at: number;
  readonly itemId: number | null;
}

/** What several people talk about. */
export interface Theme {
  /** As most of them wrote it. */
  readonly phrase: string;
  readonly posts: number;
  readonly people: number;
  /** How often it would have been said in a window of the same number of posts, by the weeks before; null without any. */
  readonly usual: number | null;
  /** At most two, by different people. */
  readonly quotes: readonly Quote[];
  readonly itemIds: readonly number[];
}

export interface ThemeOptions {
  /** Our own names: everybody says them. */
  readonly names: readonly string[];
  readonly limit: number;
}

/** Words of a phrase at most, and with the small ones between them: “tapa de la olla”. */
const LONGEST = 3;
const LONGEST_WITH_SMALL = 5;
/** Fewer people than these make no theme. */
const LEAST_PEOPLE = 2;
/** Fewer posts before than these tell nothing of what is usual. */
const LEAST_BEFORE = 20;
/** Phrases that share so much of their posts are one theme. */
const SAME = 0.6;
/** Posts that are read, newest first: the event loop is not held for longer than a moment. */
export const MAX_READ_VOICES = 1_500;
const QUOTE = 180;

interface Phrase {
  readonly key: string;
  readonly words: number;
  readonly posts: Set<number>;
  readonly people: Set<string>;
  readonly written: Map<string, number>;
}

/**
 * What people talk about in a window, against what they talked about before: phrases of one to three words (the small ones between them left out of the count), counted once
 * a post, that at least two people used. A phrase weighs by the people who used it, more when it is longer, and more when
 * it is said more often than before. Knows no language: small words are left out by lists, and words of every week weigh little.
 */
export function findThemes(
  now: readonly Voice[],
  before: readonly Voice[],
  { names, limit }: ThemeOptions,
): readonly Theme[] {
  const read = newest(now);
  const earlier = newest(before);
  const own = new Set(names.flatMap((name) => [fold(name), ...fold(name).split(/[^\p{L}\p{M}\p{N}]+/u)]));
  const terms = read.map((voice) => termsOf(voice.text, voice.lang, own));
  const phrases = count(read, singular(terms));
  const wanted = new Set(phrases.map(({ key }) => key));
  const usual = countBefore(earlier, own, wanted);
  const scored = phrases
    .map((phrase) => ({ phrase, score: score(phrase, read.length, usual, earlier.length) }))
    .sort((a, b) => b.score - a.score || (a.phrase.key < b.phrase.key ? -1 : 1));
  const kept: Phrase[] = [];
  for (const { phrase } of scored) {
    if (kept.length >= limit) break;
    if (!kept.some((other) => overlaps(phrase, other))) kept.push(phrase);
  }
  return kept.map((phrase) => theme(phrase, read, usual, earlier.length));
}

function newest(voices: readonly Voice[]): readonly Voice[] {
  if (voices.length <= MAX_READ_VOICES) return voices;
  return [...voices].sort((a, b) => b.at - a.at).slice(0, MAX_READ_VOICES);
}

/** “lids” counts as “lid” where both are said. */
function singular(all: readonly (readonly Term[])[]): readonly (readonly Term[])[] {
  const said = new Set(all.flatMap((terms) => terms.map(({ key }) => key)));
  return all.map((terms) =>
    terms.map((term) => {
      const without = /^[a-z]{3,}s$/.test(term.key) ? term.key.slice(0, -1) : term.key;
      return without !== term.key && !term.small && said.has(without) ? { ...term, key: without } : term;
    }),
  );
}

/** Calls `found` once for every phrase that begins and ends with a word of its own. */
function eachPhrase(
  terms: readonly Term[],
  may: (term: Term) => boolean,
  found: (key: string, words: number, raw: string) => void,
): void {
  for (let from = 0; from < terms.length; from++) {
    const first = terms[from];
    if (!first || first.key === '' || first.small || !may(first)) continue;
    let key = first.key;
    let raw = first.raw;
    let own = 1;
    found(key, own, raw);
    for (let at = from + 1; at < from + LONGEST_WITH_SMALL && own < LONGEST; at++) {
      const next = terms[at];
      if (!next || next.key === '') break;
      key += ` ${next.key}`;
      raw += isSpaceless(next.key) ? next.raw : ` ${next.raw}`;
      if (next.small) continue;
      own += 1;
      if (may(next)) found(key, own, raw);
    }
  }
}

function count(voices: readonly Voice[], all: readonly (readonly Term[])[]): readonly Phrase[] {
  // Words first: a phrase has no more people than any of its words, so most phrases are never made.
  const people = new Map<string, Set<string>>();
  for (const [index, terms] of all.entries()) {
    const { authorId = '' } = voices[index] ?? {};
    for (const { key, small } of terms) {
      if (key === '' || small) continue;
      const known = people.get(key);
      if (known) known.add(authorId);
      else people.set(key, new Set([authorId]));
    }
  }
  const may = ({ key }: Term): boolean => (people.get(key)?.size ?? 0) >= LEAST_PEOPLE;
  const phrases = new Map<string, Phrase>();
  for (const [index, terms] of all.entries()) {
    const { authorId = '' } = voices[index] ?? {};
    eachPhrase(terms, may, (key, words, raw) => {
      let phrase = phrases.get(key);
      if (!phrase) {
        phrase = { key, words, posts: new Set(), people: new Set(), written: new Map() };
        phrases.set(key, phrase);
      }
      phrase.posts.add(index);
      phrase.people.add(authorId);
      phrase.written.set(raw, (phrase.written.get(raw) ?? 0) + 1);
    });
  }
  // A single sign is a part of a word at best.
  return [...phrases.values()].filter(({ key, people }) => people.size >= LEAST_PEOPLE && key.length > 1);
}

/** In how many earlier posts each of these phrases was. */
function countBefore(
  voices: readonly Voice[],
  own: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const words = new Set([...wanted].flatMap((key) => key.split(' ')));
  for (const { text, lang } of voices) {
    const seen = new Set<string>();
    const terms = termsOf(text, lang, own).map((term) => {
      const without = term.key.endsWith('s') ? term.key.slice(0, -1) : term.key;
      return words.has(without) && !words.has(term.key) ? { ...term, key: without } : term;
    });
    eachPhrase(
      terms,
      ({ key }) => words.has(key),
      (key) => {
        if (wanted.has(key)) seen.add(key);
      },
    );
    for (const key of seen) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function score(phrase: Phrase, posts: number, usual: ReadonlyMap<string, number>, before: number): number {
  const weight = phrase.people.size * (1 + 0.5 * (phrase.words - 1));
  if (before < LEAST_BEFORE) return weight;
  const rate = (phrase.posts.size + 0.5) / (posts + 1);
  const rateBefore = ((usual.get(phrase.key) ?? 0) + 0.5) / (before + 1);
  // Twice as often as before doubles the weight, half as often halves it; a word of every week keeps a quarter at least.
  return weight * Math.min(6, Math.max(0.25, 1 + Math.log2(rate / rateBefore)));
}

function overlaps(phrase: Phrase, kept: Phrase): boolean {
  let shared = 0;
  for (const post of phrase.posts) if (kept.posts.has(post)) shared += 1;
  return shared >= SAME * phrase.posts.size;
}

function theme(
  phrase: Phrase,
  voices: readonly Voice[],
  usual: ReadonlyMap<string, number>,
  before: number,
): Theme {
  const said = [...phrase.posts].flatMap((index) => voices[index] ?? []);
  const written = [...phrase.written].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0];
  return {
    phrase: oneLine(written ?? phrase.key, 80),
    posts: said.length,
    people: phrase.people.size,
    usual: before < LEAST_BEFORE ? null : ((usual.get(phrase.key) ?? 0) / before) * voices.length,
    quotes: quotesOf(said, 2),
    itemIds: [...new Set(said.flatMap(({ itemId }) => itemId ?? []))],
  };
}

/** A few of these, by different people: those that are neither a word nor a novel, the newest first. */
export function quotesOf(voices: readonly Voice[], limit: number): readonly Quote[] {
  const suits = ({ text }: Voice): number => (text.length < 25 ? 2 : text.length > 280 ? 1 : 0);
  const sorted = [...voices].sort((a, b) => suits(a) - suits(b) || b.at - a.at);
  const people = new Set<string>();
  const quotes: Quote[] = [];
  for (const voice of sorted) {
    if (quotes.length >= limit) break;
    if (people.has(voice.authorId)) continue;
    people.add(voice.authorId);
    const { source, url, at, itemId } = voice;
    quotes.push({
      text: cut(oneLine(voice.text, QUOTE * 2), QUOTE),
      by: oneLine(voice.by, 60),
      url,
      source,
      at,
      itemId,
    });
  }
  return quotes;
}
