import type { ViewResponseAction } from '@slack/bolt';
import type { Card } from '../../domain/card.ts';
import type { Remark } from '../../domain/etiquette.ts';
import { DISMISS_REASONS, type DismissReason } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { resolveWhen } from '../../domain/times.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, ChatAction } from '../chat.ts';
import { fingerprint } from '../kit/payloads.ts';
import { seenPictures } from '../kit/pictures.ts';
import { canSend, SPANS, type Span } from '../kit/words.ts';
import type { ModalView } from './block-kit.ts';
import { act, type Desk, whyForbidden } from './desk.ts';
import { approveForm, draftForm, refuseForm } from './editor.ts';
import {
  answeredForm,
  assignForm,
  dismissForm,
  FIELDS,
  type Form,
  type FormState,
  type Notice,
  noteForm,
  snoozeForm,
  type Typed,
  textId,
  wordsView,
} from './modals.ts';
import { answerForm, type Fields, notDone, type Outcome } from './outcome.ts';
import type { Clicker } from './people.ts';

/** A form of an item as somebody submitted it. */
export interface Submission {
  readonly form: Form;
  readonly state: FormState;
  readonly viewId: string;
  readonly clicker: Clicker;
  readonly field: Fields;
}

/** Does what the form of an item says and returns how Slack shall answer it. */
export function onSubmit(desk: Desk, submission: Submission): Promise<ViewResponseAction | undefined> {
  const { state, viewId, clicker } = submission;
  const title = `#${state.item}`;
  const frame = { title, viewId, clicker, channel: state.channel, keep: textOf(submission) };
  return answerForm(desk, frame, () => outcomeOf(desk, submission));
}

/** The longest words of a form: what must not be lost. */
function textOf({ field, state }: Submission): string | null {
  return field(textId(state)).value || field(FIELDS.words).value || null;
}

function viewed(view: ModalView, say: string, submission: Submission): Outcome {
  return { kind: 'view', view, say, keep: textOf(submission) };
}

async function outcomeOf(desk: Desk, submission: Submission): Promise<Outcome> {
  const { form, field } = submission;
  if (form === 'draft') return draftOutcome(desk, submission);
  if (form === 'approve') return approveOutcome(desk, submission);
  const typed: Typed = { words: field(FIELDS.words).value ?? null };
  const action = await actionOf(desk, submission, form);
  if ('problem' in action) return { kind: 'field', field: action.field, say: action.problem };
  const result = await act(desk, submission.clicker, target(submission), action);
  if (result.ok) return { kind: 'close' };
  if (result.refusal.code === 'invalid' && form === 'snooze')
    return { kind: 'field', field: FIELDS.at, say: result.refusal.text };
  return redraw(submission, result, (card, say) => FORMS_AGAIN[form](card, submission.state, typed, say));
}

const FORMS_AGAIN = {
  refuse: refuseForm,
  dismiss: dismissForm,
  snooze: snoozeForm,
  assign: assignForm,
  note: noteForm,
  'mark-answered': answeredForm,
} as const;

function target({ state }: Submission): { itemId: number; version: number } {
  return { itemId: state.item, version: state.version };
}

/** A refusal shown in the form itself, with everything that was typed still there. */
function redraw(
  submission: Submission,
  result: Extract<ActResult, { ok: false }>,
  again: (card: Card, say: Notice) => ModalView,
): Outcome {
  const { text } = result.refusal;
  if (!result.card) return notDone(text, textOf(submission));
  return viewed(again(result.card, { icon: '⚠️', text }), text, submission);
}

async function actionOf(
  desk: Desk,
  { field, clicker }: Submission,
  form: Exclude<Form, 'draft' | 'approve'>,
): Promise<ChatAction | { readonly field: string; readonly problem: string }> {
  const typed = field(FIELDS.words).value?.trim() || null;
  switch (form) {
    case 'refuse':
      return { type: 'refuse', words: typed };
    case 'dismiss': {
      const reason = field(FIELDS.reason).selected_option?.value;
      if (!isReason(reason)) return { field: FIELDS.reason, problem: 'Choose a reason.' };
      return { type: 'dismiss', reason, words: typed };
    }
    case 'snooze': {
      const until = await snoozeUntil(desk, clicker, field);
      if (until === null) return { field: FIELDS.at, problem: 'Choose a time, or one of the lines above.' };
      return { type: 'snooze', until };
    }
    case 'assign': {
      const user = field(FIELDS.person).selected_user;
      if (!user) return { field: FIELDS.person, problem: 'Choose a person.' };
      const { name } = await desk.people.profile({ id: user });
      return { type: 'assign', to: { id: desk.people.personId(user), name } };
    }
    case 'note':
      return { type: 'note', text: field(FIELDS.words).value ?? '' };
    case 'mark-answered': {
      const raw = field(FIELDS.url).value?.trim() || null;
      const url = safeUrl(raw);
      if (raw !== null && url === null)
        return { field: FIELDS.url, problem: 'That is not a link that starts with https://' };
      return { type: 'mark-answered', url, words: typed };
    }
  }
}

function isReason(value: string | undefined): value is DismissReason {
  return value !== undefined && Object.hasOwn(DISMISS_REASONS, value);
}

async function snoozeUntil(desk: Desk, clicker: Clicker, field: Fields): Promise<number | null> {
  // A time that was picked wins: whoever picks one and forgets the line above means the time.
  const picked = field(FIELDS.at).selected_date_time;
  if (picked) return picked * 1_000;
  const span = (field(FIELDS.span).selected_option?.value ?? '') as Span;
  if (!Object.hasOwn(SPANS, span) || span === 'pick') return null;
  const now = desk.clock.now();
  if (span === '1h' || span === '4h') return now + (span === '1h' ? 1 : 4) * 3_600_000;
  const { tz } = await desk.people.profile(clicker);
  return resolveWhen(span === 'tomorrow' ? { kind: 'tomorrow' } : { kind: 'weekday', weekday: 1 }, now, tz);
}

/** The editor: first submit shows the exact public text, the second sends precisely that; a change shows it anew. */
async function draftOutcome(desk: Desk, submission: Submission): Promise<Outcome> {
  const { state, field, clicker } = submission;
  const typed = field(textId(state)).value ?? '';
  if (typed.trim() === '') return { kind: 'field', field: textId(state), say: 'Write the text first.' };
  const again = (card: Card, say: Notice): ModalView =>
    draftForm(card, state, { notice: say, typed: { text: typed } });

  if (state.shown === fingerprint(typed)) {
    const action: ChatAction = state.ask
      ? { type: 'request-approval', text: typed }
      : { type: 'send', text: typed, ...(state.pictures ? { pictures: state.pictures } : {}) };
    const result = await act(desk, clicker, target(submission), action);
    if (result.ok) {
      const done = wordsView(`#${state.item}`, { icon: '✅', text: result.text });
      return { kind: 'view', view: done, say: result.text, keep: null };
    }
    if (result.refusal.code !== 'needs-approval' || !result.card) return redraw(submission, result, again);
    const asking = await previewOf(desk, result.card, { ...state, ask: true }, typed, result.refusal.text);
    return viewed(asking.view, result.refusal.text, submission);
  }

  const card = await desk.handlers().card(state.item);
  if (!card) return notDone(`There is no #${state.item} any more.`, typed);
  if (!canSend(card)) {
    const result = await act(desk, clicker, target(submission), { type: 'draft', text: typed });
    return result.ok ? { kind: 'close' } : redraw(submission, result, again);
  }
  // Who may not send is shown the same preview, and asks somebody who may.
  const forbidden = await whyForbidden(desk, clicker, 'send');
  const next = { ...state, ask: forbidden !== null };
  const shown = await previewOf(desk, card, next, typed, forbidden);
  if (shown.problem !== null) return { kind: 'field', field: textId(state), say: shown.problem };
  return viewed(shown.view, 'Preview', submission);
}

/**
 * The editor with the exact public text and the remarks on it; a problem when the network would not take it.
 *
 * @param say what the person has to know first; null when nothing is the matter.
 */
export async function previewOf(
  desk: Desk,
  card: Card,
  state: FormState,
  typed: string,
  say: string | null = null,
): Promise<{ readonly view: ModalView; readonly problem: string | null }> {
  const [measure, remarks] = await Promise.all([
    desk.handlers().measure(card.itemId, typed),
    remarksOn(desk, card.itemId, typed),
  ]);
  const keep = { text: typed };
  if (!measure) {
    const none = { icon: '⚠️', text: 'Nothing can be sent there.' } as const;
    return { view: draftForm(card, state, { notice: none, typed: keep }), problem: null };
  }
  const mark = fingerprint(typed);
  const changed = state.shown !== null && state.shown !== mark;
  const warning = measure.problem ?? say;
  const notice = warning
    ? ({ icon: '⚠️', text: warning } as const)
    : changed
      ? ({ icon: 'ℹ️', text: 'The text has changed: this is what goes out now.' } as const)
      : null;
  const next = { ...state, version: card.version, shown: mark, ...seenPictures(card) };
  const view = draftForm(card, next, { typed: keep, measure, remarks, preview: true, notice });
  return { view, problem: measure.problem };
}

/** Remarks are a courtesy: whatever goes wrong with them must not keep anybody from answering. */
async function remarksOn(desk: Desk, itemId: number, typed: string): Promise<readonly Remark[]> {
  try {
    return await desk.handlers().remarks(itemId, typed);
  } catch (error) {
    desk.log.warn({ item: itemId, why: messageOf(error) }, 'no remarks on a draft');
    return [];
  }
}

/** The text a second person may approve, as it would be public; words when there is nothing to approve any more. */
export async function approvalView(
  desk: Desk,
  card: Card,
  state: FormState,
  say: Notice | null = null,
): Promise<ModalView | string> {
  if (!card.approval) return `Nobody asks for approval of #${card.itemId} any more.`;
  const measure = await desk.handlers().measure(card.itemId, card.approval.text);
  return approveForm(card, { ...state, shown: fingerprint(card.approval.text) }, measure, say);
}

/** Approves what was read, and nothing else: a text that changed meanwhile is shown anew. */
async function approveOutcome(desk: Desk, submission: Submission): Promise<Outcome> {
  const { state, clicker } = submission;
  const again = async (card: Card, say: string): Promise<Outcome> => {
    const view = await approvalView(desk, card, state, { icon: '⚠️', text: say });
    return typeof view === 'string' ? notDone(say, null) : viewed(view, say, submission);
  };
  const card = await desk.handlers().card(state.item);
  if (!card?.approval) return notDone(`Nobody asks for approval of #${state.item} any more.`, null);
  const { text } = card.approval;
  if (state.shown !== fingerprint(text)) return again(card, 'The text has changed. Read it again.');
  const result = await act(desk, clicker, target(submission), { type: 'approve', text });
  if (!result.ok)
    return result.card?.approval
      ? again(result.card, result.refusal.text)
      : notDone(result.refusal.text, null);
  const done = wordsView(`#${state.item}`, { icon: '✅', text: result.text });
  return { kind: 'view', view: done, say: result.text, keep: null };
}
