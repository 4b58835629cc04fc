import { defineSource } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { mastodonConfig } from './config.ts';
import { connect } from './connection.ts';
import { listen } from './listen.ts';
import { createPoller } from './poll.ts';
import { createSender } from './send.ts';
import { createThreads } from './threads.ts';

/**
 * A Mastodon account, or one on any server that speaks its API (Pleroma, Akkoma, GoToSocial, snac, …): mentions,
 * replies, quotes and followers come in by stream and by poll; answers go out threaded, to the same people, in the same
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
    const { server, token, ours } = config;
    const api = createApi({ server, token, fetch: context.fetch, clock });
    const connection = connect({ name, server, api, clock, cache, log, ours });
    const threads = createThreads(connection);
    const poller = createPoller(connection, threads, {
      lookbackMs: config.lookback,
      follows: config.follows,
      hashtags: config.hashtags,
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
      pollEveryMs: config.every,
      account: () => {
        const session = connection.current();
        return session ? { handle: `@${session.handle}`, url: session.me.url ?? null } : null;
      },
      poll: poller.poll,
      ...(streams ? { listen: (signal: AbortSignal) => listen(connection, poller, signal) } : {}),
      conversation: threads.conversation,
      measure: sender.measure,
      measurePost: sender.measurePost,
      reply: sender.reply,
      publish: sender.publish,
      check: (signal) => checkConnection(connection, streams, signal),
    };
  },
});
