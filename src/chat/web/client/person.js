import { oneLine } from './format.js';
import { noticeParts } from './notice.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/notice.ts').Notice} Notice */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * What the team knows of whoever wrote, and what it writes down.
 *
 * @param {{ readonly itemId: number, readonly notice: Notice | null, readonly problem: string | null }} dialog
 * @returns {Tree}
 */
export function personView({ itemId, notice, problem }) {
  return h(
    'form',
    { class: 'box', 'data-form': 'person', 'data-id': itemId, key: 'person' },
    h('h2', { id: 'dialog-title', dir: 'auto' }, notice ? oneLine(notice.title, 80) : 'What do we know?'),
    h(
      'p',
      { class: problem === null ? 'problem hidden' : 'problem', role: 'alert', key: 'problem' },
      problem ?? '',
    ),
    notice === null && problem === null ? h('p', { class: 'muted' }, 'Looking it up …') : null,
    notice ? noticeParts(notice, 'person-press', NONE) : null,
    FIELDS.map(([name, label, hint]) =>
      h(
        'div',
        { class: 'field', key: `field-${name}` },
        h('label', { for: `person-${name}` }, label),
        h('input', { id: `person-${name}`, name, maxlength: 2_000, placeholder: hint, autocomplete: 'off' }),
      ),
    ),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      h('button', { type: 'button', class: 'button plain', 'data-do': 'close' }, 'Close'),
      h('button', { type: 'submit', class: 'button primary' }, 'Write down'),
    ),
  );
}

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/** @type {readonly (readonly [string, string, string])[]} */
const FIELDS = [
  ['note', 'Note (only the team sees it)', 'has two kids'],
  ['birthday', 'Birthday', '24 Dec'],
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
  ].filter(({ options: { author: _, ...given } }) => Object.values(given).every((each) => each !== ''));
}
