import type { Post } from '../../domain/post.ts';
import { readAs } from '../kit/meta/graph.ts';
import { isGone, isRefusal } from '../kit/meta/graph-errors.ts';
import type { Account } from './account.ts';
import { mentionedComment, mentionedMedia } from './shapes.ts';
import { toldToPost } from './to-post.ts';

/** Long enough for any answer; when it is forgotten, Instagram is asked again. */
const TTL_MS = 90 * 86_400_000;

/** What we are named in, elsewhere on Instagram. */
export interface Mention {
  readonly mediaId: string;
  /** Null when the caption names us. */
  readonly commentId: string | null;
}

/** Where we are named on posts of others can be read only through our own account, by the ids that a webhook told. */
export function createMentions(account: Account) {
  const key = (postId: string): string => `mention:${postId}`;

  async function ask(fields: string, signal: AbortSignal, purpose: 'read' | 'answer'): Promise<unknown> {
    return account.graph.call(`/${account.id}`, { params: { fields }, signal, purpose });
  }

  async function comment(id: string, signal: AbortSignal, purpose: 'read' | 'answer') {
    const about = (fields: string): string => `mentioned_comment.comment_id(${id}){${fields}}`;
    try {
      const json = await ask(about('id,text,timestamp,username,media{id}'), signal, purpose);
      return readAs(mentionedComment, json, 'a mention').mentioned_comment;
    } catch (error) {
      // Meta's page does not list the user name here, although it is given.
      if (!isRefusal(error) || isGone(error)) throw error;
      const json = await ask(about('id,text,timestamp,media{id}'), signal, purpose);
      return readAs(mentionedComment, json, 'a mention').mentioned_comment;
    }
  }

  return {
    /** The mention as a post that begins a conversation. */
    async read(mention: Mention, signal: AbortSignal): Promise<Post> {
      const id = mention.commentId ?? mention.mediaId;
      const place = { conversationId: id, replyTo: null, via: 'mention' } as const;
      await account.cache.set(key(id), mention.mediaId, TTL_MS);
      if (mention.commentId !== null) {
        const { text, timestamp, username } = await comment(mention.commentId, signal, 'read');
        const writer = { id: null, username };
        return toldToPost(account, { id, text, writer, createdAt: timestamp, url: null }, place);
      }
      const json = await ask(
        `mentioned_media.media_id(${id}){id,caption,timestamp,username}`,
        signal,
        'read',
      );
      const { caption, timestamp, username } = readAs(mentionedMedia, json, 'a mention').mentioned_media;
      const writer = { id: null, username };
      return toldToPost(account, { id, text: caption, writer, createdAt: timestamp, url: null }, place);
    },

    /** What a post that we delivered as a mention stands for. */
    async of(post: Post, signal: AbortSignal): Promise<Mention> {
      const cached: unknown = await account.cache.get(key(post.id));
      if (typeof cached === 'string')
        return { mediaId: cached, commentId: cached === post.id ? null : post.id };
      try {
        const { media } = await comment(post.id, signal, 'answer');
        if (media) return { mediaId: media.id, commentId: post.id };
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
      return { mediaId: post.id, commentId: null };
    },
  };
}

export type Mentions = ReturnType<typeof createMentions>;
