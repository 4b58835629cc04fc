/**
 * `npm run bench`: figures of one run on this machine, each beside a baseline of the same run. Machines are noisy:
 * read the ratios. `npm run bench -- acks` runs one part (`ledger`, `acks`, `answers`,
 * `copies`, `process`); BENCH_PROFILE=<folder> leaves a CPU profile of the bot there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.ts';
import { benchAcks } from './acks.ts';
import { benchAnswers } from './answers.ts';
import { benchCopies } from './copies.ts';
import { figures } from './figures.ts';
import { benchLedger } from './ledger.ts';
import { benchProcess } from './process.ts';
import { benchTriage } from './triage.ts';

const asked = process.argv[2];
const wants = (part: string): boolean => asked === undefined || asked === part;
const folder = mkdtempSync(join(tmpdir(), 'potluck-bench-'));
const found = figures();

async function benchDatabase(name: string, fresh: () => Promise<string>): Promise<void> {
  if (wants('ledger')) await benchLedger(found, folder, name, await fresh(), await fresh());
  if (wants('acks')) await benchAcks(found, folder, name, await fresh());
  if (wants('answers')) await benchAnswers(found, name, await fresh());
}

async function postgresOrNot(): Promise<void> {
  const postgres = await startPostgres({ fsync: true }).catch((error: unknown) => {
    console.log(`PostgreSQL was left out: ${error instanceof Error ? error.message : error}`);
    return null;
  });
  if (!postgres) return;
  try {
    await benchDatabase('PostgreSQL', () => postgres.url());
  } finally {
    // The server is no reason for Node to stay, and so neither is waiting for its end.
    const alive = setInterval(() => {}, 1_000);
    await postgres.stop();
    clearInterval(alive);
  }
}

try {
  console.log(
    `load of the machine before the run (1, 5, 15 min): ${loadavg()
      .map((load) => load.toFixed(2))
      .join(', ')}`,
  );
  if (wants('triage')) benchTriage(found);
  let files = 0;
  await benchDatabase('SQLite', async () => `file:${join(folder, `bench-${files++}.db`)}`);
  if (wants('ledger') || wants('acks')) await postgresOrNot();
  if (wants('copies')) benchCopies(found);
  if (wants('process')) await benchProcess(found, folder);
  found.print();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
