import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { flag, list, problemsOf, words } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';
import type { Json } from './api.ts';
import { slackId, timestamp } from './ids.ts';

/**
 * What is used of Slack's objects (https://docs.slack.dev/reference/events/message,
 * https://docs.slack.dev/reference/objects/user-object, https://docs.slack.dev/reference/objects/conversation-object);
 * an odd ornament never costs the message.
 */

const maybeId = slackId
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const maybeTs = timestamp
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const part = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).nullish().catch(null);

export const messageSchema = z.object({
  type: z.literal('message'),
  subtype: words,
  ts: timestamp,
  thread_ts: maybeTs,
  user: maybeId,
  parent_user_id: maybeId,
  bot_id: maybeId,
  username: words,
  bot_profile: part({ name: words }),
  text: words,
  edited: part({ ts: timestamp }),
  reply_count: z.number().int().nullish().catch(null),
  latest_reply: maybeTs,
  is_locked: flag,
  files: list(z.object({ mode: words, name: words, title: words, alt_txt: words, permalink: words })),
  attachments: list(z.object({ is_share: flag, is_msg_unfurl: flag, text: words, fallback: words })),
  metadata: part({
    event_type: words,
    event_payload: z.record(z.string(), z.unknown()).nullish().catch(null),
  }),
});
export type Message = z.output<typeof messageSchema>;

export const meSchema = z.object({ user_id: slackId, bot_id: maybeId, user: words, team: words, url: words });
export type Me = z.output<typeof meSchema>;

export const userSchema = z.object({
  id: slackId,
  name: words,
  real_name: words,
  is_bot: flag,
  profile: part({ display_name: words, real_name: words, image_192: words }),
});
export const channelSchema = z.object({
  id: slackId,
  name: words,
  is_private: flag,
  is_archived: flag,
  is_member: z.boolean().nullish().catch(null),
});
export type Channel = z.output<typeof channelSchema>;

/** What somebody wrote; joins, topics, pins and the like are not posts (https://docs.slack.dev/reference/events/message#subtypes). */
const WRITTEN = new Set(['', 'thread_broadcast', 'file_share', 'me_message', 'bot_message']);

export function isWritten(message: Message): boolean {
  return WRITTEN.has(message.subtype);
}

/** The place of a deleted message whose thread goes on. */
export function isTombstone(message: Message): boolean {
  return message.subtype === 'tombstone';
}

/** The answer as what it must be; else the service is out of order. */
export function read<Output>(schema: z.ZodType<Output>, json: unknown): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`Slack’s answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** A page of messages, of a channel or of a thread. */
export interface MessagePage {
  readonly messages: readonly Message[];
  /** Every timestamp on the page, the unreadable entries' included. */
  readonly all: readonly string[];
  readonly next: string | null;
  readonly dropped: readonly Dropped[];
}

const pageSchema = z.object({
  messages: z.array(z.unknown()),
  has_more: flag,
  response_metadata: part({ next_cursor: words }),
});

/** Reads a page; a message that cannot be read is dropped alone. */
export function readPage(json: Json): MessagePage {
  const page = read(pageSchema, json);
  const messages: Message[] = [];
  const dropped: Dropped[] = [];
  const all: string[] = [];
  for (const entry of page.messages) {
    const ts = z.object({ ts: timestamp }).safeParse(entry).data?.ts ?? null;
    if (ts !== null) all.push(ts);
    const parsed = messageSchema.safeParse(entry);
    if (parsed.success) messages.push(parsed.data);
    else dropped.push({ id: ts, why: problemsOf(parsed.error) });
  }
  return { messages, all, next: page.response_metadata?.next_cursor || null, dropped };
}
