import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, type Features, features } from '../../src/domain/triage/model/features.ts';
import { MAX_FEATURE_TEXT, NAME_MARK, readPieces } from '../../src/domain/triage/model/pieces.ts';

/** How alike two texts are to a linear head: the product of their features, 1 for the same. */
function likeness(one: string, other: string): number {
  const known = new Map<number, number>();
  const { indices, values } = features(one);
  for (const [at, index] of indices.entries()) known.set(index, values[at] ?? 0);
  const second = features(other);
  let sum = 0;
  for (const [at, index] of second.indices.entries())
    sum += (known.get(index) ?? 0) * (second.values[at] ?? 0);
  return sum;
}

function length({ values }: Features): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

const TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        'not',
        'good',
        'GOOD',
        '?',
        '.',
        '!!',
        '@ada',
        'https://x.example/',
        '鍋が',
        '😡',
        NAME_MARK,
        '2026',
        'soooo',
      ),
      {
        maxLength: 60,
      },
    )
    .map((words) => words.join(' ')),
);

describe('the features of a text', () => {
  it('are different numbers in range, of length 1, and the same again', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const found = features(text);
        expect(found.values.length).toBe(found.indices.length);
        expect(new Set(found.indices).size).toBe(found.indices.length);
        for (const index of found.indices) expect(index >= 0 && index < FEATURE_COUNT).toBe(true);
        for (const value of found.values) expect(value > 0 && value <= 1.000001).toBe(true);
        if (found.indices.length > 0) expect(length(found)).toBeCloseTo(1, 4);
        expect(features(text)).toEqual(found);
      }),
      { numRuns: 500, seed: 20_260_601 },
    );
  });

  it('never change: the weights were trained for these', () => {
    const { indices, values } = features('The lid isn’t GOOD.');
    const sum = indices.reduce((total, index, at) => total + index * (at + 1), 0);
    expect([indices.length, sum, (values[0] ?? 0).toFixed(6)]).toMatchInlineSnapshot(`
      [
        25,
        24759527,
        "0.208514",
      ]
    `);
  });

  it('mind the words, their order and what denies them, but not case, accents or numbers', () => {
    expect(likeness('The lid is GOOD', 'the lid is góod')).toBeCloseTo(1, 4);
    expect(likeness('order 4711 arrived', 'order 99 arrived')).toBeCloseTo(1, 4);
    expect(likeness('hello @ada', 'hello @bob_2')).toBeCloseTo(1, 4);
    expect(likeness('see https://a.example/x?y=z', 'see http://b.example')).toBeCloseTo(1, 4);
    expect(likeness('that is sooooo good', 'that is soooooooo good')).toBeCloseTo(1, 4);
    expect(likeness('is the lid good', 'the lid is good')).toBeLessThan(0.9);
    expect(likeness('good', 'bad')).toBeLessThan(0.5);
    // “not very good” is nearer to “not good” than “very good” is.
    expect(likeness('it is not very good', 'not good')).toBeGreaterThan(
      likeness('it is very good', 'not good'),
    );
    // Inflections and scripts without spaces share characters.
    expect(likeness('disappointing', 'disappointed')).toBeGreaterThan(0.5);
    expect(likeness('鍋が壊れました', '鍋は壊れた')).toBeGreaterThan(0.3);
  });

  it('know a masked name from a word, and what stands between two', () => {
    const masked = `${NAME_MARK} is far better than ${NAME_MARK}`;
    expect(readPieces(masked).filter((piece) => piece.word === NAME_MARK)).toHaveLength(2);
    // Beside the n-grams that any word would give: each of the words between.
    expect(features(masked).indices.length).toBe(
      features(masked.replaceAll(NAME_MARK, 'w')).indices.length + 4,
    );
    expect(features(`${NAME_MARK} is good`).indices.length).toBe(features('w is good').indices.length);
  });

  it('are none where there are no words', () => {
    for (const empty of ['', ' \n\t', '\u200b\u2028']) expect(features(empty).indices.length, empty).toBe(0);
  });

  it('tell where each piece stands in the text', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        let before = 0;
        for (const { from, to, word } of readPieces(text)) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(to).toBeGreaterThan(from);
          expect(word).not.toBe('');
          before = to;
        }
        expect(before).toBeLessThanOrEqual(Math.min(text.length, MAX_FEATURE_TEXT));
      }),
      { numRuns: 300, seed: 20_260_601 },
    );
  });

  const UNITS = [
    'a',
    ' a',
    'ab ',
    "a'",
    '@',
    '@a',
    '# ',
    '?',
    '😡',
    'か',
    'न',
    'ﷺ',
    'e\u0301\u0302\u0303',
    'https://',
    '\uD800',
    NAME_MARK,
  ];
  it.each(UNITS.map((unit) => [JSON.stringify(unit), unit] as const))(
    'are bounded for 100,000 characters of %s',
    (_, unit) => {
      const text = unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000);
      expect(features(text).indices.length).toBeLessThanOrEqual(15_000);
      expect(features(text)).toEqual(features(text.slice(0, MAX_FEATURE_TEXT)));
    },
  );
});
