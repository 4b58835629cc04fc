import type { Clock } from '../clock.ts';
import { addDays, type Day, dayIn, instantOf } from '../domain/calendar.ts';
import type { CalendarEvent } from '../domain/calendar-event.ts';
import type { Check } from '../domain/check.ts';
import type { Voice } from '../domain/digest/themes.ts';
import { readableText } from '../domain/post.ts';
import { mondayOf } from '../domain/prompts/cadence.ts';
import { eventKind } from '../domain/prompts/events.ts';
import {
  type Colleague,
  eventFacts,
  type Fact,
  holidayFacts,
  LOOK_AHEAD_DAYS,
  lookAhead,
  teamFacts,
} from '../domain/prompts/facts.ts';
import { holidaysBetween } from '../domain/prompts/holidays.ts';
import { topicFacts } from '../domain/prompts/topics.ts';
import { many } from '../domain/text.ts';
import { messageOf } from '../errors.ts';
import type { Queries } from '../store/store.ts';

/** A calendar of the team. */
export interface TeamCalendar {
  readonly name: string;
  readonly eventsBetween: (from: number, to: number) => Promise<readonly CalendarEvent[]>;
}

/** Everything that ideas may be fed by. */
export interface IdeaFacts {
  /** What has its date: calendars, birthdays and anniversaries, holidays. A calendar that cannot be read is left out. */
  dated(now: number): Promise<readonly Fact[]>;
  /** What people write about this week. */
  topics(now: number): Promise<readonly Fact[]>;
  /** The team's own days off and the public holidays around now. */
  daysOff(now: number, own: ReadonlySet<Day>): ReadonlySet<Day>;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** How far the doctor looks ahead. */
const CHECK_DAYS = 30;
/** Conversations that are read for topics, the newest. */
const READ_ITEMS = 600;
/** What people talk about does not change by the minute. */
const TOPICS_EVERY_MS = 60 * 60_000;

/** What the doctor says of the calendars: whether each can be read, and how many of its events ideas would come from. */
export async function checkCalendars(
  calendars: readonly TeamCalendar[],
  now: number,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { name, eventsBetween } of calendars) {
    try {
      const events = await eventsBetween(now, now + CHECK_DAYS * DAY_MS);
      const used = events.filter(({ title, isPrivate }) => !isPrivate && eventKind(title) !== null).length;
      checks.push({
        ok: true,
        what: `calendar “${name}” can be read: ${many(events.length, 'event')} in the next ${CHECK_DAYS} days, ${used} of which give ideas`,
        remedy: null,
      });
    } catch (error) {
      checks.push({ ok: false, what: `calendar “${name}” cannot be read`, remedy: messageOf(error) });
    }
  }
  return checks;
}

export function createIdeaFacts(deps: {
  readonly store: Pick<Queries, 'newestItems'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly zone: string;
  readonly calendars: readonly TeamCalendar[];
  readonly team: readonly Colleague[];
  readonly countries: readonly string[];
  /** Our own names: no topic. */
  readonly names: readonly string[];
  readonly log: { warn(fields: object, message: string): void };
}): IdeaFacts {
  const { zone, countries } = deps;
  const told = new Set<string>();
  let topics: { readonly at: number; readonly facts: readonly Fact[] } | null = null;
  let off: { readonly day: Day; readonly own: ReadonlySet<Day>; readonly days: ReadonlySet<Day> } | null =
    null;

  async function entries(now: number): Promise<readonly CalendarEvent[]> {
    const today = dayIn(now, zone);
    const from = instantOf(today, 0, zone);
    const to = instantOf(addDays(today, LOOK_AHEAD_DAYS + 1), 0, zone);
    const all: CalendarEvent[] = [];
    for (const { name, eventsBetween } of deps.calendars) {
      try {
        all.push(...(await eventsBetween(from, to)));
        told.delete(name);
      } catch (error) {
        // Told once; the doctor says it every time.
        if (!told.has(name))
          deps.log.warn({ calendar: name, error: messageOf(error) }, 'a calendar cannot be read');
        told.add(name);
      }
    }
    return all;
  }

  return {
    async dated(now) {
      const { from, to } = lookAhead(now, zone);
      const found = (await entries(now)).map(({ title, start, end, allDay, isPrivate }) => ({
        title,
        startsAt: start,
        endsAt: end,
        allDay,
        isPrivate,
      }));
      return [
        ...eventFacts(found, zone),
        ...teamFacts(deps.team, from, to),
        ...holidayFacts(countries, from, to),
      ];
    },

    async topics(now) {
      if (topics && now - topics.at < TOPICS_EVERY_MS) return topics.facts;
      const items = await deps.store.newestItems(READ_ITEMS);
      const voices = items.flatMap(({ item, post }): Voice[] => {
        const mood = item.kinds.includes('complaint') || item.kinds.includes('spam');
        if (!post || post.ours || mood || item.origin === 'prompt') return [];
        return [
          {
            source: post.source,
            text: readableText(post),
            lang: post.lang,
            authorId: `${post.source}/${post.author.id}`,
            by: post.author.name,
            url: post.url,
            at: post.createdAt,
            itemId: item.id,
          },
        ];
      });
      const facts = topicFacts(
        voices.filter(({ at }) => at > now - WEEK_MS),
        voices.filter(({ at }) => at <= now - WEEK_MS),
        mondayOf(dayIn(now, zone)),
        deps.names,
      );
      topics = { at: now, facts };
      return facts;
    },

    daysOff(now, own) {
      const day = dayIn(now, zone);
      if (off?.day === day && off.own === own) return off.days;
      const public_ = holidaysBetween(
        countries,
        addDays(day, -LOOK_AHEAD_DAYS),
        addDays(day, 2 * LOOK_AHEAD_DAYS),
      );
      off = { day, own, days: new Set([...own, ...public_.map((holiday) => holiday.day)]) };
      return off.days;
    },
  };
}
