import type { Post } from '../../domain/post.ts';
import type { Thing } from './shapes.ts';

/** Why something may not be answered. */
export type Reason = 'locked' | 'archived' | 'unrepliable';

const MAX_KNOWN = 1_000;

const THREAD: Readonly<Record<Reason, string>> = {
  locked: 'Reddit’s moderators have locked this thread.',
  archived: 'Reddit has archived this thread: nobody can answer in it any more.',
  unrepliable: 'Reddit does not let our account answer in this thread.',
};
const COMMENT: Readonly<Record<Reason, string>> = {
  locked: 'Reddit’s moderators have locked this comment.',
  archived: 'Reddit has archived this comment: nobody can answer it any more.',
  unrepliable: 'Reddit does not let our account answer this comment.',
};

/** What is known of closed threads and comments; survives in the cursor, because a card asks without waiting. */
export interface Shut {
  /** Takes over what a thing says about itself. */
  note(thing: Thing): void;
  /** Reddit refused an answer for this reason. */
  close(id: string, reason: Reason): void;
  /** @see Source.mayNotReply */
  mayNotReply(post: Post): string | null;
  /** Newest last. */
  entries(): readonly (readonly [string, Reason])[];
  /** Adds what an earlier run knew. */
  restore(entries: readonly (readonly [string, Reason])[]): void;
}

/** @see Shut */
export function createShut(): Shut {
  const known = new Map<string, Reason>();

  function close(id: string, reason: Reason): void {
    known.delete(id);
    known.set(id, reason);
    const oldest = known.size > MAX_KNOWN ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
  }

  return {
    close,
    note(thing) {
      // The inbox tells nothing about locks.
      if (thing.inbox !== null) return;
      const reason = thing.archived
        ? 'archived'
        : thing.locked
          ? 'locked'
          : thing.unrepliable
            ? 'unrepliable'
            : null;
      if (reason === null) known.delete(thing.id);
      else close(thing.id, reason);
    },
    mayNotReply(post) {
      const thread = known.get(post.conversationId);
      if (thread) return THREAD[thread];
      const own = known.get(post.id);
      return own ? COMMENT[own] : null;
    },
    entries: () => [...known],
    restore(entries) {
      for (const [id, reason] of entries) if (!known.has(id)) close(id, reason);
    },
  };
}
