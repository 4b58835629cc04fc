import { type Selectable, sql } from 'kysely';
import { type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import { DEEDS, type Deed, rankWith } from '../domain/advocates.ts';
import { ofAuthors } from './acquaintances.ts';
import type { Door } from './door.ts';
import { fullIds, keyOf, rememberLongIds } from './keys.ts';
import type { Db, StandingsTable } from './schema.ts';
import type { DeedRow, Queries, Standing } from './store.ts';

/** Deeds of one author that are reckoned anew when one is taken back; older ones weigh nothing any more. */
const RECKONED = 1_000;

type DeedQueries = Pick<
  Queries,
  'addDeed' | 'removeDeeds' | 'standings' | 'bestStandings' | 'deedsBetween' | 'deedsAbout' | 'deedsOf'
>;

async function toStandings(db: Db, rows: readonly Selectable<StandingsTable>[]): Promise<Standing[]> {
  const full = await fullIds(
    db,
    rows.map((row) => row.author_id),
  );
  return rows.map((row) => ({
    source: row.source,
    authorId: full(row.author_id),
    name: row.name,
    handle: row.handle,
    url: row.url,
    rank: row.rank,
    praise: row.praise,
    answer: row.answer,
    share: row.share,
    lastAt: row.last_at,
  }));
}

async function addDeed(
  db: Db,
  row: DeedRow,
  look: Parameters<Queries['addDeed']>[1],
  topics: readonly string[],
): Promise<boolean> {
  await rememberLongIds(db, [row.authorId, row.conversationId, row.postId]);
  const key = { source: row.source, author_id: keyOf(row.authorId) };
  const postId = keyOf(row.postId);
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('deeds')
    .values({
      ...key,
      conversation_id: keyOf(row.conversationId),
      deed: row.deed,
      post_id: postId,
      at: row.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  if (topics.length > 0)
    await db
      .insertInto('deed_topics')
      .values(
        [...new Set(topics.map(keyOf))].map((topic) => ({
          topic,
          at: row.at,
          ...key,
          post_id: postId,
          deed: row.deed,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const before = await standing(db, key);
  const { name, handle, url } = look;
  const values = {
    name,
    handle,
    url,
    rank: rankWith(before?.rank ?? null, row.deed, row.at),
    praise: before?.praise ?? 0,
    answer: before?.answer ?? 0,
    share: before?.share ?? 0,
    last_at: Math.max(before?.last_at ?? row.at, row.at),
  };
  values[row.deed] += 1;
  await db
    .insertInto('standings')
    .values({ ...key, ...values })
    .onConflict((conflict) => conflict.columns(['source', 'author_id']).doUpdateSet(values))
    .execute();
  return true;
}

async function standing(
  db: Db,
  key: { readonly source: string; readonly author_id: string },
): Promise<Selectable<StandingsTable> | undefined> {
  return db
    .selectFrom('standings')
    .selectAll()
    .where('source', '=', key.source)
    .where('author_id', '=', key.author_id)
    .executeTakeFirst();
}

/** Reckons a standing anew from the deeds that are left. */
async function reckon(db: Db, key: { readonly source: string; readonly author_id: string }): Promise<void> {
  const left = await db
    .selectFrom('deeds')
    .select(['deed', 'at'])
    .where('source', '=', key.source)
    .where('author_id', '=', key.author_id)
    .orderBy('at', 'desc')
    .limit(RECKONED)
    .execute();
  if (left.length === 0) {
    await db
      .deleteFrom('standings')
      .where('source', '=', key.source)
      .where('author_id', '=', key.author_id)
      .execute();
    return;
  }
  const counts = { praise: 0, answer: 0, share: 0 };
  let rank: number | null = null;
  for (const { deed, at } of left) {
    rank = rankWith(rank, deed as Deed, at);
    counts[deed as Deed] += 1;
  }
  await db
    .updateTable('standings')
    .set({ ...counts, rank: rank ?? 0, last_at: left[0]?.at ?? 0 })
    .where('source', '=', key.source)
    .where('author_id', '=', key.author_id)
    .execute();
}

/** Everything about what people did for us. */
export function deedQueries(door: Door): DeedQueries {
  return {
    addDeed: (row, look, topics) => door.atomically((db) => addDeed(db, row, look, topics)),

    removeDeeds: (source, postId) =>
      door.atomically(async (db) => {
        const key = keyOf(postId);
        const gone = await db
          .deleteFrom('deeds')
          .where('source', '=', source)
          .where('post_id', '=', key)
          .returning('author_id')
          .execute();
        if (gone.length === 0) return;
        await db.deleteFrom('deed_topics').where('source', '=', source).where('post_id', '=', key).execute();
        for (const author_id of new Set(gone.map((row) => row.author_id)))
          await reckon(db, { source, author_id });
      }),

    async standings(authors) {
      if (authors.length === 0) return new Map();
      const db = door.db();
      const rows = await db
        .selectFrom('standings')
        .selectAll()
        .where(ofAuthors<'standings'>(authors))
        .execute();
      return new Map((await toStandings(db, rows)).map((each) => [authorKey(each), each]));
    },

    async bestStandings(leastRank, limit) {
      const db = door.db();
      const rows = await db
        .selectFrom('standings')
        .selectAll()
        .where('rank', '>=', leastRank)
        .orderBy('rank', 'desc')
        .limit(limit)
        .execute();
      return toStandings(db, rows);
    },

    async deedsBetween(from, to, limit) {
      const db = door.db();
      const count = (deed: Deed) =>
        sql<number>`sum(case when deed = ${sql.lit(deed)} then 1 else 0 end)`.as(deed);
      const rows = await db
        .selectFrom('deeds')
        .select([
          'source',
          'author_id',
          ...DEEDS.map(count),
          sql<number>`max(at)`.as('last_at'),
          sql<number>`count(*)`.as('all'),
        ])
        .where('at', '>=', from)
        .where('at', '<', to)
        .groupBy(['source', 'author_id'])
        .orderBy('all', 'desc')
        .orderBy('last_at', 'desc')
        .limit(limit)
        .execute();
      const full = await fullIds(
        db,
        rows.map((row) => row.author_id),
      );
      return rows.map((row) => ({
        source: row.source,
        authorId: full(row.author_id),
        praise: Number(row.praise),
        answer: Number(row.answer),
        share: Number(row.share),
        lastAt: row.last_at,
      }));
    },

    async deedsAbout(topics, since, limit) {
      if (topics.length === 0) return [];
      const db = door.db();
      const rows = await db
        .selectFrom('deed_topics')
        .select(['source', 'author_id', 'topic', 'deed'])
        .where('topic', 'in', topics.map(keyOf))
        .where('at', '>=', since)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      const full = await fullIds(
        db,
        rows.map((row) => row.author_id),
      );
      return rows.map((row) => ({
        source: row.source,
        authorId: full(row.author_id),
        topic: row.topic,
        deed: row.deed as Deed,
      }));
    },

    async deedsOf({ source, authorId }: AuthorKey, limit) {
      const db = door.db();
      const rows = await db
        .selectFrom('deeds')
        .selectAll()
        .where('source', '=', source)
        .where('author_id', '=', keyOf(authorId))
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      const full = await fullIds(
        db,
        rows.flatMap((row) => [row.author_id, row.conversation_id, row.post_id]),
      );
      return rows.map((row) => ({
        source: row.source,
        authorId: full(row.author_id),
        conversationId: full(row.conversation_id),
        deed: row.deed as Deed,
        postId: full(row.post_id),
        at: row.at,
      }));
    },
  };
}
