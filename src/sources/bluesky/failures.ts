import { cleanLine } from '../../domain/post.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';

/** What the SDK's XRPCError carries; read by shape, because several copies of the class may be loaded. */
export interface XrpcFailure {
  /** HTTP status; 1 when there was no answer, 2 when the answer did not fit the lexicon. */
  readonly status: number;
  readonly error: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cause: unknown;
  /** Set when only the SDK's check of the answer failed. */
  readonly responseBody: unknown;
}

const NO_ANSWER = 1;
const UNREADABLE = 2;
/** Where the service names no time to wait. */
const DEFAULT_WAIT_MS = 60_000;

/** The failure in an error that the SDK threw, or null when it is something else. */
export function xrpcFailure(error: unknown): XrpcFailure | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  return {
    status: error.status,
    error: 'error' in error && typeof error.error === 'string' ? error.error : '',
    message: error.message,
    headers:
      'headers' in error && typeof error.headers === 'object' && error.headers !== null
        ? (error.headers as Record<string, string>)
        : {},
    cause: error.cause,
    responseBody: 'responseBody' in error ? error.responseBody : undefined,
  };
}

/**
 * Whether a new token may help. An expired token is 400 `ExpiredToken`, a token that the server does not know (any
 * more) 400 `InvalidToken`; some servers use 401.
 */
export function isBadToken(error: unknown): boolean {
  const failure = xrpcFailure(error);
  if (!failure || ACCOUNT_PROBLEMS.has(failure.error)) return false;
  return failure.status === 401 || failure.error === 'ExpiredToken' || failure.error === 'InvalidToken';
}

const APP_PASSWORD =
  'create an app password in Bluesky under Settings → Privacy and security → App passwords, and use it as the password';

/** What a person must do, by the name of the error. */
const ACCOUNT_PROBLEMS: ReadonlyMap<string, string> = new Map([
  [
    'AuthFactorTokenRequired',
    `Bluesky wants an e-mail code with the account's main password: ${APP_PASSWORD}`,
  ],
  [
    'AccountTakedown',
    'Bluesky has taken this account down: appeal in the Bluesky app, or configure another account',
  ],
  [
    'AccountSuspended',
    'Bluesky has suspended this account: see the Bluesky app, or configure another account',
  ],
  ['AccountDeactivated', 'this account is deactivated: reactivate it in the Bluesky app'],
  ['RepoDeactivated', 'this account is deactivated: reactivate it in the Bluesky app'],
  [
    'RepoTakendown',
    'Bluesky has taken this account down: appeal in the Bluesky app, or configure another account',
  ],
]);

/** `ratelimit-reset` is in epoch seconds, and there is no `Retry-After` as a rule. */
function waitMs(headers: Readonly<Record<string, string>>, now: number): number {
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after) && after >= 0) return after * 1_000;
  const reset = Number(headers['ratelimit-reset'] ?? Number.NaN);
  if (Number.isFinite(reset)) return Math.max(1_000, reset * 1_000 - now);
  return DEFAULT_WAIT_MS;
}

/** The error, what caused it, and so on. */
function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let at = error;
  while (at instanceof Error && chain.length < 8) {
    chain.push(at);
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return chain;
}

/** One of ours, wherever the SDK has wrapped it. */
function ownError(error: unknown): Error | null {
  const own = causes(error).find((at) => OWN.some((kind) => at instanceof kind));
  return own ?? null;
}

const OWN = [AuthError, RateLimitedError, UnavailableError, RejectedError, UncertainError];

/**
 * Turns whatever the SDK threw into one of the errors of `errors.ts`, with words for the person who runs the bot.
 *
 * @param doing what was tried: "read notifications"
 * @param now epoch ms, for rate-limit headers
 */
export function asFailure(error: unknown, doing: string, now: number): Error {
  const own = ownError(error);
  if (own) return own;
  const failure = xrpcFailure(error);
  const options = { cause: error };
  if (!failure)
    return new UnavailableError(`Bluesky: could not ${doing}: ${said(messageOf(error))}`, options);
  const remedy = ACCOUNT_PROBLEMS.get(failure.error);
  if (remedy) return new AuthError(`Bluesky: could not ${doing}: ${remedy}.`, options);
  if (failure.status === 429) {
    const wait = waitMs(failure.headers, now);
    const seconds = Math.ceil(wait / 1_000);
    return new RateLimitedError(
      `Bluesky asks to wait ${seconds} s before it lets us ${doing}.`,
      wait,
      options,
    );
  }
  if (isBadToken(error) || failure.status === 403) {
    const words = `Bluesky refused to ${doing} (${said(failure.message)}): check handle and app password, or ${APP_PASSWORD}.`;
    return new AuthError(words, options);
  }
  if (failure.status === NO_ANSWER)
    return new UnavailableError(`Bluesky cannot be reached to ${doing}: ${said(failure.message)}`, options);
  if (failure.status === UNREADABLE || failure.status >= 500)
    return new UnavailableError(
      `Bluesky failed to ${doing} (${failure.status === UNREADABLE ? 'unreadable answer' : failure.status}: ${said(failure.message)}).`,
      options,
    );
  return new RejectedError(`Bluesky will not ${doing}: ${said(failure.message)}`, options);
}

function said(message: string): string {
  return cleanLine(message, 200) || 'no reason given';
}
