import type { Post } from '../../domain/post.ts';
import type { Dropped } from '../source.ts';
import type { Message } from './shapes.ts';

/** What a poll gathers. */
export interface Harvest {
  readonly posts: Map<string, Post>;
  readonly dropped: Dropped[];
  readonly deleted: Set<string>;
}

/** Adds messages as posts: what is newer than `border` and new, and what was changed since it was delivered. */
export type Take = (
  channelId: string,
  messages: readonly Message[],
  known: Map<string, number>,
  border: string,
  harvest: Harvest,
  signal: AbortSignal,
) => Promise<void>;
