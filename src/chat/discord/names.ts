import { messageOf } from '../../errors.ts';
import type { Named, NamedState } from '../chat.ts';
import type { DiscordApi } from './api.ts';
import { CODE, discordCode } from './failures.ts';

/**
 * Whether Discord has these channels, and the people in a server of any of them. Whoever is in none of these servers cannot
 * see a card there.
 */
export async function discordNames(
  api: DiscordApi,
  named: readonly Named[],
  signal: AbortSignal,
): Promise<readonly NamedState[]> {
  const guilds = new Set<string>();
  const states = new Map<Named, NamedState>();
  for (const each of named.filter(({ what }) => what === 'channel'))
    states.set(each, await channelState(api, each.id, guilds, signal));
  for (const each of named) {
    if (each.what === 'person') states.set(each, await personState(api, each.id, [...guilds], signal));
    if (each.what === 'group') states.set(each, NO_GROUPS);
  }
  return named.map((each) => states.get(each) ?? NO_GROUPS);
}

const NO_GROUPS: NamedState = {
  state: 'missing',
  remedy: 'Discord has no groups of people that Potluck can ask for: name the people, or a calendar.',
};

async function channelState(
  api: DiscordApi,
  id: string,
  guilds: Set<string>,
  signal: AbortSignal,
): Promise<NamedState> {
  try {
    const channel = await api.channel(id, signal);
    if (channel.guild_id !== undefined) guilds.add(channel.guild_id);
    return { state: 'there', name: channel.name ?? id };
  } catch (error) {
    const gone = discordCode(error) !== null;
    return { state: gone ? 'missing' : 'unknown', remedy: messageOf(error) };
  }
}

async function personState(
  api: DiscordApi,
  id: string,
  guilds: readonly string[],
  signal: AbortSignal,
): Promise<NamedState> {
  if (guilds.length === 0)
    return {
      state: 'unknown',
      remedy:
        'People are looked for in the servers of the channels that potluck.yaml names, and it names none.',
    };
  for (const guild of guilds) {
    try {
      const { nick, user } = await api.member(guild, id, signal);
      return { state: 'there', name: nick || user.global_name || user.username };
    } catch (error) {
      const code = discordCode(error);
      if (code !== CODE.unknownMember && code !== CODE.unknownUser && code !== CODE.invalidForm)
        return { state: 'unknown', remedy: messageOf(error) };
    }
  }
  return {
    state: 'missing',
    remedy:
      'Nobody in these servers has that id. In Discord: Settings → Advanced → Developer Mode, then right-click the person → “Copy User ID”; or invite them.',
  };
}
