import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { BARE_BOLT, BOT, type Program, startProgram } from './programs.ts';

/** Start-up and idle memory of the bot with the sample, beside a Bolt app that does nothing. */
export async function benchProcess({ row }: Figures, folder: string): Promise<void> {
  const bolt = await measure(['--input-type=module', '-e', BARE_BOLT], {}, /up/);
  const env = { PORT: '0', DATABASE_URL: `file:${join(folder, 'start.db')}` };
  const ours = await measure([BOT], env, /"url"/);
  row('start-up until the web room answers', ours.startMs, bolt.startMs, 'ms', 'bare Bolt app');
  row('idle memory with the sample', ours.rssMb, bolt.rssMb, 'MB', 'bare Bolt app');
}

/** Starts a program, waits until `ready` is seen, and reads its memory once it idles. */
async function measure(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<{ readonly startMs: number; readonly rssMb: number }> {
  const begin = performance.now();
  const program: Program = await startProgram(args, env, ready);
  const startMs = performance.now() - begin;
  await new Promise((done) => setTimeout(done, 3_000));
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  program.stop();
  return { startMs, rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}
