import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { type Listing, type Params, problemsOf, readListing } from '../kit/meta/graph.ts';
import { isTooMuch } from '../kit/meta/graph-errors.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import type { Account } from './account.ts';
import { nestedComments, readComments } from './comments.ts';
import { type InstagramComment, MEDIA_FIELDS, type MediaWithComments, mediaWithComments } from './shapes.ts';
import { commentToPost, mediaToPost } from './to-post.ts';

/** Comments come late (held back, then approved): the last hour is read again each time. */
const OVERLAP_MS = 3_600_000;
/** What comes along anyhow with the newest of each post is delivered when it is not older than this. */
const LATE_MS = 7 * 86_400_000;
/** Posts of a request, each with as many of its newest comments. */
const PAGE = 25;
const LEAST_PAGE = 5;
/** Requests for the list of posts, and for the comments of one of them: 500 posts, 1,000 comments. */
const MAX_MEDIA_PAGES = 20;
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
  readonly watchMedia: number;
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

/** Our own posts with the comments of the newest ones. Where else we are named cannot be asked for, only heard. */
export function createPoller(
  account: Account,
  note: (comment: InstagramComment) => void,
  options: PollOptions,
) {
  const once = createOnce();
  // Meta refuses an answer that would be too large: then fewer posts are asked for, from then on.
  let size = PAGE;

  async function mediaPage(
    next: Params,
    dropped: Dropped[],
    signal: AbortSignal,
  ): Promise<Listing<MediaWithComments>> {
    for (;;) {
      try {
        const fields = `${MEDIA_FIELDS},${nestedComments(size)}`;
        const path = `/${account.id}/media`;
        const json = await account.graph.call(path, { params: { fields, limit: size, ...next }, signal });
        return readListing(mediaWithComments, json, dropped, 'the posts of the account');
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

  async function readOne(media: MediaWithComments, into: Gathered, signal: AbortSignal): Promise<void> {
    const url = media.permalink ?? null;
    await account.noteMedia(media.id, url);
    keep(into, media.id, media.timestamp, () => mediaToPost(account, media));
    if (media.comments == null) return;
    const { comments, cut } = await readComments(account, media.id, {
      since: into.from,
      maxPages: MAX_COMMENT_PAGES,
      first: media.comments,
      dropped: into.dropped,
      signal,
    });
    if (cut) into.gapTo = Math.max(into.gapTo ?? 0, Math.min(...comments.map((one) => one.timestamp)));
    for (const comment of comments) {
      note(comment);
      keep(into, comment.id, comment.timestamp, () => commentToPost(account, comment, url));
    }
  }

  async function readMedia(into: Gathered, signal: AbortSignal): Promise<void> {
    let next: Params = {};
    let seen = 0;
    for (let pages = 1; ; pages++) {
      const listing = await mediaPage(next, into.dropped, signal);
      for (const media of listing.entries) await readOne(media, into, signal);
      seen += listing.entries.length;
      const oldest = listing.entries.at(-1)?.timestamp;
      const enough = seen >= options.watchMedia && oldest !== undefined && oldest < into.from;
      if (listing.next === null || enough) return;
      if (pages >= MAX_MEDIA_PAGES) {
        into.gapTo = Math.max(into.gapTo ?? 0, oldest ?? into.from);
        return;
      }
      next = listing.next;
    }
  }

  return async function poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
    await account.session(signal);
    const now = account.clock.now();
    const known = readCursor(raw);
    const since = known?.since ?? now - options.lookbackMs;
    const floor = known ? Math.max(since, known.at - LATE_MS) : since;
    const from = known ? Math.max(floor, known.at - OVERLAP_MS) : floor;
    const gathered: Gathered = { posts: new Map(), dropped: [], floor, from, gapTo: null };
    await readMedia(gathered, signal);
    const { posts, dropped, gapTo } = gathered;
    const waitMs = account.graph.rest();
    return {
      posts: [...posts.values()],
      cursor: JSON.stringify({ v: 1, since, at: now } satisfies Cursor),
      dropped: once(dropped),
      ...(waitMs === null ? {} : { waitMs }),
      ...(gapTo === null || gapTo <= from ? {} : { gap: { from, to: gapTo } }),
    };
  };
}
