import { makePost, type Post, type Via } from '../../domain/post.ts';
import type { Media, Tweet, User } from './entities.ts';

/**
 * Ids carry the time they were made (https://docs.x.com/fundamentals/x-ids), in milliseconds since this moment (the
 * `twepoch` of https://github.com/twitter-archive/snowflake), above 22 bits of worker and sequence.
 */
const ID_EPOCH = 1_288_834_974_657;

/** When an id was made: each edit of a post makes a new one. */
function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + ID_EPOCH;
}

export interface PostContext {
  readonly source: string;
  readonly via: Via;
  readonly ours: boolean;
  readonly author: User | null;
  readonly media: ReadonlyMap<string, Media>;
}

/** The first version's id stands for the post: an edit must not make it another one (https://docs.x.com/x-api/fundamentals/edit-posts). */
export function idOf(tweet: Tweet): string {
  return tweet.edit_history_tweet_ids[0] ?? tweet.id;
}

export function referenced(tweet: Tweet, type: 'replied_to' | 'quoted' | 'retweeted'): string | null {
  return tweet.referenced_tweets.find((one) => one.type === type)?.id ?? null;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

/** X escapes what HTML would take for markup, an ampersand included, so nothing that was typed can be mistaken for it. */
function decoded(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/** The words as a reader sees them: links in full, those of attached pictures left out. */
function textOf(tweet: Tweet): { readonly text: string; readonly links: readonly string[] } {
  const { note_tweet: note } = tweet;
  const whole = note && note.text !== '' ? note : tweet;
  let text = whole.text;
  const links: string[] = [];
  for (const { url, expanded_url: expanded, unwound_url: unwound, media_key: picture } of whole.entities
    ?.urls ?? []) {
    const target = unwound || expanded || url;
    if (!picture) links.push(target);
    // A function, since `$&` in an address would mean something to replace().
    text = text.replaceAll(url, () =>
      picture ? '' : target.replace(/&(?=(?:lt|gt|amp|quot|#39);)/g, '&amp;'),
    );
  }
  return { text: decoded(text), links };
}

/** One post. Throws a ZodError when it is beyond use. */
export function tweetToPost(tweet: Tweet, context: PostContext): Post {
  const { author, via, ours } = context;
  const { text, links } = textOf(tweet);
  const id = idOf(tweet);
  const edited = tweet.edit_history_tweet_ids.length > 1;
  const root = tweet.conversation_id;
  const keys = tweet.attachments?.media_keys ?? [];
  return makePost({
    source: context.source,
    id,
    conversationId: root && !tweet.edit_history_tweet_ids.includes(root) ? root : id,
    replyTo: referenced(tweet, 'replied_to'),
    via,
    author: {
      // Suspended or gone: posts of several must not look like one person's.
      id: author?.id ?? tweet.author_id ?? `author-of:${id}`,
      name: author?.name.trim() || author?.username || 'Somebody on X',
      handle: author?.username ?? 'unknown',
      url: author ? `https://x.com/${author.username}` : null,
      avatarUrl: author?.profile_image_url ?? null,
    },
    text,
    // und, zxx, qme, qst …: no language, only media, only a link.
    lang: /^(?:und|zxx|q[a-z]{2})$/.test(tweet.lang ?? '') ? null : tweet.lang,
    url: `https://x.com/${author?.username ?? 'i'}/status/${tweet.id}`,
    links: [...links],
    media: keys.flatMap((key) => {
      const one = context.media.get(key);
      return one ? [{ url: one.url ?? one.preview_image_url ?? null, alt: one.alt_text ?? '' }] : [];
    }),
    createdAt: edited ? timeOfId(id) : tweet.created_at,
    editedAt: edited ? timeOfId(tweet.id) : null,
    ours,
  });
}
