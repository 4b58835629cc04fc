import { sql } from 'kysely';
import type { Budget, Cost } from '../domain/cost.ts';
import type { Door } from './door.ts';
import type { Queries } from './store.ts';

export const MICROS = 1_000_000;

function micros(dollars: number | undefined): number {
  return Math.ceil((dollars ?? 0) * MICROS);
}

/** What each source cost on each day. */
export function costQueries(door: Door): Pick<Queries, 'spend' | 'spent' | 'usefulSince'> {
  return {
    async spend(source, day, cost, budget) {
      const more = { requests: cost.requests ?? 0, units: cost.units ?? 0, micros: micros(cost.dollars) };
      const most = limits(budget);
      return door.atomically(async (db) => {
        await db
          .insertInto('costs')
          .values({ source, day, requests: 0, units: 0, micros: 0 })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        // One conditional statement: of two processes that spend the last of it, one does.
        const { numUpdatedRows } = await db
          .updateTable('costs')
          .set({
            requests: sql`requests + ${more.requests}`,
            units: sql`units + ${more.units}`,
            micros: sql`micros + ${more.micros}`,
          })
          .where('source', '=', source)
          .where('day', '=', day)
          .where(sql<boolean>`requests + ${more.requests} <= ${most.requests}`)
          .where(sql<boolean>`units + ${more.units} <= ${most.units}`)
          .where(sql<boolean>`micros + ${more.micros} <= ${most.micros}`)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      });
    },

    async spent(source, day): Promise<Cost> {
      const row = await door
        .db()
        .selectFrom('costs')
        .select(['requests', 'units', 'micros'])
        .where('source', '=', source)
        .where('day', '=', day)
        .executeTakeFirst();
      return {
        requests: row?.requests ?? 0,
        units: row?.units ?? 0,
        dollars: (row?.micros ?? 0) / MICROS,
      };
    },

    async usefulSince(source, from) {
      const { count } = await door
        .db()
        .selectFrom('items')
        .select(sql<number>`count(*)`.as('count'))
        .where('source', '=', source)
        .where('opened_at', '>=', from)
        .where((eb) => eb.or([eb('owner_id', 'is not', null), eb('state', '=', 'answered')]))
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}

/** A number that nobody reaches stands for "no limit". */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

function limits(budget: Budget): { requests: number; units: number; micros: number } {
  return {
    requests: Math.floor(budget.requests ?? NO_LIMIT),
    units: Math.floor(budget.units ?? NO_LIMIT),
    micros: budget.dollars === undefined ? NO_LIMIT : Math.floor(budget.dollars * MICROS),
  };
}
