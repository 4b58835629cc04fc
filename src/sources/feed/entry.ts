import type { AnyFeed, AtomFeed, JsonFeed, RdfFeed, RssFeed } from 'feedsmith';
import { parseFeedDate } from './dates.ts';

/** Who wrote an entry, as far as the feed says. */
export interface EntryAuthor {
  readonly name: Words;
  readonly email: string;
  readonly uri: string;
}

/** One entry of any feed, not yet cleaned: every string is as hostile as it came. */
export interface Entry {
  /** The feed's own stable id. */
  readonly id: string | null;
  readonly link: string | null;
  readonly title: Words;
  readonly content: Words;
  readonly author: EntryAuthor;
  /** Epoch milliseconds; null when the feed does not say. */
  readonly date: number | null;
  /** When it was last changed, as far as the publisher says and it is true; epoch milliseconds. */
  readonly updated: number | null;
  readonly lang: string | null;
  /** `xml:base` of the entry. */
  readonly base: string | null;
  /** What it answers (RFC 4685). */
  readonly parent: { readonly ref: string; readonly href: string | null } | null;
  readonly media: readonly { readonly url: string; readonly alt: string }[];
}

/** Words and what they are written in. `decoded`: plain, but entities may have survived one decoding. */
export interface Words {
  readonly in: 'html' | 'plain' | 'decoded';
  readonly value: string;
}

/** The feed as a whole. */
export interface FeedInfo {
  readonly title: string;
  readonly link: string | null;
  readonly lang: string | null;
  readonly author: EntryAuthor | null;
  /** How often to ask, as the publisher says (`ttl`, `sy:updatePeriod`); 0 when it says nothing. */
  readonly everyMs: number;
  /** Made by WordPress, which has ways of its own. */
  readonly wordpress: boolean;
}

const MINUTE_MS = 60_000;
const PERIODS_MS: Readonly<Record<string, number>> = {
  hourly: 60 * MINUTE_MS,
  daily: 1_440 * MINUTE_MS,
  weekly: 10_080 * MINUTE_MS,
  monthly: 43_200 * MINUTE_MS,
  yearly: 525_600 * MINUTE_MS,
};

const words = (kind: Words['in'], value: string | undefined): Words => ({ in: kind, value: value ?? '' });

function authorOf(name: Words, email?: string, uri?: string): EntryAuthor {
  return { name, email: email?.trim() ?? '', uri: uri?.trim() ?? '' };
}

function firstDate(...raw: readonly (string | undefined)[]): number | null {
  for (const one of raw) {
    const date = parseFeedDate(one);
    if (date !== null) return date;
  }
  return null;
}

const isPicture = (type: string | undefined, url: string | undefined): boolean =>
  /^image\//i.test(type ?? '') || (!type && /\.(?:avif|gif|jpe?g|png|webp)(?:\?|$)/i.test(url ?? ''));

type RssItem = NonNullable<RssFeed.Feed<string>['items']>[number];
type RdfItem = NonNullable<RdfFeed.Feed<string>['items']>[number];

function mediaOf(item: Pick<RssItem, 'media'>, enclosures: RssItem['enclosures']): Entry['media'] {
  const contents = [
    ...(item.media?.contents ?? []),
    ...(item.media?.groups ?? []).flatMap((group) => group.contents ?? []),
  ];
  const found = contents
    .filter((content) => content.medium === 'image' || isPicture(content.type, content.url))
    .map((content) => ({
      url: content.url ?? '',
      alt: content.description?.value ?? content.title?.value ?? '',
    }));
  for (const enclosure of enclosures ?? [])
    if (isPicture(enclosure.type, enclosure.url)) found.push({ url: enclosure.url ?? '', alt: '' });
  return found;
}

function parentOf(thr: RssItem['thr']): Entry['parent'] {
  const [parent] = thr?.inReplyTos ?? [];
  return parent?.ref ? { ref: parent.ref, href: parent.href ?? null } : null;
}

function fromRss(item: RssItem): Entry {
  const [person] = item.authors ?? [];
  // WordPress escapes the name and puts it into CDATA, so one decoding is not enough.
  const name = item.dc?.creators?.[0] ?? item.atom?.authors?.[0]?.name ?? person?.name;
  const html = item.content?.encoded ?? item.description ?? item.atom?.summary?.value;
  return {
    id: item.guid?.value ?? item.atom?.id ?? item.dc?.identifiers?.[0] ?? null,
    link:
      item.link ??
      item.atom?.links?.[0]?.href ??
      (item.guid?.isPermaLink === false ? null : (item.guid?.value ?? null)),
    title: words('decoded', item.title ?? item.dc?.titles?.[0]),
    content: words('html', html),
    author: authorOf(words('decoded', name), person?.email, person?.link ?? item.atom?.authors?.[0]?.uri),
    date: firstDate(
      item.pubDate,
      item.dc?.dates?.[0],
      item.atom?.published,
      item.atom?.updated,
      item.dcterms?.created?.[0],
    ),
    updated: firstDate(item.atom?.updated, item.dcterms?.modified?.[0]),
    lang: item.xml?.lang ?? item.dc?.languages?.[0] ?? null,
    base: item.xml?.base ?? null,
    parent: parentOf(item.thr),
    media: mediaOf(item, item.enclosures),
  };
}

function fromRdf(item: RdfItem): Entry {
  return {
    id: item.rdf?.about ?? null,
    link: item.link ?? null,
    title: words('decoded', item.title),
    content: words('html', item.content?.encoded ?? item.description),
    author: authorOf(words('decoded', item.dc?.creators?.[0])),
    date: firstDate(item.dc?.dates?.[0], item.dcterms?.created?.[0]),
    updated: firstDate(item.dcterms?.modified?.[0]),
    lang: item.xml?.lang ?? item.dc?.languages?.[0] ?? null,
    base: item.xml?.base ?? null,
    parent: null,
    media: mediaOf(item, undefined),
  };
}

type AtomEntry = NonNullable<AtomFeed.Feed<string>['entries']>[number];

/** An Atom text construct; without a type it is plain. https://www.rfc-editor.org/rfc/rfc4287#section-3.1 */
function atomWords(text: { readonly value?: string; readonly type?: string } | undefined): Words {
  return words(/html/i.test(text?.type ?? '') ? 'html' : 'plain', text?.value);
}

function fromAtom(entry: AtomEntry): Entry {
  const links = entry.links ?? [];
  const link =
    links.find((one) => !one.rel || one.rel === 'alternate') ?? links.find((one) => one.rel === 'self');
  const [author] = entry.authors ?? entry.source?.authors ?? [];
  const content = entry.content?.value ? entry.content : entry.summary;
  return {
    id: entry.id ?? null,
    link: link?.href ?? null,
    title: atomWords(entry.title),
    content: atomWords(content),
    author: authorOf(words('plain', author?.name), author?.email, author?.uri),
    date: firstDate(entry.published, entry.updated, entry.dc?.dates?.[0]),
    updated: firstDate(entry.updated),
    lang: content?.xml?.lang ?? entry.xml?.lang ?? null,
    base: content?.xml?.base ?? entry.xml?.base ?? null,
    parent: parentOf(entry.thr),
    media: [
      ...links
        .filter((one) => one.rel === 'enclosure' && isPicture(one.type, one.href))
        .map((one) => ({ url: one.href ?? '', alt: one.title ?? '' })),
      ...mediaOf(entry, undefined),
    ],
  };
}

type JsonItem = NonNullable<JsonFeed.Feed<string>['items']>[number];

function fromJson(item: JsonItem): Entry {
  const [author] = item.authors ?? [];
  const html = item.content_html;
  const pictures = (item.attachments ?? [])
    .filter((attachment) => isPicture(attachment.mime_type, attachment.url))
    .map((attachment) => ({ url: attachment.url ?? '', alt: attachment.title ?? '' }));
  return {
    id: item.id ?? null,
    link: item.url ?? item.external_url ?? null,
    title: words('plain', item.title),
    content: html === undefined ? words('plain', item.content_text ?? item.summary) : words('html', html),
    author: authorOf(words('plain', author?.name), undefined, author?.url),
    date: firstDate(item.date_published, item.date_modified),
    updated: firstDate(item.date_modified),
    lang: item.language ?? null,
    base: null,
    parent: null,
    media: item.image ? [{ url: item.image, alt: '' }, ...pictures] : pictures,
  };
}

/** The entries of a parsed feed, one shape for all four grammars. */
export function entriesOf(parsed: AnyFeed): Entry[] {
  if (parsed.format === 'rss') return (parsed.feed.items ?? []).map(fromRss);
  if (parsed.format === 'rdf') return (parsed.feed.items ?? []).map(fromRdf);
  if (parsed.format === 'atom') return (parsed.feed.entries ?? []).map(fromAtom);
  return (parsed.feed.items ?? []).map(fromJson);
}

const isWordpress = (generator: string | undefined): boolean => /\bwordpress\b/i.test(generator ?? '');

/**
 * `sy:updatePeriod`, RSS 1.0's syndication module. WordPress writes "hourly, 1" into every feed unasked, so from
 * there it is nobody's wish and counts for nothing.
 */
function updatePeriod(sy: RssFeed.Feed<string>['sy'], generator: string | undefined): number {
  const frequency = sy?.updateFrequency ?? 1;
  if (isWordpress(generator) && sy?.updatePeriod === 'hourly' && frequency === 1) return 0;
  return (PERIODS_MS[sy?.updatePeriod?.trim().toLowerCase() ?? ''] ?? 0) / Math.max(1, frequency);
}

/** What the feed says about itself. */
export function infoOf(parsed: AnyFeed): FeedInfo {
  const { format, feed } = parsed;
  if (format === 'json') {
    const [author] = feed.authors ?? [];
    return {
      title: feed.title ?? '',
      link: feed.home_page_url ?? null,
      lang: feed.language ?? null,
      author: author ? authorOf(words('plain', author.name), undefined, author.url) : null,
      everyMs: 0,
      wordpress: false,
    };
  }
  if (format === 'atom') {
    const [author] = feed.authors ?? [];
    return {
      title: feed.title?.value ?? '',
      link: feed.xml?.base ?? feed.links?.find((link) => !link.rel || link.rel === 'alternate')?.href ?? null,
      lang: feed.xml?.lang ?? null,
      author: author ? authorOf(words('plain', author.name), author.email, author.uri) : null,
      everyMs: updatePeriod(feed.sy, feed.generator?.text),
      wordpress: isWordpress(feed.generator?.uri ?? feed.generator?.text),
    };
  }
  const rss = format === 'rss' ? feed : null;
  return {
    title: feed.title ?? '',
    link: feed.xml?.base ?? feed.link ?? null,
    lang: rss?.language ?? feed.dc?.languages?.[0] ?? feed.xml?.lang ?? null,
    author: null,
    wordpress: isWordpress(rss?.generator),
    everyMs: Math.max((rss?.ttl ?? 0) * MINUTE_MS, updatePeriod(feed.sy, rss?.generator)),
  };
}
