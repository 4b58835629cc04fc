import type { Api } from './api.ts';
import type { Watched } from './memory.ts';
import { isThing, readListing, readThing, type Thing } from './shapes.ts';

/** `GET /api/info` takes at most 100 fullnames (https://www.reddit.com/dev/api/#GET_api_info). */
const BATCH = 100;
/** How long a delivered post is looked at again. Reddit wants deleted content forgotten whenever it is deleted; a card is closed by then. */
const KEEP_S = 14 * 24 * 3_600;

export interface Rechecked {
  readonly things: readonly Thing[];
  /** In the order in which to look next. */
  readonly watched: readonly Watched[];
}

/** Looks at up to 100 of the watched things, in one request: those never looked at first, then in turn. */
export async function recheck(
  api: Api,
  watched: readonly Watched[],
  now: number,
  signal: AbortSignal,
): Promise<Rechecked> {
  const young = watched.filter((one) => now - one.at < KEEP_S);
  const due = young.slice(0, BATCH);
  if (due.length === 0) return { things: [], watched: young };
  const json = await api.call('/api/info', {
    about: 'looking at posts again',
    scope: 'read',
    params: { id: due.map((one) => one.id).join(',') },
    signal,
  });
  const things = readListing(json).children.map(readThing).filter(isThing);
  return { things, watched: [...young.slice(BATCH), ...due] };
}
