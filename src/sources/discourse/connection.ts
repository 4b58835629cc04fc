import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import { makePost, type Post, type Via } from '../../domain/post.ts';
import { AuthError, RejectedError } from '../../errors.ts';
import type { SourceLog } from '../source.ts';
import { type Api, GoneError } from './api.ts';
import type { DiscourseConfig } from './config.ts';
import { type DiscoursePost, postSchema, read, settingsSchema, userSchema } from './shapes.ts';
import { addressedIn, cookedToText } from './text.ts';
import { conversationIdOf, type Topics } from './topics.ts';

/** How the forum counts: `min_post_length` and `max_post_length` of its settings. */
export interface Rules {
  /** Null where the forum does not say: then it alone judges. */
  readonly least: number | null;
  readonly most: number;
}

/** What a sign-in tells. */
export interface Session {
  /** Null for a visitor. */
  readonly me: { readonly id: number; readonly username: string; readonly trusted: boolean } | null;
  readonly title: string;
  readonly rules: Rules;
}

/** The default of the setting max_post_length. */
export const DEFAULT_RULES: Rules = { least: null, most: 32_000 };

/** One user on one forum: everything the parts of this adapter share. */
export interface Connection {
  readonly name: string;
  readonly config: DiscourseConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  readonly topics: Topics;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  /** Signs in when that has not happened yet. Throws errors of `errors.ts`. */
  session(signal: AbortSignal): Promise<Session>;
  /** Signs in again: a session of yesterday says nothing about today. */
  verify(signal: AbortSignal): Promise<Session>;
  isOurs(post: DiscoursePost): boolean;
  /** How a post reached us, told from itself alone. */
  viaOf(post: DiscoursePost): Via;
  toPost(post: DiscoursePost, more: PostExtras): Post;
  /** The post as it is now; null when it is gone, hidden, or not for us. */
  look(postId: string, signal: AbortSignal): Promise<DiscoursePost | null>;
}

/** What a post as the forum sends it leaves open. */
export interface PostExtras {
  /** Id of the post it answers. */
  readonly replyTo: string | null;
  /** Title of the topic, where the post itself does not carry it. */
  readonly title?: string;
  /** The forum told of an edit, so `updated_at` is one. */
  readonly edited?: boolean;
}

/** An edit within the first minutes does not raise `version`; sooner than this after writing nobody edits anything. */
const SETTLED_MS = 10_000;

export function connect(
  options: Pick<Connection, 'name' | 'config' | 'api' | 'clock' | 'cache' | 'log' | 'topics'>,
): Connection {
  const { api, config } = options;
  let known: Session | null = null;
  const own = config.username === undefined ? [] : [config.username];
  const team = new Set([...own, ...config.ours].map((name) => name.toLowerCase()));
  const named = new Set([...team, ...config.groups.map((name) => name.toLowerCase())]);

  return {
    ...options,
    current: () => known,
    async session(signal) {
      known ??= await signIn(api, config, signal);
      return known;
    },
    async verify(signal) {
      known = await signIn(api, config, signal);
      return known;
    },
    isOurs(post) {
      const me = known?.me;
      if (me && post.user_id === me.id) return true;
      return team.has(post.username.toLowerCase()) || (config.staffIsOurs && post.staff);
    },
    viaOf(post) {
      if (this.isOurs(post)) return 'comment';
      const answered = post.reply_to_user?.username.toLowerCase();
      if (answered && team.has(answered)) return 'reply';
      const { mentioned, quoted } = addressedIn(post.cooked);
      if ([...mentioned].some((name) => named.has(name))) return 'mention';
      return [...quoted].some((name) => team.has(name)) ? 'quote' : 'comment';
    },
    toPost(post, more) {
      return postOf(post, more, {
        source: options.name,
        server: config.server,
        via: this.viaOf(post),
        ours: this.isOurs(post),
      });
    },
    async look(postId, signal) {
      try {
        const post = read(
          postSchema,
          await api.call(`/posts/${encodeURIComponent(postId)}.json`, { signal }),
        );
        return isGone(post) ? null : post;
      } catch (error) {
        if (error instanceof GoneError) return null;
        throw error;
      }
    },
  };
}

async function signIn(api: Api, config: DiscourseConfig, signal: AbortSignal): Promise<Session> {
  const me = await readMe(api, config, signal);
  const settings = await readSettings(api, signal);
  return {
    me,
    title: settings?.title ?? '',
    rules: {
      least: settings?.min_post_length ?? null,
      most: settings?.max_post_length ?? DEFAULT_RULES.most,
    },
  };
}

async function readMe(api: Api, config: DiscourseConfig, signal: AbortSignal): Promise<Session['me']> {
  const { username } = config;
  if (username === undefined) return null;
  try {
    const { user } = read(userSchema, await api.call(`/u/${encodeURIComponent(username)}.json`, { signal }));
    const trusted = user.admin || user.moderator || (user.trust_level ?? 0) >= 4;
    return { id: user.id, username: user.username, trusted };
  } catch (error) {
    if (!(error instanceof GoneError)) throw error;
    throw new AuthError(`The forum knows no user @${username}; see whether the username is right.`, {
      cause: error,
    });
  }
}

/** The forum's settings; null where our key may not read them, which is no reason to stop. */
async function readSettings(api: Api, signal: AbortSignal) {
  try {
    return settingsSchema.safeParse(await api.call('/site/settings.json', { signal })).data ?? null;
  } catch (error) {
    if (error instanceof AuthError || error instanceof RejectedError) return null;
    throw error;
  }
}

/** Whether nobody reads this post any more: deleted, withdrawn by its author, or hidden after flags. */
export function isGone(post: DiscoursePost): boolean {
  return post.hidden || post.user_deleted || post.deleted_at !== '';
}

/** Whether everybody may read it: no whisper among staff, no “closed this topic”, no private message. */
export function isPublic(post: DiscoursePost): boolean {
  const type = post.post_type ?? 1;
  return (type === 1 || type === 2) && post.topic_archetype !== 'private_message';
}

/** When it was changed: `version` counts edits but those of the first minutes. */
function editedAt(post: DiscoursePost, told: boolean): number | null {
  const at = post.updated_at ?? null;
  if (at === null) return null;
  const edited = told || (post.version ?? 1) > 1 || at - post.created_at >= SETTLED_MS;
  return edited ? at : null;
}

/** `/user_avatar/forum.example.com/ana/{size}/12_2.png`: an absolute address of a small picture, or null. */
function avatarOf(template: string, server: string): string | null {
  const path = template.replace('{size}', '96');
  return path !== '' && URL.canParse(path, `${server}/`) ? new URL(path, `${server}/`).href : null;
}

function postOf(
  post: DiscoursePost,
  more: PostExtras,
  context: { readonly source: string; readonly server: string; readonly via: Via; readonly ours: boolean },
): Post {
  const { server } = context;
  const { text, links, media } = cookedToText(post.cooked, server);
  // The question is often in the title alone.
  const title = post.post_number === 1 ? (more.title || post.topic_title).trim() : '';
  const { username } = post;
  return makePost({
    source: context.source,
    id: String(post.id),
    conversationId: conversationIdOf(post.topic_id),
    replyTo: more.replyTo,
    via: context.via,
    author: {
      id: post.user_id === null || post.user_id === undefined ? 'deleted-account' : String(post.user_id),
      name: post.name.trim() || post.display_username.trim() || username || 'a deleted account',
      handle: username,
      url: username === '' ? null : `${server}/u/${encodeURIComponent(username)}`,
      avatarUrl: avatarOf(post.avatar_template, server),
    },
    text: [title, text].filter((part) => part !== '').join('\n\n'),
    url: `${server}/t/${encodeURIComponent(post.topic_slug || '-')}/${post.topic_id}/${post.post_number}`,
    links: [...links],
    media: media.map((medium) => ({ ...medium })),
    createdAt: post.created_at,
    editedAt: editedAt(post, more.edited ?? false),
    ours: context.ours,
  });
}
