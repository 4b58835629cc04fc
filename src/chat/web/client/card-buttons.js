import { icon } from './icons.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/card.ts').CardAction} CardAction */
/** @typedef {import('./card.js').CardUi} CardUi */

/** The words on the buttons. */
const LABELS = {
  claim: 'Claim',
  draft: 'Draft',
  'request-approval': 'Ask for approval',
  approve: 'Approve and send',
  refuse: 'Do not approve',
  send: 'Send…',
  another: 'Another idea',
  'not-today': 'Not today',
  dismiss: 'Dismiss',
  release: 'Release',
  assign: 'Assign',
  snooze: 'Snooze',
  'mark-answered': 'Mark answered',
  note: 'Note',
  reopen: 'Reopen',
  open: 'Open',
};
/** These stand on the card itself; the others live in its menu. */
const UP_FRONT = new Set([
  'claim',
  'draft',
  'request-approval',
  'approve',
  'refuse',
  'send',
  'another',
  'not-today',
  'dismiss',
  'reopen',
  'open',
]);

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
export function foot(card, ui) {
  const front = card.actions.filter((action) => UP_FRONT.has(action) && action !== 'open');
  const menu = card.actions.filter((action) => !UP_FRONT.has(action));
  const primary = card.actions.includes('claim')
    ? 'claim'
    : card.draft && card.actions.includes('send')
      ? 'send'
      : 'draft';
  return h(
    'footer',
    { class: 'foot', key: 'foot' },
    front.map((action) => button(card, action, action === primary ? 'primary' : 'plain', ui)),
    card.translate &&
      h(
        'button',
        {
          key: 'translate',
          type: 'button',
          class: 'button plain',
          'data-do': 'press',
          'data-press': `translate:${card.itemId}`,
        },
        'Translate',
      ),
    menu.length > 0 &&
      h(
        'details',
        { class: 'menu', key: 'menu' },
        h('summary', { class: 'button plain', 'aria-label': `More for number ${card.itemId}` }, icon('more')),
        h(
          'div',
          { class: 'sheet' },
          menu.map((action) => button(card, action, 'item', ui)),
        ),
      ),
    h('span', { class: 'grow' }),
    card.actions.includes('open') && openLink(card, card.reply === null ? 'plain' : 'quiet'),
  );
}

/**
 * @param {Card} card
 * @param {CardAction} action
 * @param {'primary' | 'plain' | 'small' | 'item'} look
 * @param {CardUi} ui
 */
export function button(card, action, look, ui) {
  const open = action === 'note' && ui.thread !== null;
  return h(
    'button',
    {
      key: action,
      type: 'button',
      class: look === 'small' ? 'square small' : look === 'item' ? look : `button ${look}`,
      'data-action': action,
      'data-id': card.itemId,
      disabled: ui.busy,
      title: look === 'small' ? LABELS[action] : null,
      'aria-expanded': action === 'note' ? (open ? 'true' : 'false') : null,
    },
    look === 'small'
      ? [icon(action === 'note' ? 'note' : 'back'), h('span', { class: 'sr' }, LABELS[action])]
      : LABELS[action],
  );
}

/**
 * The post on its network. Where no bot may reply, that is where a person answers.
 *
 * @param {Card} card
 * @param {'plain' | 'quiet' | 'small'} look
 */
export function openLink(card, look) {
  const words = card.reply === null && card.closing === null ? 'Open and answer there' : 'Open';
  const name = { plain: 'button plain', quiet: 'quiet', small: 'square small' }[look];
  return outside(
    card.url,
    { class: name, title: look === 'small' ? words : null, 'data-action': 'open', 'data-id': card.itemId },
    look === 'small' ? h('span', { class: 'sr' }, words) : words,
    icon('open'),
  );
}
