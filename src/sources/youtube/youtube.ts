import { defineSource } from '../source.ts';
import { createApi, UNITS } from './api.ts';
import { checkConnection } from './check.ts';
import { youtubeConfig } from './config.ts';
import { connect } from './connection.ts';
import { QUOTA_ZONE } from './failures.ts';
import { createPoller } from './poll.ts';
import { measure, reply } from './send.ts';
import { conversation } from './threads.ts';

/** Units a Google Cloud project has a day, without asking (https://developers.google.com/youtube/v3/determine_quota_cost). */
const DAILY_UNITS = 10_000;

/**
 * Comments on a YouTube channel's videos, and on chosen other videos, by poll; answers go out as comments in the same
 * thread. An API key reads; answering needs an OAuth refresh token.
 */
export const youtube = defineSource({
  kind: 'youtube',
  label: 'YouTube',
  config: youtubeConfig,
  budget: () => ({ units: DAILY_UNITS }),
  quotaZone: QUOTA_ZONE,
  async create(config, context) {
    const { clock, meter, name } = context;
    const { videos, ours, lookback: lookbackMs, follow: followMs } = config;
    const signsIn = config.refreshToken !== undefined;
    const api = createApi({ credentials: config, fetch: context.fetch, clock, meter });
    const channel = config.channel ?? null;
    const connection = connect({ name, api, channel, signsIn, ours });
    const poller = createPoller(connection, clock, { lookbackMs, followMs, videos });
    const lists = videos.length + (signsIn || channel !== null ? 1 : 0);
    return {
      name,
      kind: 'youtube',
      label: 'YouTube',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: signsIn,
        publish: false,
      },
      pollEveryMs: config.every,
      // One page a list, and now and then a thread whose answers are read in full.
      pollCost: { requests: lists + 1, units: (lists + 1) * UNITS.list },
      account: () => {
        const me = connection.current()?.me;
        if (!me) return null;
        return {
          handle: me.snippet.customUrl || me.snippet.title,
          url: `https://www.youtube.com/channel/${encodeURIComponent(me.id)}`,
        };
      },
      poll: poller.poll,
      conversation: (post, signal) => conversation(connection, post, signal),
      ...(signsIn
        ? {
            mayNotReply: (post) =>
              connection.closed(post.conversationId)
                ? 'YouTube does not let us answer in this thread.'
                : null,
            measure,
            reply: (post, text, { signal }) => reply(connection, post, text, signal),
          }
        : {}),
      check: (signal) => checkConnection(connection, { videos, signsIn }, signal),
    };
  },
});
