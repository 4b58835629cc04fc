import type { DismissReason } from './item.ts';
import type { Kind } from './triage/verdict.ts';
import type { Span } from './working-time.ts';

/** Figures of a window of time. Definitions are with {@link makeStats}. */
export interface Stats {
  readonly from: number;
  readonly to: number;
  readonly opened: number;
  readonly filtered: number;
  readonly answered: number;
  readonly dismissed: number;
  /** Open and unanswered right now, and since when the longest of them waits. */
  readonly waiting: number;
  readonly oldestWaitingSince: number | null;
  /** Milliseconds from the customer's post to our answer, of what was answered in the window; null when nothing was. */
  readonly medianToAnswerMs: number | null;
  readonly p90ToAnswerMs: number | null;
  /** Of the answers for which there is a target, those that kept it. */
  readonly inTime: { readonly kept: number; readonly of: number };
  readonly noise: { readonly count: number; readonly of: number };
  readonly useful: number;
  readonly byKind: readonly { readonly kind: Kind; readonly count: number }[];
  readonly bySource: readonly {
    readonly source: string;
    readonly count: number;
    readonly answered: number;
  }[];
  readonly byPerson: readonly { readonly name: string; readonly answered: number }[];
  readonly byReason: readonly { readonly reason: DismissReason; readonly count: number }[];
}

/** Something that happened to an item, with what the item is now. */
interface Moment {
  readonly itemId: number;
  readonly at: number;
  readonly source: string;
  /** The kinds the item has now, the leading one first. */
  readonly kinds: readonly Kind[];
}

/** A conversation that came before the team. */
export interface Opening extends Moment {
  /** Whether somebody took or answered it. */
  readonly useful: boolean;
}

/** What was closed before anybody of the team saw it. */
export type Filtering = Moment;

export interface Answer extends Moment {
  /** Who gave it: a person of the team, or the account that answered on the network. */
  readonly by: string;
  readonly priority: number;
  /** From the customer's post to the answer, as the network dates both; null where nobody waited. */
  readonly waitedMs: number | null;
  /** For which the item was snoozed until then, in order; absent where it never was. */
  readonly snoozes?: readonly Span[];
}

/** Closed without an answer by a person. */
export interface Dismissal extends Moment {
  readonly by: string;
  readonly reason: DismissReason;
}

/** Somebody took it upon them, or gave it back. */
export interface Holding extends Moment {
  readonly type: 'claim' | 'release';
}

/** A prompt that went public. */
export interface Publishing extends Moment {
  readonly by: string;
}

/** What the ledger knows of a window of time, in the order in which it happened. */
export interface Raw {
  readonly opened: readonly Opening[];
  readonly filtered: readonly Filtering[];
  readonly answers: readonly Answer[];
  readonly dismissed: readonly Dismissal[];
  readonly holdings: readonly Holding[];
  readonly published: readonly Publishing[];
  readonly waiting: number;
  readonly oldestWaitingSince: number | null;
  /** More happened than is looked at: the newest part is here. */
  readonly cut: boolean;
}

/** Whether an answer kept its target; null where there is none. */
export type Target = (answer: Answer) => boolean | null;

const NO_TARGET: Target = () => null;

/** Reasons that say: this should not have come before us. */
const NOISE: readonly DismissReason[] = ['not-relevant', 'spam'];

/** Nearest rank: the smallest value that at least `share` of all do not exceed; null when there are none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** The part of a window that lies between two instants. Who waits is told for now only, whichever part it is. */
export function partOf(raw: Raw, from: number, to: number): Raw {
  const within = <Each extends Moment>(moments: readonly Each[]): readonly Each[] =>
    moments.filter(({ at }) => at >= from && at < to);
  return {
    ...raw,
    opened: within(raw.opened),
    filtered: within(raw.filtered),
    answers: within(raw.answers),
    dismissed: within(raw.dismissed),
    holdings: within(raw.holdings),
    published: within(raw.published),
  };
}

/** Each item once, as it came first. */
export function once<Each extends Moment>(moments: readonly Each[]): readonly Each[] {
  const seen = new Set<number>();
  return moments.filter(({ itemId }) => {
    if (seen.has(itemId)) return false;
    seen.add(itemId);
    return true;
  });
}

/** How long those waited who were answered, shortest first. */
export function waits(answers: readonly Answer[]): readonly number[] {
  return answers
    .flatMap(({ waitedMs }) => (waitedMs === null ? [] : [waitedMs]))
    .sort((one, other) => one - other);
}

/** What came before the team and was dismissed as not relevant or spam, in the same window. */
export function noiseOf(raw: Raw): readonly Opening[] {
  const dismissed = new Set(
    raw.dismissed.filter(({ reason }) => NOISE.includes(reason)).map(({ itemId }) => itemId),
  );
  return once(raw.opened).filter(({ itemId }) => dismissed.has(itemId));
}

/** Items that a person closed without an answer, each with its last reason. */
export function dismissalsOf(raw: Raw): readonly Dismissal[] {
  return once([...raw.dismissed].reverse()).toReversed();
}

/**
 * The figures of a window, `from` included and `to` excluded (epoch milliseconds).
 *
 * - **opened**: conversations that came before the team in the window. What triage or a muted word closed at once is
 *   **filtered** instead. A follow-up opens nothing new; prompts are ours and do not count.
 * - **answered**: answers given in the window, whether sent through Potluck, seen on the network or marked by a person. A
 *   conversation that came back and was answered again counts twice.
 * - **dismissed**: closed without an answer by a person in the window; **byReason**: the same, by the last reason given.
 * - **waiting**: not closed and with a customer who waits, now, whenever it came; what nobody is told of does not wait.
 * - **time to answer**: from the customer's post (the first unanswered one) to the answer, as the network dates both.
 *   Where nobody waited (a new follower, say) there is no such time. Median and p90 by nearest rank.
 * - **inTime**: of the answers that have a target, those that kept it; time counts as it does on cards and for reminders.
 * - **noise**: filtered, or opened and dismissed as not relevant or spam, of all that came (filtered and opened).
 * - **useful**: of the opened ones, those that somebody took or answered.
 * - **byKind**: of the opened ones, each once under its leading kind; **bySource**: of the same, so both sum to `opened`
 *   (with the answers given there beside it).
 * - **byPerson**: of the answered ones: the person who sent or marked it, or the account that answered on the network.
 */
export function makeStats(from: number, to: number, raw: Raw, target: Target = NO_TARGET): Stats {
  const opened = once(raw.opened);
  const filtered = once(raw.filtered);
  const dismissed = dismissalsOf(raw);
  const times = waits(raw.answers);
  const kept = raw.answers.flatMap((answer) => target(answer) ?? []);
  const answeredAt = new Map(summed(raw.answers.map(({ source }) => source)));
  const openedAt = new Map(summed(opened.map(({ source }) => source)));
  return {
    from,
    to,
    opened: opened.length,
    filtered: filtered.length,
    answered: raw.answers.length,
    dismissed: dismissed.length,
    waiting: raw.waiting,
    oldestWaitingSince: raw.oldestWaitingSince,
    medianToAnswerMs: percentile(times, 0.5),
    p90ToAnswerMs: percentile(times, 0.9),
    inTime: { kept: kept.filter(Boolean).length, of: kept.length },
    noise: { count: filtered.length + noiseOf(raw).length, of: filtered.length + opened.length },
    useful: opened.filter(({ useful }) => useful).length,
    byKind: summed(opened.map(({ kinds }) => kinds[0] ?? 'mention')).map(([kind, count]) => ({
      kind,
      count,
    })),
    bySource: [...new Set([...openedAt.keys(), ...answeredAt.keys()])].map((source) => ({
      source,
      count: openedAt.get(source) ?? 0,
      answered: answeredAt.get(source) ?? 0,
    })),
    byPerson: summed(raw.answers.map(({ by }) => by)).map(([name, answered]) => ({ name, answered })),
    byReason: summed(dismissed.map(({ reason }) => reason)).map(([reason, count]) => ({ reason, count })),
  };
}

/** How often each is there. Most first; of equals in alphabetical order, so that the same figures always look the same. */
export function summed<Key extends string>(keys: readonly Key[]): [Key, number][] {
  const sums = new Map<Key, number>();
  for (const key of keys) sums.set(key, (sums.get(key) ?? 0) + 1);
  return [...sums].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
}
