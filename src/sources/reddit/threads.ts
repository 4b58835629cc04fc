import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import type { Api } from './api.ts';
import { GoneError, HiddenError } from './failures.ts';
import { isThing, type More, readListing, readThing, readTree, type Thing } from './shapes.ts';
import type { Shut } from './shut.ts';
import { toPost } from './to-post.ts';
import type { Us } from './us.ts';

const MAX_CONVERSATION = 500;
/** Requests for what the first answer left out. */
const MAX_MORE = 6;
/** `GET /api/morechildren` takes at most 100 ids at a time (https://www.reddit.com/dev/api/#GET_api_morechildren). */
const MORE_IDS = 100;

export interface ThreadParts {
  readonly source: string;
  readonly api: Api;
  readonly us: Us;
  readonly shut: Shut;
}

/** The conversation of a post: the post of Reddit with its comments, bounded to 500, oldest first. */
export function createThreads({ source, api, us, shut }: ThreadParts) {
  /** `[listing of the post, listing of its comments]`: https://www.reddit.com/dev/api/#GET_comments_{article} */
  async function ask(link: string, params: Record<string, string | number>, signal: AbortSignal) {
    const about = 'reading a conversation';
    const json = await api.call(`/comments/${bare(link)}`, { about, scope: 'read', params, signal });
    const [posts, comments] = z.tuple([z.unknown(), z.unknown()]).catch([null, null]).parse(json);
    const root = readListing(posts).children.map(readThing).filter(isThing);
    const { things, more } = readTree(readListing(comments).children);
    return { things: [...root, ...things], more };
  }

  async function moreOf(link: string, ids: readonly string[], signal: AbortSignal) {
    const json = await api.call('/api/morechildren', {
      about: 'reading a conversation',
      scope: 'read',
      params: { api_type: 'json', link_id: link, children: ids.join(','), sort: 'new' },
      signal,
    });
    const shape = z.object({ json: z.object({ data: z.object({ things: z.array(z.unknown()) }) }) });
    return readTree(shape.safeParse(json).data?.json.data.things ?? []);
  }

  async function whole(post: Post, signal: AbortSignal): Promise<ReadonlyMap<string, Thing>> {
    const link = post.conversationId;
    const all = new Map<string, Thing>();
    const add = (things: readonly Thing[]): void => {
      for (const thing of things) all.set(thing.id, thing);
    };
    const first = await ask(link, { sort: 'new', limit: MAX_CONVERSATION, depth: 50 }, signal);
    add(first.things);
    let more: readonly More[] = first.more;
    if (post.id !== link && !all.has(post.id)) {
      // Deep in a large thread: its branch, with the way up to it.
      const branch = await ask(link, { comment: bare(post.id), context: 8, limit: 200, sort: 'new' }, signal);
      add(branch.things);
      more = [...branch.more, ...more];
    }
    // Deleted comments hold the tree together, but are not shown.
    const shown = (): number => [...all.values()].filter((thing) => !thing.gone).length;
    for (let round = 0; round < MAX_MORE && shown() < MAX_CONVERSATION; round++) {
      const next = pick(more, all, post);
      if (next === null) break;
      const got =
        'below' in next
          ? await ask(link, { comment: bare(next.below), limit: 200, sort: 'new' }, signal)
          : await moreOf(link, next.ids, signal);
      add(got.things);
      more = [...got.more, ...without(more, next)];
    }
    return all;
  }

  return async (post: Post, signal: AbortSignal): Promise<readonly Post[]> => {
    let all: ReadonlyMap<string, Thing>;
    try {
      await us.me(signal);
      all = await whole(post, signal);
    } catch (error) {
      // In a subreddit that became private, and may be open again tomorrow: what waits there must not be closed.
      if (error instanceof HiddenError) return [post];
      if (error instanceof GoneError) return [];
      throw error;
    }
    for (const thing of all.values()) shut.note(thing);
    const shown = new Map([...all].filter(([, thing]) => !thing.gone));
    return bounded(shown, post, us).flatMap((thing) => {
      const parent = thing.parent === null ? undefined : all.get(thing.parent);
      const via = viaOf(thing, us.isOurs(thing), parent !== undefined && us.isOurs(parent));
      try {
        const made = toPost(thing, source, via, us.isOurs(thing));
        return [{ ...made, conversationId: post.conversationId }];
      } catch (error) {
        // One thing beyond use must not hide the others.
        if (error instanceof z.ZodError) return [];
        throw error;
      }
    });
  };
}

/** The id without its kind. */
function bare(fullname: string): string {
  return encodeURIComponent(fullname.replace(/^t\d_/, ''));
}

/** What to ask for next: comments by their ids, or how a thread goes on below one. */
type Next = { readonly ids: readonly string[] } | { readonly below: string };

/** Those below the post in question first. */
function pick(more: readonly More[], all: ReadonlyMap<string, Thing>, post: Post): Next | null {
  const near = (one: More): boolean => {
    for (let at: string | null | undefined = one.parent; at; at = all.get(at)?.parent)
      if (at === post.id) return true;
    return false;
  };
  const open = more
    .map((one) => ({
      ...one,
      ids: one.ids.filter((id) => !all.has(`t1_${id}`)),
      goesOn: one.ids.length === 0,
    }))
    .filter((one) => one.ids.length > 0 || (one.goesOn && one.parent.startsWith('t1_')));
  const sorted = open.sort((a, b) => Number(near(b)) - Number(near(a)));
  const [first] = sorted;
  if (!first) return null;
  if (first.goesOn) return { below: first.parent };
  return { ids: sorted.flatMap((one) => one.ids).slice(0, MORE_IDS) };
}

/** What is left to ask for after that. */
function without(more: readonly More[], next: Next): readonly More[] {
  if ('below' in next) return more.filter((one) => one.ids.length > 0 || one.parent !== next.below);
  const taken = new Set(next.ids);
  return more.flatMap((one) => {
    const ids = one.ids.filter((id) => !taken.has(id));
    // Without ids it would look like a thread that goes on.
    return one.ids.length > 0 && ids.length === 0 ? [] : [{ ...one, ids }];
  });
}

function viaOf(thing: Thing, ours: boolean, toUs: boolean): Via {
  if (ours) return thing.parent === null ? 'comment' : 'reply';
  return toUs ? 'reply' : thing.parent === null ? 'keyword' : 'comment';
}

/** Oldest first; of a giant thread its post, the way down to the one in question, ours, what is below it, the newest others. */
function bounded(things: ReadonlyMap<string, Thing>, post: Post, us: Us): readonly Thing[] {
  const sorted = [...things.values()].sort((a, b) => a.at - b.at || byId(a, b));
  if (sorted.length <= MAX_CONVERSATION) return sorted;
  const way = new Set<string>([post.conversationId, post.id]);
  for (let at = things.get(post.id)?.parent; at && !way.has(at); at = things.get(at)?.parent) way.add(at);
  // An answer is always younger than what it answers, so one pass in the order of time finds every one.
  const below = new Set([post.id]);
  for (const thing of sorted) if (thing.parent !== null && below.has(thing.parent)) below.add(thing.id);
  const rank = (thing: Thing): number =>
    way.has(thing.id)
      ? 0
      : us.isOurs(thing)
        ? 1
        : post.id !== post.conversationId && below.has(thing.id)
          ? 2
          : 3;
  const kept = new Set(
    sorted
      .toReversed()
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, MAX_CONVERSATION),
  );
  return sorted.filter((thing) => kept.has(thing));
}

/** Of one second: a post before its comments; ids grow, so the shorter and then the smaller is the older. */
function byId(a: Thing, b: Thing): number {
  if ((a.parent === null) !== (b.parent === null)) return a.parent === null ? -1 : 1;
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}
