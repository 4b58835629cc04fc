import { createGraph } from '../kit/meta/graph.ts';
import type { Source } from '../source.ts';
import { defineSource } from '../source.ts';
import { openAccount } from './account.ts';
import { checkAccount } from './check.ts';
import { instagramConfig, PERMISSIONS } from './config.ts';
import { createConversation } from './conversation.ts';
import { createMentions } from './mentions.ts';
import { createPoller } from './poll.ts';
import { createReceiver } from './receive.ts';
import { createSender } from './send.ts';

/**
 * An Instagram professional account: comments on its posts by webhook and by a poll that repairs, and where it is named
 * elsewhere by webhook. Answers go out as the account. Instagram allows 4,800 calls a day for each time the account was
 * seen in that day, and says how full that is in a header, which is obeyed
 * (https://developers.facebook.com/docs/graph-api/overview/rate-limiting). See instagram.md.
 */
export const instagram = defineSource({
  kind: 'instagram',
  label: 'Instagram',
  config: instagramConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context): Promise<Source> {
    const { name, clock, cache, log, meter } = context;
    const { api, version, token, appSecret, verifyToken } = config;
    const graph = createGraph({
      label: 'Instagram',
      api,
      version,
      token,
      appSecret,
      permissions: PERMISSIONS,
      fetch: context.fetch,
      clock,
      meter,
    });
    const account = openAccount(config, { name, graph, clock, cache, log });
    const mentions = createMentions(account);
    const sender = createSender(account, mentions);
    const poll = createPoller(account, sender.note, {
      lookbackMs: config.lookback,
      watchMedia: config.watchMedia,
    });
    const keys = appSecret !== undefined && verifyToken !== undefined ? { appSecret, verifyToken } : null;
    return {
      name,
      kind: 'instagram',
      label: 'Instagram',
      capabilities: {
        poll: true,
        listen: false,
        receive: keys !== null,
        conversation: true,
        reply: true,
        publish: false,
      },
      // A comment has the time it was written and no other.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: Math.ceil(config.watchMedia / 25) },
      account: () => {
        const username = account.username();
        return username === null
          ? null
          : { handle: `@${username}`, url: `https://www.instagram.com/${encodeURIComponent(username)}/` };
      },
      poll,
      ...(keys ? { receive: createReceiver(account, mentions, keys) } : {}),
      conversation: createConversation(account),
      mayNotReply: sender.mayNotReply,
      measure: sender.measure,
      reply: sender.reply,
      check: (signal) => checkAccount(account, keys !== null, signal),
    };
  },
});
