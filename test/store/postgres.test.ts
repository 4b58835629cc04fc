import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthError, UnavailableError } from '../../src/errors.ts';
import { openStore } from '../../src/store/open.ts';
import { peopleContract } from '../contract/people.ts';
import { type OpenedStore, storeContract } from '../contract/store.ts';
import { testClock } from '../support/clock.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { firstVersion, upgraded } from './first-version.ts';
import { twoProcesses } from './processes.ts';
import { post, refusal, T0 } from './samples.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
});

async function opened(): Promise<OpenedStore> {
  const url = await server.url();
  const clock = testClock(T0);
  const reopen = () => openStore(url, { clock });
  const store = await reopen();
  return { store, reopen, cleanup: () => store.close() };
}

storeContract('PostgreSQL', opened);
peopleContract('PostgreSQL', opened);

twoProcesses('PostgreSQL database', () => server.url());

describe('a PostgreSQL server', () => {
  async function ask(url: string, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  it('with a ledger of the first version is brought to this one with everything in it', async () => {
    const url = await server.url();
    await ask(url, firstVersion('postgres').join(';\n'));
    await upgraded(url);
  });

  it('says what to do when it refuses, without the password', async () => {
    const url = new URL(await server.url());
    const wrong = new URL(url);
    wrong.password = 'hunter2-secret';
    const refused = await refusal(wrong.href);
    expect(refused).toBeInstanceOf(AuthError);
    expect(refused.message).toMatch(/refused user “potluck”.*DATABASE_URL/s);

    const missing = new URL(url);
    missing.pathname = '/nowhere';
    expect((await refusal(missing.href)).message).toMatch(/no database “nowhere”.*createdb/s);

    const taken = await server.url();
    await ask(taken, 'create table posts (id int)');
    expect((await refusal(taken)).message).toMatch(/another program.*database of its own/s);

    const newer = await server.url();
    await (await openStore(newer)).close();
    await ask(newer, "insert into potluck_migrations values (9999, 'from the future', 0)");
    expect((await refusal(newer)).message).toMatch(/form 9999.*newer version/s);

    for (const bad of ['postgres://u:hunter2-secret@h:port/d', 'postgres://u:hunter2-secret%@h/d'])
      expect((await refusal(bad)).message).toMatch(/cannot be read.*percent-encoded/s);

    const rights = await server.url();
    await ask(rights, "create role guest login password 'guest'; revoke all on schema public from public");
    const guest = new URL(rights);
    guest.username = 'guest';
    guest.password = 'guest';
    const denied = await refusal(guest.href);
    expect(denied).toBeInstanceOf(AuthError);
    expect(denied.message).toMatch(/may not create tables.*OWNER TO guest/s);

    for (const error of [refused, denied])
      expect(JSON.stringify([error.message, error.stack])).not.toMatch(/secret/);
  });

  it('says so when nobody is there', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const address = free.address();
    free.close();
    await once(free, 'close');
    const port = typeof address === 'object' ? address?.port : 0;
    const { message } = await refusal(`postgres://u:hunter2-secret@localhost:${port}/d`).then((error) => {
      expect(error).toBeInstanceOf(UnavailableError);
      return error;
    });
    expect(message).toMatch(/cannot be reached.*ECONNREFUSED.*DATABASE_URL/s);
    expect(message).not.toContain('secret');
  });

  it('may drop every connection, and the store goes on with new ones', async () => {
    const url = await server.url();
    const warned: string[] = [];
    const store = await openStore(url, {
      log: { warn: (fields, message) => warned.push(JSON.stringify(fields) + message) },
    });
    await store.addPosts([post({ id: '1' })], T0, false);
    const kill =
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    // In the middle of a transaction: it fails as a whole.
    await expect(
      store.transaction('c', async (queries) => {
        await queries.addPosts([post({ id: '2' })], T0, false);
        await ask(url, kill);
        await queries.addPosts([post({ id: '3' })], T0, false);
      }),
    ).rejects.toThrow();
    // And while nobody uses them.
    await store.ping().catch(() => undefined);
    await ask(url, kill);
    await expect.poll(() => warned.length).toBeGreaterThan(0);
    await store.ping();
    expect((await store.recentPosts({ limit: 9 })).map((one) => one.id)).toEqual(['1']);
    expect(warned.join()).not.toContain('correct-horse');
    await store.close();
  });

  it('is backed up with its own tool', async () => {
    const store = await openStore(await server.url());
    await expect(store.backup('copy.dump')).rejects.toThrow(/pg_dump/);
    await store.close();
  });

  it('undoes one of two in a deadlock, and the store does it again', async () => {
    const store = await openStore(await server.url());
    const blank = await store.sourceState('none');
    for (const name of ['a', 'b']) await store.saveSourceState(name, blank);
    let runs = 0;
    let bothHold = (): void => {};
    const held = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const change = (lock: string, first: string, second: string) =>
      store.transaction(lock, async (queries) => {
        await queries.saveSourceState(first, { ...blank, cursor: lock });
        if (++runs === 2) bothHold();
        await held;
        await queries.saveSourceState(second, { ...blank, cursor: lock });
      });
    await Promise.all([change('one', 'a', 'b'), change('two', 'b', 'a')]);
    expect(runs).toBe(3);
    // Both changes were made whole: the later one stands in both places.
    const [a, b] = [await store.sourceState('a'), await store.sourceState('b')];
    expect(a.cursor).toMatch(/one|two/);
    expect(b.cursor).toBe(a.cursor);
    await store.close();
  });
});
