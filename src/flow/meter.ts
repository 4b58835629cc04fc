import type { Clock } from '../clock.ts';
import { dayIn } from '../domain/calendar.ts';
import { type Budget, type Cost, costWords, forReading, onPace } from '../domain/cost.ts';
import { localHour } from '../domain/times.ts';
import { RateLimitedError } from '../errors.ts';
import type { Meter } from '../sources/source.ts';
import type { Queries } from '../store/store.ts';

const DAY_MS = 86_400_000;

/** A meter that people can read. */
export interface SourceMeter extends Meter {
  readonly budget: Budget;
  /** Whether something that can wait may be asked now without taking from the polls of the rest of the day. */
  mayAsk(): Promise<boolean>;
  /** Today's spending in words, and for how many alerts that somebody took; empty when nothing is counted. */
  words(): Promise<string>;
  spent(): Promise<Cost>;
}

/**
 * Counts what a source costs, by the network's own day, for all processes together. What would go over the budget is
 * refused before it is asked for.
 */
export function createMeter(deps: {
  readonly store: Pick<Queries, 'spend' | 'spent' | 'usefulSince'>;
  readonly clock: Clock;
  readonly source: string;
  readonly budget: Budget;
  /** Where the network's day begins. */
  readonly zone: string;
}): SourceMeter {
  const { store, clock, source, budget, zone } = deps;
  const reading = forReading(budget);
  const spent = (): Promise<Cost> => store.spent(source, dayIn(clock.now(), zone));
  return {
    budget,
    spent,
    async mayAsk() {
      if (Object.keys(budget).length === 0) return true;
      const now = clock.now();
      return onPace(await spent(), budget, (now - localHour(now, zone, 0, 0)) / DAY_MS);
    },
    async words() {
      const cost = costWords(await spent(), budget);
      if (cost === '') return '';
      const useful = await store.usefulSince(source, localHour(clock.now(), zone, 0, 0));
      return `${cost} for ${useful} useful ${useful === 1 ? 'alert' : 'alerts'}`;
    },
    async spend(cost, purpose = 'read') {
      const now = clock.now();
      const may = purpose === 'read' ? reading : budget;
      if (await store.spend(source, dayIn(now, zone), cost, may)) return;
      const until = localHour(now, zone, 1, 0);
      throw new RateLimitedError(
        `The daily budget of “${source}” is used up (${costWords(await spent(), budget)}). It goes on at midnight (${zone}); raise sources.${source}.budget to go on sooner.`,
        Math.max(60_000, until - now),
      );
    },
  };
}
