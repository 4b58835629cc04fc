import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { problemsOf } from '../kit/shapes.ts';
import type { HookRequest, HookResult } from '../source.ts';
import type { Connection } from './connection.ts';
import { lockedWords } from './connection.ts';
import { type Place, postId } from './ids.ts';
import { viaOf } from './poll.ts';
import { commentEntry, commentSchema, type Entry, type Topic, topicEntry, topicSchema } from './shapes.ts';

const envelope = z.object({
  action: z.string().catch(''),
  repository: z.object({ full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/) }),
});

/** The events that carry posts: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const EVENTS: Readonly<
  Record<string, { readonly kind: Place['kind']; readonly topic: string; readonly comment: boolean }>
> = {
  issues: { kind: 'issues', topic: 'issue', comment: false },
  pull_request: { kind: 'issues', topic: 'pull_request', comment: false },
  issue_comment: { kind: 'issues', topic: 'issue', comment: true },
  discussion: { kind: 'discussions', topic: 'discussion', comment: false },
  discussion_comment: { kind: 'discussions', topic: 'discussion', comment: true },
};
const WRITTEN = new Set(['opened', 'created', 'edited']);
/** What moved to another repository is another post there. */
const GONE = new Set(['deleted', 'transferred']);

const answer = (status: number, body: Readonly<Record<string, unknown>>): HookResult => ({
  status,
  body,
  posts: [],
});

/** `X-Hub-Signature-256` is the HMAC of the body's bytes: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function isSigned(request: HookRequest, secret: string): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(request.headers['x-hub-signature-256'] ?? '') ?? [];
  if (hex === undefined) return false;
  return timingSafeEqual(Buffer.from(hex, 'hex'), createHmac('sha256', secret).update(request.body).digest());
}

/** The payload as JSON, also as a form, which GitHub's page for webhooks offers first. */
function payloadOf(request: HookRequest): unknown {
  const text = new TextDecoder('utf-8').decode(request.body);
  const form = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  try {
    return JSON.parse(form ? (new URLSearchParams(text).get('payload') ?? '') : text);
  } catch {
    return undefined;
  }
}

/** Whether a conversation takes comments, as an event shows it; only where our own rights are known. */
async function noteLock(connection: Connection, place: Place, topic: Topic): Promise<void> {
  const repository = connection.known(place.repository);
  if (repository) await connection.noteShut(place, lockedWords(topic.locked, repository.mayWrite));
}

/** What an event is about. */
interface About {
  readonly action: string;
  readonly place: Place;
  readonly entry: Entry;
  readonly topic: Topic;
}

/** The event's post, or the answer to an event that cannot be read. */
function read(
  event: (typeof EVENTS)[string],
  payload: object,
  action: string,
  repository: string,
): About | HookResult {
  const fields = payload as Readonly<Record<string, unknown>>;
  const topic = topicSchema.safeParse(fields[event.topic]);
  if (!topic.success) return answer(400, { error: `${event.topic}.${problemsOf(topic.error)}` });
  const place = { repository, kind: event.kind, number: topic.data.number };
  const edited = action === 'edited' ? topic.data.updated_at : null;
  if (!event.comment)
    return { action, place, topic: topic.data, entry: topicEntry(place, topic.data, edited) };
  const comment = commentSchema.safeParse(fields.comment);
  if (!comment.success) return answer(400, { error: `comment.${problemsOf(comment.error)}` });
  return { action, place, topic: topic.data, entry: commentEntry(place, comment.data) };
}

async function take(connection: Connection, about: About): Promise<HookResult> {
  const { action, place, entry, topic } = about;
  await noteLock(connection, place, topic);
  const id = postId(entry, entry.comment);
  if (GONE.has(action)) return { ...answer(202, { deleted: 1 }), deleted: [id] };
  if (!WRITTEN.has(action)) return answer(202, { ignored: `the action ${action.slice(0, 50)}` });
  try {
    const post = connection.toPost(entry, viaOf(entry, connection.me()?.login));
    // A change of an older text is not worth a card: whoever wrote it years ago mends a link.
    const old = action === 'edited' && post.createdAt < connection.clock.now() - connection.config.lookback;
    return {
      status: 202,
      body: { accepted: 1 },
      ...(old ? { posts: [], changed: [post] } : { posts: [post] }),
    };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const why = problemsOf(error);
    return { ...answer(400, { error: why }), dropped: [{ id, why }] };
  }
}

/**
 * `POST /hooks/<name>`: GitHub's webhooks, signed. Answers 202 for what was taken or is of no interest, 400 for what
 * cannot be read, 401 without a right signature, 405 for anything but POST, 503 while we do not know who we are.
 */
export function createReceiver(
  connection: Connection,
  secret: string,
): (request: HookRequest) => Promise<HookResult> {
  const { config } = connection;
  return async (request) => {
    if (request.method !== 'POST')
      return { ...answer(405, { error: 'GitHub sends POST.' }), headers: { allow: 'POST' } };
    if (!isSigned(request, secret)) return answer(401, { error: 'Not authorised.' });
    const name = request.headers['x-github-event'] ?? '';
    const payload = payloadOf(request);
    if (typeof payload !== 'object' || payload === null)
      return answer(400, { error: 'The body is not a JSON object.' });
    if (name === 'ping') return answer(200, { pong: true });
    const event = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
    if (!event) return answer(202, { ignored: 'this event carries no posts' });
    if (event.kind === 'discussions' && !config.discussions)
      return answer(202, { ignored: 'discussions are switched off' });
    const head = envelope.safeParse(payload);
    if (!head.success) return answer(400, { error: problemsOf(head.error) });
    const { action, repository } = head.data;
    const key =
      config.repositories.length === 0
        ? repository.full_name.toLowerCase()
        : connection.configured(repository.full_name);
    if (key === null) return answer(202, { ignored: 'this repository is not configured' });
    const about = read(event, payload, action, key);
    if ('status' in about)
      return { ...about, dropped: [{ id: null, why: JSON.stringify(about.body).slice(0, 500) }] };
    try {
      await connection.session(new AbortController().signal);
    } catch {
      // Without knowing ourselves we would take our own words for a customer's; the poll brings it later.
      return answer(503, { error: 'Not signed in to GitHub yet.' });
    }
    return take(connection, about);
  };
}
