import { readAs } from '../kit/meta/graph.ts';
import { isGone, isRefusal } from '../kit/meta/graph-errors.ts';
import type { Page } from './page.ts';
import {
  COMMENT_FIELDS,
  commentSchema,
  type FacebookComment,
  type FacebookPost,
  POST_FIELDS,
  postSchema,
} from './shapes.ts';

/** One object of the graph. */
export type Node =
  | { readonly kind: 'post'; readonly post: FacebookPost }
  | { readonly kind: 'comment'; readonly comment: FacebookComment };

/** Whether an id is that of something on the Page's own timeline. */
export function isOnTimeline(page: Page, id: string): boolean {
  return id.startsWith(`${page.id}_`);
}

/** A post or comment; which of them an id outside our timeline stands for cannot be told from it, so both are tried. */
export async function readNode(
  page: Page,
  id: string,
  signal: AbortSignal,
  purpose: 'read' | 'answer' = 'read',
): Promise<Node> {
  async function read(kind: Node['kind']): Promise<Node> {
    const fields = kind === 'post' ? POST_FIELDS : COMMENT_FIELDS;
    const json = await page.graph.call(`/${encodeURIComponent(id)}`, { params: { fields }, signal, purpose });
    return kind === 'post'
      ? { kind, post: readAs(postSchema, json, 'a post') }
      : { kind, comment: readAs(commentSchema, json, 'a comment') };
  }
  const [likely, other] = isOnTimeline(page, id)
    ? (['post', 'comment'] as const)
    : (['comment', 'post'] as const);
  try {
    return await read(likely);
  } catch (error) {
    // “Tried accessing nonexisting field”: it is of the other kind.
    if (!isRefusal(error) || isGone(error)) throw error;
    return read(other);
  }
}
