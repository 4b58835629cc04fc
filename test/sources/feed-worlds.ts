import { Keyv } from 'keyv';
import { guardedFetch } from '../../src/fetch.ts';
import { feed } from '../../src/sources/feed/feed.ts';
import type { Source } from '../../src/sources/source.ts';
import {
  type GivenPost,
  type MakeWorld,
  type SourceWorld,
  testSourceContext,
} from '../contract/source-world.ts';
import { testClock } from '../support/clock.ts';
import { type FakeResponse, startFakeService } from '../support/fake-service.ts';

/** In the address, as sites that sell private feeds do. */
const KEY = 'k3y-of-a-private-feed';

/** How one kind of site writes its feed. */
interface Site {
  readonly type: string;
  readonly lacks: SourceWorld['lacks'];
  /** The id under which the site publishes the post with this number. */
  id(number: number, base: string): string;
  render(rows: readonly Row[], base: string): string;
}

interface Row {
  readonly post: GivenPost | 'broken';
  readonly number: number;
  readonly parent: number | null;
  /** When its author changed it. */
  readonly changedAt?: number;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function html(post: GivenPost): string {
  const linked = escapeXml(post.text).replace(
    /(https:\/\/example\.com\/\S+)/,
    '<a href="$1" rel="nofollow ugc">$1</a>',
  );
  const picture = post.alt ? `<img src="/p.jpg" alt="${escapeXml(post.alt)}" />` : '';
  return `<p>${linked}${picture}</p>\n`;
}

const numbered = (number: number): string => `/2026/05/pots/#comment-${number}`;
const rfc822 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');

/** The comments of a WordPress site: wp-includes/feed-rss2-comments.php. */
export const WORDPRESS: Site = {
  type: 'application/rss+xml; charset=UTF-8',
  lacks: {
    handle: 'a feed gives names, no handles',
    'author-url': 'the RSS of WordPress leaves out the address of the author',
    'newest-first': 'a feed has no pages',
  },
  id: (number, base) => `${base}/?p=7#comment-${number}`,
  render(rows, base) {
    const items = rows.map(({ post, number, parent }) => {
      if (post === 'broken') return '<item><title>Broken<guid>b</guid></item>';
      const reply =
        parent === null ? '' : `<p>In reply to <a href="${base}${numbered(parent)}">Name</a>.</p>\n`;
      const name = post.author ? `<dc:creator><![CDATA[${escapeXml(post.author.name)}]]></dc:creator>` : '';
      return `<item><title>Comment on Pots by ${escapeXml(post.author?.name ?? '')}</title>
<link>${base}${numbered(number)}</link>${name}${post.lang ? `<dc:language>${post.lang}</dc:language>` : ''}
<pubDate>${rfc822(post.at)}</pubDate><guid isPermaLink="false">${base}/?p=7#comment-${number}</guid>
<description><![CDATA[${escapeXml(post.text)}]]></description>
<content:encoded><![CDATA[${reply}${post.text || post.alt ? html(post) : ''}]]></content:encoded></item>`;
    });
    return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Comments for Pots</title><link>${base}</link><description>Pots</description>
<generator>https://wordpress.org/?v=6.8.1</generator>${items.join('\n')}</channel></rss>`;
  },
};

/** Threaded comments in Atom: RFC 4287 and RFC 4685, as Blogger and WordPress publish them. */
export const ATOM: Site = {
  type: 'application/atom+xml',
  lacks: { handle: 'a feed gives names, no handles', 'newest-first': 'a feed has no pages' },
  id: (number) => `tag:blog.example,2026:comment-${number}`,
  render(rows, base) {
    const entries = rows.map(({ post, number, parent, changedAt }) => {
      const updated = new Date(changedAt ?? Date.UTC(2026, 5, 1, 11, 59, 59)).toISOString();
      if (post === 'broken') return '<entry><title>Broken</entry>';
      const name = post.author ? escapeXml(post.author.name) : '';
      const ref = parent === null ? 'tag:blog.example,2026:post-7' : this.id(parent, base);
      return `<entry${post.lang ? ` xml:lang="${post.lang}"` : ''}><title>By: ${name}</title><id>${this.id(number, base)}</id>
<link rel="alternate" type="text/html" href="${numbered(number)}"/>
${post.author ? `<author><name>${name}</name><uri>https://people.example/${post.author.handle}</uri></author>` : ''}
<published>${new Date(post.at).toISOString()}</published><updated>${updated}</updated>
<thr:in-reply-to ref="${ref}" href="${base}${parent === null ? '/2026/05/pots/' : numbered(parent)}"/>
<content type="html">${post.text || post.alt ? escapeXml(html(post)) : ''}</content></entry>`;
    });
    return `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Comments</title><id>x</id><updated>2026-06-01T11:59:59Z</updated><link href="${base}/"/>${entries.join('\n')}</feed>`;
  },
};

/** A microblog in JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/ */
export const JSON_FEED: Site = {
  type: 'application/feed+json',
  lacks: {
    handle: 'a feed gives names, no handles',
    'reply-to': 'JSON Feed does not say what an item answers',
    'newest-first': 'a feed has no pages',
  },
  id: (number) => String(number),
  render(rows, base) {
    const items = rows.map(({ post, number, changedAt }) =>
      post === 'broken'
        ? { id: 'broken', tags: ['x'] }
        : {
            id: String(number),
            url: `${base}/thread#reply-${number}`,
            content_text: post.text,
            date_published: new Date(post.at).toISOString(),
            ...(changedAt === undefined ? {} : { date_modified: new Date(changedAt).toISOString() }),
            ...(post.author
              ? { authors: [{ name: post.author.name, url: `https://people.example/${post.author.handle}` }] }
              : {}),
            ...(post.lang ? { language: post.lang } : {}),
            ...(post.alt
              ? { attachments: [{ url: `${base}/p.jpg`, mime_type: 'image/jpeg', title: post.alt }] }
              : {}),
          },
    );
    return JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Thread',
      home_page_url: `${base}/`,
      items,
    });
  },
};

/** A world of one feed in which everything given is a comment on one page. */
export function feedWorld(site: Site): MakeWorld {
  return async ({ timeoutMs }): Promise<SourceWorld> => {
    const rows: Row[] = [];
    const numbers = new Map<string, number>();
    let edits = 0;
    let order: 'newest-first' | 'oldest-first' = 'newest-first';
    const service = await startFakeService(({ path, query, headers }): FakeResponse => {
      if (path !== '/feed' || query.get('key') !== KEY) return { status: 404 };
      const body = site.render(order === 'newest-first' ? rows.toReversed() : rows, service.url);
      const etag = `"${rows.length}-${edits}"`;
      if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
      return { headers: { 'content-type': site.type, etag }, body };
    });
    const clock = testClock();
    const { context, logged } = testSourceContext({
      name: 'blog',
      clock,
      cache: new Keyv(),
      fetch: guardedFetch({ allowPrivate: true, timeoutMs, userAgent: 'Potluck/test' }),
    });
    const config = feed.config.parse({
      url: `${service.url}/feed?key=${KEY}`,
      allowPrivate: true,
      ours: ['Crockhaven'],
    });
    let source: Source = await feed.create(config, context);
    return {
      get source() {
        return source;
      },
      clock,
      secrets: [KEY],
      logged,
      lacks: site.lacks,
      many: 120,
      async give(posts) {
        for (const post of posts) {
          const number = numbers.size + 1;
          numbers.set(post.key, number);
          rows.push({ post, number, parent: post.replyTo ? (numbers.get(post.replyTo) ?? null) : null });
        }
      },
      idOf: (key) => site.id(numbers.get(key) ?? -1, service.url),
      order(next) {
        order = next;
      },
      async giveBroken() {
        rows.push({ post: 'broken', number: 0, parent: null });
      },
      async edit(key, text) {
        const at = rows.findIndex((row) => row.post !== 'broken' && row.post.key === key);
        const row = rows[at];
        if (!row || row.post === 'broken') return;
        rows[at] = { ...row, post: { ...row.post, text }, changedAt: clock.now() };
        edits += 1;
      },
      fail: service.fail,
      nextRequest: service.nextRequest,
      async restart() {
        source = await feed.create(config, context);
        return source;
      },
      close: service.close,
    };
  };
}
