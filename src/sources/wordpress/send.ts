import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { htmlToText } from '../../html-text.ts';
import { neverLeft } from '../kit/answers.ts';
import { ClosedError } from './api.ts';
import { type Connection, PAGE } from './connection.ts';
import { placeOf } from './memory.ts';
import { COMMENT_FIELDS, type Comment, commentSchema, read, readList } from './shapes.ts';

export interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** `comment_content` of wp_get_comment_fields_max_lengths(): https://developer.wordpress.org/reference/functions/wp_get_comment_fields_max_lengths/ */
const MAX_BYTES = 65_525;
/** Clocks of two machines differ; a comment of the same words in the same place is ours within this time. */
const SKEW_MS = 5 * 60_000;

/** A comment is HTML to WordPress: escaped, readers see exactly what was typed. */
function asHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Length in bytes, as wp_check_comment_data_max_lengths() counts what would be stored. */
export function measureText(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const length = Buffer.byteLength(asHtml(body));
  const base = { length, limit: MAX_BYTES, unit: 'bytes' };
  if (body === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (length > MAX_BYTES)
    return {
      ...base,
      parts: [],
      problem: `Too long: ${length} bytes. WordPress takes ${MAX_BYTES} a comment.`,
    };
  return { ...base, parts: [body], problem: null };
}

/** Letters and digits: what stays the same between what was sent and what the site shows. */
function letters(text: string): string {
  return text
    .replace(/\(?https?:\/\/[^\s)]+\)?/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Answers by `POST /wp/v2/comments`, once: nothing is ever sent again by itself. */
export function createSender(connection: Connection) {
  const { api, clock, memory } = connection;

  function mayNotReply(post: Post): string | null {
    const place = placeOf(post);
    if (place && memory.isClosed(place.article)) return 'Comments on this article are closed.';
    if (memory.isPending(Number(post.id)))
      return 'This comment waits for approval: below it, nobody would see the answer. Approve it in WordPress first.';
    return null;
  }

  /** Our own answer with these words, if the site shows it. */
  async function find(
    text: string,
    to: Comment,
    since: number,
    signal: AbortSignal,
  ): Promise<Comment | undefined> {
    const params = { ...connection.listing(), parent: [to.id], orderby: 'id', order: 'desc', per_page: PAGE };
    const { json } = await api.call('/wp/v2/comments', { params, signal });
    return readList(json, commentSchema, []).find(
      (comment) =>
        comment.author === connection.current()?.me?.id &&
        comment.date_gmt >= since - SKEW_MS &&
        letters(htmlToText(comment.content.rendered).text) === letters(text),
    );
  }

  async function create(text: string, to: Comment, signal: AbortSignal): Promise<Comment> {
    const since = clock.now();
    try {
      const body = { post: to.post, parent: to.id, content: asHtml(text) };
      const params = { _fields: COMMENT_FIELDS };
      const { json } = await api.call('/wp/v2/comments', { method: 'POST', params, body, signal });
      return read(commentSchema, json);
    } catch (error) {
      if (error instanceof ClosedError) memory.noteArticle(to.post, true);
      const refused = [AuthError, RateLimitedError, RejectedError];
      if (refused.some((kind) => error instanceof kind) || neverLeft(error)) throw error;
      // The answer is lost or unreadable, so the comment may be out there: look before anybody is troubled.
      const found = signal.aborted ? undefined : await find(text, to, since, signal).catch(() => undefined);
      if (found) return found;
      throw new UncertainError(
        `The site did not confirm the answer (${messageOf(error)}). It may have been published; look at the article before sending it again.`,
        { cause: error },
      );
    }
  }

  async function reply(post: Post, text: string, options: SendOptions): Promise<readonly Post[]> {
    const { signal } = options;
    const { parts, problem } = measureText(text);
    const [body] = parts;
    if (problem !== null || body === undefined)
      throw new RejectedError(problem ?? 'There is nothing to send yet.');
    await connection.session(signal);
    // WordPress takes an answer to a comment that is gone without a word.
    const to = await connection.look(post.id, signal);
    if (!to) throw new RejectedError('The comment was deleted, or is no longer approved; nothing was sent.');
    const sent = await create(body, to, signal);
    if (sent.status === 'hold') {
      throw new UncertainError(
        'WordPress has put the answer on hold: it appears when somebody approves it under Comments. Do not send it again.',
      );
    }
    const root = placeOf(post)?.root ?? to.id;
    return [{ ...connection.toPost(sent, root), conversationId: post.conversationId, replyTo: post.id }];
  }

  return { measure: (_: Post, text: string) => measureText(text), mayNotReply, reply };
}
