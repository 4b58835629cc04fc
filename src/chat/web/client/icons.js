import { h } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** Drawn on a field of 24 by 24 with a pen of 1.75. */
const PATHS = {
  complaint:
    'M12 8v5 M12 16.5v.01 M10.3 3.9 2.5 17.5A2 2 0 0 0 4.2 20.5h15.6a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
  question: 'M9 9.2a3 3 0 1 1 4.3 2.7c-.8.4-1.3 1-1.3 1.9v.4 M12 17v.01 M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9Z',
  comparison:
    'M12 4v16 M8 20h8 M4 8h16 M4 8 1.8 13.5a3 3 0 0 0 4.4 0L4 8Z M20 8l-2.2 5.5a3 3 0 0 0 4.4 0L20 8Z',
  praise: 'M12 20.5 4.3 13a5 5 0 1 1 7.1-7.1l.6.6.6-.6a5 5 0 1 1 7.1 7.1Z',
  'link-share':
    'M10 14a4.5 4.5 0 0 0 6.8.5l2.7-2.7a4.5 4.5 0 0 0-6.4-6.4L11.6 7 M14 10a4.5 4.5 0 0 0-6.8-.5l-2.7 2.7a4.5 4.5 0 0 0 6.4 6.4l1.5-1.6',
  follow: 'M10 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M2.5 21a7.5 7.5 0 0 1 15 0 M19 8v6 M16 11h6',
  mention: 'M16 12a4 4 0 1 1-4-4 4 4 0 0 1 4 4Zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2',
  spam: 'M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9Z M5.7 5.7l12.6 12.6',
  prompt:
    'M9 18h6 M10 21h4 M12 3a6.5 6.5 0 0 0-4 11.6c.7.6 1 1.3 1 2V17h6v-.4c0-.7.3-1.4 1-2A6.5 6.5 0 0 0 12 3Z',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15Z M10 20.5a2 2 0 0 0 4 0',
  command: 'M5 7l5 5-5 5 M12.5 17.5H19',
  check: 'M4.5 12.5l5 5 10-11',
  cross: 'M6 6l12 12 M18 6 6 18',
  clock: 'M12 7v5l3.2 2 M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9Z',
  moon: 'M20.5 14.5A8.5 8.5 0 0 1 9.5 3.5a8.5 8.5 0 1 0 11 11Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M12 2.5v2 M12 19.5v2 M4.9 4.9l1.4 1.4 M17.7 17.7l1.4 1.4 M2.5 12h2 M19.5 12h2 M4.9 19.1l1.4-1.4 M17.7 6.3l1.4-1.4',
  person: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M4 20.5a8 8 0 0 1 16 0',
  hand: 'M4 14.5 8 11l3.5 3.2 M20 14.5 16 11 M2 9l4 7 6 4.5 6-4.5 4-7 M8 11l4-3 4 3',
  pen: 'M4 20l1-4.5L16.2 4.3a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L8.5 19 4 20Z',
  send: 'M21 3 10 14 M21 3l-6.5 18-4.5-7-7-4.5L21 3Z',
  note: 'M5 4h14v11l-5 5H5Z M14 20v-5h5 M8.5 8.5h7 M8.5 12h4',
  open: 'M14 4h6v6 M20 4l-9 9 M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5',
  more: 'M5 11.5v1 M12 11.5v1 M19 11.5v1',
  warn: 'M12 8v5 M12 16.5v.01 M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9Z',
  back: 'M4 9h10a5.5 5.5 0 0 1 0 11h-3 M8 5 4 9l4 4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z M20.5 20.5 16 16',
  keys: 'M3 6.5h18v11H3Z M7 10v.01 M11 10v.01 M15 10v.01 M8 14h8',
  pot: 'M4 10.5h16v5a4.5 4.5 0 0 1-4.5 4.5h-7A4.5 4.5 0 0 1 4 15.5Z M2 10.5h20 M8.5 4c1.2 1-1.2 2 0 3 M12.5 4c1.2 1-1.2 2 0 3 M16.5 4c1.2 1-1.2 2 0 3',
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A picture that says nothing by itself: the words stand beside it, or on the button.
 *
 * @param {string} name
 * @param {string} [className]
 * @returns {Tree}
 */
export function icon(name, className = 'icon') {
  const path = Object.hasOwn(PATHS, name) ? PATHS[/** @type {IconName} */ (name)] : PATHS.mention;
  return h(
    'svg',
    { class: className, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: path }),
  );
}
