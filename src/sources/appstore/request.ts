import type { Clock } from '../../clock.ts';
import { messageOf, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import type { Meter } from '../source.ts';

/** Apple says nothing of limits; when it refuses, half an hour is the time between two polls. */
const DEFAULT_WAIT_MS = 1_800_000;
const MAX_WAIT_MS = 86_400_000;

export interface Requests {
  /** The JSON at that path; null where Apple has nothing there (404). */
  get(path: string, signal: AbortSignal): Promise<unknown>;
}

export function createRequests(options: {
  readonly api: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}): Requests {
  const host = new URL(options.api).host;

  async function exchange<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof RejectedError || error instanceof UnavailableError) throw error;
      throw new UnavailableError(`${host} cannot be reached (${messageOf(error)}).`, { cause: error });
    }
  }

  return {
    async get(path, signal) {
      signal.throwIfAborted();
      await options.meter.spend({ requests: 1 }, 'read');
      const url = `${options.api}${path}`;
      const headers = { accept: 'application/json' };
      const response = await exchange(() => options.fetch(url, { headers, signal }), signal);
      const { status } = response;
      if (!response.ok) {
        await response.body?.cancel().catch(() => undefined);
        if (status === 404 || status === 400) return null;
        // There is no account that could be refused: 403 is how Apple's gates slow a busy address down.
        if (status === 429 || status === 403)
          throw new RateLimitedError(
            `Apple refuses for now (it answered ${status}).`,
            waitOf(response.headers.get('retry-after'), options.clock.now()),
          );
        if (status >= 500 || status === 408)
          throw new UnavailableError(`Apple’s feed is out of order: it answered ${status}.`);
        throw new RejectedError(`Apple said no: it answered ${status}.`);
      }
      const text = await exchange(() => response.text(), signal);
      try {
        return JSON.parse(text);
      } catch {
        const what = /^\s*</.test(text) ? 'a web page' : 'something unreadable';
        throw new UnavailableError(`${host} answered with ${what} where JSON was expected.`);
      }
    },
  };
}

function waitOf(header: string | null, now: number): number {
  const after = header?.trim() ?? '';
  const told = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - now;
  return Number.isFinite(told) ? Math.min(MAX_WAIT_MS, Math.max(1_000, told)) : DEFAULT_WAIT_MS;
}
