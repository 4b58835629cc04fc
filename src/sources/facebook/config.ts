import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

/** What a Page token needs, in Meta's words: https://developers.facebook.com/docs/permissions */
export const PERMISSIONS = 'pages_read_engagement, pages_read_user_content and pages_manage_engagement';

const secret = (what: string, least: number) =>
  z
    .string()
    .trim()
    .regex(new RegExp(`^[\\x21-\\x7E]{${least},2000}$`), `must be ${what}`);

/** What stands under `sources.<name>` besides `kind: facebook`. */
export const facebookConfig = z
  .strictObject({
    page: z
      .union([z.string().trim(), z.number().int().transform(String)])
      .refine(
        (value) => /^\d{3,30}$/.test(value),
        'must be the numeric id of the Page (Page → About → Page transparency)',
      )
      .describe('Numeric id of the Page. Put it in quotes.'),
    token: secret('a Page access token', 20).describe(
      `Page access token with ${PERMISSIONS}. A long-lived one does not expire.`,
    ),
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
    watchPosts: z
      .number()
      .int()
      .min(1)
      .max(200)
      .default(50)
      .describe(
        'The newest posts whose comments are polled; 25 cost one request. Older ones are heard by webhook only.',
      ),
    ours: z
      .array(
        z
          .string()
          .trim()
          .regex(/^\d{3,30}$/, 'must be the numeric id of a Page or person'),
      )
      .max(100)
      .default([])
      .describe('Ids of other Pages and people that are us.'),
    version: z
      .string()
      .regex(/^v\d{1,3}\.\d$/, 'must be a version of the Graph API such as v26.0')
      .default('v26.0')
      .describe('Version of the Graph API. Meta keeps each for about two years.'),
    api: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
      .default('https://graph.facebook.com')
      .transform((value) => value.replace(/\/+$/, ''))
      .describe('Address of the Graph API; another one only for a proxy of your own.'),
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

export type FacebookConfig = z.output<typeof facebookConfig>;
