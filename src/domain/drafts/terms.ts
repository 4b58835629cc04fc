import { topicsOf } from '../topics.ts';

/** A text is compared by at most so many terms. */
export const MAX_TERMS = 60;
const MAX_READ = 5_000;
/** Thai to Lao, kana, Han, Hangul: written without spaces, or with endings that hide the word. */
const SPACELESS = /[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/gu;
/** A word with signs above or below its letters (Hindi, Tamil, Hebrew with points). */
const MARKED = /[\p{L}\p{N}]*\p{M}[\p{L}\p{M}\p{N}]*/gu;
const MARKED_STEM = 6;

/**
 * What a text is found by: the beginnings of its words that mean something, and pairs of signs where a script puts no
 * spaces between words. Each is a hash, so that the index of all answered conversations can be searched but not read.
 *
 * @param without words that everybody here uses: the brand's names
 */
export function searchTerms(text: string, without: readonly string[] = []): readonly string[] {
  const plain = text
    .slice(0, MAX_READ)
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/https?:\/\/\S+|[@＠]\S+/giu, ' ');
  const found = new Set<string>();
  for (const [run] of plain.matchAll(SPACELESS)) for (const pair of pairs(run)) found.add(pair);
  const spaced = plain.replace(SPACELESS, ' ');
  for (const [word] of spaced.matchAll(MARKED)) if (word.length >= 3) found.add(word.slice(0, MARKED_STEM));
  for (const key of topicsOf(spaced.replace(MARKED, ' '), without, MAX_TERMS).keys()) found.add(key);
  return [...found].slice(0, MAX_TERMS).map(hash);
}

function pairs(run: string): readonly string[] {
  const signs = [...run];
  if (signs.length === 1) return signs;
  return signs.slice(0, -1).map((sign, at) => `${sign}${signs[at + 1]}`);
}

/** 53 bits of a text, as letters and digits: cyrb53 (https://github.com/bryc/code, public domain). */
function hash(text: string): string {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 2654435761);
    two = Math.imul(two ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (4294967296 * (2097151 & two) + (one >>> 0)).toString(36);
}

/** How much an answered conversation has in common with a text. */
export interface Likeness {
  /** Share of what the text is about that the other is about, too, rare words counting more: 0 to 1. */
  readonly coverage: number;
  /** Terms in common. */
  readonly matched: number;
  /** Terms of the other. */
  readonly size: number;
}

/** Less in common than this is chance. */
const LEAST_COVERAGE = 0.25;

/** How alike, for sorting; null when it is not worth a look. @param asked how many terms the text has */
export function likeness({ coverage, matched, size }: Likeness, asked: number): number | null {
  const least = asked <= 2 ? 1 : 2;
  if (matched < least || coverage < LEAST_COVERAGE) return null;
  return coverage * (0.5 + (0.5 * matched) / Math.max(matched, size));
}
