import { z } from 'zod';
import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import { defineSource, type Source } from '../source.ts';
import { type AppstoreConfig, appstoreConfig } from './config.ts';
import { createPoller } from './poll.ts';
import { createRequests, type Requests } from './request.ts';

const NO_ANSWERS =
  'Apple’s public feed of reviews takes no answers. Answer in App Store Connect, under Ratings and Reviews.';

const lookupSchema = z.object({
  results: z.array(z.object({ trackName: z.string().nullish().catch(null) })),
});

/** A line for each store. `GET /lookup`: https://performance-partners.apple.com/search-api */
async function checkStores(
  config: AppstoreConfig,
  requests: Requests,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const country of config.countries) {
    const what = `reads reviews of the app ${config.app} in the store “${country}”`;
    try {
      const json = await requests.get(`/lookup?id=${config.app}&country=${country}`, signal);
      const found = lookupSchema.safeParse(json).data?.results[0];
      checks.push(
        found
          ? { ok: true, what: `${what} (${(found.trackName ?? '').slice(0, 100)})`, remedy: null }
          : { ok: false, what, remedy: 'Apple knows no such app in this store: look at app and countries.' },
      );
    } catch (error) {
      checks.push({ ok: false, what, remedy: `${messageOf(error)} Try again later.` });
    }
  }
  return checks;
}

/**
 * Reviews of one app in Apple's App Store, by the public feed of each country's store: no key, no price, read only. Apple
 * gives the newest 500 a store. See appstore.md.
 */
export const appstore = defineSource({
  kind: 'appstore',
  label: 'App Store',
  config: appstoreConfig,
  allowsPrivate: (config) => config.allowPrivate,
  async create(config, context): Promise<Source> {
    const { name, clock, cache, meter } = context;
    const requests = createRequests({ api: config.api, fetch: context.fetch, clock, meter });
    return {
      name,
      kind: 'appstore',
      label: 'App Store',
      capabilities: {
        poll: true,
        listen: false,
        receive: false,
        conversation: false,
        reply: false,
        publish: false,
      },
      pollEveryMs: config.every,
      pollCost: { requests: config.countries.length },
      poll: createPoller(config, { name, requests, clock, cache }),
      mayNotReply: () => NO_ANSWERS,
      check: (signal) => checkStores(config, requests, signal),
    };
  },
});
