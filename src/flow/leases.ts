import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Queries } from '../store/store.ts';

/** What this process alone may do, among all that share the database. */
export interface Leases {
  /** Takes, or keeps, the right to do something; false while another process has it. Kept until {@link Leases.run} ends. */
  hold(name: string): Promise<boolean>;
  /** Renews what is held until `signal` aborts, then gives everything back, so that nobody waits for a process that is gone. */
  run(signal: AbortSignal): Promise<void>;
}

/** After a crash the others wait this long at most; a pause of the event loop must stay well below it. */
const TTL_MS = 20_000;
const RENEW_MS = 5_000;

/** @param holder this process: unique for ever */
export function createLeases(deps: {
  readonly store: Pick<Queries, 'lease' | 'releaseHolder'>;
  readonly clock: Clock;
  readonly holder: string;
  readonly log: { warn(fields: object, message: string): void };
}): Leases {
  const { store, clock, holder } = deps;
  /** Name → when it was last confirmed. */
  const held = new Map<string, number>();

  async function take(name: string): Promise<boolean> {
    const now = clock.now();
    const mine = await store.lease(name, holder, TTL_MS, now);
    if (mine) held.set(name, now);
    else held.delete(name);
    return mine;
  }

  return {
    hold: (name) => {
      // Confirmed a moment ago, and renewed by `run`: no need to ask the database for every single card.
      const confirmed = held.get(name);
      return confirmed !== undefined && clock.now() - confirmed < RENEW_MS
        ? Promise.resolve(true)
        : take(name);
    },
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(RENEW_MS, signal).catch(() => {});
        if (signal.aborted) break;
        for (const name of [...held.keys()]) {
          await take(name).catch((error) =>
            deps.log.warn({ lease: name, error: messageOf(error) }, 'a lease was not renewed'),
          );
        }
      }
      held.clear();
      await store.releaseHolder(holder);
    },
  };
}
