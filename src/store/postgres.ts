import { type Dialect, Kysely, PostgresDialect, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { AuthError, messageOf, UnavailableError } from '../errors.ts';
import type { Base, StoreLog } from './door.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { storable } from './storable.ts';

/** Connections of one process. Several processes share the server's 100 (its default). */
const MAX_CONNECTIONS = 10;
/** For the server to answer, and also for a turn when all connections are busy. */
const CONNECT_TIMEOUT_MS = 20_000;

/** The whole numbers of PostgreSQL's `bigint` and `count(*)`: ours are times and counts, exact as JavaScript numbers. */
const INT8 = pg.types.builtins.INT8;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/**
 * Connects to the server that a `postgres:` URL names.
 *
 * @param now epoch milliseconds, recorded with migrations
 * @throws AuthError, UnavailableError or Error that says what to do
 */
export async function openPostgres(url: string, now: number, log: StoreLog | undefined): Promise<Base> {
  const pool = createPool(url, (error) =>
    // The error itself carries the connection with it: only its words are logged.
    log?.warn({ error: error.message }, 'A connection to the database was lost; it will be made anew.'),
  );
  const kysely = new Kysely<Tables>({ dialect: postgresDialect(pool) });
  let reached = false;
  try {
    await sql`select 1`.execute(kysely);
    reached = true;
    await migrate(kysely, 'postgres', now);
  } catch (error) {
    await kysely.destroy();
    throw reached && !(error instanceof pg.DatabaseError) ? error : explained(url, error);
  }
  return {
    dialect: 'postgres',
    kysely,
    async backup() {
      throw new Error(
        'Potluck does not back up a PostgreSQL database itself. Run: pg_dump --format=custom --file=potluck.dump "$DATABASE_URL"',
      );
    },
    mayRetry,
  };
}

function readable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** A pool for the server at `url`. Nothing is connected yet. */
function createPool(url: string, onLost: (error: Error) => void): pg.Pool {
  if (!readable(url))
    // The URL itself stays out of the message: it holds the password.
    throw new Error(
      'DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/database; special characters of the password are percent-encoded (@ is %40).',
    );
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'potluck',
    keepAlive: true,
    types,
  });
  // Without a listener a server that restarts would end this process; the pool connects anew by itself.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Kysely on a pool. */
function postgresDialect(pool: pg.Pool): Dialect {
  return new PostgresDialect({
    pool: {
      async connect() {
        const client = await pool.connect();
        return {
          query: (sql: string, values: readonly unknown[]) => client.query(sql, values.map(storable)),
          release: () => client.release(),
          // The other form of `query`, with a cursor, is not used.
        } as unknown as PostgresPoolClient;
      },
      end: () => pool.end(),
    },
  });
}

function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

/** Several addresses were tried: the first failure tells, the collection of them has no message. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error);
}

/** A deadlock or a serialisation failure: the server undid everything, and the same again will work. */
function mayRetry(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40P01' || code === '40001';
}

/** What went wrong with the first connection, and what to do; never the password. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explained(url: string, error: unknown): Error {
  const { hostname, port, pathname, username } = new URL(url);
  const where = `${hostname || 'the local socket'}${port ? `:${port}` : ''}`;
  const user = decodeURIComponent(username);
  const database = decodeURIComponent(pathname.slice(1));
  const options = { cause: error };
  switch (codeOf(error)) {
    case '28P01':
    case '28000':
      return new AuthError(
        `The PostgreSQL server at ${where} refused user “${user}”. Check user and password in DATABASE_URL (special characters percent-encoded).`,
        options,
      );
    case '3D000':
      return new Error(
        `The PostgreSQL server at ${where} has no database “${database}”. Create it: createdb -O ${user} ${database}`,
        options,
      );
    case '42501':
    case '3F000':
      return new AuthError(
        `User “${user}” may not create tables in database “${database}”. Make it the owner: ALTER DATABASE ${database} OWNER TO ${user}`,
        options,
      );
    case '42P07':
      return new Error(
        `Database “${database}” holds tables of another program (${messageOf(error)}). Give Potluck a database of its own.`,
        options,
      );
    case '53300':
      return new UnavailableError(
        `The PostgreSQL server at ${where} has no connection left. Raise max_connections, or run fewer processes (each uses up to ${MAX_CONNECTIONS}).`,
        options,
      );
    default:
      if (error instanceof pg.DatabaseError)
        return new Error(
          `The PostgreSQL server at ${where} refused to open database “${database}”: ${error.message}`,
          options,
        );
      return new UnavailableError(
        `The PostgreSQL server at ${where} cannot be reached (${reasonOf(error)}). Check that it runs and that DATABASE_URL names its host and port.`,
        options,
      );
  }
}
