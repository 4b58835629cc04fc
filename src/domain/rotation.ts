import { addDays, type Day, dayIn, daysBetween, instantOf } from './calendar.ts';
import type { Person } from './item.ts';

/** Somebody who can be on call, with an id on each platform they are on. */
export interface Colleague extends Person {
  /** All ids of theirs, {@link Person.id} first. */
  readonly ids: readonly string[];
  /** What calendars call them by; null where that is not known. */
  readonly email: string | null;
}

/** People who take turns. */
export interface Rotation {
  /** In order; at least one. */
  readonly people: readonly Colleague[];
  readonly zone: string;
  /** The day on which the first of them begins. */
  readonly start: Day;
  /** Length of a turn in days. */
  readonly days: number;
  /** When it changes hands, in minutes since midnight. */
  readonly minutes: number;
}

/** One turn. */
export interface Turn {
  readonly from: number;
  readonly to: number;
  readonly person: Colleague;
}

function beginning(rotation: Rotation, turn: number): number {
  return instantOf(addDays(rotation.start, turn * rotation.days), rotation.minutes, rotation.zone);
}

function turnAt(rotation: Rotation, at: number): number {
  let turn = Math.floor(daysBetween(rotation.start, dayIn(at, rotation.zone)) / rotation.days);
  // Before the hour of the hand-over, the one of the day before still has it.
  while (beginning(rotation, turn) > at) turn -= 1;
  while (beginning(rotation, turn + 1) <= at) turn += 1;
  return turn;
}

/** The turns that touch [`from`, `to`), in order and without gaps. Before the start it goes round backwards: somebody is always there. */
export function turns(rotation: Rotation, from: number, to: number): readonly Turn[] {
  const found: Turn[] = [];
  const { people } = rotation;
  for (let turn = turnAt(rotation, from), begins = beginning(rotation, turn); begins < to; turn++) {
    const ends = beginning(rotation, turn + 1);
    const person = people[((turn % people.length) + people.length) % people.length];
    if (person && ends > begins) found.push({ from: begins, to: ends, person });
    begins = ends;
  }
  return found;
}
