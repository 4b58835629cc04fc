import type { App, RespondFn } from '@slack/bolt';
import { type Click, onClick, onSave } from './clicks.ts';
import { claimNext, onCommand, pageAnswer } from './commands.ts';
import { type Desk, type Listener, onceEach, openForm, type Respond, tell, words } from './desk.ts';
import type { Homes } from './home.ts';
import { OUR_ACTIONS, parseMenuValue, parseTarget, verbOf } from './ids.ts';
import { parsePage } from './lists.ts';
import { SHORTCUTS } from './manifest.ts';
import { draftForm, formOf, OUR_VIEWS, parseFormState, wordsView } from './modals.ts';
import type { Clicker } from './people.ts';
import { type FieldValue, onSubmit } from './submits.ts';
import { type ItemOf, onReaction, onThreadWords, type ReactionAction } from './trail.ts';

/** What the listeners need besides the desk. */
export interface Ears {
  readonly command: string;
  /** Null when reactions are switched off. */
  readonly reactions: Readonly<Record<string, ReactionAction>> | null;
  readonly itemOf: ItemOf;
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
        switch (verbOf(action.action_id)) {
          case 'open':
            return;
          case 'save':
            if (!body.view) return;
            return onSave(desk, {
              clicker,
              viewId: body.view.id,
              metadata: body.view.private_metadata,
              values: body.view.state.values,
            });
          case 'page': {
            const page = parsePage(value);
            const answer = page && (await pageAnswer(desk, clicker, page));
            if (answer && to.respond)
              await to.respond({ ...answer, response_type: 'ephemeral', replace_original: true });
            return;
          }
          case 'home':
            if (value === 'next') await openNext(desk, clicker, to, body.trigger_id);
            return ears.homes.look(clicker);
          default: {
            const click = clickOf(action, value);
            if (!click) return tell(desk, to, words(OLD_BUTTON));
            return onClick(desk, { ...click, clicker, to, triggerId: body.trigger_id });
          }
        }
      }),
    );
  });
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
    const form = formOf(view.callback_id);
    const state = parseFormState(view.private_metadata);
    if (!form || !state) return ack();
    const key = 'trigger_id' in body ? body.trigger_id : undefined;
    const answer = once(key, async () => {
      const field = (id: string): FieldValue => view.state.values[id]?.[id] ?? {};
      return onSubmit(desk, { form, state, viewId: view.id, clicker: clickerOf(body), field });
    });
    await ears.job(async () => ack(await answer));
  });
}

/** Claims the most urgent item and opens its editor, for people who do not even want to look for the channel. */
async function openNext(desk: Desk, clicker: Clicker, to: Listener, triggerId: string): Promise<void> {
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
  const [next] = SHORTCUTS;
  app.shortcut({ callback_id: next.callback_id, type: 'shortcut' }, async ({ ack, body }) => {
    await ack();
    await once(body.trigger_id, () =>
      ears.job(() => openNext(desk, clickerOf(body), { user: body.user.id, channel: null }, body.trigger_id)),
    );
  });
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
