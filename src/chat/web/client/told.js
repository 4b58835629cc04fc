/** @typedef {import('../../chat.ts').ToldNotice} ToldNotice */

/**
 * What a page knows of what was said beside the cards.
 *
 * @typedef {object} Told
 * @property {readonly ToldNotice[]} notices newest first
 * @property {string} stamp of these notices; another one means that there is something to load
 * @property {ReadonlySet<number>} read those that this browser has shown
 * @property {ReadonlySet<number>} fresh those that were unread when the reader came to look
 */

/** @type {Told} */
export const NOTHING_TOLD = { notices: [], stamp: '', read: new Set(), fresh: new Set() };

const KEPT = 'potluck.notices.read';
/** Who comes for the first time need not catch up on last week. */
const NEW_FOR_NEWCOMERS_MS = 24 * 3_600_000;

/**
 * Those that wait to be read, newest first; of one channel, or of all.
 *
 * @param {Told} told
 * @param {string} channel empty: all
 */
export function unread({ notices, read }, channel = '') {
  return notices.filter(({ id, channel: where }) => !read.has(id) && (channel === '' || where === channel));
}

/**
 * The notices as they stand now. What the reader has seen is remembered by this browser.
 *
 * @param {Told} told
 * @param {{ readonly notices: readonly ToldNotice[], readonly told: string }} data
 * @param {{ readonly now: number, readonly storage: Pick<Storage, 'getItem'> | null }} page
 * @returns {Told}
 */
export function learn(told, data, { now, storage }) {
  const first = told.stamp === '';
  const read = first
    ? (recall(storage) ??
      new Set(data.notices.filter(({ at }) => at < now - NEW_FOR_NEWCOMERS_MS).map(({ id }) => id)))
    : told.read;
  return { ...told, notices: data.notices, stamp: data.told, read };
}

/**
 * The reader looks at the notices of a channel, or at all of them: they are read, and still marked as new.
 *
 * @param {Told} told
 * @param {string} channel
 * @param {Pick<Storage, 'setItem'> | null} storage
 * @returns {Told} the same one where nothing was unread
 */
export function look(told, channel, storage) {
  const seen = unread(told, channel).map(({ id }) => id);
  if (seen.length === 0) return told;
  const here = new Set(told.notices.map(({ id }) => id));
  const read = new Set([...[...told.read].filter((id) => here.has(id)), ...seen]);
  try {
    storage?.setItem(KEPT, JSON.stringify([...read]));
  } catch {
    // A private window may keep nothing: they are new again after a reload.
  }
  return { ...told, read, fresh: new Set([...told.fresh, ...seen]) };
}

/**
 * @param {Pick<Storage, 'getItem'> | null} storage
 * @returns {ReadonlySet<number> | null}
 */
function recall(storage) {
  try {
    const kept = JSON.parse(storage?.getItem(KEPT) ?? 'null');
    return Array.isArray(kept) ? new Set(kept.filter((id) => typeof id === 'number')) : null;
  } catch {
    return null;
  }
}
