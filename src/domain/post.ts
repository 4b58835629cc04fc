import { z } from 'zod';

/** Longest post text that is kept, in UTF-16 units. No network we watch allows more; a longer text is cut and says so. */
export const MAX_POST_TEXT = 100_000;
const MAX_LINE = 300;
const MAX_ID = 1_024;
const MAX_URL = 4_096;
/** Longest registered tags are 35 characters: https://www.rfc-editor.org/rfc/rfc5646#section-4.4.1 */
const LANGUAGE_TAG = /^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,5}$/;

// C0 controls but tab and newline, DEL, C1, and the bidi overrides that let a text disguise itself (U+202D/E).
const UNSAFE_TEXT = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202D\u202E\uFEFF]/gu;
// A name is one line; bidi isolates and embeddings have no business in it and spill over into our own words.
const UNSAFE_LINE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]+/gu;

/** The first `units` UTF-16 units of a longer text, well-formed, and “…” behind them. */
export function cutAfter(text: string, units: number): string {
  return `${text
    .slice(0, units)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

/** Text from outside made storable: well-formed Unicode, `\n` line ends, no control characters, at most {@link MAX_POST_TEXT} units. */
export function cleanText(raw: string, limit: number = MAX_POST_TEXT): string {
  // Cut before the regular expressions run: a hostile megabyte must cost nothing.
  const cut = raw.length > limit ? cutAfter(raw, limit - 1) : raw;
  return cut.toWellFormed().replace(/\r\n?/g, '\n').replace(UNSAFE_TEXT, '').trim();
}

/** One line from outside (a name, a handle): as {@link cleanText}, on one line, at most 300 units. */
export function cleanLine(raw: string, limit: number = MAX_LINE): string {
  return cleanText(raw.slice(0, limit * 4).replace(UNSAFE_LINE, ' '), limit)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The URL when it is an absolute http(s) link without credentials, else null: nothing else may become a link on a card. */
export function safeUrl(raw: string | null | undefined): string | null {
  if (!raw || raw.length > MAX_URL) return null;
  try {
    const url = new URL(raw);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    if (url.username || url.password) return null;
    // Percent-encoding makes it longer: an emoji becomes twelve characters.
    return url.href.length > MAX_URL ? null : url.href;
  } catch {
    return null;
  }
}

/** How a post reached us. */
export type Via = 'mention' | 'reply' | 'quote' | 'follow' | 'comment' | 'keyword' | 'share' | 'message';
const VIAS = ['mention', 'reply', 'quote', 'follow', 'comment', 'keyword', 'share', 'message'] as const;

const text = (limit?: number) => z.string().transform((value) => cleanText(value, limit));
const line = (limit?: number) => z.string().transform((value) => cleanLine(value, limit));
const url = z
  .string()
  .nullish()
  .transform((value) => safeUrl(value));
const id = z
  .string()
  .min(1)
  .max(MAX_ID)
  .refine(
    (value) => !/[\u0000-\u001F]/.test(value) && value.isWellFormed(),
    'must not hold control characters',
  );

const authorSchema = z.object({
  /** Stable id on the network, where there is one; else the handle. Never shown. */
  id,
  /** Display name as the author chose it: hostile text. */
  name: line(),
  /** How the network addresses the author, without a leading `@` where the network adds it itself. */
  handle: line(),
  url: url,
  avatarUrl: url,
});

const postSchema = z.object({
  /** The name of the configured source it came through. */
  source: z.string().min(1).max(64),
  /** Stable id within that source: `(source, id)` is the identity of a post. */
  id,
  /** Id of the conversation's first post (or the network's own conversation id): the unit the team answers. */
  conversationId: id,
  /** Id of the post that this one answers. */
  replyTo: id.nullish().transform((value) => value ?? null),
  via: z.enum(VIAS),
  author: authorSchema,
  /** Plain text as a reader would see it; may be empty (media, follows). */
  text: text(),
  /** BCP 47 tag as the network gave it; nothing else, and a post is not lost for a bad one. */
  lang: z
    .string()
    .nullish()
    .transform((value) => (value && LANGUAGE_TAG.test(value) ? value : null)),
  url: url,
  /** Absolute links found in the post, at most 20. */
  links: z
    .array(z.string())
    .default([])
    .transform((values) =>
      values
        .map(safeUrl)
        .filter((value) => value !== null)
        .slice(0, 20),
    ),
  /** Descriptions of attached media, used where there is no text; at most 10. */
  media: z
    .array(z.object({ url: url, alt: text(2_000) }))
    .default([])
    .transform((values) => values.slice(0, 10)),
  /** When it was written, epoch milliseconds. */
  createdAt: z.number().finite().int(),
  /**
   * When its author last changed it, epoch milliseconds, where the network says so; null when never. A stored post is
   * brought up to date only by one with a later time here, because networks show the same words differently here and
   * there; the exception is a source that declares `untimedEdits`, as long as no time was ever told of the post.
   */
  editedAt: z.number().finite().int().nullable().default(null),
  /** Whether a person of ours, or an account of ours, wrote it. */
  ours: z.boolean().default(false),
});

/** One thing somebody wrote somewhere, in one shape for all sources. */
export type Post = z.output<typeof postSchema>;
/** What an adapter hands in; {@link makePost} cleans it. */
export type PostInput = z.input<typeof postSchema>;

/** Builds a clean post from what a source delivered; throws a ZodError that names every problem with its path. */
export function makePost(input: PostInput): Post {
  return postSchema.parse(input);
}

/** What a person reads of a post: its text, or the descriptions of its media when there is none. */
export function readableText(post: Post): string {
  if (post.text !== '') return post.text;
  const alts = post.media.map((medium) => medium.alt).filter((alt) => alt !== '');
  return alts.length > 0 ? alts.join('\n') : '';
}
