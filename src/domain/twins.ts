import type { Post } from './post.ts';
import type { Verdict } from './triage/verdict.ts';

/**
 * The same person saying the same thing on several networks, and the same page passed on: one matter, one item. Told by
 * what is equal, never by what is alike: two customers with the same trouble are two.
 */

/** Shorter texts are said by many: "thanks!" or "any news?". */
const LEAST_LETTERS = 24;
/** Longer texts are compared by their beginning. */
const COMPARED = 400;
/** So long after the first one it is no copy any more. */
export const TWIN_WINDOW_MS = 48 * 3_600_000;

/** What a text comes down to: its letters and digits, without the names and addresses that differ by network. */
function essence(text: string): string {
  return text
    .slice(0, 4_000)
    .replace(/https?:\/\/\S+/gi, ' ')
    .replace(/(^|\s)[@#]\S+/g, ' ')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, COMPARED);
}

/** Who wrote, as far as networks agree: `@mira@social.example`, `mira.bsky.social` and `u/mira` are one `mira`. */
function persons({ author }: Post): readonly string[] {
  const handle =
    author.handle
      .toLowerCase()
      .replace(/^(@|u\/|\/u\/)/, '')
      .split(/[@.]/)[0] ?? '';
  const name = essence(author.name);
  return [...new Set([handle, name].filter((each) => each.length >= 3))];
}

/** An address without what differs between two copies of it: scheme, `www.`, a trailing slash, tracking, fragment. */
function plainLink(link: string): string | null {
  try {
    const url = new URL(link);
    for (const key of [...url.searchParams.keys()])
      if (/^(utm_\w+|fbclid|gclid|igshid|mc_[ce]id|ref|ref_src)$/i.test(key)) url.searchParams.delete(key);
    url.searchParams.sort();
    const path = url.pathname.replace(/\/+$/, '');
    // The front page of a site is no matter of its own.
    if (path === '' && url.search === '') return null;
    return `${url.hostname.replace(/^www\./, '')}${path}${url.search}`;
  } catch {
    return null;
  }
}

/**
 * By what a post is told to be a copy of another: any one that two posts of different sources share is enough. Empty when
 * the post says too little.
 */
export function twinKeys(post: Post, verdict: Pick<Verdict, 'kinds' | 'answerDue'>): readonly string[] {
  // Forums and link sites put a title before what was said.
  const body = post.text.indexOf('\n\n');
  const said = [post.text, ...(body < 0 ? [] : [post.text.slice(body)])]
    .map(essence)
    .filter((each) => each.replace(/ /g, '').length >= LEAST_LETTERS);
  const written = post.text.slice(0, 4_000).match(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/gi) ?? [];
  const links = [
    ...new Set([...post.links, ...written].map(plainLink).filter((link) => link !== null)),
  ].slice(0, 5);
  const byPerson = persons(post).flatMap((person) => [
    ...[...new Set(said)].map((each) => `text|${person}|${each}`),
    ...links.map((link) => `link|${person}|${link}`),
  ]);
  // A page that is only passed on, whoever does it: nobody waits for an answer.
  const isShare = verdict.kinds.includes('link-share') && !verdict.answerDue;
  return [...byPerson, ...(isShare ? links.map((link) => `share|${link}`) : [])];
}
