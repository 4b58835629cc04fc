import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COPY_WINDOW, createCopyWindow, isCopy, type Sketch, sketchOf } from '../../src/domain/copies.ts';
import { copyNotice, copyWords, gatherCopies } from '../../src/domain/copy-notice.ts';
import type { Signature } from '../../src/domain/incident.ts';

const PRESS =
  'Simmer & Co. announces today that its new slow cooker, made in Ghent, will be on sale from the first of March in all of Europe, with a lid that fits every pot.';
const must = (text: string): Sketch => {
  const sketch = sketchOf(text);
  if (!sketch) throw new Error(`no sketch of ${text.slice(0, 40)}`);
  return sketch;
};
const alike = (one: string, other: string): boolean => isCopy(must(one), must(other));

describe('copies of a text', () => {
  it('are told in spite of small changes, names and links', () => {
    expect(alike(PRESS, PRESS.toUpperCase())).toBe(true);
    expect(alike(PRESS, `${PRESS} https://a.example/x @mira`)).toBe(true);
    expect(alike(PRESS, `RT ${PRESS.replace('today', 'now')}`)).toBe(true);
    expect(alike(PRESS, `${PRESS} So happy about this!`)).toBe(true);
  });

  it('are not what is about the same in other words, nor a text that quotes a part', () => {
    expect(
      alike(
        PRESS,
        'The new slow cooker of Simmer & Co. comes in March, made in Ghent, and its lid fits every pot I own.',
      ),
    ).toBe(false);
    expect(
      alike(
        PRESS,
        `What do you think of “its new slow cooker, made in Ghent”? I wonder whether anybody needs another pot in a small kitchen like ours, with two kids and a dog`,
      ),
    ).toBe(false);
    expect(
      alike(
        'Does the lid of the large pot fit into a dishwasher?',
        'Does the lid of the small pan fit on an induction hob?',
      ),
    ).toBe(false);
  });

  it('are found in scripts without spaces, and nowhere in what is short or empty', () => {
    const japanese = '新しい圧力鍋が三月一日からヨーロッパ全土で発売されます。ふたはどの鍋にも合います。';
    expect(alike(japanese, `${japanese}楽しみ`)).toBe(true);
    expect(
      alike(japanese, 'この圧力鍋のふたが閉まらないのですが、どうしたらいいでしょうか。教えてください。'),
    ).toBe(false);
    for (const short of [
      '',
      'thanks!',
      '🎉'.repeat(500),
      'happy birthday to you',
      '@a @b https://a.example',
      'a '.repeat(10),
      '\uD800',
    ])
      expect(sketchOf(short), short).toBeNull();
  });

  it('share as much as their texts do', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(words, fc.nat(), (all, cut) => {
        const text = all.join(' ');
        const changed = all.with(cut % all.length, 'qqqqqqqqqqqqq').join(' ');
        expect(alike(text, text)).toBe(true);
        // One word of thirty touches three runs.
        const shared = Array.from(must(text)).filter((value, place) => value === must(changed)[place]).length;
        expect(shared).toBeGreaterThan(16);
      }),
      { numRuns: 200, seed: 20_260_601 },
    );
  });

  it('cost no more for giant and hostile texts', () => {
    for (const unit of ['a', 'ab ', 'か', '\uD800', 'https://', '@', 'é\u0301\u0302 ', '🎉 x ']) {
      const text = unit.repeat(Math.ceil(100_000 / unit.length));
      const start = performance.now();
      sketchOf(text);
      expect(performance.now() - start, unit).toBeLessThan(50);
    }
    expect(
      alike(`${PRESS} ${'x1 y2 z3 '.repeat(20_000)}`, `${PRESS} ${'x1 y2 z3 '.repeat(20_000)} more`),
    ).toBe(true);
  });
});

describe('the window', () => {
  it('finds the newest copies, and forgets the oldest texts', () => {
    const window = createCopyWindow(3);
    const other = (n: number): Sketch =>
      must(`Text number ${n} about ${'abcdefgh'[n]} pots, ${n} lids and the ${n * 7} ovens of my aunt`);
    window.add(1, must(PRESS));
    window.add(2, must(`${PRESS} Yes!`));
    expect(window.copiesOf(must(PRESS))).toEqual([2, 1]);
    window.add(2, must(`${PRESS} Yes!`));
    window.add(3, other(1));
    window.add(4, other(2));
    expect(window.size).toBe(3);
    expect(window.copiesOf(must(PRESS))).toEqual([2]);
    // A number that was given again means the newer text.
    window.add(2, other(3));
    expect(window.copiesOf(must(PRESS))).toEqual([]);
    expect(window.copiesOf(other(3))).toEqual([2]);
  });

  it('is bounded for a flood of texts crafted to meet, and finds every copy among others', () => {
    const window = createCopyWindow();
    const base = must(PRESS);
    const start = performance.now();
    for (let n = 0; n < COPY_WINDOW + 500; n++) {
      const crafted = base.slice();
      // Equal in one band, different in all others.
      for (let place = 4; place < crafted.length; place++) crafted[place] = (n * 31 + place * 7) & 0xffff;
      window.add(n, crafted);
      window.copiesOf(crafted);
    }
    expect(window.size).toBe(COPY_WINDOW);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(window.copiesOf(base)).toEqual([]);
    window.add(9_999, base);
    expect(window.copiesOf(base)).toEqual([9_999]);
  });
});

describe('a group of copies', () => {
  const signature = (itemId: number, change: Partial<Signature> = {}): Signature => ({
    itemId,
    author: `a${itemId}`,
    words: [],
    at: 0,
    sketch: null,
    incident: null,
    ...change,
  });
  const incident = { id: 7, lastAt: 0 };

  it('begins with three by two people, takes in others, and is not made again once it was taken apart', () => {
    expect(gatherCopies('x', [signature(1)])).toBeNull();
    expect(gatherCopies('x', [signature(1), signature(2)])).toEqual({ begin: [1, 2] });
    expect(gatherCopies('x', [signature(1, { author: 'x' }), signature(2, { author: 'x' })])).toBeNull();
    expect(gatherCopies('x', [signature(1, { incident: { ...incident, state: 'open' } })])).toEqual({
      join: 7,
    });
    expect(
      gatherCopies('x', [
        signature(1, { incident: { ...incident, state: 'split' } }),
        signature(2),
        signature(3),
      ]),
    ).toBeNull();
  });

  it('is told in words', () => {
    expect(copyWords(14, 2 * 3_600_000, '@x')).toBe('the same text as 14 others in 2 hours: first by @x');
    expect(copyWords(1, 60_000, '')).toBe('the same text as another in an hour');
    const notice = copyNotice({ id: 7, total: 1, openedAt: 0, lastAt: 0 }, [], (name) => name);
    expect(notice.buttons).toEqual([]);
  });
});
