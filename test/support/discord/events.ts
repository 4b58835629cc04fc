import { channelPayload, messageEvent, messagePayload } from './payloads.ts';
import { botPermissions } from './permissions.ts';
import { type Channel, INTENT, type Json, type Message, type State } from './state.ts';

/** Whether the bot is where it would hear of it. */
export function hears(state: State, channel: Channel | undefined): boolean {
  if (!channel) return false;
  if (channel.guildId === null) return true;
  const guild = state.guilds.get(channel.guildId);
  return guild?.botIn === true && guild.available && botPermissions(state, channel).has('ViewChannel');
}

export function publishMessage(state: State, message: Message): void {
  const channel = state.channels.get(message.channelId);
  if (!channel || !hears(state, channel) || message.ephemeralFor !== null) return;
  state.dispatch({
    name: 'MESSAGE_CREATE',
    data: messageEvent(state, message),
    intents: channel.guildId === null ? INTENT.directMessages : INTENT.messages,
    guildId: channel.guildId,
    message,
  });
}

export function publishUpdate(state: State, message: Message): void {
  const channel = state.channels.get(message.channelId);
  if (!channel || !hears(state, channel) || message.ephemeralFor !== null) return;
  state.dispatch({
    name: 'MESSAGE_UPDATE',
    data: messageEvent(state, message),
    intents: channel.guildId === null ? INTENT.directMessages : INTENT.messages,
    guildId: channel.guildId,
    message,
  });
}

export function publishDelete(state: State, message: Message): void {
  const channel = state.channels.get(message.channelId);
  if (!channel || !hears(state, channel) || message.ephemeralFor !== null) return;
  state.dispatch({
    name: 'MESSAGE_DELETE',
    data: {
      id: message.id,
      channel_id: message.channelId,
      ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
    },
    intents: channel.guildId === null ? INTENT.directMessages : INTENT.messages,
    guildId: channel.guildId,
  });
}

export function publishChannel(
  state: State,
  name: 'CHANNEL_CREATE' | 'CHANNEL_DELETE' | 'THREAD_CREATE' | 'THREAD_UPDATE' | 'THREAD_DELETE',
  channel: Channel,
  more: Json = {},
): void {
  if (!hears(state, channel)) return;
  state.dispatch({
    name,
    data: { ...channelPayload(state, channel), ...more },
    intents: INTENT.guilds,
    guildId: channel.guildId,
  });
}

/** A message as the app may see it: without the privileged intent the words of others are kept back. */
export function withheld(state: State, message: Message, data: Json): Json {
  const mine = message.authorId === state.botUserId;
  const mentioned = message.content.includes(`<@${state.botUserId}>`);
  const direct = state.channels.get(message.channelId)?.guildId === null;
  if (mine || mentioned || direct) return data;
  return { ...data, content: '', embeds: [], attachments: [], components: [] };
}

/** A message as `GET` gives it, with the same reservation. */
export function readable(state: State, message: Message): Json {
  const payload = messagePayload(state, message);
  return state.messageContent ? payload : withheld(state, message, payload);
}
