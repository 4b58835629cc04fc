import { createHash } from 'node:crypto';
import type { ViewResponseAction } from '@slack/bolt';
import type { Card } from '../../domain/card.ts';
import { DISMISS_REASONS, type DismissReason } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, ChatAction } from '../chat.ts';
import type { ModalView } from './block-kit.ts';
import { act, type Desk, soon, tell, words } from './desk.ts';
import {
  answeredForm,
  assignForm,
  canSend,
  dismissForm,
  draftForm,
  FIELDS,
  type Form,
  type FormState,
  type Notice,
  noteForm,
  SPANS,
  type Span,
  snoozeForm,
  type Typed,
  wordsView,
} from './modals.ts';
import type { Clicker } from './people.ts';
import { resolveWhen } from './times.ts';

/** What one field holds, as Slack's view state says it. */
export interface FieldValue {
  readonly value?: string | null;
  readonly selected_option?: { readonly value: string } | null;
  readonly selected_user?: string | null;
  readonly selected_date_time?: number | null;
}

/** A form as somebody submitted it. */
export interface Submission {
  readonly form: Form;
  readonly state: FormState;
  readonly viewId: string;
  readonly clicker: Clicker;
  readonly field: (id: string) => FieldValue;
}

/** What becomes of the form. */
type Outcome =
  | { readonly kind: 'close' }
  | { readonly kind: 'view'; readonly view: ModalView; readonly say: string; readonly keep: string | null }
  | { readonly kind: 'field'; readonly field: string; readonly say: string };

/**
 * Does what a form says and returns how Slack shall answer it. When that takes longer than Slack waits, the form says
 * so and is brought up to date afterwards; when it was closed meanwhile, the person is told privately.
 */
export async function onSubmit(desk: Desk, submission: Submission): Promise<ViewResponseAction | undefined> {
  const working = outcomeOf(desk, submission).catch((error: unknown): Outcome => {
    desk.log.error({ form: submission.form, why: messageOf(error) }, 'a Slack form failed');
    const say = 'Something went wrong inside Potluck. Look at the card before you try again.';
    return viewed(wordsView('Not done', { icon: '⚠️', text: say }, textOf(submission)), say, submission);
  });
  const outcome = await soon(desk.clock, working);
  if (outcome === null) {
    const title = `#${submission.state.item}`;
    void working.then((late) => showLate(desk, submission, late));
    return {
      response_action: 'update',
      view: wordsView(title, { icon: 'ℹ️', text: 'Working on it…' }, textOf(submission)),
    };
  }
  switch (outcome.kind) {
    case 'close':
      return undefined;
    case 'view':
      return { response_action: 'update', view: outcome.view };
    case 'field':
      return { response_action: 'errors', errors: { [outcome.field]: outcome.say.slice(0, 300) } };
  }
}

async function showLate(desk: Desk, submission: Submission, outcome: Outcome): Promise<void> {
  const title = `#${submission.state.item}`;
  const say = outcome.kind === 'close' ? 'Done.' : outcome.say;
  const keep = outcome.kind === 'view' ? outcome.keep : outcome.kind === 'field' ? textOf(submission) : null;
  const view =
    outcome.kind === 'view'
      ? outcome.view
      : wordsView(title, { icon: outcome.kind === 'close' ? '✅' : '⚠️', text: say }, keep);
  try {
    await desk.web.updateView(submission.viewId, view);
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'a Slack form was closed before its answer came');
    if (outcome.kind !== 'close')
      await tell(desk, { user: submission.clicker.id, channel: submission.state.channel }, words(say, keep));
  }
}

/** The longest words of a form: what must not be lost. */
function textOf({ field }: Submission): string | null {
  return field(FIELDS.text).value || field(FIELDS.words).value || null;
}

function viewed(view: ModalView, say: string, submission: Submission): Outcome {
  return { kind: 'view', view, say, keep: textOf(submission) };
}

async function outcomeOf(desk: Desk, submission: Submission): Promise<Outcome> {
  const { form, field } = submission;
  if (form === 'draft') return draftOutcome(desk, submission);
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
  const say = { icon: '⚠️', text: result.refusal.text } as const;
  const view = result.card ? again(result.card, say) : wordsView('Not done', say, textOf(submission));
  return viewed(view, result.refusal.text, submission);
}

async function actionOf(
  desk: Desk,
  { field, clicker }: Submission,
  form: Exclude<Form, 'draft'>,
): Promise<ChatAction | { readonly field: string; readonly problem: string }> {
  const typed = field(FIELDS.words).value?.trim() || null;
  switch (form) {
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

async function snoozeUntil(desk: Desk, clicker: Clicker, field: Submission['field']): Promise<number | null> {
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

/** Names a text without carrying it: a form's memory is too small for the text itself. */
function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}

/** The editor: first submit shows the exact public text, the second sends precisely that; a change shows it anew. */
async function draftOutcome(desk: Desk, submission: Submission): Promise<Outcome> {
  const { state, field } = submission;
  const typed = field(FIELDS.text).value ?? '';
  if (typed.trim() === '') return { kind: 'field', field: FIELDS.text, say: 'Write the answer first.' };
  const mark = fingerprint(typed);
  const again = (card: Card, say: Notice): ModalView =>
    draftForm(card, state, { notice: say, typed: { text: typed } });

  if (state.shown === mark) {
    const result = await act(desk, submission.clicker, target(submission), { type: 'send', text: typed });
    if (!result.ok) return redraw(submission, result, again);
    const done = wordsView(`#${state.item}`, { icon: '✅', text: result.text });
    return { kind: 'view', view: done, say: result.text, keep: null };
  }

  const card = await desk.handlers().card(state.item);
  if (!card) {
    const say = `There is no #${state.item} any more.`;
    return viewed(wordsView('Not done', { icon: '⚠️', text: say }, typed), say, submission);
  }
  if (!canSend(card)) {
    const result = await act(desk, submission.clicker, target(submission), { type: 'draft', text: typed });
    return result.ok ? { kind: 'close' } : redraw(submission, result, again);
  }
  const measure = await desk.handlers().measure(state.item, typed);
  if (!measure) return viewed(again(card, { icon: '⚠️', text: 'Nothing can be sent there.' }), '', submission);
  if (measure.problem !== null) return { kind: 'field', field: FIELDS.text, say: measure.problem };
  const changed = state.shown !== null;
  const view = draftForm(
    card,
    { ...state, version: card.version, shown: mark },
    {
      typed: { text: typed },
      measure,
      preview: true,
      notice: changed ? { icon: 'ℹ️', text: 'The text has changed: this is what goes out now.' } : null,
    },
  );
  return viewed(view, 'Preview', submission);
}
