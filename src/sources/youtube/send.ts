import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Connection } from './connection.ts';
import { commentSchema, readItems, readPage } from './entities.ts';

/** Google documents that a comment can be too long (commentTextTooLong) and not how long; its own page takes 10,000. */
const LIMIT = 10_000;
const HANDLE = /^[\p{L}\p{N}_.·-]{3,100}$/u;

/** How an answer goes out: as one comment; to an answer in a thread with its author's handle, as YouTube's own page does. */
export function measure(post: Post, text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const shown = { limit: LIMIT, unit: 'characters' } as const;
  if (body === '') return { ...shown, length: 0, parts: [], problem: 'There is nothing to send yet.' };
  const { handle } = post.author;
  const nested = post.replyTo !== null && !post.ours && HANDLE.test(handle);
  const spoken = body.toLowerCase().includes(`@${handle.toLowerCase()}`);
  const whole = nested && !spoken ? `@${handle} ${body}` : body;
  const { length } = whole;
  if (length <= LIMIT) return { ...shown, length, parts: [whole], problem: null };
  const problem = `Too long: ${length} characters. YouTube takes ${LIMIT} a comment.`;
  return { ...shown, length, parts: [], problem };
}

/** The comment as it is now: who answers a deleted one speaks to nobody. */
async function mustBeThere(connection: Connection, post: Post, signal: AbortSignal): Promise<void> {
  const json = await connection.api.list('comments', { part: 'id', id: post.id }, signal, 'answer');
  if (readPage(json).items.length > 0) return;
  throw new RejectedError('The comment was deleted or hidden; nothing was sent.');
}

/** Answers once; nothing is ever sent again by itself. YouTube knows no idempotency key. */
export async function reply(
  connection: Connection,
  post: Post,
  text: string,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  const { parts, problem } = measure(post, text);
  const [part] = parts;
  if (problem !== null || part === undefined) throw new RejectedError(problem ?? 'There is nothing to send.');
  await connection.session(signal, 'answer');
  await mustBeThere(connection, post, signal);
  // YouTube's threads have one level: an answer to an answer belongs to the first comment too.
  const body = { snippet: { parentId: post.conversationId, textOriginal: part } };
  try {
    const json = await connection.api.insert('comments', { part: 'snippet' }, body, signal);
    const [comment] = readItems([json], commentSchema, []);
    if (!comment) throw new Error('YouTube answered with something unreadable');
    const sent = connection.toPost(comment, { videoId: videoOf(post), postId: null }, post.conversationId);
    return [{ ...sent, ours: true, replyTo: post.conversationId, via: 'reply' }];
  } catch (error) {
    const refused = [AuthError, RateLimitedError, RejectedError].some((kind) => error instanceof kind);
    if (refused || neverLeft(error)) throw error;
    throw new UncertainError(
      `YouTube did not confirm the answer (${messageOf(error)}). It may have been published; look at the comment before sending it again.`,
      { cause: error },
    );
  }
}

/** The video a post of ours was about: its address was made from it. */
function videoOf(post: Post): string | null {
  return post.url ? new URL(post.url).searchParams.get('v') : null;
}
