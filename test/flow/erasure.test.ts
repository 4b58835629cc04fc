import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import Keyv from 'keyv';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERASED } from '../../src/domain/erasure.ts';
import { makeDossier } from '../../src/flow/dossier.ts';
import { erasePerson } from '../../src/flow/erasure.ts';
import { openStore } from '../../src/store/open.ts';
import { testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, mia, NOON } from '../support/items.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let folder: string;
let server: TestPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'potluck-erasure-'));
  server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every row of every table as one text. */
type Dump = () => Promise<Readonly<Record<string, string>>>;

async function sqlite(): Promise<{ url: string; dump: Dump }> {
  const path = join(folder, 'ledger.db');
  return {
    url: `file:${path}`,
    async dump() {
      const db = new DatabaseSync(path, { readOnly: true });
      const tables = db.prepare("select name from sqlite_master where type = 'table'").all() as {
        name: string;
      }[];
      const all = tables.map(({ name }) => [
        name,
        JSON.stringify(db.prepare(`select * from "${name}"`).all()),
      ]);
      db.close();
      return Object.fromEntries(all);
    },
  };
}

async function postgres(): Promise<{ url: string; dump: Dump }> {
  const url = await server.url();
  return {
    url,
    async dump() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const tables = await client.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'public'",
      );
      const all: [string, string][] = [];
      for (const { name } of tables.rows)
        all.push([name, JSON.stringify((await client.query(`select * from "${name}"`)).rows)]);
      await client.end();
      return Object.fromEntries(all);
    },
  };
}

const DID = 'did:plc:mira4711abc';
const mira = {
  author: {
    id: DID,
    name: 'Mira Lindqvist',
    handle: 'mira.example',
    url: 'https://bsky.example/profile/mira.example',
    avatarUrl: 'https://cdn.example/mira.jpg',
  },
};
const elsewhere = {
  id: 'm-77',
  name: 'Mira L.',
  handle: '@miral@social.example',
  url: null,
  avatarUrl: null,
};
const root = `at://${DID}/post/1`;
/** Whatever of her could be left, in small letters. */
const TRACES = [
  'mira',
  'lindqvist',
  DID,
  'miral',
  'm-77',
  'crackling lid',
  'lost my pot',
  'has two kids',
  'called her',
  'press-friend',
];

async function lived(world: Flow): Promise<void> {
  const kim = { author: { id: 'kim', name: 'Kim', handle: 'kim.example', url: null, avatarUrl: null } };
  await world.ingest([
    theirs(root, 0, {
      ...mira,
      conversationId: root,
      text: 'What is this crackling lid of yours about?',
      url: 'https://bsky.example/profile/mira.example/post/1',
    }),
    theirs('k1', 1, {
      ...kim,
      conversationId: root,
      replyTo: root,
      text: 'Mira, mine does that too. @mira.example ask them again!',
    }),
    ours('o1', 2, {
      conversationId: root,
      replyTo: root,
      text: 'Hi Mira, the crackling is the glaze cooling down.',
    }),
    theirs(`at://${DID}/post/2`, 3, {
      ...mira,
      conversationId: `at://${DID}/post/2`,
      text: 'thanks, that crackling lid is a joy',
    }),
    theirs('k2', 4, {
      ...kim,
      conversationId: 'k2',
      text: 'As Mira Lindqvist (@mira.example) said: what now?',
    }),
    theirs(`at://${DID}/post/3`, 5, {
      ...mira,
      conversationId: 'k2',
      replyTo: 'k2',
      text: 'I would like to know that as well, honestly.',
    }),
  ]);
  await world.ingest([
    theirs('n1', 6, {
      source: 'news',
      conversationId: 'n1',
      author: elsewhere,
      text: 'I lost my pot in the move?',
    }),
  ]);
  const first = await world.item(root);
  await world.does(ana, first.id, { type: 'reopen' });
  await world.does(ana, first.id, { type: 'claim' });
  await world.does(ana, first.id, { type: 'note', text: 'called her, Mira is nice' });
  await world.does(ana, first.id, { type: 'draft', text: 'Dear Mira, it is the glaze.' });
  const other = await world.item('k2');
  await world.does(ana, other.id, { type: 'draft', text: 'Kim, as @mira.example said: soon.' });
  await world.does(ana, other.id, { type: 'note', text: 'see also @mira.example' });
  const [one, two] = [
    await world.store.acquaint({ source: 'blog', authorId: DID }),
    await world.store.acquaint({ source: 'news', authorId: 'm-77' }),
  ];
  await world.store.addAcquaintanceNote(one, { text: 'has two kids', by: ana, at: NOON });
  await world.store.tagAcquaintance(two, 'press-friend');
  await world.store.saveBirthday(one, { month: 12, day: 24, year: 1990 });
  await world.store.linkAcquaintances(one, two, ana, NOON);
  const kims = await world.store.acquaint({ source: 'blog', authorId: 'kim' });
  await world.store.addAcquaintanceNote(kims, { text: 'knows @mira.example', by: ana, at: NOON });
  await world.store.markStrangers(one, kims);
  const cache = new Keyv({ store: world.store.keyvStore(), namespace: 'source.blog' });
  await cache.set('profile', { handle: 'mira.example', name: 'Mira Lindqvist' });
  await cache.set('other', { handle: 'kim.example' });
}

const everything = [
  { source: 'blog', authorId: DID },
  { source: 'news', authorId: 'm-77' },
];

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
])('on %s', (_, open) => {
  it('somebody can read what is held about them, and be forgotten without a trace', async () => {
    const { url, dump } = await open();
    const clock = testClock(NOON + 24 * HOUR);
    const store = await openStore(url, { clock });
    const world = await flow({ store, clock, sources: [scriptedSource()] });
    await lived(world);

    const dossier = JSON.stringify(await makeDossier(store, clock, everything));
    for (const held of [
      'crackling lid',
      'lost my pot',
      'has two kids',
      'press-friend',
      'called her',
      '1990',
      'Dear Mira',
    ])
      expect(dossier).toContain(held);
    expect(dossier).not.toContain('knows @mira');
    const before = JSON.stringify(await dump()).toLowerCase();
    for (const trace of TRACES) expect(before).toContain(trace);

    const versions = new Map((await store.newestItems(50)).map(({ item }) => [item.id, item.version]));
    let ids = 0;
    const deps = {
      store,
      clock,
      newId: () => `unique-${++ids}`,
      changed: (all: readonly number[]) => world.changed.push(...all),
    };
    world.changed.length = 0;
    expect(await erasePerson(deps, everything)).toMatchObject({ ok: true, posts: 4, items: 3 });

    const after = await dump();
    for (const [table, rows] of Object.entries(after))
      for (const trace of TRACES) expect(`${table}: ${rows.toLowerCase()}`).not.toContain(trace);
    // What is counted stays, and what others said of other things.
    expect(await store.countItems({})).toBe(versions.size);
    expect(after.posts).toContain('mine does that too');
    expect(after.kv).toContain('kim.example');
    expect(after.kv).not.toContain('profile');
    // Every card is drawn again, and says why it says so little.
    for (const [id, version] of versions)
      expect((await store.item(id))?.version, `#${id}`).toBeGreaterThan(version);
    expect([...new Set(world.changed)].sort()).toEqual([...versions.keys()].sort());
    const [item] = await store.items({ states: ['dismissed'], limit: 1 });
    const card = item && (await world.view.card(item));
    expect(card).toMatchObject({
      text: ERASED,
      reasons: ['Erased on request.'],
      draft: null,
      closing: { by: 'Potluck' },
    });
    expect(JSON.stringify(card)).not.toMatch(/mira/i);
    await store.close();
  });

  it('and is not stored again by the next poll, but may begin anew', async () => {
    const clock = testClock(NOON + 24 * HOUR);
    const store = await openStore('file::memory:', { clock });
    const world = await flow({ store, clock, sources: [scriptedSource()] });
    const first = theirs(root, 0, { ...mira, conversationId: root });
    await world.ingest([first]);
    let ids = 0;
    const deps = { store, clock, newId: () => `unique-${++ids}`, changed: () => {} };
    await erasePerson(deps, everything);
    // Twice is as good as once.
    expect(await erasePerson(deps, everything)).toMatchObject({ ok: true, posts: 0, items: 0 });
    const old = theirs(`at://${DID}/post/0`, -60, { ...mira, conversationId: `at://${DID}/post/0` });
    const undated = { ...first, createdAt: clock.now() + MINUTE };
    expect(await world.ingest([first, old, undated])).toMatchObject({ fresh: 0, opened: 0 });
    await clock.advance(HOUR);
    const anew = theirs(`at://${DID}/post/9`, 0, {
      ...mira,
      conversationId: `at://${DID}/post/9`,
      createdAt: clock.now(),
    });
    expect(await world.ingest([anew])).toMatchObject({ fresh: 1, opened: 1 });
    expect((await world.view.card(await world.item(`at://${DID}/post/9`))).author.known).toBe(
      'First time here',
    );
    await store.close();
  });

  it('waits while a reply to them is on its way', async () => {
    const clock = testClock(NOON + 24 * HOUR);
    const store = await openStore('file::memory:', { clock });
    const world = await flow({ store, clock, sources: [scriptedSource({ can: { reply: true } })] });
    await world.ingest([theirs(root, 0, { ...mira, conversationId: root })]);
    const { id } = await world.item(root);
    const item = await store.item(id);
    if (!item) throw new Error('no item');
    const sending = { replyId: 'r', text: 'x', by: { id: mia.id, name: mia.name }, at: clock.now() };
    await store.saveItem({ ...item, version: item.version + 1, sending });
    const outcome = await erasePerson({ store, clock, newId: () => 'u', changed: () => {} }, everything);
    expect(outcome).toEqual({ ok: false, text: `A reply to #${id} is on its way. Try again in a minute.` });
    expect(await store.anyErased()).toBe(false);
    await store.close();
  });
});
