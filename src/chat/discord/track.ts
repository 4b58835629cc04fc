import { z } from 'zod';
import { oneLine } from '../../domain/text.ts';
import type { Message } from './components.ts';
import { asker, type Desk, words } from './desk.ts';
import { itemOfCard } from './ids.ts';
import type { Interaction } from './interaction.ts';
import type { Clicker } from './people.ts';
import type { CardIndex } from './trail.ts';

/** Most characters of a message that are tracked. */
const MAX_TEXT = 6_000;

// https://docs.discord.com/developers/resources/message#message-object
const messageSchema = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  content: z.string().catch(''),
  timestamp: z.iso.datetime({ offset: true }).optional().catch(undefined),
  author: z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() }),
  attachments: z
    .array(z.object({ filename: z.string(), description: z.string().nullish() }))
    .default([])
    .catch([]),
  embeds: z
    .array(z.object({ title: z.string().nullish(), description: z.string().nullish() }))
    .default([])
    .catch([]),
  // What was forwarded stands in a copy, and the message itself is empty.
  message_snapshots: z
    .array(z.object({ message: z.object({ content: z.string().catch('') }) }))
    .default([])
    .catch([]),
  mentions: z
    .array(z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() }))
    .default([])
    .catch([]),
});
type Tracked = z.output<typeof messageSchema>;

/** "Track in Potluck": makes an item of a message, and tells only the one who asked. */
export async function onTrack(
  desk: Desk,
  clicker: Clicker,
  sent: Interaction,
  raw: unknown,
  index: CardIndex,
): Promise<Message> {
  const message = messageSchema.safeParse(raw).data;
  if (!message) return words('This message cannot be tracked.');
  if (message.author.id === desk.identity.now()?.botId) {
    const item = itemOfCard(raw) ?? (await index.itemOf(sent.channel_id ?? '', message.id));
    return words(item === null ? 'That is a message of mine.' : `That is the card of #${item} already.`);
  }
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text);
  const { author } = message;
  const result = await desk.handlers().track(
    {
      id: `discord:${sent.guild_id ?? ''}/${sent.channel_id ?? ''}/${message.id}`,
      text: textOf(message),
      author: { id: `discord:${author.id}`, name: author.global_name || author.username },
      url: `https://discord.com/channels/${sent.guild_id ?? '@me'}/${sent.channel_id ?? ''}/${message.id}`,
      createdAt: message.timestamp === undefined ? desk.clock.now() : Date.parse(message.timestamp),
    },
    asked.actor,
  );
  return words(result.ok ? result.text : result.refusal.text);
}

/** What was said, with people by their names; what stands beside it where nothing was said. */
function textOf(message: Tracked): string {
  const names = new Map(message.mentions.map((each) => [each.id, each.global_name || each.username]));
  const forwarded = message.message_snapshots[0]?.message.content ?? '';
  const said = (message.content.trim() === '' ? forwarded : message.content)
    .slice(0, MAX_TEXT)
    .replace(/<@!?(\d{1,20})>/g, (all, id: string) => {
      const name = names.get(id);
      return name === undefined ? all : `@${name}`;
    })
    .replace(/<a?(:\w{1,40}:)\d{1,20}>/g, '$1')
    .trim();
  if (said !== '') return said;
  const beside = [
    ...message.embeds.map((embed) => embed.title || embed.description || ''),
    ...message.attachments.map((file) => file.description || file.filename),
  ].filter((each) => each.trim() !== '');
  return beside.length > 0
    ? beside
        .slice(0, 10)
        .map((each) => oneLine(each, 300))
        .join(', ')
    : '(no text)';
}
