import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import { AuthError, RateLimitedError, UnavailableError } from '../../errors.ts';
import { problemsOf, readAs } from '../kit/meta/graph.ts';
import { isRefusal } from '../kit/meta/graph-errors.ts';
import { type Change, type HookKeys, isAnswer, openHook } from '../kit/meta/hook.ts';
import type { Dropped, HookRequest, HookResult } from '../source.ts';
import type { Account } from './account.ts';
import type { Mentions } from './mentions.ts';
import { COMMENT_FIELDS, commentChange, commentSchema, mediaSchema, mentionChange } from './shapes.ts';
import { commentToPost, placeOf, toldToPost } from './to-post.ts';

const RETRY_SECONDS = 60;

/** @see Source.receive */
export function createReceiver(account: Account, mentions: Mentions, keys: HookKeys) {
  const signal = new AbortController().signal;

  /** What a lookup brings; null when the thing is gone or not shown to us. */
  async function quietly<T>(lookUp: () => Promise<T>): Promise<T | null> {
    try {
      return await lookUp();
    } catch (error) {
      if (isRefusal(error) || error instanceof AuthError) return null;
      throw error;
    }
  }

  /** The address of the post that a comment is on: asked for once. */
  async function permalinkOf(mediaId: string): Promise<string | null> {
    const known = await account.permalinkOf(mediaId);
    if (known !== null) return known;
    const params = { fields: 'id,permalink,timestamp' };
    const media = await quietly(async () =>
      readAs(mediaSchema, await account.graph.call(`/${mediaId}`, { params, signal }), 'a post'),
    );
    await account.noteMedia(mediaId, media?.permalink ?? null);
    return media?.permalink ?? null;
  }

  async function comment(change: Change): Promise<Post | null> {
    const { id, text, from, media, parent_id } = commentChange.parse(change.value);
    const url = await permalinkOf(media.id);
    if (text == null || !from?.username) {
      const params = { fields: COMMENT_FIELDS };
      const whole = await quietly(async () =>
        readAs(commentSchema, await account.graph.call(`/${id}`, { params, signal }), 'a comment'),
      );
      if (whole) return commentToPost(account, whole, url);
      if (text == null) return null;
    }
    const writer = { id: from?.id ?? null, username: from?.username ?? '' };
    // The notification does not say when it was written; it comes within seconds.
    return toldToPost(account, { id, text, writer, createdAt: change.at, url }, placeOf(id, parent_id));
  }

  async function mention(change: Change): Promise<Post | null> {
    const { media_id, comment_id } = mentionChange.parse(change.value);
    // On a post of ours it is a comment like any other, and comes as one.
    if ((await account.permalinkOf(media_id)) !== null) return null;
    return quietly(() => mentions.read({ mediaId: media_id, commentId: comment_id ?? null }, signal));
  }

  async function take(change: Change, posts: Map<string, Post>, dropped: Dropped[]): Promise<void> {
    try {
      const post =
        change.field === 'comments'
          ? await comment(change)
          : change.field === 'mentions'
            ? await mention(change)
            : null;
      if (post && !posts.has(post.id)) posts.set(post.id, post);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      dropped.push({ id: null, why: problemsOf(error) });
    }
  }

  return async function receive(request: HookRequest): Promise<HookResult> {
    const opened = openHook(request, keys, 'instagram', account.id);
    if (isAnswer(opened)) return opened;
    const posts = new Map<string, Post>();
    const dropped: Dropped[] = [];
    try {
      // Whether something is ours is told by our user name. Of a token that is no good the poll tells.
      if (opened.length > 0) await quietly(() => account.session(signal));
      for (const change of opened) await take(change, posts, dropped);
    } catch (error) {
      if (!(error instanceof RateLimitedError || error instanceof UnavailableError)) throw error;
      // Meta sends it again, for up to 36 hours: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
      return {
        status: 503,
        body: { error: 'Not everything could be read just now; send it again.' },
        headers: { 'retry-after': String(RETRY_SECONDS) },
        posts: [...posts.values()],
        dropped,
      };
    }
    return { status: 200, body: { received: posts.size }, posts: [...posts.values()], dropped };
  };
}
