import type { Post } from '../../domain/post.ts';
import type { Connection } from './connection.ts';
import { PRICES } from './prices.ts';
import { idOf } from './to-post.ts';

/** Each post and each author costs: a person who looks at a thread must not spend the day's budget. */
const MAX_READ = 50;

/**
 * The first post, the one in question, and the newest others of the last seven days, oldest first; empty when the post
 * is gone. At most 52 posts: https://docs.x.com/x-api/fundamentals/conversation-id
 */
export async function conversation(
  connection: Connection,
  post: Post,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  await connection.session(signal);
  const ids = [...new Set([post.conversationId, post.id])].join(',');
  const known = await connection.page('/tweets', { ids }, PRICES.post, [], signal);
  if (
    !known.tweets.some((tweet) => idOf(tweet) === post.id || tweet.edit_history_tweet_ids.includes(post.id))
  )
    return [];
  // Asked for by its first id, an edited post may come in its first words.
  const newest = known.tweets.flatMap(({ id, edit_history_tweet_ids: versions }) => {
    const last = versions.at(-1);
    return last === undefined || last === id ? [] : [last];
  });
  const edited =
    newest.length === 0
      ? []
      : [await connection.page('/tweets', { ids: newest.join(',') }, PRICES.post, [], signal)];
  const params = { query: `conversation_id:${post.conversationId}`, max_results: MAX_READ };
  const found = await connection.page('/tweets/search/recent', params, PRICES.post, [], signal);
  const posts = new Map<string, Post>();
  for (const page of [found, known, ...edited])
    for (const tweet of page.tweets) {
      const one = connection.toPost(tweet, page, 'comment');
      const other = posts.get(one.id);
      if (!other || (one.editedAt ?? 0) >= (other.editedAt ?? 0)) posts.set(one.id, one);
    }
  return [...posts.values()].sort((a, b) => a.createdAt - b.createdAt || compareIds(a.id, b.id));
}

/** Ids grow with time and are longer than a number can hold. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
