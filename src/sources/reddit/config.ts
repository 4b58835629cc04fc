import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { safeUrl } from '../../domain/post.ts';

/** `r/pots`, `/r/pots/`, `https://…/r/pots`: the bare name. */
const subreddit = z
  .string()
  .trim()
  .transform((value) => value.replace(/^(?:https?:\/\/[^/]+)?\/?r\//i, '').replace(/\/+$/, ''))
  .refine((value) => /^[A-Za-z0-9_]{2,30}$/.test(value), 'must be the name of a subreddit, such as r/pots');

/** `u/brand`, `/u/brand`, `@brand`: the bare name. */
const user = z
  .string()
  .trim()
  .transform((value) => value.replace(/^(?:\/?u(?:ser)?\/|@)/i, ''))
  .refine((value) => /^[A-Za-z0-9_-]{2,30}$/.test(value), 'must be a Reddit user name, such as u/brand');

const secret = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^[\x21-\x7E]{6,2000}$/, `must be ${what}`);

const address = z
  .string()
  .trim()
  .refine((value) => safeUrl(value) !== null, 'must be an http(s) address')
  .transform((value) => value.replace(/\/+$/, ''));

/** What stands under `sources.<name>` besides `kind: reddit`. */
export const redditConfig = z
  .strictObject({
    clientId: secret('the id under the name of the app on reddit.com/prefs/apps').describe(
      'Id of the app, from reddit.com/prefs/apps.',
    ),
    clientSecret: secret('the secret of the app on reddit.com/prefs/apps').describe('Secret of the app.'),
    username: user.describe('The account that reads and answers; Reddit wants it named in each request.'),
    password: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe('Password of that account, for an app of type script.'),
    refreshToken: secret('a refresh token')
      .optional()
      .describe(
        'Permanent token instead of the password, for an app of type web, and with two-factor sign-in.',
      ),
    subreddits: z
      .array(subreddit)
      .max(50)
      .default([])
      .describe('Subreddits in which posts and comments with the keywords are looked for.'),
    everything: z
      .array(subreddit)
      .max(10)
      .default([])
      .describe('Subreddits of which every post and comment is delivered, such as your own.'),
    keywords: z
      .array(z.string().trim().min(2, 'must have at least 2 characters').max(100))
      .max(100)
      .optional()
      .describe('Words or phrases to look for; default: the names and domains of the brand.'),
    inbox: z
      .boolean()
      .default(true)
      .describe('Whether mentions of the account, and answers to it, are delivered.'),
    ours: z
      .array(user)
      .max(10, 'at most 10: each costs a request a poll')
      .default([])
      .describe('User names of the other accounts of the team: what they write counts as ours.'),
    lookback: durationSchema('24h').describe('How far the first poll looks back.'),
    every: durationSchema('30s', '10s').describe('Time between two polls, at least 10s.'),
    apiUrl: address.default('https://oauth.reddit.com').describe('Only for a proxy of your own.'),
    authUrl: address.default('https://www.reddit.com').describe('Only for a proxy of your own.'),
    allowPrivate: z.boolean().default(false).describe('Allow addresses of your own network.'),
  })
  .refine((config) => (config.password === undefined) !== (config.refreshToken === undefined), {
    path: ['password'],
    message: 'needs either a password (app of type script) or a refreshToken, and not both',
  })
  .refine(
    (config) =>
      config.allowPrivate || [config.apiUrl, config.authUrl].every((url) => url.startsWith('https:')),
    {
      path: ['apiUrl'],
      message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
    },
  );

export type RedditConfig = z.output<typeof redditConfig>;
