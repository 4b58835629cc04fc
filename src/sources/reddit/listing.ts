import type { Dropped } from '../source.ts';
import type { Api, Params } from './api.ts';
import type { Scope } from './session.ts';
import { isThing, readListing, readThing, type Thing } from './shapes.ts';

/** The most a listing gives at once (https://www.reddit.com/dev/api/#section_listings). */
const PAGE = 100;
/** A listing ends after about 1,000 items, whatever there was (https://www.reddit.com/r/redditdev/wiki/api/faq). */
const MAX_PAGES = 10;
const FULL = 900;

export interface Found {
  readonly things: readonly Thing[];
  readonly dropped: readonly Dropped[];
  /** Epoch seconds: the listing ended here, though it was asked for older ones; null when it held all of them. */
  readonly cutAt: number | null;
}

/** One listing, newest first, down to `from` (epoch seconds). */
export async function readSince(
  api: Api,
  listing: { readonly path: string; readonly about: string; readonly scope: Scope; readonly params?: Params },
  from: number,
  signal: AbortSignal,
): Promise<Found> {
  const things = new Map<string, Thing>();
  const dropped = new Map<string, Dropped>();
  let after: string | null = null;
  let count = 0;
  let last = Number.POSITIVE_INFINITY;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params: Params = { ...listing.params, limit: PAGE, ...(after === null ? {} : { after, count }) };
    const got = readListing(await api.call(listing.path, { ...listing, params, signal }));
    for (const child of got.children) {
      const read = readThing(child);
      if (isThing(read)) {
        things.set(read.id, read);
        last = read.at;
      } else if (read !== null) dropped.set(read.id ?? read.why, read);
    }
    count += got.children.length;
    after = got.after;
    // The end of a page decides, not its oldest: something pinned to the top may be old.
    if (after === null || got.children.length === 0 || last < from) break;
  }
  const missed = last >= from && count >= FULL;
  return {
    things: [...things.values()],
    dropped: [...dropped.values()],
    cutAt: missed && Number.isFinite(last) ? last : null,
  };
}
