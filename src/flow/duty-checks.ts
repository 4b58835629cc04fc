import type { Clock } from '../clock.ts';
import type { Calendar } from '../domain/calendar-event.ts';
import { momentWords } from '../domain/calendar-words.ts';
import type { Check } from '../domain/check.ts';
import { type Layer, namedBy, names } from '../domain/oncall.ts';
import { messageOf } from '../errors.ts';
import { zoneOf } from './oncall.ts';
import type { Roster } from './roster.ts';

const AHEAD_MS = 35 * 86_400_000;

/** What the doctor says about who is on call: each layer with who has it now, and calendars that name nobody we know. */
export async function dutyChecks(deps: {
  readonly roster: Roster;
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly clock: Clock;
  readonly zone: string;
}): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { layer, standing, trouble } of await deps.roster.now()) {
    if (trouble !== null) {
      checks.push({
        ok: false,
        what: `${layer.name}: nobody can say who is on call`,
        remedy: `${trouble} Look at oncall.layers in potluck.yaml.`,
      });
      continue;
    }
    const at = (moment: number): string => momentWords(moment, zoneOf(layer, deps.zone));
    const until = standing.until === null ? '' : ` until ${at(standing.until)}`;
    const next = standing.next ? `, then ${names(standing.next.people)} from ${at(standing.next.at)}` : '';
    checks.push({ ok: true, what: `${layer.name}: ${names(standing.people)}${until}${next}`, remedy: null });
    const unknown = await unknownIn(layer, deps);
    if (unknown) checks.push(unknown);
  }
  return checks;
}

/** Events that name nobody are a slip of a name, or of the calendar. */
async function unknownIn(
  { name, roster }: Layer,
  { calendars, clock }: { readonly calendars: ReadonlyMap<string, Calendar>; readonly clock: Clock },
): Promise<Check | null> {
  if (roster.from !== 'calendar') return null;
  try {
    const now = clock.now();
    const events = (await calendars.get(roster.place)?.eventsBetween(now, now + AHEAD_MS)) ?? [];
    const unknown = events.filter((event) => namedBy(event, roster.people) === null);
    if (events.length > 0 && unknown.length === 0) return null;
    const what =
      events.length === 0
        ? `${name}: its calendar has no events in the next five weeks`
        : `${name}: ${unknown.length} of ${events.length} events name nobody, for instance “${unknown[0]?.title.slice(0, 60)}”`;
    const remedy = 'An event names one of “people” by name or e-mail, in its title or among who takes part.';
    return { ok: unknown.length < events.length, what, remedy };
  } catch (error) {
    return { ok: false, what: `${name}: its calendar cannot be read`, remedy: messageOf(error) };
  }
}
