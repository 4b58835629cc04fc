import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Problem, readConfig } from '../src/config.ts';
import { loadPlugIns } from '../src/plug-ins.ts';
import { demo, sources } from '../src/sources/index.ts';
import { runBot } from './support/bot.ts';

const GUESTBOOK = resolve(import.meta.dirname, 'fixtures/plug-in/guestbook.js');

let folder = '';
let server: Server;
let url = '';

beforeEach(async () => {
  // Beside the fixtures: what a plug-in imports is found from where it is.
  folder = mkdtempSync(join(tmpdir(), 'potluck-plug-in-'));
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify([
        { id: '1', name: 'Mira', words: 'Does the Simmer fit in a dishwasher?', at: Date.now() - 60_000 },
        { id: '2', name: 'Ben', words: 'thanks!', at: Date.now() - 50_000 },
        { id: 3, words: 'broken' },
      ]),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((closed) => server.close(closed));
  rmSync(folder, { recursive: true, force: true });
});

const policy = (entry: string): string => `brand: { names: [Simmer] }\nsources:\n  guests: ${entry}\n`;

async function problemsOf(entry: string): Promise<readonly Problem[]> {
  const yaml = policy(entry);
  const plugIns = await loadPlugIns(yaml, folder);
  const result = readConfig({}, yaml, { sources, chats: {}, demo, plugIns });
  return result.ok ? [] : result.problems.filter(({ path }) => path.startsWith('sources'));
}

describe('a source of the team’s own', () => {
  it('is used like any other, by the file beside potluck.yaml', async () => {
    expect(await problemsOf(`{ module: ${GUESTBOOK}, url: "${url}" }`)).toEqual([]);
    writeFileSync(
      join(folder, 'potluck.yaml'),
      policy(`{ module: ${GUESTBOOK}, url: "${url}", budget: { requests: 50 } }`),
    );
    const { code, output } = await runBot(folder, ['source', 'try', 'guests']);
    expect(output).toContain(
      '“guests” (Guest book): 2 posts in 1 page. 2 would become cards, 0 would be quiet.',
    );
    expect(output).toContain('Does the Simmer fit in a dishwasher?');
    expect(output).toContain('dropped');
    expect(output).toContain('Cost: 1 of 50 requests');
    expect(code).toBe(0);
  });

  it('is found as a package that is installed beside potluck.yaml', async () => {
    const home = join(folder, 'node_modules', 'guest-book');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{"name":"guest-book","type":"module","exports":"./index.js"}');
    writeFileSync(join(home, 'index.js'), `export { source as default } from ${JSON.stringify(GUESTBOOK)};`);
    expect(await problemsOf(`{ module: guest-book, url: "${url}" }`)).toEqual([]);
  });

  it('has its own configuration checked', async () => {
    const problems = await problemsOf(`{ module: ${GUESTBOOK}, url: nowhere, colour: red }`);
    expect(problems.map(({ path }) => path).sort()).toEqual(['sources.guests', 'sources.guests.url']);
  });

  it.each([
    ['{ module: ./missing.js }', 'cannot be found at'],
    ['{ module: not-installed-anywhere }', 'is not installed: npm install not-installed-anywhere'],
    ['{ module: ./empty.js }', 'exports no source'],
    ['{ module: ./half.js }', 'without “create”'],
    ['{ module: ./throws.js }', 'could not be loaded: no luck today'],
    ['{ module: ./empty.js, kind: feed }', 'stands beside “kind”'],
    ['{ url: "https://a.example" }', 'Known: '],
    ['{ kind: nonsense }', '“nonsense” is no source that Potluck knows'],
  ])('says what is wrong with %s', async (entry, words) => {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'empty.js'), 'export const other = 1;');
    writeFileSync(join(folder, 'half.js'), 'export const source = { kind: "a", label: "A", config: {} };');
    writeFileSync(join(folder, 'throws.js'), 'throw new Error("no luck today");');
    const problems = await problemsOf(entry);
    expect(problems.map(({ message }) => message).join('\n')).toContain(words);
  });

  it('may be TypeScript where Node runs it, and is told apart where it does not', async () => {
    copyFileSync(GUESTBOOK, join(folder, 'guestbook.ts'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'potluck.yaml'),
      policy('{ module: ./guestbook.ts, url: "https://a.example" }'),
    );
    const { output } = await runBot(folder, ['source', 'try', 'other']);
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    // zod is not installed beside this folder: a Node that runs TypeScript gets as far as that.
    if (major > 22 || (major === 22 && minor >= 18)) expect(output).toContain('cannot be found');
    else expect(output).toContain('is TypeScript, which Node');
  });
});

describe('npm run source -- try', () => {
  it('says what it can try', async () => {
    const { code, output } = await runBot(folder, ['source', 'try']);
    expect(output).toContain('npm run source -- try <name>. Sources: sample, try.');
    expect(code).toBe(78);
  });

  it('says why a source cannot be read, and fails', async () => {
    writeFileSync(
      join(folder, 'potluck.yaml'),
      policy(`{ module: ${GUESTBOOK}, url: "http://127.0.0.1:9" }`),
    );
    const { code, output } = await runBot(folder, ['source', 'try', 'guests']);
    expect(output).toContain('could not be read');
    expect(code).toBe(1);
  });
});
