import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post, Via } from '../../domain/post.ts';
import { RejectedError } from '../../errors.ts';
import type { Api } from './api.ts';
import type { SlackCommunityConfig } from './config.ts';
import { codeOf, isAboutThis } from './failures.ts';
import type { Locks } from './locks.ts';
import { type Channel, channelSchema, type Me, type Message, meSchema, read, userSchema } from './shapes.ts';
import { groupsIn, mentionedIn } from './text.ts';
import { type Author, messageToPost } from './to-post.ts';

/** Channels and user groups change rarely. */
const SESSION_MS = 3_600_000;
const USER_TTL_MS = 24 * 3_600_000;
/** Names looked up for one text; of more people it speaks to, the ids stay. */
const MAX_MENTIONED = 5;
/** Slack's own voice: reminders, answers that an administrator set up. */
const SLACKBOT = 'USLACKBOT';

export interface Session {
  readonly me: Me;
  /** `https://crock.slack.com` */
  readonly workspace: string;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Why a configured channel cannot be used, by its id. */
  readonly troubles: ReadonlyMap<string, Error>;
  /** People and apps of the team, the members of its groups included. */
  readonly staff: ReadonlySet<string>;
}

/** One app in one workspace: everything the parts of this adapter share. */
export interface Connection {
  readonly config: SlackCommunityConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  /** Signs in, when that has not happened for an hour. Throws errors of `errors.ts`. */
  session(signal: AbortSignal): Promise<Session>;
  /** Looks anew, whatever is known. */
  renew(signal: AbortSignal): Promise<Session>;
  isOurs(message: Message): boolean;
  /** Whether a message is to be read: not from other apps, unless they are wanted. */
  isWanted(message: Message): boolean;
  /** A message as a post; one request for somebody not seen for a day. */
  toPost(message: Message, channelId: string, signal: AbortSignal): Promise<Post>;
}

interface Options {
  readonly name: string;
  readonly config: SlackCommunityConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly locks: Locks;
}

const authorSchema = z.object({
  id: z.string(),
  name: z.string(),
  handle: z.string(),
  avatarUrl: z.string().nullable(),
});

/** @see Connection */
export function connect(options: Options): Connection {
  const { api, clock, cache, config, locks } = options;
  let known: { readonly session: Session; readonly at: number } | null = null;

  async function renew(signal: AbortSignal): Promise<Session> {
    const me = read(meSchema, await api.get('auth.test', {}, { signal }));
    const channels = new Map<string, Channel>();
    const troubles = new Map<string, Error>();
    for (const id of config.channels) {
      try {
        const json = await api.get('conversations.info', { channel: id }, { signal });
        const channel = read(channelSchema, json.channel);
        channels.set(id, channel);
        locks.noteChannel(channel);
      } catch (error) {
        if (!isAboutThis(error)) throw error;
        troubles.set(id, error);
      }
    }
    const [first] = troubles.values();
    if (channels.size === 0 && first) throw first;
    const staff = new Set(config.ours);
    for (const group of config.ours.filter((id) => id.startsWith('S'))) {
      const { users } = await api.get('usergroups.users.list', { usergroup: group }, { signal });
      for (const id of read(z.array(z.string()), users)) staff.add(id);
    }
    const workspace = me.url.replace(/\/+$/, '');
    const session = { me, workspace, channels, troubles, staff };
    known = { session, at: clock.now() };
    return session;
  }

  async function person(id: string, signal: AbortSignal): Promise<Author> {
    const key = `user:${id}`;
    const cached = authorSchema.safeParse(await cache.get(key));
    if (cached.success) return cached.data;
    let author: Author = { id, name: id, handle: id, avatarUrl: null };
    try {
      const { user } = await api.get('users.info', { user: id }, { signal });
      const { profile, name, real_name: real } = read(userSchema, user);
      const shown = profile?.display_name.trim() || profile?.real_name.trim() || real.trim() || name || id;
      author = { id, name: shown, handle: name || id, avatarUrl: profile?.image_192 || null };
    } catch (error) {
      // Somebody of another organisation, or nobody any more: the id has to do.
      if (!(error instanceof RejectedError) || codeOf(error) === null) throw error;
    }
    await cache.set(key, author, USER_TTL_MS);
    return author;
  }

  async function authorOf(message: Message, signal: AbortSignal): Promise<Author> {
    const me = known?.session.me;
    // What we are called, the sign-in said: no request stands between an answer and its being shown.
    if (me && message.user === me.user_id)
      return { id: me.user_id, name: me.user || me.user_id, handle: me.user || me.user_id, avatarUrl: null };
    if (message.user) return person(message.user, signal);
    const name = message.username.trim() || message.bot_profile?.name.trim() || 'Somebody';
    const id = message.bot_id ?? 'unknown';
    return { id, name, handle: name, avatarUrl: null };
  }

  async function namesOf(message: Message, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const texts = [message.text, ...message.attachments.map((one) => one.text)].join(' ');
    const names = new Map<string, string>();
    for (const id of mentionedIn(texts).slice(0, MAX_MENTIONED))
      names.set(id, (await person(id, signal)).name);
    return names;
  }

  const isUs = (id: string | null): boolean =>
    id !== null &&
    (id === known?.session.me.user_id ||
      id === known?.session.me.bot_id ||
      known?.session.staff.has(id) === true);

  function viaOf(message: Message): Via {
    const groups = groupsIn(message.text).some((id) => config.ours.includes(id));
    if (groups || mentionedIn(message.text).some(isUs)) return 'mention';
    return isUs(message.parent_user_id) ? 'reply' : 'comment';
  }

  const isOurs = (message: Message): boolean => isUs(message.user) || isUs(message.bot_id);

  return {
    config,
    api,
    clock,
    cache,
    current: () => known?.session ?? null,
    async session(signal) {
      return known && clock.now() - known.at < SESSION_MS ? known.session : renew(signal);
    },
    renew,
    isOurs,
    isWanted(message) {
      const app = message.bot_id !== null || message.subtype === 'bot_message' || message.user === SLACKBOT;
      return !app || config.bots || isOurs(message);
    },
    async toPost(message, channelId, signal) {
      const author = await authorOf(message, signal);
      const names = await namesOf(message, signal);
      const ours = isOurs(message);
      return messageToPost(message, {
        source: options.name,
        workspace: known?.session.workspace ?? 'https://app.slack.com',
        channelId,
        author,
        via: ours ? 'comment' : viaOf(message),
        ours,
        names: {
          user: (id) => names.get(id) ?? null,
          channel: (id) => known?.session.channels.get(id)?.name || null,
        },
      });
    },
  };
}
