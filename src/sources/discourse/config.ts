import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { serverAddress } from '../kit/address.ts';

const server = serverAddress('a forum, for instance https://forum.example.com').describe(
  'Address of the forum.',
);

const username = z
  .string()
  .trim()
  .transform((value) => value.replace(/^@/, ''))
  .refine((value) => /^[^\s@/?#]{1,100}$/u.test(value), 'must be a username such as ana_of_brand');

/** What stands under `sources.<name>` besides `kind: discourse`. */
export const discourseConfig = z
  .strictObject({
    server,
    key: z
      .string()
      .trim()
      .regex(/^[\x21-\x7E]{8,500}$/, 'must be an API key: Admin → Advanced → API keys → New API key')
      .optional()
      .describe('API key of one user, scope Global; without it only public posts are read.'),
    username: username.optional().describe('The user the key belongs to; answers go out as this user.'),
    secret: z
      .string()
      .regex(/^[\x21-\x7E]{12,1000}$/, 'must have at least 12 visible characters, as Discourse wants it')
      .optional()
      .describe('Secret of the webhook (X-Discourse-Event-Signature); without it there is no webhook.'),
    watch: z
      .enum(['all', 'mentions'])
      .default('all')
      .describe('all: every post; mentions: only what mentions, quotes or answers us.'),
    categories: z
      .array(z.number().int().positive('must be the number at the end of a category’s address: /c/support/5'))
      .max(100)
      .default([])
      .describe(
        'Numbers of the categories to watch (subcategories too, each by its own number); all without it.',
      ),
    tags: z
      .array(
        z
          .string()
          .transform((tag) => tag.trim().replace(/^#/, '').toLowerCase())
          .refine((tag) => /^[^\s/?#]{1,100}$/u.test(tag), 'must be a tag'),
      )
      .max(50)
      .default([])
      .describe('Tags of topics to watch, besides the categories; all without it.'),
    ours: z
      .array(username)
      .max(200)
      .default([])
      .describe('Usernames of the team: what they write counts as ours.'),
    groups: z
      .array(username)
      .max(50)
      .default([])
      .describe('Groups of ours: to mention @support is to mention us.'),
    staffIsOurs: z
      .boolean()
      .default(false)
      .describe('Whether what the forum’s admins and moderators write counts as ours.'),
    lookback: durationSchema('24h').describe('How far back the first poll reads.'),
    every: durationSchema('60s', '10s').describe('Time between two polls; one or two requests each.'),
    allowPrivate: z.boolean().default(false).describe('For a forum on your own network, also over http.'),
  })
  .refine((config) => config.allowPrivate || config.server.startsWith('https://'), {
    path: ['server'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  })
  .refine((config) => (config.key === undefined) === (config.username === undefined), {
    path: ['username'],
    message: 'key and username belong together: the key acts as this user',
  });

export type DiscourseConfig = z.output<typeof discourseConfig>;
