import { type ExpressionBuilder, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { type ItemEvent, type ItemState, isClosed, STATES } from '../domain/item.ts';
import type { Door } from './door.ts';
import { changingColumns, type ItemRow, toItems } from './item-row.ts';
import { keyOf, rememberLongIds } from './keys.ts';
import { searchable } from './posts.ts';
import { NEVER, type Tables } from './schema.ts';
import type { ItemQuery, Queries } from './store.ts';

const MAX_WORDS = 10;
/** Words are looked for in the items that changed last, this many: a search costs the same however old the ledger is. */
const SEARCHED_ITEMS = 10_000;

type ItemSelect<O> = SelectQueryBuilder<Tables, 'items', O>;
type Where = ExpressionBuilder<Tables, 'items'>;

/** A LIKE pattern for text that contains the word, whatever wildcards are in it. */
function containing(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Open, and nobody is told of it. Only what is open is read for it: `rest` is long. Inside of other text its quotation marks
 * would be escaped.
 */
export function isQuiet(): RawBuilder<SqlBool> {
  return sql<SqlBool>`(items.closed = 0 and (items.rest like '%"quiet":"stage"%' or items.rest like '%"quiet":"rule"%'))`;
}

export function not(condition: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql<SqlBool>`not ${condition}`;
}

function inPlace<O>(select: ItemSelect<O>, chat: string, channel: string | undefined): ItemSelect<O> {
  return select.where(({ exists, selectFrom }: Where) => {
    let card = selectFrom('cards')
      .select(sql.lit(1).as('one'))
      .whereRef('cards.item_id', '=', 'items.id')
      .where('cards.chat', '=', chat);
    if (channel !== undefined) card = card.where('cards.channel', '=', channel);
    return exists(card);
  });
}

function withWords<O>(select: ItemSelect<O>, words: readonly string[]): ItemSelect<O> {
  return select
    .where(
      sql<SqlBool>`items.updated_at >= coalesce((select newest.updated_at from items as newest
        order by newest.updated_at desc limit 1 offset ${sql.lit(SEARCHED_ITEMS - 1)}), 0)`,
    )
    .where(({ exists, selectFrom }: Where) => {
      let post = selectFrom('posts')
        .select(sql.lit(1).as('one'))
        .whereRef('posts.source', '=', 'items.source')
        .whereRef('posts.conversation_id', '=', 'items.conversation_id');
      for (const word of words)
        post = post.where(sql<SqlBool>`posts.search like ${containing(word)} escape '\\'`);
      return exists(post);
    });
}

function inStates<O>(select: ItemSelect<O>, states: readonly ItemState[]): ItemSelect<O> {
  if (states.length === 0) return select.where(sql<SqlBool>`1 = 0`);
  const closed = new Set(states.map((state) => isClosed({ state })));
  // Says which part of the queue's indexes to walk, in order; the states themselves are sifted on the way.
  if (closed.size === 1) select = select.where('closed', '=', sql.lit(closed.has(true) ? 1 : 0));
  return select.where('state', 'in', [...new Set(states)]);
}

function filtered<O>(select: ItemSelect<O>, query: Omit<ItemQuery, 'limit'>): ItemSelect<O> {
  let all = select;
  if (query.states) all = inStates(all, query.states);
  if (query.source !== undefined) all = all.where('source', '=', query.source);
  if (query.owner !== undefined) all = all.where('owner_id', '=', query.owner);
  if (query.quiet !== undefined) all = all.where(query.quiet ? isQuiet() : not(isQuiet()));
  const { kinds } = query;
  if (kinds) all = all.where(({ or, eb }) => or(kinds.map((kind) => eb('kinds', 'like', `%"${kind}"%`))));
  if (query.chat !== undefined) all = inPlace(all, query.chat, query.channel);
  const words = searchable(query.words ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  return words.length > 0 ? withWords(all, words) : all;
}

function ordered(select: ItemSelect<ItemRow>, order: ItemQuery['order']): ItemSelect<ItemRow> {
  if (order === 'recent') return select.orderBy('updated_at', 'desc').orderBy('id', 'desc');
  if (order === 'waiting') return select.orderBy('waiting_since').orderBy('id');
  return select.orderBy('priority', 'desc').orderBy('waiting_since').orderBy('id');
}

/** Eight values each; SQLite takes 32,766 in one statement. */
const EVENTS_A_STATEMENT = 500;

type ItemQueries = Pick<
  Queries,
  | 'createItem'
  | 'item'
  | 'itemOf'
  | 'saveItem'
  | 'bindConversation'
  | 'items'
  | 'countItems'
  | 'countByState'
  | 'dueSnoozes'
  | 'addEvents'
  | 'events'
>;

/** Everything about items and their events. */
export function itemQueries(door: Door): ItemQueries {
  return {
    createItem: (item) =>
      door.atomically(async (db) => {
        await rememberLongIds(db, [item.conversationId, item.postId]);
        const row = await db
          .insertInto('items')
          .values({
            ...changingColumns(item),
            version: 1,
            origin: item.origin,
            source: item.source,
            conversation_id: keyOf(item.conversationId),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst();
        return row ? { ...item, id: row.id, version: 1 } : null;
      }),

    async item(id) {
      // What people type is not always a number that a database knows.
      if (!Number.isSafeInteger(id)) return null;
      const db = door.db();
      const rows = await db.selectFrom('items').selectAll().where('id', '=', id).execute();
      return (await toItems(db, rows))[0] ?? null;
    },

    async itemOf(source, conversationId) {
      const db = door.db();
      const rows = await db
        .selectFrom('items')
        .selectAll()
        .where('source', '=', source)
        .where('conversation_id', '=', keyOf(conversationId))
        .execute();
      return (await toItems(db, rows))[0] ?? null;
    },

    saveItem: (next) =>
      door.atomically(async (db) => {
        await rememberLongIds(db, [next.postId]);
        const { numUpdatedRows } = await db
          .updateTable('items')
          .set({ ...changingColumns(next), version: next.version })
          .where('id', '=', next.id)
          .where('version', '=', next.version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        // A statement of its own, after the item is locked: it sees the cards that came in the meantime.
        await db
          .updateTable('cards')
          .set({
            item_version: next.version,
            item_state: next.state,
            item_priority: next.priority,
            item_waiting_since: next.waitingSince ?? NEVER,
          })
          .where('item_id', '=', next.id)
          .execute();
        return true;
      }),

    bindConversation: (id, conversationId) =>
      door.atomically(async (db) => {
        await rememberLongIds(db, [conversationId]);
        await db
          .updateTable('items')
          .set({ conversation_id: keyOf(conversationId) })
          .where('id', '=', id)
          .execute();
      }),

    async items(query) {
      const db = door.db();
      const select = filtered(db.selectFrom('items').selectAll('items'), query);
      const rows = await ordered(select, query.order)
        .limit(query.limit)
        .offset(query.offset ?? 0)
        .execute();
      return toItems(db, rows);
    },

    async countItems(query) {
      const select = door.db().selectFrom('items').select(sql<number>`count(*)`.as('count'));
      return (await filtered(select, query).executeTakeFirstOrThrow()).count;
    },

    async countByState({ chat, channel }) {
      const db = door.db();
      const counted =
        chat === undefined
          ? db
              .selectFrom('items')
              .select(['state', sql<number>`count(*)`.as('count')])
              .groupBy('state')
          : db
              .selectFrom('cards')
              // An item may have cards in several channels of a chat.
              .select(['item_state as state', sql<number>`count(distinct item_id)`.as('count')])
              .where('chat', '=', chat)
              .$if(channel !== undefined, (select) => select.where('channel', '=', channel ?? ''))
              .groupBy('item_state');
      const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<ItemState, number>;
      for (const row of await counted.execute()) counts[row.state as ItemState] = row.count;
      // Few are quiet, and all of them are open: taken off afterwards, the index alone counts the rest.
      let quiet = db.selectFrom('items').where(isQuiet());
      if (chat !== undefined) quiet = inPlace(quiet, chat, channel);
      const silent = await quiet
        .select(['items.state', sql<number>`count(*)`.as('count')])
        .groupBy('items.state')
        .execute();
      for (const row of silent) counts[row.state as ItemState] -= row.count;
      return counts;
    },

    async dueSnoozes(now, limit) {
      const db = door.db();
      const rows = await db
        .selectFrom('items')
        .selectAll()
        .where('state', '=', sql.lit('snoozed'))
        .where('snoozed_until', '<=', now)
        .orderBy('snoozed_until')
        .limit(limit)
        .execute();
      return toItems(db, rows);
    },

    async addEvents(events) {
      for (let from = 0; from < events.length; from += EVENTS_A_STATEMENT) {
        await door
          .db()
          .insertInto('events')
          .values(
            events.slice(from, from + EVENTS_A_STATEMENT).map((event) => ({
              item_id: event.itemId,
              version: event.version,
              at: event.at,
              type: event.type,
              actor_id: event.actor.id,
              actor_name: event.actor.name,
              surface: event.surface,
              detail: JSON.stringify(event.detail),
            })),
          )
          .execute();
      }
    },

    async events(itemId, limit) {
      const rows = await door
        .db()
        .selectFrom('events')
        .selectAll()
        .where('item_id', '=', itemId)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map((row) => ({
        itemId: row.item_id,
        version: row.version,
        at: row.at,
        type: row.type as ItemEvent['type'],
        actor: { id: row.actor_id, name: row.actor_name },
        surface: row.surface,
        detail: JSON.parse(row.detail),
      }));
    },
  };
}
