import { hasMore, save, told } from './answer.js';
import { authorWords, complete } from './complete.js';
import { NO_LINE } from './talk.js';

/** @typedef {import('./answer.js').Told} Told */
/** @typedef {import('./shell.js').Room} Room */
/** @typedef {import('./talk.js').Line} Line */
/** @typedef {import('./talk.js').Talk} Talk */

/** So many answers stay in sight; they are gone with the page. */
const KEPT = 12;
const TYPING_MS = 180;

/**
 * What is asked that is no action on a card: the line of commands, and the buttons of notices.
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
  /** @type {Talk['log']} */
  let kept = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  /** Where in what was asked before the arrow keys stand; 0 is the line itself. */
  let back = 0;

  /**
   * A word in passing is a word in passing; whatever is more is shown until it is closed.
   *
   * @param {string | null} asked
   * @param {Told} answer
   */
  function answered(asked, answer) {
    const current = page.current();
    if (!current && asked === null && !hasMore(answer)) return page.say(answer.text, !answer.ok);
    const log = [...(current?.log ?? []), { asked, answer }].slice(-KEPT);
    const line = current?.line ?? null;
    if (line) kept = log;
    page.show({ log, line });
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

  /** @param {Partial<Line>} change */
  function edit(change) {
    const talk = page.current();
    if (talk?.line) page.show({ ...talk, line: { ...talk.line, ...change } });
  }

  async function open() {
    if (!page.room().me) return page.askName(() => void open());
    const sources = page.room().sources.map(({ name }) => name);
    page.show({
      log: kept,
      line: { ...NO_LINE, folded: kept.length > 0, known: { ...NO_LINE.known, sources } },
    });
    const [{ data: table }, { data: team }] = await Promise.all([
      page.ask('GET', '/api/commands'),
      page.ask('GET', '/api/people'),
    ]);
    const line = page.current()?.line;
    if (!line) return;
    const colleagues = (team.people ?? []).map((/** @type {{ name: string }} */ { name }) => name);
    edit({ known: { ...line.known, commands: table.commands ?? [], colleagues } });
  }

  /** What the person typed. @param {string} text */
  function typed(text) {
    edit({ text, chosen: -1, folded: false });
    clearTimeout(typing);
    typing = setTimeout(() => void authors(), TYPING_MS);
  }

  async function authors() {
    const line = page.current()?.line;
    if (!line) return;
    const words = authorWords(line.text, line.known.commands);
    const { data } = words.length < 2 ? { data: {} } : await page.ask('POST', '/api/authors', { words });
    const now = page.current()?.line;
    // Somebody types faster than the room answers.
    if (now?.text === line.text) edit({ known: { ...now.known, authors: data.authors ?? [] } });
  }

  /**
   * Puts words into the line, which belongs to the person's hands.
   *
   * @param {string} text
   * @param {boolean} folded
   */
  function write(text, folded) {
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById('line'));
    if (field) {
      field.value = text;
      field.focus();
      field.setSelectionRange(text.length, text.length);
    }
    edit({ text, chosen: -1, folded });
    if (!folded) void authors();
  }

  /** @param {number} at */
  function choose(at) {
    const line = page.current()?.line;
    const choice = line && complete(line.text, line.known)[at];
    if (choice) write(choice.line, false);
  }

  /** @param {string} text */
  async function run(text) {
    const words = text.trim();
    const line = page.current()?.line;
    if (words === '' || !line || line.busy) return;
    back = 0;
    edit({ busy: true, folded: true });
    const answer = await page.ask('POST', '/api/command', { line: words });
    edit({ busy: false });
    answered(words, told(answer));
    // What failed can be mended; what was done is done.
    if (answer.ok && answer.data.ok) write('', true);
  }

  /** @param {number} by */
  function recall(by) {
    const lines = kept.flatMap(({ asked }) => asked ?? []);
    back = Math.min(lines.length, Math.max(0, back + by));
    write(back === 0 ? '' : (lines.at(-back) ?? ''), true);
  }

  /**
   * Arrows walk through the completions, or through what was asked before; Tab and Enter take the marked one.
   *
   * @param {KeyboardEvent} event
   */
  function key(event) {
    const line = page.current()?.line;
    if (!line || event.isComposing) return;
    const choices = line.folded ? [] : complete(line.text, line.known);
    const marked = line.chosen >= 0 && line.chosen < choices.length;
    const walks = choices.length > 0 && (line.text !== '' || marked || event.key === 'ArrowDown');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (walks) {
        const many = choices.length + 1;
        edit({ chosen: ((line.chosen + 1 + step + many) % many) - 1 });
        document.getElementById('line-choices')?.querySelector('.here')?.scrollIntoView({ block: 'nearest' });
      } else recall(-step);
    } else if (
      event.key === 'Tab' &&
      !event.shiftKey &&
      choices.length > 0 &&
      (marked || line.text.trim() !== '')
    ) {
      choose(marked ? line.chosen : 0);
    } else if (event.key === 'Enter' && marked) {
      choose(line.chosen);
    } else if (event.key === 'Escape' && choices.length > 0 && line.text !== '') {
      edit({ folded: true, chosen: -1 });
    } else return;
    event.preventDefault();
  }

  return {
    press: pressed,
    open,
    typed,
    key,
    choose,
    run,
    /** @param {number} at which answer's file */
    save(at) {
      const file = page.current()?.log[at]?.answer.file;
      if (file) save(file);
    },
  };
}
