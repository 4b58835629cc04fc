import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

/** What a token needs, in Meta's words: https://developers.facebook.com/docs/instagram-platform/comment-moderation */
export const PERMISSIONS =
  'instagram_basic, instagram_manage_comments and pages_read_engagement (with Instagram Login: instagram_business_basic and instagram_business_manage_comments)';

const secret = (what: string, least: number) =>
  z
    .string()
    .trim()
    .regex(new RegExp(`^[\\x21-\\x7E]{${least},2000}$`), `must be ${what}`);

/** What stands under `sources.<name>` besides `kind: instagram`. */
export const instagramConfig = z
  .strictObject({
    account: z
      .union([z.string().trim(), z.number().int().transform(String)])
      .refine(
        (value) => /^\d{3,30}$/.test(value),
        'must be the numeric id of the Instagram professional account (instagram_business_account of its Page)',
      )
      .describe('Numeric id of the Instagram professional account. Put it in quotes.'),
    token: secret('an access token', 20).describe(`Access token with ${PERMISSIONS}.`),
    appSecret: secret('the app secret (App settings → Basic)', 16)
      .optional()
      .describe('Secret of the Meta app: checks the signature of webhooks and proves every call.'),
    verifyToken: secret('a text of 16 or more visible characters that you make up', 16)
      .optional()
      .describe('Made up by you and entered at Meta with the webhook address. Needs appSecret, too.'),
    lookback: durationSchema('24h').describe('How far back the first poll looks.'),
    every: durationSchema('5m', '1m').describe(
      'Time between two polls. The webhook is quicker; the poll repairs.',
    ),
    watchMedia: z
      .number()
      .int()
      .min(1)
      .max(200)
      .default(25)
      .describe(
        'The newest posts whose comments are polled; 25 cost one request. Older ones are heard by webhook only.',
      ),
    ours: z
      .array(
        z
          .string()
          .trim()
          .transform((value) => value.replace(/^@/, '').toLowerCase())
          .refine((value) => /^[a-z0-9._]{1,40}$/.test(value), 'must be a user name or a numeric id'),
      )
      .max(100)
      .default([])
      .describe('User names or ids of other accounts that are us.'),
    version: z
      .string()
      .regex(/^v\d{1,3}\.\d$/, 'must be a version of the Graph API such as v26.0')
      .default('v26.0')
      .describe('Version of the Graph API. Meta keeps each for about two years.'),
    api: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
      .default('https://graph.facebook.com')
      .transform((value) => value.replace(/\/+$/, ''))
      .describe('Address of the API: https://graph.instagram.com for a token of Instagram Login.'),
    allowPrivate: z.boolean().default(false).describe('Allow an api address in your own network.'),
  })
  .refine((config) => config.verifyToken === undefined || config.appSecret !== undefined, {
    path: ['appSecret'],
    message: 'is needed as soon as there is a verifyToken: without it nobody could tell who sends',
  })
  .refine((config) => config.allowPrivate || config.api.startsWith('https://'), {
    path: ['api'],
    message: 'must begin with https:// (http only with allowPrivate: true, in your own network)',
  });

export type InstagramConfig = z.output<typeof instagramConfig>;
