import type { Clock } from '../../src/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test turns it: `await clock.advance(ms)` wakes sleepers in order. */
export interface TestClock extends Clock {
  /** Moves time forward, waking every sleeper on the way, and lets their promises settle. */
  advance(ms: number): Promise<void>;
  /** How many wait. */
  readonly sleeping: number;
}

/** @param start epoch milliseconds; default 2026-06-01T12:00:00Z. */
export function testClock(start: number = Date.UTC(2026, 5, 1, 12)): TestClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const settle = async (): Promise<void> => {
    // A few macrotask turns, so that chains of promises (and sockets on this machine) get their say.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].filter((sleeper) => sleeper.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = Math.max(now, next.at);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
