import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import type { Api } from './api.ts';
import { codeOf, isGone } from './failures.ts';
import { type Channel, channelSchema, type Role, read, roleSchema } from './shapes.ts';

/** https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
export const CHANNEL = {
  voice: 2,
  category: 4,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
  media: 16,
} as const;

export function isThread(channel: Pick<Channel, 'type'>): boolean {
  const { announcementThread, publicThread, privateThread } = CHANNEL;
  return [announcementThread, publicThread, privateThread].some((type) => type === channel.type);
}

/** Forums and media channels hold posts only, each a thread. */
export function isForum(channel: Pick<Channel, 'type'>): boolean {
  return channel.type === CHANNEL.forum || channel.type === CHANNEL.media;
}

/** Voice and stage channels have words, and no threads. */
export function mayHaveThreads(channel: Pick<Channel, 'type'>): boolean {
  return !isThread(channel) && channel.type !== CHANNEL.voice && channel.type !== CHANNEL.stage;
}

/** A channel of a server. */
export interface Place extends Channel {
  readonly guild_id: string;
}

export interface Guild {
  readonly id: string;
  readonly roles: ReadonlyMap<string, Role>;
  /** Names of its channels, for texts that speak of them. */
  readonly channels: ReadonlyMap<string, Place>;
}

/** The configured channels, as they are now. */
export interface Places {
  readonly places: readonly Place[];
  readonly guilds: ReadonlyMap<string, Guild>;
  /** Why a configured channel cannot be used, by its id. */
  readonly troubles: ReadonlyMap<string, Error>;
}

/** One channel or thread; null when it does not exist (any more). Throws AuthError when it is not for the bot. */
export async function readChannel(api: Api, id: string, signal: AbortSignal): Promise<Channel | null> {
  try {
    const about = { what: 'see the channel', channel: id };
    return read(channelSchema, await api.get(`/channels/${id}`, { signal, about }));
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Roles and channels of a server: two requests. */
async function readGuild(api: Api, id: string, signal: AbortSignal): Promise<Guild> {
  const about = { what: 'see the server' };
  const roles = read(z.array(z.unknown()), await api.get(`/guilds/${id}/roles`, { signal, about }));
  const channels = read(z.array(z.unknown()), await api.get(`/guilds/${id}/channels`, { signal, about }));
  return {
    id,
    roles: new Map(parsed(roles, roleSchema).map((role) => [role.id, role])),
    channels: new Map(
      parsed(channels, channelSchema).map((channel) => [channel.id, { ...channel, guild_id: id }]),
    ),
  };
}

function parsed<Output>(entries: readonly unknown[], schema: z.ZodType<Output>): Output[] {
  return entries.flatMap((entry) => {
    const one = schema.safeParse(entry);
    return one.success ? [one.data] : [];
  });
}

/**
 * Looks the configured channels up. One that is gone, or shut to the bot, is left out with the reason, so that the
 * others go on; when none is left, that reason is thrown.
 */
export async function findPlaces(api: Api, ids: readonly string[], signal: AbortSignal): Promise<Places> {
  const guilds = new Map<string, Guild>();
  const places: Place[] = [];
  const troubles = new Map<string, Error>();
  for (const id of ids) {
    const known = [...guilds.values()]
      .map((guild) => guild.channels.get(id))
      .find((one) => one !== undefined);
    if (known) {
      places.push(known);
      continue;
    }
    try {
      const channel = await readChannel(api, id, signal);
      const problem = problemOf(id, channel);
      if (problem !== null || !channel?.guild_id) {
        troubles.set(id, new AuthError(problem ?? ''));
        continue;
      }
      const guildId = channel.guild_id;
      if (!guilds.has(guildId)) guilds.set(guildId, await readGuild(api, guildId, signal));
      places.push({ ...channel, guild_id: guildId });
    } catch (error) {
      if (!(error instanceof AuthError) || codeOf(error) === null) throw error;
      troubles.set(id, error);
    }
  }
  const [first] = troubles.values();
  if (places.length === 0 && first) throw first;
  return { places, guilds, troubles };
}

function problemOf(id: string, channel: Channel | null): string | null {
  if (!channel)
    return `Discord knows no channel ${id} that the bot may see: look whether the id is right (right-click → Copy Channel ID) and the bot is in that server.`;
  if (!channel.guild_id) return `The channel ${id} is in no server: only channels of a server can be read.`;
  if (channel.type === CHANNEL.category)
    return `${id} is a category, “${channel.name}”: name the channels in it one by one.`;
  return null;
}
