import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Store } from '../store/store.ts';

/** Tells listeners which items changed, whoever changed them. */
export interface Changes {
  /** Something changed in this process. */
  tell(itemIds: readonly number[]): void;
  /** Called at most once a second; returns how to stop. */
  onChange(listener: (itemIds: readonly number[]) => void): () => void;
  /** Nobody is told any more. */
  stop(): void;
}

const LEAST_MS = 1_000;
/** What another process changed is noticed this often, and only while somebody listens. */
const LOOK_MS = 2_000;
/** More changes than this between two looks are told in part; whoever listens looks at the whole queue anyway. */
const LOOKED_AT = 500;

export function createChanges(deps: {
  readonly store: Pick<Store, 'newestChanges'>;
  readonly clock: Clock;
  readonly log: { debug(fields: object, message: string): void };
}): Changes {
  const { store, clock, log } = deps;
  const listeners = new Set<(itemIds: readonly number[]) => void>();
  let pending = new Set<number>();
  let running: AbortController | null = null;
  let wake: () => void = () => {};

  async function run(signal: AbortSignal): Promise<void> {
    let versions = await look(null);
    let toldAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (pending.size === 0) await wokenWithin(LOOK_MS, signal);
      const early = toldAt + LEAST_MS - clock.now();
      if (early > 0) await pause(early, signal);
      if (signal.aborted) return;
      versions = await look(versions);
      if (pending.size === 0 || signal.aborted) continue;
      const ids = [...pending];
      pending = new Set();
      toldAt = clock.now();
      for (const listener of listeners) hear(listener, ids);
    }
  }

  /** Adds what has another version than at the last look. A failing database is looked at again later. */
  async function look(
    before: ReadonlyMap<number, number> | null,
  ): Promise<ReadonlyMap<number, number> | null> {
    try {
      const newest = await store.newestChanges(LOOKED_AT);
      const now = new Map(newest.map(({ id, version }) => [id, version]));
      if (before) for (const [id, version] of now) if (before.get(id) !== version) pending.add(id);
      return now;
    } catch (error) {
      log.debug({ error: messageOf(error) }, 'changes could not be looked up');
      return before;
    }
  }

  function hear(listener: (itemIds: readonly number[]) => void, ids: readonly number[]): void {
    try {
      listener(ids);
    } catch (error) {
      log.debug({ error: messageOf(error) }, 'a listener failed');
    }
  }

  async function wokenWithin(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = (): void => over.abort();
    signal.addEventListener('abort', stop, { once: true });
    wake = stop;
    await pause(ms, over.signal);
    signal.removeEventListener('abort', stop);
    wake = () => {};
  }

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    await clock.sleep(ms, signal).catch(() => {});
  }

  return {
    tell(itemIds) {
      if (listeners.size === 0) return;
      for (const id of itemIds) pending.add(id);
      wake();
    },
    onChange(listener) {
      // The same function may listen twice.
      const own = (itemIds: readonly number[]): void => listener(itemIds);
      listeners.add(own);
      if (!running) {
        running = new AbortController();
        void run(running.signal);
      }
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        running?.abort();
        running = null;
        pending = new Set();
      };
    },
    stop() {
      listeners.clear();
      running?.abort();
      running = null;
    },
  };
}
