import type { ChatAction } from '../chat.ts';

/** What an emoji does. */
export const REACTION_ACTIONS = ['claim', 'answered', 'dismiss', 'snooze'] as const;
export type ReactionAction = (typeof REACTION_ACTIONS)[number];

/** 💤 without words means: not now. */
const SNOOZE_MS = 3_600_000;

/** The action behind an emoji. */
export function reactionAction(meaning: ReactionAction, now: number): ChatAction {
  switch (meaning) {
    case 'claim':
      return { type: 'claim' };
    case 'answered':
      return { type: 'mark-answered' };
    case 'dismiss':
      return { type: 'dismiss', reason: 'other', words: null };
    case 'snooze':
      return { type: 'snooze', until: now + SNOOZE_MS };
  }
}
