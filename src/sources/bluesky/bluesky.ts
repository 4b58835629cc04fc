import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { cleanLine } from '../../domain/post.ts';
import { defineSource, type Source, type SourceContext } from '../source.ts';
import { compose } from './compose.ts';
import { check } from './doctor.ts';
import { createPoll, requestsPerPoll } from './poll.ts';
import { type Sender, sendPost, sendReply } from './send.ts';
import { openSession } from './session.ts';
import { conversation } from './thread.ts';
import { profileUrl } from './urls.ts';
import type { Us } from './us.ts';

/**
 * 3,000 requests in 5 minutes an address (https://docs.bsky.app/docs/advanced-guides/rate-limits). A third of it, for
 * one source, is one request every 300 ms.
 */
const MS_PER_REQUEST = 300;

const HANDLE =
  /^(?:did:[a-z]+:[A-Za-z0-9._:%-]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?)$/i;
const handle = z
  .string()
  .transform((value) => value.trim().replace(/^@/, ''))
  .transform((value) => (value.startsWith('did:') ? value : value.toLowerCase()))
  .pipe(z.string().regex(HANDLE, 'must be a handle such as brand.bsky.social, or a DID'));

const config = z.strictObject({
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
    .array(z.string().trim().min(2).max(200))
    .max(50)
    .default([])
    .describe('Words to search all of Bluesky for; one request each at every poll.'),
  follows: z.boolean().default(true).describe('Whether a new follower is news.'),
  lookback: durationSchema('24h', '1m').describe('How far the first poll looks back.'),
  every: durationSchema('20s', '5s').describe('Time between two polls.'),
  ours: z
    .array(handle)
    .max(50)
    .default([])
    .describe("The team's other accounts: what they answer counts as answered by us."),
  allowPrivate: z.boolean().default(false).describe('Lets `service` be on your own network.'),
});

/** Bluesky: mentions, replies, quotes, follows and searches by polling; threaded answers. */
export const bluesky = defineSource({
  kind: 'bluesky',
  label: 'Bluesky',
  config,
  allowsPrivate: (own) => own.allowPrivate,
  create,
});

async function create(own: z.output<typeof config>, context: SourceContext): Promise<Source> {
  // Half a second and 43 MB that only those pay who use it.
  const api = await import('@atproto/api');
  const { name, clock, log } = context;
  const session = await openSession(api, own, context);
  const team = own.ours;
  const others = new Set(team);
  const us = (): Us => ({ did: session.did, others });
  const { search, follows } = own;
  const plan = { source: name, search, follows, team, lookbackMs: own.lookback };
  const poll = createPoll(session, plan, us, log);
  const sender: Sender = { api, session, source: name, clock, log };
  return {
    name,
    kind: 'bluesky',
    label: 'Bluesky',
    capabilities: {
      poll: true,
      listen: false,
      receive: false,
      conversation: true,
      reply: true,
      publish: true,
    },
    pollEveryMs: Math.max(own.every, requestsPerPoll(plan) * MS_PER_REQUEST),
    account() {
      const { did, handle: known } = session;
      if (did === null || known === null) return null;
      return { handle: `@${cleanLine(known)}`, url: profileUrl({ did, handle: known }) };
    },
    poll: (cursor, signal) => poll(cursor, clock.now(), signal),
    async conversation(post, signal) {
      await session.signIn(signal);
      return conversation(session, post, us, signal);
    },
    measure(post, text) {
      const measure = compose(text);
      if (post.via !== 'follow') return measure;
      return {
        ...measure,
        parts: [],
        problem: 'A follow cannot be answered; open the profile and write there.',
      };
    },
    measurePost: compose,
    reply: (post, text, options) => sendReply(sender, post, text, options),
    publish: (text, options) => sendPost(sender, text, options),
    check: (signal) => check(session, own.service, search, signal),
    close: () => session.settled(),
  };
}
