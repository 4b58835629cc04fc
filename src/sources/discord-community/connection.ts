import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post, Via } from '../../domain/post.ts';
import { AuthError } from '../../errors.ts';
import type { SourceLog } from '../source.ts';
import type { Api } from './api.ts';
import type { DiscordCommunityConfig } from './config.ts';
import { isGone } from './failures.ts';
import type { Locks } from './locks.ts';
import { CHANNEL, findPlaces, isThread, type Places, readChannel } from './places.ts';
import {
  applicationSchema,
  type Channel,
  type Message,
  memberSchema,
  read,
  referencedOf,
  type User,
  userSchema,
} from './shapes.ts';
import { messageToPost } from './to-post.ts';

/** Roles and channels change rarely; names may be an hour old. */
const SESSION_MS = 3_600_000;
/** Somebody who became one of the team counts as such after an hour at the latest. */
const MEMBER_TTL_MS = 3_600_000;
const MAX_THREADS_KNOWN = 500;

/**
 * Either of them stands for the switch “Message Content Intent”: the second below 100 servers
 * (https://docs.discord.com/developers/resources/application#application-object-application-flags).
 */
const MESSAGE_CONTENT = (1 << 18) | (1 << 19);
export const INTENT_WORDS =
  'The bot’s “Message Content Intent” is off, so Discord hides what customers write. Switch it on: Developer Portal → your app → Bot → Privileged Gateway Intents → Message Content Intent.';

export interface Session extends Places {
  readonly me: User;
  /** Those of `ours` that are roles, in any of the servers. */
  readonly staffRoles: ReadonlySet<string>;
}

/** One bot in its servers: everything the parts of this adapter share. */
export interface Connection {
  readonly name: string;
  readonly config: DiscordCommunityConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  /** Signs in, when that has not happened for an hour. Throws errors of `errors.ts`. */
  session(signal: AbortSignal): Promise<Session>;
  /** Looks anew, whatever is known. */
  renew(signal: AbortSignal): Promise<Session>;
  /** Throws AuthError, in words, when the Message Content intent is off. */
  verifyIntent(signal: AbortSignal): Promise<void>;
  /** A channel or thread, as last seen; asked for when it is not known. Null when it is gone or not for us. */
  channel(id: string, signal: AbortSignal): Promise<Channel | null>;
  /** Takes a thread over as it was just seen. */
  note(channel: Channel): void;
  /** Whether this person is one of the team; one request for somebody not seen for an hour, where roles count. */
  isOurs(author: User, guildId: string, webhook: boolean, signal: AbortSignal): Promise<boolean>;
  /** Whether that can be said without a request. */
  knowsWhether(author: User, guildId: string, webhook: boolean): Promise<boolean>;
  /** Whether a message is to be read: not from other bots, unless they are wanted. */
  isWanted(message: Message, ours: boolean): boolean;
  /** How a message reached us. */
  viaOf(message: Message, place: Pick<Channel, 'type'>, guildId: string, signal: AbortSignal): Promise<Via>;
  toPost(message: Message, guildId: string, how: { conversationId: string; via: Via; ours: boolean }): Post;
}

interface Options {
  readonly name: string;
  readonly config: DiscordCommunityConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  readonly locks: Locks;
}

/** @see Connection */
export function connect(options: Options): Connection {
  const { api, clock, cache, config } = options;
  let known: { readonly session: Session; readonly at: number } | null = null;
  // The way back is worth a request, not a rest of the day: kept only in memory.
  const seen = new Map<string, Channel>();
  const staff = new Set(config.ours);

  async function renew(signal: AbortSignal): Promise<Session> {
    const about = { what: 'sign in' };
    const me = read(userSchema, await api.get('/users/@me', { signal, about }));
    await verifyIntent(signal);
    const found = await findPlaces(api, config.channels, signal);
    const staffRoles = new Set(
      [...found.guilds.values()].flatMap((guild) => [...guild.roles.keys()]).filter((id) => staff.has(id)),
    );
    const session = { ...found, me, staffRoles };
    known = { session, at: clock.now() };
    return session;
  }

  async function verifyIntent(signal: AbortSignal): Promise<void> {
    const about = { what: 'look at its own app' };
    const { flags } = read(applicationSchema, await api.get('/applications/@me', { signal, about }));
    if (flags !== null && (flags & MESSAGE_CONTENT) === 0) throw new AuthError(INTENT_WORDS);
  }

  function note(channel: Channel): void {
    options.locks.note(channel);
    seen.delete(channel.id);
    seen.set(channel.id, channel);
    const oldest = seen.size > MAX_THREADS_KNOWN ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
  }

  const memberKey = (guildId: string, userId: string): string => `member:${guildId}:${userId}`;

  /** What can be said at once: a bot is one of the team only when it is named itself. */
  function atOnce(author: User, webhook: boolean): boolean | null {
    if (author.id === known?.session.me.id || staff.has(author.id)) return true;
    const roles = known?.session.staffRoles.size ?? 0;
    return roles === 0 || webhook || author.bot ? false : null;
  }

  async function rolesOf(guildId: string, userId: string, signal: AbortSignal): Promise<readonly string[]> {
    const key = memberKey(guildId, userId);
    const cached = z.array(z.string()).safeParse(await cache.get(key));
    if (cached.success) return cached.data;
    const about = { what: 'see who is of the team' };
    let roles: readonly string[] = [];
    try {
      const json = await api.get(`/guilds/${guildId}/members/${userId}`, { signal, about });
      roles = read(memberSchema, json).roles;
    } catch (error) {
      // Somebody who left has no roles any more.
      if (!isGone(error)) throw error;
    }
    await cache.set(key, roles, MEMBER_TTL_MS);
    return roles;
  }

  const connection: Connection = {
    ...options,
    current: () => known?.session ?? null,
    async session(signal) {
      return known && clock.now() - known.at < SESSION_MS ? known.session : renew(signal);
    },
    renew,
    verifyIntent,
    note,
    async channel(id, signal) {
      const { places } = await connection.session(signal);
      const found = places.find((place) => place.id === id && !isThread(place)) ?? seen.get(id);
      if (found) return found;
      try {
        const channel = await readChannel(api, id, signal);
        if (channel) note(channel);
        return channel;
      } catch (error) {
        if (error instanceof AuthError) return null;
        throw error;
      }
    },
    async isOurs(author, guildId, webhook, signal) {
      const sure = atOnce(author, webhook);
      if (sure !== null) return sure;
      const roles = await rolesOf(guildId, author.id, signal);
      return roles.some((role) => staff.has(role));
    },
    async knowsWhether(author, guildId, webhook) {
      if (atOnce(author, webhook) !== null) return true;
      return Array.isArray(await cache.get(memberKey(guildId, author.id)));
    },
    isWanted: (message, ours) => ours || config.bots || (!message.author.bot && message.webhook_id === null),
    async viaOf(message, place, guildId, signal) {
      if (place.type === CHANNEL.privateThread) return 'message';
      const { me, staffRoles } = await connection.session(signal);
      const us = message.mentions.some((user) => user.id === me.id || staff.has(user.id));
      if (us || message.mention_roles.some((role) => staffRoles.has(role))) return 'mention';
      const answered = referencedOf(message);
      if (
        answered &&
        (await connection.isOurs(answered.author, guildId, answered.webhook_id !== null, signal))
      )
        return 'reply';
      return 'comment';
    },
    toPost(message, guildId, { conversationId, via, ours }) {
      const guild = known?.session.guilds.get(guildId);
      return messageToPost(message, {
        source: options.name,
        guildId,
        conversationId,
        via,
        ours,
        names: {
          user: (id) => (id === known?.session.me.id ? known.session.me.username : null),
          role: (id) => guild?.roles.get(id)?.name ?? null,
          channel: (id) => guild?.channels.get(id)?.name || seen.get(id)?.name || null,
        },
      });
    },
  };
  return connection;
}
