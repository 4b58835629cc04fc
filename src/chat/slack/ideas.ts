import type { ViewResponseAction } from '@slack/bolt';
import { z } from 'zod';
import { cut, oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, Outlet } from '../chat.ts';
import type { ModalView } from './block-kit.ts';
import { asker, type Desk, type Listener, openForm, tell, words } from './desk.ts';
import { draftForm } from './editor.ts';
import { actionId } from './ids.ts';
import {
  FIELDS,
  type FormState,
  form,
  initial,
  input,
  MAX_INPUT,
  type Notice,
  notice,
  plain,
  wordsView,
} from './modals.ts';
import { answerForm, type Fields, type FieldValue, notDone, type Outcome } from './outcome.ts';
import type { Clicker } from './people.ts';
import { italic, rich, section } from './rich.ts';
import { previewOf } from './submits.ts';

/**
 * A post of our own. The form asks where and what; its first press makes a prompt of it, so that nothing is lost from
 * then on, and the editor of that prompt shows the exact public text before anything is public.
 */

const stateSchema = z.object({ channel: z.string().nullable() });
type IdeaState = z.output<typeof stateSchema>;

export function parseIdeaState(metadata: string): IdeaState | null {
  try {
    return stateSchema.safeParse(JSON.parse(metadata)).data ?? null;
  } catch {
    return null;
  }
}

/** Most lines of a select (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
const MAX_OPTIONS = 100;

/** What somebody chose and typed in the form. */
interface Idea {
  readonly source: string | null;
  readonly text: string | null;
}

function ideaForm(
  outlets: readonly Outlet[],
  state: IdeaState,
  idea: Idea,
  say: Notice | null = null,
): ModalView {
  const options = outlets.slice(0, MAX_OPTIONS).map((outlet) => ({
    text: plain(
      cut(`${oneLine(outlet.account, 50)} · up to ${outlet.limit} ${oneLine(outlet.unit, 12)}`, 75),
    ),
    value: outlet.source,
  }));
  const chosen =
    options.find((option) => option.value === idea.source) ?? (options.length === 1 ? options[0] : undefined);
  return form('idea', state, 'New human post', 'Preview…', [
    notice(say),
    input(FIELDS.outlet, 'Where', {
      type: 'static_select',
      action_id: FIELDS.outlet,
      options,
      ...(chosen ? { initial_option: chosen } : {}),
    }),
    input(FIELDS.text, 'Your post', {
      type: 'plain_text_input',
      action_id: FIELDS.text,
      multiline: true,
      max_length: MAX_INPUT,
      focus_on_load: true,
      ...initial(idea.text),
    }),
    {
      type: 'actions',
      elements: [
        { type: 'button', action_id: actionId('propose'), text: plain('Save draft, publish nothing') },
      ],
    },
    rich([
      section(
        italic('Something a person would say, not an advertisement. Nothing is public before you saw it.'),
      ),
    ]),
  ]);
}

/** Opens the form of a human post, with what was typed already. */
export async function openIdea(
  desk: Desk,
  opening: { readonly to: Listener; readonly triggerId: string },
  text: string | null,
): Promise<void> {
  await openForm(desk, opening.triggerId, opening.to, async () => {
    const outlets = await desk.handlers().outlets();
    if (outlets.length === 0)
      return 'No source that is connected lets us publish. Bluesky and Mastodon do, with an account of ours.';
    return ideaForm(outlets, { channel: opening.to.channel }, { source: null, text });
  });
}

/** The form was submitted: the idea becomes a prompt, and its preview is shown. */
export function onIdea(
  desk: Desk,
  sent: {
    readonly state: IdeaState;
    readonly viewId: string;
    readonly clicker: Clicker;
    readonly field: Fields;
  },
): Promise<ViewResponseAction | undefined> {
  const { state, viewId, clicker, field } = sent;
  const text = field(FIELDS.text).value ?? '';
  const idea: Idea = { source: field(FIELDS.outlet).selected_option?.value ?? null, text };
  const frame = { title: 'New human post', viewId, clicker, channel: state.channel, keep: text };
  return answerForm(desk, frame, async (): Promise<Outcome> => {
    if (text.trim() === '') return { kind: 'field', field: FIELDS.text, say: 'Write the post first.' };
    if (idea.source === null) return { kind: 'field', field: FIELDS.outlet, say: 'Choose where.' };
    const made = await propose(desk, clicker, idea);
    if (!made.ok) return refused(desk, state, idea, made.refusal.text);
    // From here on it is a draft like any other: a second press must not make a second prompt.
    const { view } = await previewOf(desk, made.card, itemState(made, state), text);
    return { kind: 'view', view, say: made.text, keep: text };
  });
}

async function propose(desk: Desk, clicker: Clicker, idea: Idea): Promise<ActResult> {
  const asked = await asker(desk, clicker);
  if (!asked.ok) return { ok: false, refusal: { code: 'not-possible', text: asked.text }, card: null };
  return desk.handlers().propose({ source: idea.source ?? '', text: idea.text ?? '' }, asked.actor);
}

function itemState(made: Extract<ActResult, { ok: true }>, state: IdeaState): FormState {
  const { itemId, version } = made.card;
  return { item: itemId, version, channel: state.channel, shown: null };
}

async function refused(desk: Desk, state: IdeaState, idea: Idea, say: string): Promise<Outcome> {
  const outlets = await desk.handlers().outlets();
  if (outlets.length === 0) return notDone(say, idea.text);
  return {
    kind: 'view',
    view: ideaForm(outlets, state, idea, { icon: '⚠️', text: say }),
    say,
    keep: idea.text,
  };
}

/** "Save draft" in the form: the prompt is made, and its editor takes the form's place. */
export async function onSaveIdea(
  desk: Desk,
  click: {
    readonly clicker: Clicker;
    readonly viewId: string;
    readonly metadata: string;
    readonly values: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
  },
): Promise<void> {
  const state = parseIdeaState(click.metadata);
  if (!state) return;
  const field: Fields = (id) => click.values[id]?.[id] ?? {};
  const text = field(FIELDS.text).value ?? '';
  const idea: Idea = { source: field(FIELDS.outlet).selected_option?.value ?? null, text };
  const missing =
    text.trim() === '' ? 'Write the post first.' : idea.source === null ? 'Choose where.' : null;
  const made = missing === null ? await propose(desk, click.clicker, idea) : null;
  const say = made === null ? (missing ?? '') : made.ok ? made.text : made.refusal.text;
  const saved = made?.ok
    ? draftForm(made.card, itemState(made, state), {
        notice: { icon: '✅', text: `Saved as #${made.card.itemId}. Nothing is public.` },
        typed: { text },
        measure: await desk.handlers().measure(made.card.itemId, text),
      })
    : null;
  const outcome = saved ? null : await refused(desk, state, idea, say);
  const view =
    saved ??
    (outcome?.kind === 'view' ? outcome.view : wordsView('Not done', { icon: '⚠️', text: say }, text));
  try {
    await desk.web.updateView(click.viewId, view);
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'the form of a human post was gone');
    if (!saved) await tell(desk, { user: click.clicker.id, channel: state.channel }, words(say, text));
  }
}
