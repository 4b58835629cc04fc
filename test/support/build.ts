import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Compiles the bot once for all tests that start it as a process. About a second. A type error does not keep the other
 * tests from running (the compiler writes its output all the same); `npm run typecheck` is there to fail on it.
 */
export default function build(): void {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
  spawnSync(process.execPath, tsc, { cwd: ROOT, stdio: 'inherit' });
}
