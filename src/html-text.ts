import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { cleanText, MAX_POST_TEXT, safeUrl } from './domain/post.ts';

/** What a reader sees of a piece of HTML. */
export interface HtmlText {
  /** Plain text, paragraphs parted by an empty line. */
  readonly text: string;
  /** Absolute http(s) links in order, each once; mentions and hashtags of a network are not links. */
  readonly links: readonly string[];
  /** Pictures and players, without tracking pixels and emoji. */
  readonly media: readonly { readonly url: string; readonly alt: string }[];
}

/** HTML beyond this many UTF-16 units is not read: five times the longest text we keep. */
const MAX_HTML = 5 * MAX_POST_TEXT;
const MAX_LINKS = 50;
const MAX_RESOLVED = 1_000;
const MAX_MEDIA = 10;
const MAX_ATTRIBUTE = 8_192;
const MAX_QUOTE_DEPTH = 5;

const DROPPED = new Set(
  'script style head template noscript object svg math select textarea title button canvas noembed noframes iframe'.split(
    ' ',
  ),
);
const BLOCKS = new Set(
  (
    'p div section article header footer main aside nav form fieldset figure figcaption table ul ol dl pre ' +
    'h1 h2 h3 h4 h5 h6 blockquote address details summary hr'
  ).split(' '),
);
const LINES = new Set('br li tr dt dd option'.split(' '));
/** Stands for a tag whose name is too long to be one. */
const UNKNOWN = '-';
const INTERESTING = new Set(['a', 'img', 'video', 'audio', 'iframe', 'embed']);

interface Anchor {
  readonly href: string | null;
  readonly start: number;
  readonly social: boolean;
}

/** Grows the text: collapses white space as a browser does, and remembers which line breaks are due. */
function textBuilder() {
  const parts: string[] = [];
  let length = 0;
  let breaks = 0;
  let space = false;
  let quote = 0;
  let quoteBefore = 0;
  let pre = 0;

  function put(piece: string): void {
    parts.push(piece);
    length += piece.length;
  }
  /** The due line breaks (none at the very start), then the marks of a quotation. */
  function flush(): void {
    const marks = (depth: number): string => '> '.repeat(depth);
    if (length === 0) put(marks(quote));
    else if (breaks === 1) put(`\n${marks(quote)}`);
    // The empty line between two quotations belongs to what they share; no blanks at its end.
    else if (breaks > 1) put(`\n${marks(Math.min(quote, quoteBefore)).trimEnd()}\n${marks(quote)}`);
    else if (space) put(' ');
    quoteBefore = quote;
    breaks = 0;
    space = false;
  }
  return {
    get length() {
      return length;
    },
    add(raw: string): void {
      if (pre > 0) {
        const lines = raw.split(/\r\n?|\n/);
        lines.forEach((line, index) => {
          if (index > 0) breaks = Math.min(2, breaks + 1);
          if (line === '') return;
          flush();
          put(line);
        });
        return;
      }
      const piece = raw.replace(/[ \t\r\n\f]+/g, ' ');
      const body = piece.startsWith(' ') ? piece.slice(1) : piece;
      if (piece !== body) space = true;
      if (body === '') return;
      flush();
      const end = body.endsWith(' ');
      put(end ? body.slice(0, -1) : body);
      space = end;
    },
    line(): void {
      breaks = Math.max(breaks, 1);
    },
    /** A `<br>`: one more line break, so that two of them make an empty line. */
    newline(): void {
      breaks = Math.min(2, breaks + 1);
    },
    block(): void {
      breaks = 2;
    },
    quoted(by: number): void {
      breaks = 2;
      quote = Math.min(MAX_QUOTE_DEPTH, Math.max(0, quote + by));
    },
    preformatted(by: number): void {
      pre = Math.max(0, pre + by);
    },
    mark: () => parts.length,
    since: (mark: number) => parts.slice(mark).join(''),
    toString: () => parts.join('').trim(),
  };
}

/** The absolute form of a link, or null when it is none that may be shown. */
function absolute(raw: string | undefined, base: string | undefined): string | null {
  if (!raw || raw.length > MAX_ATTRIBUTE || !URL.canParse(raw.trim(), base)) return null;
  return safeUrl(new URL(raw.trim(), base).href);
}

/** Whether the words of a link already say where it leads: `example.com/a` for `https://example.com/a/`. */
function saysTheSame(words: string, href: string): boolean {
  const bare = (value: string): string => value.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  const shown = bare(words.trim());
  if (shown === bare(href)) return true;
  try {
    return shown === bare(decodeURI(href)) || bare(new URL(`http://${shown}`).href) === bare(href);
  } catch {
    return false;
  }
}

/** The state of one conversion: what opens, what closes, what is collected. */
function collector(base: string | undefined) {
  const out = textBuilder();
  const links = new Set<string>();
  const media: { url: string; alt: string }[] = [];
  let dropping: { readonly tag: string; depth: number } | null = null;
  let anchor: Anchor | null = null;
  let resolved = 0;

  /** Resolving costs microseconds: a page of a hundred thousand links must not cost them all. */
  function resolve(raw: string | undefined): string | null {
    return ++resolved > MAX_RESOLVED ? null : absolute(raw, base);
  }
  function addLink(href: string | null): void {
    if (href && links.size < MAX_LINKS) links.add(href);
  }
  function endAnchor(): void {
    if (!anchor) return;
    const { href, start, social } = anchor;
    anchor = null;
    if (!href) return;
    const words = out.since(start).trim();
    // "@bob" and "#tag" lead into the network itself: showing where would only be noise.
    if (social && /^[@#＃]/u.test(words)) return;
    addLink(href);
    if (words !== '' && !saysTheSame(words, href)) out.add(` (${href})`);
    // A link around a picture, or around nothing, is still a link.
    else if (words === '') out.add(` ${href} `);
  }
  function addMedium(attributes: Readonly<Record<string, string>>): void {
    const alt = attributes.alt ?? attributes['aria-label'] ?? attributes.title ?? '';
    // Emoji as pictures belong into the sentence.
    if (/\b(?:emoji|wp-smiley|emojione|custom-emoji)\b/i.test(attributes.class ?? '')) {
      out.add(alt);
      return;
    }
    const tiny = (value: string | undefined): boolean =>
      value !== undefined && /^[01](?:px)?$/.test(value.trim());
    if (tiny(attributes.width) || tiny(attributes.height)) return; // a tracking pixel
    const url = resolve(attributes.src ?? attributes['data-src'] ?? attributes.poster);
    if (url && media.length < MAX_MEDIA) media.push({ url, alt });
  }

  return {
    out,
    result: (): HtmlText => {
      endAnchor();
      return { text: cleanText(out.toString().replaceAll('\u00A0', ' ')), links: [...links], media };
    },
    text(piece: string): void {
      if (!dropping) out.add(piece);
    },
    open(tag: string, attributes: Readonly<Record<string, string>>): void {
      if (dropping) {
        if (tag === dropping.tag) dropping.depth++;
        return;
      }
      if (tag === 'iframe' || tag === 'embed') addLink(resolve(attributes.src));
      if (DROPPED.has(tag)) dropping = { tag, depth: 1 };
      else if (tag === 'br') out.newline();
      else if (tag === 'blockquote') out.quoted(1);
      else if (BLOCKS.has(tag)) out.block();
      else if (LINES.has(tag)) out.line();
      else if (tag === 'td' || tag === 'th') out.add(' ');
      if (tag === 'pre') out.preformatted(1);
      else if (tag === 'li') out.add('• ');
      else if (tag === 'img' || tag === 'video' || tag === 'audio') addMedium(attributes);
      else if (tag === 'a') {
        endAnchor();
        const social = /\b(?:mention|hashtag|u-url)\b/.test(attributes.class ?? '');
        anchor = { href: resolve(attributes.href), start: out.mark(), social };
      }
    },
    close(tag: string): void {
      if (dropping) {
        if (tag === dropping.tag && --dropping.depth === 0) dropping = null;
        return;
      }
      if (tag === 'a') endAnchor();
      else if (tag === 'blockquote') out.quoted(-1);
      else if (BLOCKS.has(tag)) out.block();
      else if (LINES.has(tag)) out.line();
      if (tag === 'pre') out.preformatted(-1);
    },
  };
}

/** Turns token positions into tags with attributes. A tokenizer keeps no tree, so no nesting can exhaust it. */
function listener(html: string, to: ReturnType<typeof collector>, stop: () => void): TokenizerCallbacks {
  let tag = '';
  let attributes: Record<string, string> = {};
  let name: string | null = null;
  let value = '';
  const nothing = (): void => {};
  const opened = (): void => {
    if (tag !== '') to.open(tag, attributes);
    tag = '';
    attributes = {};
  };
  return {
    ontext: (start, end) => {
      to.text(html.slice(start, end));
      if (to.out.length > MAX_POST_TEXT) stop();
    },
    ontextentity: (codepoint) => to.text(String.fromCodePoint(codepoint)),
    oncdata: (start, end, offset) => to.text(html.slice(start, Math.max(start, end - offset))),
    onopentagname: (start, end) => {
      tag = end - start > 20 ? UNKNOWN : html.slice(start, end).toLowerCase();
      attributes = {};
    },
    onattribname: (start, end) => {
      name = INTERESTING.has(tag) && end - start <= 20 ? html.slice(start, end).toLowerCase() : null;
      value = '';
    },
    onattribdata: (start, end) => {
      if (name !== null && value.length < MAX_ATTRIBUTE) value += html.slice(start, end);
    },
    onattribentity: (codepoint) => {
      if (name !== null && value.length < MAX_ATTRIBUTE) value += String.fromCodePoint(codepoint);
    },
    onattribend: () => {
      // The first of two attributes of one name counts, as in a browser.
      if (name !== null && !Object.hasOwn(attributes, name))
        Object.defineProperty(attributes, name, { value, enumerable: true, configurable: true });
      name = null;
    },
    onopentagend: opened,
    onselfclosingtag: opened,
    onclosetag: (start, end) => {
      const closed = end - start > 20 ? UNKNOWN : html.slice(start, end).toLowerCase();
      // `</br>` and `</p>` without their beginning are line breaks to a browser.
      if (closed === 'br') to.open('br', {});
      else to.close(closed);
    },
    oncomment: nothing,
    ondeclaration: nothing,
    onprocessinginstruction: nothing,
    onend: nothing,
  };
}

/**
 * Reads HTML as a person would: paragraphs and `<br>` become line breaks, scripts and styles vanish, entities are
 * decoded, quotations are marked with `> `. A link whose words hide where it leads is followed by its address in
 * brackets; Mastodon's shortened links (`class="invisible"`, `"ellipsis"`) read as the full address.
 *
 * Linear in the input and never throws. Reads at most 500,000 UTF-16 units and stops after 100,000 of text.
 * The result is plain text: it may look like markup again (`&lt;script&gt;`), so it must be escaped where it is shown.
 *
 * @param base address against which relative links are resolved; without it they are left out.
 */
export function htmlToText(html: string, base?: string): HtmlText {
  const input = html.length > MAX_HTML ? html.slice(0, MAX_HTML) : html;
  const to = collector(base);
  const tokenizer: Tokenizer = new Tokenizer(
    { decodeEntities: true },
    listener(input, to, () => tokenizer.pause()),
  );
  tokenizer.write(input);
  tokenizer.end();
  return to.result();
}
