import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { apiAddress } from '../kit/address.ts';

const api = apiAddress('https://api.stackexchange.com/2.3');

/** `cooking/1234`, or the address of the profile. */
const user = z
  .string()
  .trim()
  .transform((value) => value.replace(/^https?:\/\/([^/]+)\/users\/(\d+).*$/i, '$1/$2').toLowerCase())
  .refine(
    (value) => /^[a-z0-9.-]+\/\d{1,12}$/.test(value),
    'must be site/number, for instance cooking/1234, or the address of the profile',
  );

/** What stands under `sources.<name>` besides `kind: stackexchange`. */
export const stackexchangeConfig = z
  .strictObject({
    key: z
      .string()
      .trim()
      .regex(
        /^[\x21-\x7E]{8,200}$/,
        'must be the key of an app registered at https://stackapps.com/apps/oauth/register',
      )
      .optional()
      .describe('Key of an app registered at stackapps.com: 10,000 requests a day instead of 300.'),
    sites: z
      .array(
        z
          .string()
          .trim()
          .toLowerCase()
          .regex(
            /^[a-z0-9][a-z0-9.-]{0,60}$/,
            'must be the name of a site, for instance stackoverflow or cooking',
          ),
      )
      .min(1)
      .max(10, 'at most 10: each costs several requests a poll, of 300 or 10,000 a day')
      .describe('Sites as the API calls them: stackoverflow, superuser, cooking, de.stackoverflow.'),
    tags: z
      .array(
        z
          .string()
          .trim()
          .toLowerCase()
          .regex(/^[\p{L}\p{N}.+#_-]{1,60}$/u, 'must be a tag: letters, digits and . + # -'),
      )
      .max(20)
      .default([])
      .describe('Questions with at least one of these tags; one request a site and poll, however many.'),
    words: z
      .array(
        z
          .string()
          .trim()
          .min(2)
          .max(100)
          .regex(/^[^"]+$/, 'must not hold "'),
      )
      .max(5, 'at most 5: each costs a request a site and poll')
      .default([])
      .describe('Questions and answers with these words; one request each a site and poll.'),
    ours: z
      .array(user)
      .max(200)
      .default([])
      .describe('Accounts of the team, as site/number or the address of the profile.'),
    every: durationSchema('5m', '60s').describe(
      'Time between two polls, at least 60s; the budget may make it longer.',
    ),
    lookback: durationSchema('24h').describe('How far the first poll looks back.'),
    api: api.default('https://api.stackexchange.com/2.3').describe('Address of the API.'),
    allowPrivate: z.boolean().default(false).describe('Allow addresses of your own network.'),
  })
  .refine((config) => config.tags.length + config.words.length > 0, {
    path: ['tags'],
    message: 'names nothing to watch: give tags or words',
  })
  .refine((config) => config.allowPrivate || config.api.startsWith('https://'), {
    path: ['api'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  })
  .refine(({ sites }) => new Set(sites).size === sites.length, {
    path: ['sites'],
    message: 'names the same site twice',
  });

export type StackexchangeConfig = z.output<typeof stackexchangeConfig>;

/** What one poll usually takes of each site: the tags, each word, new answers, new comments. */
export function requestsAPoll(config: StackexchangeConfig): number {
  return config.sites.length * ((config.tags.length > 0 ? 1 : 0) + config.words.length + 2);
}
