import type { Post, Via } from '../../domain/post.ts';
import type { Dropped } from '../source.ts';
import type { Api, Params } from './api.ts';
import { type Page, readPage, readUser, type Tweet, type User } from './entities.ts';
import { PRICES, type Purpose, type Purse } from './prices.ts';
import { tweetToPost } from './to-post.ts';

const FIELDS = {
  'tweet.fields':
    'author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets,attachments',
  expansions: 'author_id,attachments.media_keys',
  'user.fields': 'profile_image_url',
  'media.fields': 'alt_text,preview_image_url,url',
} as const;

/** Everything the parts of this adapter share. */
export interface Connection {
  readonly api: Api;
  /** Our account; null before the first sign-in. */
  current(): User | null;
  session(signal: AbortSignal, purpose?: Purpose): Promise<User>;
  /** Asks again; for the check. */
  verify(signal: AbortSignal): Promise<User>;
  /** A page of posts, paid for. @param dollars the price of a post there. */
  page(path: string, params: Params, dollars: number, dropped: Dropped[], signal: AbortSignal): Promise<Page>;
  /** One of a page's posts. @param otherwise how it reached us when its author did not speak to us. */
  toPost(tweet: Tweet, page: Page, otherwise: Via): Post;
}

/** @param options.ours handles of the team's other accounts, with or without `@`. */
export function connect(options: {
  readonly name: string;
  readonly api: Api;
  readonly purse: Purse;
  readonly ours: readonly string[];
}): Connection {
  const { api, purse } = options;
  const ours = new Set(options.ours.map((handle) => handle.replace(/^@/, '').toLowerCase()));
  let me: User | null = null;

  async function signIn(signal: AbortSignal, purpose: Purpose): Promise<User> {
    const user = readUser(
      await api.get('/users/me', { 'user.fields': 'profile_image_url' }, signal, purpose),
    );
    await purse.pay([[`user:${user.id}`, PRICES.user]], purpose);
    return user;
  }
  function isOurs(tweet: Tweet, author: User | null): boolean {
    const id = author?.id ?? tweet.author_id;
    return (id !== null && id === me?.id) || (author !== null && ours.has(author.username.toLowerCase()));
  }
  /** Whether X will let us answer is decided by this too: who mentions or answers us has summoned us. */
  function viaOf(tweet: Tweet, own: boolean, otherwise: Via): Via {
    const answers = tweet.referenced_tweets.some((one) => one.type === 'replied_to');
    if (own) return answers ? 'reply' : 'comment';
    if (me && tweet.in_reply_to_user_id === me.id) return 'reply';
    const mentions = [...(tweet.entities?.mentions ?? []), ...(tweet.note_tweet?.entities?.mentions ?? [])];
    const mentioned = mentions.some(
      (one) => one.id === me?.id || one.username.toLowerCase() === me?.username.toLowerCase(),
    );
    const quotes = tweet.referenced_tweets.some((one) => one.type === 'quoted');
    if (mentioned) return quotes ? 'quote' : 'mention';
    return otherwise === 'mention' && quotes ? 'quote' : otherwise;
  }

  return {
    api,
    current: () => me,
    async session(signal, purpose = 'read') {
      me ??= await signIn(signal, purpose);
      return me;
    },
    async verify(signal) {
      me = await signIn(signal, 'read');
      return me;
    },
    async page(path, params, dollars, dropped, signal) {
      const page = readPage(await api.get(path, { ...FIELDS, ...params }, signal), dropped);
      // What we cannot read was returned, and is billed, all the same.
      const unreadable = Array.from({ length: page.count - page.tweets.length }, (_, index) => index);
      await purse.pay(
        [
          ...page.tweets.map((one) => [`post:${one.id}`, dollars] as const),
          ...unreadable.map((index) => [`unreadable:${index}`, dollars] as const),
          ...[...page.users.keys()].map((id) => [`user:${id}`, PRICES.user] as const),
          ...[...page.media.keys()].map((key) => [`media:${key}`, PRICES.media] as const),
        ],
        'read',
      );
      return page;
    },
    toPost(tweet, page, otherwise) {
      const known = page.users.get(tweet.author_id ?? '') ?? null;
      const author = known ?? (tweet.author_id !== null && tweet.author_id === me?.id ? me : null);
      const own = isOurs(tweet, author);
      return tweetToPost(tweet, {
        source: options.name,
        via: viaOf(tweet, own, otherwise),
        ours: own,
        author,
        media: page.media,
      });
    },
  };
}
