import { createHash } from 'node:crypto';
import type { Db } from './schema.ts';

/** PostgreSQL's B-tree takes 2,704 bytes a row; five ids of this length fit. https://www.postgresql.org/docs/current/btree.html */
const LONGEST_KEY_BYTES = 500;
const SHORTENED = /…sha256:[0-9a-f]{64}$/;

/**
 * What stands for an id in an indexed column: the id itself, or its beginning and its hash when a network made it longer
 * than an index can hold.
 */
export function keyOf(id: string): string {
  if (id.length * 3 <= LONGEST_KEY_BYTES || Buffer.byteLength(id) <= LONGEST_KEY_BYTES) return id;
  const hash = createHash('sha256').update(id).digest('hex');
  return `${id.slice(0, 100).toWellFormed()}…sha256:${hash}`;
}

/** Keeps the full form of the ids that {@link keyOf} shortens. */
export async function rememberLongIds(db: Db, ids: Iterable<string>): Promise<void> {
  const rows = new Map<string, string>();
  for (const id of ids) {
    const key = keyOf(id);
    if (key !== id) rows.set(key, id);
  }
  if (rows.size === 0) return;
  await db
    .insertInto('long_ids')
    .values([...rows].sort().map(([key, id]) => ({ key, id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A function that gives the full id of each of these keys. Asks the database only when one was shortened. */
export async function fullIds(db: Db, keys: Iterable<string | null>): Promise<(key: string) => string> {
  const shortened = new Set<string>();
  for (const key of keys) if (key !== null && SHORTENED.test(key)) shortened.add(key);
  if (shortened.size === 0) return (key) => key;
  const rows = await db
    .selectFrom('long_ids')
    .selectAll()
    .where('key', 'in', [...shortened])
    .execute();
  const full = new Map(rows.map((row) => [row.key, row.id]));
  return (key) => full.get(key) ?? key;
}
