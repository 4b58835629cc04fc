import { COPY_WINDOW, createCopyWindow, sketchOf } from '../../src/domain/copies.ts';
import type { Figures } from './figures.ts';

const POSTS = 20_000;
/** The exact comparison is too slow for as many. */
const EXACT = 400;

/** Texts of some 25 words, every tenth of which is a copy with a change. */
function* texts(): Generator<string> {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const word = (): string => `w${next(3_000).toString(36)}o${next(9)}`;
  const copied = Array.from({ length: 25 }, word).join(' ');
  for (let n = 0; ; n++)
    yield n % 10 === 0 ? `${copied} ${word()}` : Array.from({ length: 25 }, word).join(' ');
}

function runsOf(text: string): Set<string> {
  const words = text.split(' ');
  return new Set(words.slice(2).map((_, at) => words.slice(at, at + 3).join(' ')));
}

function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  let shared = 0;
  for (const run of one) if (other.has(run)) shared++;
  return shared / (one.size + other.size - shared) >= 0.7;
}

/** Finding copies among the newest 4,096 texts, beside comparing each text with all of them. */
export function benchCopies(figures: Figures): void {
  const stream = texts();
  const all = Array.from({ length: POSTS }, () => stream.next().value as string);
  const window = createCopyWindow();
  let found = 0;
  const start = performance.now();
  for (const [id, text] of all.entries()) {
    const sketch = sketchOf(text);
    if (!sketch) continue;
    if (window.copiesOf(sketch).length > 0) found += 1;
    window.add(id, sketch);
  }
  const ours = POSTS / ((performance.now() - start) / 1_000);

  const known = all.slice(0, COPY_WINDOW).map(runsOf);
  const begun = performance.now();
  let exact = 0;
  for (const text of all.slice(COPY_WINDOW, COPY_WINDOW + EXACT)) {
    const runs = runsOf(text);
    if (known.filter((other) => alike(runs, other)).length > 0) exact += 1;
  }
  const baseline = EXACT / ((performance.now() - begun) / 1_000);
  console.log(`copies found: ${found} of ${POSTS / 10 - 1}; by comparing all: ${exact} of ${EXACT / 10}`);
  figures.row('copies among the newest 4,096 texts', ours, baseline, 'posts/s', 'each compared with all');
}
