import { once, type Raw, type Stats, waits } from '../stats.ts';
import type { Kind } from '../triage/verdict.ts';
import type { Crowd, DigestFacts } from './facts.ts';
import type { Unit } from './words.ts';

/** One figure with its meaning. */
export interface DigestFigure {
  /** Stable: what exports and buttons call it. */
  readonly id: string;
  readonly label: string;
  /** In its unit; null where there is nothing to say. Shares lie between 0 and 1, times are milliseconds. */
  readonly value: number | null;
  readonly unit: Unit;
  /** The same of the window before; null where there is none. */
  readonly before: number | null;
  /** What is worth knowing beside it. */
  readonly note: string | null;
  /** What exactly it counts. */
  readonly means: string;
  /** Whether there are items behind it that can be shown. */
  readonly shows: boolean;
}

/** A part of a whole; null when there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Distinct conversations that a person dealt with: answered, or dismissed with a reason. */
export function handledOf(raw: Raw): ReadonlySet<number> {
  return new Set([...raw.answers, ...raw.dismissed].map(({ itemId }) => itemId));
}

/** A window and the one before, side by side. */
export interface Pair {
  readonly now: { readonly stats: Stats; readonly raw: Raw };
  readonly before: { readonly stats: Stats; readonly raw: Raw };
}

interface Draft {
  readonly id: string;
  readonly label: string;
  readonly unit?: Unit;
  readonly note?: string | null;
  readonly means: string;
  readonly shows?: boolean;
}

export function figure(draft: Draft, value: number | null, before: number | null): DigestFigure {
  return { unit: 'count', note: null, shows: false, ...draft, value, before };
}

/** The headline figures of a digest, in their order. */
export function headline(facts: DigestFacts, { now, before }: Pair): readonly DigestFigure[] {
  const [one, other] = [now.stats, before.stats];
  return [
    figure(
      { id: 'new', label: 'New', shows: true, means: 'conversations that came before the team' },
      one.opened,
      other.opened,
    ),
    figure(
      {
        id: 'answered',
        label: 'Answered',
        shows: true,
        means: 'answers given: through Potluck, on the network itself, or marked by a person',
      },
      one.answered,
      other.answered,
    ),
    figure(
      {
        id: 'unanswered',
        label: 'Unanswered',
        shows: true,
        note: 'right now',
        means: 'customers who wait right now, whenever they wrote, but for those of whom nobody is told',
      },
      one.waiting,
      null,
    ),
    figure(
      {
        id: 'dismissed',
        label: 'Dismissed',
        shows: true,
        means: 'closed without an answer by a person who said why',
      },
      one.dismissed,
      other.dismissed,
    ),
    ...times(one, other, waits(now.raw.answers).length),
    figure(
      {
        id: 'noise',
        label: 'Noise',
        unit: 'share',
        shows: true,
        note: one.noise.of === 0 ? null : `${one.noise.count} of ${one.noise.of}`,
        means:
          'what was filtered out before anybody saw it, or dismissed as spam or not about us, of all that came',
      },
      share(one.noise.count, one.noise.of),
      share(other.noise.count, other.noise.of),
    ),
    listening(facts, now.raw, before.raw),
    cost(facts, one),
  ];
}

function times(one: Stats, other: Stats, timed: number): readonly DigestFigure[] {
  return [
    figure(
      {
        id: 'median',
        label: 'Half answered within',
        unit: 'ms',
        shows: true,
        note: timed === 0 ? null : `of ${timed}`,
        means: 'median time from the customer’s first unanswered post to our answer (nearest rank)',
      },
      one.medianToAnswerMs,
      other.medianToAnswerMs,
    ),
    figure(
      {
        id: 'p90',
        label: 'Nine of ten within',
        unit: 'ms',
        shows: true,
        means: 'the same for the 90th percentile',
      },
      one.p90ToAnswerMs,
      other.p90ToAnswerMs,
    ),
    figure(
      {
        id: 'target',
        label: 'Within the target',
        unit: 'share',
        shows: true,
        note: one.inTime.of === 0 ? 'no targets' : `${one.inTime.kept} of ${one.inTime.of}`,
        means:
          'answers that kept the target for their kind, source and priority, of those that have one; counted as on the cards: in working time where the target is, and not while snoozed',
      },
      share(one.inTime.kept, one.inTime.of),
      share(other.inTime.kept, other.inTime.of),
    ),
  ];
}

function listening(facts: DigestFacts, now: Raw, before: Raw): DigestFigure {
  const [handled, handledBefore] = [handledOf(now).size, handledOf(before).size];
  return figure(
    {
      id: 'listening',
      label: 'Listening',
      unit: 'share',
      shows: true,
      note: handled + facts.begun === 0 ? null : `${handled} handled, ${facts.begun} begun by us`,
      means:
        'conversations of others that a person dealt with, of those and the posts with which we spoke first; more than half is the aim',
    },
    share(handled, handled + facts.begun),
    share(handledBefore, handledBefore + facts.begunBefore),
  );
}

/** What was spent in the days that ended in the window, for each alert that somebody took or answered. */
function cost(facts: DigestFacts, { useful, opened }: Stats): DigestFigure {
  const dollars = sum(facts.spent.map((each) => each.cost.dollars ?? 0));
  const requests = sum(facts.spent.map((each) => each.cost.requests ?? 0));
  const paid = dollars > 0;
  return figure(
    {
      id: 'cost',
      label: 'Cost per useful alert',
      unit: paid ? 'dollars' : 'requests',
      note: `${paid ? '' : 'requests, '}${useful} of ${opened} alerts useful`,
      means: `${paid ? 'dollars' : 'requests to the networks (nothing was charged)'} on the days that ended in this window, for each new conversation that somebody took or answered`,
    },
    share(paid ? dollars : requests, useful),
    null,
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** All crowds as one. */
export function whole(crowds: readonly Crowd[]): Omit<Crowd, 'source'> {
  return {
    posts: sum(crowds.map(({ posts }) => posts)),
    people: sum(crowds.map(({ people }) => people)),
    known: sum(crowds.map(({ known }) => known)),
  };
}

/** Conversations of a kind that came in a window, whether they came before the team or wanted no answer. */
export function countOf(raw: Raw, kind: Kind): number {
  return once([...raw.opened, ...raw.filtered]).filter(
    ({ kinds }) => kinds.includes(kind) && !kinds.includes('spam'),
  ).length;
}
