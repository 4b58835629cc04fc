import { defineSource, type Source } from '../source.ts';
import { createApi } from './api.ts';
import { checkSource } from './check.ts';
import { hackernewsConfig } from './config.ts';
import { createPoller } from './poll.ts';
import { createThreads } from './threads.ts';
import { watchOf } from './watch.ts';

/**
 * Hacker News through Algolia's HN Search API: stories and comments with our keywords, links to our sites, answers to
 * our people. Needs no account. It cannot reply, because Hacker News has no door for that: the card opens the post.
 */
export const hackernews = defineSource({
  kind: 'hackernews',
  label: 'Hacker News',
  config: hackernewsConfig,
  allowsPrivate: ({ allowPrivate }) => allowPrivate,
  // 10,000 requests an hour an address (https://hn.algolia.com/api#rate-limits), as a day.
  budget: () => ({ requests: 240_000 }),
  async create(config, context): Promise<Source> {
    const watch = watchOf(config, context.brand);
    const api = createApi(config.api, context);
    const poller = createPoller(api, context, {
      watch,
      lookbackMs: config.lookback,
      followMs: config.follow,
    });
    return {
      name: context.name,
      kind: 'hackernews',
      label: 'Hacker News',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: false,
        publish: false,
      },
      // Authors may change their words for two hours; `updated_at` of a hit moves with its points, too.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: poller.searches },
      poll: poller.poll,
      conversation: createThreads(api, { source: context.name, ours: watch.ours }),
      check: (signal) => checkSource(api, watch, Math.floor(context.clock.now() / 1_000), signal),
    };
  },
});
