import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../../errors.ts';

/**
 * What Meta's Graph API says when it says no, and how full its limits are.
 */

/**
 * `refused`: Meta (and not our own guard on the way to it) said no; `gone`: the object is not there (any more), or not for
 * us; `too-much`: the answer would be too large. Kept beside the error, as errors are told by their names and a subclass
 * would be taken for its parent.
 */
type Kind = 'refused' | 'gone' | 'too-much';
const kinds = new WeakMap<Error, Kind>();

function marked<E extends Error>(kind: Kind, error: E): E {
  kinds.set(error, kind);
  return error;
}
const kindOf = (error: unknown): Kind | undefined => (error instanceof Error ? kinds.get(error) : undefined);

/** Whether Meta itself said no, the object being gone included. */
export function isRefusal(error: unknown): error is RejectedError {
  return kindOf(error) === 'refused' || kindOf(error) === 'gone';
}

/** Whether the object is not there (any more), or not for us. */
export function isGone(error: unknown): error is RejectedError {
  return kindOf(error) === 'gone';
}

/** Whether fewer entries at once would do. */
export function isTooMuch(error: unknown): error is UnavailableError {
  return kindOf(error) === 'too-much';
}

/** Application, user, Page, and custom limits: https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
const LIMIT_CODES = new Set([4, 17, 32, 341, 613]);
/** Business use case limits, of which 80001 is Pages and 80002 is Instagram: the same page. */
const isLimit = (code: number): boolean => LIMIT_CODES.has(code) || (code >= 80_000 && code <= 80_014);
/**
 * Session and token: https://developers.facebook.com/docs/graph-api/guides/error-handling; 1705: a person’s token instead
 * of the Page’s.
 */
const TOKEN_CODES = new Set([102, 104, 190, 1705]);
const TOKEN_SUBCODES = new Set([458, 459, 460, 463, 464, 467, 492]);
/** “Capability or permissions issue” (3), “either not granted or has been removed” (10, 200–299): the same page. */
const isPermission = (code: number): boolean => code === 3 || code === 10 || (code >= 200 && code <= 299);

/** Meta counts by the hour or day and says that calling on prolongs the wait, so a guess is generous. */
const DEFAULT_WAIT_MS = 600_000;
const MAX_WAIT_MS = 86_400_000;

/** The fields of an error that are used. */
interface GraphError {
  readonly code: number;
  readonly subcode: number;
  /** Meta's words, for a person. */
  readonly words: string;
}

/** `{"error": {"message", "type", "code", "error_subcode", "error_user_msg", …}}`; zeros and no words for anything else. */
function errorOf(text: string): GraphError {
  const none = { code: 0, subcode: 0, words: '' };
  try {
    const json: unknown = JSON.parse(text);
    const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : null;
    if (typeof error !== 'object' || error === null) return none;
    const { code, error_subcode, message, error_user_msg } = error as Record<string, unknown>;
    const words = [message, error_user_msg].filter((word): word is string => typeof word === 'string');
    return {
      code: Number(code) || 0,
      subcode: Number(error_subcode) || 0,
      words: [...new Set(words)].join(' ').replace(/\s+/g, ' ').slice(0, 300),
    };
  } catch {
    return none;
  }
}

/** How full the limits are. */
export interface Usage {
  /** The fullest of all limits, in percent; calls fail from 100 on. */
  readonly percent: number;
  /** How long Meta wants us to stay away, in milliseconds; 0 where it does not. */
  readonly regainMs: number;
}

/**
 * `X-App-Usage: {"call_count":28,"total_time":25,"total_cputime":25}` (percent of the rolling hour) and
 * `X-Business-Use-Case-Usage: {"<id>":[{"type":"pages","call_count":…,"estimated_time_to_regain_access":<minutes>}]}`:
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers
 */
export function usageOf(headers: Headers): Usage {
  let percent = 0;
  let regainMs = 0;
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { call_count, total_time, total_cputime, estimated_time_to_regain_access } = value as Record<
      string,
      unknown
    >;
    for (const used of [call_count, total_time, total_cputime])
      percent = Math.max(percent, Number(used) || 0);
    regainMs = Math.max(regainMs, (Number(estimated_time_to_regain_access) || 0) * 60_000);
  };
  for (const name of ['x-app-usage', 'x-page-usage', 'x-business-use-case-usage']) {
    try {
      const json: unknown = JSON.parse((headers.get(name) ?? 'null').slice(0, 20_000));
      look(json);
      if (typeof json === 'object' && json !== null)
        for (const each of Object.values(json).flat()) look(each);
    } catch {
      // A header that cannot be read says nothing.
    }
  }
  return { percent, regainMs: Math.min(MAX_WAIT_MS, regainMs) };
}

/** How long to leave Meta alone after an answer that was good; null where there is room. */
export function restAfter(usage: Usage): number | null {
  if (usage.regainMs > 0) return usage.regainMs;
  if (usage.percent >= 95) return 1_800_000;
  return usage.percent >= 80 ? 600_000 : null;
}

function waitOf(headers: Headers, now: number): number {
  const { regainMs } = usageOf(headers);
  if (regainMs > 0) return regainMs;
  const after = headers.get('retry-after')?.trim() ?? '';
  const told = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - now;
  return Number.isFinite(told) ? Math.min(MAX_WAIT_MS, Math.max(1_000, told)) : DEFAULT_WAIT_MS;
}

/** What a refused request means, in words that say what to do. */
export function refusal(options: {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly label: string;
  /** The permissions that the token needs. */
  readonly permissions: string;
  readonly version: string;
  readonly now: number;
}): Error {
  const { status, headers, label, permissions } = options;
  const { code, subcode, words } = errorOf(options.text);
  const said = words === '' ? '' : ` (“${words}”${code === 0 ? '' : `, code ${code}`})`;
  if (isLimit(code) || status === 429)
    return new RateLimitedError(`${label} asks us to slow down${said}.`, waitOf(headers, options.now));
  if (/reduce the amount of data/i.test(words))
    return marked('too-much', new UnavailableError(`${label} finds one request too large${said}.`));
  if (code === 368)
    return marked(
      'refused',
      new RejectedError(
        `${label} has blocked this for a while because of its rules${said}. Wait before sending again: every try makes it longer.`,
      ),
    );
  if (TOKEN_CODES.has(code) || TOKEN_SUBCODES.has(subcode) || status === 401)
    return new AuthError(
      `${label} refused the access token${said}. Make a new one with the permissions ${permissions}.`,
    );
  if (code === 100 && /appsecret_proof/i.test(words))
    return new AuthError(
      `${label} does not accept the app secret${said}. The token must belong to the app whose secret this is.`,
    );
  if (code === 12 || code === 2635 || /unknown (?:api )?version|version .{0,40}deprecated/i.test(words))
    return new AuthError(
      `${label} no longer knows version ${options.version} of the Graph API${said}. Set version to a current one.`,
    );
  if (isPermission(code) || (status === 403 && code === 0))
    return new AuthError(
      `${label} does not let this access token do that${said}. It needs the permissions ${permissions}; after 90 days without use Meta takes a permission away, then grant it again.`,
    );
  if ((code === 100 && subcode === 33) || code === 803 || status === 404 || status === 410)
    return marked(
      'gone',
      new RejectedError(`${label} does not have it (any more), or does not show it to us${said}.`),
    );
  if (status >= 500 || status === 408 || status === 425 || code === 1 || code === 2)
    return new UnavailableError(`${label} is out of order: it answered ${status}${said}.`);
  return marked(
    'refused',
    new RejectedError(
      `${label} said no: ${words || `it answered ${status}`}${code === 0 ? '' : ` (code ${code})`}.`,
    ),
  );
}
