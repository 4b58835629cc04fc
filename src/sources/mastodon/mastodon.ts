import { createMemory } from '../kit/memory.ts';
import { defineSource } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { mastodonConfig } from './config.ts';
import { connect } from './connection.ts';
import { createListener } from './listen.ts';
import { pictureRulesOf } from './pictures.ts';
import { createPoller } from './poll.ts';
import { createSender } from './send.ts';
import { createThreads } from './threads.ts';
import { createWatch } from './watch.ts';

/** 300 requests in 5 minutes (https://docs.joinmastodon.org/api/rate-limits/): half of them for polling. */
const MS_PER_REQUEST = 2_000;

/**
 * A Mastodon account, or one on any server that speaks its API (Pleroma, Akkoma, GoToSocial, snac, …): mentions,
 * replies, quotes, followers, hashtags and lists come in by stream and by poll, watched words by the public stream; answers go out threaded, to the same people, in the same
 * language, behind the same content warning. 300 requests in 5 minutes are allowed an account; a quiet poll takes two
 * (https://docs.joinmastodon.org/api/rate-limits/).
 */
export const mastodon = defineSource({
  kind: 'mastodon',
  label: 'Mastodon',
  config: mastodonConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context) {
    const { clock, cache, log, name } = context;
    const { server, token, ours, lists, hashtags, follows } = config;
    const api = createApi({ server, token, fetch: context.fetch, clock, meter: context.meter });
    const connection = connect({ name, server, api, clock, cache, log, ours, brand: context.brand });
    const threads = createThreads(connection);
    const plan = { words: config.watch, lists, hashtags, follows, public: config.public };
    const watch = createWatch(plan, context.brand);
    const memory = createMemory();
    const poller = createPoller(connection, threads, {
      lookbackMs: config.lookback,
      watch,
      memory,
    });
    const sender = createSender(connection);
    const streams = config.stream === 'auto';
    return {
      name,
      kind: 'mastodon',
      label: 'Mastodon',
      capabilities: {
        poll: true,
        listen: streams,
        receive: false,
        conversation: true,
        reply: true,
        publish: true,
      },
      pollEveryMs: Math.max(config.every, (2 + hashtags.length + lists.length) * MS_PER_REQUEST),
      account: () => {
        const session = connection.current();
        return session ? { handle: `@${session.handle}`, url: session.me.url ?? null } : null;
      },
      poll: poller.poll,
      ...(streams ? { listen: createListener(connection, poller, watch, memory, config.lookback) } : {}),
      conversation: threads.conversation,
      measure: sender.measure,
      measurePost: sender.measurePost,
      pictures: () => connection.current()?.pictures ?? pictureRulesOf(null),
      reply: sender.reply,
      publish: sender.publish,
      check: (signal) => checkConnection(connection, { streams, plan }, signal),
    };
  },
});
