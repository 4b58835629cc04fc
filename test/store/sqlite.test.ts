import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { peopleContract } from '../contract/people.ts';
import { type OpenedStore, storeContract } from '../contract/store.ts';
import { testClock } from '../support/clock.ts';
import { firstVersion, upgraded } from './first-version.ts';
import { twoProcesses } from './processes.ts';
import { newItem, post, refusal, T0 } from './samples.ts';

let base: string;
let count = 0;
const freshUrl = async () => `file:${join(base, 'new', `${++count}.db`)}`;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'potluck-store-'));
});
afterAll(async () => {
  await rm(base, { recursive: true, force: true });
});

async function opened(): Promise<OpenedStore> {
  const url = await freshUrl();
  const clock = testClock(T0);
  const reopen = () => openStore(url, { clock });
  const store = await reopen();
  return { store, reopen, cleanup: () => store.close() };
}

storeContract('SQLite', opened);
peopleContract('SQLite', opened);

twoProcesses('SQLite file', freshUrl);

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
    // Closed, the file is whole without its log: people copy and mail just the one.
    expect((await stat(`${path}-wal`).catch(() => null))?.size ?? 0).toBe(0);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o077).toBe(0);
    const again = await openStore(`file:${path}`);
    expect(await again.countItems({})).toBe(2);
    await again.close();
  });

  it('made by the first version is brought to this one with everything in it', async () => {
    const path = join(folder, 'old.db');
    const old = new DatabaseSync(path);
    for (const statement of firstVersion('sqlite')) old.exec(statement);
    old.close();
    await upgraded(`file:${path}`);
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
