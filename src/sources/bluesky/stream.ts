import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RejectedError } from '../../errors.ts';

/**
 * How far a newest-first list has been read. The list is sorted by the author's own `createdAt` (where that is
 * earlier than the time it was seen), so a post may appear *below* what was already read: what counts is the
 * set of entries seen, and the time only says how far down to look.
 */
export const streamStateSchema = z.object({
  /** Time of the newest entry read, epoch ms. */
  at: z.number(),
  /** Fingerprints of the newest entries, newest first. */
  seen: z.array(z.string()),
  /** Set while a backlog is read page by page: where to go on, and the time of its newest entry. */
  page: z.object({ cursor: z.string(), top: z.number() }).optional(),
});
export type StreamState = z.output<typeof streamStateSchema>;

export interface Entry<T> {
  /** Identity within the list. */
  readonly key: string;
  /** Epoch ms, as the list is sorted; NaN when unreadable. */
  readonly at: number;
  readonly value: T;
}

export interface Page<T> {
  readonly entries: readonly Entry<T>[];
  readonly next: string | undefined;
}

export interface Read<T> {
  readonly state: StreamState;
  /** Entries not seen before, newest first. */
  readonly fresh: readonly T[];
  /** A backlog remains. */
  readonly more: boolean;
}

/** How far below the newest entry a late one is always found, ms; on the first page the whole look-back is searched. */
export const OVERLAP_MS = 10 * 60_000;
/** Pages a poll reads before it hands over what it has. */
const MAX_PAGES = 5;
/** Several first pages (100 entries at most). */
const MAX_SEEN = 300;

/**
 * Reads what is new in a newest-first list.
 *
 * @param state null on the first poll: then everything of the look-back is new
 * @param now epoch ms
 */
export async function readStream<T>(
  state: StreamState | null,
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
  now: number,
  lookbackMs: number,
): Promise<Read<T>> {
  const start = now - lookbackMs;
  const stopAt = state === null ? start : state.at - OVERLAP_MS;
  const floor = Math.min(start, stopAt);
  const seen = new Set(state?.seen);
  const read: string[] = [];
  const fresh: T[] = [];
  let top = state?.page?.top ?? state?.at ?? start;
  let cursor = state?.page?.cursor;
  let restarted = false;
  for (let pages = 0; ; pages++) {
    // Nothing but what nobody asked for, thousands deep (likes of a post that went round the world): enough.
    if (pages === MAX_PAGES && read.length === 0) break;
    if (pages === MAX_PAGES && cursor !== undefined) {
      const seenNow = keep(state, read);
      return { state: { at: state?.at ?? start, seen: seenNow, page: { cursor, top } }, fresh, more: true };
    }
    const { page, again } = await pageOrStart(fetchPage, cursor);
    restarted ||= again;
    let bottom = cursorTime(page.next);
    let known = page.entries.length > 0;
    for (const { key, at, value } of page.entries) {
      const print = fingerprint(key);
      read.push(print);
      bottom = Math.min(bottom, Number.isNaN(at) ? bottom : at);
      // A time in the future must not move the mark past what is still to come.
      if (at <= now) top = Math.max(top, at);
      if (seen.has(print)) continue;
      seen.add(print);
      if (at < floor) continue;
      known = false;
      fresh.push(value);
    }
    cursor = page.next;
    // Nothing new on a page means that the rest is known, too – except on the way back to a place in a backlog.
    const done = known && !restarted;
    if (cursor === undefined || done || bottom < stopAt) break;
  }
  return { state: { at: top, seen: keep(state, read) }, fresh, more: false };
}

/** A page's cursor may have gone stale while we were away: begin again from the top. */
async function pageOrStart<T>(
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
  cursor: string | undefined,
): Promise<{ readonly page: Page<T>; readonly again: boolean }> {
  try {
    return { page: await fetchPage(cursor), again: false };
  } catch (error) {
    if (cursor === undefined || !(error instanceof RejectedError)) throw error;
    return { page: await fetchPage(undefined), again: true };
  }
}

/**
 * How far down a page went, epoch ms. Where the server filters, a page may hold little or nothing and still lead on;
 * its cursor is the time it has reached (`2026-06-01T12:00:00.000Z`, `1780315200000__cid`). Infinity when it says nothing.
 */
function cursorTime(cursor: string | undefined): number {
  const [, ms, iso] = cursor?.match(/^(?:(\d{13})(?!\d)|(\d{4}-\d\d-\d\dT[\d:.]+Z))/) ?? [];
  const time = ms ? Number(ms) : Date.parse(iso ?? '');
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

function keep(state: StreamState | null, read: readonly string[]): string[] {
  const old = state?.seen ?? [];
  // Later pages of a backlog lie below what was seen before it.
  const order = state?.page ? [...old, ...read] : [...read, ...old];
  return [...new Set(order)].slice(0, MAX_SEEN);
}

function fingerprint(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 10);
}
