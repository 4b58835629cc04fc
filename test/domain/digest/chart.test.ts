import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { CHART_HEIGHT, CHART_WIDTH, chartAlt, chartSvg } from '../../../src/domain/digest/chart.ts';
import { drawSvg } from '../../../src/draw.ts';

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 23);
const week = [
  [12, 10, 14],
  [18, 17, 22],
  [9, 11, 8],
  [31, 20, 190],
  [22, 26, 41],
  [3, 1, null],
  [0, 2, 5],
].map(([opened = 0, answered = 0, minutes], n) => ({
  from: MONDAY + n * DAY,
  opened: opened ?? 0,
  answered: answered ?? 0,
  medianMs: minutes === null || minutes === undefined ? null : minutes * 60_000,
}));

/** Width and height in the head of a PNG. */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  expect(bytes.subarray(12, 16).toString()).toBe('IHDR');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** Tags that are left open, and those that were never opened. */
function unbalanced(svg: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const parser = new Parser(
    {
      onopentag: (name) => void open.push(name),
      onclosetag: (name) => void (open.pop() === name || wrong.push(name)),
    },
    { xmlMode: true, recognizeSelfClosing: true },
  );
  parser.write(svg);
  // What is still open here, `end` would close by itself.
  wrong.push(...open);
  parser.end();
  return wrong;
}

describe('the chart', () => {
  it('shows every figure of every day, and says them in words', () => {
    const svg = chartSvg({ days: week, zone: 'UTC' });
    const texts = [...svg.matchAll(/<text [^>]*class="chart-(?!halo)[^>]*>([^<]*)<\/text>/g)].map(
      ([, text]) => text,
    );
    for (const wanted of ['23 Nov – 29 Nov', 'New', 'Answered', 'Mon', '31', '26', '3.2 h', '5 min'])
      expect(texts).toContain(wanted);
    expect(chartAlt({ days: week, zone: 'UTC' })).toContain(
      'Thu 26 Nov: 31 new, 20 answers, half within 3 h 10 min; Fri 27 Nov: 22 new',
    );
    expect(chartAlt({ days: week, zone: 'UTC' })).toContain('Sat 28 Nov: 3 new, 1 answer;');
    expect(svg).toContain(chartAlt({ days: week, zone: 'UTC' }));
  });

  it('writes nothing smaller than a phone can show, on a ground of its own', () => {
    const svg = chartSvg({ days: week, zone: 'UTC' });
    // A phone shows the 1,200 pixels at a third.
    for (const [, size] of svg.matchAll(/font-size="(\d+)"/g)) expect(Number(size) / 3).toBeGreaterThan(11);
    expect(svg).toMatch(/<rect [^>]*class="chart-ground" fill="#fffdf9"/);
    expect(svg).not.toMatch(/style=|<style|<script|href/);
  });

  it('is sound for any figures', () => {
    const day = fc.record({
      from: fc.integer({ min: 0, max: 4e12 }),
      opened: fc.nat(1e9),
      answered: fc.nat(1e9),
      medianMs: fc.option(fc.nat(1e12)),
    });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 31 }), fc.constantFrom('Europe/Berlin', 'UTC'), (days, zone) => {
        const svg = chartSvg({ days, zone });
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        expect(unbalanced(svg)).toEqual([]);
        for (const [, y] of svg.matchAll(/ y="([\d.-]+)"/g)) {
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(CHART_HEIGHT);
        }
      }),
    );
  });

  it('is drawn as a PNG without a browser, in a process of its own', async () => {
    const before = process.memoryUsage().rss;
    const png = await drawSvg(chartSvg({ days: week, zone: 'UTC' }));
    expect(sizeOf(png)).toEqual([CHART_WIDTH, CHART_HEIGHT]);
    // Letters make it: without a font there would be bars alone.
    expect(png.length).toBeGreaterThan(40_000);
    expect(png.length).toBeLessThan(300_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });

  it('that cannot be drawn says why', async () => {
    await expect(drawSvg('<svg')).rejects.toThrow(/could not be drawn/);
  });
});
