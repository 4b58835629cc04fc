import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, start } from '../fixtures/mastodon/steps.ts';

describe('any text', () => {
  it('is measured without surprise: parts fit, keep every word, and end', async () => {
    const world = await start();
    const ask = await asked(world);
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.lorem({ maxCount: 30 }),
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom('\n\n', '@bob@far.example', '@ada', '👩‍👩‍👧‍👦', 'e\u0301', '。', ' '.repeat(50)),
      fc.integer({ min: 1, max: 600 }).map((length) => 'x'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join(' ');
        const measure = world.source.measure?.(ask, text);
        if (!measure) throw new Error('no measure');
        const { parts, problem, limit } = measure;
        expect(parts.length).toBeLessThanOrEqual(4);
        expect(problem === null).toBe(parts.length > 0);
        for (const part of parts) {
          const alone = world.source.measure?.({ ...ask, ours: true }, part);
          expect(alone?.length).toBeLessThanOrEqual(limit);
          expect(part.toLowerCase()).toContain('@ada@far.example');
        }
        if (parts.length > 0) {
          const letters = (value: string): string =>
            value.replace(/@ada@far\.example/gi, '').replace(/\s+/g, '');
          expect(letters(parts.join(''))).toBe(letters(text));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts as Mastodon does', async () => {
    const world = await start();
    const ask = { ...(await asked(world)), ours: true };
    const length = (text: string): number | undefined => world.source.measure?.(ask, text)?.length;
    expect(length('hello')).toBe(5);
    expect(length('👩‍👩‍👧‍👦 e\u0301')).toBe(3);
    expect(length('https://example.com/a/very/long/path/that/goes/on/and/on')).toBe(23);
    expect(length('(https://example.com/a)')).toBe(25);
    expect(length('See https://a.co.')).toBe(28);
    expect(length('http://localhost/x')).toBe(18);
    expect(length('@ada@far.example hi')).toBe(7);
    expect(length('mail me at ada@far.example')).toBe(26);
  });

  it('of any size is measured at once', async () => {
    const world = await start();
    const ask = await asked(world);
    const pieces = ['@a', '@a.', 'http://', '((((', 'word ', '漢', 'e\u0301', '\u0301', '👩‍👩‍👧‍👦', '\uD83D'];
    for (const piece of pieces) {
      const hostile = piece.repeat(24_000 / piece.length);
      const begun = process.cpuUsage();
      world.source.measure?.(ask, hostile);
      // Time of this process alone: the square of the length would take many seconds of it.
      const { user, system } = process.cpuUsage(begun);
      expect((user + system) / 1_000, piece).toBeLessThan(1_500);
    }
  });
});
