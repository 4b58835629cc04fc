import { type SqlBool, sql } from 'kysely';
import type { ItemEvent } from '../domain/item.ts';
import type { Saying } from '../domain/triage/team/saying.ts';
import type { Door } from './door.ts';
import { UNTAUGHT } from './migrations/015-learning.ts';
import type { Queries } from './store.ts';

type LearningQueries = Pick<
  Queries,
  | 'untaught'
  | 'markTaught'
  | 'sayings'
  | 'saveSayings'
  | 'headStamp'
  | 'head'
  | 'saveHead'
  | 'heads'
  | 'dropHeads'
  | 'unteach'
>;

const IDS_A_STATEMENT = 500;

/** What a team's clicks taught. */
export function learningQueries(door: Door): LearningQueries {
  return {
    async untaught(limit) {
      const rows = await door
        .db()
        .selectFrom('events')
        .select(['id', 'item_id', 'type', 'detail'])
        .where(sql<SqlBool>`${sql.raw(UNTAUGHT)}`)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => {
        const { reason } = JSON.parse(row.detail) as { reason?: unknown };
        return {
          id: row.id,
          itemId: row.item_id,
          type: row.type as ItemEvent['type'],
          reason: typeof reason === 'string' ? reason : null,
        };
      });
    },

    async markTaught(ids, at) {
      for (let from = 0; from < ids.length; from += IDS_A_STATEMENT)
        await door
          .db()
          .updateTable('events')
          .set({ taught: at })
          .where('id', 'in', ids.slice(from, from + IDS_A_STATEMENT))
          .execute();
    },

    async sayings(itemIds) {
      if (itemIds.length === 0) return new Map();
      const rows = await door
        .db()
        .selectFrom('lessons')
        .selectAll()
        .where('item_id', 'in', [...itemIds])
        .execute();
      return new Map(rows.map((row) => [row.item_id, row.state as Saying]));
    },

    async saveSayings(sayings) {
      for (const [itemId, state] of sayings)
        await door
          .db()
          .insertInto('lessons')
          .values({ item_id: itemId, state })
          .onConflict((conflict) => conflict.column('item_id').doUpdateSet({ state }))
          .execute();
    },

    async headStamp() {
      const row = await door
        .db()
        .selectFrom('heads')
        .select('stamp')
        .where('version', '=', 0)
        .executeTakeFirst();
      return row?.stamp ?? 0;
    },

    async head(version) {
      if (!Number.isSafeInteger(version)) return null;
      const row = await door
        .db()
        .selectFrom('heads')
        .selectAll()
        .where('version', '=', version)
        .executeTakeFirst();
      return row ? { ...row, state: new Uint8Array(Buffer.from(row.state, 'base64')) } : null;
    },

    async saveHead({ version, stamp, at, lessons, state }) {
      const values = { stamp, at, lessons, state: Buffer.from(state).toString('base64') };
      await door
        .db()
        .insertInto('heads')
        .values({ version, ...values })
        .onConflict((conflict) => conflict.column('version').doUpdateSet(values))
        .execute();
    },

    heads: (limit) =>
      door
        .db()
        .selectFrom('heads')
        .select(['version', 'at', 'lessons'])
        .where('version', '>', 0)
        .orderBy('version', 'desc')
        .limit(limit)
        .execute(),

    async dropHeads(below) {
      await door.db().deleteFrom('heads').where('version', '>', 0).where('version', '<', below).execute();
    },

    async unteach() {
      await door.atomically(async (db) => {
        await db.deleteFrom('lessons').execute();
        await db.deleteFrom('heads').execute();
        await db.updateTable('events').set({ taught: null }).where('taught', 'is not', null).execute();
      });
    },
  };
}
