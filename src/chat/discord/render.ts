import type { Card } from '../../domain/card.ts';
import { picturesWords } from '../../domain/picture.ts';
import { manyLines, oneLine } from '../../domain/text.ts';
import {
  ACTION_LABELS,
  BUTTON_ACTIONS,
  KIND_ICONS,
  MENU_ACTIONS,
  openLabel,
  shownDraft,
  TONES,
} from '../kit/words.ts';
import {
  button,
  type Container,
  linkButton,
  type Message,
  menu,
  message,
  rows,
  type SelectOption,
  TYPE,
  textDisplay,
} from './components.ts';
import { componentId, targetText } from './ids.ts';
import { bold, fitsInline, line, link, quote, quoteOf, small, when } from './markdown.ts';

/**
 * Cards are components, not embeds: an embed is gone for everybody who has switched link previews off or whose server
 * denies the bot "Embed Links", its columns fall apart on a phone, and its buttons hang below it. A container keeps
 * colour, text and buttons together, at the full width of the chat.
 */

/** Most characters of all text displays of a message together (https://docs.discord.com/developers/components/reference#text-display). */
const MAX_TEXT = 4_000;

/** The colour at the edge of a card. It says nothing that the emoji in the first line does not say, too. */
export const ACCENTS: Readonly<Record<Card['tone'], number>> = {
  red: 0xda3e44,
  yellow: 0xf0b132,
  green: 0x23a55a,
  grey: 0x80848e,
};

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
  /** Longest address within the text. */
  readonly url: number;
}
const ROOMY: Budget = {
  quote: 1_200,
  lines: 14,
  post: 160,
  posts: 6,
  draft: 500,
  note: 160,
  notes: 4,
  reason: 400,
  name: 80,
  line: 250,
  url: 400,
};
const TIGHT: Budget = {
  quote: 500,
  lines: 8,
  post: 90,
  posts: 4,
  draft: 200,
  note: 90,
  notes: 2,
  reason: 200,
  name: 40,
  line: 150,
  url: 200,
};
/** Even when every single sign is escaped, this fits. */
const TINY: Budget = {
  quote: 240,
  lines: 5,
  post: 50,
  posts: 2,
  draft: 100,
  note: 50,
  notes: 1,
  reason: 100,
  name: 25,
  line: 80,
  url: 80,
};

/**
 * Renders a card. Pure; keeps every limit of Discord for any input, and lets nothing from outside ping, format, or link.
 *
 * @param mark makes the menu another one: Discord sends nothing when the same line of the same menu is chosen twice
 *   (discord/discord-api-docs#4801)
 */
export function renderCard(card: Card, mark = ''): Message {
  for (const budget of [ROOMY, TIGHT]) {
    const made = cardComponents(card, budget, mark);
    if (textLength(made) <= MAX_TEXT) return message([made]);
  }
  return message([cardComponents(card, TINY, mark)]);
}

function textLength(container: Container): number {
  return container.components.reduce(
    (sum, part) => sum + (part.type === TYPE.text ? part.content.length : 0),
    0,
  );
}

function cardComponents(card: Card, budget: Budget, mark: string): Container {
  const texts = card.closing
    ? [closedLine(card, budget)]
    : [head(card, budget), around(card, budget), standing(card, budget)];
  return {
    type: TYPE.container,
    accent_color: ACCENTS[card.tone],
    components: [...texts.filter((each) => each !== '').map(textDisplay), ...controls(card, mark)],
  };
}

/** "❓ Question", as far as the kinds are known. */
export function kindWords(card: Card): string {
  const icon = card.origin === 'prompt' ? '💡' : card.kinds[0] ? KIND_ICONS[card.kinds[0]] : '💬';
  return `${icon} ${oneLine(card.kindLabel, 80)}`.trim();
}

/** Who wrote: outside text, unescaped. */
export function authorWords(card: Card, limit: number): string {
  const name = oneLine(card.author.name, limit);
  const handle = oneLine(card.author.handle, limit);
  if (handle === '' || handle === name) return name || 'somebody';
  return name === '' ? handle : `${name} (${handle})`;
}

/** Lines that are there; those that are empty leave no gap. */
function lines(...all: readonly string[]): string {
  return all.filter((each) => each !== '').join('\n');
}

function head(card: Card, budget: Budget): string {
  const marks = [
    card.urgency === 'urgent' || card.urgency === 'high' ? card.urgency : '',
    card.followUp ? 'follow-up' : '',
    card.sample ? 'sample' : '',
  ].filter((mark) => mark !== '');
  const handle = oneLine(card.author.handle, budget.name);
  const name = oneLine(card.author.name, budget.name);
  const second = handle !== '' && handle !== name && name !== '' ? ` ${line(handle, budget.name)}` : '';
  const profile = fitsInline(card.author.url, budget.url) ? ` (${link(card.author.url, 'profile')})` : '';
  const body = manyLines(card.text, budget.quote, budget.lines);
  const wasCut = body.endsWith('…') && !card.text.trimEnd().endsWith('…');
  return lines(
    `${TONES[card.tone]} ${bold(line(kindWords(card), 90))} · #${card.itemId}${marks.map((mark) => ` · ${mark}`).join('')}`,
    `${bold(line(name || handle || 'Somebody', budget.name))}${second}${profile} on ${line(card.source.label, budget.name)} · ${when(card.postedAt)}`,
    small(line(card.author.known, budget.line)),
    body === '' ? '> *(no text)*' : quote(body),
    wasCut && fitsInline(card.url, budget.url) ? link(card.url, 'Read the rest') : '',
    alsoOn(card, budget),
  );
}

/** Where else the same person said the same. */
function alsoOn({ alsoOn: places }: Card, budget: Budget): string {
  if (places.length === 0) return '';
  const words = places.map(({ label, url }) => {
    const post = fitsInline(url, Math.min(budget.url, 120)) ? ` (${link(url, 'post')})` : '';
    return `${line(label, Math.min(budget.name, 30)) || 'another network'}${post}`;
  });
  return small(`Also on ${words.join(', ')}`);
}

/** The conversation so far, and why it is here. */
function around(card: Card, budget: Budget): string {
  const posts = card.conversation.posts.slice(-budget.posts);
  const omitted = card.conversation.omitted + card.conversation.posts.length - posts.length;
  const reasons = line(card.reasons.slice(0, 12).join('; '), budget.reason);
  const due = card.answerDue
    ? `**Suggested:** ${line(card.suggestedLabel, budget.name)}`
    : card.origin === 'prompt'
      ? ''
      : 'No answer due.';
  return lines(
    posts.length === 0
      ? ''
      : `**Conversation so far**${omitted > 0 ? ` (${omitted} earlier ${omitted === 1 ? 'post' : 'posts'} not shown)` : ''}`,
    ...posts.map(
      (post) =>
        `- ${bold(`${line(post.author, budget.name) || 'Somebody'}${post.ours ? ' (us)' : ''}:`)} ${line(post.text, budget.post) || '(no text)'}`,
    ),
    [reasons === '' ? '' : `**Why:** ${reasons}.`, due].filter((each) => each !== '').join(' '),
  );
}

/** Who has it, since when it waits, what is drafted, what to look out for. */
function standing(card: Card, budget: Budget): string {
  const notes = card.notes.slice(-budget.notes);
  return lines(
    ownerWords(card, budget),
    card.warning === null ? '' : `⚠️ ${bold(line(card.warning, budget.line))}`,
    ...writtenParts(card, budget),
    notes.length === 0 ? '' : bold(card.notes.length > notes.length ? 'Latest notes' : 'Notes'),
    ...notes.map(
      (note) =>
        `- ${bold(`${line(note.by, budget.name) || 'Somebody'}:`)} ${line(note.text, budget.note) || '…'}`,
    ),
    card.noReply === null ? '' : small(`${line(card.noReply, budget.line)} Open the post and answer there.`),
  );
}

/** What is written but not public: the text that waits for approval, or the draft. */
function writtenParts(card: Card, budget: Budget): readonly string[] {
  const { approval, draft, pictures } = card;
  const changed = shownDraft(card);
  const shown = (words: string): string => quoteOf(words, budget.draft, 8);
  return [
    ...(approval
      ? [
          `🖊️ ${bold(line(approval.by, budget.name) || 'Somebody')} asks for approval of this text (not public yet):`,
          shown(approval.text),
        ]
      : []),
    ...(changed ? [`**Draft** by ${line(changed.by, budget.name)} (not public)`, shown(changed.text)] : []),
    ...(draft || approval ? [picturesLine(pictures, budget.line)] : []),
  ];
}

/** What goes out with the words: their number, and what each shows; empty when there is none. */
export function picturesLine(pictures: Card['pictures'], limit: number): string {
  return pictures.length === 0 ? '' : `🖼️ ${line(picturesWords(pictures), limit)}`;
}

function ownerWords(card: Card, budget: Budget): string {
  const due = card.dueAt === null ? '' : ` · answer due by ${when(card.dueAt, 'f')}`;
  const waiting = card.waitingSince === null ? '' : ` · waiting since ${when(card.waitingSince)}${due}`;
  if (card.sending) return `📨 ${bold(`${line(card.sending.by, budget.name)} is sending a reply`)}`;
  if (card.state === 'snoozed' && card.snoozedUntil !== null)
    return `💤 Snoozed until ${when(card.snoozedUntil, 'f')}${card.owner ? ` by ${line(card.owner.name, budget.name)}` : ''}`;
  if (card.owner) return `👤 With ${bold(line(card.owner.name, budget.name) || 'somebody')}${waiting}`;
  const before = card.lastOwner ? ` (${line(card.lastOwner.name, budget.name)} had it before)` : '';
  return `👤 **Nobody has it yet**${before}${waiting}`;
}

/** A closed card: how it ended and what it was, in one line. */
function closedLine(card: Card, budget: Budget): string {
  const icon = card.state === 'answered' ? '✅' : '🗂️';
  const sample = card.sample ? ' · sample' : '';
  const from = `${line(authorWords(card, budget.name), budget.name * 2)} on ${line(card.source.label, budget.name)}`;
  return `${icon} **#${card.itemId}** ${line(card.closing?.line ?? '', budget.line)} · ${line(kindWords(card), 90)} from ${from}${sample}: ${line(card.text, 100) || '(no text)'}`;
}

const HISTORY = 'What happened so far';

const TRANSLATE: SelectOption = {
  value: 'translate',
  label: 'Translate',
  description: 'By a machine, for you alone',
};
const SUGGEST: SelectOption = {
  value: 'suggest',
  label: 'Suggestions for an answer…',
  description: 'What was answered before, and saved replies',
};

/** What else the menu of every open card offers. */
const MORE: readonly SelectOption[] = [
  {
    value: 'thread',
    label: 'Talk about it',
    description: 'Opens a thread for the team; nothing of it is public',
  },
  { value: 'who', label: 'What do we know?', description: 'About whoever wrote this' },
  { value: 'history', label: HISTORY, description: 'Who did what with it, and when' },
];

/** What is left to do with a closed card: one row of buttons, so that it stays small. */
function closedControls(card: Card, target: string): Container['components'] {
  const again = (['reopen', 'note'] as const).filter((action) => card.actions.includes(action));
  return rows([
    linkButton(card.closing?.url ?? null, 'See the answer'),
    linkButton(card.url, ACTION_LABELS.open),
    ...again.map((action) => button(componentId(action, target), ACTION_LABELS[action])),
    button(componentId('history', target), HISTORY),
  ]);
}

function controls(card: Card, mark: string): Container['components'] {
  const target = targetText({ itemId: card.itemId, version: card.version });
  if (card.closing) return closedControls(card, target);
  const buttons = [
    ...BUTTON_ACTIONS.filter((action) => card.actions.includes(action)).map((action) =>
      button(
        componentId(action, target),
        ACTION_LABELS[action],
        action === 'claim' ? 'primary' : action === 'approve' ? 'success' : 'secondary',
      ),
    ),
    card.actions.includes('open') ? linkButton(card.url, openLabel(card)) : null,
  ];
  const own: readonly SelectOption[] = MENU_ACTIONS.filter((action) => card.actions.includes(action)).map(
    (action) => ({ value: action, label: ACTION_LABELS[action] }),
  );
  return [
    ...rows(buttons),
    menu(componentId('more', mark === '' ? target : `${target}:${mark}`), 'More…', [
      ...(card.origin !== 'prompt' && card.actions.includes('draft') ? [SUGGEST] : []),
      ...(card.translate ? [TRANSLATE] : []),
      ...own,
      ...MORE,
    ]),
  ];
}

/** What a forum post is called: plain text, at most 100 characters. */
export function threadName(card: Card): string {
  const who = card.origin === 'prompt' ? '' : ` · ${oneLine(authorWords(card, 30), 40)}`;
  return oneLine(`#${card.itemId} ${kindWords(card)}${who}: ${card.text}`, 100) || `#${card.itemId}`;
}
