import type { Kysely } from 'kysely';
import type { Db, Tables } from './schema.ts';

/** The way to the database for one set of queries: the store itself, or one running transaction. */
export interface Door {
  readonly dialect: 'sqlite' | 'postgres';
  /** Where to ask. @throws Error when a transaction is over, or when the store is used inside one of its own transactions. */
  db(): Db;
  /** Several statements that succeed or fail together: joins the transaction that runs, or makes one. */
  atomically<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/** An open database, brought to the newest form, and what differs between the two kinds. */
export interface Base {
  readonly dialect: Door['dialect'];
  readonly kysely: Kysely<Tables>;
  backup(path: string): Promise<void>;
  /** Whether the server undid a transaction that will work when it is tried again. */
  mayRetry(error: unknown): boolean;
}

/** Hears what the database goes through by itself. */
export interface StoreLog {
  warn(fields: object, message: string): void;
}
