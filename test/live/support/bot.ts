import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import build from '../../support/build.ts';

/** What the tests look at of a card. */
export interface BotItem {
  readonly itemId: number;
  readonly version: number;
  readonly state: string;
  readonly text: string;
  readonly url: string | null;
  readonly author: { readonly name: string; readonly handle: string };
  readonly conversation: { readonly posts: readonly { readonly text: string; readonly ours: boolean }[] };
  readonly closing: { readonly line: string; readonly url: string | null } | null;
  readonly followUp: boolean;
}

/** The product itself, as its own process, reached as a script would. */
export interface Bot {
  readonly url: string;
  items(state?: string): Promise<readonly BotItem[]>;
  item(id: number): Promise<BotItem>;
  /** An action of a person; throws with the answer's words unless it was done. */
  act(id: number, action: object): Promise<BotItem>;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

const MAIN = resolve(import.meta.dirname, '../../../dist/main.js');
const START_MS = 20_000;

/** Builds it, and starts it with this policy and an empty database. */
export async function startBot(policy: object): Promise<Bot> {
  build();
  const folder = mkdtempSync(join(tmpdir(), 'potluck-live-'));
  // JSON is YAML.
  writeFileSync(join(folder, 'potluck.yaml'), JSON.stringify(policy, null, 2));
  const bot = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'debug' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const gone = once(bot, 'exit');
  const url = await new Promise<string>((found, failed) => {
    const late = setTimeout(
      () => failed(new Error(`the bot did not start within ${START_MS} ms:\n${log}`)),
      START_MS,
    );
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      const told = /"url":"(http:[^"]+)"/.exec(log)?.[1];
      if (!told) return;
      clearTimeout(late);
      found(told);
    };
    bot.stdout.on('data', read);
    bot.stderr.on('data', read);
    bot.once('exit', (code) => {
      clearTimeout(late);
      failed(new Error(`the bot ended with ${code}:\n${log}`));
    });
  });

  async function ask(path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', 'x-potluck-actor': 'Lea' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new Error(`the bot is not there any more; it said:\n${log.slice(-4_000)}`, { cause: error });
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  return {
    url,
    items: async (state) => (await ask(`/api/items${state ? `?state=${state}` : ''}`)).items as BotItem[],
    item: async (id) => (await ask(`/api/items/${id}`)).card as BotItem,
    act: async (id, action) => (await ask(`/api/items/${id}/actions`, action)).card as BotItem,
    log: () => log,
    async stop() {
      bot.kill('SIGTERM');
      const late = setTimeout(() => bot.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
