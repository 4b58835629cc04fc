import { defineSource, type Source } from '../source.ts';
import { createApi } from './api.ts';
import { checkSource } from './check.ts';
import { redditConfig } from './config.ts';
import { createPoller } from './poll.ts';
import { createSender } from './send.ts';
import { createShut } from './shut.ts';
import { createThreads } from './threads.ts';
import { createUs } from './us.ts';

/**
 * An account of Reddit: mentions of it and answers to it, and what is said about us in chosen subreddits. Answers go out
 * threaded, from that account. New access to the API needs Reddit's approval (reddit.md).
 */
export const reddit = defineSource({
  kind: 'reddit',
  label: 'Reddit',
  config: redditConfig,
  allowsPrivate: ({ allowPrivate }) => allowPrivate,
  // 100 requests a minute an app (https://support.reddithelp.com/hc/en-us/articles/16160319875092), as a day.
  budget: () => ({ requests: 144_000 }),
  async create(config, context): Promise<Source> {
    const { name, clock } = context;
    const api = createApi(config, context);
    const us = createUs(api, config);
    const shut = createShut();
    const poller = createPoller(config, context, { api, us, shut });
    const sender = createSender({ source: name, api, us, shut, clock });
    return {
      name,
      kind: 'reddit',
      label: 'Reddit',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: true,
        publish: false,
      },
      // Edits of the first three minutes are not marked.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: poller.requests },
      account: () => {
        const me = us.current();
        return me ? { handle: `u/${me.name}`, url: `https://www.reddit.com/user/${me.name}` } : null;
      },
      poll: poller.poll,
      conversation: createThreads({ source: name, api, us, shut }),
      mayNotReply: shut.mayNotReply,
      measure: sender.measure,
      reply: sender.reply,
      check: (signal) => checkSource(config, { api, us }, signal),
    };
  },
});
