import type { Agent, AtpSessionData, CredentialSession } from '@atproto/api';
import { z } from 'zod';
import { AuthError, RateLimitedError } from '../../errors.ts';
import type { SourceContext } from '../source.ts';
import { asFailure, isBadToken, xrpcFailure } from './failures.ts';

/** What is used of the SDK, once it has been imported. */
export type AtprotoApi = Pick<typeof import('@atproto/api'), 'Agent' | 'CredentialSession' | 'RichText'>;

export interface Credentials {
  readonly handle: string;
  readonly password: string;
  readonly service: string;
}

/** A signed-in connection that keeps itself alive. */
export interface Session {
  /** Null before the first sign-in. */
  readonly did: string | null;
  readonly handle: string | null;
  /** What the token allows, as the server says; null when it does not say. */
  readonly scope: string | null;
  /** Signs in where that is needed, and returns our DID. */
  signIn(signal: AbortSignal): Promise<string>;
  /**
   * Runs a request signed in, and once more after renewing a token that has gone bad. Answers that fail only the SDK's
   * own check are returned as they are: the caller reads them entry by entry.
   *
   * @param purpose what the budget counts it as; default `read`
   */
  call<T>(
    doing: string,
    signal: AbortSignal,
    work: (agent: Agent) => Promise<{ data: T }>,
    purpose?: 'read' | 'answer',
  ): Promise<T>;
  /** Resolves when the newest tokens are stored. */
  settled(): Promise<void>;
}

// createSession is limited to 30 in 5 minutes and 300 a day for an account: https://docs.bsky.app/docs/advanced-guides/rate-limits
// We stay far below, so that a person can still sign in while a bot is misconfigured.
const SIGN_INS = [
  { within: 5 * 60_000, most: 10 },
  { within: 24 * 3_600_000, most: 100 },
] as const;

const SESSION_KEY = 'session';
const SIGN_INS_KEY = 'sign-ins';

const storedSchema = z.object({
  identifier: z.string(),
  service: z.string(),
  pdsUrl: z.string().nullable(),
  did: z.string(),
  handle: z.string(),
  accessJwt: z.string(),
  refreshJwt: z.string(),
});
type Stored = z.output<typeof storedSchema>;

/** Makes a session from the stored tokens, or one that signs in when first used. */
export async function openSession(
  api: AtprotoApi,
  credentials: Credentials,
  context: Pick<SourceContext, 'fetch' | 'cache' | 'clock' | 'log' | 'meter'>,
): Promise<Session> {
  const { cache, clock, log } = context;
  let saving: Promise<unknown> = Promise.resolve();
  const connection: CredentialSession = new api.CredentialSession(
    new URL(credentials.service),
    context.fetch,
    (event, data) => {
      if (!data || (event !== 'create' && event !== 'update')) return;
      const stored = toStored(data, credentials, connection.pdsUrl);
      saving = saving
        .then(() => cache.set(SESSION_KEY, stored))
        .catch((error: unknown) => log.warn({ err: error }, 'Bluesky session could not be stored'));
    },
  );
  const agent = new api.Agent((url, init) => connection.fetchHandler(url, init));
  const readStored = async (): Promise<Stored | null> => {
    const parsed = storedSchema.safeParse(await cache.get(SESSION_KEY));
    if (!parsed.success) return null;
    const { identifier, service } = parsed.data;
    return identifier === credentials.handle && service === credentials.service ? parsed.data : null;
  };
  const adopt = (stored: Stored): void => {
    const { did, handle, accessJwt, refreshJwt } = stored;
    connection.session = { did, handle, accessJwt, refreshJwt, active: true };
    if (stored.pdsUrl && URL.canParse(stored.pdsUrl)) connection.pdsUrl = new URL(stored.pdsUrl);
  };

  const signInFresh = async (): Promise<void> => {
    await countSignIn(cache, clock.now());
    try {
      await connection.login({ identifier: credentials.handle, password: credentials.password });
      log.info({ handle: connection.session?.handle }, 'signed in to Bluesky');
    } catch (error) {
      throw signInFailure(error, credentials, clock.now());
    }
  };

  /** Gets a token other than `bad`: from another process, by refreshing, or by signing in. */
  const renew = async (bad: string | undefined): Promise<void> => {
    if (connection.session && connection.session.accessJwt !== bad) return;
    const stored = await readStored();
    if (stored && stored.accessJwt !== bad) return adopt(stored);
    if (connection.session) {
      try {
        await connection.refreshSession();
        return;
      } catch (error) {
        if (!isBadToken(error)) throw asFailure(error, 'renew its session', clock.now());
      }
    }
    await signInFresh();
  };

  // One renewal at a time: poll, reply and check run at once, and a refresh token is good for one use.
  let renewing: Promise<void> | null = null;
  const renewOnce = (bad: string | undefined, signal: AbortSignal): Promise<void> => {
    renewing ??= renew(bad).finally(() => {
      renewing = null;
    });
    return unlessAborted(renewing, signal);
  };

  const first = await readStored();
  if (first) adopt(first);

  const signIn = async (signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    if (!connection.session) await renewOnce(undefined, signal);
    const did = connection.session?.did;
    if (!did) throw new AuthError('Bluesky gave no session: check handle and app password.');
    return did;
  };

  return {
    get did() {
      return connection.session?.did ?? first?.did ?? null;
    },
    get handle() {
      return connection.session?.handle ?? first?.handle ?? null;
    },
    get scope() {
      return scopeOf(connection.session?.accessJwt);
    },
    signIn,
    async call(doing, signal, work, purpose) {
      for (let attempt = 0; ; attempt++) {
        await signIn(signal);
        await context.meter.spend({ requests: 1 }, purpose);
        const token = connection.session?.accessJwt;
        try {
          return await readable(work(agent));
        } catch (error) {
          signal.throwIfAborted();
          if (attempt > 0 || !isBadToken(error)) throw asFailure(error, doing, clock.now());
        }
        await renewOnce(token, signal);
      }
    },
    settled: async () => {
      await saving;
    },
  };
}

/** The answer, also when the SDK found one entry of it at fault. */
async function readable<T>(answer: Promise<{ data: T }>): Promise<T> {
  try {
    return (await answer).data;
  } catch (error) {
    const body = xrpcFailure(error)?.responseBody;
    if (typeof body === 'object' && body !== null) return body as T;
    throw error;
  }
}

function toStored(data: AtpSessionData, credentials: Credentials, pdsUrl: URL | undefined): Stored {
  const { did, handle, accessJwt, refreshJwt } = data;
  return {
    identifier: credentials.handle,
    service: credentials.service,
    pdsUrl: pdsUrl?.href ?? null,
    did,
    handle,
    accessJwt,
    refreshJwt,
  };
}

async function countSignIn(cache: SourceContext['cache'], now: number): Promise<void> {
  const parsed = z.array(z.number()).safeParse(await cache.get(SIGN_INS_KEY));
  const day = parsed.success ? parsed.data.filter((at) => at > now - 24 * 3_600_000 && at <= now) : [];
  for (const { within, most } of SIGN_INS) {
    const recent = day.filter((at) => at > now - within);
    const oldest = recent[recent.length - most];
    if (oldest !== undefined)
      throw new RateLimitedError(
        'Signed in to Bluesky too often; waiting, so that the account is not locked out.',
        oldest + within - now,
      );
  }
  await cache.set(SIGN_INS_KEY, [...day, now]);
}

function signInFailure(error: unknown, credentials: Credentials, now: number): Error {
  const failure = asFailure(error, 'sign in', now);
  // A wrong password is 401 AuthenticationRequired, "Invalid identifier or password".
  if (!(failure instanceof AuthError) || xrpcFailure(error)?.error !== 'AuthenticationRequired')
    return failure;
  return new AuthError(
    `Bluesky does not accept the handle ${credentials.handle} with this password: check both, or create a new app password in Bluesky under Settings → Privacy and security → App passwords.`,
    { cause: error },
  );
}

/** The `scope` of the access token (a JWT): `com.atproto.access` is the main password, `com.atproto.appPass` an app password. */
function scopeOf(token: string | undefined): string | null {
  try {
    const payload = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof payload.scope === 'string' ? payload.scope : null;
  } catch {
    return null;
  }
}

/** The promise, or the signal's reason as soon as it aborts; the work itself goes on for whoever else waits for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
