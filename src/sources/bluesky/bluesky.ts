import { keywords } from '../../domain/keywords.ts';
import { cleanLine } from '../../domain/post.ts';
import { createMemory } from '../kit/memory.ts';
import { defineSource, type Source, type SourceContext } from '../source.ts';
import { compose } from './compose.ts';
import { type BlueskyConfig, blueskyConfig } from './config.ts';
import { check } from './doctor.ts';
import { PICTURES } from './pictures.ts';
import { createPoll, requestsPerPoll } from './poll.ts';
import { type Sender, sendPost, sendReply } from './send.ts';
import { openSession } from './session.ts';
import { conversation } from './thread.ts';
import { profileUrl } from './urls.ts';
import type { Us } from './us.ts';
import { createWatch } from './watch.ts';

/**
 * 3,000 requests in 5 minutes an address (https://docs.bsky.app/docs/advanced-guides/rate-limits). A third of it, for
 * one source, is one request every 300 ms.
 */
const MS_PER_REQUEST = 300;

/** Bluesky: mentions, replies, quotes, follows and searches by polling; watched words by the public stream; threaded answers. */
export const bluesky = defineSource({
  kind: 'bluesky',
  label: 'Bluesky',
  config: blueskyConfig,
  allowsPrivate: (own) => own.allowPrivate,
  create,
});

async function create(own: BlueskyConfig, context: SourceContext): Promise<Source> {
  // Half a second and 43 MB that only those pay who use it.
  const api = await import('@atproto/api');
  const { name, clock, log } = context;
  const session = await openSession(api, own, context);
  const team = own.ours;
  const others = new Set(team);
  const us = (): Us => ({ did: session.did, others, brand: context.brand });
  const { search } = own;
  const follows = typeof own.follows === 'string' ? own.follows : keywords(own.follows);
  const memory = createMemory();
  const watches = own.watch.length > 0;
  const plan = { source: name, search, follows, team, lookbackMs: own.lookback };
  const poll = createPoll(session, plan, us, log, memory);
  const watch = createWatch(session, us, context, {
    url: own.jetstream,
    watched: keywords(own.watch),
    lookbackMs: own.lookback,
    memory,
  });
  const sender: Sender = { api, session, source: name, clock, log };
  return {
    name,
    kind: 'bluesky',
    label: 'Bluesky',
    capabilities: {
      poll: true,
      listen: watches,
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
    ...(watches ? { listen: watch.listen } : {}),
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
    pictures: () => PICTURES,
    reply: (post, text, options) => sendReply(sender, post, text, options),
    publish: (text, options) => sendPost(sender, text, options),
    check: (signal) => check(session, own.service, search, watches ? watch.tryStream : null, signal),
    close: () => session.settled(),
  };
}
