import { oneLine } from './format.js';
import { noticeParts } from './notice.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/notice.ts').Notice} Notice */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * What is open about a person.
 *
 * @typedef {object} PersonDialog
 * @property {'person'} kind
 * @property {number} itemId the item that they wrote
 * @property {string | null} problem
 * @property {string | null} done what was written down just now
 * @property {Notice | null} notice what is known; null while it is looked up
 * @property {Notice | null} erasing what an erasure would take away, while it is asked for
 */

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * What the team knows of whoever wrote, and what it writes down.
 *
 * @param {PersonDialog} dialog
 * @returns {Tree}
 */
export function personView(dialog) {
  const { itemId, notice, problem, done, erasing } = dialog;
  if (erasing) return erasureView(erasing, problem);
  return h(
    'form',
    { class: 'box about-person', 'data-form': 'person', 'data-id': itemId, key: 'person' },
    h('h2', { id: 'dialog-title', dir: 'auto' }, notice ? oneLine(notice.title, 80) : 'What do we know?'),
    problemLine(problem),
    h(
      'p',
      { class: done === null ? 'done hidden' : 'done', role: 'status', dir: 'auto', key: 'done' },
      done ?? '',
    ),
    notice === null && problem === null ? h('p', { class: 'muted' }, 'Looking it up …') : null,
    notice ? noticeParts(notice, 'person-press', NONE) : null,
    h('h3', { class: 'part', key: 'write' }, 'Write down'),
    h('div', { class: 'pair', key: 'fields' }, FIELDS.map(field)),
    notice && moreView(notice),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      h('button', { type: 'button', class: 'button plain', 'data-do': 'close' }, 'Close'),
      h('button', { type: 'submit', class: 'button primary' }, 'Write down'),
    ),
  );
}

/** @param {string | null} problem */
function problemLine(problem) {
  return h(
    'p',
    { class: problem === null ? 'problem hidden' : 'problem', role: 'alert', dir: 'auto', key: 'problem' },
    problem ?? '',
  );
}

/** @param {readonly [string, string, string]} line */
function field([name, label, hint]) {
  return h(
    'div',
    { class: `field field-${name}`, key: `field-${name}` },
    h('label', { for: `person-${name}` }, label),
    h('input', { id: `person-${name}`, name, maxlength: 2_000, placeholder: hint, autocomplete: 'off' }),
  );
}

/**
 * What is seldom done, and never by accident.
 *
 * @param {Notice} notice
 */
function moreView(notice) {
  const barred = notice.tone === 'red';
  return h(
    'details',
    { class: 'talk more', key: 'more' },
    h('summary', {}, 'Tags, contact, privacy'),
    h(
      'div',
      { class: 'stack' },
      field(['untag', 'Take a tag away', 'vip']),
      barred
        ? h(
            'div',
            { class: 'row', key: 'allow' },
            press('person-allow', 'plain', 'Allow contact again'),
            h('span', { class: 'muted small' }, 'for managers'),
          )
        : [
            field(['reason', 'Do not contact them: why?', 'asked us not to']),
            h('div', { class: 'row', key: 'bar' }, press('person-bar', 'plain', 'Do not contact')),
          ],
      h(
        'div',
        { class: 'row', key: 'privacy' },
        press('person-export', 'plain', 'Export all we hold'),
        press('person-erase', 'danger', 'Erase…'),
        h('span', { class: 'muted small' }, 'for managers'),
      ),
    ),
  );
}

/**
 * @param {string} deed
 * @param {string} style
 * @param {string} label
 */
function press(deed, style, label) {
  return h('button', { type: 'button', class: `button ${style}`, 'data-do': deed, key: deed }, label);
}

/**
 * What would go, before anything goes.
 *
 * @param {Notice} erasing
 * @param {string | null} problem
 */
function erasureView(erasing, problem) {
  return h(
    'div',
    { class: 'box about-person', key: 'erasing' },
    h('h2', { id: 'dialog-title', dir: 'auto' }, oneLine(erasing.title, 100)),
    problemLine(problem),
    noticeParts({ ...erasing, buttons: [] }, 'person-press', NONE),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      h(
        'button',
        { type: 'button', class: 'button plain', 'data-do': 'person-keep', autofocus: true },
        'Keep',
      ),
      erasing.buttons.map(({ press: what, label }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'button danger',
            'data-do': 'person-erased',
            'data-press': what,
            key: what,
          },
          label,
        ),
      ),
    ),
  );
}

/** @type {readonly (readonly [string, string, string])[]} */
const FIELDS = [
  ['note', 'Note (only the team sees it)', 'has two kids'],
  ['birthday', 'Birthday', '24 Dec, or none'],
  ['tag', 'Tag', 'vip'],
];

/**
 * The commands that a filled form asks for, in order.
 *
 * @param {number} itemId
 * @param {(name: string) => string} value
 * @returns {readonly { readonly command: string, readonly options: Record<string, string> }[]}
 */
export function personCommands(itemId, value) {
  const author = `#${itemId}`;
  return [
    { command: 'note-person', options: { author, text: value('note') } },
    { command: 'birthday', options: { author, day: value('birthday') } },
    { command: 'tag', options: { author, tag: value('tag') } },
    { command: 'untag', options: { author, tag: value('untag') } },
    { command: 'do-not-contact', options: { author, reason: value('reason') } },
  ].filter(({ options: { author: _, ...given } }) => Object.values(given).every((each) => each !== ''));
}
