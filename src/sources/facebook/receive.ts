import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { problemsOf } from '../kit/meta/graph.ts';
import { isRefusal } from '../kit/meta/graph-errors.ts';
import { type Change, type HookKeys, isAnswer, openHook } from '../kit/meta/hook.ts';
import type { Dropped, HookRequest, HookResult } from '../source.ts';
import { isOnTimeline, type Node, readNode } from './nodes.ts';
import type { Page } from './page.ts';
import { changeSchema, type FacebookChange } from './shapes.ts';
import { parentsOf, type Threads } from './threads.ts';
import {
  commentToPost,
  feedToPost,
  type Place,
  rootPlace,
  type Told,
  tailOf,
  toldToPost,
} from './to-post.ts';

const FIELDS = new Set(['feed', 'mention']);
/** Items that stand on a timeline; the others are reactions, likes, events, milestones. */
const POSTS = new Set(['post', 'status', 'photo', 'video', 'share', 'link', 'note']);
/** Posts are also said to be `edit`, without the end (restfb/restfb#749). */
const EDITS = new Set(['edited', 'edit']);
const RETRY_SECONDS = 60;

/** What the changes of one request come to. */
interface Gathered {
  readonly posts: Map<string, Post>;
  /** Edits of what is older than the look-back. */
  readonly changed: Map<string, Post>;
  readonly deleted: Set<string>;
  readonly dropped: Dropped[];
}

/** A change with what it is about. */
interface Notice {
  readonly change: FacebookChange;
  readonly id: string;
  readonly postId: string;
  readonly editedAt: number | undefined;
  readonly at: number;
  readonly mention: boolean;
}

/** @see Source.receive */
export function createReceiver(page: Page, threads: Threads, keys: HookKeys, lookbackMs: number) {
  const signal = new AbortController().signal;

  /** The object itself; null when it is gone or not shown to us. */
  async function lookUp(id: string): Promise<Node | null> {
    try {
      return await readNode(page, id, signal);
    } catch (error) {
      if (isRefusal(error) || error instanceof AuthError) return null;
      throw error;
    }
  }

  async function placeOf(told: Notice, node: Node | null): Promise<Place> {
    const { change, id, postId } = told;
    // Named in a comment somewhere else: there is nothing else of that conversation here.
    if (told.mention && !isOnTimeline(page, postId))
      return { conversationId: id, replyTo: null, via: 'mention' };
    const parents =
      node?.kind === 'comment'
        ? parentsOf(node.comment)
        : { parent: change.parent_id ?? null, grandparent: null };
    return threads.placeOf(id, postId, parents, signal);
  }

  async function comment(told: Notice): Promise<Post | null> {
    const { change, id, postId, editedAt } = told;
    const from = senderOf(change);
    const silent = change.message == null && change.photo == null;
    // The words may be missing, and a mention never says who wrote it.
    const node = silent || from === null ? await lookUp(id) : null;
    const place = await placeOf(told, node);
    if (node?.kind === 'comment') {
      const post = commentToPost(page, node.comment, place);
      return { ...post, editedAt: editedAt ?? null };
    }
    if (silent) return null;
    return toldToPost(page, toldOf(told, from, commentUrl(change, id, postId, place)), place);
  }

  async function entry(told: Notice): Promise<Post | null> {
    const { change, id, editedAt } = told;
    if (change.published === 0 || change.published === false) return null;
    const from = senderOf(change);
    const silent = change.message == null && change.item === 'post';
    const node = silent || from === null ? await lookUp(id) : null;
    const authorId = node?.kind === 'post' ? node.post.from?.id : from?.id;
    if (isOnTimeline(page, id) && authorId !== undefined) await threads.noteOwner(id, page.isOurs(authorId));
    if (node?.kind === 'post') return { ...feedToPost(page, node.post), editedAt: editedAt ?? null };
    if (silent && change.photo == null && change.link == null) return null;
    return toldToPost(
      page,
      toldOf(told, from, change.post?.permalink_url ?? null),
      rootPlace(page, id, from?.id),
    );
  }

  async function take(change: Change, into: Gathered): Promise<void> {
    if (!FIELDS.has(change.field)) return;
    const parsed = changeSchema.safeParse(change.value);
    if (!parsed.success) {
      into.dropped.push({ id: null, why: problemsOf(parsed.error) });
      return;
    }
    const { data } = parsed;
    const isComment = data.item === 'comment';
    if (!isComment && !POSTS.has(data.item)) return;
    const id = isComment ? data.comment_id : data.post_id;
    if (!id) {
      into.dropped.push({ id: null, why: `${isComment ? 'comment_id' : 'post_id'}: missing` });
      return;
    }
    if (data.verb === 'remove') {
      into.deleted.add(id);
      into.posts.delete(id);
      into.changed.delete(id);
      return;
    }
    const edited = EDITS.has(data.verb);
    if (data.verb !== 'add' && !edited) return;
    const told: Notice = {
      change: data,
      id,
      postId: data.post_id ?? id,
      editedAt: edited ? change.at : undefined,
      at: change.at,
      mention: change.field === 'mention',
    };
    try {
      const post = isComment ? await comment(told) : await entry(told);
      const old = edited && post !== null && post.createdAt < page.clock.now() - lookbackMs;
      if (post) (old ? into.changed : into.posts).set(id, post);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      into.dropped.push({ id, why: problemsOf(error) });
    }
  }

  return async function receive(request: HookRequest): Promise<HookResult> {
    const opened = openHook(request, keys, 'page', page.id);
    if (isAnswer(opened)) return opened;
    const into: Gathered = { posts: new Map(), changed: new Map(), deleted: new Set(), dropped: [] };
    const result = (): Pick<HookResult, 'posts' | 'changed' | 'deleted' | 'dropped'> => ({
      posts: [...into.posts.values()],
      changed: [...into.changed.values()],
      deleted: [...into.deleted],
      dropped: into.dropped,
    });
    try {
      for (const change of opened) await take(change, into);
    } catch (error) {
      const passing = error instanceof RateLimitedError || error instanceof UnavailableError;
      if (!passing || error instanceof RejectedError) throw error;
      // Meta sends it again, for up to 36 hours: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
      return {
        status: 503,
        body: { error: 'Not everything could be read just now; send it again.' },
        headers: { 'retry-after': String(RETRY_SECONDS) },
        ...result(),
      };
    }
    const received = into.posts.size + into.changed.size + into.deleted.size;
    return { status: 200, body: { received }, ...result() };
  };
}

function senderOf(change: FacebookChange): Told['from'] {
  const id = change.from?.id ?? change.sender_id;
  return id ? { id, name: change.from?.name || change.sender_name } : null;
}

function toldOf(told: Notice, from: Told['from'], url: string | null): Told {
  const { change, id, editedAt, at } = told;
  const photos = [...(change.photos ?? []), ...(change.photo ? [change.photo] : [])];
  const isPicture = change.item === 'photo' || change.item === 'video';
  return {
    id,
    text: change.message ?? '',
    from,
    createdAt: change.created_time ?? at,
    ...(editedAt === undefined ? {} : { editedAt }),
    url,
    links: change.link && !isPicture ? [change.link] : [],
    media: [...photos, ...(change.link && isPicture ? [change.link] : [])].map((src) => ({
      url: src,
      alt: '',
    })),
  };
}

/** The address as Facebook makes it: that of the post, with the comment and the reply named. */
function commentUrl(change: FacebookChange, id: string, postId: string, place: Place): string {
  const told = change.post?.permalink_url ?? '';
  const url = new URL(URL.canParse(told) ? told : `https://www.facebook.com/${encodeURIComponent(postId)}`);
  const root = place.conversationId === postId ? place.replyTo : place.conversationId;
  if (place.via === 'reply' && root !== null && root !== postId) {
    url.searchParams.set('comment_id', tailOf(root));
    url.searchParams.set('reply_comment_id', tailOf(id));
  } else url.searchParams.set('comment_id', tailOf(id));
  return url.href;
}
