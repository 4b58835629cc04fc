import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from './support/bot.ts';

const POSTS = 1_000;
const PER_CALL = 20;
const LANES = 8;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'potluck-kill-'));
  writeFileSync(
    join(folder, 'potluck.yaml'),
    'brand: { names: [Simmer] }\nsources: { hook: { kind: webhook, open: true } }\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const calls = Array.from({ length: POSTS / PER_CALL }, (_, call) =>
  Array.from({ length: PER_CALL }, (_, index) => ({
    id: `k${call * PER_CALL + index}`,
    text: `Does the pot number ${call * PER_CALL + index} fit in a dishwasher?`,
    author: { name: `Customer ${index}`, handle: `c${index}` },
    createdAt: '2026-06-01T12:00:00Z',
  })),
);

/** Sends every call in `wanted` over several lanes at once; returns the ones that were acknowledged before the end came. */
async function send(
  bot: Bot,
  wanted: readonly number[],
  acknowledged: (count: number) => void = () => {},
): Promise<Set<number>> {
  const queue = [...wanted];
  const done = new Set<number>();
  const lane = async (): Promise<void> => {
    for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
      try {
        const response = await fetch(`${bot.url}/hooks/hook`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(calls[call]),
        });
        if (!response.ok) throw new Error(await response.text());
        done.add(call);
        acknowledged(done.size);
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return done;
}

/** Every item there is, as the page would list it. */
async function listed(bot: Bot): Promise<{ itemId: number; text: string }[]> {
  const items: { itemId: number; text: string }[] = [];
  for (;;) {
    const response = await fetch(`${bot.url}/api/items?limit=200&offset=${items.length}`);
    const page = (await response.json()) as { items: { itemId: number; text: string }[]; total: number };
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

function idsIn(items: readonly { text: string }[]): number[] {
  return items.map(({ text }) => Number(/number (\d+)/.exec(text)?.[1])).sort((a, b) => a - b);
}

describe('pulling the plug while 1,000 posts arrive', () => {
  it.each([3, 17, 38])(
    'loses nothing and doubles nothing (after %i acknowledged calls)',
    { timeout: 180_000 },
    async (moment) => {
      const all = calls.map((_, index) => index);
      const first = await startBot(folder);
      let killed: Promise<void> | undefined;
      const before = await send(first, all, (count) => {
        if (count >= moment) killed ??= first.kill();
      });
      await killed;
      expect(before.size).toBeGreaterThanOrEqual(moment);
      expect(before.size).toBeLessThan(calls.length);

      const second = await startBot(folder);
      // What was acknowledged is there, whole, before anything is sent again.
      const kept = new Set(idsIn(await listed(second)));
      for (const call of before)
        for (let index = 0; index < PER_CALL; index++) expect(kept).toContain(call * PER_CALL + index);
      // The sender repeats what it got no answer for, and, as senders do, some of the rest.
      const after = await send(second, all);
      expect(after.size).toBe(calls.length);
      expect(idsIn(await listed(second))).toEqual(Array.from({ length: POSTS }, (_, index) => index));
      expect(await second.stop()).toBe(0);
    },
  );
});
