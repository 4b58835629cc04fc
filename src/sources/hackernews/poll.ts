import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped, SourceContext } from '../source.ts';
import type { Api } from './api.ts';
import { type Memory, recall, type Story, seenAs, seenId, toCursor } from './memory.ts';
import { type Found, type Query, searchSince } from './search.ts';
import { type Entry, isGone } from './shapes.ts';
import { toPost, wordsOf } from './to-post.ts';
import { isOn, keywordQuery, names, oursQuery, storiesQuery, type Watch } from './watch.ts';

/** Posts reach the index late, and by how much nobody says: so much is read again with each poll. */
const OVERLAP_S = 3 * 3_600;
/** When a delivered post is looked at once more, for whether it still exists. */
const LOOK_AGAIN_S = 3 * 3_600;
const GIVE_UP_S = 24 * 3_600;
/** Posts looked at again in one poll: a request each. */
const LOOK_AGAIN = 5;
/** Stories asked for in one request: the address must not become too long. */
const STORIES_A_QUERY = 50;

/** Why an entry was found. */
type Reason = 'ours' | 'keyword' | 'domain' | 'thread';

/** One poll under way. */
interface Round {
  readonly memory: Memory;
  readonly now: number;
  readonly from: number;
  readonly found: Map<string, { readonly entry: Entry; readonly reason: Reason }>;
  readonly dropped: Map<string, Dropped>;
  readonly own: Set<string>;
  readonly stories: Map<string, Story>;
  cutAt: number | null;
}

export interface PollOptions {
  readonly watch: Watch;
  readonly lookbackMs: number;
  readonly followMs: number;
}

/** Searches for keywords, domains and ourselves, and reads on under stories that are about us. */
export function createPoller(api: Api, context: SourceContext, options: PollOptions) {
  const { watch } = options;
  const followS = Math.floor(options.followMs / 1_000);

  function begin(cursor: string | null): Round {
    const now = Math.floor(context.clock.now() / 1_000);
    const since = now - Math.ceil(options.lookbackMs / 1_000);
    const fresh: Memory = { v: 1, since, at: null, seen: [], own: [], stories: [], watched: [] };
    const memory = recall(cursor) ?? fresh;
    const from = memory.at === null ? memory.since : Math.max(memory.since, memory.at - OVERLAP_S);
    return {
      memory,
      now,
      from,
      found: new Map(),
      dropped: new Map(),
      own: new Set(memory.own),
      stories: new Map(
        memory.stories.filter((story) => story.until >= now).map((story) => [story.id, story]),
      ),
      cutAt: null,
    };
  }

  async function search(round: Round, query: Query, signal: AbortSignal): Promise<Found> {
    const found = await searchSince(api, query, round.from, signal);
    for (const drop of found.dropped) round.dropped.set(drop.id ?? drop.why, drop);
    if (found.cutAt !== null) round.cutAt = Math.max(round.cutAt ?? 0, found.cutAt);
    return found;
  }

  function keep(round: Round, entry: Entry, reason: Reason): void {
    // The first reason says most: the searches are made in that order.
    if (!round.found.has(entry.id)) round.found.set(entry.id, { entry, reason });
  }

  function follow(round: Round, entry: Entry, all: boolean): void {
    const until = entry.at + followS;
    if (followS === 0 || until < round.now) return;
    const known = round.stories.get(entry.story);
    const story = {
      id: entry.story,
      until: Math.max(until, known?.until ?? 0),
      all: all || known?.all === true,
    };
    round.stories.delete(entry.story);
    round.stories.set(entry.story, story);
  }

  /** Whether it leads to one of our sites, or names one in full. */
  function onOurSites(entry: Entry): boolean {
    const { text, links } = wordsOf(entry);
    return watch.domains.some((domain) => links.some((link) => isOn(link, domain)) || names(text, domain));
  }

  async function searchAll(round: Round, signal: AbortSignal): Promise<void> {
    if (watch.ours.size > 0) {
      for (const entry of (await search(round, oursQuery(watch.ours), signal)).entries) {
        round.own.add(entry.id);
        keep(round, entry, 'ours');
        follow(round, entry, !entry.comment);
      }
    }
    for (const domain of watch.domains) {
      for (const entry of (await search(round, keywordQuery(domain), signal)).entries) {
        if (!onOurSites(entry)) continue;
        keep(round, entry, 'domain');
        if (!entry.comment) follow(round, entry, true);
      }
    }
    for (const keyword of watch.keywords) {
      for (const entry of (await search(round, keywordQuery(keyword), signal)).entries)
        keep(round, entry, 'keyword');
    }
    const stories = [...round.stories.keys()];
    for (let at = 0; at < stories.length; at += STORIES_A_QUERY) {
      const query = storiesQuery(stories.slice(at, at + STORIES_A_QUERY));
      for (const entry of (await search(round, query, signal)).entries) {
        const forUs = entry.parent !== null && round.own.has(entry.parent);
        if (forUs || round.stories.get(entry.story)?.all) keep(round, entry, 'thread');
      }
    }
  }

  function viaOf(round: Round, entry: Entry, reason: Reason): Via {
    if (watch.ours.has(entry.author)) return entry.comment ? 'reply' : 'comment';
    if (entry.parent !== null && round.own.has(entry.parent)) return 'reply';
    if (reason === 'domain') return 'share';
    return reason === 'thread' ? 'comment' : 'keyword';
  }

  /** What is new, and what is known in other words; each with how it is remembered. */
  function postsOf(round: Round) {
    const known = new Map(round.memory.seen.map((seen) => [seenId(seen), seen]));
    const posts: { readonly post: Post; readonly seen: string; readonly fresh: boolean }[] = [];
    for (const { entry, reason } of round.found.values()) {
      const before = known.get(entry.id);
      const seen = seenAs(entry);
      // Without a hash it was remembered by an earlier version of Potluck.
      if (before === seen || before === entry.id) continue;
      try {
        const post = toPost(entry, context.name, viaOf(round, entry, reason), watch.ours.has(entry.author));
        posts.push({ post, seen, fresh: before === undefined });
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        round.dropped.set(entry.id, { id: entry.id, why: problemsOf(error) });
      }
    }
    return posts;
  }

  /** Looks at delivered posts once more: authors delete, and moderators kill, soon or never. */
  async function lookAgain(round: Round, signal: AbortSignal) {
    const young = round.memory.watched.filter((one) => round.now - one.at < GIVE_UP_S);
    const due = young.filter((one) => round.now - one.at >= LOOK_AGAIN_S).slice(0, LOOK_AGAIN);
    const done = new Set<string>();
    const deleted: string[] = [];
    for (const { id } of due) {
      try {
        if (isGone(await api.get(`/items/${id}`, {}, signal))) deleted.push(id);
        done.add(id);
      } catch (error) {
        // What was found must not wait for this; the next poll asks again, and hears of a limit or a refusal first.
        if (signal.aborted) throw error;
        break;
      }
    }
    return { deleted, watched: young.filter((one) => !done.has(one.id)) };
  }

  return {
    /** Searches of one poll, when nothing is behind. */
    searches: watch.keywords.length + watch.domains.length + (watch.ours.size > 0 ? 2 : 1),

    async poll(cursor: string | null, signal: AbortSignal): Promise<Batch> {
      signal.throwIfAborted();
      const round = begin(cursor);
      await searchAll(round, signal);
      const { deleted, watched } = await lookAgain(round, signal);
      const found = postsOf(round);
      const posts = found.map(({ post }) => post);
      const reported = new Set(round.memory.seen);
      const broken = [...round.dropped].filter(([key]) => !reported.has(brokenKey(key)));
      const delivered = new Set(posts.map(({ id }) => id));
      const memory: Memory = {
        ...round.memory,
        at: round.now,
        seen: [
          ...round.memory.seen.filter((seen) => !delivered.has(seenId(seen))),
          ...broken.map(([key]) => brokenKey(key)),
          ...found.map(({ seen }) => seen),
        ],
        own: [...round.own],
        stories: [...round.stories.values()],
        watched: [
          ...watched,
          ...found
            .filter(({ post, fresh }) => fresh && !post.ours)
            .map(({ post }) => ({ id: post.id, at: Math.floor(post.createdAt / 1_000) })),
        ],
      };
      return {
        posts,
        cursor: toCursor(memory),
        dropped: broken.map(([, drop]) => drop),
        ...(deleted.length > 0 ? { deleted } : {}),
        ...(round.cutAt === null ? {} : { gap: { from: round.from * 1_000, to: round.cutAt * 1_000 } }),
      };
    },
  };
}

/** How an unreadable entry is remembered among the seen ones: it may be repaired, and is then a post. */
function brokenKey(key: string): string {
  return `!${key.slice(0, 39)}`;
}
