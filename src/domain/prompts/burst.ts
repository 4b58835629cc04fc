/** Fewer complaints than these in a day are no burst, whatever is usual. */
const LEAST = 5;
/** This many times the usual is one. */
const TIMES = 3;
const DAY = 86_400_000;

/** How many days before the last one say what is usual. */
export const USUAL_DAYS = 14;

/**
 * Whether people complain so much that a cheerful post would mock them: in the last 24 hours at least five complaints,
 * and three times as many as on an average day of the two weeks before.
 *
 * @param complaints when each came, of the last {@link USUAL_DAYS} days and one
 */
export function isBurst(complaints: readonly number[], now: number): boolean {
  const last = complaints.filter((at) => at > now - DAY && at <= now).length;
  const before = complaints.filter((at) => at <= now - DAY && at > now - (USUAL_DAYS + 1) * DAY).length;
  return last >= LEAST && last >= TIMES * Math.max(1, before / USUAL_DAYS);
}
