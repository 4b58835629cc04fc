import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { GoneError, type Params } from './api.ts';
import { type Connection, isGone, isPublic } from './connection.ts';
import type { Numbers } from './numbers.ts';
import {
  type DiscoursePost,
  postIdsSchema,
  postSchema,
  postsOfTopicSchema,
  read,
  readList,
  threadSchema,
} from './shapes.ts';
import { topicIdOf } from './topics.ts';

const MAX_CONVERSATION = 500;
/** Of these at most are ours in a giant topic, so that there is room for the others. */
const MAX_OURS = 100;
/** Posts asked for at once; the forum itself sets no limit, an address of 3,000 characters is a reasonable one. */
const CHUNK = 100;

type Thread = z.output<typeof threadSchema>;

/** A whole topic, in as few requests as it can be had: 1 + one for every 100 posts beyond the first 20. */
export function createThreads(connection: Connection, numbers: Numbers) {
  const { api, config, topics } = connection;

  async function open(topicId: number, params: Params, signal: AbortSignal): Promise<Thread | null> {
    try {
      return read(threadSchema, await api.call(`/t/${topicId}.json`, { params, signal }));
    } catch (error) {
      if (error instanceof GoneError) return null;
      throw error;
    }
  }

  /** Ids of the newest posts of a topic of more than 10,000, which does not list them all. */
  async function newestIds(thread: Thread, signal: AbortSignal): Promise<readonly number[]> {
    const after = Math.max(0, (thread.highest_post_number ?? 0) - MAX_CONVERSATION);
    const answer = await api.call(`/t/${thread.id}/post_ids.json`, {
      params: { post_number: after },
      signal,
    });
    return read(postIdsSchema, answer).post_ids;
  }

  /** Ids of what we wrote in a topic that is too long to be read as a whole. */
  async function oursIn(thread: Thread, signal: AbortSignal): Promise<readonly number[]> {
    const names = [config.username, ...config.ours].filter((name) => name !== undefined);
    if (names.length === 0) return [];
    const filtered = await open(thread.id, { username_filters: names.slice(0, 20).join(',') }, signal);
    return filtered?.post_stream.stream ?? idsOf(filtered?.post_stream.posts ?? []);
  }

  /** Which posts are shown: all; of a giant topic the first, the one in question, ours, and the newest. */
  async function chosen(thread: Thread, post: Post, signal: AbortSignal): Promise<readonly number[]> {
    const stream = thread.post_stream.stream ?? (await newestIds(thread, signal));
    const first = idsOf(thread.post_stream.posts).slice(0, 1);
    const asked = Number(post.id);
    if (stream.length <= MAX_CONVERSATION && thread.post_stream.stream) return stream;
    const ours = (await oursIn(thread, signal)).toReversed().slice(0, MAX_OURS);
    const order = [...first, asked, ...ours, ...stream.toReversed()];
    return [...new Set(order)].slice(0, MAX_CONVERSATION);
  }

  async function fetchAll(
    thread: Thread,
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<DiscoursePost[]> {
    const at = new Map(readList(thread.post_stream.posts, postSchema, []).map((post) => [post.id, post]));
    const lacking = ids.filter((id) => !at.has(id));
    for (let start = 0; start < lacking.length; start += CHUNK) {
      const params = { post_ids: lacking.slice(start, start + CHUNK) };
      const answer = await api.call(`/t/${thread.id}/posts.json`, { params, signal });
      const { posts } = read(postsOfTopicSchema, answer).post_stream;
      for (const post of readList(posts, postSchema, [])) at.set(post.id, post);
    }
    return ids.flatMap((id) => at.get(id) ?? []);
  }

  return async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    const topicId = topicIdOf(post);
    if (topicId === null) return [];
    await connection.session(signal);
    const thread = await open(topicId, {}, signal);
    if (!thread) return [];
    topics.note(thread, config.key === undefined ? undefined : thread.details?.can_create_post === true);
    await topics.save();
    const all = await fetchAll(thread, await chosen(thread, post, signal), signal);
    const shown = all.filter((one) => !isGone(one) && isPublic(one));
    const posts: Post[] = [];
    for (const one of shown) {
      const answered = await numbers.answeredBy(one, all, false, signal);
      try {
        posts.push(connection.toPost(one, { replyTo: answered.id, title: thread.title }));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
      }
    }
    return posts.sort((a, b) => a.createdAt - b.createdAt || Number(a.id) - Number(b.id));
  };
}

function idsOf(entries: readonly unknown[]): number[] {
  return readList(entries, postSchema, []).map((post) => post.id);
}
