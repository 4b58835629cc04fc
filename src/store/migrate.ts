import { type Kysely, sql } from 'kysely';
import { ledger } from './migrations/001-ledger.ts';
import { team } from './migrations/002-team.ts';
import { sources } from './migrations/003-sources.ts';
import { notices } from './migrations/004-notices.ts';
import { attachments } from './migrations/005-attachments.ts';
import { oncall } from './migrations/006-oncall.ts';
import { people } from './migrations/009-people.ts';
import { prompts } from './migrations/010-prompts.ts';
import { attention } from './migrations/011-attention.ts';
import { incidents } from './migrations/012-incidents.ts';
import { savedReplies } from './migrations/013-saved-replies.ts';
import { answers } from './migrations/014-answers.ts';
import { learning } from './migrations/015-learning.ts';
import { copies } from './migrations/025-copies.ts';
import type { Tables } from './schema.ts';

export type Dialect = 'sqlite' | 'postgres';

/** One step forward; there is no way back but a backup. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Statements in order; all of them and the record of the step are one transaction. */
  readonly up: (dialect: Dialect) => readonly string[];
}

const MIGRATIONS: readonly Migration[] = [
  ledger,
  team,
  sources,
  notices,
  attachments,
  oncall,
  people,
  prompts,
  attention,
  incidents,
  savedReplies,
  answers,
  learning,
  copies,
];

/**
 * Brings the database to the newest form. Safe when several processes start at once: one works, the others wait and
 * find nothing to do.
 *
 * @param now epoch milliseconds, recorded with each step
 * @throws Error when the database was written by a newer Potluck, or belongs to something else
 */
export async function migrate(
  db: Kysely<Tables>,
  dialect: Dialect,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // On SQLite the transaction itself (BEGIN IMMEDIATE) is the lock.
    if (dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(hashtextextended('potluck:migrate', 0))`.execute(trx);
    const int = sql.raw(dialect === 'sqlite' ? 'integer' : 'bigint');
    await sql`create table if not exists potluck_migrations
      (version ${int} primary key, name text not null, at ${int} not null)`.execute(trx);
    const done = new Set(
      (await trx.selectFrom('potluck_migrations').select('version').execute()).map((row) => row.version),
    );
    const newest = Math.max(...migrations.map((migration) => migration.version));
    const ahead = Math.max(0, ...done);
    if (ahead > newest)
      throw new Error(
        `The database has form ${ahead}, this Potluck knows forms up to ${newest}: it was used by a newer version. Update Potluck, or restore the backup made before that update.`,
      );
    for (const migration of migrations) {
      if (done.has(migration.version)) continue;
      for (const statement of migration.up(dialect)) await sql.raw(statement).execute(trx);
      await trx
        .insertInto('potluck_migrations')
        .values({ version: migration.version, name: migration.name, at: now })
        .execute();
    }
  });
}
