/** Figures and times in the words that people read. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a figure counts. */
export type Unit = 'count' | 'ms' | 'share' | 'dollars' | 'requests';

/** "12 min", "3 h 5 min", "2 days": how long something took, for people. */
export function spanWords(ms: number): string {
  const minutes = Math.round(Math.max(0, ms) / MINUTE);
  if (minutes < 1) return 'under a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(ms / (24 * HOUR))} days`;
}

/** "1 post", "3 posts". */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : more}`;
}

/** A figure as it is shown: `12`, `14 min`, `67 %`, `$0.12`; `–` where there is none. */
export function figureWords(value: number | null, unit: Unit): string {
  if (value === null) return '–';
  switch (unit) {
    case 'count':
      return value.toLocaleString('en-US');
    case 'ms':
      return spanWords(value);
    case 'share':
      return `${Math.round(value * 100)} %`;
    case 'dollars':
      return `$${value.toFixed(value < 0.1 && value > 0 ? 3 : 2)}`;
    case 'requests':
      return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toLocaleString('en-US');
  }
}

function format(options: Intl.DateTimeFormatOptions): (at: number, zone: string) => string {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (at, zone) => {
    const known = made.get(zone) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    made.set(zone, known);
    return known.format(at).replaceAll(',', '');
  };
}

/** "Mon 30 Nov 2026". */
export const dayWords: (at: number, zone: string) => string = format({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
/** "Mon". */
export const weekdayWords: (at: number, zone: string) => string = format({ weekday: 'short' });
/** "30 Nov". */
export const dateWords: (at: number, zone: string) => string = format({ day: 'numeric', month: 'short' });
/** "Mon 30 Nov 09:00". */
export const timeWords: (at: number, zone: string) => string = format({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
