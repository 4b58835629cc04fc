import { type Item, isClosed, SYSTEM } from '../domain/item.ts';
import type { Post } from '../domain/post.ts';
import type { Queries } from '../store/store.ts';

/** How many posts of a conversation triage and the answered rule look at. */
export const CONVERSATION_WINDOW = 100;

/**
 * Chronological, and every post behind the one it answers: clocks of servers differ, so a reply may claim to be older
 * than its parent, and a coarse clock gives both the same instant.
 */
export function inOrder(posts: readonly Post[]): Post[] {
  const byId = new Map<string, Post>();
  for (const post of posts) if (!byId.has(post.id)) byId.set(post.id, post);
  const parentOf = (post: Post): Post | undefined =>
    (post.replyTo === null ? undefined : byId.get(post.replyTo)) ?? byId.get(post.conversationId);

  const places = new Map<Post, { readonly at: number; readonly depth: number }>();
  for (const post of posts) {
    // Up to the first ancestor whose place is known, then down again; without recursion, as threads can be deep.
    const way: Post[] = [];
    const onWay = new Set<Post>();
    let next: Post | undefined = post;
    while (next && !places.has(next) && !onWay.has(next)) {
      way.push(next);
      onWay.add(next);
      next = parentOf(next);
    }
    for (const one of way.reverse()) {
      const parent = parentOf(one);
      // A ring of posts that answer each other has no first one: there the parent has no place yet.
      const above = parent && parent !== one ? places.get(parent) : undefined;
      places.set(
        one,
        above
          ? { at: Math.max(one.createdAt, above.at), depth: above.depth + 1 }
          : { at: one.createdAt, depth: 0 },
      );
    }
  }
  const keyed = posts.map((post) => ({ post, ...(places.get(post) ?? { at: post.createdAt, depth: 0 }) }));
  return keyed.sort((a, b) => a.at - b.at || a.depth - b.depth).map(({ post }) => post);
}

/** Where new posts belong. */
export interface Placed {
  /** Those not stored before, each once, with the conversation they belong to. */
  readonly posts: readonly Post[];
  /** Those that were stored before: perhaps their authors changed them since. */
  readonly again: readonly Post[];
  /** Conversations that had posts before. */
  readonly known: ReadonlySet<string>;
  /** By conversation: ids of stored posts that came into it (or met its item) only now. */
  readonly joined: ReadonlyMap<string, ReadonlySet<string>>;
  /** Items whose conversation turned out to be part of another one that has an item. */
  readonly merged: readonly { readonly stray: Item; readonly conversationId: string }[];
}

/**
 * A post whose parent we know belongs to the parent's conversation, whatever the network said; and when the missing
 * middle of a thread arrives late, the part that hung below it joins the rest.
 */
export async function place(queries: Queries, source: string, posts: readonly Post[]): Promise<Placed> {
  const asked = new Set<string>();
  for (const post of posts) {
    asked.add(post.id).add(post.conversationId);
    if (post.replyTo !== null) asked.add(post.replyTo);
  }
  const conversationOf = new Map(await queries.knownPosts(source, [...asked]));
  // A conversation may be stored although none of its ids are: its first post never reached us.
  const stored = await queries.knownConversations(source, [...asked]);
  const known = new Set([...conversationOf.values(), ...stored]);
  const moved = new Map<string, string>();
  const current = (conversationId: string): string => {
    let at = conversationId;
    for (let next = moved.get(at); next !== undefined; next = moved.get(at)) at = next;
    return at;
  };
  const placed: Post[] = [];
  const again: Post[] = [];
  const joined = new Map<string, Set<string>>();
  const merged: { stray: Item; conversationId: string }[] = [];

  for (const post of inOrder(posts)) {
    if (conversationOf.has(post.id)) {
      again.push(post);
      continue;
    }
    const conversationId = current(
      (post.replyTo === null ? undefined : conversationOf.get(post.replyTo)) ??
        conversationOf.get(post.conversationId) ??
        post.conversationId,
    );
    if (conversationId !== post.id && stored.has(post.id)) {
      const adopted = await adopt(queries, source, post.id, conversationId);
      if (adopted) {
        moved.set(post.id, conversationId);
        known.add(conversationId);
        const news = joined.get(conversationId) ?? new Set();
        for (const id of [...adopted.news, ...(joined.get(post.id) ?? [])]) news.add(id);
        joined.set(conversationId, news);
        joined.delete(post.id);
        if (adopted.stray) merged.push({ stray: adopted.stray, conversationId });
      }
    }
    conversationOf.set(post.id, conversationId);
    placed.push({ ...post, conversationId });
  }
  return {
    posts: placed.map((post) => ({ ...post, conversationId: current(post.conversationId) })),
    again,
    known,
    joined,
    merged: merged.map(({ stray, conversationId }) => ({ stray, conversationId: current(conversationId) })),
  };
}

/**
 * Moves what was stored as a conversation of its own below `from` to where it belongs. Null when there was none.
 * `news` are the posts that the item of the whole has not lived through yet; `stray` is the item that is left over.
 */
async function adopt(
  queries: Queries,
  source: string,
  from: string,
  to: string,
): Promise<{ news: readonly string[]; stray: Item | null } | null> {
  const below = await queries.conversation(source, from, CONVERSATION_WINDOW);
  if (below.length === 0) return null;
  const stray = await queries.itemOf(source, from);
  const home = await queries.itemOf(source, to);
  const above = stray && !home ? await queries.conversation(source, to, CONVERSATION_WINDOW) : [];
  await queries.moveConversation(source, from, to);
  const ids = (posts: readonly Post[]): string[] => posts.map((post) => post.id);
  if (stray && !home) return { news: ids(above), stray: null };
  // What a person closed by hand is not put before the team again under another number.
  const settled = stray !== null && isClosed(stray) && closedByHand(stray);
  return { news: settled ? [] : ids(below), stray };
}

function closedByHand(item: Item): boolean {
  const { closing } = item;
  return (
    closing !== null &&
    (closing.how === 'marked' || closing.how === 'dismissed') &&
    closing.by.id !== SYSTEM.id
  );
}
