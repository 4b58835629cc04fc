import { z } from 'zod';
import type { Card } from '../../domain/card.ts';
import { AuthError, messageOf, RejectedError } from '../../errors.ts';
import {
  type CardRef,
  type Chat,
  type ChatContext,
  type ChatHandlers,
  type ChatHealth,
  defineChat,
  type PostOptions,
} from '../chat.ts';
import { slackChecks } from './checks.ts';
import type { Desk } from './desk.ts';
import { slackCode } from './failures.ts';
import { slackHomes } from './home.ts';
import { httpConnection } from './http.ts';
import { slackIdentity } from './identity.ts';
import { slackJobs } from './jobs.ts';
import { listen } from './listen.ts';
import { boltLogger, redact } from './log.ts';
import { DEFAULT_COMMAND } from './manifest.ts';
import { slackPeople } from './people.ts';
import { renderCard } from './render.ts';
import { type Connection, socketConnection } from './socket.ts';
import { cardIndex, DEFAULT_REACTIONS, itemIn, REACTION_ACTIONS } from './trail.ts';
import { type SlackWeb, slackWeb } from './web.ts';

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

type Env = z.output<typeof env>;
type Policy = z.output<typeof policy>;

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

/** A Slack chat that can also tell when it has nothing left to do; tests and a stop wait for that. */
export interface SlackChat extends Chat {
  /** Resolves when every click, form and command that came in has been worked on. */
  settled(): Promise<void>;
}

/**
 * `chat.postMessage` allows about one message a second a channel, `chat.update` 50 a minute a workspace: 1.2 s keep both
 * (https://docs.slack.dev/apis/web-api/rate-limits). What several channels together exceed comes back as a 429.
 */
const CHANNEL_INTERVAL_MS = 1_200;

/** Pages of a channel that are read to find one card: 2,000 messages. */
const MAX_PAGES = 10;

/** Makes the chat; nothing is connected before `start`. */
export async function createSlack(values: Env, rules: Policy, context: ChatContext): Promise<SlackChat> {
  const bolt = await import('@slack/bolt');
  const { clock, log } = context;
  const clientOptions = {
    ...(values.SLACK_API_URL ? { slackApiUrl: values.SLACK_API_URL } : {}),
    logger: boltLogger(log),
    // The flow decides when to try again; hidden retries and hidden waits would only make it blind.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 15_000,
  };
  const client = (token: string | undefined) =>
    token ? new bolt.webApi.WebClient(token, clientOptions) : null;
  const bot = client(values.SLACK_BOT_TOKEN);
  if (!bot) throw new AuthError('SLACK_BOT_TOKEN is not set.');
  const overHttp = values.SLACK_SIGNING_SECRET !== undefined && values.SLACK_PORT !== undefined;
  const identity = slackIdentity({ clock, log });
  const web: SlackWeb = slackWeb(bot, overHttp ? null : client(values.SLACK_APP_TOKEN), clock, identity);
  const jobs = slackJobs(log);
  let handlers: ChatHandlers | null = null;
  const desk: Desk = {
    web,
    clock,
    log,
    people: slackPeople({
      web,
      cache: context.cache,
      log,
      teamId: () => identity.now()?.teamId ?? '',
    }),
    handlers() {
      if (!handlers) throw new Error('Slack was not started');
      return handlers;
    },
  };
  const index = cardIndex(desk, () => identity.now()?.botId ?? '');
  const homes = slackHomes(desk, (work) => void jobs.run(work));
  const shared = { logger: boltLogger(log) };
  const receiver = overHttp
    ? new bolt.HTTPReceiver({ ...shared, signingSecret: values.SLACK_SIGNING_SECRET ?? '' })
    : new bolt.SocketModeReceiver({
        ...shared,
        appToken: values.SLACK_APP_TOKEN ?? '',
        autoReconnectEnabled: false,
        installerOptions: { clientOptions: { ...clientOptions } },
      });
  const app = new bolt.App({
    receiver,
    clientOptions: { ...clientOptions },
    logger: shared.logger,
    convoStore: false,
    // No call on the way to a listener: the acknowledgement must not wait for the Web API.
    authorize: async () => {
      const known = identity.now();
      return known ? { botId: known.botId, botUserId: known.userId, teamId: known.teamId } : {};
    },
  });
  app.error(async (error) => log.error({ why: redact(messageOf(error)) }, 'a Slack payload failed'));
  listen(app, desk, {
    command: rules.command,
    reactions: rules.reactions === false ? null : rules.reactions,
    itemOf: index.itemOf,
    homes,
    job: jobs.run,
  });
  const connection: Connection =
    receiver instanceof bolt.SocketModeReceiver
      ? socketConnection(receiver, context)
      : httpConnection(receiver, { ...context, port: values.SLACK_PORT ?? 0 });

  let state: 'new' | 'started' | 'stopped' = 'new';
  const working = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return jobs.track(work());
  };

  async function post(channel: string, card: Card, options: PostOptions): Promise<CardRef> {
    const ts = await web.postMessage(channel, renderCard(card, options.nonce), options.signal);
    const ref = `${channel}:${ts}`;
    index.remember(ref, card.itemId);
    homes.changed();
    return ref;
  }

  return {
    kind: 'slack',
    label: 'Slack',
    channelIntervalMs: CHANNEL_INTERVAL_MS,
    async start(given) {
      handlers = given;
      state = 'started';
      await identity.establish(web, () => connection.start());
    },
    post: (channel, card, options) => working(options.signal, () => post(channel, card, options)),
    update: (ref, card, options) =>
      working(options.signal, async () => {
        const { channel, ts } = parseRef(ref);
        try {
          await web.updateMessage(channel, ts, renderCard(card, options.nonce), options.signal);
        } catch (error) {
          if (slackCode(error) !== 'message_not_found') throw error;
          // Somebody deleted the card. While the item wants a person it comes back; one that is closed stays away.
          if (card.closing) throw new RejectedError('Somebody deleted this card on Slack.');
          return post(channel, card, options);
        }
        index.remember(ref, card.itemId);
        homes.changed();
        return ref;
      }),
    find: (channel, itemId, since, signal) =>
      working(signal, async () => {
        const { botId } = await identity.need(web, signal);
        let cursor: string | undefined;
        for (let page = 0; page < MAX_PAGES; page++) {
          const range = { oldestMs: since, ...(cursor === undefined ? {} : { cursor }) };
          const { messages, cursor: next } = await web.history(channel, range, signal);
          const found = messages.find((message) => itemIn(message, botId) === itemId);
          if (found) return `${channel}:${found.ts}`;
          if (next === null) return null;
          cursor = next;
        }
        return null;
      }),
    health(): ChatHealth {
      if (state === 'stopped') return { state: 'down', detail: 'Slack was stopped.' };
      if (state === 'new') return { state: 'starting', detail: null };
      const problem = identity.problem() ?? connection.problem();
      return problem === null ? { state: 'up', detail: null } : { state: 'down', detail: problem };
    },
    check: (signal) => slackChecks(web, defaultChannel(values, rules)?.[0], signal, { socket: !overHttp }),
    settled: jobs.settled,
    async stop() {
      if (state === 'stopped') return;
      state = 'stopped';
      homes.stop();
      identity.stop();
      // First no new clicks, then what is under way, but never longer than a shutdown may take.
      const done = new AbortController();
      const limit = clock.sleep(STOP_MS, done.signal).catch(() => {});
      await Promise.race([connection.stop().then(jobs.settled), limit]);
      done.abort();
    },
  };
}

/** A stop waits this long for work under way, in milliseconds. */
const STOP_MS = 2_500;

function parseRef(ref: CardRef): { channel: string; ts: string } {
  const match = /^([A-Z0-9]{2,32}):(\d+\.\d+)$/.exec(ref);
  if (!match?.[1] || !match[2]) throw new RejectedError('This is not the reference of a Slack card.');
  return { channel: match[1], ts: match[2] };
}
