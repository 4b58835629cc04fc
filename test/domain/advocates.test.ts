import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ADVOCATE_FROM,
  DEEDS,
  type Deed,
  deedsOf,
  deedWords,
  HALF_LIFE_MS,
  isAdvocate,
  type Knowing,
  rankWith,
  standingOf,
  whoKnows,
} from '../../src/domain/advocates.ts';
import { topicsOf } from '../../src/domain/topics.ts';
import { NOON, post, verdict } from '../support/items.ts';

const DAY = 24 * 3_600_000;
const deeds = fc.array(
  fc.tuple(fc.constantFrom(...DEEDS), fc.integer({ min: NOON - 3_000 * DAY, max: NOON })),
  { minLength: 1, maxLength: 40 },
);

function rank(all: readonly (readonly [Deed, number])[]): number {
  return all.reduce<number | null>((so, [deed, at]) => rankWith(so, deed, at), null) ?? Number.NaN;
}

describe('an advocate’s standing', () => {
  it('never falls by another deed, and praise of today raises it by one', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const before = standingOf(rank(all), NOON);
        for (const deed of DEEDS) {
          const more = standingOf(rank([...all, [deed, NOON - 300 * DAY]]), NOON);
          expect(more).toBeGreaterThanOrEqual(before - 1e-9);
        }
        expect(standingOf(rank([...all, ['praise', NOON]]), NOON)).toBeCloseTo(before + 1, 6);
      }),
    );
  });

  it('fades: it only falls while nothing happens, and is half after a half-life', () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 1, max: 5_000 }), (all, days) => {
        const now = standingOf(rank(all), NOON);
        expect(standingOf(rank(all), NOON + days * DAY)).toBeLessThan(now);
        expect(standingOf(rank(all), NOON + HALF_LIFE_MS)).toBeCloseTo(now / 2, 6);
      }),
    );
  });

  it('does not depend on the order in which deeds become known', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        expect(rank(all.toReversed())).toBeCloseTo(rank(all), 9);
      }),
    );
  });

  it('makes an advocate of two deeds of this month, and of no single one', () => {
    const of = (all: [Deed, number][], now = NOON): boolean =>
      isAdvocate(rank(all), { praise: all.length, answer: 0, share: 0, lastAt: NOON }, now);
    expect(of([['answer', NOON]])).toBe(false);
    expect(
      of([
        ['praise', NOON - 25 * DAY],
        ['share', NOON],
      ]),
    ).toBe(true);
    expect(
      of(
        [
          ['praise', NOON - 25 * DAY],
          ['share', NOON],
        ],
        NOON + 90 * DAY,
      ),
    ).toBe(false);
    expect(
      of([
        ['praise', NOON - 400 * DAY],
        ['praise', NOON - 390 * DAY],
      ]),
    ).toBe(false);
    expect(ADVOCATE_FROM).toBeLessThan(2);
  });
});

describe('a deed', () => {
  const long = 'You can put it into the dishwasher, mine has been there every day.';
  it('is praise, a shared link, or an answer to what somebody else asked', () => {
    const asked = { authorId: 'somebody' };
    expect(deedsOf(post(), verdict({ kinds: ['praise'] }), null)).toEqual(['praise']);
    expect(deedsOf(post(), verdict({ kinds: ['link-share'] }), null)).toEqual(['share']);
    expect(deedsOf(post({ text: long }), verdict({ kinds: ['mention'] }), asked)).toEqual(['answer']);
    expect(deedsOf(post({ text: long }), verdict({ kinds: ['praise'] }), asked)).toEqual([
      'praise',
      'answer',
    ]);
  });

  it('is not what we write, spam, a complaint, a question, an answer to oneself or three words', () => {
    const asked = { authorId: 'somebody' };
    const mention = verdict({ kinds: ['mention'] });
    expect(deedsOf(post({ ours: true }), verdict({ kinds: ['praise'] }), asked)).toEqual([]);
    expect(deedsOf(post(), verdict({ kinds: ['spam', 'praise'] }), null)).toEqual([]);
    expect(deedsOf(post(), verdict({ kinds: ['complaint', 'praise'] }), null)).toEqual([]);
    expect(deedsOf(post({ text: long }), verdict({ kinds: ['question'] }), asked)).toEqual([]);
    expect(deedsOf(post({ text: long }), mention, { authorId: 'c1' })).toEqual([]);
    expect(deedsOf(post({ text: 'same here' }), mention, asked)).toEqual([]);
    expect(deedsOf(post({ text: long }), mention, null)).toEqual([]);
  });

  it('is told in words', () => {
    expect(deedWords({ praise: 3, answer: 1, share: 2 })).toEqual([
      'praised us 3 times',
      'answered a question of somebody else',
      'passed our links on twice',
    ]);
    expect(deedWords({ praise: 0, answer: 4, share: 0 })).toEqual(['answered 4 questions of others']);
    expect(deedWords({ praise: 0, answer: 0, share: 0 })).toEqual([]);
  });
});

describe('somebody who knows', () => {
  const deed = (authorId: string, topic: string, kind: Deed = 'praise'): Knowing => ({
    source: 'blog',
    authorId,
    topic,
    deed: kind,
  });
  const question = topicsOf('Does the lid of the slow cooker survive the dishwasher?');

  it('talked about what is asked, most subjects first, and the reason names it', () => {
    const found = whoKnows(
      question,
      [deed('a', 'lid'), deed('a', 'lid'), deed('b', 'lid'), deed('b', 'dishw', 'answer'), deed('c', 'oven')],
      1,
      5,
    );
    expect(found).toEqual([
      { source: 'blog', authorId: 'b', why: 'explained the dishwasher once' },
      { source: 'blog', authorId: 'a', why: 'praised the lid twice' },
    ]);
    expect(whoKnows(question, [deed('a', 'lid')], 2, 5)).toEqual([]);
    expect(whoKnows(question, [deed('a', 'lid'), deed('b', 'lid')], 1, 1)).toHaveLength(1);
    expect(whoKnows(new Map(), [deed('a', 'lid')], 1, 5)).toEqual([]);
  });

  it('has subjects that mean something: no small words, no praise, no names, no links', () => {
    expect([
      ...topicsOf('I love the lid! @simmer thanks, wonderful https://a.example/lids').values(),
    ]).toEqual(['lid']);
    expect([...topicsOf('Simmer & Co. lids are great', ['Simmer & Co.']).values()]).toEqual(['lids']);
    expect([...topicsOf('Weiß jemand, ob der Deckel in die Spülmaschine darf?').values()]).toEqual([
      'deckel',
      'spülmaschine',
    ]);
    expect(topicsOf('lid '.repeat(50_000)).size).toBe(1);
    expect(topicsOf([...'abcdefghijklmnopqrst'].map((l) => `${l}word${l}`).join(' ')).size).toBe(12);
  });
});
