import { defineSource, type Source } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { wordpressConfig } from './config.ts';
import { connect } from './connection.ts';
import { loadMemory } from './memory.ts';
import { createPoller } from './poll.ts';
import { createSender } from './send.ts';
import { createThreads } from './thread.ts';

/**
 * The comments of a WordPress site by its REST API: approved ones as a visitor sees them; with an application password
 * also those that wait, and answers. A quiet poll takes one request, one with news two to four.
 */
export const wordpress = defineSource({
  kind: 'wordpress',
  label: 'WordPress',
  config: wordpressConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context): Promise<Source> {
    const { clock, name, meter } = context;
    const { site, username, password } = config;
    const credentials = username === undefined || password === undefined ? null : { username, password };
    const api = createApi({ site, credentials, fetch: context.fetch, clock, meter });
    const memory = await loadMemory(context.cache);
    const connection = connect({ name, config, api, clock, memory });
    return {
      name,
      kind: 'wordpress',
      label: 'WordPress',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: credentials !== null,
        publish: false,
      },
      // A comment has one date: when it was written.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: 2 },
      account: () => {
        const me = connection.current()?.me;
        return me ? { handle: me.name, url: me.url } : null;
      },
      poll: createPoller(connection),
      conversation: createThreads(connection),
      ...(credentials ? createSender(connection) : {}),
      check: (signal) => checkConnection(connection, signal),
    };
  },
});
