import type { z } from 'zod';
import type { Dropped } from '../source.ts';
import type { Api } from './api.ts';
import { readList } from './shapes.ts';

/** Most that the API gives at once: https://api.stackexchange.com/docs/paging */
const PAGE = 100;
const MAX_PAGES = 5;

export interface Listed<Output> {
  readonly rows: readonly Output[];
  /** There was more than was read: go on from the newest one. */
  readonly cut: boolean;
  /** Time of the newest row by which the list is sorted, epoch milliseconds. */
  readonly newest: number;
}

export interface Listing<Output> {
  /** `questions/{ids}/answers`: what backoff goes by. */
  readonly method: string;
  readonly path: string;
  readonly site: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly sort: 'activity' | 'creation';
  /** Epoch milliseconds. */
  readonly since: number;
  readonly schema: z.ZodType<Output>;
  readonly timeOf: (row: Output) => number;
}

/**
 * Everything since a time, oldest first. Goes on by time and not by page number: a question that is touched while we
 * read moves to the end, and with page numbers another one would slip through the hole. Stops where the API asks to
 * leave the method alone; what was read so far is good.
 */
export async function since<Output>(
  api: Api,
  listing: Listing<Output>,
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<Listed<Output>> {
  const { method, path, site, sort, schema, timeOf } = listing;
  const rows: Output[] = [];
  let from = listing.since;
  let newest = listing.since;
  let page = 1;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const params = {
      ...listing.params,
      site,
      sort,
      order: 'asc',
      min: Math.floor(from / 1_000),
      page,
      pagesize: PAGE,
      filter: 'withbody',
    };
    const { items, more, backoffMs } = await api.get(method, path, params, signal);
    const got = readList(items, schema, dropped, `${site} ${method}`);
    rows.push(...got);
    for (const row of got) newest = Math.max(newest, timeOf(row));
    if (!more) return { rows, cut: false, newest };
    if (backoffMs > 0) break;
    page = newest > from ? 1 : page + 1;
    from = newest;
  }
  // A page full of one second would come for ever: go on behind it.
  return { rows, cut: true, newest: newest > listing.since ? newest : listing.since + 1_000 };
}

/** Some things by their numbers, at most a hundred at once. */
export async function byIds<Output>(
  api: Api,
  kind: 'questions' | 'answers',
  ids: readonly number[],
  site: string,
  schema: z.ZodType<Output>,
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const rows: Output[] = [];
  for (let at = 0; at < ids.length; at += PAGE) {
    const path = `${kind}/${ids.slice(at, at + PAGE).join(';')}`;
    const params = { site, pagesize: PAGE, filter: 'withbody' };
    const { items } = await api.get(`${kind}/{ids}`, path, params, signal);
    rows.push(...readList(items, schema, dropped, `${site} ${kind}`));
  }
  return rows;
}
