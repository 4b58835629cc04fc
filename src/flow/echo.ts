import type { Clock } from '../clock.ts';
import { hear, heardNotice } from '../domain/heard.ts';
import { messageOf } from '../errors.ts';
import type { PromptRow, Store } from '../store/store.ts';
import type { Leases } from './leases.ts';
import type { Notices } from './notices.ts';

/** Tells the team, once and some days later, what a post of ours brought back. */
export interface Echo {
  /** Looks once. May run at any time, twice, and in several processes; what was due while nobody ran is told then. */
  tick(): Promise<void>;
}

const PAGE = 20;
/** Replies that are read, the newest; more than these nobody reads one by one either. */
const READ_POSTS = 1_000;
const READ_EVENTS = 2_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export function createEcho(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly leases: Pick<Leases, 'hold'>;
  readonly labelOf: (source: string) => string;
  readonly names: readonly string[];
  /** How long after it was published. */
  readonly afterMs: number;
  readonly log: { warn(fields: object, message: string): void };
}): Echo {
  const { store, clock, afterMs } = deps;

  async function tell({ itemId }: PromptRow): Promise<void> {
    const item = await store.item(itemId);
    const posts = item ? await store.conversation(item.source, item.conversationId, READ_POSTS) : [];
    const ours = posts.find((post) => post.ours);
    if (item && ours) {
      const events = await store.events(itemId, READ_EVENTS);
      const spam = new Set(
        events.flatMap(({ detail }) => (detail.spam === true ? String(detail.postId) : [])),
      );
      const kept = posts.filter(({ id }) => !spam.has(id));
      const notice = heardNotice(ours, hear(kept, itemId, deps.labelOf, deps.names), spanOf(afterMs));
      // Said under one key: twice is once, and after a crash between the two it is said all the same.
      await deps.notices.tell(`heard/${itemId}`, await store.cardsOf(itemId), notice, itemId);
    }
    await store.changePrompt(itemId, { heardAt: clock.now() });
  }

  return {
    async tick() {
      try {
        if (!(await deps.leases.hold('echo'))) return;
        for (const row of await store.promptsToHear(clock.now() - afterMs, PAGE)) await tell(row);
      } catch (error) {
        deps.log.warn({ error: messageOf(error) }, 'what posts brought back could not be told');
      }
    },
  };
}

/** "two days", "3 hours". */
function spanOf(ms: number): string {
  const days = Math.round(ms / DAY_MS);
  if (days === 2) return 'two days';
  if (days >= 1) return days === 1 ? 'a day' : `${days} days`;
  const hours = Math.max(1, Math.round(ms / HOUR_MS));
  return hours === 1 ? 'an hour' : `${hours} hours`;
}
