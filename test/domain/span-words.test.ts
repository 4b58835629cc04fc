import { describe, expect, it } from 'vitest';
import { parseSpan } from '../../src/domain/span-words.ts';

const at = (text: string): number => Date.parse(text);
/** A Wednesday, 11:00 in Berlin. */
const NOW = at('2026-03-25T10:00:00Z');
const place = { now: NOW, zone: 'Europe/Berlin', handOver: 540, until: at('2026-03-30T07:00:00Z') };
const words = (text: string): string | null => {
  const span = parseSpan(text, place);
  return span && [span.from, span.to].map((each) => new Date(each).toISOString().slice(0, 16)).join(' ');
};
const SOON = '2026-03-25T10:00';

describe('a stretch of time in words', () => {
  it.each([
    ['', `${SOON} 2026-03-30T07:00`],
    ['today', `${SOON} 2026-03-25T23:00`],
    ['Tomorrow', '2026-03-25T23:00 2026-03-26T23:00'],
    ['this week', `${SOON} 2026-03-30T07:00`],
    ['next week', '2026-03-30T07:00 2026-04-06T07:00'],
    ['on friday', '2026-03-26T23:00 2026-03-27T23:00'],
    ['sunday', '2026-03-28T23:00 2026-03-29T22:00'],
    ['wed', `${SOON} 2026-03-25T23:00`],
    ['3h', `${SOON} 2026-03-25T13:00`],
    ['14:00–18:00', '2026-03-25T13:00 2026-03-25T17:00'],
    ['14:00-18:00', '2026-03-25T13:00 2026-03-25T17:00'],
    ['from 22:00 to 06:00', '2026-03-25T21:00 2026-03-26T05:00'],
    ['2026-12-24', '2026-12-23T23:00 2026-12-24T23:00'],
    ['2026-12-24–2026-12-26', '2026-12-23T23:00 2026-12-26T23:00'],
    ['2026-12-24-2026-12-26', '2026-12-23T23:00 2026-12-26T23:00'],
    ['2026-12-24 18:00 until 2026-12-25 08:30', '2026-12-24T17:00 2026-12-25T07:30'],
    ['2026-03-24–2026-03-26', `${SOON} 2026-03-26T23:00`],
  ])('“%s” is %s', (text, expected) => {
    expect(words(text)).toBe(expected);
  });

  it.each([
    ['yesterday'],
    ['2026-03-24'],
    ['2026-02-29'],
    ['08:00–09:00'],
    ['25:00–26:00'],
    ['14:00'],
    ['9'],
    ['2028-01-01'],
    ['a–b–c'],
    ['x'.repeat(5_000)],
  ])('refuses “%s”', (text) => {
    expect(words(text)).toBeNull();
  });
});
