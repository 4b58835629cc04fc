import { cleanText } from '../../domain/post.ts';

/** Names of what a text speaks of by its id; null where it is not known. */
export interface Names {
  user(id: string): string | null;
  channel(id: string): string | null;
}

const MAX_TEXT = 300_000;
/** Everything Slack itself puts between `<` and `>`; what people type there comes escaped. */
const MARKED = /<([^<>]{1,8000})>/g;

/** Only these three are escaped (https://docs.slack.dev/messaging/formatting-message-text#escaping). */
export function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Nothing in it can act: no mention, no link with other words. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The text as a reader of the channel sees it, and the links in it. */
export function readable(
  raw: string,
  names: Names,
): { readonly text: string; readonly links: readonly string[] } {
  const links = new Set<string>();
  const text = raw.slice(0, MAX_TEXT).replace(MARKED, (_, inside: string) => {
    const [target = '', ...rest] = inside.split('|');
    const label = rest.join('|');
    return marked(target, label, names, links);
  });
  return { text: cleanText(unescapeText(text)), links: [...links].slice(0, 50) };
}

function marked(target: string, label: string, names: Names, links: Set<string>): string {
  const id = target.slice(1);
  if (/^@[UW]/.test(target)) return `@${names.user(id) ?? (label || id)}`;
  if (/^#C/.test(target)) return `#${label || names.channel(id) || id}`;
  if (target.startsWith('!')) return special(target, label);
  if (/^https?:\/\//i.test(target)) {
    const href = unescapeText(target);
    links.add(href);
    const bare = (value: string): string => value.replace(/^https?:\/\//i, '').replace(/\/$/, '');
    return label === '' || bare(label) === bare(target) ? target : `${label} (${target})`;
  }
  return label || target.replace(/^(?:mailto|tel):/, '');
}

/** https://docs.slack.dev/messaging/formatting-message-text#special-mentions */
function special(target: string, label: string): string {
  const [kind = ''] = target.slice(1).split('^');
  if (label !== '') return label;
  return kind === 'here' || kind === 'channel' || kind === 'everyone' ? `@${kind}` : `<${target}>`;
}

/** Ids of people a text speaks to. */
export function mentionedIn(raw: string): readonly string[] {
  const found = raw.slice(0, MAX_TEXT).matchAll(/<@([UW][A-Z0-9]{2,30})(?:\|[^<>]*)?>/g);
  return [...new Set([...found].map(([, id = '']) => id))];
}

/** Ids of user groups a text speaks to. */
export function groupsIn(raw: string): readonly string[] {
  const found = raw.slice(0, MAX_TEXT).matchAll(/<!subteam\^(S[A-Z0-9]{2,30})(?:\|[^<>]*)?>/g);
  return [...new Set([...found].map(([, id = '']) => id))];
}
