import { type Guild, isForum, isThread, mayHaveThreads, type Place } from './places.ts';

/** https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags */
const ADMINISTRATOR = 1n << 3n;
const BITS = {
  'View Channel': 1n << 10n,
  'Send Messages': 1n << 11n,
  'Read Message History': 1n << 16n,
  Connect: 1n << 20n,
  'Send Messages in Threads': 1n << 38n,
} as const;
type Name = keyof typeof BITS;

function bits(value: string | undefined): bigint {
  return value !== undefined && /^\d{1,30}$/.test(value) ? BigInt(value) : 0n;
}

/**
 * What a member may do in a channel: the roles of the server, then the channel's exceptions for everybody, for the
 * roles, for the member (https://docs.discord.com/developers/topics/permissions#permission-overwrites).
 */
export function permissionsIn(
  guild: Guild,
  memberId: string,
  roles: readonly string[],
  channel: Pick<Place, 'permission_overwrites'>,
): bigint {
  // The role that everybody has carries the id of the server.
  const base = [guild.id, ...roles].reduce((sum, id) => sum | bits(guild.roles.get(id)?.permissions), 0n);
  if ((base & ADMINISTRATOR) !== 0n) return ~0n;
  const of = (wanted: readonly string[]) => {
    const found = channel.permission_overwrites.filter((one) => wanted.includes(one.id));
    return {
      allow: found.reduce((sum, one) => sum | bits(one.allow), 0n),
      deny: found.reduce((sum, one) => sum | bits(one.deny), 0n),
    };
  };
  return [of([guild.id]), of(roles), of([memberId])].reduce(
    (sum, { allow, deny }) => (sum & ~deny) | allow,
    base,
  );
}

/**
 * Names of the permissions that are missing to read and to answer in a place.
 *
 * @param above the channel of a thread, whose permissions hold for it
 */
export function missingPermissions(
  guild: Guild,
  memberId: string,
  roles: readonly string[],
  place: Place,
  above: Place | undefined,
): Name[] {
  const thread = isThread(place);
  const has = permissionsIn(guild, memberId, roles, thread && above ? above : place);
  const voice = !thread && !mayHaveThreads(place);
  const needed: Name[] = [
    'View Channel',
    'Read Message History',
    ...(thread || isForum(place) ? [] : (['Send Messages'] as const)),
    ...(voice ? (['Connect'] as const) : (['Send Messages in Threads'] as const)),
  ];
  return needed.filter((name) => (has & BITS[name]) === 0n);
}
