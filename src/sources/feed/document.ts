import { type AnyFeed, parseAtomFeed, parseJsonFeed, parseRdfFeed, parseRssFeed } from 'feedsmith';
import { Parser } from 'htmlparser2';
import { safeUrl } from '../../domain/post.ts';
import { UnavailableError } from '../../errors.ts';
import { type Entry, entriesOf, type FeedInfo, infoOf } from './entry.ts';
import { type Grammar, grammarOf, type Piece, shortHash, takeApart } from './markup.ts';

/** An entry that could not be read. */
export interface Broken {
  /** Known again as long as the entry stays as it is. */
  readonly key: string;
  readonly id: string | null;
  readonly why: string;
}

export interface FeedDocument {
  readonly info: FeedInfo;
  readonly entries: readonly Entry[];
  readonly broken: readonly Broken[];
}

function parse(text: string, grammar: Exclude<Grammar, 'json'>): AnyFeed {
  if (grammar === 'rss') return { format: 'rss', feed: parseRssFeed(text) };
  if (grammar === 'rdf') return { format: 'rdf', feed: parseRdfFeed(text) };
  return { format: 'atom', feed: parseAtomFeed(text) };
}

function attempt(text: string, grammar: Exclude<Grammar, 'json'>): AnyFeed | null {
  try {
    return parse(text, grammar);
  } catch {
    return null;
  }
}

/** Whether a person could make anything of it. */
function saysSomething(entry: Entry): boolean {
  const { title, content, link, media } = entry;
  return title.value !== '' || content.value !== '' || link !== null || media.length > 0;
}

/** How much of a web page is searched for its feeds. */
const MAX_PAGE = 200_000;
const MAX_LINK_TAGS = 200;
/** Entries of a damaged feed that are read one by one, and how long each may be: that costs a millisecond and more. */
const MAX_ALONE = 300;
const MAX_ALONE_LENGTH = 300_000;

const EMPTY: FeedInfo = { title: '', link: null, lang: null, author: null, everyMs: 0, wordpress: false };

/** Why a piece gives no entry; null when it does. */
function problemOf(piece: Piece, alone: AnyFeed | null, entry: Entry | undefined): string | null {
  if (!piece.whole) return 'the entry has no end';
  if (piece.xml.length > MAX_ALONE_LENGTH)
    return 'the entry is too long to be read apart from a damaged feed';
  if (!alone) return 'the entry is not well-formed XML';
  return entry && saysSomething(entry) ? null : 'the entry holds neither words nor a link';
}

function readXml(text: string, grammar: Exclude<Grammar, 'json'>): FeedDocument | null {
  const { document, frame, entries: pieces } = takeApart(text, grammar);
  const whole = attempt(document, grammar);
  if (whole && pieces.every((piece) => piece.whole)) {
    const entries = entriesOf(whole);
    if (entries.length >= pieces.length && entries.every(saysSomething))
      return { info: infoOf(whole), entries, broken: [] };
  }
  // Something was swallowed, or the whole is malformed: now every entry stands for itself.
  const rest = attempt(frame, grammar);
  const entries: Entry[] = [];
  const broken: Broken[] = [];
  for (const piece of pieces.slice(0, MAX_ALONE)) {
    const readable = piece.whole && piece.xml.length <= MAX_ALONE_LENGTH;
    const alone = readable ? attempt(piece.xml, grammar) : null;
    const [entry] = alone ? entriesOf(alone) : [];
    const why = problemOf(piece, alone, entry);
    if (why === null && entry) entries.push(entry);
    else {
      const [, id] = /<(?:guid|id)\b[^<>]{0,200}>([^<]{1,200})</i.exec(piece.xml.slice(0, MAX_PAGE)) ?? [];
      broken.push({ key: piece.key, id: id?.trim() ?? null, why: why ?? 'the entry cannot be read' });
    }
  }
  if (!whole && !rest && entries.length === 0) return null;
  return { info: rest ? infoOf(rest) : EMPTY, entries, broken };
}

function readJson(text: string): FeedDocument | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null || !('items' in data) || !Array.isArray(data.items))
    return null;
  const alone = (items: readonly unknown[]): AnyFeed | null => {
    try {
      return { format: 'json', feed: parseJsonFeed({ ...data, items }) };
    } catch {
      return null;
    }
  };
  const frame = alone([]);
  if (!frame) return null;
  const entries: Entry[] = [];
  const broken: Broken[] = [];
  for (const item of (data.items as unknown[]).slice(0, 1_000)) {
    const parsed = alone([item]);
    const [entry] = parsed ? entriesOf(parsed) : [];
    if (entry && saysSomething(entry)) entries.push(entry);
    else
      broken.push({
        key: shortHash(JSON.stringify(item)?.slice(0, 20_000) ?? ''),
        id: entry?.id ?? null,
        why: 'the entry holds neither words nor a link',
      });
  }
  return { info: infoOf(frame), entries, broken };
}

/** The feeds that a web page offers in its head, absolute, at most three. */
function feedsOffered(html: string, url: string): string[] {
  const found = new Set<string>();
  const tags = html.slice(0, MAX_PAGE).match(/<link\s[^<]{1,1000}/gi) ?? [];
  for (const tag of tags.slice(0, MAX_LINK_TAGS)) {
    // One parser a tag: a whole page could be nested so deeply that it takes seconds.
    const parser = new Parser({
      onopentag(_, { rel = '', type = '', href = '' }) {
        if (!/\balternate\b/i.test(rel) || !/\b(?:rss|atom|rdf|feed)\b/i.test(type)) return;
        const address = URL.canParse(href, url) ? safeUrl(new URL(href, url).href) : null;
        if (address && found.size < 3) found.add(address);
      },
    });
    parser.end(tag);
  }
  return [...found];
}

/**
 * Reads a feed. An entry that cannot be read is left out alone.
 *
 * @throws UnavailableError when it is no feed; when it is a web page, with the feeds that the page offers.
 */
export function readDocument(text: string, url: string): FeedDocument {
  const { host } = new URL(url);
  const body = text.replace(/^\uFEFF/, '');
  if (body.trim() === '') throw new UnavailableError(`${host} sent an empty answer instead of a feed.`);
  const grammar = grammarOf(body);
  if (grammar === 'html') {
    const offered = feedsOffered(body, url);
    throw new UnavailableError(
      offered.length > 0
        ? `${host} sent a web page, not a feed. The page offers: ${offered.join(' , ')} – put it into potluck.yaml as the url of the source.`
        : `${host} sent a web page, not a feed. If this goes on, look on the site for the address of its RSS, Atom or JSON feed.`,
    );
  }
  const read = grammar === 'json' ? readJson(body) : grammar ? readXml(body, grammar) : null;
  if (!read)
    throw new UnavailableError(
      grammar
        ? `The feed of ${host} is damaged so badly that no entry can be read. We try again later.`
        : `${host} sent something that is no feed (neither RSS, Atom, RDF nor JSON Feed). Check the url of the source.`,
    );
  return read;
}
