import { defineSource } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { xConfig } from './config.ts';
import { connect } from './connection.ts';
import { measure } from './measure.ts';
import { createPoller } from './poll.ts';
import { createPurse, PRICES } from './prices.ts';
import { mayNotReply, publish, reply } from './send.ts';
import { conversation } from './threads.ts';

/**
 * An account on X: mentions, answers to us, quotes and, when asked for, what a search finds, by poll; answers go out as
 * replies. Everything costs money, so a daily budget is required.
 */
export const x = defineSource({
  kind: 'x',
  label: 'X',
  config: xConfig,
  budget: (config) => ({ dollars: config.dollarsPerDay }),
  async create(config, context) {
    const { clock, name, meter, cache } = context;
    const { dollarsPerDay, repliesToAnyone: anyone, ours, every, lookback: lookbackMs } = config;
    const search = config.search ?? null;
    const purse = createPurse(meter, clock, cache, dollarsPerDay);
    const api = createApi(config, context, purse);
    const connection = connect({ name, api, purse, ours });
    const poller = createPoller(connection, clock, { lookbackMs, search });
    return {
      name,
      kind: 'x',
      label: 'X',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: true,
        publish: true,
      },
      pollEveryMs: every,
      // Most polls bring nothing and cost nothing; now and then one brings a post and its author.
      pollCost: { requests: search === null ? 2 : 3, dollars: (PRICES.post + PRICES.user) / 15 },
      account: () => {
        const me = connection.current();
        return me ? { handle: `@${me.username}`, url: `https://x.com/${me.username}` } : null;
      },
      poll: poller.poll,
      conversation: (post, signal) => conversation(connection, post, signal),
      ...(anyone ? {} : { mayNotReply }),
      measure: (_post, text) => measure(text),
      measurePost: measure,
      reply: (post, text, { signal }) => reply(connection, post, text, { anyone, now: clock.now(), signal }),
      publish: (text, { signal }) => publish(connection, text, clock.now(), signal),
      check: (signal) => checkConnection(connection, { clock, search, dollarsPerDay, anyone }, signal),
    };
  },
});
