import { defineSource } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { discordCommunityConfig } from './config.ts';
import { connect } from './connection.ts';
import { createConversations } from './conversation.ts';
import { createLocks } from './locks.ts';
import { createPoller } from './poll.ts';
import { createSender, measure } from './send.ts';

/**
 * A server on Discord where customers talk to each other and to us: its channels, threads and forums, read by poll
 * with a bot of their own. (The team's own chat on Discord is something else, and not a source.)
 */
export const discordCommunity = defineSource({
  kind: 'discord-community',
  label: 'Discord community',
  config: discordCommunityConfig,
  async create(config, context) {
    const { name, clock, cache, log } = context;
    const api = createApi(config.token, context);
    const locks = createLocks();
    const connection = connect({ name, config, api, clock, cache, log, locks });
    const poller = createPoller(connection, locks);
    const conversation = createConversations(connection, poller.noteGone);
    const reply = createSender(connection, locks, poller.noteGone);
    return {
      name,
      kind: 'discord-community',
      label: 'Discord community',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: true,
        publish: false,
      },
      pollEveryMs: config.every,
      // Each channel, and the list of threads.
      pollCost: { requests: config.channels.length + 1 },
      account: () => {
        const me = connection.current()?.me;
        return me ? { handle: me.global_name || me.username, url: null } : null;
      },
      poll: poller.poll,
      conversation,
      mayNotReply: locks.mayNotReply,
      measure: (_post, text) => measure(text),
      reply,
      check: (signal) => checkConnection(connection, signal),
    };
  },
});
