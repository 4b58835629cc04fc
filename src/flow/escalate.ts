import type { Clock } from '../clock.ts';
import { momentWords } from '../domain/calendar-words.ts';
import type { Item, ItemEvent } from '../domain/item.ts';
import { URGENT } from '../domain/make-card.ts';
import type { Notice } from '../domain/notice.ts';
import { names } from '../domain/oncall.ts';
import type { Colleague } from '../domain/rotation.ts';
import type { Place } from '../domain/routing.ts';
import {
  type DoneStep,
  dueAt,
  type Service,
  type ServiceSteps,
  type Step,
  snoozesOf,
  stepDue,
  targetFor,
  workingAtAll,
  workingFor,
} from '../domain/service.ts';
import { isWorking, latestOpening, nextOpening } from '../domain/working-time.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import { apply } from './ingest.ts';
import { createNotices } from './notices.ts';
import { idsOf, placesOf } from './oncall.ts';
import { namedItems, openItems } from './open-work.ts';
import type { Roster } from './roster.ts';
import type { View } from './view.ts';

export interface EscalateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly service: Service;
  readonly steps: ServiceSteps;
  /** Null where nobody is on call. */
  readonly roster: Roster | null;
  readonly managers: readonly Colleague[];
  readonly zone: string;
  readonly places: readonly Place[];
  readonly leases: { hold(name: string): Promise<boolean> };
  readonly changed: (itemIds: readonly number[]) => void;
  readonly nudge: () => void;
  readonly log: { warn(fields: object, message: string): void };
}

/** What is done about those who wait too long. May run at any time, twice, and in several processes. */
export interface Escalate {
  /** Takes the step that is due for each open item. Every minute. */
  steps(): Promise<void>;
  /** Sums up what came in while nobody worked, once, when the team begins. */
  morning(): Promise<void>;
}

const PAGE = 200;
/** Of a queue that is longer, the most urgent are looked after. */
const MAX_ITEMS = 2_000;
const EVENTS = 200;

export function createEscalate(deps: EscalateDeps): Escalate {
  const { store, clock, service } = deps;
  const plan = {
    remind: deps.steps.remind,
    release: deps.steps.release,
    next: deps.steps.next,
    managers: deps.steps.managers,
  };

  async function steps(): Promise<void> {
    if (!(await deps.leases.hold('service'))) return;
    for (let offset = 0; offset < MAX_ITEMS; offset += PAGE) {
      const items = await store.items({
        states: ['open', 'claimed'],
        quiet: false,
        order: 'urgency',
        limit: PAGE,
        offset,
      });
      const waiting = items.filter((item) => item.waitingSince !== null);
      const rows = await store.escalations(waiting.map(({ id }) => id));
      for (const item of waiting) {
        const done = rows.filter((row) => row.itemId === item.id && row.waitingSince === item.waitingSince);
        await guarded('service', () => look(item, done));
      }
      if (items.length < PAGE) return;
    }
  }

  async function look(item: Item, done: readonly DoneStep[]): Promise<void> {
    const now = clock.now();
    // Without its history it may look later than it is, never earlier: only then is the history read.
    const target = targetFor(service, item);
    if (!target) return;
    // Outside of the team's hours nobody is called but for what is urgent.
    const quiet = target.clock === 'working' || item.priority < URGENT;
    if (quiet && !isWorking(workingFor(service, item.source), now)) return;
    if (item.waitingSince === null || now - item.waitingSince < soonest(target)) return;
    const events = await store.events(item.id, EVENTS);
    const step = stepDue(service, plan, item, events, done, now);
    if (step) await take(item, step, events, now);
  }

  /** No step is due before this has passed by any clock, in milliseconds. */
  function soonest({ claim, answer }: { claim?: number | undefined; answer: number }): number {
    const shares = [plan.remind, plan.next, plan.managers].flatMap((part) =>
      part === null ? [] : [part * answer],
    );
    const release = plan.release === null ? [] : [plan.release ?? answer];
    return Math.min(...shares, ...release, claim ?? Number.POSITIVE_INFINITY);
  }

  async function take(item: Item, step: Step, events: readonly ItemEvent[], now: number): Promise<void> {
    const { waitingSince } = item;
    if (waitingSince === null) return;
    const people = await whoIsCalled(step, item);
    const notice =
      people.length > 0 || step === 'release' ? await noticeOf(step, item, people, events, now) : null;
    const taken = await store.transaction(`item:${item.id}`, async (queries) => {
      const still = await queries.item(item.id);
      if (!still || still.state !== item.state || still.waitingSince !== waitingSince) return false;
      if (still.owner?.id !== item.owner?.id || still.sending) return false;
      const places = await placesOf(queries, item.id);
      // A source that is only listened to: nobody was shown it.
      if (places.length === 0) return false;
      if (!(await queries.escalate({ itemId: item.id, waitingSince, step, at: now }))) return false;
      if (step === 'release') await apply(queries, still, { type: 'release' }, now);
      if (notice) await tell(queries, places, item, step, notice);
      return true;
    });
    if (!taken) return;
    if (step === 'release') deps.changed([item.id]);
    if (notice) deps.nudge();
  }

  async function tell(
    queries: Queries,
    places: readonly Place[],
    item: Item,
    step: Step,
    notice: Notice,
  ): Promise<void> {
    const notices = createNotices({ store: queries, clock, nudge: () => {} });
    await notices.tell(`service/${item.id}/${item.waitingSince}/${step}`, places, notice, item.id);
  }

  async function whoIsCalled(step: Step, item: Item): Promise<readonly Colleague[]> {
    switch (step) {
      case 'remind':
      case 'release':
        return item.owner ? [deps.roster?.colleague(item.owner) ?? plain(item.owner)] : [];
      case 'claim':
        return (await deps.roster?.onDuty())?.[0]?.people ?? [];
      case 'next':
        return (await deps.roster?.onDuty())?.[1]?.people ?? [];
      case 'managers':
        return deps.managers;
    }
  }

  async function noticeOf(
    step: Step,
    item: Item,
    people: readonly Colleague[],
    events: readonly ItemEvent[],
    now: number,
  ): Promise<Notice> {
    const card = await deps.view.card(item);
    const due = dueAt(service, item, snoozesOf(events, now));
    const when = due === null ? '' : momentWords(due, deps.zone, now);
    const late = due !== null && due <= now;
    const dueWords = late ? `The answer was due by ${when}.` : `The answer is due by ${when}.`;
    const who = card.author.name;
    const words: Readonly<Record<Step, readonly [string, string]>> = {
      claim: ['Nobody has taken this yet', `${who} waits. ${dueWords}`],
      remind: [`${who} waits for an answer`, `${names(people)} has it. ${dueWords}`],
      release: [
        'Back in the queue',
        `${names(people)} had it, and ${who} still waits. Whoever claims it has it. ${dueWords}`,
      ],
      next: [
        `${who} still waits`,
        `${item.owner ? `${item.owner.name} has it` : 'Nobody has it'}. ${dueWords} ${names(people)}, please look.`,
      ],
      managers: [
        `${who} has waited for too long`,
        `${item.owner ? `${item.owner.name} has it` : 'Nobody has it'}. ${dueWords}`,
      ],
    };
    const [title, text] = words[step];
    return {
      title,
      tone: late ? 'red' : 'yellow',
      blocks: [{ type: 'text', text }],
      buttons: [],
      mention: idsOf(people),
    };
  }

  async function morning(): Promise<void> {
    if (!deps.steps.morning) return;
    const now = clock.now();
    const working = workingAtAll(service);
    const opening = latestOpening(working, now);
    if (!opening) return;
    const setting = 'service.morning';
    const told = await store.setting(setting);
    if (told !== null && told >= opening.day) return;
    // Late is better than never, as long as somebody is there to read it.
    const notice = isWorking(working, now) ? await morningNotice(opening, now) : null;
    const mine = await store.transaction('service:morning', async (queries) => {
      if ((await queries.setting(setting)) !== told) return false;
      await queries.saveSetting(setting, opening.day);
      if (notice)
        await createNotices({ store: queries, clock, nudge: () => {} }).tell(
          `morning/${opening.day}`,
          deps.places,
          notice,
        );
      return notice !== null;
    });
    if (mine) deps.nudge();
  }

  /** What came in between the end of the last working day and this one's beginning, and is still open; null when it was quiet. */
  async function morningNotice(
    opening: { readonly at: number; readonly closedSince: number },
    now: number,
  ): Promise<Notice | null> {
    const open = await openItems(store);
    const items = open.filter(({ waitingSince, source }) => {
      if (waitingSince === null || waitingSince >= opening.at) return false;
      // Nobody worked for its source then, nor since.
      const begins = nextOpening(workingFor(service, source), waitingSince);
      return begins > waitingSince && begins >= opening.closedSince;
    });
    if (items.length === 0) return null;
    const [first] = (await deps.roster?.onDuty()) ?? [];
    const since = momentWords(opening.closedSince, deps.zone, now);
    return {
      title: items.length === 1 ? 'One came in meanwhile' : `${items.length} came in meanwhile`,
      tone: 'grey',
      blocks: [
        { type: 'text', text: `Since ${since}, and still open.` },
        ...(await namedItems(deps, items, now)),
      ],
      buttons: [],
      mention: first ? idsOf(first.people) : [],
    };
  }

  async function guarded(job: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      deps.log.warn({ job, error: messageOf(error) }, 'a scheduled job failed');
    }
  }

  return { steps: () => guarded('service', steps), morning: () => guarded('morning', morning) };
}

function plain(person: { readonly id: string; readonly name: string }): Colleague {
  return { ...person, ids: [person.id], email: null };
}
