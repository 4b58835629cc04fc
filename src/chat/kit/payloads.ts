import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { UnavailableError } from '../../errors.ts';

/** What a click needs, on whatever platform it was made. */

/** After this long a form says "one moment" first: a trigger id lives 3 s, and so does the wait for an acknowledgement. */
const SLOW_MS = 1_500;

/** The result, or null when it is not there in time; the work goes on. */
export async function soon<T>(clock: Clock, work: Promise<T>): Promise<T | null> {
  const done = new AbortController();
  const timer = clock.sleep(SLOW_MS, done.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work, timer]);
  } finally {
    done.abort();
  }
}

/**
 * Runs each payload once: Slack sends an envelope again when its acknowledgement got lost, and a claim done twice would
 * refuse the one who made it. The first answer is given again.
 */
export function onceEach(limit = 1_000): <T>(key: string | undefined, work: () => Promise<T>) => Promise<T> {
  const seen = new Map<string, Promise<unknown>>();
  return <T>(key: string | undefined, work: () => Promise<T>): Promise<T> => {
    if (key === undefined || key === '') return work();
    const before = seen.get(key);
    if (before) return before as Promise<T>;
    const running = work();
    seen.set(key, running);
    if (seen.size > limit) {
      const [oldest] = seen.keys();
      if (oldest !== undefined) seen.delete(oldest);
    }
    return running;
  };
}

/** Names a text without carrying it: a form's memory is too small for the text itself. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}

/**
 * The result, unless the signal aborts or `ms` pass first. The request itself goes on: whoever asked must treat it as
 * possibly done, which is what `find` is for.
 *
 * @throws UnavailableError when time is over
 */
export async function inTime<T>(
  who: string,
  work: Promise<T>,
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const limit = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  const timer = clock.sleep(ms, limit).then(() => {
    throw new UnavailableError(`${who} did not answer within ${Math.round(ms / 1_000)} s.`);
  });
  // Whichever loses the race must not become an unhandled rejection.
  work.catch(() => {});
  timer.catch(() => {});
  try {
    return await Promise.race([work, timer]);
  } finally {
    late.abort();
  }
}
