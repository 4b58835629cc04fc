import type { Clock } from '../../clock.ts';
import { type AuthError, messageOf, RateLimitedError } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import type { Identity, SlackWeb, WebWatcher } from './web.ts';

/** Waits between two attempts to sign in, in milliseconds; a refused token is tried again only rarely. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const REFUSED_WAIT_MS = 15 * 60_000;

/** Who we are, and whether Slack still believes it. */
export interface SlackIdentity extends WebWatcher {
  now(): Identity | null;
  /** Who we are, asked for when nobody knows yet. */
  need(web: SlackWeb, signal: AbortSignal): Promise<Identity>;
  /**
   * Signs in, then runs `onward` once. Resolves when the first attempt (and `onward`) has ended; goes on trying in the
   * background when Slack was out of order or refused us, never in a tight loop.
   */
  establish(web: SlackWeb, onward: () => Promise<void>): Promise<void>;
  /** Null while the token works; else what is wrong. */
  problem(): string | null;
  stop(): void;
}

/** @param deps.known who we are, where the installation says so already */
export function slackIdentity(deps: {
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly known?: Identity | null;
}): SlackIdentity {
  const { clock, log } = deps;
  const stopping = new AbortController();
  let known: Identity | null = deps.known ?? null;
  let signedIn = false;
  let refusal: string | null = null;
  let outage: string | null = known === null ? 'Signing in to Slack.' : null;
  let rechecking = false;
  let asker: SlackWeb | null = null;

  /** Asks every quarter of an hour whether the token works again, as after a suspended workspace. */
  async function recheck(): Promise<void> {
    if (rechecking || !asker) return;
    rechecking = true;
    while (refusal !== null && !stopping.signal.aborted) {
      const woken = await clock.sleep(REFUSED_WAIT_MS, stopping.signal).then(
        () => true,
        () => false,
      );
      if (woken) await asker.authTest(stopping.signal).catch(() => null);
    }
    rechecking = false;
  }

  async function signIn(web: SlackWeb, failures: number): Promise<number | null> {
    try {
      known = await web.authTest(stopping.signal);
      signedIn = true;
      outage = null;
      return null;
    } catch (error) {
      if (refusal !== null) return REFUSED_WAIT_MS;
      outage = messageOf(error);
      log.warn({ why: outage, failures }, 'could not sign in to Slack');
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
      return error instanceof RateLimitedError ? Math.max(wait, error.retryAfterMs) : wait;
    }
  }

  async function keepTrying(web: SlackWeb, onward: () => Promise<void>, first: () => void): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const wait = await signIn(web, failures);
      if (wait === null) {
        await onward();
        break;
      }
      first();
      await clock.sleep(wait, stopping.signal).catch(() => {});
    }
    first();
  }

  return {
    now: () => known,
    async need(web, signal) {
      known ??= await web.authTest(signal);
      return known;
    },
    establish(web, onward) {
      asker = web;
      return new Promise((resolve) => {
        void keepTrying(web, onward, resolve).catch((error: unknown) => {
          outage = messageOf(error);
          resolve();
        });
      });
    },
    worked() {
      if (refusal !== null) log.info({}, 'Slack accepts the token again');
      refusal = null;
    },
    refused(error: AuthError) {
      if (refusal === null) log.error({ why: error.message }, 'Slack refuses the token');
      refusal = error.message;
      // Before the first sign-in the loop above asks by itself.
      if (signedIn) void recheck();
    },
    problem: () => refusal ?? outage,
    stop: () => stopping.abort(),
  };
}
