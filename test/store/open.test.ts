import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthError, UnavailableError } from '../../src/errors.ts';
import { openStore } from '../../src/store/open.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { newItem, post, T0 } from './samples.ts';

async function refusal(url: string): Promise<Error> {
  try {
    await (await openStore(url)).close();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error(`${url} was opened`);
}

describe('a SQLite file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'potluck-open-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is created with its folder, for its owner only, in every form of the URL', async () => {
    const path = join(folder, 'a', 'b', 'potluck.db');
    for (const url of [`file:${path}`, `file://${path}`]) {
      const store = await openStore(url);
      expect(store.dialect).toBe('sqlite');
      await store.createItem(newItem({ conversationId: url }));
      await store.close();
    }
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o077).toBe(0);
    const again = await openStore(`file:${path}`);
    expect(await again.countItems({})).toBe(2);
    await again.close();
  });

  it('may be in memory', async () => {
    const store = await openStore('file::memory:');
    expect(await store.createItem(newItem())).toMatchObject({ id: 1 });
    await expect(store.backup(join(folder, 'copy.db'))).rejects.toThrow('no file to back up');
    await store.close();
  });

  it('says what to do when it cannot be used', async () => {
    const inTheWay = join(folder, 'file');
    await writeFile(inTheWay, 'not a database, but long enough to be looked at by SQLite as one'.repeat(50));
    expect((await refusal(`file:${inTheWay}`)).message).toMatch(/is not an SQLite database.*DATABASE_URL/s);
    expect(await readFile(inTheWay, 'utf8')).toContain('not a database');
    expect((await refusal(`file:${join(inTheWay, 'potluck.db')}`)).message).toMatch(
      /cannot be written.*DATABASE_URL/s,
    );
    expect((await refusal(`file:${folder}`)).message).toMatch(/cannot be written/);
    for (const url of ['file:', 'file://host/potluck.db'])
      expect((await refusal(url)).message).toMatch(/names no file/);
    for (const url of ['', 'mysql://root:secret@h/d', './potluck.db']) {
      const { message } = await refusal(url);
      expect(message).toMatch(/must begin with file:/);
      expect(message).not.toContain('secret');
    }
  });

  it.skipIf(process.getuid?.() === 0)('says so when its folder is closed to us', async () => {
    await chmod(folder, 0o500);
    expect((await refusal(`file:${join(folder, 'potluck.db')}`)).message).toMatch(/EACCES.*right to write/s);
    await chmod(folder, 0o700);
  });

  it('is refused when a newer Potluck has changed it', async () => {
    const path = join(folder, 'potluck.db');
    await (await openStore(`file:${path}`)).close();
    const raw = new DatabaseSync(path);
    raw.exec("insert into potluck_migrations values (9999, 'from the future', 0)");
    raw.close();
    expect((await refusal(`file:${path}`)).message).toMatch(/form 9999.*newer version.*Update Potluck/s);
  });

  it('waits for another program that has it for a moment', async () => {
    const path = join(folder, 'potluck.db');
    const store = await openStore(`file:${path}`);
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const added = store.addPosts([post({ id: '1' })], T0, false);
    // Let the store run into the lock, more than once.
    await new Promise((resolve) => setTimeout(resolve, 60));
    other.exec('commit');
    other.close();
    expect(await added).toHaveLength(1);
    await store.close();
  });

  it('is copied whole while it is written to, and never over another file', async () => {
    const store = await openStore(`file:${join(folder, 'potluck.db')}`);
    const batch = (from: number) =>
      Array.from({ length: 200 }, (_, at) => post({ id: `${from + at}`, text: 'soup '.repeat(200) }));
    await store.addPosts(batch(0), T0, false);
    const target = join(folder, 'backups', 'copy.db');
    const [, ...written] = await Promise.all([
      store.backup(target),
      ...[200, 400, 600].map((from) =>
        store.transaction('c', (queries) => queries.addPosts(batch(from), T0, false)),
      ),
    ]);
    expect(written.flat()).toHaveLength(600);
    await expect(store.backup(target)).rejects.toThrow(/exists already.*nothing was overwritten/s);
    await store.close();

    const raw = new DatabaseSync(target);
    expect(raw.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    raw.close();
    const copy = await openStore(`file:${target}`);
    const copied = (await copy.recentPosts({ limit: 1_000 })).length;
    // Whole transactions only.
    expect([200, 400, 600, 800]).toContain(copied);
    await copy.close();
    expect((await readdir(join(folder, 'backups'))).filter((name) => name.includes('partial'))).toEqual([]);
    expect((await stat(target)).mode & 0o077).toBe(0);
  });

  it('leaves nothing behind when a backup cannot be written', async () => {
    const store = await openStore(`file:${join(folder, 'potluck.db')}`);
    await writeFile(join(folder, 'file'), '');
    await expect(store.backup(join(folder, 'file', 'copy.db'))).rejects.toThrow(/cannot be written/);
    await mkdir(join(folder, 'taken.db'));
    await expect(store.backup(join(folder, 'taken.db'))).rejects.toThrow(/exists already/);
    await store.close();
  });
});

describe('a PostgreSQL server', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server?.stop();
  });

  async function ask(url: string, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

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
    const [a, b] = [
      await store.createItem(newItem({ conversationId: 'a' })),
      await store.createItem(newItem({ conversationId: 'b' })),
    ];
    if (!a || !b) throw new Error('no items');
    let runs = 0;
    let bothHold = (): void => {};
    const held = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const change = (lock: string, first: typeof a, second: typeof a) =>
      store.transaction(lock, async (queries) => {
        const one = await queries.item(first.id);
        if (one) await queries.saveItem({ ...one, version: one.version + 1 });
        if (++runs === 2) bothHold();
        await held;
        const two = await queries.item(second.id);
        if (two) await queries.saveItem({ ...two, version: two.version + 1 });
      });
    await Promise.all([change('one', a, b), change('two', b, a)]);
    expect(runs).toBe(3);
    expect([(await store.item(a.id))?.version, (await store.item(b.id))?.version]).toEqual([3, 3]);
    await store.close();
  });
});
