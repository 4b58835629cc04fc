import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

/** What stands under `sources.<name>` besides `kind: appstore`. */
export const appstoreConfig = z
  .strictObject({
    app: z
      .union([z.string().trim(), z.number().int().transform(String)])
      .transform(
        (value) =>
          /^(?:id)?(\d{5,15})$/.exec(value)?.[1] ?? /\/id(\d{5,15})(?:[/?#]|$)/.exec(value)?.[1] ?? '',
      )
      .refine((value) => value !== '', 'must be the number of the app, or its address at apps.apple.com')
      .describe('Number of the app (the digits after “id” in its address), or the address itself.'),
    countries: z
      .array(
        z
          .string()
          .trim()
          .toLowerCase()
          .regex(/^[a-z]{2}$/, 'must be the two letters of a country, such as us'),
      )
      .min(1)
      .max(30, 'at most 30: each costs a request a poll')
      .default(['us'])
      .transform((countries) => [...new Set(countries)])
      .describe('Stores to watch, by the two letters of their country; one request each a poll.'),
    lookback: durationSchema('24h').describe('How far back the first poll looks.'),
    every: durationSchema('30m', '5m').describe('Time between two polls.'),
    api: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
      .default('https://itunes.apple.com')
      .transform((value) => value.replace(/\/+$/, ''))
      .describe('Address of the feeds; another one only for a proxy of your own.'),
    allowPrivate: z.boolean().default(false).describe('Allow an api address in your own network.'),
  })
  .refine((config) => config.allowPrivate || config.api.startsWith('https://'), {
    path: ['api'],
    message: 'must begin with https:// (http only with allowPrivate: true, in your own network)',
  });

export type AppstoreConfig = z.output<typeof appstoreConfig>;
