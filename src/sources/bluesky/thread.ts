import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { RejectedError } from '../../errors.ts';
import { xrpcFailure } from './failures.ts';
import { readPost } from './read-post.ts';
import type { Session } from './session.ts';
import { type PostView, postViewSchema, threadNodeSchema } from './shapes.ts';
import { POST, parseUri } from './urls.ts';
import type { Us } from './us.ts';

/** Most posts of a conversation that are handed on. */
const MAX_POSTS = 500;
/** Nodes looked at, so that a hostile answer costs little. */
const MAX_NODES = 20_000;
// The lexicon allows 1,000 each; the AppView itself cuts deeper trees.
const DEPTH = 200;
const HEIGHT = 200;

/** One post as a thread shows it right now, or why it cannot be seen. */
export type Sight =
  | { readonly seen: 'post'; readonly view: PostView }
  | { readonly seen: 'deleted' | 'blocked' };

/**
 * The conversation around a post: from its root down where the root still exists, else around the post itself.
 * Deleted and blocked posts in it are passed over, their answers are not. Empty when `post` itself is deleted.
 */
export async function conversation(
  session: Session,
  post: Post,
  us: () => Us,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  if (parseUri(post.id)?.collection !== POST) return [post];
  const views = new Map<string, PostView>();
  let own = collect(await fetchThread(session, post.conversationId, DEPTH, 0, signal), views);
  // A giant thread is cut by the network: ask for our own branch of it.
  if (!views.has(post.id) && post.id !== post.conversationId)
    own = collect(await fetchThread(session, post.id, DEPTH, HEIGHT, signal), views);
  if (!views.has(post.id) && own !== 'blocked') return [];
  const posts = [...views.values()].flatMap((view) => {
    try {
      return [readPost(view, post.source, us(), 'comment')];
    } catch (error) {
      if (error instanceof z.ZodError) return [];
      throw error;
    }
  });
  return nearest(views.has(post.id) ? posts : [...posts, post], post);
}

/** Looks at a single post as it is now. */
export async function look(
  session: Session,
  uri: string,
  signal: AbortSignal,
  purpose: 'read' | 'answer',
): Promise<Sight> {
  const node = await fetchThread(session, uri, 0, 0, signal, purpose);
  const parsed = threadNodeSchema.safeParse(node);
  if (parsed.success) {
    const view = postViewSchema.safeParse(parsed.data.post);
    if (view.success) return { seen: 'post', view: view.data };
  }
  return { seen: missing(node) };
}

/** Why a node shows no post: its author or we have blocked the other one, or it is not there. */
function missing(node: unknown): 'deleted' | 'blocked' {
  const type = z.object({ $type: z.string() }).safeParse(node);
  return type.data?.$type === 'app.bsky.feed.defs#blockedPost' ? 'blocked' : 'deleted';
}

/** Gathers the posts of a thread; says why its first node shows none, if it does not. */
function collect(thread: unknown, views: Map<string, PostView>): 'deleted' | 'blocked' {
  const stack: unknown[] = [thread];
  for (let nodes = 0; stack.length > 0 && nodes < MAX_NODES; nodes++) {
    const parsed = threadNodeSchema.safeParse(stack.pop());
    if (!parsed.success) continue;
    const view = postViewSchema.safeParse(parsed.data.post);
    if (view.success) views.set(view.data.uri, view.data);
    stack.push(...(parsed.data.replies ?? []), parsed.data.parent);
  }
  return missing(thread);
}

/** The node for `uri`; null when the post is gone (400 `NotFound`). */
async function fetchThread(
  session: Session,
  uri: string,
  depth: number,
  parentHeight: number,
  signal: AbortSignal,
  purpose: 'read' | 'answer' = 'read',
): Promise<unknown> {
  try {
    const answer = await session.call(
      'read a conversation',
      signal,
      (agent) => agent.app.bsky.feed.getPostThread({ uri, depth, parentHeight }, { signal }),
      purpose,
    );
    return answer.thread;
  } catch (error) {
    if (error instanceof RejectedError && xrpcFailure(error.cause)?.error === 'NotFound') return null;
    throw error;
  }
}

/** Oldest first, at most {@link MAX_POSTS}: what leads to the post, our own posts, then the newest. */
function nearest(posts: readonly Post[], post: Post): readonly Post[] {
  const byId = new Map(posts.map((each) => [each.id, each]));
  const kept = new Set<Post>();
  for (let at = byId.get(post.id); at && !kept.has(at) && kept.size < MAX_POSTS; ) {
    kept.add(at);
    at = at.replyTo === null ? undefined : byId.get(at.replyTo);
  }
  const root = byId.get(post.conversationId);
  if (root) kept.add(root);
  const newest = [...posts].sort((a, b) => b.createdAt - a.createdAt);
  for (const each of [...newest.filter((one) => one.ours), ...newest]) {
    if (kept.size >= MAX_POSTS) break;
    kept.add(each);
  }
  return [...kept].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}
