import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Notice } from '../domain/notice.ts';
import type { Door } from './door.ts';
import { keyOf } from './keys.ts';
import type { NoticesTable } from './schema.ts';
import type { NoticeRow, Queries } from './store.ts';

function toNotice(row: Selectable<NoticesTable>): NoticeRow {
  return {
    id: row.id,
    chat: row.chat,
    channel: row.channel,
    thread: row.thread_item,
    notice: JSON.parse(row.content) as Notice,
    version: row.version,
    toldAt: row.told_at,
    ref: row.ref,
    shownVersion: row.shown_version,
    postingAt: row.posting_at,
    notBefore: row.not_before,
    failures: row.failures,
    givenUpVersion: row.given_up_version,
  };
}

type NoticeQueries = Pick<
  Queries,
  | 'tellNotice'
  | 'notice'
  | 'noticesBehind'
  | 'saveNotice'
  | 'newestNotices'
  | 'claimSlot'
  | 'slotClaimed'
  | 'savePicture'
  | 'picture'
>;

/** What is said beside the cards. */
export function noticeQueries(door: Door): NoticeQueries {
  return {
    async tellNotice({ key, chat, channel, notice, thread, at }) {
      const content = JSON.stringify(notice);
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('notices')
        .values({
          key: keyOf(key),
          chat,
          channel,
          thread_item: thread,
          content,
          version: 1,
          told_at: at,
          ref: null,
          shown_version: 0,
          posting_at: null,
          not_before: 0,
          failures: 0,
          given_up_version: 0,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['key', 'chat', 'channel'])
            .doUpdateSet({ content, version: sql`notices.version + 1` })
            .where(sql<SqlBool>`notices.content <> ${content}`),
        )
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async notice(id) {
      const row = await door.db().selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toNotice(row) : null;
    },

    async noticesBehind(chat, now, limit, except = []) {
      let behind = door
        .db()
        .selectFrom('notices')
        .selectAll('notices')
        .where('notices.chat', '=', chat)
        .where('behind', '=', sql.lit(1))
        .where('not_before', '<=', now)
        .orderBy('id')
        .limit(limit);
      if (except.length > 0) behind = behind.where('notices.channel', 'not in', except);
      return (await behind.execute()).map(toNotice);
    },

    async saveNotice(row) {
      await door
        .db()
        .updateTable('notices')
        .set({
          ref: row.ref,
          shown_version: row.shownVersion,
          posting_at: row.postingAt,
          not_before: row.notBefore,
          failures: row.failures,
          given_up_version: row.givenUpVersion,
        })
        .where('id', '=', row.id)
        .execute();
    },

    async newestNotices(chat, limit) {
      const rows = await door
        .db()
        .selectFrom('notices')
        .selectAll()
        .where('chat', '=', chat)
        .orderBy('told_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toNotice);
    },

    async claimSlot(name, slot, now) {
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('slots')
        .values({ name: keyOf(name), slot: keyOf(slot), at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async slotClaimed(name, slot) {
      const row = await door
        .db()
        .selectFrom('slots')
        .select('at')
        .where('name', '=', keyOf(name))
        .where('slot', '=', keyOf(slot))
        .executeTakeFirst();
      return row !== undefined;
    },

    async savePicture({ id, mime, bytes }, at) {
      await door
        .db()
        .insertInto('pictures')
        .values({ id: keyOf(id), mime, bytes: Buffer.from(bytes).toString('base64'), at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async picture(id) {
      const row = await door
        .db()
        .selectFrom('pictures')
        .select(['mime', 'bytes'])
        .where('id', '=', keyOf(id))
        .executeTakeFirst();
      return row ? { mime: row.mime, bytes: Buffer.from(row.bytes, 'base64') } : null;
    },
  };
}
