import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { type Item, SYSTEM } from '../domain/item.ts';
import { isBurst, USUAL_DAYS } from '../domain/prompts/burst.ts';
import type { Cadence } from '../domain/prompts/cadence.ts';
import type { Hemisphere, Suggestion } from '../domain/prompts/choose.ts';
import { type Deciding, type Decision, decide, NOTHING_FITS } from '../domain/prompts/decide.ts';
import type { Fact } from '../domain/prompts/facts.ts';
import { LIBRARY } from '../domain/prompts/library.ts';
import type { Place } from '../domain/routing.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import { madeOf } from './idea-book.ts';
import type { IdeaFacts } from './idea-facts.ts';
import { apply } from './ingest.ts';
import type { Leases } from './leases.ts';
import { createPrompt, ideaReason } from './propose.ts';

/** Where ideas for one source go, and how often. */
export interface Plan {
  readonly source: string;
  readonly places: readonly Place[];
  readonly cadence: Cadence;
}

/** What the team has set up for ideas. */
export interface PromptSettings {
  readonly plans: readonly Plan[];
  readonly zone: string;
  readonly place: string;
  readonly twelveHours: boolean;
  readonly hemisphere: Hemisphere;
  /** Days on which nobody of the team works. */
  readonly holidays: ReadonlySet<Day>;
  readonly repeatMs: number;
}

export interface PromptsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: PromptSettings;
  readonly facts: IdeaFacts;
  readonly leases: Pick<Leases, 'hold'>;
  readonly newId: () => string;
  readonly changed: (itemIds: readonly number[]) => void;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Puts ideas for human posts before the team, at the times and in the measure it wants. */
export interface Prompts {
  /** Looks once. May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
  /** Everything that decides for a source at this moment. */
  deciding(source: string, queries?: Queries): Promise<Deciding>;
  /** Makes the card of an idea that somebody asked for; the item that it has already, when it was made today. */
  make(suggestion: Suggestion, ask: Asked): Promise<{ readonly item: Item; readonly fresh: boolean }>;
}

/** Somebody wants a card of an idea. */
export interface Asked {
  readonly source: string;
  readonly slot: string;
  readonly places: readonly Place[];
  readonly by: Parameters<typeof createPrompt>[2];
}

const DAY_MS = 86_400_000;
/** Prompts of so long ago decide nothing any more but the turn of the themes. */
const PAST_MS = 60 * DAY_MS;
/** An idea for any day is stale after two. */
const STALE_MS = 2 * DAY_MS;
const LAPSE_PAGE = 100;
const LOCK = 'prompts';
const DEFAULT_CADENCE: Cadence = {
  perWeek: 2,
  days: [1, 2, 3, 4, 5],
  from: 600,
  to: 960,
  apartMs: 72_000_000,
};

export function placeWords({ chat, channel }: Place): string {
  return `${chat}:${channel}`;
}

export function createPrompts(deps: PromptsDeps): Prompts {
  const { store, clock, settings, facts, log } = deps;
  let quiet: string | null = null;

  function planOf(source: string): Plan {
    const plan = settings.plans.find((each) => each.source === source);
    return plan ?? { source, places: [], cadence: settings.plans[0]?.cadence ?? DEFAULT_CADENCE };
  }

  function input(plan: Plan, now: number, known: readonly Fact[], past: Past): Deciding {
    const { zone, place, twelveHours, hemisphere } = settings;
    return {
      now,
      source: plan.source,
      channels: plan.places.map(placeWords),
      rhythm: { zone, cadence: plan.cadence, holidays: facts.daysOff(now, settings.holidays) },
      facts: known,
      ...past,
      burst: false,
      staleMs: STALE_MS,
      library: LIBRARY,
      hemisphere,
      voice: { zone, place, twelveHours },
    };
  }

  /** One look for one source: the cheap reasons first, what costs a query only when an idea is about to be made. */
  async function suggest(plan: Plan, now: number): Promise<number | null> {
    const known = await facts.dated(now);
    const past = await pastOf(store, now);
    const look = decide(input(plan, now, known, past));
    if (!look.now && look.why !== NOTHING_FITS) return null;
    const all = [...known, ...(await facts.topics(now))];
    const first = decide(input(plan, now, all, past));
    if (!first.now) return null;
    if (isBurst(await store.complaintsSince(now - (USUAL_DAYS + 1) * DAY_MS), now)) {
      if (quiet !== first.slot) log.info({ source: plan.source }, 'no idea: people complain more than usual');
      quiet = first.slot;
      return null;
    }
    const made = await store.transaction(LOCK, async (queries) => {
      // Another process may have been quicker: what counts is what is in the ledger under the lock.
      const decision = decide(input(plan, now, all, await pastOf(queries, now)));
      return decision.now ? lay(queries, plan, decision, now) : null;
    });
    return made?.id ?? null;
  }

  async function lay(
    queries: Queries,
    plan: Plan,
    { suggestion, slot, lapsesAt }: Extract<Decision, { now: true }>,
    now: number,
  ): Promise<Item> {
    const item = await write(queries, suggestion, { ...plan, by: SYSTEM, owner: null, now });
    await remember(queries, item, suggestion, { ...plan, slot, lapsesAt, now });
    return item;
  }

  function write(
    queries: Queries,
    { text, reason }: Suggestion,
    how: {
      source: string;
      places: readonly Place[];
      by: Asked['by'];
      owner: Asked['by'] | null;
      now: number;
    },
  ): Promise<Item> {
    const owner = how.owner && { id: how.owner.id, name: how.owner.name };
    return createPrompt(
      queries,
      {
        conversationId: `prompt:${deps.newId()}`,
        source: how.source,
        text,
        writer: { id: SYSTEM.id, name: SYSTEM.name },
        owner,
        reason: ideaReason(reason),
        places: how.places,
      },
      how.by,
      how.now,
    );
  }

  async function remember(
    queries: Queries,
    item: Item,
    { idea, fact }: Suggestion,
    how: { source: string; places: readonly Place[]; slot: string; lapsesAt: number | null; now: number },
  ): Promise<void> {
    const stored = await queries.addPrompt({
      itemId: item.id,
      idea: idea.id,
      source: how.source,
      slot: how.slot,
      channels: how.places.map(placeWords),
      fact: fact === null ? null : JSON.stringify(fact),
      madeAt: how.now,
      lapsesAt: how.lapsesAt,
    });
    // The lock and the check before it forbid that; if it happens all the same, nothing of it stays.
    if (!stored) throw new Error(`The slot ${how.slot} of ${how.source} has its idea already.`);
    await queries.restIdea(idea.id, how.now + settings.repeatMs);
  }

  async function lapse(now: number): Promise<readonly number[]> {
    const over = await store.promptsToLapse(now, LAPSE_PAGE);
    for (const { itemId } of over) {
      await store.transaction(`item:${itemId}`, async (queries) => {
        const item = await queries.item(itemId);
        if (item) await apply(queries, item, { type: 'lapse' }, now);
        // Whoever has it keeps it: nothing lapses in somebody's hands.
        await queries.changePrompt(itemId, { lapsesAt: null });
      });
    }
    return over.map(({ itemId }) => itemId);
  }

  return {
    async tick() {
      try {
        if (!(await deps.leases.hold(LOCK))) return;
        const now = clock.now();
        const changed = [...(await lapse(now))];
        for (const plan of settings.plans) changed.push(...[(await suggest(plan, now)) ?? []].flat());
        if (changed.length > 0) deps.changed(changed);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'ideas could not be looked at');
      }
    },

    async deciding(source) {
      const now = clock.now();
      const known = [...(await facts.dated(now)), ...(await facts.topics(now))];
      return input(planOf(source), now, known, await pastOf(store, now));
    },

    async make(suggestion, { source, slot, places, by }) {
      const now = clock.now();
      const made = await store.transaction(LOCK, async (queries) => {
        const before = (await queries.promptsSince(now - 2 * DAY_MS)).find(
          (row) => row.slot === slot && row.source === source,
        );
        const known = before && (await queries.item(before.itemId));
        if (known) return { item: known, fresh: false };
        const item = await write(queries, suggestion, { source, places, by, owner: by, now });
        await remember(queries, item, suggestion, { source, places, slot, lapsesAt: null, now });
        return { item, fresh: true };
      });
      if (made.fresh) deps.changed([made.item.id]);
      return made;
    },
  };
}

type Past = Pick<Deciding, 'made' | 'resting'>;

async function pastOf(queries: Queries, now: number): Promise<Past> {
  const made = await queries.promptsSince(now - PAST_MS);
  return { made: made.map(madeOf), resting: await queries.restingIdeas(now) };
}
