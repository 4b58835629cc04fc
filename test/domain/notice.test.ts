import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PRESS, parsePress, pressesOf, uniqueButtons } from '../../src/domain/notice.ts';

describe('what a button of a notice asks', () => {
  it('is a name and what it needs', () => {
    expect(parsePress('oncall:take:2026-11-30')).toEqual({ name: 'oncall', rest: 'take:2026-11-30' });
    expect(parsePress('budget')).toEqual({ name: 'budget', rest: '' });
    for (const bad of ['', ':x', 'Oncall:x', 'a b', 'a:b c', 'a:<@U1>', `a:${'x'.repeat(MAX_PRESS)}`])
      expect(parsePress(bad), bad).toBeNull();
  });

  it('is read back whole, or not at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (press) => {
        const parsed = parsePress(press);
        if (parsed) expect([parsed.name, `${parsed.name}:${parsed.rest}`]).toContain(press);
      }),
    );
  });

  it('is offered once, and never when it could not be read back', () => {
    const figure = (press: string) => ({ label: 'waiting', value: '1', press });
    const blocks = [{ type: 'figures' as const, figures: [figure('a:1'), figure('a:1'), figure('no no')] }];
    expect(pressesOf({ blocks })).toEqual([{ press: 'a:1', label: 'waiting: 1' }]);
    const buttons = ['x', 'x', 'Y'].map((press) => ({ press, label: press }));
    expect(uniqueButtons({ buttons }).map(({ press }) => press)).toEqual(['x']);
  });
});
