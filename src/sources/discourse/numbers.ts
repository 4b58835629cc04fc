import type { Keyv } from 'keyv';
import { AuthError } from '../../errors.ts';
import { type Api, GoneError } from './api.ts';
import { type DiscoursePost, postSchema, read } from './shapes.ts';

/** Old enough that hardly anybody answers it any more. */
const TTL_MS = 30 * 24 * 3_600_000;

/**
 * A post names what it answers by its number in the topic, and is known by its id, which stays when a moderator moves
 * it. This remembers which number is which id.
 */
export interface Numbers {
  remember(posts: readonly DiscoursePost[]): Promise<void>;
  /**
   * The id of the post that `post` answers; null when it answers the topic, or a post that is gone.
   *
   * @param known posts at hand
   * @param ask whether the forum may be asked
   */
  answeredBy(
    post: DiscoursePost,
    known: readonly DiscoursePost[],
    ask: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly id: string | null; readonly asked: boolean }>;
}

export function createNumbers(api: Api, cache: Keyv): Numbers {
  const key = (topicId: number, number: number): string => `number:${topicId}:${number}`;
  const keep = (topicId: number, number: number, id: string) => cache.set(key(topicId, number), id, TTL_MS);

  /** Empty when there is no such post for us. */
  async function lookUp(topicId: number, number: number, signal: AbortSignal): Promise<string> {
    try {
      const answer = await api.call(`/posts/by_number/${topicId}/${number}.json`, { signal });
      return String(read(postSchema, answer).id);
    } catch (error) {
      if (error instanceof GoneError || error instanceof AuthError) return '';
      throw error;
    }
  }

  return {
    async remember(posts) {
      for (const post of posts) await keep(post.topic_id, post.post_number, String(post.id));
    },
    async answeredBy(post, known, ask, signal) {
      const { topic_id: topicId, reply_to_post_number: number } = post;
      if (number === null) return { id: null, asked: false };
      const near = known.find((one) => one.topic_id === topicId && one.post_number === number);
      if (near) return { id: String(near.id), asked: false };
      const cached: unknown = await cache.get(key(topicId, number));
      if (typeof cached === 'string') return { id: cached || null, asked: false };
      if (!ask) return { id: null, asked: false };
      const id = await lookUp(topicId, number, signal);
      await keep(topicId, number, id);
      return { id: id || null, asked: true };
    },
  };
}
