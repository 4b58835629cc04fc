import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import { type Connection, DEFAULT_RULES, type Rules } from './connection.ts';
import { type DiscoursePost, latestPostsSchema, postSchema, read, readList } from './shapes.ts';
import { shut, topicIdOf } from './topics.ts';

export interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Clocks of two machines differ; a post of the same words in the same place is ours within this time. */
const SKEW_MS = 5 * 60_000;

/** Characters as Ruby counts them: code points. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** What counts towards the least length: lib/validators/stripped_length_validator.rb of Discourse. */
function substance(text: string): string {
  return text
    .replace(/<!--.*?-->/g, '')
    .replace(/:\w+(?::\w+)?:/g, 'X')
    .replace(/\.{2,}/g, '…')
    .replace(/,{2,}/g, ',')
    .trim();
}

/** Length in code points, against the forum's own settings. A post is never split: forums allow long ones. */
export function measureText(text: string, rules: Rules): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  const length = lengthOf(body);
  const base = { length, limit: rules.most, unit: 'characters' };
  if (body === '') return { ...base, parts: [], problem: 'There is nothing to send yet.' };
  if (length > rules.most) {
    const problem = `Too long: ${length} characters. This forum takes ${rules.most} a post.`;
    return { ...base, parts: [], problem };
  }
  if (rules.least !== null && lengthOf(substance(body)) < rules.least) {
    const problem = `Too short: this forum takes only posts of at least ${rules.least} characters.`;
    return { ...base, parts: [], problem };
  }
  return { ...base, parts: [body], problem: null };
}

/** Answers by `POST /posts.json`, once: nothing is ever sent again by itself. */
export function createSender(connection: Connection, username: string) {
  const { api, clock, topics } = connection;
  const measure = (_: Post, text: string): Measure =>
    measureText(text, connection.current()?.rules ?? DEFAULT_RULES);

  function mayNotReply(post: Post): string | null {
    const topicId = topicIdOf(post);
    const state = topicId === null ? null : topics.get(topicId);
    return shut(state, connection.current()?.me?.trusted ?? false, username);
  }

  /** Our own post with these words in this place, if the forum shows it. */
  async function find(raw: string, to: DiscoursePost, since: number, signal: AbortSignal) {
    const { latest_posts: latest } = read(latestPostsSchema, await api.call('/posts.json', { signal }));
    return readList(latest, postSchema, []).find(
      (post) =>
        connection.isOurs(post) &&
        post.topic_id === to.topic_id &&
        post.reply_to_post_number === to.post_number &&
        post.created_at >= since - SKEW_MS &&
        post.raw.trim() === raw,
    );
  }

  async function create(raw: string, to: DiscoursePost, signal: AbortSignal): Promise<DiscoursePost> {
    const since = clock.now();
    try {
      const body = { raw, topic_id: to.topic_id, reply_to_post_number: to.post_number };
      const answer = await api.call('/posts.json', { method: 'POST', body, signal });
      if (isEnqueued(answer)) {
        throw new UncertainError(
          'The forum has put the answer into its review queue: it appears when a moderator approves it. Do not send it again.',
        );
      }
      return read(postSchema, answer);
    } catch (error) {
      const refused = [AuthError, RateLimitedError, RejectedError, UncertainError];
      if (refused.some((kind) => error instanceof kind) || neverLeft(error)) throw error;
      // The answer is lost or unreadable, so the post may be out there: look before anybody is troubled.
      const found = signal.aborted ? undefined : await find(raw, to, since, signal).catch(() => undefined);
      if (found) return found;
      throw new UncertainError(
        `The forum did not confirm the answer (${messageOf(error)}). It may have been published; look at the topic before sending it again.`,
        { cause: error },
      );
    }
  }

  async function reply(post: Post, text: string, options: SendOptions): Promise<readonly Post[]> {
    const { signal } = options;
    await connection.session(signal);
    const measured = measure(post, text);
    const [raw] = measured.parts;
    if (measured.problem !== null || raw === undefined)
      throw new RejectedError(measured.problem ?? 'There is nothing to send yet.');
    // Discourse takes an answer to a deleted post without a word; and a moderator may have moved it to another topic.
    const to = await connection.look(post.id, signal);
    if (!to) throw new RejectedError('The post was deleted or hidden on the forum; nothing was sent.');
    const sent = await create(raw, to, signal);
    return [{ ...connection.toPost(sent, { replyTo: post.id }), conversationId: post.conversationId }];
  }

  return { measure, mayNotReply, reply };
}

/** `{action: "enqueued", success: true, pending_count: 1}`: a moderator decides. */
function isEnqueued(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'action' in answer && answer.action === 'enqueued';
}
