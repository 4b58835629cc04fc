import type { Selectable } from 'kysely';
import type { Swap } from '../domain/oncall.ts';
import type { Step } from '../domain/service.ts';
import type { Door } from './door.ts';
import { keyOf } from './keys.ts';
import type { SwapsTable } from './schema.ts';
import type { Queries } from './store.ts';

/** The newest swaps are looked at, this many: a team that arranges more at once has other problems. */
const MAX_SWAPS = 500;

function toSwap(row: Selectable<SwapsTable>): Swap {
  return {
    id: row.id,
    layer: row.layer,
    person: { id: row.person_id, name: row.person_name },
    from: row.from_at,
    until: row.until_at,
    by: { id: row.by_id, name: row.by_name },
    at: row.at,
    undone:
      row.undone_at === null
        ? null
        : { by: { id: row.undone_by_id ?? '', name: row.undone_by_name ?? '' }, at: row.undone_at },
  };
}

/** Who is responsible, and what was done about those who wait too long. */
export function onCallQueries(
  door: Door,
): Pick<Queries, 'swaps' | 'addSwap' | 'undoSwap' | 'escalations' | 'escalate'> {
  return {
    async swaps(since) {
      const rows = await door
        .db()
        .selectFrom('swaps')
        .selectAll()
        .where('until_at', '>', since)
        .orderBy('id', 'desc')
        .limit(MAX_SWAPS)
        .execute();
      return rows.map(toSwap).reverse();
    },

    async addSwap({ layer, person, from, until, by, at }) {
      const row = await door
        .db()
        .insertInto('swaps')
        .values({
          layer,
          person_id: keyOf(person.id),
          person_name: person.name,
          from_at: from,
          until_at: until,
          by_id: keyOf(by.id),
          by_name: by.name,
          at,
          undone_at: null,
          undone_by_id: null,
          undone_by_name: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toSwap(row);
    },

    async undoSwap(id, by, at) {
      const { numUpdatedRows } = await door
        .db()
        .updateTable('swaps')
        .set({ undone_at: at, undone_by_id: keyOf(by.id), undone_by_name: by.name })
        .where('id', '=', id)
        .where('undone_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async escalations(itemIds) {
      if (itemIds.length === 0) return [];
      const rows = await door
        .db()
        .selectFrom('escalations')
        .selectAll()
        .where('item_id', 'in', [...itemIds])
        .orderBy('at')
        .execute();
      return rows.map((row) => ({
        itemId: row.item_id,
        waitingSince: row.waiting_since,
        step: row.step as Step,
        at: row.at,
      }));
    },

    async escalate({ itemId, waitingSince, step, at }) {
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('escalations')
        .values({ item_id: itemId, waiting_since: waitingSince, step, at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
  };
}
