import { makePost, type Post, type Via } from '../../domain/post.ts';
import { conversationId, postId } from './ids.ts';
import { markdownToText } from './markdown.ts';
import type { Entry } from './shapes.ts';

/** Under this name GitHub shows what deleted accounts wrote. */
const GHOST = { id: 'ghost', login: 'ghost', url: null, avatarUrl: null };

/** One entry as a post. Throws a ZodError when it is beyond use. */
export function toPost(
  entry: Entry,
  context: { readonly source: string; readonly via: Via; readonly ours: boolean },
): Post {
  const { text, links, media } = markdownToText(entry.body, entry.url ?? undefined);
  const author = entry.author ?? GHOST;
  const title = entry.title?.trim() ?? '';
  const first = conversationId(entry);
  return makePost({
    source: context.source,
    id: postId(entry, entry.comment),
    conversationId: first,
    replyTo: entry.comment === null ? null : postId(entry, entry.parent),
    via: context.via,
    // GitHub's lists give no display names; people there go by their login.
    author: {
      id: author.id,
      name: author.login,
      handle: author.login,
      url: author.url,
      avatarUrl: author.avatarUrl,
    },
    text: [title, text].filter((part) => part !== '').join('\n\n'),
    url: entry.url,
    links: [...links],
    media: media.map(({ url, alt }) => ({ url, alt })),
    createdAt: entry.createdAt,
    editedAt: entry.editedAt,
    ours: context.ours,
  });
}
