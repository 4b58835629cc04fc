/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../chat.ts').SourceHealth} SourceHealth */
/** @typedef {import('../live.ts').RoomCounts} RoomCounts */

/**
 * What a page knows of its queue.
 *
 * @typedef {object} Queue
 * @property {ReadonlyMap<number, Card>} cards every card on the page
 * @property {readonly number[]} order the items on the page, from top to bottom
 * @property {ReadonlySet<number>} left those that are no longer in the queue, shown as one line
 * @property {ReadonlySet<number>} fresh those that came while the page was open
 * @property {number} total how many the queue has in all
 */

/** Lines of cards that ended are kept this many, so that nothing vanishes under a reader's eyes. */
const MAX_LEFT = 12;

/** @type {Queue} */
export const EMPTY = { cards: new Map(), order: [], left: new Set(), fresh: new Set(), total: 0 };

/**
 * Begins again with the whole queue.
 *
 * @param {{ readonly cards: readonly Card[], readonly total: number }} data
 * @returns {Queue}
 */
export function begin({ cards, total }) {
  return {
    cards: new Map(cards.map((card) => [card.itemId, card])),
    order: cards.map((card) => card.itemId),
    left: new Set(),
    fresh: new Set(),
    total,
  };
}

/**
 * After a reconnect: the whole queue again, without losing the lines of what ended before.
 *
 * @param {Queue} queue
 * @param {{ readonly cards: readonly Card[], readonly total: number }} data
 * @returns {Queue}
 */
export function resume(queue, { cards, total }) {
  const order = cards.map((card) => card.itemId);
  return change(queue, { cards, order, left: [], total });
}

/**
 * New and changed cards, the new order, and those that left.
 *
 * @param {Queue} queue
 * @param {{ readonly cards: readonly Card[], readonly order: readonly number[], readonly left: readonly Card[], readonly total: number }} data
 * @returns {Queue}
 */
export function change(queue, data) {
  const cards = new Map(queue.cards);
  for (const card of [...data.cards, ...data.left]) newer(cards, card);
  const here = new Set(data.order);
  const lines = queue.order.filter((id) => !here.has(id) && cards.has(id)).slice(-MAX_LEFT);
  const left = new Set(
    lines.filter((id) => queue.left.has(id) || data.left.some((card) => card.itemId === id)),
  );
  const order = weave(data.order, queue.order, left);
  const kept = new Set(order);
  for (const id of cards.keys()) if (!kept.has(id)) cards.delete(id);
  const fresh = new Set([...queue.fresh, ...data.order.filter((id) => !queue.cards.has(id))]);
  return { cards, order, left, fresh, total: data.total };
}

/**
 * One card as it stands, from the answer to an action: shown before the stream tells.
 *
 * @param {Queue} queue
 * @param {Card} card
 * @returns {Queue}
 */
export function put(queue, card) {
  if (!queue.cards.has(card.itemId)) return queue;
  const cards = new Map(queue.cards);
  newer(cards, card);
  return { ...queue, cards };
}

/**
 * @param {Map<number, Card>} cards
 * @param {Card} card
 */
function newer(cards, card) {
  // The answer to a click and the stream race; the later version wins.
  if ((cards.get(card.itemId)?.version ?? 0) <= card.version) cards.set(card.itemId, card);
}

/**
 * The queue's order with the lines of what ended left where they were.
 *
 * @param {readonly number[]} order
 * @param {readonly number[]} before
 * @param {ReadonlySet<number>} left
 */
function weave(order, before, left) {
  const woven = [...order];
  before.forEach((id, at) => {
    if (!left.has(id)) return;
    const above = before.slice(0, at).findLast((other) => woven.includes(other));
    woven.splice(above === undefined ? 0 : woven.indexOf(above) + 1, 0, id);
  });
  return woven;
}

/**
 * What to say aloud about a change, or nothing.
 *
 * @param {Queue} before
 * @param {Queue} after
 * @param {string | null} me
 */
export function news(before, after, me) {
  const arrived = after.order.filter((id) => !before.cards.has(id));
  if (arrived.length > 1) return `${arrived.length} new cards.`;
  const card = after.cards.get(arrived[0] ?? -1);
  if (card) return `New: ${card.kindLabel} from ${card.author.name.slice(0, 60)} on ${card.source.label}.`;
  for (const [id, now] of after.cards) {
    const then = before.cards.get(id);
    if (!then || then.version === now.version) continue;
    if (now.closing && !then.closing) return `Number ${id}: ${now.closing.line.slice(0, 120)}.`;
    if (now.owner && now.owner.id !== then.owner?.id && now.owner.id !== me)
      return `Number ${id} is with ${now.owner.name.slice(0, 60)}.`;
  }
  return '';
}
