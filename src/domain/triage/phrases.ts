import { readWords, STEM, type Words } from './tokens.ts';

interface Phrase<Value> {
  readonly words: readonly string[];
  /** Whether the last word may go on: `disappoint*`. */
  readonly open: boolean;
  readonly value: Value;
}

/** Phrases by their first word, or by the first three letters of an open first word. */
export interface Finder<Value> {
  readonly exact: ReadonlyMap<string, readonly Phrase<Value>[]>;
  readonly open: ReadonlyMap<string, readonly Phrase<Value>[]>;
}

export interface Found<Value> {
  readonly from: number;
  readonly to: number;
  readonly value: Value;
}

function parse<Value>(entry: string, value: Value): Phrase<Value> | null {
  const open = entry.endsWith('*');
  const words = readWords(open ? entry.slice(0, -1) : entry).tokens.map((token) => token.word);
  return words.length > 0 ? { words, open, value } : null;
}

/**
 * Compiles lists of phrases, separated by commas or line ends. A phrase is read like a post (accents, apostrophes and
 * case do not matter); a `*` at its end lets the last word go on.
 */
export function finder<Value>(
  lists: readonly { readonly phrases: string; readonly value: Value }[],
): Finder<Value> {
  const exact = new Map<string, Phrase<Value>[]>();
  const open = new Map<string, Phrase<Value>[]>();
  for (const { phrases, value } of lists) {
    for (const entry of phrases.split(/[,\n]/)) {
      const phrase = parse(entry.trim(), value);
      if (!phrase) continue;
      const first = phrase.words[0] ?? '';
      const byStem = phrase.open && phrase.words.length === 1 && first.length >= STEM;
      const table = byStem ? open : exact;
      const key = byStem ? first.slice(0, STEM) : first;
      const bucket = table.get(key);
      if (bucket) bucket.push(phrase);
      else table.set(key, [phrase]);
    }
  }
  // The longest first: "not bad at all" before "bad".
  const longest = (a: Phrase<Value>, b: Phrase<Value>): number =>
    b.words.length - a.words.length || (b.words[0]?.length ?? 0) - (a.words[0]?.length ?? 0);
  for (const bucket of [...exact.values(), ...open.values()]) bucket.sort(longest);
  return { exact, open };
}

function fits<Value>(phrase: Phrase<Value>, words: Words, at: number): boolean {
  const last = phrase.words.length - 1;
  for (let step = 0; step <= last; step++) {
    const token = words.tokens[at + step];
    const wanted = phrase.words[step] ?? '';
    if (!token || token.type === 'link' || token.type === 'handle') return false;
    // A phrase does not reach over a pause ("it works, not only…"), but its first word may stand after one.
    if (step > 0 && token.opens) return false;
    if (token.word !== wanted && !(phrase.open && step === last && token.word.startsWith(wanted)))
      return false;
  }
  return true;
}

/** The first that fits: buckets are sorted, the longest first. */
function fitting<Value>(
  bucket: readonly Phrase<Value>[],
  words: Words,
  at: number,
  wanted: (value: Value) => boolean,
): Phrase<Value> | null {
  for (const phrase of bucket) if (wanted(phrase.value) && fits(phrase, words, at)) return phrase;
  return null;
}

function best<Value>(
  table: Finder<Value>,
  words: Words,
  at: number,
  wanted: (value: Value) => boolean,
): Phrase<Value> | null {
  const token = words.tokens[at];
  if (!token || token.type === 'link' || token.type === 'handle') return null;
  const exact = table.exact.get(token.word);
  const open = table.open.size > 0 ? table.open.get(token.stem) : undefined;
  // Nearly every word of nearly every post ends here.
  if (!exact && !open) return null;
  const longest = (exact && fitting(exact, words, at, wanted)) ?? null;
  const other = (open && fitting(open, words, at, wanted)) ?? null;
  if (!longest || !other) return longest ?? other;
  return other.words.length > longest.words.length ? other : longest;
}

/** Every phrase that occurs, the longest at each place, none overlapping. `wanted` leaves out values. */
export function findAll<Value>(
  table: Finder<Value>,
  words: Words,
  wanted: (value: Value) => boolean = () => true,
): readonly Found<Value>[] {
  const found: Found<Value>[] = [];
  let at = 0;
  while (at < words.tokens.length) {
    const phrase = best(table, words, at, wanted);
    if (phrase) {
      found.push({ from: at, to: at + phrase.words.length, value: phrase.value });
      at += phrase.words.length;
    } else at++;
  }
  return found;
}

/** The phrase that begins exactly at one token, or null. */
export function findAt<Value>(
  table: Finder<Value>,
  words: Words,
  at: number,
  wanted: (value: Value) => boolean = () => true,
): Found<Value> | null {
  const phrase = best(table, words, at, wanted);
  return phrase ? { from: at, to: at + phrase.words.length, value: phrase.value } : null;
}
