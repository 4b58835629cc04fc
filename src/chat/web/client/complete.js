/**
 * A command as the room lists it.
 *
 * @typedef {{ readonly name: string } & import('../../kit/team-commands.ts').TeamCommand} Command
 */

/**
 * What completions are made of.
 *
 * @typedef {object} Known
 * @property {readonly Command[]} commands
 * @property {readonly string[]} colleagues names of the team
 * @property {readonly string[]} sources names in potluck.yaml
 * @property {readonly { readonly handle: string, readonly name: string, readonly label: string }[]} authors those whom the word that is being typed may mean
 */

/**
 * What the word that is being typed may become.
 *
 * @typedef {{ readonly line: string, readonly shown: string, readonly hint: string }} Choice the whole line, the word as it is shown, what it is
 */

/** More are looked for by typing on. */
const MOST = 8;

/**
 * The command that the line is about; undefined while its name is not whole.
 *
 * @param {string} line
 * @param {readonly Command[]} commands
 */
export function commandOf(line, commands) {
  const [, word = ''] = /^\s*(\S+)\s/.exec(line) ?? [];
  return commands.find(({ name }) => name === word.toLowerCase());
}

/**
 * The words somebody may mean who is typing an author; empty where no author is wanted.
 *
 * @param {string} line
 * @param {readonly Command[]} commands
 */
export function authorWords(line, commands) {
  const command = commandOf(line, commands);
  if (!command) return '';
  const { before, part } = split(line, command);
  return optionAt(command, before)?.[1].type === 'author' ? part.replace(/^["“”@]+/, '') : '';
}

/**
 * @param {string} line
 * @param {Known} known
 * @returns {readonly Choice[]}
 */
export function complete(line, known) {
  const command = commandOf(line, known.commands);
  if (!command) return names(line, known.commands);
  const { before, part, start } = split(line, command);
  const typed = part.replace(/^["“”@]+/, '').toLowerCase();
  /** @type {{ word: string, hint: string }[]} */
  const found = [];
  for (const [, option] of Object.entries(command.options)) {
    if (option.type === 'choice' && !before.some((token) => option.choices.includes(token.toLowerCase())))
      for (const choice of option.choices)
        if (choice.startsWith(typed)) found.push({ word: choice, hint: option.description });
    if (option.type === 'colleague')
      for (const name of known.colleagues)
        if (name.toLowerCase().startsWith(typed) && (part.startsWith('@') || typed !== ''))
          found.push({ word: /\s/.test(name) ? `"${name}"` : `@${name}`, hint: 'a colleague' });
  }
  const [name, option] = optionAt(command, before) ?? [];
  if (name === 'source')
    for (const source of known.sources)
      if (source.toLowerCase().startsWith(typed)) found.push({ word: source, hint: 'a source' });
  if (option?.type === 'author')
    for (const { handle, name: called, label } of known.authors) {
      const word = handle || called;
      found.push({ word: /\s/.test(word) ? `"${word}"` : word, hint: `${called} on ${label}` });
    }
  return found
    .filter(({ word }) => word.toLowerCase() !== part.toLowerCase())
    .slice(0, MOST)
    .map(({ word, hint }) => ({ line: `${line.slice(0, start)}${word} `, shown: word, hint }));
}

/**
 * @param {string} line
 * @param {readonly Command[]} commands
 */
function names(line, commands) {
  const word = line.trimStart().toLowerCase();
  if (/\s/.test(word)) return [];
  const begins = commands.filter(({ name }) => name.startsWith(word));
  const holds = commands.filter(
    ({ name, does }) => !name.startsWith(word) && `${name} ${does}`.toLowerCase().includes(word),
  );
  return [...begins, ...holds]
    .slice(0, word === '' ? commands.length : MOST)
    .map(({ name, usage, does }) => ({
      line: `${name} `,
      shown: usage,
      hint: does,
    }));
}

/**
 * The words behind the command's name, what is being typed apart: one word, or all the rest where the last thing that a
 * command wants is somebody's name.
 *
 * @param {string} line
 * @param {Command} command
 */
function split(line, command) {
  const words = [...line.matchAll(/["“”][^"“”]*(?:["“”]|$)|\S+/g)].slice(1);
  const last = words.at(-1);
  const typing =
    last !== undefined && last.index + last[0].length === line.length && !/^["“”].*["“”]$/.test(last[0]);
  const before = words.map(([word]) => word);
  if (!last || !typing) return { before, part: '', start: line.length };
  const wordy = wordyOf(command);
  const taken = wordy.at(-1)?.[1].type === 'author' ? wordy.length - 1 : words.length - 1;
  const first = words[Math.min(taken, words.length - 1)] ?? last;
  return { before: before.slice(0, words.indexOf(first)), part: line.slice(first.index), start: first.index };
}

/** @param {Command} command */
function wordyOf({ options }) {
  return Object.entries(options).filter(([, { type }]) => type === 'text' || type === 'author');
}

/**
 * The option for words that stands at this place of the line.
 *
 * @param {Command} command
 * @param {readonly string[]} before
 */
function optionAt(command, before) {
  const entries = Object.entries(command.options);
  const choices = entries.flatMap(([, option]) => (option.type === 'choice' ? option.choices : []));
  const at = before.filter((token) => !choices.includes(token.toLowerCase())).length;
  return wordyOf(command)[at];
}
