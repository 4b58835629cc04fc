import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/**
 * Things of Reddit, as far as they are used: https://github.com/reddit-archive/reddit/wiki/JSON, brought up to date by the
 * recorded answers in https://github.com/praw-dev/praw/tree/main/tests/integration/cassettes.
 */

const fullname = (kinds: string) =>
  z.string().regex(new RegExp(`^t[${kinds}]_[a-z0-9]{1,20}$`), 'is not a fullname');
const words = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const time = z.number().positive();
/** False, true (long ago), or when: epoch seconds. */
const edited = z
  .union([z.number(), z.boolean()])
  .nullish()
  .catch(null)
  .transform((value) => (typeof value === 'number' && value > 1 ? Math.round(value) : null));

const common = {
  created_utc: time,
  /** `[deleted]`, or null in the inbox, when the account is gone. */
  author: words,
  author_fullname: words,
  subreddit: words,
  permalink: words,
  edited,
  locked: flag,
  archived: flag,
  can_mod_post: flag,
};

const commentSchema = z.object({
  ...common,
  name: fullname('1'),
  parent_id: fullname('13').nullish().catch(null),
  link_id: fullname('3').nullish().catch(null),
  body: words,
  body_html: words,
  /** Set when this account may not answer. */
  unrepliable_reason: words,
  /** In the inbox: `comment_reply`, `post_reply`, `username_mention`. */
  type: words,
  subject: words,
  /** In the inbox: `/r/pots/comments/abc/title/def/?context=3`. */
  context: words,
  replies: z.unknown().optional(),
});

const linkSchema = z.object({
  ...common,
  name: fullname('3'),
  title: words,
  selftext: words,
  selftext_html: words,
  is_self: flag,
  url: words,
  post_hint: words,
  removed_by_category: words,
});

const moreSchema = z.object({
  count: z.number().catch(0),
  parent_id: z.string().catch(''),
  children: z.array(z.string().regex(/^[a-z0-9]{1,20}$/)).catch([]),
});

const thingSchema = z.object({ kind: z.string(), data: z.unknown() });
const listingSchema = z.object({
  data: z.object({ children: z.array(z.unknown()), after: words }),
});

/** A post or a comment. */
export interface Thing {
  /** Fullname: `t3_…` or `t1_…`. */
  readonly id: string;
  /** Fullname of the post it belongs to; its own for a post. */
  readonly link: string;
  readonly parent: string | null;
  /** Epoch seconds. */
  readonly at: number;
  readonly editedAt: number | null;
  readonly author: string | null;
  readonly authorId: string | null;
  readonly subreddit: string;
  readonly path: string | null;
  readonly title: string;
  readonly html: string;
  readonly text: string;
  /** Where a post leads, if it is not a text. */
  readonly url: string | null;
  readonly image: boolean;
  /** Deleted by its author, or removed by moderators. */
  readonly gone: boolean;
  readonly locked: boolean;
  readonly archived: boolean;
  readonly unrepliable: boolean;
  /** Why it is in the inbox. */
  readonly inbox: 'mention' | 'reply' | null;
}

/** More comments that were not sent along: their ids, or, when there are none, a thread that goes on below `parent`. */
export interface More {
  readonly parent: string;
  readonly ids: readonly string[];
}

export interface Listing {
  readonly children: readonly unknown[];
  readonly after: string | null;
}

/** A listing, which must be one. */
export function readListing(json: unknown): Listing {
  const parsed = listingSchema.safeParse(json);
  if (!parsed.success) throw new UnavailableError('Reddit answered something else than a listing.');
  return { children: parsed.data.data.children, after: parsed.data.data.after ?? null };
}

const isGone = (text: string | null | undefined): boolean => text === '[deleted]' || text === '[removed]';
const yes = (value: boolean | null | undefined): boolean => value === true;

function commentThing(data: z.output<typeof commentSchema>): Thing {
  const path = data.permalink ?? data.context?.replace(/\?.*$/, '') ?? null;
  const [, linkId] = /\/comments\/([a-z0-9]{1,20})\//.exec(path ?? '') ?? [];
  const link = data.link_id ?? (linkId ? `t3_${linkId}` : (data.parent_id ?? data.name));
  const kind = `${data.type ?? ''} ${data.subject ?? ''}`;
  return {
    ...shared(data),
    id: data.name,
    link,
    parent: data.parent_id ?? null,
    path,
    title: '',
    html: data.body_html ?? '',
    text: data.body ?? '',
    url: null,
    image: false,
    gone: isGone(data.body),
    unrepliable: Boolean(data.unrepliable_reason),
    inbox: /mention/.test(kind) ? 'mention' : /reply/.test(kind) ? 'reply' : null,
  };
}

function linkThing(data: z.output<typeof linkSchema>): Thing {
  return {
    ...shared(data),
    id: data.name,
    link: data.name,
    parent: null,
    path: data.permalink ?? null,
    title: data.title ?? '',
    html: data.selftext_html ?? '',
    text: data.selftext ?? '',
    url: data.is_self === true ? null : (data.url ?? null),
    image: data.post_hint === 'image',
    gone: isGone(data.selftext) || Boolean(data.removed_by_category),
    unrepliable: false,
    inbox: null,
  };
}

function shared(data: z.output<typeof linkSchema> | z.output<typeof commentSchema>) {
  const author = data.author && !isGone(data.author) ? data.author : null;
  return {
    at: Math.round(data.created_utc),
    editedAt: data.edited,
    author,
    authorId: author ? (data.author_fullname ?? null) : null,
    subreddit: data.subreddit ?? '',
    // Moderators may answer in what they locked.
    locked: yes(data.locked) && !yes(data.can_mod_post),
    archived: yes(data.archived),
  };
}

/** One child of a listing: null for what is neither a post nor a comment (messages, accounts, …). */
export function readThing(raw: unknown): Thing | Dropped | null {
  const outer = thingSchema.safeParse(raw);
  if (!outer.success) return { id: null, why: problemsOf(outer.error) };
  const { kind, data } = outer.data;
  if (kind !== 't1' && kind !== 't3') return null;
  const parsed =
    kind === 't1'
      ? commentSchema.transform(commentThing).safeParse(data)
      : linkSchema.transform(linkThing).safeParse(data);
  if (parsed.success) return parsed.data;
  const named = z.object({ name: z.string().max(30) }).safeParse(data);
  return { id: named.data?.name ?? null, why: problemsOf(parsed.error) };
}

/** Whether {@link readThing} could read it. */
export function isThing(read: Thing | Dropped | null): read is Thing {
  return read !== null && 'at' in read;
}

/** Every comment of a tree with what was left out. Walks without recursion: answers may be nested as deep as anybody likes. */
export function readTree(children: readonly unknown[]): { readonly things: Thing[]; readonly more: More[] } {
  const things: Thing[] = [];
  const more: More[] = [];
  const waiting = [...children];
  for (let raw = waiting.pop(); raw !== undefined; raw = waiting.pop()) {
    const outer = thingSchema.safeParse(raw);
    if (!outer.success) continue;
    const { kind, data } = outer.data;
    if (kind === 'more') {
      const parsed = moreSchema.safeParse(data);
      if (parsed.success) more.push({ parent: parsed.data.parent_id, ids: parsed.data.children });
      continue;
    }
    const thing = readThing(raw);
    if (isThing(thing)) things.push(thing);
    const below = listingSchema.safeParse((data as { readonly replies?: unknown } | null)?.replies);
    if (below.success) for (const child of below.data.data.children) waiting.push(child);
  }
  return { things, more };
}
