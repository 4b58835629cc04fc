import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Comment } from './shapes.ts';

/** Articles and comments remembered: what a card asks for must be known without a request. */
const MAX_ARTICLES = 2_000;
const MAX_PENDING = 2_000;
const MAX_ROOTS = 5_000;
const KEY = 'memory';

const savedSchema = z.object({
  closed: z.array(z.tuple([z.number(), z.boolean()])).catch([]),
  pending: z.array(z.number()).catch([]),
  roots: z.array(z.tuple([z.number(), z.number()])).catch([]),
});

/** What was seen of the site and cannot be asked for while a card is drawn. */
export interface Memory {
  /** Whether comments on an article are closed; null when it was not seen. */
  isClosed(article: number): boolean | null;
  noteArticle(article: number, closed: boolean): void;
  /** Whether a comment waits for approval, as far as it was seen. */
  isPending(comment: number): boolean;
  noteComment(comment: Comment): void;
  /** The first comment of the thread that a comment is in; null when it was not seen. */
  rootOf(comment: number): number | null;
  noteRoot(comment: number, root: number): void;
  /** Keeps what was noted for the next start. */
  save(): Promise<void>;
}

function bounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

/** With what an earlier run noted; a cache that was lost is an empty one. */
export async function loadMemory(cache: Keyv): Promise<Memory> {
  const saved = savedSchema.safeParse(await cache.get(KEY)).data;
  const closed = new Map<number, boolean>(saved?.closed);
  const pending = new Map<number, true>(saved?.pending.map((id) => [id, true]));
  const roots = new Map<number, number>(saved?.roots);
  let changed = false;
  return {
    isClosed: (article) => closed.get(article) ?? null,
    noteArticle(article, isClosed) {
      if (closed.get(article) === isClosed) return;
      changed = true;
      bounded(closed, article, isClosed, MAX_ARTICLES);
    },
    isPending: (comment) => pending.has(comment),
    noteComment({ id, status }) {
      const waits = status === 'hold';
      if (pending.has(id) === waits) return;
      changed = true;
      if (waits) bounded(pending, id, true, MAX_PENDING);
      else pending.delete(id);
    },
    rootOf: (comment) => roots.get(comment) ?? null,
    noteRoot(comment, root) {
      if (roots.get(comment) === root) return;
      changed = true;
      bounded(roots, comment, root, MAX_ROOTS);
    },
    async save() {
      if (!changed) return;
      changed = false;
      await cache.set(KEY, { closed: [...closed], pending: [...pending.keys()], roots: [...roots] });
    },
  };
}

/** The unit the team answers is a comment with all answers below it: `<article>/<first comment>`. */
export function conversationIdOf(article: number, root: number): string {
  return `${article}/${root}`;
}

/** Article and first comment of one of our posts; null for an id that this source never gave. */
export function placeOf(post: Post): { readonly article: number; readonly root: number } | null {
  const [, article, root] = /^(\d{1,15})\/(\d{1,15})$/.exec(post.conversationId) ?? [];
  return article === undefined || root === undefined
    ? null
    : { article: Number(article), root: Number(root) };
}
