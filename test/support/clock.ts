import type { Clock } from '../../src/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test turns it: `await clock.advance(ms)` wakes sleepers in order. */
export interface TestClock extends Clock {
  /** Moves time forward, waking every sleeper on the way, and lets their promises settle. */
  advance(ms: number): Promise<void>;
  /** Moves time forward at once, as for a machine that was asleep: whoever would have woken meanwhile wakes once, at the end. */
  leap(ms: number): Promise<void>;
  /** How many wait. */
  readonly sleeping: number;
  /** Lets what is under way come to rest without letting time pass: promises, and whatever is tracked. */
  settle(): Promise<void>;
  /** Work that must end before time goes on (a database call, say), however many turns of the event loop it takes. */
  track<T>(work: T): T;
}

/** @param start epoch milliseconds; default 2026-06-01T12:00:00Z. */
export function testClock(start: number = Date.UTC(2026, 5, 1, 12)): TestClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  let tracked = 0;
  const settle = async (): Promise<void> => {
    // A few macrotask turns, so that chains of promises (and sockets on this machine) get their say.
    for (let quiet = 0; quiet < 3; quiet = tracked > 0 ? 0 : quiet + 1)
      await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    get sleeping() {
      return sleepers.size;
    },
    settle,
    track(work) {
      if (!(work instanceof Promise)) return work;
      tracked += 1;
      const done = (): void => {
        tracked -= 1;
      };
      work.then(done, done);
      return work;
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
    async leap(ms) {
      now += ms;
      for (const sleeper of [...sleepers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settle();
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
