import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { graphId, readAs, readListing } from '../kit/meta/graph.ts';
import { isGone } from '../kit/meta/graph-errors.ts';
import { readNode } from './nodes.ts';
import type { Page } from './page.ts';
import { COMMENT_FIELDS, commentSchema, type FacebookComment } from './shapes.ts';
import { commentToPost, tailOf, toldToPost } from './to-post.ts';

/** Longest comment, in characters: Facebook documents no figure; this is what its own form is known to take. */
export const LIMIT = 8_000;
/** Clocks differ; a comment of the same words in the same place is ours within this time. */
const SKEW_MS = 300_000;
const MAX_REMEMBERED = 2_000;
const CLOSED = 'Facebook does not let the Page answer this comment.';

export interface Sender {
  measure(post: Post, text: string): Measure;
  mayNotReply(post: Post): string | null;
  /** Remembers whether a comment may be answered. */
  note(comment: FacebookComment): void;
  reply(
    post: Post,
    text: string,
    options: { readonly idempotencyKey: string; readonly signal: AbortSignal },
  ): Promise<readonly Post[]>;
}

/** How the text goes out: as it is, in one piece. */
export function measureText(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  // Code points; more UTF-16 units than twice the limit are too long however they are counted.
  const length = body.length > 4 * LIMIT ? body.length : Array.from(body).length;
  const base = { length, limit: LIMIT, unit: 'characters' };
  if (body === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (length > LIMIT)
    return { ...base, parts: [], problem: `Too long: ${length} characters. A comment takes ${LIMIT}.` };
  return { ...base, parts: [body], problem: null };
}

const createdSchema = z.object({ id: graphId });

/** Answers as the Page, each time once: nothing is ever sent again by itself. */
export function createSender(page: Page): Sender {
  const closed = new Set<string>();

  function note({ id, can_comment }: FacebookComment): void {
    closed.delete(id);
    if (can_comment !== false) return;
    closed.add(id);
    const oldest = closed.size > MAX_REMEMBERED ? closed.values().next().value : undefined;
    if (oldest !== undefined) closed.delete(oldest);
  }

  /** Throws when the post is gone or closed, before anything is sent. */
  async function seeTarget(post: Post, signal: AbortSignal): Promise<void> {
    try {
      const node = await readNode(page, post.id, signal, 'answer');
      if (node.kind !== 'comment') return;
      note(node.comment);
      if (node.comment.can_comment === false) throw new RejectedError(`${CLOSED} Nothing was sent.`);
    } catch (error) {
      if (!isGone(error)) throw error;
      throw new RejectedError(
        `The post was deleted, or Facebook no longer shows it to the Page; nothing was sent. ${error.message}`,
        {
          cause: error,
        },
      );
    }
  }

  /** `POST /{id}/comments`: https://developers.facebook.com/docs/graph-api/reference/object/comments#publishing */
  async function post(target: Post, message: string, signal: AbortSignal): Promise<string> {
    const json = await page.graph.call(`/${encodeURIComponent(target.id)}/comments`, {
      form: { message },
      purpose: 'answer',
      signal,
    });
    const { id } = readAs(createdSchema, json, 'what was sent');
    if (tailOf(id) === tailOf(target.id)) {
      // Meta's guide and its reference disagree on which call answers a comment and which changes it.
      throw new UncertainError(
        'Facebook answered as if the comment itself had been changed instead of answered. Look at it on Facebook before doing anything else.',
      );
    }
    return withPrefix(id, target.id, page.id);
  }

  /** Our own comment with these words in this place, if Facebook has it. */
  async function find(target: Post, message: string, since: number, signal: AbortSignal) {
    const json = await page.graph.call(`/${encodeURIComponent(target.id)}/comments`, {
      params: { fields: COMMENT_FIELDS, limit: 25, filter: 'stream', order: 'reverse_chronological' },
      purpose: 'answer',
      signal,
    });
    const { entries } = readListing(commentSchema, json, [], 'comments');
    return entries.find(
      (one) =>
        page.isOurs(one.from?.id) && one.created_time >= since - SKEW_MS && one.message.trim() === message,
    );
  }

  async function sendOnce(target: Post, message: string, signal: AbortSignal): Promise<string> {
    const since = page.clock.now();
    try {
      return await post(target, message, signal);
    } catch (error) {
      const said = [AuthError, RateLimitedError, RejectedError, UncertainError];
      if (said.some((kind) => error instanceof kind)) throw error;
      // The answer is lost or unreadable, so the comment may be out there: look before anybody is troubled.
      const found = signal.aborted
        ? undefined
        : await find(target, message, since, signal).catch(() => undefined);
      if (found) return found.id;
      throw new UncertainError(
        `Facebook did not confirm the answer (${messageOf(error)}). It may have been published; look at the post before sending it again.`,
        { cause: error },
      );
    }
  }

  const us = () => ({ id: page.id, name: page.current()?.pageName ?? '' });

  /** The answer as Facebook shows it; as we know it when that cannot be read any more. */
  async function shown(id: string, target: Post, message: string, signal: AbortSignal): Promise<Post> {
    const { conversationId } = target;
    try {
      const json = await page.graph.call(`/${encodeURIComponent(id)}`, {
        params: { fields: COMMENT_FIELDS },
        purpose: 'answer',
        signal,
      });
      const comment = readAs(commentSchema, json, 'what was sent');
      // Facebook hangs an answer to a reply below the first comment of the thread.
      const replyTo = comment.parent?.id ?? target.id;
      return commentToPost(page, { ...comment, id, from: us() }, { conversationId, replyTo, via: 'reply' });
    } catch (error) {
      page.log.warn({ error: messageOf(error) }, 'an answer was sent and could not be read back');
      return toldToPost(
        page,
        {
          id,
          text: message,
          from: us(),
          createdAt: page.clock.now(),
          url: null,
        },
        { conversationId, replyTo: target.id, via: 'reply' },
      );
    }
  }

  return {
    measure: (_, text) => measureText(text),
    mayNotReply: (post) => (closed.has(post.id) ? CLOSED : null),
    note,
    async reply(target, text, { signal }) {
      const { parts, problem } = measureText(text);
      const [message] = parts;
      if (problem !== null || message === undefined)
        throw new RejectedError(problem ?? 'There is nothing to send.');
      await page.session(signal, 'answer');
      await seeTarget(target, signal);
      const id = await sendOnce(target, message, signal);
      return [await shown(id, target, message, signal)];
    },
  };
}

/** A comment's id as everything else spells it: with the post's number in front. */
function withPrefix(id: string, targetId: string, pageId: string): string {
  if (id.includes('_') || !targetId.includes('_')) return id;
  const isPost = targetId.startsWith(`${pageId}_`);
  return `${isPost ? tailOf(targetId) : targetId.slice(0, targetId.lastIndexOf('_'))}_${id}`;
}
