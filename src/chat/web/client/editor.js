import { ago, excerpt, oneLine } from './format.js';
import { icon } from './icons.js';
import { pictureFields, pictureStrip } from './pictures.js';
import { suggestionsView } from './suggestions.js';
import { h, outside } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/reply.ts').Measure} Measure */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * An answer being written. The words themselves are the text field's; `text` follows them.
 *
 * @typedef {object} Editor
 * @property {'write' | 'review'} step Send is a second step that shows exactly what becomes public
 * @property {string} text
 * @property {string} initial what the field began with
 * @property {Measure | null} measure how the network counts; null until it has been asked
 * @property {string} measured the text that `measure` belongs to
 * @property {boolean} busy
 * @property {boolean} adding a picture is on its way
 * @property {import('./suggestions.js').Beginnings} beginnings what the answer may begin with, where somebody asked
 * @property {string | null} problem what came in the way, in words
 */

/**
 * @param {string} text
 * @param {'write' | 'review'} step
 * @returns {Editor}
 */
export function newEditor(text, step) {
  return {
    step,
    text,
    initial: text,
    measure: null,
    measured: '',
    busy: false,
    adding: false,
    beginnings: 'none',
    problem: null,
  };
}

/**
 * Somebody else acted, or the network said no: the words stay, and the next step is the person's.
 *
 * @param {Editor} editor
 * @param {string} problem
 * @returns {Editor}
 */
export function refused(editor, problem) {
  return { ...editor, step: 'write', busy: false, problem };
}

/**
 * @param {Editor} editor
 * @param {Card | null} card
 * @param {number} itemId
 * @param {number} now
 * @returns {Tree}
 */
export function editorView(editor, card, itemId, now) {
  const ended = card?.closing ? `${oneLine(card.closing.line, 140)}, ${ago(now - card.closing.at)}.` : null;
  return h(
    'form',
    { class: 'box editor', 'data-form': 'editor', key: `editor-${itemId}` },
    h('h2', { id: 'dialog-title' }, `Answer to #${itemId}`),
    card && context(card, now),
    ended !== null &&
      h(
        'p',
        { class: 'strip warn', role: 'alert', key: 'ended' },
        icon('warn'),
        h('span', {}, `${ended} Your words are kept here; you can still copy them.`),
      ),
    h(
      'p',
      { class: editor.problem === null ? 'problem hidden' : 'problem', role: 'alert', key: 'problem' },
      editor.problem ?? '',
    ),
    h(
      'div',
      { key: 'write', class: editor.step === 'write' ? 'writing' : 'writing hidden' },
      h('label', { for: 'answer' }, 'Your answer'),
      h('textarea', {
        id: 'answer',
        name: 'text',
        rows: 6,
        value: editor.initial,
        maxlength: 20_000,
        lang: card?.lang,
        dir: 'auto',
        autofocus: true,
        'aria-describedby': 'count',
      }),
      count(editor, card),
      card && pictureFields(card, editor.adding),
      card && suggestionsView(editor.beginnings, card.origin !== 'prompt' && card.closing === null),
    ),
    editor.step === 'review' ? review(editor, card) : null,
    editor.step === 'review' ? sendRow(editor, card) : writeRow(editor, card),
  );
}

/**
 * @param {Card} card
 * @param {number} now
 */
function context(card, now) {
  return h(
    'div',
    { class: 'context', key: 'context' },
    card.conversation.posts
      .slice(-3)
      .map((post) =>
        h(
          'p',
          { class: post.ours ? 'said ours' : 'said', key: post.id },
          h('strong', { dir: 'auto' }, `${oneLine(post.author, 40)} `),
          h('span', { dir: 'auto' }, oneLine(post.text, 240)),
        ),
      ),
    h(
      'p',
      { class: 'muted small who' },
      h('strong', { dir: 'auto' }, oneLine(card.author.name, 60)),
      ` · ${ago(now - card.postedAt)} · `,
      outside(card.url, {}, oneLine(card.source.label, 40)),
    ),
    h('blockquote', { class: 'quote', lang: card.lang, dir: 'auto' }, excerpt(card.text).text),
  );
}

/**
 * @param {Editor} editor
 * @param {Card | null} card
 */
function count(editor, card) {
  const { measure } = editor;
  const door = card?.reply;
  if (!door)
    return h(
      'p',
      { class: 'muted small', id: 'count', key: 'count' },
      'This network takes no answers from Potluck: save the draft, open the post and answer there.',
    );
  const fresh = measure !== null && counted(editor);
  // A grapheme is what everybody but a network calls a character.
  const unit = door.unit === 'graphemes' ? 'characters' : door.unit;
  const words =
    measure === null ? `up to ${door.limit} ${unit}` : `${measure.length} of ${measure.limit} ${unit}`;
  const parts =
    measure !== null && measure.parts.length > 1 ? ` · goes out as a thread of ${measure.parts.length}` : '';
  const problem = fresh && editor.text.trim() !== '' ? measure.problem : null;
  return h(
    'p',
    { class: problem === null ? 'muted small' : 'small over', id: 'count', key: 'count' },
    words,
    parts,
    h('span', { dir: 'auto' }, ` · as ${oneLine(door.account, 80)}`),
    problem === null ? null : h('span', { dir: 'auto' }, ` · ${problem}`),
    problem === null && fresh && measure.notice !== undefined
      ? h('span', { dir: 'auto' }, ` · ${measure.notice}`)
      : null,
  );
}

/**
 * Whether the network's way of counting is known for these very words.
 *
 * @param {Editor} editor
 */
function counted(editor) {
  return editor.measure !== null && editor.measured === editor.text;
}

/**
 * Exactly what becomes public, and as whom.
 *
 * @param {Editor} editor
 * @param {Card | null} card
 */
function review(editor, card) {
  const account = card?.reply?.account ?? '';
  const parts = counted(editor) ? (editor.measure?.parts ?? []) : [];
  const problem = counted(editor) ? (editor.measure?.problem ?? null) : 'Counting…';
  return h(
    'section',
    { class: 'review', id: 'review', tabindex: '-1', key: 'review', 'aria-label': 'What becomes public' },
    problem !== null && h('p', { class: 'problem', dir: 'auto' }, problem),
    h(
      'p',
      {},
      icon('open'),
      h(
        'span',
        { dir: 'auto' },
        'This goes out ',
        h('strong', {}, 'publicly'),
        ` as ${oneLine(account, 80)} on ${oneLine(card?.source.label ?? '', 40)}:`,
      ),
    ),
    // Not tidied in any way: the reader must see what the network gets.
    parts.map((part, at) =>
      h(
        'blockquote',
        { class: 'public', dir: 'auto', key: `part-${at}` },
        parts.length > 1 && h('span', { class: 'muted small' }, `${at + 1} of ${parts.length}`),
        h('p', {}, part),
      ),
    ),
    card && pictureStrip(card),
  );
}

/**
 * @param {Editor} editor
 * @param {Card | null} card
 */
function writeRow(editor, card) {
  const ended = card === null || card.closing !== null;
  const empty = editor.text.trim() === '';
  const ready = counted(editor) && !editor.adding && editor.measure?.problem === null;
  return h(
    'div',
    { class: 'row end', key: 'row-write' },
    h('button', { type: 'button', class: 'button plain', 'data-do': 'close' }, 'Close'),
    h(
      'button',
      { type: 'button', class: 'button plain', 'data-do': 'editor-save', disabled: editor.busy || ended },
      'Save draft',
    ),
    card?.reply
      ? h(
          'button',
          { type: 'submit', class: 'button primary', disabled: editor.busy || ended || empty || !ready },
          'Review and send…',
        )
      : outside(card?.url ?? null, { class: 'button primary' }, 'Open and answer there'),
  );
}

/**
 * @param {Editor} editor
 * @param {Card | null} card
 */
function sendRow(editor, card) {
  const ended = card === null || card.closing !== null;
  return h(
    'div',
    { class: 'row end', key: 'row-send' },
    h(
      'button',
      { type: 'button', class: 'button plain', 'data-do': 'editor-back', disabled: editor.busy },
      'Back to writing',
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'button primary send',
        'data-do': 'editor-send',
        disabled:
          editor.busy || editor.adding || ended || !counted(editor) || editor.measure?.problem !== null,
      },
      icon('send'),
      editor.busy ? 'Sending…' : 'Send now',
    ),
  );
}
