import { answerView } from './answer.js';
import { commandOf, complete } from './complete.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** @typedef {import('./answer.js').Told} Told */
/** @typedef {import('./complete.js').Known} Known */

/**
 * What one person asked and was told, newest last.
 *
 * @typedef {object} Talk
 * @property {readonly { readonly asked: string | null, readonly answer: Told }[]} log
 * @property {Line | null} line null where only a button was pressed
 */

/**
 * The line that is being typed.
 *
 * @typedef {object} Line
 * @property {string} text
 * @property {number} chosen which of the completions is marked; -1 is none
 * @property {boolean} folded the completions are put away
 * @property {boolean} busy
 * @property {Known} known
 */

/** @type {Line} */
export const NO_LINE = {
  text: '',
  chosen: -1,
  folded: false,
  busy: false,
  known: { commands: [], colleagues: [], sources: [], authors: [] },
};

/**
 * Answers that nobody else reads, and the line that asks for them.
 *
 * @param {Talk} talk
 * @param {ReadonlySet<string>} busy presses that are on their way
 */
export function talkView({ log, line }, busy) {
  return h(
    'div',
    { class: 'box talk', key: 'talk' },
    h('h2', { id: 'dialog-title', key: 'title' }, line === null ? 'For your eyes only' : 'Ask Potluck'),
    line && lineView(line),
    h(
      'div',
      { class: 'log', role: 'region', 'aria-label': 'Answers', 'aria-live': 'polite', key: 'log' },
      // The newest stands below the line: on a phone the rest of the window is a keyboard.
      log
        .map(({ asked, answer }, at) =>
          h(
            'div',
            { class: 'exchange', key: `exchange-${at}` },
            asked !== null && h('p', { class: 'asked', dir: 'auto', key: 'asked' }, icon('command'), asked),
            answerView(answer, busy, at),
          ),
        )
        .reverse(),
    ),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      line && h('span', { class: 'muted small grow', key: 'eyes' }, 'Nobody else reads the answers.'),
      h(
        'button',
        { type: 'button', class: 'button plain', 'data-do': 'close', autofocus: line === null },
        'Close',
      ),
    ),
  );
}

/** @param {Line} line */
function lineView(line) {
  const choices = line.folded ? [] : complete(line.text, line.known);
  const command = commandOf(line.text, line.known.commands);
  return h(
    'form',
    { class: 'line', 'data-form': 'line', key: 'line' },
    h('label', { class: 'sr', for: 'line' }, 'Command'),
    h(
      'div',
      { class: 'typing' },
      icon('command'),
      h('input', {
        id: 'line',
        name: 'line',
        value: line.text,
        placeholder: 'who @mira · digest week · oncall',
        maxlength: 4_000,
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        enterkeyhint: 'send',
        role: 'combobox',
        'aria-expanded': choices.length > 0 ? 'true' : 'false',
        'aria-controls': 'line-choices',
        'aria-autocomplete': 'list',
        'aria-activedescendant':
          line.chosen >= 0 && line.chosen < choices.length ? `choice-${line.chosen}` : null,
        'aria-describedby': 'line-usage',
        autofocus: true,
      }),
      h('button', { type: 'submit', class: 'button primary', disabled: line.busy }, 'Ask'),
    ),
    h(
      'p',
      { id: 'line-usage', class: 'muted small usage', key: 'usage' },
      command ? `${command.usage} – ${command.does}` : '',
    ),
    h(
      'ul',
      {
        id: 'line-choices',
        class: 'choices-list',
        role: 'listbox',
        'aria-label': 'Completions',
        key: 'choices',
      },
      choices.map(({ shown, hint }, at) =>
        h(
          'li',
          {
            id: `choice-${at}`,
            key: `choice-${at}`,
            role: 'option',
            'aria-selected': at === line.chosen ? 'true' : 'false',
            class: at === line.chosen ? 'choice here' : 'choice',
            'data-do': 'choice',
            'data-at': at,
          },
          h('code', { dir: 'auto' }, shown),
          h('span', { class: 'muted small', dir: 'auto' }, hint),
        ),
      ),
    ),
  );
}
