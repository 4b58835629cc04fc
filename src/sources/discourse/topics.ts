import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { DiscourseTopic } from './shapes.ts';

/** What is known of a topic besides its posts. */
export interface TopicState {
  readonly closed: boolean;
  readonly archived: boolean;
  /** Whether our user may write in it; null where only a list told of the topic. */
  readonly mayPost: boolean | null;
  readonly tags: readonly string[];
}

/** Remembers the topics seen lately, so that a card knows at once whether its topic is closed. */
export interface Topics {
  note(topic: DiscourseTopic, mayPost?: boolean): void;
  get(topicId: number): TopicState | null;
  /** Keeps what was noted for the next start. */
  save(): Promise<void>;
}

/** Topics remembered: a busy forum has a few hundred that live. */
const MAX_TOPICS = 2_000;
const KEY = 'topics';

const savedSchema = z.array(
  z.tuple([
    z.number(),
    z.object({
      closed: z.boolean(),
      archived: z.boolean(),
      mayPost: z.boolean().nullable(),
      tags: z.array(z.string()),
    }),
  ]),
);

/** With what an earlier run noted; a cache that was lost is an empty one. */
export async function loadTopics(cache: Keyv): Promise<Topics> {
  const saved = savedSchema.safeParse(await cache.get(KEY));
  const states = new Map<number, TopicState>(saved.data ?? []);
  let changed = false;
  return {
    note(topic, mayPost) {
      const { closed, archived, tags } = topic;
      const before = states.get(topic.id);
      const asBefore = before?.closed === closed && before.archived === archived;
      // A list does not say who may write; what a topic's own page said holds while it is not closed or opened.
      const known = mayPost ?? (asBefore ? (before?.mayPost ?? null) : null);
      const same = asBefore && before?.mayPost === known && before.tags.join() === tags.join();
      if (same) return;
      changed = true;
      states.delete(topic.id);
      states.set(topic.id, { closed, archived, mayPost: known, tags });
      const oldest = states.size > MAX_TOPICS ? states.keys().next().value : undefined;
      if (oldest !== undefined) states.delete(oldest);
    },
    get: (topicId) => states.get(topicId) ?? null,
    async save() {
      if (!changed) return;
      changed = false;
      await cache.set(KEY, [...states]);
    },
  };
}

const PREFIX = 'topic:';

/** A topic is a conversation. */
export function conversationIdOf(topicId: number): string {
  return `${PREFIX}${topicId}`;
}

/** The topic of one of our posts; null for an id that this source never gave. */
export function topicIdOf(post: Post): number | null {
  const id = post.conversationId.startsWith(PREFIX) ? post.conversationId.slice(PREFIX.length) : '';
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

/**
 * Why nobody may answer in a topic, in words; null when our user may. Closed and archived topics take posts only from
 * admins, moderators and users of trust level 4: `can_create_post_on_topic?` in lib/guardian.rb of Discourse.
 *
 * @param trusted whether our user is one of those
 */
export function shut(state: TopicState | null, trusted: boolean, username: string): string | null {
  if (!state || state.mayPost === true) return null;
  if (state.mayPost === null && trusted) return null;
  if (state.archived) return `This topic is archived; @${username} cannot write in it.`;
  if (state.closed) return `This topic is closed; @${username} cannot write in it.`;
  return state.mayPost === false ? `The forum does not let @${username} write in this topic.` : null;
}
