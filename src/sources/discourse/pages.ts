import type { Dropped } from '../source.ts';
import type { Api } from './api.ts';
import { type DiscoursePost, latestPostsSchema, postSchema, read, readList } from './shapes.ts';

/** Pages of one read; with 50 posts each (LatestPostsQuery::PAGE_SIZE of Discourse) that is 500. */
const MAX_PAGES = 10;
/** Older forums answer with the posts among 50 ids, which may all be private: one empty page is not yet the end. */
const MAX_EMPTY = 3;
const WINDOW = 50;

/** From where to where to read, from the newest towards the oldest. */
export interface Stretch {
  /** Ids below this; null from the newest on. */
  readonly before: number | null;
  /** Down to this id; null down to `since`. */
  readonly until: number | null;
  /** Nothing written before this is wanted, epoch milliseconds. */
  readonly since: number;
}

export interface ReadPosts {
  readonly posts: readonly DiscoursePost[];
  readonly dropped: readonly Dropped[];
  /** Every post the forum shows with an id from here on was seen; null when nothing was seen. */
  readonly lowest: number | null;
  /** Where to go on at once; null when the stretch was read. */
  readonly rest: { readonly before: number; readonly until: number | null } | null;
}

/** The ids on a page, also of entries that are broken otherwise. */
function idsOn(entries: readonly unknown[]): number[] {
  return entries
    .map((entry) => (typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : null))
    .filter((id) => typeof id === 'number');
}

/**
 * Reads `/posts.json` downwards by ids, which grow with every post, so that nothing is lost however many posts share a
 * time or carry an old one. Newer forums leave `before` itself out and fill the page, older ones include it and answer
 * with what is public among the 50 ids up to it: both are read to the end.
 */
export async function readDown(api: Api, stretch: Stretch, signal: AbortSignal): Promise<ReadPosts> {
  const posts = new Map<number, DiscoursePost>();
  const dropped = new Map<string, Dropped>();
  let before = stretch.before;
  let lowest: number | null = null;
  let empty = 0;
  const result = (rest: ReadPosts['rest']): ReadPosts => ({
    posts: [...posts.values()],
    dropped: [...dropped.values()],
    lowest,
    rest,
  });

  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const params = before === null ? {} : { before };
    const entries = read(latestPostsSchema, await api.call('/posts.json', { params, signal })).latest_posts;
    const broken: Dropped[] = [];
    const page = readList(entries, postSchema, broken);
    for (const post of page) posts.set(post.id, post);
    for (const drop of broken) dropped.set(drop.id ?? drop.why, drop);

    const ids = idsOn(entries);
    const oldest = ids.length === 0 ? null : Math.min(...ids);
    lowest = lowestOf(lowest, before, ids);
    empty = oldest === null ? empty + 1 : 0;
    const tooOld = page.length > 0 && page.every((post) => post.created_at < stretch.since);
    if (tooOld || empty >= MAX_EMPTY) return result(null);
    const next: number | null = nextBefore(before, oldest);
    if (next === null || next <= 1 || (stretch.until !== null && next <= stretch.until)) return result(null);
    before = next;
  }
  return result(before === null ? null : { before, until: stretch.until });
}

/** Down to which id the forum has shown all it has. */
function lowestOf(known: number | null, before: number | null, ids: readonly number[]): number | null {
  // A page that is not full holds what there is among 50 ids at least.
  const top = before ?? Math.max(...ids);
  const oldest = ids.length < WINDOW ? Math.min(...ids, top - WINDOW + 1) : Math.min(...ids);
  return Number.isFinite(oldest) ? Math.min(known ?? oldest, oldest) : known;
}

/** The next page: below the oldest post of this one, or a window further when there was none (or only `before` itself). */
function nextBefore(before: number | null, oldest: number | null): number | null {
  if (oldest !== null && (before === null || oldest < before)) return oldest;
  return before === null ? null : before - WINDOW;
}
