import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { mockNetworkUtilities, TestBsky, TestPds, TestPlc } from '@atproto/dev-env';
import { until } from './bluesky-until.ts';

/** A person with an account and an ordinary client of theirs. */
export interface Person {
  readonly did: string;
  readonly handle: string;
  readonly password: string;
  readonly agent: ReturnType<TestPds['getClient']>;
}

/** A whole Bluesky network on this machine: directory (PLC), personal data server (PDS) and AppView. */
export interface BlueskyNetwork {
  /** The PDS: what goes into a source's `service`. */
  readonly service: string;
  /** A new account `<name>.test`. */
  account(name: string): Promise<Person>;
  /** An app password of that account, as its owner would make it in the settings. */
  appPassword(person: Person): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** PostgreSQL for the AppView, in a process of its own: it computes, and would stop everything else in ours. */
async function startDatabase(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-socket');
  const script = join(dirname(entry), 'scripts', 'server.js');
  const options = [`--port=${port}`, '--max-connections=50', '--extensions=pg_trgm'];
  const child = spawn(process.execPath, [script, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  await until('the AppView database answers', 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`the database ended (${child.exitCode}): ${complaint}`);
    return (await answers(port)) || undefined;
  });
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`, process: child };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(kill);
}

/** Starts the network: some 5 to 15 seconds. Nothing of it leaves this machine. */
export async function startBlueskyNetwork(): Promise<BlueskyNetwork> {
  const database = await startDatabase();
  const plc = await TestPlc.create({});
  const pdsPort = await freePort();
  const bsky = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: database.url,
    dbPostgresSchema: 'potluck_live',
    // Named by the configuration and never contacted.
    redisHost: '127.0.0.1:1',
  });
  const pds = await TestPds.create({
    didPlcUrl: plc.url,
    port: pdsPort,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.serverDid,
  });
  mockNetworkUtilities(pds, bsky);
  return {
    service: pds.url,
    async account(name) {
      const agent = pds.getClient();
      const handle = `${name}.test`;
      const password = `${name}-main-password`;
      await agent.createAccount({ email: `${name}@example.test`, handle, password });
      return { did: agent.assertDid, handle, password, agent };
    },
    async appPassword(person) {
      const made = await person.agent.com.atproto.server.createAppPassword({ name: `bot-${person.handle}` });
      return made.data.password;
    },
    async stop() {
      await bsky.close();
      await pds.close();
      await plc.close();
      await stopProcess(database.process);
    },
  };
}
