import { save, told } from './answer.js';
import { personCommands } from './person.js';

/** @typedef {import('./answer.js').Told} Told */
/** @typedef {import('./person.js').PersonDialog} PersonDialog */

/**
 * The panel about whoever wrote an item: looking, writing down, and what is seldom done.
 *
 * @param {object} page
 * @param {typeof import('./api.js').ask} page.ask
 * @param {(text: string, bad: boolean) => void} page.say
 * @param {() => PersonDialog | null} page.current the open panel; null while there is none
 * @param {(dialog: PersonDialog) => void} page.show
 * @param {() => void} page.close
 */
export function createPersonDesk(page) {
  /** @param {Partial<PersonDialog>} change */
  function edit(change) {
    const dialog = page.current();
    if (dialog) page.show({ ...dialog, ...change });
  }

  /**
   * Asks about the person of the panel; null when the panel was closed meanwhile.
   *
   * @param {string} path
   * @param {object} body
   * @returns {Promise<Told | null>}
   */
  async function asks(path, body) {
    const before = page.current()?.itemId;
    const answer = told(await page.ask('POST', path, body));
    return page.current()?.itemId === before ? answer : null;
  }

  /**
   * @param {string} command
   * @param {Record<string, string>} [options]
   */
  const run = (command, options = {}) =>
    asks(`/api/team/${command}`, { options: { author: `#${page.current()?.itemId}`, ...options } });

  async function look() {
    const answer = await run('person');
    if (answer) edit(answer.ok ? { notice: answer.notice ?? null } : { problem: answer.text });
  }

  /**
   * What was done is said in the panel, which then shows how things stand.
   *
   * @param {Told | null} answer
   */
  async function done(answer) {
    if (!answer) return false;
    edit(answer.ok ? { done: answer.text, problem: null } : { problem: answer.text, done: null });
    if (answer.notice) edit({ notice: answer.notice });
    else if (answer.ok) await look();
    return answer.ok;
  }

  /** @type {Record<string, (button: HTMLElement) => Promise<unknown>>} */
  const deeds = {
    'person-press': async (button) => done(await asks('/api/press', { press: button.dataset.press ?? '' })),
    'person-bar': async () => {
      const field = /** @type {HTMLInputElement | null} */ (document.getElementById('person-reason'));
      return done(await run('do-not-contact', { reason: field?.value.trim() || 'no reason given' }));
    },
    'person-allow': async () => done(await run('do-not-contact', { reason: 'off' })),
    'person-export': async () => {
      const answer = await run('export-person');
      if (answer?.file) save(answer.file);
      if (answer)
        edit(answer.ok ? { done: answer.text, problem: null } : { problem: answer.text, done: null });
    },
    'person-erase': async () => {
      const answer = await run('erase-person');
      if (answer?.ok && answer.notice) edit({ erasing: answer.notice, problem: null, done: null });
      else if (answer) edit({ problem: answer.text, done: null });
    },
    'person-keep': async () => edit({ erasing: null, problem: null }),
    'person-erased': async (button) => {
      const answer = await asks('/api/press', { press: button.dataset.press ?? '' });
      if (!answer) return;
      if (!answer.ok) return edit({ problem: answer.text });
      page.close();
      page.say(answer.text, false);
    },
  };

  return {
    look,
    /**
     * @param {(name: string) => string} value
     * @param {HTMLFormElement} form
     */
    async submit(value, form) {
      const itemId = page.current()?.itemId;
      if (itemId === undefined) return;
      for (const { command, options } of personCommands(itemId, value))
        if (!(await done(await asks(`/api/team/${command}`, { options })))) return;
      form.reset();
    },
    /**
     * Whether the button was one of the panel's.
     *
     * @param {string} deed
     * @param {HTMLElement} button
     */
    press(deed, button) {
      const own = Object.hasOwn(deeds, deed) ? deeds[deed] : undefined;
      if (own) void own(button);
      return own !== undefined;
    },
  };
}
