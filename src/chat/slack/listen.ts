import type { App, RespondFn } from '@slack/bolt';
import { onceEach } from '../kit/payloads.ts';
import type { ReactionAction } from '../kit/reactions.ts';
import { type Click, onAskApproval, onClick, onSave, type ViewClick } from './clicks.ts';
import { claimNext, onCommand, pageAnswer } from './commands.ts';
import { type Desk, type Listener, openForm, type Respond, tell, words } from './desk.ts';
import { draftForm } from './editor.ts';
import type { HomeButton, Homes } from './home.ts';
import { onIdea, onSaveIdea, openIdea, parseIdeaState } from './ideas.ts';
import { OUR_ACTIONS, parseMenuValue, parseTarget, type Verb, verbOf } from './ids.ts';
import { parsePage } from './lists.ts';
import { SHORTCUTS } from './manifest.ts';
import { formOf, freeFormOf, OUR_VIEWS, parseFormState, wordsView } from './modals.ts';
import { onConfirmMute, onSettings, openSettings, parseSettingsState } from './mutes.ts';
import type { FieldValue } from './outcome.ts';
import type { Clicker } from './people.ts';
import { onOpenPictures, onPictures } from './pictures.ts';
import { onSubmit } from './submits.ts';
import { onSuggest, onSuggestModel, onTake } from './suggestions.ts';
import { onNoticePress } from './team.ts';
import { onTrack } from './track.ts';
import { type ItemOf, onReaction, onThreadWords } from './trail.ts';
import type { Identity } from './web.ts';

/** What the listeners need besides the desk. */
export interface Ears {
  readonly command: string;
  /** Null when reactions are switched off. */
  readonly reactions: Readonly<Record<string, ReactionAction>> | null;
  readonly itemOf: ItemOf;
  /** Who we are; null before the first sign-in. */
  readonly ours: () => Identity | null;
  readonly homes: Homes;
  /** Work that goes on after the acknowledgement; a stop waits for it. */
  readonly job: (work: () => Promise<void>) => Promise<void>;
}

const OLD_BUTTON =
  'This button is of another version of Potluck. Type the command with “list” to see what waits.';

/** The fields of Slack's interaction payloads that are read, whatever their kind. */
interface Payload {
  readonly user: {
    readonly id: string;
    readonly name?: string;
    readonly username?: string;
    readonly team_id?: string;
  };
  readonly channel?: { readonly id: string } | undefined;
  readonly container?: { readonly thread_ts?: unknown } | undefined;
  readonly enterprise?: unknown;
  readonly trigger_id?: string;
}

function clickerOf(body: Payload): Clicker {
  return {
    id: body.user.id,
    name: body.user.username ?? body.user.name,
    // In an organisation of several workspaces the payload names whichever the person came from.
    teamId: body.enterprise == null ? body.user.team_id : undefined,
  };
}

function listenerOf(body: Payload, respond: RespondFn | undefined): Listener {
  return {
    user: body.user.id,
    channel: body.channel?.id ?? null,
    ...(respond ? { respond: respondWith(respond) } : {}),
  };
}

function respondWith(respond: RespondFn): Respond {
  return async (say) => {
    await respond({ ...say, blocks: [...(say.blocks ?? [])] });
  };
}

/**
 * Tells Bolt what to do with everything that comes in. Each listener acknowledges before it does anything else; only a
 * submitted form is worked on first, because its acknowledgement is the answer, and it never waits longer than Slack.
 */
export function listen(app: App, desk: Desk, ears: Ears): void {
  const once = onceEach();
  listenToButtons(app, desk, ears, once);
  listenToForms(app, desk, ears, once);
  listenToCommands(app, desk, ears, once);
  listenToShortcuts(app, desk, ears, once);
  listenToEvents(app, desk, ears, once);
}

type Once = ReturnType<typeof onceEach>;

function listenToButtons(app: App, desk: Desk, ears: Ears, once: Once): void {
  app.action({ action_id: OUR_ACTIONS, type: 'block_actions' }, async ({ ack, body, action, respond }) => {
    await ack();
    const payload: Payload = body;
    const to = listenerOf(payload, body.response_url ? respond : undefined);
    // The trigger id is the payload's own name: an envelope sent again carries the same one.
    await once(body.trigger_id, () =>
      ears.job(async () => {
        const value = 'value' in action ? action.value : undefined;
        const clicker = clickerOf(payload);
        const verb = verbOf(action.action_id);
        switch (verb) {
          case 'open':
            return;
          case 'page':
          case 'mute': {
            const page = parsePage(value);
            const answer =
              verb === 'mute'
                ? await onConfirmMute(desk, clicker, value)
                : page && (await pageAnswer(desk, clicker, page));
            if (answer && to.respond)
              await to.respond({ ...answer, response_type: 'ephemeral', replace_original: true });
            return;
          }
          case 'press': {
            const chosen =
              'selected_option' in action ? (action.selected_option as { value?: string }) : null;
            return onNoticePress(desk, clicker, to, chosen?.value ?? value ?? '');
          }
          case 'home':
            await atHome(desk, { clicker, to, triggerId: body.trigger_id }, value);
            return ears.homes.look(clicker);
          default: {
            const inForm = body.view && verb && IN_FORMS[verb];
            if (body.view && inForm)
              return inForm(desk, {
                clicker,
                viewId: body.view.id,
                metadata: body.view.private_metadata,
                values: body.view.state.values,
                value,
              });
            const click = clickOf(action, value);
            if (!click) return tell(desk, to, words(OLD_BUTTON));
            return onClick(desk, { ...click, clicker, to, triggerId: body.trigger_id });
          }
        }
      }),
    );
  });
}

/** Buttons inside a form, which act on what is typed there. */
const IN_FORMS: Partial<Record<Verb, (desk: Desk, click: ViewClick) => Promise<void>>> = {
  save: onSave,
  'request-approval': onAskApproval,
  propose: onSaveIdea,
  pictures: onOpenPictures,
  suggest: onSuggest,
  'suggest-model': onSuggestModel,
  take: onTake,
};

type Opening = Pick<Click, 'clicker' | 'to' | 'triggerId'>;

/** A button of the Home tab; the tab itself is drawn anew afterwards. */
async function atHome(desk: Desk, opening: Opening, value: string | undefined): Promise<void> {
  switch (value as HomeButton | undefined) {
    case 'next':
      return openNext(desk, opening);
    case 'idea':
      return openIdea(desk, opening, null);
    case 'settings':
      return openSettings(desk, opening);
    default:
  }
}

/** The verb and the item of a button or a menu line; null when another version wrote it. */
function clickOf(action: object, value: string | undefined): Pick<Click, 'verb' | 'target'> | null {
  if ('selected_option' in action) {
    const chosen = action.selected_option as { value?: string } | null;
    return parseMenuValue(chosen?.value);
  }
  const verb = 'action_id' in action ? verbOf(String(action.action_id)) : null;
  const target = parseTarget(value);
  return verb && target ? { verb, target } : null;
}

function listenToForms(app: App, desk: Desk, ears: Ears, once: Once): void {
  app.view({ callback_id: OUR_VIEWS, type: 'view_submission' }, async ({ ack, body, view }) => {
    const field = (id: string): FieldValue => view.state.values[id]?.[id] ?? {};
    const submitted = submission(desk, view.callback_id, view.private_metadata, {
      viewId: view.id,
      clicker: clickerOf(body),
      field,
    });
    if (!submitted) return ack();
    const key = 'trigger_id' in body ? body.trigger_id : undefined;
    const answer = once(key, submitted);
    await ears.job(async () => ack(await answer));
  });
}

/** What a submitted form asks for; null when it is not one of ours. */
function submission(
  desk: Desk,
  callbackId: string,
  metadata: string,
  sent: Omit<Parameters<typeof onSubmit>[1], 'form' | 'state'>,
): (() => ReturnType<typeof onSubmit>) | null {
  const free = freeFormOf(callbackId);
  if (free === 'idea') {
    const state = parseIdeaState(metadata);
    return state && (() => onIdea(desk, { ...sent, state }));
  }
  if (free === 'settings') {
    const state = parseSettingsState(metadata);
    return state && (() => onSettings(desk, { ...sent, state }));
  }
  const form = formOf(callbackId);
  const state = parseFormState(metadata);
  if (free === 'pictures') return state && (() => onPictures(desk, { ...sent, state }));
  return form && state && (() => onSubmit(desk, { ...sent, form, state }));
}

/** Claims the most urgent item and opens its editor, for people who do not even want to look for the channel. */
async function openNext(desk: Desk, { clicker, to, triggerId }: Opening): Promise<void> {
  await openForm(desk, triggerId, to, async () => {
    const result = await claimNext(desk, clicker);
    if (result === null) return wordsView('Next item', { icon: 'ℹ️', text: 'Nothing waits for anybody. 🎉' });
    if (!result.ok) return wordsView('Next item', { icon: '⚠️', text: result.refusal.text });
    const { card } = result;
    return draftForm(card, { item: card.itemId, version: card.version, channel: to.channel, shown: null });
  });
}

function listenToCommands(app: App, desk: Desk, ears: Ears, once: Once): void {
  app.command(ears.command, async ({ ack, command, respond }) => {
    await ack();
    await once(command.trigger_id, () =>
      ears.job(async () => {
        const to = { user: command.user_id, channel: command.channel_id, respond: respondWith(respond) };
        const clicker = { id: command.user_id, name: command.user_name };
        const { trigger_id: triggerId } = command;
        await onCommand(desk, { name: ears.command, raw: command.text ?? '', clicker, to, triggerId });
      }),
    );
  });
}

function listenToShortcuts(app: App, desk: Desk, ears: Ears, once: Once): void {
  const globals: readonly [string, (opening: Opening) => Promise<void>][] = [
    [SHORTCUTS.next.callback_id, (opening) => openNext(desk, opening)],
    [SHORTCUTS.idea.callback_id, (opening) => openIdea(desk, opening, null)],
  ];
  for (const [callbackId, open] of globals)
    app.shortcut({ callback_id: callbackId, type: 'shortcut' }, async ({ ack, body }) => {
      await ack();
      const to = { user: body.user.id, channel: null };
      await once(body.trigger_id, () =>
        ears.job(() => open({ clicker: clickerOf(body), to, triggerId: body.trigger_id })),
      );
    });
  app.shortcut(
    { callback_id: SHORTCUTS.track.callback_id, type: 'message_action' },
    async ({ ack, body, respond }) => {
      await ack();
      await once(body.trigger_id, () =>
        ears.job(async () => {
          const ours = ears.ours();
          if (!ours) return;
          const to = listenerOf(body, respond);
          const tracked = { clicker: clickerOf(body), to, channel: body.channel.id, message: body.message };
          await onTrack(desk, tracked, { ...ours, itemOf: ears.itemOf });
        }),
      );
    },
  );
}

function listenToEvents(app: App, desk: Desk, ears: Ears, once: Once): void {
  const { reactions } = ears;
  for (const name of ['reaction_added', 'reaction_removed'] as const)
    app.event(name, async ({ event, body }) => {
      if (!reactions || event.item.type !== 'message') return;
      const { channel, ts } = event.item;
      const added = name === 'reaction_added';
      const reaction = { added, emoji: event.reaction, user: event.user, channel, ts };
      await once(body.event_id, () => ears.job(() => onReaction(desk, reactions, ears.itemOf, reaction)));
    });
  app.event('message', async ({ event, body }) => {
    // Edits, joins and bots have a subtype; only what a person writes in a thread is looked at.
    if (event.subtype !== undefined || !event.thread_ts || event.thread_ts === event.ts || event.bot_id)
      return;
    const said = {
      user: event.user,
      channel: event.channel,
      threadTs: event.thread_ts,
      text: event.text ?? '',
    };
    await once(body.event_id, () => ears.job(() => onThreadWords(desk, ears.itemOf, said)));
  });
  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return;
    await once(body.event_id, () => ears.job(() => ears.homes.look({ id: event.user })));
  });
}
