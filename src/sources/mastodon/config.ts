import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

/** `mastodon.social`, `https://mastodon.social/`: the address without a slash at the end. */
const server = z
  .string()
  .trim()
  .transform((value) => (/^[a-z][a-z0-9+.-]*:/i.test(value) ? value : `https://${value}`))
  .refine((value) => {
    if (!URL.canParse(value)) return false;
    const url = new URL(value);
    const plain = !url.username && !url.password && !url.search && !url.hash;
    return plain && (url.protocol === 'https:' || url.protocol === 'http:');
  }, 'must be the address of a server, for instance https://mastodon.social')
  .transform((value) => {
    const url = new URL(value);
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  });

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
    /** Whether a new follower becomes a post. */
    follows: z.boolean().default(true),
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
    allowPrivate: z.boolean().default(false),
  })
  .refine((config) => config.allowPrivate || config.server.startsWith('https://'), {
    path: ['server'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  });
