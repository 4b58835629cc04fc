import { makePost, type Post, type Via } from '../../domain/post.ts';
import { isOurLink } from '../../domain/triage/brand.ts';
import type { Brand } from '../../domain/triage/verdict.ts';
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
  readonly brand: Brand;
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
export function textOf(status: MastodonStatus): { readonly text: string; readonly links: readonly string[] } {
  const { text, links } = htmlToText(wordsOf(status), status.url ?? undefined);
  const options = (status.poll?.options ?? [])
    .map((option) => option.title.trim())
    .filter((title) => title !== '')
    .slice(0, 20)
    .map((title) => `• ${title}`);
  const parts = [status.spoiler_text.trim(), text, options.join('\n')];
  return { text: parts.filter((part) => part !== '').join('\n\n'), links };
}

/**
 * A server puts "RE: <link>" before the words of a quote, for software that shows no quotes:
 * https://docs.joinmastodon.org/client/quotes/ asks to leave it out where the quote is told.
 */
function wordsOf({ content, quote }: MastodonStatus): string {
  if (!quote || !content.startsWith('<p class="quote-inline">')) return content;
  const end = content.indexOf('</p>');
  return end < 0 ? content : content.slice(end + '</p>'.length);
}

/** A quoted post is told as a medium: it is not the author's own text, and triage must not take it for theirs. */
function quoted({ quote }: MastodonStatus, domain: string) {
  if (!quote) return { media: [], links: [] };
  const { account, content, url } = quote.quoted_status;
  const alt = `Quoted @${handleOf(account.acct, domain)}: ${htmlToText(content).text}`;
  return { media: [{ url: url ?? null, alt }], links: url ? [url] : [] };
}

/** One status as a post. Throws a ZodError when it is beyond use. */
export function statusToPost(status: MastodonStatus, context: PostContext): Post {
  const { text, links } = textOf(status);
  const quote = quoted(status, context.domain);
  // Found by a word, and it leads to us: that says more than the word.
  const shares = context.via === 'keyword' && links.some((link) => isOurLink(link, context.brand));
  return makePost({
    source: context.source,
    id: status.id,
    conversationId: context.conversationId,
    replyTo: status.in_reply_to_id,
    via: isPrivate(status) ? 'message' : shares ? 'share' : context.via,
    author: authorOf(status.account, context.domain),
    text,
    lang: status.language && status.language.length <= 35 ? status.language : null,
    url: status.url || status.uri || null,
    links: [...links, ...quote.links],
    media: [
      ...status.media_attachments.map((medium) => ({ url: medium.url ?? null, alt: medium.description })),
      ...quote.media,
    ],
    createdAt: status.created_at,
    editedAt: status.edited_at ?? null,
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
