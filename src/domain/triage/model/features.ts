import { NAME_MARK, type Piece, readPieces } from './pieces.ts';

/** Goes up with every change of the features: weights that were trained for others are refused. */
export const FEATURE_VERSION = 1;
/** Features are numbered below 2 to this power. */
export const FEATURE_BITS = 17;
/** How many features there can be: the length of a head's weights. */
export const FEATURE_COUNT = 1 << FEATURE_BITS;

const DENIES = new Set(
  'not no never nothing nobody without cannot hardly dont doesnt didnt isnt wasnt wont cant arent couldnt wouldnt havent hasnt'.split(
    ' ',
  ),
);
const PAUSES = new Set([...'.,!?:;()"']);
/** Words that a denial before them still governs. */
const DENIAL_REACH = 3;

/** What a text is to a linear head: few of the {@link FEATURE_COUNT} features, each with its weight. */
export interface Features {
  /** Different numbers from 0 to `FEATURE_COUNT - 1`, in no order. */
  readonly indices: Int32Array;
  /** As long as `indices`; above 0; their squares sum up to 1 (empty where the text has no words). */
  readonly values: Float32Array;
}

/** Called for every n-gram: the feature it counts for, how much, and the pieces (from, to exclusive) it stands on. */
export type Visit = (index: number, weight: number, from: number, to: number) => void;

/** Characters of an n-gram within a word; and in scripts without spaces, where two characters are a word. */
const CHARACTERS = 5;
const SPACELESS_CHARACTERS = [1, 2, 3];
/** What an n-gram of characters counts beside a word, and a pair with a word between. */
const CHARACTER_WEIGHT = 0.7;
const SKIP_WEIGHT = 0.7;

// Kinds of n-grams: equal characters of different kinds are different features.
const WORD = 1;
const PAIR = 2;
const SKIP = 4;
const LAST = 5;
const OPENS = 8;
const LENGTH = 9;
const BETWEEN = 10;
const DENIED = 11;
const CHARACTER = 16;

/** FNV-1a over the characters, begun with the kind or with the hash of what stands before. */
function hash(text: string, from: number, to: number, seed: number): number {
  // Without this step the kinds would differ in their first character only, and collide all over.
  let value = Math.imul(seed ^ 0x20, 0x9e3779b1);
  for (let at = from; at < to; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}

function hashAll(text: string, seed: number): number {
  return hash(text, 0, text.length, seed);
}

/** Spreads a hash over all bits (the finaliser of lowbias32, https://nullprogram.com/blog/2018/07/31/). */
function indexOf(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) & (FEATURE_COUNT - 1);
}

function isSpaceless(word: string): boolean {
  const code = word.charCodeAt(0);
  return (code >= 0x0e00 && code <= 0x0eff) || (code >= 0x3040 && code <= 0xd7af);
}

function visitCharacters(word: string, at: number, visit: Visit): void {
  if (isSpaceless(word)) {
    for (const length of SPACELESS_CHARACTERS)
      for (let from = 0; from + length <= word.length; from++)
        visit(indexOf(hash(word, from, from + length, CHARACTER + length)), CHARACTER_WEIGHT, at, at + 1);
    return;
  }
  const bounded = `<${word}>`;
  for (let from = 0; from + CHARACTERS <= bounded.length; from++)
    visit(
      indexOf(hash(bounded, from, from + CHARACTERS, CHARACTER + CHARACTERS)),
      CHARACTER_WEIGHT,
      at,
      at + 1,
    );
}

function endsSentence(word: string): boolean {
  return word === '.' || word === '!' || word === '?';
}

/** Words behind a "not": "not good" and "not very good" are alike. */
function visitDenied(pieces: readonly Piece[], visit: Visit): void {
  let left = 0;
  for (let at = 0; at < pieces.length; at++) {
    const word = pieces[at]?.word ?? '';
    if (PAUSES.has(word)) left = 0;
    else if (left-- > 0) visit(indexOf(hashAll(word, DENIED)), 1, at, at + 1);
    if (DENIES.has(word) || word.endsWith("n't")) left = DENIAL_REACH;
  }
}

/** How each sentence begins, together with how it ends: "why is … ?" asks, "what a … !" does not. */
function visitSentences(pieces: readonly Piece[], visit: Visit): void {
  let start = 0;
  for (let at = 0; at <= pieces.length; at++) {
    const word = at < pieces.length ? (pieces[at]?.word ?? '') : '.';
    if (!endsSentence(word)) continue;
    if (at > start) {
      const first = hashAll(pieces[start]?.word ?? '', hashAll(word, OPENS));
      visit(indexOf(first), 1, start, start + 1);
      if (start + 1 < at) visit(indexOf(hashAll(pieces[start + 1]?.word ?? '', first)), 1, start, start + 2);
      if (at >= pieces.length - 1) visit(indexOf(hashAll(word, LAST)), 1, at, at);
    }
    start = at + 1;
  }
}

/** The words between two masked names: "§ is better than §". */
function visitBetween(pieces: readonly Piece[], visit: Visit): void {
  const names = pieces.flatMap((piece, at) => (piece.word === NAME_MARK ? [at] : []));
  const [first, second] = names;
  if (first === undefined || second === undefined) return;
  for (let at = first + 1; at < second && at < first + 12; at++)
    visit(indexOf(hashAll(pieces[at]?.word ?? '', BETWEEN)), 1, at, at + 1);
}

/** Shows every n-gram of a text that was cut into pieces; the same one again wherever it stands again. */
export function visitFeatures(pieces: readonly Piece[], visit: Visit): void {
  let one = '^';
  let two = '';
  for (let at = 0; at < pieces.length; at++) {
    const word = pieces[at]?.word ?? '';
    visit(indexOf(hashAll(word, WORD)), 1, at, at + 1);
    visit(indexOf(hashAll(word, hashAll(one, PAIR))), 1, Math.max(0, at - 1), at + 1);
    if (two !== '') visit(indexOf(hashAll(word, hashAll(two, SKIP))), SKIP_WEIGHT, at - 2, at + 1);
    if (pieces[at]?.type === 'word') visitCharacters(word, at, visit);
    two = one === '^' ? '' : one;
    one = word;
  }
  if (pieces.length === 0) return;
  visit(indexOf(hashAll(one, LAST)), 1, pieces.length - 1, pieces.length);
  visit(indexOf(hashAll('length', LENGTH + Math.floor(Math.log2(pieces.length + 1)))), 1, 0, 0);
  visitDenied(pieces, visit);
  visitSentences(pieces, visit);
  visitBetween(pieces, visit);
}

// One table for all texts, always left empty: making 512 KB for each post would cost more than the rest.
const SUMS = new Float32Array(FEATURE_COUNT);

/** The features of a text that was cut into pieces. */
export function featuresOf(pieces: readonly Piece[]): Features {
  const seen: number[] = [];
  visitFeatures(pieces, (index, weight) => {
    if (SUMS[index] === 0) seen.push(index);
    SUMS[index] = (SUMS[index] ?? 0) + weight;
  });
  const indices = Int32Array.from(seen);
  const values = new Float32Array(seen.length);
  let squares = 0;
  for (let at = 0; at < seen.length; at++) {
    const index = seen[at] ?? 0;
    // The tenth "never" says less than the first. A square root is the same on every machine; a logarithm need not be.
    const value = Math.sqrt(SUMS[index] ?? 0);
    SUMS[index] = 0;
    values[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) / length;
  return { indices, values };
}

/**
 * A text as hashed n-grams: words, pairs of words, characters within words, how sentences begin and end. Works for any
 * language and any text; looks at the first `MAX_FEATURE_TEXT` units and `MAX_PIECES` pieces (at most some 15,000
 * features, typically 80). Pure, and the same on every machine. All heads share it, those trained here and those that
 * learn from a team's clicks.
 */
export function features(text: string): Features {
  return featuresOf(readPieces(text));
}
