import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockNetworkUtilities, TestBsky, TestPds, TestPlc } from '@atproto/dev-env';
import { startPostgres } from '../../support/postgres.ts';

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

/**
 * Starts the network: some 5 to 15 seconds. Nothing of it leaves this machine. The AppView's database is a real
 * PostgreSQL: PGlite serves all connections from one backend, which mixed up their prepared statements (posts that were
 * there were "not found" now and then).
 */
export async function startBlueskyNetwork(): Promise<BlueskyNetwork> {
  const database = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'potluck-pds-'));
  const plc = await TestPlc.create({});
  const pdsPort = await freePort();
  const bsky = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: await database.url(),
    dbPostgresSchema: 'potluck_live',
    // Named by the configuration and never contacted.
    redisHost: '127.0.0.1:1',
  });
  const pds = await TestPds.create({
    didPlcUrl: plc.url,
    port: pdsPort,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.serverDid,
    dataDirectory: folder,
    blobstoreDiskLocation: join(folder, 'blobs'),
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
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
