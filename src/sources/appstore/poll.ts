import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post } from '../../domain/post.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import type { AppstoreConfig } from './config.ts';
import type { Requests } from './request.ts';
import { problemsOf, type Review, readPage, reviewToPost } from './reviews.ts';

/** Reviews are looked at before they appear, and pages are cached for a while: the last two days are read again each time. */
const OVERLAP_MS = 2 * 86_400_000;
/** Apple gives 10 pages of 50 reviews (facundoolano/app-store-scraper#5 and #138). */
const LAST_PAGE = 10;
/** A page may be empty although a later one is not. */
const HOLES = 2;
const FIRST_TTL_MS = 400 * 86_400_000;

const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  since: z.number(),
  /** When the last poll began. */
  at: z.number(),
});
type Cursor = z.output<typeof cursorSchema>;

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** The newest reviews of one app in some stores. */
export function createPoller(
  config: AppstoreConfig,
  parts: { readonly name: string; readonly requests: Requests; readonly clock: Clock; readonly cache: Keyv },
) {
  const { app } = config;
  const once = createOnce();

  /** Apple gives the time of the last change only: what is seen later under another time was changed. */
  async function firstSeen(review: Review): Promise<number> {
    const key = `first:${review.id.label}`;
    const known: unknown = await parts.cache.get(key);
    if (typeof known === 'number') return known;
    await parts.cache.set(key, review.updated.label, FIRST_TTL_MS);
    return review.updated.label;
  }

  async function readStore(country: string, from: number, dropped: Dropped[], signal: AbortSignal) {
    const found = new Map<string, Review>();
    let oldest = Number.POSITIVE_INFINITY;
    for (let page = 1, holes = 0; page <= LAST_PAGE && holes < HOLES; page++) {
      const path = `/${country}/rss/customerreviews/page=${page}/id=${app}/sortby=mostrecent/json`;
      const json = await parts.requests.get(path, signal);
      // No such page, or the app is not in this store.
      if (json === null) return { found, cut: null };
      const read = readPage(json);
      dropped.push(...read.dropped);
      holes = read.count === 0 ? holes + 1 : 0;
      for (const review of read.reviews) {
        found.set(review.id.label, review);
        oldest = Math.min(oldest, review.updated.label);
      }
      if (oldest < from) return { found, cut: null };
      if (page === LAST_PAGE && holes === 0) return { found, cut: oldest };
    }
    return { found, cut: null };
  }

  return async function poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
    const now = parts.clock.now();
    const known = readCursor(raw);
    const since = known?.since ?? now - config.lookback;
    const from = known ? Math.max(since, known.at - OVERLAP_MS) : since;
    const posts = new Map<string, Post>();
    const dropped: Dropped[] = [];
    let gapTo: number | null = null;
    for (const country of config.countries) {
      const { found, cut } = await readStore(country, from, dropped, signal);
      if (cut !== null) gapTo = Math.max(gapTo ?? 0, cut);
      for (const review of found.values()) {
        if (review.updated.label < from) continue;
        const id = review.id.label;
        try {
          const first = await firstSeen(review);
          posts.set(id, reviewToPost(review, { source: parts.name, app, country, first }));
        } catch (error) {
          if (!(error instanceof z.ZodError)) throw error;
          dropped.push({ id, why: problemsOf(error) });
        }
      }
    }
    return {
      posts: [...posts.values()],
      cursor: JSON.stringify({ v: 1, since, at: now } satisfies Cursor),
      dropped: once(dropped),
      ...(gapTo === null || gapTo <= from ? {} : { gap: { from, to: gapTo } }),
    };
  };
}
