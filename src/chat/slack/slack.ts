import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import { type ChatContext, defineChat } from '../chat.ts';
import { REACTION_ACTIONS } from '../kit/reactions.ts';
import { KEY_WORDS, readKeys } from './crypto.ts';
import { httpConnection } from './http.ts';
import { boltLogger } from './log.ts';
import { DEFAULT_COMMAND } from './manifest.ts';
import { createSeveral } from './oauth.ts';
import { type Connection, socketConnection } from './socket.ts';
import { DEFAULT_REACTIONS } from './trail.ts';
import { openWorkspace, type SlackChat } from './workspace.ts';

const BOT_TOKEN = /^(xoxe\.)?xoxb-/;
const APP_TOKEN = /^xapp-/;

const TEAM_ID = /^T[A-Z0-9]{2,30}$/;
const CHANNEL_ID = /^[CG][A-Z0-9]{2,30}$/;
const CHANNEL_WORDS =
  'must be a channel id such as C0123ABCD (channel name → “View channel details”, at the bottom)';

const env = z
  .object({
    SLACK_BOT_TOKEN: z
      .string()
      .optional()
      .describe('Bot token of the Slack app (xoxb-…), from “OAuth & Permissions”. Switches Slack on.'),
    SLACK_APP_TOKEN: z
      .string()
      .optional()
      .describe(
        'App-level token (xapp-…) with connections:write, from “Basic Information”: Socket Mode, no public address needed.',
      ),
    SLACK_SIGNING_SECRET: z
      .string()
      .optional()
      .describe('Signing secret, from “Basic Information”: HTTP mode, in place of the app token.'),
    SLACK_PORT: z
      .string()
      .regex(/^\d{1,5}$/, 'must be a port number')
      .transform(Number)
      .refine((port) => port > 0 && port < 65_536, 'must be a port between 1 and 65535')
      .optional()
      .describe('Port for Slack’s requests in HTTP mode (path /slack/events), on HOST.'),
    SLACK_CLIENT_ID: z
      .string()
      .regex(/^\d+\.\d+$/, 'must be the two numbers with a dot of “Basic Information” → “Client ID”')
      .optional()
      .describe(
        'Client id, from “Basic Information”, in place of the bot token: several workspaces install the app at /slack/install (HTTP mode).',
      ),
    SLACK_CLIENT_SECRET: z
      .string()
      .optional()
      .describe('Client secret, from “Basic Information”, for several workspaces.'),
    SLACK_TOKEN_KEY: z
      .string()
      .refine((value) => readKeys(value) !== null, KEY_WORDS)
      .optional()
      .describe(
        'Key that the tokens of several workspaces are encrypted with, 32 bytes: openssl rand -hex 32. To change it, put the new key before the former one, with a comma.',
      ),
    SLACK_REDIRECT_URL: z
      .url({ protocol: /^https$/, error: 'must be an address that starts with https://' })
      .optional()
      .describe(
        'Public address of /slack/oauth_redirect, one of the app’s “Redirect URLs”; needed when the app has more than one.',
      ),
    SLACK_CHANNEL: z
      .string()
      .regex(CHANNEL_ID, CHANNEL_WORDS)
      .optional()
      .describe('Id of the channel that takes every card no route sends elsewhere, for instance C0123ABCD.'),
    SLACK_API_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address that starts with https://' })
      .optional()
      .describe('Base address of the Web API, for GovSlack (https://slack-gov.com/api/) and proxies.'),
  })
  .superRefine((values, context) => {
    const problem = (path: keyof typeof values, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const bot = values.SLACK_BOT_TOKEN;
    const app = values.SLACK_APP_TOKEN;
    if (values.SLACK_CLIENT_ID !== undefined) return severalProblems(values, problem);
    for (const name of ['SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY', 'SLACK_REDIRECT_URL'] as const)
      if (values[name] !== undefined)
        problem('SLACK_CLIENT_ID', `is missing: ${name} is set, which several workspaces need`);
    if (bot === undefined) {
      if (app !== undefined || values.SLACK_SIGNING_SECRET !== undefined)
        problem(
          'SLACK_BOT_TOKEN',
          'is missing: the other Slack variables are set (the bot token begins with xoxb-)',
        );
      return;
    }
    if (APP_TOKEN.test(bot))
      problem(
        'SLACK_BOT_TOKEN',
        'holds the app token (xapp-…); it belongs into SLACK_APP_TOKEN, the bot token begins with xoxb-',
      );
    else if (!BOT_TOKEN.test(bot))
      problem(
        'SLACK_BOT_TOKEN',
        'must begin with xoxb- (the “Bot User OAuth Token” of “OAuth & Permissions”)',
      );
    if (app !== undefined && BOT_TOKEN.test(app))
      problem(
        'SLACK_APP_TOKEN',
        'holds a bot token (xoxb-…); it belongs into SLACK_BOT_TOKEN, the app token begins with xapp-',
      );
    else if (app !== undefined && !APP_TOKEN.test(app))
      problem('SLACK_APP_TOKEN', 'must begin with xapp- (an “App-Level Token” of “Basic Information”)');
    if (app !== undefined) return;
    if (values.SLACK_SIGNING_SECRET === undefined)
      problem(
        'SLACK_APP_TOKEN',
        'is missing: set it for Socket Mode, or SLACK_SIGNING_SECRET and SLACK_PORT for HTTP mode',
      );
    else if (values.SLACK_PORT === undefined)
      problem(
        'SLACK_PORT',
        'is missing: HTTP mode (SLACK_SIGNING_SECRET without SLACK_APP_TOKEN) needs a port',
      );
  });

/** What is wrong with the variables of several workspaces. */
function severalProblems(
  values: Readonly<Partial<Record<SeveralName, unknown>>>,
  problem: (path: SeveralName, message: string) => void,
): void {
  for (const name of SEVERAL_NEED)
    if (values[name] === undefined)
      problem(name, 'is missing: SLACK_CLIENT_ID (several workspaces) needs it');
  for (const name of SEVERAL_EXCLUDE)
    if (values[name] !== undefined)
      problem(name, 'is of one workspace, SLACK_CLIENT_ID of several: take one of them out');
}
const SEVERAL_NEED = [
  'SLACK_CLIENT_SECRET',
  'SLACK_TOKEN_KEY',
  'SLACK_SIGNING_SECRET',
  'SLACK_PORT',
] as const;
const SEVERAL_EXCLUDE = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] as const;
type SeveralName = (typeof SEVERAL_NEED)[number] | (typeof SEVERAL_EXCLUDE)[number];

const channelId = z.string().regex(CHANNEL_ID, CHANNEL_WORDS);
const commandName = z.string().regex(/^\/[a-z0-9_-]{1,31}$/, 'must be a slash and lower-case letters');
const reactions = z.union([
  z.literal(false),
  z.record(z.string().regex(/^[a-z0-9_+'-]{1,100}$/), z.enum(REACTION_ACTIONS)),
]);

const managers = z.array(
  z
    .string()
    .regex(/^[UW][A-Z0-9]{2,30}$/, 'must be a member id such as U0123ABCD (profile → “Copy member ID”)'),
);
const managerGroups = z
  .array(z.string().regex(/^S[A-Z0-9]{2,30}$/, 'must be the id of a user group such as S0123ABCD'))
  .max(10);

const policy = z.strictObject({
  /** Where cards go that no route sends elsewhere. */
  channel: channelId.optional(),
  /** The slash command, as it is called in the app’s own settings. */
  command: commandName.default(DEFAULT_COMMAND),
  /** Emoji names and what they do on a card; false switches them off. */
  reactions: reactions.default(DEFAULT_REACTIONS),
  /** Member ids of managers: they approve, change settings, and overrule. */
  managers: managers.default([]),
  /** User groups whose members are managers, too; the app then needs the scope usergroups:read. */
  managerGroups: managerGroups.default([]),
  /**
   * With SLACK_CLIENT_ID: the workspaces that may install the app, by id, each with what it does differently. Routes
   * lead there as `slack:T0123ABCD/C0123ABCD`; without a workspace the first one is meant.
   */
  workspaces: z
    .record(
      z
        .string()
        .regex(
          TEAM_ID,
          'must be a workspace id such as T0123ABCD (in the browser: app.slack.com/client/T0123ABCD)',
        ),
      z.strictObject({
        channel: channelId.optional(),
        command: commandName.optional(),
        reactions: reactions.optional(),
        managers: managers.optional(),
        managerGroups: managerGroups.optional(),
      }),
    )
    .default({}),
});

export type Env = z.output<typeof env>;
export type Policy = z.output<typeof policy>;

/** The policy wins over the environment: it is the team's. */
function defaultChannels(values: Env, rules: Policy): readonly string[] {
  const channel = rules.channel ?? values.SLACK_CHANNEL;
  if (values.SLACK_CLIENT_ID === undefined) return channel === undefined ? [] : [channel];
  return Object.entries(rules.workspaces).flatMap(([teamId, own], at) => {
    const local = own.channel ?? (at === 0 ? channel : undefined);
    return local === undefined ? [] : [`${teamId}/${local}`];
  });
}

function problemsOf(values: Env, rules: Policy): readonly string[] {
  const listed = Object.keys(rules.workspaces).length;
  if (values.SLACK_CLIENT_ID !== undefined && listed === 0)
    return [
      'SLACK_CLIENT_ID is set: name the workspaces that may install the app under chats.slack.workspaces.',
    ];
  if (values.SLACK_CLIENT_ID === undefined && listed > 0)
    return ['chats.slack.workspaces needs SLACK_CLIENT_ID (the app is installed by several workspaces).'];
  return [];
}

/** Slack: cards in channels, by Socket Mode or HTTP. */
export const slack = defineChat({
  kind: 'slack',
  label: 'Slack',
  env,
  policy,
  wanted: (values) => values.SLACK_BOT_TOKEN !== undefined || values.SLACK_CLIENT_ID !== undefined,
  defaultChannels,
  problems: problemsOf,
  create: createSlack,
});

/** How the SDK's clients call Slack. */
function slackClientOptions(values: Env, { log }: Pick<ChatContext, 'log'>) {
  return {
    ...(values.SLACK_API_URL ? { slackApiUrl: values.SLACK_API_URL } : {}),
    logger: boltLogger(log),
    // The flow decides when to try again; hidden retries and hidden waits would only make it blind.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 15_000,
  };
}

/** Makes the chat; nothing is connected before `start`. */
export async function createSlack(values: Env, rules: Policy, context: ChatContext): Promise<SlackChat> {
  return values.SLACK_CLIENT_ID === undefined
    ? createSingle(values, rules, context)
    : createSeveral(values, rules, context, slackClientOptions(values, context));
}

/** One workspace, known by its bot token. */
async function createSingle(values: Env, rules: Policy, context: ChatContext): Promise<SlackChat> {
  const bolt = await import('@slack/bolt');
  const clientOptions = slackClientOptions(values, context);
  const client = (token: string | undefined) =>
    token ? new bolt.webApi.WebClient(token, clientOptions) : null;
  const bot = client(values.SLACK_BOT_TOKEN);
  if (!bot) throw new AuthError('SLACK_BOT_TOKEN is not set.');
  const overHttp = values.SLACK_SIGNING_SECRET !== undefined && values.SLACK_PORT !== undefined;
  const shared = { logger: boltLogger(context.log) };
  const receiver = overHttp
    ? new bolt.HTTPReceiver({ ...shared, signingSecret: values.SLACK_SIGNING_SECRET ?? '' })
    : new bolt.SocketModeReceiver({
        ...shared,
        appToken: values.SLACK_APP_TOKEN ?? '',
        autoReconnectEnabled: false,
        installerOptions: { clientOptions: { ...clientOptions } },
      });
  const connection: Connection =
    receiver instanceof bolt.SocketModeReceiver
      ? socketConnection(receiver, context)
      : httpConnection(receiver, { ...context, port: values.SLACK_PORT ?? 0 });
  const app = overHttp ? null : client(values.SLACK_APP_TOKEN);
  const [channel] = defaultChannels(values, rules);
  return openWorkspace(
    { bot: async () => bot, app, receiver, connection, clientOptions },
    { ...rules, channel },
    context,
  );
}
