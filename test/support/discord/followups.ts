import { MAY_SET, readWritten, rewrite } from './content.ts';
import { publishDelete, publishUpdate } from './events.ts';
import { answerInteraction, byToken, interactionBy, reply } from './interactions.ts';
import { messagePayload } from './payloads.ts';
import { refusal } from './refusal.ts';
import type { Answer, Call, Handler } from './routes.ts';
import { FLAG, type Interaction, type Message, type State } from './state.ts';

const EDIT = 'IncomingWebhookUpdateRequestPartialSchema';

function messageBy(state: State, interaction: Interaction, id: string): Message {
  const found =
    id === '@original'
      ? interaction.original
      : (state.messages.find(
          (each) =>
            each.id === id && (each === interaction.original || each.interaction?.id === interaction.id),
        ) ?? null);
  if (!found || found.deleted) throw refusal(404, 10008, 'Unknown Message');
  return found;
}

function edit(state: State, message: Message, body: unknown): Answer {
  const written = readWritten(state, EDIT, body, message, MAY_SET.edit);
  rewrite(state, message, written);
  publishUpdate(state, message);
  return { status: 200, body: messagePayload(state, message) };
}

/** Answers to interactions, and what their tokens write afterwards. */
export function followupRoutes(state: State): Readonly<Record<string, Handler>> {
  const find = ({ params }: Call): { interaction: Interaction; message: Message } => {
    const interaction = byToken(state, params[0] ?? '', params[1] ?? '');
    return { interaction, message: messageBy(state, interaction, params[2] ?? '@original') };
  };
  const get: Handler = (call) => ({ status: 200, body: messagePayload(state, find(call).message) });
  const patch: Handler = (call) => edit(state, find(call).message, call.body);
  const remove: Handler = (call) => {
    const { message } = find(call);
    message.deleted = true;
    publishDelete(state, message);
    return { status: 204 };
  };
  return {
    'POST /interactions/:id/:token/callback': ({ params, body, query }) =>
      answerInteraction(
        state,
        interactionBy(state, params[0] ?? '', params[1] ?? ''),
        body,
        query.get('with_response') === 'true',
      ),
    'POST /webhooks/:id/:token': ({ params, body }) => {
      const interaction = byToken(state, params[0] ?? '', params[1] ?? '');
      const { original } = interaction;
      // Kept for old apps' sake: the first word after a deferral fills the deferred answer.
      if (original && !original.deleted && original.flags & FLAG.loading) {
        const flags = ((body ?? {}) as { flags?: number }).flags ?? 0;
        return edit(state, original, {
          ...(body as object),
          flags: (flags & ~FLAG.ephemeral) | original.flags,
        });
      }
      const written = readWritten(
        state,
        'IncomingWebhookInteractionRequestSchema',
        body,
        null,
        MAY_SET.answer,
      );
      const message = reply(state, interaction, written);
      return { status: 200, body: messagePayload(state, message) };
    },
    'GET /webhooks/:id/:token/messages/@original': get,
    'PATCH /webhooks/:id/:token/messages/@original': patch,
    'DELETE /webhooks/:id/:token/messages/@original': remove,
    'GET /webhooks/:id/:token/messages/:id': get,
    'PATCH /webhooks/:id/:token/messages/:id': patch,
    'DELETE /webhooks/:id/:token/messages/:id': remove,
  };
}
