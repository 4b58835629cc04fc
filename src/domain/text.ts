/** Text from outside, made ready to be shown: tamed and cut, in no platform's language. */

/** Text made well-formed, without the characters that let it hide or turn round what stands beside it. */
export function tame(value: string): string {
  return value
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, '');
}

/** At most `limit` UTF-16 units, ending in `…` when cut, never in the middle of a character. */
export function cut(value: string, limit: number): string {
  if (value.length <= limit) return value;
  if (limit < 1) return '';
  return `${value
    .slice(0, limit - 1)
    .replace(/[\uD800-\uDBFF]$/u, '')
    .replace(/[\u200D\uFE0F\s]+$/u, '')}…`;
}

/** Outside text of one line. */
export function oneLine(value: string, limit: number): string {
  return cut(
    tame(value.slice(0, limit * 4))
      .replace(/\s+/g, ' ')
      .trim(),
    limit,
  );
}

/** Outside text of several lines, with at most `lines` of them. */
export function manyLines(value: string, limit: number, lines: number): string {
  // Cut first: a hostile megabyte must cost nothing.
  const tamed = tame(value.slice(0, limit * 2))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const rows = tamed.split('\n');
  const kept = rows.length > lines ? `${rows.slice(0, lines).join('\n')}…` : tamed;
  const short = cut(kept, limit);
  return value.length > limit * 2 && !short.endsWith('…') ? cut(`${short}…`, limit) : short;
}

/** "1 post", "3 posts". */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
