import { sql } from 'kysely';
import { type Scrub, withoutItems } from '../domain/erasure.ts';
import type { Door } from './door.ts';
import { searchable } from './posts.ts';
import type { Db } from './schema.ts';

/** Where nothing of anybody is, or where it is taken away otherwise. */
const NOT_SWEPT = new Set([
  'potluck_migrations',
  'leases',
  'sources',
  'costs',
  'long_ids',
  'pictures',
  'places',
  'erasures',
  'standings',
  'deeds',
  'deed_topics',
  'acquaintances',
  'strangers',
  'answers',
  'answer_terms',
  'slots',
]);
/** Where they have a row of their own that may go: caches that are filled again, and what tells copies. */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  kv: ['value', 'key', 'full_key'],
  twins: ['key'],
};
/** Columns that name rows, places and people of the team, and tell nothing. */
const NO_WORDS =
  /(^|_)(id|key|name|handle|state|type|source|chat|channel|ref|via|kinds|origin|surface|tag|search)$/;
/** Forms of names asked for in one statement. */
const ASKED = 40;

interface Found {
  readonly _row: string | number;
  readonly [column: string]: string | number | null;
}

/**
 * Looks through every text of every table, also of those that this file knows nothing of, and takes the traces of a
 * person out of it. Reads the whole ledger: an erasure is rare and complete rather than quick.
 *
 * @param theirs items that were about them: what notices say of those is gone as a whole
 */
export async function sweepTables(
  db: Db,
  dialect: Door['dialect'],
  scrub: Scrub,
  theirs: ReadonlySet<number>,
): Promise<{ readonly items: readonly number[]; readonly notices: number }> {
  const items = new Set<number>();
  let notices = 0;
  for (const table of await db.introspection.getTables()) {
    if (NOT_SWEPT.has(table.name) || table.isView) continue;
    const columns = table.columns
      .filter((column) => /text|char|clob/i.test(column.dataType) && !NO_WORDS.test(column.name))
      .map((column) => column.name);
    const dropped = DROPPED[table.name];
    if (dropped !== undefined) {
      await drop(db, dialect, table.name, dropped, scrub);
      continue;
    }
    if (columns.length === 0) continue;
    const numbers = table.columns.map((column) => column.name);
    for await (const row of rowsOf(db, dialect, table.name, columns, numbers, scrub)) {
      if (table.name === 'settings' && row.name === 'muted') continue;
      const changed = changesOf(table.name, row, columns, scrub, theirs);
      if (!changed) continue;
      await save(db, dialect, table.name, row._row, changed);
      if (table.name === 'notices') notices += 1;
      for (const id of await itemsBehind(db, table.name, row)) items.add(id);
    }
  }
  return { items: [...items], notices };
}

/** Rows in which something of theirs may be; of notices all, because they quote. */
async function* rowsOf(
  db: Db,
  dialect: Door['dialect'],
  table: string,
  columns: readonly string[],
  all: readonly string[],
  scrub: Scrub,
): AsyncGenerator<Found> {
  const place = sql.raw(dialect === 'sqlite' ? 'rowid' : 'ctid::text');
  const wanted = all.filter((name) => columns.includes(name) || ROW_COLUMNS.has(name));
  const seen = new Set<string | number>();
  const asks =
    table === 'notices' ? [null] : groups(scrub.needles).map((needles) => likely(dialect, columns, needles));
  for (const ask of asks) {
    const where = ask === null ? sql`` : sql`where ${ask}`;
    const rows = await sql<Found>`select ${place} as _row, ${sql.join(wanted.map((name) => sql.ref(name)))}
      from ${sql.table(table)} ${where}`.execute(db);
    for (const row of rows.rows) {
      if (seen.has(row._row)) continue;
      seen.add(row._row);
      yield row;
    }
  }
}

/** By these it is told which item a row belongs to. */
const ROW_COLUMNS = new Set([
  'id',
  'name',
  'item_id',
  'source',
  'conversation_id',
  'author_name',
  'author_handle',
]);

function groups(needles: readonly string[]): readonly (readonly string[])[] {
  const all: string[][] = [];
  for (let at = 0; at < needles.length; at += ASKED) all.push(needles.slice(at, at + ASKED));
  return all;
}

function likely(dialect: Door['dialect'], columns: readonly string[], needles: readonly string[]) {
  const like = sql.raw(dialect === 'sqlite' ? 'like' : 'ilike');
  return sql.join(
    columns.flatMap((column) =>
      needles.map((needle) => {
        const pattern = `%${needle.replace(/[\\%_]/g, '\\$&')}%`;
        return sql`${sql.ref(column)} ${like} ${pattern} escape '\\'`;
      }),
    ),
    sql` or `,
  );
}

function changesOf(
  table: string,
  row: Found,
  columns: readonly string[],
  scrub: Scrub,
  theirs: ReadonlySet<number>,
): Record<string, string | null> | null {
  const changed: Record<string, string | null> = {};
  for (const column of columns) {
    const before = row[column];
    if (typeof before !== 'string') continue;
    const after = scrub(table === 'notices' ? withoutItems(before, theirs) : before);
    if (after !== before) changed[column] = /^https?:\/\//i.test(before) ? null : after;
  }
  if (Object.keys(changed).length === 0) return null;
  if (table === 'posts') {
    const text = changed.text ?? row.text;
    changed.search = searchable(`${row.author_name}\n${row.author_handle}\n${text}`);
  }
  return changed;
}

async function save(
  db: Db,
  dialect: Door['dialect'],
  table: string,
  row: string | number,
  changed: Readonly<Record<string, string | null>>,
): Promise<void> {
  const place = dialect === 'sqlite' ? sql`rowid = ${row}` : sql`ctid = ${row}::tid`;
  const sets = Object.entries(changed).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  // What stands in a channel is said anew.
  if (table === 'notices') sets.push(sql`version = version + 1`);
  await sql`update ${sql.table(table)} set ${sql.join(sets)} where ${place}`.execute(db);
}

async function itemsBehind(db: Db, table: string, row: Found): Promise<readonly number[]> {
  if (table === 'items') return [Number(row.id)];
  if (typeof row.item_id === 'number') return [row.item_id];
  if (table !== 'posts') return [];
  const items = await db
    .selectFrom('items')
    .select('id')
    .where('source', '=', String(row.source))
    .where('conversation_id', '=', String(row.conversation_id))
    .execute();
  return items.map((item) => item.id);
}

async function drop(
  db: Db,
  dialect: Door['dialect'],
  table: string,
  columns: readonly string[],
  scrub: Scrub,
): Promise<void> {
  for (const needles of groups(scrub.needles))
    await sql`delete from ${sql.table(table)} where ${likely(dialect, columns, needles)}`.execute(db);
}
