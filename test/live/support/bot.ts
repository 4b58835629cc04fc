import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBot as startProcess } from '../../support/bot.ts';
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

/** Builds it, and starts it with this policy and an empty database. */
export async function startBot(policy: object): Promise<Bot> {
  build();
  const folder = mkdtempSync(join(tmpdir(), 'potluck-live-'));
  // JSON is YAML.
  writeFileSync(join(folder, 'potluck.yaml'), JSON.stringify(policy, null, 2));
  const bot = await startProcess(folder, { LOG_LEVEL: 'debug' });
  const { url } = bot;

  async function ask(path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', 'x-potluck-actor': 'Lea' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new Error(`the bot is not there any more; it said:\n${bot.output().slice(-4_000)}`, {
        cause: error,
      });
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
    log: bot.output,
    async stop() {
      await bot.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
