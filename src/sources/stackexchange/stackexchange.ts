import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import { defineSource, type Source } from '../source.ts';
import { type Api, createApi } from './api.ts';
import { requestsAPoll, stackexchangeConfig } from './config.ts';
import { createConversation } from './conversation.ts';
import { createPoll } from './poll.ts';

/** Of an address, without and with the key of an app: https://api.stackexchange.com/docs/throttle */
const REQUESTS_A_DAY = 300;
const REQUESTS_A_DAY_WITH_KEY = 10_000;

/** https://api.stackexchange.com/docs/write: an app needs a post on Stack Apps, its user reputation, and a link stands below. */
const WHY_NOT =
  'Stack Exchange takes answers on its own page only: open the question and answer there, as yourself. The card closes when one of ours has.';

async function checkSites(
  api: Api,
  sites: readonly string[],
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const site of sites) {
    try {
      await api.get('info', 'info', { site }, signal);
      const quota = api.quota();
      const left = quota ? ` (${quota.remaining} of ${quota.max} requests left today)` : '';
      checks.push({ ok: true, what: `reads ${site}${left}`, remedy: null });
    } catch (error) {
      const words = messageOf(error);
      const remedy =
        error instanceof AuthError
          ? words
          : `${words} Try again later; https://api.stackexchange.com shows whether it is up.`;
      checks.push({ ok: false, what: `reads ${site}`, remedy });
      // Whatever it is, asking for the next site would only cost another request.
      if (!(error instanceof AuthError)) break;
    }
  }
  return checks;
}

/**
 * Stack Overflow, Super User and all other sites of Stack Exchange: questions with our tags or words, their answers and
 * comments. Answering is left to people on the site itself.
 */
export const stackexchange = defineSource({
  kind: 'stackexchange',
  label: 'Stack Exchange',
  config: stackexchangeConfig,
  allowsPrivate: ({ allowPrivate }) => allowPrivate,
  budget: ({ key }) => ({ requests: key === undefined ? REQUESTS_A_DAY : REQUESTS_A_DAY_WITH_KEY }),
  async create(config, context): Promise<Source> {
    const { name, clock, meter } = context;
    const api = createApi({ api: config.api, key: config.key, fetch: context.fetch, clock, meter });
    return {
      name,
      kind: 'stackexchange',
      label: 'Stack Exchange',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: true,
        reply: false,
        publish: false,
      },
      // Questions and answers have `last_edit_date`, comments have nothing like it.
      untimedEdits: true,
      pollEveryMs: config.every,
      pollCost: { requests: requestsAPoll(config) },
      poll: createPoll({ name, api, clock, config }),
      conversation: createConversation({ name, api, clock, config }),
      mayNotReply: () => WHY_NOT,
      check: (signal) => checkSites(api, config.sites, signal),
    };
  },
});
