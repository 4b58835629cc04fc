import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { RateLimitedError } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import type { Batch, Dropped } from '../source.ts';
import { type PollOptions, readSite, type SiteState, siteSchema } from './site.ts';

const cursorSchema = z.object({
  v: z.literal(1),
  sites: z.record(z.string(), siteSchema),
  /** The site to begin with: the one that a limit left out the last time. */
  next: z.string().nullable(),
});
type Cursor = z.output<typeof cursorSchema>;

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** @see Source.poll */
export function createPoll(
  options: PollOptions,
): (cursor: string | null, signal: AbortSignal) => Promise<Batch> {
  const { api, clock, config } = options;
  const once = createOnce();

  return async (raw, signal) => {
    const cursor = readCursor(raw) ?? { v: 1, sites: {}, next: null };
    const from = clock.now() - config.lookback;
    const start = Math.max(0, config.sites.indexOf(cursor.next ?? ''));
    const order = [...config.sites.slice(start), ...config.sites.slice(0, start)];
    const sites: Record<string, SiteState> = { ...cursor.sites };
    const posts: Post[] = [];
    const dropped: Dropped[] = [];
    let more = false;
    let next: string | null = null;
    let limitMs = 0;
    for (const [index, site] of order.entries()) {
      const before = cursor.sites[site] ?? {
        from,
        tags: from,
        words: {},
        answers: from,
        comments: from,
        tracked: [],
      };
      try {
        const read = await readSite(options, site, before, signal);
        sites[site] = read.state;
        posts.push(...read.posts.values());
        dropped.push(...read.dropped);
        more ||= read.more;
      } catch (error) {
        // What the sites before have brought is good, and the next poll begins with this one.
        if (index === 0 || !(error instanceof RateLimitedError)) throw error;
        next = site;
        limitMs = error.retryAfterMs;
        break;
      }
    }
    const waitMs = Math.max(limitMs, api.takeWait() ?? 0);
    return {
      posts: posts.sort((a, b) => a.createdAt - b.createdAt),
      cursor: JSON.stringify({ v: 1, sites: onlyKnown(sites, config.sites), next } satisfies Cursor),
      more: more && waitMs === 0,
      dropped: once(dropped),
      ...(waitMs === 0 ? {} : { waitMs }),
    };
  };
}

function onlyKnown(
  sites: Readonly<Record<string, SiteState>>,
  names: readonly string[],
): Record<string, SiteState> {
  return Object.fromEntries(Object.entries(sites).filter(([site]) => names.includes(site)));
}
