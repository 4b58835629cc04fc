import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { AuthError } from '../../errors.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped, SourceContext } from '../source.ts';
import type { Api } from './api.ts';
import type { RedditConfig } from './config.ts';
import { GoneError } from './failures.ts';
import { type Found, readSince } from './listing.ts';
import { isOn, matcher } from './matching.ts';
import { type Memory, recall, toCursor, type Watched } from './memory.ts';
import { recheck } from './recheck.ts';
import type { Thing } from './shapes.ts';
import type { Shut } from './shut.ts';
import { toPost, wordsOf } from './to-post.ts';
import type { Us } from './us.ts';

/** So much is read again with each poll: posts that waited for a moderator turn up late, under their old date. */
const OVERLAP_S = 15 * 60;
/** And so much every hour. */
const DEEP_S = 6 * 3_600;
const DEEP_EVERY_S = 3_600;

type Delivered = NonNullable<Watched['via']>;
type Lists = readonly Parameters<typeof readSince>[1][];

/** One poll under way. */
interface Round {
  readonly memory: Memory;
  readonly now: number;
  readonly from: number;
  readonly deep: boolean;
  readonly found: Map<string, Thing>;
  readonly inbox: Map<string, 'mention' | 'reply'>;
  readonly dropped: Map<string, Dropped>;
  cutAt: number | null;
}

export interface PollParts {
  readonly api: Api;
  readonly us: Us;
  readonly shut: Shut;
}

/** Reads the subreddits, the inbox and what we wrote ourselves, and looks again at what was delivered. */
export function createPoller(config: RedditConfig, context: SourceContext, parts: PollParts) {
  const { api, us, shut } = parts;
  const matches = matcher(config, context.brand);
  const everything = new Set(config.everything.map((name) => name.toLowerCase()));
  const subreddits = [
    ...new Set([...config.subreddits, ...config.everything].map((name) => name.toLowerCase())),
  ];

  /** One request reads all subreddits: their names joined by `+` (https://www.reddit.com/dev/api/#GET_new). */
  const places = (): Lists =>
    subreddits.length === 0
      ? []
      : ['comments', 'new'].map((list) => ({
          path: `/r/${subreddits.join('+')}/${list}`,
          about: `reading ${subreddits.map((name) => `r/${name}`).join(', ')}`,
          scope: 'read',
        }));
  const writers = (me: string): Lists =>
    [me, ...config.ours].map((name) => ({
      path: `/user/${encodeURIComponent(name)}/overview`,
      about: `reading what u/${name} wrote`,
      scope: 'history',
      params: { sort: 'new' },
    }));

  function begin(cursor: string | null): Round {
    const now = Math.floor(context.clock.now() / 1_000);
    const since = now - Math.ceil(config.lookback / 1_000);
    const fresh: Memory = { v: 1, since, at: null, deepAt: now, seen: [], watched: [], shut: [] };
    const memory = recall(cursor) ?? fresh;
    shut.restore(memory.shut);
    const deep = memory.at !== null && now - memory.deepAt >= DEEP_EVERY_S;
    const back = deep ? DEEP_S : OVERLAP_S;
    const from = memory.at === null ? memory.since : Math.max(memory.since, memory.at - back);
    return { memory, now, from, deep, found: new Map(), inbox: new Map(), dropped: new Map(), cutAt: null };
  }

  function take(round: Round, found: Found): void {
    for (const drop of found.dropped) round.dropped.set(drop.id ?? drop.why, drop);
    if (found.cutAt !== null) round.cutAt = Math.max(round.cutAt ?? 0, found.cutAt);
    for (const thing of found.things) {
      if (thing.inbox !== null) round.inbox.set(thing.id, thing.inbox);
      shut.note(thing);
      // The inbox says less about a comment than a listing does.
      if (thing.inbox === null || !round.found.has(thing.id)) round.found.set(thing.id, thing);
    }
  }

  async function readAll(round: Round, signal: AbortSignal): Promise<void> {
    const me = await us.me(signal);
    if (config.inbox) {
      const list = { path: '/message/inbox', about: 'reading the inbox', scope: 'privatemessages' } as const;
      take(round, await readSince(api, list, round.from, signal));
    }
    for (const list of [...places(), ...writers(me.name)]) {
      try {
        take(round, await readSince(api, list, round.from, signal));
      } catch (error) {
        if (!(error instanceof GoneError)) throw error;
        // Private, banned or renamed: nothing gets better by itself.
        throw new AuthError(
          `${error.message} It happened while ${list.about}: correct the names in potluck.yaml.`,
          {
            cause: error,
          },
        );
      }
    }
  }

  function wanted(round: Round, thing: Thing): boolean {
    if (thing.gone || thing.at < round.memory.since) return false;
    if (us.isOurs(thing) || round.inbox.has(thing.id)) return true;
    if (everything.has(thing.subreddit.toLowerCase())) return true;
    const { text, links } = wordsOf(thing);
    return (
      matches(text) ||
      (config.keywords === undefined && links.some((link) => isOn(link, context.brand.domains)))
    );
  }

  function viaOf(round: Round, thing: Thing): Delivered {
    if (us.isOurs(thing)) return thing.parent === null ? 'comment' : 'reply';
    const inbox = round.inbox.get(thing.id);
    if (inbox) return inbox;
    if (thing.url !== null && isOn(thing.url, context.brand.domains)) return 'share';
    return everything.has(thing.subreddit.toLowerCase()) ? 'comment' : 'keyword';
  }

  function make(round: Round, thing: Thing, via: Via): Post[] {
    try {
      return [toPost(thing, context.name, via, us.isOurs(thing))];
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      round.dropped.set(thing.id, { id: thing.id, why: problemsOf(error) });
      return [];
    }
  }

  /** What to look at again from now on: what is new, and its thread, whose lock no comment tells. */
  function watchedOf(round: Round, fresh: readonly Thing[]): Watched[] {
    const known = new Set(round.memory.watched.map((one) => one.id));
    const added = new Map<string, Watched>();
    for (const thing of fresh) {
      const via = viaOf(round, thing);
      added.set(thing.id, { id: thing.id, at: thing.at, via, edited: thing.editedAt });
    }
    for (const thing of fresh) {
      if (!known.has(thing.link) && !added.has(thing.link))
        added.set(thing.link, { id: thing.link, at: thing.at, via: null, edited: null });
    }
    return [...added.values(), ...round.memory.watched.filter((one) => !added.has(one.id))];
  }

  /** Deleted, edited and locked since they were delivered. */
  async function lookAgain(round: Round, watched: readonly Watched[], signal: AbortSignal) {
    const deleted: string[] = [];
    const edited: Post[] = [];
    try {
      const checked = await recheck(api, watched, round.now, signal);
      const things = new Map(checked.things.map((thing) => [thing.id, thing]));
      const left: Watched[] = [];
      for (const one of checked.watched) {
        const thing = things.get(one.id);
        if (!thing) {
          left.push(one);
          continue;
        }
        shut.note(thing);
        if (thing.gone) {
          if (one.via !== null) deleted.push(one.id);
          continue;
        }
        if (one.via !== null && thing.editedAt !== null && thing.editedAt > (one.edited ?? 0))
          edited.push(...make(round, thing, one.via));
        left.push({ ...one, edited: thing.editedAt });
      }
      return { deleted, edited, watched: left };
    } catch (error) {
      // What was found must not wait for this; the next poll asks again, and hears of a limit or a refusal first.
      if (signal.aborted) throw error;
      return { deleted: [], edited: [], watched: [...watched] };
    }
  }

  return {
    /** Requests of one poll, when nothing is behind. */
    requests: places().length + (config.inbox ? 1 : 0) + 1 + config.ours.length + 1,

    async poll(cursor: string | null, signal: AbortSignal): Promise<Batch> {
      signal.throwIfAborted();
      const round = begin(cursor);
      await readAll(round, signal);
      const seen = new Set(round.memory.seen);
      const fresh = [...round.found.values()].filter((thing) => !seen.has(thing.id) && wanted(round, thing));
      const again = await lookAgain(round, watchedOf(round, fresh), signal);
      const gone = new Set(again.deleted);
      const posts = new Map(again.edited.map((post) => [post.id, post]));
      for (const thing of fresh) {
        if (gone.has(thing.id) || posts.has(thing.id)) continue;
        for (const post of make(round, thing, viaOf(round, thing))) posts.set(post.id, post);
      }
      const broken = [...round.dropped].filter(([key]) => !seen.has(brokenKey(key)));
      const memory: Memory = {
        ...round.memory,
        at: round.now,
        deepAt: round.deep ? round.now : round.memory.deepAt,
        seen: [
          ...round.memory.seen,
          ...broken.map(([key]) => brokenKey(key)),
          ...fresh.map((thing) => thing.id),
        ],
        watched: [...again.watched],
        shut: shut.entries().map(([id, reason]) => [id, reason]),
      };
      const waitMs = api.waitMs();
      return {
        posts: [...posts.values()],
        cursor: toCursor(memory),
        dropped: broken.map(([, drop]) => drop),
        ...(gone.size > 0 ? { deleted: [...gone] } : {}),
        ...(waitMs === null ? {} : { waitMs }),
        ...(round.cutAt === null ? {} : { gap: { from: round.from * 1_000, to: round.cutAt * 1_000 } }),
      };
    },
  };
}

/** How an unreadable entry is remembered among the seen ones: it may be repaired, and is then a post. */
function brokenKey(key: string): string {
  return `!${key.slice(0, 59)}`;
}
