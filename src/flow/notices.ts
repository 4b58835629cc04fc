import type { Notice } from '../domain/notice.ts';
import type { Place } from '../domain/routing.ts';
import type { Store } from '../store/store.ts';

/** Says things to channels; the reconciler of each chat brings them there. */
export interface Notices {
  /**
   * Said once under its key in each place, however often this is called; said anew where the notice has changed.
   *
   * @param key stable for ever: `digest/daily/2026-11-30`. At most 200 characters
   * @param thread the item in the thread of whose card it is said (where that item has a card in the place)
   */
  tell(key: string, places: readonly Place[], notice: Notice, thread?: number | null): Promise<void>;
}

export function createNotices(deps: {
  readonly store: Pick<Store, 'tellNotice'>;
  readonly clock: { now(): number };
  /** There is something to say: look now. */
  readonly nudge: () => void;
}): Notices {
  return {
    async tell(key, places, notice, thread = null) {
      const at = deps.clock.now();
      let changed = false;
      for (const { chat, channel } of places) {
        const told = await deps.store.tellNotice({ key, chat, channel, notice, thread, at });
        changed ||= told;
      }
      if (changed) deps.nudge();
    },
  };
}
