import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { GoneError } from './api.ts';
import { type Connection, PAGE } from './connection.ts';
import { placeOf } from './memory.ts';
import { type Comment, commentSchema, readList } from './shapes.ts';

const MAX_CONVERSATION = 500;
/** Requests of one conversation: 500 comments are five pages, and a thread has at most ten levels. */
const MAX_REQUESTS = 20;

/** A comment and everything below it, level by level. */
export function createThreads(connection: Connection) {
  const { api, memory } = connection;

  /** The answers to these comments, the newest of them when there are too many. */
  async function answersTo(
    parents: readonly number[],
    room: number,
    budget: { left: number },
    signal: AbortSignal,
  ) {
    const found = new Map<number, Comment>();
    for (let start = 0; start < parents.length && found.size < room; start += PAGE) {
      const parent = parents.slice(start, start + PAGE);
      for (let offset = 0; found.size < room && budget.left > 0; offset += PAGE) {
        budget.left--;
        const params = {
          ...connection.listing(),
          parent,
          orderby: 'id',
          order: 'desc',
          per_page: PAGE,
          offset,
        };
        const { json, total } = await api.call('/wp/v2/comments', { params, signal });
        const page = readList(json, commentSchema, []);
        for (const comment of page) found.set(comment.id, comment);
        if (total === null ? page.length < PAGE : offset + PAGE >= total) break;
      }
    }
    return [...found.values()].slice(0, room);
  }

  async function wholeThread(root: Comment, signal: AbortSignal): Promise<readonly Comment[]> {
    const all = new Map([[root.id, root]]);
    const budget = { left: MAX_REQUESTS };
    let level: readonly Comment[] = [root];
    while (level.length > 0 && all.size < MAX_CONVERSATION && budget.left > 0) {
      const parents = level.map(({ id }) => id);
      const below = await answersTo(parents, MAX_CONVERSATION - all.size, budget, signal);
      level = below.filter(({ id }) => !all.has(id));
      for (const comment of level) all.set(comment.id, comment);
    }
    return [...all.values()];
  }

  /** In a thread too long to be read as a whole, the one in question and what it answers are there all the same. */
  async function withAncestors(
    all: readonly Comment[],
    post: Post,
    signal: AbortSignal,
  ): Promise<readonly Comment[]> {
    const known = new Map(all.map((comment) => [String(comment.id), comment]));
    const extra: Comment[] = [];
    let id = post.id;
    for (let level = 0; level < 10 && id !== '0' && !known.has(id); level++) {
      const comment = await connection.look(id, signal);
      if (!comment) break;
      extra.push(comment);
      known.set(id, comment);
      id = String(comment.parent);
    }
    const [root, ...rest] = all;
    return [...(root ? [root] : []), ...extra, ...rest].slice(0, MAX_CONVERSATION);
  }

  return async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    const place = placeOf(post);
    if (!place) return [];
    await connection.session(signal);
    try {
      const root = await connection.look(String(place.root), signal);
      const thread = root ? await wholeThread(root, signal) : [];
      const all = await withAncestors(thread, post, signal);
      if (connection.current()?.me && all.length > 0)
        await connection.lookAtArticles([place.article], signal);
      const posts = all.flatMap((comment) => {
        try {
          return [{ ...connection.toPost(comment, place.root), conversationId: post.conversationId }];
        } catch (error) {
          if (error instanceof z.ZodError) return [];
          throw error;
        }
      });
      await memory.save();
      return posts.sort((a, b) => a.createdAt - b.createdAt || Number(a.id) - Number(b.id));
    } catch (error) {
      if (error instanceof GoneError) return [];
      throw error;
    }
  };
}
