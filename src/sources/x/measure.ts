import type { Measure } from '../../domain/reply.ts';
import { PRICES } from './prices.ts';

/**
 * How X counts: https://docs.x.com/fundamentals/counting-characters and the configuration (version 3) of twitter-text.
 * The package itself is not used: its last release is of 2020, and it brings core-js 2 and 20 MB with it.
 */
const LIMIT = 280;
const URL_LENGTH = 23;
/** These count one, everything else two. */
const LIGHT: readonly (readonly [number, number])[] = [
  [0, 4_351],
  [8_192, 8_205],
  [8_208, 8_223],
  [8_242, 8_247],
];
/** Beyond this many UTF-16 units nothing is counted: it runs while a person types. */
const MAX_COUNTED = 25_000;

/** What a path and a query may be made of: nothing beyond Latin and Cyrillic letters, so that 好 behind a link ends it. */
const REST = String.raw`(?::\d{1,5})?(?:\/[\w\u00C0-\u024F\u0400-\u04FF!*'();:=+,.$/%#[\]~@|&–-]*)?(?:\?[\w!?*'@();:&=+$/%#[\]\-.,~|]*)?`;
/** Not behind a letter, as twitter-text has it: there X sees no link. */
const LINK = new RegExp(
  String.raw`(?<![A-Za-z0-9@＠$#＃])https?:\/\/(?:[\p{L}\p{N}\p{M}_-]+\.)+[a-z]{2,24}(?![A-Za-z0-9@])${REST}`,
  'giu',
);
/** X makes a link of `example.com` too, for every top-level domain there is. */
const BARE = new RegExp(
  String.raw`(?<![A-Za-z0-9@＠$#＃_./-])(?:[a-z0-9\u00C0-\u024F-]+\.)+[a-z]{2,24}(?![A-Za-z0-9@])${REST}`,
  'giu',
);
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Sentence marks behind a link do not belong to it, nor does a bracket that was not opened in it. */
function trimmed(link: string): string {
  let end = link.length;
  for (; end > 0; end--) {
    const last = link.charAt(end - 1);
    const opened = last === ')' && link.slice(0, end).includes('(');
    if (opened || !/[.,;:!?'"()[\]|$%~@*]/.test(last)) break;
  }
  return link.slice(0, end);
}

function weigh(text: string): number {
  let weight = 0;
  for (const piece of pieces(text)) {
    if (EMOJI.test(piece) && /[^\p{ASCII}]/u.test(piece) && [...piece].some((one) => weightOf(one) === 2))
      weight += 2;
    else for (const character of piece) weight += weightOf(character);
  }
  return weight;
}

/**
 * Graphemes. Plain characters are not segmented, as that takes time; one in front of others is, for it may belong to
 * them (a keycap). A longer run than a thousand is too long for X however it is cut.
 */
function* pieces(text: string): Generator<string> {
  for (const [run] of text.matchAll(/[\u0000-\u00FF]?[^\u0000-\u00FF]{1,1000}|[\u0000-\u00FF]/gu)) {
    if (run.length === 1) yield run;
    else for (const { segment } of segmenter.segment(run)) yield segment;
  }
}

function weightOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return LIGHT.some(([from, to]) => code >= from && code <= to) ? 1 : 2;
}

/** The links of a text as X would find them; `sure` where the scheme is written. */
function linksOf(
  text: string,
): readonly { readonly at: number; readonly text: string; readonly sure: boolean }[] {
  const sure = [...text.matchAll(LINK)].map((match) => ({
    at: match.index,
    text: trimmed(match[0]),
    sure: true,
  }));
  const inside = (at: number): boolean => sure.some((one) => at >= one.at && at < one.at + one.text.length);
  const bare = [...text.matchAll(BARE)]
    .filter((match) => !inside(match.index))
    .map((match) => ({ at: match.index, text: trimmed(match[0]), sure: false }));
  return [...sure, ...bare].sort((a, b) => a.at - b.at);
}

/** Whether X will see a link: a post with one costs thirteen times as much. */
export function hasLink(text: string): boolean {
  return linksOf(text).length > 0;
}

/**
 * The weighted length. Never less than X's: what only may be a link (`index.html`) counts as the longer of the two.
 */
export function weightedLength(raw: string): number {
  const text = raw.normalize('NFC');
  let length = 0;
  let at = 0;
  for (const link of linksOf(text)) {
    length += weigh(text.slice(at, link.at));
    length += link.sure ? URL_LENGTH : Math.max(URL_LENGTH, weigh(link.text));
    at = link.at + link.text.length;
  }
  return length + weigh(text.slice(at));
}

/** https://docs.x.com/x-api/getting-started/pricing: a post with a link costs more than ten without. */
const LINK_NOTICE = `X charges $${PRICES.createWithUrl.toFixed(2)} for a post with a link.`;

/** How a text goes out: as one post. X's automatic mention of the author is not part of it and does not count. */
export function measure(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const shown = { limit: LIMIT, unit: 'characters' } as const;
  if (body === '') return { ...shown, length: 0, parts: [], problem: 'There is nothing to send yet.' };
  if (body.length > MAX_COUNTED)
    return {
      ...shown,
      length: body.length,
      parts: [],
      problem: `Far too long: X takes ${LIMIT} characters a post.`,
    };
  const length = weightedLength(body);
  if (length > LIMIT)
    return {
      ...shown,
      length,
      parts: [],
      problem: `Too long: ${length} characters as X counts them (a link 23, an emoji 2). X takes ${LIMIT} a post.`,
    };
  // https://docs.x.com/x-api/posts/manage-tweets/introduction#creating-posts
  const cashtags = body.match(/(?<![\p{L}\p{N}_$])\$[A-Za-z]{1,6}(?![A-Za-z0-9_$])/gu) ?? [];
  const problem = cashtags.length > 1 ? 'X lets apps use one cashtag ($…) a post at most.' : null;
  return {
    ...shown,
    length,
    parts: problem === null ? [body] : [],
    problem,
    ...(hasLink(body) ? { notice: LINK_NOTICE } : {}),
  };
}
