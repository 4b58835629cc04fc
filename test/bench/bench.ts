/**
 * `npm run bench`: figures of one run on this machine, each beside a baseline of the same run. Machines are noisy:
 * read the ratios.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { startPotluck } from '../../src/main.ts';
import { startPostgres } from '../support/postgres.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const POSTS = 10_000;
const PER_CALL = 500;
const CLAIMS = 500;
const folder = mkdtempSync(join(tmpdir(), 'potluck-bench-'));

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  readonly ratio: string;
}
const rows: Row[] = [];

function row(what: string, ours: number, baseline: number, unit: string, baselineName: string): void {
  const digits = (value: number): string =>
    value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  rows.push({
    what,
    ours: `${digits(ours)} ${unit}`,
    baseline: `${digits(baseline)} ${unit} (${baselineName})`,
    ratio: (ours / baseline).toFixed(2),
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function batch(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `b${from + index}`,
    text: `Does the ${from + index} litre pot fit in a dishwasher? Mine broke after two weeks.`,
    author: { name: `Customer ${(from + index) % 997}`, handle: `c${(from + index) % 997}` },
    createdAt: new Date(1_780_000_000_000 + from + index).toISOString(),
  }));
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

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

function policyFile(): string {
  const file = join(folder, 'potluck.yaml');
  writeFileSync(file, 'brand: { names: [Simmer] }\nsources: { bench: { kind: webhook, open: true } }\n');
  return file;
}

async function benchDatabase(name: string, databaseUrl: string, bareUrl: string): Promise<void> {
  const potluck = await startPotluck({
    env: { DATABASE_URL: databaseUrl, PORT: '0', POTLUCK_CONFIG: policyFile() },
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
  await benchReconcile(name, potluck.url);
  await potluck.stop();
}

/** From the click to the event that brings the new card to a browser, while the queue is full. */
async function benchReconcile(name: string, url: string): Promise<void> {
  const events = await fetch(`${url}/api/events`);
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
  for (let index = CLAIMS + 1; index <= CLAIMS + 100; index++) {
    const start = performance.now();
    const seen = until(new RegExp(`"itemId":${index},`));
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

/** Starts a program, waits until `ready` is seen, and reads its memory once it idles. */
async function measureProcess(
  args: string[],
  env: Record<string, string>,
  ready: RegExp,
): Promise<{ startMs: number; rssMb: number }> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await seen(child, ready);
  const startMs = performance.now() - begin;
  await new Promise((done) => setTimeout(done, 3_000));
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  child.kill('SIGKILL');
  return { startMs, rssMb };
}

function seen(child: ChildProcess, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (ready.test(text)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

const BARE_BOLT = `
  import bolt from '@slack/bolt';
  const app = new bolt.App({ token: 'xoxb-bare', signingSecret: 'bare', tokenVerificationEnabled: false });
  await app.start(0);
  console.log('up');
`;

async function benchProcess(): Promise<void> {
  const bolt = await measureProcess(['--input-type=module', '-e', BARE_BOLT], {}, /up/);
  const env = { PORT: '0', DATABASE_URL: `file:${join(folder, 'start.db')}` };
  const ours = await measureProcess(['dist/main.js'], env, /"url"/);
  row('start-up until the web room answers', ours.startMs, bolt.startMs, 'ms', 'bare Bolt app');
  row('idle memory with the sample', ours.rssMb, bolt.rssMb, 'MB', 'bare Bolt app');
}

try {
  await benchDatabase('SQLite', `file:${join(folder, 'bench.db')}`, `file:${join(folder, 'bare.db')}`);
  try {
    const postgres = await startPostgres({ fsync: true });
    await benchDatabase('PostgreSQL', await postgres.url(), await postgres.url());
    await postgres.stop();
  } catch (error) {
    console.log(`PostgreSQL was left out: ${error instanceof Error ? error.message : error}`);
  }
  await benchProcess();
  console.table(Object.fromEntries(rows.map(({ what, ...figures }) => [what, figures])));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
