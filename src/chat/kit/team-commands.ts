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

/** At most 25: on Discord they are one group of sub-commands. */
export const TEAM_COMMANDS: Readonly<Record<string, TeamCommand>> = {};
