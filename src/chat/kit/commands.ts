/** What people can ask for in a chat, and how it is read. */

/** Every command with how it is written and what it does: the help, and the answers to mistakes. */
export const COMMANDS = {
  help: ['help', 'this list'],
  list: ['list [mine|open|claimed|snoozed|quiet|question|…|source]', 'what waits, most urgent first'],
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
  who: ['who @author', 'what we know of somebody who writes to us'],
  sources: ['sources', 'which places we hear, and which not'],
  stats: ['stats [day|week]', 'what came in and how fast we answered'],
  idea: ['idea [text]', 'writes a post of our own, to be looked at before it is public'],
  mute: ['mute [words, more words]', 'hides posts with these words, after a trial; alone: what is muted'],
  unmute: ['unmute words', 'shows posts with these words again'],
  settings: ['settings', 'what managers may change'],
} as const satisfies Record<string, readonly [string, string]>;
export type CommandName = keyof typeof COMMANDS;

/** Most words of one command, and most characters of all: they travel in the value of the button that confirms. */
export const MAX_MUTES = 20;
export const MAX_MUTE_CHARACTERS = 1_200;

/** Entries of a list of muted words: a comma or a new line parts them, so that "free coins" stays one. */
export function mutedWords(text: string): readonly string[] {
  const entries = text.split(/[,;\n]/).map((entry) =>
    entry
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^["“”'‘’]+|["“”'‘’]+$/gu, '')
      .trim(),
  );
  const known = new Set<string>();
  return entries.filter((entry) => {
    const key = entry.toLowerCase();
    if (entry === '' || known.has(key)) return false;
    known.add(key);
    return true;
  });
}
