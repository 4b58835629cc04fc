import { refusal } from './refusal.ts';
import { type Channel, guildOf, type Member, type State } from './state.ts';

/** Written down here a second time on purpose: the double must not believe the library it tests. */
export const PERMISSIONS = {
  Administrator: 1n << 3n,
  AddReactions: 1n << 6n,
  ViewChannel: 1n << 10n,
  SendMessages: 1n << 11n,
  ManageMessages: 1n << 13n,
  EmbedLinks: 1n << 14n,
  AttachFiles: 1n << 15n,
  ReadMessageHistory: 1n << 16n,
  MentionEveryone: 1n << 17n,
  UseExternalEmojis: 1n << 18n,
  ManageRoles: 1n << 28n,
  ManageChannels: 1n << 4n,
  ManageGuild: 1n << 5n,
  UseApplicationCommands: 1n << 31n,
  ManageThreads: 1n << 34n,
  CreatePublicThreads: 1n << 35n,
  CreatePrivateThreads: 1n << 36n,
  SendMessagesInThreads: 1n << 38n,
} as const;

export type PermissionName = keyof typeof PERMISSIONS;

/** What the bot was invited with; tests take some away. */
const BOT: readonly PermissionName[] = [
  'AddReactions',
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'MentionEveryone',
  'UseExternalEmojis',
  'UseApplicationCommands',
  'ManageMessages',
  'ManageThreads',
  'CreatePublicThreads',
  'SendMessagesInThreads',
];
const PERSON: readonly PermissionName[] = [
  'AddReactions',
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'ReadMessageHistory',
  'UseApplicationCommands',
  'CreatePublicThreads',
  'SendMessagesInThreads',
];

function bits(names: Iterable<PermissionName>): string {
  let all = 0n;
  for (const name of names) all |= PERMISSIONS[name];
  return String(all);
}

/** What the bot may do in a channel; threads go by their parent, and whoever does not see a channel can do nothing. */
export function botPermissions(state: State, channel: Channel | null): ReadonlySet<PermissionName> {
  const parent = channel?.parentId ? (state.channels.get(channel.parentId) ?? channel) : channel;
  const has = new Set(BOT.filter((name) => !state.denied.has(name) && !parent?.deny.has(name)));
  return channel && !has.has('ViewChannel') ? new Set() : has;
}

/** What the role of the app carries, and that of everybody, as far as the bot was not denied it. */
export function roleBits(state: State, whose: 'bot' | 'everyone'): string {
  return bits((whose === 'bot' ? BOT : PERSON).filter((name) => !state.denied.has(name)));
}

export function deniedBits(channel: Channel): string {
  return bits(channel.deny);
}

export function botBits(state: State, channel: Channel | null): string {
  return bits(botPermissions(state, channel));
}

export function personBits(member: Member | undefined): string {
  return bits(member?.administrator ? (Object.keys(PERMISSIONS) as PermissionName[]) : PERSON);
}

/** The channel, if the bot may see it and do that; Discord's refusal otherwise. */
export function channelFor(state: State, id: string, needs: readonly PermissionName[] = []): Channel {
  const channel = state.channels.get(id);
  if (!channel) throw refusal(404, 10003, 'Unknown Channel');
  if (channel.guildId === null) return channel;
  const guild = guildOf(state, channel.guildId);
  const has = botPermissions(state, channel);
  if (!guild?.botIn || !has.has('ViewChannel')) throw refusal(403, 50001, 'Missing Access');
  if (needs.some((name) => !has.has(name))) throw refusal(403, 50013, 'Missing Permissions');
  return channel;
}
