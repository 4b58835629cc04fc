import { type HtmlText, htmlToText } from '../../html-text.ts';

/**
 * GitHub's Markdown as a person reads it. Webhooks carry nothing but the source text, so everything is read from it,
 * or a post would change its words between a webhook and a poll. Written for reading, not for layout: the little that
 * changes what a reader sees (links, pictures, code, quotations, escapes, hidden comments) becomes HTML, and the
 * HTML becomes text where all other HTML does. https://docs.github.com/en/get-started/writing-on-github
 */

/** No post on GitHub is longer: 65,536 characters, and a title. */
const MAX_SOURCE = 200_000;
const ENTITY = /^&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/;
/** A tag or the start of a comment; any other `<` is just a sign. */
const TAG = /^<(?:!--|\/?[A-Za-z][A-Za-z0-9-]{0,30}(?:\s[^<>]{0,2000})?\/?>)/;
const AUTOLINK = /^<(https?:\/\/[^\s<>]{1,2000})>/i;
const BARE_LINK = /^https?:\/\/[^\s<>"`]{1,2000}/i;
/** `[words](address "title")`; brackets within the words one level deep. */
const LINK =
  /^!?\[((?:[^[\]\\\n]|\\.|\[[^[\]\n]{0,500}\]){0,1000})\]\(\s{0,3}<?((?:[^\s()<>\\]|\\.|\([^\s()<>]{0,500}\)){0,2000})>?(?:\s{1,3}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?\s{0,3}\)/;
const PICTURE_IN_LINK = /^\[(!\[[^[\]\n]{0,500}\]\([^\s()]{1,2000}\))\]\(([^\s()]{1,2000})\)/;

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** An address as it stands in Markdown: escapes undone, whole entities kept. */
function address(raw: string): string {
  const plain = raw.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return plain
    .replace(/&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;');
}

/** The link without the sentence's own punctuation behind it (GitHub's rules for bare addresses). */
function trimmedLink(raw: string): string {
  let link = raw;
  for (;;) {
    const last = link.at(-1) ?? '';
    const unbalanced = last === ')' && link.split(')').length > link.split('(').length;
    if (!unbalanced && !/[.,;:!?'*_~\]}]/.test(last)) return link;
    link = link.slice(0, -1);
  }
}

/** Emphasis stands around words; within a word (`snake_case`, `2*3*4`) a sign is a sign. */
function isEmphasis(text: string, at: number, length: number): boolean {
  const sign = text.charAt(at);
  const before = text.charAt(at - 1);
  const after = text.charAt(at + length);
  const word = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);
  const blank = (char: string): boolean => char === '' || /\s/.test(char);
  if (blank(before) && blank(after)) return false;
  if (sign === '*') return true;
  return !(word(before) && word(after));
}

/** What stands at `at`, as HTML, and how far it reaches; null for an ordinary character. */
function special(
  text: string,
  at: number,
  line: string,
): { readonly html: string; readonly length: number } | null {
  const char = text.charAt(at);
  if (char === '\\') {
    const next = text.charAt(at + 1);
    return /[!-/:-@[-`{-~]/.test(next) ? { html: escapeHtml(next), length: 2 } : null;
  }
  if (char === '`') {
    const ticks = /^`+/.exec(line)?.[0] ?? '`';
    const end = line.indexOf(ticks, ticks.length);
    const closed = end > 0 && line.charAt(end + ticks.length) !== '`';
    if (!closed) return { html: ticks, length: ticks.length };
    return { html: escapeHtml(line.slice(ticks.length, end)), length: end + ticks.length };
  }
  if (char === '!' || char === '[') return link(line);
  if (char === '<') {
    const auto = AUTOLINK.exec(line);
    if (auto)
      return {
        html: `<a href="${address(auto[1] ?? '')}">${escapeHtml(auto[1] ?? '')}</a>`,
        length: auto[0].length,
      };
    const tag = TAG.exec(line)?.[0];
    if (!tag) return { html: '&lt;', length: 1 };
    return { html: tag, length: tag.length };
  }
  if (char === '&') {
    const entity = ENTITY.exec(line)?.[0];
    return entity ? { html: entity, length: entity.length } : { html: '&amp;', length: 1 };
  }
  if ((char === 'h' || char === 'H') && !/[\p{L}\p{N}_]/u.test(text.charAt(at - 1))) {
    const found = BARE_LINK.exec(line);
    if (!found) return null;
    const bare = trimmedLink(found[0]);
    return { html: `<a href="${address(bare)}">${address(bare)}</a>`, length: bare.length };
  }
  if (char === '*' || char === '_' || char === '~') {
    const length = /^(?:\*+|_+|~+)/.exec(line)?.[0].length ?? 1;
    const known = char === '~' ? length === 2 : length <= 3;
    return { html: known && isEmphasis(text, at, length) ? '' : line.slice(0, length), length };
  }
  return null;
}

function link(line: string): { readonly html: string; readonly length: number } | null {
  const nested = PICTURE_IN_LINK.exec(line);
  if (nested) {
    const [whole, picture = '', to = ''] = nested;
    return { html: `<a href="${address(to)}">${link(picture)?.html ?? ''}</a>`, length: whole.length };
  }
  const found = LINK.exec(line);
  if (!found) return null;
  const [whole, words = '', to = ''] = found;
  if (whole.startsWith('!')) {
    const alt = escapeHtml(words.replace(/\\([!-/:-@[-`{-~])/g, '$1'));
    return { html: `<img src="${address(to)}" alt="${alt}">`, length: whole.length };
  }
  return { html: `<a href="${address(to)}">${inline(words)}</a>`, length: whole.length };
}

/** One line. Each pattern looks at no more than 4,000 characters from where it stands, so the whole is linear. */
function inline(text: string): string {
  const out: string[] = [];
  let plain = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    // Letters, digits and blanks but h and H are nothing special: most of a text.
    const ordinary = code > 0x7e || code === 0x20 || (code >= 0x61 && code <= 0x7a && code !== 0x68);
    const found = ordinary ? null : special(text, at, text.slice(at, at + 4_000));
    if (!found) {
      at++;
      continue;
    }
    out.push(text.slice(plain, at).replace(/>/g, '&gt;').replace(/"/g, '&quot;'), found.html);
    at += Math.max(1, found.length);
    plain = at;
  }
  out.push(text.slice(plain).replace(/>/g, '&gt;').replace(/"/g, '&quot;'));
  return out.join('');
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const MAX_QUOTES = 5;

function blocks(lines: readonly string[], depth: number): string {
  const out: string[] = [];
  let quoted: string[] = [];
  let fence: string | null = null;
  const endQuote = (): void => {
    if (quoted.length > 0) out.push(`<blockquote>${blocks(quoted, depth + 1)}</blockquote>`);
    quoted = [];
  };
  for (const line of lines) {
    if (fence !== null) {
      const closes = line.trim().startsWith(fence) && line.trim().replaceAll(fence.charAt(0), '') === '';
      if (closes) out.push('</pre>');
      else out.push(`${escapeHtml(line)}\n`);
      if (closes) fence = null;
      continue;
    }
    const quote = depth < MAX_QUOTES ? /^ {0,3}> ?(.*)$/.exec(line) : null;
    if (quote) {
      quoted.push(quote[1] ?? '');
      continue;
    }
    endQuote();
    const opens = FENCE.exec(line);
    if (opens) {
      fence = opens[1] ?? '```';
      out.push('<pre>');
      continue;
    }
    out.push(blockLine(line));
  }
  endQuote();
  if (fence !== null) out.push('</pre>');
  return out.join('');
}

function blockLine(line: string): string {
  if (line.trim() === '') return '<p></p>';
  const heading = /^ {0,3}#{1,6}\s+(.*)$/.exec(line);
  if (heading) return `<h3>${inline((heading[1] ?? '').replace(/\s#+\s*$/, ''))}</h3>`;
  if (/^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/.test(line)) return '<hr>';
  const bullet = /^\s*[-*+]\s+(.*)$/.exec(line);
  if (bullet) {
    const box = /^\[([ xX])\]\s+(.*)$/.exec(bullet[1] ?? '');
    return `<li>${box ? `${box[1] === ' ' ? '☐' : '☑'} ${inline(box[2] ?? '')}` : inline(bullet[1] ?? '')}</li>`;
  }
  return `${inline(line)}<br>`;
}

/** Hidden remarks, of which issue templates are full; from `<!--` without an end nothing is shown any more. */
function withoutRemarks(source: string): string {
  const out: string[] = [];
  let fenced = false;
  let hidden = false;
  for (const line of source.split('\n')) {
    if (!hidden && FENCE.test(line)) fenced = !fenced;
    if (fenced) {
      out.push(line);
      continue;
    }
    let rest = line;
    let kept = '';
    while (rest !== '') {
      const at = hidden ? rest.indexOf('-->') : remarkAt(rest);
      if (at === -1) break;
      if (!hidden) kept += rest.slice(0, at);
      rest = rest.slice(at + (hidden ? 3 : 4));
      hidden = !hidden;
    }
    if (!hidden) kept += rest;
    if (kept !== '' || line.trim() === '') out.push(kept);
  }
  return out.join('\n');
}

/** Where a remark begins that is neither escaped nor within code. */
function remarkAt(line: string): number {
  for (let at = line.indexOf('<!--'); at !== -1; at = line.indexOf('<!--', at + 4)) {
    const before = line.slice(0, at);
    if (!before.endsWith('\\') && before.split('`').length % 2 === 1) return at;
  }
  return -1;
}

/** Reads Markdown as a person would. Linear in the input; never throws. */
export function markdownToText(source: string, base?: string): HtmlText {
  const text = source.slice(0, MAX_SOURCE).replace(/\r\n?/g, '\n');
  return htmlToText(blocks(withoutRemarks(text).split('\n'), 0), base);
}
