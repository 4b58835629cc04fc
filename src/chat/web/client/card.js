import { ago, excerpt, hue, initials, moment, oneLine, readable, span } from './format.js';
import { icon } from './icons.js';
import { threadView } from './thread.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/card.ts').CardAction} CardAction */
/** @typedef {import('../../../domain/card.ts').CardPost} CardPost */
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

/** The words on the buttons. */
const LABELS = {
  claim: 'Claim',
  draft: 'Draft',
  send: 'Send…',
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
const UP_FRONT = new Set(['claim', 'draft', 'send', 'dismiss', 'reopen', 'open']);

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
      card.actions.includes('reopen') && button(card, 'reopen', 'quiet', ui),
      card.actions.includes('note') && button(card, 'note', 'quiet', ui),
      card.actions.includes('open') && openLink(card, 'quiet'),
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

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function head(card, ui) {
  const kind = card.origin === 'prompt' ? 'prompt' : (card.kinds[0] ?? 'mention');
  return h(
    'header',
    { class: 'head', key: 'head' },
    h(
      'h3',
      { id: `title-${card.itemId}` },
      icon(kind),
      h('span', { class: 'kind', dir: 'auto' }, oneLine(card.kindLabel, 80)),
      h('span', { class: 'sr' }, ` from ${oneLine(card.author.name, 60)}, number ${card.itemId}`),
    ),
    h('span', { class: 'source', dir: 'auto' }, oneLine(card.source.label, 60)),
    card.sample &&
      h('span', { class: 'badge sample', title: 'Made up, so that there is something to see' }, 'sample'),
    card.urgency === 'urgent' && h('span', { class: 'badge urgent' }, 'urgent'),
    card.followUp && h('span', { class: 'badge', title: 'We had closed it; they wrote again' }, 'came back'),
    h('span', { class: 'grow' }),
    standing(card, ui),
    h('span', { class: 'number', 'aria-hidden': 'true' }, `#${card.itemId}`),
  );
}

/**
 * Whether somebody waits, and who has it.
 *
 * @param {Card} card
 * @param {CardUi} ui
 */
function standing(card, ui) {
  const mine = card.owner !== null && card.owner.id === ui.me;
  const who =
    card.owner &&
    h(
      'span',
      { class: mine ? 'owner mine' : 'owner', dir: 'auto' },
      icon('person'),
      mine ? 'Yours' : oneLine(card.owner.name, 60),
    );
  const before =
    !card.owner &&
    card.lastOwner &&
    h('span', { class: 'muted', dir: 'auto' }, `before: ${oneLine(card.lastOwner.name, 40)}`);
  if (card.state === 'snoozed' && card.snoozedUntil !== null)
    return h(
      'span',
      { class: 'standing' },
      who,
      h('span', { class: 'wait' }, icon('clock'), `until ${moment(card.snoozedUntil, ui.now)}`),
    );
  const wait =
    card.waitingSince !== null && card.answerDue
      ? h(
          'time',
          { class: 'wait due', datetime: iso(card.waitingSince), title: moment(card.waitingSince, ui.now) },
          icon('clock'),
          `${card.state === 'open' ? 'waiting' : 'unanswered'} ${span(ui.now - card.waitingSince)}`,
        )
      : h('span', { class: 'wait' }, 'no answer due');
  return h('span', { class: 'standing' }, who, before, wait);
}

/** @param {number} at */
function iso(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function byline(card, ui) {
  const { author } = card;
  const handle = oneLine(author.handle, 60);
  return h(
    'div',
    { class: 'byline', key: 'byline' },
    h(
      'span',
      { class: `face hue-${hue(author.handle || author.name)}`, 'aria-hidden': 'true' },
      initials(author.name),
    ),
    h(
      'div',
      {},
      h(
        'p',
        { class: 'who' },
        outside(author.url, { class: 'name', dir: 'auto' }, oneLine(author.name, 80) || 'Somebody'),
        handle !== '' &&
          handle !== oneLine(author.name, 60) &&
          h('span', { class: 'muted handle', dir: 'auto' }, handle),
        h(
          'time',
          { class: 'muted', datetime: iso(card.postedAt), title: moment(card.postedAt, ui.now) },
          ago(ui.now - card.postedAt),
        ),
      ),
      h('p', { class: 'known muted', dir: 'auto' }, oneLine(author.known, 200)),
    ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function quote(card, ui) {
  const short = excerpt(card.text);
  const text = ui.expanded ? readable(card.text) : short.text;
  if (text === '')
    return h('p', { class: 'quote empty muted', key: 'quote' }, 'No words: a picture, or a sign of life.');
  return h(
    'div',
    { key: 'quote', class: 'quoted' },
    h(
      'blockquote',
      { class: text.length < 120 ? 'quote large' : 'quote', lang: card.lang, dir: 'auto' },
      text,
    ),
    short.cut &&
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          'data-do': 'expand',
          'data-id': card.itemId,
          'aria-expanded': ui.expanded ? 'true' : 'false',
        },
        ui.expanded ? 'Show less' : 'Show all',
      ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function conversation(card, ui) {
  const { posts, omitted } = card.conversation;
  const count = posts.length + omitted;
  if (count === 0) return null;
  const words = `The conversation so far: ${count} ${count === 1 ? 'post' : 'posts'}`;
  return h(
    'details',
    { class: 'talk', key: 'talk', open: posts.length <= 2 },
    h('summary', {}, words),
    omitted > 0 &&
      h(
        'p',
        { class: 'muted small' },
        outside(
          card.url,
          {},
          `${omitted} earlier ${omitted === 1 ? 'post' : 'posts'} on ${oneLine(card.source.label, 40)}`,
        ),
      ),
    h(
      'ol',
      {},
      posts.map((post) => earlier(post, ui.now)),
    ),
  );
}

/**
 * @param {CardPost} post
 * @param {number} now
 */
function earlier(post, now) {
  const text = excerpt(post.text).text;
  return h(
    'li',
    { class: post.ours ? 'ours' : null, key: `post-${post.id}` },
    h(
      'p',
      { class: 'who' },
      h('strong', { dir: 'auto' }, oneLine(post.author, 60)),
      post.ours && h('span', { class: 'badge ours' }, 'us'),
      outside(post.url, { class: 'muted' }, ago(now - post.at)),
    ),
    h('p', { class: 'said', dir: 'auto' }, text === '' ? '(no words)' : text),
  );
}

/** @param {Card} card */
function why(card) {
  return h(
    'p',
    { class: 'why', key: 'why' },
    h('span', { class: 'advice', dir: 'auto' }, oneLine(card.suggestedLabel, 60)),
    h(
      'span',
      { class: 'muted', title: 'Why it is here' },
      h('span', { class: 'sr' }, 'Why it is here: '),
      card.reasons
        .slice(0, 6)
        .map((reason) => h('span', { class: 'reason', dir: 'auto' }, oneLine(reason, 120))),
    ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function draftBox(card, ui) {
  if (card.draft === null)
    return ui.unsaved
      ? h(
          'p',
          { class: 'strip', key: 'draft' },
          icon('pen'),
          'You have unsaved words here. Draft brings them back.',
        )
      : null;
  return h(
    'div',
    { class: 'drafted', key: 'draft' },
    h(
      'p',
      { class: 'muted small' },
      icon('pen'),
      h(
        'span',
        { dir: 'auto' },
        `Draft by ${oneLine(card.draft.by, 60)}, ${ago(ui.now - card.draft.at)}. Not public.`,
      ),
      ui.unsaved && ' You have newer words that are not saved.',
    ),
    h('p', { class: 'said', dir: 'auto' }, excerpt(card.draft.text).text),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function notes(card, ui) {
  if (card.notes.length === 0 || ui.thread) return null;
  return h(
    'ul',
    { class: 'notes', key: 'notes', 'aria-label': 'Notes of the team' },
    card.notes
      .slice(-3)
      .map((note) =>
        h(
          'li',
          {},
          icon('note'),
          h(
            'span',
            {},
            h('strong', { dir: 'auto' }, oneLine(note.by, 60)),
            ' ',
            h('span', { dir: 'auto' }, oneLine(note.text, 400)),
            h('span', { class: 'muted' }, ` ${ago(ui.now - note.at)}`),
          ),
        ),
      ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
function foot(card, ui) {
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
    card.actions.includes('open') && openLink(card, card.reply === null ? 'primary' : 'quiet'),
  );
}

/**
 * @param {Card} card
 * @param {CardAction} action
 * @param {'primary' | 'plain' | 'quiet' | 'item'} look
 * @param {CardUi} ui
 */
function button(card, action, look, ui) {
  const open = action === 'note' && ui.thread !== null;
  return h(
    'button',
    {
      key: action,
      type: 'button',
      class: look === 'quiet' || look === 'item' ? look : `button ${look}`,
      'data-action': action,
      'data-id': card.itemId,
      disabled: ui.busy,
      'aria-expanded': action === 'note' ? (open ? 'true' : 'false') : null,
    },
    LABELS[action],
  );
}

/**
 * @param {Card} card
 * @param {'primary' | 'quiet'} look
 */
function openLink(card, look) {
  const words = card.reply === null && card.closing === null ? 'Open and answer there' : 'Open';
  return outside(
    card.url,
    { class: look === 'primary' ? 'button plain' : 'quiet', 'data-action': 'open', 'data-id': card.itemId },
    words,
    icon('open'),
  );
}
