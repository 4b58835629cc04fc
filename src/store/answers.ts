import { sql } from 'kysely';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import type { Db } from './schema.ts';
import type { Queries } from './store.ts';

/** A text is looked for by so many of its rarest terms. */
const LOOKED_FOR = 16;
/** Conversations that share anything with it and are weighed: the best of them. */
const WEIGHED = 60;
const CHUNK = 500;

type AnswerQueries = Pick<
  Queries,
  'indexAnswer' | 'similarAnswers' | 'changedItems' | 'trimAnswers' | 'countAnswers'
>;

/** Takes conversations out of the index: they were erased, or are to be read anew. */
export async function forgetAnswers(db: Db, itemIds: readonly number[]): Promise<void> {
  for (let at = 0; at < itemIds.length; at += CHUNK) {
    const chunk = itemIds.slice(at, at + CHUNK);
    await db.deleteFrom('answer_terms').where('item_id', 'in', chunk).execute();
    await db.deleteFrom('answers').where('item_id', 'in', chunk).execute();
  }
}

/**
 * The index of answered conversations: an inverted list of hashed terms in the ledger itself. Of FTS5 and tsvector only
 * the one knows how rare a word is, neither cuts scripts without spaces, and FTS5 keeps deleted words in its segments;
 * here the ranking is the same on both databases and an erasure is a delete.
 */
export function answerQueries(door: Door): AnswerQueries {
  return {
    indexAnswer: ({ itemId, terms, at }) =>
      door.atomically(async (db) => {
        await forgetAnswers(db, [itemId]);
        if (terms.length === 0) return;
        await db
          .insertInto('answers')
          .values({ item_id: itemId, size: terms.length, at })
          // Two processes may read the same conversation at once.
          .onConflict((conflict) => conflict.column('item_id').doUpdateSet({ size: terms.length, at }))
          .execute();
        await db
          .insertInto('answer_terms')
          .values([...new Set(terms)].sort().map((term) => ({ term, item_id: itemId })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }),

    countAnswers: () => countAnswers(door.db()),

    async similarAnswers(terms, except, limit) {
      const db = door.db();
      const asked = [...new Set(terms)].slice(0, CHUNK);
      if (asked.length === 0) return [];
      const all = await countAnswers(db);
      const known = await db
        .selectFrom('answer_terms')
        .select(['term', sql<number>`count(*)`.as('frequency')])
        .where('term', 'in', asked)
        .groupBy('term')
        .execute();
      const weigh = (frequency: number): number => Math.log(1 + all / (frequency + 0.5));
      const whole = asked.reduce(
        (sum, term) => sum + weigh(known.find((each) => each.term === term)?.frequency ?? 0),
        0,
      );
      const rarest = [...known].sort((a, b) => a.frequency - b.frequency).slice(0, LOOKED_FOR);
      if (rarest.length === 0) return [];
      const weights = sql.join(
        rarest.map(({ term, frequency }) => sql`when ${term} then ${sql.lit(weigh(frequency))}`),
        sql` `,
      );
      const rows = await db
        .selectFrom('answer_terms')
        .innerJoin('answers', 'answers.item_id', 'answer_terms.item_id')
        .select([
          'answers.item_id',
          'answers.size',
          sql<number>`count(*)`.as('matched'),
          sql<number>`sum(case term ${weights} else 0 end)`.as('weight'),
        ])
        .where(
          'term',
          'in',
          rarest.map(({ term }) => term),
        )
        .where('answers.item_id', '<>', except)
        .groupBy(['answers.item_id', 'answers.size'])
        .orderBy('weight', 'desc')
        .orderBy('answers.item_id', 'desc')
        .limit(Math.min(WEIGHED, limit))
        .execute();
      return rows.map((row) => ({
        itemId: row.item_id,
        coverage: Math.min(1, Number(row.weight) / whole),
        matched: row.matched,
        size: row.size,
      }));
    },

    async changedItems(after, limit) {
      const db = door.db();
      const rows = await db
        .selectFrom('items')
        .selectAll()
        .where((eb) =>
          eb.or([
            eb('updated_at', '>', after.at),
            eb.and([eb('updated_at', '=', after.at), eb('id', '>', after.id)]),
          ]),
        )
        .orderBy('updated_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return toItems(db, rows);
    },

    trimAnswers: (most) =>
      door.atomically(async (db) => {
        const over = await db
          .selectFrom('answers')
          .select('item_id')
          .orderBy('at', 'desc')
          .orderBy('item_id', 'desc')
          .offset(most)
          .limit(CHUNK)
          .execute();
        await forgetAnswers(
          db,
          over.map((row) => row.item_id),
        );
        return over.length;
      }),
  };
}

async function countAnswers(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('answers')
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
