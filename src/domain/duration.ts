import { z } from 'zod';

const UNIT_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** Ten years: anything longer is a mistake. */
const MAX_MS = 3_653 * UNIT_MS.d;

/** Milliseconds of `5m`, `24h`, `7d` or `1h30m`; null when it is none of these, or longer than ten years. */
function parseDuration(text: string): number | null {
  const compact = text.trim().toLowerCase();
  if (compact.length > 40 || !/^(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)\s*)+$/.test(compact)) return null;
  let total = 0;
  for (const [, amount = '', unit = ''] of compact.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)/g))
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return total <= MAX_MS ? Math.round(total) : null;
}

/** A length of time as people write it in potluck.yaml (`90s`, `5m`, `24h`, `7d`, `1h30m`), in milliseconds. */
export const duration = z
  .string('must be a length of time such as 5m, 24h or 7d')
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.issues.push({
      code: 'custom',
      message: 'must be a length of time such as 5m, 24h or 7d',
      input: text,
    });
    return z.NEVER;
  });

/**
 * A {@link duration} with a default.
 *
 * @param fallback what holds when nothing is written: `24h`.
 * @param least the shortest that is accepted, as people write it: `60s`.
 */
export function durationSchema(fallback: string, least = '0s') {
  const leastMs = parseDuration(least) ?? 0;
  return duration.refine((ms) => ms >= leastMs, `must not be shorter than ${least}`).prefault(fallback);
}
