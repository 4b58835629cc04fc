import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetSchema, costWords, forReading, onPace, pollEvery } from '../../src/domain/cost.ts';

const DAY = 86_400_000;

describe('a budget', () => {
  it('keeps a share for answers', () => {
    expect(forReading({ units: 10_000 })).toEqual({ units: 9_500 });
    expect(forReading({})).toEqual({});
  });

  it('names at least one limit, and only what is known', () => {
    expect(budgetSchema.safeParse({}).error?.issues[0]?.message).toContain('requests, units or dollars');
    expect(budgetSchema.safeParse({ units: 0 }).success).toBe(false);
    expect(budgetSchema.safeParse({ euros: 5 }).success).toBe(false);
    expect(budgetSchema.parse({ dollars: 2.5 })).toEqual({ dollars: 2.5 });
  });

  it('is said in words, beside what was spent', () => {
    expect(costWords({ requests: 12, units: 412 }, { units: 9_500 })).toBe('12 requests, 412 of 9,500 units');
    expect(costWords({ dollars: 1.204 }, { dollars: 5 })).toBe('$1.20 of $5.00');
    expect(costWords({}, {})).toBe('');
    expect(costWords({}, { requests: 300 })).toBe('0 of 300 requests');
  });
});

describe('the pace of a day', () => {
  it('lets what can wait be asked only while spending is not ahead of the hour', () => {
    const budget = { units: 1_000 };
    expect(onPace({ units: 90 }, budget, 0)).toBe(true);
    expect(onPace({ units: 95 }, budget, 0)).toBe(false);
    expect(onPace({ units: 560 }, budget, 0.5)).toBe(true);
    expect(onPace({ units: 570 }, budget, 0.5)).toBe(false);
    expect(onPace({ units: 949 }, budget, 1)).toBe(true);
    expect(onPace({ units: 950 }, budget, 1)).toBe(false);
    expect(onPace({ requests: 1e9 }, budget, 0)).toBe(true);
    expect(onPace({ units: 5 }, {}, 0)).toBe(true);
  });
});

describe('the time between two polls', () => {
  it('is the source’s own while there is enough, and spreads what there is over the day', () => {
    expect(pollEvery({}, { requests: 5 }, 60_000)).toBe(60_000);
    expect(pollEvery({ requests: 300 }, {}, 60_000)).toBe(60_000);
    expect(pollEvery({ requests: 300 }, { requests: 1 }, 60_000)).toBe(Math.ceil(DAY / (285 * 0.7)));
    expect(pollEvery({ units: 10_000 }, { units: 3 }, 60_000)).toBe(60_000);
  });

  it('never lets a day of polls cost more than reading may', () => {
    const amount = fc.integer({ min: 1, max: 50_000 });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 1_000, max: 3_600_000 }), (limit, cost, least) => {
        const every = pollEvery({ requests: limit }, { requests: cost }, least);
        expect(every).toBeGreaterThanOrEqual(least);
        expect((DAY / every) * cost).toBeLessThanOrEqual(limit * 0.95 + 1e-6);
      }),
    );
  });
});
