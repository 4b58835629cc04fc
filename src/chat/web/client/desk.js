import { dialogView } from './dialogs.js';
import { draw } from './dom.js';
import { newEditor, refused } from './editor.js';
import { createPersonDesk } from './person-desk.js';
import { createPictureDesk } from './picture-desk.js';
import { createSuggestionDesk } from './suggestions.js';
import { createTalk } from './talk-desk.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/item.ts').Person} Person */
/** @typedef {import('./api.js').Answer} Answer */
/** @typedef {import('./dialogs.js').Dialog} Dialog */
/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('./shell.js').Room} Room */

/** How long a person's hands rest before the network's way of counting is asked for. */
const TYPING_MS = 180;

/** Dialogs with much in them. */
const WIDE = new Set(['editor', 'item', 'person', 'talk']);

/**
 * Everything a person does to cards: buttons, dialogs, the draft editor.
 *
 * @param {object} page
 * @param {typeof import('./api.js').ask} page.ask
 * @param {ReturnType<typeof import('./toasts.js').createToasts>} page.toasts
 * @param {() => Room} page.room
 * @param {(next: Partial<Room>) => void} page.update
 * @param {() => number} page.now
 * @param {HTMLDialogElement} page.dialog
 * @param {(card: Card) => void} page.show
 * @param {(me: Person) => void} page.renamed
 */
export function createDesk(page) {
  /** @type {Dialog | null} */
  let dialog = null;
  /** The card of the open dialog, also when it has left the queue. @type {Card | null} */
  let subject = null;
  /** What to do once the person has said their name. @type {(() => void) | null} */
  let afterName = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let measuring;

  /** @param {number} id */
  const cardOf = (id) => page.room().queue.cards.get(id) ?? (subject?.itemId === id ? subject : null);

  function render() {
    if (!dialog) return;
    const card = dialog.itemId === null ? null : cardOf(dialog.itemId);
    if (card) subject = card;
    draw(page.dialog, [dialogView(dialog, { card, room: { ...page.room(), now: page.now() } })]);
  }

  /** @param {Dialog} next */
  function open(next) {
    dialog = next;
    subject = next.itemId === null ? null : cardOf(next.itemId);
    page.dialog.className = WIDE.has(next.kind) ? 'wide' : '';
    render();
    if (!page.dialog.open) page.dialog.showModal();
    /** @type {HTMLElement | null} */ (page.dialog.querySelector('[autofocus]'))?.focus();
  }

  function close() {
    page.dialog.close();
  }

  page.dialog.addEventListener('close', () => {
    // The event comes late: the next dialog may be open already.
    if (page.dialog.open) return;
    dialog = null;
    subject = null;
    draw(page.dialog, []);
    page.update({});
  });
  page.dialog.addEventListener('click', (event) => {
    // On the darkened page around it, but not at the end of selecting text inside.
    if (event.target === page.dialog && dialog?.kind !== 'editor') close();
  });
  page.dialog.addEventListener('keydown', (event) => {
    if (event.target instanceof Element && event.target.id === 'line') talk.key(event);
  });

  /**
   * @param {number} id
   * @param {Record<string, unknown>} body
   * @returns {Promise<Answer>}
   */
  async function send(id, body) {
    const busy = new Set(page.room().busy).add(id);
    page.update({ busy });
    const seenVersion = cardOf(id)?.version ?? null;
    const answer = await page.ask('POST', `/api/items/${id}/actions`, { ...body, seenVersion });
    const rest = new Set(page.room().busy);
    rest.delete(id);
    page.update({ busy: rest });
    if (answer.data.card) {
      if (subject?.itemId === id) subject = answer.data.card;
      page.show(answer.data.card);
      if (page.room().threads.has(id)) void history(id);
    }
    return answer;
  }

  /** @param {() => void} then */
  function askName(/** @type {(() => void) | null} */ then) {
    afterName = then;
    open({ kind: 'name', itemId: null, problem: null });
  }

  /**
   * A button of a card.
   *
   * @param {number} id
   * @param {string} action
   */
  async function act(id, action) {
    if (action === 'note') return toggleThread(id);
    if (!page.room().me) return askName(() => void act(id, action));
    switch (action) {
      case 'draft':
      case 'send':
        return openEditor(id, action === 'send' ? 'review' : 'write');
      case 'dismiss':
      case 'snooze':
      case 'mark-answered':
        return open({ kind: action, itemId: id, problem: null, people: [] });
      case 'assign': {
        const { data } = await page.ask('GET', '/api/people');
        return open({ kind: 'assign', itemId: id, problem: null, people: data.people ?? [] });
      }
      case 'request-approval':
      case 'approve': {
        // Exactly the words on the card: if they changed meanwhile, it is refused.
        const card = cardOf(id);
        const text = (action === 'approve' ? card?.approval?.text : card?.draft?.text) ?? '';
        const answer = await send(id, { action, text });
        return page.toasts.say(answer.text || answer.data.text, !answer.ok);
      }
      default: {
        const answer = await send(id, { action });
        page.toasts.say(answer.text || answer.data.text, !answer.ok);
      }
    }
  }

  /** @param {number} id */
  function toggleThread(id) {
    const threads = new Map(page.room().threads);
    if (threads.delete(id)) return page.update({ threads });
    threads.set(id, null);
    page.update({ threads });
    void history(id);
    requestAnimationFrame(() => setTimeout(() => document.getElementById(`note-${id}`)?.focus(), 0));
  }

  /** @param {number} id */
  async function history(id) {
    const answer = await page.ask('GET', `/api/items/${id}/history`);
    const threads = new Map(page.room().threads);
    if (!threads.has(id)) return;
    threads.set(id, answer.data.events ?? []);
    page.update({ threads });
  }

  /**
   * @param {number} id
   * @param {'write' | 'review'} step
   */
  function openEditor(id, step) {
    const kept = page.room().unsaved.get(id);
    const text = kept ?? cardOf(id)?.draft?.text ?? '';
    open({ kind: 'editor', itemId: id, editor: newEditor(text, kept === undefined ? step : 'write') });
    void measure(id);
  }

  /** @param {(editor: Editor) => Editor} next */
  function edit(next) {
    if (dialog?.kind !== 'editor') return;
    dialog = { ...dialog, editor: next(dialog.editor) };
    render();
  }

  /** @param {number} id */
  async function measure(id) {
    if (dialog?.kind !== 'editor' || dialog.itemId !== id || !cardOf(id)?.reply) return;
    const { text } = dialog.editor;
    const { ok, data } = await page.ask('POST', `/api/items/${id}/measure`, { text });
    if (ok && data.measure) edit((editor) => ({ ...editor, measure: data.measure, measured: text }));
  }

  const pictures = createPictureDesk({
    ask: page.ask,
    cardOf,
    show(card) {
      if (subject?.itemId === card.itemId) subject = card;
      page.show(card);
    },
    edit: (change) => edit((editor) => ({ ...editor, ...change })),
    measure,
  });

  const suggestions = createSuggestionDesk({
    ask: page.ask,
    edit: (change) => edit((editor) => ({ ...editor, ...change })),
    field() {
      const area = document.getElementById('answer');
      return area instanceof HTMLTextAreaElement ? area : null;
    },
    typed,
  });

  /** @param {HTMLTextAreaElement | HTMLInputElement} field */
  function typed(field) {
    if (field.id === 'line') return talk.typed(field.value);
    if (dialog?.kind !== 'editor') return;
    const { itemId } = dialog;
    if (field instanceof HTMLInputElement) return;
    if (field.dataset.alt) return pictures.typed(itemId, field);
    if (field.id !== 'answer') return;
    const unsaved = new Map(page.room().unsaved);
    if (field.value === (cardOf(itemId)?.draft?.text ?? '')) unsaved.delete(itemId);
    else unsaved.set(itemId, field.value);
    page.update({ unsaved });
    edit((editor) => ({ ...editor, text: field.value, problem: null }));
    clearTimeout(measuring);
    measuring = setTimeout(() => void measure(itemId), TYPING_MS);
  }

  /** @param {'draft' | 'send'} action */
  async function submitEditor(action) {
    if (dialog?.kind !== 'editor' || dialog.editor.busy) return;
    const { itemId } = dialog;
    const { text } = dialog.editor;
    edit((editor) => ({ ...editor, busy: true, problem: null }));
    const card = cardOf(itemId);
    const seen =
      action === 'send' && card?.reply?.pictures
        ? { pictures: card.pictures.map((picture) => picture.id) }
        : {};
    const answer = await send(itemId, { action, text, ...seen });
    if (!answer.ok) return edit((editor) => refused(editor, answer.text));
    const unsaved = new Map(page.room().unsaved);
    unsaved.delete(itemId);
    page.update({ unsaved });
    page.toasts.say(answer.data.text);
    if (dialog?.kind === 'editor' && dialog.itemId === itemId) close();
  }

  /**
   * A form of a dialog whose answer is one action.
   *
   * @param {Record<string, unknown>} body
   */
  async function submitAction(body) {
    if (!dialog || dialog.itemId === null || dialog.kind === 'editor') return;
    const { itemId } = dialog;
    const answer = await send(itemId, body);
    if (answer.ok) {
      page.toasts.say(answer.data.text);
      return close();
    }
    if (dialog && 'problem' in dialog && dialog.itemId === itemId) {
      dialog = /** @type {Dialog} */ ({ ...dialog, problem: answer.text });
      render();
    } else page.toasts.say(answer.text, true);
  }

  /**
   * One card, wherever it is: on the page where it stands there, else by itself.
   *
   * @param {number} id
   */
  async function openItem(id) {
    const { queue, filter } = page.room();
    if (filter.queue !== 'notices' && queue.cards.has(id)) {
      if (page.dialog.open) close();
      page.update({ current: id });
      return void requestAnimationFrame(() => document.getElementById(`card-${id}`)?.focus());
    }
    const answer = await page.ask('GET', `/api/items/${id}`);
    if (!answer.ok) return page.toasts.say(answer.text, true);
    subject = answer.data.card;
    open({ kind: 'item', itemId: id });
  }

  const talk = createTalk({
    ask: page.ask,
    say: (text, bad) => page.toasts.say(text, bad),
    room: page.room,
    update: page.update,
    askName,
    current: () => (dialog?.kind === 'talk' ? dialog.talk : null),
    show(next) {
      if (dialog?.kind !== 'talk') return open({ kind: 'talk', itemId: null, talk: next });
      dialog = { ...dialog, talk: next };
      render();
    },
  });

  const person = createPersonDesk({
    ask: page.ask,
    say: (text, bad) => page.toasts.say(text, bad),
    current: () => (dialog?.kind === 'person' ? dialog : null),
    show(next) {
      dialog = next;
      render();
    },
    close,
  });

  /** @param {number} id */
  function openPerson(id) {
    if (!page.room().me) return askName(() => openPerson(id));
    open({ kind: 'person', itemId: id, problem: null, done: null, notice: null, erasing: null });
    void person.look();
  }

  /** @param {string} name */
  async function submitName(name) {
    const answer = await page.ask('POST', '/api/me', { name });
    if (!answer.ok) {
      dialog = { kind: 'name', itemId: null, problem: answer.data.problems?.[0]?.message ?? answer.text };
      return render();
    }
    const then = afterName;
    afterName = null;
    close();
    page.renamed(answer.data.person);
    then?.();
  }

  /**
   * @param {number} id
   * @param {HTMLFormElement} form
   */
  async function submitNote(id, form) {
    if (!page.room().me) return askName(() => void submitNote(id, form));
    const field = form.querySelector('textarea');
    const answer = await send(id, { action: 'note', text: field?.value ?? '' });
    page.toasts.say(answer.ok ? answer.data.text : answer.text, !answer.ok);
    if (answer.ok && field) field.value = '';
  }

  return {
    open,
    openItem,
    openLine: talk.open,
    act,
    render,
    typed,
    /**
     * A field of the open dialog was left, or a file was chosen.
     *
     * @param {EventTarget | null} field
     */
    changed(field) {
      if (dialog?.kind !== 'editor') return;
      if (field instanceof HTMLTextAreaElement && field.dataset.alt) pictures.save(dialog.itemId, field);
      if (field instanceof HTMLInputElement && field.id === 'picture-file')
        void pictures.add(dialog.itemId, field);
    },
    askName,
    /** @param {ReadonlyMap<number, Card>} cards */
    cardsChanged(cards) {
      const now = dialog?.itemId == null ? undefined : cards.get(dialog.itemId);
      if (now) subject = now;
    },
    /** @param {HTMLFormElement} form */
    submit(form) {
      const data = new FormData(form);
      /** @param {string} name */
      const value = (name) => String(data.get(name) ?? '').trim();
      switch (form.dataset.form) {
        case 'name':
          return void submitName(value('name'));
        case 'note':
          return void submitNote(Number(form.dataset.id), form);
        case 'line':
          return void talk.run(value('line'));
        case 'person':
          return void person.submit(value, form);
        case 'dismiss':
          return void submitAction({
            action: 'dismiss',
            reason: value('reason'),
            words: value('words') || null,
          });
        case 'assign':
          return void submitAction({ action: 'assign', to: value('to') });
        case 'mark-answered':
          return void submitAction({
            action: 'mark-answered',
            url: value('url') || null,
            words: value('words') || null,
          });
        case 'snooze':
          return void submitAction({ action: 'snooze', until: new Date(value('until')).getTime() });
        case 'editor':
          edit((editor) => ({ ...editor, step: 'review', problem: null }));
          // On the words, not on the button: a second Enter must not publish.
          return void document.getElementById('review')?.focus();
      }
    },
    /**
     * Any other button.
     *
     * @param {string} deed
     * @param {HTMLElement} button
     */
    press(deed, button) {
      const id = Number(button.dataset.id);
      if (person.press(deed, button)) return;
      switch (deed) {
        case 'close':
          return close();
        case 'toast-close':
          return page.toasts.close(id);
        case 'item':
          return void openItem(id);
        case 'press':
          return void talk.press(button.dataset.press ?? '');
        case 'choice':
          return talk.choose(Number(button.dataset.at));
        case 'line-run':
          return void talk.run(button.dataset.line ?? '');
        case 'file':
          return talk.save(Number(button.dataset.at));
        case 'person':
          return openPerson(id);
        case 'thread-close':
          return toggleThread(id);
        case 'snooze':
          return void submitAction({ action: 'snooze', until: Number(button.dataset.until) });
        case 'editor-save':
          return void submitEditor('draft');
        case 'editor-send':
          return void submitEditor('send');
        case 'picture-remove':
          if (dialog?.kind !== 'editor') return;
          return void pictures.remove(dialog.itemId, button.dataset.picture ?? '');
        case 'suggest':
          if (dialog?.kind !== 'editor') return;
          return void suggestions.look(dialog.itemId);
        case 'suggest-model':
          if (dialog?.kind !== 'editor') return;
          return void suggestions.look(dialog.itemId, 'model');
        case 'suggestion-take':
          if (dialog?.kind !== 'editor') return;
          return void suggestions.take(dialog.itemId, button.dataset.suggestion ?? '');
        case 'editor-back':
          edit((editor) => ({ ...editor, step: 'write' }));
          return void document.getElementById('answer')?.focus();
      }
    },
  };
}
