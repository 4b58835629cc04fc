import { defineSource, type Source } from '../source.ts';
import { createApi } from './api.ts';
import { checkConnection } from './check.ts';
import { githubConfig } from './config.ts';
import { connect } from './connection.ts';
import { createConversation } from './conversation.ts';
import { createReceiver } from './hook.ts';
import { parseId } from './ids.ts';
import { createPoll } from './poll.ts';
import { createReply, measure } from './send.ts';

/** 5,000 an hour: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const REQUESTS_A_DAY = 24 * 5_000;

/**
 * GitHub: issues, pull requests, discussions and their comments of chosen repositories, and what mentions us or holds
 * our words anywhere. Asked conditionally (an unchanged list costs nothing of GitHub's limit), pushed by webhook where
 * a secret is given; answers go out as comments, in discussions below what they answer.
 */
export const github = defineSource({
  kind: 'github',
  label: 'GitHub',
  config: githubConfig,
  allowsPrivate: ({ allowPrivate }) => allowPrivate,
  budget: () => ({ requests: REQUESTS_A_DAY }),
  async create(config, context): Promise<Source> {
    const { name, clock, cache, log, meter } = context;
    const api = createApi({ api: config.api, token: config.token, fetch: context.fetch, clock, meter });
    const connection = await connect({ name, api, config, clock, cache, log });
    const receives = config.secret !== undefined;
    const kinds = config.discussions ? 2 : 1;
    const searches = (config.words.length + (config.mentions ? 1 : 0)) * kinds;
    return {
      name,
      kind: 'github',
      label: 'GitHub',
      capabilities: {
        poll: true,
        listen: false,
        receive: receives,
        conversation: true,
        reply: true,
        publish: false,
      },
      // A changed title has no time, and that of a text is told apart.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: config.repositories.length * (1 + kinds) + searches },
      account: connection.account,
      poll: createPoll(connection),
      ...(config.secret === undefined ? {} : { receive: createReceiver(connection, config.secret) }),
      conversation: createConversation(connection),
      mayNotReply: (post) => {
        const place = parseId(post.id);
        return place ? connection.shut(place) : null;
      },
      measure: (_, text) => measure(text),
      reply: createReply(connection),
      check: (signal) => checkConnection(connection, signal),
    };
  },
});
