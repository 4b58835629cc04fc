import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import { DEFAULT_ROUTES, type Rule, route, ruleSchema } from '../../src/domain/routing.ts';
import { KINDS, type Kind } from '../../src/domain/triage/verdict.ts';

function post(text: string, fields: Partial<PostInput> = {}): Post {
  return makePost({
    source: 'birds',
    id: 'a',
    conversationId: 'a',
    via: 'mention',
    author: { id: 'ada', name: 'Ada', handle: 'ada' },
    text,
    createdAt: 1,
    ...fields,
  });
}

function rule(when: object, to: readonly string[] = ['web:hit'], more: object = {}): Rule {
  return ruleSchema.parse({ when, to, ...more });
}

const FALLBACK = rule({}, ['web:rest']);

function places(
  rules: readonly Rule[],
  given: Post,
  kinds: readonly Kind[] = ['mention'],
  priority = 50,
): readonly string[] {
  return route({ kinds, priority }, given, rules).map(({ chat, channel }) => `${chat}:${channel}`);
}

function hits(when: object, text: string, fields: Partial<PostInput> = {}): boolean {
  return places([rule(when), FALLBACK], post(text, fields)).includes('web:hit');
}

describe('words', () => {
  it.each([
    ['lid', 'The LID is cracked', true],
    ['lid', 'a solid pot', false],
    ['lid', 'lid', true],
    ['lid', '(lid)', true],
    ['gift card', 'my gift-card, please', true],
    ['gift card', 'a gift. Card enclosed', true],
    ['gift card', 'a gift and a card', false],
    ['don’t', 'I don’t know', true],
    ["don't", 'I don’t know', true],
    ['potluck', 'Potluck’s new lid', true],
    ['refund', "he said 'refund'", true],
    ['café', 'the cafe\u0301 of yours', true],
    ['größe', 'Welche GRÖSSE? Welche GRÖßE?', true],
    ['.*', 'anything at all', false],
    ['(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaa!', false],
    ['鍋', 'この鍋は最高', true],
    ['🔥', 'so 🔥 today', true],
    ['🔥', 'so cold today', false],
    ['🔥', '', false],
  ])('%j in %j: %s', (word, text, expected) => {
    expect(hits({ words: [word] }, text)).toBe(expected);
  });

  it('are looked for in a picture’s description where there is no text', () => {
    expect(hits({ words: ['lid'] }, '', { media: [{ url: null, alt: 'a cracked lid' }] })).toBe(true);
  });
});

describe('rules', () => {
  it('ask for all of their conditions, and any value of one', () => {
    const when = { kinds: ['complaint', 'question'], sources: ['birds'], minPriority: 60 };
    const rules = [rule(when), FALLBACK];
    expect(places(rules, post('x'), ['question'], 60)).toEqual(['web:hit']);
    expect(places(rules, post('x'), ['question'], 59)).toEqual(['web:rest']);
    expect(places(rules, post('x'), ['praise'], 60)).toEqual(['web:rest']);
    expect(places(rules, post('x', { source: 'blog' }), ['question'], 60)).toEqual(['web:rest']);
  });

  it('know a language with and without its region', () => {
    expect(hits({ languages: ['de'] }, 'x', { lang: 'de-AT' })).toBe(true);
    expect(hits({ languages: ['DE'] }, 'x', { lang: 'de' })).toBe(true);
    expect(hits({ languages: ['de'] }, 'x', { lang: 'den' })).toBe(false);
    expect(hits({ languages: ['de'] }, 'x')).toBe(false);
  });

  it('end at the first that fits, unless it says to go on; a place is told once', () => {
    const rules = [
      rule({}, ['web:a', 'slack:C1'], { continue: true }),
      rule({ kinds: ['praise'] }, ['web:never']),
      rule({}, ['slack:C1', 'web:b']),
      rule({}, ['web:late']),
    ];
    expect(places(rules, post('x'))).toEqual(['web:a', 'slack:C1', 'web:b']);
    expect(places([], post('x'))).toEqual([]);
  });

  it('leave no chat without the item: its default stands in where no rule leads there', () => {
    const defaults = [
      { chat: 'slack', channel: 'C9' },
      { chat: 'web', channel: 'other' },
    ];
    const found = route({ kinds: ['mention'], priority: 1 }, post('x'), [rule({}, ['web:a'])], defaults);
    expect(found).toEqual([
      { chat: 'web', channel: 'a' },
      { chat: 'slack', channel: 'C9' },
    ]);
  });

  it('come with defaults that take every kind to exactly one room, comparisons to the product team too', () => {
    expect(places(DEFAULT_ROUTES, post('x'), ['comparison'])).toContain('web:product');
    expect(places(DEFAULT_ROUTES, post('x'), ['complaint', 'comparison'])).toEqual([
      'web:product',
      'web:complaints',
    ]);
    expect(places(DEFAULT_ROUTES, post('x'), ['question'])).toEqual(['web:questions']);
    expect(places(DEFAULT_ROUTES, post('x'), ['praise'])).toEqual(['web:praise']);
    for (const kind of KINDS)
      expect(places(DEFAULT_ROUTES, post('x'), [kind]).length, kind).toBeGreaterThan(0);
  });
});

describe('the configuration', () => {
  it.each([
    [{ to: [] }, 'to'],
    [{ to: ['product'] }, 'to.0'],
    [{ to: ['slack:'] }, 'to.0'],
    [{ to: ['web:a'], when: { kinds: ['compliment'] } }, 'when.kinds.0'],
    [{ to: ['web:a'], when: { kinds: [] } }, 'when.kinds'],
    [{ to: ['web:a'], when: { words: ['  '] } }, 'when.words.0'],
    [{ to: ['web:a'], when: { minPriority: 101 } }, 'when.minPriority'],
    [{ to: ['web:a'], when: { author: 'ada' } }, 'when'],
    [{ to: ['web:a'], stop: true }, ''],
  ])('names the place of the problem: %j → %s', (given, path) => {
    const parsed = ruleSchema.safeParse(given);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('tells all problems at once', () => {
    const parsed = ruleSchema.safeParse({ to: ['x'], when: { via: ['fax'], minPriority: -1 } });
    expect(parsed.error?.issues).toHaveLength(3);
  });
});

it('never fails, whatever is written, and only names places of the rules', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 4 }),
      (text, words) => {
        const parsed = ruleSchema.safeParse({ when: { words }, to: ['web:hit'] });
        fc.pre(parsed.success);
        const found = parsed.data ? places([parsed.data, FALLBACK], post(text)) : [];
        expect([['web:hit'], ['web:rest']]).toContainEqual(found);
      },
    ),
    { numRuns: 500, seed: 20_260_601 },
  );
});
