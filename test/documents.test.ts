import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sources } from '../src/sources/index.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');
const pageOf = (kind: string): string =>
  existsSync(resolve(ROOT, `src/sources/${kind}/${kind}.md`))
    ? `src/sources/${kind}/${kind}.md`
    : `src/sources/${kind}.md`;
const documented = Object.keys(sources).filter((kind) => kind !== 'sample');

describe('the documents', () => {
  it.each(documented)('say how to set up %s, what it can do, and are found from the README', (kind) => {
    const page = pageOf(kind);
    expect(existsSync(resolve(ROOT, page)), page).toBe(true);
    expect(read('README.md')).toContain(`[\`${kind}\`](${page})`);
    const text = read(page);
    for (const wanted of [/kind: /, /Read/, /Reply/, /Cost|cost/]) expect(text, page).toMatch(wanted);
  });

  it.each(['README.md', 'CONTRIBUTING.md', ...documented.map(pageOf)])(
    '%s leads nowhere that is not there',
    (page) => {
      const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
        ([, to = '']) => to,
      );
      const missing = links.filter((to) => !existsSync(resolve(ROOT, dirname(page), to)));
      expect(missing).toEqual([]);
    },
  );
});
