import fc from 'fast-check';
import type { CouncilFacts, DigestFacts, Heard } from '../../src/domain/digest/facts.ts';
import { DISMISS_REASONS, type DismissReason } from '../../src/domain/item.ts';
import type { Raw } from '../../src/domain/stats.ts';
import { KINDS } from '../../src/domain/triage/verdict.ts';

/** A window in which nothing happened. */
export const NOTHING: Raw = {
  opened: [],
  filtered: [],
  answers: [],
  dismissed: [],
  holdings: [],
  published: [],
  waiting: 0,
  oldestWaitingSince: null,
  cut: false,
};

const moment = {
  itemId: fc.integer({ min: 1, max: 30 }),
  at: fc.integer({ min: 0, max: 100 }),
  source: fc.constantFrom('blog', 'feed', '__proto__'),
  kinds: fc.uniqueArray(fc.constantFrom(...KINDS), { maxLength: 3 }),
};
const by = fc.constantFrom('Ana', 'Ben', '__proto__', '=cmd()');
const reasons = Object.keys(DISMISS_REASONS) as DismissReason[];

/** Anything that may have happened between 0 and 100, in the order of time. */
export function rawWindow(): fc.Arbitrary<Raw> {
  const list = <Each extends { at: number }>(each: fc.Arbitrary<Each>): fc.Arbitrary<Each[]> =>
    fc.array(each, { maxLength: 20 }).map((all) => all.sort((one, other) => one.at - other.at));
  return fc.record({
    opened: list(fc.record({ ...moment, useful: fc.boolean() })),
    filtered: list(fc.record(moment)),
    answers: list(
      fc.record({ ...moment, by, priority: fc.nat(100), waitedMs: fc.option(fc.nat(100_000_000)) }),
    ),
    dismissed: list(fc.record({ ...moment, by, reason: fc.constantFrom(...reasons) })),
    holdings: list(fc.record({ ...moment, type: fc.constantFrom('claim' as const, 'release' as const) })),
    published: list(fc.record({ ...moment, by })),
    waiting: fc.nat(50),
    oldestWaitingSince: fc.constant(null),
    cut: fc.boolean(),
  });
}

/** What somebody said. */
export function heard(text: string, change: Partial<Heard> = {}): Heard {
  return {
    source: 'blog',
    text,
    lang: null,
    authorId: `blog/${text}`,
    by: 'Kim',
    url: 'https://blog.example/1',
    at: 0,
    itemId: null,
    kinds: [],
    ...change,
  };
}

export const NO_COUNCIL: CouncilFacts = {
  heard: [],
  heardBefore: [],
  placed: [],
  answeredBefore: new Set(),
  voice: { sent: 0, clear: 0 },
  advocates: [],
  prompts: [],
};

/** Facts of a window from 50 to 100, the one before from 0 to 50. */
export function facts(change: Partial<DigestFacts> = {}): DigestFacts {
  return {
    window: 'day',
    at: 100,
    from: 50,
    to: 100,
    before: 0,
    days: [0, 50, 100],
    zone: 'UTC',
    raw: NOTHING,
    target: () => null,
    crowds: [],
    crowdsBefore: [],
    begun: 0,
    begunBefore: 0,
    spent: [],
    waiting: [],
    deaf: [],
    labels: new Map([['blog', 'Blog']]),
    council: null,
    names: ['Potluck'],
    departments: new Map(),
    ...change,
  };
}
