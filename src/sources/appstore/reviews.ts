import { z } from 'zod';
import { makePost, type Post } from '../../domain/post.ts';
import { UnavailableError } from '../../errors.ts';
import type { Dropped } from '../source.ts';

/**
 * The feed as Apple sends it: Atom turned into JSON, where every value is `{"label": …}`, a list of one is the thing
 * itself, and a list of none is absent.
 */

const label = z
  .object({ label: z.string() })
  .nullish()
  .catch(null)
  .transform((value) => value?.label ?? '');

const reviewSchema = z.object({
  id: z.object({ label: z.string().regex(/^[\w.-]{1,100}$/, 'is not an id') }),
  updated: z.object({
    label: z
      .string()
      .transform((value) => Date.parse(value))
      .refine((value) => Number.isFinite(value), 'is not a date'),
  }),
  'im:rating': z.object({ label: z.string() }),
  'im:version': label,
  title: label,
  content: label,
  author: z.object({ name: label, uri: label }).nullish().catch(null),
});
export type Review = z.output<typeof reviewSchema>;

const feedSchema = z.object({ feed: z.object({ entry: z.unknown().optional() }) });

/** One page of a feed. */
export interface ReviewPage {
  readonly reviews: readonly Review[];
  readonly dropped: readonly Dropped[];
  /** Entries on it, whatever they were. */
  readonly count: number;
}

/** Reads a page; an entry without a rating is the app itself, which some pages begin with. */
export function readPage(json: unknown): ReviewPage {
  const parsed = feedSchema.safeParse(json);
  if (!parsed.success) throw new UnavailableError('Apple’s answer is no feed of reviews.');
  const { entry } = parsed.data.feed;
  const entries: readonly unknown[] = entry == null ? [] : Array.isArray(entry) ? entry : [entry];
  const reviews: Review[] = [];
  const dropped: Dropped[] = [];
  for (const one of entries) {
    if (typeof one === 'object' && one !== null && 'im:name' in one && !('im:rating' in one)) continue;
    const review = reviewSchema.safeParse(one);
    if (review.success) reviews.push(review.data);
    else dropped.push({ id: null, why: problemsOf(review.error) });
  }
  return { reviews, dropped, count: entries.length };
}

export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.map(String).join('.') || 'entry'}: ${issue.message}`)
    .join('; ')
    .slice(0, 1_000);
}

/** `★★☆☆☆`; nothing where it is no number of stars. */
function stars(rating: string): string {
  const count = Number(rating);
  return Number.isInteger(count) && count >= 1 && count <= 5 ? '★'.repeat(count) + '☆'.repeat(5 - count) : '';
}

/** The title, the words, and last the stars with the version. */
function textOf(review: Review): string {
  const title = review.title.trim();
  const content = review.content.trim();
  const version = review['im:version'].trim().slice(0, 30);
  const rating = [stars(review['im:rating'].label), version && `version ${version}`]
    .filter(Boolean)
    .join(', ');
  const head = title !== '' && !content.startsWith(title) ? title : '';
  return [head, content, rating].filter((part) => part !== '').join('\n\n');
}

/** Links in a plain text, without the full stop or bracket that follows them. */
function linksIn(text: string): string[] {
  const found = text.slice(0, 100_000).match(/https?:\/\/[^\s<>"'`]{1,2000}/g) ?? [];
  return found.slice(0, 20).map((address) => address.replace(/[.,;:!?)\]}]{1,20}$/, ''));
}

/**
 * @param first when it was seen first: Apple gives only the time of the last change
 */
export function reviewToPost(
  review: Review,
  place: { readonly source: string; readonly app: string; readonly country: string; readonly first: number },
): Post {
  const at = review.updated.label;
  const uri = review.author?.uri ?? '';
  const [, person] = /\/id(\d{1,20})(?:[/?#]|$)/.exec(uri) ?? [];
  const name = review.author?.name ?? '';
  const id = review.id.label;
  return makePost({
    source: place.source,
    id,
    // A person has one review of an app: another one of theirs takes its place.
    conversationId: person === undefined ? id : `person:${person}`,
    via: 'comment',
    author: {
      id: person ?? `unknown:${id}`,
      name: name || 'Someone on the App Store',
      handle: '',
      url: uri || null,
    },
    text: textOf(review),
    url: `https://apps.apple.com/${place.country}/app/id${place.app}?see-all=reviews`,
    links: linksIn(review.content),
    createdAt: Math.min(at, place.first),
    editedAt: at > place.first ? at : null,
  });
}
