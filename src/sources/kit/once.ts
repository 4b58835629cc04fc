import type { Dropped } from '../source.ts';

/** Troubles remembered; beyond that they are told anew. */
const MAX_REPORTED = 1_000;

/** Makes a filter that lets each unreadable entry through once, not with every poll that sees it again. */
export function createOnce(): (dropped: readonly Dropped[]) => readonly Dropped[] {
  const reported = new Set<string>();
  return (dropped) =>
    dropped.filter(({ id, why }) => {
      const key = `${id}: ${why}`;
      if (reported.has(key)) return false;
      if (reported.size >= MAX_REPORTED) reported.clear();
      reported.add(key);
      return true;
    });
}
