import type { Clock } from '../clock.ts';
import { UnavailableError } from '../errors.ts';

/**
 * Gives `work` at most `ms` milliseconds, after which its signal aborts and UnavailableError is thrown, even when the
 * work takes no notice: what hangs for ever must not hold up a loop. An abort of `signal` is passed on.
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
  const stop = (): void => over.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const late = clock.sleep(ms, done.signal).then(() => {
    const error = new UnavailableError(`There was no answer within ${Math.round(ms / 1000)} seconds.`);
    over.abort(error);
    throw error;
  });
  try {
    return await Promise.race([work(over.signal), late]);
  } finally {
    done.abort();
    signal.removeEventListener('abort', stop);
  }
}
