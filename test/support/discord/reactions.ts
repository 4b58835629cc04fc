import { hears } from './events.ts';
import { messageIn, refuseArchived } from './messages.ts';
import { botMember, memberPayload } from './payloads.ts';
import { channelFor } from './permissions.ts';
import { refusal } from './refusal.ts';
import type { Handler } from './routes.ts';
import { guildOf, INTENT, type Message, type State } from './state.ts';

const EMOJI =
  /^(?:(?:\p{Extended_Pictographic}|\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3)(?:\p{Emoji_Modifier}|\uFE0F|\u200D|\p{Extended_Pictographic})*|[\w~]+:\d+)$/u;

/** Adds somebody's reaction, or takes it away, and tells the app. */
export function react(state: State, message: Message, userId: string, emoji: string, on: boolean): void {
  const users = message.reactions.get(emoji) ?? new Set<string>();
  if (users.has(userId) === on) return;
  if (on) users.add(userId);
  else users.delete(userId);
  if (users.size > 0) message.reactions.set(emoji, users);
  else message.reactions.delete(emoji);
  const channel = state.channels.get(message.channelId);
  if (!channel || !hears(state, channel)) return;
  const guild = guildOf(state, channel.guildId);
  const member = userId === state.botUserId ? botMember(state) : guild?.members.get(userId);
  state.dispatch({
    name: on ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE',
    data: {
      user_id: userId,
      channel_id: channel.id,
      message_id: message.id,
      ...(guild ? { guild_id: guild.id } : {}),
      emoji: { id: null, name: emoji },
      burst: false,
      type: 0,
      ...(on && guild && member ? { member: memberPayload(state, member) } : {}),
      ...(on ? { message_author_id: message.authorId } : {}),
    },
    intents: guild ? INTENT.reactions : INTENT.directReactions,
    guildId: channel.guildId,
  });
}

export function reactionRoutes(state: State): Readonly<Record<string, Handler>> {
  const own = (params: readonly string[], on: boolean): void => {
    const channel = channelFor(state, params[0] ?? '', ['ReadMessageHistory']);
    const message = messageIn(state, channel, params[1] ?? '');
    const emoji = params[2] ?? '';
    if (!EMOJI.test(emoji)) throw refusal(400, 10014, 'Unknown Emoji');
    refuseArchived(channel);
    // Joining a reaction that is there needs less than beginning one.
    if (on && !message.reactions.has(emoji)) channelFor(state, channel.id, ['AddReactions']);
    react(state, message, state.botUserId, emoji, on);
  };
  return {
    'PUT /channels/:id/messages/:id/reactions/:emoji/@me'({ params }) {
      own(params, true);
      return { status: 204 };
    },
    'DELETE /channels/:id/messages/:id/reactions/:emoji/@me'({ params }) {
      own(params, false);
      return { status: 204 };
    },
  };
}
