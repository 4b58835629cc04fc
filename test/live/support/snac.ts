import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Somebody with an account, and a token of the Mastodon API for it. */
export interface SnacUser {
  readonly name: string;
  /** `brand@127.77.3.1` */
  readonly handle: string;
  readonly token: string;
}

/** A Mastodon-compatible server of one's own. */
export interface Snac {
  readonly url: string;
  user(name: string): Promise<SnacUser>;
  stop(): Promise<void>;
}

const REDIRECT = 'urn:ietf:wg:oauth:2.0:oob';
/** nobody: snac does not want to run as root. */
const NOBODY = 65_534;

/** Why it cannot run here, in words; null when it can. */
export function snacMissing(): string | null {
  const found = spawnSync('snac', [], { stdio: 'ignore' });
  return found.error ? 'snac is not installed: run test/live/install-debian.sh as root on Debian' : null;
}

/**
 * Runs an ordinary user's program. snac does not want to run as root, and understands a mention only when its server
 * has no port in its name: so it gets the right to port 80 of a loopback address of its own.
 */
function asNobody(command: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
  const [file = '', ...args] = command;
  if (process.getuid?.() !== 0) return { file, args };
  const caps = ['--inh-caps=+net_bind_service', '--ambient-caps=+net_bind_service'];
  return {
    file: 'setpriv',
    args: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...caps, file, ...args],
  };
}

function run(command: readonly string[], input: string): string {
  const { file, args } = asNobody(command);
  return execFileSync(file, [...args], { input, encoding: 'utf8', stdio: 'pipe' });
}

/** Starts it in a temporary folder, as an ordinary user, speaking plain http. */
export async function startSnac(): Promise<Snac> {
  const host = `127.77.${process.pid % 250}.${1 + (Date.now() % 250)}`;
  const base = mkdtempSync(join(tmpdir(), 'potluck-snac-'));
  const data = join(base, 'data');
  if (process.getuid?.() === 0) chownSync(base, NOBODY, NOBODY);
  run(['snac', 'init', data], `${host}\n80\n${host}\n\n\n`);
  const configuration = join(data, 'server.json');
  const settings = JSON.parse(readFileSync(configuration, 'utf8')) as Record<string, unknown>;
  writeFileSync(configuration, JSON.stringify({ ...settings, protocol: 'http' }, null, 2));

  const { file, args } = asNobody(['snac', 'httpd', data]);
  const server = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4_000);
  });
  const url = `http://${host}`;
  await started(url, server, () => log);

  return {
    url,
    async user(name) {
      const told = run(['snac', 'adduser', data, name], '\n');
      const password = /password is (\S+)/.exec(told)?.[1];
      if (!password) throw new Error(`snac adduser told no password: ${told}`);
      return { name, handle: `${name}@${host}`, token: await tokenFor(url, name, password) };
    },
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const gone = once(server, 'exit');
        server.kill('SIGTERM');
        const late = setTimeout(() => server.kill('SIGKILL'), 10_000);
        await gone;
        clearTimeout(late);
      }
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function started(url: string, server: ChildProcess, log: () => string): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`snac ended at once: ${log()}`);
    const answer = await fetch(`${url}/api/v1/instance`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > end) throw new Error(`snac did not start within 15 s: ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An application, a sign-in on the page a person would see, and the code for a token. */
async function tokenFor(url: string, name: string, password: string): Promise<string> {
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
  const app = await json(
    `${url}/api/v1/apps`,
    form({ client_name: 'test', redirect_uris: REDIRECT, scopes: 'read write' }),
  );
  const client = String(app.client_id);
  const page = `${url}/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: client, redirect_uri: REDIRECT })}`;
  await (await fetch(page)).text();
  const signedIn = await fetch(
    `${url}/oauth/x-snac-login`,
    form({ login: name, passwd: password, redir: REDIRECT, cid: client, state: '' }),
  );
  const code = (await signedIn.text()).trim();
  const token = await json(
    `${url}/oauth/token`,
    form({
      grant_type: 'authorization_code',
      client_id: client,
      client_secret: String(app.client_secret),
      redirect_uri: REDIRECT,
      code,
    }),
  );
  if (typeof token.access_token !== 'string') throw new Error(`no token for ${name}`);
  return token.access_token;
}

async function json(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}`);
  return (await answer.json()) as Record<string, unknown>;
}
