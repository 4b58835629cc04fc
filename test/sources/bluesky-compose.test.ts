import * as api from '@atproto/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/sources/bluesky/compose.ts';
import { recordKey } from '../../src/sources/bluesky/record-key.ts';

const measure = (text: string) => compose(text);
const graphemes = (text: string): number => new api.UnicodeString(text).graphemeLength;
const bare = (parts: readonly string[]): string =>
  parts.map((part) => part.replace(/ \(\d\/\d\)$/, '')).join(' ');

describe('how long an answer may be', () => {
  it('counts what people see: 300 families fit as letters do, as long as their bytes do', () => {
    expect(measure('é'.repeat(300))).toMatchObject({
      length: 300,
      limit: 300,
      unit: 'graphemes',
      problem: null,
    });
    expect(measure('👍🏽'.repeat(300))).toMatchObject({
      length: 300,
      problem: null,
      parts: ['👍🏽'.repeat(300)],
    });
    // A family is 25 bytes: 300 of them are over 3,000 bytes.
    const families = measure('👩‍👩‍👧‍👦'.repeat(300));
    expect(families.length).toBe(300);
    expect(families.parts.length).toBeGreaterThan(1);
  });

  it('divides at the end of a sentence and says so', () => {
    const first = `${'Our pots are made of good iron. '.repeat(9)}`.trim();
    const second = 'The lid is made of glass. '.repeat(8).trim();
    const { parts, problem } = measure(`${first} ${second}`);
    expect(problem).toBeNull();
    expect(parts).toHaveLength(2);
    expect(parts[0]).toMatch(/\. \(1\/2\)$/);
    expect(bare(parts)).toBe(`${first} ${second}`);
  });

  it('prefers a paragraph', () => {
    const one = 'Word '.repeat(40).trim();
    const two = 'Other '.repeat(40).trim();
    expect(measure(`${one}\n\n${two}`).parts).toEqual([`${one} (1/2)`, `${two} (2/2)`]);
  });

  it('never cuts a link, and says so when there is no other way', () => {
    const link = `https://example.com/${'a'.repeat(250)}`;
    const parts = measure(`${'word '.repeat(30)}${link}`).parts;
    expect(parts.some((part) => part.includes(link))).toBe(true);
    expect(measure(`See https://example.com/${'a'.repeat(400)}`).problem).toMatch(/link that is longer/);
  });

  it('cuts a script without spaces where it must', () => {
    const { parts, problem } = measure('鍋'.repeat(700));
    expect(problem).toBeNull();
    expect(parts).toHaveLength(3);
  });

  it('refuses in words what is too long, empty or too large to divide', () => {
    expect(measure('word '.repeat(300)).problem).toMatch(
      /Too long for Bluesky: 1499 graphemes; 4 posts of 300/,
    );
    expect(measure(' \n\u200B\u0000 '.replace('\u200B', '')).problem).toMatch(/no text/);
    expect(measure(`x${'\u0301'.repeat(2_000)}`).problem).toMatch(/single character/);
  });

  it('every part fits, and together they are the text', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom('https://example.com/a?b=c', 'Yes.', 'no!', '\n\n', '👩‍👩‍👧‍👦', '鍋が好きです。'),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 40, maxLength: 200 }), (all) => {
        const { parts, problem, length } = measure(all.join(' '));
        expect(length).toBe(graphemes(clean(all.join(' ')).trim()));
        if (problem !== null) return expect(parts).toEqual([]);
        expect(parts.length).toBeLessThanOrEqual(4);
        for (const part of parts) {
          expect(graphemes(part)).toBeLessThanOrEqual(300);
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(3_000);
        }
        const text = measure(all.join(' ')).parts.length === 1 ? (parts[0] ?? '') : bare(parts);
        const letters = (raw: string): string => raw.replace(/\s+/g, '');
        // Compared with what a single post would hold: cleaning is not this test's business.
        expect(letters(text)).toBe(letters(clean(all.join(' '))));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('answers while a person types, also for a pasted book', () => {
    const before = performance.now();
    measure('word '.repeat(20_000));
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

function clean(text: string): string {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202D\u202E\uFEFF]/gu, '');
}

describe('record keys', () => {
  it('are the same for the same send, others for others, and always valid TIDs in order', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.oneof(fc.integer(), fc.constant(null)), (a, b, at) => {
        const keys = [0, 1, 2, 3].map((index) => recordKey(a, at, index));
        expect(keys).toEqual([0, 1, 2, 3].map((index) => recordKey(a, at, index)));
        for (const key of keys) expect(key).toMatch(/^[234567a-j][234567a-z]{12}$/);
        expect([...keys].sort()).toEqual(keys);
        if (a !== b) expect(recordKey(b, at, 0)).not.toBe(keys[0]);
      }),
    );
  });

  it('lie right behind the post that is answered, so that a repository stays in order', () => {
    const SORTABLE = '234567abcdefghijklmnopqrstuvwxyz';
    const at = Date.UTC(2026, 5, 1);
    const value = [...recordKey('reply-1', at, 0)].reduce(
      (sum, letter) => sum * 32n + BigInt(SORTABLE.indexOf(letter)),
      0n,
    );
    const ms = Number((value >> 10n) / 1_000n);
    expect(ms).toBeGreaterThanOrEqual(at);
    expect(ms).toBeLessThan(at + 1_000);
  });
});
