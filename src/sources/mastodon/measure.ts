import type { Measure } from '../../domain/reply.ts';

/** How the server counts: https://docs.joinmastodon.org/user/posting/#text and its `StatusLengthValidator`. */
export interface Rules {
  /** Longest status, in the server's characters (graphemes). */
  readonly limit: number;
  /** What any link counts; null where the server counts it as it is written. */
  readonly urlLength: number | null;
}

/** Mastodon's own figures, used until the server told its. */
export const DEFAULT_RULES: Rules = { limit: 500, urlLength: 23 };

/** A longer answer is a blog post, not a reply. */
export const MAX_PARTS = 4;

/** Beyond this many UTF-16 units nothing is counted: it runs while a person types. */
const MAX_COUNTED = 25_000;

const URL = /(?<![\p{L}\p{N}_@＠$#＃/])https?:\/\/[^\s<>"]+/giu;
// Mastodon's Account::MENTION_RE: of `@ana@example.social` only `@ana` counts.
const MENTION =
  /(?<![=/\p{L}\p{N}_])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)?/giu;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The link without the sentence's own punctuation behind it. */
function linkOf(match: string): string {
  let end = match.length;
  while (end > 0) {
    const last = match.charAt(end - 1);
    const closes = last === ')' && !match.slice(0, end).includes('(');
    if (!closes && !/[.,;:!?'"\]}…»”’。、！？]/u.test(last)) break;
    end--;
  }
  return match.slice(0, end);
}

/** What must not be cut in two, and what it counts. */
interface Atom {
  readonly text: string;
  readonly cost: number;
}

/** Units given to the segmenter at once: its time grows with the square of the length. */
const CHUNK = 64;

function graphemes(text: string): Atom[] {
  const atoms: Atom[] = [];
  let at = 0;
  let size = CHUNK;
  while (at < text.length) {
    // Between two ASCII characters there is always a boundary (line ends are single by now).
    const plain = text.charCodeAt(at) < 0x80 && !(text.charCodeAt(at + 1) >= 0x80);
    if (plain) {
      atoms.push({ text: text.charAt(at), cost: 1 });
      at++;
      continue;
    }
    const segments = Array.from(segmenter.segment(text.slice(at, at + size)), ({ segment }) => segment);
    const whole = at + size >= text.length;
    if (segments.length === 1 && !whole) {
      size *= 2;
      continue;
    }
    size = CHUNK;
    // The last one may go on beyond the chunk.
    for (const segment of whole ? segments : segments.slice(0, -1)) {
      atoms.push({ text: segment, cost: 1 });
      at += segment.length;
    }
  }
  return atoms;
}

/** Links and mentions whole, everything else by grapheme. */
function atomsOf(text: string, rules: Rules): readonly Atom[] {
  const special: { readonly at: number; readonly text: string; readonly cost: number }[] = [];
  for (const match of text.matchAll(URL)) {
    const link = linkOf(match[0]);
    // The server knows a link by its domain; `http://localhost` is just letters to it.
    const counted = rules.urlLength !== null && /^https?:\/\/[^/?#]*\.[^/?#]/i.test(link);
    const cost = counted && rules.urlLength !== null ? rules.urlLength : graphemes(link).length;
    special.push({ at: match.index, text: link, cost });
  }
  const links = [...special];
  let next = 0;
  for (const match of text.matchAll(MENTION)) {
    while (next < links.length && (links[next]?.at ?? 0) + (links[next]?.text.length ?? 0) <= match.index)
      next++;
    const link = links[next];
    const inLink = link !== undefined && match.index >= link.at;
    if (!inLink) special.push({ at: match.index, text: match[0], cost: 1 + (match[1] ?? '').length });
  }
  special.sort((a, b) => a.at - b.at);
  const atoms: Atom[] = [];
  let at = 0;
  for (const one of special) {
    for (const atom of graphemes(text.slice(at, one.at))) atoms.push(atom);
    atoms.push({ text: one.text, cost: one.cost });
    at = one.at + one.text.length;
  }
  for (const atom of graphemes(text.slice(at))) atoms.push(atom);
  return atoms;
}

function costOf(atoms: readonly Atom[]): number {
  return atoms.reduce((sum, atom) => sum + atom.cost, 0);
}

/** Length of a text as the server counts it: graphemes, a link as 23, a mention without its domain. */
export function countText(text: string, rules: Rules): number {
  return costOf(atomsOf(text, rules));
}

/** How good a place behind this atom is to break: paragraph, line, sentence, word, none. */
function breakAfter(atoms: readonly Atom[], index: number): number {
  const here = atoms[index]?.text ?? '';
  const before = atoms[index - 1]?.text ?? '';
  if (here === '\n') return before === '\n' ? 4 : 3;
  if (/^[。！？]$/u.test(here)) return 2;
  if (/^\s$/u.test(here)) return /[.!?…:;)]$/u.test(before) ? 2 : 1;
  return 0;
}

/** End (exclusive) of the next part that fits into `room`. */
function cut(atoms: readonly Atom[], start: number, room: number): number {
  let cost = 0;
  let end = start;
  // The best break so far; an early one would waste most of a post.
  let best = { end: 0, quality: 0 };
  for (; end < atoms.length; end++) {
    const atom = atoms[end];
    if (!atom) break;
    const blank = /^\s$/u.test(atom.text);
    // White space at the end is trimmed away, so it may stick out.
    if (cost + atom.cost > room && !blank) break;
    cost += atom.cost;
    const quality = breakAfter(atoms, end);
    if (quality > 0 && quality >= best.quality && (quality === 1 || cost * 2 >= room))
      best = { end: end + 1, quality };
  }
  if (end >= atoms.length) return end;
  // At least one atom, also when it alone is too long: the final count refuses it then.
  return best.quality > 0 ? best.end : Math.max(start + 1, end);
}

/** Parts of at most `room`, cut where a reader would pause; one more than allowed when there are too many. */
function split(text: string, room: number, rules: Rules): readonly string[] {
  const atoms = atomsOf(text, rules);
  if (costOf(atoms) <= room) return [text];
  const parts: string[] = [];
  let start = 0;
  while (start < atoms.length && parts.length <= MAX_PARTS) {
    const end = cut(atoms, start, room);
    const part = atoms
      .slice(start, end)
      .map((atom) => atom.text)
      .join('')
      .trim();
    if (part !== '') parts.push(part);
    start = end;
  }
  return parts;
}

/** Whom an answer speaks to. */
export interface Addressee {
  /** `ana@example.social` */
  readonly handle: string;
  /** An account of our own server, whose bare `@ana` reaches it too. */
  readonly local: boolean;
}

/** Whether the text already speaks to this person. */
function mentions(text: string, to: Addressee): boolean {
  const handle = to.handle.toLowerCase();
  const names = [handle, ...(to.local ? [handle.split('@')[0]] : [])];
  return Array.from(text.matchAll(MENTION)).some(([said]) => names.includes(said.slice(1).toLowerCase()));
}

/**
 * The exact public texts. Mastodon tells a person of an answer only when it mentions them, so each part begins with
 * the author's handle unless the text has it; other participants are left out, as nobody asked us to write to them.
 *
 * @param to whom to speak to, null for nobody.
 * @param reserved characters already taken, by a content warning.
 */
export function measureText(text: string, rules: Rules, to: Addressee | null, reserved = 0): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const unit = 'characters';
  if (body === '') {
    const problem = 'There is nothing to send yet.';
    return { length: 0, limit: rules.limit, unit, parts: [], problem };
  }
  if (body.length > MAX_COUNTED) {
    const problem = `Far too long: this server takes ${rules.limit} characters a post.`;
    return { length: body.length, limit: rules.limit, unit, parts: [], problem };
  }
  const opener = to === null ? '' : `@${to.handle} `;
  const addressed = (part: string): string => (to === null || mentions(part, to) ? part : opener + part);
  const whole = addressed(body);
  const length = countText(whole, rules) + reserved;
  const room = rules.limit - reserved;
  const parts =
    length <= rules.limit ? [whole] : split(body, room - countText(opener, rules), rules).map(addressed);
  const fits = parts.length <= MAX_PARTS && parts.every((part) => countText(part, rules) <= room);
  if (fits) return { length, limit: rules.limit, unit, parts, problem: null };
  const problem = `Too long: ${length} characters. This server takes ${rules.limit} a post, and an answer goes out in at most ${MAX_PARTS} of them.`;
  return { length, limit: rules.limit, unit, parts: [], problem };
}
