import { ago, excerpt, hue, initials, moment, oneLine, readable, span } from './format.js';
import { icon } from './icons.js';
import { pictureStrip } from './pictures.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/card.ts').CardPost} CardPost */
/** @typedef {import('./card.js').CardUi} CardUi */

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
export function head(card, ui) {
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
          `${card.state === 'open' ? 'waiting' : 'unanswered'} ${span(ui.now - card.waitingSince)}${card.dueAt === null ? '' : ` · due by ${moment(card.dueAt, ui.now)}`}`,
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
export function byline(card, ui) {
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
      h(
        'p',
        { class: 'known muted', dir: 'auto' },
        oneLine(author.known, 400),
        card.origin === 'conversation' && ' ',
        card.origin === 'conversation' &&
          h(
            'button',
            { type: 'button', class: 'quiet', 'data-do': 'person', 'data-id': card.itemId },
            'What do we know?',
          ),
      ),
      card.alsoOn.length > 0 &&
        h(
          'p',
          { class: 'known muted', dir: 'auto' },
          'Also on ',
          ...card.alsoOn.map((place, index) =>
            h(
              'span',
              { key: String(index) },
              index > 0 ? ', ' : '',
              outside(place.url, {}, oneLine(place.label, 40) || 'another network'),
            ),
          ),
        ),
    ),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
export function quote(card, ui) {
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
export function conversation(card, ui) {
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
export function why(card) {
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
export function draftBox(card, ui) {
  // An idea that is as it was suggested stands there already.
  const same = card.origin === 'prompt' && card.draft?.text === card.text && card.approval === null;
  if (card.draft === null || same)
    return card.pictures.length > 0
      ? h('div', { class: 'drafted', key: 'draft' }, pictureStrip(card))
      : ui.unsaved
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
    card.approval !== null &&
      h(
        'p',
        { class: 'strip', dir: 'auto' },
        `${oneLine(card.approval.by, 60)} asks somebody else to read this before it is public.`,
      ),
    h('p', { class: 'said', dir: 'auto' }, excerpt(card.draft.text).text),
    pictureStrip(card),
  );
}

/**
 * @param {Card} card
 * @param {CardUi} ui
 */
export function notes(card, ui) {
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
