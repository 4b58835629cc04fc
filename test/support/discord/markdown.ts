/** What stands behind the ids of mentions, and what time it is. */
export interface Names {
  user(id: string): string | null;
  role(id: string): string | null;
  channel(id: string): string | null;
  now(): number;
}

const NOBODY: Names = { user: () => null, role: () => null, channel: () => null, now: () => 0 };

export interface SeenLink {
  readonly text: string;
  readonly url: string;
}

export interface Markdown {
  /** As a reader sees it: signs that act are gone, signs that are escaped are there. */
  readonly text: string;
  readonly links: readonly SeenLink[];
}

interface Context {
  readonly names: Names;
  readonly links: SeenLink[];
  /** Inside the words of a link nothing becomes a link of its own. */
  readonly inLink: boolean;
}

/** Renders Discord's markdown as its clients do, as far as words and links go. */
export function renderMarkdown(source: string, names: Names = NOBODY): Markdown {
  const context: Context = { names, links: [], inLink: false };
  const text = splitCode(source)
    .map((part, index, all) => {
      if (part.code !== null) return part.code;
      return inline(unmarkLines(part.source, index === 0 || all[index - 1]?.code !== null), context);
    })
    .join('');
  return { text: text.replace(/^\n+|\n+$/g, ''), links: context.links };
}

const INLINE_CODE = /^(`+)([\s\S]*?[^`])\1(?!`)/;

interface Part {
  readonly source: string;
  /** What it shows, for code; null for everything else. */
  readonly code: string | null;
}

/** Cuts blocks of code out first: in them no line has a sign. */
function splitCode(source: string): readonly Part[] {
  const parts: Part[] = [];
  let plain = '';
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const escaped = /^\\[^0-9A-Za-z\s]/.exec(rest);
    const block = /^```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][\s\S]*?)\n*```/i.exec(rest);
    const verbatim = escaped ?? (block ? null : INLINE_CODE.exec(rest));
    if (block && !escaped) {
      parts.push({ source: plain, code: null }, { source: '', code: block[1] ?? '' });
      plain = '';
      at += block[0].length;
    } else {
      const [taken = rest.slice(0, 1)] = verbatim ?? [];
      plain += taken;
      at += taken.length;
    }
  }
  parts.push({ source: plain, code: null });
  return parts;
}

/** Takes the signs off that act at the beginning of a line. */
function unmarkLines(source: string, fresh: boolean): string {
  const lines = source.split('\n');
  let quoted = false;
  return lines
    .map((line, index) => {
      if (index === 0 && !fresh) return line;
      let shown = line;
      if (!quoted && /^ *>>> /.test(shown)) {
        quoted = true;
        shown = shown.replace(/^ *>>> /, '');
      } else if (!quoted) shown = shown.replace(/^ *> /, '');
      return shown
        .replace(/^ *(?:#{1,3}|-#) +(?=\S)/, '')
        .replace(/^( *)[-*] +(?=\S)/, '$1• ')
        .replace(/^(\s*\d+\.) +(?=\S)/, '$1 ');
    })
    .join('\n');
}

type Rule = readonly [RegExp, (found: RegExpExecArray, context: Context) => string];

const again = (text: string | undefined, context: Context): string => inline(text ?? '', context);

function link(url: string, context: Context): string {
  if (!context.inLink) context.links.push({ text: url, url });
  return url;
}

const HREF = String.raw`\s*<?((?:\([^)]*\)|[^\s\\)]|\\.)*?)>?(?:\s+['"]([\s\S]*?)['"])?\s*`;
const MASKED = new RegExp(String.raw`^\[((?:\[[^\]]*\]|\\.|[^\[\]\\]|\](?=[^\[]*\]))*)\]\(${HREF}\)`);

function masked(found: RegExpExecArray, context: Context): string {
  const [whole, words = '', href = ''] = found;
  const url = href.replace(/\\([^0-9A-Za-z\s])/g, '$1');
  // Discord makes no link of words that look like another address, nor of one without words.
  const lies = /https?:\/\/|discord\.gg\//i.test(words);
  if (context.inLink || lies || words.trim() === '' || !/^https?:\/\/\S+$/i.test(url))
    return `[${inline(whole.slice(1), context)}`;
  const text = inline(words, { ...context, inLink: true });
  context.links.push({ text, url });
  return text;
}

function moment(unix: number, style: string | undefined, now: number): string {
  if (style !== 'R') {
    const [day = '', time = ''] = new Date(unix * 1_000).toISOString().split('T');
    const clock = time.slice(0, 5);
    return style === 't' || style === 'T' ? clock : style === 'd' || style === 'D' ? day : `${day} ${clock}`;
  }
  const seconds = unix - now / 1_000;
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [name, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const count = Math.round(Math.abs(seconds) / size);
  const words = `${count} ${name}${count === 1 ? '' : 's'}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

/** Tried in this order at every place, as Discord's clients do. */
const RULES: readonly Rule[] = [
  [/^¯\\_\(ツ\)_\/¯/, (found) => found[0]],
  [/^\\([^0-9A-Za-z\s])/, (found) => found[1] ?? ''],
  [INLINE_CODE, (found) => (found[2] ?? '').replace(/^ (?=`)|(?<=`) $/g, '')],
  [/^<@!?(\d+)>/, (found, { names }) => `@${names.user(found[1] ?? '') ?? 'unknown-user'}`],
  [/^<@&(\d+)>/, (found, { names }) => `@${names.role(found[1] ?? '') ?? 'unknown-role'}`],
  [/^<#(\d+)>/, (found, { names }) => `#${names.channel(found[1] ?? '') ?? 'unknown'}`],
  [/^<\/([^:>\n]+):\d+>/, (found) => `/${found[1]}`],
  [/^<a?:(\w+):\d+>/, (found) => `:${found[1]}:`],
  [/^<id:(\w+)(?::\d+)?>/, (found) => `#${found[1]}`],
  [
    /^<t:(-?\d{1,17})(?::([tTdDfFsSR]))?>/,
    (found, { names }) => moment(Number(found[1]), found[2], names.now()),
  ],
  [/^<(https?:\/\/[^\s<>]+)>/i, (found, context) => link(found[1] ?? '', context)],
  [/^<((?:mailto:|tel:)[^\s<>]+)>/i, (found, context) => link(found[1] ?? '', context)],
  [
    /^<([^\s<>@:]+@[^\s<>@:]+\.[^\s<>@:]+)>/,
    (found, context) => {
      if (!context.inLink) context.links.push({ text: found[1] ?? '', url: `mailto:${found[1]}` });
      return found[1] ?? '';
    },
  ],
  [
    /^<(\+\d[\d\s-]{4,})>/,
    (found, context) => {
      if (!context.inLink) context.links.push({ text: found[1] ?? '', url: `tel:${found[1]}` });
      return found[1] ?? '';
    },
  ],
  [MASKED, masked],
  [/^https?:\/\/[^\s<]+[^<.,:;"'\]\s]/i, (found, context) => address(found[0], context)],
  [/^\|\|([\s\S]+?)\|\|/, (found, context) => again(found[1], context)],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, (found, context) => again(found[1], context)],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, (found, context) => again(found[1], context)],
  [
    /^_((?:__|\\[\s\S]|[^\\_])+?)_\b|^\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/,
    (found, context) => again(found[1] ?? found[2], context),
  ],
  [/^~~([\s\S]+?)~~(?!_)/, (found, context) => again(found[1], context)],
];

/** A bare address ends before a bracket that it did not open. */
function address(found: string, context: Context): string {
  let url = found;
  while (url.endsWith(')') && count(url, ')') > count(url, '(')) url = url.slice(0, -1);
  return link(url, context) + found.slice(url.length);
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

const TEXT = /^[\s\S]+?(?=[^0-9A-Za-z\s\u00c0-\uffff]|\n|\w+:\S|$)/;

function inline(source: string, context: Context): string {
  let shown = '';
  let rest = source;
  while (rest !== '') {
    let length = 0;
    for (const [pattern, render] of RULES) {
      const found = pattern.exec(rest);
      if (!found) continue;
      shown += render(found, context);
      length = found[0].length;
      break;
    }
    if (length === 0) {
      const plain = TEXT.exec(rest)?.[0] ?? rest.slice(0, 1);
      shown += plain;
      length = plain.length;
    }
    rest = rest.slice(length);
  }
  return shown;
}
