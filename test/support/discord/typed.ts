import type { Command, CommandOption } from './commands.ts';
import { interactionChannel, memberPayload, rolePayloads, userPayload } from './payloads.ts';
import { PERMISSIONS, personBits } from './permissions.ts';
import { type Guild, guildOf, type Json, type Member, type State } from './state.ts';

/** What people type behind a slash, checked against what the app registered. */
export type Typed = Readonly<Record<string, string | number | boolean>>;

/** A command that this member sees in the guild's list. */
export function commandFor(
  state: State,
  guildId: string | null,
  member: Member | undefined,
  name: string,
  type: number,
): Command {
  // Where the bot was sent away, its commands went with it.
  if (guildId !== null && !state.guilds.get(guildId)?.botIn) throw new Error('the app is not in the server');
  const lists = [state.commands.get(guildId ?? '') ?? [], state.commands.get('global') ?? []];
  const found = lists
    .flat()
    .map((each) => each as unknown as Command)
    .find((each) => each.name === name && (each.type ?? 1) === type);
  if (!found) throw new Error(`there is no command “${name}” of type ${type}`);
  const direct = guildId === null;
  if (direct && (found.contexts ? !found.contexts.includes(1) : found.dm_permission === false))
    throw new Error(`“${name}” is not for direct messages`);
  const needs = found.default_member_permissions;
  const has = BigInt(personBits(member));
  const all = (has & PERMISSIONS.Administrator) !== 0n;
  // Zero means nobody but administrators.
  if (needs !== null && !all && (BigInt(needs) === 0n || (has & BigInt(needs)) !== BigInt(needs)))
    throw new Error(`“${name}” is not for this member to see`);
  return found;
}

/** The options of a subcommand; `sub` may be `group sub`, or empty. */
export function optionsOf(command: Command, sub: string): readonly CommandOption[] {
  let options = command.options ?? [];
  for (const part of sub === '' ? [] : sub.split(' ')) {
    const next = options.find((each) => each.name === part && each.type <= 2);
    if (!next) throw new Error(`“${command.name}” has no subcommand “${part}”`);
    options = next.options ?? [];
  }
  if (options.some((each) => each.type <= 2)) throw new Error(`“${command.name} ${sub}” needs a subcommand`);
  return options;
}

const KINDS: Readonly<Record<number, 'string' | 'number' | 'boolean'>> = {
  3: 'string',
  4: 'number',
  5: 'boolean',
  6: 'string',
  7: 'string',
  8: 'string',
  9: 'string',
  10: 'number',
};

/** What Discord's own client would not let anybody send. */
function checkValue(state: State, option: CommandOption, value: string | number | boolean): void {
  const wrong = (why: string): Error => new Error(`option “${option.name}”: ${why}`);
  if (typeof value !== KINDS[option.type])
    throw wrong(`${JSON.stringify(value)} is not of type ${option.type}`);
  if (typeof value === 'number') {
    if (option.type === 4 && !Number.isInteger(value)) throw wrong('not a whole number');
    if (value < (option.min_value ?? Number.NEGATIVE_INFINITY)) throw wrong('too small');
    if (value > (option.max_value ?? Number.POSITIVE_INFINITY)) throw wrong('too big');
  }
  if (option.type === 3 && typeof value === 'string') {
    if (value.length < (option.min_length ?? 0)) throw wrong('too short');
    if (value.length > (option.max_length ?? 6_000)) throw wrong('too long');
  }
  const choices = option.choices ?? [];
  if (choices.length > 0 && !choices.some((choice) => choice.value === value))
    throw wrong(`${JSON.stringify(value)} is not among the choices`);
  if (option.type === 6 && !state.users.has(String(value))) throw wrong('nobody has this id');
  if (option.type === 8 && ![...state.guilds.values()].some((guild) => guild.roles.has(String(value))))
    throw wrong('no role has this id');
  if (option.type === 7 && !state.channels.has(String(value))) throw wrong('no channel has this id');
}

/** @param partial the option still being typed, for autocompletion. */
export function typedOptions(
  state: State,
  command: Command,
  sub: string,
  typed: Typed,
  partial: { readonly option: string; readonly text: string } | null = null,
): Json[] {
  const known = optionsOf(command, sub);
  for (const name of Object.keys(typed))
    if (!known.some((each) => each.name === name))
      throw new Error(`“${command.name} ${sub}” has no option “${name}”`);
  const leaves = known.flatMap((option): Json[] => {
    if (partial?.option === option.name)
      return [{ name: option.name, type: option.type, value: partial.text, focused: true }];
    const value = typed[option.name];
    if (value === undefined) {
      if (option.required && !partial) throw new Error(`option “${option.name}” is required`);
      return [];
    }
    checkValue(state, option, value);
    return [{ name: option.name, type: option.type, value }];
  });
  const parts = sub === '' ? [] : sub.split(' ');
  return parts.reduceRight<Json[]>(
    (options, name, index) => [{ name, type: index < parts.length - 1 ? 2 : 1, options }],
    leaves,
  );
}

/** People and channels that options name, in full. */
export function resolvedUsers(state: State, guildId: string | null, ids: readonly string[]): Json {
  const guild: Guild | null = guildOf(state, guildId);
  const users = Object.fromEntries(ids.map((id) => [id, userPayload(state, id)]));
  const members = ids.flatMap((id) => {
    const member = guild?.members.get(id);
    if (!member) return [];
    // Members named in passing come without what they do in voice channels.
    const { deaf: _, mute: __, ...partial } = memberPayload(state, member, false);
    return [[id, { ...partial, permissions: personBits(member) }]];
  });
  return { users, members: Object.fromEntries(members) };
}

/** What the options of a command name by id: people, channels, roles. */
export function resolvedOptions(
  state: State,
  guildId: string | null,
  known: readonly CommandOption[],
  typed: Typed,
): Json {
  const named = (type: number): string[] =>
    known
      .filter((each) => each.type === type)
      .flatMap((each) => (each.name in typed ? [String(typed[each.name])] : []));
  const [people, channels, roles] = [named(6), named(7), named(8)];
  const guild = guildOf(state, guildId);
  const resolved: Json = {
    ...(people.length > 0 ? resolvedUsers(state, guildId, people) : {}),
    ...(channels.length > 0 ? { channels: byId(channels, (id) => partialChannel(state, id)) } : {}),
    ...(roles.length > 0 && guild
      ? { roles: byId(roles, (id) => rolePayloads(state, guild).find((each) => each.id === id)) }
      : {}),
  };
  return Object.keys(resolved).length > 0 ? { resolved } : {};
}

function byId(ids: readonly string[], make: (id: string) => unknown): Json {
  return Object.fromEntries(ids.map((id) => [id, make(id)]));
}

function partialChannel(state: State, id: string): Json {
  const channel = state.channels.get(id);
  return channel ? interactionChannel(state, channel, undefined) : {};
}
