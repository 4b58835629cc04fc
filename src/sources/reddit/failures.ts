import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** Where nothing says how long: the window is ten minutes (https://support.reddithelp.com/hc/en-us/articles/16160319875092). */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;

/** Reddit (and not our own guard on the way to it) said no. */
export class RefusedError extends RejectedError {}
/** What was asked for is not there, or not for us: deleted, private, banned. */
export class GoneError extends RefusedError {}
/** It is there, but not for us (now): a subreddit may be private for a few days. */
export class HiddenError extends GoneError {}

/** Where access comes from, for every refusal. */
export const ACCESS =
  'See reddit.com/prefs/apps; new access to the API needs the approval of Reddit (see src/sources/reddit/reddit.md).';

export function clampWait(ms: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** `Retry-After` (seconds or a date), else `X-Ratelimit-Reset` (seconds to the end of the period), else a minute. */
function waitOf(headers: Headers, now: number): number {
  const told = headers.get('retry-after')?.trim() ?? '';
  const after = /^\d+(?:\.\d+)?$/.test(told) ? Number(told) * 1_000 : Date.parse(told) - now;
  if (Number.isFinite(after)) return clampWait(after);
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(reset) && reset > 0 ? clampWait(reset * 1_000) : DEFAULT_WAIT_MS;
}

/** `{"reason": "private", "message": "Forbidden", "error": 403}`: the reason, or the message. */
function saidBy(text: string): { readonly reason: string; readonly words: string } {
  try {
    const json: unknown = JSON.parse(text);
    const { reason, message, explanation } = (json ?? {}) as Record<string, unknown>;
    const word = (value: unknown): string =>
      typeof value === 'string' ? value.replace(/\s+/g, ' ').slice(0, 200) : '';
    const words = [word(reason), word(explanation) || word(message)].filter((part) => part !== '').join(': ');
    return { reason: word(reason), words: words === '' ? '' : ` (“${words}”)` };
  } catch {
    return { reason: '', words: '' };
  }
}

/**
 * What a refused request means, in words that say what to do.
 *
 * @param about what was tried: "reading r/pots".
 * @param scope what the token needs for it.
 */
export function refusal(
  response: Response,
  text: string,
  call: { readonly about: string; readonly scope: string; readonly write: boolean },
  now: number,
): Error {
  const { status, headers } = response;
  const { reason, words } = saidBy(text);
  if (status === 429)
    return new RateLimitedError(`Reddit asks us to slow down${words}.`, waitOf(headers, now));
  if (status === 401)
    return new AuthError(`Reddit refused the access token while ${call.about}${words}. ${ACCESS}`);
  if (status === 403) {
    // Reddit names a missing scope in this header: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    if (/insufficient_scope/.test(headers.get('www-authenticate') ?? ''))
      return new AuthError(
        `The token lacks the scope ${call.scope}, needed for ${call.about}. Make a new one with it.`,
      );
    if (call.write)
      return new RefusedError(
        `Reddit does not let this account do that${words}. It may be banned there, or the subreddit may be private or restricted.`,
      );
    return reason === ''
      ? new AuthError(`Reddit refused ${call.about}${words}. ${ACCESS}`)
      : new HiddenError(`Reddit keeps it from us: ${reason}.`);
  }
  if (status === 404 || status === 410) return new GoneError(`Reddit does not have it (any more)${words}.`);
  if (status >= 500 || status === 408 || status === 425)
    return new UnavailableError(`Reddit is out of order: it answered ${status}${words}.`);
  return new RefusedError(`Reddit said no: it answered ${status}${words}.`);
}
