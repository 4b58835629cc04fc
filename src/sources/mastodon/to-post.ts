import { makePost, type Post, type Via } from '../../domain/post.ts';
import { htmlToText } from '../../html-text.ts';
import type { MastodonAccount, MastodonStatus } from './entities.ts';

/** What turns a status into a post besides the status itself. */
export interface PostContext {
  readonly source: string;
  /** Domain of the server's own accounts, whose `acct` has none. */
  readonly domain: string;
  readonly conversationId: string;
  readonly via: Via;
  readonly ours: boolean;
}

/** Visibilities that not everybody sees; an answer must keep them. */
const PRIVATE = new Set(['direct', 'private']);

/** Whether only some people see it. */
export function isPrivate(status: MastodonStatus): boolean {
  return PRIVATE.has(status.visibility);
}

/** `ana@example.social`, also for accounts of the server itself. */
export function handleOf(acct: string, domain: string): string {
  const bare = acct.replace(/^@/, '');
  return bare.includes('@') ? bare : `${bare}@${domain}`;
}

function authorOf(account: MastodonAccount, domain: string): Parameters<typeof makePost>[0]['author'] {
  const handle = handleOf(account.acct, domain);
  return {
    id: account.id,
    name: account.display_name.trim() || handle,
    handle,
    url: account.url ?? null,
    avatarUrl: account.avatar ?? null,
  };
}

/** The warning first, as the author meant it, then the text, then what can be voted for. */
function textOf(status: MastodonStatus): { readonly text: string; readonly links: readonly string[] } {
  const { text, links } = htmlToText(status.content, status.url ?? undefined);
  const options = (status.poll?.options ?? [])
    .map((option) => option.title.trim())
    .filter((title) => title !== '')
    .slice(0, 20)
    .map((title) => `• ${title}`);
  const parts = [status.spoiler_text.trim(), text, options.join('\n')];
  return { text: parts.filter((part) => part !== '').join('\n\n'), links };
}

/** One status as a post. Throws a ZodError when it is beyond use. */
export function statusToPost(status: MastodonStatus, context: PostContext): Post {
  const { text, links } = textOf(status);
  return makePost({
    source: context.source,
    id: status.id,
    conversationId: context.conversationId,
    replyTo: status.in_reply_to_id,
    via: isPrivate(status) ? 'message' : context.via,
    author: authorOf(status.account, context.domain),
    text,
    lang: status.language && status.language.length <= 35 ? status.language : null,
    url: status.url || status.uri || null,
    links: [...links],
    media: status.media_attachments.map((medium) => ({ url: medium.url ?? null, alt: medium.description })),
    createdAt: status.created_at,
    ours: context.ours,
  });
}

/** Start of the id of a post that stands for somebody following us: one for each person, however often they do it. */
export const FOLLOW = 'follow:';

/** Somebody followed us, as a post without words. */
export function followToPost(
  account: MastodonAccount,
  at: number,
  context: Pick<PostContext, 'source' | 'domain'>,
): Post {
  const id = `${FOLLOW}${account.id}`;
  return makePost({
    source: context.source,
    id,
    conversationId: id,
    via: 'follow',
    author: authorOf(account, context.domain),
    text: '',
    url: account.url ?? null,
    createdAt: at,
  });
}
