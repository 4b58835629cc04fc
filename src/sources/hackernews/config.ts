import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { safeUrl } from '../../domain/post.ts';

/** Where https://hn.algolia.com/api says the API is. */
const PUBLIC_API = 'https://hn.algolia.com/api/v1';

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/,
    'must be a domain such as potluck.example, without https:// and path',
  );

/** What stands under `sources.<name>` besides `kind: hackernews`. */
export const hackernewsConfig = z.strictObject({
  keywords: z
    .array(z.string().trim().min(2, 'must have at least 2 characters').max(100))
    .max(20, 'at most 20: each costs a request a poll')
    .optional()
    .describe('Words or phrases to look for in stories and comments; default: the names of the brand.'),
  domains: z
    .array(domain)
    .max(10, 'at most 10: each costs a request a poll')
    .optional()
    .describe('Sites whose links are looked for; default: the domains of the brand.'),
  ours: z
    .array(
      z
        .string()
        .trim()
        .regex(
          /^[A-Za-z0-9_-]{1,32}$/,
          'must be a Hacker News user name, as in news.ycombinator.com/user?id=…',
        ),
    )
    .max(20)
    .default([])
    .describe('User names of the team: what they write counts as ours, and answers to it are watched.'),
  follow: durationSchema('3d').describe(
    'How long comments are read under stories that are ours or link to our domains, and answers to our comments; 0s: not at all.',
  ),
  lookback: durationSchema('24h').describe('How far the first poll looks back.'),
  every: durationSchema('60s', '30s').describe('Time between two polls, at least 30s.'),
  api: z
    .string()
    .trim()
    .refine((value) => safeUrl(value) !== null, 'must be the http(s) address of the API')
    .transform((value) => value.replace(/\/+$/, ''))
    .default(PUBLIC_API)
    .describe('Address of the HN Search API; only for a copy of your own.'),
  allowPrivate: z.boolean().default(false).describe('Allow addresses of your own network.'),
});

export type HackernewsConfig = z.output<typeof hackernewsConfig>;
