import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { UnavailableError } from '../../errors.ts';
import type { Api } from './api.ts';
import { type Entry, readHit, readPage, readTree } from './shapes.ts';
import { toPost } from './to-post.ts';

const MAX_CONVERSATION = 500;

export interface ThreadOptions {
  readonly source: string;
  readonly ours: ReadonlySet<string>;
}

/** The conversation of a post: the whole story with its comments, bounded to 500 posts, oldest first. */
export function createThreads(api: Api, options: ThreadOptions) {
  /** An item with everything below it; empty when it is gone. */
  async function tree(id: string, signal: AbortSignal): Promise<readonly Entry[]> {
    const json = await api.get(`/items/${encodeURIComponent(id)}`, {}, signal);
    return json === null ? [] : readTree(json);
  }

  /** The story alone. */
  async function root(id: string, signal: AbortSignal): Promise<readonly Entry[]> {
    const params = { tags: `(story,poll),story_${id}`, hitsPerPage: 1 };
    return (readPage(await api.get('/search_by_date', params, signal)) ?? []).flatMap((hit) => {
      const read = readHit(hit);
      return 'entry' in read ? [read.entry] : [];
    });
  }

  async function whole(post: Post, signal: AbortSignal): Promise<readonly Entry[]> {
    const { id, conversationId } = post;
    try {
      const all = await tree(conversationId, signal);
      if (all.length === 0 || id === conversationId || all.some((entry) => entry.id === id)) return all;
      return [...all, ...(await tree(id, signal))];
    } catch (error) {
      // A thread of ten thousand comments may be more than one answer can hold: then its branch is what the card needs.
      if (!(error instanceof UnavailableError) || id === conversationId || signal.aborted) throw error;
      return [...(await root(conversationId, signal)), ...(await tree(id, signal))];
    }
  }

  return async (post: Post, signal: AbortSignal): Promise<readonly Post[]> => {
    const entries = new Map((await whole(post, signal)).map((entry) => [entry.id, entry]));
    if (!entries.has(post.id)) return [];
    const isOurs = (entry: Entry): boolean => options.ours.has(entry.author);
    return bounded(entries, post, isOurs).flatMap((entry) => {
      const parent = entry.parent === null ? undefined : entries.get(entry.parent);
      const via = viaOf(entry, isOurs(entry), parent !== undefined && isOurs(parent));
      try {
        const made = toPost(entry, options.source, via, isOurs(entry));
        return [{ ...made, conversationId: post.conversationId }];
      } catch (error) {
        // One entry beyond use must not hide the others.
        if (error instanceof z.ZodError) return [];
        throw error;
      }
    });
  };
}

function viaOf(entry: Entry, ours: boolean, toUs: boolean): Via {
  if (ours) return entry.comment ? 'reply' : 'comment';
  return toUs ? 'reply' : entry.comment ? 'comment' : 'keyword';
}

/** Oldest first; of a giant thread the story, the way down to the post, ours, what is below the post, the newest others. */
function bounded(
  entries: ReadonlyMap<string, Entry>,
  post: Post,
  isOurs: (entry: Entry) => boolean,
): readonly Entry[] {
  const sorted = [...entries.values()].sort((a, b) => a.at - b.at || Number(a.id) - Number(b.id));
  if (sorted.length <= MAX_CONVERSATION) return sorted;
  const way = new Set<string>([post.conversationId, post.id]);
  for (let at = entries.get(post.id)?.parent; at && !way.has(at); at = entries.get(at)?.parent) way.add(at);
  // An answer is always younger than what it answers, so one pass in the order of time finds every one.
  const below = new Set([post.id]);
  for (const entry of sorted) if (entry.parent !== null && below.has(entry.parent)) below.add(entry.id);
  const rank = (entry: Entry): number =>
    way.has(entry.id)
      ? 0
      : isOurs(entry)
        ? 1
        : post.id !== post.conversationId && below.has(entry.id)
          ? 2
          : 3;
  const kept = new Set(
    sorted
      .toReversed()
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, MAX_CONVERSATION),
  );
  return sorted.filter((entry) => kept.has(entry));
}
