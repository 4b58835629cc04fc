import { makePost, type Post, type Via } from '../../domain/post.ts';
import { linksIn } from '../kit/meta/graph.ts';
import type { Account, Writer } from './account.ts';
import type { InstagramComment, Media } from './shapes.ts';

/** Where in its conversation something stands. */
export interface Place {
  readonly conversationId: string;
  readonly replyTo: string | null;
  readonly via: Via;
}

/** What a comment or caption consists of, however it was told. */
export interface Told {
  readonly id: string;
  readonly text: string;
  readonly writer: Writer;
  readonly createdAt: number;
  readonly url: string | null;
  readonly media?: readonly { readonly url: string | null; readonly alt: string }[];
}

/** Throws a ZodError when it is beyond use. */
export function toldToPost(account: Account, told: Told, place: Place): Post {
  const { id, username } = told.writer;
  return makePost({
    source: account.name,
    id: told.id,
    ...place,
    author: {
      // One unknown person is not another: each keeps an id of their own.
      id: id ?? (username || `unknown:${told.id}`),
      name: username || 'Someone on Instagram',
      handle: username,
      url: username ? `https://www.instagram.com/${encodeURIComponent(username)}/` : null,
      avatarUrl: null,
    },
    text: told.text,
    url: told.url,
    links: linksIn(told.text),
    media: [...(told.media ?? [])],
    createdAt: told.createdAt,
    ours: account.isOurs(told.writer),
  });
}

/** There are two levels: a comment begins a conversation, and whatever answers it belongs to it. */
export function placeOf(id: string, parentId: string | null | undefined): Place {
  return parentId
    ? { conversationId: parentId, replyTo: parentId, via: 'reply' }
    : { conversationId: id, replyTo: null, via: 'comment' };
}

export function writerOf(comment: Pick<InstagramComment, 'from' | 'username'>): Writer {
  return { id: comment.from?.id ?? null, username: comment.from?.username || comment.username };
}

export function commentToPost(
  account: Account,
  comment: InstagramComment,
  url: string | null,
  place: Place = placeOf(comment.id, comment.parent_id),
): Post {
  const { id, text, timestamp } = comment;
  return toldToPost(account, { id, text, writer: writerOf(comment), createdAt: timestamp, url }, place);
}

/** A post of our own. */
export function mediaToPost(account: Account, media: Media): Post {
  const { id, caption, timestamp, permalink, alt_text, media_url } = media;
  return toldToPost(
    account,
    {
      id,
      text: caption,
      writer: { id: account.id, username: media.username || (account.username() ?? '') },
      createdAt: timestamp,
      url: permalink ?? null,
      media: media_url ? [{ url: media_url, alt: alt_text }] : [],
    },
    { conversationId: id, replyTo: null, via: 'comment' },
  );
}
