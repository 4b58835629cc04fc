import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson, readText } from '../kit/answers.ts';
import type { Meter } from '../source.ts';

/**
 * A thin client of the Mastodon REST API. The package masto cannot take a `fetch`, so it would pass by the time-outs
 * and the guard against private addresses, and it throws a bare TypeError when a server answers an error in HTML.
 */

/** Scopes of a token that does everything here (https://docs.joinmastodon.org/api/oauth-scopes/). */
export const SCOPES = ['read:accounts', 'read:notifications', 'read:statuses', 'write:statuses'] as const;
/** Only for whoever sends pictures. */
export const PICTURE_SCOPE = 'write:media';
/** `read:lists` only where lists are watched. */
export type Scope = (typeof SCOPES)[number] | 'read:lists' | typeof PICTURE_SCOPE;

/** Where a 429 does not say: Mastodon's window is five minutes (https://docs.joinmastodon.org/api/rate-limits/). */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;

/** The server (and not our own guard on the way to it) said no. */
export class RefusedError extends RejectedError {}
/** The post (or whatever was asked for) is not there, or not for us. */
export class GoneError extends RefusedError {}

export type Params = Readonly<Record<string, string | number | readonly string[] | null>>;

/** A parsed answer. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  /** Ids out of the `Link` header; null where the server sent none. */
  readonly older: string | null;
  readonly newer: string | null;
  /** The server's idea of now, epoch milliseconds; ours where it did not say. */
  readonly now: number;
  /** Milliseconds until the rate limit's window ends, when it is nearly used up. */
  readonly waitMs: number | null;
}

interface Call {
  readonly method?: 'GET' | 'POST';
  readonly params?: Params;
  readonly body?: object;
  /** Sent as multipart/form-data, instead of a body in JSON. */
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the token needs for it: named when the server refuses. */
  readonly scope: Scope;
  /** What the budget counts it as; default `read`. */
  readonly purpose?: 'read' | 'answer';
  readonly signal: AbortSignal;
}

export interface Api {
  /** @throws errors of `errors.ts`, {@link GoneError} for 404 and 410, or the signal's reason. */
  call(path: string, call: Call): Promise<Answer>;
  /** A response whose body is still to be read, for streams; refusals are thrown as in {@link Api.call}. */
  open(url: string, call: Call): Promise<Response>;
}

interface ApiOptions {
  /** Without a slash at the end. */
  readonly server: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** @see Api */
export function createApi(options: ApiOptions): Api {
  async function open(url: string, call: Call): Promise<Response> {
    const { method = 'GET', body, form, signal } = call;
    signal.throwIfAborted();
    await options.meter.spend({ requests: 1 }, call.purpose);
    const headers: Record<string, string> = {
      accept: 'application/json',
      authorization: `Bearer ${options.token}`,
      ...call.headers,
    };
    if (body) headers['content-type'] = 'application/json';
    try {
      return await options.fetch(url, {
        method,
        headers,
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(form ? { body: form } : {}),
      });
    } catch (error) {
      throw asHouseError(error, options.server, signal);
    }
  }

  async function checked(url: string, call: Call): Promise<Response> {
    const response = await open(url, call);
    if (response.ok) return response;
    const text = await readText(response, options.server, call.signal).catch(() => '');
    throw refusal(response, text, call, options.clock);
  }

  return {
    open: checked,
    async call(path, call) {
      const response = await checked(`${options.server}${path}${query(call.params)}`, call);
      const text = await readText(response, options.server, call.signal);
      const link = linkIds(response.headers.get('link'));
      const now = serverNow(response.headers, options.clock);
      return {
        status: response.status,
        // "Not ready yet" may come without a word.
        json: response.status === 206 && text.trim() === '' ? null : parseJson(text, options.server),
        ...link,
        now,
        waitMs: nearlyUsedUp(response.headers, now),
      };
    },
  };
}

function query(params: Params | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === null) continue;
    if (typeof value === 'object') for (const one of value) search.append(`${name}[]`, one);
    else search.append(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * Ids of the neighbouring pages. Only the ids are taken: the address itself is the server's word and is never followed.
 */
function linkIds(header: string | null): Pick<Answer, 'older' | 'newer'> {
  let older: string | null = null;
  let newer: string | null = null;
  for (const match of (header ?? '').slice(0, 10_000).matchAll(/<([^<>]*)>\s*;\s*rel="?(next|prev)"?/g)) {
    const [, url = '', rel] = match;
    const params = URL.canParse(url, 'http://server') ? new URL(url, 'http://server').searchParams : null;
    if (rel === 'next') older = params?.get('max_id') || older;
    else newer = params?.get('min_id') || params?.get('since_id') || newer;
  }
  return { older, newer };
}

function serverNow(headers: Headers, clock: Clock): number {
  const told = Date.parse(headers.get('date') ?? '');
  return Number.isFinite(told) ? told : clock.now();
}

function clampWait(ms: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** With fewer than 20 requests left, how long until there are more again. */
function nearlyUsedUp(headers: Headers, now: number): number | null {
  const remaining = headers.get('x-ratelimit-remaining');
  if (remaining === null || !(Number(remaining) < 20)) return null;
  const reset = Date.parse(headers.get('x-ratelimit-reset') ?? '');
  return Number.isFinite(reset) && reset > now ? clampWait(reset - now) : null;
}

/** `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` (ISO 8601 on Mastodon), else a minute. */
function retryAfter(headers: Headers, clock: Clock): number {
  const now = serverNow(headers, clock);
  const after = headers.get('retry-after')?.trim();
  if (after && /^\d+(\.\d+)?$/.test(after)) return clampWait(Number(after) * 1_000);
  for (const told of [after, headers.get('x-ratelimit-reset')]) {
    const at = Date.parse(told ?? '');
    if (Number.isFinite(at)) return clampWait(at - now);
  }
  return DEFAULT_WAIT_MS;
}

/** The server's own words, where it answered in JSON; markup and secrets have no place in ours. */
function wordsOf(text: string): string {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return '';
    const { error, error_description: description } = json as Record<string, unknown>;
    return [error, description]
      .filter((word): word is string => typeof word === 'string')
      .join(': ')
      .replace(/\s+/g, ' ')
      .slice(0, 300);
  } catch {
    return '';
  }
}

/** What a refused request means, in words that say what to do. */
function refusal(response: Response, text: string, call: Call, clock: Clock): Error {
  const words = wordsOf(text);
  const said = words === '' ? '' : ` (“${words}”)`;
  const { status } = response;
  if (status === 429)
    return new RateLimitedError(`Mastodon asks us to slow down${said}.`, retryAfter(response.headers, clock));
  if (status === 401) {
    return new AuthError(
      `Mastodon refused the access token${said}. Make a new one under Preferences → Development → New application, with the scopes ${SCOPES.join(' ')}.`,
    );
  }
  if (status === 403) {
    // Without words a 403 is most likely the scope; "This action is not allowed" is about the post, not about us.
    const ofToken = words === '' || /scope|log|token|suspend|confirm|approv|disabled|moved/i.test(words);
    if (ofToken || call.method !== 'POST') {
      return new AuthError(
        `Mastodon does not let this access token do that${said}. It needs the scope ${call.scope}; make a new token with the scopes ${[...new Set([...SCOPES, call.scope])].join(' ')}, and see that the account is not limited.`,
      );
    }
    return new RefusedError(`Mastodon said no${said}.`);
  }
  if (status === 404 || status === 410) return new GoneError(`Mastodon does not have it (any more)${said}.`);
  if (status >= 500 || status === 408 || status === 425)
    return new UnavailableError(`The Mastodon server is out of order: it answered ${status}${said}.`);
  return new RefusedError(`Mastodon said no: ${words || `it answered ${status}`}.`);
}
