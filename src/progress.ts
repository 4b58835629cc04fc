import type { Clock } from './clock.ts';

/** Work that is over sooner needs no bar, in milliseconds. */
const SHOW_AFTER_MS = 800;
const WIDTH = 24;

/** A bar on a terminal for work whose end nobody knows: it wanders while there is more. Nothing where nobody looks. */
export function progressBar(
  out: { readonly isTTY?: boolean; write(text: string): unknown },
  clock: Pick<Clock, 'now'>,
): { show(pages: number, posts: number): void; clear(): void } {
  const startedAt = clock.now();
  let shown = false;
  return {
    show(pages, posts) {
      if (!out.isTTY || clock.now() - startedAt < SHOW_AFTER_MS) return;
      const at = (pages - 1) % (WIDTH - 2);
      const bar = `${'·'.repeat(at)}███${'·'.repeat(WIDTH - 3 - at)}`;
      out.write(`\r  ${bar}  page ${pages}, ${posts} posts `);
      shown = true;
    },
    clear() {
      if (shown) out.write(`\r${' '.repeat(WIDTH + 40)}\r`);
      shown = false;
    },
  };
}
