import { type Day, dayIn, minutesIn, weekdayOf } from './calendar.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE = 60_000;

/** "Mon 30 Nov". */
export function dayWords(day: Day): string {
  const [, month = '', date = ''] = day.split('-');
  return `${WEEKDAYS[weekdayOf(day)]} ${Number(date)} ${MONTHS[Number(month) - 1]}`;
}

/** "09:00", as the clocks in `zone` show it. */
export function clockWords(at: number, zone: string): string {
  const minutes = minutesIn(at, zone);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** "Mon 30 Nov, 09:00", without the day when it is the day of `now`. */
export function momentWords(at: number, zone: string, now?: number): string {
  const day = dayIn(at, zone);
  if (now !== undefined && day === dayIn(now, zone)) return clockWords(at, zone);
  return `${dayWords(day)}, ${clockWords(at, zone)}`;
}

/** "45 min", "3 h", "2 days": one unit, rounded down. */
export function lengthWords(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
