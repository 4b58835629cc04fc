import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';

const OF_THE_HOUSE = [AuthError, RateLimitedError, RejectedError, UnavailableError, UncertainError];

/** How Node and undici name a failure from before a request left this machine. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Causes looked at, at most: an error may be its own cause. */
const MAX_DEPTH = 8;

/** Whether a failed request certainly did not reach the service, so that sending it again publishes nothing twice. */
export function neverLeft(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < MAX_DEPTH && at instanceof Error; depth++) {
    if ('code' in at && NOT_CONNECTED.has(String(at.code))) return true;
    // One error for each address that was tried: a single one that may have connected is enough for doubt.
    if (at instanceof AggregateError && at.errors.length > 0 && at.errors.every(neverLeft)) return true;
    at = at.cause;
  }
  return false;
}

/**
 * Anything thrown on the way to a service as an error of the house; an abort stays the signal's reason.
 *
 * @param service for people: "Slack", "mastodon.example"
 */
export function asHouseError(error: unknown, service: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (OF_THE_HOUSE.some((kind) => error instanceof kind)) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return new UnavailableError(`${service} cannot be reached (${messageOf(error)}${cause}).`, {
    cause: error,
  });
}

/** The body as text; its length and its time are bounded by the `fetch` we were given. */
export async function readText(response: Response, service: string, signal: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw asHouseError(error, service, signal);
  }
}

/**
 * Reads JSON.
 *
 * @param hint what the person who runs the bot may check; added to the words
 * @throws UnavailableError when it is something else: a proxy's page, nothing, an answer cut short
 */
export function parseJson(text: string, service: string, hint = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnavailableError(`${notJson(text, service)}${hint === '' ? '' : ` ${hint}`}`);
  }
}

/** Words for an answer that should have been JSON of a certain shape and is not. */
export function notJson(text: string, service: string): string {
  const what = /^\s*</.test(text) ? 'a web page' : text.trim() === '' ? 'nothing' : 'something unreadable';
  return `${service} answered with ${what} where JSON was expected.`;
}

/**
 * Runs what has to happen before the one request that publishes, such as handing over a picture: whatever goes wrong in
 * it, a time-out included, nothing is public, and a person reads just that.
 *
 * @param what did not work: "The picture could not be handed to Bluesky"
 * @throws AuthError, RateLimitedError or RejectedError, never an UncertainError
 */
export async function beforeSending<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ([AuthError, RateLimitedError, RejectedError].some((kind) => error instanceof kind)) throw error;
    throw new RejectedError(`${what} (${messageOf(error)}). Nothing was sent; try again in a moment.`, {
      cause: error,
    });
  }
}
