import { type SqlBool, sql } from 'kysely';
import type { Heard } from '../domain/digest/facts.ts';
import type { Kind } from '../domain/triage/verdict.ts';
import { MICROS } from './costs.ts';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import type { Queries } from './store.ts';

const IDS_A_STATEMENT = 500;
/** Cards and questions of one window that are looked at. */
const MAX_ROWS = 20_000;

type DigestQueries = Pick<
  Queries,
  | 'heard'
  | 'crowds'
  | 'begunByUs'
  | 'placesOfKinds'
  | 'answeredBefore'
  | 'sentTexts'
  | 'spentBetween'
  | 'itemsNumbered'
>;

/** What a digest asks of a window of time, one pass each. `from` is included and `to` is not. */
export function digestQueries(door: Door): DigestQueries {
  return {
    heard: (from, to, limit) => heard(door, from, to, limit),
    crowds: (from, to) => crowds(door, from, to),
    placesOfKinds: (from, to, kinds) => placesOfKinds(door, from, to, kinds),
    answeredBefore: (from, to) => answeredBefore(door, from, to),
    spentBetween: (from, to) => spentBetween(door, from, to),

    async begunByUs(from, to) {
      const { count } = await door
        .db()
        .selectFrom('posts')
        .where('created_at', '>=', from)
        .where('created_at', '<', to)
        .where('ours', '=', sql.lit(1))
        .where('reply_to', 'is', null)
        .whereRef('id', '=', 'conversation_id')
        .select(sql<number>`count(*)`.as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },

    async sentTexts(from, to, limit) {
      const rows = await door
        .db()
        .selectFrom('replies')
        .where('at', '>=', from)
        .where('at', '<', to)
        .where('state', '=', sql.lit('sent'))
        .select('text')
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ text }) => text);
    },

    async itemsNumbered(ids) {
      const db = door.db();
      const found: Awaited<ReturnType<typeof toItems>> = [];
      for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
        const part = ids.slice(at, at + IDS_A_STATEMENT);
        found.push(
          ...(await toItems(db, await db.selectFrom('items').selectAll().where('id', 'in', part).execute())),
        );
      }
      const byId = new Map(found.map((item) => [item.id, item]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
  };
}

/** Posts of others with the item of their conversation, but for those of conversations that are spam. */
function posts(door: Door, from: number, to: number) {
  return door
    .db()
    .selectFrom('posts')
    .leftJoin('items', (join) =>
      join
        .onRef('items.source', '=', 'posts.source')
        .onRef('items.conversation_id', '=', 'posts.conversation_id'),
    )
    .where('posts.created_at', '>=', from)
    .where('posts.created_at', '<', to)
    .where('posts.ours', '=', sql.lit(0))
    .where(sql<SqlBool>`coalesce(items.kinds, '') not like '%"spam"%'`);
}

async function heard(door: Door, from: number, to: number, limit: number): Promise<readonly Heard[]> {
  const rows = await posts(door, from, to)
    .select([
      'posts.source',
      'posts.text',
      'posts.lang',
      'posts.author_id',
      'posts.author_name',
      'posts.author_handle',
      'posts.url',
      'posts.created_at',
      'items.id as item_id',
      'items.kinds',
    ])
    .orderBy('posts.created_at', 'desc')
    .orderBy('posts.seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    source: row.source,
    text: row.text,
    lang: row.lang,
    authorId: `${row.source}/${row.author_id}`,
    by: row.author_name || row.author_handle,
    url: row.url,
    at: row.created_at,
    itemId: row.item_id,
    kinds: row.kinds === null ? [] : (JSON.parse(row.kinds) as Kind[]),
  }));
}

async function crowds(door: Door, from: number, to: number): ReturnType<Queries['crowds']> {
  const met = sql`exists (select 1 from posts as earlier where earlier.source = posts.source
    and earlier.author_id = posts.author_id and earlier.created_at < ${from})`;
  return posts(door, from, to)
    .select([
      'posts.source',
      sql<number>`count(*)`.as('posts'),
      sql<number>`count(distinct posts.author_id)`.as('people'),
      sql<number>`count(distinct case when ${met} then posts.author_id end)`.as('known'),
    ])
    .groupBy('posts.source')
    .orderBy('posts', 'desc')
    .orderBy('posts.source')
    .execute();
}

function ofKind(kind: Kind) {
  return sql<SqlBool>`items.kinds like ${`%"${kind}"%`}`;
}

async function placesOfKinds(
  door: Door,
  from: number,
  to: number,
  kinds: readonly Kind[],
): ReturnType<Queries['placesOfKinds']> {
  const rows = await door
    .db()
    .selectFrom('events')
    .innerJoin('items', 'items.id', 'events.item_id')
    .innerJoin('cards', 'cards.item_id', 'items.id')
    .where('events.at', '>=', from)
    .where('events.at', '<', to)
    .where('events.type', 'in', ['opened', 'filtered'])
    .where('items.origin', '=', sql.lit('conversation'))
    .where(({ or }) => or(kinds.map(ofKind)))
    .select(['items.id', 'items.kinds', 'cards.chat', 'cards.channel'])
    .distinct()
    .orderBy('items.id', 'desc')
    .orderBy('cards.chat')
    .orderBy('cards.channel')
    .limit(MAX_ROWS)
    .execute();
  return rows.map(({ id, kinds: own, chat, channel }) => ({
    itemId: id,
    kinds: JSON.parse(own) as Kind[],
    place: { chat, channel },
  }));
}

async function answeredBefore(door: Door, from: number, to: number): Promise<ReadonlySet<number>> {
  const rows = await door
    .db()
    .selectFrom('events')
    .innerJoin('items', 'items.id', 'events.item_id')
    .innerJoin('posts as asked', (join) =>
      join.onRef('asked.source', '=', 'items.source').onRef('asked.id', '=', 'items.post_id'),
    )
    .where('events.at', '>=', from)
    .where('events.at', '<', to)
    .where('events.type', 'in', ['sent', 'mark-answered', 'answered-on-network'])
    .where(ofKind('question'))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('posts as other')
          .select(sql.lit(1).as('one'))
          .whereRef('other.source', '=', 'items.source')
          .whereRef('other.conversation_id', '=', 'items.conversation_id')
          .where('other.ours', '=', sql.lit(0))
          .whereRef('other.author_id', '<>', 'asked.author_id')
          .whereRef('other.created_at', '>', 'asked.created_at')
          .whereRef('other.created_at', '<', 'events.at'),
      ),
    )
    .select('items.id')
    .distinct()
    .limit(MAX_ROWS)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

async function spentBetween(door: Door, from: string, to: string): ReturnType<Queries['spentBetween']> {
  const rows = await door
    .db()
    .selectFrom('costs')
    .where('day', '>=', from)
    .where('day', '<', to)
    .select([
      'source',
      sql<number>`cast(sum(requests) as ${sql.raw(door.dialect === 'sqlite' ? 'integer' : 'bigint')})`.as(
        'requests',
      ),
      sql<number>`cast(sum(units) as ${sql.raw(door.dialect === 'sqlite' ? 'integer' : 'bigint')})`.as(
        'units',
      ),
      sql<number>`cast(sum(micros) as ${sql.raw(door.dialect === 'sqlite' ? 'integer' : 'bigint')})`.as(
        'micros',
      ),
    ])
    .groupBy('source')
    .orderBy('source')
    .execute();
  return rows.map(({ source, requests, units, micros }) => ({
    source,
    cost: { requests, units, dollars: micros / MICROS },
  }));
}
