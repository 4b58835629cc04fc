import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AuthError, RateLimitedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';
import type { XConfig } from './config.ts';
import { REMEDY, refusal, retryAfter } from './failures.ts';
import { authorization } from './oauth1.ts';
import type { Purpose, Purse } from './prices.ts';

const API = 'https://api.x.com/2';
/** A token is not used in its last minute: the request would arrive too late. */
const TOKEN_MARGIN_MS = 60_000;

export type Params = Readonly<Record<string, string | number | null>>;

export interface Api {
  /** Throws errors of `errors.ts`, or the signal's reason. Costs are the caller's: only they can read what came. */
  get(path: string, params: Params, signal: AbortSignal, purpose?: Purpose): Promise<unknown>;
  /** @param dollars the price of the request, counted before it is made. */
  post(path: string, body: object, dollars: number, signal: AbortSignal): Promise<unknown>;
}

type Context = Pick<SourceContext, 'fetch' | 'clock' | 'random' | 'cache' | 'meter'>;
/** What signs a request: OAuth 1.0a anew each time, OAuth 2.0 with a token of two hours. */
interface Signer {
  header(method: string, url: URL, signal: AbortSignal, purpose: Purpose): Promise<string>;
  /** The last header was refused: true when another try may help. */
  forget(): boolean;
}

const storedSchema = z.object({ seed: z.string(), refresh: z.string() });
const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(7_200),
  refresh_token: z.string().min(1).nullish().catch(null),
});

function oauth1(config: XConfig, context: Context): Signer {
  const { apiKey = '', apiSecret = '', accessToken = '', accessSecret = '' } = config;
  const keys = { apiKey, apiSecret, accessToken, accessSecret };
  return {
    header: async (method, url) => authorization(method, url, keys, context.clock.now(), context.random),
    forget: () => false,
  };
}

/**
 * Refresh tokens are used up: each sign-in brings the next one, which is kept in the cache
 * (https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code#refresh-tokens).
 */
function oauth2(config: XConfig, { fetch, clock, cache, meter }: Context): Signer {
  const { clientId = '', clientSecret, refreshToken: seed = '' } = config;
  // Another token in the configuration begins a new line.
  const seedHash = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  let token: { readonly value: string; readonly until: number } | null = null;
  let pending: Promise<string> | null = null;

  async function current(): Promise<string> {
    const stored = storedSchema.safeParse(await cache.get('oauth2'));
    return stored.success && stored.data.seed === seedHash ? stored.data.refresh : seed;
  }
  async function refresh(signal: AbortSignal, purpose: Purpose): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: await current() });
    const headers: Record<string, string> = {};
    if (clientSecret === undefined) body.set('client_id', clientId);
    else headers.authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    await meter.spend({ requests: 1 }, purpose);
    const response = await fetch(`${API}/oauth2/token`, { method: 'POST', body, headers, signal });
    const text = await response.text();
    if (response.status === 429)
      throw new RateLimitedError('X asks us to slow down (sign-in).', retryAfter(response.headers, clock));
    if (response.status >= 500 || response.status === 408)
      throw new UnavailableError(`X’s sign-in is out of order: it answered ${response.status}.`);
    if (!response.ok)
      throw new AuthError(
        `X does not accept the refresh token (it answered ${response.status}). Each is good once; sign in anew and put the new one into the configuration. ${REMEDY}`,
      );
    const parsed = tokenSchema.safeParse(parseJson(text, 'X'));
    if (!parsed.success) throw new UnavailableError('X’s sign-in answered with something unreadable.');
    const { access_token: value, expires_in: seconds, refresh_token: next } = parsed.data;
    if (next) await cache.set('oauth2', { seed: seedHash, refresh: next });
    token = { value, until: clock.now() + seconds * 1_000 - TOKEN_MARGIN_MS };
    return value;
  }
  return {
    async header(_method, _url, signal, purpose) {
      if (token && token.until > clock.now()) return `Bearer ${token.value}`;
      // Two at once would use up the same refresh token, and one of them would be locked out.
      pending ??= refresh(signal, purpose).finally(() => {
        pending = null;
      });
      return `Bearer ${await pending}`;
    },
    forget: () => {
      const had = token !== null;
      token = null;
      return had;
    },
  };
}

/** A thin client with a signature of its own: the usual packages bring their own `fetch`, past the guard and its deadline. */
export function createApi(config: XConfig, context: Context, purse: Purse): Api {
  const { fetch, clock, meter } = context;
  const signer = config.refreshToken === undefined ? oauth1(config, context) : oauth2(config, context);

  async function once(method: string, url: URL, body: object | null, signal: AbortSignal, purpose: Purpose) {
    const headers: Record<string, string> = {
      accept: 'application/json',
      authorization: await signer.header(method, url, signal, purpose),
    };
    if (body) headers['content-type'] = 'application/json';
    const response = await fetch(url.href, {
      method,
      headers,
      signal,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { response, text: await response.text() };
  }
  async function call(method: string, url: URL, body: object | null, signal: AbortSignal, purpose: Purpose) {
    signal.throwIfAborted();
    try {
      let answer = await once(method, url, body, signal, purpose);
      // A 401 has done nothing, so asking again is harmless.
      if (answer.response.status === 401 && signer.forget())
        answer = await once(method, url, body, signal, purpose);
      if (!answer.response.ok) throw refusal(answer.response, answer.text, method === 'POST', clock);
      return parseJson(answer.text, 'X');
    } catch (error) {
      throw asHouseError(error, 'X', signal);
    }
  }

  return {
    async get(path, params, signal, purpose = 'read') {
      const url = new URL(`${API}${path}`);
      for (const [name, value] of Object.entries(params))
        if (value !== null) url.searchParams.set(name, String(value));
      // Spaces as %20: what is signed and what is sent must not differ.
      url.search = url.search.replaceAll('+', '%20');
      await purse.open(purpose);
      return call('GET', url, null, signal, purpose);
    },
    async post(path, body, dollars, signal) {
      await meter.spend({ requests: 1, dollars }, 'answer');
      return call('POST', new URL(`${API}${path}`), body, signal, 'answer');
    },
  };
}
