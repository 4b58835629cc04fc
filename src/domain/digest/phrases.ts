import { readLanguage } from '../triage/language.ts';
import { readWords, type Token } from '../triage/tokens.ts';
import { isStopWord } from './stop-words.ts';

/** A word as themes compare it, and as it was written. */
export interface Term {
  /** Folded; empty where a sentence, a name or a small word parts what stands around it. */
  readonly key: string;
  readonly raw: string;
  /** Stands inside of a phrase, never at its ends: “out of stock”. */
  readonly small: boolean;
}

/** Terms of one post that are looked at: what a post is about stands in its beginning. */
const MAX_TERMS = 60;
// Thai to Myanmar, kana, Han: no spaces between words. Hangul has them.
const SPACELESS = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;

const HAN = /[\u3400-\u9fff]/;

/** Whether a word is written in a script that puts no spaces between words. */
export function isSpaceless(word: string): boolean {
  return SPACELESS.test(word);
}

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });
const PART: Term = { key: '', raw: '', small: false };

/** Cuts a post into the terms that a phrase may be made of. @param own words that say nothing here: our own names, folded */
export function termsOf(text: string, lang: string | null, own: ReadonlySet<string>): readonly Term[] {
  const words = readWords(text);
  const reading = readLanguage(words, lang);
  const language = reading.sure ? reading.language : null;
  const ends = new Set(words.sentences.map(({ to }) => to));
  const terms: Term[] = [];
  for (const [at, token] of words.tokens.entries()) {
    if (terms.length >= MAX_TERMS) break;
    if (token.opens) terms.push(PART);
    for (const piece of piecesOf(token)) terms.push(term(piece, token, language, own));
    if (ends.has(at + 1)) terms.push(PART);
  }
  return terms;
}

interface Piece {
  readonly key: string;
  readonly raw: string;
}

function piecesOf(token: Token): readonly Piece[] {
  if (token.type !== 'word' || !isSpaceless(token.word)) return [{ key: token.word, raw: token.raw }];
  return [...segmenter.segment(token.raw)].map(({ segment }) => ({
    key: segment.toLowerCase(),
    raw: segment,
  }));
}

function term({ key, raw }: Piece, { type }: Token, language: string | null, own: ReadonlySet<string>): Term {
  if (type !== 'word' && type !== 'tag') return PART;
  if (own.has(key)) return PART;
  const small = isStopWord(key, language) || /^\p{N}+$/u.test(key) || isShort(key);
  return { key, raw, small };
}

/** Two letters are no word where words are made of letters. A Han sign may be a part of one that no dictionary has. */
function isShort(key: string): boolean {
  return key.length < (isSpaceless(key) ? (HAN.test(key) ? 1 : 2) : 3);
}
