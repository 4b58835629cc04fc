import { z } from 'zod';

/** What asking a network costs. */
export interface Cost {
  readonly requests?: number;
  /** The network's own currency, where it has one (YouTube's quota units). */
  readonly units?: number;
  /** US dollars. */
  readonly dollars?: number;
}
export const MEASURES = ['requests', 'units', 'dollars'] as const;

/** What may be spent on one source in a day; what is not named has no limit. */
export const budgetSchema = z
  .strictObject({
    requests: z.number().int().positive().optional(),
    units: z.number().int().positive().optional(),
    dollars: z.number().positive().optional(),
  })
  .refine(
    (budget) => Object.values(budget).some((each) => each !== undefined),
    'names no limit: requests, units or dollars',
  );
export type Budget = z.output<typeof budgetSchema>;

/** This share of a budget is kept for answers: reading must not silence a person. */
const KEPT_FOR_ANSWERS = 0.05;

/** What reading may spend of a budget. */
export function forReading(budget: Budget): Budget {
  const part = (limit: number | undefined) => (limit === undefined ? {} : limit * (1 - KEPT_FOR_ANSWERS));
  const shares = MEASURES.map((measure) => [measure, part(budget[measure])] as const);
  return Object.fromEntries(shares.filter(([, share]) => typeof share === 'number'));
}

const DAY_MS = 86_400_000;

/** Of what reading may spend polls take this share; the rest is for asking whether open conversations were answered. */
const FOR_POLLS = 0.7;

/**
 * The time between two polls that spreads what they may spend over the whole day, in milliseconds.
 *
 * @param pollCost what one poll usually costs
 * @param leastMs the shortest time the source wants anyhow
 */
export function pollEvery(budget: Budget, pollCost: Cost, leastMs: number): number {
  const readable = forReading(budget);
  const needed = MEASURES.map((measure) => {
    const limit = readable[measure];
    const cost = pollCost[measure] ?? 0;
    return limit === undefined || cost <= 0 ? 0 : (DAY_MS * cost) / (limit * FOR_POLLS);
  });
  return Math.ceil(Math.max(leastMs, ...needed));
}

/** So much of a day's budget may be spent ahead of the hour: a busy morning is no reason to stop asking. */
const AHEAD = 0.1;

/**
 * Whether spending is not ahead of the hour, so that something which can wait may be asked, too.
 *
 * @param elapsed how much of the day is over, 0 to 1
 */
export function onPace(spent: Cost, budget: Budget, elapsed: number): boolean {
  const readable = forReading(budget);
  return MEASURES.every((measure) => {
    const limit = readable[measure];
    return limit === undefined || (spent[measure] ?? 0) < limit * Math.min(1, elapsed + AHEAD);
  });
}

/** "412 of 9,500 units, $1.20 of $5.00": what was spent, against what may be. */
export function costWords(spent: Cost, budget: Budget): string {
  const words = MEASURES.flatMap((measure) => {
    const amount = spent[measure] ?? 0;
    const limit = budget[measure];
    if (amount === 0 && limit === undefined) return [];
    const shown = (value: number): string =>
      measure === 'dollars' ? `$${value.toFixed(2)}` : Math.round(value).toLocaleString('en-US');
    const isOne = limit === undefined && amount === 1;
    const unit = measure === 'dollars' ? '' : ` ${isOne ? measure.slice(0, -1) : measure}`;
    return [limit === undefined ? `${shown(amount)}${unit}` : `${shown(amount)} of ${shown(limit)}${unit}`];
  });
  return words.join(', ');
}
