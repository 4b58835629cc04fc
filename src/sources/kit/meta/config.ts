import { z } from 'zod';
import { durationSchema } from '../../../domain/duration.ts';

/** @param least characters, at least */
export const secret = (what: string, least: number) =>
  z
    .string()
    .trim()
    .regex(new RegExp(`^[\\x21-\\x7E]{${least},2000}$`), `must be ${what}`);

/** What every source on Meta's Graph API can be told. */
export const graphFields = {
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
  version: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'must be a version of the Graph API such as v26.0')
    .default('v26.0')
    .describe('Version of the Graph API. Meta keeps each for about two years.'),
  allowPrivate: z.boolean().default(false).describe('Allow an api address in your own network.'),
};

/** Address of the API. */
export const graphApi = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
  .default('https://graph.facebook.com')
  .transform((value) => value.replace(/\/+$/, ''));

/** How many of the newest posts a poll looks below. */
export const watchCount = (usual: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(200)
    .default(usual)
    .describe(
      'The newest posts whose comments are polled; 25 cost one request. Older ones are heard by webhook only.',
    );

interface Guarded {
  readonly verifyToken?: string | undefined;
  readonly appSecret?: string | undefined;
  readonly allowPrivate: boolean;
  readonly api: string;
}

/** No webhook without a signature, and no token over plain http beyond one's own network. */
export const guarded = <Schema extends z.ZodType<Guarded>>(schema: Schema): Schema =>
  schema
    .refine((config) => config.verifyToken === undefined || config.appSecret !== undefined, {
      path: ['appSecret'],
      message: 'is needed as soon as there is a verifyToken: without it nobody could tell who sends',
    })
    .refine((config) => config.allowPrivate || config.api.startsWith('https://'), {
      path: ['api'],
      message: 'must begin with https:// (http only with allowPrivate: true, in your own network)',
    });
