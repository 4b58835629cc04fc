import { makePost, type Post } from '../../domain/post.ts';
import { htmlToText } from '../../html-text.ts';
import type { Comment, Thread } from './entities.ts';

/** What turns a comment into a post besides the comment itself. */
export interface PostContext {
  readonly source: string;
  /** What the thread is about, as the thread says it: replies need not say it again. */
  readonly place: { readonly videoId: string | null; readonly postId: string | null };
  readonly conversationId: string;
  readonly ours: boolean;
}

const LINK = /https?:\/\/[^\s<>"]+/g;

/** The handle in `http://www.youtube.com/@ada`, or a display name that is one; else the display name. */
function handleOf(comment: Comment): string {
  const { authorChannelUrl: url, authorDisplayName: name } = comment.snippet;
  const path = url && URL.canParse(url) ? decodeURI(new URL(url).pathname) : '';
  const handle = /^\/@([^/]+)/.exec(path)?.[1] ?? /^@(\S+)$/.exec(name)?.[1];
  return handle ?? name;
}

/**
 * `textOriginal` is what was typed, but only sure to be there for the author's own comments; `textDisplay` is asked for
 * as HTML because its plain form replaces links by titles (https://developers.google.com/youtube/v3/docs/comments#snippet.textDisplay).
 */
function textOf(comment: Comment): { readonly text: string; readonly links: readonly string[] } {
  const { textOriginal, textDisplay } = comment.snippet;
  if (!textOriginal) return htmlToText(textDisplay);
  const links = textOriginal.slice(0, 100_000).match(LINK) ?? [];
  return { text: textOriginal, links: links.slice(0, 20).map((link) => link.replace(/[.,;:!?)\]]+$/, '')) };
}

function urlOf(comment: Comment, place: PostContext['place']): string | null {
  const id = encodeURIComponent(comment.id);
  const video = place.videoId ?? comment.snippet.videoId;
  if (video) return `https://www.youtube.com/watch?v=${encodeURIComponent(video)}&lc=${id}`;
  const post = place.postId ?? comment.snippet.postId;
  return post ? `https://www.youtube.com/post/${encodeURIComponent(post)}?lc=${id}` : null;
}

/** One comment as a post. Throws a ZodError when it is beyond use. */
export function commentToPost(comment: Comment, context: PostContext): Post {
  const { snippet } = comment;
  const { text, links } = textOf(comment);
  const { publishedAt, updatedAt } = snippet;
  return makePost({
    source: context.source,
    id: comment.id,
    conversationId: context.conversationId,
    replyTo: snippet.parentId ?? null,
    via: snippet.parentId ? 'reply' : 'comment',
    author: {
      // A closed account leaves neither id nor name: its comments must not look like one person's.
      id: snippet.authorChannelId?.value || `author-of:${comment.id}`,
      name: snippet.authorDisplayName.trim() || 'Somebody on YouTube',
      handle: handleOf(comment) || 'unknown',
      url: snippet.authorChannelUrl ?? null,
      avatarUrl: snippet.authorProfileImageUrl ?? null,
    },
    text,
    url: urlOf(comment, context.place),
    links: [...links],
    media: snippet.imageUrl ? [{ url: snippet.imageUrl, alt: '' }] : [],
    createdAt: publishedAt,
    editedAt: updatedAt !== null && updatedAt > publishedAt ? updatedAt : null,
    ours: context.ours,
  });
}

export function placeOf(thread: Thread): PostContext['place'] {
  return { videoId: thread.snippet.videoId ?? null, postId: thread.snippet.postId ?? null };
}
