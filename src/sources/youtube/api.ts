import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { Meter } from '../source.ts';
import { NEW_TOKEN, refusal, retryAfter } from './failures.ts';

const API = 'https://www.googleapis.com/youtube/v3';
/** https://developers.google.com/identity/protocols/oauth2/web-server#offline */
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** A token is not used in its last minute: the request would arrive too late. */
const TOKEN_MARGIN_MS = 60_000;

/** Units a call costs (https://developers.google.com/youtube/v3/determine_quota_cost). */
export const UNITS = { list: 1, insert: 50 } as const;

/** What a call is counted as: a share of the day's units is kept for answers. */
export type Purpose = 'read' | 'answer';

export type Params = Readonly<Record<string, string | number | null>>;

export interface Api {
  /** A list method: 1 unit. Throws errors of `errors.ts`, `GoneError` for 404, `ClosedError` for commentsDisabled. */
  list(method: string, params: Params, signal: AbortSignal, purpose?: Purpose): Promise<unknown>;
  /** An insert method: 50 units. */
  insert(method: string, params: Params, body: object, signal: AbortSignal): Promise<unknown>;
  /** Scopes that Google says the refresh token has; null before the first sign-in, or where it did not say. */
  scopes(): readonly string[] | null;
}

interface Credentials {
  readonly apiKey?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly refreshToken?: string | undefined;
}

interface Token {
  readonly value: string;
  readonly until: number;
  readonly scopes: readonly string[] | null;
}

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(3_600),
  scope: z.string().nullish().catch(null),
});

interface ApiOptions {
  readonly credentials: Credentials;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** Access tokens live an hour and are made from the refresh token, in memory only. */
function createTokens({ credentials, fetch, clock, meter }: ApiOptions) {
  let token: Token | null = null;

  async function refresh(signal: AbortSignal, purpose: Purpose): Promise<Token> {
    await meter.spend({ requests: 1 }, purpose);
    const body = new URLSearchParams({
      client_id: credentials.clientId ?? '',
      client_secret: credentials.clientSecret ?? '',
      refresh_token: credentials.refreshToken ?? '',
      grant_type: 'refresh_token',
    });
    const response = await fetch(TOKEN_URL, { method: 'POST', body, signal });
    const text = await response.text();
    if (response.status === 429)
      throw new RateLimitedError(
        'Google asks us to slow down (sign-in).',
        retryAfter(response.headers, clock),
      );
    if (response.status >= 500 || response.status === 408)
      throw new UnavailableError(`Google’s sign-in is out of order: it answered ${response.status}.`);
    // invalid_grant: expired or revoked; invalid_client: wrong client id or secret.
    if (!response.ok)
      throw new AuthError(
        `Google does not accept the refresh token (it answered ${response.status}). ${NEW_TOKEN}`,
      );
    const parsed = tokenSchema.safeParse(parseJson(text, 'YouTube'));
    if (!parsed.success) throw new UnavailableError('Google’s sign-in answered with something unreadable.');
    const { access_token: value, expires_in: seconds, scope } = parsed.data;
    return {
      value,
      until: clock.now() + seconds * 1_000 - TOKEN_MARGIN_MS,
      scopes: scope?.split(' ') ?? null,
    };
  }

  return {
    current: () => token,
    forget: () => {
      token = null;
    },
    async value(signal: AbortSignal, purpose: Purpose): Promise<string> {
      if (!token || token.until <= clock.now()) token = await refresh(signal, purpose);
      return token.value;
    },
  };
}

/** A thin client: the official package brings its own `fetch`, past the guard and its deadline, for the four methods used here. */
export function createApi(options: ApiOptions): Api {
  const { credentials, fetch, clock, meter } = options;
  const tokens = createTokens(options);
  const signsIn = credentials.refreshToken !== undefined;

  async function once(url: string, init: RequestInit, units: number, purpose: Purpose) {
    const signal = init.signal ?? new AbortController().signal;
    const headers: Record<string, string> = { accept: 'application/json' };
    // In headers and never in the address, which may be logged on the way: https://cloud.google.com/docs/authentication/api-keys-use
    if (signsIn) headers.authorization = `Bearer ${await tokens.value(signal, purpose)}`;
    else headers['x-goog-api-key'] = credentials.apiKey ?? '';
    if (init.body) headers['content-type'] = 'application/json';
    await meter.spend({ requests: 1, units }, purpose);
    const response = await fetch(url, { ...init, headers });
    return { response, text: await response.text() };
  }

  async function call(
    url: string,
    init: RequestInit & { readonly signal: AbortSignal },
    units: number,
    purpose: Purpose,
  ): Promise<unknown> {
    init.signal.throwIfAborted();
    try {
      let answer = await once(url, init, units, purpose);
      if (answer.response.status === 401 && signsIn) {
        // Revoked before its hour was over; a 401 has done nothing, so asking again is harmless.
        tokens.forget();
        answer = await once(url, init, units, purpose);
      }
      if (!answer.response.ok) throw refusal(answer.response, answer.text, init.method === 'POST', clock);
      return parseJson(answer.text, 'YouTube');
    } catch (error) {
      throw asHouseError(error, 'YouTube', init.signal);
    }
  }

  function address(method: string, params: Params): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) if (value !== null) search.set(name, String(value));
    return `${API}/${method}?${search}`;
  }

  return {
    scopes: () => tokens.current()?.scopes ?? null,
    list: (method, params, signal, purpose = 'read') =>
      call(address(method, params), { method: 'GET', signal }, UNITS.list, purpose),
    insert: (method, params, body, signal) =>
      call(
        address(method, params),
        { method: 'POST', body: JSON.stringify(body), signal },
        UNITS.insert,
        'answer',
      ),
  };
}
