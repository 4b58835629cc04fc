import { createHash } from 'node:crypto';
import type { Keyv } from 'keyv';
import { safeUrl } from '../../domain/post.ts';
import type { Entry } from './entry.ts';
import { shortHash } from './markup.ts';

const MAX_ID = 1_000;
const ROOT_TTL_MS = 90 * 86_400_000;
const MAX_STORED = 10_000;
/** WordPress, Blogger, Movable Type, Discourse, Ghost and their like. */
const COMMENT_HASH = /#(?:(?:div-)?(?:comment|reply|post)[-_]?\w{0,40}|c-?\d{1,30})$/i;
export const COMMENT_TITLE = /^\s*(?:re: |by: |comment (?:on|by) )/i;
/**
 * WordPress puts "In reply to <a href="…#comment-12">Name</a>." in front of an answer in its feeds, in the language
 * of the site: get_comment_text() in wp-includes/comment-template.php.
 */
const WORDPRESS_REPLY =
  /^\s*(?:<p>)?\s*[^<]{0,60}<a href="([^"<>]{1,1000}#comment-\d{1,20})"[^<>]{0,200}>[^<]{0,300}<\/a>[^<\n]{0,20}(?:<\/p>|<br ?\/?>|\r?\n|$)\s*/i;

/** Where in its conversation an entry stands. */
export interface Place {
  readonly conversationId: string;
  readonly replyTo: string | null;
  readonly via: 'comment' | 'keyword';
}

export function resolved(raw: string | null, base: string): string | null {
  return raw !== null && URL.canParse(raw.trim(), base) ? safeUrl(new URL(raw.trim(), base).href) : null;
}

/** The feed's id, else the link, else a hash of the words: never a date, which some feeds change at every request. */
export function idOf(entry: Entry): string {
  const raw = (entry.id ?? entry.link)?.trim() ?? '';
  if (raw !== '' && raw.length <= MAX_ID && raw.isWellFormed() && !/[\u0000-\u001F]/.test(raw)) return raw;
  const { title, content, media } = entry;
  const words = raw !== '' ? raw : JSON.stringify([title.value, content.value, media]);
  return `sha256:${createHash('sha256').update(words).digest('base64url')}`;
}

/** An answer in a WordPress feed, with what it answers as data instead of words. */
export function withWordpressParent(entry: Entry): Entry {
  if (entry.content.in !== 'html') return entry;
  const found = WORDPRESS_REPLY.exec(entry.content.value);
  const [prefix, escaped] = found ?? [];
  if (prefix === undefined || escaped === undefined) return entry;
  const ref = escaped.replace(/&(?:amp|#0?38);/g, '&');
  const content = { in: 'html' as const, value: entry.content.value.slice(prefix.length) };
  return { ...entry, content, parent: entry.parent ?? { ref, href: ref } };
}

/** The page that a comment stands on: its address without the place on the page. */
function pageOf(link: string): string {
  const url = new URL(link);
  url.hash = '';
  for (const name of ['showComment', 'replytocom', 'commentId']) url.searchParams.delete(name);
  return url.href;
}

function isComment(entry: Entry, link: string | null, mode: boolean | 'auto'): boolean {
  if (mode !== 'auto') return mode;
  if (entry.parent !== null || COMMENT_HASH.test(link ?? '')) return true;
  return /[?&]showComment=/.test(link ?? '') || COMMENT_TITLE.test(entry.title.value);
}

/**
 * Threads of comments across documents. A feed shows only its newest entries, so which thread a comment belongs to is
 * kept in the cache; should it be lost, an answer to a forgotten comment begins a conversation of its own.
 */
export function createThreads(cache: Keyv, mode: boolean | 'auto') {
  /** What needs no writing again. */
  const stored = new Set<string>();

  async function store(key: string, root: string): Promise<void> {
    if (stored.has(key)) return;
    if (stored.size > MAX_STORED) stored.clear();
    stored.add(key);
    await cache.set(`root:${shortHash(key)}`, root, ROOT_TTL_MS);
  }

  /**
   * The place of every entry of a document.
   *
   * @param threaded whether the feed says of each answer what it answers; where it does not, the page is the conversation.
   */
  return async function placesOf(
    entries: readonly Entry[],
    base: string,
    threaded: boolean,
  ): Promise<ReadonlyMap<Entry, Place>> {
    const rows = entries.map((entry) => ({ entry, id: idOf(entry), link: resolved(entry.link, base) }));
    const byName = new Map<string, string>();
    for (const { id, link } of rows) {
      if (link !== null) byName.set(link, id);
      byName.set(id, id);
    }
    const parents = new Map<string, string>();
    const roots = new Map<string, string>();
    for (const { entry, id } of rows) {
      if (!entry.parent) continue;
      const { ref, href } = entry.parent;
      const known = byName.get(ref) ?? byName.get(resolved(href, base) ?? '');
      // What is answered may also be the page itself; then this comment begins a thread.
      if (known === undefined && !COMMENT_HASH.test(ref) && !COMMENT_HASH.test(href ?? '')) continue;
      const parent = (known ?? ref).slice(0, MAX_ID);
      parents.set(id, parent);
      if (known !== undefined || roots.has(parent)) continue;
      const remembered: unknown = await cache.get(`root:${shortHash(parent)}`);
      if (typeof remembered === 'string') roots.set(parent, remembered);
    }
    const rootOf = (id: string): string => {
      const seen = new Set<string>();
      let at = id;
      for (let next = parents.get(at); next !== undefined && !seen.has(at); next = parents.get(at)) {
        seen.add(at);
        at = next;
      }
      return roots.get(at) ?? at;
    };
    const places = new Map<Entry, Place>();
    for (const { entry, id, link } of rows) {
      if (!isComment(entry, link, mode)) {
        places.set(entry, { conversationId: id, replyTo: null, via: 'keyword' });
        continue;
      }
      const inThread = threaded || entry.parent !== null;
      const conversationId = inThread || link === null ? rootOf(id) : pageOf(link).slice(0, MAX_ID);
      places.set(entry, { conversationId, replyTo: parents.get(id) ?? null, via: 'comment' });
      if (!inThread) continue;
      await store(id, conversationId);
      if (link !== null) await store(link, conversationId);
    }
    return places;
  };
}
