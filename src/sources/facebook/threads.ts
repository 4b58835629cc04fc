import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import { graphId, readAs } from '../kit/meta/graph.ts';
import { isRefusal } from '../kit/meta/graph-errors.ts';
import type { Page } from './page.ts';
import type { FacebookComment } from './shapes.ts';
import { type Place, tailOf } from './to-post.ts';

const MAX_REMEMBERED = 5_000;
/** A post keeps its author; the cache forgets those nobody comments on any more. */
const OWNER_TTL_MS = 90 * 86_400_000;

/** A comment's parents, as far as they are told. */
export interface Parents {
  readonly parent: string | null;
  readonly grandparent: string | null;
}

export interface Threads {
  /** Tells whose a post is, so that nobody need ask. */
  noteOwner(postId: string, ours: boolean): Promise<void>;
  /**
   * Where a comment belongs. Under a post of ours each comment begins a conversation of its own, as each is somebody
   * who waits for an answer; under a visitor's post, the comments belong to it.
   */
  placeOf(commentId: string, postId: string, parents: Parents, signal: AbortSignal): Promise<Place>;
}

const ownerSchema = z.object({ from: z.object({ id: graphId }).nullish().catch(null) });

export function createThreads(page: Page): Threads {
  const owners = new Map<string, boolean>();
  /** The first comment of the thread, by the comments below it: Facebook tells two generations at most. */
  const roots = new Map<string, string>();

  function remember<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key);
    map.set(key, value);
    const oldest = map.size > MAX_REMEMBERED ? map.keys().next().value : undefined;
    if (oldest !== undefined) map.delete(oldest);
  }

  async function noteOwner(postId: string, ours: boolean): Promise<void> {
    if (owners.get(postId) === ours) return;
    remember(owners, postId, ours);
    await page.cache.set(`owner:${postId}`, ours, OWNER_TTL_MS);
  }

  /** Null when it cannot be known just now. */
  async function ask(postId: string, signal: AbortSignal): Promise<boolean | null> {
    try {
      const json = await page.graph.call(`/${encodeURIComponent(postId)}`, {
        params: { fields: 'from{id}' },
        signal,
      });
      const { from } = readAs(ownerSchema, json, 'a post');
      return page.isOurs(from?.id);
    } catch (error) {
      // The poll tells of a token that is no good; what the webhook brought is not lost for it.
      if (error instanceof AuthError) return null;
      if (!isRefusal(error)) throw error;
      // Gone, or not shown to us: nearly all comments are on posts of the Page itself.
      return true;
    }
  }

  async function isOurPost(postId: string, signal: AbortSignal): Promise<boolean> {
    // The id of whatever stands on a timeline begins with the id of the timeline's owner.
    if (!postId.startsWith(`${page.id}_`)) return false;
    const known = owners.get(postId);
    if (known !== undefined) return known;
    const cached: unknown = await page.cache.get(`owner:${postId}`);
    const ours = typeof cached === 'boolean' ? cached : await ask(postId, signal);
    if (ours === null) return true;
    await noteOwner(postId, ours);
    return ours;
  }

  return {
    noteOwner,
    async placeOf(commentId, postId, { parent, grandparent }, signal) {
      const ours = await isOurPost(postId, signal);
      if (parent === null || tailOf(parent) === tailOf(postId)) {
        return ours
          ? { conversationId: commentId, replyTo: null, via: 'comment' }
          : { conversationId: postId, replyTo: postId, via: 'reply' };
      }
      const above = grandparent ?? parent;
      const root = roots.get(above) ?? above;
      remember(roots, commentId, root);
      return { conversationId: ours ? root : postId, replyTo: parent, via: 'reply' };
    },
  };
}

export function parentsOf(comment: FacebookComment): Parents {
  return { parent: comment.parent?.id ?? null, grandparent: comment.parent?.parent?.id ?? null };
}
