import { makePost, type Post, type Via } from '../../domain/post.ts';
import { htmlToText } from '../../html-text.ts';
import type { StackexchangeConfig } from './config.ts';
import type { Written } from './shapes.ts';

/**
 * Questions and answers of a site share one list of numbers, comments have another: `cooking/123`,
 * `cooking/123#comment45`. The conversation is the question.
 */
export function postId(site: string, post: number, comment?: number): string {
  return comment === undefined ? `${site}/${post}` : `${site}/${post}#comment${comment}`;
}

/** The site and the question of a conversation's id; null for any other. */
export function parseConversation(id: string): { readonly site: string; readonly question: number } | null {
  const [, site, number] = /^([a-z0-9.-]+)\/(\d{1,15})$/.exec(id) ?? [];
  return site === undefined ? null : { site, question: Number(number) };
}

/** Sites with a domain of their own; all others live below stackexchange.com. https://stackexchange.com/sites */
const DOMAINS: Readonly<Record<string, string>> = {
  stackoverflow: 'stackoverflow.com',
  'meta.stackoverflow': 'meta.stackoverflow.com',
  serverfault: 'serverfault.com',
  superuser: 'superuser.com',
  askubuntu: 'askubuntu.com',
  stackapps: 'stackapps.com',
  mathoverflow: 'mathoverflow.net',
  'mathoverflow.net': 'mathoverflow.net',
  meta: 'meta.stackexchange.com',
};

/** Where a site is read: `cooking.stackexchange.com`, `de.stackoverflow.com`. */
export function hostOf(site: string): string {
  const known = Object.hasOwn(DOMAINS, site) ? DOMAINS[site] : undefined;
  if (known !== undefined) return known;
  if (/\.stackoverflow$/.test(site)) return `${site}.com`;
  return /\.(?:com|net)$/.test(site) ? site : `${site}.stackexchange.com`;
}

export interface PostContext {
  readonly source: string;
  readonly site: string;
  readonly question: number;
  readonly config: StackexchangeConfig;
}

function addressOf(one: Written, host: string): string {
  if ('comment_id' in one) return `https://${host}/posts/comments/${one.comment_id}`;
  if ('answer_id' in one) return `https://${host}/a/${one.answer_id}`;
  return one.link ?? `https://${host}/q/${one.question_id}`;
}

function placeOf(
  one: Written,
  { site, question }: PostContext,
): { readonly id: string; readonly replyTo: string | null; readonly via: Via } {
  if ('comment_id' in one)
    return {
      id: postId(site, one.post_id, one.comment_id),
      replyTo: postId(site, one.post_id),
      via: 'reply',
    };
  if ('answer_id' in one)
    return { id: postId(site, one.answer_id), replyTo: postId(site, question), via: 'reply' };
  return { id: postId(site, question), replyTo: null, via: 'keyword' };
}

/** One question, answer or comment as a post. Throws a ZodError when it is beyond use. */
export function toPost(one: Written, context: PostContext): Post {
  const { site, config, question } = context;
  const host = hostOf(site);
  const { text, links, media } = htmlToText(one.body, `https://${host}/`);
  const title = 'title' in one ? one.title : '';
  const { owner } = one;
  const number = owner?.user_id ?? null;
  const name = owner?.display_name || 'deleted account';
  return makePost({
    source: context.source,
    ...placeOf(one, context),
    conversationId: postId(site, question),
    author: {
      id: number === null ? `${site}/${name}` : `${site}/${number}`,
      name,
      handle: name,
      url: owner?.link ?? null,
      avatarUrl: owner?.profile_image ?? null,
    },
    text: [title, text].filter((part) => part !== '').join('\n\n'),
    url: addressOf(one, host),
    links: [...links],
    media: media.map(({ url, alt }) => ({ url, alt })),
    createdAt: one.creation_date,
    editedAt: 'last_edit_date' in one ? (one.last_edit_date ?? null) : null,
    // By the number, which stays when a person takes another name.
    ours: number !== null && [site, host].some((place) => config.ours.includes(`${place}/${number}`)),
  });
}
