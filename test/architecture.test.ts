import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chats } from '../src/chat/index.ts';
import { sources } from '../src/sources/index.ts';

const SRC = resolve(import.meta.dirname, '../src');

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** A file's code without its comments, which may speak of anything. */
function codeOf(file: string): string {
  return readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Edge[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, target = '']) => ({
    from: file,
    to: target.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), target)) : target,
  }));
}

const files = filesBelow(SRC);
const edges = files.flatMap(importsOf);

/** Which room a file is in: `domain`, `sources/feed`, `chat/slack`, `store`, `flow`, or the file itself. */
function room(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (first === 'models') return file;
  if (first === 'sources' || first === 'chat') {
    const name = second.replace(/\.ts$/, '');
    return name === 'index' ? `${first}/index` : `${first}/${name}`;
  }
  return ['domain', 'store', 'flow', 'calendars', 'main'].includes(first) ? first : file;
}

const PORTS = ['sources/source', 'chat/chat'];
const COMMON = ['errors.ts', 'clock.ts', 'html-text.ts'];

/** What each room may import of our own. Whatever is not named is forbidden. */
function mayImport(from: string): readonly string[] {
  if (from === 'domain') return [];
  if (from === 'errors.ts' || from === 'clock.ts' || from === 'log.ts') return [];
  if (from === 'html-text.ts') return ['domain'];
  if (from === 'fetch.ts') return ['errors.ts'];
  if (from === 'http.ts') return PORTS;
  if (PORTS.includes(from)) return ['domain', 'clock.ts', 'errors.ts'];
  if (from === 'store') return ['domain', 'clock.ts', 'errors.ts'];
  if (from === 'flow') return ['domain', 'store', 'errors.ts', 'clock.ts', 'models/model.ts', ...PORTS];
  if (from === 'models/model.ts') return ['domain'];
  if (from.startsWith('models/')) return ['domain', 'models/model.ts', 'errors.ts'];
  if (from === 'calendars') return ['domain', 'errors.ts', 'clock.ts'];
  if (from === 'config.ts') return ['domain', 'config-names.ts', 'config-routes.ts', ...PORTS];
  if (from === 'config-names.ts') return ['domain'];
  if (from === 'config-routes.ts') return ['domain', 'config.ts', 'patterns.ts'];
  if (from === 'plug-ins.ts') return ['domain', 'errors.ts', ...PORTS];
  if (from === 'progress.ts') return ['clock.ts'];
  if (from === 'triage-model.ts') return ['domain', 'errors.ts'];
  if (from === 'sources/index') return ['sources/*'];
  if (from === 'sources/kit') return ['domain', 'sources/source', ...COMMON];
  if (from === 'chat/index') return ['chat/*'];
  if (from === 'chat/kit') return ['domain', 'chat/chat', ...COMMON];
  if (from.startsWith('sources/')) return ['domain', 'sources/source', 'sources/kit', ...COMMON];
  if (from.startsWith('chat/')) return ['domain', 'chat/chat', 'chat/kit', ...COMMON];
  if (from === 'main.ts' || from === 'main') return ['*'];
  return [];
}

function allowed({ from, to }: Edge): boolean {
  if (!files.includes(to)) return true;
  const [source, target] = [room(from), room(to)];
  if (source === target) return true;
  return mayImport(source).some(
    (rule) =>
      rule === '*' || rule === target || (rule.endsWith('/*') && target.startsWith(rule.slice(0, -1))),
  );
}

describe('the house', () => {
  it('has no import that its rules do not name', () => {
    expect(edges.filter((edge) => !allowed(edge)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('has no import that leads nowhere', () => {
    const own = edges.filter(({ to }) => to.endsWith('.ts'));
    expect(own.filter(({ to }) => !files.includes(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('keeps its domain pure: itself and zod, no clock, no chance, no surroundings', () => {
    const outside = edges.filter(
      ({ from, to }) => room(from) === 'domain' && !files.includes(to) && to !== 'zod',
    );
    expect(outside).toEqual([]);
    const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bsetTimeout\b|\bfetch\(/;
    const found = files.filter(
      (file) => room(file) === 'domain' && impure.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  it('lets only main.ts read the environment, touch node-cron and know the registries', () => {
    const readers = files.filter((file) => /\bprocess\.env\b/.test(readFileSync(join(SRC, file), 'utf8')));
    expect(readers).toEqual(['main.ts']);
    expect(edges.filter(({ to }) => to === 'node-cron').map(({ from }) => from)).toEqual(['main.ts']);
    const registries = edges.filter(({ to }) => to === 'sources/index.ts' || to === 'chat/index.ts');
    expect(registries.map(({ from }) => from)).toEqual(['main.ts', 'main.ts']);
  });

  it('never names an adapter outside its folder, the registry and the configuration', () => {
    const names = [...Object.keys(sources), ...Object.keys(chats)].filter(
      (name) => !['web', 'feed', 'sample', 'webhook'].includes(name),
    );
    const named = new RegExp(`['"\`](${names.join('|')})['"\`:/]`);
    const outside = files.filter((file) => /^(domain|flow|store)\//.test(file) || /^[a-z-]+\.ts$/.test(file));
    expect(outside.filter((file) => named.test(codeOf(file)))).toEqual([]);
  });

  it('loads a platform’s SDK only when it is asked for', () => {
    const heavy =
      /^(@slack\/|discord\.js|@atproto\/|masto|pg$|@photostructure\/|feedsmith|pino-pretty|ical\.js|ai$|@ai-sdk\/)/;
    // What is in memory once main.ts is: everything that static imports lead to.
    const loaded = new Set(['main.ts']);
    const sdks: string[] = [];
    for (const file of loaded) {
      for (const [, target = ''] of codeOf(file).matchAll(
        /^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gms,
      )) {
        if (target.startsWith('.')) loaded.add(relative(SRC, resolve(SRC, dirname(file), target)));
        else if (heavy.test(target)) sdks.push(`${file} → ${target}`);
      }
    }
    expect(loaded.size).toBeGreaterThan(50);
    expect(sdks).toEqual([]);
  });

  it.each([
    ['sources', sources, ['source', 'index', 'kit']],
    ['chat', chats, ['chat', 'index', 'kit']],
  ] as const)('registers every adapter in %s, and nothing else', (folder, registry, others) => {
    const present = readdirSync(join(SRC, folder))
      .filter((name) => !name.endsWith('.md'))
      .map((name) => name.replace(/\.ts$/, ''));
    expect(Object.keys(registry).sort()).toEqual(
      present.filter((name) => !(others as readonly string[]).includes(name)).sort(),
    );
    for (const [name, kind] of Object.entries(registry)) expect(kind.kind).toBe(name);
  });
});
