import { type Selectable, sql } from 'kysely';
import type { Door } from './door.ts';
import { searchable } from './posts.ts';
import type { SavedRepliesTable } from './schema.ts';
import type { Queries, SavedReply } from './store.ts';

type SavedQueries = Pick<
  Queries,
  'savedReplies' | 'savedReply' | 'addSavedReply' | 'changeSavedReply' | 'removeSavedReply' | 'useSavedReply'
>;

function toReply(row: Selectable<SavedRepliesTable> & { readonly used: number }): SavedReply {
  return {
    id: row.id,
    name: row.name,
    text: row.text,
    by: { id: row.by_id, name: row.by_name },
    at: row.at,
    used: Number(row.used),
  };
}

/** The replies that the team keeps. */
export function savedReplyQueries(door: Door): SavedQueries {
  const select = () =>
    door
      .db()
      .selectFrom('saved_replies')
      .selectAll()
      .select(
        sql<number>`(select count(*) from saved_uses where saved_uses.reply_id = saved_replies.id)`.as(
          'used',
        ),
      );
  return {
    async savedReplies(limit) {
      return (await select().orderBy('used', 'desc').orderBy('name_key').limit(limit).execute()).map(toReply);
    },

    async savedReply(key) {
      const row = await (typeof key === 'number'
        ? select().where('id', '=', key)
        : select().where('name_key', '=', searchable(key))
      ).executeTakeFirst();
      return row ? toReply(row) : null;
    },

    async addSavedReply({ name, text, by, at }) {
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('saved_replies')
        .values({ name_key: searchable(name), name, text, by_id: by.id, by_name: by.name, at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async changeSavedReply(id, { text, by, at }) {
      const { numUpdatedRows } = await door
        .db()
        .updateTable('saved_replies')
        .set({ text, by_id: by.id, by_name: by.name, at })
        .where('id', '=', id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async removeSavedReply(id) {
      const { numDeletedRows } = await door
        .db()
        .deleteFrom('saved_replies')
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async useSavedReply(id, itemId, at) {
      // It may be gone by now; and one conversation counts once.
      await sql`insert into saved_uses (reply_id, item_id, at)
        select id, cast(${itemId} as bigint), cast(${at} as bigint) from saved_replies where id = ${id} on conflict do nothing`.execute(
        door.db(),
      );
    },
  };
}
