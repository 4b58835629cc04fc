import { z } from 'zod';
import { AuthError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';
import type { RedditConfig } from './config.ts';
import { ACCESS, refusal } from './failures.ts';

/** What everything here needs (https://www.reddit.com/dev/api/oauth names the scope of each endpoint). */
export const SCOPES = ['identity', 'read', 'history', 'privatemessages', 'submit'] as const;
export type Scope = (typeof SCOPES)[number];

/** A token this close to its end is replaced before it is used. */
const EARLY_MS = 60_000;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(3_600),
  scope: z.string().catch(''),
});

interface Token {
  readonly value: string;
  readonly until: number;
  readonly scopes: readonly string[];
}

/** Access tokens, which live an hour or a day; kept in memory only, because a new one costs one request. */
export interface Tokens {
  /** A token that is accepted, as far as is known. Throws AuthError when Reddit refuses the credentials. */
  get(signal: AbortSignal, purpose: 'read' | 'answer'): Promise<Token>;
  /** Forgets a token that was refused. */
  drop(value: string): void;
}

/**
 * Grants of type `password` (app of type script) and `refresh_token`:
 * https://github.com/reddit-archive/reddit/wiki/OAuth2#retrieving-the-access-token
 */
export function createTokens(config: RedditConfig, context: SourceContext, userAgent: string): Tokens {
  const { clock } = context;
  const { host } = new URL(config.authUrl);
  let known: Token | null = null;

  const grant = (): URLSearchParams =>
    config.refreshToken === undefined
      ? new URLSearchParams({
          grant_type: 'password',
          username: config.username,
          password: config.password ?? '',
        })
      : new URLSearchParams({ grant_type: 'refresh_token', refresh_token: config.refreshToken });

  async function ask(signal: AbortSignal, purpose: 'read' | 'answer'): Promise<Token> {
    signal.throwIfAborted();
    await context.meter.spend({ requests: 1 }, purpose);
    const basic = Buffer.from(`${config.clientId}:${config.clientSecret}`).toString('base64');
    try {
      const response = await context.fetch(`${config.authUrl}/api/v1/access_token`, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Basic ${basic}`,
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': userAgent,
        },
        body: grant().toString(),
        signal,
      });
      const text = await response.text();
      // 400 is what a revoked refresh token gets, 403 a blocked app.
      if ([400, 401, 403].includes(response.status)) throw refused(`it answered ${response.status}`);
      if (!response.ok) {
        const call = { about: 'signing in', scope: 'identity', write: false };
        throw refusal(response, text, call, clock.now());
      }
      return read(parseJson(text, host));
    } catch (error) {
      throw asHouseError(error, host, signal);
    }
  }

  function refused(why: string): AuthError {
    const remedy =
      config.refreshToken === undefined
        ? 'See that clientId and clientSecret are those of an app of type script, that the account is one of its developers, that the password is right, and that two-factor sign-in is off (else use a refreshToken).'
        : 'See that clientId and clientSecret are those of the app the refreshToken was made with, and make a new token if it was revoked.';
    return new AuthError(`Reddit refused to sign in u/${config.username}: ${why}. ${remedy} ${ACCESS}`);
  }

  function read(json: unknown): Token {
    // A wrong password is a 200 with {"error": "invalid_grant"}.
    const error = z.object({ error: z.union([z.string(), z.number()]) }).safeParse(json);
    if (error.success) throw refused(String(error.data.error).slice(0, 100));
    const parsed = tokenSchema.safeParse(json);
    if (!parsed.success) throw new UnavailableError(`${host} answered a sign-in without a token.`);
    const { access_token: value, expires_in: seconds, scope } = parsed.data;
    return { value, until: clock.now() + seconds * 1_000 - EARLY_MS, scopes: scope.split(/[\s,]+/) };
  }

  return {
    async get(signal, purpose) {
      if (known === null || known.until <= clock.now()) known = await ask(signal, purpose);
      return known;
    },
    drop(value) {
      if (known?.value === value) known = null;
    },
  };
}
