import { createGraph } from '../kit/meta/graph.ts';
import type { Source } from '../source.ts';
import { defineSource } from '../source.ts';
import { checkPage } from './check.ts';
import { facebookConfig, PERMISSIONS } from './config.ts';
import { createConversation } from './conversation.ts';
import { openPage } from './page.ts';
import { createPoller } from './poll.ts';
import { createReceiver } from './receive.ts';
import { createSender } from './send.ts';
import { createThreads } from './threads.ts';

/**
 * A Facebook Page: comments on its posts, what visitors write on it, and where it is named; by webhook at once, and by
 * a poll that repairs. Answers go out as the Page. Facebook allows a Page 4,800 calls a day for each person who engaged
 * with it in that day, and says how full that is in a header, which is obeyed
 * (https://developers.facebook.com/docs/graph-api/overview/rate-limiting). See facebook.md.
 */
export const facebook = defineSource({
  kind: 'facebook',
  label: 'Facebook',
  config: facebookConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context): Promise<Source> {
    const { name, clock, cache, log, meter } = context;
    const { api, version, token, appSecret, verifyToken } = config;
    const graph = createGraph({
      label: 'Facebook',
      api,
      version,
      token,
      appSecret,
      permissions: PERMISSIONS,
      fetch: context.fetch,
      clock,
      meter,
    });
    const page = openPage(config, { name, graph, clock, cache, log });
    const threads = createThreads(page);
    const sender = createSender(page);
    const poll = createPoller(page, threads, sender.note, {
      lookbackMs: config.lookback,
      watchPosts: config.watchPosts,
    });
    const keys = appSecret !== undefined && verifyToken !== undefined ? { appSecret, verifyToken } : null;
    return {
      name,
      kind: 'facebook',
      label: 'Facebook',
      capabilities: {
        poll: true,
        listen: false,
        receive: keys !== null,
        conversation: true,
        reply: true,
        publish: false,
      },
      // The lists show the words as they are; only a webhook says when they were changed.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: Math.ceil(config.watchPosts / 25) },
      account: () => {
        const session = page.current();
        return session ? { handle: session.pageName, url: session.url } : null;
      },
      poll,
      ...(keys ? { receive: createReceiver(page, threads, keys, config.lookback) } : {}),
      conversation: createConversation(page),
      mayNotReply: sender.mayNotReply,
      measure: sender.measure,
      reply: sender.reply,
      check: (signal) => checkPage(page, keys !== null, signal),
    };
  },
});
