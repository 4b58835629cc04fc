import type { Connection } from './connection.ts';
import { PAGE } from './connection.ts';
import { type Comment, commentSchema, readList } from './shapes.ts';

/** Settings → Discussion allows threads of at most 10 levels. */
const MAX_LEVELS = 10;

/**
 * The first comment of the thread of each comment, by its id. What is neither at hand nor remembered is asked for, a
 * whole level of it in one request; where the site no longer has an answered comment, that one stands for the first.
 */
export async function findRoots(
  connection: Connection,
  comments: readonly Comment[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const { api, memory } = connection;
  const parents = new Map(comments.map((comment) => [comment.id, comment.parent]));

  /** Upwards as far as is known: the first comment, or one that must be asked for. */
  function climb(id: number): { readonly at: number; readonly known: boolean } {
    let at = id;
    // A site's database may hold a circle; no thread is this deep.
    for (let level = 0; level < 1_000; level++) {
      const remembered = memory.rootOf(at);
      if (remembered !== null) return { at: remembered, known: true };
      const parent = parents.get(at);
      if (parent === undefined) return { at, known: false };
      if (parent === 0) return { at, known: true };
      at = parent;
    }
    return { at, known: true };
  }

  for (let level = 0; level < MAX_LEVELS; level++) {
    const open = new Set(comments.map(({ id }) => climb(id)).flatMap(({ at, known }) => (known ? [] : [at])));
    if (open.size === 0) break;
    const include = [...open].slice(0, PAGE);
    const params = { ...connection.listing(), include, per_page: PAGE };
    const { json } = await api.call('/wp/v2/comments', { params, signal });
    for (const found of readList(json, commentSchema, [])) parents.set(found.id, found.parent);
    // Not there for us: nothing is above it.
    for (const id of include) if (!parents.has(id)) parents.set(id, 0);
  }
  const roots = new Map(comments.map(({ id }) => [id, climb(id).at]));
  for (const [id, root] of roots) memory.noteRoot(id, root);
  return roots;
}
