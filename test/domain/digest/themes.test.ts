import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findThemes, quotesOf, type Theme } from '../../../src/domain/digest/themes.ts';
import { HOSTILE_TEXTS } from '../../support/cards.ts';
import { heard } from '../../support/digest.ts';

const themes = (now: readonly string[], before: readonly string[] = [], names: readonly string[] = []) =>
  findThemes(
    now.map((text, n) => heard(text, { authorId: `a${n}`, itemId: n, at: n })),
    before.map((text, n) => heard(text, { authorId: `b${n}` })),
    { names, limit: 8 },
  );
const phrases = (found: readonly Theme[]): readonly string[] => found.map(({ phrase }) => phrase);

const words = fc.array(
  fc.constantFrom('lid', 'lids', 'a', 'Deckel', '锅', '盖', 'ฝาหม้อ', '😀', '#lid', '@kim', '.', '?'),
);
const anyText = fc.oneof(
  fc.string(),
  words.map((each) => each.join(' ')),
  fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text.slice(0, 400))),
);

describe('themes', () => {
  it('are what several people say, in any language', () => {
    for (const [now, wanted] of [
      [['The lid cracked after a week', 'My lid cracked too, is there a warranty?'], 'lid cracked'],
      [['Der Deckel klemmt seit gestern', 'Bei mir geht der Deckel auch nicht zu'], 'Deckel'],
      [['La tapa de la olla se rompió', 'se me rompió la tapa de la olla'], 'tapa de la olla'],
      [['蓋が割れました。新しい蓋を買えますか？', 'わたしの蓋も割れてしまいました'], '割れ'],
      [['锅盖裂了怎么办', '我的锅盖也坏了'], '锅盖'],
      [['крышка треснула через неделю', 'У меня тоже крышка треснула'], 'крышка треснула'],
      [['غطاء القدر مكسور', 'عندي غطاء القدر مكسور ايضا'], 'غطاء القدر مكسور'],
    ] as const)
      expect(phrases(themes(now)), now[0]).toContainEqual(
        expect.stringContaining(wanted.split(' ')[0] ?? ''),
      );
  });

  it('are not what one person repeats, our own name, or words of courtesy', () => {
    expect(
      phrases(
        themes(['Hello, thanks for everything, please help', 'Hello there, thank you, please help me']),
      ),
    ).toEqual([]);
    expect(phrases(themes(['Simmer pots', 'Simmer lids'], [], ['Simmer & Co.']))).toEqual([]);
    const shouting = Array.from({ length: 9 }, () => heard('refund refund refund', { authorId: 'one' }));
    expect(findThemes(shouting, [], { names: [], limit: 5 })).toEqual([]);
  });

  it('weigh what is new against what is said every week', () => {
    const now = [
      'dishwasher safe?',
      'is it dishwasher safe',
      'dishwasher safe or not',
      'cracked lid',
      'a cracked lid here',
    ];
    expect(phrases(themes(now))[0]).toBe('dishwasher safe');
    const found = themes(
      now,
      Array.from({ length: 40 }, () => 'dishwasher safe?'),
    );
    expect(found[0]).toMatchObject({ phrase: 'cracked lid', usual: 0, people: 2, posts: 2 });
    expect(found.find(({ phrase }) => phrase === 'dishwasher safe')?.usual).toBe(5);
  });

  it('quote different people, those that say something first', () => {
    const quotes = quotesOf(
      [
        heard('lid', { authorId: 'a', at: 9 }),
        heard('The lid of mine cracked in the first week of use', { authorId: 'b', at: 1 }),
        heard('And then the lid cracked once again in my hands', { authorId: 'b', at: 2 }),
      ],
      2,
    );
    expect(quotes.map(({ text }) => text)).toEqual([
      'And then the lid cracked once again in my hands',
      'lid',
    ]);
  });

  it('come from anything without failing, each with people, posts and bounded words', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 12 }), (texts) => {
        for (const { phrase, people, posts, quotes } of themes([...texts, ...texts], texts)) {
          expect(phrase.length).toBeLessThanOrEqual(80);
          expect(people).toBeGreaterThanOrEqual(2);
          expect(posts).toBeGreaterThanOrEqual(people);
          expect(quotes.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
