import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import type { CardsTable, Db } from './schema.ts';
import type { CardRow, Queries } from './store.ts';

const COLUMNS = [
  'item_id',
  'chat',
  'channel',
  'ref',
  'shown_version',
  'posting_at',
  'not_before',
  'failures',
  'given_up_version',
  'remarked',
] as const satisfies readonly (keyof CardsTable)[];

type Place = { readonly chat: string; readonly channel: string };

function toCard(row: Pick<Selectable<CardsTable>, (typeof COLUMNS)[number]>): CardRow {
  return {
    itemId: row.item_id,
    chat: row.chat,
    channel: row.channel,
    ref: row.ref,
    shownVersion: row.shown_version,
    postingAt: row.posting_at,
    notBefore: row.not_before,
    failures: row.failures,
    givenUpVersion: row.given_up_version,
    remarked: row.remarked,
  };
}

async function want(db: Db, dialect: Door['dialect'], itemId: number, place: Place): Promise<void> {
  // Waits for whoever is changing the item just now, so that the card starts from the version they leave.
  const lock = dialect === 'postgres' ? sql`for no key update` : sql``;
  await sql`insert into cards (item_id, chat, channel, shown_version, not_before, failures, given_up_version,
      item_version, item_state, item_priority, item_waiting_since)
    select id, ${place.chat}, ${place.channel}, 0, 0, 0, 0, version, state, priority, waiting_since
    from items where id = ${itemId} ${lock}
    on conflict do nothing`.execute(db);
}

async function update(db: Db, row: CardRow): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('cards')
    .set({
      ref: row.ref,
      shown_version: row.shownVersion,
      posting_at: row.postingAt,
      not_before: row.notBefore,
      failures: row.failures,
      given_up_version: row.givenUpVersion,
      remarked: row.remarked,
    })
    .where('item_id', '=', row.itemId)
    .where('chat', '=', row.chat)
    .where('channel', '=', row.channel)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const NOWHERE = { channels: [], exempt: 0 };

type CardQueries = Pick<
  Queries,
  | 'wantCards'
  | 'unwantCards'
  | 'cardsOf'
  | 'cardByRef'
  | 'cardsBehind'
  | 'cardsBegun'
  | 'cardsHeld'
  | 'nextCardAt'
  | 'saveCards'
>;

/** Everything about cards. */
export function cardQueries(door: Door): CardQueries {
  return {
    async wantCards(itemId, places) {
      if (places.length === 0) return;
      await door.atomically(async (db) => {
        for (const place of places) await want(db, door.dialect, itemId, place);
      });
    },

    async unwantCards(itemId) {
      await door
        .db()
        .deleteFrom('cards')
        .where('item_id', '=', itemId)
        .where('ref', 'is', null)
        .where('posting_at', 'is', null)
        .execute();
    },

    async cardsOf(itemId) {
      const rows = await door
        .db()
        .selectFrom('cards')
        .select(COLUMNS)
        .where('item_id', '=', itemId)
        .orderBy('chat')
        .orderBy('channel')
        .execute();
      return rows.map(toCard);
    },

    async cardByRef(chat, ref) {
      const row = await door
        .db()
        .selectFrom('cards')
        .select(COLUMNS)
        .where('chat', '=', chat)
        .where('ref', '=', ref)
        .limit(1)
        .executeTakeFirst();
      return row ? toCard(row) : null;
    },

    async cardsBehind(chat, now, limit, except = [], full = NOWHERE) {
      const db = door.db();
      let behind = db
        .selectFrom('cards')
        .innerJoin('items', 'items.id', 'cards.item_id')
        .select(COLUMNS)
        .selectAll('items')
        .where('chat', '=', chat)
        .where('behind', '=', sql.lit(1))
        // The sum keeps SQLite off the index by time, which would have to be sorted: this walks the one by urgency.
        .where(sql<SqlBool>`not_before + 0 <= ${now}`)
        .orderBy('item_priority', 'desc')
        .orderBy('item_waiting_since')
        .orderBy('item_id')
        .orderBy('channel')
        .limit(limit);
      if (except.length > 0) behind = behind.where('channel', 'not in', except);
      if (full.channels.length > 0)
        behind = behind.where((where) =>
          where.or([
            where('channel', 'not in', full.channels),
            where('ref', 'is not', null),
            where('posting_at', 'is not', null),
            where('item_priority', '>=', full.exempt),
          ]),
        );
      const rows = await behind.execute();
      const items = await toItems(db, rows);
      return rows.flatMap((row, at) => {
        const item = items[at];
        return item ? [{ ...toCard(row), item }] : [];
      });
    },

    async cardsBegun(chat, since) {
      const rows = await door
        .db()
        .selectFrom('cards')
        .select(['channel', sql<number>`count(*)`.as('count')])
        .where('chat', '=', chat)
        .where('posting_at', '>', since)
        .groupBy('channel')
        .execute();
      return new Map(rows.map(({ channel, count }) => [channel, Number(count)]));
    },

    async cardsHeld(chat, channel, limit, offset = 0) {
      const db = door.db();
      const held = db
        .selectFrom('cards')
        .where('chat', '=', chat)
        .where('channel', '=', channel)
        .where('behind', '=', sql.lit(1))
        .where('cards.ref', 'is', null)
        .where('posting_at', 'is', null);
      const [{ count } = { count: 0 }] = await held.select(sql<number>`count(*)`.as('count')).execute();
      const rows = await held
        .innerJoin('items', 'items.id', 'cards.item_id')
        .selectAll('items')
        .orderBy('item_priority', 'desc')
        .orderBy('item_waiting_since')
        .orderBy('item_id')
        .limit(limit)
        .offset(offset)
        .execute();
      // Between the two questions something may have come or gone; a page that is not full says it better.
      const seen = offset + rows.length;
      const whole = rows.length < limit && (rows.length > 0 || offset === 0);
      const total = whole ? seen : Math.max(Number(count), seen);
      return { items: await toItems(db, rows), total };
    },

    async nextCardAt(chat, now) {
      const row = await door
        .db()
        .selectFrom('cards')
        .select('not_before')
        .where('chat', '=', chat)
        .where('behind', '=', sql.lit(1))
        .where('not_before', '>', now)
        .orderBy('not_before')
        .limit(1)
        .executeTakeFirst();
      return row?.not_before ?? null;
    },

    saveCards: (rows) =>
      door.atomically(async (db) => {
        for (const row of rows) {
          if (await update(db, row)) continue;
          await want(db, door.dialect, row.itemId, row);
          await update(db, row);
        }
      }),
  };
}
