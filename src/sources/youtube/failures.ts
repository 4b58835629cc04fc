import type { Clock } from '../../clock.ts';
import { localHour } from '../../domain/times.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** Where YouTube's quota day begins (https://developers.google.com/youtube/v3/determine_quota_cost). */
export const QUOTA_ZONE = 'America/Los_Angeles';
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 86_400_000;

/** The comment, video or channel is not there, or not for us. */
export class GoneError extends RejectedError {}
/** Not for us: this video alone, or the token as a whole. */
export class ForbiddenError extends AuthError {}
/** Comments are switched off. */
export class ClosedError extends RejectedError {}

const SCOPE = 'https://www.googleapis.com/auth/youtube.force-ssl';
export const NEW_TOKEN = `Make a new refresh token with the scope ${SCOPE}, signed in as the channel that answers; while the OAuth consent screen is in testing, tokens live 7 days only, so publish it.`;

/** `error.errors[].reason` and `error.message` of a refusal (https://developers.google.com/youtube/v3/docs/errors). */
interface Refusal {
  readonly reason: string;
  readonly words: string;
}

function refusalOf(text: string): Refusal {
  try {
    const json: unknown = JSON.parse(text);
    const error = field(json, 'error');
    const errors = field(error, 'errors');
    const [first]: unknown[] = Array.isArray(errors) ? errors : [];
    return {
      reason: wordOf(field(first, 'reason')),
      // Google puts links into its messages; they say nothing to a person here.
      words: wordOf(field(error, 'message'))
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .slice(0, 300),
    };
  } catch {
    return { reason: '', words: '' };
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Milliseconds until YouTube's next quota day. */
export function untilQuotaDay(now: number): number {
  return Math.max(DEFAULT_WAIT_MS, localHour(now, QUOTA_ZONE, 1, 0) - now);
}

/** `Retry-After` in seconds or as a date, else a minute. */
export function retryAfter(headers: Headers, clock: Clock): number {
  const after = headers.get('retry-after')?.trim() ?? '';
  const told = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - clock.now();
  return Number.isFinite(told) ? Math.min(MAX_WAIT_MS, Math.max(1_000, told)) : DEFAULT_WAIT_MS;
}

/** Reasons of https://developers.google.com/youtube/v3/docs/comments/insert, in words for the team. */
const SAID_NO: Readonly<Record<string, string>> = {
  commentTextRequired: 'YouTube takes no empty comment.',
  commentTextTooLong: 'YouTube finds this comment too long.',
  invalidCustomEmoji: 'YouTube does not know an emoji in this text.',
  operationNotSupported: 'YouTube does not let this channel answer in this thread.',
  parentCommentIsPrivate: 'The comment is private; YouTube lets nobody answer it through its API.',
  forbidden: 'YouTube does not let this channel answer there; it may be blocked, or the thread closed.',
};

/** What a refused request means, in words that say what to do. */
export function refusal(response: Response, text: string, writes: boolean, clock: Clock): Error {
  const { status } = response;
  const { reason, words } = refusalOf(text);
  const said = words === '' ? '' : ` (“${words}”)`;
  if (reason === 'quotaExceeded' || reason === 'dailyLimitExceeded') {
    return new RateLimitedError(
      `YouTube’s quota for today is used up; it begins anew at midnight Pacific Time${said}.`,
      untilQuotaDay(clock.now()),
    );
  }
  if (status === 429 || /^(?:userR|r)ateLimitExceeded$/.test(reason))
    return new RateLimitedError(`YouTube asks us to slow down${said}.`, retryAfter(response.headers, clock));
  if (status >= 500 || status === 408)
    return new UnavailableError(`YouTube is out of order: it answered ${status}${said}.`);
  if (reason === 'commentsDisabled') return new ClosedError('Comments are switched off on this video.');
  if (status === 404 || status === 410) return new GoneError(`YouTube does not have it (any more)${said}.`);
  if (status === 401)
    return new AuthError(`YouTube refused the credentials${said}. Look at the API key. ${NEW_TOKEN}`);
  if (reason === 'accessNotConfigured' || /SERVICE_DISABLED/.test(text))
    return new AuthError(
      `The YouTube Data API v3 is not switched on for this Google Cloud project${said}. Enable it under APIs & Services → Library.`,
    );
  if (status === 400 && /API_KEY_INVALID|keyInvalid|API key (?:not valid|expired)/i.test(text))
    return new AuthError(
      'YouTube does not accept the API key. Make a new one: Google Cloud console → APIs & Services → Credentials.',
    );
  if (status === 403 && !writes && reason === 'forbidden')
    return new ForbiddenError(`YouTube does not let us read that${said}; it may be private. ${NEW_TOKEN}`);
  // A scope that is missing is the token's fault; any other refusal of a write is about that thread.
  const ofToken = /insufficientPermissions|ineligibleAccount|authenticatedUser|accountDelegation/.test(
    reason,
  );
  if (status === 403 && (!writes || ofToken || reason === ''))
    return new AuthError(`YouTube does not let us do that${said}. ${NEW_TOKEN}`);
  return new RejectedError(SAID_NO[reason] ?? `YouTube said no: ${words || `it answered ${status}`}.`);
}
