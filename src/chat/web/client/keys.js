/**
 * One hand on the keyboard: the letters of the help page, never while somebody types or a dialog is open.
 *
 * @param {KeyboardEvent} event
 * @param {object} page
 * @param {() => readonly number[]} page.ids the cards from top to bottom
 * @param {() => number | null} page.current
 * @param {(id: number) => void} page.select
 * @param {(id: number, action: string) => boolean} page.can
 * @param {(id: number, action: string) => void} page.act
 * @param {() => void} page.search
 * @param {() => void} page.notices
 * @param {() => void} page.line
 * @param {() => void} page.help
 */
export function onKey(event, page) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]');
    if (menu) {
      menu.removeAttribute('open');
      menu.querySelector('summary')?.focus();
    }
    return;
  }
  if (target.closest('input, textarea, select, [contenteditable]') || document.querySelector('dialog[open]'))
    return;
  const done = run(event.key, page);
  if (done) event.preventDefault();
}

const ACTIONS = new Map([
  ['c', 'claim'],
  ['d', 'draft'],
  ['x', 'dismiss'],
  ['s', 'snooze'],
  ['n', 'note'],
  ['o', 'open'],
]);

/**
 * @param {string} key
 * @param {Parameters<typeof onKey>[1]} page
 */
function run(key, page) {
  if (key === '/') page.search();
  else if (key === '?') page.help();
  else if (key === 'b') page.notices();
  else if (key === ':') page.line();
  else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1, page);
  else {
    const action = ACTIONS.get(key);
    const id = page.current();
    if (action === undefined || id === null || !page.can(id, action)) return false;
    page.act(id, action);
  }
  return true;
}

/**
 * @param {number} by
 * @param {Parameters<typeof onKey>[1]} page
 */
function step(by, page) {
  const ids = page.ids();
  const at = ids.indexOf(page.current() ?? Number.NaN);
  const next = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by))];
  if (next !== undefined) page.select(next);
}
