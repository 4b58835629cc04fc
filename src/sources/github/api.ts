import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Meter } from '../source.ts';
import { graphqlRefusal, refusal, serverNow } from './refusals.ts';

/**
 * A thin client of GitHub's REST and GraphQL API. Octokit is not used: it brings its own retries and throttling, which
 * would pass by the meter, the clock and the guard against private addresses.
 */

/** Default of this header since the API is versioned: https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const VERSION = '2022-11-28';
/** With fewer requests left than this, polling pauses until the window ends: a person's answer must still go out. */
const RESERVE = 50;
/** GitHub's window is an hour: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const MAX_WAIT_MS = 3_660_000;

interface Call {
  readonly method?: 'GET' | 'POST';
  readonly body?: object;
  /** Validator of an earlier answer to the same address. */
  readonly etag?: string | null;
  readonly purpose?: 'read' | 'answer';
  /** What the token needs for it, named when GitHub refuses. */
  readonly need: string;
  readonly signal: AbortSignal;
}

/** `partial`: of several things asked for, those that are gone are simply missing. */
type QueryCall = Omit<Call, 'method' | 'body' | 'etag'> & { readonly partial?: boolean };

export interface Answer {
  readonly status: number;
  /** Null with status 304. */
  readonly json: unknown;
  readonly etag: string | null;
}

export interface Api {
  /**
   * @param path with leading slash and query
   * @throws errors of `errors.ts`, `GoneError` for 404 and 410, or the signal's reason
   */
  rest(path: string, call: Call): Promise<Answer>;
  /** The `data` of an answer, read with `schema`. Throws as {@link Api.rest}; `GoneError` for NOT_FOUND. */
  graphql<Output>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    schema: z.ZodType<Output>,
    call: QueryCall,
  ): Promise<Output>;
  /** How long GitHub asks to wait before the next poll, as told since the last call of this; null when it does not. */
  takeWait(): number | null;
}

interface ApiOptions {
  /** Without a slash at the end. */
  readonly api: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** `https://api.github.com/graphql`, and on GitHub Enterprise Server `https://host/api/graphql`. */
function graphqlUrl(api: string): string {
  return /\/api\/v3$/.test(api) ? api.replace(/\/v3$/, '/graphql') : `${api}/graphql`;
}

/** @see Api */
export function createApi(options: ApiOptions): Api {
  const { clock, meter } = options;
  const host = new URL(options.api).host;
  let waitMs: number | null = null;

  /** `X-Poll-Interval` (seconds) where there is one, and a window that is nearly used up. */
  function note(headers: Headers): void {
    const interval = Number(headers.get('x-poll-interval') ?? Number.NaN);
    if (interval > 0) waitMs = Math.max(waitMs ?? 0, Math.min(MAX_WAIT_MS, interval * 1_000));
    const remaining = headers.get('x-ratelimit-remaining');
    const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1_000;
    if (remaining === null || !(Number(remaining) < RESERVE) || !(reset > 0)) return;
    const left = reset - serverNow(headers, clock);
    if (left > 0) waitMs = Math.max(waitMs ?? 0, Math.min(MAX_WAIT_MS, left));
  }

  async function request(url: string, call: Call): Promise<{ response: Response; text: string }> {
    call.signal.throwIfAborted();
    await meter.spend({ requests: 1 }, call.purpose ?? 'read');
    const headers: Record<string, string> = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${options.token}`,
      'x-github-api-version': VERSION,
    };
    if (call.body) headers['content-type'] = 'application/json';
    if (call.etag) headers['if-none-match'] = call.etag;
    try {
      const response = await options.fetch(url, {
        method: call.method ?? 'GET',
        headers,
        signal: call.signal,
        ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      });
      const text = response.status === 304 ? '' : await response.text();
      note(response.headers);
      return { response, text };
    } catch (error) {
      throw asHouseError(error, host, call.signal);
    }
  }

  return {
    async rest(path, call) {
      const { response, text } = await request(`${options.api}${path}`, call);
      if (response.status === 304) return { status: 304, json: null, etag: call.etag ?? null };
      if (!response.ok) throw refusal(response, text, call, clock);
      return { status: response.status, json: parseJson(text, host), etag: response.headers.get('etag') };
    },

    async graphql(query, variables, schema, call) {
      const { response, text } = await request(graphqlUrl(options.api), {
        ...call,
        method: 'POST',
        body: { query, variables },
      });
      if (!response.ok) throw refusal(response, text, { ...call, method: 'POST', graphql: true }, clock);
      const json = parseJson(text, host);
      const refused = graphqlRefusal(json, response.headers, call, clock);
      if (refused) throw refused;
      const parsed = schema.safeParse((json as { data?: unknown } | null)?.data);
      if (parsed.success) return parsed.data;
      throw new UnavailableError(`GitHub's answer cannot be read: ${problemsOf(parsed.error)}.`);
    },

    takeWait() {
      const told = waitMs;
      waitMs = null;
      return told;
    },
  };
}
