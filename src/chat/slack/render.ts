import type { Card, CardAction } from '../../domain/card.ts';
import { picturesWords } from '../../domain/picture.ts';
import { cut, manyLines, oneLine } from '../../domain/text.ts';
import { translatePress } from '../kit/suggestions.ts';
import {
  ACTION_LABELS,
  BUTTON_ACTIONS,
  KIND_ICONS,
  MENU_ACTIONS,
  openLabel,
  shownDraft,
  TONES,
} from '../kit/words.ts';
import type {
  Button,
  KnownBlock,
  MessageMetadata,
  Overflow,
  PlainTextOption,
  RichTextBlock,
} from './block-kit.ts';
import { actionId, menuValue, type Target, targetValue, type Verb } from './ids.ts';
import {
  bold,
  bullets,
  escapeText,
  italic,
  link,
  quote,
  type RichPart,
  rich,
  section,
  text,
  when,
} from './rich.ts';
import type { Words } from './web.ts';

/** A card as Slack takes it. */
export interface SlackMessage {
  readonly blocks: readonly KnownBlock[];
  /** For notifications and screen readers: escaped, pings nobody. */
  readonly text: string;
  readonly metadata: MessageMetadata;
}

/** The kind of metadata by which a card is found again. */
export const CARD_EVENT = 'potluck_card';

/**
 * Most UTF-8 bytes of a card's blocks as JSON. Slack refuses with `msg_blocks_too_long` from about 13,200 characters
 * (slackapi/bolt-js#2509), counting something it does not document; bytes of JSON are the strictest reading.
 */
export const MAX_BLOCK_BYTES = 12_000;

/** Most characters of each part; all shrink together until the card fits. */
interface Budget {
  readonly quote: number;
  readonly lines: number;
  readonly post: number;
  readonly posts: number;
  readonly draft: number;
  readonly note: number;
  readonly notes: number;
  readonly reason: number;
  readonly name: number;
  readonly line: number;
}
const ROOMY: Budget = {
  quote: 1_500,
  lines: 16,
  post: 280,
  posts: 12,
  draft: 600,
  note: 200,
  notes: 5,
  reason: 600,
  name: 80,
  line: 300,
};
const TIGHT: Budget = {
  quote: 600,
  lines: 10,
  post: 120,
  posts: 6,
  draft: 240,
  note: 100,
  notes: 3,
  reason: 240,
  name: 50,
  line: 200,
};
const TINY: Budget = {
  quote: 300,
  lines: 6,
  post: 60,
  posts: 3,
  draft: 120,
  note: 60,
  notes: 2,
  reason: 120,
  name: 30,
  line: 100,
};

/**
 * Renders a card as Block Kit. Pure; keeps every limit of Slack for any input, and lets nothing from outside ping,
 * format, or link.
 *
 * @param nonce goes into the metadata, so that a card can be told from a copy of it.
 */
export function renderCard(card: Card, nonce?: string): SlackMessage {
  const metadata: MessageMetadata = {
    event_type: CARD_EVENT,
    event_payload: { item_id: card.itemId, version: card.version, ...(nonce ? { nonce } : {}) },
  };
  return { blocks: squeeze((budget) => blocksOf(card, budget)), text: fallback(card), metadata };
}

function squeeze(make: (budget: Budget) => readonly KnownBlock[]): readonly KnownBlock[] {
  for (const budget of [ROOMY, TIGHT]) {
    const blocks = make(budget);
    if (Buffer.byteLength(JSON.stringify(blocks)) <= MAX_BLOCK_BYTES) return blocks;
  }
  return make(TINY);
}

/** One line for the thread of a card; only `owner` (a user id of the workspace) is mentioned. */
export function remarkWords(say: string, owner: string | null): Words {
  const line = oneLine(say, 500);
  const block = rich([
    section(...(owner === null ? [] : [{ type: 'user' as const, user_id: owner }, text(' ')]), text(line)),
  ]);
  return { text: escapeText(line) || '…', ...(block ? { blocks: [block] } : {}) };
}

function blocksOf(card: Card, budget: Budget): readonly KnownBlock[] {
  if (card.closing) return [closedLine(card)];
  const buttons = actionsBlock(card);
  return [...bodyBlocks(card, budget), ...(buttons ? [buttons] : [])];
}

function bodyBlocks(card: Card, budget: Budget): readonly KnownBlock[] {
  return [head(card, budget), around(card, budget), standing(card, budget)].filter((block) => block !== null);
}

/** "❓ Question", as far as the kinds are known. */
function kindWords(card: Card): string {
  const icon = card.origin === 'prompt' ? '💡' : card.kinds[0] ? KIND_ICONS[card.kinds[0]] : '💬';
  return `${icon} ${oneLine(card.kindLabel, 80)}`.trim();
}

/** One line about the author and where: outside text, for places where it is plain. */
function authorWords(card: Card, limit: number): string {
  const name = oneLine(card.author.name, limit);
  const handle = oneLine(card.author.handle, limit);
  if (handle === '' || handle === name) return name || 'somebody';
  return name === '' ? handle : `${name} (${handle})`;
}

function head(card: Card, budget: Budget): RichTextBlock | null {
  const marks = [
    card.urgency === 'urgent' || card.urgency === 'high' ? card.urgency : '',
    card.followUp ? 'follow-up' : '',
    card.sample ? 'sample' : '',
  ].filter((mark) => mark !== '');
  const handle = oneLine(card.author.handle, budget.name);
  const name = oneLine(card.author.name, budget.name);
  const body = manyLines(card.text, budget.quote, budget.lines);
  const wasCut = body.endsWith('…') && !card.text.trimEnd().endsWith('…');
  return rich([
    section(
      text(`${TONES[card.tone]} `),
      bold(kindWords(card)),
      text(` · #${card.itemId}${marks.map((mark) => ` · ${mark}`).join('')}`),
    ),
    section(
      bold(name || handle || 'Somebody'),
      ...(handle !== '' && handle !== name && name !== '' ? [text(` ${handle}`)] : []),
      ...(fits(card.author.url) ? [text(' ('), link(card.author.url, 'profile'), text(')')] : []),
      text(` on ${oneLine(card.source.label, budget.name)} · `),
      when(card.postedAt, 'ago', fits(card.url) ? card.url : undefined),
    ),
    card.author.known === '' ? null : section(italic(oneLine(card.author.known, budget.line))),
    quote(body === '' ? italic('(no text)') : text(body)),
    wasCut && fits(card.url) ? section(link(card.url, 'Read the rest')) : null,
    card.alsoOn.length === 0
      ? null
      : section(
          text('Also on '),
          ...card.alsoOn.flatMap((place, index) => [
            text(`${index > 0 ? ', ' : ''}${oneLine(place.label, budget.name) || 'another network'}`),
            ...(fits(place.url, 200) ? [text(' ('), link(place.url, 'post'), text(')')] : []),
          ]),
        ),
  ]);
}

/** Longest URL a button or a link may carry (https://docs.slack.dev/reference/block-kit/block-elements/button-element). */
const MAX_URL = 3_000;
/** Longest URL in a line of text: six of them must not fill a card. */
const MAX_INLINE_URL = 500;

export function fits(url: string | null, limit = MAX_INLINE_URL): url is string {
  return url !== null && url !== '' && Buffer.byteLength(url) <= limit;
}

/** The conversation so far, and why it is here. */
function around(card: Card, budget: Budget): RichTextBlock | null {
  const posts = card.conversation.posts.slice(-budget.posts);
  const omitted = card.conversation.omitted + card.conversation.posts.length - posts.length;
  const lines = posts.map((post) =>
    section(
      bold(`${oneLine(post.author, budget.name) || 'Somebody'}${post.ours ? ' (us)' : ''}: `),
      text(oneLine(post.text, budget.post) || '(no text)'),
    ),
  );
  const reasons = oneLine(card.reasons.slice(0, 12).join('; '), budget.reason);
  return rich([
    lines.length === 0
      ? null
      : section(
          bold('Conversation so far'),
          text(omitted > 0 ? ` (${omitted} earlier ${omitted === 1 ? 'post' : 'posts'} not shown)` : ''),
        ),
    lines.length === 0 ? null : bullets(lines),
    section(
      ...(reasons === '' ? [] : [bold('Why: '), text(`${reasons}. `)]),
      ...(card.answerDue
        ? [bold('Suggested: '), text(oneLine(card.suggestedLabel, budget.name))]
        : [text(card.origin === 'prompt' ? '' : 'No answer due.')]),
    ),
  ]);
}

/** Who has it, since when it waits, what is drafted, what to look out for. */
function standing(card: Card, budget: Budget): RichTextBlock | null {
  const notes = card.notes.slice(-budget.notes);
  return rich([
    section(...ownerWords(card, budget)),
    card.warning === null ? null : section(text('⚠️ '), bold(oneLine(card.warning, budget.line))),
    ...writtenParts(card, budget),
    notes.length === 0 ? null : section(bold(card.notes.length > notes.length ? 'Latest notes' : 'Notes')),
    notes.length === 0
      ? null
      : bullets(
          notes.map((note) =>
            section(bold(`${oneLine(note.by, budget.name)}: `), text(oneLine(note.text, budget.note) || '…')),
          ),
        ),
    card.noReply === null
      ? null
      : section(italic(`${oneLine(card.noReply, budget.line)} Open the post and answer there.`)),
  ]);
}

/** What is written but not public: the text that waits for approval, or the draft. */
function writtenParts(card: Card, budget: Budget): readonly RichPart[] {
  const { approval, draft, pictures } = card;
  const changed = shownDraft(card);
  const parts: RichPart[] = [];
  const shown = (words: string): RichPart => quote(text(manyLines(words, budget.draft, 8)));
  if (approval) {
    parts.push(
      section(
        text('🖊️ '),
        bold(oneLine(approval.by, budget.name) || 'Somebody'),
        text(' asks for approval of this text (not public yet):'),
      ),
      shown(approval.text),
    );
  }
  if (changed)
    parts.push(
      section(bold('Draft'), text(` by ${oneLine(changed.by, budget.name)} (not public)`)),
      shown(changed.text),
    );
  if (draft || approval) parts.push(...pictureParts({ pictures }, budget.line));
  return parts;
}

/** What goes out with the words: their number, and what each shows. */
export function pictureParts({ pictures }: Pick<Card, 'pictures'>, limit = 2_000): readonly RichPart[] {
  if (pictures.length === 0) return [];
  return [section(text('🖼️ '), text(oneLine(picturesWords(pictures), limit)))];
}

function ownerWords(card: Card, budget: Budget): ReturnType<typeof section>['elements'] {
  const due = card.dueAt === null ? [] : [text(' · answer due by '), when(card.dueAt, 'time')];
  const waiting =
    card.waitingSince === null ? [] : [text(' · waiting since '), when(card.waitingSince), ...due];
  if (card.sending) return [text('📨 '), bold(`${oneLine(card.sending.by, budget.name)} is sending a reply`)];
  if (card.state === 'snoozed' && card.snoozedUntil !== null)
    return [
      text('💤 Snoozed until '),
      when(card.snoozedUntil, 'time'),
      text(card.owner ? ` by ${oneLine(card.owner.name, budget.name)}` : ''),
    ];
  if (card.owner)
    return [text('👤 With '), bold(oneLine(card.owner.name, budget.name) || 'somebody'), ...waiting];
  const before = card.lastOwner ? ` (${oneLine(card.lastOwner.name, budget.name)} had it before)` : '';
  return [text('👤 '), bold('Nobody has it yet'), text(before), ...waiting];
}

/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const MAX_MENU = 5;

function actionsBlock(card: Card): KnownBlock | null {
  const target = { itemId: card.itemId, version: card.version };
  const elements: (Button | Overflow)[] = BUTTON_ACTIONS.filter((action) =>
    card.actions.includes(action),
  ).map((action) =>
    button(
      action,
      target,
      ACTION_LABELS[action],
      action === 'claim' || action === 'approve' ? 'primary' : undefined,
      labelFor(action, card),
    ),
  );
  if (card.translate)
    elements.push({
      type: 'button',
      action_id: actionId('press'),
      value: translatePress(card.itemId),
      text: { type: 'plain_text', text: 'Translate', emoji: false },
    });
  const menu = MENU_ACTIONS.filter((action) => card.actions.includes(action)).map((action) =>
    menuLine(action, target),
  );
  for (let start = 0; start < menu.length; start += MAX_MENU)
    elements.push(overflow(menu.slice(start, start + MAX_MENU), start / MAX_MENU));
  if (fits(card.url, MAX_URL) && (card.actions.includes('open') || elements.length === 0))
    elements.push({ ...button('open', target, openLabel(card)), url: card.url });
  return elements.length === 0 ? null : { type: 'actions', elements };
}

/** A button of a card. */
export function button(
  verb: Verb,
  target: Target,
  label: string,
  style?: 'primary' | 'danger',
  spoken?: string,
): Button {
  return {
    type: 'button',
    action_id: actionId(verb),
    value: targetValue(target),
    text: { type: 'plain_text', text: label, emoji: false },
    ...(style ? { style } : {}),
    ...(spoken ? { accessibility_label: spoken } : {}),
  };
}

/** What a screen reader says in place of "Claim", among twenty other buttons called so. */
function labelFor(action: CardAction, card: Card): string {
  return cut(`${ACTION_LABELS[action]} number ${card.itemId}, ${oneLine(card.kindLabel, 40)}`, 75);
}

function menuLine(action: Verb & CardAction, target: Target): PlainTextOption {
  return {
    text: { type: 'plain_text', text: ACTION_LABELS[action], emoji: false },
    value: menuValue(action, target),
  };
}

function overflow(options: PlainTextOption[], part: number): Overflow {
  return { type: 'overflow', action_id: actionId('more', part), options };
}

/** A closed card: how it ended and what it was, in one line, with what is left to do in its menu. */
function closedLine(card: Card): KnownBlock {
  const target = { itemId: card.itemId, version: card.version };
  const menu: PlainTextOption[] = MENU_ACTIONS.filter(
    (action) => card.actions.includes(action) && (action === 'reopen' || action === 'note'),
  ).map((action) => menuLine(action, target));
  if (fits(card.closing?.url ?? null, MAX_URL) && card.closing?.url)
    menu.push({ ...linkLine('See the answer', target), url: card.closing.url });
  if (fits(card.url, MAX_URL)) menu.push({ ...linkLine(ACTION_LABELS.open, target), url: card.url });
  const line = `${card.state === 'answered' ? '✅' : '🗂️'} #${card.itemId} ${oneLine(card.closing?.line ?? '', 300)} · ${kindWords(card)} from ${authorWords(card, 80)} on ${oneLine(card.source.label, 60)}${card.sample ? ' · sample' : ''}: ${oneLine(card.text, 120) || '(no text)'}`;
  return {
    type: 'section',
    // Plain text without emoji codes: inert like rich text, and the only kind that takes a menu beside it.
    text: { type: 'plain_text', text: line, emoji: false },
    ...(menu.length > 0 ? { accessory: overflow(menu, 0) } : {}),
  };
}

function linkLine(label: string, target: Target): PlainTextOption {
  return { text: { type: 'plain_text', text: label, emoji: false }, value: menuValue('open', target) };
}

/** What notifications and screen readers say: one escaped line. */
function fallback(card: Card): string {
  const state = card.closing ? ` – ${oneLine(card.closing.line, 200)}` : '';
  return escapeText(
    `#${card.itemId} ${oneLine(card.kindLabel, 80)} from ${authorWords(card, 80)} on ${oneLine(card.source.label, 60)}${state}: ${oneLine(card.text, 300) || '(no text)'}`,
  );
}
