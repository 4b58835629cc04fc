import { fold } from '../tokens.ts';

/**
 * Most of a text that is turned into features, in UTF-16 units: what a post is about stands in its first lines, and a
 * hostile post must cost no more than a long one.
 */
export const MAX_FEATURE_TEXT = 2_000;
/** Most pieces that are turned into features. */
export const MAX_PIECES = 400;
/** No word that means something is longer, in units; the rest of it is not looked at. */
const LONGEST_WORD = 32;

/** Stands for a name that was masked: a character that nobody writes (private use). */
export const NAME_MARK = '\uE000';

/** A word, a sign of punctuation or an emoji, and where it stands in the text. */
export interface Piece {
  /** Made comparable: lower case, no accents, digits as `0`; a handle is `@`, a link `://`, a masked name its mark. */
  readonly word: string;
  readonly from: number;
  readonly to: number;
  readonly type: 'word' | 'sign';
}

// Signs that change what a sentence says; all others only part words.
const SIGNS = new Set([...'.,!?:;()*/"#%$&+']);
const APOSTROPHES = new Set([0x27, 0x2019, 0x02bc]);

function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code);
  if (code < 0xc0 || code === 0xd7 || code === 0xf7) return code === 0xaa || code === 0xb5 || code === 0xba;
  // General punctuation to symbols, the signs of CJK, surrogates and private use, full-width signs.
  if (code >= 0x2000 && code <= 0x2bff) return false;
  if (code >= 0x3000 && code <= 0x303f) return false;
  return !(code >= 0xd800 && code <= 0xf8ff) && !(code >= 0xfe00 && code <= 0xff0f);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** Whether there is no digit in a word, and no letter three times in a row. */
function isPlain(word: string): boolean {
  let before = 0;
  let run = 0;
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    run = code === before ? run + 1 : 1;
    if (run > 2 || isDigit(code)) return false;
    before = code;
  }
  return true;
}

/** `Soooooo` → `soo`, `2026` → `0`: spellings and numbers that mean the same share their features. */
function plain(raw: string): string {
  const folded = fold(raw.slice(0, LONGEST_WORD)).slice(0, LONGEST_WORD);
  if (isPlain(folded)) return folded;
  let out = '';
  let run = 0;
  for (let at = 0; at < folded.length; at++) {
    const code = folded.charCodeAt(at);
    const sign = isDigit(code) ? '0' : (folded[at] ?? '');
    run = out.endsWith(sign) ? run + 1 : 1;
    if (run <= (sign === '0' ? 1 : 2)) out += sign;
  }
  return out;
}

/** Where the run of characters that are not space ends. */
function endOfRun(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) > 0x20 && text.charCodeAt(at) !== 0xa0) at++;
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    // An apostrophe or an underscore belongs to the word only between letters.
    const inner = (APOSTROPHES.has(code) || code === 0x5f) && isLetter(text.charCodeAt(at + 1));
    if (!inner && !isLetter(code)) break;
    at++;
  }
  return at;
}

function pieceAt(text: string, from: number): Piece | null {
  const sign = text[from] ?? '';
  const code = text.charCodeAt(from);
  if (sign === NAME_MARK) return { word: sign, from, to: from + 1, type: 'word' };
  if (sign === '@' && isLetter(text.charCodeAt(from + 1)))
    return { word: '@', from, to: endOfWord(text, from + 1), type: 'sign' };
  if (isLetter(code)) {
    if (text.startsWith('http://', from) || text.startsWith('https://', from))
      return { word: '://', from, to: endOfRun(text, from), type: 'sign' };
    const to = endOfWord(text, from);
    return { word: plain(text.slice(from, to)), from, to, type: 'word' };
  }
  if (isSurrogate(code)) {
    const to = Math.min(text.length, from + 2);
    return { word: text.slice(from, to), from, to, type: 'word' };
  }
  if (SIGNS.has(sign) || (code >= 0x2190 && code <= 0x2bff))
    return { word: sign, from, to: from + 1, type: 'sign' };
  if (code === 0xff1f || code === 0x61f) return { word: '?', from, to: from + 1, type: 'sign' };
  return null;
}

/** Cuts the beginning of a text into pieces. Linear: every character is looked at a fixed number of times. */
export function readPieces(text: string): readonly Piece[] {
  const part = text.length > MAX_FEATURE_TEXT ? text.slice(0, MAX_FEATURE_TEXT) : text;
  const pieces: Piece[] = [];
  let at = 0;
  while (at < part.length && pieces.length < MAX_PIECES) {
    const piece = pieceAt(part, at);
    if (piece && piece.word !== '') pieces.push(piece);
    at = piece ? piece.to : at + 1;
  }
  return pieces;
}
