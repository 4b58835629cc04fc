import { fitting } from './pictures.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('./api.js').Answer} Answer */

/** How long a person's hands rest before a description is saved. */
const RESTING_MS = 1_000;

/**
 * What a person does to the pictures of the draft that is open.
 *
 * @param {object} desk
 * @param {(method: 'POST', path: string, body?: unknown) => Promise<Answer>} desk.ask
 * @param {(id: number) => Card | null} desk.cardOf
 * @param {(card: Card) => void} desk.show the room answered with the card as it is now
 * @param {(change: { readonly adding?: boolean, readonly problem?: string | null }) => void} desk.edit
 * @param {(id: number) => Promise<void>} desk.measure the network is asked again
 */
export function createPictureDesk({ ask, cardOf, show, edit, measure }) {
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const resting = new Map();

  /**
   * @param {number} id
   * @param {string} path
   * @param {unknown} [body]
   */
  async function change(id, path, body) {
    const answer = await ask('POST', `/api/items/${id}/pictures${path}`, body);
    if (answer.data.card) show(answer.data.card);
    edit({ problem: answer.ok || answer.code === 'nothing-to-do' ? null : answer.text });
    await measure(id);
    return answer.ok;
  }

  /**
   * @param {number} id
   * @param {HTMLInputElement} field
   */
  async function add(id, field) {
    const rules = cardOf(id)?.reply?.pictures;
    const files = [...(field.files ?? [])];
    // The same file may be chosen again.
    field.value = '';
    if (!rules || files.length === 0) return;
    edit({ adding: true, problem: null });
    // One after the other, in the order in which they were chosen; the first that is refused ends it.
    for (const file of files) if (!(await change(id, '', await fitting(file, rules)))) break;
    edit({ adding: false });
  }

  /**
   * @param {number} id
   * @param {HTMLTextAreaElement} field
   */
  function save(id, field) {
    const pictureId = field.dataset.alt ?? '';
    clearTimeout(resting.get(pictureId));
    resting.delete(pictureId);
    const now = cardOf(id)?.pictures.find((picture) => picture.id === pictureId);
    if (!now || now.alt === field.value.replace(/\s+/g, ' ').trim()) return;
    void change(id, `/${encodeURIComponent(pictureId)}/describe`, { alt: field.value });
  }

  return {
    add,
    save,
    /**
     * @param {number} id
     * @param {HTMLTextAreaElement} field
     */
    typed(id, field) {
      const pictureId = field.dataset.alt ?? '';
      clearTimeout(resting.get(pictureId));
      resting.set(
        pictureId,
        setTimeout(() => save(id, field), RESTING_MS),
      );
    },
    /**
     * @param {number} id
     * @param {string} pictureId
     */
    async remove(id, pictureId) {
      await change(id, `/${encodeURIComponent(pictureId)}/remove`);
      // The button that had the focus is gone.
      document.getElementById('picture-file')?.focus();
    },
  };
}
