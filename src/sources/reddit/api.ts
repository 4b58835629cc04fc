import { RateLimitedError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';
import type { RedditConfig } from './config.ts';
import { clampWait, refusal } from './failures.ts';
import { createTokens, type Scope } from './session.ts';

/** Requests of a period that reading leaves to answers. */
const KEPT_FOR_ANSWERS = 5;

export type Params = Readonly<Record<string, string | number>>;

export interface Call {
  /** What is tried, for the words of a refusal: "reading r/pots". */
  readonly about: string;
  readonly scope: Scope;
  readonly params?: Params;
  /** Sent as a form; makes it a POST that is counted as an answer. */
  readonly form?: Readonly<Record<string, string>>;
  /** `answer` for the requests around what a person sends. Default `read`, and `answer` with a form. */
  readonly purpose?: 'read' | 'answer';
  readonly signal: AbortSignal;
}

/** The API of Reddit: https://www.reddit.com/dev/api/ */
export interface Api {
  /** A parsed answer. Throws errors of `errors.ts`, GoneError for what is not there, or the signal's reason. */
  call(path: string, call: Call): Promise<unknown>;
  /** Signs in when that is due, and tells the scopes of the token. */
  signIn(signal: AbortSignal, purpose: 'read' | 'answer'): Promise<readonly string[]>;
  /** Milliseconds until there are requests again, when they are nearly used up; null otherwise. */
  waitMs(): number | null;
}

/**
 * How often may be asked is in the headers of each answer: `X-Ratelimit-Remaining` requests until
 * `X-Ratelimit-Reset` seconds have passed (https://support.reddithelp.com/hc/en-us/articles/16160319875092).
 */
function createLimits(context: SourceContext) {
  let left = Number.POSITIVE_INFINITY;
  let resetAt = 0;
  return {
    note(headers: Headers): void {
      const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
      const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
      if (!Number.isFinite(remaining) || !Number.isFinite(reset)) return;
      left = remaining;
      resetAt = context.clock.now() + reset * 1_000;
    },
    waitMs(purpose: 'read' | 'answer'): number | null {
      const now = context.clock.now();
      const enough = left >= (purpose === 'answer' ? 1 : KEPT_FOR_ANSWERS + 1);
      return enough || resetAt <= now ? null : clampWait(resetAt - now);
    },
  };
}

/** @see Api */
export function createApi(config: RedditConfig, context: SourceContext): Api {
  // Reddit wants: <platform>:<app ID>:<version string> (by /u/<reddit username>), and blocks what hides itself.
  const userAgent = `server:potluck:v1 (by /u/${config.username})`;
  const tokens = createTokens(config, context, userAgent);
  const limits = createLimits(context);
  const { host } = new URL(config.apiUrl);

  async function once(path: string, call: Call, token: string): Promise<Response> {
    const { form, signal } = call;
    const purpose = call.purpose ?? (form ? 'answer' : 'read');
    const wait = limits.waitMs(purpose);
    if (wait !== null)
      throw new RateLimitedError('The requests that Reddit allows are used up for now.', wait);
    await context.meter.spend({ requests: 1 }, purpose);
    const query = new URLSearchParams({ raw_json: '1' });
    for (const [name, value] of Object.entries(call.params ?? {})) query.set(name, String(value));
    const response = await context.fetch(`${config.apiUrl}${path}?${query}`, {
      method: form ? 'POST' : 'GET',
      headers: {
        accept: 'application/json',
        authorization: `bearer ${token}`,
        'user-agent': userAgent,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { body: new URLSearchParams({ api_type: 'json', ...form }).toString() } : {}),
      signal,
    });
    limits.note(response.headers);
    return response;
  }

  async function asked(path: string, call: Call): Promise<Response> {
    const purpose = call.purpose ?? (call.form ? 'answer' : 'read');
    const token = await tokens.get(call.signal, purpose);
    const response = await once(path, call, token.value);
    if (response.status !== 401) return response;
    // A token may end before its time; a refused request did nothing, so it may be made again.
    await response.body?.cancel().catch(() => undefined);
    tokens.drop(token.value);
    return once(path, call, (await tokens.get(call.signal, purpose)).value);
  }

  return {
    async call(path, call) {
      call.signal.throwIfAborted();
      try {
        const response = await asked(path, call);
        const text = await response.text();
        const kind = { about: call.about, scope: call.scope, write: call.form !== undefined };
        if (!response.ok) throw refusal(response, text, kind, context.clock.now());
        return parseJson(text, host);
      } catch (error) {
        throw asHouseError(error, host, call.signal);
      }
    },
    signIn: async (signal, purpose) => (await tokens.get(signal, purpose)).scopes,
    waitMs: () => limits.waitMs('read'),
  };
}
