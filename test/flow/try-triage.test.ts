import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTriage, tryTriage } from '../../src/flow/try-triage.ts';
import { MODEL } from '../support/triages.ts';

const BRAND = { names: ['Crockhaven'], competitors: ['Potsmith'], domains: [] };

function printed(
  args: readonly string[],
  texts?: readonly string[],
  model: typeof MODEL | null = MODEL,
): string {
  const asked = parseTriage(args);
  if (!asked) throw new Error('not understood');
  let out = '';
  const problem = model ? null : 'The weights are missing.';
  tryTriage(asked.texts ?? texts ?? [], {
    model,
    problem,
    brand: BRAND,
    asked,
    print: (text) => {
      out += text;
    },
  });
  return out;
}

describe('a look at triage', () => {
  it('prints the verdict, its reasons, the language and what rules and heads said', () => {
    const out = printed(['what a weird and creepy thing to send to a customer']);
    expect(out).toContain(
      '“what a weird and creepy thing to send to a customer”\n  complaint · priority 60 of 100 · an answer is due (fix)',
    );
    expect(out).toMatch(/ {4}- reads like a complaint \(“.*weird.*”\)/);
    expect(out).toContain('language: English');
    expect(out).toContain('rules alone: mention · priority 24 of 100');
    expect(out).toMatch(/- complaint: (surely|probably) \(“.+”\), and says so/);
    expect(out).toContain('- praise: no');
  });

  it('says why the heads are silent', () => {
    expect(printed(['wann kommt mein Paket'])).toContain('silent: they know English only');
    expect(printed(['wann kommt mein Paket'])).toContain('language: German');
    const none = printed(['the lid is cracked'], undefined, null);
    expect(none).toContain('The weights are missing.');
    expect(none).toContain('rules alone: the same');
  });

  it('takes names from the policy, or from the command', () => {
    expect(printed(['is yours better than Potsmith’s'])).toContain(
      'compares with a competitor (“Potsmith’s”',
    );
    const other = printed(['is yours better than Potsmith’s', '--competitor', 'Slow Joe']);
    expect(other).not.toContain('compares');
    expect(other).toContain('no competitor of ours is named');
    expect(printed(['Brassica is lovely', '--via', 'keyword', '--brand', 'Brassica'])).toContain(
      'an answer is due',
    );
    expect(printed(['Brassica is lovely', '--via', 'keyword'])).toContain('no answer is due');
  });

  it('reads several lines, and leaves out empty ones', () => {
    const out = printed(['--json'], ['love it', '', '  ', 'how long do beans take']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.verdict.kinds[0])).toEqual(['praise', 'question']);
  });

  it('tames what is hostile in a text it shows again', () => {
    expect(printed(['\u202Ethe lid\u0007 is cracked\nand more'])).toContain('“the lid is cracked and more”');
  });

  it('finds the trained heads as a compiled program, from any folder', () => {
    const main = resolve(import.meta.dirname, '../../dist/main.js');
    const folder = mkdtempSync(join(tmpdir(), 'potluck-triage-'));
    const run = spawnSync(process.execPath, [main, 'triage'], {
      cwd: folder,
      env: {},
      input: 'what a weird and creepy thing to send to a customer\n',
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true, force: true });
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('reads like a complaint');
  });

  it('refuses what makes no sense', () => {
    expect(parseTriage(['--via', 'fax', 'x'])).toBeNull();
    expect(parseTriage(['--nothing'])).toBeNull();
    expect(parseTriage([])?.texts).toBeNull();
  });
});
