import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keywords } from '../../src/domain/keywords.ts';
import { findWord } from '../../src/domain/words.ts';

const found = (entries: string[], text: string, links: string[] = []): string | null =>
  keywords(entries).find(text, links)?.word ?? null;

describe('keywords', () => {
  it('are whole words and phrases, in any case and form', () => {
    expect(found(['Potluck'], 'our POTLUCK’s lid')).toBe('Potluck');
    expect(found(['Potluck'], 'ｐｏｔｌｕｃｋ!')).toBe('Potluck');
    expect(found(['pot'], 'Potluck')).toBeNull();
    expect(found(['Simmer & Co'], 'from simmer, co. and others')).toBe('Simmer & Co');
    expect(found(['simmer pot'], 'simmer a pot')).toBeNull();
    expect(found(['slow cooker', 'slow cooker recipes'], 'slow\ncooker')).toBe('slow cooker');
    expect(found(['cafe\u0301'], 'le CAFÉ')).toBe('cafe\u0301');
    expect(found(["don't"], 'don’t')).toBe("don't");
    expect(found([' ', ''], 'anything')).toBeNull();
  });

  it('with a # are tags only; a phrase is a tag run together, too', () => {
    expect(found(['#potluck'], 'a potluck')).toBeNull();
    expect(keywords(['#PotLuck']).find('a #pot_luck day')).toEqual({ word: '#PotLuck', by: 'tag' });
    expect(found(['#potluck'], '＃Potluck')).toBe('#potluck');
    expect(found(['#pot'], '#potluck')).toBeNull();
    expect(found(['Simmer & Co'], 'love #SimmerCo')).toBe('Simmer & Co');
    expect(found(['potluck'], '#potluck')).toBe('potluck');
  });

  it('that are domains are found in links and written out, with what is below them', () => {
    const hit = { word: 'Simmer.example', by: 'link' };
    const matcher = keywords(['Simmer.example']);
    expect(matcher.find('look', ['https://shop.simmer.example:8080/pot?a=1'])).toEqual(hit);
    expect(matcher.find('see www.simmer.example.')).toEqual(hit);
    expect(matcher.find('see https://simmer.example/pot')).toEqual(hit);
    for (const other of [
      'simmer example',
      'notsimmer.example',
      'simmer.example.evil.test',
      'https://evil.test/simmer.example',
    ])
      expect(matcher.find(other, [`https://${other.replace(' ', '')}.test/`]), other).toBeNull();
    expect(matcher.find('x', ['https://evil.test/?u=simmer.example', 'no address', ''])).toBeNull();
    expect(found(['bücher.example'], '', ['https://xn--bcher-kva.example/'])).toBe('bücher.example');
    expect(found(['https://www.simmer.example/'], 'simmer.example')).toBe('https://www.simmer.example/');
  });

  it('are found anywhere where a script has no spaces, and next to it', () => {
    expect(found(['鍋'], '新しい鍋を買った')).toBe('鍋');
    expect(found(['サーバー'], 'ｻｰﾊﾞｰが落ちた')).toBe('サーバー');
    expect(found(['심머'], '심머는 좋다')).toBe('심머');
    expect(found(['หม้อ'], 'ซื้อหม้อใหม่')).toBe('หม้อ');
    expect(found(['Simmer'], 'Simmerの鍋')).toBe('Simmer');
    expect(found(['Simmer'], 'Simmer는')).toBe('Simmer');
    expect(found(['Simmer鍋'], '私のsimmer鍋は')).toBe('Simmer鍋');
    expect(found(['🔥'], 'so hot🔥🔥')).toBe('🔥');
  });

  it('keep the signs that make them another word', () => {
    expect(found(['C++'], 'a C grade')).toBeNull();
    expect(found(['C++'], 'I write C++, mostly')).toBe('C++');
    expect(found(['C++'], 'ABC++')).toBeNull();
    expect(found(['C#'], 'C# or F#?')).toBe('C#');
    expect(found(['.NET'], 'the net')).toBeNull();
    expect(found(['.NET'], 'ASP.NET core')).toBe('.NET');
  });

  it('are told as they were written, and counted once', () => {
    expect(keywords(['Pot', 'pot', 'POT ']).size).toBe(1);
    expect(found(['Pot', 'POT'], 'pot')).toBe('Pot');
  });

  it('find whatever a list of muted words finds', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aAbÉß0 -’.鍋の🔥ｋ'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 5 }),
        fc.array(letters, { maxLength: 12 }),
        (words, parts) => {
          // Places, tags and signed words are more exact here on purpose.
          const plain = words.map((word) => word.trim()).filter((word) => word !== '' && !word.includes('.'));
          const text = parts.join(' ');
          if (findWord(text, plain) !== null) expect(keywords(plain).find(text)).not.toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('by the thousand cost no more than a few, also in a hostile text', () => {
    const many = keywords([
      ...Array.from({ length: 5_000 }, (_, at) => `word${at} and ${at}`),
      ...Array.from({ length: 5_000 }, (_, at) => `株式会社${String.fromCharCode(0x4e00 + at)}`),
      `${'株'.repeat(199)}鍋`,
      'place.example',
    ]);
    expect(many.size).toBe(10_002);
    const hostile = [
      'a',
      'a.',
      '#',
      '.-',
      '株',
      '株式',
      '🔥',
      '\u0301',
      'ﷺ',
      'word1 and ',
      'www.',
      'https://',
    ];
    const started = performance.now();
    for (const part of hostile)
      expect(many.find(part.repeat(100_000 / part.length), [part.repeat(10_000)])).toBeNull();
    // 130 ms here; a machine may be slow, but not by the square of the length.
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(many.find(`${'x '.repeat(50)}word4999 and 4999`)?.word).toBe('word4999 and 4999');
  });
});
