/** Longest quotation before "Show all". */
const QUOTE_UNITS = 600;
const QUOTE_LINES = 12;

/**
 * Text from outside as it may be shown: whole characters, no control characters, no marks that turn the direction of
 * our own words, no towers of accents.
 *
 * @param {string} text
 */
export function readable(text) {
  return text
    .toWellFormed()
    .replace(/\uFFFD/g, '')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim();
}

/**
 * On one line and at most `units` long.
 *
 * @param {string} text
 * @param {number} [units]
 */
export function oneLine(text, units = 120) {
  // The marks of a tower count no more than what is left of it.
  const line = readable(text.slice(0, units * 8)).replace(/\s+/g, ' ');
  return line.length > units ? `${whole(line, units - 1)}…` : line;
}

/**
 * With its lines, and at most `units` long.
 *
 * @param {string} text
 * @param {number} units
 */
export function manyLines(text, units) {
  const clean = readable(text.slice(0, units * 4)).replace(/\n{3,}/g, '\n\n');
  return clean.length > units ? `${whole(clean, units - 1)}…` : clean;
}

/**
 * The beginning of a long text, and whether something was left out.
 *
 * @param {string} text
 * @returns {{ readonly text: string, readonly cut: boolean }}
 */
export function excerpt(text) {
  // Only what can be shown is cleaned: a page draws often, and a hostile post has a hundred thousand characters.
  const clean = readable(text.slice(0, QUOTE_UNITS * 8));
  const lines = clean.split('\n', QUOTE_LINES + 1);
  const few = lines.length > QUOTE_LINES ? lines.slice(0, QUOTE_LINES).join('\n') : clean;
  // A little over the limit is shown whole: "Show all" for three words is a nuisance.
  const cut = text.length > QUOTE_UNITS * 8 || few.length < clean.length || few.length > QUOTE_UNITS * 1.2;
  return cut ? { text: `${whole(few, QUOTE_UNITS)}…`, cut } : { text: clean, cut };
}

/**
 * At most `units` long without breaking a character that a reader sees as one.
 *
 * @param {string} text
 * @param {number} units
 */
function whole(text, units) {
  if (text.length <= units) return text;
  // Beyond the cut, so that the last character is seen whole, however many parts it has.
  const ahead = text.slice(0, units + 64);
  let end = 0;
  for (const { index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(ahead))
    if (index <= units) end = index;
  return text
    .slice(0, end || units)
    .toWellFormed()
    .trimEnd();
}

/**
 * "just now", "11 min", "3 h", "2 days": coarse, for a glance.
 *
 * @param {number} ms
 */
export function span(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/**
 * @param {number} ms
 */
export function ago(ms) {
  const words = span(ms);
  return words === 'just now' ? words : `${words} ago`;
}

/**
 * A moment in the reader's own zone: "Today 14:05", "Tomorrow 09:00", "Mon 3 Jun, 09:00".
 *
 * @param {number} at
 * @param {number} now
 */
export function moment(at, now) {
  const time = new Date(at).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  const days = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000);
  if (days === 0) return `today ${time}`;
  if (days === 1) return `tomorrow ${time}`;
  if (days === -1) return `yesterday ${time}`;
  const day = new Date(at).toLocaleDateString(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  return `${day}, ${time}`;
}

/** @param {number} at */
function startOfDay(at) {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/**
 * Tomorrow at `hour` in the reader's zone; right across a change of clocks, because the calendar does it.
 *
 * @param {number} now
 * @param {number} hour
 */
export function tomorrowAt(now, hour) {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  day.setHours(hour, 0, 0, 0);
  return day.getTime();
}

/**
 * The value of a `datetime-local` field for this moment.
 *
 * @param {number} at
 */
export function fieldTime(at) {
  const day = new Date(at);
  /** @param {number} n */
  const two = (n) => String(n).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
}

/**
 * Two letters for a face: pictures of strangers are not loaded, because that would tell them who watches.
 *
 * @param {string} name
 */
export function initials(name) {
  const words = oneLine(name, 60)
    .split(/[\s._-]+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => [...word.replace(/^[^\p{L}\p{N}]+/u, '')][0] ?? '');
  return letters.join('').toUpperCase() || '·';
}

/**
 * A steady colour for a name, 0 to 7.
 *
 * @param {string} name
 */
export function hue(name) {
  let sum = 7;
  for (let at = 0; at < Math.min(name.length, 60); at++) sum = (sum * 31 + name.charCodeAt(at)) % 9_973;
  return sum % 8;
}
