import type { Post } from '../../domain/post.ts';
import { placeOf, postId } from './ids.ts';
import type { Channel, Message } from './shapes.ts';
import { threadOf } from './to-post.ts';

const MAX_KNOWN = 300;

/** Threads that are locked and channels that are archived; threads survive in the cursor, because a card asks without waiting. */
export interface Locks {
  /** Takes over what the first message of a thread says about it. */
  note(channelId: string, message: Message): void;
  noteChannel(channel: Channel): void;
  /** Slack refused an answer for this reason. */
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
  const archived = new Set<string>();
  let restored = false;

  function close(id: string): void {
    locked.delete(id);
    locked.add(id);
    const oldest = locked.size > MAX_KNOWN ? locked.values().next().value : undefined;
    if (oldest !== undefined) locked.delete(oldest);
  }
  return {
    close,
    note(channelId, message) {
      // Only the first message of a thread speaks for it.
      if (threadOf(message) !== message.ts) return;
      const id = postId(channelId, message.ts);
      if (message.is_locked) close(id);
      else locked.delete(id);
    },
    noteChannel(channel) {
      if (channel.is_archived) archived.add(channel.id);
      else archived.delete(channel.id);
    },
    mayNotReply(post) {
      const place = placeOf(post);
      if (!place) return null;
      if (archived.has(place.channelId)) return 'This Slack channel is archived: nobody can write in it.';
      const thread = postId(place.channelId, place.threadTs);
      return locked.has(thread) ? 'This thread is locked on Slack: nobody can answer in it.' : null;
    },
    entries: () => [...locked],
    restore(ids) {
      if (!restored) for (const id of ids) close(id);
      restored = true;
    },
  };
}
