import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStats, noiseOf, once, partOf, percentile, type Raw } from '../../src/domain/stats.ts';
import { NOTHING, rawWindow } from '../support/digest.ts';

const total = (rows: readonly { readonly count: number }[]): number =>
  rows.reduce((sum, { count }) => sum + count, 0);
const answer = (itemId: number, by: string, waitedMs: number | null): Raw['answers'][number] => ({
  itemId,
  at: itemId,
  source: 'blog',
  kinds: ['question'],
  priority: 50,
  by,
  waitedMs,
});

describe('figures', () => {
  it('say that there are none, rather than zero minutes', () => {
    expect(makeStats(0, 10, NOTHING)).toMatchObject({
      opened: 0,
      answered: 0,
      medianToAnswerMs: null,
      p90ToAnswerMs: null,
      inTime: { kept: 0, of: 0 },
      noise: { count: 0, of: 0 },
      byPerson: [],
    });
  });

  it('take times only of what somebody waited for, and targets only where there are some', () => {
    const answers = [answer(1, 'Ana', null), ...[9, 1, 5, 3, 7].map((ms, n) => answer(n + 2, 'Ben', ms))];
    const raw = { ...NOTHING, answers };
    expect(makeStats(0, 10, raw)).toMatchObject({
      answered: 6,
      medianToAnswerMs: 5,
      p90ToAnswerMs: 9,
      inTime: { kept: 0, of: 0 },
      byPerson: [
        { name: 'Ben', answered: 5 },
        { name: 'Ana', answered: 1 },
      ],
    });
    const target = ({ waitedMs }: { waitedMs: number | null }) => (waitedMs === null ? null : waitedMs <= 5);
    expect(makeStats(0, 10, raw, target).inTime).toEqual({ kept: 3, of: 5 });
  });

  it('count a conversation once, however often it was opened, and dismissals by the last reason', () => {
    const moment = { itemId: 7, source: 'blog', kinds: ['praise'] as const, at: 1 };
    const raw: Raw = {
      ...NOTHING,
      opened: [
        { ...moment, useful: true },
        { ...moment, at: 2, useful: true },
      ],
      dismissed: [
        { ...moment, by: 'Ana', reason: 'other' },
        { ...moment, at: 3, by: 'Ana', reason: 'spam' },
      ],
    };
    expect(makeStats(0, 10, raw)).toMatchObject({
      opened: 1,
      dismissed: 1,
      useful: 1,
      byReason: [{ reason: 'spam', count: 1 }],
      noise: { count: 1, of: 1 },
    });
  });

  it('add up, whatever happened', () => {
    fc.assert(
      fc.property(rawWindow(), (raw) => {
        const stats = makeStats(0, 1, raw, ({ waitedMs }) => (waitedMs === null ? null : waitedMs < 50));
        expect(total(stats.byKind)).toBe(stats.opened);
        expect(total(stats.bySource)).toBe(stats.opened);
        expect(total(stats.byReason)).toBe(stats.dismissed);
        expect(total(stats.byPerson.map(({ answered }) => ({ count: answered })))).toBe(stats.answered);
        expect(total(stats.bySource.map(({ answered }) => ({ count: answered })))).toBe(stats.answered);
        expect(stats.medianToAnswerMs ?? 0).toBeLessThanOrEqual(stats.p90ToAnswerMs ?? 0);
        expect(stats.noise.count).toBeLessThanOrEqual(stats.noise.of);
        expect(stats.inTime.kept).toBeLessThanOrEqual(stats.inTime.of);
        expect(stats.useful).toBeLessThanOrEqual(stats.opened);
        expect(noiseOf(raw).length).toBeLessThanOrEqual(once(raw.opened).length);
      }),
    );
  });

  it('of parts are figures of the whole', () => {
    fc.assert(
      fc.property(rawWindow(), fc.integer({ min: 0, max: 100 }), (raw, middle) => {
        const [first, second] = [partOf(raw, 0, middle), partOf(raw, middle, 101)];
        for (const list of ['opened', 'filtered', 'answers', 'dismissed', 'holdings', 'published'] as const)
          expect([...first[list], ...second[list]].length).toBe(raw[list].length);
      }),
    );
  });

  it('rank by the nearest value that was really there', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4], 0.9)).toBe(4);
    expect(percentile([1], 0)).toBe(1);
    expect(percentile([], 0.5)).toBeNull();
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, share) => {
          const sorted = all.toSorted((a, b) => a - b);
          const value = percentile(sorted, share) ?? expect.fail();
          expect(sorted).toContain(value);
          expect(sorted.filter((each) => each <= value).length).toBeGreaterThanOrEqual(share * sorted.length);
        },
      ),
    );
  });
});
