import { cut, manyLines, oneLine } from '../../domain/text.ts';

/**
 * Discord reads Markdown in every text display. Outside text goes through {@link plain} only: each sign that could act
 * gets a backslash, which Discord drops again before any ASCII punctuation
 * (https://docs.discord.com/developers/reference#message-formatting). Pings are forbidden once more by
 * `allowed_mentions` on every message.
 */

/** Signs that act anywhere in a line. `:` matters where it makes an address or an emoji code. */
const ANYWHERE = /[\\*_~`|<>[\]()@#]/g;
/** Signs that act at the beginning of a line: lists, headings, small print. */
const AT_START = /^(\s*)([-+])/gm;
const NUMBERED = /^(\s*\d{1,9})([.)])/gm;

/** Outside text made literal: it shows as it was written and does nothing. Line breaks stay. */
export function plain(value: string): string {
  return (
    value
      .replace(ANYWHERE, '\\$&')
      .replace(AT_START, '$1\\$2')
      .replace(NUMBERED, '$1\\$2')
      // An address is text and not a link: a customer's link is opened from the post itself, where people see it whole.
      .replace(/:(?=\/\/)/g, '\\:')
      // Discord's servers look for these words before any backslash counts.
      .replace(/\\@(?=everyone|here)/gi, '\\@\u200B')
  );
}

/** One line of outside text, literal. */
export function line(value: string, limit: number): string {
  return plain(oneLine(value, limit));
}

/** Bold outside text; nothing where there is nothing, because `****` would show its stars. */
export function bold(value: string): string {
  return value === '' ? '' : `**${value}**`;
}

/** Several lines of outside text as a quote. */
export function quote(value: string): string {
  return value
    .split('\n')
    .map((each) => `> ${plain(each)}`)
    .join('\n');
}

/** Outside text of several lines as a quote, within limits. */
export function quoteOf(value: string, limit: number, lines: number, empty = '(no text)'): string {
  const body = manyLines(value, limit, lines);
  return body === '' ? `> *${empty}*` : quote(body);
}

/** Small print below something: `-#` holds for one line. */
export function small(value: string): string {
  return value === '' ? '' : `-# ${value}`;
}

/** Whether an address can stand in a text, at most `limit` characters long. */
export function fitsInline(url: string | null, limit = 300): url is string {
  return url !== null && url !== '' && url.length <= limit && !/[\s<>\\]/.test(url);
}

/** A link whose words are ours: outside words would let a post mask where a link leads. */
export function link(url: string, words: string): string {
  return `[${words}](<${url}>)`;
}

/** "3 hours ago", kept right by Discord itself, so that a card need not be edited to grow old. */
export function when(at: number, style: 'R' | 'f' = 'R'): string {
  // Beyond this Discord shows "Invalid date" (the range of JavaScript's Date, in seconds).
  const seconds = Math.min(8_640_000_000_000, Math.max(0, Math.floor(at / 1_000) || 0));
  return `<t:${seconds}:${style}>`;
}

/** Our own text, cut so that a backslash never loses its partner. */
export function cutEscaped(value: string, limit: number): string {
  return cut(value, limit).replace(/(?<!\\)((?:\\\\)*)\\(…?)$/, '$1$2');
}
