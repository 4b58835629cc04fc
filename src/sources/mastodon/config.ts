import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { serverAddress } from '../kit/address.ts';

const word = z.string().trim().min(2).max(200);

const server = serverAddress('a server, for instance https://mastodon.social');

/** What stands under `sources.<name>` besides `kind: mastodon`. */
export const mastodonConfig = z
  .strictObject({
    server,
    /** Access token with read:accounts read:notifications read:statuses write:statuses. */
    token: z
      .string()
      .trim()
      .regex(/^[\x21-\x7E]{8,2000}$/, 'must be an access token: Preferences → Development → New application'),
    lookback: durationSchema('24h'),
    every: durationSchema('30s').refine((ms) => ms >= 10_000, 'must not be shorter than 10s'),
    follows: z
      .union([z.boolean(), z.enum(['all', 'none']), z.array(word).min(1).max(1_000)], {
        error:
          'must be all, none, or a list of words that the follower’s name or description must hold one of',
      })
      .default('all')
      .transform((value) => (value === true ? 'all' : value === false ? 'none' : value))
      .describe(
        'Which new followers are news: all, none, or those with one of these words in name or description.',
      ),
    stream: z.enum(['auto', 'off']).default('auto'),
    /** Handles of the team's other accounts: what they write counts as ours. */
    ours: z
      .array(z.string().regex(/^@?[^\s@]+(@[^\s@]+)?$/, 'must be a handle such as @ana@example.social'))
      .max(100)
      .default([]),
    /** Hashtags to watch besides what is addressed to us; one request each a poll. */
    hashtags: z
      .array(
        z
          .string()
          .transform((tag) => tag.trim().replace(/^#/, ''))
          .refine((tag) => /^[\p{L}\p{N}\p{M}_·]+$/u.test(tag), 'must be a hashtag: letters, digits, _'),
      )
      .max(10, 'at most 10: each costs a request a poll, and the server allows 300 in 5 minutes')
      .default([]),
    watch: z
      .array(word)
      .max(10_000)
      .default([])
      .describe(
        'Words, phrases, #tags and domains, thousands if need be, looked for in the public stream (`public`) and in `lists`; with them, links to the brand’s domains.',
      ),
    public: z
      .enum(['off', 'all', 'local', 'remote'])
      .default('off')
      .describe(
        'Which public stream of the server `watch` looks at. What is written while it is broken is not seen.',
      ),
    lists: z
      .array(z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a list: the end of its address, /lists/12'))
      .max(5, 'at most 5: each costs a request a poll')
      .default([])
      .describe(
        'Ids of lists of the account: of their posts those with a word of `watch`, or all where `watch` is empty. The token needs read:lists.',
      ),
    allowPrivate: z.boolean().default(false),
  })
  .refine((config) => config.allowPrivate || config.server.startsWith('https://'), {
    path: ['server'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  })
  .refine(({ watch, lists, public: which }) => watch.length === 0 || lists.length > 0 || which !== 'off', {
    path: ['watch'],
    message: 'needs somewhere to look: `public: all` (or local, remote), or `lists`',
  })
  .refine(({ watch, public: which }) => which === 'off' || watch.length > 0, {
    path: ['public'],
    message: 'needs words to look for: `watch`',
  })
  .refine(({ stream, public: which }) => which === 'off' || stream === 'auto', {
    path: ['public'],
    message: 'needs streaming, and `stream` is off',
  });
