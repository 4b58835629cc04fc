import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson, readText } from '../kit/answers.ts';
import type { Meter } from '../source.ts';

/** Where an answer is not JSON. */
const HINT = 'Is it the address of a Discourse forum?';
/** Where a 429 does not say: the limit is 60 requests a minute and key (https://meta.discourse.org/t/78612). */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;

/** The forum (and not our own guard on the way to it) said no. */
export class RefusedError extends RejectedError {}
/** The post or topic is not there, or not for us: Discourse says 404 for both unless `detailed_404` is on. */
export class GoneError extends RefusedError {}

export type Params = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly params?: Params;
  readonly body?: object;
  readonly signal: AbortSignal;
}

export interface Api {
  /**
   * The parsed answer. Counted before it is made.
   *
   * @throws errors of `errors.ts`, {@link GoneError} for 404 and 410, or the signal's reason.
   */
  call(path: string, call: Call): Promise<unknown>;
}

interface ApiOptions {
  /** Without a slash at the end. */
  readonly server: string;
  /** Null: as a visitor, who sees what is public. */
  readonly credentials: { readonly key: string; readonly username: string } | null;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** A thin client; headers and content types: https://docs.discourse.org/#section/Authentication */
export function createApi(options: ApiOptions): Api {
  const { server, credentials } = options;

  async function open(path: string, call: Call): Promise<Response> {
    const { method = 'GET', body, signal } = call;
    signal.throwIfAborted();
    await options.meter.spend({ requests: 1 }, method === 'POST' ? 'answer' : 'read');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (credentials) {
      headers['api-key'] = credentials.key;
      headers['api-username'] = credentials.username;
    }
    if (body) headers['content-type'] = 'application/json';
    try {
      return await options.fetch(`${server}${path}${query(call.params)}`, {
        method,
        headers,
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch (error) {
      throw asHouseError(error, server, signal);
    }
  }

  return {
    async call(path, call) {
      const response = await open(path, call);
      if (!response.ok) {
        const text = await readText(response, server, call.signal).catch(() => '');
        throw refusal(response, text, credentials?.username ?? null, options.clock);
      }
      return parseJson(await readText(response, server, call.signal), server, HINT);
    },
  };
}

function query(params: Params | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const one of value) search.append(`${name}[]`, String(one));
    else search.append(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

interface Told {
  /** The forum's own words, on one line; empty when there are none. */
  readonly words: string;
  readonly waitSeconds: number | null;
}

/** `{errors: ["…"], error_type: "…", extras: {wait_seconds}}`: lib/json_error.rb of Discourse. */
function toldBy(text: string): Told {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return { words: '', waitSeconds: null };
    const { errors, message, extras } = json as Record<string, unknown>;
    const words = (Array.isArray(errors) ? errors : [message])
      .filter((word): word is string => typeof word === 'string')
      .join(' ')
      .replace(/\s+/g, ' ')
      .slice(0, 300);
    const wait =
      typeof extras === 'object' && extras !== null && 'wait_seconds' in extras ? extras.wait_seconds : null;
    return { words, waitSeconds: typeof wait === 'number' ? wait : null };
  } catch {
    return { words: '', waitSeconds: null };
  }
}

/** `Retry-After` in seconds (or as a date), else `extras.wait_seconds`, else a minute. */
function waitOf(headers: Headers, told: Told, clock: Clock): number {
  const after = headers.get('retry-after')?.trim() ?? '';
  const date = Date.parse(after);
  let ms = told.waitSeconds === null ? DEFAULT_WAIT_MS : told.waitSeconds * 1_000;
  if (/^\d+(\.\d+)?$/.test(after)) ms = Number(after) * 1_000;
  else if (Number.isFinite(date)) ms = date - clock.now();
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** What a refused request means, in words that say what to do. */
function refusal(response: Response, text: string, username: string | null, clock: Clock): Error {
  const told = toldBy(text);
  const said = told.words === '' ? '' : ` (“${told.words}”)`;
  const { status } = response;
  if (status === 429)
    return new RateLimitedError(
      `The forum asks us to slow down${said}.`,
      waitOf(response.headers, told, clock),
    );
  if (status === 401 || status === 403) {
    return new AuthError(
      username === null
        ? `The forum shows this only to its members${said}. Configure a key and a username.`
        : `The forum does not let @${username} do that${said}. See that the key belongs to @${username} and was not revoked (Admin → Advanced → API keys: user level “Single user”, scope “Global”), and that the account is not silenced or suspended.`,
    );
  }
  if (status === 404 || status === 410) return new GoneError(`The forum does not have it (any more)${said}.`);
  // 503 with error_type read_only while a backup is restored.
  if (status >= 500 || status === 408 || status === 425)
    return new UnavailableError(`The forum is out of order: it answered ${status}${said}.`);
  return new RefusedError(`The forum said no: ${told.words || `it answered ${status}`}`);
}
