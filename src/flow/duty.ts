import type { Chat } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import type { Calendar } from '../domain/calendar-event.ts';
import type { Person } from '../domain/item.ts';
import type { OnCallPlan } from '../domain/oncall.ts';
import type { Manager } from '../domain/permission.ts';
import { type Place, placeOf } from '../domain/routing.ts';
import type { Service, ServiceSteps } from '../domain/service.ts';
import type { Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import { createEscalate } from './escalate.ts';
import { createOnCall } from './oncall.ts';
import { createOnCallDesk } from './oncall-desk.ts';
import { createRoster, type Roster } from './roster.ts';
import type { View } from './view.ts';

export interface DutyDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly plan: OnCallPlan | null;
  readonly service: Service;
  readonly steps: ServiceSteps | null;
  readonly managers: readonly Manager[];
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly chats: readonly Pick<Chat, 'kind' | 'label' | 'groupMembers'>[];
  readonly zone: string;
  readonly places: readonly Place[];
  readonly leases: { hold(name: string): Promise<boolean> };
  readonly changed: (itemIds: readonly number[]) => void;
  readonly nudge: () => void;
  readonly log: { warn(fields: object, message: string): void };
}

/** Who is responsible, and what is done about those who wait. Each job may run at any time, twice, and in several processes. */
export interface Duty {
  readonly part: DeskPart;
  readonly roster: Roster | null;
  /** Hand-overs, and calls for what is urgent. Every few seconds. */
  watch(): Promise<void>;
  /** Steps for those who wait too long, and the morning's summary. Every minute. */
  serve(): Promise<void>;
}

export function createDuty(deps: DutyDeps): Duty {
  const { plan, clock, steps } = deps;
  const members = groupMembers(deps.chats, clock);
  const roster = plan && createRoster({ ...deps, plan, members });
  const onCall = plan && roster ? createOnCall({ ...deps, plan, roster }) : null;
  const escalate =
    steps &&
    createEscalate({
      ...deps,
      steps,
      roster,
      managers: deps.managers.map(({ id, name }) => {
        const person = { id, name: name ?? id.replace(/^.*[:/]/, '') };
        return roster?.colleague(person) ?? { ...person, ids: [id], email: null };
      }),
    });
  return {
    roster,
    part: createOnCallDesk({
      ...deps,
      duty: plan && roster ? { plan, roster } : null,
      changed: async () => void (await onCall?.handOver()),
    }),
    async watch() {
      await onCall?.handOver();
      await onCall?.call();
    },
    async serve() {
      await escalate?.steps();
      await escalate?.morning();
    },
  };
}

/** How long the members of a group are believed, in milliseconds. */
const BELIEVED_MS = 5 * 60_000;
const ASK_TIMEOUT_MS = 15_000;

/** Who is in a group of a chat. Asked at most every five minutes; kept while the chat is out of order. */
export function groupMembers(
  chats: DutyDeps['chats'],
  clock: Clock,
): (group: string) => Promise<readonly Person[]> {
  const known = new Map<string, { readonly until: number; readonly people: readonly Person[] }>();
  return async (group) => {
    const kept = known.get(group);
    if (kept && kept.until > clock.now()) return kept.people;
    const place = placeOf(group);
    const chat = chats.find(({ kind }) => kind === place.chat);
    if (!chat?.groupMembers) throw new Error(`${chat?.label ?? place.chat} has no groups of people.`);
    const until = clock.now() + BELIEVED_MS;
    try {
      const people = await chat.groupMembers(place.channel, AbortSignal.timeout(ASK_TIMEOUT_MS));
      known.set(group, { until, people });
      return people;
    } catch (error) {
      if (!kept) throw error;
      known.set(group, { ...kept, until });
      return kept.people;
    }
  };
}
