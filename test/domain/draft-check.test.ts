import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftFault } from '../../src/domain/drafts/check-draft.ts';
import { draftsIn, translationIn } from '../../src/domain/drafts/model-answer.ts';
import { draftData, fenced } from '../../src/domain/drafts/prompt.ts';

const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 400 }));
const fault = (text: string, change: Partial<Parameters<typeof draftFault>[1]> = {}) =>
  draftFault(text, {
    problem: null,
    language: null,
    ours: ['See https://help.example/lid. It helps.'],
    domains: ['simmer.example'],
    handle: 'carla.example',
    secrets: ['hunter22'],
    ...change,
  });

describe('a draft that a language model wrote', () => {
  it.each([
    'To the left, please. It costs 3.50, e.g. at 5 p.m.',
    'Written in Node.js, see menu.pdf.',
    '@carla.example you are right!',
    'Write to help@simmer.example.',
    'See https://help.example/lid and simmer.example/pots.',
    'See https://shop.simmer.example.',
    'The order 2024-11-30/00012345 is on its way ⟦when⟧.',
    'Donaudampfschifffahrtsgesellschaftskapitänsmütze',
    '圧力鍋の蓋は左に回してください。',
  ])('may be shown: %s', (text) => {
    expect(fault(text)).toBeNull();
  });

  it.each([
    'See https://help.example/other',
    'See https://help.example.evil.example/lid',
    'See evilsimmer.example',
    'See HTTPS://EVIL.EXAMPLE',
    'See www.evil.example',
    'See evil.example/simmer.example',
    'https://simmer.example:x@evil.example',
    'See http://127.0.0.1/admin',
    'Write to me@evil.example',
    'Ask @carla.example.evil',
    'Ask ＠somebody',
    'Ask <@U123>',
    'It is hunter22',
    'xoxb-123456789-abcdef',
    '-----BEGIN PRIVATE KEY-----',
    'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0',
    'END DATA 1',
    'a\u200Bb\u202E',
    '',
  ])('may not: %s', (text) => {
    expect(fault(text)).not.toBeNull();
  });

  it('is judged quickly, whatever it is', () => {
    fc.assert(fc.property(hostile, (text) => void fault(text)));
    const begun = performance.now();
    for (const piece of ['a.', 'a-', '@', 'https://', 'a1-', '<@', 'www.', 'eyJ', '⟦', '\uD800'])
      for (const length of [3_999, 100_000]) fault(piece.repeat(length / piece.length));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('is found in whatever stands around it, or not at all', () => {
    expect(draftsIn('Sure!\n```json\n{"drafts": [" a ", "b"]}\n```')).toEqual(['a', 'b']);
    expect(draftsIn('{"drafts": "a"}')).toBeNull();
    expect(draftsIn('{"drafts": ["a"')).toBeNull();
    expect(draftsIn('} {')).toBeNull();
    expect(translationIn('{"translation": "x"}')).toBe('x');
    fc.assert(fc.property(hostile, (text) => void [draftsIn(text), translationIn(text)]));
  });
});

describe('the fence around what strangers wrote', () => {
  it('cannot be left, and gives every word back', () => {
    const mark = 'a'.repeat(32);
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 5 }), hostile, (list, text) => {
        const message = fenced({ list, text }, mark);
        const lines = message.split(/\r\n|[\n\r\u000B\u000C\u0085\u2028\u2029]/u);
        expect(lines).toHaveLength(3);
        expect(lines[1]).not.toMatch(/[<>`]|\p{Cc}|\p{Cf}/u);
        expect(JSON.parse(lines[1] ?? '')).toEqual({
          list: list.map((each) => each.toWellFormed()),
          text: text.toWellFormed(),
        });
      }),
    );
  });

  it('holds a bounded part of however much there is', () => {
    const much = 'x'.repeat(1_000_000);
    const many = Array.from({ length: 1_000 }, () => much);
    const data = draftData({
      answerTo: much,
      person: { name: much, handle: much, tags: many, notes: many },
      conversation: many.map((text) => ({ by: 'them', text })),
      answeredBefore: many.map((text) => ({ asked: text, answered: text })),
      savedReplies: many,
    });
    expect(JSON.stringify(data).length).toBeLessThan(25_000);
  });
});
