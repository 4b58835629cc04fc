import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePost, type Post } from '../../src/domain/post.ts';
import { MAX_RULE_TEXT, MAX_TOKENS, readWords } from '../../src/domain/triage/tokens.ts';
import { KINDS, RESPONSES, type TriageContext } from '../../src/domain/triage/verdict.ts';
import { TRIAGES } from '../support/triages.ts';

const BRAND = {
  names: ['Crockhaven', 'Crock & Haven'],
  competitors: ['Potsmith'],
  domains: ['crockhaven.example'],
};
const VIAS = ['mention', 'reply', 'quote', 'follow', 'comment', 'keyword', 'share', 'message'] as const;

// Words that the rules know, in odd company: far more branches than random characters reach.
const WORDS =
  'refund thanks not no never love broken great how when does the pot is can you please help burned my hand lawyer dangerous better than Potsmith Crockhaven or vs earn money dm me whatsapp bitcoin # @a @crockhaven ? ! , . \n … 😡 ❤️ 👍 https://x.example isnt right ok perfect will do danke nicht kaputt wann merci pas gracias pero 壊れ ありがとう ですか 谢谢 شكرا متى नहीं धन्यवाद 고장 감사 teşekkürler değil DM sent LATE AGAIN STILL WAITING'.split(
    ' ',
  );
const text = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(' ')),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);

const post = fc
  .record({
    text,
    via: fc.constantFrom(...VIAS),
    ours: fc.boolean(),
    lang: fc.constantFrom(null, 'en', 'de-AT', 'ja', 'fi', 'xx'),
    alt: fc.option(text, { nil: undefined }),
    link: fc.constantFrom(undefined, 'https://crockhaven.example/a', 'https://x.example/'),
    author: fc.constantFrom('ada', 'bob'),
  })
  .map(({ alt, link, author, ...fields }) =>
    makePost({
      source: 's',
      id: 'p',
      conversationId: 'c',
      author: { id: author, name: author, handle: author },
      createdAt: 1,
      links: link ? [link] : [],
      media: alt === undefined ? [] : [{ url: null, alt }],
      ...fields,
    }),
  );
const context: fc.Arbitrary<TriageContext> = fc.record({
  brand: fc.constantFrom(BRAND, { names: [], competitors: [], domains: [] }),
  earlier: fc.array(post, { maxLength: 4 }),
  met: fc.nat(5),
});

function hostile(textOf: string): Post {
  return makePost({
    source: 's',
    id: 'p',
    conversationId: 'c',
    via: 'mention',
    author: { id: 'a', name: 'a', handle: 'a' },
    text: textOf,
    createdAt: 1,
  });
}

describe.each(TRIAGES)('%s', (_, triage) => {
  describe('every verdict', () => {
    it('is whole, whatever is written', () => {
      fc.assert(
        fc.property(post, context, (given, around) => {
          const verdict = triage(given, around);
          expect(verdict.kinds.length).toBeGreaterThan(0);
          expect(new Set(verdict.kinds).size).toBe(verdict.kinds.length);
          for (const kind of verdict.kinds) expect(KINDS).toContain(kind);
          expect(RESPONSES).toContain(verdict.suggested);
          expect(Number.isInteger(verdict.priority)).toBe(true);
          expect(verdict.priority).toBeGreaterThanOrEqual(0);
          expect(verdict.priority).toBeLessThanOrEqual(100);
          expect(verdict.reasons.length).toBeGreaterThan(0);
          for (const reason of verdict.reasons) {
            expect(reason.code).toMatch(/^[a-z-]+(\.[a-z-]+)?$/);
            expect(reason.text).not.toBe('');
            expect(reason.text.length).toBeLessThan(400);
            expect(reason.text).not.toMatch(/\n/);
            expect(reason.text.isWellFormed()).toBe(true);
          }
          if (verdict.kinds.includes('spam'))
            expect(verdict).toMatchObject({ kinds: ['spam'], answerDue: false, priority: 0 });
          if (!verdict.answerDue)
            expect(verdict.reasons.some((reason) => /no answer|spam|by us/.test(reason.text))).toBe(true);
          if (verdict.priority >= 80) expect(verdict.kinds).toContain('complaint');
        }),
        { numRuns: 1_000, seed: 20_260_601 },
      );
    });

    it('does not fall when a customer adds that they want a refund', () => {
      fc.assert(
        fc.property(post, context, (given, around) => {
          // Without words a picture's description is read, and words would take its place.
          fc.pre(given.text !== '');
          const more = { ...given, text: `${given.text} refund` };
          expect(triage(more, around).priority).toBeGreaterThanOrEqual(triage(given, around).priority);
        }),
        { numRuns: 1_000, seed: 20_260_601 },
      );
    });

    it('is the same for the same post', () => {
      fc.assert(
        fc.property(post, context, (given, around) => {
          expect(triage(given, around)).toEqual(triage(given, structuredClone(around)));
        }),
        { numRuns: 300, seed: 20_260_601 },
      );
    });
  });

  describe('hostile length', () => {
    const LONG = [
      'a',
      ' ',
      '\n',
      '?',
      "'",
      "a'",
      '@a ',
      '#x',
      '# ',
      '😡',
      'か',
      'न',
      'not ',
      'how do ',
      'does the ',
      'http://',
      ':-',
      'e\u0301\u0302\u0303\u0304',
      '\u0301',
      'earn money dm me ',
      'thanks ',
      'Potsmith vs ',
      '- ',
    ];

    it.each(LONG.map((unit) => [JSON.stringify(unit), unit] as const))(
      'of %s costs no more than a long post',
      (_, unit) => {
        const given = unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000);
        const words = readWords(given);
        expect(words.tokens.length).toBeLessThanOrEqual(MAX_TOKENS + 1);
        expect(words.sentences.length).toBeLessThanOrEqual(MAX_RULE_TEXT);
        expect(words.folded.length).toBeLessThanOrEqual(4 * MAX_RULE_TEXT);
        const verdict = triage(hostile(given), { brand: BRAND, earlier: [], met: 0 });
        expect(verdict.reasons.length).toBeGreaterThan(0);
        expect(verdict.reasons.length).toBeLessThan(20);
      },
    );

    it('reads only the beginning', () => {
      const start = 'the lid is cracked. '.padEnd(MAX_RULE_TEXT, 'x');
      const verdict = triage(hostile(`${start} my lawyer will call`), { brand: BRAND, earlier: [], met: 0 });
      expect(verdict).toEqual(triage(hostile(start), { brand: BRAND, earlier: [], met: 0 }));
      expect(verdict.kinds).toEqual(['complaint']);
    });
  });
});
