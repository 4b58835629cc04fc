import { type Post, readableText } from './post.ts';
import { findWord } from './words.ts';

/** `from:handle` mutes an author, `site:example.com` whoever links there; everything else is a word or a phrase. */
const FROM = 'from:';
const SITE = 'site:';

function handleOf(handle: string): string {
  return handle.toLowerCase().replace(/^(@|\/?u\/)/, '');
}

function siteOf(link: string): string {
  return /^https?:\/\/(?:www\.)?([^/:?#]{1,255})/i.exec(link)?.[1]?.toLowerCase() ?? '';
}

/** The entry of the list of muted words that a post falls under, the first in the list; null when none does. */
export function mutedBy(post: Post, entries: readonly string[]): string | null {
  if (entries.length === 0) return null;
  const words: string[] = [];
  for (const entry of entries) {
    const small = entry.toLowerCase();
    if (small.startsWith(FROM)) {
      const wanted = handleOf(small.slice(FROM.length).trim());
      if (wanted !== '' && handleOf(post.author.handle) === wanted) return entry;
    } else if (small.startsWith(SITE)) {
      const wanted = small.slice(SITE.length).trim();
      const there = (site: string): boolean => site === wanted || site.endsWith(`.${wanted}`);
      if (wanted !== '' && post.links.some((link) => there(siteOf(link)))) return entry;
    } else words.push(entry);
  }
  return findWord(readableText(post), words);
}

/** Why a post is muted, in words for its card. */
export function mutedWords(entry: string): string {
  const small = entry.toLowerCase();
  if (small.startsWith(FROM)) return `is by a muted author (${entry.slice(FROM.length).trim()})`;
  if (small.startsWith(SITE)) return `links to a muted site (${entry.slice(SITE.length).trim()})`;
  return `has the muted word “${entry}”`;
}

/** The entry for an author, and for the sites that a post links to. */
export function entriesOf(post: Pick<Post, 'author' | 'links'>): readonly string[] {
  const handle = handleOf(post.author.handle);
  const sites = new Set(post.links.slice(0, 3).map(siteOf));
  return [
    ...(handle === '' ? [] : [`${FROM}${handle}`]),
    ...[...sites].filter((site) => site !== '').map((site) => `${SITE}${site}`),
  ];
}
