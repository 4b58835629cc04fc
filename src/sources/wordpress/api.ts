import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { htmlToText } from '../../html-text.ts';
import { asHouseError, parseJson, readText } from '../kit/answers.ts';
import type { Meter } from '../source.ts';

/** Where an answer is not JSON. */
const HINT = 'Is it a WordPress site, and its REST API switched on?';
/** WordPress itself has no limit; who stands before it (a plug-in, the host) may not say how long to wait. */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;
/** `check_comment_flood_db`: a user who may not moderate waits 15 s between two comments. */
const FLOOD_WAIT_MS = 15_000;

/** The site (and not our own guard on the way to it) said no. */
export class RefusedError extends RejectedError {}
/** What was asked for is not there, or not for us. */
export class GoneError extends RefusedError {}
/** Comments on the article are closed. */
export class ClosedError extends RefusedError {}

export type Params = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly params?: Params;
  readonly body?: object;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly json: unknown;
  /** `X-WP-Total`: entries on all pages; null where a proxy swallowed it. */
  readonly total: number | null;
}

export interface Api {
  /**
   * Counted before it is made.
   *
   * @param route below the REST API's root: `/wp/v2/comments`
   * @throws errors of `errors.ts`, {@link GoneError}, {@link ClosedError}, or the signal's reason.
   */
  call(route: string, call: Call): Promise<Answer>;
  /** Sites without pretty permalinks answer only at `/?rest_route=`. */
  usePlainAddresses(): void;
}

interface ApiOptions {
  /** Without a slash at the end. */
  readonly site: string;
  /** Null: as a visitor. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** https://developer.wordpress.org/rest-api/ with https://developer.wordpress.org/rest-api/using-the-rest-api/authentication/#basic-authentication-with-application-passwords */
export function createApi(options: ApiOptions): Api {
  const { site, credentials } = options;
  let plain = false;
  const basic = credentials
    ? `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
    : null;

  function address(route: string, params: Params | undefined): string {
    const search = new URLSearchParams(plain ? { rest_route: route } : {});
    for (const [name, value] of Object.entries(params ?? {})) {
      if (value === undefined) continue;
      search.append(name, typeof value === 'object' ? value.join(',') : String(value));
    }
    const query = search.toString();
    return `${site}${plain ? '/' : `/wp-json${route}`}${query === '' ? '' : `?${query}`}`;
  }

  async function open(route: string, call: Call): Promise<Response> {
    const { method = 'GET', body, signal } = call;
    signal.throwIfAborted();
    await options.meter.spend({ requests: 1 }, method === 'POST' ? 'answer' : 'read');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (basic) headers.authorization = basic;
    if (body) headers['content-type'] = 'application/json';
    try {
      return await options.fetch(address(route, call.params), {
        method,
        headers,
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch (error) {
      throw asHouseError(error, site, signal);
    }
  }

  return {
    usePlainAddresses() {
      plain = true;
    },
    async call(route, call) {
      const response = await open(route, call);
      if (!response.ok) {
        const text = await readText(response, site, call.signal).catch(() => '');
        throw refusal(response, text, credentials?.username ?? null, options.clock);
      }
      const told = response.headers.get('x-wp-total');
      const total = told !== null && /^\d+$/.test(told) ? Number(told) : null;
      return { json: parseJson(await readText(response, site, call.signal), site, HINT), total };
    },
  };
}

/** `{code: "rest_comment_closed", message: "Sorry, …", data: {status: 403}}`; the message may hold markup. */
function toldBy(text: string): { readonly code: string; readonly words: string } {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return { code: '', words: '' };
    const { code, message } = json as Record<string, unknown>;
    return {
      code: typeof code === 'string' ? code.slice(0, 100) : '',
      words: typeof message === 'string' ? htmlToText(message).text.replace(/\s+/g, ' ').slice(0, 300) : '',
    };
  } catch {
    return { code: '', words: '' };
  }
}

/** Codes that say: not there, or not for us. All of class-wp-rest-comments-controller.php. */
const GONE = new Set([
  'rest_comment_invalid_id',
  'rest_post_invalid_id',
  'rest_cannot_read',
  'rest_cannot_read_post',
]);
const NO_ARTICLE = new Set([
  'rest_comment_invalid_post_id',
  'rest_comment_draft_post',
  'rest_comment_trash_post',
]);
/** Codes of a sign-in that failed; WordPress 6.1 without pretty permalinks says `rest_not_logged_in` of a wrong password. */
const NOT_SIGNED_IN =
  /^(?:incorrect_password|invalid_username|invalid_email|application_passwords_disabled|rest_not_logged_in)/;

function waitOf(headers: Headers, clock: Clock): number {
  const after = headers.get('retry-after')?.trim() ?? '';
  const date = Date.parse(after);
  let ms = DEFAULT_WAIT_MS;
  if (/^\d+(\.\d+)?$/.test(after)) ms = Number(after) * 1_000;
  else if (Number.isFinite(date)) ms = date - clock.now();
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

const MAKE_NEW = 'make a new application password under Users → Profile → Application Passwords';

/** What a person must do about a 401 or 403. */
function authProblem(code: string, said: string, username: string | null): string {
  if (username === null)
    return `The site shows this only to its users${said}. Configure a username and an application password.`;
  if (NOT_SIGNED_IN.test(code))
    return `WordPress does not accept our sign-in as ${username}${said}. See that the username is right, and ${MAKE_NEW}. If that does not help, the web server drops the Authorization header: https://developer.wordpress.org/rest-api/frequently-asked-questions/`;
  return `WordPress does not let ${username} do that${said}. See that the user may comment (and moderate, for comments that wait), that no security plug-in shuts the REST API, and ${MAKE_NEW} if it was revoked.`;
}

/** What a refused request means, in words that say what to do. */
function refusal(response: Response, text: string, username: string | null, clock: Clock): Error {
  const { code, words } = toldBy(text);
  const said = words === '' ? '' : ` (“${words}”)`;
  const { status } = response;
  if (status === 429)
    return new RateLimitedError(`The site asks us to slow down${said}.`, waitOf(response.headers, clock));
  if (code === 'comment_flood')
    return new RateLimitedError(
      `WordPress takes one comment in 15 seconds from a user${said}.`,
      FLOOD_WAIT_MS,
    );
  if (code === 'rest_comment_closed')
    return new ClosedError('Comments on this article are closed; nothing was sent.');
  if (code === 'comment_duplicate')
    return new RefusedError(`WordPress has this very answer already${said}; look at the article.`);
  if (NO_ARTICLE.has(code))
    return new RefusedError(`The article is not public any more${said}; nothing was sent.`);
  if (GONE.has(code) || status === 404 || status === 410)
    return new GoneError(`The site does not have it (any more), or not for us${said}.`);
  if (status === 401 || status === 403) return new AuthError(authProblem(code, said, username));
  if (status >= 500 || status === 408 || status === 425)
    return new UnavailableError(`The site is out of order: it answered ${status}${said}.`);
  return new RefusedError(`WordPress said no: ${words || `it answered ${status}`}`);
}
