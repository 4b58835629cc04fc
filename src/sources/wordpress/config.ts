import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { serverAddress } from '../kit/address.ts';

const site = serverAddress('a site, for instance https://blog.example.com')
  .transform((value) => value.replace(/\/wp-json$/, ''))
  .describe('Address of the WordPress site.');

/** What stands under `sources.<name>` besides `kind: wordpress`. */
export const wordpressConfig = z
  .strictObject({
    site,
    username: z
      .string()
      .trim()
      .regex(/^[^:\r\n]{1,100}$/, 'must be the name or email address with which the user signs in')
      .optional()
      .describe('The user that answers go out as.'),
    password: z
      .string()
      .trim()
      .regex(
        /^(?:[A-Za-z0-9]\s*){16,64}$/,
        'must be an application password: Users → Profile → Application Passwords',
      )
      .optional()
      .describe('An application password of this user; without it only approved comments are read.'),
    pending: z
      .boolean()
      .default(true)
      .describe('Whether comments that wait for approval are read, where the user may moderate.'),
    ours: z
      .array(
        z.union(
          [z.number().int().positive(), z.string().trim().min(1).max(250)],
          'must be the number of a user or the display name',
        ),
      )
      .max(200)
      .default([])
      .describe('Colleagues with an account on the site, by number or display name: they count as ours.'),
    lookback: durationSchema('24h').describe('How far back the first poll reads.'),
    every: durationSchema('60s', '10s').describe(
      'Time between two polls; one request each when nothing is new.',
    ),
    allowPrivate: z.boolean().default(false).describe('For a site on your own network, also over http.'),
  })
  .refine((config) => config.allowPrivate || config.site.startsWith('https://'), {
    path: ['site'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  })
  .refine((config) => (config.username === undefined) === (config.password === undefined), {
    path: ['password'],
    message: 'username and password (an application password) belong together',
  });

export type WordPressConfig = z.output<typeof wordpressConfig>;
