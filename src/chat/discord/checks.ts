import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import type { Channel, DiscordApi, Guild, Member } from './api.ts';
import type { Env, Policy } from './discord.ts';
import { missingTags } from './forum.ts';
import { isForum } from './identity.ts';
import { inviteLink, PERMISSIONS, type PermissionName } from './manifest.ts';

/** https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags */
const ADMINISTRATOR = 1n << 3n;
/** Message content is on: with a hundred servers or more, or with fewer. */
const CONTENT_FLAGS = (1 << 18) | (1 << 19);

/** What the doctor says about Discord: sign-in, the way clicks come, each channel with what the bot lacks there. */
export async function discordChecks(
  api: DiscordApi,
  {
    env,
    rules,
    channels,
  }: { readonly env: Env; readonly rules: Policy; readonly channels: readonly string[] },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const good = (what: string): void => void checks.push({ ok: true, what, remedy: null });
  const bad = (what: string, remedy: string): void => void checks.push({ ok: false, what, remedy });
  try {
    const [app, me] = await Promise.all([api.application(signal), api.me(signal)]);
    good(`Discord: signs in as ${me.global_name || me.username}`);
    const invite = inviteLink(app.id);
    if (env.DISCORD_PUBLIC_KEY !== undefined) {
      if (env.DISCORD_PUBLIC_KEY.toLowerCase() === app.verify_key.toLowerCase())
        good('Discord: the public key is that of this app (HTTP mode)');
      else
        bad(
          'Discord: the public key',
          'DISCORD_PUBLIC_KEY is of another app: copy it from “General Information”.',
        );
    } else
      await api.gateway(signal).then(
        () => good('Discord: the gateway answers'),
        (error: unknown) => bad('Discord: the gateway answers', messageOf(error)),
      );
    if (rules.messageContent && ((app.flags ?? 0) & CONTENT_FLAGS) === 0)
      bad(
        'Discord: messageContent',
        'Switch “Message Content Intent” on (Developer Portal → Bot), or take messageContent out of chats.discord.',
      );
    if (channels.length === 0) good(`Discord: invite the bot with ${invite}`);
    for (const id of channels) {
      try {
        await checkChannel(api, id, me.id, invite, { good, bad }, signal);
      } catch (error) {
        bad(`Discord: cannot use ${id}`, `${messageOf(error)} Invite link: ${invite}`);
      }
    }
  } catch (error) {
    bad('Discord: signs in', messageOf(error));
  }
  return checks;
}

async function checkChannel(
  api: DiscordApi,
  id: string,
  botId: string,
  invite: string,
  { good, bad }: { good: (what: string) => void; bad: (what: string, remedy: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const channel = await api.channel(id, signal);
  const name = channel.name ? `#${channel.name}` : id;
  if (channel.guild_id === undefined)
    return bad(
      `Discord: cannot use ${name}`,
      'It is no channel of a server. Copy the id of a text channel or a forum.',
    );
  const [guild, member] = await Promise.all([
    api.guild(channel.guild_id, signal),
    api.member(channel.guild_id, botId, signal),
  ]);
  const missing = missingPermissions(guild, member, channel);
  if (missing.length === 0) good(`Discord: can do all it needs in ${name} of ${guild.name}`);
  else
    bad(
      `Discord: lacks ${missing.map((each) => `“${each}”`).join(', ')} in ${name} of ${guild.name}`,
      `Grant them (channel → Permissions → the bot’s role), or invite the bot again with ${invite}`,
    );
  const tags = isForum(channel) ? missingTags(channel) : [];
  if (tags.length > 0)
    good(
      `Discord: ${name} has no tags called ${tags.join(', ')} (add them to see state and kind in the list)`,
    );
}

/** https://docs.discord.com/developers/topics/permissions#permission-overwrites */
function missingPermissions(guild: Guild, member: Member, channel: Channel): readonly PermissionName[] {
  if (guild.owner_id === member.user.id) return [];
  const own = guild.roles.filter((role) => role.id === guild.id || member.roles.includes(role.id));
  let bits = own.reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  if ((bits & ADMINISTRATOR) !== 0n) return [];
  const overwrites = channel.permission_overwrites ?? [];
  const apply = (some: typeof overwrites): void => {
    const deny = some.reduce((sum, each) => sum | BigInt(each.deny), 0n);
    const allow = some.reduce((sum, each) => sum | BigInt(each.allow), 0n);
    bits = (bits & ~deny) | allow;
  };
  apply(overwrites.filter((each) => each.id === guild.id));
  apply(
    overwrites.filter((each) => each.type === 0 && each.id !== guild.id && member.roles.includes(each.id)),
  );
  apply(overwrites.filter((each) => each.type === 1 && each.id === member.user.id));
  return (Object.keys(PERMISSIONS) as PermissionName[]).filter(
    (name) => (bits & PERMISSIONS[name][0]) === 0n,
  );
}
