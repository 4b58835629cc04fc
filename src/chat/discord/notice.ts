import type { APIMediaGalleryComponent } from 'discord.js';
import {
  type Notice,
  type NoticeBlock,
  type NoticeLine,
  pressesOf,
  uniqueButtons,
} from '../../domain/notice.ts';
import { manyLines, oneLine } from '../../domain/text.ts';
import type { Answer, StoredPicture } from '../chat.ts';
import { NOTICE_TONES } from '../kit/words.ts';
import { cardLine, fitting } from './answers.ts';
import {
  button,
  type Component,
  type Container,
  ephemeral,
  type FilePart,
  type Message,
  menu,
  message,
  rows,
  TYPE,
  textDisplay,
} from './components.ts';
import { words } from './desk.ts';
import { componentId } from './ids.ts';
import { bold, fitsInline, line, link, plain, quote, small } from './markdown.ts';
import { ACCENTS } from './render.ts';

/** Most of each; all shrink together until the notice fits. */
interface Room {
  readonly lines: number;
  readonly line: number;
  readonly text: number;
  readonly blocks: number;
}
const ROOMS: readonly Room[] = [
  { lines: 20, line: 200, text: 1_500, blocks: 20 },
  { lines: 8, line: 100, text: 500, blocks: 16 },
  { lines: 5, line: 50, text: 200, blocks: 10 },
];
const TINY: Room = { lines: 2, line: 20, text: 60, blocks: 6 };

/** All text of a message together (https://docs.discord.com/developers/components/reference#text-display). */
const MAX_TEXT = 4_000;
/** A message takes 40 components, and a row five buttons. */
const MAX_BUTTONS = 10;
const MAX_LABEL = 80;
const MAX_OPTION = 100;
const MAX_MENTIONS = 20;

/**
 * Renders a notice. Pure; keeps every limit of Discord for any input, and pings nobody but `users`.
 *
 * @param picture name of the attached file that holds the notice's picture; null shows its words instead
 */
export function renderNotice(
  notice: Notice,
  noticeId: number,
  users: readonly string[],
  picture: string | null,
): Message {
  const pinged = users.slice(0, MAX_MENTIONS);
  const mentions = pinged.length === 0 ? null : textDisplay(pinged.map((id) => `<@${id}>`).join(' '));
  const room = MAX_TEXT - (mentions?.content.length ?? 0);
  return message([mentions, container(notice, noticeId, room, picture)], pinged);
}

function container(notice: Notice, noticeId: number, limit: number, picture: string | null): Container {
  for (const room of ROOMS) {
    const made = containerIn(notice, noticeId, room, picture);
    if (textOf(made) <= limit) return made;
  }
  return containerIn(notice, noticeId, TINY, picture);
}

function textOf({ components }: Container): number {
  return components.reduce((sum, part) => sum + (part.type === TYPE.text ? part.content.length : 0), 0);
}

function containerIn(notice: Notice, noticeId: number, room: Room, picture: string | null): Container {
  const mark = NOTICE_TONES[notice.tone];
  const title = `${mark ? `${mark} ` : ''}${bold(line(notice.title, Math.max(40, room.line))) || '**Potluck**'}`;
  const blocks = notice.blocks.slice(0, room.blocks).map((block) => blockText(block, room));
  const alt = oneLine(notice.picture?.alt ?? '', 1_000);
  const presses = pressesOf(notice).slice(0, 25);
  return {
    type: TYPE.container,
    accent_color: ACCENTS[notice.tone],
    components: [
      textDisplay(title),
      ...blocks.filter((each) => each !== '').map(textDisplay),
      ...(notice.picture && picture !== null ? [gallery(picture, alt)] : []),
      ...(notice.picture && picture === null && alt !== '' ? [textDisplay(small(line(alt, room.text)))] : []),
      ...(presses.length > 0
        ? [
            menu(
              componentId('press', String(noticeId)),
              'Show what is behind…',
              presses.map(({ press, label }) => ({ label: oneLine(label, MAX_OPTION) || '…', value: press })),
            ),
          ]
        : []),
      ...rows(
        uniqueButtons(notice)
          .slice(0, MAX_BUTTONS)
          .map(({ press, label, style }) =>
            button(componentId('press', press), oneLine(label, MAX_LABEL) || '…', style ?? 'secondary'),
          ),
      ),
    ],
  };
}

/** A picture that goes with the message. */
export function gallery(name: string, alt: string): APIMediaGalleryComponent {
  return {
    type: TYPE.gallery,
    items: [{ media: { url: `attachment://${name}` }, ...(alt === '' ? {} : { description: alt }) }],
  };
}

function blockText(block: NoticeBlock, room: Room): string {
  switch (block.type) {
    case 'heading':
      return bold(line(block.text, room.line));
    case 'text':
      return plain(manyLines(block.text, room.text, 40));
    case 'small':
      return manyLines(block.text, room.text, 20)
        .split('\n')
        .map((each) => small(plain(each)))
        .join('\n');
    case 'figures':
      return block.figures
        .slice(0, room.lines)
        .map(({ label, value, note }) => {
          const beside = note ? ` (${line(note, room.line)})` : '';
          return `- ${bold(line(value, 60)) || '–'} ${line(label, 80)}${beside}`;
        })
        .join('\n');
    case 'list':
      return listText(block.lines, room);
    case 'quote': {
      const by = block.by ? `– ${line(block.by, 80)}` : '';
      const at = fitsInline(block.url ?? null) ? link(block.url ?? '', 'post') : '';
      return [quote(manyLines(block.text, room.text, 10) || '(no text)'), small(`${by} ${at}`.trim())]
        .filter((each) => each !== '')
        .join('\n');
    }
  }
}

function listText(lines: readonly NoticeLine[], room: Room): string {
  const shown = lines.slice(0, room.lines);
  const rest = lines.length - shown.length;
  return [
    ...shown.map(({ text: said, itemId, url }) => {
      const number = itemId === undefined ? '' : `**#${itemId}** `;
      const at = fitsInline(url ?? null, 150) ? ` · ${link(url ?? '', 'post')}` : '';
      return `- ${number}${line(said, room.line) || '…'}${at}`;
    }),
    ...(rest > 0 ? [`- … and ${rest} more`] : []),
  ].join('\n');
}

/**
 * What one person alone reads.
 *
 * @param picture of its notice; null shows its words instead
 */
export function answerMessage(answer: Answer, picture: StoredPicture | null): Message {
  const { notice, cards, file } = answer;
  if (file) return fileMessage(answer.text, file);
  if (!notice && !cards) return words(answer.text);
  const said = answer.text === '' ? null : textDisplay(plain(manyLines(answer.text, 500, 10)));
  const used = said?.content.length ?? 0;
  const chart = notice ? filePart(picture) : undefined;
  const parts: (Component | null)[] = [
    said,
    notice ? container(notice, 0, MAX_TEXT - used, chart?.name ?? null) : null,
  ];
  if (cards && !notice) {
    const more = cards.total > cards.cards.length ? ` (${cards.cards.length} of ${cards.total})` : '';
    parts.push(
      textDisplay(`${bold(line(cards.title, 100))}${more}`),
      textDisplay(fitting(cards.cards.map(cardLine), 3_200 - used) || 'Nothing.'),
    );
  }
  return { ...ephemeral(parts), ...(chart ? { file: chart } : {}) };
}

/** A stored picture as it goes along with a message. */
export function filePart(picture: StoredPicture | null): FilePart | undefined {
  if (picture === null) return undefined;
  const type = picture.mime === 'image/png' ? 'png' : picture.mime === 'image/gif' ? 'gif' : 'jpg';
  return { name: `picture.${type}`, mime: picture.mime, bytes: picture.bytes };
}

/** An answer with a file: whoever asked downloads it there. */
function fileMessage(text: string, file: NonNullable<Answer['file']>): Message {
  const shown = { type: TYPE.file, file: { url: `attachment://${file.name}` } } as Component;
  return { ...ephemeral([textDisplay(plain(manyLines(text, 500, 10)) || '…'), shown]), file };
}
