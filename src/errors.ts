/**
 * The few errors an adapter may throw. The flow decides by class what to do next (stop, wait, try again, tell a
 * person); a message is written for the person who runs the bot and says what to do. It never carries a secret.
 */

/** The service refused our credentials or permissions. Retrying cannot help until a person acts. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  /** `channel` where other channels of the same chat have credentials of their own, and go on. */
  readonly scope: 'all' | 'channel';

  constructor(message: string, options: ErrorOptions & { readonly scope?: 'all' | 'channel' } = {}) {
    super(message, options);
    this.scope = options.scope ?? 'all';
  }
}

/** The service asked us to slow down. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  /** Milliseconds to wait before the next request, as the service said (or a safe guess where it did not). */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = Math.max(0, retryAfterMs);
  }
}

/** The service, or the way to it, is out of order: time-outs, 5xx, broken connections, unreadable answers. Try again later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** The service understood the request and says no (too long, deleted post, forbidden thread). Trying the same again is pointless. */
export class RejectedError extends Error {
  override readonly name = 'RejectedError';
}

/**
 * A send whose outcome is unknown: the request left us and no answer came back. It must never be repeated by itself;
 * a person looks on the network first.
 */
export class UncertainError extends Error {
  override readonly name = 'UncertainError';
}

/** A readable message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
