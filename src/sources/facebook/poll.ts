import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { type Listing, type Params, problemsOf, readListing } from '../kit/meta/graph.ts';
import { isTooMuch } from '../kit/meta/graph-errors.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import { nestedComments, readComments } from './comments.ts';
import type { Page } from './page.ts';
import { commentSchema, type FacebookComment, type FeedPost, feedPostSchema, POST_FIELDS } from './shapes.ts';
import { parentsOf, type Threads } from './threads.ts';
import { commentToPost, feedToPost } from './to-post.ts';

/** Comments come late (held back by a filter, then shown): the last hour is read again each time. */
const OVERLAP_MS = 3_600_000;
/** What comes along anyhow with the newest of each post is delivered when it is not older than this. */
const LATE_MS = 7 * 86_400_000;
/** Posts of a request, each with as many of its newest comments. Facebook takes up to 100, but not so much at once. */
const PAGE = 25;
const LEAST_PAGE = 5;
/** Requests for one feed, and for the comments of one post: 500 posts, 2,000 comments. */
const MAX_FEED_PAGES = 20;
const MAX_COMMENT_PAGES = 20;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  /** When the last poll began. */
  at: z.number(),
});
type Cursor = z.output<typeof cursorSchema>;

export interface PollOptions {
  readonly lookbackMs: number;
  readonly watchPosts: number;
}

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** What one poll gathers. */
interface Gathered {
  readonly posts: Map<string, Post>;
  readonly dropped: Dropped[];
  readonly floor: number;
  readonly from: number;
  gapTo: number | null;
}

/** The Page's feed (its own posts, visitors' posts, public posts that tag it) with the comments of the newest ones. */
export function createPoller(
  page: Page,
  threads: Threads,
  note: (comment: FacebookComment) => void,
  options: PollOptions,
) {
  const once = createOnce();
  // Facebook refuses an answer that would be too large: then fewer posts are asked for, from then on.
  let size = PAGE;

  async function feedPage(next: Params, dropped: Dropped[], signal: AbortSignal): Promise<Listing<FeedPost>> {
    for (;;) {
      try {
        const fields = `${POST_FIELDS},${nestedComments(size)}`;
        const path = `/${page.id}/feed`;
        const json = await page.graph.call(path, { params: { fields, limit: size, ...next }, signal });
        return readListing(feedPostSchema, json, dropped, 'the feed of the Page');
      } catch (error) {
        if (!isTooMuch(error) || size <= LEAST_PAGE) throw error;
        size = Math.max(LEAST_PAGE, Math.floor(size / 2));
      }
    }
  }

  function keep(into: Gathered, id: string, at: number, make: () => Post): void {
    if (at < into.floor) return;
    try {
      into.posts.set(id, make());
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      into.dropped.push({ id, why: problemsOf(error) });
    }
  }

  async function readOne(post: FeedPost, into: Gathered, signal: AbortSignal): Promise<void> {
    if (post.is_published === false) return;
    await threads.noteOwner(post.id, page.isOurs(post.from?.id));
    keep(into, post.id, post.created_time, () => feedToPost(page, post));
    if (post.comments == null) return;
    const first = readListing<FacebookComment>(commentSchema, post.comments, into.dropped, 'comments');
    const { comments, cut } = await readComments(page, {
      objectId: post.id,
      since: into.from,
      maxPages: MAX_COMMENT_PAGES,
      first,
      dropped: into.dropped,
      signal,
    });
    if (cut) into.gapTo = Math.max(into.gapTo ?? 0, Math.min(...comments.map((one) => one.created_time)));
    // Oldest first, so that a thread's beginning is known before its replies.
    for (const comment of comments.toSorted((a, b) => a.created_time - b.created_time)) {
      if (comment.created_time < into.floor) continue;
      note(comment);
      const place = await threads.placeOf(comment.id, post.id, parentsOf(comment), signal);
      keep(into, comment.id, comment.created_time, () => commentToPost(page, comment, place));
    }
  }

  async function readFeed(into: Gathered, signal: AbortSignal): Promise<void> {
    let next: Params = {};
    let seen = 0;
    for (let pages = 1; ; pages++) {
      const listing = await feedPage(next, into.dropped, signal);
      for (const post of listing.entries) await readOne(post, into, signal);
      seen += listing.entries.length;
      const oldest = listing.entries.at(-1)?.created_time;
      const enough = seen >= options.watchPosts && oldest !== undefined && oldest < into.from;
      if (listing.next === null || enough) return;
      if (pages >= MAX_FEED_PAGES) {
        into.gapTo = Math.max(into.gapTo ?? 0, oldest ?? into.from);
        return;
      }
      next = listing.next;
    }
  }

  return async function poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
    await page.session(signal);
    const now = page.clock.now();
    const known = readCursor(raw);
    const since = known?.since ?? now - options.lookbackMs;
    const floor = known ? Math.max(since, known.at - LATE_MS) : since;
    const from = known ? Math.max(floor, known.at - OVERLAP_MS) : floor;
    const gathered: Gathered = { posts: new Map(), dropped: [], floor, from, gapTo: null };
    await readFeed(gathered, signal);
    const { posts, dropped, gapTo } = gathered;
    const waitMs = page.graph.rest();
    return {
      posts: [...posts.values()],
      cursor: JSON.stringify({ v: 1, since, at: now } satisfies Cursor),
      dropped: once(dropped),
      ...(waitMs === null ? {} : { waitMs }),
      ...(gapTo === null || gapTo <= from ? {} : { gap: { from, to: gapTo } }),
    };
  };
}
