import { z } from 'zod';
import { type ChatContext, defineChat } from '../chat.ts';
import { REACTION_ACTIONS } from '../kit/reactions.ts';
import { LOCALES } from './manifest.ts';
import { type DiscordChat, openServer } from './server.ts';
import { DEFAULT_REACTIONS } from './trail.ts';

const ID = /^\d{15,20}$/;
const id = (what: string) =>
  z
    .string(`must be ${what}`)
    .regex(
      ID,
      `must be ${what}: 17 to 20 digits (Discord → Settings → Advanced → Developer Mode, then right-click → “Copy ID”)`,
    );
const channelId = id('a channel id');

const env = z
  .object({
    DISCORD_BOT_TOKEN: z
      .string()
      .regex(
        /^[\w=-]{10,}\.[\w-]+\.[\w-]+$/,
        'must be the bot token: three parts with dots (Developer Portal → Bot → “Reset Token”)',
      )
      .optional()
      .describe('Token of the Discord bot (Developer Portal → Bot → “Reset Token”). Switches Discord on.'),
    DISCORD_CHANNEL: channelId
      .optional()
      .describe(
        'Id of the channel or forum that takes every card no route sends elsewhere, for instance 1234567890123456789.',
      ),
    DISCORD_PUBLIC_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be the 64 hexadecimal digits of “General Information” → “Public Key”')
      .optional()
      .describe(
        'Public key, from “General Information”: HTTP mode. Discord then sends clicks and commands to https://<your host>/discord/interactions, and no gateway is used.',
      ),
    DISCORD_API_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address that starts with https://' })
      .optional()
      .describe(
        'Base address of the REST API, for proxies and compatible servers (https://discord.com/api).',
      ),
  })
  .superRefine((values, context) => {
    if (values.DISCORD_BOT_TOKEN !== undefined) return;
    for (const name of ['DISCORD_CHANNEL', 'DISCORD_PUBLIC_KEY'] as const)
      if (values[name] !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['DISCORD_BOT_TOKEN'],
          message: `is missing: ${name} is set (Developer Portal → Bot → “Reset Token”)`,
        });
  });

const roles = z.array(id('a role id')).max(50);
const threads = z.enum(['claim', 'ask', 'never']);

const timezone = z.string().refine((name) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}, 'must be a time zone such as Europe/Berlin');

const policy = z.strictObject({
  /** Where cards go that no route sends elsewhere: a text channel, or a forum. */
  channel: channelId.optional(),
  /** Commands for the servers of the channels (at once) or for wherever the app is (`global`). */
  commands: z.enum(['guild', 'global']).default('guild'),
  /** Emoji and what they do on a card; false switches them off, and with them an intent. */
  reactions: z
    .union(
      [z.literal(false), z.record(z.string().min(1).max(100), z.enum(REACTION_ACTIONS))],
      `must be false, or emoji with what they do: ${REACTION_ACTIONS.join(', ')}`,
    )
    .default(DEFAULT_REACTIONS),
  /** When a thread is opened below a card: by the claim, when somebody asks for it, or never. */
  threads: threads.default('claim'),
  /**
   * Whether Potluck may read what people write in its threads, so that `draft: …` works without a mention. Needs the
   * privileged intent “Message Content” in the Developer Portal.
   */
  messageContent: z.boolean().default(false),
  /** User ids of managers: they approve, change settings, and overrule. */
  managers: z.array(id('a user id')).max(100).default([]),
  /** Roles whose people are managers, too. */
  managerRoles: roles.default([]),
  /** Roles of which a person needs one to act; empty means everybody who can see a card. */
  responders: roles.default([]),
  /** What is different in one channel. */
  channels: z
    .record(channelId, z.strictObject({ responders: roles.min(1).optional(), threads: threads.optional() }))
    .default({}),
  /** The clock by which “tomorrow at 9:00” is meant: Discord tells nobody's time zone. Default: this machine's. */
  timezone: timezone.optional(),
  /** Descriptions of the commands in other languages: `{ de: { claim: "Übernimm den Eintrag" } }`. */
  translations: z
    .partialRecord(z.enum(LOCALES), z.record(z.string(), z.string().min(1).max(100)))
    .default({}),
});

export type Env = z.output<typeof env>;
export type Policy = z.output<typeof policy>;

/** The policy wins over the environment: it is the team's. */
function defaultChannels(values: Env, rules: Policy): readonly string[] {
  const channel = rules.channel ?? values.DISCORD_CHANNEL;
  return channel === undefined ? [] : [channel];
}

/** Discord: cards in channels and forums, by gateway or HTTP. */
export const discord = defineChat({
  kind: 'discord',
  label: 'Discord',
  env,
  policy,
  wanted: (values) => values.DISCORD_BOT_TOKEN !== undefined,
  defaultChannels,
  create: createDiscord,
});

/** Makes the chat; nothing is connected before `start`. */
export async function createDiscord(values: Env, rules: Policy, context: ChatContext): Promise<DiscordChat> {
  const [channel] = defaultChannels(values, rules);
  return openServer(values, { ...rules, channel }, context);
}
