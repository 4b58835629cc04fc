import type { Post } from '../../domain/post.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Connection } from './connection.ts';
import { type Page, readCreated, tweetSchema } from './entities.ts';
import { hasLink, measure } from './measure.ts';
import { PRICES } from './prices.ts';

/** Ways in which an author has spoken to us: X lets us answer these. */
const SUMMONED = new Set(['mention', 'reply', 'quote']);

/**
 * “Replies are only permitted if the original post's author has explicitly summoned the replying account by @mentioning
 * them or quoting one of their posts” (https://docs.x.com/x-api/posts/manage-tweets/introduction), but for Enterprise.
 */
export function mayNotReply(post: Post): string | null {
  if (post.ours || SUMMONED.has(post.via)) return null;
  return 'X lets apps answer only those who mention us or quote our posts. Open the post and answer there.';
}

/** Sends one post, once. X knows no idempotency key, but refuses the same words twice. */
async function create(
  connection: Connection,
  text: string,
  to: Post | null,
  now: number,
  signal: AbortSignal,
): Promise<Post> {
  const { parts, problem } = measure(text);
  const [part] = parts;
  if (problem !== null || part === undefined) throw new RejectedError(problem ?? 'There is nothing to send.');
  const me = await connection.session(signal, 'answer');
  const body = { text: part, ...(to === null ? {} : { reply: { in_reply_to_tweet_id: to.id } }) };
  try {
    const dollars = hasLink(part) ? PRICES.createWithUrl : PRICES.create;
    const id = readCreated(await connection.api.post('/tweets', body, dollars, signal));
    // What X would show, without paying for a look at it.
    const tweet = tweetSchema.parse({
      id,
      text: part.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
      author_id: me.id,
      created_at: new Date(Math.floor(now / 1_000) * 1_000).toISOString(),
      conversation_id: to?.conversationId ?? id,
      edit_history_tweet_ids: [id],
      referenced_tweets: to === null ? [] : [{ type: 'replied_to', id: to.id }],
      entities: {
        urls: (part.match(/https?:\/\/[^\s<>"]+/g) ?? []).map((url) => ({
          url,
          expanded_url: url,
        })),
      },
    });
    const page: Page = { tweets: [], users: new Map([[me.id, me]]), media: new Map(), next: null, count: 0 };
    return connection.toPost(tweet, page, 'comment');
  } catch (error) {
    const refused = [AuthError, RateLimitedError, RejectedError].some((kind) => error instanceof kind);
    if (refused || neverLeft(error)) throw error;
    throw new UncertainError(
      `X did not confirm the post (${messageOf(error)}). It may have been published; look at the account before sending it again.`,
      { cause: error },
    );
  }
}

/** @param anyone whether the account's contract with X lets it answer everybody. */
export async function reply(
  connection: Connection,
  post: Post,
  text: string,
  options: { readonly anyone: boolean; readonly now: number; readonly signal: AbortSignal },
): Promise<readonly Post[]> {
  const closed = options.anyone ? null : mayNotReply(post);
  if (closed !== null) throw new RejectedError(closed);
  return [await create(connection, text, post, options.now, options.signal)];
}

export async function publish(
  connection: Connection,
  text: string,
  now: number,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  return [await create(connection, text, null, now, signal)];
}
