import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { startPotluck } from '../../src/main.ts';
import { type Figures, percentile } from './figures.ts';
import { batch, post } from './requests.ts';

const POSTS = 10_000;
const PER_CALL = 500;
const CLAIMS = 500;
const ROUNDS = 100;

/** One INSERT a post, each its own transaction, durable: what a hand-written loop would do. */
async function bareInserts(
  databaseUrl: string,
  count: number,
): Promise<{ perSecond: number; updateMs: number[] }> {
  const sql = 'INSERT INTO bare (id, body, at) VALUES ';
  if (databaseUrl.startsWith('file:')) {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const db = new DatabaseSync(databaseUrl.slice(5));
    db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT, at INTEGER)',
    );
    const insert = db.prepare(`${sql}(?, ?, ?)`);
    const update = db.prepare('UPDATE bare SET body = ? WHERE id = ?');
    return timeBare(
      count,
      async (id) => void insert.run(id, 'Does it fit in a dishwasher?', 1),
      async (id) => void update.run('claimed', id),
    );
  }
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  await pool.query('CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT, at BIGINT)');
  const result = await timeBare(
    count,
    async (id) => void (await pool.query(`${sql}($1, $2, $3)`, [id, 'Does it fit in a dishwasher?', 1])),
    async (id) => void (await pool.query('UPDATE bare SET body = $1 WHERE id = $2', ['claimed', id])),
  );
  await pool.end();
  return result;
}

async function timeBare(
  count: number,
  insert: (id: string) => Promise<void>,
  update: (id: string) => Promise<void>,
): Promise<{ perSecond: number; updateMs: number[] }> {
  const start = performance.now();
  for (let index = 0; index < count; index++) await insert(`b${index}`);
  const perSecond = count / ((performance.now() - start) / 1000);
  const updateMs: number[] = [];
  for (let index = 0; index < CLAIMS; index++) {
    const begin = performance.now();
    await update(`b${index}`);
    updateMs.push(performance.now() - begin);
  }
  return { perSecond, updateMs };
}

/** Ingest, claims and cards of the web room on one database, beside a bare loop on another of the same kind. */
export async function benchLedger(
  { row }: Figures,
  folder: string,
  name: string,
  databaseUrl: string,
  bareUrl: string,
): Promise<void> {
  const policy = join(folder, 'potluck.yaml');
  writeFileSync(policy, 'brand: { names: [Simmer] }\nsources: { bench: { kind: webhook, open: true } }\n');
  const potluck = await startPotluck({
    env: { DATABASE_URL: databaseUrl, PORT: '0', POTLUCK_CONFIG: policy },
    cwd: folder,
    log: pino({ level: 'silent' }),
  });
  const begin = performance.now();
  for (let from = 0; from < POSTS; from += PER_CALL)
    await post(`${potluck.url}/hooks/bench`, batch(from, PER_CALL));
  const perSecond = POSTS / ((performance.now() - begin) / 1000);
  const bare = await bareInserts(bareUrl, Math.min(POSTS, 3_000));
  row(`${name}: webhook → item`, perSecond, bare.perSecond, 'posts/s', 'bare INSERT loop');

  const claimMs: number[] = [];
  for (let index = 1; index <= CLAIMS; index++) {
    const start = performance.now();
    await post(`${potluck.url}/api/items/${index}/actions`, { action: 'claim' });
    claimMs.push(performance.now() - start);
  }
  row(
    `${name}: claim over HTTP, p50`,
    percentile(claimMs, 0.5),
    percentile(bare.updateMs, 0.5),
    'ms',
    'bare UPDATE',
  );
  row(
    `${name}: claim over HTTP, p99`,
    percentile(claimMs, 0.99),
    percentile(bare.updateMs, 0.99),
    'ms',
    'bare UPDATE',
  );
  await benchReconcile({ row }, name, potluck.url);
  await potluck.stop();
}

/** What a browser shows first: the most urgent item. */
async function queue(url: string): Promise<readonly { readonly itemId: number }[]> {
  const answer = await fetch(`${url}/api/items?state=open&limit=1`);
  const { items } = (await answer.json()) as { items: readonly { readonly itemId: number }[] };
  return items;
}

/** From the click to the event that brings the new card to a browser, while the queue is full. */
async function benchReconcile({ row }: Pick<Figures, 'row'>, name: string, url: string): Promise<void> {
  const events = await fetch(`${url}/api/events?state=open`);
  const reader = events.body?.getReader();
  if (!reader) throw new Error('no event stream');
  const decoder = new TextDecoder();
  let text = '';
  const until = async (wanted: RegExp): Promise<void> => {
    while (!wanted.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error('the event stream ended');
      text += decoder.decode(value, { stream: true });
    }
    text = '';
  };
  await until(/\n\n/);
  const reconcileMs: number[] = [];
  const roundTripMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [first] = await queue(url);
    if (!first) throw new Error('the queue is empty');
    const index = first.itemId;
    const start = performance.now();
    const seen = until(new RegExp(`event: change\\ndata: [^\\n]*"itemId":${index},`));
    await post(`${url}/api/items/${index}/actions`, { action: 'claim' });
    roundTripMs.push(performance.now() - start);
    await seen;
    reconcileMs.push(performance.now() - start);
  }
  await reader.cancel();
  row(
    `${name}: click → card level in the browser, p50`,
    percentile(reconcileMs, 0.5),
    percentile(roundTripMs, 0.5),
    'ms',
    'the click’s own answer',
  );
  row(
    `${name}: click → card level in the browser, p95`,
    percentile(reconcileMs, 0.95),
    percentile(roundTripMs, 0.95),
    'ms',
    'the click’s own answer',
  );
}
