import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import {
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Connection } from './connection.ts';
import { codeOf, isAboutThis, isGone } from './failures.ts';
import { byTime, type MessagePlace, placeOf, postId, timestamp, tsAt } from './ids.ts';
import type { Locks } from './locks.ts';
import { isTombstone, type Message, messageSchema, read } from './shapes.ts';
import { escapeText } from './text.ts';
import { readReplies } from './threads.ts';

/** “For best results, limit the number of characters to 4,000”; beyond 40,000 Slack cuts (https://docs.slack.dev/reference/methods/chat.postMessage#truncating). */
const LIMIT = 4_000;
/** How an answer of ours is found again (https://docs.slack.dev/messaging/message-metadata). */
const EVENT = 'potluck_reply';
const ATTEMPT_TTL_MS = 24 * 3_600_000;
/** Clocks of two machines differ. */
const SKEW_MS = 5 * 60_000;

/** How the text would go out: one message, as it was typed. */
export function measure(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const base = { length: body.length, limit: LIMIT, unit: 'characters' };
  if (body === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (body.length <= LIMIT) return { ...base, parts: [body], problem: null };
  const problem = `Too long: ${body.length} characters. A message on Slack should have at most ${LIMIT}.`;
  return { ...base, parts: [], problem };
}

export interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

const sentSchema = z.object({ ts: timestamp, message: messageSchema });
const attemptSchema = z.object({ at: z.number() });

/**
 * Answers in the thread of a message. Slack has no idempotency keys for apps: each answer carries its key as metadata,
 * and before a second try (after a lost confirmation, by a person) it is looked for.
 */
export function createSender(connection: Connection, locks: Locks, noteMissed: (id: string) => void) {
  const { api, cache, clock } = connection;

  /** Answering what is gone would begin a thread below nothing. A limit on reading must not keep a person from answering. */
  async function mustExist(target: Post, place: MessagePlace, signal: AbortSignal): Promise<void> {
    const window = { oldest: place.ts, latest: place.ts, pages: 1, purpose: 'answer' } as const;
    try {
      const { messages } = await readReplies(connection, place.channelId, place.threadTs, window, signal);
      const found = messages.get(place.ts);
      if (found && !isTombstone(found)) return;
    } catch (error) {
      if (error instanceof RateLimitedError) return;
      if (!isGone(error)) throw error;
    }
    noteMissed(target.id);
    throw new RejectedError('The message was deleted on Slack; nothing was sent.');
  }

  /** Our own answer with this key, if the thread has it. */
  async function find(place: MessagePlace, key: string, since: number, signal: AbortSignal) {
    const window = { oldest: tsAt(since - SKEW_MS), metadata: true, purpose: 'answer' } as const;
    const { messages } = await readReplies(connection, place.channelId, place.threadTs, window, signal);
    return [...messages.values()]
      .sort((a, b) => byTime(a.ts, b.ts))
      .find((one) => one.metadata?.event_type === EVENT && one.metadata.event_payload?.key === key);
  }

  async function post(place: MessagePlace, text: string, key: string, signal: AbortSignal): Promise<Message> {
    const body = {
      channel: place.channelId,
      thread_ts: place.threadTs,
      // Nothing in it can ping or hide a link: what Slack would read as one is escaped.
      text: escapeText(text),
      link_names: false,
      metadata: { event_type: EVENT, event_payload: { key } },
    };
    const { ts, message } = read(sentSchema, await api.post('chat.postMessage', body, { signal }));
    return { ...message, ts, thread_ts: place.threadTs };
  }

  async function send(place: MessagePlace, text: string, key: string, signal: AbortSignal): Promise<Message> {
    const marker = `sent:${key}`;
    const earlier = attemptSchema.safeParse(await cache.get(marker)).data;
    const found = earlier ? await find(place, key, earlier.at, signal) : undefined;
    if (found) return found;
    const at = earlier?.at ?? clock.now();
    await cache.set(marker, { at }, ATTEMPT_TTL_MS);
    try {
      return await post(place, text, key, signal);
    } catch (error) {
      const open = error instanceof UnavailableError || signal.aborted;
      if (!open || neverLeft(error)) throw error;
      // The answer may be there although nobody told us: look before anybody is troubled.
      const lost = signal.aborted ? undefined : await find(place, key, at, signal).catch(() => undefined);
      if (lost) return lost;
      throw new UncertainError(
        `Slack did not confirm the answer (${messageOf(error)}). It may be there; look at the thread before sending it again.`,
        { cause: error },
      );
    }
  }

  return async function reply(target: Post, text: string, options: SendOptions): Promise<readonly Post[]> {
    const { parts, problem } = measure(text);
    const [content] = parts;
    if (problem !== null || content === undefined) throw new RejectedError(problem ?? 'Nothing to send.');
    const place = placeOf(target);
    if (!place) throw new RejectedError('This post is not from this Slack workspace; nothing was sent.');
    const { signal } = options;
    await connection.session(signal);
    await mustExist(target, place, signal);
    const key = createHash('sha256').update(options.idempotencyKey).digest('hex').slice(0, 32);
    try {
      const sent = await send(place, content, key, signal);
      const shown = await connection.toPost(sent, place.channelId, signal);
      return [{ ...shown, ours: true, via: 'reply', conversationId: target.conversationId }];
    } catch (error) {
      if (codeOf(error) === 'restricted_action_thread_locked')
        locks.close(postId(place.channelId, place.threadTs));
      if (isAboutThis(error) && isGone(error)) noteMissed(target.id);
      throw error;
    }
  };
}
