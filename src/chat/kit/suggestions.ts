import type { DraftSuggestion } from '../chat.ts';

/**
 * The words of a draft with a suggestion in it. Nothing that somebody typed is lost: a suggestion takes the place of an
 * empty draft, or of the one that was taken before and not changed; else it goes below.
 *
 * @param taken the suggestion that was taken before; null when none was
 */
export function withSuggestion(typed: string, taken: string | null, { text }: DraftSuggestion): string {
  if (typed.trim() === '' || typed.trim() === taken?.trim()) return text;
  return `${typed.trimEnd()}\n\n${text}`;
}

/** What the “Translate” button of a card presses. */
export function translatePress(itemId: number): string {
  return `translate:${itemId}`;
}

/** What a chat says when what was asked for is gone. */
export const SUGGESTION_GONE = 'That suggestion is gone. Ask for suggestions again.';
