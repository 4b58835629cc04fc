import { button, foot, openLink } from './card-buttons.js';
import { byline, conversation, draftBox, head, notes, quote, why } from './card-parts.js';
import { ago, excerpt, moment, oneLine } from './format.js';
import { icon } from './icons.js';
import { threadView } from './thread.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/item.ts').ItemEvent} ItemEvent */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * What the page knows besides the card.
 *
 * @typedef {object} CardUi
 * @property {number} now
 * @property {string | null} me the reader's person id
 * @property {boolean} current under the keyboard
 * @property {boolean} fresh just arrived
 * @property {boolean} left no longer in this queue: shown as one line
 * @property {boolean} expanded the whole text is asked for
 * @property {boolean} busy an action is on its way
 * @property {boolean} unsaved words were typed and not saved
 * @property {{ readonly events: readonly ItemEvent[] | null } | null} thread open notes and history
 */

/**
 * A card: whole while it is open, one line once it is closed or has left the queue.
 *
 * @param {Card} card
 * @param {CardUi} ui
 * @returns {Tree}
 */
export function cardView(card, ui) {
  const whole = !ui.left && card.closing === null;
  const name = `card tone-${card.tone}${whole ? '' : ' line'}${ui.fresh ? ' fresh' : ''}${ui.current ? ' current' : ''}`;
  return h(
    'article',
    {
      key: `card-${card.itemId}`,
      id: `card-${card.itemId}`,
      class: name,
      tabindex: '-1',
      'aria-labelledby': `title-${card.itemId}`,
      'aria-busy': ui.busy ? 'true' : null,
      'data-id': card.itemId,
      'data-version': card.version,
      'data-state': card.state,
    },
    whole ? openCard(card, ui) : lineCard(card, ui),
    ui.thread && threadView(card, ui.thread.events, ui.now),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function lineCard(card, ui) {
  const how = card.closing
    ? oneLine(card.closing.line, 140)
    : card.state === 'snoozed' && card.snoozedUntil !== null
      ? `Snoozed until ${moment(card.snoozedUntil, ui.now)}`
      : card.owner
        ? `With ${oneLine(card.owner.name, 60)}`
        : 'Back in the queue';
  const picture = card.closing ? (card.state === 'answered' ? 'check' : 'cross') : 'clock';
  return h(
    'div',
    { class: 'ended', key: 'line' },
    icon(picture),
    h(
      'span',
      { class: 'how', id: `title-${card.itemId}` },
      h('strong', { dir: 'auto' }, how),
      card.closing && h('span', { class: 'muted' }, ` · ${ago(ui.now - card.closing.at)} · `),
      !card.closing && h('span', { class: 'muted' }, ' · '),
      h(
        'span',
        { class: 'muted', dir: 'auto' },
        `#${card.itemId} ${oneLine(card.author.name, 40)}: ${oneLine(card.text, 70)}`,
      ),
    ),
    h(
      'span',
      { class: 'after' },
      card.closing?.url ? outside(card.closing.url, { class: 'quiet' }, 'See the answer') : null,
      card.actions.includes('reopen') && button(card, 'reopen', 'small', ui),
      card.actions.includes('note') && button(card, 'note', 'small', ui),
      card.actions.includes('open') && openLink(card, 'small'),
    ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 * @returns {Tree}
 */
function openCard(card, ui) {
  return h(
    'div',
    { class: 'whole', key: 'whole' },
    head(card, ui),
    byline(card, ui),
    quote(card, ui),
    conversation(card, ui),
    why(card),
    card.warning !== null &&
      h(
        'p',
        { class: 'strip warn', key: 'warning' },
        icon('warn'),
        h('span', { dir: 'auto' }, excerpt(card.warning).text),
      ),
    card.noReply !== null &&
      h(
        'p',
        { class: 'strip busy', key: 'noreply' },
        icon('open'),
        h('span', { dir: 'auto' }, oneLine(card.noReply, 300)),
      ),
    card.sending !== null &&
      h(
        'p',
        { class: 'strip busy', key: 'sending' },
        icon('send'),
        `${oneLine(card.sending.by, 60)} is sending a reply…`,
      ),
    draftBox(card, ui),
    notes(card, ui),
    foot(card, ui),
  );
}
