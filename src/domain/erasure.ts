import { localHandle } from './acquaintance.ts';
import { stem } from './topics.ts';

/** What stands where a person was who asked to be forgotten. */
export const ERASED = 'Erased on request.';
const GAP = '[erased]';

/** How somebody was called, and what they wrote. */
export interface Traces {
  readonly authorId: string;
  readonly names: readonly string[];
  readonly handles: readonly string[];
  /** Their profile and the like. */
  readonly urls: readonly string[];
  readonly texts: readonly string[];
}

/** Shorter pieces are written by many. */
const LEAST_PIECE = 20;
/** An id of this length is nobody else's. */
const LEAST_ID = 8;
const MAX_FORMS = 200;
const MAX_PIECES = 20_000;
/** These hold people of the team, or say where something is: nothing in them is told of the one who is erased. */
const KEPT_KEYS = new Set(['by', 'owner', 'lastOwner', 'approvedBy', 'actor', 'mention', 'press', 'source']);

/** Takes the traces of one person out of texts and of JSON. Pure. */
export interface Scrub {
  /** Text or JSON as it is to be kept; the very same string where there was nothing. */
  (text: string): string;
  /** Words at least one of which is in every text that would change, apart from quotes; for a first look. */
  readonly needles: readonly string[];
}

/**
 * Far from their conversations: what is nobody else's. A full handle, a name of several words, an id, an address, a quote.
 */
export function scrubFar(traces: Traces): Scrub {
  const handles = traces.handles.filter((handle) => handle.length >= 3);
  const forms = [
    // `kim` alone is a name that others have.
    ...handles.flatMap((handle) => (isPeculiar(handle) ? [handle] : [`@${handle}`, `u/${handle}`])),
    ...traces.names.filter((name) => name.includes(' ') && name.length >= 7),
    ...idForms(traces),
  ];
  return scrubber(forms, quotesOf(traces));
}

/** In their own conversations: every name they go by there, the first name that our answers call them by included. */
export function scrubNear(traces: Traces): Scrub {
  const forms = [
    ...traces.handles.flatMap((handle) => [handle, localHandle(handle)]),
    ...traces.names,
    ...traces.names.flatMap((name) => name.split(/[^\p{L}\p{N}'’-]+/u).filter(isName)),
    ...idForms(traces),
  ];
  return scrubber(forms, quotesOf(traces));
}

function isPeculiar(handle: string): boolean {
  return /[^\p{L}]/u.test(handle) || handle.length >= 12;
}

/** A part of a name that stands for it, and is no small word ("The Cook"). */
function isName(word: string): boolean {
  return word.length >= 3 && /^\p{Lu}|^[^\p{Ll}]/u.test(word) && stem(word) !== '';
}

function idForms({ authorId, urls }: Traces): string[] {
  const bare = urls.map((url) => url.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/+$/, ''));
  return [
    ...(authorId.length >= LEAST_ID ? [authorId] : []),
    // The front page of a network is nobody's.
    ...bare.filter((url) => url.includes('/') && url.length >= LEAST_ID),
  ];
}

/** Sentences of theirs that are long enough to be theirs alone, on one line. */
function quotesOf({ texts }: Traces): readonly string[] {
  const pieces = new Set<string>();
  for (const text of texts) {
    for (const piece of text.split(/(?<=[.!?…])\s+|\n+/u)) {
      const line = oneLine(piece);
      if (line.length < LEAST_PIECE) continue;
      // A quote may be cut, but hardly so early.
      pieces.add(line.slice(0, 60).toWellFormed());
      if (pieces.size >= MAX_PIECES) return [...pieces];
    }
    const whole = oneLine(text);
    if (whole.length >= LEAST_PIECE) pieces.add(whole.slice(0, 60).toWellFormed());
  }
  return [...pieces];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function scrubber(raw: readonly string[], quotes: readonly string[]): Scrub {
  // The longest first: `@mira@social.example` before `mira`.
  const forms = [...new Set(raw.map((form) => form.trim()).filter((form) => form.length >= 2))]
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_FORMS);
  const pattern =
    forms.length === 0
      ? null
      : new RegExp(`(?<![\\p{L}\\p{N}])[@＠]?(?:${forms.map(literally).join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  const plain = (text: string): string => {
    const line = quotes.length > 0 && text.length >= LEAST_PIECE ? oneLine(text) : '';
    if (line !== '' && quotes.some((quote) => line.includes(quote))) return ERASED;
    return pattern ? text.replace(pattern, GAP) : text;
  };
  const scrub = (text: string): string => {
    if (!/^\s*[[{]/.test(text)) return plain(text);
    try {
      const before: unknown = JSON.parse(text);
      const after = deep(before, plain);
      return after === before ? text : JSON.stringify(after);
    } catch {
      return plain(text);
    }
  };
  return Object.assign(scrub, { needles: forms });
}

function literally(form: string): string {
  return form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The value with every text in it scrubbed; the very same value where nothing changed. An address that changes is gone. */
function deep(value: unknown, scrub: (text: string) => string): unknown {
  if (typeof value === 'string') {
    const clean = scrub(value);
    return clean !== value && /^https?:\/\//i.test(value) ? null : clean;
  }
  if (Array.isArray(value)) {
    const next = value.map((each) => deep(each, scrub));
    if (next.every((each, at) => each === value[at])) return value;
    return next.filter((each, at) => each !== null || value[at] === null);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const next = entries.map(([key, each]) => [key, KEPT_KEYS.has(key) ? each : deep(each, scrub)] as const);
  return next.every(([, each], at) => each === entries[at]?.[1]) ? value : Object.fromEntries(next);
}

/** What an event of an item about them keeps: figures, and who of the team did what. */
const KEPT_DETAIL = new Set(['by', 'approvedBy', 'reason', 'source']);

/** An event's detail without anything that people wrote. */
export function bareDetail(
  detail: Readonly<Record<string, string | number | boolean | null>>,
): Readonly<Record<string, string | number | boolean | null>> {
  return Object.fromEntries(
    Object.entries(detail).filter(([key, value]) => typeof value !== 'string' || KEPT_DETAIL.has(key)),
  );
}

/** A notice's JSON without the lines about these items. */
export function withoutItems(content: string, items: ReadonlySet<number>): string {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    if ('itemId' in value && 'text' in value && items.has(Number(value.itemId)))
      return { ...value, text: ERASED, url: null };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]));
  };
  try {
    return JSON.stringify(walk(JSON.parse(content)));
  } catch {
    return content;
  }
}
