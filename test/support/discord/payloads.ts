import { notified, spokenTexts } from './mentions.ts';
import { deniedBits, personBits, roleBits } from './permissions.ts';
import {
  type Channel,
  FLAG,
  type Guild,
  guildOf,
  iso,
  type Json,
  type Member,
  type Message,
  messagesIn,
  type State,
  type User,
} from './state.ts';

export function userPayload(state: State, id: string): Json {
  if (id === state.botUserId) return { ...userShape(id, 'potluck', null), bot: true, discriminator: '0000' };
  const user: User | undefined = state.users.get(id);
  return userShape(id, user?.username ?? `deleted_user_${id}`, user?.globalName ?? null);
}

function userShape(id: string, username: string, globalName: string | null): Json {
  return {
    id,
    username,
    discriminator: '0',
    global_name: globalName,
    avatar: null,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
    avatar_decoration_data: null,
    collectibles: null,
  };
}

/** @param withUser events about messages leave the user out, since the author says it already. */
export function memberPayload(state: State, member: Member, withUser = true): Json {
  return {
    ...(withUser ? { user: userPayload(state, member.userId) } : {}),
    nick: member.nick,
    roles: member.roles,
    avatar: null,
    banner: null,
    joined_at: '2026-01-05T09:00:00.000000+00:00',
    premium_since: null,
    communication_disabled_until: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
  };
}

/** The role Discord made for the app when it was invited. */
function botRole(state: State): string {
  return String(BigInt(state.applicationId) + 1_000n);
}

export function botMember(state: State): Member {
  return { userId: state.botUserId, nick: null, roles: [botRole(state)], administrator: false };
}

/** The member as interactions carry it: with permissions. */
export function actingMember(state: State, member: Member): Json {
  return { ...memberPayload(state, member), permissions: personBits(member) };
}

export function channelPayload(state: State, channel: Channel): Json {
  const last = messagesIn(state, channel.id).filter((each) => each.ephemeralFor === null);
  const shared = {
    id: channel.id,
    type: channel.type,
    flags: channel.requireTag ? 1 << 4 : 0,
    last_message_id: last.at(-1)?.id ?? null,
  };
  if (channel.recipient !== null) return { ...shared, recipients: [userPayload(state, channel.recipient)] };
  const placed = { ...shared, guild_id: channel.guildId, name: channel.name, parent_id: channel.parentId };
  if (channel.thread) return { ...placed, ...threadPart(channel, last) };
  return {
    ...placed,
    position: 0,
    topic: null,
    nsfw: false,
    rate_limit_per_user: 0,
    permission_overwrites:
      channel.deny.size === 0 ? [] : [{ id: botRole(state), type: 0, allow: '0', deny: deniedBits(channel) }],
    ...(channel.type === 15
      ? {
          available_tags: channel.tags.map((tag) => ({
            ...tag,
            moderated: false,
            emoji_id: null,
            emoji_name: null,
          })),
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  };
}

function threadPart(channel: Channel, messages: readonly Message[]): Json {
  const { thread } = channel;
  if (!thread) return {};
  // The message a thread hangs on is not counted among its own.
  const count = messages.filter((each) => each.type !== 21 && each.id !== thread.messageId).length;
  return {
    owner_id: thread.ownerId,
    message_count: count,
    member_count: Math.min(50, thread.members.size),
    total_message_sent: count,
    rate_limit_per_user: 0,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchive,
      archive_timestamp: iso(thread.archivedAt),
      create_timestamp: iso(thread.createdAt),
    },
    ...(thread.tags.length > 0 ? { applied_tags: thread.tags } : {}),
  };
}

/** The channel as interactions carry it. */
export function interactionChannel(state: State, channel: Channel, member: Member | undefined): Json {
  return { ...channelPayload(state, channel), permissions: personBits(member) };
}

export function messagePayload(state: State, message: Message): Json {
  const thread = message.threadId === null ? null : state.channels.get(message.threadId);
  const text = spokenTexts(message.content, message.components);
  const found = notified(text, message.allowed);
  const named = found.filter((who) => who.startsWith('user:')).map((who) => who.slice(5));
  const byBot = message.authorId === state.botUserId;
  const answer = message.interaction !== null;
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userPayload(state, message.authorId),
    content: message.content,
    timestamp: iso(message.at),
    edited_timestamp: message.editedAt === null ? null : iso(message.editedAt),
    tts: false,
    mention_everyone: found.some((who) => who.startsWith('@')),
    mentions: named.map((id) => userPayload(state, id)),
    mention_roles: found.filter((who) => who.startsWith('role:')).map((who) => who.slice(5)),
    attachments: [],
    embeds: message.embeds.map((embed) => ({ type: 'rich', ...embed })),
    components: message.components,
    pinned: false,
    flags: message.flags | (thread ? FLAG.hasThread : 0),
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
    ...(byBot ? { application_id: state.applicationId } : {}),
    ...(answer ? { webhook_id: state.applicationId, interaction_metadata: message.interaction } : {}),
    ...(thread ? { thread: channelPayload(state, thread) } : {}),
    ...referencePart(state, message),
    ...(message.reactions.size === 0 ? {} : { reactions: reactionsPart(state, message) }),
  };
}

/** What a message answers; a thread's first mark points to the message it hangs on, in the channel above. */
function referencePart(state: State, message: Message): Json {
  if (message.reference === null) return {};
  const target = state.messages.find((each) => each.id === message.reference);
  const channel = state.channels.get(message.channelId);
  return {
    message_reference: {
      type: 0,
      channel_id: target?.channelId ?? message.channelId,
      message_id: message.reference,
      ...(channel?.guildId ? { guild_id: channel.guildId } : {}),
    },
    referenced_message:
      target && !target.deleted ? { ...messagePayload(state, { ...target, reference: null }) } : null,
  };
}

function reactionsPart(state: State, message: Message): Json[] {
  return [...message.reactions].map(([name, users]) => ({
    emoji: { id: null, name },
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    burst_colors: [],
    me: users.has(state.botUserId),
    me_burst: false,
  }));
}

/** The message as `MESSAGE_CREATE` carries it. */
export function messageEvent(state: State, message: Message): Json {
  const channel = state.channels.get(message.channelId);
  const guild = guildOf(state, channel?.guildId ?? null);
  const member = guild?.members.get(message.authorId);
  const payload = messagePayload(state, message);
  return {
    ...payload,
    mentions: (payload.mentions as Json[]).map((user) => {
      const named = guild?.members.get(String(user.id));
      return named ? { ...user, member: memberPayload(state, named, false) } : user;
    }),
    channel_type: channel?.type ?? 0,
    ...(guild ? { guild_id: guild.id } : {}),
    ...(guild ? { member: memberPayload(state, member ?? botMember(state), false) } : {}),
  };
}

export function rolePayloads(state: State, guild: Guild): Json[] {
  // The role of everybody has the guild's own id.
  const roles = [
    [guild.id, '@everyone', roleBits(state, 'everyone')] as const,
    ...[...guild.roles].map(([id, name]) => [id, name, '0'] as const),
    [botRole(state), 'Potluck', roleBits(state, 'bot')] as const,
  ];
  return roles.map(([id, name, permissions], position) => ({
    id,
    name,
    description: null,
    permissions,
    position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: id === botRole(state),
    ...(id === botRole(state) ? { tags: { bot_id: state.botUserId } } : {}),
    mentionable: id !== guild.id,
    icon: null,
    unicode_emoji: null,
    flags: 0,
  }));
}

export function guildPayload(state: State, guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    splash: null,
    banner: null,
    owner_id: guild.id,
    roles: rolePayloads(state, guild),
    emojis: [],
    stickers: [],
    features: [],
    preferred_locale: 'en-US',
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    system_channel_flags: 0,
    afk_timeout: 300,
  };
}

/** The guild as `GUILD_CREATE` carries it. */
export function guildEvent(state: State, guild: Guild): Json {
  const here = [...state.channels.values()].filter((each) => each.guildId === guild.id);
  return {
    ...guildPayload(state, guild),
    joined_at: '2026-01-05T09:00:00.000000+00:00',
    large: false,
    unavailable: false,
    member_count: guild.members.size + 1,
    members: [memberPayload(state, botMember(state))],
    channels: here.filter((each) => !each.thread).map((each) => channelPayload(state, each)),
    threads: here
      .filter((each) => each.thread && !each.thread.archived)
      .map((each) => channelPayload(state, each)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function applicationPayload(state: State): Json {
  return {
    id: state.applicationId,
    name: 'Potluck',
    icon: null,
    description: '',
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: state.publicKey,
    flags: state.messageContent ? 1 << 19 : 0,
    hook: true,
    bot: userPayload(state, state.botUserId),
    owner: { ...userPayload(state, state.botUserId), bot: false },
    team: null,
    interactions_endpoint_url: null,
    redirect_uris: [],
  };
}
