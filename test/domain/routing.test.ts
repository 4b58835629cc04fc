import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import { DEFAULT_ROUTES, type Place, type Routing, route, ruleList } from '../../src/domain/routing.ts';
import type { RuleContext } from '../../src/domain/routing-fits.ts';
import { neverReached } from '../../src/domain/routing-order.ts';
import { type Rule, ruleSchema } from '../../src/domain/routing-rule.ts';
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

/** 2026-06-01, a Monday, 12:00 in London and 13:00 in Berlin. */
const MONDAY = Date.UTC(2026, 5, 1, 11);
const HOUR = 3_600_000;

const context: RuleContext = {
  finds: (pattern, text) => new RegExp(pattern, 'iu').test(text),
  zone: 'Europe/Berlin',
  working: (at) => new Date(at).getUTCHours() < 15,
};

function rule(when: object, to: readonly string[] = ['web:hit'], more: object = {}): Rule {
  return ruleSchema.parse({ when, to, ...more });
}

function does(effects: object): Rule {
  return ruleSchema.parse(effects);
}

interface Given {
  readonly post?: Post;
  readonly kinds?: readonly Kind[];
  readonly priority?: number;
  readonly at?: number;
  readonly known?: boolean;
  readonly defaults?: readonly Place[];
}

function routed(rules: readonly Rule[], given: Given = {}): Routing {
  const verdict = { kinds: given.kinds ?? ['mention' as const], priority: given.priority ?? 50 };
  const author = { known: given.known ?? false };
  const subject = { verdict, post: given.post ?? post('x'), at: given.at ?? MONDAY, author };
  return route(subject, ruleList(rules), given.defaults ?? [], context);
}

function names(places: readonly Place[]): readonly string[] {
  return places.map(({ chat, channel }) => `${chat}:${channel}`);
}

const FALLBACK = rule({}, ['web:rest']);

function places(
  rules: readonly Rule[],
  given: Post,
  kinds: readonly Kind[] = ['mention'],
  priority = 50,
): readonly string[] {
  return names(routed(rules, { post: given, kinds, priority }).places);
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
    expect(routed([rule({}, ['web:a'])], { defaults }).places).toEqual([
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
    [{ to: ['web:a'], when: { writer: 'ada' } }, 'when'],
    [{ to: ['web:a'], when: { author: {} } }, 'when.author'],
    [{ to: ['web:a'], when: { patterns: [''] } }, 'when.patterns.0'],
    [{ to: ['web:a'], when: { time: {} } }, 'when.time'],
    [{ to: ['web:a'], when: { time: { from: '09:00' } } }, 'when.time'],
    [{ to: ['web:a'], when: { time: { days: 'mon-fri', zone: 'Mars/Olympus' } } }, 'when.time.zone'],
    [{ to: ['web:a'], priority: 101 }, 'priority'],
    [{ to: ['web:a'], priority: '20' }, 'priority'],
    [{ owner: 'Ana' }, 'owner'],
    [{ when: { kinds: ['praise'] } }, ''],
    [{ digestOnly: true, to: ['web:a'] }, ''],
    [{ digestOnly: true, continue: true }, ''],
    [{ digestOnly: false, to: ['web:a'] }, 'digestOnly'],
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

describe('conditions', () => {
  const fits = (when: object, given: Given = {}): boolean =>
    routed([rule(when), FALLBACK], given).by[0]?.rule === 0;

  it('know the author by handle, name, and whether we met', () => {
    const ada = post('x', { author: { id: '1', name: 'Ada Löwe', handle: '@Ada' } });
    expect(fits({ author: { handles: ['ada'] } }, { post: ada })).toBe(true);
    expect(fits({ author: { handles: ['@ADA'] } }, { post: ada })).toBe(true);
    expect(fits({ author: { handles: ['ad'] } }, { post: ada })).toBe(false);
    expect(fits({ author: { names: ['ada lo\u0308we'] } }, { post: ada })).toBe(true);
    expect(fits({ author: { names: ['ada'] } }, { post: ada })).toBe(false);
    expect(fits({ author: { known: true } }, { known: true })).toBe(true);
    expect(fits({ author: { known: true } })).toBe(false);
    expect(fits({ author: { known: false } })).toBe(true);
  });

  it('read a text whose network names no language', () => {
    const german = post('Warum ist der Deckel von meinem Topf schon wieder kaputt? Das ist nicht gut.');
    expect(fits({ languages: ['de'] }, { post: german })).toBe(true);
    expect(fits({ languages: ['en'] }, { post: german })).toBe(false);
    expect(fits({ languages: ['en'] }, { post: { ...german, lang: 'en-GB' } })).toBe(true);
  });

  it('see the clock of their own zone, or of the team’s', () => {
    // 13:00 in Berlin, 12:00 in London.
    expect(fits({ time: { from: '13:00', to: '14:00' } })).toBe(true);
    expect(fits({ time: { from: '13:00', to: '14:00', zone: 'Europe/London' } })).toBe(false);
    expect(fits({ time: { days: 'mon' } })).toBe(true);
    expect(fits({ time: { days: 'tue-sun' } })).toBe(false);
    expect(fits({ working: true })).toBe(true);
    expect(fits({ working: false })).toBe(false);
    expect(fits({ working: false }, { at: MONDAY + 5 * HOUR })).toBe(true);
  });

  it.each([
    ['mon', 21, 50, false],
    ['mon', 22, 0, true],
    ['mon', 24, 30, true],
    ['mon', 30, 0, false],
    ['tue', 24, 30, false],
    ['sun', -23, 0, false],
    ['sun', 1, 0, true],
  ])('count a span over midnight to the day it begins on: %s, %d:%d → %s', (days, hour, minute, expected) => {
    const midnight = Date.UTC(2026, 4, 31, 22);
    const at = midnight + hour * HOUR + minute * 60_000;
    expect(fits({ time: { days, from: '22:00', to: '06:00' } }, { at })).toBe(expected);
  });

  it('judge by the priority that triage gave, whatever rules before made of it', () => {
    const rules = [
      does({ priority: 90, continue: true }),
      rule({ minPriority: 80 }, ['web:urgent']),
      rule({ maxPriority: 60 }, ['web:calm']),
    ];
    expect(names(routed(rules, { priority: 50 }).places)).toEqual(['web:calm']);
    expect(names(routed(rules, { priority: 80 }).places)).toEqual(['web:urgent']);
    expect(names(routed(rules, { priority: 70 }).places)).toEqual([]);
  });
});

describe('effects', () => {
  const ana = { id: 'web:ana', name: 'Ana' };

  it('give an item to the first owner, tell every watcher once, and add priorities up', () => {
    const rules = [
      does({ owner: ana, priority: '+20', continue: true }),
      does({ owner: 'slack:T1/U2', watchers: ['web:ben', ana], priority: 30, continue: true }),
      does({ watchers: ['web:ben'], priority: 90, continue: true }),
      does({ to: ['web:a'], priority: '-5' }),
    ];
    expect(routed(rules)).toMatchObject({
      owner: ana,
      watchers: [{ id: 'web:ben', name: 'ben' }, ana],
      priority: 45,
      digestOnly: false,
    });
    expect(routed([does({ priority: '+80' })]).priority).toBe(100);
    expect(routed([does({ priority: '-80' })]).priority).toBe(0);
  });

  it('keep “digest only” from every chat, but not from those that a rule before named', () => {
    const defaults = [{ chat: 'slack', channel: 'C9' }];
    const silent = does({ when: { kinds: ['follow'] }, digestOnly: true });
    const product = rule({ words: ['potterly'] }, ['web:product'], { continue: true });
    const given = { kinds: ['follow' as const], defaults };
    expect(routed([silent, FALLBACK], given)).toMatchObject({ places: [], digestOnly: true });
    const both = routed([product, silent, FALLBACK], { ...given, post: post('like Potterly') });
    expect(both).toMatchObject({ digestOnly: false, places: [{ channel: 'product' }] });
    expect(routed([silent, FALLBACK], { defaults }).places).toHaveLength(2);
  });

  it('say in words which rule did what', () => {
    const rules = [
      rule({ kinds: ['comparison'] }, ['web:product'], { name: 'Product team', continue: true }),
      does({ when: { words: ['refund'], patterns: ['order \\d+'] }, owner: ana, priority: '+20' }),
    ];
    const found = routed(rules, { kinds: ['comparison'], post: post('a refund for order 12') });
    expect(found.by.map(({ words, notable }) => [words, notable])).toEqual([
      ['rule 1 (Product team): comparison → product', false],
      ['rule 2: refund, /order \\d+/ → Ana, priority +20', true],
    ]);
  });

  it('put what managers accepted between the rules of potluck.yaml and its rules for all the rest', () => {
    const policy = [rule({ kinds: ['complaint'] }, ['web:a']), rule({}, ['web:rest'])];
    const accepted = [{ source: 'birds', rules: [rule({ sources: ['birds'] }, ['web:plan'])] }];
    const list = ruleList(policy, accepted);
    expect(list.map(({ label }) => label)).toEqual(['rule 1', 'rule 1 of the plan for birds', 'rule 2']);
    expect(ruleList([], accepted)).toHaveLength(1);
    expect(ruleList(policy.slice(0, 1), accepted).map(({ label }) => label)).toEqual([
      'rule 1',
      'rule 1 of the plan for birds',
    ]);
  });
});

const kindList = fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 3 });
const anyWhen = fc
  .record(
    {
      kinds: kindList,
      sources: fc.subarray(['birds', 'blog', 'forum'], { minLength: 1 }),
      words: fc.subarray(['lid', 'refund', 'pot'], { minLength: 1 }),
      languages: fc.subarray(['de', 'en', 'de-AT'], { minLength: 1 }),
      minPriority: fc.integer({ min: 0, max: 60 }),
      maxPriority: fc.integer({ min: 40, max: 100 }),
      time: fc.constantFrom({ days: 'mon-fri' }, { from: '08:00', to: '18:00' }),
      working: fc.boolean(),
      author: fc.constantFrom({ known: true }, { handles: ['ada'] }),
    },
    { requiredKeys: [] },
  )
  .map((when) => when as object);
const anyEffect = fc.oneof(
  fc.record(
    {
      to: fc.subarray(['web:a', 'web:b', 'slack:C1'], { minLength: 1 }),
      continue: fc.boolean(),
      priority: fc.constantFrom<number | string>(10, 90, '+20', '-30'),
      owner: fc.constantFrom('web:ana', 'web:ben'),
    },
    { requiredKeys: ['to'] },
  ),
  fc.constant({ digestOnly: true as const }),
);
const anyRule = fc
  .tuple(anyWhen, anyEffect)
  .map(([when, effect]): Rule => ruleSchema.parse({ when, ...effect }));
const anyGiven = fc.record({
  kinds: kindList,
  priority: fc.integer({ min: 0, max: 100 }),
  known: fc.boolean(),
  at: fc.integer({ min: MONDAY, max: MONDAY + 14 * 24 * HOUR }),
  post: fc
    .record({
      source: fc.constantFrom('birds', 'blog', 'forum'),
      text: fc.constantFrom('the lid', 'a refund for this pot', 'hello there'),
      lang: fc.constantFrom('de', 'de-AT', 'en', null),
    })
    .map(({ text, ...fields }) => post(text, fields)),
});

describe('whatever the rules are', () => {
  it('the same post ends the same way, in channels or digest only by a rule', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyGiven, (rules, given) => {
        const defaults = [{ chat: 'web', channel: 'team' }];
        const all = { ...given, defaults };
        const found = routed(rules, all);
        expect(routed(structuredClone(rules), structuredClone(all))).toEqual(found);
        expect(found.priority).toBeGreaterThanOrEqual(0);
        expect(found.priority).toBeLessThanOrEqual(100);
        const told = found.places.length > 0;
        expect(found.digestOnly).toBe(!told);
        if (found.digestOnly) expect(rules[found.by.at(-1)?.rule ?? -1]?.digestOnly).toBe(true);
        expect(new Set(names(found.places)).size).toBe(found.places.length);
      }),
      { numRuns: 300, seed: 20_261_130 },
    );
  });

  it('rules behind the one that ends the list make no difference, nor do those that do not fit', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 6 }), anyGiven, (rules, given) => {
        const found = routed(rules, given);
        const last = found.by.at(-1)?.rule;
        if (last !== undefined && !rules[last]?.continue)
          expect(routed(rules.slice(0, last + 1), given)).toEqual(found);
        const fitting = found.by.flatMap(({ rule: position }) => rules[position] ?? []);
        const { by: _, ...alone } = routed(fitting, given);
        expect(found).toMatchObject(alone);
      }),
      { numRuns: 300, seed: 20_261_130 },
    );
  });

  it('what is told to be never reached never fits', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyGiven, (rules, given) => {
        const shadowed = neverReached(rules);
        for (const { rule: position } of routed(rules, given).by) expect(shadowed.has(position)).toBe(false);
      }),
      { numRuns: 500, seed: 20_261_130 },
    );
  });
});

describe('a rule that can never apply', () => {
  it.each([
    [{}, { kinds: ['praise'] }, true],
    [{ kinds: ['praise', 'question'] }, { kinds: ['praise'], words: ['lid'] }, true],
    [{ kinds: ['praise'] }, { kinds: ['praise', 'question'] }, false],
    [{ kinds: ['praise'], sources: ['a'] }, { kinds: ['praise'] }, false],
    [{ minPriority: 50 }, { minPriority: 60 }, true],
    [{ minPriority: 50 }, { minPriority: 40 }, false],
    [{ languages: ['de'] }, { languages: ['de-AT'] }, true],
    [{ words: ['Lid'] }, { words: ['lid'] }, true],
    [{ working: true }, { working: true, kinds: ['praise'] }, true],
    [{ working: true }, { working: false }, false],
    [{ author: { known: true } }, { author: { known: true, handles: ['ada'] } }, true],
    [{ time: { days: 'mon' } }, { time: { days: 'mon' }, kinds: ['praise'] }, true],
    [{ time: { days: 'mon' } }, { kinds: ['praise'] }, false],
  ])('%j before %j: %s', (before, after, expected) => {
    expect(neverReached([rule(before), rule(after)]).has(1)).toBe(expected);
    expect(neverReached([rule(before, ['web:a'], { continue: true }), rule(after)]).has(1)).toBe(false);
  });
});
