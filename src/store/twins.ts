import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import { keyOf } from './keys.ts';
import type { Queries } from './store.ts';

/** Copies of one matter on several networks. */
export function twinQueries(
  door: Door,
): Pick<Queries, 'twinOf' | 'rememberTwin' | 'addPlace' | 'itemOfPlace'> {
  return {
    async twinOf(keys, since) {
      if (keys.length === 0) return null;
      const db = door.db();
      const rows = await db
        .selectFrom('twins')
        .innerJoin('items', 'items.id', 'twins.item_id')
        .selectAll('items')
        .where('twins.key', 'in', keys.map(keyOf))
        .where('twins.at', '>=', since)
        .orderBy('items.id', 'desc')
        .limit(1)
        .execute();
      return (await toItems(db, rows))[0] ?? null;
    },

    async rememberTwin(itemId, keys, at) {
      if (keys.length === 0) return;
      await door
        .db()
        .insertInto('twins')
        .values([...new Set(keys.map(keyOf))].map((key) => ({ key, item_id: itemId, at })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async addPlace(itemId, source, conversationId) {
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('places')
        .values({ source, conversation_id: keyOf(conversationId), item_id: itemId })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async itemOfPlace(source, conversationId) {
      const db = door.db();
      const rows = await db
        .selectFrom('places')
        .innerJoin('items', 'items.id', 'places.item_id')
        .selectAll('items')
        .where('places.source', '=', source)
        .where('places.conversation_id', '=', keyOf(conversationId))
        .execute();
      return (await toItems(db, rows))[0] ?? null;
    },
  };
}
