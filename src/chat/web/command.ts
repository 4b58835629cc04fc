import type { Person } from '../../domain/item.ts';
import { oneLine } from '../../domain/text.ts';
import type { Answer, Asked, ChatHandlers } from '../chat.ts';
import { MAX_MUTE_CHARACTERS, MAX_MUTES, mutedWords } from '../kit/commands.ts';
import { TEAM_COMMANDS, type TeamCommand } from '../kit/team-commands.ts';
import { readTyped } from '../kit/typed.ts';
import { quoted, trialWords } from '../kit/words.ts';

/** An answer of the command line; `again` is a line that a button writes for the reader. */
export interface LineAnswer extends Answer {
  readonly again?: { readonly label: string; readonly line: string };
}

/** What the room can be told beside the commands of every chat: the rest of `/potluck` has buttons here. */
const ROOM_COMMANDS: Readonly<Record<string, TeamCommand>> = {
  show: {
    usage: 'show 12',
    does: 'one item, in whatever queue it is',
    options: { item: { type: 'item', description: 'Its number', required: true } },
  },
  idea: {
    usage: 'idea [source] text',
    does: 'a post of our own: it becomes a card with your draft, nothing is public',
    options: {
      text: { type: 'text', description: 'Where it would be posted, and the text', required: true },
    },
  },
  mute: {
    usage: 'mute [words, more words]',
    does: 'hides posts with these words, after a trial; alone: what is muted',
    options: { words: { type: 'text', description: 'Parted by commas' } },
  },
  unmute: {
    usage: 'unmute words',
    does: 'for managers: shows posts with these words again',
    options: { words: { type: 'text', description: 'Parted by commas', required: true } },
  },
};

/** Every command of the line by its name. */
export const LINE_COMMANDS: Readonly<Record<string, TeamCommand>> = { ...TEAM_COMMANDS, ...ROOM_COMMANDS };

/** What people type instead. */
const ALIASES: Readonly<Record<string, string>> = {
  who: 'person',
  whois: 'person',
  note: 'note-person',
  export: 'export-person',
  erase: 'erase-person',
  duty: 'oncall',
  'on-call': 'oncall',
  stats: 'digest',
  summary: 'digest',
  report: 'digest',
  post: 'idea',
  muted: 'mute',
  settings: 'mute',
  stages: 'stage',
  item: 'show',
};

const NOW = /^now\s+/i;

/**
 * Does what somebody typed.
 *
 * @param roster who can be named with an @
 */
export async function runLine(
  from: ChatHandlers,
  asked: Asked,
  line: string,
  roster: () => Promise<readonly Person[]>,
): Promise<LineAnswer> {
  const [first = ''] = line
    .trim()
    .replace(/^\/?potluck\s+/i, '')
    .split(/\s+/);
  const rest = line
    .trim()
    .replace(/^\/?potluck\s+/i, '')
    .slice(first.length)
    .trim();
  const word = first
    .toLowerCase()
    .replace(/^\//, '')
    .replace(/[:,.!]+$/, '');
  if (/^#?\d{1,9}$/.test(word)) return show(from, Number(word.replace('#', '')));
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
  if (['', '?', 'help'].includes(name)) return help();
  const command = Object.hasOwn(LINE_COMMANDS, name) ? LINE_COMMANDS[name] : undefined;
  if (!command)
    return { ok: false, text: `There is no “${oneLine(first, 40)}” here. “help” lists what there is.` };
  const people = Object.values(command.options).some(({ type }) => type === 'colleague')
    ? await roster()
    : [];
  const typed = readTyped(command, rest, {
    colleague: (token) => personIn(people, token)?.id ?? null,
    words: (raw) => raw,
  });
  if (!typed) return { ok: false, text: `Write it like this: ${command.usage} – ${command.does}.` };
  if (Object.hasOwn(ROOM_COMMANDS, name)) return own(from, asked, name, typed.options);
  const options: Record<string, string> = { ...typed.options };
  for (const [option, id] of Object.entries(typed.colleagues)) {
    options[option] = id;
    options[`${option}.name`] = people.find((person) => person.id === id)?.name ?? id;
  }
  return from.run(name, options, asked);
}

function personIn(people: readonly Person[], token: string): Person | undefined {
  const wanted = token.replace(/^@/, '').toLowerCase();
  return people.find(({ name, id }) => name.toLowerCase() === wanted || id.toLowerCase() === wanted);
}

function help(): Answer {
  const lines = Object.values(LINE_COMMANDS).map(({ usage, does }) => ({ text: `${usage} – ${does}` }));
  return {
    ok: true,
    text: '',
    notice: {
      title: 'What you can ask for',
      tone: 'grey',
      blocks: [
        { type: 'list', lines },
        {
          type: 'small',
          text: 'A name of several words stands in quotes: person "Mira Lindqvist". #12 is whom number 12 is about.',
        },
      ],
      buttons: [],
      mention: [],
    },
  };
}

function own(
  from: ChatHandlers,
  asked: Asked,
  name: string,
  options: Readonly<Record<string, string>>,
): Promise<LineAnswer> {
  switch (name) {
    case 'show':
      return show(from, Number(options.item));
    case 'idea':
      return idea(from, asked, options.text ?? '');
    case 'mute':
      return mute(from, asked, options.words ?? '');
    default:
      return from.mute({ remove: mutedWords(options.words ?? '') }, asked.actor);
  }
}

async function show(from: ChatHandlers, id: number): Promise<Answer> {
  const card = await from.card(id);
  if (!card) return { ok: false, text: `There is no #${id}.` };
  return { ok: true, text: '', cards: { title: `Number ${id}`, cards: [card], total: 1 } };
}

async function idea(from: ChatHandlers, asked: Asked, raw: string): Promise<Answer> {
  const outlets = await from.outlets();
  if (outlets.length === 0)
    return {
      ok: false,
      text: 'No source can publish: connect one that can post, and say so in potluck.yaml.',
    };
  const [first = ''] = raw.split(/\s+/);
  const named = outlets.find(({ source }) => source.toLowerCase() === first.toLowerCase());
  const [only, ...others] = outlets;
  const outlet = named ?? (others.length === 0 ? only : undefined);
  const text = named ? raw.slice(first.length).trim() : raw;
  if (!outlet)
    return {
      ok: false,
      text: `Say where first: ${outlets.map(({ source, account }) => `idea ${source} … (${account})`).join(', ')}.`,
    };
  const done = await from.propose({ source: outlet.source, text }, asked.actor);
  if (!done.ok) return { ok: false, text: done.refusal.text };
  const { card } = done;
  return { ok: true, text: done.text, cards: { title: 'Your draft', cards: [card], total: 1 } };
}

/** What it would have hidden is shown before it hides anything. */
async function mute(from: ChatHandlers, asked: Asked, raw: string): Promise<LineAnswer> {
  const list = mutedWords(raw.replace(NOW, ''));
  const { muted } = await from.settings();
  if (list.length === 0)
    return {
      ok: true,
      text:
        muted.length === 0
          ? 'No word is muted. “mute free coins, airdrop” tries it first and hides nothing before you confirm.'
          : `Muted: ${quoted(muted.slice(0, 60))}${muted.length > 60 ? ` and ${muted.length - 60} more` : ''}.`,
    };
  if (list.length > MAX_MUTES || list.join('').length > MAX_MUTE_CHARACTERS)
    return { ok: false, text: `At most ${MAX_MUTES} words at once.` };
  const known = new Set(muted.map((each) => each.toLowerCase()));
  const fresh = list.filter((each) => !known.has(each.toLowerCase()));
  if (fresh.length === 0) return { ok: true, text: `${quoted(list)}: muted already.` };
  const may = await from.may(asked.actor, 'settings');
  if (!may.ok) return may;
  if (NOW.test(raw)) return from.mute({ add: fresh }, asked.actor);
  return {
    ok: true,
    text: `Muting ${quoted(fresh)} ${trialWords(await from.tryMute(fresh))}.\nWhat is muted opens no card; it stays counted, and “unmute” brings it back.`,
    again: { label: 'Mute', line: `mute now ${fresh.join(', ')}` },
  };
}
