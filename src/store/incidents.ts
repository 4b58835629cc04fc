import type { Sketch } from '../domain/copies.ts';
import type { IncidentState, Signature } from '../domain/incident.ts';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import { keyOf } from './keys.ts';
import type { Db } from './schema.ts';
import type { Incident, Queries } from './store.ts';

type IncidentQueries = Pick<
  Queries,
  | 'rememberSignature'
  | 'recentSignatures'
  | 'sketchesAfter'
  | 'signaturesOf'
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
    async rememberSignature({ itemId, author, words, at, sketch }) {
      await door
        .db()
        .insertInto('signatures')
        .values({
          item_id: itemId,
          author: keyOf(author),
          words: JSON.stringify(words),
          at,
          incident_id: null,
          sketch_state: sketch ? sketchText(sketch) : null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async recentSignatures(since, limit) {
      const rows = await withIncidents(door.db())
        .where('at', '>=', since)
        .where('sketch_state', 'is', null)
        .orderBy('at', 'desc')
        .orderBy('item_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toSignature);
    },

    async signaturesOf(itemIds) {
      if (itemIds.length === 0) return [];
      const rows = await withIncidents(door.db())
        .where('item_id', 'in', [...itemIds])
        .orderBy('item_id')
        .execute();
      return rows.map(toSignature);
    },

    async sketchesAfter(itemId, since, limit) {
      const rows = await door
        .db()
        .selectFrom('signatures')
        .select(['item_id', 'sketch_state'])
        .where('item_id', '>', itemId)
        .where('at', '>=', since)
        .where('sketch_state', 'is not', null)
        .orderBy('item_id', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().flatMap((row) => {
        const sketch = toSketch(row.sketch_state);
        return sketch ? [{ itemId: row.item_id, sketch }] : [];
      });
    },

    async beginIncident(itemIds, at, kind = 'complaints') {
      return door.atomically(async (db) => {
        const { id } = await db
          .insertInto('incidents')
          .values({ kind, state: 'open', opened_at: at, last_at: at })
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

function withIncidents(db: Db) {
  return db
    .selectFrom('signatures')
    .leftJoin('incidents', 'incidents.id', 'signatures.incident_id')
    .select([
      'item_id',
      'author',
      'words',
      'at',
      'sketch_state',
      'incident_id',
      'incidents.state',
      'incidents.last_at',
    ]);
}

type SignatureRow = Awaited<ReturnType<ReturnType<typeof withIncidents>['execute']>>[number];

function toSignature(row: SignatureRow): Signature {
  return {
    itemId: row.item_id,
    author: row.author,
    words: JSON.parse(row.words) as string[],
    at: row.at,
    sketch: toSketch(row.sketch_state),
    incident:
      row.incident_id === null
        ? null
        : { id: row.incident_id, state: row.state as IncidentState, lastAt: row.last_at ?? 0 },
  };
}

/** Two bytes a place, whatever the machine. */
function sketchText(sketch: Sketch): string {
  const bytes = Buffer.alloc(sketch.length * 2);
  for (const [place, value] of sketch.entries()) bytes.writeUInt16LE(value, place * 2);
  return bytes.toString('base64');
}

function toSketch(text: string | null): Sketch | null {
  if (text === null) return null;
  const bytes = Buffer.from(text, 'base64');
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, place) => bytes.readUInt16LE(place * 2));
}

function toIncident(row: {
  id: number;
  kind: string;
  state: string;
  opened_at: number;
  last_at: number;
}): Incident {
  return {
    id: row.id,
    kind: row.kind === 'copies' ? 'copies' : 'complaints',
    state: row.state as IncidentState,
    openedAt: row.opened_at,
    lastAt: row.last_at,
  };
}
