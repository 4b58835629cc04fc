/**
 * Most of a text that any rule looks at, in UTF-16 units. A reader decides within the first lines whether a post
 * concerns them, and a hostile post of 100,000 characters must cost no more than a long one.
 */
export const MAX_RULE_TEXT = 5_000;

/** Most words that any rule looks at. */
export const MAX_TOKENS = 1_200;

/** Letters of a word's beginning by which unfinished list entries (`disappoint*`) are found. */
export const STEM = 3;

type TokenType = 'word' | 'tag' | 'handle' | 'link' | 'emoji';

export interface Token {
  readonly type: TokenType;
  /** As written, for quoting. */
  readonly raw: string;
  /** Where `raw` begins in the text. */
  readonly at: number;
  /** Folded for comparing: lower case, without accents, `don't` as `dont`; a tag or handle without its sign. */
  readonly word: string;
  /** The first {@link STEM} units of `word`, ready for looking up. */
  readonly stem: string;
  /** Whether a clause begins here: after a comma, a dash, or at the start of a sentence. */
  readonly opens: boolean;
}

/** Tokens `from` (inclusive) to `to` (exclusive), and whether a question mark ends them. */
export interface Sentence {
  readonly from: number;
  readonly to: number;
  readonly asks: boolean;
}

/** A text as the rules see it. */
export interface Words {
  readonly tokens: readonly Token[];
  readonly sentences: readonly Sentence[];
  /** The examined part folded as a whole, for scripts that put no spaces between words; empty where there are none. */
  readonly folded: string;
}

// Names stand next to kana, Han and Hangul without a space, so these are words of their own.
// In this order: link, handle, tag, word, emoji, question mark, end of sentence, pause.
// One alternative each, every one anchored by its first character and none nested: time is linear in the text.
const PIECE =
  /((?:https?:\/\/|www\.)\S*)|([@＠][\p{L}\p{N}_][\p{L}\p{N}_.-]*)|([#＃][\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)|([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\p{L}\p{N}](?:(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[\p{L}\p{M}\p{N}_'’ʼ])*)|(\p{Extended_Pictographic}|[:;]'?-?[()D](?![\p{L}\p{N}])|<3)|([?？؟;⁇⁈⁉])|([.!…。！؛\n]+)|(?:[,،、:;—–"“”()]|\s-\s)/gu;

// French and Italian elisions hide the word behind them: l'aide, n'ai, dell'ordine.
const ELISION = /^(?:qu|dell|nell|all|un|[ldnjcsmt])'(?=.)/;
// Thai to the last CJK block, Hangul, full-width forms.
const SPACELESS = /[\u0e00-\u0eff\u3040-\ud7af\uff00-\uffef]/;
const COMBINING = /[\u0300-\u036f]/g;
const PLAIN = /^[\u0000-\u007f]*$/;
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  ʼ: "'",
  '’': "'",
};
const LETTER = /[ßłøđıæœʼ’]/g;

/**
 * Lower case without accents, so that words typed in a hurry meet words of a list: `Teşekkürler` → `tesekkurler`.
 * Marks of scripts that need them (Devanagari, kana, Hangul) stay.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(COMBINING, '')
    .normalize('NFC')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter);
}

/** The comparable forms of one written word: `don't` → `dont`, `l'aide` → `l`, `aide`. */
function wordForms(raw: string): readonly string[] {
  let word = fold(raw).replace(/'{1,100}$/, '');
  if (!word.includes("'")) return [word];
  if (word.endsWith("n't")) return [`${word.slice(0, -3)}nt`];
  const elision = ELISION.exec(word);
  if (!elision) return [word];
  const article = elision[0].slice(0, -1);
  word = word.slice(elision[0].length);
  return [article, word];
}

/** The examined part of a text: at most {@link MAX_RULE_TEXT} units, whole characters. */
function examined(text: string): string {
  return text.length <= MAX_RULE_TEXT ? text : text.slice(0, MAX_RULE_TEXT).toWellFormed();
}

/** Cuts a text into words, tags, handles, links, emoji and sentences. Linear in {@link MAX_RULE_TEXT}. */
export function readWords(text: string): Words {
  const part = examined(text);
  const tokens: Token[] = [];
  const sentences: Sentence[] = [];
  let from = 0;
  let opens = true;
  const close = (asks: boolean): void => {
    // A wall of question marks is one question.
    if (tokens.length > from || (asks && sentences.at(-1)?.to !== from))
      sentences.push({ from, to: tokens.length, asks });
    from = tokens.length;
    opens = true;
  };
  let at = 0;
  const add = (type: TokenType, raw: string, word: string): void => {
    tokens.push({ type, raw, at, word, stem: word.slice(0, STEM), opens });
    // A name or a picture in front does not use up the beginning of the clause.
    if (type === 'word') opens = false;
  };
  for (const match of part.matchAll(PIECE)) {
    if (tokens.length >= MAX_TOKENS) break;
    at = match.index;
    const [, link, handle, tag, word, emoji, ask, stop] = match;
    if (word) for (const form of wordForms(word)) add('word', word, form);
    else if (handle) add('handle', handle, fold(handle.slice(1)));
    else if (tag) add('tag', tag, fold(tag.slice(1)));
    else if (link) add('link', link, link);
    else if (emoji) add('emoji', emoji, emoji);
    else if (ask) close(ask !== ';' || /\p{Script=Greek}/u.test(part));
    else if (stop) close(false);
    else opens = true;
  }
  close(false);
  return { tokens, sentences, folded: SPACELESS.test(part) ? fold(part) : '' };
}

/** Matched words as a reason quotes them: at most 40 characters, on one line. */
export function quote(raw: string): string {
  const line = raw.replace(/\s+/g, ' ').trim();
  const characters = [...line.slice(0, 120)];
  return `“${characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('')}”`;
}

/** Tokens `from` to `to` as they were written, for {@link quote}. */
export function rawBetween(words: Words, from: number, to: number): string {
  const raws: string[] = [];
  for (let at = from; at < to && at < from + 12; at++) {
    const raw = words.tokens[at]?.raw ?? '';
    // An elision makes two tokens of one written word.
    if (raw !== raws.at(-1)) raws.push(raw);
  }
  return raws.join(' ');
}
