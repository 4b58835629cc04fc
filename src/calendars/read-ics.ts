import { createContext, Script } from 'node:vm';
import ICAL from 'ical.js';
import { addDays, instantOf, isZone, offsetAt } from '../domain/calendar.ts';
import type { CalendarEvent } from '../domain/calendar-event.ts';
import { RejectedError } from '../errors.ts';

/**
 * Longest time some events, or the reading of a whole calendar, may take: ical.js follows some impossible rules for ever
 * (`FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30`).
 */
const BATCH_MS = 1_000;
const BATCH = 200;
/** So many events that never end are no accident. */
const MAX_ENDLESS = 5;
const PARSE_MS = 3_000;
/** Outlook's zones begin in 1601, and each change of the clocks since then would be worked out. */
const ANCIENT = /^DTSTART:1[0-8]\d\d(\d{4}T\d{6})/gm;
/** Comings of one event that are looked at, from its first: thirty years of days. */
const MAX_COMINGS = 11_000;
const MAX_EVENTS = 10_000;
const MAX_FOUND = 2_000;
const MAX_ATTENDEES = 50;
const MAX_TITLE = 500;
const MAX_WINDOW_MS = 400 * 86_400_000;
/** Nothing that a team plans repeats by the hour; expanding it is a way to keep a machine busy. */
const TOO_OFTEN = ['SECONDLY', 'MINUTELY', 'HOURLY'];

const WATCHED = new Script('work()');
const ROOM: { work: (() => unknown) | null } = { work: null };
createContext(ROOM);

/** @throws when it takes longer than `ms`: also an endless loop ends there */
function within<Result>(ms: number, work: () => Result): Result {
  ROOM.work = work;
  try {
    return WATCHED.runInContext(ROOM, { timeout: ms }) as Result;
  } finally {
    ROOM.work = null;
  }
}

/** An IANA zone for a calendar that names it without describing it. */
class NamedZone extends ICAL.Timezone {
  override utcOffset(time: ICAL.Time): number {
    return offsetAt(instantOf(dayOf(time), time.hour * 60 + time.minute, this.tzid), this.tzid) / 1_000;
  }
}

/** A calendar that was read. */
export interface ReadCalendar {
  eventsBetween(from: number, to: number): readonly CalendarEvent[];
  /** Events that could not be understood, so far. */
  dropped(): number;
}

interface Entry {
  readonly event: ICAL.Event;
  readonly uid: string;
  readonly tzid: string | null;
  readonly cancelled: boolean;
  /** When the comings that stand in the calendar by themselves would have been. */
  readonly moved: Set<number>;
}

/**
 * @param zone of whole days, and of times without a zone, where the calendar names none
 * @throws RejectedError when it is no calendar
 */
export function readIcs(text: string, zone: string): ReadCalendar {
  const root = parse(text);
  const named = root.getFirstPropertyValue('x-wr-timezone');
  const home = typeof named === 'string' && isZone(named) ? named : zone;
  const broken = new Set<ICAL.Component>();
  const components = root.getAllSubcomponents('vevent').slice(0, MAX_EVENTS);
  const entries: Entry[] = [];
  each(components, broken, (component) => {
    const entry = entryOf(component);
    if (entry) entries.push(entry);
  });
  const byComponent = new Map(entries.map((entry) => [entry.event.component, entry]));
  const series = new Map(
    entries.filter(({ event }) => !event.isRecurrenceException()).map((entry) => [entry.uid, entry]),
  );
  each(components, broken, (component) => {
    const entry = byComponent.get(component);
    const of = entry?.event.isRecurrenceException() ? series.get(entry.uid) : undefined;
    if (entry && of) of.moved.add(instantOfTime(entry.event.recurrenceId, of.tzid, home));
  });

  return {
    eventsBetween(from, end) {
      const to = Math.min(end, from + MAX_WINDOW_MS);
      const found: CalendarEvent[] = [];
      each(components, broken, (component) => {
        const entry = byComponent.get(component);
        if (entry) found.push(...comings(entry, from, to, home));
      });
      return found.sort((a, b) => a.start - b.start || (a.uid < b.uid ? -1 : 1)).slice(0, MAX_FOUND);
    },
    dropped: () => broken.size,
  };
}

/** Does it for each that is not broken; what fails or never ends is broken from now on. */
function each(
  components: readonly ICAL.Component[],
  broken: Set<ICAL.Component>,
  work: (component: ICAL.Component) => void,
): void {
  let endless = 0;
  for (let index = 0; index < components.length; ) {
    const end = Math.min(components.length, index + BATCH);
    try {
      within(BATCH_MS, () => {
        for (; index < end; index++) attempt(components[index], broken, work);
      });
    } catch {
      const at = components[index++];
      if (at) broken.add(at);
      if (++endless > MAX_ENDLESS) throw new RejectedError('Too many of its events repeat without end.');
    }
  }
}

function attempt(
  component: ICAL.Component | undefined,
  broken: Set<ICAL.Component>,
  work: (component: ICAL.Component) => void,
): void {
  if (!component || broken.has(component)) return;
  try {
    work(component);
  } catch {
    broken.add(component);
  }
}

function parse(text: string): ICAL.Component {
  try {
    registerZones(text);
    const parsed: unknown = within(PARSE_MS, () => ICAL.parse(text.replace(ANCIENT, 'DTSTART:1970$1')));
    // A file may hold several calendars in a row: they are one to us.
    const [first, ...others] = (
      Array.isArray(parsed) && Array.isArray(parsed[0]) ? parsed : [parsed]
    ) as unknown[][];
    const root = new ICAL.Component(first as ConstructorParameters<typeof ICAL.Component>[0]);
    if (root.name !== 'vcalendar') throw new Error('not a calendar');
    for (const other of others) {
      const more = new ICAL.Component(other as ConstructorParameters<typeof ICAL.Component>[0]);
      for (const event of more.getAllSubcomponents()) root.addSubcomponent(event);
    }
    return root;
  } catch (error) {
    throw new RejectedError('It is no calendar in the ICS format.', { cause: error });
  }
}

function registerZones(text: string): void {
  for (const [, tzid = ''] of text.matchAll(/TZID="?([A-Za-z0-9_+\-/]{3,40})"?[:;]/g)) {
    if (!ICAL.TimezoneService.has(tzid) && tzid.includes('/') && isZone(tzid))
      ICAL.TimezoneService.register(new NamedZone({ tzid }), tzid);
  }
}

function entryOf(component: ICAL.Component): Entry | null {
  // One coming that was called off still takes the place of the one in the series.
  const cancelled = statusOf(component) === 'CANCELLED';
  if (cancelled && !component.hasProperty('recurrence-id')) return null;
  const rules = component.getAllProperties('rrule').map((property) => property.getFirstValue());
  if (rules.some((rule) => rule instanceof ICAL.Recur && TOO_OFTEN.includes(rule.freq)))
    throw new Error('repeats too often');
  const tzid = component.getFirstProperty('dtstart')?.getParameter('tzid');
  const event = new ICAL.Event(component, { exceptions: [] });
  if (!(event.startDate instanceof ICAL.Time)) throw new Error('has no beginning');
  return {
    event,
    uid: String(event.uid ?? '').slice(0, 255),
    tzid: typeof tzid === 'string' && isZone(tzid) ? tzid : null,
    cancelled,
    moved: new Set(),
  };
}

/** What is not marked is public (RFC 5545, 3.8.1.3); what is marked with a word of somebody's own is private. */
function isPrivate(component: ICAL.Component): boolean {
  const marked = component.getFirstPropertyValue('class');
  return marked !== null && String(marked).toUpperCase() !== 'PUBLIC';
}

function statusOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue('status') ?? '').toUpperCase();
}

function comings(entry: Entry, from: number, to: number, home: string): readonly CalendarEvent[] {
  const { event } = entry;
  if (entry.cancelled) return [];
  const lengthOf = lengthFrom(entry, home);
  const touches = (start: number, end: number): boolean => start < to && (end > from || start >= from);
  if (event.isRecurrenceException() || !event.isRecurring()) {
    const start = instantOfTime(event.startDate, entry.tzid, home);
    const end = lengthOf(event.startDate, start);
    return touches(start, end) ? [made(entry, start, end)] : [];
  }
  const found: CalendarEvent[] = [];
  const iterator = event.iterator();
  for (let count = 0; count < MAX_COMINGS; count++) {
    const time = iterator.next() as ICAL.Time | null;
    if (!time) break;
    const start = instantOfTime(time, entry.tzid, home);
    if (start >= to) break;
    if (entry.moved.has(start)) continue;
    const end = lengthOf(time, start);
    if (touches(start, end)) found.push(made(entry, start, end));
  }
  return found;
}

/** Where a coming that begins at `time` ends. Whole days end at midnight, however long the days are. */
function lengthFrom({ event, tzid }: Entry, home: string): (time: ICAL.Time, start: number) => number {
  const first = event.startDate;
  if (first.isDate) {
    const days = Math.max(1, Math.round(event.duration.toSeconds() / 86_400));
    return (time) => instantOf(addDays(dayOf(time), days), 0, home);
  }
  const length = instantOfTime(event.endDate, tzid, home) - instantOfTime(first, tzid, home);
  return (_, start) => start + Math.max(0, length);
}

function made({ event, uid }: Entry, start: number, end: number): CalendarEvent {
  return {
    uid,
    title: plain(event.summary).slice(0, MAX_TITLE),
    start,
    end,
    allDay: event.startDate.isDate,
    isPrivate: isPrivate(event.component),
    attendees: event.attendees.slice(0, MAX_ATTENDEES).map((attendee) => ({
      name: plain(attendee.getParameter('cn')).slice(0, 200),
      email: plain(attendee.getFirstValue())
        .replace(/^mailto:/i, '')
        .slice(0, 254),
    })),
  };
}

function plain(value: unknown): string {
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text.replace(/[\p{Cc}\s]+/gu, ' ').trim() : '';
}

function dayOf(time: ICAL.Time): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}`;
}

/** The instant of a time as the calendar has it: in UTC, in a zone we know, in one that the calendar describes, or in none. */
function instantOfTime(time: ICAL.Time, tzid: string | null, home: string): number {
  if (time.isDate) return instantOf(dayOf(time), 0, home);
  const { zone } = time;
  if (zone === ICAL.Timezone.utcTimezone) return time.toUnixTime() * 1_000;
  const named = isZone(zone?.tzid ?? '') ? zone.tzid : tzid;
  if (named !== null)
    return instantOf(dayOf(time), time.hour * 60 + time.minute, named) + time.second * 1_000;
  if (zone && zone !== ICAL.Timezone.localTimezone) return time.toUnixTime() * 1_000;
  return instantOf(dayOf(time), time.hour * 60 + time.minute, home) + time.second * 1_000;
}
