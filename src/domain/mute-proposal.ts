import { termsOf } from './digest/phrases.ts';
import { entriesOf, mutedBy } from './muting.ts';
import type { Notice } from './notice.ts';
import { type Post, readableText } from './post.ts';

/** What people made of a post: dismissed as not about us or spam, taken or answered, or neither. */
export type Standing = 'dismissed' | 'kept' | 'other';

export interface JudgedPost {
  readonly itemId: number;
  readonly post: Post;
  readonly standing: Standing;
  /** Somebody answered it. */
  readonly answered: boolean;
}

/** What might be muted, and what that would have hidden. */
export interface MuteProposal {
  /** As it would stand in the list of muted words. */
  readonly entry: string;
  /** Of the posts it would have hidden, those that were dismissed, and their items. */
  readonly dismissed: number;
  readonly itemIds: readonly number[];
  readonly hidden: number;
  readonly answered: number;
  readonly looked: number;
}

/** Fewer dismissals are a coincidence. */
const LEAST_DISMISSED = 4;
/** Of the posts with it, at least this share was dismissed. */
const LEAST_SHARE = 0.7;
/** Of what it would have hidden, at most this share was taken or answered: of fewer than twenty, none. */
export const MOST_KEPT_SHARE = 0.05;
/** Shorter words are in everything. */
const LEAST_LETTERS = 3;
/** Candidates that are tried, those in most dismissed posts first. */
const TRIED = 12;
/** A candidate is counted in this much of a text; the one that is proposed, in all of it. */
const COUNTED = 2_000;

function folded(entry: string): string {
  return entry.normalize('NFKC').toLowerCase();
}

/** Words, pairs of words, author and sites: what a post could be muted by. */
function candidatesOf(post: Post, own: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const terms = termsOf(readableText(post).slice(0, COUNTED), post.lang, own);
  for (const [at, { key, raw, small }] of terms.entries()) {
    if (key === '' || small || [...key].length < LEAST_LETTERS) continue;
    found.set(key, raw);
    const next = terms[at + 1];
    if (next && next.key !== '' && !next.small) found.set(`${key} ${next.key}`, `${raw} ${next.raw}`);
  }
  for (const entry of entriesOf(post)) found.set(entry, entry);
  return found;
}

interface Candidate {
  readonly entry: string;
  readonly authors: Set<string>;
  count: number;
}

/** A word before a phrase, an author and a site last; of words the longer one, which says more. */
function simplerFirst(a: { readonly entry: string }, b: { readonly entry: string }): number {
  const parts = ({ entry }: { readonly entry: string }): number => entry.split(/[ :]/).length;
  return parts(a) - parts(b) || b.entry.length - a.entry.length || (a.entry < b.entry ? -1 : 1);
}

/** What several dismissed posts share, most often first. */
function shared(dismissed: readonly JudgedPost[], own: ReadonlySet<string>): readonly Candidate[] {
  const counts = new Map<string, Candidate>();
  for (const { post } of dismissed)
    for (const [key, raw] of candidatesOf(post, own)) {
      const known = counts.get(key) ?? { entry: raw.toLowerCase(), authors: new Set(), count: 0 };
      known.count += 1;
      known.authors.add(`${post.source}/${post.author.id}`);
      counts.set(key, known);
    }
  return [...counts.values()]
    .filter(({ count }) => count >= LEAST_DISMISSED)
    .sort((a, b) => b.count - a.count || simplerFirst(a, b));
}

/**
 * What could be muted, by what people dismissed as not about us or spam: a word, a phrase, an author or a site that
 * several of these share and that nearly nothing else has. Null where there is nothing of the sort. Bounded: at most 500
 * posts are worth handing in, and {@link TRIED} candidates are tried on all of them.
 *
 * @param posts the newest ones
 * @param own our own names as single words, folded
 * @param except entries that are muted already, or that somebody declined
 */
export function proposeMute(
  posts: readonly JudgedPost[],
  own: ReadonlySet<string>,
  except: readonly string[],
): MuteProposal | null {
  const left = posts.filter(({ post }) => mutedBy(post, except) === null);
  const dismissed = left.filter(({ standing }) => standing === 'dismissed');
  if (dismissed.length < LEAST_DISMISSED) return null;
  const no = new Set(except.map(folded));
  const tried = shared(dismissed, own)
    .filter(({ entry, authors }) => !no.has(folded(entry)) && (entry.startsWith('from:') || authors.size > 1))
    .slice(0, TRIED);
  const proposals = tried.flatMap(({ entry }) => {
    const cut = (each: JudgedPost): Post => ({ ...each.post, text: each.post.text.slice(0, COUNTED) });
    const quick = left.filter((each) => mutedBy(cut(each), [entry]) !== null);
    return isNoise(quick) ? trial(left, entry) : [];
  });
  return proposals.sort((a, b) => b.dismissed - a.dismissed || simplerFirst(a, b))[0] ?? null;
}

function isNoise(hits: readonly JudgedPost[]): boolean {
  const count = (standing: Standing): number => hits.filter((each) => each.standing === standing).length;
  const dismissed = count('dismissed');
  const kept = hits.filter(({ standing, answered }) => standing === 'kept' || answered).length;
  return (
    dismissed >= LEAST_DISMISSED &&
    dismissed / hits.length >= LEAST_SHARE &&
    kept / hits.length <= MOST_KEPT_SHARE
  );
}

function trial(posts: readonly JudgedPost[], entry: string): readonly MuteProposal[] {
  const hits = posts.filter(({ post }) => mutedBy(post, [entry]) !== null);
  if (!isNoise(hits)) return [];
  const dismissed = hits.filter(({ standing }) => standing === 'dismissed');
  return [
    {
      entry,
      dismissed: dismissed.length,
      itemIds: dismissed.map(({ itemId }) => itemId),
      hidden: hits.length,
      answered: hits.filter(({ answered }) => answered).length,
      looked: posts.length,
    },
  ];
}

/** How an entry reads in a sentence: “posts with “giveaway””, “posts by spammer”, “posts that link to spam.example”. */
function called(entry: string): string {
  if (entry.startsWith('from:')) return `posts by “${entry.slice(5)}”`;
  if (entry.startsWith('site:')) return `posts that link to “${entry.slice(5)}”`;
  return `posts with “${entry}”`;
}

/** The proposal as it is told. @param outcome what became of it, in a sentence; null while it is open */
export function muteNotice(number: number, proposal: MuteProposal, outcome: string | null): Notice {
  const { entry, dismissed, hidden, answered, looked } = proposal;
  return {
    title: `Mute ${called(entry)}?`,
    tone: outcome === null ? 'yellow' : 'grey',
    blocks: [
      {
        type: 'text',
        text: `${dismissed} of the last ${hidden} ${called(entry)} were dismissed as not about us or spam. Muting it would have hidden ${hidden} of the last ${looked}, of which ${answered} ${answered === 1 ? 'was' : 'were'} answered.`,
      },
      ...(outcome === null ? [] : [{ type: 'text', text: outcome } as const]),
      { type: 'small', text: 'What is muted opens no card; it stays counted, and “unmute” brings it back.' },
    ],
    buttons: [
      ...(outcome === null
        ? ([
            { press: `mute-idea:yes:${number}`, label: 'Mute it', style: 'primary' },
            { press: `mute-idea:no:${number}`, label: 'Not now' },
          ] as const)
        : []),
      { press: `mute-idea:show:${number}`, label: 'Show them' },
    ],
    mention: [],
  };
}
