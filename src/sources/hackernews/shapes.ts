import { z } from 'zod';
import { problemsOf } from '../kit/shapes.ts';

/**
 * What the HN Search API answers, as far as it is used: hits of a search, and items with their trees. Shapes:
 * https://hn.algolia.com/api, `Item` and `ItemSerializer` in github.com/algolia/hn-search.
 */

const id = z.union([
  z.string().regex(/^\d{1,15}$/, 'is not an item id'),
  z.number().int().positive().transform(String),
]);
const maybeId = id.nullish().catch(null);
const words = z.string().nullish().catch(null);
/** Epoch seconds, whole. */
const time = z.number().int().positive();

const hitSchema = z.object({
  objectID: id,
  author: z.string().trim().min(1),
  created_at_i: time,
  /** `["comment", "author_pg", "story_1"]`. */
  _tags: z.array(z.string()).catch([]),
  title: words,
  url: words,
  story_text: words,
  comment_text: words,
  parent_id: maybeId,
  story_id: maybeId,
});

/** A deleted or dead item is `{id, children}` and nothing else. */
const itemSchema = z.object({
  id,
  type: words,
  author: words,
  created_at_i: time.nullish().catch(null),
  created_at: words,
  title: words,
  url: words,
  text: words,
  parent_id: maybeId,
  story_id: maybeId,
  children: z.array(z.unknown()).nullish().catch(null),
});

const pageSchema = z.object({ hits: z.array(z.unknown()) });

/** One story or comment, from a search or from a tree. */
export interface Entry {
  readonly id: string;
  readonly comment: boolean;
  readonly author: string;
  /** Epoch seconds. */
  readonly at: number;
  /** Plain text; empty for comments. */
  readonly title: string;
  readonly url: string | null;
  readonly html: string;
  readonly parent: string | null;
  readonly story: string;
}

/** What a page of hits holds; null when it is none. */
export function readPage(json: unknown): readonly unknown[] | null {
  return pageSchema.safeParse(json).data?.hits ?? null;
}

/** A hit of a search, or what is wrong with it. */
export function readHit(
  raw: unknown,
): { readonly entry: Entry } | { readonly id: string | null; readonly why: string } {
  const parsed = hitSchema.safeParse(raw);
  if (!parsed.success) {
    const known = z.object({ objectID: id }).safeParse(raw);
    return { id: known.data?.objectID ?? null, why: problemsOf(parsed.error) };
  }
  const hit = parsed.data;
  const comment =
    hit._tags.includes('comment') || (hit._tags.length === 0 && typeof hit.comment_text === 'string');
  // A comment's story is resolved a moment after it is indexed; until then a tag may know it.
  const tagged = hit._tags.flatMap((tag) => /^story_(\d{1,15})$/.exec(tag)?.[1] ?? [])[0];
  const story = comment ? (hit.story_id ?? tagged ?? hit.parent_id ?? hit.objectID) : hit.objectID;
  return {
    entry: {
      id: hit.objectID,
      comment,
      author: hit.author,
      at: hit.created_at_i,
      title: comment ? '' : (hit.title ?? ''),
      url: comment ? null : (hit.url ?? null),
      html: (comment ? hit.comment_text : hit.story_text) ?? '',
      parent: comment ? (hit.parent_id ?? null) : null,
      story,
    },
  };
}

/**
 * Every readable item of a tree with the way it hangs together, in no order; deleted and dead items are left out.
 * Walks without recursion: a thread may be as deep as somebody cares to make it.
 */
export function readTree(json: unknown): readonly Entry[] {
  const entries: Entry[] = [];
  const waiting: { readonly raw: unknown; readonly parent: string | null; readonly story: string | null }[] =
    [{ raw: json, parent: null, story: null }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const parsed = itemSchema.safeParse(next.raw);
    if (!parsed.success) continue;
    const item = parsed.data;
    const parent = item.parent_id ?? next.parent;
    const story = item.story_id ?? next.story ?? item.id;
    for (const child of item.children ?? []) waiting.push({ raw: child, parent: item.id, story });
    const at = item.created_at_i ?? Math.floor(Date.parse(item.created_at ?? '') / 1_000);
    // A poll's options are part of the poll.
    if (!item.author || !Number.isFinite(at) || item.type === 'pollopt') continue;
    const comment = item.type === 'comment' || (item.type == null && parent !== null);
    entries.push({
      id: item.id,
      comment,
      author: item.author,
      at,
      title: comment ? '' : (item.title ?? ''),
      url: comment ? null : (item.url ?? null),
      html: item.text ?? '',
      parent: comment ? parent : null,
      story,
    });
  }
  return entries;
}

/** Whether an answer for an item says that it was deleted or killed. */
export function isGone(json: unknown): boolean {
  if (json === null) return true;
  const parsed = itemSchema.safeParse(json);
  return parsed.success && !parsed.data.author && parsed.data.type == null && parsed.data.created_at == null;
}
