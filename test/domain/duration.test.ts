import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, durationSchema } from '../../src/domain/duration.ts';

describe('a length of time', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1h30m', 5_400_000],
    [' 1.5 H ', 5_400_000],
    ['250ms', 250],
    ['2w', 1_209_600_000],
  ])('%s', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  it.each([['5'], [''], ['m'], ['-5m'], ['5 minutes'], ['1e9h'], ['99999d'], ['5m!'], ['0x5m']])(
    'refuses %j',
    (text) => {
      expect(duration.safeParse(text).error?.issues[0]?.message).toContain('5m, 24h or 7d');
    },
  );

  it('has a default and a least', () => {
    expect(durationSchema('5m').parse(undefined)).toBe(300_000);
    expect(durationSchema('5m', '60s').safeParse('59s').error?.issues[0]?.message).toContain('60s');
    expect(durationSchema('5m', '60s').parse('60s')).toBe(60_000);
  });

  it('never throws and is quick on anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9. msh]{0,60}$/)), (text) => {
        const parsed = duration.safeParse(text);
        if (parsed.success) expect(parsed.data).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
