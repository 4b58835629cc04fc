/**
 * Which cards a page shows; kept in the address, so that a reload or a shared link shows the same.
 *
 * @typedef {object} Filter
 * @property {string} queue
 * @property {string} channel empty: all
 * @property {string} kind
 * @property {string} source
 * @property {string} q
 * @property {number} limit
 */

/** @type {Readonly<Record<string, { readonly label: string, readonly query: Readonly<Record<string, string>> }>>} */
export const QUEUES = {
  waiting: { label: 'Waiting', query: { state: 'open,claimed' } },
  mine: { label: 'Mine', query: { owner: 'me', state: 'open,claimed,snoozed' } },
  snoozed: { label: 'Snoozed', query: { state: 'snoozed' } },
  quiet: { label: 'Quiet', query: { state: 'open,claimed,snoozed', quiet: 'only' } },
  answered: { label: 'Answered', query: { state: 'answered', order: 'recent' } },
  dismissed: { label: 'Dismissed', query: { state: 'dismissed', order: 'recent' } },
  all: { label: 'All', query: { order: 'recent', quiet: 'with' } },
  // What is said beside the cards; the stream goes on with those that wait.
  notices: { label: 'Notices', query: { state: 'open,claimed' } },
};

export const PAGE = 50;
/** The most that the room hands out at once. */
export const MOST = 200;

/**
 * @param {string} search the address's query
 * @returns {Filter}
 */
export function readFilter(search) {
  const params = new URLSearchParams(search);
  const queue = params.get('queue') ?? 'waiting';
  return {
    queue: Object.hasOwn(QUEUES, queue) ? queue : 'waiting',
    channel: params.get('channel') ?? '',
    kind: params.get('kind') ?? '',
    source: params.get('source') ?? '',
    q: params.get('q') ?? '',
    limit: PAGE,
  };
}

/**
 * The address of this filter; only what differs from the usual.
 *
 * @param {Filter} filter
 */
export function writeFilter({ queue, channel, kind, source, q }) {
  const params = new URLSearchParams();
  if (queue !== 'waiting') params.set('queue', queue);
  for (const [name, value] of Object.entries({ channel, kind, source, q }))
    if (value !== '') params.set(name, value);
  const query = params.toString();
  return query === '' ? '/' : `/?${query}`;
}

/**
 * The same as a question to the room.
 *
 * @param {Filter} filter
 */
export function apiQuery({ queue, channel, kind, source, q, limit }) {
  const params = new URLSearchParams({ ...QUEUES[queue]?.query, limit: String(limit) });
  for (const [name, value] of Object.entries({ channel, kind, source, q }))
    if (value !== '') params.set(name, value);
  return params.toString();
}
