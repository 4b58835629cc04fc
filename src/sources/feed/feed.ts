import { z } from 'zod';
import { duration, durationSchema } from '../../domain/duration.ts';
import { safeUrl } from '../../domain/post.ts';
import { defineSource, type Source } from '../source.ts';

const DEFAULT_EVERY_MS = 5 * 60_000;

const config = z.strictObject({
  url: z
    .string()
    .trim()
    .refine(
      (value) => safeUrl(value) !== null,
      'must be the http(s) address of a feed, without user name or password',
    )
    .describe('Address of the RSS, Atom, RDF or JSON feed.'),
  allowPrivate: z.boolean().default(false).describe('Allow addresses of your own network.'),
  ours: z
    .array(z.string().trim().min(1).max(300))
    .max(100)
    .default([])
    .describe('Authors that are us: names, e-mail addresses, or the addresses of their pages.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag such as de or pt-BR')
    .optional()
    .describe('The language of the entries; overrides what the feed says.'),
  lookback: durationSchema('24h').describe('How far the first poll looks back.'),
  /** Where nothing is written, 5 minutes, or longer when the feed asks for it (`ttl`, `sy:updatePeriod`; at most 1 h). */
  every: duration
    .refine((ms) => ms >= 60_000, 'must not be shorter than 60s')
    .optional()
    .describe('Time between two polls, at least 60s.'),
  comments: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe('Whether entries are comments, which belong together by page or thread.'),
});

export type FeedConfig = z.output<typeof config>;

/**
 * RSS, Atom, RDF and JSON feeds: blogs, comments, forums, alerts. Cannot reply: the card opens the page.
 * Never asked more often than every 60 s, conditionally where the site supports it.
 */
export const feed = defineSource({
  kind: 'feed',
  label: 'Feed',
  config,
  allowsPrivate: ({ allowPrivate }) => allowPrivate,
  async create(given, context): Promise<Source> {
    const { createReader } = await import('./poll.ts');
    const reader = createReader(given, context);
    return {
      name: context.name,
      kind: 'feed',
      label: 'Feed',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: false,
        reply: false,
        publish: false,
      },
      // Publishers change words and keep the date, or move the date and keep the words.
      untimedEdits: true,
      pollEveryMs: given.every ?? DEFAULT_EVERY_MS,
      poll: reader.poll,
      check: reader.check,
    };
  },
});
