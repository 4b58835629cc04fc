import { RejectedError } from '../../errors.ts';
import type { Dropped } from '../source.ts';

/** Where reading goes on. Without an id, everything written at or after `at` is wanted. */
export interface Anchor {
  readonly id: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a list is made of; the id is opaque. */
export interface Entry {
  readonly id: string;
  readonly at: number;
}

/** One page of a list. */
export interface Page<E extends Entry> {
  /** In the server's order, newest first or oldest first. */
  readonly entries: readonly E[];
  /** Entries on the page including unreadable ones. */
  readonly count: number;
  /** Ids out of the `Link` header, where there is one. */
  readonly older: string | null;
  readonly newer: string | null;
  /** The server's now. */
  readonly now: number;
  readonly dropped: readonly Dropped[];
}

export interface PageParams {
  readonly min_id?: string;
  readonly max_id?: string;
  readonly since_id?: string;
}

export interface Read<E extends Entry> {
  readonly entries: readonly E[];
  readonly anchor: Anchor;
  /** Another read at once brings more. */
  readonly more: boolean;
  /** Entries of this time could not be had. */
  readonly gap: { readonly from: number; readonly to: number } | null;
  readonly dropped: readonly Dropped[];
}

/** A mention may appear later than its id says (seen: ten seconds), so the last minutes are read again each time. */
const OVERLAP_MS = 5 * 60_000;
/** A shorter page is the last one: no server gives fewer than this when it has more. */
const SMALLEST_PAGE = 10;
/** Pages of one read; with pages of 40 that is 400 entries. */
const MAX_PAGES = 10;

/**
 * Reads everything after the anchor, upward by `min_id`, following the `Link` header where there is one and the ids of
 * the page where there is none. Whatever a server makes of `min_id` (as meant, as `since_id`, or ignored), nothing
 * between the anchor and now is left out, and reading ends.
 */
export async function readSince<E extends Entry>(
  page: (params: PageParams) => Promise<Page<E>>,
  anchor: Anchor,
): Promise<Read<E>> {
  const reading = startReading(page, anchor);
  if (anchor.id === null) await reading.down(null);
  else {
    try {
      await reading.up(anchor.id);
    } catch (error) {
      // Some servers look the id up and have forgotten it (a deleted post): then only the time is left to go by.
      if (!(error instanceof RejectedError)) throw error;
      await reading.down(null);
    }
  }
  return reading.result();
}

function startReading<E extends Entry>(page: (params: PageParams) => Promise<Page<E>>, anchor: Anchor) {
  const seen = new Map<string, E>();
  const dropped = new Map<string, Dropped>();
  let now = 0;
  let newest: E | null = null;
  let more = false;
  let gap: Read<E>['gap'] = null;

  async function fetchPage(params: PageParams): Promise<Page<E> & { readonly fresh: number }> {
    const got = await page(params);
    const before = seen.size;
    for (const entry of got.entries) if (!seen.has(entry.id)) seen.set(entry.id, entry);
    for (const drop of got.dropped) dropped.set(drop.id ?? drop.why, drop);
    now = got.now;
    return { ...got, fresh: seen.size - before };
  }
  const reachesAnchor = (got: Page<E>): boolean =>
    got.entries.some((entry) => entry.id === anchor.id || entry.at < anchor.at);

  /** Towards the past from `start` (null: from now) until the anchor. */
  async function down(start: string | null): Promise<void> {
    let max = start;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const got = await fetchPage({
        ...(max === null ? {} : { max_id: max }),
        ...(anchor.id === null ? {} : { since_id: anchor.id }),
      });
      for (const entry of got.entries) oldestAt = Math.min(oldestAt, entry.at);
      if (got.fresh === 0 || reachesAnchor(got) || got.count < SMALLEST_PAGE) return;
      max = got.older ?? ends(got.entries)?.oldest.id ?? null;
      if (max === null) return;
    }
    gap = { from: anchor.at, to: oldestAt };
  }

  async function up(start: string): Promise<void> {
    let min = start;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const got = await fetchPage({ min_id: min });
      const edge = ends(got.entries);
      if (got.fresh === 0 || !edge) return;
      newest = edge.newest;
      if (got.count < SMALLEST_PAGE) return;
      // A full page that does not touch the anchor may be the newest one instead of the next one: look between.
      if (pages === 0 && !reachesAnchor(got)) await down(edge.oldest.id);
      min = got.newer ?? edge.newest.id;
    }
    more = true;
  }

  function nextAnchor(): Anchor {
    // After a flood the anchor must move, else the same pages come for ever.
    if (more && newest) return { id: newest.id, at: newest.at };
    let best: Anchor = anchor;
    for (const entry of seen.values()) {
      if (entry.at <= now - OVERLAP_MS && (best.id === null || entry.at > best.at))
        best = { id: entry.id, at: entry.at };
    }
    return best;
  }

  return {
    up,
    down,
    result: (): Read<E> => ({
      entries: [...seen.values()],
      anchor: nextAnchor(),
      more,
      gap,
      dropped: [...dropped.values()],
    }),
  };
}

/** The newest and oldest entry of a page, by its order: ids say nothing and times may be equal. */
function ends<E extends Entry>(entries: readonly E[]): { readonly newest: E; readonly oldest: E } | null {
  const first = entries[0];
  const last = entries.at(-1);
  if (!first || !last) return null;
  return first.at >= last.at ? { newest: first, oldest: last } : { newest: last, oldest: first };
}
