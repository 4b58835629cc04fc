import { DISMISS_REASONS, type DismissReason, type ItemState, STATES } from '../../domain/item.ts';
import { KINDS, type Kind } from '../../domain/triage/verdict.ts';
import { unescapeText } from './rich.ts';
import { parseWhen, type When } from './times.ts';

/** What somebody asked for after `/potluck`. */
export type Command =
  | { readonly verb: 'help'; readonly about: CommandName | null }
  | {
      readonly verb: 'list';
      readonly mine: boolean;
      readonly states: readonly ItemState[];
      readonly kinds: readonly Kind[];
      /** A source by name or label, as typed. */
      readonly source: string | null;
    }
  | { readonly verb: 'find'; readonly words: string }
  | { readonly verb: 'next' | 'sources' }
  | { readonly verb: 'show'; readonly item: number }
  | { readonly verb: 'claim' | 'release' | 'reopen'; readonly item: number }
  | { readonly verb: 'draft' | 'note'; readonly item: number; readonly text: string | null }
  | { readonly verb: 'answered'; readonly item: number; readonly url: string | null }
  | {
      readonly verb: 'dismiss';
      readonly item: number;
      readonly reason: DismissReason | null;
      readonly words: string | null;
    }
  | { readonly verb: 'snooze'; readonly item: number; readonly when: When | null }
  | { readonly verb: 'assign'; readonly item: number; readonly user: string | null }
  /** Not understood, with one line of help. */
  | { readonly verb: 'problem'; readonly text: string };

/** Every command with how it is written and what it does: the help, and the answers to mistakes. */
export const COMMANDS = {
  help: ['help', 'this list'],
  list: ['list [mine|open|claimed|snoozed|question|…|source]', 'what waits, most urgent first'],
  next: ['next', 'claims the most urgent for you'],
  show: ['show 12', 'one item in full'],
  claim: ['claim 12', 'it is yours'],
  release: ['release 12', 'back to the queue'],
  draft: ['draft 12 [text]', 'opens the editor, or saves the text'],
  answered: ['answered 12 [link]', 'somebody answered elsewhere'],
  dismiss: ['dismiss 12 [reason]', 'nobody needs to answer'],
  snooze: ['snooze 12 2h', 'brings it back later: 30m, 2h, 3d, tomorrow, monday'],
  assign: ['assign 12 @somebody', 'gives it to a colleague'],
  note: ['note 12 text', 'for the team only'],
  reopen: ['reopen 12', 'opens a closed one again'],
  find: ['find words', 'searches texts and names'],
  sources: ['sources', 'which places we hear, and which not'],
} as const satisfies Record<string, readonly [string, string]>;
export type CommandName = keyof typeof COMMANDS;
const NAMES = Object.keys(COMMANDS) as CommandName[];

const ALIASES: Readonly<Record<string, CommandName>> = {
  '?': 'help',
  h: 'help',
  hi: 'help',
  hello: 'help',
  ls: 'list',
  queue: 'list',
  mine: 'list',
  open: 'list',
  take: 'claim',
  grab: 'claim',
  drop: 'release',
  unclaim: 'release',
  reply: 'draft',
  answer: 'draft',
  write: 'draft',
  done: 'answered',
  mark: 'answered',
  ignore: 'dismiss',
  skip: 'dismiss',
  close: 'dismiss',
  later: 'snooze',
  sleep: 'snooze',
  remind: 'snooze',
  give: 'assign',
  view: 'show',
  see: 'show',
  undo: 'reopen',
  search: 'find',
  source: 'sources',
  health: 'sources',
};

/**
 * Reads what stands after the command. Pure, forgiving (`#12`, capitals, synonyms, a slip of one letter), and never
 * throws; what it cannot read comes back as one line of help.
 *
 * @param raw as Slack sends it: escaped, with people as `<@U123|name>`.
 */
export function parseCommand(raw: string): Command {
  const text = raw.slice(0, 8_000).trim();
  if (text === '') return { verb: 'help', about: null };
  const [first = '', ...others] = text.split(/\s+/);
  const word = first.toLowerCase().replace(/[:,.!]+$/, '');
  // "12" alone, or "12 claim": people put the number first.
  const number = itemNumber(first);
  if (number !== null) {
    const [second, ...later] = others;
    if (second === undefined) return { verb: 'show', item: number };
    const name = nameOf(second.toLowerCase());
    return name ? command(name, [first, ...later]) : unknown(second);
  }
  const name = nameOf(word);
  if (!name) return unknown(first);
  // "/potluck mine" and "/potluck open" are lists.
  return command(name, word === 'mine' || word === 'open' ? [word, ...others] : others);
}

function nameOf(word: string): CommandName | null {
  if (Object.hasOwn(COMMANDS, word)) return word as CommandName;
  return Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? null) : null;
}

function unknown(word: string): Command {
  const near = nearest(word.toLowerCase());
  const hint = near ? ` Did you mean “${COMMANDS[near][0]}”?` : ' Try “help”.';
  return { verb: 'problem', text: `I do not know “${unescapeText(word).slice(0, 40)}”.${hint}` };
}

/** The one command within two slips of the finger; null when there is none, or when it would be a guess. */
function nearest(word: string): CommandName | null {
  if (word.length < 3 || word.length > 12) return null;
  const close = NAMES.map((name) => ({ name, slips: distance(word, name) })).sort(
    (a, b) => a.slips - b.slips,
  );
  const [best, second] = close;
  if (!best || best.slips > (word.length < 5 ? 1 : 2)) return null;
  return second && second.slips === best.slips ? null : best.name;
}

/** Levenshtein distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `12`, `#12`, `no.12`; null for anything else. */
function itemNumber(word: string | undefined): number | null {
  const match = /^(?:#|no\.?)?(\d{1,12})[.,:]?$/i.exec(word ?? '');
  const number = Number(match?.[1] ?? 0);
  return number > 0 ? number : null;
}

function command(name: CommandName, args: readonly string[]): Command {
  switch (name) {
    case 'help':
      return { verb: 'help', about: args[0] ? nameOf(args[0].toLowerCase()) : null };
    case 'next':
    case 'sources':
      return { verb: name };
    case 'list':
      return list(args);
    case 'find': {
      const words = unescapeText(args.join(' ')).trim();
      return words === '' ? usage('find') : { verb: 'find', words };
    }
    default:
      return withItem(name, args);
  }
}

function usage(name: CommandName): Command {
  return { verb: 'problem', text: `Write it like this: ${COMMANDS[name][0]} – ${COMMANDS[name][1]}.` };
}

function withItem(
  name: Exclude<CommandName, 'help' | 'next' | 'sources' | 'list' | 'find'>,
  args: readonly string[],
): Command {
  // "assign @ana 12" and "snooze 2h 12" are understood: the number is wherever a bare number stands, first one first.
  const at = args.findIndex((arg) => itemNumber(arg) !== null);
  const item = itemNumber(args[at]);
  if (item === null) return usage(name);
  const rest = args.filter((_, index) => index !== at);
  const words = unescapeText(rest.join(' ')).trim() || null;
  switch (name) {
    case 'show':
    case 'claim':
    case 'release':
    case 'reopen':
      return { verb: name, item };
    case 'draft':
      return { verb: name, item, text: words };
    case 'note':
      return words === null ? usage('note') : { verb: name, item, text: words };
    case 'answered':
      return { verb: name, item, url: bareUrl(rest[0]) };
    case 'dismiss':
      return dismissal(item, rest);
    case 'snooze': {
      if (words === null) return { verb: name, item, when: null };
      const when = parseWhen(words);
      return when ? { verb: name, item, when } : usage('snooze');
    }
    case 'assign': {
      const user = userId(rest.find((word) => userId(word) !== null));
      if (user === null && rest.length > 0)
        return { verb: 'problem', text: 'Name the person with an @ and choose them from Slack’s list.' };
      return { verb: name, item, user };
    }
  }
}

/** `<@U123|ana>` or `<@U123>`. */
function userId(word: string | undefined): string | null {
  return /^<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>$/.exec(word ?? '')?.[1] ?? null;
}

/** Slack wraps links it recognises in angle brackets. */
function bareUrl(word: string | undefined): string | null {
  if (word === undefined) return null;
  const inner = /^<([^|>]+)(?:\|[^>]*)?>$/.exec(word)?.[1] ?? word;
  return unescapeText(inner);
}

const REASON_WORDS: Readonly<Record<string, DismissReason>> = {
  irrelevant: 'not-relevant',
  relevant: 'not-relevant',
  scam: 'spam',
  ads: 'spam',
  thanks: 'no-answer-needed',
  handled: 'elsewhere',
  dup: 'duplicate',
  dupe: 'duplicate',
  double: 'duplicate',
};

function dismissal(item: number, rest: readonly string[]): Command {
  const said = unescapeText(rest.join(' ')).trim();
  if (said === '') return { verb: 'dismiss', item, reason: null, words: null };
  const squeezed = said
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  for (const [reason, label] of Object.entries(DISMISS_REASONS) as [DismissReason, string][])
    for (const name of [reason.replaceAll('-', ' '), label.toLowerCase()])
      if (squeezed === name || squeezed.startsWith(`${name} `))
        return { verb: 'dismiss', item, reason, words: squeezed === name ? null : said };
  const [first = ''] = squeezed.split(' ').filter((word) => word !== 'not');
  const reason = Object.hasOwn(REASON_WORDS, first) ? REASON_WORDS[first] : undefined;
  return { verb: 'dismiss', item, reason: reason ?? 'other', words: said };
}

const STATE_WORDS: Readonly<Record<string, readonly ItemState[]>> = {
  unanswered: ['open', 'claimed', 'snoozed'],
  waiting: ['open'],
  closed: ['answered', 'dismissed'],
  all: STATES,
};

function list(args: readonly string[]): Command {
  let mine = false;
  const states = new Set<ItemState>();
  const kinds = new Set<Kind>();
  const rest: string[] = [];
  for (const arg of args) {
    const word = arg.toLowerCase();
    const single = word.replace(/s$/, '');
    const state = STATES.find((each) => each === word);
    const kind = KINDS.find((each) => each === word || each === single);
    if (word === 'mine' || word === 'my' || word === 'me') mine = true;
    else if (state) states.add(state);
    else if (Object.hasOwn(STATE_WORDS, word)) for (const each of STATE_WORDS[word] ?? []) states.add(each);
    else if (kind) kinds.add(kind);
    else if (!['the', 'from', 'in', 'on', 'and', 'source'].includes(word)) rest.push(arg);
  }
  const source =
    unescapeText(rest.join(' '))
      .replace(/^source:/i, '')
      .trim() || null;
  return { verb: 'list', mine, states: [...states], kinds: [...kinds], source };
}
