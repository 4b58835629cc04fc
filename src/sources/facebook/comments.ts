import { type Listing, type Params, readListing } from '../kit/meta/graph.ts';
import type { Dropped } from '../source.ts';
import type { Page } from './page.ts';
import { COMMENT_FIELDS, commentSchema, type FacebookComment } from './shapes.ts';

/** Largest page of an edge: https://developers.facebook.com/docs/graph-api/results */
const LIMIT = 100;

/** Comments and replies of all levels, newest first: https://developers.facebook.com/docs/graph-api/reference/object/comments */
const ALL_LEVELS = { filter: 'stream', order: 'reverse_chronological' } as const;

/** The comments edge within `fields` of a post, with the newest `limit`. */
export function nestedComments(limit: number): string {
  return `comments.filter(${ALL_LEVELS.filter}).order(${ALL_LEVELS.order}).limit(${limit}){${COMMENT_FIELDS}}`;
}

export interface CommentsRead {
  readonly comments: readonly FacebookComment[];
  /** There are older ones that were not read. */
  readonly cut: boolean;
}

interface CommentsAsked {
  /** The post or comment that they are on. */
  readonly objectId: string;
  /** Nothing older is needed; with 0, everything is. */
  readonly since: number;
  readonly maxPages: number;
  /** The first page, where there is one already. */
  readonly first?: Listing<FacebookComment>;
  readonly dropped: Dropped[];
  readonly signal: AbortSignal;
}

/** Reads down to `since`, whichever end the service sends first. */
export async function readComments(page: Page, asked: CommentsAsked): Promise<CommentsRead> {
  const { since, maxPages, dropped, signal } = asked;
  const found = new Map<string, FacebookComment>();
  async function list(next: Params): Promise<Listing<FacebookComment>> {
    const json = await page.graph.call(`/${encodeURIComponent(asked.objectId)}/comments`, {
      params: { fields: COMMENT_FIELDS, limit: LIMIT, ...ALL_LEVELS, ...next },
      signal,
    });
    return readListing(commentSchema, json, dropped, 'comments');
  }
  let listing = asked.first ?? (await list({}));
  for (let pages = 1; ; pages++) {
    const before = found.size;
    for (const comment of listing.entries) found.set(comment.id, comment);
    const { next } = listing;
    if (next === null || reaches(listing.entries, since))
      return { comments: [...found.values()], cut: false };
    // A page that brings nothing new would bring nothing new for ever.
    const stuck = listing.entries.length > 0 && found.size === before;
    if (pages >= maxPages || stuck) return { comments: [...found.values()], cut: true };
    listing = await list(next);
  }
}

/** Whether a page that has the newest first ends before `since`; one that has the oldest first never does. */
function reaches(entries: readonly FacebookComment[], since: number): boolean {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return false;
  return first.created_time >= last.created_time && last.created_time < since;
}
