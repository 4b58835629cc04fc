import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

const QUOTED =
  'must be an id in quotes, such as "1234567890123456789": without them YAML rounds it (right-click → Copy ID, in Discord’s developer mode)';

const id = z
  .string(QUOTED)
  .trim()
  .regex(/^\d{15,20}$/, QUOTED);

/** Each is a request a poll. */
const MAX_CHANNELS = 25;

/** What stands under `sources.<name>` besides `kind: discord-community`. */
export const discordCommunityConfig = z.strictObject({
  token: z
    .string()
    .trim()
    .transform((token) => token.replace(/^Bot\s+/i, ''))
    .refine(
      (token) => /^[\x21-\x7E]{30,300}$/.test(token),
      'must be a bot token: Developer Portal → Bot → Reset Token',
    )
    .describe(
      'Token of a bot that is in the community’s server, with the Message Content intent switched on.',
    ),
  channels: z
    .array(id)
    .min(1, 'must name at least one channel')
    .max(MAX_CHANNELS, `at most ${MAX_CHANNELS}: each costs a request a poll`)
    .transform((ids) => [...new Set(ids)])
    .describe('Channels and forums where customers talk; their threads and posts are read, too.'),
  ours: z
    .array(id)
    .max(100)
    .default([])
    .describe('Ids of the team’s people, and of the roles that make somebody one of the team.'),
  bots: z
    .boolean()
    .default(false)
    .describe('Whether what other bots and webhooks write is read; those named in `ours` always are.'),
  lookback: durationSchema('24h').describe('How far back the very first poll looks.'),
  every: durationSchema('30s', '10s').describe('Shortest time between two polls.'),
});
export type DiscordCommunityConfig = z.output<typeof discordCommunityConfig>;
