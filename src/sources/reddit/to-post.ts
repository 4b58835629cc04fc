import { makePost, type Post, type Via } from '../../domain/post.ts';
import { htmlToText } from '../../html-text.ts';
import type { Thing } from './shapes.ts';

const SITE = 'https://www.reddit.com';

/** What a reader sees of a thing, and where it leads. */
export function wordsOf(thing: Thing): { readonly text: string; readonly links: readonly string[] } {
  // Without a base, links into Reddit itself (/u/…, /r/…) stay the words they are.
  const body = thing.html === '' ? { text: thing.text, links: [] } : htmlToText(thing.html);
  const parts = [thing.title, thing.url ?? '', body.text].map((part) => part.trim());
  return {
    text: parts.filter((part) => part !== '').join('\n\n'),
    links: [...(thing.url ? [thing.url] : []), ...body.links],
  };
}

/** One thing as a post. Throws a ZodError when it is beyond use. */
export function toPost(thing: Thing, source: string, via: Via, ours: boolean): Post {
  const { text, links } = wordsOf(thing);
  const { author } = thing;
  return makePost({
    source,
    id: thing.id,
    conversationId: thing.link,
    replyTo: thing.parent,
    via,
    author: {
      id: thing.authorId ?? author ?? '[deleted]',
      name: author ?? '[deleted]',
      handle: author === null ? '' : `u/${author}`,
      url: author === null ? null : `${SITE}/user/${encodeURIComponent(author)}`,
    },
    text,
    url: thing.path === null ? null : `${SITE}${thing.path}`,
    links: [...links],
    // Reddit has no descriptions of pictures.
    media: thing.image && thing.url ? [{ url: thing.url, alt: '' }] : [],
    createdAt: thing.at * 1_000,
    editedAt: thing.editedAt === null ? null : thing.editedAt * 1_000,
    ours,
  });
}
