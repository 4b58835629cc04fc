import type { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { bounded } from '../kit/conversation.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Connection } from './connection.ts';
import { contextSchema, type MastodonStatus, readList, statusSchema } from './entities.ts';
import { FOLLOW } from './to-post.ts';

/** A thread's root does not change; the cache forgets those nobody writes in any more. */
const ROOT_TTL_MS = 30 * 24 * 3_600_000;
/** Relatives remembered of one context: enough for a lively thread, without ten thousand writes for a viral one. */
const MAX_REMEMBERED = 100;

export interface Threads {
  /**
   * Id of the first post of the thread a status belongs to: its conversation. Where the server cannot say, the post it
   * answers. One request at most, none for a thread that is known.
   */
  rootOf(status: MastodonStatus, signal: AbortSignal): Promise<string>;
  /** @see Source.conversation */
  conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]>;
}

interface Context {
  readonly ancestors: readonly MastodonStatus[];
  readonly descendants: readonly MastodonStatus[];
}

/** Mastodon has no conversation ids in its API: the thread's first post stands for it. */
export function createThreads(connection: Connection): Threads {
  const { api, cache } = connection;
  const key = (id: string): string => `root:${id}`;

  async function known(id: string): Promise<string | null> {
    const root: unknown = await cache.get(key(id));
    return typeof root === 'string' && root !== '' ? root : null;
  }
  async function remember(ids: readonly string[], root: string): Promise<void> {
    for (const id of ids.slice(0, MAX_REMEMBERED)) await cache.set(key(id), root, ROOT_TTL_MS);
  }
  async function status(id: string, signal: AbortSignal): Promise<MastodonStatus | null> {
    try {
      const path = `/api/v1/statuses/${encodeURIComponent(id)}`;
      return read(statusSchema, (await api.call(path, { scope: 'read:statuses', signal })).json);
    } catch (error) {
      if (error instanceof RejectedError) return null;
      throw error;
    }
  }
  async function context(id: string, signal: AbortSignal): Promise<Context> {
    const path = `/api/v1/statuses/${encodeURIComponent(id)}/context`;
    const { ancestors, descendants } = read(
      contextSchema,
      (await api.call(path, { scope: 'read:statuses', signal })).json,
    );
    return {
      ancestors: readList(ancestors, statusSchema, []),
      descendants: readList(descendants, statusSchema, []),
    };
  }

  async function lookUp(status: MastodonStatus, parent: string, signal: AbortSignal): Promise<string> {
    try {
      const { ancestors, descendants } = await context(status.id, signal);
      const root = rootAmong(ancestors)?.id ?? parent;
      await remember([status.id, ...[...ancestors, ...descendants].map((one) => one.id)], root);
      return root;
    } catch (error) {
      if (signal.aborted || error instanceof AuthError || error instanceof RateLimitedError) throw error;
      // Gone for good is remembered; a server out of order is asked again next time.
      if (error instanceof RejectedError) await remember([status.id], parent);
      return parent;
    }
  }

  /** Everything around a status that the server tells, itself included; null when it is gone. */
  async function around(id: string, signal: AbortSignal): Promise<readonly MastodonStatus[] | null> {
    const self = await status(id, signal);
    if (!self) return null;
    const { ancestors, descendants } = await context(id, signal);
    return [...ancestors, self, ...descendants];
  }

  async function wholeThread(post: Post, signal: AbortSignal): Promise<readonly MastodonStatus[]> {
    const root = post.conversationId;
    if (root === post.id) return (await around(root, signal)) ?? [];
    let all: readonly MastodonStatus[] | null = null;
    try {
      // The root's context holds every branch; a branch's own holds only itself.
      all = await around(root, signal);
    } catch (error) {
      // A thread of thousands is more than one answer may hold; its branch is what the card needs.
      if (!(error instanceof UnavailableError) || signal.aborted) throw error;
    }
    if (all?.some((one) => one.id === post.id)) return all;
    const branch = await around(post.id, signal);
    return branch ? [...(all ?? []), ...branch] : [];
  }

  return {
    async rootOf(status, signal) {
      const parent = status.in_reply_to_id;
      const cached = await known(status.id);
      if (cached) return cached;
      if (parent === null) {
        await remember([status.id], status.id);
        return status.id;
      }
      const inherited = await known(parent);
      if (inherited) {
        await remember([status.id], inherited);
        return inherited;
      }
      return lookUp(status, parent, signal);
    },

    async conversation(post, signal) {
      if (post.id.startsWith(FOLLOW)) return [post];
      await connection.session(signal);
      const unique = new Map((await wholeThread(post, signal)).map((one) => [one.id, one]));
      const posts = [...unique.values()].map((one) =>
        connection.toPost(one, viaOf(one, connection), post.conversationId),
      );
      return bounded(posts, post, post.conversationId);
    },
  };
}

function read<Output>(schema: z.ZodType<Output>, json: unknown): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`The server's answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** The ancestor that answers nobody among them; servers usually send it first. */
function rootAmong(ancestors: readonly MastodonStatus[]): MastodonStatus | undefined {
  return ancestors.find((one) => one.in_reply_to_id === null) ?? ancestors[0];
}

/** How a post of a thread reached us, told from itself alone. */
export function viaOf(status: MastodonStatus, connection: Connection): Via {
  const me = connection.current()?.me.id;
  const quotesUs = me !== undefined && status.quote?.quoted_status.account.id === me;
  if (quotesUs && status.in_reply_to_account_id !== me && !connection.isOurs(status.account)) return 'quote';
  if (status.in_reply_to_id === null) return connection.isOurs(status.account) ? 'comment' : 'mention';
  const answered = status.in_reply_to_account_id;
  const toUs = answered !== null && answered === me;
  return toUs || connection.isOurs(status.account) ? 'reply' : 'mention';
}
