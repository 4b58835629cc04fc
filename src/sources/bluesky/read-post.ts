import { makePost, type Post, type Via } from '../../domain/post.ts';
import { isOurLink } from '../../domain/triage/brand.ts';
import { readEmbed } from './embeds.ts';
import { readText } from './rich-text.ts';
import type { AuthorView, Notification, PostView } from './shapes.ts';
import { postUrl, profileUrl } from './urls.ts';
import { isOurs, isOurUri, type Us } from './us.ts';

/** How a post reached us when it does not itself say so: it mentions, answers and quotes us not. */
export type Otherwise = Extract<Via, 'keyword' | 'comment'>;

/** A post view as a Post; throws a ZodError for what cannot be one. */
export function readPost(view: PostView, source: string, us: Us, otherwise: Otherwise): Post {
  const { record } = view;
  const { text, links, mentions } = readText(record.text, record.facets);
  const embed = readEmbed(view.embed);
  const allLinks = [...new Set([...links, ...embed.links])];
  return makePost({
    source,
    id: view.uri,
    conversationId: record.reply?.root.uri ?? view.uri,
    replyTo: record.reply?.parent.uri ?? null,
    via: viaOf(view, mentions, us, otherwise === 'keyword' && sharesUs(allLinks, us) ? 'share' : otherwise),
    author: readAuthor(view.author),
    text,
    lang: record.langs?.[0]?.slice(0, 35) ?? null,
    url: postUrl(view.uri, view.author),
    links: allLinks,
    media: [...embed.media],
    createdAt: writtenAt(record.createdAt, view.indexedAt),
    ours: isOurs(view.author, us),
  });
}

/** A new follower: nothing written, nothing to answer, but somebody at the door. */
export function readFollow(notification: Notification, source: string, us: Us): Post {
  return makePost({
    source,
    id: notification.uri,
    conversationId: notification.uri,
    via: 'follow',
    author: readAuthor(notification.author),
    text: '',
    url: profileUrl(notification.author),
    createdAt: writtenAt(undefined, notification.indexedAt),
    ours: isOurs(notification.author, us),
  });
}

function readAuthor(author: AuthorView): Parameters<typeof makePost>[0]['author'] {
  return {
    id: author.did,
    name: author.displayName?.trim() || author.handle,
    handle: author.handle,
    url: profileUrl(author),
    avatarUrl: author.avatar ?? null,
  };
}

/** An answer to us is a reply even when it also mentions us (clients add no mention, people do). */
function viaOf(view: PostView, mentions: readonly string[], us: Us, otherwise: Otherwise | 'share'): Via {
  const { reply, embed } = view.record;
  if (isOurUri(reply?.parent.uri, us)) return 'reply';
  if (us.did !== null && mentions.includes(us.did)) return 'mention';
  if (isOurUri(quotedUri(embed), us)) return 'quote';
  if (isOurs(view.author, us) && reply) return 'reply';
  return otherwise;
}

/** Found by a word, and it leads to us: that says more than the word. */
export function sharesUs(links: readonly string[], { brand }: Us): boolean {
  return brand !== undefined && links.some((link) => isOurLink(link, brand));
}

/** The address in a record's `app.bsky.embed.record` or `recordWithMedia`. */
export function quotedUri(embed: unknown): string | undefined {
  const record = field(embed, 'record');
  const uri = field(record, 'uri') ?? field(field(record, 'record'), 'uri');
  return typeof uri === 'string' ? uri : undefined;
}

/** A field of something that may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * When it was written, epoch ms. `createdAt` is the author's word and may be anything; like the network's own order it
 * counts only when it is not later than the time it was seen.
 */
export function writtenAt(createdAt: string | undefined, indexedAt: string): number {
  const seen = Date.parse(indexedAt);
  const said = createdAt === undefined ? Number.NaN : Date.parse(createdAt);
  if (Number.isNaN(said) || said < 0) return seen;
  return Number.isNaN(seen) ? said : Math.min(said, seen);
}
