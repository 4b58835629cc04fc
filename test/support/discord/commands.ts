import { invalidForm, type Problem } from './refusal.ts';
import { conform } from './schema.ts';
import { type Json, type State, snowflake } from './state.ts';

/** A definition, as it was registered. */
export interface CommandOption {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string | number }[];
  readonly options?: readonly CommandOption[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly name_localizations?: Readonly<Record<string, string>> | null;
  readonly description_localizations?: Readonly<Record<string, string>> | null;
}

export interface Command extends Omit<CommandOption, 'type'> {
  readonly id: string;
  readonly type?: number;
  readonly version: string;
  readonly default_member_permissions: string | null;
  readonly contexts?: readonly number[] | null;
  readonly dm_permission?: boolean;
}

const LOCALES: ReadonlySet<string> = new Set(
  (
    'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th ' +
    'zh-CN ja zh-TW ko'
  ).split(' '),
);
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
/** A command's names, descriptions and values may take this much together. */
const TOTAL = 8_000;
const PER_KIND: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15 };

function wrongName(name: string): string | null {
  if (!NAME.test(name)) return 'Command name is invalid';
  return name === name.toLowerCase() ? null : 'Command name must be lower-case';
}

function checkWords(each: CommandOption | Command, path: (string | number)[], slash: boolean): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, message: string, code = 'APPLICATION_COMMAND_INVALID_NAME'): void => {
    problems.push({ path: [...path, key], code, message });
  };
  const wrongly = (name: string): string | null =>
    slash ? wrongName(name) : name.length > 32 ? 'Must be 32 or fewer in length.' : null;
  const wrong = wrongly(each.name);
  if (wrong) add('name', wrong);
  for (const [locale, name] of Object.entries(each.name_localizations ?? {})) {
    const translated = wrongly(name);
    if (translated) add(`name_localizations.${locale}`, translated);
  }
  for (const locale of [
    ...Object.keys(each.name_localizations ?? {}),
    ...Object.keys(each.description_localizations ?? {}),
  ])
    if (!LOCALES.has(locale))
      add('name_localizations', `no locale of Discord: ${locale}`, 'ENUM_TYPE_COERCE');
  const described = (each.description ?? '') !== '';
  if (slash && !described) add('description', 'This field is required', 'BASE_TYPE_REQUIRED');
  if (!slash && described)
    add('description', 'Context menu commands cannot have description', 'APPLICATION_COMMAND_DESCRIPTION');
  return problems;
}

function checkOption(option: CommandOption, path: (string | number)[], depth: number): Problem[] {
  const problems = checkWords(option, path, true);
  const add = (key: string, message: string): void => {
    problems.push({ path: [...path, key], code: 'APPLICATION_COMMAND_OPTIONS_INVALID', message });
  };
  if (option.autocomplete && (option.choices ?? []).length > 0) add('choices', 'not with autocomplete');
  if ((option.choices ?? []).length > 25) add('choices', 'Must be 25 or fewer in length.');
  for (const one of option.choices ?? []) {
    if (one.name.length < 1 || one.name.length > 100) add('choices', 'a name has 1 to 100 characters');
    if (String(one.value).length > 100) add('choices', 'a value has at most 100 characters');
  }
  if (option.type === 2 && depth > 0) add('type', 'groups are at the top');
  if (option.type === 1 && depth > 1) add('type', 'subcommands are at the top or in a group');
  if (option.type <= 2) problems.push(...checkOptions(option.options ?? [], path, depth + 1));
  else if (option.options) add('options', 'only subcommands and groups have options');
  return problems;
}

function checkOptions(options: readonly CommandOption[], at: (string | number)[], depth: number): Problem[] {
  const problems = options.flatMap((each, index) => checkOption(each, [...at, 'options', index], depth));
  const add = (message: string, code = 'APPLICATION_COMMAND_OPTIONS_INVALID'): void => {
    problems.push({ path: [...at, 'options'], code, message });
  };
  if (options.length > 25) add('Must be 25 or fewer in length.');
  if (new Set(options.map((each) => each.name)).size < options.length)
    add('Option names must be unique', 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS');
  const subs = options.filter((each) => each.type <= 2).length;
  if (subs > 0 && subs < options.length) add('subcommands and other options do not mix');
  const firstOptional = options.findIndex((each) => each.type > 2 && !each.required);
  if (firstOptional >= 0 && options.slice(firstOptional).some((each) => each.required))
    add(
      'Required options must be placed before non-required options',
      'APPLICATION_COMMAND_OPTIONS_REQUIRED',
    );
  return problems;
}

/** Names, descriptions and values; of translations the longest counts, the default among them. */
function weight(each: CommandOption | Command): number {
  const longest = (text: string, others: Readonly<Record<string, string>> | null | undefined): number =>
    Math.max(text.length, ...Object.values(others ?? {}).map((other) => other.length));
  const own =
    longest(each.name, each.name_localizations) +
    longest(each.description ?? '', each.description_localizations);
  const choices = (each.choices ?? []).reduce(
    (sum, one) => sum + one.name.length + String(one.value).length,
    0,
  );
  return own + choices + (each.options ?? []).reduce((sum, one) => sum + weight(one), 0);
}

/** Takes a whole list of definitions, as `PUT` sends it, or refuses it. */
export function readCommands(state: State, guildId: string | null, body: unknown): readonly Json[] {
  if (!Array.isArray(body))
    throw invalidForm([{ path: [], code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used' }]);
  const problems: Problem[] = [];
  const definitions = body.map((raw: unknown, index) => {
    // The specification says number, the documentation string, and Discord takes both.
    const { default_member_permissions: needs, ...rest } = raw as Json;
    const checked = typeof needs === 'string' && /^\d+$/.test(needs) ? Number(needs) : needs;
    conform(
      state,
      'ApplicationCommandUpdateRequestSchema',
      { ...rest, ...(needs === undefined ? {} : { default_member_permissions: checked }) },
      [String(index)],
    );
    const command = raw as Command;
    const slash = (command.type ?? 1) === 1;
    problems.push(...checkWords(command, [index], slash));
    if (slash) problems.push(...checkOptions(command.options ?? [], [index], 0));
    else if ((command.options ?? []).length > 0)
      problems.push({
        path: [index, 'options'],
        code: 'APPLICATION_COMMAND_OPTIONS_INVALID',
        message: 'none',
      });
    if (weight(command) > TOTAL)
      problems.push({
        path: [index],
        code: 'APPLICATION_COMMAND_TOO_LARGE',
        message: `Command exceeds maximum size (${TOTAL})`,
      });
    return command;
  });
  const keys = definitions.map((each) => `${each.type ?? 1}:${each.name}`);
  if (new Set(keys).size < keys.length)
    problems.push({
      path: [],
      code: 'APPLICATION_COMMANDS_DUPLICATE_NAME',
      message: 'Application command names must be unique',
    });
  for (const [kind, most] of Object.entries(PER_KIND))
    if (definitions.filter((each) => (each.type ?? 1) === Number(kind)).length > most)
      problems.push({
        path: [],
        code: 'APPLICATION_COMMANDS_MAX',
        message: `more than ${most} of type ${kind}`,
      });
  if (problems.length > 0) throw invalidForm(problems);
  const before = state.commands.get(guildId ?? 'global') ?? [];
  return definitions.map((each) => ({
    name_localizations: null,
    description_localizations: null,
    dm_permission: true,
    contexts: null,
    integration_types: [0],
    nsfw: false,
    ...each,
    // A command of the same name keeps its id.
    id:
      before.find((old) => old.name === each.name && (old.type ?? 1) === (each.type ?? 1))?.id ??
      snowflake(state),
    application_id: state.applicationId,
    version: snowflake(state),
    type: each.type ?? 1,
    description: each.description ?? '',
    default_member_permissions:
      each.default_member_permissions === undefined || each.default_member_permissions === null
        ? null
        : String(each.default_member_permissions),
    ...(guildId === null ? {} : { guild_id: guildId }),
  }));
}
