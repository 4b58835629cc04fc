import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import { type ChatContext, defineChat } from '../chat.ts';
import { httpConnection } from './http.ts';
import { boltLogger } from './log.ts';
import { DEFAULT_COMMAND } from './manifest.ts';
import { type Connection, socketConnection } from './socket.ts';
import { DEFAULT_REACTIONS, REACTION_ACTIONS } from './trail.ts';
import { openWorkspace, type SlackChat } from './workspace.ts';

const BOT_TOKEN = /^(xoxe\.)?xoxb-/;
const APP_TOKEN = /^xapp-/;

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

const policy = z.strictObject({
  /** Where cards go that no route sends elsewhere. */
  channel: z.string().regex(CHANNEL_ID, CHANNEL_WORDS).optional(),
  /** The slash command, as it is called in the app’s own settings. */
  command: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/, 'must be a slash and lower-case letters')
    .default(DEFAULT_COMMAND),
  /** Emoji names and what they do on a card; false switches them off. */
  reactions: z
    .union([z.literal(false), z.record(z.string().regex(/^[a-z0-9_+'-]{1,100}$/), z.enum(REACTION_ACTIONS))])
    .default(DEFAULT_REACTIONS),
});

export type Env = z.output<typeof env>;
export type Policy = z.output<typeof policy>;

/** The policy wins over the environment: it is the team's. */
function defaultChannel(values: Env, rules: Policy): readonly [string] | null {
  const channel = rules.channel ?? values.SLACK_CHANNEL;
  return channel === undefined ? null : [channel];
}

/** Slack: cards in channels, by Socket Mode or HTTP. */
export const slack = defineChat({
  kind: 'slack',
  label: 'Slack',
  env,
  policy,
  wanted: (values) => values.SLACK_BOT_TOKEN !== undefined,
  defaultChannels: (values, rules) => defaultChannel(values, rules) ?? [],
  create: createSlack,
});

/** How the SDK's clients call Slack. */
export function slackClientOptions(values: Env, { log }: Pick<ChatContext, 'log'>) {
  return {
    ...(values.SLACK_API_URL ? { slackApiUrl: values.SLACK_API_URL } : {}),
    logger: boltLogger(log),
    // The flow decides when to try again; hidden retries and hidden waits would only make it blind.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 15_000,
  };
}

/** Makes the chat of one workspace, known by its bot token; nothing is connected before `start`. */
export async function createSlack(values: Env, rules: Policy, context: ChatContext): Promise<SlackChat> {
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
  const channel = defaultChannel(values, rules)?.[0];
  return openWorkspace({ bot, app, receiver, connection, clientOptions }, { ...rules, channel }, context);
}
