import { manyLines, oneLine } from './format.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/notice.ts').Notice} Notice */
/** @typedef {import('../../../domain/notice.ts').NoticeBlock} NoticeBlock */
/** @typedef {import('./tree.js').Tree} Tree */

/** Longer lists and texts are cut, as in every chat. */
const MAX_BLOCKS = 60;
const MAX_LINES = 50;

/**
 * All that a notice says, and its buttons. Text from outside stays text.
 *
 * @param {Notice} notice
 * @param {string} deed what its buttons are pressed with
 * @param {ReadonlySet<string>} busy presses that are on their way
 * @returns {readonly (Tree | null)[]}
 */
export function noticeParts(notice, deed, busy) {
  const blocks = notice.blocks.slice(0, MAX_BLOCKS).map((block, at) => blockView(block, at, deed));
  // What the words mean is read last, below the picture of them.
  const fine = notice.blocks.at(blocks.length - 1)?.type === 'small' ? blocks.slice(-1) : [];
  return [
    ...blocks.slice(0, blocks.length - fine.length),
    picture(notice),
    ...fine,
    notice.buttons.length === 0
      ? null
      : h(
          'div',
          { class: 'row', key: 'presses' },
          notice.buttons.map(({ press, label, style }) =>
            h(
              'button',
              {
                type: 'button',
                class: `button ${style === 'primary' ? 'primary' : style === 'danger' ? 'danger' : 'plain'}`,
                'data-do': deed,
                'data-press': press,
                disabled: busy.has(press),
                key: press,
                dir: 'auto',
              },
              oneLine(label, 80) || '…',
            ),
          ),
        ),
  ];
}

/**
 * The chart leads to itself at full size: on a phone a finger wants to look closer.
 *
 * @param {Notice} notice
 */
function picture({ picture: drawn }) {
  if (!drawn || !/^[\w-]{1,100}$/.test(drawn.id)) return null;
  const src = `/api/pictures/${drawn.id}`;
  return h(
    'a',
    { class: 'chart', href: src, target: '_blank', key: 'picture' },
    // Its shape is known before it is there, so that nothing jumps.
    h('img', { src, alt: oneLine(drawn.alt, 1_900), width: 1_200, height: 900, loading: 'lazy' }),
  );
}

/**
 * A number that leads to its item.
 *
 * @param {number} id
 */
export function itemLink(id) {
  return h('a', { class: 'number', href: `/?item=${id}`, 'data-do': 'item', 'data-id': id }, `#${id}`);
}

/**
 * Where a line leads on the network; nothing where that is no address of the web.
 *
 * @param {string | null} url
 */
export function postLink(url) {
  return url !== null && /^https?:\/\//i.test(url) ? outside(url, { class: 'post-link' }, 'post') : null;
}

/**
 * @param {NoticeBlock} block
 * @param {number} at
 * @param {string} deed
 * @returns {Tree | null}
 */
function blockView(block, at, deed) {
  const key = `block-${at}`;
  switch (block.type) {
    case 'heading':
      return h('h4', { dir: 'auto', key }, oneLine(block.text, 300));
    case 'text':
      return h('p', { class: 'told-text', dir: 'auto', key }, manyLines(block.text, 4_000));
    case 'small':
      return h('p', { class: 'told-text muted small', dir: 'auto', key }, manyLines(block.text, 4_000));
    case 'figures':
      return h(
        'dl',
        { class: 'figures', key },
        block.figures.slice(0, MAX_LINES).map((figure) => figureView(figure, deed)),
      );
    case 'list':
      return listView(block.lines, key);
    case 'quote':
      return h(
        'figure',
        { class: 'heard', key },
        h('blockquote', { dir: 'auto' }, manyLines(block.text, 2_000) || '(no text)'),
        block.by || block.url
          ? h(
              'figcaption',
              { class: 'muted', dir: 'auto' },
              block.by ? `– ${oneLine(block.by, 80)} ` : '',
              postLink(block.url ?? null),
            )
          : null,
      );
    default:
      return null;
  }
}

/**
 * @param {import('../../../domain/notice.ts').Figure} figure
 * @param {string} deed
 */
function figureView({ label, value, note, press }, deed) {
  const said = oneLine(value, 60) || '–';
  return h(
    'div',
    {},
    h('dt', { dir: 'auto' }, oneLine(label, 120)),
    h(
      'dd',
      {},
      press === undefined
        ? h('strong', { dir: 'auto' }, said)
        : h(
            'button',
            {
              type: 'button',
              class: 'figure',
              dir: 'auto',
              'data-do': deed,
              'data-press': press,
              'aria-label': `${said} ${oneLine(label, 120)}: show what is behind`,
            },
            said,
          ),
      note ? h('span', { class: 'muted', dir: 'auto' }, ` ${oneLine(note, 200)}`) : null,
    ),
  );
}

/**
 * @param {readonly import('../../../domain/notice.ts').NoticeLine[]} lines
 * @param {string} key
 */
function listView(lines, key) {
  const rest = lines.length - MAX_LINES;
  return h(
    'ul',
    { class: 'told-list', key },
    lines
      .slice(0, MAX_LINES)
      .map(({ text, itemId, url }) =>
        h(
          'li',
          {},
          itemId === undefined ? null : itemLink(itemId),
          itemId === undefined ? null : ' ',
          h('span', { dir: 'auto' }, oneLine(text, 400) || '…'),
          ' ',
          postLink(url ?? null),
        ),
      ),
    rest > 0 ? h('li', { class: 'muted' }, `… and ${rest} more`) : null,
  );
}
