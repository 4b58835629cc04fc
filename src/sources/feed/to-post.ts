import { makePost, type Post } from '../../domain/post.ts';
import { type HtmlText, htmlToText } from '../../html-text.ts';
import type { Entry, EntryAuthor, Words } from './entry.ts';
import { COMMENT_TITLE, idOf, type Place, resolved } from './threads.ts';

/** What an entry needs to know of its surroundings. */
export interface Surroundings {
  readonly source: string;
  /** Title of the feed, for entries without an author. */
  readonly feedTitle: string;
  readonly feedAuthor: EntryAuthor | null;
  readonly feedLang: string | null;
  /** The configured language wins: what feeds say is often a default nobody set. */
  readonly lang: string | undefined;
  readonly base: string;
  /** Lower-case names, e-mails and addresses that are us. */
  readonly ours: ReadonlySet<string>;
  readonly now: number;
}

const nothing: HtmlText = { text: '', links: [], media: [] };

/** Words as a reader sees them. */
function shown(words: Words, base: string): HtmlText {
  const { value } = words;
  if (value === '') return nothing;
  if (words.in === 'html' && /<[a-z!/]/i.test(value)) {
    const read = htmlToText(value, base);
    // Addresses that nobody made a link of count, too.
    return { ...read, links: [...new Set([...read.links, ...linksIn(read.text)])] };
  }
  if (words.in === 'plain') return { ...nothing, text: value, links: linksIn(value) };
  // Not a tag in it: its line breaks mean what they say, and its entities want decoding.
  const kept = value
    .slice(0, 500_000)
    .replaceAll('<', '&lt;')
    .replace(/\r\n?|\n/g, '<br>');
  const { text } = htmlToText(kept, base);
  return { ...nothing, text, links: linksIn(text) };
}

function linksIn(text: string): string[] {
  const found = text.slice(0, 100_000).match(/https?:\/\/[^\s<>"'`]{1,2000}/g) ?? [];
  return found.slice(0, 20).map((address) => address.replace(/[.,;:!?)\]}]{1,20}$/, ''));
}

function authorOf(entry: Entry, comment: boolean, around: Surroundings): EntryAuthor {
  const { author } = entry;
  if (author.name.value.trim() || author.email || author.uri) return author;
  if (!comment && around.feedAuthor?.name.value.trim()) return around.feedAuthor;
  const name = comment ? 'Anonymous' : around.feedTitle.trim() || new URL(around.base).hostname;
  return { name: { in: 'plain', value: name }, email: '', uri: '' };
}

/** Title and text, unless the title only repeats how the text begins. */
function joined(title: string, text: string): string {
  const bare = title.replace(/(?:…|\.\.\.)$/, '').trim();
  if (bare === '' || text.replace(/\s+/g, ' ').startsWith(bare.replace(/\s+/g, ' '))) return text;
  return text === '' ? title : `${title}\n\n${text}`;
}

const lower = (value: string): string =>
  value
    .trim()
    .toLowerCase()
    .replace(/^(?:@|mailto:)/, '')
    .replace(/\/$/, '');

/** How `ours` in the configuration and authors of a feed are compared. */
export function oursOf(values: readonly string[]): ReadonlySet<string> {
  return new Set(values.map(lower));
}

/** One entry as a post. @throws ZodError when even cleaning cannot make one of it. */
export function toPost(entry: Entry, place: Place, around: Surroundings): Post {
  const base = resolved(entry.base, around.base) ?? around.base;
  const id = idOf(entry);
  const link = resolved(entry.link, base);
  const comment = place.via === 'comment';
  const author = authorOf(entry, comment, around);
  const name = shown(author.name, base).text.trim() || author.email.replace(/@.*$/s, '');
  const content = shown(entry.content, base);
  // "Comment on … by …" tells nothing that the card does not.
  const boilerplate = comment && (content.text !== '' || COMMENT_TITLE.test(entry.title.value));
  const title = boilerplate ? '' : shown(entry.title, base).text;
  const lang = around.lang ?? entry.lang ?? around.feedLang;
  const media = [
    ...content.media,
    ...entry.media.map((medium) => ({ url: resolved(medium.url, base) ?? '', alt: medium.alt })),
  ].filter(
    (medium, index, all) => medium.url !== '' && all.findIndex((one) => one.url === medium.url) === index,
  );
  const known = (author.uri || author.email || name)
    .slice(0, 300)
    .toWellFormed()
    .replace(/[\u0000-\u001F]/g, '');
  return makePost({
    source: around.source,
    id,
    ...place,
    author: {
      id: lower(known) || 'unknown',
      name: name || 'Anonymous',
      handle: '',
      url: resolved(author.uri || null, base),
      avatarUrl: null,
    },
    text: joined(title, content.text),
    lang:
      lang && /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}$/i.test(lang.trim())
        ? lang.trim().replaceAll('_', '-')
        : null,
    url: link,
    links: [...content.links],
    media,
    createdAt: Math.min(entry.date ?? around.now, around.now),
    ours: [name, author.email, author.uri].some((value) => value !== '' && around.ours.has(lower(value))),
  });
}
