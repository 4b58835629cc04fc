import { sql } from 'kysely';
import { percentile } from '../domain/stats.ts';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import { keyOf } from './keys.ts';
import type { Latency, Queries } from './store.ts';

const MAX_SAMPLES = 1_000;
/** Conversations are counted among the author's newest posts, this many: a bot that writes all day costs no more than others. */
const AUTHOR_POSTS = 2_000;

type SourceQueries = Pick<
  Queries,
  'sourceState' | 'saveSourceState' | 'openGap' | 'closeGaps' | 'gaps' | 'latency' | 'author'
>;

/** What a source remembers, what it missed, how quick it is, and whom we met there. */
export function sourceQueries(door: Door): SourceQueries {
  return {
    async sourceState(name) {
      const row = await door
        .db()
        .selectFrom('sources')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst();
      return {
        cursor: row?.cursor ?? null,
        lastSuccessAt: row?.last_success_at ?? null,
        lastFailureAt: row?.last_failure_at ?? null,
        lastError: row?.last_error ?? null,
        failures: row?.failures ?? 0,
        lastPostAt: row?.last_post_at ?? null,
        dropped: row?.dropped ?? 0,
      };
    },

    async saveSourceState(name, state) {
      const columns = {
        cursor: state.cursor,
        last_success_at: state.lastSuccessAt,
        last_failure_at: state.lastFailureAt,
        last_error: state.lastError,
        failures: state.failures,
        last_post_at: state.lastPostAt,
        dropped: state.dropped,
      };
      await door
        .db()
        .insertInto('sources')
        .values({ name, ...columns })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
        .execute();
    },

    async openGap(source, from, to, why) {
      await door
        .db()
        .insertInto('gaps')
        .values({ source, from_at: from, to_at: to, why, closed_at: null })
        .execute();
    },

    async closeGaps(source, now, exceptWhy) {
      let update = door
        .db()
        .updateTable('gaps')
        .set({ closed_at: now })
        .where('source', '=', source)
        .where('closed_at', 'is', null)
        .where('to_at', '<=', now);
      if (exceptWhy !== undefined) update = update.where('why', '<>', exceptWhy);
      await update.execute();
    },

    async gaps(source, limit) {
      const rows = await door
        .db()
        .selectFrom('gaps')
        .selectAll()
        .where('source', '=', source)
        .orderBy('from_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        source: row.source,
        from: row.from_at,
        to: row.to_at,
        why: row.why,
        closedAt: row.closed_at,
      }));
    },

    async latency(source, samples): Promise<Latency> {
      const rows = await door
        .db()
        .selectFrom('posts')
        .select(['created_at', 'received_at'])
        .where('source', '=', source)
        .where('backfilled', '=', sql.lit(0))
        .where('ours', '=', sql.lit(0))
        .orderBy('created_at', 'desc')
        .orderBy('seq', 'desc')
        .limit(Math.min(samples, MAX_SAMPLES))
        .execute();
      // Clocks differ: a post from the future took no time.
      const sorted = rows.map((row) => Math.max(0, row.received_at - row.created_at)).sort((a, b) => a - b);
      return { samples: sorted.length, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
    },

    async author(source, authorId, exceptConversation) {
      const db = door.db();
      const theirs = db
        .selectFrom('posts')
        .where('source', '=', source)
        .where('author_id', '=', keyOf(authorId))
        .where('conversation_id', '<>', keyOf(exceptConversation));
      const total = await theirs
        .select([sql<number>`count(*)`.as('posts'), sql<number | null>`min(created_at)`.as('first')])
        .executeTakeFirstOrThrow();
      if (total.posts === 0) return { conversations: 0, posts: 0, firstMetAt: null, last: null };
      const newest = theirs
        .select(['conversation_id', 'created_at'])
        .orderBy('created_at', 'desc')
        .limit(AUTHOR_POSTS)
        .as('newest');
      const met = await db
        .selectFrom(newest)
        // In this order: from the author's few posts to their items, never the other way round.
        .crossJoin('items')
        .whereRef('items.conversation_id', '=', 'newest.conversation_id')
        .where('items.source', '=', source)
        .select(['items.id', sql<number>`max(newest.created_at)`.as('latest')])
        .groupBy('items.id')
        .orderBy('latest', 'desc')
        .orderBy('items.id', 'desc')
        .execute();
      const last = met[0]
        ? await db.selectFrom('items').selectAll().where('id', '=', met[0].id).execute()
        : [];
      return {
        conversations: met.length,
        posts: total.posts,
        firstMetAt: total.first,
        last: (await toItems(db, last))[0] ?? null,
      };
    },
  };
}
