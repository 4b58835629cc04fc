import type { CalendarEvent } from './calendar-event.ts';
import type { Person } from './item.ts';
import { type Colleague, type Rotation, turns } from './rotation.ts';
import { findWord } from './words.ts';
import { openSpans, type WorkingTime } from './working-time.ts';

/** Where a layer's people come from. */
export type Roster =
  | { readonly from: 'rotation'; readonly rotation: Rotation }
  /** Events name who it is, by name or by who takes part. */
  | { readonly from: 'calendar'; readonly place: string; readonly people: readonly Colleague[] }
  /** Everybody in a group of a chat: `slack:S0123ABCD`. */
  | { readonly from: 'group'; readonly group: string };

/** One line of responsibility; the next is asked when this one does not answer. */
export interface Layer {
  readonly name: string;
  readonly roster: Roster;
  /** Nobody is responsible outside of these; null is always. */
  readonly hours: WorkingTime | null;
}

/** `oncall` in potluck.yaml. */
export interface OnCallPlan {
  readonly layers: readonly Layer[];
  /** From which urgency on the person on call is called. */
  readonly mention: 'urgent' | 'high' | 'never';
}

/** Somebody stands in for whoever has a layer. Kept for ever, with who arranged it. */
export interface Swap {
  readonly id: number;
  readonly layer: string;
  readonly person: Person;
  readonly from: number;
  readonly until: number;
  readonly by: Person;
  readonly at: number;
  /** Taken back; what had passed until then has happened. */
  readonly undone: { readonly by: Person; readonly at: number } | null;
}

/** A stretch of time with the same people. */
export interface Duty {
  readonly from: number;
  readonly to: number;
  /** Nobody: an empty list. */
  readonly people: readonly Colleague[];
  /** The swap that made it so; null where the plan did. */
  readonly swap: Swap | null;
}

/** Duties of a roster in [`from`, `to`), in order and without gaps, before any swap. */
export function planned(
  roster: Roster,
  known: { readonly events: readonly CalendarEvent[]; readonly members: readonly Colleague[] },
  from: number,
  to: number,
): readonly Duty[] {
  switch (roster.from) {
    case 'rotation':
      return turns(roster.rotation, from, to).map(({ person, ...turn }) => ({
        from: Math.max(from, turn.from),
        to: Math.min(to, turn.to),
        people: [person],
        swap: null,
      }));
    case 'calendar':
      return byEvents(known.events, roster.people, from, to);
    case 'group':
      return [{ from, to, people: known.members, swap: null }];
  }
}

/** Who an event names; null for nobody we know. Who takes part counts before words in the title. */
export function namedBy(event: CalendarEvent, people: readonly Colleague[]): Colleague | null {
  const lower = (text: string): string => text.normalize('NFKC').trim().toLowerCase();
  const attends = people.find((person) =>
    event.attendees.some(
      ({ name, email }) =>
        (person.email !== null && lower(email) === lower(person.email)) || lower(name) === lower(person.name),
    ),
  );
  if (attends) return attends;
  // "Ana Lopez" before "Ana".
  const byLength = [...people].sort((a, b) => b.name.length - a.name.length);
  const email = people.find(
    (person) => person.email !== null && lower(event.title).includes(lower(person.email)),
  );
  return email ?? byLength.find((person) => findWord(event.title, [person.name]) !== null) ?? null;
}

/** Of events at the same time the one that began last counts: a day's exception in somebody's week. */
function byEvents(
  events: readonly CalendarEvent[],
  people: readonly Colleague[],
  from: number,
  to: number,
): readonly Duty[] {
  const shifts = events.flatMap((event) => {
    const person = namedBy(event, people);
    return person && event.end > event.start ? [{ ...event, person }] : [];
  });
  const base: readonly Duty[] = [{ from, to, people: [], swap: null }];
  return [...shifts]
    .sort((a, b) => a.start - b.start || b.end - a.end || (a.uid < b.uid ? -1 : 1))
    .reduce(
      (duties, shift) =>
        put(duties, { from: shift.start, to: shift.end, people: [shift.person], swap: null }),
      base,
    );
}

/** Lays a duty over others. */
function put(duties: readonly Duty[], over: Duty): readonly Duty[] {
  const first = duties[0]?.from ?? over.from;
  const last = duties.at(-1)?.to ?? over.to;
  const [from, to] = [Math.max(first, over.from), Math.min(last, over.to)];
  if (from >= to) return duties;
  const before = duties.flatMap((duty) =>
    duty.from < from ? [{ ...duty, to: Math.min(duty.to, from) }] : [],
  );
  const after = duties.flatMap((duty) => (duty.to > to ? [{ ...duty, from: Math.max(duty.from, to) }] : []));
  return [...before, { ...over, from, to }, ...after];
}

/** The time for which a swap holds; null when it never came to that. */
export function holds(swap: Swap): { readonly from: number; readonly to: number } | null {
  const to = swap.undone ? Math.min(swap.until, swap.undone.at) : swap.until;
  return to > swap.from ? { from: swap.from, to } : null;
}

/**
 * Who has a layer in the time of `duties`: the plan, with the swaps of that layer over it (of several the one arranged
 * last), and nobody outside of the layer's hours.
 *
 * @param colleague finds somebody by any of their ids
 */
export function duties(
  layer: Layer,
  plan: readonly Duty[],
  swaps: readonly Swap[],
  colleague: (person: Person) => Colleague,
): readonly Duty[] {
  const swapped = swaps
    .filter((swap) => swap.layer === layer.name)
    .sort((a, b) => a.at - b.at || a.id - b.id)
    .reduce((all, swap) => {
      const span = holds(swap);
      return span ? put(all, { ...span, people: [colleague(swap.person)], swap }) : all;
    }, plan);
  return merged(layer.hours === null ? swapped : onlyWithin(layer.hours, swapped));
}

function onlyWithin(hours: WorkingTime, all: readonly Duty[]): readonly Duty[] {
  const [from, to] = [all[0]?.from, all.at(-1)?.to];
  if (from === undefined || to === undefined) return all;
  const spans = openSpans(hours, from, to);
  const closed = [from, ...spans.map((span) => span.to)].map((end, index) => ({
    from: end,
    to: spans[index]?.from ?? to,
    people: [],
    swap: null,
  }));
  return closed.reduce(put, all);
}

function samePeople(a: readonly Person[], b: readonly Person[]): boolean {
  return a.length === b.length && a.every(({ id }) => b.some((other) => other.id === id));
}

function merged(all: readonly Duty[]): readonly Duty[] {
  const whole: Duty[] = [];
  for (const duty of all) {
    const last = whole.at(-1);
    if (last && samePeople(last.people, duty.people) && last.swap?.id === duty.swap?.id)
      whole[whole.length - 1] = { ...last, to: duty.to };
    else whole.push(duty);
  }
  return whole;
}

/** How a layer stands at a moment. */
export interface Standing {
  readonly layer: string;
  /** Who has it; empty in a pause of the layer, and where nobody is known. */
  readonly people: readonly Colleague[];
  readonly swap: Swap | null;
  /** Since when these people have it, pauses of the layer's hours left out; null when longer than is looked at. */
  readonly since: number | null;
  /** Until when; null when that is not in sight. */
  readonly until: number | null;
  /** Who had it before; empty when that is not in sight. */
  readonly before: readonly Colleague[];
  /** Who comes next, and when; null when that is not in sight. */
  readonly next: { readonly people: readonly Colleague[]; readonly at: number } | null;
}

/** @param all duties of the layer around `now`, as {@link duties} gives them */
export function standing(layer: string, all: readonly Duty[], now: number): Standing {
  const index = all.findIndex((duty) => duty.from <= now && duty.to > now);
  const duty = all[index];
  const people = duty?.people ?? [];
  const staffed = all.filter((one) => one.people.length > 0);
  // In a pause, what counts is who comes after it.
  const at = staffed.findIndex((one) => (people.length > 0 ? one === duty : one.from > now));
  let first = at;
  while (people.length > 0 && first > 0 && samePeople(staffed[first - 1]?.people ?? [], people)) first -= 1;
  let last = people.length > 0 ? at : at - 1;
  while (last + 1 < staffed.length && samePeople(staffed[last + 1]?.people ?? [], people)) last += 1;
  const next = staffed[people.length > 0 ? last + 1 : at];
  const begins = staffed[first]?.from ?? null;
  return {
    layer,
    people,
    swap: duty?.swap ?? null,
    since: people.length > 0 && begins !== null && begins > (all[0]?.from ?? begins) ? begins : null,
    until: people.length > 0 && next ? (staffed[last]?.to ?? null) : null,
    before: people.length > 0 ? (staffed[first - 1]?.people ?? []) : [],
    next: next && at >= 0 ? { people: next.people, at: next.from } : null,
  };
}

/** "Ana", "Ana and Ben", "nobody". */
export function names(people: readonly Person[]): string {
  if (people.length === 0) return 'nobody';
  const last = people.at(-1)?.name ?? '';
  return people.length === 1
    ? last
    : `${people
        .slice(0, -1)
        .map(({ name }) => name)
        .join(', ')} and ${last}`;
}
