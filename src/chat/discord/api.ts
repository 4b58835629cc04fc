import type { REST, RouteLike } from 'discord.js';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, UnavailableError } from '../../errors.ts';
import { inTime } from '../kit/payloads.ts';
import type { FilePart, Message, ModalView } from './components.ts';
import { type CallAbout, discordError } from './failures.ts';

/**
 * The parts of Discord's REST API that are used, each parsed for the fields that are read
 * (https://docs.discord.com/developers/reference). The SDK keeps the rate limits by the headers Discord sends; instead
 * of waiting in secret it tells us how long, and the flow decides.
 */

const snowflake = z.string().regex(/^\d{1,20}$/);

const application = z.object({
  id: snowflake,
  name: z.string(),
  verify_key: z.string(),
  flags: z.number().nullish(),
  bot: z.object({ id: snowflake }).optional(),
});
const user = z.object({ id: snowflake, username: z.string(), global_name: z.string().nullish() });
const member = z.object({ user, nick: z.string().nullish(), roles: z.array(snowflake) });
const tag = z.object({ id: snowflake, name: z.string() });
const channel = z.object({
  id: snowflake,
  type: z.number(),
  guild_id: snowflake.optional(),
  parent_id: snowflake.nullish(),
  name: z.string().nullish(),
  owner_id: snowflake.nullish(),
  available_tags: z.array(tag).optional().catch(undefined),
  applied_tags: z.array(snowflake).optional().catch(undefined),
  thread_metadata: z.object({ archived: z.boolean(), locked: z.boolean().optional() }).optional(),
  permission_overwrites: z
    .array(z.object({ id: snowflake, type: z.number(), allow: z.string(), deny: z.string() }))
    .optional()
    .catch(undefined),
});
export type Channel = z.output<typeof channel>;
export type Member = z.output<typeof member>;

const sent = z.object({
  id: snowflake,
  channel_id: snowflake,
  flags: z.number().optional(),
  thread: z.object({ thread_metadata: z.object({ archived: z.boolean() }).optional() }).nullish(),
});
export type Sent = z.output<typeof sent>;
const found = z.looseObject({
  id: snowflake,
  channel_id: snowflake,
  author: z.object({ id: snowflake, username: z.string(), global_name: z.string().nullish() }),
  content: z.string().catch(''),
});
export type FoundMessage = z.output<typeof found>;
const threadPost = z.object({ id: snowflake, message: sent.optional() });
const threadList = z.object({ threads: z.array(channel.extend({ owner_id: snowflake.nullish() })) });
const guild = z.object({
  id: snowflake,
  name: z.string(),
  owner_id: snowflake.optional(),
  roles: z.array(z.object({ id: snowflake, name: z.string(), permissions: z.string() })).default([]),
});
export type Guild = z.output<typeof guild>;
const gatewayInfo = z.object({ shards: z.number().int().min(1) });
const commands = z.array(z.looseObject({ name: z.string() }));
const anything = z.unknown();

/** No call takes longer, in milliseconds: a card that hangs must not hold its channel. */
const CALL_TIMEOUT_MS = 12_000;

/**
 * 10,000 answers of 401, 403 or 429 within ten minutes and Discord blocks the address
 * (https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans). We stop well before.
 */
const INVALID_LIMIT = 5_000;
const INVALID_WINDOW_MS = 10 * 60_000;

/** What health needs to know of every call. */
export interface ApiWatcher {
  worked(): void;
  refused(error: AuthError): void;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Call<Schema extends z.ZodType> {
  readonly method: Method;
  readonly path: RouteLike;
  readonly about: CallAbout;
  readonly schema: Schema;
  readonly body?: unknown;
  readonly query?: URLSearchParams;
  readonly file?: FilePart;
  readonly signal?: AbortSignal | undefined;
  /** Routes with an interaction's own token take no other. */
  readonly auth?: boolean;
}

/** Only this file belongs to the message, also when it had another one before. */
function attachments(file: FilePart | undefined): object {
  return file ? { attachments: [{ id: '0', filename: file.name }] } : {};
}

export type DiscordApi = ReturnType<typeof discordApi>;

/** @param rest signed in with the bot token; rejects on rate limits and tries nothing twice */
export function discordApi(rest: REST, clock: Clock, watcher: ApiWatcher, token: string) {
  const invalid: number[] = [];
  rest.on('response', (_request, response) => {
    const shared = response.headers.get('x-ratelimit-scope') === 'shared';
    if ([401, 403].includes(response.status) || (response.status === 429 && !shared))
      invalid.push(clock.now());
  });

  function guard(): void {
    const since = clock.now() - INVALID_WINDOW_MS;
    while (invalid.length > 0 && (invalid[0] ?? 0) <= since) invalid.shift();
    if (invalid.length < INVALID_LIMIT) return;
    throw new RateLimitedError(
      `Discord refused ${invalid.length} requests within ten minutes. Potluck pauses, so that Discord does not block this address.`,
      (invalid[0] ?? clock.now()) + INVALID_WINDOW_MS - clock.now(),
    );
  }

  async function call<Schema extends z.ZodType>(wanted: Call<Schema>): Promise<z.output<Schema>> {
    const { method, path, about, schema, body, query, file, signal, auth = true } = wanted;
    guard();
    // The SDK forgets a token that was refused once; Discord may only have been confused, so it is given again.
    if (auth) rest.setToken(token);
    // What nobody waits for any more is given up, too: the SDK would let the next call of its bucket wait behind it.
    const over = new AbortController();
    try {
      const asked = rest[method](path, {
        ...(body === undefined ? {} : { body }),
        ...(query ? { query } : {}),
        ...(file
          ? { files: [{ name: file.name, data: Buffer.from(file.bytes), contentType: file.mime }] }
          : {}),
        signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
        auth,
      });
      const answer = await inTime('Discord', asked, clock, CALL_TIMEOUT_MS, signal);
      const parsed = schema.safeParse(answer);
      if (!parsed.success)
        throw new UnavailableError(
          `Discord's answer could not be read (${about.what}): ${parsed.error.issues[0]?.path.join('.')}`,
        );
      if (auth) watcher.worked();
      return parsed.data;
    } catch (error) {
      if (signal?.aborted || error instanceof UnavailableError) throw error;
      const told = discordError(error, about);
      if (told instanceof AuthError && auth) watcher.refused(told);
      throw told;
    } finally {
      over.abort();
    }
  }

  const inChannel = (what: string, id: string, ...needs: string[]): CallAbout => ({
    what,
    channel: id,
    needs: ['View Channel', ...needs],
  });

  return {
    application: (signal?: AbortSignal) =>
      call({
        method: 'get',
        path: '/applications/@me',
        about: { what: 'sign in' },
        schema: application,
        signal,
      }),
    me: (signal?: AbortSignal) =>
      call({ method: 'get', path: '/users/@me', about: { what: 'sign in' }, schema: user, signal }),
    gateway: (signal?: AbortSignal) =>
      call({
        method: 'get',
        path: '/gateway/bot',
        about: { what: 'ask for the gateway' },
        schema: gatewayInfo,
        signal,
      }),
    channel: (id: string, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: `/channels/${id}`,
        about: inChannel('look at the channel', id),
        schema: channel,
        signal,
      }),
    guild: (id: string, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: `/guilds/${id}`,
        about: { what: 'look at the server' },
        schema: guild,
        signal,
      }),
    member: (guildId: string, userId: string, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: `/guilds/${guildId}/members/${userId}`,
        about: { what: 'read a member’s name' },
        schema: member,
        signal,
      }),

    /** `nonce` with `enforce_nonce`: the same one within a few minutes is answered with the message that is there. */
    post: (id: string, message: Message, nonce: string, signal?: AbortSignal, file?: FilePart) =>
      call({
        method: 'post',
        path: `/channels/${id}/messages`,
        about: inChannel('post', id, 'Send Messages', ...(file ? ['Attach Files'] : [])),
        schema: sent,
        body: { ...message, nonce, enforce_nonce: true, ...attachments(file) },
        ...(file ? { file } : {}),
        signal,
      }),
    /** A line of our own in a thread; only `users` are pinged. */
    say: (id: string, content: string, nonce: string, users: readonly string[], signal?: AbortSignal) =>
      call({
        method: 'post',
        path: `/channels/${id}/messages`,
        about: inChannel('write in the thread', id, 'Send Messages in Threads'),
        schema: sent,
        body: { content, nonce, enforce_nonce: true, allowed_mentions: { parse: [], users: [...users] } },
        signal,
      }),
    edit: (id: string, messageId: string, message: Message, signal?: AbortSignal, file?: FilePart) =>
      call({
        method: 'patch',
        path: `/channels/${id}/messages/${messageId}`,
        about: inChannel('update the card', id, ...(file ? ['Attach Files'] : [])),
        schema: sent,
        body: { ...message, ...attachments(file) },
        ...(file ? { file } : {}),
        signal,
      }),
    async message(id: string, messageId: string, signal?: AbortSignal) {
      return call({
        method: 'get',
        path: `/channels/${id}/messages/${messageId}`,
        about: inChannel('look at a message', id, 'Read Message History'),
        schema: found,
        signal,
      });
    },
    /** Messages after a snowflake, oldest pages first; unreadable entries are left out. */
    async messages(id: string, after: string, signal?: AbortSignal): Promise<readonly FoundMessage[]> {
      const page = await call({
        method: 'get',
        path: `/channels/${id}/messages`,
        about: inChannel('look for the card', id, 'Read Message History'),
        schema: z.array(z.unknown()),
        query: new URLSearchParams({ after, limit: '100' }),
        signal,
      });
      return page.flatMap((raw) => {
        const parsed = found.safeParse(raw);
        return parsed.success ? [parsed.data] : [];
      });
    },

    startThread: (id: string, messageId: string, name: string, minutes: number, signal?: AbortSignal) =>
      call({
        method: 'post',
        path: `/channels/${id}/messages/${messageId}/threads`,
        about: inChannel('open a thread', id, 'Create Public Threads', 'Send Messages in Threads'),
        schema: channel,
        body: { name, auto_archive_duration: minutes },
        signal,
      }),
    /** A forum post: a thread with its first message. */
    startPost: (
      id: string,
      post: { readonly name: string; readonly tags: readonly string[]; readonly minutes: number },
      message: Message,
      signal?: AbortSignal,
    ) =>
      call({
        method: 'post',
        path: `/channels/${id}/threads`,
        about: inChannel('open a forum post', id, 'Create Posts', 'Send Messages in Threads'),
        schema: threadPost,
        body: { name: post.name, auto_archive_duration: post.minutes, applied_tags: post.tags, message },
        signal,
      }),
    changeThread: (
      id: string,
      change: { readonly archived?: boolean; readonly applied_tags?: readonly string[] },
      signal?: AbortSignal,
    ) =>
      call({
        method: 'patch',
        path: `/channels/${id}`,
        about: inChannel('change the thread', id, 'Send Messages in Threads', 'Manage Threads'),
        schema: channel,
        body: change,
        signal,
      }),
    joinThread: (id: string, userId: string) =>
      call({
        method: 'put',
        path: `/channels/${id}/thread-members/${userId}`,
        about: inChannel('add somebody to the thread', id, 'Send Messages in Threads'),
        schema: anything,
      }),
    activeThreads: (guildId: string, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: `/guilds/${guildId}/threads/active`,
        about: { what: 'look for the card' },
        schema: threadList,
        signal,
      }),
    archivedThreads: (id: string, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: `/channels/${id}/threads/archived/public`,
        about: inChannel('look for the card', id, 'Read Message History'),
        schema: threadList,
        query: new URLSearchParams({ limit: '100' }),
        signal,
      }),
    react: (id: string, messageId: string, emoji: string) =>
      call({
        method: 'put',
        path: `/channels/${id}/messages/${messageId}/reactions/${encodeURIComponent(emoji)}/@me`,
        about: inChannel('react to a message', id, 'Add Reactions', 'Read Message History'),
        schema: anything,
      }),
    dm: (userId: string) =>
      call({
        method: 'post',
        path: '/users/@me/channels',
        about: { what: 'write to somebody' },
        schema: z.object({ id: snowflake }),
        body: { recipient_id: userId },
      }),

    commands: (applicationId: string, guildId: string | null, signal?: AbortSignal) =>
      call({
        method: 'get',
        path: commandPath(applicationId, guildId),
        about: { what: 'read the commands' },
        schema: commands,
        query: new URLSearchParams({ with_localizations: 'true' }),
        signal,
      }),
    setCommands: (
      applicationId: string,
      guildId: string | null,
      list: readonly unknown[],
      signal?: AbortSignal,
    ) =>
      call({
        method: 'put',
        path: commandPath(applicationId, guildId),
        about: { what: 'register the commands' },
        schema: commands,
        body: list,
        signal,
      }),

    callback: (id: string, interactionToken: string, body: InteractionAnswer) =>
      call({
        method: 'post',
        path: `/interactions/${id}/${interactionToken}/callback`,
        about: { what: 'answer a click' },
        schema: anything,
        body,
        auth: false,
      }),
    editAnswer: (applicationId: string, interactionToken: string, { file, ...message }: Message) =>
      call({
        method: 'patch',
        path: `/webhooks/${applicationId}/${interactionToken}/messages/@original`,
        about: { what: 'answer a click' },
        schema: anything,
        body: { ...message, ...attachments(file) },
        ...(file ? { file } : {}),
        auth: false,
      }),
    followUp: (applicationId: string, interactionToken: string, { file, ...message }: Message) =>
      call({
        method: 'post',
        path: `/webhooks/${applicationId}/${interactionToken}`,
        about: { what: 'answer a click' },
        schema: anything,
        body: { ...message, ...attachments(file) },
        ...(file ? { file } : {}),
        auth: false,
      }),
  };
}

function commandPath(applicationId: string, guildId: string | null): RouteLike {
  return guildId === null
    ? `/applications/${applicationId}/commands`
    : `/applications/${applicationId}/guilds/${guildId}/commands`;
}

/** The first answer to an interaction (https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object). */
export type InteractionAnswer =
  | { readonly type: 1 }
  | { readonly type: 4 | 7; readonly data: Message }
  | { readonly type: 5; readonly data: { readonly flags: number } }
  | { readonly type: 6 }
  | { readonly type: 8; readonly data: { readonly choices: readonly Choice[] } }
  | { readonly type: 9; readonly data: ModalView };

/** A line of an autocomplete: at most 100 characters each. */
export interface Choice {
  readonly name: string;
  readonly value: string | number;
}
