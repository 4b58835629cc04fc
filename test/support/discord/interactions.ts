import { addMessage, MAY_SET, readWritten, rewrite } from './content.ts';
import { publishMessage, publishUpdate } from './events.ts';
import { checkModal, numbered } from './limits.ts';
import { fillModal, modalText } from './modal.ts';
import { messagePayload, userPayload } from './payloads.ts';
import { invalidForm, type Problem, refusal } from './refusal.ts';
import type { Answer } from './routes.ts';
import { conform } from './schema.ts';
import {
  breach,
  type Component,
  FLAG,
  type Interaction,
  type InteractionKind,
  type Json,
  type Message,
  type OpenModal,
  type State,
  snowflake,
  tell,
} from './state.ts';

/** An interaction must be answered within this long, in milliseconds. */
const ACK_MS = 3_000;
/** Its token writes for this long. */
const TOKEN_MS = 15 * 60_000;

const ANSWERS: Readonly<Record<InteractionKind, readonly number[]>> = {
  command: [4, 5, 9],
  component: [4, 5, 6, 7, 9],
  autocomplete: [8],
  modal: [4, 5, 6, 7],
};
const KIND_NUMBER: Readonly<Record<InteractionKind, number>> = {
  command: 2,
  component: 3,
  autocomplete: 4,
  modal: 5,
};

/** Begins an interaction; the promise resolves at the app's first answer, or at the deadline. */
export function openInteraction(
  state: State,
  asked: {
    readonly kind: InteractionKind;
    readonly userId: string;
    readonly channelId: string;
    readonly guildId: string | null;
    readonly source: Message | null;
    readonly what: string;
  },
): { readonly interaction: Interaction; readonly answered: Promise<void> } {
  const id = snowflake(state);
  const settled = new AbortController();
  const token = Buffer.from(`interaction:${id}:${asked.userId}:${'x'.repeat(40)}`).toString('base64url');
  const interaction: Interaction = {
    ...asked,
    id,
    token,
    at: state.clock.now(),
    metadata: {
      id,
      type: KIND_NUMBER[asked.kind],
      user: userPayload(state, asked.userId),
      authorizing_integration_owners: asked.guildId === null ? {} : { '0': asked.guildId },
      ...(asked.source ? { interacted_message_id: asked.source.id } : {}),
    },
    acked: false,
    failed: false,
    original: null,
    choices: null,
    settle: () => settled.abort(new Error('answered')),
  };
  state.interactions.set(token, interaction);
  const answered = state.clock.sleep(ACK_MS, settled.signal).then(
    () => {
      interaction.failed = true;
      breach(state, `This interaction failed: no answer within 3 s to ${asked.what}`);
    },
    () => {},
  );
  return { interaction, answered };
}

export function interactionBy(state: State, id: string, token: string): Interaction {
  const found = state.interactions.get(token);
  if (!found || found.id !== id) throw refusal(404, 10062, 'Unknown interaction');
  return found;
}

/** The app's first answer, by the callback route or as the answer of an HTTP request. */
export function answerInteraction(
  state: State,
  interaction: Interaction,
  body: unknown,
  withResponse = false,
): Answer {
  if (interaction.acked) throw refusal(400, 40060, 'Interaction has already been acknowledged.');
  if (interaction.failed || state.clock.now() - interaction.at > ACK_MS)
    throw refusal(404, 10062, 'Unknown interaction');
  const { type, data, ...rest } = (body ?? {}) as Json;
  for (const key of Object.keys(rest)) breach(state, `a field that Discord ignores: callback.${key}`);
  const allowed = ANSWERS[interaction.kind];
  const updates = type === 6 || type === 7;
  if (typeof type !== 'number' || !allowed.includes(type) || (updates && !interaction.source))
    throw invalidForm([
      {
        path: ['type'],
        code: 'INTERACTION_CALLBACK_TYPE',
        message: `no answer of type ${String(type)} to ${interaction.what}`,
      },
    ]);
  const message = carryOut(state, interaction, type, data as Json | null | undefined);
  interaction.acked = true;
  interaction.settle();
  if (!withResponse) return { status: 204 };
  return {
    status: 200,
    body: {
      interaction: {
        id: interaction.id,
        type: KIND_NUMBER[interaction.kind],
        ...(message
          ? {
              response_message_id: message.id,
              response_message_loading: (message.flags & FLAG.loading) !== 0,
              response_message_ephemeral: message.ephemeralFor !== null,
            }
          : {}),
      },
      resource: {
        type,
        ...(message && type !== 5 ? { message: messagePayload(state, message) } : {}),
      },
    },
  };
}

function carryOut(
  state: State,
  interaction: Interaction,
  type: number,
  data: Json | null | undefined,
): Message | null {
  switch (type) {
    case 4: {
      const written = readWritten(
        state,
        'IncomingWebhookInteractionRequestSchema',
        data,
        null,
        MAY_SET.answer,
        ['data'],
      );
      interaction.original = reply(state, interaction, written);
      return interaction.original;
    }
    case 5: {
      for (const key of Object.keys(data ?? {}))
        if (key !== 'flags') breach(state, `a deferred answer says nothing yet: data.${key} is ignored`);
      const flags = Number(data?.flags ?? 0);
      if ((flags & ~FLAG.ephemeral) !== 0)
        throw invalidForm([{ path: ['data', 'flags'], code: 'FLAGS_INVALID', message: String(flags) }]);
      interaction.original = reply(state, interaction, {
        content: '',
        embeds: [],
        components: [],
        flags: flags | FLAG.loading,
        allowed: { parse: [] },
      });
      return interaction.original;
    }
    case 6:
      interaction.original = interaction.source;
      return null;
    case 7: {
      const source = sourceOf(interaction);
      const written = readWritten(
        state,
        'IncomingWebhookUpdateForInteractionCallbackRequestPartialSchema',
        data,
        source,
        MAY_SET.edit,
        ['data'],
      );
      rewrite(state, source, written);
      publishUpdate(state, source);
      interaction.original = source;
      return source;
    }
    case 8:
      interaction.choices = readChoices(state, data);
      return null;
    default:
      openModal(state, interaction, data);
      return null;
  }
}

function sourceOf(interaction: Interaction): Message {
  const { source } = interaction;
  if (!source || source.deleted) throw refusal(404, 10008, 'Unknown Message');
  return source;
}

/** A message that answers an interaction, seen by all or by the person alone. */
export function reply(
  state: State,
  interaction: Interaction,
  written: Parameters<typeof addMessage>[1],
): Message {
  const ephemeral = (written.flags & FLAG.ephemeral) !== 0;
  // Where nothing is said of mentions, answers notify people, though neither roles nor everybody.
  const allowed = written.allowed ?? { parse: ['users'] };
  const message = addMessage(
    state,
    { ...written, allowed },
    {
      channelId: interaction.channelId,
      ephemeralFor: ephemeral ? interaction.userId : null,
      interaction: interaction.metadata,
      type: interaction.kind === 'command' ? 20 : interaction.source ? 19 : 0,
      reference: interaction.source?.id ?? null,
    },
  );
  if (ephemeral) tell(state, interaction.userId, { messageId: message.id });
  else publishMessage(state, message);
  return message;
}

function readChoices(
  state: State,
  data: Json | null | undefined,
): readonly { readonly name: string; readonly value: string | number }[] {
  const { choices } = (data ?? {}) as {
    readonly choices?: readonly { name: string; value: string | number }[];
  };
  const schema = choices?.some((each) => typeof each.value === 'number')
    ? 'InteractionApplicationCommandAutocompleteCallbackNumberDataSchema'
    : 'InteractionApplicationCommandAutocompleteCallbackStringDataSchema';
  conform(state, schema, data, ['data']);
  const problems: Problem[] = (choices ?? []).flatMap((each, index) =>
    each.name.length < 1 || each.name.length > 100 || String(each.value).length > 100
      ? [{ path: ['data', 'choices', index], code: 'BASE_TYPE_BAD_LENGTH', message: '1 to 100 characters' }]
      : [],
  );
  if ((choices ?? []).length > 25)
    problems.push({
      path: ['data', 'choices'],
      code: 'BASE_TYPE_MAX_LENGTH',
      message: 'at most 25',
    });
  if (problems.length > 0) throw invalidForm(problems);
  return choices ?? [];
}

function openModal(state: State, interaction: Interaction, data: Json | null | undefined): void {
  conform(state, 'ModalInteractionCallbackRequestDataSchema', data, ['data']);
  const given = data as {
    readonly custom_id: string;
    readonly title: string;
    readonly components: Component[];
  };
  const problems = checkModal(given.components);
  if (problems.length > 0) throw invalidForm(problems);
  const open: OpenModal = {
    customId: given.custom_id,
    title: given.title,
    components: numbered(given.components),
    values: new Map(),
    source: interaction.source,
    channelId: interaction.channelId,
  };
  fillModal(open);
  state.screens.set(interaction.userId, open);
  tell(state, interaction.userId, { words: modalText(open) });
}

/** The interaction a webhook token belongs to, while it may still write. */
export function byToken(state: State, applicationId: string, token: string): Interaction {
  const found = state.interactions.get(token);
  if (applicationId !== state.applicationId || !found) throw refusal(404, 10015, 'Unknown Webhook');
  if (state.clock.now() - found.at > TOKEN_MS) throw refusal(401, 50027, 'Invalid Webhook Token');
  if (!found.acked) throw refusal(404, 10015, 'Unknown Webhook');
  return found;
}

/** What says "thinking" for ever: a deferred answer that never came before its token ended. */
export function unfinished(state: State): readonly string[] {
  return [...state.interactions.values()]
    .filter(({ original, at }) => {
      const waits = original !== null && !original.deleted && (original.flags & FLAG.loading) !== 0;
      return waits && state.clock.now() - at > TOKEN_MS;
    })
    .map(({ what }) => `The application did not respond: a deferred answer never came to ${what}`);
}
