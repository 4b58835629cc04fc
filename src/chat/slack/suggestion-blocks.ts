import { manyLines, oneLine } from '../../domain/text.ts';
import type { Suggestions } from '../chat.ts';
import type { KnownBlock } from './block-kit.ts';
import { actionId } from './ids.ts';
import { plain } from './modals.ts';
import { bold, bullets, italic, quote, rich, section, text } from './rich.ts';

/** So many, two blocks each, stay far below the hundred of a form. */
const MOST = 11;
const SHOWN = 900;

/** What there is to begin with, below the editor's own parts. */
export function suggestionBlocks({
  suggestions,
  note,
  instead,
  model,
}: Suggestions): readonly (KnownBlock | null)[] {
  return [
    note === null ? null : rich([section(italic(oneLine(note, 500)))]),
    instead.length === 0
      ? null
      : rich([
          bullets(
            instead
              .slice(0, 10)
              .map((each) =>
                section(
                  bold(oneLine(each.by, 80) || 'Somebody'),
                  text(`: ${oneLine(each.text, 300) || '…'}`),
                ),
              ),
          ),
        ]),
    model
      ? {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: actionId('suggest-model'),
              value: 'model',
              text: plain('Write three drafts'),
            },
          ],
        }
      : null,
    ...suggestions.slice(0, MOST).flatMap((each, at): (KnownBlock | null)[] => [
      rich([
        section(bold(oneLine(each.title, 200) || 'A suggestion')),
        each.about === null ? null : section(italic(`To: “${oneLine(each.about, 200)}”`)),
        quote(text(manyLines(each.text, SHOWN, 15) || ' ')),
        ...(each.remarks ?? [])
          .slice(0, 3)
          .map((remark) => section(italic(oneLine(remark.text, 200) || remark.code))),
      ]),
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: actionId('take', at + 1),
            value: each.id,
            text: plain(`Use ${at + 1}`),
          },
        ],
      },
    ]),
  ];
}
