import { addDays, type Day, instantOf } from '../calendar.ts';
import { hoursOf, isTheirs, type Rhythm } from './cadence.ts';
import { EVENT_RULES } from './events.ts';
import type { Fact } from './facts.ts';

const MINUTE = 60_000;
/** Something that takes everybody away is said so long before, and no later than so. */
const SHORTLY_MS = 120 * MINUTE;
const LATEST_MS = 10 * MINUTE;
/** Over a long weekend nobody reads: this many days before is still "on Monday". */
const MAX_DAYS_BEFORE = 5;

/** When something may be talked about: from `from` until `until`; what was made of it is stale from `lapsesAt` on. */
export interface Opening {
  readonly fact: Fact;
  readonly from: number;
  readonly until: number;
  readonly lapsesAt: number;
}

/** The last day before this one on which the team is there; null when that is too long ago. */
function dayBefore(day: Day, rhythm: Rhythm): Day | null {
  for (let days = 1; days <= MAX_DAYS_BEFORE; days++) {
    const before = addDays(day, -days);
    if (isTheirs(before, rhythm)) return before;
  }
  return null;
}

function before(fact: Fact, day: Day, lapsesAt: number, rhythm: Rhythm): Opening | null {
  const eve = dayBefore(day, rhythm);
  if (eve === null) return null;
  const { at: from, until } = hoursOf(eve, rhythm);
  return { fact, from, until, lapsesAt };
}

/** The one time at which a fact is talked about; null when there is none, or it has no time of its own. */
export function openingOf(fact: Fact, rhythm: Rhythm): Opening | null {
  const dayEnds = (day: Day): number => instantOf(addDays(day, 1), 0, rhythm.zone);
  switch (fact.kind) {
    case 'topic':
      return null;
    case 'holiday':
      return before(fact, fact.day, dayEnds(fact.day), rhythm);
    case 'birthday':
    case 'anniversary': {
      if (!isTheirs(fact.day, rhythm)) return null;
      const { at: from, until } = hoursOf(fact.day, rhythm);
      return { fact, from, until, lapsesAt: dayEnds(fact.day) };
    }
    case 'event': {
      if (EVENT_RULES[fact.event].when === 'before')
        return before(fact, fact.day, fact.allDay ? dayEnds(fact.day) : fact.startsAt, rhythm);
      // Without a time of day nobody can be told when we are away.
      if (fact.allDay) return null;
      return {
        fact,
        from: fact.startsAt - SHORTLY_MS,
        until: fact.startsAt - LATEST_MS,
        lapsesAt: fact.startsAt,
      };
    }
  }
}

/** Openings that are not over, the earliest first. */
export function openingsOf(facts: readonly Fact[], rhythm: Rhythm, now: number): readonly Opening[] {
  return facts
    .flatMap((fact) => openingOf(fact, rhythm) ?? [])
    .filter(({ until }) => until > now)
    .sort((a, b) => a.from - b.from || (a.fact.key < b.fact.key ? -1 : 1));
}
