import type { RESTPostAPIApplicationCommandsJSONBody } from 'discord.js';
import { CONVERSATION_REASONS, DISMISS_REASONS, STATES } from '../../domain/item.ts';
import { KINDS } from '../../domain/triage/verdict.ts';
import { COMMANDS, type CommandName } from '../kit/commands.ts';
import { TEAM_COMMANDS, type TeamCommand, type TeamOption } from '../kit/team-commands.ts';

/**
 * What the Discord app is, in tables: its commands, the permissions and intents it asks for. `manifests/discord.json`
 * is generated from them and a test holds the two together.
 */

export const COMMAND = 'potluck';
/** In the menu of a message and of a person. At most 32 characters. */
export const MENUS = { track: 'Track in Potluck', who: 'What do we know?' } as const;

/**
 * The permissions in the invite link, with what each is for
 * (https://docs.discord.com/developers/topics/permissions). Neither Administrator nor Manage Channels, nor “Manage
 * Messages”: cards are our own messages.
 */
export const PERMISSIONS = {
  'Add Reactions': [1n << 6n, 'says “saved” to a draft: in a thread without another line'],
  'View Channel': [1n << 10n, 'its channels'],
  'Send Messages': [1n << 11n, 'cards; posts, in a forum'],
  'Attach Files': [1n << 15n, 'the chart of a digest'],
  'Read Message History': [1n << 16n, 'finds its own cards after a crash'],
  'Manage Threads': [1n << 34n, 'archives the thread of a closed card'],
  'Create Public Threads': [1n << 35n, 'a thread for each card'],
  'Send Messages in Threads': [1n << 38n, 'one line when a customer comes back'],
} as const satisfies Record<string, readonly [bigint, string]>;
export type PermissionName = keyof typeof PERMISSIONS;

/** The permissions as Discord's links carry them: one decimal number. */
export function permissionBits(): string {
  return Object.values(PERMISSIONS)
    .reduce((sum, [bit]) => sum | bit, 0n)
    .toString();
}

/** Where somebody adds the bot to a server. */
export function inviteLink(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: permissionBits(),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}

/** https://docs.discord.com/developers/events/gateway#gateway-intents */
const INTENTS = {
  /** Channels, threads, and being removed from a server. */
  guilds: 1 << 0,
  /** That somebody wrote in a thread: `draft:` with a mention of the bot. */
  guildMessages: 1 << 9,
  guildMessageReactions: 1 << 10,
  /** Privileged: the words of messages that do not mention the bot. */
  messageContent: 1 << 15,
} as const;

/** The least a policy needs. */
export function intentsOf(rules: {
  readonly reactions: false | object;
  readonly threads: string;
  readonly channels: Readonly<Record<string, { readonly threads?: string | undefined }>>;
  readonly messageContent: boolean;
}): number {
  const threads = [rules.threads, ...Object.values(rules.channels).map((rule) => rule.threads)];
  const inThreads = rules.messageContent || threads.some((each) => each === 'claim' || each === 'ask');
  return (
    INTENTS.guilds |
    (rules.reactions === false ? 0 : INTENTS.guildMessageReactions) |
    (inThreads ? INTENTS.guildMessages : 0) |
    (rules.messageContent ? INTENTS.messageContent : 0)
  );
}

/** https://docs.discord.com/developers/reference#locales */
export const LOCALES = [
  'id',
  'da',
  'de',
  'en-GB',
  'en-US',
  'es-ES',
  'es-419',
  'fr',
  'hr',
  'it',
  'lt',
  'hu',
  'nl',
  'no',
  'pl',
  'pt-BR',
  'ro',
  'fi',
  'sv-SE',
  'vi',
  'tr',
  'cs',
  'el',
  'bg',
  'ru',
  'uk',
  'hi',
  'th',
  'zh-CN',
  'ja',
  'zh-TW',
  'ko',
] as const;

/** https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type */
const OPTION = { sub: 1, group: 2, string: 3, integer: 4, boolean: 5, user: 6 } as const;

interface OptionSpec {
  readonly type: keyof typeof OPTION;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly max?: number;
}

const item: OptionSpec = {
  type: 'integer',
  description: 'The number on the card; suggestions come as you type',
  required: true,
  autocomplete: true,
};
const words = (description: string, required: boolean, max = 3_000): OptionSpec => ({
  type: 'string',
  description,
  required,
  max,
});
const same = (values: readonly string[]) => values.map((value) => ({ name: value, value }));

/** The group of the team's commands: `/potluck team …`. */
export const TEAM_GROUP = 'team';

/** The commands that only Discord has. */
export const OWN_COMMANDS = {
  home: 'Your desk: what is with you, what waits, and the day in numbers',
} as const;
export type SubCommand = CommandName | keyof typeof OWN_COMMANDS;

/** The options of each sub-command, required ones first: Discord wants it so. */
export const OPTIONS: Readonly<Record<SubCommand, Readonly<Record<string, OptionSpec>>>> = {
  help: {},
  home: {},
  list: {
    mine: { type: 'boolean', description: 'Only what is with you' },
    state: { type: 'string', description: 'Only in this state', choices: same(STATES) },
    kind: { type: 'string', description: 'Only of this kind', choices: same(KINDS) },
    source: { type: 'string', description: 'Only from this source', autocomplete: true, max: 100 },
    quiet: { type: 'boolean', description: 'Only what nobody is told of' },
  },
  next: {},
  show: { item },
  claim: { item },
  release: { item },
  draft: { item, text: words('The answer; without it the editor opens', false) },
  answered: { item, link: words('Where the answer is', false, 2_000) },
  dismiss: {
    item,
    reason: {
      type: 'string',
      description: 'Why nobody needs to answer; without it a form asks',
      choices: CONVERSATION_REASONS.map((value) => ({ name: DISMISS_REASONS[value], value })),
    },
    words: words('In your words', false),
  },
  snooze: { item, until: words('30m, 2h, 3d, tomorrow, monday; without it a form asks', false, 40) },
  assign: { item, person: { type: 'user', description: 'Who shall answer; without it a form asks' } },
  note: { item, text: words('For the team only; never public', true) },
  reopen: { item },
  find: { words: words('Words in the text or the author’s name', true, 200) },
  who: {
    author: {
      type: 'string',
      description: 'Somebody who writes to us, by name or handle',
      required: true,
      autocomplete: true,
      max: 100,
    },
  },
  sources: {},
  stats: {
    window: { type: 'string', description: 'Of the day, or of the week', choices: same(['day', 'week']) },
  },
  idea: { text: words('Something a person would say, not an advertisement', false) },
  mute: {
    words: words('Words or phrases, with commas between them; without them: what is muted', false, 1_000),
  },
  unmute: { words: words('Words or phrases, with commas between them', true, 1_000) },
  settings: {},
};

export type Translations = Readonly<
  Partial<Record<(typeof LOCALES)[number], Readonly<Record<string, string>>>>
>;

function describe(name: string, text: string, translations: Translations): object {
  const others = Object.entries(translations).flatMap(([locale, table]) => {
    const said = table[name];
    return said === undefined ? [] : [[locale, said] as const];
  });
  return {
    description: text,
    ...(others.length > 0 ? { description_localizations: Object.fromEntries(others) } : {}),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function optionDefinition([option, spec]: readonly [string, OptionSpec]): object {
  return {
    type: OPTION[spec.type],
    name: option,
    description: spec.description,
    ...(spec.required ? { required: true } : {}),
    ...(spec.autocomplete ? { autocomplete: true } : {}),
    ...(spec.choices ? { choices: spec.choices } : {}),
    ...(spec.type === 'integer' ? { min_value: 1 } : {}),
    ...(spec.max === undefined ? {} : { max_length: spec.max }),
  };
}

function teamOption(option: TeamOption): OptionSpec {
  const { description, required = false } = option;
  switch (option.type) {
    case 'text':
      return words(description, required);
    case 'author':
      return { type: 'string', description, required, autocomplete: true, max: 100 };
    case 'choice':
      return { type: 'string', description, required, choices: same(option.choices) };
    case 'colleague':
      return { type: 'user', description, required };
    case 'item':
      return { ...item, description, required };
  }
}

/** The team's commands as one group; none when there are none. */
function teamGroup(
  commands: Readonly<Record<string, TeamCommand>>,
  translations: Translations,
): readonly object[] {
  const names = Object.entries(commands);
  if (names.length === 0) return [];
  return [
    {
      type: OPTION.group,
      name: TEAM_GROUP,
      description: 'The team: who is on call, people, digests, ideas',
      options: names.map(([name, { does, options }]) => {
        // Discord wants what is required first.
        const specs = Object.entries(options).map(([key, option]) => [key, teamOption(option)] as const);
        const sorted = [...specs.filter(([, s]) => s.required), ...specs.filter(([, s]) => !s.required)];
        return {
          type: OPTION.sub,
          name,
          ...describe(name, capital(does), translations),
          options: sorted.map(optionDefinition),
        };
      }),
    },
  ];
}

/**
 * The commands as Discord registers them.
 *
 * @param translations descriptions in other languages, by name of the sub-command
 */
export function commandDefinitions(
  translations: Translations = {},
  team: Readonly<Record<string, TeamCommand>> = TEAM_COMMANDS,
): RESTPostAPIApplicationCommandsJSONBody[] {
  const names = Object.keys(OPTIONS) as SubCommand[];
  const options = names.map((name) => ({
    type: OPTION.sub,
    name,
    ...describe(
      name,
      capital(
        name in OWN_COMMANDS
          ? OWN_COMMANDS[name as keyof typeof OWN_COMMANDS]
          : COMMANDS[name as CommandName][1],
      ),
      translations,
    ),
    options: Object.entries(OPTIONS[name]).map(optionDefinition),
  }));
  // Servers only: a direct message has no team. (context 0: https://docs.discord.com/developers/resources/application)
  const where = { contexts: [0], integration_types: [0] };
  return [
    {
      type: 1,
      name: COMMAND,
      ...describe(COMMAND, 'What people say about us: list, claim, draft, dismiss', translations),
      ...where,
      options: [...options, ...teamGroup(team, translations)],
    },
    { type: 3, name: MENUS.track, ...where },
    { type: 2, name: MENUS.who, ...where },
  ] as RESTPostAPIApplicationCommandsJSONBody[];
}

/** What `manifests/discord.json` holds: everything somebody who sets the app up may want to read or paste. */
export function discordManifest(): object {
  return {
    permissions: permissionBits(),
    permission_names: Object.fromEntries(Object.entries(PERMISSIONS).map(([name, [, why]]) => [name, why])),
    scopes: ['bot', 'applications.commands'],
    invite: inviteLink('YOUR_APPLICATION_ID'),
    gateway_intents: {
      default: ['GUILDS', 'GUILD_MESSAGES', 'GUILD_MESSAGE_REACTIONS'],
      privileged: [],
      with_message_content: ['MESSAGE_CONTENT'],
    },
    interactions_endpoint_path: '/discord/interactions',
    commands: commandDefinitions(),
  };
}
