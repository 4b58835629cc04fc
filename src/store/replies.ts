import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Door } from './door.ts';
import type { RepliesTable } from './schema.ts';
import type { Queries, ReplyRow } from './store.ts';

/** Replies under way at one time; more than this is not a team answering by hand. */
const MAX_STUCK = 1_000;

function toReply(row: Selectable<RepliesTable>): ReplyRow {
  return {
    id: row.id,
    itemId: row.item_id,
    postId: row.post_id,
    text: row.text,
    byId: row.by_id,
    byName: row.by_name,
    at: row.at,
    state: row.state as ReplyRow['state'],
    url: row.url,
    why: row.why,
    approvedBy:
      row.approved_by_id === null ? null : { id: row.approved_by_id, name: row.approved_by_name ?? '' },
    ...(row.pictures === null ? {} : { pictures: JSON.parse(row.pictures) }),
  };
}

type ReplyQueries = Pick<
  Queries,
  | 'addReply'
  | 'reply'
  | 'countSentBy'
  | 'finishReply'
  | 'stuckReplies'
  | 'lease'
  | 'releaseLease'
  | 'leaseHolders'
  | 'releaseHolder'
>;

/** Public answers, and who may do what only one may do. */
export function replyQueries(door: Door): ReplyQueries {
  return {
    async addReply(reply) {
      await door
        .db()
        .insertInto('replies')
        .values({
          id: reply.id,
          item_id: reply.itemId,
          post_id: reply.postId,
          text: reply.text,
          by_id: reply.byId,
          by_name: reply.byName,
          at: reply.at,
          state: reply.state,
          url: reply.url,
          why: reply.why,
          approved_by_id: reply.approvedBy?.id ?? null,
          approved_by_name: reply.approvedBy?.name ?? null,
          pictures: reply.pictures?.length ? JSON.stringify(reply.pictures) : null,
        })
        .execute();
    },

    async reply(id) {
      const row = await door.db().selectFrom('replies').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toReply(row) : null;
    },

    async countSentBy(personId, most) {
      const rows = await door
        .db()
        .selectFrom('replies')
        .select('id')
        .where('by_id', '=', personId)
        .where('state', '=', sql.lit('sent'))
        .limit(most)
        .execute();
      return rows.length;
    },

    async finishReply(id, end) {
      await door
        .db()
        .updateTable('replies')
        .set({ state: end.state, url: end.url, why: end.why })
        .where('id', '=', id)
        // What is public stays public, whatever a late watchdog thinks.
        .where('state', '<>', 'sent')
        .execute();
    },

    async stuckReplies(before) {
      const rows = await door
        .db()
        .selectFrom('replies')
        .selectAll()
        .where('state', '=', sql.lit('sending'))
        .where('at', '<', before)
        .orderBy('at')
        .limit(MAX_STUCK)
        .execute();
      return rows.map(toReply);
    },

    async lease(name, holder, ttlMs, now) {
      const row = await door
        .db()
        .insertInto('leases')
        .values({ name, holder, until: now + ttlMs })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, until: now + ttlMs })
            .where(sql<SqlBool>`leases.holder = ${holder} or leases.until <= ${now}`),
        )
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },

    async leaseHolders() {
      const rows = await door.db().selectFrom('leases').select('holder').distinct().limit(1_000).execute();
      return rows.map((row) => row.holder);
    },

    async releaseHolder(holder) {
      await door.db().deleteFrom('leases').where('holder', '=', holder).execute();
    },

    async releaseLease(name, holder) {
      await door.db().deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
    },
  };
}
