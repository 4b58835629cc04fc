import type { Kind } from './triage/verdict.ts';

/** Figures of a window of time that ends now. Definitions are with {@link makeStats}. */
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
  readonly byKind: readonly { readonly kind: Kind; readonly count: number }[];
  readonly bySource: readonly { readonly source: string; readonly count: number }[];
  readonly byPerson: readonly { readonly name: string; readonly answered: number }[];
}

/** What the ledger knows of a window of time. */
export interface Raw {
  /** Conversations that came before the team, by the source and the leading kind they have now. */
  readonly opened: readonly { readonly source: string; readonly kind: Kind; readonly count: number }[];
  readonly filtered: number;
  readonly dismissed: number;
  /** Every answer that was given, with the name of who gave it. */
  readonly answers: readonly { readonly by: string; readonly waitedMs: number | null }[];
  readonly waiting: number;
  readonly oldestWaitingSince: number | null;
}

/** Nearest rank: the smallest value that at least `share` of all do not exceed; null when there are none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/**
 * The figures of a window, `from` included and `to` excluded (epoch milliseconds).
 *
 * - **opened**: conversations that came before the team in the window. What triage or a muted word closed at once is
 *   **filtered** instead. A follow-up opens nothing new; prompts are ours and do not count.
 * - **answered**: answers given in the window, whether sent through Potluck, seen on the network or marked by a person. A
 *   conversation that came back and was answered again counts twice.
 * - **dismissed**: closed without an answer by a person in the window.
 * - **waiting**: not closed and with a customer who waits, now, whenever it came.
 * - **time to answer**: from the customer's post (the first unanswered one) to the answer, as the network dates both.
 *   Where nobody waited (a new follower, say) there is no such time. Median and p90 by nearest rank.
 * - **byKind**: of the opened ones, each once under its leading kind; **bySource**: of the same, so both sum to `opened`.
 * - **byPerson**: of the answered ones: the person who sent or marked it, or the account that answered on the network.
 */
export function makeStats(from: number, to: number, raw: Raw): Stats {
  const times = raw.answers
    .flatMap(({ waitedMs }) => (waitedMs === null ? [] : [waitedMs]))
    .sort((a, b) => a - b);
  const opened = raw.opened.map(({ count }) => count);
  return {
    from,
    to,
    opened: opened.reduce((sum, count) => sum + count, 0),
    filtered: raw.filtered,
    answered: raw.answers.length,
    dismissed: raw.dismissed,
    waiting: raw.waiting,
    oldestWaitingSince: raw.oldestWaitingSince,
    medianToAnswerMs: percentile(times, 0.5),
    p90ToAnswerMs: percentile(times, 0.9),
    byKind: summed(raw.opened.map(({ kind, count }) => [kind, count])).map(([kind, count]) => ({
      kind,
      count,
    })),
    bySource: summed(raw.opened.map(({ source, count }) => [source, count])).map(([source, count]) => ({
      source,
      count,
    })),
    byPerson: summed(raw.answers.map(({ by }) => [by, 1])).map(([name, answered]) => ({ name, answered })),
  };
}

/** Most first; of equals in alphabetical order, so that the same figures always look the same. */
function summed<Key extends string>(entries: readonly (readonly [Key, number])[]): [Key, number][] {
  const sums = new Map<Key, number>();
  for (const [key, count] of entries) sums.set(key, (sums.get(key) ?? 0) + count);
  return [...sums].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
}
