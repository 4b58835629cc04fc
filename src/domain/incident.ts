import type { Sketch } from './copies.ts';
import { isSpaceless, termsOf } from './digest/phrases.ts';
import { ago, type Item, isClosed } from './item.ts';
import type { Notice } from './notice.ts';
import { oneLine } from './text.ts';
import { fold } from './triage/tokens.ts';

/**
 * A burst of similar complaints is one matter: something broke, and many say so in their own words. Told by the words
 * that carry the meaning, in bounded time: a complaint is compared with at most {@link MAX_COMPARED} others.
 */

/** Complaints of this span are compared, in milliseconds. */
export const INCIDENT_WINDOW_MS = 2 * 3_600_000;
/** An incident to which nothing was added for so long takes nobody in any more, in milliseconds. */
export const INCIDENT_QUIET_MS = 6 * 3_600_000;
/** Most complaints that one is compared with. */
export const MAX_COMPARED = 300;
/** Most words of a complaint that are compared. */
const MAX_WORDS = 30;
/** So many alike, by so many people, make an incident. */
const LEAST_ALIKE = 4;
const LEAST_AUTHORS = 3;
/** Letters by which forms of one word are told to be one: “cracks”, “cracked”, “cracking”. */
const STEM = 5;
/** How many members the card names. */
const NAMED = 8;

/** What a complaint is about, as it is compared. */
export interface Signature {
  readonly itemId: number;
  /** The same person has the same. */
  readonly author: string;
  readonly words: readonly string[];
  readonly at: number;
  /** By what copies of a text are told; null for complaints, which are told by their words. */
  readonly sketch: Sketch | null;
  /** The incident it belongs to. */
  readonly incident: { readonly id: number; readonly state: IncidentState; readonly lastAt: number } | null;
}

export type IncidentState =
  /** It takes in what is alike. */
  | 'open'
  /** All of its members are answered or closed. */
  | 'done'
  /** A person said that they are not related. */
  | 'split';

function stem(word: string): string {
  return isSpaceless(word) ? word : word.slice(0, STEM);
}

/** Our own names as single words: everybody who writes to us says them. */
export function ownWords(brand: { readonly names: readonly string[] }): ReadonlySet<string> {
  return new Set(brand.names.flatMap((name) => fold(name).split(/[^\p{L}\p{M}\p{N}]+/u)));
}

/** The words by which a complaint is compared. @param own our names, folded: everybody says them */
export function signatureWords(
  text: string,
  lang: string | null,
  own: ReadonlySet<string>,
): readonly string[] {
  const words = new Set<string>();
  for (const { key, small } of termsOf(text, lang, own)) {
    if (key !== '' && !small) words.add(stem(key));
    if (words.size >= MAX_WORDS) break;
  }
  return [...words];
}

/** Whether two complaints are about the same: three words in common, or two that are a good part of the shorter one. */
function alike(a: readonly string[], b: readonly string[]): boolean {
  const other = new Set(b);
  const shared = a.filter((word) => other.has(word)).length;
  const shorter = Math.min(a.length, b.length);
  return (shared >= 2 && shared / shorter >= 0.4) || (shared >= 3 && shared / shorter >= 0.25);
}

/**
 * Where a new complaint belongs: into an incident, or with others that make one now; null where it stands for itself.
 *
 * @param recent the complaints of the last {@link INCIDENT_WINDOW_MS}, at most {@link MAX_COMPARED}
 */
export function gather(
  newcomer: Pick<Signature, 'author' | 'words'>,
  recent: readonly Signature[],
  now: number,
): { readonly join: number } | { readonly begin: readonly number[] } | null {
  const similar = recent.slice(0, MAX_COMPARED).filter((each) => alike(newcomer.words, each.words));
  const votes = new Map<number, number>();
  for (const { incident } of similar)
    if (incident?.state === 'open' && now - incident.lastAt < INCIDENT_QUIET_MS)
      votes.set(incident.id, (votes.get(incident.id) ?? 0) + 1);
  const [best] = [...votes].sort(([a, some], [b, others]) => others - some || b - a);
  if (best && best[1] >= 2) return { join: best[0] };
  // What a person has taken apart is not put together again.
  if (similar.some(({ incident }) => incident?.state === 'split')) return null;
  const free = similar.filter(({ incident }) => incident === null);
  const authors = new Set([newcomer.author, ...free.map(({ author }) => author)]);
  if (free.length + 1 < LEAST_ALIKE || authors.size < LEAST_AUTHORS) return null;
  return { begin: free.map(({ itemId }) => itemId) };
}

/** A complaint of an incident with its words. */
export interface IncidentMember {
  readonly item: Pick<Item, 'id' | 'state' | 'openedAt' | 'waitingSince' | 'owner'>;
  readonly author: string;
  readonly text: string;
  readonly lang: string | null;
  readonly url: string | null;
  readonly source: string;
}

/** What most of them say, as most of them write it: at most three words, in the order in which they are said. */
export function incidentWords(members: readonly IncidentMember[], own: ReadonlySet<string>): string {
  const said = new Map<string, { posts: number; place: number; raw: Map<string, number> }>();
  for (const { text, lang } of members) {
    const seen = new Set<string>();
    for (const [place, { key, raw, small }] of termsOf(text, lang, own).entries()) {
      if (key === '' || small || seen.has(stem(key))) continue;
      seen.add(stem(key));
      const known = said.get(stem(key)) ?? { posts: 0, place: 0, raw: new Map() };
      known.posts += 1;
      known.place += place;
      known.raw.set(raw, (known.raw.get(raw) ?? 0) + 1);
      said.set(stem(key), known);
    }
  }
  return [...said.values()]
    .filter(({ posts }) => posts >= 2)
    .sort((a, b) => b.posts - a.posts)
    .slice(0, 3)
    .sort((a, b) => a.place / a.posts - b.place / b.posts)
    .map(
      ({ raw }) => [...raw].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))[0]?.[0] ?? '',
    )
    .join(' ');
}

/** The one card of an incident. @param members oldest first, at most 200 */
export function incidentNotice(
  incident: { readonly id: number; readonly total: number; readonly openedAt: number },
  members: readonly IncidentMember[],
  about: { readonly now: number; readonly words: string; readonly labelOf: (source: string) => string },
): Notice {
  const open = members.filter(({ item }) => !isClosed(item));
  const owned = open.filter(({ item }) => item.owner !== null);
  const quoted = about.words === '' ? '' : `: “${oneLine(about.words, 80)}”`;
  const done = open.length === 0;
  const newest = members.slice(-NAMED).reverse();
  return {
    title: done
      ? `All ${incident.total} similar complaints are answered or closed${quoted}`
      : `${incident.total} similar complaints, the first ${ago(about.now - incident.openedAt)}${quoted}`,
    tone: done ? 'green' : 'red',
    blocks: done
      ? []
      : [
          {
            type: 'figures',
            figures: [
              { label: 'still open', value: String(open.length), press: `incident:show:${incident.id}` },
              { label: 'with somebody', value: String(owned.length) },
              { label: 'answered or closed', value: String(members.length - open.length) },
            ],
          },
          { type: 'heading', text: 'The newest of them' },
          {
            type: 'list',
            lines: newest.map(({ item, author, text, url, source }) => ({
              itemId: item.id,
              text: `${oneLine(author, 40) || 'Somebody'} on ${about.labelOf(source)}${isClosed(item) ? ' (closed)' : ''}: ${oneLine(text, 120)}`,
              url,
            })),
          },
          {
            type: 'small',
            text: 'They share their words. Each is still an item of its own and waits for its own answer; those that came after the first few have no card here.',
          },
        ],
    buttons: done
      ? []
      : [
          { press: `incident:show:${incident.id}`, label: 'Show all', style: 'primary' },
          { press: `incident:claim:${incident.id}`, label: 'Claim all' },
          { press: `incident:split:${incident.id}`, label: 'They are not related' },
        ],
    mention: [],
  };
}
