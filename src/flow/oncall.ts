import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { momentWords } from '../domain/calendar-words.ts';
import { HIGH, URGENT } from '../domain/make-card.ts';
import type { Notice, NoticeBlock } from '../domain/notice.ts';
import { type Layer, names, type OnCallPlan, type Standing } from '../domain/oncall.ts';
import type { Colleague } from '../domain/rotation.ts';
import type { Place } from '../domain/routing.ts';
import { type Service, workingFor } from '../domain/service.ts';
import { isWorking } from '../domain/working-time.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import { createNotices } from './notices.ts';
import { openWork } from './open-work.ts';
import type { Roster } from './roster.ts';
import type { View } from './view.ts';

export interface OnCallDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly roster: Roster;
  readonly plan: OnCallPlan;
  readonly service: Service;
  readonly zone: string;
  /** Where hand-overs are told. */
  readonly places: readonly Place[];
  /** There is something to say: look now. */
  readonly nudge: () => void;
  readonly log: { warn(fields: object, message: string): void };
}

/** What the passing of time does to who is responsible. May run at any time, twice, and in several processes. */
export interface OnCall {
  /** Tells each change of the people who have a layer, once. */
  handOver(): Promise<void>;
  /** Calls whoever is on call for what is urgent, once for each item and each time it comes back. */
  call(): Promise<void>;
}

/** The zone in which a layer's times are told. */
export function zoneOf(layer: Layer, zone: string): string {
  return layer.roster.from === 'rotation' ? layer.roster.rotation.zone : (layer.hours?.zone ?? zone);
}

/** All ids of some people: each platform calls those that it knows. */
export function idsOf(people: readonly Colleague[]): readonly string[] {
  return people.flatMap(({ ids }) => ids);
}

/** What a button of a hand-over needs to know which duty it speaks of. */
export function takePress(standing: Standing): string {
  return `oncall:take:${standing.layer}:${standing.since ?? 0}`;
}

const LOOKED_AT = 100;
/** What has waited longer when somebody is called for the first time is in the list of the hand-over. */
const FRESH_MS = 12 * 3_600_000;

export function createOnCall(deps: OnCallDeps): OnCall {
  const { store, clock, roster, plan } = deps;
  /** Already called for; only spares the database the question. */
  const called = new Set<string>();

  async function handOver(): Promise<void> {
    for (const state of await roster.now()) {
      if (state.trouble !== null) {
        deps.log.warn({ layer: state.layer.name, error: state.trouble }, 'nobody can say who is on call');
        continue;
      }
      if (state.standing.people.length > 0) await tellChange(state.layer, state.standing);
    }
  }

  /** Whoever had the layer when it was told last is kept in the ledger: one process finds that it has changed, and tells it. */
  async function tellChange(layer: Layer, standing: Standing): Promise<void> {
    const setting = `oncall.told.${layer.name}`;
    const told = await store.setting(setting);
    const before = toldSchema.parse(JSON.parse(told ?? '{}'));
    const people = peopleKey(standing);
    if (before.people === people) return;
    const next = { people, count: before.count + 1 };
    const now = clock.now();
    const notice = await handOverNotice(layer, standing, now);
    const mine = await store.transaction(`oncall:${layer.name}`, async (queries) => {
      if ((await queries.setting(setting)) !== told) return false;
      await queries.saveSetting(setting, JSON.stringify(next));
      await createNotices({ store: queries, clock, nudge: () => {} }).tell(
        `oncall/${layer.name}/${next.count}`,
        deps.places,
        notice,
      );
      return true;
    });
    if (mine) deps.nudge();
  }

  async function handOverNotice(layer: Layer, standing: Standing, now: number): Promise<Notice> {
    const zone = zoneOf(layer, deps.zone);
    const who = names(standing.people);
    const { before, until, next } = standing;
    const line = [
      `${who} ${standing.people.length > 1 ? 'have' : 'has'} it${until === null ? '' : ` until ${momentWords(until, zone)} (${zone})`}.`,
      before.length > 0 ? `Before: ${names(before)}.` : '',
      next ? `Next: ${names(next.people)}.` : '',
    ];
    const blocks: NoticeBlock[] = [{ type: 'text', text: line.filter((part) => part !== '').join(' ') }];
    return {
      title: `On call${plan.layers.length > 1 ? ` (${layer.name})` : ''}: ${who}`,
      tone: 'grey',
      blocks: [...blocks, ...(await openWork(deps, now))],
      buttons: [{ press: takePress(standing), label: 'Take over' }],
      // It names them, and calls nobody: that is kept for what is urgent.
      mention: [],
    };
  }

  async function call(): Promise<void> {
    if (plan.mention === 'never') return;
    const now = clock.now();
    const least = (source: string): number =>
      plan.mention === 'high' && isWorking(workingFor(deps.service, source), now) ? HIGH : URGENT;
    const items = await store.items({ states: ['open'], quiet: false, order: 'urgency', limit: LOOKED_AT });
    const due = items.filter(
      ({ priority, waitingSince, answerDue, id, source }) =>
        priority >= least(source) &&
        answerDue &&
        waitingSince !== null &&
        now - waitingSince < FRESH_MS &&
        !called.has(`${id}/${waitingSince}`),
    );
    if (due.length === 0) return;
    const [first] = await roster.onDuty();
    if (!first) return;
    for (const item of due) {
      const slot = `${item.id}/${item.waitingSince}`;
      const card = await deps.view.card(item);
      const notice = callNotice(card.kindLabel, card.author.name, first);
      const told = await store.transaction(`item:${item.id}`, async (queries) => {
        const still = await queries.item(item.id);
        if (still?.state !== 'open' || still.waitingSince !== item.waitingSince) return false;
        const places = await placesOf(queries, item.id);
        if (places.length === 0 || !(await queries.claimSlot('oncall.call', slot, now))) return false;
        const notices = createNotices({ store: queries, clock, nudge: () => {} });
        await notices.tell(`call/${slot}`, places, notice, item.id);
        return true;
      });
      called.add(slot);
      if (told) deps.nudge();
    }
    if (called.size > 10_000) called.clear();
  }

  async function guarded(job: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      deps.log.warn({ job, error: messageOf(error) }, 'a scheduled job failed');
    }
  }

  return { handOver: () => guarded('hand-over', handOver), call: () => guarded('call', call) };
}

/** Who had a layer when it was told last, and how often it was told: what makes each hand-over another one. */
const toldSchema = z.object({ people: z.string().default(''), count: z.number().default(0) });

function peopleKey({ people }: Standing): string {
  return JSON.stringify(people.map(({ id }) => id).sort());
}

function callNotice(about: string, author: string, { people }: Standing): Notice {
  return {
    title: `Urgent: ${about.toLowerCase()} by ${author}`,
    tone: 'red',
    blocks: [{ type: 'text', text: `On call: ${names(people)}. Nobody has claimed it yet.` }],
    buttons: [],
    mention: idsOf(people),
  };
}

/** One place in each chat where the item has its card, so that nobody is called twice; none for what nobody was shown. */
export async function placesOf(queries: Pick<Queries, 'cardsOf'>, itemId: number): Promise<readonly Place[]> {
  const rows = await queries.cardsOf(itemId);
  return [...new Set(rows.map(({ chat }) => chat))].flatMap((chat) => {
    const own = rows.filter((row) => row.chat === chat);
    const row = own.find(({ ref }) => ref !== null) ?? own[0];
    return row ? [{ chat, channel: row.channel }] : [];
  });
}
