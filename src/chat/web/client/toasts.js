import { draw } from './dom.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** A success needs no answer; a refusal stays until it has been read. */
const SHOWN_MS = 6_000;
const MOST = 3;

/**
 * Short words to the person who acted, and to nobody else.
 *
 * @param {HTMLElement} place a live region
 */
export function createToasts(place) {
  /** @type {{ readonly id: number, readonly text: string, readonly bad: boolean }[]} */
  let shown = [];
  let next = 1;

  function render() {
    draw(
      place,
      shown.map(({ id, text, bad }) =>
        h(
          'div',
          { class: bad ? 'toast bad' : 'toast', role: bad ? 'alert' : 'status', key: `toast-${id}` },
          icon(bad ? 'warn' : 'check'),
          h('span', { class: 'grow', dir: 'auto' }, text),
          h(
            'button',
            {
              type: 'button',
              class: 'square',
              'data-do': 'toast-close',
              'data-id': id,
              'aria-label': 'Close',
            },
            icon('cross'),
          ),
        ),
      ),
    );
  }

  /** @param {number} id */
  function close(id) {
    shown = shown.filter((toast) => toast.id !== id);
    render();
  }

  return {
    /**
     * @param {string} text
     * @param {boolean} [bad]
     */
    say(text, bad = false) {
      const id = next++;
      // A success after a refusal answers it.
      shown = [...(bad ? shown : shown.filter((toast) => !toast.bad)), { id, text, bad }].slice(-MOST);
      render();
      if (!bad) setTimeout(() => close(id), SHOWN_MS);
    },
    close,
  };
}
