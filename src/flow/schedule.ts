import type { Clock } from '../clock.ts';
import type { Item } from '../domain/item.ts';
import { messageOf } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Act } from './act.ts';
import type { Incidents } from './incidents.ts';
import { apply } from './ingest.ts';
import type { Leases } from './leases.ts';
import type { Watch } from './watch.ts';

export interface ScheduleDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly act: Pick<Act, 'settleStuck'>;
  readonly watches: ReadonlyMap<string, Watch>;
  readonly leases: Pick<Leases, 'hold'>;
  readonly incidents: Pick<Incidents, 'level'>;
  readonly changed: (itemIds: readonly number[]) => void;
  readonly log: { debug(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** What the passing of time does. Each job may run at any time, twice, and in several processes. */
export interface Schedule {
  /** Wakes snoozed items whose time has come. Every few seconds. */
  wake(): Promise<void>;
  /** Brings the cards of incidents level with their members. Every few seconds. */
  incidents(): Promise<void>;
  /** Gives replies of unknown outcome back to a person. Every minute. */
  settle(): Promise<void>;
  /** Asks the networks again whether open items were answered there. Every minute. */
  recheck(signal: AbortSignal): Promise<void>;
  /** Deletes what expired. Every hour. */
  sweep(): Promise<void>;
}

const WAKE_PAGE = 200;
/** Conversations asked for in one run, and how long one answer holds: open items of a busy day within a few minutes, and far below every network's limit. */
const RECHECK_PER_RUN = 10;
const RECHECK_EVERY_MS = 5 * 60_000;
const RECHECK_ITEMS = 500;
const RECHECK_TIMEOUT_MS = 50_000;

export function createSchedule(deps: ScheduleDeps): Schedule {
  const { store, clock } = deps;
  const askedAt = new Map<number, number>();

  async function wake(): Promise<void> {
    const now = clock.now();
    const due = await store.dueSnoozes(now, WAKE_PAGE);
    for (const item of due) {
      // One that cannot be woken now does not let the others sleep on.
      await guard('wake', async () => {
        await store.transaction(`item:${item.id}`, (queries) => apply(queries, item, { type: 'wake' }, now));
      });
    }
    if (due.length > 0) deps.changed(due.map((item) => item.id));
  }

  async function recheck(signal: AbortSignal): Promise<void> {
    // The networks count our questions, whichever process asks them.
    if (!(await deps.leases.hold('recheck'))) return;
    const now = clock.now();
    const items = await store.items({
      states: ['open', 'claimed', 'snoozed'],
      order: 'urgency',
      limit: RECHECK_ITEMS,
    });
    const open = new Set(items.map((item) => item.id));
    for (const id of askedAt.keys()) if (!open.has(id)) askedAt.delete(id);
    const due = items
      .filter((item) => canAsk(item) && now - (askedAt.get(item.id) ?? item.openedAt) >= RECHECK_EVERY_MS)
      .sort((a, b) => (askedAt.get(a.id) ?? 0) - (askedAt.get(b.id) ?? 0))
      .slice(0, RECHECK_PER_RUN);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(RECHECK_TIMEOUT_MS)]);
    for (const item of due) {
      if (deadline.aborted) return;
      askedAt.set(item.id, now);
      const post = await store.post(item.source, item.postId);
      if (post) await deps.watches.get(item.source)?.ask(post, deadline);
    }
  }

  function canAsk(item: Item): boolean {
    return deps.watches.get(item.source)?.source.capabilities.conversation === true;
  }

  /** A job that fails is told and runs again at its next tick. */
  async function guard(job: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      deps.log.warn({ job, error: messageOf(error) }, 'a scheduled job failed');
    }
  }

  return {
    wake: () => guard('wake', wake),
    incidents: () =>
      guard('incidents', async () => {
        if (await deps.leases.hold('incidents')) await deps.incidents.level();
      }),
    settle: () =>
      guard('settle', async () => {
        await deps.act.settleStuck();
      }),
    recheck: (signal) => guard('recheck', () => recheck(signal)),
    sweep: () =>
      guard('sweep', async () => {
        const swept = await store.sweep(clock.now());
        deps.log.debug({ swept }, 'expired rows deleted');
      }),
  };
}
