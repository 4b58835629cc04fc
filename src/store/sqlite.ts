import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backup, DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { messageOf, UnavailableError } from '../errors.ts';
import type { Base } from './door.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { storable } from './storable.ts';

/** Opens in memory: for tests, gone when closed. */
const IN_MEMORY = ':memory:';

/**
 * SQLite waits inside a synchronous call, with the whole process standing still; so it waits only this long, and what
 * is left of the patience is spent asleep: {@link BUSY_TRIES} times, about ten seconds in all.
 */
const BUSY_TIMEOUT_MS = 1;
const BUSY_TRIES = 1_000;
/** Statements longer than this (batches of every length) are not worth keeping prepared. */
const LONGEST_KEPT_SQL = 4_000;
const STATEMENTS_KEPT = 200;

const BUSY = 5;
const LOCKED = 6;

type Database = InstanceType<typeof DatabaseSync>;

/** The primary result code: https://www.sqlite.org/rescode.html */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  // What `all` throws (1.2.1) has words but no code.
  return /^database (table )?is locked/.test(error.message) ? BUSY : null;
}

/** Another process has the file for a moment: try until it lets go. Nothing has happened when SQLite says busy. */
async function patiently<T>(work: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      const code = sqliteCode(error);
      if ((code !== BUSY && code !== LOCKED) || tries >= BUSY_TRIES) throw error;
      // Uneven steps, so that two processes do not wake in step for ever.
      await pause(1 + ((tries * tries) % 17));
    }
  }
}

/**
 * Opens the file that a `file:` URL names.
 *
 * @param now epoch milliseconds, recorded with migrations
 * @throws Error that says what to do when the file cannot be used
 */
export async function openSqlite(url: string, now: number): Promise<Base> {
  // file:///absolute is the long form of file:/absolute.
  const name = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (name === '' || name.startsWith('//'))
    throw new Error(
      'DATABASE_URL names no file of this machine. It looks like file:./data/potluck.db or file:/var/lib/potluck/potluck.db.',
    );
  const path = name === IN_MEMORY ? IN_MEMORY : resolve(name);
  const kysely = new Kysely<Tables>({ dialect: sqliteDialect(await openFile(path)) });
  try {
    await migrate(kysely, 'sqlite', now);
  } catch (error) {
    await kysely.destroy();
    throw sqliteCode(error) === null ? error : explained(path, error);
  }
  return {
    dialect: 'sqlite',
    kysely,
    backup: (target) => backupFile(path, resolve(target)),
    // Transactions take the write lock before they read: none is ever undone for another's sake.
    mayRetry: () => false,
  };
}

/**
 * Opens (and creates) the file with its folder, ready for several processes: write-ahead log, every commit on the disk
 * before it is confirmed, foreign keys held.
 */
async function openFile(path: string): Promise<Database> {
  if (path !== IN_MEMORY) await makeRoom(path);
  let db: Database | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    const opened = db;
    await patiently(() => opened.exec('pragma journal_mode = wal'));
    opened.exec('pragma synchronous = full');
    opened.exec('pragma foreign_keys = on');
    opened.exec('pragma temp_store = memory');
    // Pages kept in memory, in KiB; and the log shrinks again after a burst.
    opened.exec('pragma cache_size = -32000');
    opened.exec('pragma journal_size_limit = 67108864');
    return opened;
  } catch (error) {
    db?.close();
    throw explained(path, error);
  }
}

/** Customers' words and installation tokens: folder and file are the owner's alone, when we make them. */
async function makeRoom(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await (await open(path, 'a', 0o600)).close();
  } catch (error) {
    throw new Error(
      `The database file ${path} cannot be written (${messageOf(error)}). Give the user who runs Potluck the right to write there, or set DATABASE_URL to another place.`,
      { cause: error },
    );
  }
}

function explained(path: string, error: unknown): Error {
  const options = { cause: error };
  switch (sqliteCode(error)) {
    case BUSY:
    case LOCKED:
      return new UnavailableError(
        `The database file ${path} is locked by another program. Close what has it open (a database browser, a backup), then start again.`,
        options,
      );
    case 26:
      return new Error(
        `${path} is not an SQLite database. Move it away, or set DATABASE_URL to another file.`,
        options,
      );
    case 11:
      return new Error(`The database file ${path} is damaged. Restore a backup of it.`, options);
    case 13:
      return new Error(`No room is left on the disk for ${path}. Free some, then start again.`, options);
    default:
      return new Error(
        `The database file ${path} cannot be opened (${messageOf(error)}). Check that it and its folder can be written, or set DATABASE_URL to another place.`,
        options,
      );
  }
}

/**
 * Kysely on one connection. Whoever comes while a transaction runs waits in line: nothing of this process slips between
 * its statements, and nobody reads what is not committed.
 */
function sqliteDialect(db: Database): Dialect {
  return {
    createDriver: () => createDriver(db),
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

function createDriver(db: Database): Driver {
  const line = createLine();
  const connection = createConnection(db);
  const run = (sql: string): Promise<QueryResult<unknown>> => connection.executeQuery(CompiledQuery.raw(sql));
  return {
    async init() {},
    async acquireConnection() {
      await line.enter();
      return connection;
    },
    async releaseConnection() {
      line.leave();
    },
    async beginTransaction() {
      // The write lock at once: a transaction that reads first and writes later could not be retried.
      await run('begin immediate');
    },
    async commitTransaction() {
      await run('commit');
    },
    async rollbackTransaction() {
      // After some errors (disk full) SQLite has rolled back by itself.
      if (db.isTransaction) await run('rollback');
    },
    async destroy() {
      await line.enter();
      // The library holds the file until its statements are garbage; what matters is that the file is whole by itself.
      await run('pragma wal_checkpoint(truncate)').catch(() => undefined);
      db.close();
    },
  };
}

/** Longest stretch of queries without a turn of the event loop, in milliseconds. */
const BREATH_MS = 5;

function createConnection(db: Database): DatabaseConnection {
  const kept = new Map<string, { statement: StatementSyncInstance; reads: boolean }>();

  function prepared(sql: string): { statement: StatementSyncInstance; reads: boolean } {
    const known = kept.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    const fresh = { statement, reads: statement.columns().length > 0 };
    if (sql.length > LONGEST_KEPT_SQL) return fresh;
    const oldest = kept.size >= STATEMENTS_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(sql, fresh);
    return fresh;
  }

  function execute<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, reads } = prepared(query.sql);
    const values = query.parameters.map(storable);
    // The rows are what the query was typed for; SQLite knows no more about them.
    if (reads) return { rows: statement.all(...values) as R[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
  }

  const breathe = createBreath();
  return {
    executeQuery: async (query) => {
      await breathe();
      return patiently(() => execute(query));
    },
    streamQuery() {
      throw new Error('Streaming is not supported: ask for a bounded page instead.');
    },
  };
}

/**
 * Every call of this database is synchronous: a loop of awaited queries would never let the event loop turn, and sockets
 * and timers would starve (a click must be acknowledged meanwhile). So the loop turns once every few milliseconds.
 */
function createBreath(): () => Promise<void> {
  let last = performance.now();
  let turn: Promise<void> | null = null;
  const nextTurn = (): Promise<void> => {
    // One for all who wait; whoever finds the time used up by those before it waits for another.
    turn ??= new Promise((resolve) => {
      setImmediate(() => {
        turn = null;
        last = performance.now();
        resolve();
      });
    });
    return turn;
  };
  return async () => {
    while (performance.now() - last >= BREATH_MS) await nextTurn();
  };
}

/** First come, first served. */
function createLine(): { enter(): Promise<void>; leave(): void } {
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    async enter() {
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
      taken = true;
    },
    leave() {
      const next = waiting.shift();
      if (next) next();
      else taken = false;
    },
  };
}

/**
 * A consistent copy of a file that is in use, made beside the running connection: nobody waits for it.
 *
 * @throws Error when `target` exists
 */
async function backupFile(path: string, target: string): Promise<void> {
  if (path === IN_MEMORY) throw new Error('A database in memory has no file to back up.');
  const partial = `${target}.partial`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    // Takes the name, so that of two backups at once one is refused.
    await (await open(target, 'wx', 0o600)).close();
  } catch (error) {
    if (existsSync(target))
      throw new Error(`${target} exists already. Give the backup a new name; nothing was overwritten.`, {
        cause: error,
      });
    throw new Error(`The backup ${target} cannot be written (${messageOf(error)}).`, { cause: error });
  }
  const source = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    await rm(partial, { force: true });
    await (await open(partial, 'wx', 0o600)).close();
    // All pages in one step: one snapshot. In several steps every write in between would start it over.
    await backup(source, partial, { rate: -1 });
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    await rm(target, { force: true });
    throw error;
  } finally {
    source.close();
  }
}
