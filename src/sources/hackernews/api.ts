import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';

/**
 * The limit is told by the hour and no header says how far it is used up
 * (“10,000 per hour” an address: https://hn.algolia.com/api#rate-limits), so a 429 without `Retry-After` waits ten minutes.
 */
const DEFAULT_WAIT_MS = 600_000;
const MAX_WAIT_MS = 3_600_000;

export type Params = Readonly<Record<string, string | number>>;

/** The HN Search API: https://hn.algolia.com/api */
export interface Api {
  /** Host of the API, for words. */
  readonly host: string;
  /** A parsed answer; null when there is nothing (any more) at this path. Throws errors of `errors.ts`, or the signal's reason. */
  get(path: string, params: Params, signal: AbortSignal): Promise<unknown>;
}

/** @param address of the API, without a slash at the end. */
export function createApi(address: string, context: SourceContext): Api {
  const { host } = new URL(address);
  return {
    host,
    async get(path, params, signal) {
      signal.throwIfAborted();
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(params)) query.set(name, String(value));
      await context.meter.spend({ requests: 1 }, 'read');
      try {
        const search = query.size > 0 ? `?${query}` : '';
        const response = await context.fetch(`${address}${path}${search}`, {
          headers: { accept: 'application/json' },
          signal,
        });
        const text = await response.text();
        if (response.status === 404 || response.status === 410) return null;
        if (!response.ok) throw refusal(response, text, host, context.clock.now());
        return parseJson(text, host);
      } catch (error) {
        throw asHouseError(error, host, signal);
      }
    },
  };
}

/** `Retry-After` in seconds or as a date. */
function retryAfter(headers: Headers, now: number): number {
  const told = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d+(?:\.\d+)?$/.test(told) ? Number(told) * 1_000 : Date.parse(told) - now;
  return Number.isFinite(ms) ? Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms))) : DEFAULT_WAIT_MS;
}

/** The service's own words: errors are `{"message": "…"}` (render_json_request in algolia/hn-search). */
function wordsOf(text: string): string {
  try {
    const json: unknown = JSON.parse(text);
    const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : null;
    return typeof message === 'string' ? ` (“${message.replace(/\s+/g, ' ').slice(0, 200)}”)` : '';
  } catch {
    return '';
  }
}

function refusal(response: Response, text: string, host: string, now: number): Error {
  const { status } = response;
  const said = wordsOf(text);
  if (status === 429)
    return new RateLimitedError(`${host} asks us to slow down${said}.`, retryAfter(response.headers, now));
  if (status === 401 || status === 403)
    // There are no credentials: only the address we come from can be refused.
    return new AuthError(
      `${host} refuses this machine's address${said}. It may be blocked for too many requests (10,000 an hour are allowed): see what else uses the same address, and write to support@algolia.com.`,
    );
  if (status >= 500 || status === 408 || status === 425)
    return new UnavailableError(`${host} is out of order: it answered ${status}${said}.`);
  return new RejectedError(`${host} said no: it answered ${status}${said}.`);
}
