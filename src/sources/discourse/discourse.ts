import { defineSource, type Source } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { discourseConfig } from './config.ts';
import { connect } from './connection.ts';
import { createReceiver } from './hook.ts';
import { createNumbers } from './numbers.ts';
import { createPlaces } from './places.ts';
import { createPoller } from './poll.ts';
import { createSender } from './send.ts';
import { createThreads } from './thread.ts';
import { loadTopics } from './topics.ts';

/**
 * A forum on Discourse: its latest posts by poll and, with a secret, by webhook; answers go out in the topic. 60
 * requests a minute are allowed a key, 200 an address (config/discourse_defaults.conf,
 * https://meta.discourse.org/t/78612); a quiet poll takes one, one with news two.
 */
export const discourse = defineSource({
  kind: 'discourse',
  label: 'Discourse',
  config: discourseConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context): Promise<Source> {
    const { clock, cache, log, name, meter } = context;
    const { server, key, username, secret } = config;
    const credentials = key === undefined || username === undefined ? null : { key, username };
    const api = createApi({ server, credentials, fetch: context.fetch, clock, meter });
    const topics = await loadTopics(cache);
    const connection = connect({ name, config, api, clock, cache, log, topics });
    const numbers = createNumbers(api, cache);
    const places = createPlaces(connection);
    return {
      name,
      kind: 'discourse',
      label: 'Discourse',
      capabilities: {
        poll: true,
        listen: false,
        receive: secret !== undefined,
        conversation: true,
        reply: credentials !== null,
        publish: false,
      },
      pollEveryMs: config.every,
      pollCost: { requests: 2 },
      account: () =>
        credentials && connection.current()?.me
          ? {
              handle: `@${credentials.username}`,
              url: `${server}/u/${encodeURIComponent(credentials.username)}`,
            }
          : null,
      poll: createPoller(connection, numbers, places),
      conversation: createThreads(connection, numbers),
      ...(credentials ? createSender(connection, credentials.username) : {}),
      ...(secret === undefined ? {} : { receive: createReceiver(connection, numbers, places, secret) }),
      check: (signal) => checkConnection(connection, signal),
    };
  },
});
