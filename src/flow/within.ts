import type { Clock } from '../clock.ts';
import { UnavailableError } from '../errors.ts';

/** What is under way when we are asked to stop gets this long to end well. */
const STOP_GRACE_MS = 2_000;

/**
 * Gives `work` at most `ms` milliseconds, after which its signal aborts and UnavailableError is thrown, even when the
 * work takes no notice: what hangs for ever must hold up neither a loop nor the end. An abort of `signal` is passed on,
 * and waited for a moment.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not AbortSignal.any: on a signal that lives as long as the process it leaves a trace of every call.
  const over = new AbortController();
  const done = new AbortController();
  let stop: () => void = () => {};
  const late = new Promise<never>((_, reject) => {
    const end = (after: number, error: unknown): void => {
      clock.sleep(after, done.signal).then(
        () => {
          over.abort(error);
          reject(error);
        },
        () => {},
      );
    };
    stop = () => {
      over.abort(signal.reason);
      end(STOP_GRACE_MS, signal.reason);
    };
    end(ms, new UnavailableError(`There was no answer within ${Math.round(ms / 1000)} seconds.`));
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(over.signal), late]);
  } finally {
    done.abort();
    signal.removeEventListener('abort', stop);
  }
}
