import type { TeamCommand } from './team-commands.ts';

/** How a chat's own way of writing is read. */
export interface Reading {
  /** The colleague whom a word names, in the chat's own terms; null when it names none. */
  readonly colleague: (token: string) => string | null;
  /** Words as people meant them. */
  readonly words: (raw: string) => string;
}

/** What was typed after a team command, by option. */
export interface Typed {
  readonly options: Readonly<Record<string, string>>;
  readonly colleagues: Readonly<Record<string, string>>;
}

const ITEM = /^(?:#|no\.?)?(\d{1,12})$/i;
const MAX_TYPED = 4_000;

/** Tokens as people type them: words, several of them in quotes, or somebody as Slack writes them. */
function tokens(raw: string): string[] {
  return [...raw.matchAll(/["“”]([^"“”]*)["“”]|<@[^>]*>|\S+/g)].map(([all, quoted]) => quoted ?? all);
}

/**
 * Reads the options of a team command. Colleagues, numbers and choices are found wherever they stand; words are taken in
 * the order of the options, the last of them takes the rest. Null when something is missing that is needed.
 *
 * @param raw what stands after the command's name
 */
export function readTyped({ options }: TeamCommand, raw: string, reading: Reading): Typed | null {
  const left = tokens(raw.slice(0, MAX_TYPED));
  const found: Record<string, string> = {};
  const colleagues: Record<string, string> = {};
  const take = (fits: (token: string) => string | null): string | null => {
    for (const [at, token] of left.entries()) {
      const value = fits(token);
      if (value === null) continue;
      left.splice(at, 1);
      return value;
    }
    return null;
  };
  const entries = Object.entries(options);
  for (const [name, option] of entries) {
    if (option.type === 'colleague') {
      const colleague = take(reading.colleague);
      if (colleague !== null) colleagues[name] = colleague;
    } else if (option.type === 'item') {
      const item = take((token) => ITEM.exec(token)?.[1] ?? null);
      if (item !== null) found[name] = item;
    } else if (option.type === 'choice') {
      const choice = take((token) => option.choices.find((each) => each === token.toLowerCase()) ?? null);
      if (choice !== null) found[name] = choice;
    }
  }
  const wordy = entries.filter(([, { type }]) => type === 'text' || type === 'author');
  for (const [at, [name]] of wordy.entries()) {
    const taken = at === wordy.length - 1 ? left.splice(0) : left.splice(0, 1);
    const value = reading.words(taken.join(' ')).trim();
    if (value !== '') found[name] = value;
  }
  const missing = entries.some(
    ([name, { required }]) => required && !(name in found) && !(name in colleagues),
  );
  return missing ? null : { options: found, colleagues };
}
