import pg from 'pg';
import { searchTerms } from '../../src/domain/drafts/terms.ts';
import { openStore } from '../../src/store/open.ts';
import { newItem, T0 } from '../store/samples.ts';
import { type Figures, percentile } from './figures.ts';

const CONVERSATIONS = 10_000;
const QUESTIONS = 200;
const FOUND = 60;

/** Made-up words with Zipf's shape: few are everywhere, most hardly ever. Always the same ones. */
function writer(): () => string {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const word = (rank: number): string => {
    let made = '';
    for (let left = rank + 17; left > 0; left = Math.floor(left / 15))
      made += `${'bdfghklmnprstvz'[left % 15]}${'aeiou'[left % 5]}`;
    return `${made}xq`;
  };
  return () =>
    Array.from({ length: 25 + Math.floor(random() * 35) }, () =>
      word(Math.floor(Math.exp(random() * Math.log(30_000)))),
    ).join(' ');
}

async function timed(work: (text: string) => Promise<unknown>, texts: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const text of texts) {
    const begun = performance.now();
    await work(text);
    times.push(performance.now() - begun);
  }
  return times;
}

/** The database's own full-text index, with every word of the text asked for. */
async function builtIn(
  databaseUrl: string,
  texts: readonly string[],
  asked: readonly string[],
): Promise<{ writes: number[]; reads: number[] }> {
  if (databaseUrl.startsWith('file:')) {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const db = new DatabaseSync(`${databaseUrl.slice('file:'.length)}.fts`);
    db.exec(
      'pragma journal_mode = wal; pragma synchronous = full; create virtual table fts using fts5(text)',
    );
    const insert = db.prepare('insert into fts (text) values (?)');
    const search = db.prepare(`select rowid from fts where fts match ? order by rank limit ${FOUND}`);
    const writes = await timed(async (text) => insert.run(text), texts);
    const reads = await timed(
      async (text) => search.all([...new Set(text.split(' '))].map((word) => `"${word}"`).join(' OR ')),
      asked,
    );
    db.close();
    return { writes, reads };
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create table fts (id bigint primary key generated always as identity, words tsvector)');
  await client.query('create index fts_words on fts using gin (words)');
  const writes = await timed(
    (text) => client.query("insert into fts (words) values (to_tsvector('simple', $1))", [text]),
    texts,
  );
  const reads = await timed((text) => {
    const query = [...new Set(text.split(' '))].join(' | ');
    return client.query(
      `select id from fts where words @@ to_tsquery('simple', $1)
        order by ts_rank(words, to_tsquery('simple', $1)) desc limit ${FOUND}`,
      [query],
    );
  }, asked);
  await client.end();
  return { writes, reads };
}

/** Finding what was answered before among ten thousand conversations. */
export async function benchAnswers(found: Figures, name: string, databaseUrl: string): Promise<void> {
  const write = writer();
  const texts = Array.from({ length: CONVERSATIONS }, write);
  const asked = Array.from({ length: QUESTIONS }, write);
  const base = await builtIn(databaseUrl, texts, asked);
  const store = await openStore(databaseUrl);
  const ids: number[] = [];
  for (const [at] of texts.entries()) {
    const item = await store.createItem(newItem({ source: 'bench', conversationId: `c${at}` }));
    ids.push(item?.id ?? 0);
  }
  const writes = await timed((text) => {
    const itemId = ids[texts.indexOf(text)] ?? 0;
    return store.indexAnswer({ itemId, terms: searchTerms(text), at: T0 });
  }, texts);
  const reads = await timed((text) => store.similarAnswers(searchTerms(text), 0, FOUND), asked);
  await store.close();
  const own = name === 'SQLite' ? 'FTS5' : 'tsvector';
  found.row(`${name}: similar answers p50`, percentile(reads, 0.5), percentile(base.reads, 0.5), 'ms', own);
  found.row(`${name}: similar answers p95`, percentile(reads, 0.95), percentile(base.reads, 0.95), 'ms', own);
  found.row(`${name}: index one p50`, percentile(writes, 0.5), percentile(base.writes, 0.5), 'ms', own);
}
