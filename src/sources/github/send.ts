import { z } from 'zod';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Connection } from './connection.ts';
import { lockedWords } from './connection.ts';
import { readTopic } from './conversation.ts';
import { readThread } from './discussions.ts';
import { type PostId, parseId, postId } from './ids.ts';
import { GoneError } from './refusals.ts';
import {
  commentEntry,
  commentSchema,
  type Entry,
  nodeCommentEntry,
  nodeCommentSchema,
  WRITTEN,
} from './shapes.ts';

/** "body is too long (maximum is 65536 characters)", as the API answers: https://github.com/danger/danger/issues/424 */
const LIMIT = 65_536;
/** https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests */
const BETWEEN_WRITES_MS = 1_000;
const NEED = 'write access to issues, pull requests and discussions';

export interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** How a comment would go out: as it is, in one piece; GitHub reads it as Markdown. */
export function measure(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const length = Array.from(body).length;
  const frame = { length, limit: LIMIT, unit: 'characters' };
  if (body === '') return { ...frame, parts: [], problem: 'There is nothing to send yet.' };
  if (length > LIMIT)
    return {
      ...frame,
      parts: [],
      problem: `Too long: ${length} characters. GitHub takes ${LIMIT} a comment.`,
    };
  return { ...frame, parts: [body], problem: null };
}

/** Answers one after the other, at least a second apart; nothing is ever sent again by itself. */
export function createReply(connection: Connection) {
  const { api, clock } = connection;
  let turn: Promise<unknown> = Promise.resolve();
  let lastWriteAt = Number.NEGATIVE_INFINITY;

  /** Waits for the earlier write and the second after it. */
  function inTurn<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
    const mine = turn
      .catch(() => undefined)
      .then(async () => {
        signal.throwIfAborted();
        const left = lastWriteAt + BETWEEN_WRITES_MS - clock.now();
        if (left > 0) await clock.sleep(left, signal);
        lastWriteAt = clock.now();
        return write();
      });
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function sent<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (isRefusal(error)) throw error;
      if (neverLeft(error)) throw error;
      throw new UncertainError(
        `GitHub did not confirm the comment (${messageOf(error)}). It may have been published; look at the page before sending it again.`,
        { cause: error },
      );
    }
  }

  async function commentOnIssue(place: PostId, body: string, signal: AbortSignal): Promise<Entry> {
    const call = { purpose: 'answer', signal } as const;
    const topic = await orGone(readTopic(connection, place, call));
    if (place.comment !== null) {
      const path = `/repos/${place.repository}/issues/comments/${place.comment}`;
      await orGone(api.rest(path, { need: NEED, ...call }));
    }
    // Who may write in a locked conversation of a repository that is not configured, only GitHub knows: it says so.
    const shut = topic.locked ? connection.shut(place) : null;
    if (shut !== null) throw new RejectedError(`${shut} Nothing was sent.`);
    const path = `/repos/${place.repository}/issues/${place.number}/comments`;
    const comment = await inTurn(signal, () =>
      sent(async () =>
        commentSchema.parse(
          (await api.rest(path, { method: 'POST', body: { body }, need: NEED, ...call })).json,
        ),
      ),
    );
    return commentEntry(place, comment);
  }

  async function commentInDiscussion(place: PostId, body: string, signal: AbortSignal): Promise<Entry> {
    const call = { purpose: 'answer', signal } as const;
    const wantsBranch = place.comment !== null;
    type Branches = Awaited<ReturnType<typeof readThread>>['branches'];
    const find = (branches: Branches) => branches.find((one) => one.entry.comment === place.comment);
    const enough = (branches: Branches): boolean => !wantsBranch || find(branches) !== undefined;
    const thread = await orGone(readThread(connection, place, enough, call));
    const branch = wantsBranch ? find(thread.branches) : undefined;
    if (wantsBranch && !branch) throw gone();
    const shut = lockedWords(thread.locked, thread.mayWrite);
    await connection.noteShut(place, shut);
    if (shut !== null) throw new RejectedError(`${shut} Nothing was sent.`);
    const query = `mutation($discussionId: ID!, $replyToId: ID, $body: String!) {
      addDiscussionComment(input: {discussionId: $discussionId, replyToId: $replyToId, body: $body}) { comment { id ${WRITTEN} } } }`;
    const schema = z.object({ addDiscussionComment: z.object({ comment: nodeCommentSchema }) });
    // Only comments on top can be answered; the answer to an answer goes below the same one.
    const variables = { discussionId: thread.id, replyToId: branch?.answerTo ?? null, body };
    const made = await inTurn(signal, () =>
      sent(() => api.graphql(query, variables, schema, { need: NEED, ...call })),
    );
    const parent = branch ? (branch.entry.parent ?? branch.entry.comment) : null;
    return nodeCommentEntry(place, made.addDiscussionComment.comment, parent);
  }

  /** @see Source.reply */
  return async (post: Post, text: string, { signal }: SendOptions): Promise<readonly Post[]> => {
    const place = parseId(post.id);
    if (!place) throw new RejectedError('This post is not one of GitHub; nothing was sent.');
    const { parts, problem } = measure(text);
    const [body] = parts;
    if (problem !== null || body === undefined)
      throw new RejectedError(problem ?? 'There is nothing to send yet.');
    await connection.session(signal);
    const write = place.kind === 'issues' ? commentOnIssue : commentInDiscussion;
    const entry = await write(place, body, signal);
    const shown = connection.toPost(entry, 'reply');
    // It stands below what it answers, whoever GitHub says wrote it.
    return [{ ...shown, ours: true, replyTo: shown.replyTo ?? postId(place, null) }];
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof AuthError || error instanceof RateLimitedError || error instanceof RejectedError;
}

function gone(cause?: unknown): RejectedError {
  return new RejectedError('The post was deleted, or GitHub no longer shows it to us; nothing was sent.', {
    cause,
  });
}

async function orGone<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof GoneError) throw gone(error);
    throw error;
  }
}
