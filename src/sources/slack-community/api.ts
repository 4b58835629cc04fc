import { RateLimitedError, UnavailableError } from '../../errors.ts';
import { asHouseError, parseJson } from '../kit/answers.ts';
import type { SourceContext } from '../source.ts';
import { type About, refusal, statusError } from './failures.ts';

const API = 'https://slack.com/api';

export type Purpose = 'read' | 'answer';
export type Params = Readonly<Record<string, string | number | boolean | undefined>>;
export type Json = Readonly<Record<string, unknown>>;

interface Options {
  readonly signal: AbortSignal;
  readonly purpose?: Purpose;
}

export interface Api {
  /** Throws errors of `errors.ts`, with Slack's word for it as their cause, or the signal's reason. */
  get(method: string, params: Params, options: Options): Promise<Json>;
  post(method: string, body: Json, options: Options): Promise<Json>;
  /** What the token may do, as the last answer told it (`X-OAuth-Scopes`); null before, or when it does not tell. */
  scopes(): readonly string[] | null;
}

/**
 * A thin client of Slack's Web API. Limits hold for one method in one workspace
 * (https://docs.slack.dev/apis/web-api/rate-limits): a method that was refused is left alone until its time has come.
 */
export function createApi(token: string, context: Pick<SourceContext, 'fetch' | 'clock' | 'meter'>): Api {
  const { fetch, clock, meter } = context;
  const until = new Map<string, number>();
  let scopes: readonly string[] | null = null;

  async function call(method: string, url: string, body: Json | null, about: About, options: Options) {
    const { signal, purpose = 'read' } = options;
    signal.throwIfAborted();
    const left = (until.get(method) ?? 0) - clock.now();
    if (left > 0) throw new RateLimitedError(`Slack’s limit for ${method} is used up for now.`, left);
    await meter.spend({ requests: 1 }, purpose);
    try {
      const headers: Record<string, string> = {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      };
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        headers,
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const failed = statusError(response, about);
      if (failed) throw failed;
      const json = parseJson(text, 'Slack');
      if (typeof json !== 'object' || json === null)
        throw new UnavailableError('Slack answered with something that is no object.');
      scopes = scopesIn(response.headers) ?? scopes;
      const answer = json as Json;
      if (answer.ok !== true) throw refusal(answer, response.headers, about);
      return answer;
    } catch (error) {
      // Held a little shorter than told: whoever waits exactly as long must get through.
      if (error instanceof RateLimitedError) until.set(method, clock.now() + error.retryAfterMs - 1);
      throw asHouseError(error, 'Slack', signal);
    }
  }

  return {
    scopes: () => scopes,
    get(method, params, options) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(params))
        if (value !== undefined) search.set(name, String(value));
      const query = search.toString();
      const channel = typeof params.channel === 'string' ? params.channel : undefined;
      const url = `${API}/${method}${query === '' ? '' : `?${query}`}`;
      return call(method, url, null, { method, channel }, options);
    },
    post(method, body, options) {
      const channel = typeof body.channel === 'string' ? body.channel : undefined;
      const about = { method, channel, writes: true };
      return call(method, `${API}/${method}`, body, about, { purpose: 'answer', ...options });
    },
  };
}

function scopesIn(headers: Headers): readonly string[] | null {
  const told = headers.get('x-oauth-scopes');
  return told === null ? null : told.split(',').map((scope) => scope.trim());
}
