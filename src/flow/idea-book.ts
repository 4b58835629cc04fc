import { addDays, type Day, dayIn, instantOf } from '../domain/calendar.ts';
import { type Action, type Item, isSuggestion } from '../domain/item.ts';
import type { Made } from '../domain/prompts/cadence.ts';
import type { Suggestion } from '../domain/prompts/choose.ts';
import { anotherIdea, type Deciding } from '../domain/prompts/decide.ts';
import type { Fact } from '../domain/prompts/facts.ts';
import type { PromptRow, Queries } from '../store/store.ts';

/** An idea that was shown and passed over comes back after this long: nobody used it, and nobody wants it tomorrow. */
const SHOWN_REST_MS = 14 * 86_400_000;

/** What acting on ideas needs beyond the state machine: which comes next, and what is remembered. */
export interface IdeaBook {
  /** The idea in place of the one that an item shows; null when there is none. */
  next(item: Item): Promise<Suggestion | null>;
  /** Remembers what an action means for the idea, together with the action itself. */
  learn(queries: Queries, item: Item, action: Action): Promise<void>;
}

export interface IdeaBookDeps {
  readonly store: Pick<Queries, 'prompt'>;
  readonly clock: { now(): number };
  readonly zone: string;
  /** How long an idea that was put before the team rests. */
  readonly repeatMs: number;
  /** What decides for a source at this moment. */
  readonly deciding: (source: string) => Promise<Deciding>;
}

export function createIdeaBook(deps: IdeaBookDeps): IdeaBook {
  const { store, clock } = deps;
  return {
    async next(item) {
      if (!isSuggestion(item)) return null;
      const row = await store.prompt(item.id);
      if (!row?.idea) return null;
      return anotherIdea(await deps.deciding(item.source), { idea: row.idea, fact: factOf(row) });
    },

    async learn(queries, item, action) {
      if (item.origin !== 'prompt') return;
      const row = await queries.prompt(item.id);
      if (!row) return;
      const now = clock.now();
      switch (action.type) {
        case 'another':
          // Remembered as shown, not as used.
          if (row.idea) await queries.restIdea(row.idea, now + SHOWN_REST_MS);
          await queries.restIdea(action.idea, now + deps.repeatMs);
          return queries.changePrompt(item.id, { idea: action.idea });
        case 'not-today':
          if (row.idea) await queries.restIdea(row.idea, tomorrow(now, deps.zone));
          return queries.changePrompt(item.id, { lapsesAt: null });
        case 'dismiss':
          if (row.idea && action.reason === 'not-for-us') await queries.restIdea(row.idea, null);
          return queries.changePrompt(item.id, { lapsesAt: null });
        case 'lapse':
        case 'reopen':
          return queries.changePrompt(item.id, { lapsesAt: null });
        default:
      }
    },
  };
}

function tomorrow(now: number, zone: string): number {
  return instantOf(addDays(dayIn(now, zone), 1), 0, zone);
}

/** What a prompt is fed by; null when by nothing. Written by ourselves. */
function factOf({ fact }: PromptRow): Fact | null {
  return fact === null ? null : (JSON.parse(fact) as Fact);
}

/** A row as the cadence reads it. */
export function madeOf({ slot, source, channels, madeAt, idea }: PromptRow): Made {
  return { slot: slot ?? '', source, channels, at: madeAt, idea };
}

/** The slot of an idea that somebody asked for: twice on one day it is the same. */
export function askedSlot(idea: string, day: Day): string {
  return `asked/${idea}/${day}`;
}
