import { oneLine } from './format.js';
import { itemLink, noticeParts, postLink } from './notice.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/notice.ts').Notice} Notice */

/**
 * What one person alone is told, as the room sends it.
 *
 * @typedef {object} Told
 * @property {boolean} ok
 * @property {string} text
 * @property {Notice} [notice]
 * @property {{ readonly title: string, readonly cards: readonly Card[], readonly total: number }} [cards]
 * @property {{ readonly name: string, readonly mime: string, readonly base64: string }} [file]
 * @property {{ readonly label: string, readonly line: string }} [again] a line that a button writes
 */

/**
 * The answer of the room as one: also where it refused to listen at all.
 *
 * @param {import('./api.js').Answer} answer
 * @returns {Told}
 */
export function told(answer) {
  if (!answer.ok) return { ok: false, text: answer.text || 'That did not work.' };
  return { ...answer.data, ok: answer.data.ok === true, text: String(answer.data.text ?? '') };
}

/**
 * Whether it is more than a word in passing.
 *
 * @param {Told} answer
 */
export function hasMore({ notice, cards, file }) {
  return notice !== undefined || cards !== undefined || file !== undefined;
}

/**
 * @param {Told} answer
 * @param {ReadonlySet<string>} busy presses that are on their way
 * @param {number} at which of the answers on the page it is
 */
export function answerView({ ok, text, notice, cards, file, again }, busy, at) {
  return h(
    'div',
    { class: ok ? 'answer' : 'answer refused' },
    text !== '' && text !== notice?.title && h('p', { class: 'told-text', dir: 'auto', key: 'text' }, text),
    notice && [
      h('h3', { dir: 'auto', key: 'title' }, oneLine(notice.title, 300)),
      ...noticeParts(notice, 'press', busy),
    ],
    again &&
      h(
        'p',
        { key: 'again' },
        h(
          'button',
          { type: 'button', class: 'button primary', 'data-do': 'line-run', 'data-line': again.line },
          again.label,
        ),
      ),
    cards && cardLines(cards),
    file &&
      h(
        'p',
        { key: 'file' },
        h(
          'button',
          { type: 'button', class: 'button plain', 'data-do': 'file', 'data-at': at, key: 'save' },
          `Save ${oneLine(file.name, 80)}`,
        ),
        h('span', { class: 'muted small' }, ` ${size(file.base64)}`),
      ),
  );
}

/** @param {NonNullable<Told['cards']>} list */
function cardLines({ title, cards, total }) {
  return h(
    'div',
    { key: 'cards' },
    h(
      'h4',
      { dir: 'auto' },
      oneLine(title, 200),
      total > cards.length && h('span', { class: 'muted' }, ` (${cards.length} of ${total})`),
    ),
    cards.length === 0
      ? h('p', { class: 'muted' }, 'Nothing.')
      : h(
          'ul',
          { class: 'told-list' },
          cards.map((card) =>
            h(
              'li',
              {},
              itemLink(card.itemId),
              ' ',
              h(
                'span',
                { dir: 'auto' },
                `${card.kindLabel} · ${oneLine(card.author.name, 60)} on ${card.source.label}: ${oneLine(card.text, 140)}`,
              ),
              ' ',
              postLink(card.url),
            ),
          ),
        ),
  );
}

/** @param {string} base64 */
function size(base64) {
  const bytes = Math.floor((base64.length * 3) / 4);
  return bytes < 1_000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/**
 * Puts a file where the browser keeps what people download.
 *
 * @param {NonNullable<Told['file']>} file
 */
export function save({ name, mime, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
