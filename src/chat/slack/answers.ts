import { WINDOW_WORDS } from '../kit/words.ts';
import type { KnownBlock } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { statsParts } from './figures.ts';
import { bold, escapeText, rich, section } from './rich.ts';
import type { Words } from './web.ts';

/** An answer of blocks; `fallback` is what a notification says. */
export function shown(fallback: string, blocks: readonly (KnownBlock | null)[]): Words {
  return { text: escapeText(fallback), blocks: blocks.filter((block) => block !== null) };
}

/** "stats": the figures of a window. */
export async function statsAnswer(desk: Desk, window: 'day' | 'week'): Promise<Words> {
  const [stats, sources] = await Promise.all([desk.handlers().stats(window), desk.handlers().sources()]);
  return shown(WINDOW_WORDS[window], [
    rich([section(bold(WINDOW_WORDS[window])), ...statsParts(stats, sources)]),
  ]);
}
