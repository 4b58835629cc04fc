import type { Card } from '../../domain/card.ts';
import { messageOf } from '../../errors.ts';
import { fingerprint } from '../kit/payloads.ts';
import { SUGGESTION_GONE, withSuggestion } from '../kit/suggestions.ts';
import type { ModalView } from './block-kit.ts';
import type { ViewClick } from './clicks.ts';
import { asker, type Desk, tell, words } from './desk.ts';
import { draftForm } from './editor.ts';
import { type FormState, MAX_INPUT, type Notice, parseFormState, typedText } from './modals.ts';

/** Suggestions stand below the editor: what is typed stays where it is, and taking one only fills the field. */

/** "Suggestions…" in the editor: they come below what is typed. */
export async function onSuggest(desk: Desk, click: ViewClick): Promise<void> {
  await inEditor(desk, click, async (state, card, typed, actor) => {
    const found = await desk.handlers().suggest(state.item, actor);
    return draftForm(card, { ...state, shown: null }, { typed: { text: typed }, suggestions: found });
  });
}

/** "Write three drafts": it may take half a minute, and the editor says so meanwhile. */
export async function onSuggestModel(desk: Desk, click: ViewClick): Promise<void> {
  const writing: Notice = { icon: 'ℹ️', text: 'The language model is writing…' };
  await inEditor(desk, click, async (state, card, typed) =>
    draftForm(card, { ...state, shown: null }, { typed: { text: typed }, notice: writing }),
  );
  await inEditor(desk, click, async (state, card, typed, actor) => {
    const found = await desk.handlers().suggest(state.item, actor, 'model');
    return draftForm(card, { ...state, shown: null }, { typed: { text: typed }, suggestions: found });
  });
}

/** "Use 2": the text goes into the field, to be changed; nothing is saved, and nothing is sent. */
export async function onTake(desk: Desk, click: ViewClick): Promise<void> {
  await inEditor(desk, click, async (state, card, typed, actor) => {
    const taken = await desk.handlers().takeSuggestion(state.item, click.value ?? '', actor);
    if (!taken) return say(card, state, typed, SUGGESTION_GONE);
    const unchanged = state.taken === fingerprint(typed.trim()) ? typed : null;
    const next = withSuggestion(typed, unchanged, taken);
    if (next.length > MAX_INPUT)
      return say(card, state, typed, 'There is no room for it: make your own words shorter first.');
    // A new name for the field: Slack keeps what is in it while its name stays.
    const filled = {
      ...state,
      shown: null,
      fill: (state.fill ?? 0) + 1,
      taken: fingerprint(taken.text.trim()),
    };
    return draftForm(card, filled, {
      typed: { text: next },
      notice: { icon: 'ℹ️', text: 'It is in the field now. Make it yours; nothing is saved or sent yet.' },
    });
  });
}

function say(card: Card, state: FormState, typed: string, text: string): ModalView {
  const notice: Notice = { icon: '⚠️', text };
  return draftForm(card, state, { typed: { text: typed }, notice });
}

/** Brings the open editor up to date; when it is gone, whoever clicked is told with their words. */
async function inEditor(
  desk: Desk,
  click: ViewClick,
  make: (
    state: FormState,
    card: Card,
    typed: string,
    actor: Parameters<ReturnType<Desk['handlers']>['suggest']>[1],
  ) => Promise<ModalView>,
): Promise<void> {
  const state = parseFormState(click.metadata);
  if (!state) return;
  const typed = typedText(click.values, state);
  const to = { user: click.clicker.id, channel: state.channel };
  try {
    const who = await asker(desk, click.clicker);
    const card = await desk.handlers().card(state.item);
    if (!who.ok) return await tell(desk, to, words(who.text, typed));
    if (!card) return await tell(desk, to, words(`There is no #${state.item} any more.`, typed));
    await desk.web.updateView(click.viewId, await make(state, card, typed, who.actor));
  } catch (error) {
    desk.log.warn({ item: state.item, why: messageOf(error) }, 'suggestions could not be shown on Slack');
    await tell(desk, to, words('The suggestions could not be shown. Please try again.', typed));
  }
}
