import { createHash } from 'node:crypto';
import type { AuthorKey } from '../domain/acquaintance.ts';
import type { Post } from '../domain/post.ts';
import type { Queries } from '../store/store.ts';

/** The setting that is mixed into every hash of who was erased, so that a list of handles does not give them away. */
export const SALT = 'erasure-salt';
const NO_SALT = '';

/**
 * Without what belongs to somebody who was erased: the very posts that were, and whatever they wrote before that day.
 * Who writes to us again afterwards begins anew, as anybody does: to answer them we must read them.
 */
export async function notErased(queries: Queries, posts: readonly Post[]): Promise<readonly Post[]> {
  if (posts.length === 0 || !(await queries.anyErased())) return posts;
  const salt = (await queries.setting(SALT)) ?? NO_SALT;
  const marks = posts.map((post) => ({
    author: authorHash(salt, { source: post.source, authorId: post.author.id }),
    post: postHash(salt, post.source, post.id),
  }));
  const erased = await queries.erasedAt(marks.flatMap(({ author, post }) => [author, post]));
  if (erased.size === 0) return posts;
  return posts.filter((post, at) => {
    const mark = marks[at];
    if (!mark || erased.has(mark.post)) return false;
    return post.createdAt > (erased.get(mark.author) ?? Number.NEGATIVE_INFINITY);
  });
}

export function authorHash(salt: string, { source, authorId }: AuthorKey): string {
  return hash(salt, `author\n${source}\n${authorId}`);
}

export function postHash(salt: string, source: string, id: string): string {
  return hash(salt, `post\n${source}\n${id}`);
}

function hash(salt: string, text: string): string {
  return createHash('sha256').update(`${salt}\n${text}`).digest('hex');
}
