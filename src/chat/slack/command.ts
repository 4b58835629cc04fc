import { DISMISS_REASONS, type DismissReason, type ItemState, STATES } from '../../domain/item.ts';
import { parseWhen, type When } from '../../domain/times.ts';
import { KINDS, type Kind } from '../../domain/triage/verdict.ts';
import { COMMANDS, type CommandName, MAX_MUTE_CHARACTERS, MAX_MUTES, mutedWords } from '../kit/commands.ts';
import { TEAM_COMMANDS } from '../kit/team-commands.ts';
import { spoken, unescapeText } from './rich.ts';

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
      /** Only what nobody is told of. */
      readonly quiet?: true;
    }
  | { readonly verb: 'find'; readonly words: string }
  | { readonly verb: 'next' | 'sources' | 'settings' }
  | { readonly verb: 'who'; readonly words: string }
  | { readonly verb: 'stats'; readonly window: 'day' | 'week' }
  | { readonly verb: 'idea'; readonly text: string | null }
  /** No words: what is muted. */
  | { readonly verb: 'mute' | 'unmute'; readonly words: readonly string[] }
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
  /** One of `kit/team-commands.ts`, with what stands after it, as Slack sent it. */
  | { readonly verb: 'team'; readonly name: string; readonly raw: string }
  /** Not understood, with one line of help. */
  | { readonly verb: 'problem'; readonly text: string };

const USAGES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(COMMANDS).map(([name, [usage]]) => [name, usage])),
  ...Object.fromEntries(Object.entries(TEAM_COMMANDS).map(([name, { usage }]) => [name, usage])),
};

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
  whois: 'who',
  author: 'who',
  numbers: 'stats',
  figures: 'stats',
  statistics: 'stats',
  ideas: 'idea',
  post: 'idea',
  publish: 'idea',
  silence: 'mute',
  muted: 'mute',
  unhide: 'unmute',
  setting: 'settings',
  config: 'settings',
  preferences: 'settings',
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
  const ofTeam = word === 'team' ? teamCommand(text.slice(first.length).trim()) : teamCommand(text);
  if (ofTeam) return ofTeam;
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

/** What people type for commands of the team. */
const TEAM_ALIASES: Readonly<Record<string, string>> = {
  'on-call': 'oncall',
  duty: 'oncall',
  summary: 'digest',
  report: 'digest',
  today: 'digest',
};

function teamCommand(text: string): Command | null {
  const [first = ''] = text.split(/\s+/);
  const word = first.toLowerCase().replace(/[:,.!]+$/, '');
  const name = Object.hasOwn(TEAM_ALIASES, word) ? (TEAM_ALIASES[word] ?? word) : word;
  if (!Object.hasOwn(TEAM_COMMANDS, name)) return null;
  return { verb: 'team', name, raw: text.slice(first.length).trim() };
}

function nameOf(word: string): CommandName | null {
  if (Object.hasOwn(COMMANDS, word)) return word as CommandName;
  return Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? null) : null;
}

function unknown(word: string): Command {
  const near = nearest(word.toLowerCase());
  const hint = near ? ` Did you mean “${USAGES[near]}”?` : ' Try “help”.';
  return { verb: 'problem', text: `I do not know “${unescapeText(word).slice(0, 40)}”.${hint}` };
}

/** The one command within two slips of the finger; null when there is none, or when it would be a guess. */
function nearest(word: string): string | null {
  if (word.length < 3 || word.length > 12) return null;
  const close = Object.keys(USAGES)
    .map((name) => ({ name, slips: distance(word, name) }))
    .sort((a, b) => a.slips - b.slips);
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
    case 'settings':
      return { verb: name };
    case 'list':
      return list(args);
    case 'find':
    case 'who': {
      const words = spoken(args.join(' ')).trim();
      return words === '' ? usage(name) : { verb: name, words };
    }
    case 'stats': {
      const window = WINDOWS[(args[0] ?? 'day').toLowerCase()];
      return window ? { verb: 'stats', window } : usage('stats');
    }
    case 'idea':
      return { verb: 'idea', text: spoken(args.join(' ')).trim() || null };
    case 'mute':
    case 'unmute':
      return muting(name, spoken(args.join(' ')));
    default:
      return withItem(name, args);
  }
}

const WINDOWS: Readonly<Record<string, 'day' | 'week' | undefined>> = Object.assign(Object.create(null), {
  day: 'day',
  today: 'day',
  daily: 'day',
  '24h': 'day',
  week: 'week',
  weekly: 'week',
  '7d': 'week',
});

function muting(name: 'mute' | 'unmute', text: string): Command {
  const words = mutedWords(text);
  if (words.length === 0)
    return name === 'mute' && text.trim() === '' ? { verb: 'mute', words } : usage(name);
  if (words.length > MAX_MUTES || JSON.stringify(words).length > MAX_MUTE_CHARACTERS)
    return { verb: 'problem', text: `That is too much at once: at most ${MAX_MUTES} words or phrases.` };
  return { verb: name, words };
}

function usage(name: CommandName): Command {
  return { verb: 'problem', text: `Write it like this: ${COMMANDS[name][0]} – ${COMMANDS[name][1]}.` };
}

function withItem(name: Extract<Command, { item: number }>['verb'], args: readonly string[]): Command {
  // "assign @ana 12" and "snooze 2h 12" are understood: the number is wherever a bare number stands, first one first.
  const at = args.findIndex((arg) => itemNumber(arg) !== null);
  const item = itemNumber(args[at]);
  if (item === null) return usage(name);
  const rest = args.filter((_, index) => index !== at);
  const words = spoken(rest.join(' ')).trim() || null;
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
  const said = spoken(rest.join(' ')).trim();
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
  let quiet = false;
  const states = new Set<ItemState>();
  const kinds = new Set<Kind>();
  const rest: string[] = [];
  for (const arg of args) {
    const word = arg.toLowerCase();
    const single = word.replace(/s$/, '');
    const state = STATES.find((each) => each === word);
    const kind = KINDS.find((each) => each === word || each === single);
    if (word === 'mine' || word === 'my' || word === 'me') mine = true;
    else if (word === 'quiet') quiet = true;
    else if (state) states.add(state);
    else if (Object.hasOwn(STATE_WORDS, word)) for (const each of STATE_WORDS[word] ?? []) states.add(each);
    else if (kind) kinds.add(kind);
    else if (!['the', 'from', 'in', 'on', 'and', 'source'].includes(word)) rest.push(arg);
  }
  const source =
    spoken(rest.join(' '))
      .replace(/^source:/i, '')
      .trim() || null;
  return { verb: 'list', mine, states: [...states], kinds: [...kinds], source, ...(quiet ? { quiet } : {}) };
}
