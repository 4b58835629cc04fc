import { createHash } from 'node:crypto';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { messageOf, RejectedError, UnavailableError, UncertainError } from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Connection } from './connection.ts';
import { CODE, codeOf } from './failures.ts';
import { placeOf } from './ids.ts';
import type { Locks } from './locks.ts';
import { type Message, messageSchema, read } from './shapes.ts';

/**
 * https://docs.discord.com/developers/resources/message#create-message. Bots have 2,000 whatever people may have. What
 * a character is, Discord does not say; UTF-16 units are the most that anything can count, so nothing is refused.
 */
export const LIMIT = 2_000;
/** A nonce has at most 25 characters (the same page). */
const NONCE_LENGTH = 25;
/** Discord remembers a nonce for “the past few minutes”; a try after that might be a second message. */
const RETRY_WITHIN_MS = 40_000;

/** How the text would go out: one message, as it was typed. */
export function measure(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const base = { length: body.length, limit: LIMIT, unit: 'characters' };
  if (body === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (body.length <= LIMIT) return { ...base, parts: [body], problem: null };
  const problem = `Too long: ${body.length} characters. A message on Discord has at most ${LIMIT}.`;
  return { ...base, parts: [], problem };
}

/** The same for the same reply, and short enough. */
function nonceOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('base64url').slice(0, NONCE_LENGTH);
}

export interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Answers a message where it stands, and pings nobody but its author. */
export function createSender(connection: Connection, locks: Locks, noteGone: (id: string) => void) {
  const { api, clock } = connection;

  async function post(channelId: string, messageId: string, content: string, options: SendOptions) {
    const body = {
      content,
      // An answer to a message that was deleted meanwhile must not go out as a message of its own.
      message_reference: { message_id: messageId, channel_id: channelId, fail_if_not_exists: true },
      allowed_mentions: { parse: [], replied_user: true },
      nonce: nonceOf(options.idempotencyKey),
      enforce_nonce: true,
    };
    const about = { what: 'send the answer', channel: channelId, writes: true };
    const { signal } = options;
    return read(messageSchema, await api.post(`/channels/${channelId}/messages`, body, { signal, about }));
  }

  /** With the same nonce a second try brings back the message of the first one, if there is one. */
  async function once(channelId: string, messageId: string, content: string, options: SendOptions) {
    const startedAt = clock.now();
    let last: unknown;
    for (let tries = 0; tries < 2; tries++) {
      try {
        return await post(channelId, messageId, content, options);
      } catch (error) {
        const open = error instanceof UnavailableError || options.signal.aborted;
        // Nothing went out before, and nothing now: a person may simply try again.
        if (tries === 0 && (!open || neverLeft(error))) throw error;
        last = error;
        if (options.signal.aborted || clock.now() - startedAt > RETRY_WITHIN_MS) break;
      }
    }
    throw new UncertainError(
      `Discord did not confirm the answer (${messageOf(last)}). It may be there; look at the channel before sending it again.`,
      { cause: last },
    );
  }

  return async function reply(target: Post, text: string, options: SendOptions): Promise<readonly Post[]> {
    const { parts, problem } = measure(text);
    const [content] = parts;
    if (problem !== null || content === undefined) throw new RejectedError(problem ?? 'Nothing to send.');
    const place = placeOf(target);
    if (!place) throw new RejectedError('This post does not say where on Discord it is; nothing was sent.');
    await connection.session(options.signal);
    let sent: Message;
    try {
      sent = await once(place.channelId, place.messageId, content, options);
    } catch (error) {
      const code = codeOf(error);
      if (code === CODE.threadLocked) locks.close(place.channelId);
      if (code === CODE.unknownMessage) noteGone(target.id);
      throw error;
    }
    const how = { conversationId: target.conversationId, via: 'reply', ours: true } as const;
    return [{ ...connection.toPost(sent, place.guildId, how), replyTo: target.id }];
  };
}
