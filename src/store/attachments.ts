import type { Door } from './door.ts';
import type { Queries } from './store.ts';

type AttachmentQueries = Pick<Queries, 'addAttachment' | 'attachment' | 'removeAttachment'>;

/** The files of pictures; what is known of them, and in which order they go out, is the item's. */
export function attachmentQueries(door: Door): AttachmentQueries {
  return {
    async addAttachment({ id, itemId, mime, bytes, by, at }) {
      await door
        .db()
        .insertInto('attachments')
        .values({ id, item_id: itemId, mime, bytes, by_id: by.id, by_name: by.name, at })
        .execute();
    },

    async attachment(itemId, id) {
      const row = await door
        .db()
        .selectFrom('attachments')
        .select(['mime', 'bytes'])
        .where('id', '=', id)
        .where('item_id', '=', itemId)
        .executeTakeFirst();
      return row ?? null;
    },

    async removeAttachment(itemId, id) {
      await door.db().deleteFrom('attachments').where('id', '=', id).where('item_id', '=', itemId).execute();
    },
  };
}
