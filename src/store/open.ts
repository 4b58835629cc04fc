import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import { PICTURES_KEPT_MS } from '../domain/picture.ts';
import { TWIN_WINDOW_MS } from '../domain/twins.ts';
import { acquaintanceQueries } from './acquaintances.ts';
import { answerQueries } from './answers.ts';
import { attachmentQueries } from './attachments.ts';
import { cardQueries } from './cards.ts';
import { costQueries } from './costs.ts';
import { deedQueries } from './deeds.ts';
import { digestQueries } from './digest.ts';
import type { Base, Door, StoreLog } from './door.ts';
import { erasureQueries } from './erasure.ts';
import { incidentQueries } from './incidents.ts';
import { itemQueries } from './items.ts';
import { keyvStore } from './keyv-store.ts';
import { learningQueries } from './learning.ts';
import { noticeQueries } from './notices.ts';
import { onCallQueries } from './oncall.ts';
import { postQueries } from './posts.ts';
import { promptQueries } from './prompts.ts';
import { replyQueries } from './replies.ts';
import { savedReplyQueries } from './saved-replies.ts';
import type { Tables } from './schema.ts';
import { sourceQueries } from './sources.ts';
import type { Queries, Store } from './store.ts';
import { teamQueries } from './team.ts';
import { twinQueries } from './twins.ts';
import { windowQueries } from './window.ts';

/** What happened once, and the charts of digests, are remembered this long: a year and a month. */
const KEPT_MS = 396 * 24 * 3_600_000;

/** How often a transaction that the server undid (deadlock) is tried, in all. */
const ATTEMPTS = 5;
const DAY_MS = 24 * 60 * 60_000;

export interface StoreOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Hears of connections lost while nobody used them. */
  readonly log?: StoreLog;
}

/**
 * Opens the ledger, creates it where it is missing and brings it to the newest form.
 *
 * @param url `file:./data/potluck.db`, `file:/absolute.db`, `file::memory:` or `postgres://user:password@host:port/database`
 * @throws AuthError, UnavailableError or Error, each saying what to do; never with the password
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const clock = options.clock ?? systemClock;
  // Each driver is loaded only when it is used.
  if (/^postgres(ql)?:/.test(url)) {
    const { openPostgres } = await import('./postgres.ts');
    return storeOn(await openPostgres(url, clock.now(), options.log), clock);
  }
  if (url.startsWith('file:')) {
    const { openSqlite } = await import('./sqlite.ts');
    return storeOn(await openSqlite(url, clock.now()), clock);
  }
  throw new Error(
    'DATABASE_URL must begin with file: (file:./data/potluck.db) or postgres:// (postgres://user:password@host:5432/database).',
  );
}

async function retrying<T>(mayRetry: Base['mayRetry'], work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // The other side of the deadlock goes on and we wait for it inside the server: no pause is needed.
      if (attempt === ATTEMPTS || !mayRetry(error)) throw error;
    }
  }
}

function queriesOn(door: Door): Queries {
  return {
    ...postQueries(door),
    ...itemQueries(door),
    ...cardQueries(door),
    ...sourceQueries(door),
    ...costQueries(door),
    ...twinQueries(door),
    ...replyQueries(door),
    ...noticeQueries(door),
    ...incidentQueries(door),
    ...learningQueries(door),
    ...attachmentQueries(door),
    ...onCallQueries(door),
    ...promptQueries(door),
    ...teamQueries(door),
    ...acquaintanceQueries(door),
    ...deedQueries(door),
    ...erasureQueries(door),
    ...windowQueries(door),
    ...digestQueries(door),
    ...savedReplyQueries(door),
    ...answerQueries(door),
  };
}

function storeOn({ dialect, kysely, backup, mayRetry }: Base, clock: Clock): Store {
  // Whoever calls the store inside its own transaction would wait for themselves for ever (SQLite) or act outside of it
  // (PostgreSQL): both are told at once.
  const running = new AsyncLocalStorage<{ over: boolean }>();
  function outside(): Kysely<Tables> {
    if (running.getStore()?.over === false)
      throw new Error('The store was used inside one of its own transactions: use the queries handed in.');
    return kysely;
  }
  const door: Door = {
    dialect,
    db: outside,
    atomically: (work) => retrying(mayRetry, () => outside().transaction().execute(work)),
  };

  async function transaction<T>(lock: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return door.atomically(async (db) => {
      if (dialect === 'postgres')
        await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db);
      const scope = { over: false };
      const inside = (): typeof db => {
        if (scope.over) throw new Error('The transaction is over: its queries were used too late.');
        return db;
      };
      const queries = queriesOn({ dialect, db: inside, atomically: (part) => part(inside()) });
      try {
        return await running.run(scope, () => work(queries));
      } finally {
        scope.over = true;
      }
    });
  }

  return {
    ...queriesOn(door),
    dialect,
    transaction,
    keyvStore: () => keyvStore(door, clock),
    async sweep(now) {
      const values = await door.db().deleteFrom('kv').where('expires_at', '<=', now).executeTakeFirst();
      const leases = await door.db().deleteFrom('leases').where('until', '<=', now).executeTakeFirst();
      const twins = await door
        .db()
        .deleteFrom('twins')
        .where('at', '<', now - 2 * TWIN_WINDOW_MS)
        .executeTakeFirst();
      const slots = await door
        .db()
        .deleteFrom('slots')
        .where('at', '<', now - KEPT_MS)
        .executeTakeFirst();
      const pictures = await door
        .db()
        .deleteFrom('pictures')
        .where('at', '<', now - KEPT_MS)
        .executeTakeFirst();
      // A day more than an item says it keeps them, so that no reopened one finds them gone.
      const attachments = await door
        .db()
        .deleteFrom('attachments')
        .where('item_id', 'in', (items) =>
          items
            .selectFrom('items')
            .select('items.id')
            .where('closed', '=', 1)
            .where('updated_at', '<', now - PICTURES_KEPT_MS - DAY_MS),
        )
        .executeTakeFirst();
      const signatures = await door
        .db()
        .deleteFrom('signatures')
        .where('at', '<', now - KEPT_MS)
        .executeTakeFirst();
      const gone = [values, leases, twins, slots, pictures, signatures, attachments];
      return Number(gone.reduce((sum, { numDeletedRows }) => sum + numDeletedRows, 0n));
    },
    backup,
    async ping() {
      await sql`select 1`.execute(door.db());
    },
    close: () => kysely.destroy(),
  };
}
