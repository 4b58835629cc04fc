import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** Windows are of 15 minutes (https://docs.x.com/x-api/fundamentals/rate-limits); a minute where a 429 says nothing. */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 86_400_000;

export const REMEDY =
  'In the Developer Console give the app read and write permission, then make the access token anew (OAuth 2.0: scopes tweet.read tweet.write users.read offline.access).';

interface Problem {
  /** The last part of `type`: `client-forbidden`. */
  readonly kind: string;
  readonly words: string;
}

/** https://docs.x.com/x-api/fundamentals/response-codes-and-errors#error-response-format */
function problemOf(text: string): Problem {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return { kind: '', words: '' };
    const { type, title, detail, reason } = json as Record<string, unknown>;
    const said = [detail, title].find((word): word is string => typeof word === 'string') ?? '';
    const kind = typeof type === 'string' ? (type.split('/').at(-1) ?? '') : '';
    return {
      kind: typeof reason === 'string' ? reason : kind,
      words: said
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .slice(0, 300),
    };
  } catch {
    return { kind: '', words: '' };
  }
}

/** `x-rate-limit-reset` in epoch seconds, the day's limit where that is what is used up, else `Retry-After`, else a minute. */
export function retryAfter(headers: Headers, clock: Clock): number {
  const clamp = (ms: number): number => Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
  const number = (name: string): number => Number(headers.get(name)?.trim() || Number.NaN);
  const daily = number('x-user-limit-24hour-remaining') === 0 || number('x-app-limit-24hour-remaining') === 0;
  const resets = daily ? ['x-user-limit-24hour-reset', 'x-app-limit-24hour-reset'] : ['x-rate-limit-reset'];
  const at = Math.max(...resets.map((name) => number(name) || 0)) * 1_000;
  if (at > clock.now()) return clamp(at - clock.now());
  const seconds = number('retry-after');
  return Number.isFinite(seconds) ? clamp(seconds * 1_000) : DEFAULT_WAIT_MS;
}

/** What a refused request means, in words that say what to do. */
export function refusal(response: Response, text: string, writes: boolean, clock: Clock): Error {
  const { status } = response;
  const { kind, words } = problemOf(text);
  const said = words === '' ? '' : ` (“${words}”)`;
  if (status === 429)
    return new RateLimitedError(
      kind === 'usage-capped'
        ? `The app’s usage cap at X is reached${said}; raise it in the Developer Console.`
        : `X asks us to slow down${said}.`,
      retryAfter(response.headers, clock),
    );
  if (status === 402)
    return new AuthError(
      `X wants to be paid first${said}. Buy credits, or raise the spending limit, in the Developer Console.`,
    );
  if (status === 401) return new AuthError(`X refused the credentials${said}. ${REMEDY}`);
  if (status >= 500 || status === 408)
    return new UnavailableError(`X is out of order: it answered ${status}${said}.`);
  if (status === 403) {
    // What is about the app or its token, and not about this one post.
    const ofApp = /client-forbidden|client-not-enrolled|oauth1-permissions|unsupported-authentication/.test(
      kind,
    );
    if (!writes || ofApp || words === '')
      return new AuthError(`X does not let this app do that${said}. ${REMEDY}`);
    if (/duplicate/i.test(words))
      return new RejectedError('X takes the same words only once: this text was posted before.');
    if (/mentioned|engaged|summon|reply/i.test(words))
      return new RejectedError(`X does not let us answer this post${said}.`);
    return new RejectedError(`X said no${said}.`);
  }
  if (status === 404 || status === 410) return new RejectedError(`X does not have it (any more)${said}.`);
  return new RejectedError(`X said no: ${words || `it answered ${status}`}.`);
}
