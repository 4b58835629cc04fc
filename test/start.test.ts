import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, runBot, startBot } from './support/bot.ts';

let folder = '';
let bot: Bot | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'potluck-start-'));
});
afterEach(async () => {
  await bot?.kill();
  bot = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function json(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${bot?.url}${path}`);
  return (await response.json()) as Record<string, unknown>;
}

/** Asks until the answer pleases; only a failing test waits long. */
async function until<T>(ask: () => Promise<T>, pleases: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
  }
}

describe('with nothing configured', () => {
  it('plays the sample, takes a post of one’s own, and ends gracefully', async () => {
    bot = await startBot(folder);
    const { items } = await until(
      () => json('/api/items?limit=200') as Promise<{ items: { sample: boolean }[] }>,
      ({ items: cards }) => cards.length >= 8,
    );
    expect(items.every((card) => card.sample)).toBe(true);

    // The README's own line.
    const answer = await fetch(`${bot.url}/hooks/try`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"1","text":"Does the slow cooker fit in a dishwasher?","author":{"name":"You"}}',
    });
    expect(answer.status).toBe(202);
    expect(await json('/api/items?q=dishwasher')).toMatchObject({
      total: 1,
      items: [{ author: { name: 'You' } }],
    });

    expect(await (await fetch(`${bot.url}/healthz`)).text()).toBe('alive\n');
    const ready = await until(
      () =>
        json('/readyz') as Promise<{
          database: string;
          sources: { name: string; state: string }[];
          chats: unknown[];
        }>,
      ({ sources }) => sources.every((source) => source.state !== 'starting'),
    );
    expect(ready).toMatchObject({
      database: 'up',
      sources: [
        { name: 'sample', state: 'up', coverage: { openGaps: 0, dropped: 0, gaps: [] } },
        {
          name: 'try',
          coverage: { postToItemMs: { posts: 1, p50: expect.any(Number), p95: expect.any(Number) } },
        },
      ],
      chats: [{ name: 'web', state: 'up' }],
    });
    expect(existsSync(join(folder, 'data', 'potluck.db'))).toBe(true);
    expect(await bot.stop()).toBe(0);
  });

  it('goes on after a restart where it was, with nothing twice', async () => {
    type Page = { items: { itemId: number; text: string }[] };
    const page = (): Promise<Page> => json('/api/items?limit=200') as unknown as Promise<Page>;
    bot = await startBot(folder);
    const before = await until(page, ({ items }) => items.length >= 8);
    await bot.kill();
    bot = await startBot(folder);
    const { items } = await until(page, (answer) => answer.items.length >= before.items.length);
    const texts = new Map(items.map((card) => [card.itemId, card.text]));
    for (const card of before.items) expect(texts.get(card.itemId)).toBe(card.text);
    expect(new Set(items.map((card) => card.itemId)).size).toBe(items.length);
  });

  it('copies its database while it runs', async () => {
    bot = await startBot(folder);
    await until(
      () => json('/api/items') as Promise<{ total: number }>,
      ({ total }) => total >= 8,
    );
    const target = join(folder, 'copy.db');
    const first = await runBot(folder, ['backup', target]);
    expect(first.code).toBe(0);
    const second = await runBot(folder, ['backup', target]);
    expect(second).toMatchObject({ code: 1, output: expect.stringContaining('exists already') });
    await bot.kill();
    bot = await startBot(folder, { DATABASE_URL: `file:${target}` });
    expect((await json('/api/items?limit=200')).total).toBeGreaterThanOrEqual(8);
  });
});

describe('npm run routes -- test', () => {
  it('shows what the rules, and those of another file, make of what is stored', async () => {
    bot = await startBot(folder);
    const hook = `${bot.url}/hooks/try`;
    const texts = [
      'Does it fit in a dishwasher?',
      'My refund never came, this is awful!',
      'Where is order 1234?',
    ];
    for (const [id, text] of texts.entries())
      await fetch(hook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: String(id), text, author: { name: 'You' } }),
      });
    await bot.stop();
    const now = await runBot(folder, ['routes', 'test']);
    expect(now.code).toBe(0);
    expect(now.output).toMatch(/^The newest \d+ conversations; \d+ were filtered/);
    expect(now.output).toContain('Differences from the cards there are: 0\n');

    writeFileSync(
      join(folder, 'other.yaml'),
      'routes:\n  - { name: Orders, when: { patterns: ["order \\\\d+"] }, to: ["web:orders"] }\n  - digestOnly: true\n',
    );
    const tried = await runBot(folder, [
      'routes',
      'test',
      '3',
      '--rules',
      join(folder, 'other.yaml'),
      '--json',
    ]);
    const reach = JSON.parse(tried.output) as {
      looked: number;
      rules: unknown;
      differences: { text: string; to: string }[];
    };
    expect(reach).toMatchObject({
      looked: 3,
      rules: [
        { by: 'rule 1 (Orders)', items: 1 },
        { by: 'rule 2', items: 2 },
      ],
    });
    expect(reach.differences.map(({ text, to }) => [text, to.replace(/, priority \d+$/, '')])).toEqual([
      ['Where is order 1234?', 'web:orders'],
      ['My refund never came, this is awful!', 'digest only'],
      ['Does it fit in a dishwasher?', 'digest only'],
    ]);

    writeFileSync(join(folder, 'other.yaml'), '- { when: { patterns: ["("] }, to: ["slack:C1"] }\n');
    const wrong = await runBot(folder, ['routes', 'test', '--rules', join(folder, 'other.yaml')]);
    expect(wrong.code).toBe(78);
    expect(wrong.output).toContain('- routes.0.to: leads to “slack:C1”');
    expect(wrong.output).toContain('- routes.0.when.patterns.0: ');
  });
});

describe('what is wrong', () => {
  it('is listed whole, with exit code 78', async () => {
    writeFileSync(join(folder, '.env'), 'PORT=many\n');
    writeFileSync(join(folder, 'potluck.yaml'), 'sources: { a: { kind: webhook } }\n');
    const { code, output } = await runBot(folder, [], { PORT: '' });
    expect(code).toBe(78);
    // The process environment wins over .env also when it is empty on purpose, so give .env a wrong switch of its own.
    for (const path of ['brand', 'sources.a']) expect(output).toContain(`- ${path}: `);
    writeFileSync(join(folder, '.env'), 'LOG_LEVEL=loud\n');
    expect((await runBot(folder, [])).output).toContain('- LOG_LEVEL: ');
    expect(await runBot(folder, [], { POTLUCK_CONFIG: 'nowhere.yaml' })).toMatchObject({
      code: 78,
      output: expect.stringContaining('nowhere.yaml'),
    });
    expect(await runBot(folder, ['dance'])).toMatchObject({
      code: 78,
      output: expect.stringContaining('doctor'),
    });
  });

  it('says so when the port is taken, and by what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { code, output } = await runBot(folder, [], { PORT: port });
    taken.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} on 127.0.0.1 is taken`);
  });

  it('is found by the doctor, with the remedy and without the secret', async () => {
    const healthy = await runBot(folder, ['doctor']);
    expect(healthy.code).toBe(0);
    expect(healthy.output.match(/✓/g)?.length).toBeGreaterThanOrEqual(4);
    expect(healthy.output).toContain('✓ triage: the trained heads are in place');
    const secret = 'wrong-password-1234';
    writeFileSync(
      join(folder, 'potluck.yaml'),
      'brand: { names: [Simmer] }\nsources: { social: { kind: mastodon, server: "http://127.0.0.1:9", token: "${TOKEN}", allowPrivate: true } }\n',
    );
    const ill = await runBot(folder, ['doctor'], { TOKEN: secret });
    expect(ill.code).toBe(1);
    expect(ill.output).toMatch(/✗ source social[^\n]*\n {4}→ /);
    expect(ill.output).not.toContain(secret);
  });
});
