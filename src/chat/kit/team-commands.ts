/**
 * Commands that every chat offers in the same way: what they are called and what they need stands here once, the flow
 * does them ({@link ../chat.ts ChatHandlers.run}), and a chat reads and answers them without knowing any of them.
 */

/** What a command needs, in the order in which people type it. */
export type TeamOption =
  /** Words; the last option takes all the rest. */
  | { readonly type: 'text'; readonly description: string; readonly required?: boolean }
  | {
      readonly type: 'choice';
      readonly description: string;
      readonly required?: boolean;
      readonly choices: readonly string[];
    }
  /** A colleague: arrives as the person's id, with the name under `<option>.name`. */
  | { readonly type: 'colleague'; readonly description: string; readonly required?: boolean }
  /** Somebody who writes to us, by name or handle; several words need quotes where words are typed in a row. */
  | { readonly type: 'author'; readonly description: string; readonly required?: boolean }
  | { readonly type: 'item'; readonly description: string; readonly required?: boolean };

export interface TeamCommand {
  /** How it is written and what it does: the help. */
  readonly usage: string;
  readonly does: string;
  readonly options: Readonly<Record<string, TeamOption>>;
}

const AUTHOR: TeamOption = {
  type: 'author',
  description: 'Somebody who writes to us: name, handle, or #12 for whom #12 is about',
  required: true,
};

/** At most 25: on Discord they are one group of sub-commands. */
export const TEAM_COMMANDS: Readonly<Record<string, TeamCommand>> = {
  oncall: {
    usage: 'oncall [swap @somebody|take|undo] [today|this week|14:00–18:00|…]',
    does: 'who is responsible now and next; somebody stands in; you take over; take a swap back',
    options: {
      action: {
        type: 'choice',
        description: 'swap: somebody stands in; take: you do; undo: takes the last one back',
        choices: ['swap', 'take', 'undo'],
      },
      who: { type: 'colleague', description: 'Who stands in' },
      when: {
        type: 'text',
        description: 'today, tomorrow, this week, friday, 3h, 14:00–18:00, 2026-12-24–2026-12-26',
      },
    },
  },
  person: {
    usage: 'person @author',
    does: 'all we know of somebody: conversations, notes, birthday, tags, other accounts',
    options: { author: AUTHOR },
  },
  'note-person': {
    usage: 'note-person @author text',
    does: 'a note about somebody, for the team only',
    options: { author: AUTHOR, text: { type: 'text', description: 'What to remember', required: true } },
  },
  birthday: {
    usage: 'birthday @author 24 Dec',
    does: 'remembers a birthday, with or without the year; none forgets it',
    options: {
      author: AUTHOR,
      day: { type: 'text', description: '24 Dec, 24 December 1990, or none', required: true },
    },
  },
  tag: {
    usage: 'tag @author vip',
    does: 'puts a tag on somebody',
    options: { author: AUTHOR, tag: { type: 'text', description: 'One tag', required: true } },
  },
  untag: {
    usage: 'untag @author vip',
    does: 'takes it away',
    options: { author: AUTHOR, tag: { type: 'text', description: 'One tag', required: true } },
  },
  link: {
    usage: 'link @author @other',
    does: 'two accounts are one person',
    options: { author: AUTHOR, other: { type: 'author', description: 'The other account', required: true } },
  },
  unlink: { usage: 'unlink @author', does: 'the account stands alone again', options: { author: AUTHOR } },
  'do-not-contact': {
    usage: 'do-not-contact @author [reason|off]',
    does: 'nobody but a manager writes to them; off allows it again',
    options: { author: AUTHOR, reason: { type: 'text', description: 'Why, or off' } },
  },
  advocates: { usage: 'advocates', does: 'who speaks for us, with the reasons', options: {} },
  'export-person': {
    usage: 'export-person @author',
    does: 'for managers: a file with all we hold about somebody',
    options: { author: AUTHOR },
  },
  'erase-person': {
    usage: 'erase-person @author',
    does: 'for managers: shows what would go, then erases somebody for good',
    options: { author: AUTHOR },
  },
  stage: {
    usage: 'stage [source] [listen|plan|engage]',
    does: 'How far we are with each source; managers change it',
    options: {
      source: { type: 'text', description: 'Its name in potluck.yaml; all of them without it' },
      stage: {
        type: 'choice',
        description: 'Only listen, plan, or engage',
        choices: ['listen', 'plan', 'engage'],
      },
    },
  },
  plan: {
    usage: 'plan <source>',
    does: 'What we heard on a source, and how to go on',
    options: { source: { type: 'text', description: 'Its name in potluck.yaml', required: true } },
  },
  why: {
    usage: 'why #12',
    does: 'what moved the priority of an item, in points and words',
    options: { item: { type: 'item', description: 'Its number', required: true } },
  },
  learning: {
    usage: 'learning [on|off|back] [version]',
    does: 'what your clicks taught, in words; managers switch it off or go back to a version',
    options: {
      action: { type: 'choice', description: 'For managers', choices: ['on', 'off', 'back'] },
      version: { type: 'text', description: 'Which version to go back to' },
    },
  },
  ideas: {
    usage: 'ideas [source]',
    does: 'three ideas for a post of our own, to be made a card',
    options: { source: { type: 'text', description: 'Where it would be posted: the name of a source' } },
  },
  saved: {
    usage: 'saved [list|add|edit|remove] [name] [text]',
    does: 'the replies that the team keeps, with placeholders such as {name}',
    options: {
      action: {
        type: 'choice',
        description: 'list (default), add, edit, or remove',
        choices: ['list', 'add', 'edit', 'remove'],
      },
      name: { type: 'text', description: 'What it is called; several words in quotes' },
      text: { type: 'text', description: 'What it says: Hi {name}, …' },
    },
  },
  digest: {
    usage: 'digest [day|week]',
    does: 'the day in numbers and who waits longest, or the week for the council',
    options: {
      window: { type: 'choice', description: 'The day (default) or the week', choices: ['day', 'week'] },
    },
  },
};
