import type { Card } from '../../domain/card.ts';
import { messageOf } from '../../errors.ts';
import type { ChatAction } from '../chat.ts';
import { FORM_NEEDS, whyNot } from '../kit/words.ts';
import type { ModalView } from './block-kit.ts';
import { act, type Desk, type Listener, openForm, tell, whyForbidden, words } from './desk.ts';
import { draftForm, refuseForm } from './editor.ts';
import type { Target, Verb } from './ids.ts';
import {
  answeredForm,
  assignForm,
  dismissForm,
  type Form,
  type FormState,
  noteForm,
  parseFormState,
  snoozeForm,
  typedText,
  wordsView,
} from './modals.ts';
import type { FieldValue } from './outcome.ts';
import type { Clicker } from './people.ts';
import { approvalView } from './submits.ts';

/** A click on a button or a menu line of a card. */
export interface Click {
  readonly verb: Verb;
  readonly target: Target;
  readonly clicker: Clicker;
  readonly to: Listener;
  readonly triggerId: string;
}

/** These are done at once; everything else of a card opens a form. */
const AT_ONCE: Partial<Record<Verb, ChatAction>> = {
  claim: { type: 'claim' },
  release: { type: 'release' },
  reopen: { type: 'reopen' },
  another: { type: 'another' },
  'not-today': { type: 'not-today' },
};

const FORM_OF: Partial<Record<Verb, Form>> = {
  draft: 'draft',
  approve: 'approve',
  refuse: 'refuse',
  dismiss: 'dismiss',
  snooze: 'snooze',
  assign: 'assign',
  note: 'note',
  'mark-answered': 'mark-answered',
};

/** Does what a button says. The click is acknowledged already; the card itself follows by the reconciler. */
export async function onClick(desk: Desk, click: Click): Promise<void> {
  const action = AT_ONCE[click.verb];
  if (action) {
    const result = await act(desk, click.clicker, click.target, action);
    if (!result.ok) await tell(desk, click.to, words(result.refusal.text));
    return;
  }
  if (click.verb === 'request-approval') return askForDraft(desk, click);
  const form = FORM_OF[click.verb];
  if (form) await openItemForm(desk, form, click);
}

/** "Ask for approval" on the card: of the draft as it is kept. */
async function askForDraft(desk: Desk, click: Click): Promise<void> {
  const card = await desk.handlers().card(click.target.itemId);
  if (!card?.draft) return tell(desk, click.to, words(`#${click.target.itemId} has no draft to approve.`));
  const action = { type: 'request-approval', text: card.draft.text } as const;
  const result = await act(desk, click.clicker, click.target, action);
  if (!result.ok) await tell(desk, click.to, words(result.refusal.text));
}

/** Who opens a form of which item, and with what. */
export type Opening = Pick<Click, 'clicker' | 'to' | 'triggerId'> & {
  readonly target: { readonly itemId: number };
};

/** Opens the form of an action, or says why it is not possible now, or who may do it. */
export async function openItemForm(desk: Desk, form: Form, opening: Opening): Promise<void> {
  const { target, to, clicker } = opening;
  await openForm(desk, opening.triggerId, to, async () => {
    const card = await desk.handlers().card(target.itemId);
    if (!card) return `There is no #${target.itemId}.`;
    const no = whyNot(card, form);
    if (no) return no;
    const needs = FORM_NEEDS[form];
    const forbidden = needs === undefined ? null : await whyForbidden(desk, clicker, needs);
    if (forbidden !== null) return forbidden;
    const state: FormState = { item: card.itemId, version: card.version, channel: to.channel, shown: null };
    return itemForm(desk, form, card, state);
  });
}

async function itemForm(desk: Desk, form: Form, card: Card, state: FormState): Promise<ModalView | string> {
  switch (form) {
    case 'draft':
      return draftForm(card, state, {
        measure: card.draft ? await desk.handlers().measure(card.itemId, card.draft.text) : null,
      });
    case 'approve':
      return approvalView(desk, card, state);
    case 'refuse':
      return refuseForm(card, state);
    case 'dismiss':
      return dismissForm(card, state);
    case 'snooze':
      return snoozeForm(card, state);
    case 'assign':
      return assignForm(card, state);
    case 'note':
      return noteForm(card, state);
    case 'mark-answered':
      return answeredForm(card, state);
  }
}

/** A button inside a form of an item. */
export interface ViewClick {
  readonly clicker: Clicker;
  readonly viewId: string;
  readonly metadata: string;
  readonly values: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
  /** What the button itself carries. */
  readonly value?: string | undefined;
}

/** "Save draft" inside the editor: the editor stays open with what was typed. */
export async function onSave(desk: Desk, click: ViewClick): Promise<void> {
  const state = parseFormState(click.metadata);
  if (!state) return;
  const typed = typedText(click.values, state);
  const target = { itemId: state.item, version: state.version };
  const result = await act(desk, click.clicker, target, { type: 'draft', text: typed });
  const measure = result.ok ? await desk.handlers().measure(state.item, typed) : null;
  const card = result.card;
  const unchanged = !result.ok && result.refusal.code === 'nothing-to-do';
  const notice = result.ok
    ? ({ icon: '✅', text: 'Saved. Nothing was sent.' } as const)
    : ({ icon: unchanged ? 'ℹ️' : '⚠️', text: result.refusal.text } as const);
  const view = card && draftForm(card, state, { notice, typed: { text: typed }, measure });
  await show(desk, click, state, view, result.ok ? null : result.refusal.text);
}

/** "Ask for approval" inside the editor: of what is typed there. A refusal keeps the editor open. */
export async function onAskApproval(desk: Desk, click: ViewClick): Promise<void> {
  const state = parseFormState(click.metadata);
  if (!state) return;
  const typed = typedText(click.values, state);
  const target = { itemId: state.item, version: state.version };
  // What the network would not take, nobody has to read.
  const problem = (await desk.handlers().measure(state.item, typed))?.problem ?? null;
  const result = problem
    ? ({ ok: false, refusal: { text: problem }, card: await desk.handlers().card(state.item) } as const)
    : await act(desk, click.clicker, target, { type: 'request-approval', text: typed });
  const notice = {
    icon: result.ok ? '✅' : '⚠️',
    text: result.ok ? result.text : result.refusal.text,
  } as const;
  const view = result.ok
    ? wordsView(`#${state.item}`, notice, typed)
    : result.card && draftForm(result.card, state, { notice, typed: { text: typed } });
  await show(desk, click, state, view, result.ok ? null : result.refusal.text);
}

/** Brings the form up to date; when it is gone, a refusal comes privately with the words. */
async function show(
  desk: Desk,
  click: ViewClick,
  state: FormState,
  view: ModalView | null,
  refusal: string | null,
): Promise<void> {
  try {
    if (!view) throw new Error('there is no card to show');
    await desk.web.updateView(click.viewId, view);
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'the draft editor was gone');
    if (refusal !== null)
      await tell(
        desk,
        { user: click.clicker.id, channel: state.channel },
        words(refusal, typedText(click.values, state)),
      );
  }
}
