import { z } from 'zod';
import { addDays, weekdayOf } from './calendar.ts';
import { calendarPlaceSchema } from './calendar-event.ts';
import {
  daySchema,
  hoursSchema,
  type TeamTime,
  timeSchema,
  weekdaySchema,
  zoneSchema,
} from './calendar-schema.ts';
import type { Layer, OnCallPlan, Roster } from './oncall.ts';
import type { Colleague } from './rotation.ts';

const personId = z
  .string('must be an id such as slack:T0123ABCD/U0123ABCD, discord:1234567890 or web:ana')
  .trim()
  .regex(
    /^[a-z]+:[^\s:]{1,200}$/,
    'must be an id such as slack:T0123ABCD/U0123ABCD, discord:1234567890 or web:ana',
  );

const colleagueSchema = z
  .union(
    [
      personId,
      z.strictObject({
        id: z.union([personId, z.array(personId).min(1).max(5)]),
        name: z.string().trim().min(1).max(80),
        email: z.string().trim().max(254).optional(),
      }),
    ],
    'must be an id such as web:ana, or { id: …, name: … }; one person may have several ids',
  )
  .transform((given): Colleague => {
    if (typeof given === 'string')
      return { id: given, ids: [given], name: given.replace(/^.*[:/]/, ''), email: null };
    const ids = [given.id].flat();
    return { id: ids[0] ?? '', ids, name: given.name, email: given.email ?? null };
  });

const everySchema = z
  .string('must be day, week or, for instance, 2 weeks')
  .regex(/^(?:[1-9]\d?\s+)?(?:day|week)s?$/, 'must be day, week or, for instance, 2 weeks')
  .transform((text) => {
    const [, count = '1', unit = ''] = /^(?:(\d+)\s+)?(day|week)/.exec(text) ?? [];
    return Number(count) * (unit === 'week' ? 7 : 1);
  });

const layerSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,29}$/, 'must be small letters, digits and dashes, at most 30')
      .default('first'),
    people: z.array(colleagueSchema).min(1).max(100).optional(),
    every: everySchema.optional(),
    /** Weekday of the hand-over; only for weeks. */
    on: weekdaySchema.optional(),
    at: timeSchema.optional(),
    zone: zoneSchema.optional(),
    /** The day on or after which the first person begins. */
    from: daySchema.optional(),
    calendar: calendarPlaceSchema.optional(),
    /** A group of a chat: `slack:S0123ABCD`. */
    group: personId.optional(),
    hours: hoursSchema.optional(),
  })
  .superRefine((layer, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { people, calendar, group, every = 7 } = layer;
    if (calendar !== undefined && group !== undefined)
      problem('group', 'stands beside “calendar”: take one of them out.');
    if (people === undefined && group === undefined)
      problem('people', 'is missing: who takes turns, or whom the calendar names; or “group”.');
    if (people !== undefined && group !== undefined)
      problem('people', 'stands beside “group”, which says who it is: take one of them out.');
    const rotates = calendar === undefined && group === undefined;
    const turns = { every: layer.every, on: layer.on, at: layer.at, from: layer.from };
    for (const [key, value] of Object.entries(turns))
      if (!rotates && value !== undefined)
        problem(key, 'is for people who take turns; here the calendar or the group decides.');
    if (layer.on !== undefined && every % 7 !== 0) problem('on', 'is for turns of whole weeks.');
  });

/** `oncall` in potluck.yaml. */
export const onCallSchema = z
  .strictObject({
    layers: z.array(layerSchema).min(1).max(10),
    mention: z.enum(['urgent', 'high', 'never']).default('urgent'),
  })
  .superRefine(({ layers }, context) => {
    for (const [index, { name }] of layers.entries())
      if (layers.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: 'custom',
          path: ['layers', index, 'name'],
          message: `“${name}” is the name of another layer, too.`,
        });
  });

type GivenLayer = z.output<typeof layerSchema>;

/** A Monday: where counting begins when nobody says otherwise. */
const EPOCH = '2024-01-01';
const NINE = 9 * 60;

/** The plan as it is kept to. @param time of the team, where a layer says nothing of its own */
export function onCallOf(given: z.output<typeof onCallSchema>, time: TeamTime): OnCallPlan {
  return {
    mention: given.mention,
    layers: given.layers.map(
      (layer): Layer => ({
        name: layer.name,
        roster: rosterOf(layer, time),
        // People are on call on holidays, too.
        hours: layer.hours
          ? {
              zone: layer.hours.zone ?? layer.zone ?? time.zone,
              week: layer.hours.week,
              holidays: new Set(),
            }
          : null,
      }),
    ),
  };
}

function rosterOf(layer: GivenLayer, time: TeamTime): Roster {
  const { people = [], calendar, group, every = 7, on = 1, at = NINE, from = EPOCH } = layer;
  if (group !== undefined) return { from: 'group', group };
  if (calendar !== undefined) return { from: 'calendar', place: calendar, people };
  const wait = every % 7 === 0 ? (on - weekdayOf(from) + 7) % 7 : 0;
  return {
    from: 'rotation',
    rotation: {
      people,
      zone: layer.zone ?? time.zone,
      start: addDays(from, wait),
      days: every,
      minutes: at,
    },
  };
}

/** Every id in the plan, with its path: each must be of a chat that is connected. */
export function idsOf(given: z.output<typeof onCallSchema>): readonly { path: string; id: string }[] {
  return given.layers.flatMap(({ people = [], group }, at) => [
    ...people.flatMap(({ ids }, person) =>
      ids.map((id) => ({ path: `oncall.layers.${at}.people.${person}`, id })),
    ),
    ...(group === undefined ? [] : [{ path: `oncall.layers.${at}.group`, id: group }]),
  ]);
}
