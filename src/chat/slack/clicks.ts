import type { Card, CardAction } from '../../domain/card.ts';
import { messageOf } from '../../errors.ts';
import type { ChatAction } from '../chat.ts';
import type { ModalView } from './block-kit.ts';
import { act, type Desk, type Listener, openForm, tell, words } from './desk.ts';
import type { Target, Verb } from './ids.ts';
import {
  answeredForm,
  assignForm,
  dismissForm,
  draftForm,
  FIELDS,
  type Form,
  type FormState,
  noteForm,
  parseFormState,
  snoozeForm,
} from './modals.ts';
import type { Clicker } from './people.ts';

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
};

const FORM_OF: Partial<Record<Verb, Form>> = {
  draft: 'draft',
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
  const form = FORM_OF[click.verb];
  if (form) await openItemForm(desk, form, click.target, click.to, click.triggerId);
}

/** Opens the form of an action, or says why it is not possible now. */
export async function openItemForm(
  desk: Desk,
  form: Form,
  target: { readonly itemId: number },
  to: Listener,
  triggerId: string,
): Promise<void> {
  await openForm(desk, triggerId, to, async () => {
    const card = await desk.handlers().card(target.itemId);
    if (!card) return `There is no #${target.itemId}.`;
    const no = whyNot(card, form);
    if (no) return no;
    const state: FormState = { item: card.itemId, version: card.version, channel: to.channel, shown: null };
    return itemForm(desk, form, card, state);
  });
}

async function itemForm(desk: Desk, form: Form, card: Card, state: FormState): Promise<ModalView> {
  switch (form) {
    case 'draft':
      return draftForm(card, state, {
        measure: card.draft ? await desk.handlers().measure(card.itemId, card.draft.text) : null,
      });
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

/** Why a form would be in vain, in words; null when the card offers the action. */
function whyNot(card: Card, action: CardAction): string | null {
  if (card.actions.includes(action)) return null;
  if (card.closing) return `#${card.itemId} is closed already: ${card.closing.line}.`;
  if (card.sending) return `${card.sending.by} is sending a reply to #${card.itemId} right now.`;
  if (card.owner) return `#${card.itemId} is with ${card.owner.name} now.`;
  return `That is not possible with #${card.itemId} as it stands.`;
}

/** "Save draft" inside the editor: the editor stays open with what was typed. */
export async function onSave(
  desk: Desk,
  click: {
    readonly clicker: Clicker;
    readonly viewId: string;
    readonly metadata: string;
    readonly values: Readonly<Record<string, Readonly<Record<string, { readonly value?: string | null }>>>>;
  },
): Promise<void> {
  const state = parseFormState(click.metadata);
  if (!state) return;
  const typed = click.values[FIELDS.text]?.[FIELDS.text]?.value ?? '';
  const result = await act(
    desk,
    click.clicker,
    { itemId: state.item, version: state.version },
    { type: 'draft', text: typed },
  );
  const measure = result.ok ? await desk.handlers().measure(state.item, typed) : null;
  const card = result.card;
  const unchanged = !result.ok && result.refusal.code === 'nothing-to-do';
  const notice = result.ok
    ? ({ icon: '✅', text: 'Saved. Nothing was sent.' } as const)
    : ({ icon: unchanged ? 'ℹ️' : '⚠️', text: result.refusal.text } as const);
  try {
    if (!card) throw new Error('there is no card to show');
    await desk.web.updateView(
      click.viewId,
      draftForm(card, state, { notice, typed: { text: typed }, measure }),
    );
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'the draft editor was gone');
    if (!result.ok)
      await tell(desk, { user: click.clicker.id, channel: state.channel }, words(result.refusal.text, typed));
  }
}
