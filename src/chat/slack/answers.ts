import { oneLine } from '../../domain/text.ts';
import { waitingLongest } from '../kit/queue.ts';
import { WINDOW_WORDS } from '../kit/words.ts';
import type { KnownBlock } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { statsParts } from './figures.ts';
import { cardLines } from './lists.ts';
import { bold, escapeText, rich, section, text } from './rich.ts';
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

/** "digest": the day's figures, and who waits longest. */
export async function digestAnswer(desk: Desk): Promise<Words> {
  const handlers = desk.handlers();
  const [stats, sources, oldest] = await Promise.all([
    handlers.stats('day'),
    handlers.sources(),
    waitingLongest(handlers),
  ]);
  const deaf = sources.filter((source) => source.state === 'blind');
  return shown('Digest of the last 24 hours', [
    rich([section(bold(`Digest · ${WINDOW_WORDS.day}`)), ...statsParts(stats, sources)]),
    oldest.length === 0 ? null : rich([section(bold('Waiting longest')), cardLines(oldest)]),
    deaf.length === 0
      ? null
      : rich([
          section(
            text('🔴 '),
            bold('We do not hear: '),
            text(
              deaf
                .slice(0, 10)
                .map((source) => oneLine(source.label, 40))
                .join(', '),
            ),
            text('. The figures lack whatever was said there.'),
          ),
        ]),
  ]);
}
