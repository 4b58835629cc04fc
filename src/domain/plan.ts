import { dayIn, minutesIn, weekdayOf } from './calendar.ts';
import { type Place, placeOf, takesAll } from './routing.ts';
import { coveredBy } from './routing-order.ts';
import type { Rule } from './routing-rule.ts';
import { percentile } from './stats.ts';
import type { Kind } from './triage/verdict.ts';
import type { WorkingTime } from './working-time.ts';

/** What was heard on a source; what is ours is left out. */
export interface Heard {
  readonly source: string;
  /** When we looked, epoch milliseconds. */
  readonly to: number;
  readonly posts: readonly { readonly at: number; readonly language: string; readonly author: string }[];
  /** Conversations, by the time of their first post. `filtered`: triage closed them at once. */
  readonly items: readonly {
    readonly at: number;
    readonly kinds: readonly Kind[];
    readonly due: boolean;
    readonly filtered: boolean;
  }[];
}

export interface PlanContext {
  readonly zone: string;
  /** Those of potluck.yaml: what they decide needs no proposal. */
  readonly rules: readonly Rule[];
  /** The first channel of each chat: where a proposal leads when no rule says more. */
  readonly places: readonly Place[];
  /** How many people answered lately. */
  readonly people: number;
}

/** A rule as it stands in potluck.yaml, before it is read. */
export interface PlannedRule {
  readonly when: { readonly sources: readonly string[]; readonly kinds: readonly Kind[] };
  readonly to?: readonly string[];
  readonly digestOnly?: true;
}

/** When most of it is written. */
export interface PlannedHours {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Full hours; `to` is not included. */
  readonly from: number;
  readonly to: number;
  /** How much of what wants an answer comes then, 0 to 1. */
  readonly share: number;
}

/** Planned hours as working time; no holidays are known to them. */
export function workingOf({ days, from, to }: PlannedHours, zone: string): WorkingTime {
  const spans = [{ from: from * 60, to: to * 60 }];
  const week = [0, 1, 2, 3, 4, 5, 6].map((day) => (days.includes(day) ? spans : []));
  return { zone, week, holidays: new Set() };
}

/** How to go on with a source, from what was heard. JSON. */
export interface Plan {
  readonly source: string;
  readonly from: number;
  readonly to: number;
  /** A week at least, and enough posts to tell anything. */
  readonly enough: boolean;
  readonly posts: number;
  readonly authors: number;
  /** Share of the posts by the five who write most, 0 to 1. */
  readonly topAuthors: number;
  readonly conversations: number;
  readonly due: number;
  readonly filtered: number;
  /** Posts by the hour of the day (24) and by the weekday (7, Sunday first) in the team's zone. */
  readonly byHour: readonly number[];
  readonly byWeekday: readonly number[];
  readonly kinds: readonly { readonly kind: Kind; readonly count: number; readonly due: number }[];
  /** Empty where nothing tells. */
  readonly languages: readonly { readonly language: string; readonly count: number }[];
  readonly rules: readonly PlannedRule[];
  readonly hours: PlannedHours;
  readonly cardsPerHour: number;
  /** What wants an answer in a week, and what that is for each of those who answer. */
  readonly load: { readonly perWeek: number; readonly people: number; readonly each: number };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Older posts say little about today. */
export const HEARD_MS: number = 28 * DAY;
const LEAST_DAYS = 7;
const LEAST_POSTS = 20;
/** What is rarer than this, in shares of all, is not worth a rule. */
const WORTH = 0.1;
/** Working hours shall see at least this much of what wants an answer, in at most so many hours. */
const SEEN = 0.8;
const LONGEST_DAY = 10;
/** Of these somebody may expect nothing; praise is always worth a word. */
const MAY_BE_QUIET: readonly Kind[] = ['follow', 'link-share', 'mention'];
const LEAST_CARDS = 3;

/**
 * What the posts of the last four weeks, or as many as there are, suggest: who writes when, about what, in which language;
 * rules for what no rule of potluck.yaml decides; the shortest hours that see four fifths of what wants an answer; and a
 * budget of cards that is enough in nine of ten of those hours.
 */
export function makePlan(heard: Heard, context: PlanContext): Plan {
  const since = heard.to - HEARD_MS;
  const posts = heard.posts.filter(({ at }) => at >= since && at <= heard.to);
  const items = heard.items.filter(({ at }) => at >= since && at <= heard.to);
  const from = posts.reduce((first, { at }) => Math.min(first, at), heard.to);
  const kept = items.filter(({ filtered }) => !filtered);
  const wanted = kept.filter(({ due }) => due);
  const kinds = kindsOf(kept);
  const rules = rulesOf(heard.source, kinds, kept.length, wanted.length, context);
  const quiet = rules.flatMap(({ when, digestOnly }) => (digestOnly ? when.kinds : []));
  const cards = kept.filter((item) => item.due || !quiet.includes(item.kinds[0] ?? 'mention'));
  const hours = hoursOf(wanted.length > 0 ? wanted : posts, context.zone);
  const weeks = Math.max(heard.to - from, DAY) / (7 * DAY);
  const perWeek = Math.round(wanted.length / weeks);
  const byAuthor = counted(posts.map(({ author }) => author));
  return {
    source: heard.source,
    from,
    to: heard.to,
    enough: heard.to - from >= LEAST_DAYS * DAY && posts.length >= LEAST_POSTS,
    posts: posts.length,
    authors: byAuthor.length,
    topAuthors: share(sum(byAuthor.slice(0, 5).map(([, count]) => count)), posts.length),
    conversations: items.length,
    due: wanted.length,
    filtered: items.length - kept.length,
    byHour: tally(posts, 24, (at) => hourOf(at, context.zone)),
    byWeekday: tally(posts, 7, (at) => weekdayOf(dayIn(at, context.zone))),
    kinds,
    languages: counted(posts.map(({ language }) => language)).map(([language, count]) => ({
      language,
      count,
    })),
    rules,
    hours,
    cardsPerHour: cardsOf(cards, hours, from, heard.to, context.zone),
    load: {
      perWeek,
      people: Math.max(1, context.people),
      each: Math.ceil(perWeek / Math.max(1, context.people)),
    },
  };
}

function kindsOf(items: Heard['items']): Plan['kinds'] {
  const leading = items.map((item) => ({ kind: item.kinds[0] ?? 'mention', due: item.due }));
  return counted(leading.map(({ kind }) => kind)).map(([kind, count]) => ({
    kind,
    count,
    due: leading.filter((one) => one.kind === kind && one.due).length,
  }));
}

function rulesOf(
  source: string,
  kinds: Plan['kinds'],
  all: number,
  due: number,
  context: PlanContext,
): PlannedRule[] {
  const open = kinds.filter(({ kind }) => {
    const when = { sources: [source], kinds: [kind] };
    return coveredBy(context.rules, when, false) === null;
  });
  const quiet = open
    .filter((one) => MAY_BE_QUIET.includes(one.kind) && one.due === 0 && share(one.count, all) >= WORTH)
    .map(({ kind }): PlannedRule => ({ when: { sources: [source], kinds: [kind] }, digestOnly: true }));
  const told = open
    .filter((one) => one.due > 0 && share(one.due, due) >= WORTH)
    .map(
      ({ kind }): PlannedRule => ({
        when: { sources: [source], kinds: [kind] },
        to: placesOf(kind, context),
      }),
    );
  return [...quiet, ...told.filter(({ to }) => to && to.length > 0)];
}

/** Where such a thing goes when it comes from elsewhere; else where everything else goes. One for each chat. */
function placesOf(kind: Kind, { rules, places }: PlanContext): readonly string[] {
  const named = rules.filter(({ when }) => when.kinds?.includes(kind)).flatMap(({ to }) => to ?? []);
  const rest = rules.filter((rule) => takesAll(rule) && !rule.continue).flatMap(({ to }) => to ?? []);
  const all = [...named, ...rest, ...places.map(({ chat, channel }) => `${chat}:${channel}`)];
  const chats = [...new Set(all.map((place) => placeOf(place).chat))];
  return chats.flatMap((chat) => all.find((place) => placeOf(place).chat === chat) ?? []);
}

function hoursOf(asked: readonly { readonly at: number }[], zone: string): PlannedHours {
  const weekdays = tally(asked, 7, (at) => weekdayOf(dayIn(at, zone)));
  const busy = sum(weekdays) / 7 / 2;
  const some = weekdays.flatMap((count, day) => (count > 0 && count >= busy ? [day] : []));
  const days = some.length > 0 ? some : [1, 2, 3, 4, 5];
  const onThem = asked.filter(({ at }) => days.includes(weekdayOf(dayIn(at, zone))));
  const hours = tally(onThem, 24, (at) => hourOf(at, zone));
  const seen = (from: number, length: number): number => sum(hours.slice(from, from + length));
  let best = { from: 9, length: 8, count: -1 };
  for (let length = 4; length <= LONGEST_DAY && best.count < SEEN * onThem.length; length++)
    for (let from = 0; from + length <= 24; from++)
      if (seen(from, length) > best.count) best = { from, length, count: seen(from, length) };
  const fair = onThem.length > 0 ? best : { from: 9, length: 8, count: 0 };
  return { days, from: fair.from, to: fair.from + fair.length, share: share(fair.count, asked.length) };
}

/** Enough in nine of ten working hours of the window, and never less than three. */
function cardsOf(items: Heard['items'], hours: PlannedHours, from: number, to: number, zone: string): number {
  const working = (at: number): boolean => {
    const hour = hourOf(at, zone);
    return hours.days.includes(weekdayOf(dayIn(at, zone))) && hour >= hours.from && hour < hours.to;
  };
  const counts = new Map<number, number>();
  for (let hour = Math.floor(from / HOUR); hour * HOUR <= to; hour++)
    if (working(hour * HOUR)) counts.set(hour, 0);
  for (const { at } of items) {
    const hour = Math.floor(at / HOUR);
    if (counts.has(hour)) counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  const sorted = [...counts.values()].sort((a, b) => a - b);
  return Math.max(LEAST_CARDS, percentile(sorted, 0.9) ?? 0);
}

function hourOf(at: number, zone: string): number {
  return Math.floor(minutesIn(at, zone) / 60);
}

function tally(
  entries: readonly { readonly at: number }[],
  size: number,
  slot: (at: number) => number,
): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const { at } of entries) counts[slot(at)] = (counts[slot(at)] ?? 0) + 1;
  return counts;
}

/** Most first; of equals in alphabetical order. */
function counted<Key extends string>(values: readonly Key[]): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function share(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}
