import { makePost, type Post, type Via } from '../../domain/post.ts';
import { linksIn } from '../kit/meta/graph.ts';
import type { Page } from './page.ts';
import type { Attachment, FacebookComment, FacebookPost } from './shapes.ts';

/** Where in its conversation something stands. */
export interface Place {
  readonly conversationId: string;
  readonly replyTo: string | null;
  readonly via: Via;
}

/** What a comment or post consists of, however it was told. */
export interface Told {
  readonly id: string;
  readonly text: string;
  readonly from: { readonly id: string; readonly name: string } | null;
  readonly createdAt: number;
  readonly editedAt?: number;
  readonly url: string | null;
  readonly links?: readonly string[];
  readonly media?: readonly { readonly url: string | null; readonly alt: string }[];
}

/** Throws a ZodError when it is beyond use. */
export function toldToPost(page: Page, told: Told, place: Place): Post {
  const { from } = told;
  return makePost({
    source: page.name,
    id: told.id,
    ...place,
    // One unknown person is not another: each keeps an id of their own.
    author: from
      ? { id: from.id, name: from.name || 'Someone on Facebook', handle: '', url: null, avatarUrl: null }
      : { id: `unknown:${told.id}`, name: 'Someone on Facebook', handle: '', url: null, avatarUrl: null },
    text: told.text,
    url: told.url ?? `https://www.facebook.com/${told.id}`,
    links: [...new Set([...linksIn(told.text), ...(told.links ?? [])])],
    media: [...(told.media ?? [])],
    createdAt: told.createdAt,
    editedAt: told.editedAt ?? null,
    ours: page.isOurs(from?.id),
  });
}

/** Facebook leads outgoing links past a page of its own, which holds the address as `u`. */
function unwrapped(address: string | null | undefined): string[] {
  if (!address || !URL.canParse(address)) return [];
  const url = new URL(address);
  if (/^lm?\.facebook\.com$/.test(url.host)) return [url.searchParams.get('u') ?? ''].filter(Boolean);
  return /(?:^|\.)facebook\.com$/.test(url.host) ? [] : [address];
}

function withAttachments(attachments: readonly Attachment[]): Pick<Told, 'links' | 'media'> {
  return {
    links: attachments.flatMap((one) => unwrapped(one.url)),
    media: attachments.flatMap((one) => {
      const src = one.media?.image?.src;
      return src ? [{ url: src, alt: one.description || one.title }] : [];
    }),
  };
}

export function commentToPost(page: Page, comment: FacebookComment, place: Place): Post {
  const { id, message, from, created_time, permalink_url, attachment } = comment;
  return toldToPost(
    page,
    {
      id,
      text: message,
      from: from ?? null,
      createdAt: created_time,
      url: permalink_url ?? null,
      ...withAttachments(attachment ? [attachment] : []),
    },
    place,
  );
}

/** What stands on the Page's own timeline, or elsewhere with the Page named in it: the first post of a conversation. */
export function feedToPost(page: Page, post: FacebookPost): Post {
  const { id, message, story, from, created_time, permalink_url, attachments } = post;
  return toldToPost(
    page,
    {
      id,
      // A shared photo may have no words of its own; then Facebook tells what happened.
      text: message || story,
      from: from ?? null,
      createdAt: created_time,
      url: permalink_url ?? null,
      ...withAttachments(attachments?.data ?? []),
    },
    rootPlace(page, id, from?.id),
  );
}

/** The place of a post that begins a conversation. */
export function rootPlace(page: Page, id: string, authorId: string | null | undefined): Place {
  return { conversationId: id, replyTo: null, via: page.isOurs(authorId) ? 'comment' : 'mention' };
}

/** The part of an id behind the last `_`: Facebook writes a comment as `98765` and as `1122_98765`. */
export function tailOf(id: string): string {
  return id.slice(id.lastIndexOf('_') + 1);
}
