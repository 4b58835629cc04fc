import { oneLine } from './format.js';
import { h } from './tree.js';

/** @typedef {import('../../chat.ts').DraftSuggestion} DraftSuggestion */
/** @typedef {import('../../chat.ts').Suggestions} Suggestions */
/** @typedef {import('./api.js').Answer} Answer */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * What stands below the field of an answer: nothing yet, that they are looked for, or what was found.
 *
 * @typedef {'none' | 'looking' | Suggestions} Beginnings
 */

/**
 * @param {Beginnings} beginnings
 * @param {boolean} asking whether they may be asked for here
 * @returns {Tree | null}
 */
export function suggestionsView(beginnings, asking) {
  if (!asking) return null;
  return h(
    'section',
    { class: 'suggesting', key: 'suggesting', 'aria-label': 'Suggestions', 'aria-live': 'polite' },
    h(
      'div',
      { class: 'row', key: 'row' },
      h(
        'button',
        { type: 'button', class: 'button plain', 'data-do': 'suggest', disabled: beginnings === 'looking' },
        beginnings === 'looking' ? 'Looking…' : 'Suggestions',
      ),
      typeof beginnings !== 'string' && beginnings.model
        ? h(
            'button',
            { type: 'button', class: 'button plain', 'data-do': 'suggest-model', key: 'suggest-model' },
            'Write three drafts',
          )
        : null,
    ),
    ...(typeof beginnings === 'string' ? [] : found(beginnings)),
  );
}

/** @param {Suggestions} found */
function found({ suggestions, note, instead }) {
  return [
    note === null ? null : h('p', { class: 'muted small', key: 'note' }, note),
    instead.length === 0
      ? null
      : h(
          'ul',
          { class: 'instead small', key: 'instead' },
          instead.map((each, at) =>
            h(
              'li',
              { key: `instead-${at}` },
              h('strong', { dir: 'auto' }, `${oneLine(each.by, 60)} `),
              h('span', { dir: 'auto' }, oneLine(each.text, 300)),
            ),
          ),
        ),
    h(
      'ol',
      { class: 'suggestions', key: 'suggestions' },
      suggestions.map((each) =>
        h(
          'li',
          { key: each.id },
          h('p', { class: 'small' }, h('strong', { dir: 'auto' }, oneLine(each.title, 200))),
          each.about === null
            ? null
            : h('p', { class: 'muted small', dir: 'auto' }, `To: “${oneLine(each.about, 200)}”`),
          h('blockquote', { class: 'quote', dir: 'auto' }, each.text),
          (each.remarks ?? [])
            .slice(0, 3)
            .map((remark) => h('p', { class: 'muted small', key: remark.code }, oneLine(remark.text, 300))),
          h(
            'button',
            {
              type: 'button',
              class: 'button plain',
              'data-do': 'suggestion-take',
              'data-suggestion': each.id,
            },
            'Use this',
          ),
        ),
      ),
    ),
  ];
}

/**
 * The words of a draft with a suggestion in it; nothing that was typed is lost (as kit/suggestions.ts has it).
 *
 * @param {string} typed
 * @param {string | null} taken the one that was taken before
 * @param {string} text
 */
export function withSuggestion(typed, taken, text) {
  if (typed.trim() === '' || typed.trim() === taken?.trim()) return text;
  return `${typed.trimEnd()}\n\n${text}`;
}

/**
 * What a person does with suggestions in the open editor.
 *
 * @param {object} desk
 * @param {(method: 'POST', path: string, body?: unknown) => Promise<Answer>} desk.ask
 * @param {(change: { readonly beginnings?: Beginnings, readonly problem?: string | null }) => void} desk.edit
 * @param {() => HTMLTextAreaElement | null} desk.field where the answer is typed
 * @param {(field: HTMLTextAreaElement) => void} desk.typed as if a person had typed
 */
export function createSuggestionDesk({ ask, edit, field, typed }) {
  /** @type {string | null} */
  let taken = null;
  return {
    /**
     * @param {number} id
     * @param {'model'} [by]
     */
    async look(id, by) {
      edit({ beginnings: 'looking', problem: null });
      const answer = await ask('POST', `/api/items/${id}/suggestions`, by ? { by } : {});
      if (answer.ok) edit({ beginnings: answer.data });
      else edit({ beginnings: 'none', problem: answer.text || 'There are no suggestions just now.' });
    },
    /**
     * @param {number} id
     * @param {string} suggestion
     */
    async take(id, suggestion) {
      const answer = await ask('POST', `/api/items/${id}/suggestions/take`, { id: suggestion });
      const area = field();
      if (!answer.ok || !area) return edit({ problem: answer.text });
      const { text } = answer.data.suggestion;
      area.value = withSuggestion(area.value, taken, text);
      taken = text;
      typed(area);
      area.focus();
    },
  };
}
