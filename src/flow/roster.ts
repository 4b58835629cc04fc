import type { Clock } from '../clock.ts';
import type { Calendar, CalendarEvent } from '../domain/calendar-event.ts';
import type { Person } from '../domain/item.ts';
import { duties, type Layer, type OnCallPlan, planned, type Standing, standing } from '../domain/oncall.ts';
import type { Colleague } from '../domain/rotation.ts';
import { messageOf } from '../errors.ts';
import type { Queries } from '../store/store.ts';

const DAY_MS = 86_400_000;
/** So far both ways, in milliseconds: more than two turns of the usual two weeks. */
const SIGHT_MS = 35 * DAY_MS;

export interface RosterDeps {
  readonly store: Pick<Queries, 'swaps'>;
  readonly clock: Clock;
  readonly plan: OnCallPlan;
  /** By the place that the plan names. */
  readonly calendars: ReadonlyMap<string, Pick<Calendar, 'eventsBetween'>>;
  /** Who is in a group: `slack:S0123ABCD`. */
  readonly members: (group: string) => Promise<readonly Person[]>;
}

/** How a layer stands, or why nobody can say. */
export type LayerState =
  | { readonly layer: Layer; readonly standing: Standing; readonly trouble: null }
  | { readonly layer: Layer; readonly standing: null; readonly trouble: string };

/** Who is responsible, as the plan, the calendars and what people arranged have it. */
export interface Roster {
  /** Every layer in order. @param queries inside of a transaction, its queries */
  now(queries?: Pick<Queries, 'swaps'>): Promise<readonly LayerState[]>;
  /** Those on call now: one entry for each layer that has somebody, in order. */
  onDuty(): Promise<readonly Standing[]>;
  /** A person of the plan by any of their ids; anybody else as they are. */
  colleague(person: Person): Colleague;
  /** Somebody of the plan whose name the words begin with (`@Ben tomorrow`), and the words after it; null for nobody. */
  named(words: string): { readonly person: Colleague; readonly rest: string } | null;
  /** Whether somebody takes part: only they, and managers, arrange swaps. */
  takesPart(id: string): Promise<boolean>;
}

function asColleague(person: Person): Colleague {
  return { id: person.id, name: person.name, ids: [person.id], email: null };
}

function namedIn(plan: OnCallPlan): readonly Colleague[] {
  return plan.layers.flatMap(({ roster }) => {
    if (roster.from === 'rotation') return roster.rotation.people;
    return roster.from === 'calendar' ? roster.people : [];
  });
}

export function createRoster({ store, clock, plan, calendars, members }: RosterDeps): Roster {
  const everybody = namedIn(plan);
  const colleague = (person: Person): Colleague =>
    everybody.find(({ ids }) => ids.includes(person.id)) ?? asColleague(person);

  async function events(layer: Layer, from: number, to: number): Promise<readonly CalendarEvent[]> {
    if (layer.roster.from !== 'calendar') return [];
    const calendar = calendars.get(layer.roster.place);
    if (!calendar) throw new Error('its calendar is not connected');
    return calendar.eventsBetween(from, to);
  }

  async function membersOf(layer: Layer): Promise<readonly Colleague[]> {
    return layer.roster.from === 'group' ? (await members(layer.roster.group)).map(colleague) : [];
  }

  async function stateOf(layer: Layer, queries: Pick<Queries, 'swaps'>): Promise<LayerState> {
    const now = clock.now();
    // By whole days, so that calendars are asked for the same stretch all day long.
    const from = Math.floor((now - SIGHT_MS) / DAY_MS) * DAY_MS;
    const to = from + 2 * SIGHT_MS + DAY_MS;
    try {
      const known = { events: await events(layer, from, to), members: await membersOf(layer) };
      const all = duties(layer, planned(layer.roster, known, from, to), await queries.swaps(from), colleague);
      return { layer, standing: standing(layer.name, all, now), trouble: null };
    } catch (error) {
      return { layer, standing: null, trouble: messageOf(error) };
    }
  }

  const now = (queries: Pick<Queries, 'swaps'> = store): Promise<readonly LayerState[]> =>
    Promise.all(plan.layers.map((layer) => stateOf(layer, queries)));

  return {
    now,
    colleague,
    async onDuty() {
      const states = await now();
      return states.flatMap(({ standing: found }) => (found && found.people.length > 0 ? [found] : []));
    },
    named(words) {
      const said = words.normalize('NFKC').trim().replace(/^@/, '');
      const fits = everybody.filter(({ name }) => {
        const start = said.slice(0, name.length);
        return start.toLowerCase() === name.toLowerCase() && /^(?:[\s,]|$)/.test(said.slice(name.length));
      });
      const longest = Math.max(0, ...fits.map(({ name }) => name.length));
      const people = new Map(
        fits.filter(({ name }) => name.length === longest).map((person) => [person.id, person]),
      );
      const [person] = people.values();
      // Two people of one name: a mention says which.
      return person && people.size === 1
        ? { person, rest: said.slice(longest).replace(/^[\s,]+/, '') }
        : null;
    },
    async takesPart(id) {
      if (everybody.some(({ ids }) => ids.includes(id))) return true;
      const groups = await Promise.allSettled(plan.layers.map(membersOf));
      return groups.some(
        (group) => group.status === 'fulfilled' && group.value.some(({ ids }) => ids.includes(id)),
      );
    },
  };
}
