import type { Post } from '../../domain/post.ts';
import { placeOf } from './ids.ts';
import type { Channel } from './shapes.ts';

const MAX_KNOWN = 300;

/** Threads that moderators have locked; survives in the cursor, because a card asks without waiting. */
export interface Locks {
  /** Takes over what a thread says about itself. */
  note(thread: Channel): void;
  /** Discord refused an answer for this reason. */
  close(threadId: string): void;
  /** @see Source.mayNotReply */
  mayNotReply(post: Post): string | null;
  /** Newest last. */
  entries(): string[];
  /** Adds what an earlier run knew. */
  restore(ids: readonly string[]): void;
}

/** @see Locks */
export function createLocks(): Locks {
  const locked = new Set<string>();
  let restored = false;

  function close(id: string): void {
    locked.delete(id);
    locked.add(id);
    const oldest = locked.size > MAX_KNOWN ? locked.values().next().value : undefined;
    if (oldest !== undefined) locked.delete(oldest);
  }
  return {
    close,
    note(thread) {
      if (!thread.thread_metadata) return;
      // Archived alone is no reason: an answer opens such a thread again
      // (https://docs.discord.com/developers/topics/threads#active-&-archived-threads).
      if (thread.thread_metadata.locked) close(thread.id);
      else locked.delete(thread.id);
    },
    mayNotReply(post) {
      const place = placeOf(post);
      return place && locked.has(place.channelId)
        ? 'A moderator has locked this thread on Discord: nobody can answer in it.'
        : null;
    },
    entries: () => [...locked],
    restore(ids) {
      if (!restored) for (const id of ids) close(id);
      restored = true;
    },
  };
}
