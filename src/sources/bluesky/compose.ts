import { cleanText } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';

/** Of a post: `app.bsky.feed.post` has `maxGraphemes: 300` and `maxLength: 3000` (UTF-8 bytes). */
const GRAPHEMES = 300;
const BYTES = 3_000;
/** More than this is a lecture, not an answer. */
const MAX_PARTS = 4;
/** " (1/2)" */
const MARK = 6;

// As the network counts: its own library uses the platform's segmenter too.
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * How a text goes out: as it is, or divided at paragraphs, sentences or words into a thread of at most four posts
 * that say "(1/2)". Links are never cut.
 */
export function compose(raw: string): Measure {
  const text = cleanText(raw);
  const bytes = Buffer.byteLength(text, 'utf8');
  const length = countGraphemes(text);
  const say = (parts: readonly string[], problem: string | null): Measure => ({
    length,
    limit: GRAPHEMES,
    unit: 'graphemes',
    parts,
    problem,
  });
  if (text === '') return say([], 'There is no text to send.');
  if (length <= GRAPHEMES && bytes <= BYTES) return say([text], null);
  const tooLong = `Too long for Bluesky: ${length} graphemes; ${MAX_PARTS} posts of ${GRAPHEMES} are the most that is sent. Please shorten it.`;
  if (length > MAX_PARTS * GRAPHEMES || bytes > MAX_PARTS * BYTES) return say([], tooLong);
  const pieces = divide(text);
  if (typeof pieces === 'string') return say([], pieces);
  if (pieces.length > MAX_PARTS) return say([], tooLong);
  return say(
    pieces.map((piece, index) => `${piece} (${index + 1}/${pieces.length})`),
    null,
  );
}

/**
 * Counts window by window, because the segmenter takes time with the square of the length (4 s for 100,000 characters
 * at once). The last grapheme of a window may go on behind it, so the next window begins with it.
 */
function countGraphemes(text: string): number {
  let total = 0;
  for (let at = 0; at < text.length; ) {
    // Half of a surrogate pair would look like a grapheme of its own.
    const window = text.slice(at, at + 500).replace(/[\uD800-\uDBFF]$/, '');
    const starts = Array.from(segmenter.segment(window), ({ index }) => index);
    const last = starts.at(-1) ?? 0;
    if (at + window.length >= text.length) return total + starts.length;
    total += Math.max(1, starts.length - 1);
    at += last > 0 ? last : window.length;
  }
  return total;
}

/** The pieces, each with room for its mark; or why it cannot be divided. */
function divide(text: string): readonly string[] | string {
  const pieces: string[] = [];
  let rest = text;
  while (rest !== '' && pieces.length <= MAX_PARTS) {
    // One more than fits, so that a break right behind the last one is seen.
    const units = firstGraphemes(rest, GRAPHEMES - MARK + 1);
    let end = 0;
    for (let bytes = 0; end < units.length && end < GRAPHEMES - MARK; end++) {
      bytes += Buffer.byteLength(units[end] ?? '', 'utf8');
      if (bytes > BYTES - MARK) break;
    }
    if (end === 0) return 'It holds a single character that is too large for a post on Bluesky.';
    if (end < units.length) {
      const cut = breakAt(units, end);
      if (cut === null) return 'It holds a link that is longer than a post on Bluesky; use a shorter one.';
      end = cut;
    }
    const piece = units.slice(0, end).join('');
    pieces.push(piece.trim());
    rest = rest.slice(piece.length).trim();
  }
  return pieces;
}

function firstGraphemes(text: string, most: number): string[] {
  const units: string[] = [];
  // Of what fits into the bytes of a post; a unit of UTF-16 is at least one byte.
  for (const { segment } of segmenter.segment(text.slice(0, BYTES))) {
    units.push(segment);
    if (units.length === most) break;
  }
  return units;
}

/** Where to cut before `to`, as politely as possible; null when only inside a link. */
function breakAt(units: readonly string[], to: number): number | null {
  const isSpace = (at: number): boolean => (units[at] ?? '').trim() === '';
  const last = (lowest: number, good: (at: number) => boolean): number | null => {
    for (let at = to; at > lowest; at--) if (good(at)) return at;
    return null;
  };
  const paragraph = (at: number): boolean => units[at] === '\n' && isSpace(at + 1);
  const sentence = (at: number): boolean =>
    (isSpace(at) && /[.!?…]["'”’»)\]]?$/u.test(units.slice(Math.max(0, at - 2), at).join(''))) ||
    /[。！？]/u.test(units[at - 1] ?? '') ||
    units[at] === '\n';
  const half = Math.floor(to / 2);
  const polite = last(half, paragraph) ?? last(half, sentence) ?? last(half, isSpace);
  if (polite !== null) return polite;
  // One long run without a space: a script that has none may be cut anywhere, a link nowhere.
  const word = last(0, isSpace);
  const run = units
    .slice(word ?? 0, to)
    .join('')
    .trim();
  return /^\W*(https?:\/\/|www\.)/iu.test(run) ? word : to;
}
