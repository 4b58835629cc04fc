import { AuthError } from '../../errors.ts';
import { GoneError } from './api.ts';
import type { Connection } from './connection.ts';
import { type DiscoursePost, type DiscourseTopic, read, threadSchema } from './shapes.ts';

/** Which posts are watched, by who is spoken to, category and tag. */
export interface Places {
  wants(post: DiscoursePost): boolean;
  /** Posts that our user was shown: their categories are open to it. */
  saw(posts: readonly DiscoursePost[]): void;
  /** Whether our user is known to see a category. */
  sees(categoryId: number): boolean;
  /** Asks for one topic and remembers it; null when it is gone or not for us. */
  lookUp(topicId: number, signal: AbortSignal): Promise<DiscourseTopic | null>;
}

export function createPlaces(connection: Connection): Places {
  const { api, config, topics } = connection;
  const categories = new Set(config.categories);
  const tags = new Set(config.tags);
  const open = new Set<number>();

  function inPlace(post: DiscoursePost): boolean {
    if (categories.size === 0 && tags.size === 0) return true;
    if (post.category_id !== null && categories.has(post.category_id)) return true;
    if (tags.size === 0) return false;
    const state = topics.get(post.topic_id);
    // A topic that nothing is known of: better one card too many than a customer unheard.
    return state === null || state.tags.some((tag) => tags.has(tag));
  }

  return {
    wants(post) {
      if (connection.isOurs(post) || connection.viaOf(post) !== 'comment') return true;
      return config.watch === 'all' && inPlace(post);
    },
    saw(posts) {
      for (const { category_id: id } of posts) if (id !== null) open.add(id);
    },
    sees: (categoryId) => open.has(categoryId),
    async lookUp(topicId, signal) {
      try {
        const thread = read(threadSchema, await api.call(`/t/${topicId}.json`, { signal }));
        topics.note(thread, config.key === undefined ? undefined : thread.details?.can_create_post === true);
        return thread;
      } catch (error) {
        if (error instanceof GoneError || error instanceof AuthError) return null;
        throw error;
      }
    },
  };
}
