import type { Notice, NoticeBlock } from './notice.ts';
import { manyLines, oneLine } from './text.ts';

/** A notice for a terminal: nothing of what stands in it can move the cursor or hide what is beside it. */
export function noticeText({ title, blocks }: Pick<Notice, 'title' | 'blocks'>): string {
  const parts = blocks.map(blockText).filter((part) => part !== '');
  return `${[`# ${oneLine(title, 300)}`, ...parts].join('\n\n')}\n`;
}

const MAX_TEXT = 10_000;
const MAX_LINE = 400;

function blockText(block: NoticeBlock): string {
  switch (block.type) {
    case 'heading':
      return `## ${oneLine(block.text, MAX_LINE)}`;
    case 'text':
    case 'small':
      return manyLines(block.text, MAX_TEXT, 200);
    case 'quote': {
      const by = block.by === undefined ? '' : `\n> (${oneLine(block.by, 80)})`;
      return `> ${manyLines(block.text, MAX_TEXT, 50).replaceAll('\n', '\n> ')}${by}`;
    }
    case 'figures': {
      const width = Math.max(0, ...block.figures.map(({ label }) => oneLine(label, 60).length));
      return block.figures
        .map(({ label, value, note }) => {
          const beside = note === undefined ? '' : `  (${oneLine(note, 200)})`;
          return `${oneLine(label, 60).padEnd(width)}  ${oneLine(value, 60)}${beside}`;
        })
        .join('\n');
    }
    case 'list':
      return block.lines
        .map(({ text, itemId, url }) => {
          const number = itemId === undefined ? '' : `#${itemId} `;
          return `- ${number}${oneLine(text, MAX_LINE)}${url ? `\n  ${oneLine(url, MAX_LINE)}` : ''}`;
        })
        .join('\n');
  }
}
