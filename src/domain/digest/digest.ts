import { DISMISS_REASONS } from '../item.ts';
import { KIND_LABELS } from '../make-card.ts';
import { makeStats, partOf, type Raw, type Stats } from '../stats.ts';
import { type Council, makeCouncil } from './council.ts';
import type { DigestFacts, DigestWindow, Waiting } from './facts.ts';
import { type DigestFigure, figure, headline, type Pair, share, sum, whole } from './figures.ts';
import { many } from './words.ts';

/** Figures of the same kind side by side: one a source, one a person. */
export interface DigestTable {
  readonly id: string;
  readonly title: string;
  readonly means: string;
  readonly rows: readonly DigestFigure[];
}

/** A day of the chart. */
export interface DayFigures {
  readonly from: number;
  readonly opened: number;
  readonly answered: number;
  readonly medianMs: number | null;
}

/** The summary of a window of time: every figure with its definition, and what stands behind it. */
export interface Digest {
  readonly window: DigestWindow;
  /** When it was made: who waits, waits then. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** More happened than was looked at: the figures are too small. */
  readonly cut: boolean;
  readonly figures: readonly DigestFigure[];
  readonly tables: readonly DigestTable[];
  /** Sources that cannot hear at this moment: the figures lack whatever was said there. */
  readonly deaf: readonly string[];
  /** Who waits longest, right now. */
  readonly waiting: readonly Waiting[];
  readonly days: readonly DayFigures[];
  readonly labels: ReadonlyMap<string, string>;
  /** Only of a week. */
  readonly council: Council | null;
}

/** Rows of a table at most: what comes after is one row. */
const MAX_ROWS = 12;

/** Makes the digest of a window. Pure: the same facts give the same digest. */
export function makeDigest(facts: DigestFacts): Digest {
  const { from, to, before, raw, target } = facts;
  const part = (start: number, end: number): { stats: Stats; raw: Raw } => {
    const own = partOf(raw, start, end);
    return { raw: own, stats: makeStats(start, end, own, target) };
  };
  const pair: Pair = { now: part(from, to), before: part(before, from) };
  return {
    window: facts.window,
    at: facts.at,
    from,
    to,
    zone: facts.zone,
    cut: raw.cut,
    figures: headline(facts, pair),
    tables: tablesOf(facts, pair).filter(({ rows }) => rows.length > 0),
    deaf: facts.deaf,
    waiting: facts.waiting,
    days: facts.days.slice(0, -1).map((day, index) => {
      const { stats } = part(day, facts.days[index + 1] ?? to);
      return {
        from: day,
        opened: stats.opened,
        answered: stats.answered,
        medianMs: stats.medianToAnswerMs,
      };
    }),
    labels: facts.labels,
    council: facts.council ? makeCouncil(facts, facts.council, pair) : null,
  };
}

function tablesOf(facts: DigestFacts, { now, before }: Pair): readonly DigestTable[] {
  const label = (source: string): string => facts.labels.get(source) ?? source;
  const { stats } = now;
  return [
    table(
      'source',
      'New by source',
      'each new conversation under the source it came from; beside it the answers given there',
      stats.bySource.map(({ source, count, answered }) => ({
        label: label(source),
        value: count,
        before: before.stats.bySource.find((each) => each.source === source)?.count ?? 0,
        note: `${answered} answered`,
      })),
    ),
    table(
      'person',
      'Answers by person',
      'who sent or marked the answer, or the account that answered on the network',
      stats.byPerson.map(({ name, answered }) => ({
        label: name,
        value: answered,
        before: before.stats.byPerson.find((each) => each.name === name)?.answered ?? 0,
      })),
    ),
    table(
      'reason',
      'Dismissed, by reason',
      'the last reason a person gave',
      stats.byReason.map(({ reason, count }) => ({
        label: DISMISS_REASONS[reason],
        value: count,
        before: before.stats.byReason.find((each) => each.reason === reason)?.count ?? 0,
      })),
    ),
    table(
      'kind',
      'New by kind',
      'each new conversation once, under its leading kind',
      stats.byKind.map(({ kind, count }) => ({
        label: KIND_LABELS[kind],
        value: count,
        before: before.stats.byKind.find((each) => each.kind === kind)?.count ?? 0,
      })),
    ),
    customers(facts, label),
    costs(facts, now, label),
  ];
}

interface Row {
  readonly label: string;
  readonly value: number;
  readonly before: number;
  readonly note?: string;
}

function table(id: string, title: string, means: string, rows: readonly Row[]): DigestTable {
  const shown = rows
    .slice(0, MAX_ROWS)
    .map(({ label, value, before, note = null }, place) =>
      figure({ id: `${id}.${place}`, label, note, means, shows: true }, value, before),
    );
  const rest = rows.slice(MAX_ROWS);
  const others =
    rest.length === 0
      ? []
      : [
          figure(
            { id: `${id}.others`, label: `${many(rest.length, 'other')}`, means },
            sum(rest.map(({ value }) => value)),
            sum(rest.map(({ before }) => before)),
          ),
        ];
  return { id, title, means, rows: [...shown, ...others] };
}

/** Where the customers are: the share of the people in each source. */
function customers(facts: DigestFacts, label: (source: string) => string): DigestTable {
  const means = 'people who wrote to us or about us there, of all who did; spam is left out';
  const [all, allBefore] = [whole(facts.crowds).people, whole(facts.crowdsBefore).people];
  const rows = facts.crowds.toSorted((one, other) => other.people - one.people).slice(0, MAX_ROWS);
  return {
    id: 'customers',
    title: 'Where the customers are',
    means,
    rows: rows.map(({ source, people, posts }) =>
      figure(
        {
          id: `customers.${source}`,
          label: label(source),
          unit: 'share',
          note: `${many(people, 'person', 'people')}, ${many(posts, 'post')}`,
          means,
        },
        share(people, all),
        share(facts.crowdsBefore.find((each) => each.source === source)?.people ?? 0, allBefore),
      ),
    ),
  };
}

/** What each source cost for an alert that was of use; only where it charges. */
function costs(facts: DigestFacts, { raw }: Pair['now'], label: (source: string) => string): DigestTable {
  const means =
    'dollars on the days that ended in this window, for each alert that somebody took or answered';
  const rows = facts.spent.filter(({ cost }) => (cost.dollars ?? 0) > 0);
  return {
    id: 'cost',
    title: 'Cost per useful alert',
    means,
    rows: rows.slice(0, MAX_ROWS).map(({ source, cost }) => {
      const own = { ...raw, opened: raw.opened.filter((each) => each.source === source) };
      const { useful, opened } = makeStats(0, 0, own);
      const dollars = cost.dollars ?? 0;
      return figure(
        {
          id: `cost.${source}`,
          label: label(source),
          unit: 'dollars',
          note: `$${dollars.toFixed(2)} for ${useful} useful of ${opened}`,
          means,
        },
        share(dollars, useful),
        null,
      );
    }),
  };
}
