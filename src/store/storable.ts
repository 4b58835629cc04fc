/**
 * A value that both databases take. PostgreSQL refuses the character NUL in text and SQLite's binding cuts there, so that
 * two different ids could become one; half a surrogate pair is no UTF-8.
 */
export function storable(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const whole = value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}
