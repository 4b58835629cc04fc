import { addMessage, MAY_SET, readWritten, rewrite } from './content.ts';
import { publishChannel, publishDelete, publishMessage, publishUpdate, readable } from './events.ts';
import { messagePayload } from './payloads.ts';
import { botPermissions, channelFor } from './permissions.ts';
import { invalidForm, refusal } from './refusal.ts';
import type { Handler } from './routes.ts';
import { breach, type Channel, type Json, type Message, messagesIn, type State, tell } from './state.ts';

/** Within this long the same nonce means the same message, in milliseconds. */
const NONCE_MS = 5 * 60_000;

export function messageIn(state: State, channel: Channel, id: string): Message {
  const found = state.messages.find(
    (each) => each.id === id && each.channelId === channel.id && !each.deleted && each.ephemeralFor === null,
  );
  if (!found) throw refusal(404, 10008, 'Unknown Message');
  return found;
}

/** A thread takes no changes while it is archived. */
export function refuseArchived(channel: Channel): void {
  if (channel.thread?.archived) throw refusal(400, 50083, 'Thread is archived');
}

function writable(state: State, id: string): Channel {
  const kind = state.channels.get(id);
  const channel = channelFor(state, id, [kind?.thread ? 'SendMessagesInThreads' : 'SendMessages']);
  if (channel.type === 15) throw refusal(400, 50008, 'Cannot send messages in a non-text channel');
  const locked = channel.thread?.locked && !botPermissions(state, channel).has('ManageThreads');
  if (locked) throw refusal(400, 160005, 'Thread is locked');
  if (channel.recipient !== null && state.users.get(channel.recipient)?.dmsBlocked)
    throw refusal(403, 50007, 'Cannot send messages to this user');
  return channel;
}

/** Embeds and files need rights of their own. */
export function checkRights(state: State, channel: Channel, body: unknown): void {
  const has = botPermissions(state, channel);
  const { embeds } = (body ?? {}) as { readonly embeds?: readonly unknown[] | null };
  if (channel.guildId !== null && (embeds ?? []).length > 0 && !has.has('EmbedLinks'))
    throw refusal(403, 50013, 'Missing Permissions');
}

function checkNonce(state: State, body: Json): string | null {
  const nonce = body.nonce === undefined || body.nonce === null ? null : String(body.nonce);
  if (nonce === null) breach(state, 'a message without a nonce may be posted twice');
  else if (body.enforce_nonce !== true) breach(state, 'a nonce without enforce_nonce keeps nothing single');
  return nonce;
}

/** Whoever writes in a thread joins it, and opens it again when it was archived. */
export function wake(state: State, channel: Channel, userId: string): void {
  channel.thread?.members.add(userId);
  if (!channel.thread?.archived) return;
  channel.thread.archived = false;
  channel.thread.archivedAt = state.clock.now();
  publishChannel(state, 'THREAD_UPDATE', channel);
}

function page(state: State, channel: Channel, query: URLSearchParams): readonly Message[] {
  const limit = Number(query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw invalidForm([
      { path: ['limit'], code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 100.' },
    ]);
  const asked = ['before', 'after', 'around'].filter((key) => query.has(key));
  if (asked.length > 1)
    throw invalidForm([{ path: asked, code: 'MUTUALLY_EXCLUSIVE', message: 'one of before, after, around' }]);
  for (const key of asked)
    if (!/^\d+$/.test(query.get(key) ?? ''))
      throw invalidForm([{ path: [key], code: 'NUMBER_TYPE_COERCE', message: 'no snowflake' }]);
  const all = messagesIn(state, channel.id)
    .filter((each) => each.ephemeralFor === null)
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  const at = (key: string): bigint => BigInt(query.get(key) ?? '0');
  if (query.has('after'))
    return all
      .filter((each) => BigInt(each.id) > at('after'))
      .slice(0, limit)
      .reverse();
  if (query.has('around')) {
    const half = Math.floor(limit / 2);
    const older = all.filter((each) => BigInt(each.id) <= at('around')).slice(-(half + 1));
    const newer = all.filter((each) => BigInt(each.id) > at('around')).slice(0, half);
    return [...older, ...newer].slice(-limit).reverse();
  }
  const upTo = query.has('before') ? all.filter((each) => BigInt(each.id) < at('before')) : all;
  return upTo.slice(-limit).reverse();
}

export function messageRoutes(state: State): Readonly<Record<string, Handler>> {
  return {
    'GET /channels/:id/messages'({ params, query }) {
      const channel = channelFor(state, params[0] ?? '');
      const found = page(state, channel, query);
      const may = channel.guildId === null || botPermissions(state, channel).has('ReadMessageHistory');
      // Without the history Discord does not refuse, it shows nothing.
      return { status: 200, body: may ? found.map((each) => readable(state, each)) : [] };
    },
    'POST /channels/:id/messages'({ params, body }) {
      const channel = writable(state, params[0] ?? '');
      const written = readWritten(state, 'MessageCreateRequestSchema', body, null, MAY_SET.create);
      const given = body as Json;
      checkRights(state, channel, given);
      const nonce = checkNonce(state, given);
      const same = messagesIn(state, channel.id).find(
        (each) =>
          nonce !== null &&
          given.enforce_nonce === true &&
          each.nonce === nonce &&
          each.authorId === state.botUserId &&
          state.clock.now() - each.at <= NONCE_MS,
      );
      if (same) return { status: 200, body: messagePayload(state, same) };
      const reference = readReference(state, channel, given);
      wake(state, channel, state.botUserId);
      const message = addMessage(state, written, {
        channelId: channel.id,
        nonce,
        reference,
        type: reference === null ? 0 : 19,
      });
      // A reply notifies whom it answers, unless told otherwise.
      const answered = state.messages.find((each) => each.id === reference);
      if (answered && (written.allowed === null || written.allowed.replied_user))
        message.said.push({ text: `<@${answered.authorId}>`, allowed: null, edit: false });
      if (channel.recipient !== null) tell(state, channel.recipient, { messageId: message.id });
      publishMessage(state, message);
      return { status: 200, body: messagePayload(state, message) };
    },
    'GET /channels/:id/messages/:id'({ params }) {
      const channel = channelFor(state, params[0] ?? '', ['ReadMessageHistory']);
      return { status: 200, body: readable(state, messageIn(state, channel, params[1] ?? '')) };
    },
    'PATCH /channels/:id/messages/:id'({ params, body }) {
      const channel = channelFor(state, params[0] ?? '');
      const message = messageIn(state, channel, params[1] ?? '');
      if (message.authorId !== state.botUserId)
        throw refusal(403, 50005, 'Cannot edit a message authored by another user');
      refuseArchived(channel);
      checkRights(state, channel, body);
      const written = readWritten(state, 'MessageEditRequestPartialSchema', body, message, MAY_SET.edit);
      rewrite(state, message, written);
      publishUpdate(state, message);
      return { status: 200, body: messagePayload(state, message) };
    },
    'DELETE /channels/:id/messages/:id'({ params }) {
      const channel = channelFor(state, params[0] ?? '');
      const message = messageIn(state, channel, params[1] ?? '');
      if (message.authorId !== state.botUserId) channelFor(state, channel.id, ['ManageMessages']);
      refuseArchived(channel);
      message.deleted = true;
      publishDelete(state, message);
      return { status: 204 };
    },
  };
}

function readReference(state: State, channel: Channel, body: Json): string | null {
  const reference = body.message_reference as
    | { readonly message_id: string; readonly channel_id?: string; readonly fail_if_not_exists?: boolean }
    | null
    | undefined;
  if (!reference) return null;
  if (channel.guildId !== null && !botPermissions(state, channel).has('ReadMessageHistory'))
    throw refusal(403, 160002, 'Cannot reply without permission to read message history');
  const there = messagesIn(state, channel.id).some((each) => each.id === reference.message_id);
  if (there) return reference.message_id;
  if (reference.fail_if_not_exists === false) return null;
  throw invalidForm([
    { path: ['message_reference'], code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' },
  ]);
}
