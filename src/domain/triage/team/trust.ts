/**
 * How far a head is trusted: as far as it foresaw the clicks of this team better than the rules did. Each click is a
 * trial made before it is learnt; wanted and unwanted posts are compared in pairs, as a list puts them one above the other.
 */

/** A click, with what was thought of its post before. */
export interface Trial {
  /** The priority without the head. */
  readonly prior: number;
  /** What the head would add, in points. */
  readonly shift: number;
}

/** The newest trials, at most {@link KEPT} of each kind, oldest first. */
export interface Trials {
  readonly wanted: readonly Trial[];
  readonly unwanted: readonly Trial[];
}

export const NO_TRIALS: Trials = { wanted: [], unwanted: [] };

/** Newest trials of each kind that count. */
export const KEPT = 100;
/** Fewer of either kind tell nothing. */
const LEAST = 4;
/** Standard errors that a gain must exceed. */
const CAUTION = 1.5;
/** A gain of this share of pairs is trusted fully. */
const FULL_GAIN = 0.03;

/** The trials with one more. */
export function tried(trials: Trials, { wanted, ...trial }: Trial & { readonly wanted: boolean }): Trials {
  const kind = wanted ? 'wanted' : 'unwanted';
  return { ...trials, [kind]: [...trials[kind], trial].slice(-KEPT) };
}

/** 1 when the first is above the second, 0 below, ½ at the same height. */
function above(first: number, second: number): number {
  return first > second ? 1 : first < second ? 0 : 0.5;
}

/**
 * From 0 (not at all) to 1. The gain is the share of pairs that the head puts right beyond the rules, less its standard
 * error, so that luck is not taken for skill.
 */
export function trustOf({ wanted, unwanted }: Trials): number {
  const fewer = Math.min(wanted.length, unwanted.length);
  if (fewer < LEAST) return 0;
  // Gain of each wanted trial over all unwanted ones; and of each unwanted one over all wanted ones.
  const byWanted = new Float64Array(wanted.length);
  const byUnwanted = new Float64Array(unwanted.length);
  for (const [row, one] of wanted.entries())
    for (const [column, other] of unwanted.entries()) {
      const gain = above(one.prior + one.shift, other.prior + other.shift) - above(one.prior, other.prior);
      byWanted[row] = (byWanted[row] ?? 0) + gain / unwanted.length;
      byUnwanted[column] = (byUnwanted[column] ?? 0) + gain / wanted.length;
    }
  const gain = mean(byWanted);
  // The error of a rank statistic, as DeLong reckons it (Biometrics 44, 1988).
  const error = Math.sqrt(variance(byWanted) / wanted.length + variance(byUnwanted) / unwanted.length);
  return Math.max(0, Math.min(1, (gain - CAUTION * error) / FULL_GAIN));
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function variance(values: Float64Array): number {
  const middle = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - middle) ** 2;
  return sum / Math.max(1, values.length - 1);
}
