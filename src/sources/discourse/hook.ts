import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AuthError, RateLimitedError, UnavailableError } from '../../errors.ts';
import type { HookRequest, HookResult } from '../source.ts';
import { type Connection, isGone, isPublic } from './connection.ts';
import type { Numbers } from './numbers.ts';
import type { Places } from './places.ts';
import { type DiscoursePost, postSchema, problemsOf, topicSchema } from './shapes.ts';

/** Discourse waits for the answer to a webhook; what takes longer is left to the poll. */
const PATIENCE_MS = 10_000;

const bodySchema = z.object({ post: z.unknown().optional(), topic: z.unknown().optional() });

/**
 * `X-Discourse-Event-Signature: sha256=<hex>`, the HMAC-SHA256 of the body: Jobs::EmitWebHookEvent of Discourse. The
 * comparison takes the same time for a wrong signature as for a right one.
 */
function isSigned(request: HookRequest, secret: string): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(request.headers['x-discourse-event-signature'] ?? '') ?? [];
  if (hex === undefined) return false;
  return timingSafeEqual(Buffer.from(hex, 'hex'), createHmac('sha256', secret).update(request.body).digest());
}

const answer = (status: number, body: HookResult['body'], more: Partial<HookResult> = {}): HookResult => ({
  status,
  body,
  posts: [],
  ...more,
});
const ignored = (why: string): HookResult => answer(200, { ignored: why });

function parse(body: Uint8Array): z.output<typeof bodySchema> | null {
  try {
    return bodySchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** Posts as Discourse pushes them: created, edited, recovered, destroyed; topics for whether they are closed. */
export function createReceiver(connection: Connection, numbers: Numbers, places: Places, secret: string) {
  const { topics } = connection;

  /**
   * Whether our user may read what was pushed. Discourse pushes with the eyes of its system user, so a webhook without
   * a filter also tells of categories that only staff can see.
   */
  async function mayRead(post: DiscoursePost, signal: AbortSignal): Promise<boolean> {
    if (post.category_id !== null && places.sees(post.category_id)) return true;
    try {
      if (!(await connection.look(String(post.id), signal))) return false;
    } catch (error) {
      if (error instanceof AuthError) return false;
      throw error;
    }
    places.saw([post]);
    return true;
  }

  async function onPost(raw: unknown, event: string): Promise<HookResult> {
    const parsed = postSchema.safeParse(raw);
    if (!parsed.success) {
      const why = problemsOf(parsed.error);
      return answer(
        400,
        { error: 'The post cannot be read.', problem: why },
        { dropped: [{ id: null, why }] },
      );
    }
    const post = parsed.data;
    const id = String(post.id);
    if (event === 'post_destroyed' || (isGone(post) && event !== 'post_recovered'))
      return answer(200, { deleted: 1 }, { deleted: [id] });
    if (!isPublic(post)) return ignored('not a public post');
    const signal = AbortSignal.timeout(PATIENCE_MS);
    if (!(await mayRead(post, signal))) return ignored('not for our user');
    if (connection.config.tags.length > 0 && !topics.get(post.topic_id))
      await places.lookUp(post.topic_id, signal);
    if (!places.wants(post)) return ignored('not watched');
    await numbers.remember([post]);
    const answered = await numbers.answeredBy(post, [], true, signal);
    const edited = event === 'post_edited';
    const made = connection.toPost(post, { replyTo: answered.id, edited });
    const old = edited && made.createdAt < connection.clock.now() - connection.config.lookback;
    return answer(200, { accepted: 1 }, old ? { changed: [made] } : { posts: [made] });
  }

  async function onTopic(raw: unknown, event: string): Promise<HookResult> {
    const topic = topicSchema.safeParse(raw);
    if (!topic.success)
      return answer(400, { error: 'The topic cannot be read.', problem: problemsOf(topic.error) });
    if (event !== 'topic_destroyed') topics.note(topic.data);
    await topics.save();
    return answer(200, { noted: 1 });
  }

  return async function receive(request: HookRequest): Promise<HookResult> {
    if (request.method !== 'POST')
      return answer(
        405,
        { error: 'Discourse sends its webhooks with POST.' },
        { headers: { allow: 'POST' } },
      );
    if (!isSigned(request, secret)) return answer(401, { error: 'Not authorised.' });
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? 'application/json'))
      return answer(415, { error: 'Set the content type of the webhook to application/json.' });
    const body = parse(request.body);
    if (!body) return answer(400, { error: 'The body is not a JSON object.' });
    const type = request.headers['x-discourse-event-type'] ?? '';
    const event = request.headers['x-discourse-event'] ?? '';
    try {
      if (type === 'ping') return answer(200, { pong: true });
      if (type === 'post' && body.post !== undefined) return await onPost(body.post, event);
      if (type === 'topic' && body.topic !== undefined) return await onTopic(body.topic, event);
    } catch (error) {
      const passing = [AuthError, RateLimitedError, UnavailableError].some((kind) => error instanceof kind);
      const timedOut = error instanceof DOMException;
      if (!passing && !timedOut) throw error;
      // Nothing is lost: the next poll brings the post.
      return answer(503, { error: 'The forum could not be asked about the post; try again later.' });
    }
    return type === 'post' || type === 'topic' || type === ''
      ? answer(400, { error: 'The body holds neither a post nor a topic.' })
      : ignored('another event');
  };
}
