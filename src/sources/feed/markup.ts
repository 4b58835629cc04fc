import { createHash } from 'node:crypto';

/** Which grammar a document is written in, by its first element: what an entry quotes can not decide that. */
export type Grammar = 'rss' | 'atom' | 'rdf' | 'json';

/** Entries beyond this many are not looked at: no feed shows more, and each may have to be read apart. */
const MAX_ENTRIES = 1_000;

/** Forty-eight bits: enough to tell a feed's entries apart, short enough to keep a thousand. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

/** The index behind a comment, CDATA section, declaration or instruction that begins at `at`; `at` when none does. */
function skipped(xml: string, at: number): number {
  const behind = (end: string): number => {
    const index = xml.indexOf(end, at);
    return index === -1 ? xml.length : index + end.length;
  };
  if (xml.startsWith('<!--', at)) return behind('-->');
  if (xml.startsWith('<![CDATA[', at)) return behind(']]>');
  if (xml.startsWith('<?', at)) return behind('?>');
  if (!xml.startsWith('<!', at)) return at;
  const close = xml.indexOf('>', at);
  const subset = xml.indexOf('[', at);
  return subset !== -1 && subset < close ? behind(']>') : behind('>');
}

const NAME = /<((?:[\w.-]{1,100}:)?([\w.-]{1,100}))(?=[\s/>])/y;

/** Every start tag in order, without those that comments and CDATA sections quote. Linear. */
function* startTags(
  xml: string,
): Generator<{ readonly at: number; readonly tag: string; readonly local: string }> {
  let at = xml.indexOf('<');
  while (at !== -1) {
    const behind = skipped(xml, at);
    if (behind > at) {
      at = xml.indexOf('<', behind);
      continue;
    }
    NAME.lastIndex = at;
    const [, tag, local] = NAME.exec(xml) ?? [];
    if (tag !== undefined && local !== undefined) yield { at, tag, local: local.toLowerCase() };
    at = xml.indexOf('<', at + 1);
  }
}

/** The grammar of a document; null when it is neither feed nor web page. */
export function grammarOf(text: string): Grammar | 'html' | null {
  if (/^\s*\{/.test(text.slice(0, 1_000))) return 'json';
  for (const { local } of startTags(text)) {
    if (local === 'rss' || local === 'rdf') return local;
    if (local === 'html' || local === 'head' || local === 'body') return 'html';
    return local === 'feed' ? 'atom' : null;
  }
  return null;
}

/** One entry as a small document of its own. */
export interface Piece {
  readonly xml: string;
  /** Known again as long as the entry stays as it is. */
  readonly key: string;
  /** Whether its end tag is there: half an entry would come again under another id. */
  readonly whole: boolean;
}

/** A document in pieces, each of which can be read without the others. */
export interface Pieces {
  /** The document, cut behind its thousandth entry. */
  readonly document: string;
  /** The document without its entries. */
  readonly frame: string;
  readonly entries: readonly Piece[];
}

/** The places of root, channel and entries. */
function landmarks(xml: string, grammar: Exclude<Grammar, 'json'>) {
  const wanted = grammar === 'atom' ? 'entry' : 'item';
  const starts: { readonly at: number; readonly tag: string }[] = [];
  let root: { readonly at: number; readonly tag: string } | null = null;
  let channel: string | null = null;
  for (const { at, tag, local } of startTags(xml)) {
    root ??= { at, tag };
    if (grammar === 'rss' && local === 'channel') channel ??= tag;
    if (local === wanted) starts.push({ at, tag });
    if (starts.length > MAX_ENTRIES) break;
  }
  return { root, channel, starts };
}

/**
 * Takes an XML feed apart at its entries, so that one broken entry costs no other, and so that entries which a parser
 * silently swallowed are noticed.
 */
export function takeApart(xml: string, grammar: Exclude<Grammar, 'json'>): Pieces {
  const { root, channel, starts } = landmarks(xml, grammar);
  if (!root || starts.length === 0) return { document: xml, frame: xml, entries: [] };
  const head = xml.slice(0, starts[0]?.at);
  // In RSS 1.0 (and in some RSS 2.0) the entries stand beside the channel, not in it.
  const open = channel !== null && !head.toLowerCase().includes(`</${channel.toLowerCase()}`);
  const closing = `${open ? `</${channel}>` : ''}</${root.tag}>`;
  const surplus = starts[MAX_ENTRIES]?.at;

  // Each piece gets the root with its namespaces, and nothing else of the head.
  const rootTag = xml.slice(root.at, xml.indexOf('>', root.at) + 1).slice(0, 20_000);
  const [before, after] = grammar === 'rss' ? ['<channel>', '</channel>'] : ['', ''];
  const entries = starts.slice(0, MAX_ENTRIES).map(({ at, tag }, index) => {
    const piece = xml.slice(at, starts[index + 1]?.at ?? xml.length);
    const end = piece.lastIndexOf(`</${tag}`);
    const body = end === -1 ? piece : `${piece.slice(0, end)}</${tag}>`;
    return {
      xml: `${rootTag}${before}${body}${after}</${root.tag}>`,
      key: shortHash(body.slice(0, 20_000)),
      whole: end !== -1 || /^<[^<>]{0,200}\/>/.test(piece),
    };
  });
  const document = surplus === undefined ? xml : `${xml.slice(0, surplus)}${closing}`;
  return { document, frame: `${head}${closing}`, entries };
}
