import { cardView } from './card.js';
import { editorView } from './editor.js';
import { fieldTime, moment, oneLine, tomorrowAt } from './format.js';
import { personView } from './person.js';
import { talkView } from './talk.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/item.ts').Person} Person */
/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('./talk.js').Talk} Talk */
/** @typedef {import('./shell.js').Room} Room */
/** @typedef {import('./tree.js').Child} Child */

/**
 * @typedef {{ readonly kind: 'editor', readonly itemId: number, readonly editor: Editor }
 *   | { readonly kind: 'dismiss' | 'snooze' | 'assign' | 'mark-answered', readonly itemId: number, readonly problem: string | null, readonly people: readonly Person[] }
 *   | import('./person.js').PersonDialog
 *   | { readonly kind: 'item', readonly itemId: number }
 *   | { readonly kind: 'talk', readonly itemId: null, readonly talk: Talk }
 *   | { readonly kind: 'name', readonly itemId: null, readonly problem: string | null }
 *   | { readonly kind: 'help', readonly itemId: null }} Dialog
 */

/**
 * The same words as in the state machine; the room refuses any other.
 *
 * @type {Readonly<Record<import('../../../domain/item.ts').DismissReason, string>>}
 */
const REASONS = {
  'no-answer-needed': 'No answer needed',
  'not-relevant': 'Not about us',
  spam: 'Spam',
  elsewhere: 'Handled elsewhere',
  duplicate: 'Duplicate',
  other: 'Other',
  'not-for-us': 'Not for us, never again',
  'not-today': 'Not today',
};

/**
 * @param {Card | null | undefined} card
 * @returns {import('../../../domain/item.ts').DismissReason[]}
 */
function reasonsOf(card) {
  const all = /** @type {import('../../../domain/item.ts').DismissReason[]} */ (Object.keys(REASONS));
  return all.filter((reason) => card?.dismissReasons.includes(reason));
}

/** @type {readonly (readonly [string, string])[]} */
export const KEYS = [
  ['j  k', 'next and previous card'],
  ['c', 'claim'],
  ['d', 'draft an answer'],
  ['x', 'dismiss'],
  ['s', 'snooze'],
  ['n', 'notes and history'],
  ['o', 'open the post'],
  ['b', 'notices, and back to the cards'],
  [':', 'ask Potluck: commands'],
  ['/', 'search'],
  ['?', 'this help'],
  ['Esc', 'close'],
];

/**
 * @param {Dialog} dialog
 * @param {{ readonly card: Card | null, readonly room: Room }} page
 * @returns {import('./tree.js').Tree}
 */
export function dialogView(dialog, { card, room }) {
  const { now } = room;
  const name = room.me?.name ?? null;
  const me = room.me?.id ?? null;
  switch (dialog.kind) {
    case 'name':
      return frame('name', 'Who are you?', dialog.problem, [
        h(
          'p',
          { class: 'muted' },
          'Your colleagues see this name on what you claim and answer. The public never does.',
        ),
        field(
          'person-name',
          'Your name',
          h('input', {
            id: 'person-name',
            name: 'name',
            value: name ?? '',
            maxlength: 40,
            autocomplete: 'name',
            required: true,
            autofocus: true,
          }),
        ),
        buttons('That is me'),
      ]);
    case 'help':
      return h(
        'div',
        { class: 'box', key: 'help' },
        h('h2', { id: 'dialog-title' }, 'Keys'),
        h(
          'dl',
          { class: 'keys' },
          KEYS.map(([keys, words]) =>
            h(
              'div',
              {},
              h(
                'dt',
                {},
                keys.split('  ').map((key) => h('kbd', {}, key)),
              ),
              h('dd', {}, words),
            ),
          ),
        ),
        h(
          'div',
          { class: 'row end' },
          h(
            'button',
            { type: 'button', class: 'button primary', 'data-do': 'close', autofocus: true },
            'Got it',
          ),
        ),
      );
    case 'person':
      return personView(dialog);
    case 'item':
      return itemView(dialog.itemId, card, room);
    case 'talk':
      return talkView(dialog.talk, room.pressing);
    case 'editor':
      return editorView(dialog.editor, card, dialog.itemId, now);
    default:
  }
  const who = card
    ? `#${card.itemId} ${oneLine(card.author.name, 60)}: ${oneLine(card.text, 90)}`
    : `#${dialog.itemId}`;
  const about = h('p', { class: 'about muted', dir: 'auto' }, who);
  switch (dialog.kind) {
    case 'dismiss':
      return frame('dismiss', 'Dismiss', dialog.problem, [
        about,
        h(
          'fieldset',
          { class: 'choices' },
          h(
            'legend',
            {},
            card?.dismissReasons.includes('not-for-us')
              ? 'Why not this idea?'
              : 'Why does it need no answer?',
          ),
          // In the order above: the first is chosen already, and must do the least harm to whoever is in a hurry.
          reasonsOf(card).map((value, at) =>
            h(
              'label',
              {},
              h('input', {
                type: 'radio',
                name: 'reason',
                value,
                checked: at === 0,
                autofocus: at === 0,
                required: true,
              }),
              h('span', {}, REASONS[value]),
            ),
          ),
        ),
        field(
          'words',
          'In your words (optional)',
          h('input', { id: 'words', name: 'words', maxlength: 2_000, autocomplete: 'off' }),
        ),
        buttons('Dismiss'),
      ]);
    case 'snooze':
      return frame('snooze', 'Snooze until', dialog.problem, [
        about,
        h(
          'div',
          { class: 'stack' },
          later(now + 3_600_000, 'In an hour', now, true),
          later(tomorrowAt(now, 9), 'Tomorrow at 9:00', now, false),
          later(tomorrowAt(now + 6 * 86_400_000, 9), 'In a week', now, false),
        ),
        field(
          'until',
          'Or at',
          h('input', {
            id: 'until',
            name: 'until',
            type: 'datetime-local',
            value: fieldTime(now + 2 * 3_600_000),
          }),
        ),
        buttons('Snooze'),
      ]);
    case 'assign': {
      const people = [...dialog.people].sort((a, b) => Number(b.id === me) - Number(a.id === me));
      return frame('assign', 'Hand it to', dialog.problem, [
        about,
        people.length === 0
          ? h(
              'p',
              {},
              'Nobody else has been here yet. People appear once they have said their name in this room, or claimed something.',
            )
          : h(
              'fieldset',
              { class: 'choices' },
              h('legend', { class: 'sr' }, 'Person'),
              people.map((person, at) =>
                h(
                  'label',
                  {},
                  h('input', {
                    type: 'radio',
                    name: 'to',
                    value: person.id,
                    required: true,
                    autofocus: at === 0,
                  }),
                  h('span', { dir: 'auto' }, person.id === me ? `${person.name} (you)` : person.name),
                ),
              ),
            ),
        people.length === 0 ? null : buttons('Hand over'),
      ]);
    }
    case 'mark-answered':
      return frame('mark-answered', 'Mark as answered', dialog.problem, [
        about,
        h(
          'p',
          { class: 'muted' },
          'For answers given elsewhere: by phone, by mail, or on a network that Potluck cannot read.',
        ),
        field(
          'url',
          'Link to the answer (optional)',
          h('input', {
            id: 'url',
            name: 'url',
            type: 'url',
            placeholder: 'https://',
            autocomplete: 'off',
            autofocus: true,
          }),
        ),
        field(
          'words',
          'In your words (optional)',
          h('input', { id: 'words', name: 'words', maxlength: 2_000, autocomplete: 'off' }),
        ),
        buttons('Mark answered'),
      ]);
  }
}

/**
 * One card by itself, whatever queue it is in.
 *
 * @param {number} id
 * @param {Card | null} card
 * @param {Room} room
 */
function itemView(id, card, room) {
  return h(
    'div',
    { class: 'box single', key: `item-${id}` },
    h('h2', { id: 'dialog-title', class: 'sr' }, `Number ${id}`),
    card === null
      ? h('p', { class: 'muted' }, 'Looking it up …')
      : cardView(card, {
          now: room.now,
          me: room.me?.id ?? null,
          current: false,
          fresh: false,
          left: false,
          expanded: true,
          busy: room.busy.has(id),
          unsaved: room.unsaved.has(id),
          thread: room.threads.has(id) ? { events: room.threads.get(id) ?? null } : null,
        }),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      h('button', { type: 'button', class: 'button plain', 'data-do': 'close', autofocus: true }, 'Close'),
    ),
  );
}

/**
 * @param {string} form
 * @param {string} title
 * @param {string | null} problem
 * @param {readonly Child[]} children
 */
function frame(form, title, problem, children) {
  return h(
    'form',
    { class: 'box', 'data-form': form, key: form },
    h('h2', { id: 'dialog-title' }, title),
    h(
      'p',
      { class: problem === null ? 'problem hidden' : 'problem', role: 'alert', key: 'problem' },
      problem ?? '',
    ),
    children,
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {import('./tree.js').Tree} input
 */
function field(id, label, input) {
  return h('div', { class: 'field', key: `field-${id}` }, h('label', { for: id }, label), input);
}

/** @param {string} label */
function buttons(label) {
  return h(
    'div',
    { class: 'row end', key: 'buttons' },
    h('button', { type: 'button', class: 'button plain', 'data-do': 'close' }, 'Cancel'),
    h('button', { type: 'submit', class: 'button primary' }, label),
  );
}

/**
 * @param {number} at
 * @param {string} label
 * @param {number} now
 * @param {boolean} first
 */
function later(at, label, now, first) {
  return h(
    'button',
    { type: 'button', class: 'button plain wide', 'data-do': 'snooze', 'data-until': at, autofocus: first },
    h('span', {}, label),
    h('span', { class: 'muted' }, moment(at, now)),
  );
}
