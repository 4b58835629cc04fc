import type { Post } from '../../domain/post.ts';
import { AuthError } from '../../errors.ts';
import { bounded } from '../kit/conversation.ts';
import { isRefusal } from '../kit/meta/graph-errors.ts';
import { readComments } from './comments.ts';
import { isOnTimeline, type Node, readNode } from './nodes.ts';
import type { Page } from './page.ts';
import { commentToPost, feedToPost } from './to-post.ts';

/** 100 comments each. */
const MAX_PAGES = 6;

/** @see Source.conversation */
export function createConversation(page: Page) {
  /** The first comment or post of the conversation, also when what we hold for it hangs below another one. */
  async function rootOf(id: string, signal: AbortSignal): Promise<{ id: string; node: Node }> {
    const node = await readNode(page, id, signal);
    const parent = node.kind === 'comment' ? node.comment.parent : null;
    if (!parent) return { id, node };
    const above = parent.parent?.id ?? parent.id;
    return { id: above, node: await readNode(page, above, signal) };
  }

  async function read(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    const root = await rootOf(post.conversationId, signal);
    const { comments } = await readComments(page, {
      objectId: root.id,
      since: 0,
      maxPages: MAX_PAGES,
      dropped: [],
      signal,
    });
    const first = firstPost(root.id, root.node, post);
    const posts = [first];
    for (const comment of comments) {
      const replyTo = comment.parent?.id ?? root.id;
      posts.push(commentToPost(page, comment, { conversationId: root.id, replyTo, via: 'reply' }));
    }
    if (!posts.some((one) => one.id === post.id)) {
      // Of a giant thread only the newest were read, and the one in question may be older: a refusal says that it is gone.
      await readNode(page, post.id, signal);
      posts.push(post);
    }
    return bounded(posts, post, first.id);
  }

  function firstPost(id: string, node: Node, post: Post): Post {
    if (node.kind === 'post') return feedToPost(page, node.post);
    const via = post.id === id ? post.via : 'comment';
    return commentToPost(page, node.comment, { conversationId: id, replyTo: null, via });
  }

  return async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    await page.session(signal);
    try {
      return await read(post, signal);
    } catch (error) {
      if (isRefusal(error)) return [];
      // Facebook often does not show what people write on their own timelines, although it tells that they named us.
      const elsewhere = post.via === 'mention' && !isOnTimeline(page, post.conversationId);
      if (elsewhere && error instanceof AuthError) return [post];
      throw error;
    }
  };
}
