import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanLine,
  cleanText,
  MAX_POST_TEXT,
  makePost,
  readableText,
  safeUrl,
} from '../../src/domain/post.ts';
import { HOSTILE_TEXTS } from '../support/cards.ts';
import { post } from '../support/items.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 500 }),
  // UTF-16 units at random: lone surrogates, controls, bidi.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text)),
);

describe('text from outside', () => {
  it('is well-formed, bounded, free of controls, and clean once is clean for ever', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const text = cleanText(raw);
        expect(text.isWellFormed()).toBe(true);
        expect(text.length).toBeLessThanOrEqual(MAX_POST_TEXT);
        expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202D\u202E\uFEFF]/);
        expect(cleanText(text)).toBe(text);
        const line = cleanLine(raw);
        expect(line.isWellFormed()).toBe(true);
        expect(line.length).toBeLessThanOrEqual(300);
        expect(line).not.toMatch(/[\u0000-\u001F\u2028-\u202E\u2066-\u2069]|\s{2}/);
        expect(cleanLine(line)).toBe(line);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['Zeile\r\nnoch eine\rund noch eine', 'Zeile\nnoch eine\nund noch eine'],
    ['  em\u0301oji 👩‍👩‍👧‍👦 и кириллица \n', 'em\u0301oji 👩‍👩‍👧‍👦 и кириллица'],
    ['tab\tstays, bell\u0007 goes', 'tab\tstays, bell goes'],
    ['invoice \u202Egpj.exe', 'invoice gpj.exe'],
    ['\uD83D half', '\uFFFD half'],
  ])('%j becomes %j', (raw, expected) => {
    expect(cleanText(raw)).toBe(expected);
  });

  it('too long is cut without halving a character, and says so', () => {
    const text = cleanText('👍'.repeat(MAX_POST_TEXT), 100);
    expect(text).toBe(`${'👍'.repeat(49)}…`);
    expect(cleanText('x'.repeat(100), 100)).toBe('x'.repeat(100));
  });

  it('of ten megabytes of controls is nothing, soon', () => {
    expect(cleanText('\u0000'.repeat(10_000_000))).toBe('…');
    expect(cleanLine('\u202E '.repeat(5_000_000))).toBe('…');
  });
});

describe('a link', () => {
  it.each([
    ['https://a.example/x?y=%20#z', 'https://a.example/x?y=%20#z'],
    ['HTTP://A.example', 'http://a.example/'],
    [' https://a.example/ ', 'https://a.example/'],
    ['https://a.example/<script>|x', 'https://a.example/%3Cscript%3E|x'],
    ['javascript:alert(1)', null],
    ['JaVaScRiPt:alert(1)', null],
    ['data:text/html,x', null],
    ['//a.example', null],
    ['a.example', null],
    ['https://user:pass@a.example/', null],
    ['https://bank.example@evil.example/', null],
    ['', null],
    [null, null],
    [undefined, null],
    [`https://a.example/${'x'.repeat(5_000)}`, null],
    // Short as it comes, and too long once it is written as it must be.
    [`https://a.example/${'👍'.repeat(1_000)}`, null],
  ])('%j is %j', (raw, expected) => {
    expect(safeUrl(raw)).toBe(expected);
  });
});

describe('a post', () => {
  it('drops what is bad in it, and stays', () => {
    const made = makePost({
      ...post(),
      lang: 'x'.repeat(100),
      url: 'javascript:alert(1)',
      links: [
        'https://a.example/',
        'nonsense',
        ...Array.from({ length: 30 }, (_, n) => `https://b.example/${n}`),
      ],
      author: {
        id: 'a',
        name: 'Eve\nAdmin\u202E',
        handle: ' @eve ',
        url: 'ftp://x',
        avatarUrl: 'https://a.example/a.png',
      },
    });
    expect(made).toMatchObject({
      lang: null,
      url: null,
      author: { name: 'Eve Admin', handle: '@eve', url: null, avatarUrl: 'https://a.example/a.png' },
    });
    expect(made.links).toHaveLength(20);
    expect(made.links[0]).toBe('https://a.example/');
  });

  it.each([
    ['de-AT', 'de-AT'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['pt_BR', 'pt_BR'],
    ['', null],
    ['e n', null],
    ['<b>', null],
    [null, null],
  ])('in the language %j is in %j', (lang, expected) => {
    expect(post({ lang }).lang).toBe(expected);
  });

  it.each([
    ['id', { id: '' }],
    ['id', { id: 'a\u0000b' }],
    ['id', { id: 'x'.repeat(1_025) }],
    ['id', { id: '\uD83D' }],
    ['conversationId', { conversationId: '' }],
    ['createdAt', { createdAt: Number.NaN }],
    ['createdAt', { createdAt: 1.5 }],
    ['author.id', { author: { id: '', name: '', handle: '' } }],
  ])('with a bad %s is refused by its path', (path, change) => {
    expect(() => post({ conversationId: 'c', ...change })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: path.split('.') })] }),
    );
  });

  it('without text reads as its pictures’ descriptions', () => {
    const media = [
      { url: null, alt: 'a cracked lid' },
      { url: null, alt: '' },
      { url: null, alt: 'a receipt' },
    ];
    expect(readableText(post({ text: '', media }))).toBe('a cracked lid\na receipt');
    expect(readableText(post({ text: 'look', media }))).toBe('look');
    expect(readableText(post({ text: '' }))).toBe('');
  });
});
