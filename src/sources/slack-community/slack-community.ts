import { defineSource } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { slackCommunityConfig } from './config.ts';
import { connect } from './connection.ts';
import { createLocks } from './locks.ts';
import { createPoller } from './poll.ts';
import { createSender, measure } from './send.ts';
import { createConversations } from './threads.ts';

/**
 * A workspace on Slack where customers talk to each other and to us: its channels and their threads, read by poll with
 * an app of its own. (The team's own chat on Slack is something else, and not a source.)
 */
export const slackCommunity = defineSource({
  kind: 'slack-community',
  label: 'Slack community',
  config: slackCommunityConfig,
  async create(config, context) {
    const { name, clock, cache } = context;
    const api = createApi(config.token, context);
    const locks = createLocks();
    const connection = connect({ name, config, api, clock, cache, locks });
    const poller = createPoller(connection, locks);
    return {
      name,
      kind: 'slack-community',
      label: 'Slack community',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: true,
        publish: false,
      },
      pollEveryMs: config.every,
      pollCost: { requests: config.channels.length },
      account: () => {
        const me = connection.current()?.me;
        return me ? { handle: `@${me.user || me.user_id}`, url: null } : null;
      },
      poll: poller.poll,
      conversation: createConversations(connection, poller.noteMissed),
      mayNotReply: locks.mayNotReply,
      measure: (_post, text) => measure(text),
      reply: createSender(connection, locks, poller.noteMissed),
      check: (signal) => checkConnection(connection, signal),
    };
  },
});
