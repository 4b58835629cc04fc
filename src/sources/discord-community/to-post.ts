import { makePost, type Post, type Via } from '../../domain/post.ts';
import { messageUrl } from './ids.ts';
import { answeredBy, type Message, type User } from './shapes.ts';
import { linksIn, mediaOf, type Names, textOf } from './text.ts';

/** What turns a message into a post besides the message itself. */
export interface PostContext {
  readonly source: string;
  readonly guildId: string;
  readonly conversationId: string;
  readonly via: Via;
  readonly ours: boolean;
  readonly names: Names;
}

/** `ana`, or `ana#0042` for bots and accounts of the old kind. */
export function handleOf(user: User): string {
  const old = user.discriminator !== '' && !/^0+$/.test(user.discriminator);
  return old ? `${user.username}#${user.discriminator}` : user.username;
}

/** https://docs.discord.com/developers/reference#image-formatting */
function avatarOf(user: User): string {
  if (/^\w{1,100}$/.test(user.avatar))
    return `https://cdn.discordapp.com/avatars/${user.id}/${user.avatar}.png`;
  const old = user.discriminator !== '' && !/^0+$/.test(user.discriminator);
  const index = old ? Number(user.discriminator) % 5 : Number((BigInt(user.id) >> 22n) % 6n);
  return `https://cdn.discordapp.com/embed/avatars/${Number.isInteger(index) ? index : 0}.png`;
}

/** One message as a post. Throws a ZodError when it is beyond use. */
export function messageToPost(message: Message, context: PostContext): Post {
  const { author, mentions } = message;
  const mentioned = new Map(mentions.map((user) => [user.id, user.global_name || user.username]));
  const names: Names = { ...context.names, user: (id) => mentioned.get(id) ?? context.names.user(id) };
  const text = textOf(message, names);
  return makePost({
    source: context.source,
    id: message.id,
    conversationId: context.conversationId,
    replyTo: answeredBy(message),
    via: context.via,
    author: {
      id: author.id,
      name: author.global_name.trim() || author.username,
      handle: handleOf(author),
      url: null,
      avatarUrl: avatarOf(author),
    },
    text,
    url: messageUrl({ guildId: context.guildId, channelId: message.channel_id, messageId: message.id }),
    links: linksIn(text),
    media: mediaOf(message),
    createdAt: message.timestamp,
    editedAt: message.edited_timestamp ?? null,
    ours: context.ours,
  });
}
