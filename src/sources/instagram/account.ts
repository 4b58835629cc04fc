import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import { type Graph, readAs } from '../kit/meta/graph.ts';
import type { SourceLog } from '../source.ts';
import type { InstagramConfig } from './config.ts';
import { accountSchema } from './shapes.ts';

const MAX_REMEMBERED = 2_000;
/** An address of a post does not change; the cache forgets those nobody comments on any more. */
const MEDIA_TTL_MS = 90 * 86_400_000;

/** Who wrote something, as far as Instagram says. */
export interface Writer {
  readonly id: string | null;
  readonly username: string;
}

/** One professional account: everything the parts of this adapter share. */
export interface Account {
  /** The source's name. */
  readonly name: string;
  readonly id: string;
  readonly graph: Graph;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  /** Our user name; null before the first sign-in. */
  username(): string | null;
  /** Signs in when that has not happened yet. */
  session(signal: AbortSignal, purpose?: 'read' | 'answer'): Promise<string>;
  signIn(signal: AbortSignal, purpose?: 'read' | 'answer'): Promise<string>;
  isOurs(writer: Writer): boolean;
  /** Remembers that a post is ours, and its address. */
  noteMedia(mediaId: string, permalink: string | null): Promise<void>;
  /** The address of a post of ours; null where it is unknown, or not ours. */
  permalinkOf(mediaId: string): Promise<string | null>;
}

export function openAccount(
  config: InstagramConfig,
  parts: Pick<Account, 'name' | 'graph' | 'clock' | 'cache' | 'log'>,
): Account {
  const ours = new Set([config.account, ...config.ours]);
  const media = new Map<string, string>();
  let known: string | null = null;

  async function signIn(signal: AbortSignal, purpose: 'read' | 'answer' = 'read'): Promise<string> {
    const params = { fields: 'id,username' };
    const json = await parts.graph.call(`/${config.account}`, { params, purpose, signal });
    known = readAs(accountSchema, json, 'the account').username;
    return known;
  }

  return {
    ...parts,
    id: config.account,
    username: () => known,
    session: async (signal, purpose) => known ?? signIn(signal, purpose),
    signIn,
    // Ids of people are scoped to us and ours may differ from the account's; user names are unique on Instagram.
    isOurs: ({ id, username }) =>
      (id !== null && ours.has(id)) ||
      (username !== '' &&
        (username.toLowerCase() === known?.toLowerCase() || ours.has(username.toLowerCase()))),
    async noteMedia(mediaId, permalink) {
      if (permalink === null || media.get(mediaId) === permalink) return;
      media.delete(mediaId);
      media.set(mediaId, permalink);
      const oldest = media.size > MAX_REMEMBERED ? media.keys().next().value : undefined;
      if (oldest !== undefined) media.delete(oldest);
      await parts.cache.set(`media:${mediaId}`, permalink, MEDIA_TTL_MS);
    },
    async permalinkOf(mediaId) {
      const there = media.get(mediaId);
      if (there !== undefined) return there;
      const cached: unknown = await parts.cache.get(`media:${mediaId}`);
      return typeof cached === 'string' ? cached : null;
    },
  };
}
