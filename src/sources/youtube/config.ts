import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

const secret = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^[\x21-\x7E]{8,2000}$/, `must be ${what}`);

/** `UC…` as in https://www.youtube.com/channel/UC…, or a handle. */
const channel = z
  .string()
  .trim()
  .regex(
    /^(?:UC[\w-]{22}|@[^\s@/]{3,100})$/u,
    'must be a channel id (UC and 22 more characters) or a handle such as @simmer',
  );

/** The id of a video, also out of its address. */
const video = z
  .string()
  .trim()
  .transform((value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const inPath = url && /^\/(?:shorts\/|live\/|embed\/)?([\w-]{11})\/?$/.exec(url.pathname)?.[1];
    return url?.searchParams.get('v') ?? inPath ?? value;
  })
  .refine((value) => /^[\w-]{11}$/.test(value), 'must be the id of a video (11 characters) or its address');

/** What stands under `sources.<name>` besides `kind: youtube`. */
export const youtubeConfig = z
  .strictObject({
    channel: channel
      .optional()
      .describe(
        'Channel whose comments are watched: UC… or @handle. Without it, the channel that signed in.',
      ),
    apiKey: secret('an API key: Google Cloud console → APIs & Services → Credentials')
      .optional()
      .describe('API key: enough for reading, not for answering.'),
    clientId: secret('the client id of an OAuth client')
      .optional()
      .describe('Client id of the OAuth client.'),
    clientSecret: secret('the client secret of an OAuth client')
      .optional()
      .describe('Client secret of the OAuth client.'),
    refreshToken: secret('a refresh token with the scope youtube.force-ssl')
      .optional()
      .describe('Refresh token of the account that answers, with the scope youtube.force-ssl.'),
    videos: z
      .array(video)
      .max(20, 'at most 20: each costs a unit a poll')
      .default([])
      .describe('Videos on other channels whose comments are watched too.'),
    ours: z
      .array(channel)
      .max(100)
      .default([])
      .describe('Other channels of the team: what they write counts as ours.'),
    lookback: durationSchema('24h').describe('How far back the first poll looks.'),
    follow: durationSchema('7d', '1h').describe('How long a comment is watched for new answers to it.'),
    every: durationSchema('1m', '20s').describe('Time between two polls.'),
  })
  .superRefine((config, context) => {
    const oauth = [config.clientId, config.clientSecret, config.refreshToken];
    const given = oauth.filter((value) => value !== undefined).length;
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (given > 0 && given < 3)
      wrong(
        'refreshToken',
        'clientId, clientSecret and refreshToken belong together: give all three or none',
      );
    if (given === 0 && config.apiKey === undefined)
      wrong(
        'apiKey',
        'is missing: give an API key (reading only), or clientId, clientSecret and refreshToken',
      );
    if (given === 0 && config.channel === undefined && config.videos.length === 0)
      wrong('channel', 'is missing: with an API key alone, say which channel or which videos to watch');
  });
