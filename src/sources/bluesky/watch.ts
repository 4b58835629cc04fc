import { z } from 'zod';
import type { Keywords } from '../../domain/keywords.ts';
import type { Post } from '../../domain/post.ts';
import type { Memory } from '../kit/memory.ts';
import type { SourceContext } from '../source.ts';
import { concern } from './concern.ts';
import { type JetstreamEvent, openJetstream } from './jetstream.ts';
import { fetchPosts, HYDRATE, isUnreadable } from './pages.ts';
import { type Otherwise, readPost } from './read-post.ts';
import type { Session } from './session.ts';
import type { Us } from './us.ts';

/** Read again before the last event that was dealt with: https://github.com/bluesky-social/jetstream advises a few seconds. */
const OVERLAP_US = 5_000_000;
/** 25 posts twice a second are 600 requests in 5 minutes, of 3,000. */
const BETWEEN_MS = 500;
/** Matches that wait to be read; more at once means words that everybody uses. */
const MAX_PENDING = 2_000;
/** The AppView knows a post a moment after the stream does; after 2 + 4 + 8 s it does not want to show it to us. */
const FIRST_RETRY_MS = 2_000;
const TRIES = 4;
/** How far the stream's clock may be ahead of ours. */
const AHEAD_MS = 60_000;
const CURSOR_KEY = 'jetstream';

/** A post that concerns us and is still to be read whole. */
interface Pending {
  readonly us: number;
  readonly otherwise: Otherwise;
  tries: number;
  notBefore: number;
}

export interface WatchOptions {
  readonly url: string;
  readonly watched: Keywords;
  readonly lookbackMs: number;
  readonly memory: Memory;
}

export interface Watch {
  /** @see Source.listen */
  listen(signal: AbortSignal): AsyncGenerator<readonly Post[]>;
  /** Opens the stream and closes it again; tells what it did, or throws. */
  tryStream(signal: AbortSignal): Promise<string>;
}

/** Makes the listener of the public stream. Where it was is kept between connections, and in the cache between starts. */
export function createWatch(
  session: Session,
  us: () => Us,
  context: Pick<SourceContext, 'name' | 'fetch' | 'clock' | 'cache' | 'log' | 'meter'>,
  options: WatchOptions,
): Watch {
  const { clock, cache, log, name } = context;
  const { memory, watched } = options;
  /** Time of the newest event seen, epoch µs. */
  let lastUs: number | null = null;
  let overflowed = false;

  async function resumeAt(): Promise<number | null> {
    if (lastUs === null) {
      const stored = z.number().safeParse(await cache.get(CURSOR_KEY));
      if (stored.success) lastUs = stored.data;
    }
    if (lastUs === null) return null;
    return Math.max(lastUs - OVERLAP_US, (clock.now() - options.lookbackMs) * 1_000);
  }

  function store(at: number | null): void {
    if (at !== null) cache.set(CURSOR_KEY, at).catch(() => {});
  }

  function take(event: JetstreamEvent, pending: Map<string, Pending>): boolean {
    // A time from the future would make us forget everything until then.
    if (event.us <= (clock.now() + AHEAD_MS) * 1_000) lastUs = Math.max(lastUs ?? 0, event.us);
    if (event.type === 'account-deleted') memory.allGone(`at://${event.did}/`);
    if (event.type === 'deleted') {
      pending.delete(event.uri);
      memory.gone(event.uri);
    }
    if (event.type !== 'post' || memory.has(event.uri)) return false;
    const otherwise = concern(event.did, event.record, us(), watched);
    if (!otherwise) return false;
    if (pending.size >= MAX_PENDING) {
      if (!overflowed)
        log.warn(
          { source: name, waiting: pending.size },
          'the watched words match more posts than can be read; make them narrower',
        );
      overflowed = true;
      return false;
    }
    pending.set(event.uri, { us: event.us, otherwise, tries: 0, notBefore: 0 });
    return true;
  }

  /** Reads some matches whole; what the network does not show yet stays pending for a while. */
  async function read(
    pending: Map<string, Pending>,
    due: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Post[]> {
    const posts: Post[] = [];
    for (const view of await fetchPosts(session, due, signal)) {
      const wanted = isUnreadable(view) ? undefined : pending.get(view.uri);
      if (isUnreadable(view) || !wanted) continue;
      try {
        const post = readPost(view, name, us(), wanted.otherwise);
        // Somebody brings their archive along from another network, each post under its own old date.
        if (post.createdAt < clock.now() - options.lookbackMs) pending.delete(view.uri);
        else posts.push(post);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        log.debug({ source: name, uri: view.uri }, 'unreadable post in the stream');
        pending.delete(view.uri);
      }
    }
    const found = new Set(posts.map((post) => post.id));
    for (const uri of due) {
      const wanted = pending.get(uri);
      if (!wanted || found.has(uri)) continue;
      wanted.notBefore = clock.now() + FIRST_RETRY_MS * 2 ** wanted.tries;
      wanted.tries += 1;
      if (wanted.tries >= TRIES) pending.delete(uri);
    }
    return posts;
  }

  async function* listen(signal: AbortSignal): AsyncGenerator<readonly Post[]> {
    await session.signIn(signal);
    overflowed = false;
    const pending = new Map<string, Pending>();
    let ended: Error | null = null;
    let wake = (): void => {};
    let nextRead = 0;
    const resumePoint = (): number | null => {
      const oldest = Math.min(...[...pending.values()].map((one) => one.us));
      return Number.isFinite(oldest) ? oldest : lastUs;
    };
    await context.meter.spend({ requests: 1 });
    const stream = await openJetstream({
      url: options.url,
      cursor: await resumeAt(),
      fetch: context.fetch,
      clock,
      signal,
      onEvent(event) {
        if (take(event, pending)) wake();
      },
      onEnd(error) {
        ended = error;
        wake();
      },
      onTick: () => store(resumePoint()),
    });
    log.debug({ source: name, words: watched.size }, 'watching the public stream');
    try {
      for (;;) {
        if (signal.aborted) return;
        if (ended) throw ended;
        const now = clock.now();
        const due = now < nextRead ? [] : dueOf(pending, now);
        if (due.length === 0) {
          const until = Math.min(...[...pending.values()].map((one) => Math.max(one.notBefore, nextRead)));
          const over = new AbortController();
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (ended || signal.aborted) resolve();
            else if (Number.isFinite(until)) clock.sleep(until - now, over.signal).then(resolve, () => {});
          });
          over.abort();
          continue;
        }
        nextRead = now + BETWEEN_MS;
        const posts = await read(pending, due, signal);
        if (posts.length > 0) yield posts;
        // Only now are they with whoever asked for them; one that was deleted meanwhile is no longer pending.
        for (const { id } of posts) {
          memory.delivered([id]);
          if (!pending.delete(id)) memory.gone(id);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    } finally {
      lastUs = resumePoint();
      store(lastUs);
      stream.close();
    }
  }

  return {
    listen,
    async tryStream(signal) {
      const { url } = options;
      await context.meter.spend({ requests: 1 });
      const nothing = (): void => {};
      const on = { onEvent: nothing, onEnd: nothing, onTick: nothing };
      const stream = await openJetstream({ url, cursor: null, fetch: context.fetch, clock, signal, ...on });
      stream.close();
      return `watches the public stream of ${new URL(url).host} for ${watched.size} ${watched.size === 1 ? 'word' : 'words'}`;
    },
  };
}

function dueOf(pending: ReadonlyMap<string, Pending>, now: number): readonly string[] {
  const due: string[] = [];
  for (const [uri, { notBefore }] of pending) {
    if (notBefore <= now) due.push(uri);
    if (due.length === HYDRATE) break;
  }
  return due;
}
