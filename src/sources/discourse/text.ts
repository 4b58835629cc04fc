import { type HtmlText, htmlToText } from '../../html-text.ts';

/** As much of a post as html-text.ts reads. */
const MAX_COOKED = 500_000;
/** Every pattern stops at the next tag or after this many characters, so that no text makes them slow. */
const IMAGE = /<img\s[^<>]{1,2000}>/g;
/** Size and file name below a picture that opens in a lightbox. */
const LIGHTBOX_META = /<div class="meta">(?:(?!<div)[\s\S]){0,3000}?<\/div>/g;
const ANCHOR = /<a\s([^<>]{1,1000})>/g;
const QUOTE = /<aside\s([^<>]{1,1000})>/g;

const classOf = (tag: string): string => /\bclass="([^"]*)"/.exec(tag)?.[1] ?? '';

/**
 * A cooked post as a reader sees it: quotations marked with `> ` below the name of who is quoted, emoji as `:smile:`,
 * without the portraits in quotations and the site icons in link previews.
 */
export function cookedToText(cooked: string, server: string): HtmlText {
  const html = cooked
    .slice(0, MAX_COOKED)
    .replace(IMAGE, (tag) => (/\b(?:avatar|site-icon)\b/.test(classOf(tag)) ? '' : tag))
    .replace(LIGHTBOX_META, '');
  return htmlToText(html, `${server}/`);
}

/** Whom a post speaks to by name, all in lower case. */
export interface Addressed {
  readonly mentioned: ReadonlySet<string>;
  readonly quoted: ReadonlySet<string>;
}

/** The last part of `/u/ana` or `/groups/support`. */
function nameIn(href: string): string {
  const last = href.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last).toLowerCase();
  } catch {
    return last.toLowerCase();
  }
}

/** Reads `<a class="mention" href="/u/ana">` (`mention-group` for groups) and `<aside class="quote" data-username="ana">`. */
export function addressedIn(cooked: string): Addressed {
  const html = cooked.slice(0, MAX_COOKED);
  const mentioned = new Set<string>();
  const quoted = new Set<string>();
  for (const [, tag = ''] of html.matchAll(ANCHOR)) {
    const href = /\bhref="([^"]*)"/.exec(tag)?.[1];
    if (href && /(?:^|\s)mention(?:-group)?(?:\s|$)/.test(classOf(tag))) mentioned.add(nameIn(href));
  }
  for (const [, tag = ''] of html.matchAll(QUOTE)) {
    const name = /\bdata-username="([^"]*)"/.exec(tag)?.[1];
    if (name && /(?:^|\s)quote(?:\s|$)/.test(classOf(tag))) quoted.add(name.toLowerCase());
  }
  return { mentioned, quoted };
}
