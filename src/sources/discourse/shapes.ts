import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { flag, time, words } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/**
 * Discourse's answers as far as they are used. Shapes: https://docs.discourse.org/ (operations listPosts, getPost,
 * getTopic, getSpecificPostsFromTopic, listLatestTopics, getUser) and, for webhooks, WebHookPostSerializer of
 * https://github.com/discourse/discourse.
 */

const id = z.number().int();
/** The documentation says text, servers send a number. */
const number = z
  .union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

export const postSchema = z.object({
  id,
  topic_id: id,
  post_number: id,
  /** 1 regular, 2 moderator action, 3 small action (“closed this topic”), 4 whisper (staff only). */
  post_type: id.nullish().catch(null),
  /** Null when the account was deleted. */
  user_id: id.nullish().catch(null),
  username: words,
  name: words,
  display_username: words,
  avatar_template: words,
  created_at: time,
  updated_at: time.nullish().catch(null),
  version: number,
  cooked: z.string(),
  raw: words,
  reply_to_post_number: number,
  reply_to_user: z.object({ username: words }).nullish().catch(null),
  topic_slug: words,
  topic_title: words,
  category_id: number,
  topic_archetype: words,
  staff: flag,
  hidden: flag,
  user_deleted: flag,
  deleted_at: words,
});
export type DiscoursePost = z.output<typeof postSchema>;

/** Names since always, objects with a name since 2026. */
const tags = z
  .array(z.union([z.string(), z.object({ name: z.string() }).transform((tag) => tag.name)]))
  .nullish()
  .catch(null)
  .transform((value) => value?.map((tag) => tag.toLowerCase()) ?? []);

export const topicSchema = z.object({
  id,
  title: words,
  slug: words,
  closed: flag,
  archived: flag,
  category_id: number,
  tags,
});
export type DiscourseTopic = z.output<typeof topicSchema>;

const list = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((value) => value ?? []);

/** A topic with the first of its posts. Beyond 10,000 posts there is no `stream` (`isMegaTopic`). */
export const threadSchema = topicSchema.extend({
  highest_post_number: number,
  post_stream: z.object({
    posts: list,
    stream: z.array(id).nullish().catch(null),
  }),
  details: z.object({ can_create_post: flag }).nullish().catch(null),
});

export const postsOfTopicSchema = z.object({ post_stream: z.object({ posts: z.array(z.unknown()) }) });
export const postIdsSchema = z.object({ post_ids: z.array(id) });
export const latestPostsSchema = z.object({ latest_posts: z.array(z.unknown()) });
export const latestTopicsSchema = z.object({ topic_list: z.object({ topics: z.array(z.unknown()) }) });

export const userSchema = z.object({
  user: z.object({ id, username: z.string().min(1), trust_level: number, admin: flag, moderator: flag }),
});

export const settingsSchema = z.object({
  title: words,
  min_post_length: number,
  max_post_length: number,
});

/** What was wrong, each with its path. */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '))
    .join('; ')
    .slice(0, 1_000);
}

/** An answer as a whole; one of another shape is no Discourse, or one in trouble. */
export function read<Output>(schema: z.ZodType<Output>, json: unknown): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`The forum’s answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** The entries that can be read; the others are added to `dropped`. */
export function readList<Output>(
  raw: readonly unknown[],
  schema: z.ZodType<Output>,
  dropped: Dropped[],
): Output[] {
  const good: Output[] = [];
  for (const entry of raw) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) good.push(parsed.data);
    else dropped.push({ id: idOf(entry), why: problemsOf(parsed.error) });
  }
  return good;
}

/** The id of an entry that may be broken otherwise. */
function idOf(entry: unknown): string | null {
  const told = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : null;
  return typeof told === 'number' || typeof told === 'string' ? String(told).slice(0, 100) : null;
}
