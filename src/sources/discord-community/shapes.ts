import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { flag, list, problemsOf, time, words } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';
import { snowflake } from './ids.ts';

/**
 * What is used of Discord's objects (https://docs.discord.com/developers/resources/message#message-object and its
 * neighbours); whatever may be absent may be absent, and an odd ornament never costs the message.
 */

const maybeId = snowflake
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const count = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

export const userSchema = z.object({
  id: snowflake,
  username: z.string().min(1),
  global_name: words,
  discriminator: words,
  avatar: words,
  bot: flag,
});
export type User = z.output<typeof userSchema>;

const attachmentSchema = z.object({
  url: words,
  filename: words,
  title: words,
  description: words,
  flags: count,
});

const contentShape = {
  content: words,
  attachments: list(attachmentSchema),
  embeds: list(z.object({ type: words, title: words, description: words })),
  sticker_items: list(z.object({ name: words })),
};

const pollSchema = z.object({
  question: z.object({ text: words }),
  answers: list(z.object({ poll_media: z.object({ text: words }) })),
});

export const messageSchema = z.object({
  ...contentShape,
  id: snowflake,
  channel_id: snowflake,
  type: z.number().int(),
  author: userSchema,
  timestamp: time,
  edited_timestamp: time.nullish().catch(null),
  webhook_id: maybeId,
  mentions: list(userSchema),
  mention_roles: list(snowflake),
  message_reference: z
    .object({
      // 0 is an answer, 1 is a message passed on.
      type: z.number().nullish().catch(null),
      message_id: maybeId,
      channel_id: maybeId,
    })
    .nullish()
    .catch(null),
  referenced_message: z.unknown().optional(),
  message_snapshots: list(z.object({ message: z.object(contentShape) })),
  poll: pollSchema.nullish().catch(null),
  flags: count,
  thread: z.object({ id: snowflake }).nullish().catch(null),
});
export type Message = z.output<typeof messageSchema>;

export const channelSchema = z.object({
  id: snowflake,
  type: z.number().int(),
  guild_id: maybeId,
  name: words,
  parent_id: maybeId,
  last_message_id: maybeId,
  message_count: count,
  thread_metadata: z.object({ archived: flag, locked: flag, archive_timestamp: words }).nullish().catch(null),
  permission_overwrites: list(z.object({ id: snowflake, allow: words, deny: words })),
});
export type Channel = z.output<typeof channelSchema>;

export const threadListSchema = z.object({
  threads: z.array(z.unknown()),
  has_more: flag,
});

export const applicationSchema = z.object({ flags: count });
export const roleSchema = z.object({ id: snowflake, name: words, permissions: words });
export type Role = z.output<typeof roleSchema>;
export const memberSchema = z.object({ roles: list(snowflake) });

/** https://docs.discord.com/developers/resources/message#message-object-message-types */
export const TYPE = { default: 0, reply: 19, command: 20, threadStarter: 21, menu: 23 } as const;

/** The answer as what it must be; else the service is out of order. */
export function read<Output>(schema: z.ZodType<Output>, json: unknown): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`Discord’s answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** What one page of messages holds. */
export interface MessagePage {
  readonly messages: readonly Message[];
  /** Every id on the page, the unreadable entries' included. */
  readonly ids: readonly string[];
  readonly count: number;
  readonly dropped: readonly Dropped[];
}

/** Reads a list of messages; one that cannot be read is dropped alone, under its own id where it has one. */
export function readPage(json: unknown): MessagePage {
  const entries = read(z.array(z.unknown()), json);
  const messages: Message[] = [];
  const dropped: Dropped[] = [];
  const ids: string[] = [];
  for (const entry of entries) {
    const own = z.object({ id: snowflake }).safeParse(entry).data?.id ?? null;
    if (own !== null) ids.push(own);
    const parsed = messageSchema.safeParse(entry);
    if (parsed.success) messages.push(parsed.data);
    else dropped.push({ id: own, why: problemsOf(parsed.error) });
  }
  return { messages, ids, count: entries.length, dropped };
}

/** The message that a message answers, as it came along; null when it was deleted, undefined when it is not told. */
export function referencedOf(message: Message): Message | null | undefined {
  if (message.referenced_message === null) return null;
  return messageSchema.safeParse(message.referenced_message).data;
}

/** Id of the message in the same channel that this one answers; null when it answers none. */
export function answeredBy(message: Message): string | null {
  const reference = message.message_reference;
  if (message.type !== TYPE.reply || !reference || reference.type === 1) return null;
  if (reference.channel_id !== null && reference.channel_id !== message.channel_id) return null;
  return reference.message_id;
}

/** Whether somebody wrote it: joins, pins, names of threads and the like are not posts. */
export function isWritten(message: Message): boolean {
  return (
    message.type === TYPE.default ||
    message.type === TYPE.reply ||
    message.type === TYPE.command ||
    message.type === TYPE.menu
  );
}

/** Whether nothing at all is in what a person wrote, which nobody can do: then Discord kept its content from us. */
export function isHollow(message: Message): boolean {
  return (
    (message.type === TYPE.default || message.type === TYPE.reply) &&
    !message.author.bot &&
    message.webhook_id === null &&
    message.content === '' &&
    message.attachments.length === 0 &&
    message.embeds.length === 0 &&
    message.sticker_items.length === 0 &&
    message.message_snapshots.length === 0 &&
    !message.poll
  );
}
