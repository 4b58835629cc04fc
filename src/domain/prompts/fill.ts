import { minutesIn, weekdayOf } from '../calendar.ts';
import { EVENT_RULES } from './events.ts';
import type { Fact } from './facts.ts';
import { type Idea, THEMES } from './idea.ts';

/** How the team speaks of itself. */
export interface Voice {
  readonly zone: string;
  /** Where they work, in a sentence: "the office", "the bakery". */
  readonly place: string;
  /** Whether people say "2 pm" and not "14:00". */
  readonly twelveHours: boolean;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NUMBERS = [
  'no',
  'a',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const MINUTE = 60_000;

/** "Friday": right on whichever day of the week before it is published, unlike "tomorrow". */
export function dayName(day: string): string {
  return DAYS[weekdayOf(day)] ?? day;
}

function yearWords(years: number): string {
  if (years === 1) return 'a year';
  return `${NUMBERS[years] ?? (years < 20 ? years : 'more than twenty')} years`;
}

function timeWords(at: number, { zone, twelveHours }: Voice): string {
  const minutes = minutesIn(at, zone);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  const two = String(minute).padStart(2, '0');
  if (!twelveHours) return `${hour}:${two}`;
  return `${hour % 12 || 12}${minute === 0 ? '' : `:${two}`} ${hour < 12 ? 'am' : 'pm'}`;
}

/** "half an hour", "two hours": as somebody would say it. */
export function spanWords(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes <= 20) return 'a moment';
  if (minutes <= 40) return 'half an hour';
  if (minutes <= 75) return 'an hour';
  if (minutes <= 105) return 'an hour and a half';
  const hours = Math.round(minutes / 60);
  return hours <= 5 ? `${NUMBERS[hours]} hours` : 'the rest of the day';
}

function valuesOf(fact: Fact | null, voice: Voice): Readonly<Record<string, string>> {
  const place = { place: voice.place };
  switch (fact?.kind) {
    case undefined:
      return place;
    case 'event':
      return {
        ...place,
        day: dayName(fact.day),
        time: timeWords(fact.startsAt, voice),
        span: spanWords(fact.endsAt - fact.startsAt),
      };
    case 'birthday':
      return { ...place, name: fact.name };
    case 'anniversary':
      return { ...place, name: fact.name, years: yearWords(fact.years) };
    case 'holiday':
      return { ...place, holiday: fact.name, day: dayName(fact.day) };
    case 'topic':
      return { ...place, topic: fact.topic };
  }
}

/** The idea as a colleague could post it; null when something that it needs is not known. */
export function fill(idea: Idea, fact: Fact | null, voice: Voice): string | null {
  const values = valuesOf(fact, voice);
  let missing = false;
  const text = idea.text.replace(/\{([a-z]+)\}/g, (_whole, name: string) => {
    const value = values[name];
    missing ||= value === undefined;
    return value ?? '';
  });
  return missing ? null : text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}

/** Why it is suggested, for the team alone: "a potluck on Friday". */
export function reasonOf(idea: Idea, fact: Fact | null, voice: Voice): string {
  switch (fact?.kind) {
    case undefined:
      return THEMES[idea.theme];
    case 'event':
      return fact.allDay || EVENT_RULES[fact.event].when === 'before'
        ? `${EVENT_RULES[fact.event].words} on ${dayName(fact.day)}`
        : `${EVENT_RULES[fact.event].words} at ${timeWords(fact.startsAt, voice)}`;
    case 'birthday':
      return `${fact.name}’s birthday`;
    case 'anniversary':
      return `${fact.name} has been here for ${yearWords(fact.years)}`;
    case 'holiday':
      return `${fact.name} on ${dayName(fact.day)}`;
    case 'topic':
      return `many people wrote about “${fact.topic}” this week`;
  }
}
