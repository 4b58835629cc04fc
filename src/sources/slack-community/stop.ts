import { RateLimitedError } from '../../errors.ts';

/**
 * A limit in the middle of a poll must not cost what was read before it: with one request a minute nothing would ever
 * arrive. Slack counts each method by itself, so does this; only a poll that read nothing at all fails.
 */
export interface Stop {
  /** Null when a limit of this method stands in the way, now or before. */
  unlessLimited<T>(method: 'history' | 'replies', work: () => Promise<T>): Promise<T | null>;
  /** How long to wait; null when no limit was met. */
  waitMs(): number | null;
  /** Throws the limit when nothing was read. */
  settle(): void;
}

/** @see Stop */
export function createStop(): Stop {
  const limits = new Map<string, RateLimitedError>();
  let done = 0;
  return {
    async unlessLimited(method, work) {
      if (limits.has(method)) return null;
      try {
        const result = await work();
        done++;
        return result;
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error;
        limits.set(method, error);
        return null;
      }
    },
    waitMs: () =>
      limits.size === 0 ? null : Math.max(...[...limits.values()].map((one) => one.retryAfterMs)),
    settle() {
      const [limit] = limits.values();
      if (limit && done === 0) throw limit;
    },
  };
}
