import type { Clock } from '../../clock.ts';
import { makePost, type Post } from '../../domain/post.ts';
import { RejectedError, UnavailableError } from '../../errors.ts';
import { htmlToText } from '../../html-text.ts';
import { type Api, GoneError, type Params } from './api.ts';
import type { WordPressConfig } from './config.ts';
import { conversationIdOf, type Memory } from './memory.ts';
import {
  articleSchema,
  COMMENT_FIELDS,
  type Comment,
  commentSchema,
  indexSchema,
  meSchema,
  read,
  readList,
} from './shapes.ts';

/** What a sign-in tells. */
export interface Session {
  /** Null for a visitor. */
  readonly me: {
    readonly id: number;
    readonly name: string;
    readonly url: string | null;
    /** May see and approve comments that wait. */
    readonly moderates: boolean;
  } | null;
  readonly title: string;
}

/** One user on one site: everything the parts of this adapter share. */
export interface Connection {
  readonly name: string;
  readonly config: WordPressConfig;
  readonly api: Api;
  readonly clock: Clock;
  readonly memory: Memory;
  current(): Session | null;
  /** Signs in when that has not happened yet. Throws errors of `errors.ts`. */
  session(signal: AbortSignal): Promise<Session>;
  /** Signs in again: a session of yesterday says nothing about today. */
  verify(signal: AbortSignal): Promise<Session>;
  isOurs(comment: Comment): boolean;
  toPost(comment: Comment, root: number): Post;
  /** Parameters of every list of comments: what our user may see of them. */
  listing(): Params;
  /** The comment as it is now; null when it is gone, or not for us. */
  look(id: string, signal: AbortSignal): Promise<Comment | null>;
  /** Asks whether comments on these articles are closed, and remembers it. */
  lookAtArticles(ids: readonly number[], signal: AbortSignal): Promise<void>;
}

/** The most `per_page` may be: get_collection_params() of class-wp-rest-controller.php. */
export const PAGE = 100;

export function connect(
  options: Pick<Connection, 'name' | 'config' | 'api' | 'clock' | 'memory'>,
): Connection {
  const { api, config, memory } = options;
  let known: Session | null = null;
  const ids = new Set(config.ours.filter((one) => typeof one === 'number'));
  const names = new Set(config.ours.filter((one) => typeof one === 'string').map((one) => one.toLowerCase()));

  return {
    ...options,
    current: () => known,
    async session(signal) {
      known ??= await signIn(api, config, signal);
      return known;
    },
    async verify(signal) {
      known = await signIn(api, config, signal);
      return known;
    },
    isOurs({ author, author_name: name }) {
      // A visitor may write any name into the form: only accounts are ours.
      if (!author) return false;
      return author === known?.me?.id || ids.has(author) || names.has(name.trim().toLowerCase());
    },
    toPost(comment, root) {
      memory.noteComment(comment);
      return postOf(comment, root, { source: options.name, site: config.site, ours: this.isOurs(comment) });
    },
    listing: () => ({
      _fields: COMMENT_FIELDS,
      // Approved and waiting ones, neither spam nor trash; `status` is for those who may moderate.
      ...(config.pending && known?.me?.moderates ? { status: 'all' } : {}),
    }),
    async look(id, signal) {
      try {
        const params = { _fields: COMMENT_FIELDS };
        const { json } = await api.call(`/wp/v2/comments/${encodeURIComponent(id)}`, { params, signal });
        const comment = read(commentSchema, json);
        return comment.status === 'spam' || comment.status === 'trash' ? null : comment;
      } catch (error) {
        if (error instanceof GoneError) return null;
        throw error;
      }
    },
    async lookAtArticles(wanted, signal) {
      let unknown = [...new Set(wanted)].slice(0, PAGE);
      // A comment does not say of what kind its article is: most belong to posts, some to pages, few to anything else.
      for (const kind of ['posts', 'pages']) {
        if (unknown.length === 0) return;
        const params = { include: unknown, per_page: PAGE, _fields: 'id,comment_status' };
        const { json } = await api.call(`/wp/v2/${kind}`, { params, signal });
        const found = readList(json, articleSchema, []);
        for (const article of found) memory.noteArticle(article.id, article.comment_status !== 'open');
        unknown = unknown.filter((id) => !found.some((article) => article.id === id));
      }
    },
  };
}

async function signIn(api: Api, config: WordPressConfig, signal: AbortSignal): Promise<Session> {
  const title = await findRoot(api, config.site, signal);
  if (config.username === undefined) return { me: null, title };
  // `edit` is what tells the capabilities, and everybody may edit himself.
  const { json } = await api.call('/wp/v2/users/me', { params: { context: 'edit' }, signal });
  const me = read(meSchema, json);
  return {
    me: {
      id: me.id,
      name: me.name || config.username,
      url: me.link || null,
      moderates: me.capabilities?.moderate_comments === true,
    },
    title,
  };
}

/** Finds out how the site's REST API is reached; its title. */
async function findRoot(api: Api, site: string, signal: AbortSignal): Promise<string> {
  const ask = async (): Promise<string> => {
    const { json } = await api.call('/', { params: { _fields: 'name,namespaces' }, signal });
    const index = read(indexSchema, json);
    if (index.namespaces.includes('wp/v2')) return index.name;
    throw new UnavailableError(`${site} has a REST API without wp/v2: it is no WordPress, or too old a one.`);
  };
  try {
    return await ask();
  } catch (error) {
    // Without pretty permalinks /wp-json is a page that is not found, or the start page.
    if (signal.aborted || !(error instanceof RejectedError || error instanceof UnavailableError)) throw error;
    api.usePlainAddresses();
    return await ask();
  }
}

/** The largest portrait of those offered. */
function avatarOf(urls: Comment['author_avatar_urls']): string | null {
  const [, url] = Object.entries(urls ?? {}).sort(([a], [b]) => Number(b) - Number(a))[0] ?? [];
  return typeof url === 'string' ? url : null;
}

function postOf(
  comment: Comment,
  root: number,
  context: { readonly source: string; readonly site: string; readonly ours: boolean },
): Post {
  const { text, links, media } = htmlToText(comment.content.rendered, `${context.site}/`);
  // The name is stored with its entities: “Tom &amp; Jerry”.
  const name = htmlToText(comment.author_name).text.trim() || 'Anonymous';
  return makePost({
    source: context.source,
    id: String(comment.id),
    conversationId: conversationIdOf(comment.post, root),
    replyTo: comment.parent === 0 ? null : String(comment.parent),
    via: 'comment',
    author: {
      // A visitor has no account; the name is all there is.
      id: comment.author ? `user:${comment.author}` : `visitor:${name.slice(0, 300)}`,
      name,
      handle: '',
      url: comment.author_url || null,
      avatarUrl: avatarOf(comment.author_avatar_urls),
    },
    text,
    url: comment.link || null,
    links: [...links],
    media: media.map((medium) => ({ ...medium })),
    createdAt: comment.date_gmt,
    ours: context.ours,
  });
}
