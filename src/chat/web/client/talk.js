import { answerView } from './answer.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** @typedef {import('./answer.js').Told} Told */

/**
 * What one person asked and was told, newest last.
 *
 * @typedef {object} Talk
 * @property {readonly { readonly asked: string | null, readonly answer: Told }[]} log
 */

/**
 * Answers that nobody else reads.
 *
 * @param {Talk} talk
 * @param {ReadonlySet<string>} busy presses that are on their way
 */
export function talkView({ log }, busy) {
  return h(
    'div',
    { class: 'box talk', key: 'talk' },
    h('h2', { id: 'dialog-title', key: 'title' }, 'For your eyes only'),
    h(
      'div',
      { class: 'log', role: 'log', 'aria-live': 'polite', key: 'log' },
      log.map(({ asked, answer }, at) =>
        h(
          'div',
          { class: 'exchange', key: `exchange-${at}` },
          asked !== null && h('p', { class: 'asked', dir: 'auto', key: 'asked' }, icon('command'), asked),
          answerView(answer, busy, at),
        ),
      ),
    ),
    h(
      'div',
      { class: 'row end', key: 'buttons' },
      h('button', { type: 'button', class: 'button plain', 'data-do': 'close', autofocus: true }, 'Close'),
    ),
  );
}
