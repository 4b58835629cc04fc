import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** The post, repository or account is not there, or not for this token. */
export class GoneError extends RejectedError {}

/** "Otherwise, wait for at least one minute": https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_660_000;

/** GitHub's idea of now, epoch milliseconds; ours where it does not say. */
export function serverNow(headers: Headers, clock: Clock): number {
  const told = Date.parse(headers.get('date') ?? '');
  return Number.isFinite(told) ? told : clock.now();
}

function clampWait(ms: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** `Retry-After`, else the end of a window with nothing left in it, else a minute. */
function retryAfter(headers: Headers, clock: Clock): number {
  const after = headers.get('retry-after')?.trim();
  if (after && /^\d+(?:\.\d+)?$/.test(after)) return clampWait(Number(after) * 1_000);
  const now = serverNow(headers, clock);
  const date = Date.parse(after ?? '');
  if (Number.isFinite(date)) return clampWait(date - now);
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1_000;
  if (headers.get('x-ratelimit-remaining') === '0' && reset > 0) return clampWait(reset - now);
  return DEFAULT_WAIT_MS;
}

const errorBody = z.object({
  message: z.string().catch(''),
  errors: z
    .array(z.object({ message: z.string() }).catch({ message: '' }))
    .nullish()
    .catch(null),
});

/** GitHub's own words, where it answered in JSON; markup has no place in ours. */
function wordsOf(text: string): string {
  try {
    const parsed = errorBody.safeParse(JSON.parse(text));
    if (!parsed.success) return '';
    const { message, errors } = parsed.data;
    return [message, ...(errors ?? []).map((error) => error.message)]
      .filter((word) => word !== '')
      .join(': ')
      .replace(/\s+/g, ' ')
      .slice(0, 300);
  } catch {
    return '';
  }
}

const NEW_TOKEN =
  'Make a new one under Settings → Developer settings → Personal access tokens, with read and write on issues, pull requests and discussions';

interface Refused {
  readonly method?: string;
  readonly need: string;
  /** A POST that may only read. */
  readonly graphql?: boolean;
}

/**
 * What a refused request means, in words that say what to do. A limit is a 403 or a 429, told by its headers or its
 * words: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function refusal(response: Response, text: string, call: Refused, clock: Clock): Error {
  const { status, headers } = response;
  const words = wordsOf(text);
  const said = words === '' ? '' : ` (“${words}”)`;
  const limited =
    headers.has('retry-after') ||
    headers.get('x-ratelimit-remaining') === '0' ||
    /rate limit|abuse/i.test(words);
  if (status === 429 || (status === 403 && limited))
    return new RateLimitedError(`GitHub asks us to slow down${said}.`, retryAfter(headers, clock));
  if (status === 401) return new AuthError(`GitHub refused the access token${said}. ${NEW_TOKEN}.`);
  if (status === 403) {
    if (/locked|archived|read-only|blocked|disabled|collaborators/i.test(words))
      return new RejectedError(`GitHub said no${said}.`);
    return new AuthError(
      `GitHub does not let this access token do that${said}. It needs ${call.need}; an organisation may also have to approve the token or its single sign-on.`,
    );
  }
  if (status === 404 || status === 410)
    return new GoneError(`GitHub does not have it (any more), or does not show it to this token${said}.`);
  if (status >= 500 || status === 408)
    return new UnavailableError(`GitHub is out of order: it answered ${status}${said}.`);
  return new RejectedError(`GitHub said no: ${words || `it answered ${status}`}.`);
}

const graphqlErrors = z.object({
  errors: z
    .array(
      z.object({
        type: z.string().nullish().catch(null),
        message: z.string().catch('no reason given'),
      }),
    )
    .nullish(),
});

/**
 * What a GraphQL answer refuses although its status is 200; null when it refuses nothing. A limit comes as a 200 too:
 * https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function graphqlRefusal(
  json: unknown,
  headers: Headers,
  call: { readonly need: string; readonly partial?: boolean },
  clock: Clock,
): Error | null {
  const { need, partial = false } = call;
  const parsed = graphqlErrors.safeParse(json);
  if (!parsed.success) return new UnavailableError('GitHub answered a GraphQL query with something else.');
  const [first] = (parsed.data.errors ?? []).filter((error) => !(partial && error.type === 'NOT_FOUND'));
  if (!first) return null;
  const words = first.message.replace(/\s+/g, ' ').slice(0, 300);
  const type = first.type ?? '';
  if (/^RATE_LIMIT/.test(type) || /rate limit/i.test(words))
    return new RateLimitedError(`GitHub asks us to slow down (“${words}”).`, retryAfter(headers, clock));
  if (type === 'NOT_FOUND')
    return new GoneError(
      `GitHub does not have it (any more), or does not show it to this token (“${words}”).`,
    );
  if (
    type === 'INSUFFICIENT_SCOPES' ||
    (type === 'FORBIDDEN' && !/locked|archived|blocked|read-only/i.test(words))
  )
    return new AuthError(`GitHub does not let this access token do that (“${words}”). It needs ${need}.`);
  if (/something went wrong|timeout|timed out/i.test(words) || type === 'INTERNAL')
    return new UnavailableError(`GitHub is out of order (“${words}”).`);
  return new RejectedError(`GitHub said no (“${words}”).`);
}
