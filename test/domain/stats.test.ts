import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStats, percentile, type Raw } from '../../src/domain/stats.ts';
import { KINDS } from '../../src/domain/triage/verdict.ts';

const NOTHING: Raw = {
  opened: [],
  filtered: 0,
  dismissed: 0,
  answers: [],
  waiting: 0,
  oldestWaitingSince: null,
};

describe('figures', () => {
  it('say that there are none, rather than zero minutes', () => {
    expect(makeStats(0, 10, NOTHING)).toMatchObject({
      opened: 0,
      answered: 0,
      medianToAnswerMs: null,
      p90ToAnswerMs: null,
      byPerson: [],
    });
  });

  it('take times only of what somebody waited for', () => {
    const answers = [
      { by: 'Ana', waitedMs: null },
      ...[9, 1, 5, 3, 7].map((ms) => ({ by: 'Ben', waitedMs: ms })),
    ];
    expect(makeStats(0, 10, { ...NOTHING, answers })).toMatchObject({
      answered: 6,
      medianToAnswerMs: 5,
      p90ToAnswerMs: 9,
      byPerson: [
        { name: 'Ben', answered: 5 },
        { name: 'Ana', answered: 1 },
      ],
    });
  });

  it('add up, whatever happened', () => {
    const opened = fc.array(
      fc.record({
        source: fc.constantFrom('blog', 'feed'),
        kind: fc.constantFrom(...KINDS),
        count: fc.integer({ min: 1, max: 99 }),
      }),
    );
    const answers = fc.array(
      fc.record({ by: fc.constantFrom('Ana', 'Ben', '__proto__'), waitedMs: fc.option(fc.nat()) }),
    );
    const total = (rows: readonly { readonly count: number }[]): number =>
      rows.reduce((sum, { count }) => sum + count, 0);
    fc.assert(
      fc.property(opened, answers, (rows, given) => {
        const stats = makeStats(0, 1, { ...NOTHING, opened: rows, answers: given });
        expect(total(stats.byKind)).toBe(stats.opened);
        expect(total(stats.bySource)).toBe(stats.opened);
        expect(total(stats.byPerson.map(({ answered }) => ({ count: answered })))).toBe(stats.answered);
        expect(stats.medianToAnswerMs ?? 0).toBeLessThanOrEqual(stats.p90ToAnswerMs ?? 0);
      }),
    );
  });

  it('rank by the nearest value that was really there', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4], 0.9)).toBe(4);
    expect(percentile([1], 0)).toBe(1);
    expect(percentile([], 0.5)).toBeNull();
  });
});
