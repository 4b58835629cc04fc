import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { notJson } from '../kit/answers.ts';
import type { Meter } from '../source.ts';

/** "Violation of backoff parameter" names no time, and the ban for more than 30 requests a second lasts up to minutes. */
const DEFAULT_WAIT_MS = 120_000;
const MAX_WAIT_MS = 25 * 3_600_000;
/** With fewer left than this of the day, nothing is asked for an hour: others on this address may need some too. */
const RESERVE = 3;
const RESERVE_WAIT_MS = 3_600_000;

/**
 * What every answer is wrapped in: https://api.stackexchange.com/docs/wrapper. All of it may be left out by a filter,
 * so nothing but the list is needed.
 */
const wrapperSchema = z.object({
  items: z.array(z.unknown()),
  has_more: z.boolean().catch(false),
  backoff: z.number().nonnegative().nullish().catch(null),
  quota_max: z.number().nullish().catch(null),
  quota_remaining: z.number().nullish().catch(null),
});
const errorSchema = z.object({
  error_id: z.number(),
  error_name: z.string().catch(''),
  error_message: z.string().catch(''),
});

export interface Page {
  readonly items: readonly unknown[];
  readonly more: boolean;
  /** Milliseconds during which this method must not be called again. */
  readonly backoffMs: number;
}

export interface Quota {
  readonly remaining: number;
  readonly max: number;
}

export interface Api {
  /**
   * @param method `questions/{ids}/answers`: what backoff goes by
   * @param path the same with its ids, without a leading slash
   * @throws errors of `errors.ts`, or the signal's reason
   */
  get(
    method: string,
    path: string,
    params: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<Page>;
  /** Milliseconds the API asks to wait before the next poll, as told since the last call of this; null when it does not. */
  takeWait(): number | null;
  quota(): Quota | null;
}

interface ApiOptions {
  readonly api: string;
  readonly key: string | undefined;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** A thin client of the Stack Exchange API 2.3, with its two ways to slow down: quota and backoff (https://api.stackexchange.com/docs/throttle). */
export function createApi(options: ApiOptions): Api {
  const { clock, meter } = options;
  const host = new URL(options.api).host;
  const until = new Map<string, number>();
  let waitMs: number | null = null;
  let quota: Quota | null = null;

  function note(method: string, page: z.output<typeof wrapperSchema>): number {
    const backoffMs = Math.min(MAX_WAIT_MS, (page.backoff ?? 0) * 1_000);
    if (backoffMs > 0) {
      until.set(method, clock.now() + backoffMs);
      waitMs = Math.max(waitMs ?? 0, backoffMs);
    }
    if (page.quota_remaining != null) {
      quota = { remaining: page.quota_remaining, max: page.quota_max ?? page.quota_remaining };
      if (page.quota_remaining < RESERVE) waitMs = Math.max(waitMs ?? 0, RESERVE_WAIT_MS);
    }
    return backoffMs;
  }

  async function request(url: string, signal: AbortSignal): Promise<{ response: Response; text: string }> {
    signal.throwIfAborted();
    await meter.spend({ requests: 1 }, 'read');
    try {
      // Every answer is compressed, whatever is asked for: fetch undoes it.
      const response = await options.fetch(url, { headers: { accept: 'application/json' }, signal });
      return { response, text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const known = [AuthError, RateLimitedError, RejectedError, UnavailableError, UncertainError];
      if (known.some((kind) => error instanceof kind)) throw error;
      throw new UnavailableError(`${host} cannot be reached (${messageOf(error)}).`, { cause: error });
    }
  }

  return {
    async get(method, path, params, signal) {
      const left = (until.get(method) ?? 0) - clock.now();
      if (left > 0)
        throw new RateLimitedError(`Stack Exchange asked us to leave ${method} alone for a while.`, left);
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(params)) search.set(name, String(value));
      if (options.key !== undefined) search.set('key', options.key);
      const { response, text } = await request(`${options.api}/${path}?${search}`, signal);
      const json = parse(text);
      const refused = errorSchema.safeParse(json);
      if (refused.success) throw refusal(refused.data);
      if (!response.ok) throw statusError(response);
      const parsed = wrapperSchema.safeParse(json);
      if (!parsed.success) throw new UnavailableError(notJson(text, host));
      return { items: parsed.data.items, more: parsed.data.has_more, backoffMs: note(method, parsed.data) };
    },
    takeWait() {
      const told = waitMs;
      waitMs = null;
      return told;
    },
    quota: () => quota,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clampWait(ms: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/**
 * What an error of the API means: https://api.stackexchange.com/docs/error-handling. All come with status 400. The end
 * of the day's quota tells in words when there is more (https://github.com/mudassir0909/stackoverflow-card/issues/6).
 */
function refusal(error: z.output<typeof errorSchema>): Error {
  const words = error.error_message.replace(/\s+/g, ' ').slice(0, 300);
  const said = words === '' ? error.error_name.slice(0, 50) : words;
  const { error_id: id } = error;
  if (id === 502) {
    const [, seconds] = /available in (\d{1,6}) seconds/i.exec(words) ?? [];
    const wait = seconds === undefined ? DEFAULT_WAIT_MS : Number(seconds) * 1_000;
    return new RateLimitedError(`Stack Exchange asks us to slow down (“${said}”).`, clampWait(wait));
  }
  if (id === 500 || id === 503) return new UnavailableError(`Stack Exchange is out of order (“${said}”).`);
  if (id === 400)
    return new AuthError(
      `Stack Exchange does not know what the configuration names (“${said}”). Look at key, sites and tags.`,
    );
  if (id === 404)
    return new RejectedError(
      `Stack Exchange has no such method (“${said}”). Look at api in the configuration.`,
    );
  return new AuthError(
    `Stack Exchange refused the key (“${said}”). Register an app at https://stackapps.com/apps/oauth/register and take its key.`,
  );
}

/** An answer that is not the API's own: of what stands before it. */
function statusError(response: Response): Error {
  const { status } = response;
  if (status === 429) {
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new RateLimitedError(
      'Stack Exchange asks us to slow down.',
      after > 0 ? clampWait(after * 1_000) : DEFAULT_WAIT_MS,
    );
  }
  if (status === 401 || status === 403)
    return new AuthError(
      `Stack Exchange refused us with status ${status}. Look at the key, and whether this address is blocked.`,
    );
  if (status >= 500) return new UnavailableError(`Stack Exchange is out of order: it answered ${status}.`);
  return new UnavailableError(`Stack Exchange answered ${status}, which it should not.`);
}
