import { ago, moment, oneLine, readable } from './format.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/item.ts').ItemEvent} ItemEvent */

/** @type {Readonly<Record<ItemEvent['type'], string>>} */
const DEEDS = {
  opened: 'came in',
  filtered: 'was filtered as spam',
  'follow-up': 'came back: the customer wrote again',
  claim: 'claimed it',
  release: 'released it',
  assign: 'handed it over',
  draft: 'wrote a draft',
  attach: 'added a picture to the draft',
  describe: 'described a picture of the draft',
  detach: 'removed a picture from the draft',
  'request-approval': 'asked for approval',
  approve: 'approved the draft',
  refuse: 'did not approve the draft',
  send: 'sent a reply',
  'mark-answered': 'marked it as answered',
  dismiss: 'dismissed it',
  snooze: 'snoozed it',
  reopen: 'reopened it',
  another: 'asked for another idea',
  'not-today': 'said “not today”',
  note: 'noted',
  sent: 'The reply is public',
  'send-failed': 'The reply was not sent',
  'send-uncertain': 'Nobody knows whether the reply was sent',
  'answered-on-network': 'Answered on the network',
  'customer-posted': 'The customer wrote again',
  wake: 'Woke up from its snooze',
  route: 'Routed again',
  lapse: 'Its time was over',
  merge: 'Became part of another conversation',
  'also-posted': 'Said on another network, too',
  'post-edited': 'Its author changed the post',
  'post-deleted': 'The post was deleted',
  'author-changed': 'What we know of the author changed',
  'author-erased': 'What the author wrote was erased',
};

/**
 * Notes and history of an item, and the field for the next note. Nothing here ever becomes public.
 *
 * @param {Card} card
 * @param {readonly ItemEvent[] | null} events null while they are being fetched
 * @param {number} now
 */
export function threadView(card, events, now) {
  return h(
    'section',
    { class: 'thread', key: 'thread', 'aria-label': `Notes and history of number ${card.itemId}` },
    events === null
      ? h('p', { class: 'muted small' }, 'Fetching the history…')
      : events.length === 0
        ? h('p', { class: 'muted small' }, 'Nothing has happened here yet.')
        : h(
            'ol',
            { class: 'history' },
            events.map((event) => entry(event, now)),
          ),
    h(
      'form',
      { 'data-form': 'note', 'data-id': card.itemId, key: 'form' },
      h('label', { for: `note-${card.itemId}` }, 'Note for the team'),
      h('textarea', {
        id: `note-${card.itemId}`,
        name: 'text',
        rows: 2,
        maxlength: 20_000,
        placeholder: 'What should a colleague know?',
      }),
      h(
        'div',
        { class: 'row' },
        h('span', { class: 'muted small grow' }, 'Only the team sees this. It never becomes public.'),
        h(
          'button',
          { type: 'button', class: 'button plain', 'data-do': 'thread-close', 'data-id': card.itemId },
          'Close',
        ),
        h('button', { type: 'submit', class: 'button primary' }, 'Add note'),
      ),
    ),
  );
}

/**
 * @param {ItemEvent} event
 * @param {number} now
 */
function entry(event, now) {
  const system = event.actor.id === 'system';
  const note = event.type === 'note';
  const said = note ? String(event.detail.text ?? '') : detail(event, now);
  return h(
    'li',
    { class: note ? 'said-note' : null, key: `event-${event.version}-${event.type}` },
    icon(note ? 'note' : 'clock'),
    h(
      'span',
      {},
      !system && h('strong', { dir: 'auto' }, `${oneLine(event.actor.name, 60)} `),
      system && event.type in { opened: 1, filtered: 1, 'follow-up': 1 }
        ? `It ${DEEDS[event.type]}`
        : DEEDS[event.type],
      h('time', { class: 'muted', title: moment(event.at, now) }, ` · ${ago(now - event.at)}`),
      said !== '' && h('span', { class: 'detail', dir: 'auto' }, note ? readable(said) : oneLine(said, 200)),
    ),
  );
}

/**
 * @param {ItemEvent} event
 * @param {number} now
 */
function detail(event, now) {
  const { toName, until, words, why, reason, routed } = event.detail;
  if (typeof toName === 'string') return `to ${toName}`;
  if (typeof until === 'number') return `until ${moment(until, now)}`;
  if (typeof words === 'string') return words;
  if (typeof routed === 'string') return `${why}; by ${routed}`;
  if (typeof why === 'string') return why;
  return typeof reason === 'string' ? reason.replaceAll('-', ' ') : '';
}
