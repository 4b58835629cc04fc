import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

/** conversations.history is of tier 3: 50 and more a minute (https://docs.slack.dev/apis/web-api/rate-limits). */
const HISTORY_A_MINUTE = 50;
const MAX_CHANNELS = 25;

/** What stands under `sources.<name>` besides `kind: slack-community`. */
export const slackCommunityConfig = z
  .strictObject({
    token: z
      .string()
      .trim()
      .regex(/^xoxb-[\x21-\x7E]{10,300}$/, 'must be a bot token, xoxb-…: your app → OAuth & Permissions')
      .describe('Bot token of an app in the community’s workspace.'),
    channels: z
      .array(
        z
          .string()
          .trim()
          .regex(
            /^[CG][A-Z0-9]{6,20}$/,
            'must be a channel id such as C0123456789: channel → About, at the bottom',
          ),
      )
      .min(1, 'must name at least one channel')
      .max(MAX_CHANNELS, `at most ${MAX_CHANNELS}: each costs a request a poll`)
      .transform((ids) => [...new Set(ids)])
      .describe('Channels where customers talk; their threads are read, too. The app must be a member.'),
    ours: z
      .array(
        z
          .string()
          .trim()
          .regex(/^[UWSB][A-Z0-9]{6,20}$/, 'must be an id: U… of a person, S… of a user group, B… of a bot'),
      )
      .max(100)
      .default([])
      .describe('Ids of the team’s people and user groups.'),
    bots: z.boolean().default(false).describe('Whether what other apps write is read.'),
    lookback: durationSchema('24h').describe('How far back the very first poll looks.'),
    follow: durationSchema('7d', '1h').describe(
      'How long a message is watched for new answers in its thread.',
    ),
    every: durationSchema('60s', '10s').describe('Shortest time between two polls.'),
  })
  .refine((config) => config.channels.length * 60_000 <= HISTORY_A_MINUTE * config.every, {
    path: ['every'],
    message: `is too short for so many channels: Slack allows ${HISTORY_A_MINUTE} requests a minute, one a channel and poll`,
  });
export type SlackCommunityConfig = z.output<typeof slackCommunityConfig>;
