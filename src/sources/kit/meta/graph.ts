import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../clock.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../../errors.ts';
import type { Dropped, Meter } from '../../source.ts';
import { parseJson } from '../answers.ts';
import { refusal, restAfter, usageOf } from './graph-errors.ts';

/**
 * A thin client of Meta's Graph API (https://developers.facebook.com/docs/graph-api/overview). The token travels in a
 * header, never in an address, and addresses that Meta sends (`paging.next` holds the token) are never followed. What Facebook
 * and Instagram share is here, as one adapter may not import another.
 */

export type Params = Readonly<Record<string, string | number>>;

interface Call {
  readonly params?: Params;
  /** Sent as a form: the call then writes. */
  readonly form?: Params;
  readonly purpose?: 'read' | 'answer';
  readonly signal: AbortSignal;
}

export interface Graph {
  /** @throws errors of `errors.ts` (`graph-errors.ts` has the finer ones), or the signal's reason. */
  call(path: string, call: Call): Promise<unknown>;
  /** How long Meta wants to be left alone after the last answer, in milliseconds; null when there is room. */
  rest(): number | null;
}

interface GraphOptions {
  /** "Facebook", for messages. */
  readonly label: string;
  /** Address without a slash at the end, and without the version. */
  readonly api: string;
  readonly version: string;
  readonly token: string;
  readonly appSecret: string | undefined;
  /** The permissions that the token needs, for messages. */
  readonly permissions: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** @see Graph */
export function createGraph(options: GraphOptions): Graph {
  const { label, api, version, token, appSecret } = options;
  const host = new URL(api).host;
  // Proves that the call comes from the app and not from somebody who found the token:
  // https://developers.facebook.com/docs/graph-api/guides/secure-requests
  const proof =
    appSecret === undefined
      ? {}
      : { appsecret_proof: createHmac('sha256', appSecret).update(token).digest('hex') };
  let restMs: number | null = null;

  async function exchange<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const known = [AuthError, RateLimitedError, RejectedError, UnavailableError, UncertainError];
      if (known.some((kind) => error instanceof kind)) throw error;
      throw new UnavailableError(`${host} cannot be reached (${messageOf(error)}).`, { cause: error });
    }
  }

  return {
    rest: () => restMs,
    async call(path, { params = {}, form, purpose = 'read', signal }) {
      signal.throwIfAborted();
      await options.meter.spend({ requests: 1 }, purpose);
      const url = `${api}/${version}${path}?${search({ ...params, ...proof })}`;
      const response = await exchange(
        () =>
          options.fetch(url, {
            method: form ? 'POST' : 'GET',
            headers: { accept: 'application/json', authorization: `Bearer ${token}` },
            signal,
            ...(form ? { body: search(form) } : {}),
          }),
        signal,
      );
      const { status, headers } = response;
      const now = options.clock.now();
      if (!response.ok) {
        const text = await response.text().catch(() => '');
        throw refusal({ status, headers, text, label, permissions: options.permissions, version, now });
      }
      restMs = restAfter(usageOf(headers));
      const text = await exchange(() => response.text(), signal);
      return parseJson(text, host);
    },
  };
}

function search(params: Params): URLSearchParams {
  return new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

/** What is wrong with an entry, with its path. */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.map(String).join('.') || 'entry'}: ${issue.message}`)
    .join('; ')
    .slice(0, 1_000);
}

/** Reads an answer that must have a certain shape. */
export function readAs<Output>(schema: z.ZodType<Output>, json: unknown, what: string): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`The answer about ${what} cannot be read: ${problemsOf(parsed.error)}.`);
}

const listSchema = z.object({
  data: z.array(z.unknown()),
  paging: z
    .object({ next: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** One page of an edge. */
export interface Listing<T> {
  readonly entries: readonly T[];
  /** Parameters of the next page; null on the last one. */
  readonly next: Params | null;
}

/** Names that paging uses: https://developers.facebook.com/docs/graph-api/results */
const PAGING = ['after', 'until', '__paging_token'] as const;

/** Entries of an edge's answer; what cannot be read goes to `dropped`. */
export function readListing<T>(
  schema: z.ZodType<T>,
  json: unknown,
  dropped: Dropped[],
  what: string,
): Listing<T> {
  const { data, paging } = readAs(listSchema, json, what);
  const entries: T[] = [];
  for (const entry of data) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) entries.push(parsed.data);
    else dropped.push({ id: idOf(entry), why: problemsOf(parsed.error) });
  }
  const address = paging?.next ?? '';
  if (!URL.canParse(address)) return { entries, next: null };
  const { searchParams } = new URL(address);
  const next = PAGING.flatMap((name) => {
    const value = searchParams.get(name);
    return value ? [[name, value] as const] : [];
  });
  return { entries, next: next.length === 0 ? null : Object.fromEntries(next) };
}

function idOf(entry: unknown): string | null {
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : null;
  return typeof id === 'string' ? id.slice(0, 100) : null;
}

const ZONE = /([+-]\d{2})(\d{2})$/;

/** `2026-06-01T11:00:00+0000` (ISO 8601, with a zone that JavaScript need not know), or epoch seconds; epoch milliseconds. */
export const graphTime = z
  .union([z.string(), z.number()])
  .transform((value) =>
    typeof value === 'number' || /^\d{9,11}$/.test(value)
      ? Number(value) * 1_000
      : Date.parse(value.replace(ZONE, '$1:$2')),
  )
  .refine((value) => Number.isFinite(value), 'is not a date');

/** Ids are opaque, and sometimes sent as numbers. */
export const graphId = z.union([
  z.string().regex(/^[\w.:-]{1,200}$/, 'is not an id'),
  z.number().int().positive().transform(String),
]);

/** Addresses in a plain text, without the full stop or bracket that follows them. */
export function linksIn(text: string): string[] {
  const found = text.slice(0, 100_000).match(/https?:\/\/[^\s<>"'`]{1,2000}/g) ?? [];
  return found.slice(0, 20).map((address) => address.replace(/[.,;:!?)\]}]{1,20}$/, ''));
}
