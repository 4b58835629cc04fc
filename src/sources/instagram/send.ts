import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { graphId, type Params, readAs, readListing } from '../kit/meta/graph.ts';
import { isGone } from '../kit/meta/graph-errors.ts';
import type { Account } from './account.ts';
import type { Mention, Mentions } from './mentions.ts';
import { COMMENT_FIELDS, commentSchema, type InstagramComment } from './shapes.ts';
import { placeOf, toldToPost } from './to-post.ts';

/** Longest comment, in characters: what Instagram's own form is known to take, as it documents no figure for comments. */
export const LIMIT = 2_200;
/** Clocks differ; an answer of the same words in the same place is ours within this time. */
const SKEW_MS = 300_000;
const MAX_REMEMBERED = 2_000;
/** “You cannot reply to hidden comments”: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies */
const HIDDEN = 'The comment is hidden, and Instagram does not let hidden comments be answered.';

/** Below an answer, everything hangs from the first comment: only the name tells whom we speak to. */
function openerFor(post: Post, text: string): string {
  const { handle } = post.author;
  if (post.replyTo === null || post.ours || !/^[\w.]{1,40}$/.test(handle)) return '';
  const said = text.toLowerCase().split(/[^\w.@]+/);
  return said.includes(`@${handle.toLowerCase()}`) ? '' : `@${handle} `;
}

/** How the text goes out: in one piece, and to whom. */
export function measureText(post: Post, text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const whole = body === '' ? '' : openerFor(post, body.slice(0, LIMIT)) + body;
  // Code points; more UTF-16 units than twice the limit are too long however they are counted.
  const length = whole.length > 4 * LIMIT ? whole.length : Array.from(whole).length;
  const base = { length, limit: LIMIT, unit: 'characters' };
  if (whole === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (length > LIMIT)
    return { ...base, parts: [], problem: `Too long: ${length} characters. A comment takes ${LIMIT}.` };
  return { ...base, parts: [whole], problem: null };
}

const createdSchema = z.object({ id: graphId });

/** Answers as the account, each time once: nothing is ever sent again by itself. */
export function createSender(account: Account, mentions: Mentions) {
  const hidden = new Set<string>();

  function note(comment: Pick<InstagramComment, 'id' | 'hidden'>): void {
    hidden.delete(comment.id);
    if (comment.hidden !== true) return;
    hidden.add(comment.id);
    const oldest = hidden.size > MAX_REMEMBERED ? hidden.values().next().value : undefined;
    if (oldest !== undefined) hidden.delete(oldest);
  }

  /** Throws when the comment is gone or hidden, before anything is sent. */
  async function seeTarget(post: Post, signal: AbortSignal): Promise<void> {
    try {
      const params = { fields: COMMENT_FIELDS };
      const json = await account.graph.call(`/${post.id}`, { params, purpose: 'answer', signal });
      const comment = readAs(commentSchema, json, 'the comment to answer');
      note(comment);
      if (comment.hidden === true) throw new RejectedError(`${HIDDEN} Nothing was sent.`);
    } catch (error) {
      if (!isGone(error)) throw error;
      throw new RejectedError(
        'The comment was deleted, or Instagram no longer shows it to us; nothing was sent.',
        {
          cause: error,
        },
      );
    }
  }

  /** Our own answer with these words in this place, if Instagram has it. */
  async function find(threadId: string, message: string, since: number, signal: AbortSignal) {
    const params = { fields: COMMENT_FIELDS, limit: 50 };
    const json = await account.graph.call(`/${threadId}/replies`, { params, purpose: 'answer', signal });
    const { entries } = readListing(commentSchema, json, [], 'answers');
    const writer = (one: InstagramComment) => ({
      id: one.from?.id ?? null,
      username: one.from?.username || one.username,
    });
    return entries.find(
      (one) => account.isOurs(writer(one)) && one.timestamp >= since - SKEW_MS && one.text.trim() === message,
    );
  }

  /** @param threadId where the answer would be found; null where it cannot be looked for. */
  async function sendOnce(
    path: string,
    form: Params,
    threadId: string | null,
    signal: AbortSignal,
  ): Promise<string> {
    const since = account.clock.now();
    try {
      const json = await account.graph.call(path, { form, purpose: 'answer', signal });
      return readAs(createdSchema, json, 'what was sent').id;
    } catch (error) {
      const said = [AuthError, RateLimitedError, RejectedError, UncertainError];
      if (said.some((kind) => error instanceof kind)) throw error;
      // The answer is lost or unreadable, so the comment may be out there: look before anybody is troubled.
      const look = threadId !== null && !signal.aborted;
      const found = look
        ? await find(threadId, String(form.message), since, signal).catch(() => undefined)
        : undefined;
      if (found) return found.id;
      throw new UncertainError(
        `Instagram did not confirm the answer (${messageOf(error)}). It may have been published; look at the post before sending it again.`,
        { cause: error },
      );
    }
  }

  /** `POST /{ig-user-id}/mentions`: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentions */
  function mentionForm({ mediaId, commentId }: Mention, message: string): Params {
    return { media_id: mediaId, ...(commentId === null ? {} : { comment_id: commentId }), message };
  }

  return {
    measure: (post: Post, text: string): Measure => measureText(post, text),
    mayNotReply: (post: Post): string | null => (hidden.has(post.id) ? HIDDEN : null),
    note,
    async reply(
      target: Post,
      text: string,
      { signal }: { readonly idempotencyKey: string; readonly signal: AbortSignal },
    ): Promise<readonly Post[]> {
      const { parts, problem } = measureText(target, text);
      const [message] = parts;
      if (problem !== null || message === undefined)
        throw new RejectedError(problem ?? 'There is nothing to send.');
      const username = await account.session(signal, 'answer');
      let id: string;
      if (target.via === 'mention') {
        const mention = await mentions.of(target, signal);
        id = await sendOnce(`/${account.id}/mentions`, mentionForm(mention, message), null, signal);
      } else {
        await seeTarget(target, signal);
        id = await sendOnce(`/${target.id}/replies`, { message }, target.conversationId, signal);
      }
      const place = target.via === 'mention' ? placeOf(id, target.id) : placeOf(id, target.conversationId);
      const told = {
        id,
        text: message,
        writer: { id: account.id, username },
        createdAt: account.clock.now(),
      };
      return [toldToPost(account, { ...told, url: target.url }, place)];
    },
  };
}
