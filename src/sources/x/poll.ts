import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post, Via } from '../../domain/post.ts';
import { RateLimitedError, RejectedError } from '../../errors.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped } from '../source.ts';
import type { Connection } from './connection.ts';
import type { Page } from './entities.ts';
import { PRICES } from './prices.ts';
import { referenced } from './to-post.ts';

/**
 * Posts may turn up late in a list, so each poll begins a while before the last one: by time, since a watermark of ids
 * (`since_id`) would pass over them, and recent search refuses ids older than a week. X bills a post once a UTC day.
 */
const OVERLAP_MS = 30 * 60_000;
/** X returns, and bills, whole pages: small ones keep a flood from overdrawing the day. */
const PAGE = 50;
/** Pages before the posts so far are handed over. */
const MAX_PAGES = 4;
/** The mentions timeline ends there (https://docs.x.com/x-api/posts/timelines/introduction). */
const MAX_MENTIONS = 800;
/** Recent search knows the last seven days. */
const SEARCHABLE_MS = 7 * 86_400_000 - 3_600_000;

const listSchema = z.object({
  /** Start of the last reading that came to its end. */
  since: z.number(),
  /** A reading that is under way. */
  pass: z.object({ token: z.string(), start: z.number(), began: z.number(), count: z.number() }).nullable(),
});
type ListState = z.output<typeof listSchema>;
const cursorSchema = z.object({
  v: z.literal(1),
  /** Nothing older was ever wanted. */
  from: z.number(),
  lists: z.record(z.string(), listSchema),
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

interface Gathered {
  readonly posts: Map<string, Post>;
  readonly dropped: Dropped[];
  readonly gaps: { readonly from: number; readonly to: number }[];
  /** How long X, or the budget, makes us wait when that ended the poll. */
  waitMs: number | null;
}

/** One of the lists that are read. */
interface List {
  readonly name: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly token: 'pagination_token' | 'next_token';
  readonly dollars: number;
  /** How a post of it reached us when its author did not speak to us. */
  readonly otherwise: Via;
}

/** Mentions, our own posts (also those made in X's app), and what a search finds. */
export function createPoller(
  connection: Connection,
  clock: Clock,
  options: { readonly lookbackMs: number; readonly search: string | null },
) {
  const once = createOnce();

  function listsOf(me: string): readonly List[] {
    const mine = `/users/${encodeURIComponent(me)}`;
    const timeline = { token: 'pagination_token', params: {} } as const;
    const lists: List[] = [
      { ...timeline, name: 'mentions', path: `${mine}/mentions`, dollars: PRICES.post, otherwise: 'mention' },
      {
        ...timeline,
        name: 'own',
        path: `${mine}/tweets`,
        params: { exclude: 'retweets' },
        dollars: PRICES.ownPost,
        otherwise: 'comment',
      },
    ];
    if (options.search !== null)
      lists.push({
        name: 'search',
        path: '/tweets/search/recent',
        params: { query: `(${options.search}) -is:retweet` },
        token: 'next_token',
        dollars: PRICES.post,
        otherwise: 'keyword',
      });
    return lists;
  }

  function gather(page: Page, list: List, from: number, gathered: Gathered): void {
    for (const tweet of page.tweets) {
      // A repost carries nobody's new words.
      if (referenced(tweet, 'retweeted') !== null) continue;
      try {
        const post = connection.toPost(tweet, page, list.otherwise);
        const known = gathered.posts.get(post.id);
        // Found twice: being spoken to says more than a search; of two versions the later counts.
        const better = !known || known.via === 'keyword' || (post.editedAt ?? 0) > (known.editedAt ?? 0);
        if (better && post.createdAt >= from) gathered.posts.set(post.id, post);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        gathered.dropped.push({ id: tweet.id, why: problemsOf(error) });
      }
    }
  }

  /** True when the reading has to go on. */
  async function readList(
    list: List,
    state: ListState,
    from: number,
    gathered: Gathered,
    signal: AbortSignal,
  ): Promise<boolean> {
    const now = clock.now();
    let start = Math.max(from, state.since - OVERLAP_MS);
    if (list.name === 'search' && start < now - SEARCHABLE_MS) {
      gathered.gaps.push({ from: start, to: now - SEARCHABLE_MS });
      start = now - SEARCHABLE_MS;
    }
    const pass = state.pass ?? { token: '', start, began: now, count: 0 };
    let { token, count } = pass;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const params = {
        ...list.params,
        max_results: PAGE,
        start_time: new Date(pass.start).toISOString().replace(/\.\d+Z$/, 'Z'),
        [list.token]: token || null,
      };
      const page = await connection.page(list.path, params, list.dollars, gathered.dropped, signal);
      gather(page, list, from, gathered);
      count += page.count;
      if (page.next === null) {
        const oldest = Math.min(pass.began, ...page.tweets.map((tweet) => tweet.created_at));
        if (list.name === 'mentions' && count >= MAX_MENTIONS && oldest > pass.start)
          gathered.gaps.push({ from: pass.start, to: oldest });
        state.since = pass.began;
        state.pass = null;
        return false;
      }
      token = page.next;
      // Kept page by page: what was paid for must not be read again.
      state.pass = { ...pass, token, count };
    }
    return true;
  }

  async function readAll(cursor: Cursor, gathered: Gathered, signal: AbortSignal): Promise<boolean> {
    const me = await connection.session(signal);
    let more = false;
    for (const list of listsOf(me.id)) {
      const state = cursor.lists[list.name] ?? { since: cursor.from + OVERLAP_MS, pass: null };
      cursor.lists[list.name] = state;
      try {
        if (await readList(list, state, cursor.from, gathered, signal)) more = true;
      } catch (error) {
        if (error instanceof RateLimitedError && gathered.posts.size > 0) {
          gathered.waitMs = error.retryAfterMs;
          return false;
        }
        // The page we were to go on with is no longer known: the next poll begins at the top.
        if (!(error instanceof RejectedError) || state.pass === null) throw error;
        state.pass = null;
      }
    }
    return more;
  }

  return {
    async poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
      const cursor = readCursor(raw) ?? { v: 1, from: clock.now() - options.lookbackMs, lists: {} };
      const gathered: Gathered = { posts: new Map(), dropped: [], gaps: [], waitMs: null };
      const more = await readAll(cursor, gathered, signal);
      const { gaps } = gathered;
      return {
        posts: [...gathered.posts.values()],
        cursor: JSON.stringify(cursor),
        more,
        dropped: once(gathered.dropped),
        ...(gathered.waitMs === null ? {} : { waitMs: gathered.waitMs }),
        ...(gaps.length === 0
          ? {}
          : {
              gap: {
                from: Math.min(...gaps.map((gap) => gap.from)),
                to: Math.max(...gaps.map((gap) => gap.to)),
              },
            }),
      };
    },
  };
}
