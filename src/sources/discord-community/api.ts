import { RateLimitedError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';
import { type About, createPauses, isGlobal, refusal } from './failures.ts';

/** https://docs.discord.com/developers/reference#api-versioning */
export const API = 'https://discord.com/api/v10';
/** Discord wants `DiscordBot (…)` in front (https://docs.discord.com/developers/reference#user-agent). */
const USER_AGENT = 'DiscordBot (self-hosted, 0.1) Potluck/0.1';
/**
 * A used-up window is waited for here when it is short, as those of messages are (seconds); the flow waits for the
 * others, and meanwhile does something else.
 */
const SHORT_WAIT_MS = 5_000;
const GLOBAL = 'global';

export type Purpose = 'read' | 'answer';
export type Params = Readonly<Record<string, string | number | undefined>>;

interface Call {
  readonly signal: AbortSignal;
  readonly about: About;
  readonly purpose?: Purpose;
}

export interface Api {
  /** Throws errors of `errors.ts`, with Discord's code as their cause, or the signal's reason. */
  get(path: string, call: Call & { readonly params?: Params }): Promise<unknown>;
  post(path: string, body: object, call: Call): Promise<unknown>;
}

/**
 * A thin client of Discord's REST API that keeps its limits by what the answers' headers say; nothing about them is
 * hard-coded (https://docs.discord.com/developers/topics/rate-limits).
 */
export function createApi(token: string, context: Pick<SourceContext, 'fetch' | 'clock' | 'meter'>): Api {
  const { fetch, clock, meter } = context;
  const pauses = createPauses(clock);
  /** By route: the bucket that Discord counts it in; several routes may share one. */
  const buckets = new Map<string, string>();

  /** Limits are counted by bucket and by the channel or server at the beginning of the path. */
  function keyOf(route: string, path: string): string {
    const major = /^\/(?:channels|guilds)\/\d+/.exec(path)?.[0] ?? '';
    return `${buckets.get(route) ?? route} ${major}`;
  }

  async function waitFor(key: string, signal: AbortSignal): Promise<void> {
    const left = Math.max(pauses.left(GLOBAL), pauses.left(key));
    if (left === 0) return;
    if (left > SHORT_WAIT_MS) throw new RateLimitedError('Discord’s rate limit is used up for now.', left);
    await clock.sleep(left, signal);
  }

  function note(route: string, path: string, headers: Headers): void {
    const bucket = headers.get('x-ratelimit-bucket');
    if (bucket) buckets.set(route, bucket);
    const resetMs = Number(headers.get('x-ratelimit-reset-after') || Number.NaN) * 1_000;
    if (headers.get('x-ratelimit-remaining') === '0' && resetMs > 0)
      pauses.hold(keyOf(route, path), Math.ceil(resetMs));
  }

  async function call(method: string, path: string, query: string, body: object | null, options: Call) {
    const { signal, about, purpose = 'read' } = options;
    signal.throwIfAborted();
    // Ids are not part of the route, but the channel and the server count one by one.
    const route = `${method} ${path.replace(/\d{15,20}/g, '{id}')}`;
    await waitFor(keyOf(route, path), signal);
    await meter.spend({ requests: 1 }, purpose);
    try {
      const headers: Record<string, string> = {
        accept: 'application/json',
        authorization: `Bot ${token}`,
        'user-agent': USER_AGENT,
        ...(body ? { 'content-type': 'application/json' } : {}),
      };
      const response = await fetch(`${API}${path}${query}`, {
        method,
        headers,
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      note(route, path, response.headers);
      if (response.ok) return parseJson(text, 'Discord');
      const error = refusal(response, text, about);
      if (error instanceof RateLimitedError)
        pauses.hold(
          isGlobal(response.headers, text) ? GLOBAL : keyOf(route, path),
          // Held a little shorter than told: whoever waits exactly as long must get through.
          error.retryAfterMs - 1,
        );
      throw error;
    } catch (error) {
      throw asHouseError(error, 'Discord', signal);
    }
  }

  return {
    get(path, options) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(options.params ?? {}))
        if (value !== undefined) search.set(name, String(value));
      const query = search.toString();
      return call('GET', path, query === '' ? '' : `?${query}`, null, options);
    },
    post: (path, body, options) => call('POST', path, '', body, { purpose: 'answer', ...options }),
  };
}
