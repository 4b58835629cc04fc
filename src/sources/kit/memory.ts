/** Posts remembered as delivered, so that their deletion can be told. */
const MAX_DELIVERED = 10_000;
/** Deletions kept for the next poll. */
const MAX_DELETED = 1_000;

/**
 * What this process has delivered, and what of it was deleted since: a stream hears of deletions, and only a poll can
 * report them. Lost with the process; bounded.
 */
export interface Memory {
  has(id: string): boolean;
  /** When its author last changed what was delivered (0: never), epoch milliseconds; null when it was not delivered. */
  editOf(id: string): number | null;
  delivered(ids: Iterable<string>, editedAt?: number | null): void;
  /** Notes that a post is gone; nothing happens when it was never delivered. */
  gone(id: string): void;
  /** Notes that everything whose id begins like this is gone: an account, say. */
  allGone(prefix: string): void;
  /** What is gone since the last call. */
  takeDeleted(): readonly string[];
}

export function createMemory(): Memory {
  const delivered = new Map<string, number>();
  const deleted = new Map<string, number>();
  const add = (map: Map<string, number>, id: string, at: number, most: number): void => {
    map.delete(id);
    map.set(id, at);
    const [oldest] = map.keys();
    if (map.size > most && oldest !== undefined) map.delete(oldest);
  };
  const gone = (id: string): void => {
    if (delivered.delete(id)) add(deleted, id, 0, MAX_DELETED);
  };
  return {
    has: (id) => delivered.has(id),
    editOf: (id) => delivered.get(id) ?? null,
    delivered(ids, editedAt) {
      for (const id of ids) add(delivered, id, editedAt ?? 0, MAX_DELIVERED);
    },
    gone,
    allGone(prefix) {
      for (const id of [...delivered.keys()]) if (id.startsWith(prefix)) gone(id);
    },
    takeDeleted() {
      const all = [...deleted.keys()];
      deleted.clear();
      return all;
    },
  };
}
