import {
  type Notice,
  type NoticeBlock,
  type NoticeButton,
  pressesOf,
  uniqueButtons,
} from '../../domain/notice.ts';
import { cut, manyLines, oneLine } from '../../domain/text.ts';
import type { Answer } from '../chat.ts';
import { NOTICE_TONES } from '../kit/words.ts';
import type { Button, KnownBlock, MessageMetadata, RichTextElement } from './block-kit.ts';
import { words } from './desk.ts';
import { actionId } from './ids.ts';
import { cardLines } from './lists.ts';
import { fits, MAX_BLOCK_BYTES, type SlackMessage } from './render.ts';
import { bold, bullets, escapeText, link, quote, type RichPart, rich, section, text } from './rich.ts';
import type { Words } from './web.ts';

/** The kind of metadata by which a notice is found again. */
export const NOTICE_EVENT = 'potluck_notice';

/** Most of each; all shrink together until the notice fits. */
interface Room {
  readonly blocks: number;
  readonly lines: number;
  readonly line: number;
  readonly text: number;
}
const ROOMS: readonly Room[] = [
  { blocks: 40, lines: 25, line: 300, text: 2_000 },
  { blocks: 30, lines: 10, line: 160, text: 600 },
  { blocks: 16, lines: 5, line: 100, text: 240 },
];
const TINY: Room = { blocks: 8, lines: 3, line: 60, text: 100 };

/** Limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks/actions-block, …/static-select, …/header-block */
const MAX_BUTTONS = 10;
const MAX_OPTIONS = 50;
const MAX_LABEL = 75;
const MAX_HEADER = 150;
const MAX_MENTIONS = 20;

/**
 * Renders a notice as Block Kit. Pure; keeps every limit of Slack for any input, and pings nobody but `users`.
 *
 * @param users user ids of the workspace that are mentioned
 */
export function renderNotice(notice: Notice, noticeId: number, users: readonly string[]): SlackMessage {
  const metadata: MessageMetadata = { event_type: NOTICE_EVENT, event_payload: { notice_id: noticeId } };
  const blocks = noticeBlocks(notice, users);
  return { blocks, text: escapeText(oneLine(notice.title, 300)) || 'Potluck', metadata };
}

function noticeBlocks(notice: Notice, users: readonly string[]): KnownBlock[] {
  for (const room of ROOMS) {
    const blocks = blocksIn(notice, users, room);
    if (Buffer.byteLength(JSON.stringify(blocks)) <= MAX_BLOCK_BYTES) return blocks;
  }
  return blocksIn(notice, users, TINY);
}

function blocksIn(notice: Notice, users: readonly string[], room: Room): KnownBlock[] {
  const mark = NOTICE_TONES[notice.tone];
  const title = cut(`${mark ? `${mark} ` : ''}${oneLine(notice.title, 140)}`, MAX_HEADER) || 'Potluck';
  const mentions: RichTextElement[] = users
    .slice(0, MAX_MENTIONS)
    .flatMap((id, at) => [text(at === 0 ? '' : ' '), { type: 'user', user_id: id } as const]);
  const body = notice.blocks.slice(0, room.blocks).map((block) => blockOf(block, room));
  return [
    { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
    rich([section(...mentions)]),
    ...body,
    pictureBlock(notice),
    menuBlock(notice),
    buttonsBlock(uniqueButtons(notice)),
  ].filter((block): block is KnownBlock => block !== null);
}

function blockOf(block: NoticeBlock, room: Room): KnownBlock | null {
  switch (block.type) {
    case 'heading':
      return rich([section(bold(oneLine(block.text, room.line)))]);
    case 'text':
      return rich([section(text(manyLines(block.text, room.text, 40)))]);
    case 'small': {
      const small = manyLines(block.text, room.text, 20);
      if (small === '') return null;
      return { type: 'context', elements: [{ type: 'plain_text', text: small, emoji: false }] };
    }
    case 'figures':
      return rich([
        bullets(
          block.figures
            .slice(0, room.lines)
            .map(({ label, value, note }) =>
              section(
                bold(oneLine(value, 60) || '–'),
                text(` ${oneLine(label, 80)}`),
                text(note ? ` (${oneLine(note, room.line)})` : ''),
              ),
            ),
        ),
      ]);
    case 'list':
      return rich([linesPart(block.lines, room)]);
    case 'quote':
      return rich([
        quote(text(manyLines(block.text, room.text, 10) || '(no text)')),
        block.by || fits(block.url ?? null)
          ? section(
              text(block.by ? `– ${oneLine(block.by, 80)}` : ''),
              ...(block.url && fits(block.url) ? [text(' '), link(block.url, 'post')] : []),
            )
          : null,
      ]);
  }
}

function linesPart(lines: Extract<NoticeBlock, { type: 'list' }>['lines'], room: Room): RichPart | null {
  if (lines.length === 0) return null;
  const shown = lines.slice(0, room.lines);
  const rest = lines.length - shown.length;
  return bullets([
    ...shown.map(({ text: said, itemId, url }) =>
      section(
        ...(itemId === undefined ? [] : [bold(`#${itemId}`), text(' ')]),
        text(oneLine(said, room.line) || '…'),
        ...(url && fits(url) ? [text(' · '), link(url, 'post')] : []),
      ),
    ),
    ...(rest > 0 ? [section(text(`… and ${rest} more`))] : []),
  ]);
}

/**
 * The words of a picture. The picture itself is shared below, or in the conversation with the bot: a block shows only a
 * file that its readers may see.
 */
function pictureBlock(notice: Notice): KnownBlock | null {
  const alt = oneLine(notice.picture?.alt ?? '', 1_900);
  if (!notice.picture || alt === '') return null;
  return { type: 'context', elements: [{ type: 'plain_text', text: alt, emoji: false }] };
}

/** The items behind the figures: one menu, so that a digest is not a wall of buttons. */
function menuBlock(notice: Notice): KnownBlock | null {
  const options = pressesOf(notice)
    .slice(0, MAX_OPTIONS)
    .map(({ press, label }) => ({
      text: { type: 'plain_text' as const, text: oneLine(label, MAX_LABEL) || '…', emoji: false },
      value: press,
    }));
  if (options.length === 0) return null;
  return {
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: actionId('press', 99),
        placeholder: { type: 'plain_text', text: 'Show what is behind…', emoji: false },
        options,
      },
    ],
  };
}

function buttonsBlock(buttons: readonly NoticeButton[]): KnownBlock | null {
  const elements = buttons.slice(0, MAX_BUTTONS).map(
    ({ press, label, style }, at): Button => ({
      type: 'button',
      action_id: actionId('press', at + 1),
      value: press,
      text: { type: 'plain_text', text: oneLine(label, MAX_LABEL) || '…', emoji: false },
      ...(style ? { style } : {}),
    }),
  );
  return elements.length === 0 ? null : { type: 'actions', elements };
}

/** What one person alone reads. */
export function answerWords(answer: Answer): Words {
  const { notice, cards } = answer;
  if (!notice && !cards) return words(answer.text);
  const list = cards
    ? rich([
        section(
          bold(oneLine(cards.title, 150)),
          text(cards.total > cards.cards.length ? ` (${cards.cards.length} of ${cards.total})` : ''),
        ),
        cardLines(cards.cards) ?? section(text('Nothing.')),
      ])
    : null;
  const said = notice ? [] : (words(answer.text).blocks ?? []);
  return {
    text: escapeText(oneLine(answer.text || (notice?.title ?? ''), 1_000)) || 'Potluck',
    blocks: [
      ...(answer.text === '' ? [] : said),
      ...(notice ? noticeBlocks(notice, []) : []),
      ...(list ? [list] : []),
    ],
  };
}
