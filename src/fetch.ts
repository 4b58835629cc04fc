import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import { RejectedError, UnavailableError } from './errors.ts';

/** Turns a name into every address it has. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface GuardOptions {
  /**
   * Lets the addresses of one's own network through (private, loopback, carrier-grade NAT, unique local). Link-local
   * addresses and the metadata services of cloud providers stay shut: no forum lives there.
   */
  readonly allowPrivate: boolean;
  /** Deadline of a whole request, redirects and body included; default 30,000 ms. */
  readonly timeoutMs?: number;
  readonly userAgent: string;
  /** Longest body, after decompression; default 10 MB. */
  readonly maxBytes?: number;
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

const MAX_REDIRECTS = 5;
/** `fetch` follows these; 304 and 300 are answers. https://fetch.spec.whatwg.org/#redirect-status */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What may go along to another origin: nothing that could be a credential. */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-language',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'user-agent',
]);
/** Metadata services outside link-local space: Amazon's IPv6 and Alibaba's IPv4 address. */
const METADATA = new Set(['fd00:ec2:0:0:0:0:0:254', '100.100.100.200']);
const OWN_NETWORK = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);

/**
 * Why an address may not be connected to, in words; null when it may. Only global unicast passes, and, with
 * `allowPrivate`, one's own network. IPv4 in IPv6's clothes (mapped, NAT64) is judged by the IPv4 address inside.
 */
export function addressProblem(address: string, allowPrivate: boolean): string | null {
  if (!ipaddr.isValid(address)) return `${address} is not an address`;
  let parsed: ipaddr.IPv4 | ipaddr.IPv6 = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && ['ipv4Mapped', 'rfc6052'].includes(parsed.range()))
    parsed = new ipaddr.IPv4(parsed.toByteArray().slice(12));
  const range = parsed.range();
  const shown = parsed.toString();
  if (METADATA.has(parsed.toNormalizedString())) return `${shown} is a cloud metadata service`;
  if (OWN_NETWORK.has(range)) return allowPrivate ? null : `${shown} is a private address`;
  // Everything outside 2000::/3 is special, whatever it is called today.
  const global = parsed instanceof ipaddr.IPv4 || (parsed.parts[0] ?? 0) >> 13 === 1;
  return range === 'unicast' && global ? null : `${shown} is not a public address (${range})`;
}

function refusal(host: string, problem: string): RejectedError {
  return new RejectedError(
    `Refused to connect to ${host}: ${problem}. If this is meant to reach your own network, set allowPrivate: true for this source.`,
  );
}

const systemResolve: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/**
 * Connects only where {@link addressProblem} has nothing to say. The addresses that were checked are those that are
 * connected to, so a name that changes its address between check and connection (DNS rebinding) gains nothing.
 */
function guardedConnector(allowPrivate: boolean, resolve: Resolve): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const family = options.family === 4 || options.family === 6 ? options.family : 0;
        const wanted = found.filter((address) => family === 0 || address.family === family);
        const allowed = wanted.filter(({ address }) => addressProblem(address, allowPrivate) === null);
        const [first] = allowed;
        if (!first) {
          const [shut] = wanted;
          const problem = shut ? `it resolves to ${addressProblem(shut.address, allowPrivate)}` : null;
          const nobody = Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' });
          callback(problem ? refusal(hostname, problem) : nobody, '', 0);
        } else if (options.all) callback(null, [...allowed]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0),
    );
  };
  const connect = buildConnector({ lookup });
  return (options, callback) => {
    // An address in the URL is never looked up; URL has already turned 0x7f.1 and 2130706433 into 127.0.0.1.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    const problem = ipaddr.isValid(literal) ? addressProblem(literal, allowPrivate) : null;
    if (problem) callback(refusal(literal, problem), null);
    else connect(options, callback);
  };
}

/** What went wrong on the way, in words; codes of Node and undici. */
function trouble(error: unknown, host: string): Error {
  const codes: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth++) {
    if (at instanceof RejectedError || at instanceof UnavailableError) return at;
    if ('code' in at && typeof at.code === 'string') codes.push(at.code);
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  // Ports of other protocols: https://fetch.spec.whatwg.org/#port-blocking
  if (error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port')
    return new RejectedError(`${host} names a port that belongs to another protocol than http.`);
  const code = codes.at(-1) ?? 'no further details';
  const say = (words: string): Error => new UnavailableError(`${words} (${code}).`, { cause: error });
  if (/^(?:ENOTFOUND|EAI_)/.test(code))
    return say(`The name ${host} was not found: check the address and the network`);
  if (code === 'ECONNREFUSED') return say(`${host} refused the connection: nothing listens there`);
  if (/TIMEDOUT|TIMEOUT/.test(code)) return say(`${host} did not answer in time`);
  if (/CERT|TLS|SSL|SIGNATURE/.test(code)) return say(`The certificate of ${host} is not to be trusted`);
  if (/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/.test(code))
    return say(`There is no way to ${host} from here`);
  return say(`The connection to ${host} broke`);
}

/** Same origin, or the same host moved from http to https: then the headers may stay. */
function keepsCredentials(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const upgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname;
  return upgrade && from.port === '' && to.port === '';
}

/** One request of a chain. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
}

/** The next request after a redirect, as the Fetch standard has it, but with no credential leaving its origin. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const { host } = hop.url;
  if (!URL.canParse(location, hop.url.href))
    throw new UnavailableError(`${host} redirected to something that is no address.`);
  const url = checkedUrl(new URL(location, hop.url));
  const becomesGet =
    (status === 303 && hop.method !== 'GET' && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const keeps = keepsCredentials(hop.url, url);
  if (!keeps && !becomesGet && hop.body !== null)
    throw new RejectedError(
      `${host} redirected what was sent to another site (${url.host}); nothing was passed on.`,
    );
  const headers = new Headers(hop.headers);
  for (const name of [...headers.keys()]) {
    const describesBody = becomesGet && name.startsWith('content-');
    if (describesBody || (!keeps && !HARMLESS_HEADERS.has(name))) headers.delete(name);
  }
  return { url, method: becomesGet ? 'GET' : hop.method, headers, body: becomesGet ? null : hop.body };
}

function checkedUrl(url: URL): URL {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new RejectedError(`Only http and https addresses can be fetched, not ${url.protocol}`);
  if (url.username || url.password)
    throw new RejectedError(
      `The address of ${url.host} holds a user name or password; configure a token instead.`,
    );
  return url;
}

/** The deadline and the caller's own signal, told apart. */
interface Limits {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
  readonly caller: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  done(): void;
}

function limitsOf(caller: AbortSignal, timeoutMs: number, maxBytes: number): Limits {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  // A forgotten body must not hold up the end of the process.
  timer.unref();
  const signal = AbortSignal.any([caller, deadline.signal]);
  return { signal, deadline: deadline.signal, caller, timeoutMs, maxBytes, done: () => clearTimeout(timer) };
}

/** Whose fault it was: the caller's wish, the deadline, or the way there. */
function blame(error: unknown, host: string, limits: Limits): unknown {
  if (limits.caller.aborted) return limits.caller.reason;
  if (limits.deadline.aborted)
    return new UnavailableError(`${host} did not answer completely within ${limits.timeoutMs / 1_000} s.`);
  return trouble(error, host);
}

/** The body, counted and under the deadline to its last byte. */
function boundedBody(
  body: ReadableStream<Uint8Array>,
  host: string,
  limits: Limits,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            limits.done();
            controller.close();
            return;
          }
          bytes += value.byteLength;
          if (bytes > limits.maxBytes) {
            reader.cancel().catch(() => undefined);
            throw new UnavailableError(`${host} sent more than ${limits.maxBytes / 1_000_000} MB.`);
          }
          controller.enqueue(value);
        } catch (error) {
          limits.done();
          controller.error(blame(error, host, limits));
        }
      },
      async cancel(reason) {
        limits.done();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Server-sent events that the caller asked for: the only bodies that may go on for ever. */
function isEventStream(hop: Hop, contentType: string | null): boolean {
  const asked = hop.headers.get('accept') === 'text/event-stream';
  return asked && /^text\/event-stream\b/i.test(contentType ?? '');
}

/**
 * A `fetch` for addresses that other people chose. It differs from the platform's in this:
 * - only http and https; only public addresses, checked when connecting, at every hop (see {@link GuardOptions.allowPrivate});
 * - at most 5 redirects; to another origin only harmless headers go along, and no body;
 * - one deadline for everything, and a cap on the body, both also while the caller reads it (but for a
 *   `text/event-stream` that was asked for by `accept`: there they end with the headers);
 * - errors are `RejectedError` (refused by these rules) and `UnavailableError` (everything else that goes wrong), in
 *   words that name the host and nothing else of the address, which may hold a secret. Statuses are never errors.
 *   An abort by the caller's signal rejects with its reason, as ever.
 */
export function guardedFetch(options: GuardOptions): typeof fetch {
  const { allowPrivate, timeoutMs = 30_000, userAgent, maxBytes = 10_000_000 } = options;
  const dispatcher = new Agent({
    connect: guardedConnector(allowPrivate, options.resolve ?? systemResolve),
    // The deadline below is the only clock; undici's own (300 s) would never ring first.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function once(hop: Hop, limits: Limits) {
    try {
      const { url, method, headers, body } = hop;
      return await undiciFetch(url, {
        method,
        headers: [...headers],
        body,
        redirect: 'manual',
        signal: limits.signal,
        dispatcher,
      });
    } catch (error) {
      throw blame(error, hop.url.host, limits);
    }
  }

  async function follow(first: Hop, redirect: Request['redirect'], limits: Limits): Promise<Response> {
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const answer = await once(hop, limits);
      const location = answer.headers.get('location');
      if (redirect !== 'manual' && REDIRECTS.has(answer.status) && location !== null) {
        await answer.body?.cancel().catch(() => undefined);
        if (redirect === 'error' || redirects >= MAX_REDIRECTS)
          throw new UnavailableError(
            `${first.url.host} redirected ${redirects + 1} times; that is too often.`,
          );
        hop = nextHop(hop, answer.status, location);
        continue;
      }
      const { host } = hop.url;
      if (Number(answer.headers.get('content-length') ?? 0) > maxBytes) {
        await answer.body?.cancel().catch(() => undefined);
        throw new UnavailableError(`${host} wants to send more than ${maxBytes / 1_000_000} MB.`);
      }
      // Asked for and open-ended by nature: its reader watches for silence and bounds each event.
      const endless = isEventStream(hop, answer.headers.get('content-type'));
      if (endless) limits.done();
      const cap = endless ? { ...limits, maxBytes: Number.POSITIVE_INFINITY } : limits;
      const body = answer.body ? boundedBody(answer.body, host, cap) : null;
      if (!body) limits.done();
      return described(answer, body, hop.url, redirects > 0);
    }
  }

  return async (input, init) => {
    let request: Request;
    try {
      request = new Request(input, { ...init, ...(init?.body ? { duplex: 'half' } : {}) });
    } catch {
      // The platform's message would repeat the address, password and all.
      throw new RejectedError(
        'An address or request is not one that can be fetched: check the configured URL.',
      );
    }
    const url = checkedUrl(new URL(request.url));
    const limits = limitsOf(request.signal, timeoutMs, maxBytes);
    try {
      const body = request.body ? new Uint8Array(await request.arrayBuffer()) : null;
      const headers = new Headers(request.headers);
      if (!headers.has('user-agent')) headers.set('user-agent', userAgent);
      return await follow({ url, method: request.method, headers, body }, request.redirect, limits);
    } catch (error) {
      limits.done();
      throw error;
    }
  };
}

/** The platform's own `Response`, so that libraries that check for it are content. */
function described(
  answer: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: Iterable<[string, string]>;
  },
  body: ReadableStream<Uint8Array> | null,
  url: URL,
  redirected: boolean,
): Response {
  const { status, statusText } = answer;
  if (status < 200 || status > 599)
    throw new UnavailableError(`${url.host} answered with status ${status}, which does not exist.`);
  const bodiless = status === 204 || status === 205 || status === 304;
  const response = new Response(bodiless ? null : body, { status, statusText, headers: [...answer.headers] });
  Object.defineProperty(response, 'url', { value: url.href });
  Object.defineProperty(response, 'redirected', { value: redirected });
  return response;
}
