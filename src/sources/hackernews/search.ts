import { RejectedError, UnavailableError } from '../../errors.ts';
import type { Dropped } from '../source.ts';
import type { Api } from './api.ts';
import { type Entry, readHit, readPage } from './shapes.ts';

/** At most 1,000 hits can be fetched of one query (github.com/algolia/hn-search/issues/230), however it is paged. */
const PAGE = 100;
/** 3,000 hits of one query in one poll: more than a day of the most discussed names. */
const MAX_PAGES = 30;

/** What to look for: https://hn.algolia.com/api */
export interface Query {
  /** Words in their order; empty for everything with these tags. */
  readonly phrase: string;
  /** `(story,comment),(author_pg)`: and between commas, or within brackets. */
  readonly tags: string;
}

export interface Found {
  readonly entries: readonly Entry[];
  readonly dropped: readonly Dropped[];
  /** Epoch seconds: older ones than this, down to where was asked, were too many to read; null when all were read. */
  readonly cutAt: number | null;
}

/**
 * Everything that matches and was written at `from` (epoch seconds) or later. Walks down by time and not by page: a
 * page's number shifts with every new post, and there is no page beyond 1,000 hits.
 */
export async function searchSince(api: Api, query: Query, from: number, signal: AbortSignal): Promise<Found> {
  const entries = new Map<string, Entry>();
  const dropped = new Map<string, Dropped>();
  let to: number | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const hits = await fetchPage(api, query, from, to, signal);
    const before = entries.size;
    let oldest: number = to ?? Number.POSITIVE_INFINITY;
    for (const hit of hits) {
      const read = readHit(hit);
      if ('entry' in read) {
        entries.set(read.entry.id, read.entry);
        oldest = Math.min(oldest, read.entry.at);
      } else dropped.set(read.id ?? read.why, read);
    }
    // A short page is the last; a page of which nothing can be read leads nowhere.
    if (hits.length < PAGE || !Number.isFinite(oldest))
      return { entries: [...entries.values()], dropped: [...dropped.values()], cutAt: null };
    // Others of the same second may be on the next page; when there were only such, go on below it.
    to = entries.size === before ? oldest - 1 : oldest;
  }
  return { entries: [...entries.values()], dropped: [...dropped.values()], cutAt: to };
}

async function fetchPage(
  api: Api,
  query: Query,
  from: number,
  to: number | null,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const upTo = to === null ? '' : `,created_at_i<=${to}`;
  const json = await api.get(
    '/search_by_date',
    {
      // In quotes: these words in this order, without guessing at typing errors (advancedSyntax is on by default).
      // https://www.algolia.com/doc/api-reference/api-parameters/advancedSyntax/
      query: query.phrase === '' ? '' : `"${query.phrase.replaceAll('"', ' ').trim()}"`,
      tags: query.tags,
      numericFilters: `created_at_i>=${from}${upTo}`,
      hitsPerPage: PAGE,
      // "pot" must not find "potato", nor the user called "pot".
      queryType: 'prefixNone',
      typoTolerance: 'false',
      restrictSearchableAttributes: 'title,story_text,comment_text,url',
      // Our polls are nobody's searches.
      analytics: 'false',
    },
    signal,
  );
  if (json === null) throw new RejectedError(`${api.host} has no search at the configured address.`);
  const hits = readPage(json);
  if (hits === null) throw new UnavailableError(`${api.host} did not answer as the HN Search API does.`);
  return hits;
}
