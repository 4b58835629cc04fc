import type { Insertable, Selectable } from 'kysely';
import { type Item, isClosed } from '../domain/item.ts';
import { fullIds, keyOf } from './keys.ts';
import { type Db, type ItemsTable, NEVER } from './schema.ts';
import type { NewItem } from './store.ts';

export type ItemRow = Selectable<ItemsTable>;

/** The columns an item's life changes. */
export function changingColumns(
  item: NewItem,
): Omit<Insertable<ItemsTable>, 'id' | 'version' | 'origin' | 'source' | 'conversation_id'> {
  const {
    state,
    postId,
    kinds,
    priority,
    openedAt,
    updatedAt,
    waitingSince,
    snoozedUntil,
    // Identity: has columns of its own and never changes with a transition.
    origin: _origin,
    source: _source,
    conversationId: _conversationId,
    ...more
  } = item;
  // A whole Item may come as a NewItem; its number and version are columns, too.
  const rest: Partial<Item> = { ...more };
  const { id: _id, version: _version, ...kept } = rest;
  return {
    state,
    closed: isClosed(item) ? 1 : 0,
    post_id: keyOf(postId),
    owner_id: item.owner?.id ?? null,
    kinds: JSON.stringify(kinds),
    priority,
    opened_at: openedAt,
    updated_at: updatedAt,
    waiting_since: waitingSince ?? NEVER,
    snoozed_until: snoozedUntil,
    rest: JSON.stringify(kept),
  };
}

function toItem(row: ItemRow, full: (key: string) => string): Item {
  return {
    // What was written before there were approvals has none.
    approval: null,
    ...JSON.parse(row.rest),
    id: row.id,
    version: row.version,
    state: row.state,
    origin: row.origin,
    source: row.source,
    conversationId: full(row.conversation_id),
    postId: full(row.post_id),
    kinds: JSON.parse(row.kinds),
    priority: row.priority,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
    waitingSince: row.waiting_since === NEVER ? null : row.waiting_since,
    snoozedUntil: row.snoozed_until,
  };
}

/** Rows as items, in the same order. */
export async function toItems(db: Db, rows: readonly ItemRow[]): Promise<Item[]> {
  const full = await fullIds(
    db,
    rows.flatMap((row) => [row.conversation_id, row.post_id]),
  );
  return rows.map((row) => toItem(row, full));
}
