import type { Clock } from '../../clock.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { decodeDocument } from './charset.ts';

const MAX_REDIRECTS = 5;
const MAX_BYTES = 5_000_000;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, ' +
  'application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1';
/** Where a 429 names no time. */
const GUESSED_WAIT_MS = 5 * 60_000;
const WEAK_MS = 5_000;
const MAX_WAIT_MS = 24 * 3_600_000;

export interface Validators {
  readonly etag: string | null;
  readonly modified: string | null;
}

/** What the site answered. */
export type Answer =
  | { readonly kind: 'unchanged'; readonly maxAgeMs: number }
  | {
      readonly kind: 'document';
      readonly text: string;
      /** Where it was found in the end: the base of relative links. */
      readonly url: string;
      readonly validators: Validators;
      readonly maxAgeMs: number;
      /** Where the feed has moved for good; null when it has not. */
      readonly movedTo: string | null;
    };

/** Milliseconds of a `Retry-After`, which is seconds or a date; null when it says nothing. */
function retryAfter(response: Response, clock: Clock): number | null {
  const value = response.headers.get('retry-after')?.trim();
  if (!value) return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - clock.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1_000), MAX_WAIT_MS) : null;
}

/** Milliseconds for which an answer stays fresh, by `Cache-Control` and `Age`. */
function maxAge(response: Response): number {
  const control = response.headers.get('cache-control') ?? '';
  if (/\bno-(?:cache|store)\b/i.test(control)) return 0;
  const [, seconds = '0'] = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(control) ?? [];
  const age = Number(/^\d{1,9}$/.exec(response.headers.get('age') ?? '')?.[0] ?? 0);
  return Math.max(0, Number(seconds) - age) * 1_000;
}

/**
 * Validators of a document that changed in the very second in which it was asked for say nothing about the rest of
 * that second (RFC 9110, 8.8.2.2). WordPress makes its ETag from that time, too.
 */
function validatorsOf(response: Response): Validators {
  const etag = response.headers.get('etag');
  const modified = response.headers.get('last-modified');
  const age = Date.parse(response.headers.get('date') ?? '') - Date.parse(modified ?? '');
  return age < WEAK_MS ? { etag: null, modified: null } : { etag, modified };
}

function refusal(response: Response, host: string, clock: Clock): Error {
  const { status } = response;
  if (status === 401 || status === 403 || status === 407)
    return new AuthError(
      `${host} does not let us read the feed (${status}): it wants a login, or keeps bots out. Look whether the address opens in a private browser window, or ask the site for a public feed.`,
    );
  if (status === 410)
    return new RejectedError(
      `${host} says that this feed is gone for good (410). Remove the source, or look for the feed's new address on the site.`,
    );
  if (status === 404)
    return new UnavailableError(
      `There is no feed at this address of ${host} (404). Check the url of the source in potluck.yaml.`,
    );
  if (status === 429) {
    const wait = retryAfter(response, clock) ?? GUESSED_WAIT_MS;
    return new RateLimitedError(`${host} asks us to come back in ${Math.ceil(wait / 1_000)} s (429).`, wait);
  }
  if (status >= 500) return new UnavailableError(`${host} is out of order (${status}). We try again later.`);
  return new UnavailableError(`${host} answered the request for the feed with status ${status}.`);
}

function isOurs(error: unknown): boolean {
  return [AuthError, RateLimitedError, RejectedError, UnavailableError, UncertainError].some(
    (kind) => error instanceof kind,
  );
}

/** Any failure on the way as one of our own errors, the caller's abort as its reason. */
export function onTheWay(error: unknown, host: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return isOurs(error)
    ? error
    : new UnavailableError(`The feed of ${host} could not be read: ${messageOf(error)}`);
}

async function read(response: Response, host: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.byteLength > MAX_BYTES)
    throw new UnavailableError(
      `The feed of ${host} is larger than ${MAX_BYTES / 1_000_000} MB; that is too much to read.`,
    );
  return bytes;
}

/**
 * Asks for a feed, conditionally when validators are given. Redirects are followed here, so that a move for good can
 * be remembered: all of the chain up to that point must be permanent (301, 308).
 */
export async function requestFeed(
  url: string,
  validators: Validators,
  context: { readonly fetch: typeof fetch; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { accept: ACCEPT };
  if (validators.etag) headers['if-none-match'] = validators.etag;
  if (validators.modified) headers['if-modified-since'] = validators.modified;
  let at = new URL(url);
  let forGood = true;
  for (let hops = 0; ; hops++) {
    const { host } = at;
    try {
      const response = await context.fetch(at.href, { headers, redirect: 'manual', signal });
      const { status } = response;
      const location = response.headers.get('location');
      if (status === 304) {
        await response.body?.cancel();
        return { kind: 'unchanged', maxAgeMs: maxAge(response) };
      }
      if ([301, 302, 303, 307, 308].includes(status) && location !== null) {
        await response.body?.cancel();
        if (hops >= MAX_REDIRECTS || !URL.canParse(location, at.href))
          throw new UnavailableError(`${host} redirects the feed in circles or to no address at all.`);
        forGood &&= status === 301 || status === 308;
        at = new URL(location, at.href);
        continue;
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw refusal(response, host, context.clock);
      }
      const contentType = response.headers.get('content-type') ?? '';
      const text = decodeDocument(await read(response, host), contentType);
      return {
        kind: 'document',
        text,
        url: at.href,
        validators: validatorsOf(response),
        maxAgeMs: maxAge(response),
        movedTo: hops > 0 && forGood ? at.href : null,
      };
    } catch (error) {
      throw onTheWay(error, host, signal);
    }
  }
}
