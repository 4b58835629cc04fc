import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { jsonProblem } from '../domain/json-position.ts';
import { makePost, type Post, safeUrl } from '../domain/post.ts';
import {
  type Dropped,
  defineSource,
  type HookRequest,
  type HookResult,
  type Source,
  type SourceContext,
} from './source.ts';

const MAX_BYTES = 1_000_000;
const MAX_POSTS = 1_000;
/** Rows of the list of problems in one answer. */
const MAX_PROBLEMS = 200;
const DAY_MS = 86_400_000;
/** Below this a number of `createdAt` is taken for seconds: as milliseconds it would be a day before March 1973. */
const SECONDS_BELOW = 100_000_000_000;

const secret = z
  .string()
  .regex(
    /^[\x21-\x7E]{16,1000}$/,
    'must have at least 16 visible characters; make one with: openssl rand -hex 32',
  );

const config = z
  .strictObject({
    /** Sent by the caller as `Authorization: Bearer <token>`. */
    token: secret.optional().describe('Bearer token the caller must send.'),
    /** Key of the HMAC-SHA256 over the body, sent as `X-Hub-Signature-256: sha256=<hex>`. */
    secret: secret.optional().describe('Key of the X-Hub-Signature-256 that the caller must send.'),
    /** Takes posts from anybody who reaches the port: for trying out, and only while HOST is this machine. */
    open: z.boolean().default(false).describe('Accept posts without a token; only on this machine.'),
    ours: z
      .array(z.string().trim().min(1).max(300))
      .max(100)
      .default([])
      .describe('Handles, names or ids of authors that are us.'),
  })
  .refine((value) => value.open || value.token !== undefined || value.secret !== undefined, {
    message: 'needs a token or a secret (or open: true, to try it out on this machine)',
  })
  .refine((value) => !value.open || (value.token === undefined && value.secret === undefined), {
    path: ['open'],
    message: 'open: true takes posts without any check; remove it, or the token and the secret',
  });

type Config = z.output<typeof config>;

const id = z.union(
  [z.string().trim().min(1), z.number().int().transform(String)],
  'expected a text or whole number',
);
const link = z
  .string()
  .nullish()
  .refine((value) => value == null || value === '' || safeUrl(value) !== null, 'expected an http(s) address');

/** Epoch milliseconds of an ISO 8601 time (without a zone: UTC) or of epoch seconds or milliseconds; NaN for neither. */
function timeOf(value: string | number): number {
  const text = String(value).trim();
  if (/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) {
    const number = Number(text);
    return Math.round(number < SECONDS_BELOW ? number * 1_000 : number);
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || text.length > 40) return Number.NaN;
  const zoned = /(?:z|[+-]\d{2}:?\d{2})$/i.test(text) || !/[t ]/i.test(text);
  return Date.parse(zoned ? text : `${text}Z`);
}

const author = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z
    .object({
      id: id.nullish(),
      name: z.string().nullish(),
      handle: z.string().nullish(),
      url: link,
      avatarUrl: link,
    })
    .refine((value) => Boolean(value.name?.trim() || value.handle?.trim()), 'needs a name or a handle'),
);

const moment = z
  .union([z.string(), z.number()], 'expected an ISO 8601 time or epoch seconds or milliseconds')
  .nullish();

/** One post as a caller sends it. Unknown fields are ignored. */
const hookPost = z.object({
  id,
  text: z.string(),
  author,
  url: link,
  createdAt: moment,
  editedAt: moment,
  conversationId: id.nullish(),
  replyTo: id.nullish(),
  lang: z.string().max(35).nullish(),
  ours: z.boolean().nullish(),
  links: z.array(z.string()).max(100).nullish(),
  media: z
    .array(z.object({ url: link, alt: z.string().nullish() }))
    .max(100)
    .nullish(),
});

type HookPost = z.output<typeof hookPost>;

/** One reason why an entry was not taken. */
interface Problem {
  /** Place in the array, from 0. */
  readonly index: number;
  /** `author.handle`; empty for the entry as a whole. */
  readonly path: string;
  readonly problem: string;
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/**
 * Whether a request to an open door comes from a program on this machine: not from a page in a browser that some other
 * site sent, and not through a name that somebody made to point here.
 */
function fromThisMachine(headers: HookRequest['headers']): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site !== 'none' && site !== 'same-origin') return false;
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return host === '' || host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether the request may come in. Both comparisons take the same time for a wrong value as for a right one. */
function authorised(request: HookRequest, given: Config): boolean {
  if (given.open) return fromThisMachine(request.headers);
  const [, bearer] = /^bearer +([\x21-\x7E]+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  if (
    given.token !== undefined &&
    bearer !== undefined &&
    timingSafeEqual(digest(bearer), digest(given.token))
  )
    return true;
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(request.headers['x-hub-signature-256'] ?? '') ?? [];
  if (given.secret === undefined || hex === undefined) return false;
  return timingSafeEqual(
    Buffer.from(hex, 'hex'),
    createHmac('sha256', given.secret).update(request.body).digest(),
  );
}

function refuse(status: number, error: string, headers?: Readonly<Record<string, string>>): HookResult {
  return { status, body: { error }, posts: [], ...(headers ? { headers } : {}) };
}

/** What is wrong with the envelope; null when the body may be read. */
function envelopeProblem(request: HookRequest, given: Config, name: string): HookResult | null {
  if (request.method !== 'POST')
    return refuse(405, `Send posts with POST /hooks/${name}.`, { allow: 'POST' });
  // No detail: whoever has no key learns nothing about the lock.
  if (!authorised(request, given)) return refuse(401, 'Not authorised.', { 'www-authenticate': 'Bearer' });
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type.trim()))
    return refuse(415, 'Send JSON, with the header content-type: application/json.');
  const [, charset] = /;\s*charset\s*=\s*"?([\w.-]+)"?/i.exec(type ?? '') ?? [];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset))
    return refuse(415, 'Send the JSON as UTF-8.');
  if (request.body.byteLength > MAX_BYTES)
    return refuse(413, `The body is larger than ${MAX_BYTES} bytes. Send fewer posts at once.`);
  return null;
}

/** The entries of the body, or the refusal. */
function entriesOf(body: Uint8Array): readonly unknown[] | HookResult {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse(400, 'The body is not UTF-8.');
  }
  if (text.trim() === '')
    return refuse(400, 'The body is empty. Send one post as an object, or several in an array.');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    const { line, column, problem } = jsonProblem(text);
    return refuse(400, `The body is not JSON: line ${line}, column ${column}: ${problem}.`);
  }
  const entries = Array.isArray(data) ? (data as unknown[]) : [data];
  if (entries.length === 0) return refuse(400, 'The array is empty.');
  if (entries.length > MAX_POSTS)
    return refuse(413, `${entries.length} posts at once are too many; send at most ${MAX_POSTS}.`);
  return entries;
}

function problemsOf(error: z.ZodError, index: number): Problem[] {
  return error.issues.map((issue) => ({
    index,
    path: issue.path.map(String).join('.').slice(0, 200),
    problem: issue.message.slice(0, 200),
  }));
}

/**
 * The first post of the conversation that `post` belongs to: as the caller says, else up the chain of replies as far
 * as this call knows it.
 */
function conversationOf(post: HookPost, known: ReadonlyMap<string, HookPost>): string {
  let at = post;
  const seen = new Set([post.id]);
  for (;;) {
    if (at.conversationId) return at.conversationId;
    if (!at.replyTo || seen.has(at.replyTo)) return at.id;
    const parent = known.get(at.replyTo);
    if (!parent) return at.replyTo;
    seen.add(parent.id);
    at = parent;
  }
}

/** One post, or why there is none. */
function toPost(
  raw: HookPost,
  known: ReadonlyMap<string, HookPost>,
  ours: ReadonlySet<string>,
  context: SourceContext,
  index: number,
): Post | Problem[] {
  const now = context.clock.now();
  const createdAt = raw.createdAt == null ? now : timeOf(raw.createdAt);
  const editedAt = raw.editedAt == null ? null : timeOf(raw.editedAt);
  for (const [path, time] of [
    ['createdAt', createdAt],
    ['editedAt', editedAt ?? createdAt],
  ] as const) {
    if (!Number.isFinite(time))
      return [{ index, path, problem: 'expected an ISO 8601 time or epoch seconds or milliseconds' }];
    if (time > now + DAY_MS) return [{ index, path, problem: 'lies in the future' }];
  }
  const handle = (raw.author.handle ?? '').trim().replace(/^@/, '');
  const name = raw.author.name?.trim() || handle;
  const authorId = raw.author.id ?? (handle || name);
  const media = (raw.media ?? []).map((medium) => ({ url: medium.url ?? null, alt: medium.alt ?? '' }));
  try {
    return makePost({
      source: context.name,
      id: raw.id,
      conversationId: conversationOf(raw, known),
      replyTo: raw.replyTo ?? null,
      via: raw.replyTo ? 'reply' : 'mention',
      author: { id: authorId, name, handle, url: raw.author.url, avatarUrl: raw.author.avatarUrl },
      text: raw.text,
      lang: raw.lang ?? null,
      url: raw.url,
      links: raw.links ?? linksIn(raw.text),
      media,
      createdAt,
      editedAt,
      ours: raw.ours ?? [authorId, handle, name].some((value) => ours.has(value.toLowerCase())),
    });
  } catch (error) {
    if (error instanceof z.ZodError) return problemsOf(error, index);
    throw error;
  }
}

/** Addresses in a plain text, without the full stop or bracket that follows them. */
function linksIn(text: string): string[] {
  const found = text.slice(0, 100_000).match(/https?:\/\/[^\s<>"'`]{1,2000}/g) ?? [];
  return found.slice(0, 20).map((address) => address.replace(/[.,;:!?)\]}]{1,20}$/, ''));
}

/** All entries of one call: what is good, and every problem of what is not. */
function read(entries: readonly unknown[], ours: ReadonlySet<string>, context: SourceContext) {
  const problems: Problem[] = [];
  const dropped: Dropped[] = [];
  const known = new Map<string, HookPost>();
  const first: { readonly raw: HookPost; readonly index: number }[] = [];
  let duplicates = 0;

  function drop(found: readonly Problem[], entryId: string | null): void {
    problems.push(...found);
    const why = found.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; ');
    dropped.push({ id: entryId, why: why.slice(0, 1_000) });
  }
  entries.forEach((entry, index) => {
    const parsed = hookPost.safeParse(entry);
    if (!parsed.success) drop(problemsOf(parsed.error, index), null);
    else if (known.has(parsed.data.id)) duplicates++;
    else {
      known.set(parsed.data.id, parsed.data);
      first.push({ raw: parsed.data, index });
    }
  });
  const posts: Post[] = [];
  for (const { raw, index } of first) {
    const post = toPost(raw, known, ours, context, index);
    if (Array.isArray(post)) drop(post, raw.id.slice(0, 100));
    else posts.push(post);
  }
  problems.sort((a, b) => a.index - b.index);
  return { posts, problems, dropped, duplicates };
}

/**
 * `POST /hooks/<name>`: one post as a JSON object, or up to 1,000 in an array, at most 1 MB.
 *
 * A post: `id`, `text`, `author` (`name` or `handle`, or both; `url`, `avatarUrl`, `id` if you like), and optionally
 * `url`, `createdAt` (ISO 8601, or epoch seconds or milliseconds; default now), `editedAt` (likewise; when its author
 * changed it), `conversationId`, `replyTo`, `lang`, `ours`, `links`, `media: [{url, alt}]`. Anything else is ignored. The
 * same `id` twice is one post; with a later `editedAt` its words are taken over.
 *
 * Answers:
 * - 202 `{accepted, duplicates, rejected: [{index, path, problem}], more?}`: at least one post was taken; `more` counts
 *   the problems beyond the first 200
 * - 400 `{error, rejected?}`: none could be read, with the path of each problem; or the body is no JSON, with line and column
 * - 401 `{error}` without any detail; 405; 413 for too much at once; 415 for anything but JSON in UTF-8
 */
function receiver(given: Config, context: SourceContext): (request: HookRequest) => Promise<HookResult> {
  const ours = new Set(given.ours.map((handle) => handle.replace(/^@/, '').toLowerCase()));
  return async (request) => {
    const wrong = envelopeProblem(request, given, context.name);
    if (wrong) return wrong;
    const entries = entriesOf(request.body);
    if ('status' in entries) return entries;
    const { posts, problems, dropped, duplicates } = read(entries, ours, context);
    const rejected = problems.slice(0, MAX_PROBLEMS);
    const more = problems.length - rejected.length;
    const rest = { rejected, ...(more > 0 ? { more } : {}) };
    if (posts.length === 0)
      return { status: 400, body: { error: 'No post could be read.', ...rest }, posts, dropped };
    return { status: 202, body: { accepted: posts.length, duplicates, ...rest }, posts, dropped };
  };
}

/** A door for everything that can send JSON: a shop, a form, a script, another bot. */
export const webhook = defineSource({
  kind: 'webhook',
  label: 'Webhook',
  config,
  problems: (given, { loopback }) =>
    given.open && !loopback
      ? [
          'takes posts from anybody (open: true), and HOST lets everybody in. Give it a token, or set HOST=127.0.0.1.',
        ]
      : [],
  async create(given, context): Promise<Source> {
    const lock = [
      given.token !== undefined ? 'a bearer token' : null,
      given.secret !== undefined ? 'a signature' : null,
    ].filter((way) => way !== null);
    const guard = given.open ? 'without a token, from this machine only' : `with ${lock.join(' or ')}`;
    return {
      name: context.name,
      kind: 'webhook',
      label: 'Webhook',
      capabilities: {
        poll: false,
        listen: false,
        receive: true,
        conversation: false,
        reply: false,
        publish: false,
      },
      receive: receiver(given, context),
      check: async () => [
        { ok: true, what: `takes posts at POST /hooks/${context.name}, ${guard}`, remedy: null },
      ],
    };
  },
});
