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
/** The same of what it adds by itself. */
const SKILL_CAUTION = 1.5;
/** A gain of this share of pairs is trusted fully. */
const FULL_GAIN = 0.03;
const FULL_SKILL = 0.06;

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
 * From 0 (not at all) to 1. Either way something must be beyond luck, by its standard error: the head puts more pairs
 * right than the rules alone do; or what it adds puts pairs right by itself, and loses none that the rules had. The second
 * counts where the rules stand far from what this team wants, and few clicks can change places.
 */
export function trustOf({ wanted, unwanted }: Trials): number {
  const fewer = Math.min(wanted.length, unwanted.length);
  if (fewer < LEAST) return 0;
  const gain = compared(
    wanted,
    unwanted,
    (one, other) => above(one.prior + one.shift, other.prior + other.shift) - above(one.prior, other.prior),
  );
  const skill = compared(wanted, unwanted, (one, other) => above(one.shift, other.shift) - 0.5);
  const byGain = (gain.mean - CAUTION * gain.error) / FULL_GAIN;
  const bySkill = gain.mean < 0 ? 0 : (skill.mean - SKILL_CAUTION * skill.error) / FULL_SKILL;
  return Math.max(0, Math.min(1, Math.max(byGain, bySkill)));
}

/** A figure over all pairs, with its standard error as DeLong reckons it for ranks (Biometrics 44, 1988). */
function compared(
  wanted: readonly Trial[],
  unwanted: readonly Trial[],
  worth: (one: Trial, other: Trial) => number,
): { readonly mean: number; readonly error: number } {
  const byWanted = new Float64Array(wanted.length);
  const byUnwanted = new Float64Array(unwanted.length);
  for (const [row, one] of wanted.entries())
    for (const [column, other] of unwanted.entries()) {
      const value = worth(one, other);
      byWanted[row] = (byWanted[row] ?? 0) + value / unwanted.length;
      byUnwanted[column] = (byUnwanted[column] ?? 0) + value / wanted.length;
    }
  const error = Math.sqrt(variance(byWanted) / wanted.length + variance(byUnwanted) / unwanted.length);
  return { mean: mean(byWanted), error };
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
