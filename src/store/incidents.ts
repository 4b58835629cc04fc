import type { IncidentState } from '../domain/incident.ts';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import { keyOf } from './keys.ts';
import type { Queries } from './store.ts';

type IncidentQueries = Pick<
  Queries,
  | 'rememberSignature'
  | 'recentSignatures'
  | 'beginIncident'
  | 'joinIncident'
  | 'endIncident'
  | 'incident'
  | 'openIncidents'
  | 'incidentsOf'
  | 'incidentItems'
>;

/** Complaints that are one matter. */
export function incidentQueries(door: Door): IncidentQueries {
  return {
    async rememberSignature({ itemId, author, words, at }) {
      await door
        .db()
        .insertInto('signatures')
        .values({
          item_id: itemId,
          author: keyOf(author),
          words: JSON.stringify(words),
          at,
          incident_id: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async recentSignatures(since, limit) {
      const rows = await door
        .db()
        .selectFrom('signatures')
        .leftJoin('incidents', 'incidents.id', 'signatures.incident_id')
        .select(['item_id', 'author', 'words', 'incident_id', 'incidents.state', 'incidents.last_at'])
        .where('at', '>=', since)
        .orderBy('at', 'desc')
        .orderBy('item_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        itemId: row.item_id,
        author: row.author,
        words: JSON.parse(row.words) as string[],
        incident:
          row.incident_id === null
            ? null
            : { id: row.incident_id, state: row.state as IncidentState, lastAt: row.last_at ?? 0 },
      }));
    },

    async beginIncident(itemIds, at) {
      return door.atomically(async (db) => {
        const { id } = await db
          .insertInto('incidents')
          .values({ state: 'open', opened_at: at, last_at: at })
          .returning('id')
          .executeTakeFirstOrThrow();
        await db
          .updateTable('signatures')
          .set({ incident_id: id })
          .where('item_id', 'in', [...itemIds])
          .where('incident_id', 'is', null)
          .execute();
        return id;
      });
    },

    async joinIncident(id, itemId, at) {
      await door.atomically(async (db) => {
        await db.updateTable('signatures').set({ incident_id: id }).where('item_id', '=', itemId).execute();
        await db.updateTable('incidents').set({ last_at: at }).where('id', '=', id).execute();
      });
    },

    async endIncident(id, state) {
      const { numUpdatedRows } = await door
        .db()
        .updateTable('incidents')
        .set({ state })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async incident(id) {
      const row = await door.db().selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toIncident(row) : null;
    },

    async openIncidents(limit) {
      const rows = await door
        .db()
        .selectFrom('incidents')
        .selectAll()
        .where('state', '=', 'open')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toIncident);
    },

    async incidentsOf(itemIds) {
      if (itemIds.length === 0) return new Map();
      const rows = await door
        .db()
        .selectFrom('signatures')
        .innerJoin('incidents', 'incidents.id', 'signatures.incident_id')
        .select(['item_id', 'incident_id'])
        .where('item_id', 'in', [...itemIds])
        .where('incidents.state', '=', 'open')
        .execute();
      return new Map(rows.map((row) => [row.item_id, Number(row.incident_id)]));
    },

    async incidentItems(id, limit) {
      const db = door.db();
      const rows = await db
        .selectFrom('signatures')
        .innerJoin('items', 'items.id', 'signatures.item_id')
        .selectAll('items')
        .where('signatures.incident_id', '=', id)
        .orderBy('items.id')
        .limit(limit)
        .execute();
      return toItems(db, rows);
    },
  };
}

function toIncident(row: { id: number; state: string; opened_at: number; last_at: number }) {
  return {
    id: row.id,
    state: row.state as IncidentState,
    openedAt: row.opened_at,
    lastAt: row.last_at,
  };
}
