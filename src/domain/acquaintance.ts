import { type Birthday, birthdayIn } from './birthday.ts';
import type { Person } from './item.ts';
import { cleanLine, cutAfter } from './post.ts';

/**
 * Somebody outside whom we have met, on one network or on several. The team’s people are persons
 * ({@link ./item.ts Person}), and what writes on one network is an author; an acquaintance is the human behind one or more
 * authors. Only a person of the team says that two authors are one human.
 */
export interface Acquaintance {
  /** Leads all authors of one human. */
  readonly id: number;
  readonly authors: readonly AuthorOf[];
  readonly birthday: Birthday | null;
  /** In small letters, in order. */
  readonly tags: readonly string[];
  /** Set while they do not want to hear from us. */
  readonly noContact: NoContact | null;
  /** The newest note of the team. */
  readonly lastNote: AcquaintanceNote | null;
  readonly notes: number;
  /** When thanks were last proposed to the team, and what became of it. */
  readonly thanks: { readonly at: number; readonly by: string | null } | null;
}

/** Who writes on one network. */
export interface AuthorKey {
  readonly source: string;
  readonly authorId: string;
}

/** What an author is found by in a map. */
export function authorKey({ source, authorId }: AuthorKey): string {
  return `${source}\n${authorId}`;
}

/** One account that belongs to them. */
export interface AuthorOf extends AuthorKey {
  /** Its number: what buttons carry. */
  readonly id: number;
  readonly linked: { readonly by: Person; readonly at: number } | null;
}

export interface NoContact {
  readonly why: string;
  readonly by: Person;
  readonly at: number;
}

export interface AcquaintanceNote {
  readonly text: string;
  readonly by: Person;
  readonly at: number;
}

/** Longest note about somebody, in UTF-16 units. */
export const MAX_NOTE = 2_000;
export const MAX_TAGS = 20;
const MAX_TAG = 40;
const MAX_SHOWN_NOTE = 120;
const SOON_DAYS = 14;

/** A tag as it is kept: one line, small letters, no leading `#`; empty when nothing is left. */
export function tidyTag(text: string): string {
  return cleanLine(text, MAX_TAG)
    .toLowerCase()
    .replace(/^[#\s]+/, '');
}

/** What a card adds to how often they were here. */
export interface Known {
  readonly acquaintance: Acquaintance | null;
  /** Days to the next birthday; null when it is not known. */
  readonly birthdayInDays: number | null;
  /** Why they are an advocate; empty when they are none. */
  readonly deeds: readonly string[];
  /** Other accounts of theirs, in words: "also @mira on Mastodon". */
  readonly elsewhere: readonly string[];
  /** Who may know what they ask: "Somebody who knows: @mira (praised the lid twice)". */
  readonly suggestions: readonly string[];
}

export const NOTHING_KNOWN: Known = {
  acquaintance: null,
  birthdayInDays: null,
  deeds: [],
  elsewhere: [],
  suggestions: [],
};

/** What we know of somebody, in short pieces, the most useful first. */
export function knownPieces({ acquaintance, birthdayInDays, deeds, elsewhere }: Known): readonly string[] {
  const note = acquaintance?.lastNote;
  return [
    ...(birthdayInDays !== null && birthdayInDays <= SOON_DAYS ? [birthdayIn(birthdayInDays)] : []),
    ...(acquaintance && acquaintance.tags.length > 0 ? [acquaintance.tags.slice(0, 5).join(', ')] : []),
    ...(deeds.length > 0 ? [`an advocate: ${deeds.join(', ')}`] : []),
    ...elsewhere.slice(0, 3).map((account) => `also ${account}`),
    ...(note ? [`note: ${shortNote(note.text)}`] : []),
  ];
}

function shortNote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN_NOTE ? cutAfter(line, MAX_SHOWN_NOTE) : line;
}

/** Loud on the card, and the refusal of whoever writes to them all the same. */
export function noContactWords({ why, by }: NoContact): string {
  const reason = why === '' ? '' : `: ${why}`;
  return `Do not contact them${reason} (${by.name}).`;
}

/** An author as far as two of them can be compared. */
export interface AuthorLook {
  readonly source: string;
  readonly name: string;
  readonly handle: string;
  readonly url: string | null;
  /** Links in what they wrote lately. */
  readonly links: readonly string[];
}

/**
 * Why two authors of different sources are perhaps the same human, in words; empty when nothing says so. Never a proof:
 * it is shown to the team and decides nothing.
 */
export function perhapsTheSame(a: AuthorLook, b: AuthorLook): readonly string[] {
  if (a.source === b.source) return [];
  const handle = localHandle(a.handle);
  const name = plainName(a.name);
  return [
    ...(handle.length >= 4 && handle === localHandle(b.handle) ? ['the same handle'] : []),
    // One word in common is a first name.
    ...(name.includes(' ') && name === plainName(b.name) ? ['the same name'] : []),
    ...(pointsTo(a, b) || pointsTo(b, a) ? ['one links to the other'] : []),
  ];
}

/** `@mira@social.example`, `mira.bsky.social` and `u/mira` are one `mira`. */
export function localHandle(handle: string): string {
  const bare = handle.toLowerCase().replace(/^(@|\/?u\/)/, '');
  return bare.split(/[@.]/)[0] ?? '';
}

function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function pointsTo(from: AuthorLook, to: AuthorLook): boolean {
  if (to.url === null) return false;
  const address = bareAddress(to.url);
  // The front page of a network points to nobody.
  return address.includes('/') && from.links.some((link) => bareAddress(link) === address);
}

function bareAddress(url: string): string {
  return url
    .toLowerCase()
    .replace(/^https?:\/\/(www\.)?/, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
}
