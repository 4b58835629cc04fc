import type { Card, CardAction } from '../../domain/card.ts';
import type { Permission } from '../../domain/permission.ts';
import type { Measure } from '../../domain/reply.ts';
import { oneLine } from '../../domain/text.ts';
import type { MuteTrial, SourceHealth } from '../chat.ts';

/** The words that every chat says the same way. Plain text: whoever shows them escapes them. */

/**
 * The state is an emoji in the first line and not the coloured bar of an attachment: attachments are folded behind
 * "Show more" after a few lines, are legacy in Slack's own words, and a screen reader never speaks their colour.
 */
export const TONES = { red: '🔴', yellow: '🟡', green: '🟢', grey: '⚪' } as const;

/** Notices are of many sorts: only those that want something wear a colour. */
export const NOTICE_TONES = { ...TONES, grey: '' } as const;

/** What each kind looks like at a glance. */
export const KIND_ICONS: Readonly<Record<Card['kinds'][number], string>> = {
  complaint: '😟',
  question: '❓',
  comparison: '⚖️',
  praise: '💚',
  'link-share': '🔗',
  follow: '👋',
  mention: '💬',
  spam: '🗑️',
};

/** What the buttons of a card say. */
export const ACTION_LABELS: Readonly<Record<CardAction, string>> = {
  claim: 'Claim',
  draft: 'Draft',
  'request-approval': 'Ask for approval',
  approve: 'Approve & send…',
  refuse: 'Refuse…',
  send: 'Send',
  another: 'Another idea',
  'not-today': 'Not today',
  dismiss: 'Dismiss',
  release: 'Release',
  assign: 'Assign to…',
  snooze: 'Snooze…',
  'mark-answered': 'Mark answered',
  note: 'Note…',
  reopen: 'Reopen',
  open: 'Open post',
};

/** These are buttons; everything else is in the menu, so that a card on a phone keeps one row. */
export const BUTTON_ACTIONS = [
  'claim',
  'approve',
  'refuse',
  'draft',
  'request-approval',
  'another',
  'not-today',
  'dismiss',
] as const;

/** What is in the menu, in its order. */
export const MENU_ACTIONS = ['release', 'assign', 'snooze', 'mark-answered', 'note', 'reopen'] as const;

/** The button that opens the post: where nothing can be sent from here, that is where a person answers. */
export function openLabel(card: Card): string {
  return card.noReply !== null && card.closing === null ? 'Open and answer there' : ACTION_LABELS.open;
}

/** What a form asks before it dismisses. */
export function dismissQuestion(card: Card): string {
  return card.dismissReasons.includes('not-for-us')
    ? 'Why not this idea?'
    : 'Why does nobody need to answer?';
}

/** The draft where it is worth showing: an idea that is as it was suggested, or waits for approval, stands there already. */
export function shownDraft({ approval, draft, origin, text }: Card): Card['draft'] {
  if (draft === null || draft.text === approval?.text) return null;
  return origin === 'prompt' && draft.text === text ? null : draft;
}

/** How a source is doing: "quiet" and "blind" are not the same. */
export const SOURCE_STATES: Readonly<Record<SourceHealth['state'], string>> = {
  up: '🟢 hears',
  quiet: '⚪ works, but nothing comes',
  blind: '🔴 blind',
  starting: '🟡 starting',
};

/** Items on one page of an answer. */
export const PAGE = 10;

/** Above a list of what nobody is told of: a rule says “digest only”, or the source is only listened to. */
export const QUIET_TITLE = 'Nobody is told of these';

/** The windows that figures are asked for. */
export const WINDOW_WORDS = { day: 'The last 24 hours', week: 'The last seven days' } as const;

/** Forms that would be filled in vain without a role. */
export const FORM_NEEDS: Partial<Record<CardAction, Permission>> = {
  approve: 'approve',
  refuse: 'approve',
  dismiss: 'dismiss',
  assign: 'assign',
};

/** Why a form would be in vain, in words; null when the card offers the action. */
export function whyNot(card: Card, action: CardAction): string | null {
  if (card.actions.includes(action)) return null;
  if (card.closing) return `#${card.itemId} is closed already: ${card.closing.line}.`;
  if (card.sending) return `${card.sending.by} is sending a reply to #${card.itemId} right now.`;
  if (card.owner) return `#${card.itemId} is with ${card.owner.name} now.`;
  return `That is not possible with #${card.itemId} as it stands.`;
}

/** Whether an answer can go out from here: whoever may draft may send, and sending claims. */
export function canSend(card: Card): boolean {
  return card.reply !== null && (card.actions.includes('send') || card.actions.includes('draft'));
}

/** "12 of 300 graphemes, in 2 posts". */
export function measured(measure: Measure): string {
  const parts = measure.parts.length > 1 ? `, in ${measure.parts.length} posts` : '';
  return `${measure.length} of ${measure.limit} ${measure.unit}${parts}`;
}

/** "free coins", "airdrop": as they will be looked for, so that nobody mistakes a phrase for two words. */
export function quoted(list: readonly string[]): string {
  return list.map((each) => `“${oneLine(each, 60)}”`).join(', ');
}

/** "would have hidden 41 of the last 500, among them 2 that you answered". */
export function trialWords(trial: MuteTrial): string {
  if (trial.looked === 0) return 'nothing has come in yet to try it on';
  const among =
    trial.answered === 0
      ? ', none of which you answered'
      : `, among them ${trial.answered} that you answered`;
  return `would have hidden ${trial.hidden === 0 ? 'none' : trial.hidden} of the last ${trial.looked}${trial.hidden === 0 ? '' : among}`;
}

/** The spans of the snooze form; `pick` takes the time below. */
export const SPANS = {
  '1h': 'In an hour',
  '4h': 'In four hours',
  tomorrow: 'Tomorrow at 9:00, your time',
  monday: 'Monday at 9:00, your time',
  pick: 'At the time below',
} as const;
export type Span = keyof typeof SPANS;
