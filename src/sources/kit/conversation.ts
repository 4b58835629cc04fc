import type { Post } from '../../domain/post.ts';

/** Most posts of a conversation that are handed on, as the port promises. */
export const MAX_CONVERSATION = 500;

/**
 * Oldest first; of a giant thread the first post, the one in question, ours, and the newest of the rest.
 *
 * @param firstId id of the post that began it
 */
export function bounded(posts: readonly Post[], post: Post, firstId: string): readonly Post[] {
  const sorted = [...posts].sort((a, b) => a.createdAt - b.createdAt);
  if (sorted.length <= MAX_CONVERSATION) return sorted;
  const must = sorted.filter((one) => one.id === post.id || one.id === firstId || one.ours);
  const kept = new Set([...new Set([...must, ...sorted.toReversed()])].slice(0, MAX_CONVERSATION));
  return sorted.filter((one) => kept.has(one));
}
