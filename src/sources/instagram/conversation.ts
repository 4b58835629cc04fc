import type { Post } from '../../domain/post.ts';
import { bounded } from '../kit/conversation.ts';
import { readAs } from '../kit/meta/graph.ts';
import { isRefusal } from '../kit/meta/graph-errors.ts';
import type { Account } from './account.ts';
import { readReplies } from './comments.ts';
import { COMMENT_FIELDS, commentSchema } from './shapes.ts';
import { commentToPost } from './to-post.ts';

/** @see Source.conversation */
export function createConversation(account: Account) {
  return async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    // What others write about a post of others is not shown to us, beyond the words that name us.
    if (post.via === 'mention') return [post];
    await account.session(signal);
    const root = post.conversationId;
    try {
      const json = await account.graph.call(`/${root}`, { params: { fields: COMMENT_FIELDS }, signal });
      const first = readAs(commentSchema, json, 'a comment');
      const replies = await readReplies(account, root, { dropped: [], signal });
      const posts = [first, ...replies].map((comment) => commentToPost(account, comment, post.url));
      if (!posts.some((one) => one.id === post.id)) {
        // Of a giant thread only the first 500 answers are read, and the one in question may be a later one: a refusal
        // says that it is gone.
        await account.graph.call(`/${post.id}`, { params: { fields: COMMENT_FIELDS }, signal });
        posts.push(post);
      }
      return bounded(posts, post, root);
    } catch (error) {
      if (isRefusal(error)) return [];
      throw error;
    }
  };
}
