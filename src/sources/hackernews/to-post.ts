import { makePost, type Post, type Via } from '../../domain/post.ts';
import { htmlToText } from '../../html-text.ts';
import type { Entry } from './shapes.ts';

export const SITE = 'https://news.ycombinator.com/';

/** What a reader sees of an entry, and where it leads. */
export function wordsOf(entry: Entry): { readonly text: string; readonly links: readonly string[] } {
  const { text, links } = htmlToText(entry.html, SITE);
  // The list of stories shows the title and where it leads; so does the post.
  const parts = [entry.title, entry.url ?? '', text].map((part) => part.trim());
  return {
    text: parts.filter((part) => part !== '').join('\n\n'),
    links: [...(entry.url ? [entry.url] : []), ...links],
  };
}

/** One entry as a post. Throws a ZodError when it is beyond use. */
export function toPost(entry: Entry, source: string, via: Via, ours: boolean): Post {
  const { text, links } = wordsOf(entry);
  return makePost({
    source,
    id: entry.id,
    conversationId: entry.story,
    replyTo: entry.parent,
    via,
    author: {
      // User names cannot be changed, so they are the id.
      id: entry.author,
      name: entry.author,
      handle: entry.author,
      url: `${SITE}user?id=${encodeURIComponent(entry.author)}`,
    },
    text,
    url: `${SITE}item?id=${entry.id}`,
    links: [...links],
    createdAt: entry.at * 1_000,
    ours,
  });
}
