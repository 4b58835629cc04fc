import { hasMore, save, told } from './answer.js';

/** @typedef {import('./shell.js').Room} Room */
/** @typedef {import('./talk.js').Talk} Talk */

/**
 * What is asked that is no action on a card: the buttons of notices.
 *
 * @param {object} page
 * @param {typeof import('./api.js').ask} page.ask
 * @param {(text: string, bad: boolean) => void} page.say
 * @param {() => Room} page.room
 * @param {(next: Partial<Room>) => void} page.update
 * @param {(then: () => void) => void} page.askName
 * @param {() => Talk | null} page.current what the open dialog shows; null while there is none
 * @param {(talk: Talk) => void} page.show
 */
export function createTalk(page) {
  /**
   * A word in passing is a word in passing; whatever is more is shown until it is closed.
   *
   * @param {string | null} asked
   * @param {import('./answer.js').Told} answer
   */
  function answered(asked, answer) {
    const current = page.current();
    if (!current && !hasMore(answer)) return page.say(answer.text, !answer.ok);
    page.show({ log: [...(current?.log ?? []), { asked, answer }] });
  }

  /** @param {string} press */
  async function pressed(press) {
    if (!page.room().me) return page.askName(() => void pressed(press));
    if (page.room().pressing.has(press)) return;
    page.update({ pressing: new Set(page.room().pressing).add(press) });
    const answer = await page.ask('POST', '/api/press', { press });
    const pressing = new Set(page.room().pressing);
    pressing.delete(press);
    page.update({ pressing });
    answered(null, told(answer));
  }

  return {
    press: pressed,
    /** @param {number} at which answer's file */
    save(at) {
      const file = page.current()?.log[at]?.answer.file;
      if (file) save(file);
    },
  };
}
