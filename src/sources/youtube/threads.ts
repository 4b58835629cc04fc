import type { Post } from '../../domain/post.ts';
import type { Connection } from './connection.ts';
import { type Comment, commentSchema, readItems } from './entities.ts';
import { ClosedError, GoneError } from './failures.ts';
import { placeOf } from './to-post.ts';

const MAX_CONVERSATION = 500;
/** 1,000 answers, for 10 units: a thread of ten thousand must not use up a hundredth of the day. */
const MAX_PAGES = 10;

/** A comment and the answers to it, ours included, oldest first; empty when it is gone. */
export async function conversation(
  connection: Connection,
  post: Post,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  await connection.session(signal);
  const threadId = post.conversationId;
  try {
    const [thread] = await connection.threads([threadId], signal);
    if (!thread) return [];
    connection.note(thread);
    const comments = new Map<string, Comment>([[threadId, thread.snippet.topLevelComment]]);
    for (const one of readItems(thread.replies?.comments ?? [], commentSchema, [])) comments.set(one.id, one);
    const total = thread.snippet.totalReplyCount ?? 0;
    let token: string | null = null;
    let whole = false;
    // The count may be out of date: that the comment in question is gone is known only at the end of the list.
    for (let pages = 0; pages < MAX_PAGES && (comments.size <= total || !comments.has(post.id)); pages++) {
      const page = await connection.replies(threadId, token, [], signal);
      for (const one of page.comments) comments.set(one.id, one);
      token = page.next;
      whole = token === null;
      if (whole) break;
    }
    if (whole && !comments.has(post.id)) return [];
    const posts = [...comments.values()].map((one) => connection.toPost(one, placeOf(thread), threadId));
    // Beyond what was read: the comment in question is there all the same.
    if (!comments.has(post.id)) posts.push(post);
    return bounded(posts, post);
  } catch (error) {
    if (error instanceof GoneError || error instanceof ClosedError) return [];
    throw error;
  }
}

/** Oldest first; of a giant thread the first comment, the one in question, ours, and the newest of the rest. */
function bounded(posts: readonly Post[], post: Post): readonly Post[] {
  const sorted = [...posts].sort((a, b) => a.createdAt - b.createdAt);
  if (sorted.length <= MAX_CONVERSATION) return sorted;
  const first = sorted.filter((one) => one.id === post.id || one.id === post.conversationId);
  const ours = sorted.filter((one) => one.ours).toReversed();
  const kept = new Set<Post>();
  for (const one of [...first, ...ours, ...sorted.toReversed()])
    if (kept.size < MAX_CONVERSATION) kept.add(one);
  return sorted.filter((one) => kept.has(one));
}
