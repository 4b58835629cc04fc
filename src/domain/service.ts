import { z } from 'zod';
import { duration } from './duration.ts';
import { type Item, type ItemEvent, isClosed, isUnpublished } from './item.ts';
import type { Answer } from './stats.ts';
import { KINDS, type Kind } from './triage/verdict.ts';
import { addWorking, type Span, type WorkingTime, workingBetween } from './working-time.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const targetSchema = z.strictObject({
  when: z
    .strictObject({
      kinds: z.array(z.enum(KINDS)).min(1).optional(),
      sources: z.array(z.string()).min(1).optional(),
      minPriority: z.number().int().min(0).max(100).optional(),
    })
    .default({}),
  /** Until somebody has taken it. */
  claim: duration.optional(),
  /** Until it is answered. */
  answer: duration,
  /** `working`: time stands still outside of the team's hours; `always`: it does not. */
  clock: z.enum(['working', 'always']).default('working'),
});

/** What the team wants to keep to, for some items. Lengths in milliseconds. */
export type Target = z.output<typeof targetSchema>;

/** Mild enough to be a measure for everybody: who wants more says so. */
export const DEFAULT_TARGETS: readonly Target[] = [
  { when: { minPriority: 80 }, claim: 15 * MINUTE, answer: HOUR, clock: 'always' },
  { when: { kinds: ['complaint', 'question'] }, claim: 4 * HOUR, answer: 8 * HOUR, clock: 'working' },
  { when: {}, answer: 24 * HOUR, clock: 'working' },
];

const never = z.literal('never').transform(() => null);
const share = z
  .string('must be a share of the target such as 75%, or never')
  .regex(/^\d{1,4}\s*%$/, 'must be a share of the target such as 75%, or never')
  .transform((text) => Number.parseInt(text, 10) / 100)
  .refine((part) => part > 0, 'must be more than 0%');

/** `service` in potluck.yaml. Its presence switches the steps on that call people. */
export const serviceSchema = z.strictObject({
  targets: z.array(targetSchema).min(1).max(100).optional(),
  /** Steps, as shares of the time to answer; the owner is reminded, the next layer is called, the managers are. */
  remind: z.union([never, share]).default(0.75),
  /** How long a claim may stay without an answer; left out: until the target has passed. */
  release: z.union([never, duration]).optional(),
  next: z.union([never, share]).default(1.25),
  managers: z.union([never, share]).default(2),
  /** Whether what came in while nobody worked is told when the team begins. */
  morning: z.boolean().default(true),
});

/** `service` as it is kept to. */
export type ServiceSteps = z.output<typeof serviceSchema>;

/** What counts as good service, and when. */
export interface Service {
  /** In order: the first that fits an item counts. */
  readonly targets: readonly Target[];
  readonly working: WorkingTime | null;
  /** The hours of single sources, which hold where `working` says nothing; they may change while the bot runs. */
  readonly hours?: ReadonlyMap<string, WorkingTime>;
}

/** When which step is due; shares of the time to answer, and milliseconds for `release`. Null is never. */
export interface StepPlan {
  readonly remind: number | null;
  /** Undefined: when the target has passed. */
  readonly release: number | null | undefined;
  readonly next: number | null;
  readonly managers: number | null;
}

/** What a target depends on. */
export type About = Pick<Item, 'kinds' | 'source' | 'priority'>;

/** The target of an item; null when none is set for its like. */
export function targetFor(service: Service, about: About): Target | null {
  return service.targets.find(({ when }) => fits(when, about)) ?? null;
}

function fits(when: Target['when'], { kinds, source, priority }: About): boolean {
  if (when.kinds && !when.kinds.some((kind: Kind) => kinds.includes(kind))) return false;
  if (when.sources && !when.sources.includes(source)) return false;
  return when.minPriority === undefined || priority >= when.minPriority;
}

/** When the team works as far as a source is concerned; null is around the clock. */
export function workingFor({ working, hours }: Service, source: string): WorkingTime | null {
  return working ?? hours?.get(source) ?? null;
}

/** When anybody of the team works, for whichever source; null is around the clock. */
export function workingAtAll({ working, hours }: Service): WorkingTime | null {
  const [first, ...others] = hours?.values() ?? [];
  if (working || !first) return working;
  const week = first.week.map((spans, day) =>
    [...spans, ...others.flatMap((other) => other.week[day] ?? [])].sort((a, b) => a.from - b.from),
  );
  return { ...first, week };
}

/** The clock of a target for one source. */
function clockOf(service: Service, target: Target, source: string): WorkingTime | null {
  return target.clock === 'always' ? null : workingFor(service, source);
}

/** What ends a snooze; everything else leaves it as it is. */
const WAKING: ReadonlySet<ItemEvent['type']> = new Set([
  'wake',
  'claim',
  'release',
  'assign',
  'request-approval',
  'approve',
  'send',
  'mark-answered',
  'answered-on-network',
  'dismiss',
  'merge',
  'follow-up',
]);

/** The times for which an item was snoozed, in order. @param events oldest first */
export function snoozesOf(events: readonly ItemEvent[], now: number): readonly Span[] {
  const spans: Span[] = [];
  let open: { from: number; to: number } | null = null;
  for (const event of events) {
    const wakes =
      WAKING.has(event.type) || (event.type === 'customer-posted' && event.detail.answerDue === true);
    if (open && (wakes || event.type === 'snooze')) {
      spans.push({ from: open.from, to: Math.min(open.to, event.at) });
      open = null;
    }
    if (event.type === 'snooze')
      open = { from: event.at, to: typeof event.detail.until === 'number' ? event.detail.until : event.at };
  }
  if (open) spans.push({ from: open.from, to: Math.min(open.to, now) });
  return spans.filter(({ from, to }) => to > from);
}

/** How long somebody has waited by the target's clock, in milliseconds; snoozed time does not count. */
export function waited(
  service: Service,
  target: Target,
  source: string,
  from: number,
  to: number,
  snoozes: readonly Span[] = [],
): number {
  const clock = clockOf(service, target, source);
  const asleep = snoozes.reduce(
    (sum, span) => sum + workingBetween(clock, Math.max(from, span.from), Math.min(to, span.to)),
    0,
  );
  return Math.max(0, workingBetween(clock, from, to) - asleep);
}

/** The instant at which `ms` of the target's clock have passed since `from`, snoozed time left out. */
function reached(
  service: Service,
  target: Target,
  source: string,
  from: number,
  ms: number,
  snoozes: readonly Span[],
): number {
  const clock = clockOf(service, target, source);
  let at = addWorking(clock, from, ms);
  for (const span of snoozes) {
    if (span.from >= at) break;
    if (span.to > from) at = addWorking(clock, at, workingBetween(clock, Math.max(from, span.from), span.to));
  }
  return at;
}

/** When the answer is due; null when nobody waits, or there is no target. */
export function dueAt(
  service: Service,
  item: About & Pick<Item, 'waitingSince' | 'state' | 'origin' | 'conversationId'>,
  snoozes: readonly Span[] = [],
): number | null {
  if (item.waitingSince === null || isClosed(item) || isUnpublished(item)) return null;
  const target = targetFor(service, item);
  return target && reached(service, target, item.source, item.waitingSince, target.answer, snoozes);
}

/**
 * Whether an answer came within its target; null when there is none.
 *
 * @param since when the customer began to wait
 */
export function withinTarget(
  service: Service,
  about: About,
  since: number,
  answeredAt: number,
  snoozes: readonly Span[] = [],
): boolean | null {
  const target = targetFor(service, about);
  return target && waited(service, target, about.source, since, answeredAt, snoozes) <= target.answer;
}

/**
 * Whether an answer that was given kept its target, by the same clock as the reminders before it: in the team's hours where
 * the target is in them, and not while it was snoozed. Null where nobody waited, or there is no target.
 */
export function keptTarget(service: Service, answer: Answer): boolean | null {
  if (answer.waitedMs === null) return null;
  return withinTarget(service, answer, answer.at - answer.waitedMs, answer.at, answer.snoozes);
}

/** In the order in which they happen. */
export const STEPS = ['claim', 'remind', 'release', 'next', 'managers'] as const;
export type Step = (typeof STEPS)[number];

export interface DoneStep {
  readonly step: Step;
  readonly at: number;
}

/** People get this share of the target, at least a minute of it, before the step after. */
const GAP = 0.05;
/** Whoever has just taken it is not reminded, nor is it taken from them, before this share of the target has passed. */
const PATIENCE = 0.25;

/**
 * The one step that is due for an item now; null when none is. Each happens once while somebody waits, and never one
 * after a later one. What was missed while nothing ran is made up for one at a time.
 *
 * @param events the item's history, oldest first
 * @param done steps of this wait
 */
export function stepDue(
  service: Service,
  plan: StepPlan,
  item: Item,
  events: readonly ItemEvent[],
  done: readonly DoneStep[],
  now: number,
): Step | null {
  const target = targetFor(service, item);
  if (!target || item.waitingSince === null || item.sending || isUnpublished(item)) return null;
  if (item.state !== 'open' && item.state !== 'claimed') return null;
  const snoozes = snoozesOf(events, now);
  const count = (from: number): number => waited(service, target, item.source, from, now, snoozes);
  const latest = Math.max(-1, ...done.map(({ step }) => STEPS.indexOf(step)));
  const last = done.reduce((at, each) => Math.max(at, each.at), Number.NEGATIVE_INFINITY);
  if (done.length > 0 && count(last) < Math.max(MINUTE, GAP * target.answer)) return null;
  const sinceStart = count(item.waitingSince);
  const held = item.owner ? count(Math.max(item.waitingSince, ownedSince(item, events))) : null;
  const due = (step: Step): boolean =>
    stepIsDue(step, target, plan, sinceStart, held, item.approval !== null);
  return STEPS.find((step, index) => index > latest && due(step)) ?? null;
}

function stepIsDue(
  step: Step,
  { claim, answer }: Target,
  plan: StepPlan,
  waitedMs: number,
  heldMs: number | null,
  asksForApproval: boolean,
): boolean {
  switch (step) {
    case 'claim':
      return claim !== undefined && heldMs === null && waitedMs >= claim;
    case 'remind':
      return (
        plan.remind !== null &&
        heldMs !== null &&
        waitedMs >= plan.remind * answer &&
        heldMs >= PATIENCE * answer
      );
    case 'release':
      // What waits for a manager's word is not the owner's fault.
      if (plan.release === null || heldMs === null || asksForApproval) return false;
      return plan.release === undefined
        ? waitedMs >= answer && heldMs >= PATIENCE * answer
        : heldMs >= plan.release;
    case 'next':
    case 'managers': {
      const part = plan[step];
      return part !== null && waitedMs >= part * answer;
    }
  }
}

const FREEING: ReadonlySet<ItemEvent['type']> = new Set(['opened', 'release', 'reopen', 'follow-up']);

/** Since when the owner has it. @param events oldest first */
export function ownedSince(item: Pick<Item, 'owner' | 'updatedAt'>, events: readonly ItemEvent[]): number {
  let since: number | null = null;
  for (const event of events) {
    const own = event.actor.id === item.owner?.id;
    if (FREEING.has(event.type)) since = null;
    else if (event.type === 'assign') since = event.detail.to === item.owner?.id ? event.at : since;
    else if (own && (event.type === 'claim' || since === null)) since = event.at;
  }
  return since ?? item.updatedAt;
}
