import { z } from 'zod';
import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { type Item, wasFiltered } from '../domain/item.ts';
import { type JudgedPost, type MuteProposal, muteNotice, proposeMute } from '../domain/mute-proposal.ts';
import type { Place } from '../domain/routing.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import type { Leases } from './leases.ts';
import type { Notices } from './notices.ts';
import type { SettingsDesk } from './settings.ts';
import type { View } from './view.ts';

const SETTING = 'mute-proposals';
/** Items that are looked at, as by a trial of a manager's own words. */
const LOOKED = 500;
const SHOWN = 20;
/** One a day at most. */
const APART_MS = 24 * 3_600_000;
/** What was proposed is not proposed again for so long, whatever came of it. */
const REST_MS = 60 * 24 * 3_600_000;
/** Proposals that are remembered: one a day within the time of rest. */
const REMEMBERED = 70;

const proposalSchema = z.object({
  number: z.number(),
  at: z.number(),
  outcome: z.string().nullable(),
  proposal: z.object({
    entry: z.string(),
    dismissed: z.number(),
    itemIds: z.array(z.number()),
    hidden: z.number(),
    answered: z.number(),
    looked: z.number(),
  }),
});
type Kept = z.output<typeof proposalSchema>;

export interface MuteProposalDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Pick<SettingsDesk, 'muted' | 'mute'>;
  readonly notices: Notices;
  readonly places: readonly Place[];
  /** Our own names as single words, folded: they are never proposed. */
  readonly own: ReadonlySet<string>;
  readonly view: View;
  readonly leases: Pick<Leases, 'hold'>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Proposes to mute what people keep dismissing. */
export interface MuteProposals {
  /** May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
  readonly part: DeskPart;
}

const GONE = 'This proposal is not open any more.';

export function createMuteProposals(deps: MuteProposalDeps): MuteProposals {
  const { store, clock } = deps;

  async function tell({ number, proposal, outcome }: Kept): Promise<void> {
    await deps.notices.tell(`mute/${number}`, deps.places, muteNotice(number, proposal, outcome));
  }

  async function propose(): Promise<void> {
    const now = clock.now();
    const before = await read(store);
    const last = before.at(-1);
    if (last && now - last.at < APART_MS) {
      // Once under its key: it is not lost by a crash between “kept” and “told”.
      if (last.outcome === null) await tell(last);
      return;
    }
    const resting = before.filter(({ at }) => now - at < REST_MS).map(({ proposal }) => proposal.entry);
    const muted = await deps.settings.muted();
    const found = proposeMute(await judged(store), deps.own, [...muted, ...resting]);
    if (!found) return;
    const kept = await store.transaction(SETTING, async (queries) => {
      const all = await read(queries);
      // Another process was quicker.
      if (all.at(-1)?.number !== last?.number) return null;
      const next: Kept = {
        number: (last?.number ?? 0) + 1,
        at: now,
        outcome: null,
        proposal: { ...found, itemIds: found.itemIds.slice(0, SHOWN) },
      };
      await queries.saveSetting(SETTING, JSON.stringify([...all, next].slice(-REMEMBERED)));
      return next;
    });
    if (kept) await tell(kept);
  }

  /** Ends a proposal; null when it has ended. */
  async function end(number: number, outcome: string): Promise<Kept | null> {
    return store.transaction(SETTING, async (queries) => {
      const all = await read(queries);
      const open = all.find((each) => each.number === number);
      if (!open || open.outcome !== null) return null;
      const ended = { ...open, outcome };
      await queries.saveSetting(SETTING, JSON.stringify(all.map((each) => (each === open ? ended : each))));
      return ended;
    });
  }

  async function pressed(rest: string, { actor }: DeskAsked): Promise<Answer> {
    const match = /^(yes|no|show):(\d{1,9})$/.exec(rest);
    const number = Number(match?.[2]);
    const kept = (await read(store)).find((each) => each.number === number);
    if (!match || !kept) return { ok: false, text: GONE };
    if (match[1] === 'show') return show(deps, kept.proposal);
    if (kept.outcome !== null) return { ok: false, text: kept.outcome };
    const { role, ...person } = actor;
    if (match[1] === 'yes') {
      const who = { ...person, role: role === 'manager' ? ('manager' as const) : ('responder' as const) };
      const done = await deps.settings.mute({ add: [kept.proposal.entry] }, who);
      if (!done.ok) return done;
    }
    const outcome =
      match[1] === 'yes'
        ? `Muted by ${actor.name}.`
        : `Not now, said ${actor.name}. Potluck asks no more for 60 days.`;
    const ended = await end(number, outcome);
    if (ended) await tell(ended);
    return { ok: true, text: outcome };
  }

  return {
    async tick() {
      if (!(await deps.leases.hold('mute-proposals'))) return;
      try {
        await propose();
      } catch (error) {
        deps.log.warn({ error: messageOf(error) }, 'what might be muted could not be proposed');
      }
    },
    part: { presses: { 'mute-idea': pressed } },
  };
}

async function show(
  { store, view }: MuteProposalDeps,
  { itemIds, dismissed, entry }: MuteProposal,
): Promise<Answer> {
  const cards = await view.cards(await store.itemsNumbered(itemIds));
  return { ok: true, text: '', cards: { title: `Dismissed: “${entry}”`, cards, total: dismissed } };
}

async function read(queries: Pick<Queries, 'setting'>): Promise<readonly Kept[]> {
  const value = await queries.setting(SETTING);
  return z
    .array(proposalSchema)
    .catch([])
    .parse(value === null ? [] : JSON.parse(value));
}

/** The newest items that came before the team, with what people made of them. */
async function judged(store: Pick<Store, 'newestItems'>): Promise<readonly JudgedPost[]> {
  return (await store.newestItems(LOOKED)).flatMap(({ item, post }) =>
    post === null || item.origin !== 'conversation' || wasFiltered(item)
      ? []
      : [{ itemId: item.id, post, standing: standingOf(item), answered: item.state === 'answered' }],
  );
}

function standingOf(item: Item): JudgedPost['standing'] {
  if (item.state !== 'dismissed') return item.owner !== null || item.state === 'answered' ? 'kept' : 'other';
  const reason = item.closing?.reason;
  if (reason === 'not-relevant' || reason === 'spam') return 'dismissed';
  // Somebody cared for it elsewhere.
  return reason === 'elsewhere' || reason === 'duplicate' ? 'kept' : 'other';
}
