import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

const HANDLE =
  /^(?:did:[a-z]+:[A-Za-z0-9._:%-]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?)$/i;
const handle = z
  .string()
  .transform((value) => value.trim().replace(/^@/, ''))
  .transform((value) => (value.startsWith('did:') ? value : value.toLowerCase()))
  .pipe(z.string().regex(HANDLE, 'must be a handle such as brand.bsky.social, or a DID'));
const word = z.string().trim().min(2).max(200);

/** What stands under `sources.<name>` besides `kind: bluesky`. */
export const blueskyConfig = z
  .strictObject({
    handle: handle.describe('The account that people mention: brand.bsky.social'),
    password: z
      .string()
      .min(1)
      .describe('An app password: Settings → Privacy and security → App passwords. Best kept in .env.'),
    service: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://bsky.social' })
      .transform((value) => new URL(value).origin)
      .default('https://bsky.social')
      .describe("The account's server."),
    search: z
      .array(word)
      .max(50)
      .default([])
      .describe('Words to search all of Bluesky for; one request each at every poll.'),
    watch: z
      .array(word)
      .max(10_000)
      .default([])
      .describe(
        'Words, phrases, #tags and domains to watch the public stream for, thousands if need be: they are looked for here, not by the network. With any, links to the brand’s domains count, too.',
      ),
    jetstream: z
      .url({
        protocol: /^wss?$/,
        error: 'must be an address such as wss://jetstream2.us-east.bsky.network/subscribe',
      })
      .refine((value) => {
        const { username, password, search, hash } = new URL(value);
        return `${username}${password}${search}${hash}` === '';
      }, 'must hold no user name, password, parameters or fragment')
      .default('wss://jetstream2.us-east.bsky.network/subscribe')
      .describe('The public stream that `watch` listens to.'),
    follows: z
      .union([z.boolean(), z.enum(['all', 'none']), z.array(word).min(1).max(1_000)], {
        error:
          'must be all, none, or a list of words that the follower’s name or description must hold one of',
      })
      .default('all')
      .transform((value) => (value === true ? 'all' : value === false ? 'none' : value))
      .describe(
        'Whether a new follower is news: all, none, or only with one of these words in name or description.',
      ),
    lookback: durationSchema('24h', '1m').describe('How far the first poll looks back.'),
    every: durationSchema('20s', '5s').describe('Time between two polls.'),
    ours: z
      .array(handle)
      .max(50)
      .default([])
      .describe("The team's other accounts: what they answer counts as answered by us."),
    allowPrivate: z
      .boolean()
      .default(false)
      .describe('Lets `service` and `jetstream` be on your own network.'),
  })
  .refine((own) => own.allowPrivate || own.jetstream.startsWith('wss:'), {
    path: ['jetstream'],
    message: 'must begin with wss:// (ws only with allowPrivate: true, on your own network)',
  });
export type BlueskyConfig = z.output<typeof blueskyConfig>;
