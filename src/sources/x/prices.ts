import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { RateLimitedError } from '../../errors.ts';
import type { Meter, SourceContext } from '../source.ts';

/**
 * US dollars: https://docs.x.com/x-api/getting-started/pricing (“per resource returned”, “per request” for writes).
 * Owned reads: https://docs.x.com/overview. Prices change; the Developer Console has the present ones.
 */
export const PRICES = {
  post: 0.005,
  /** Our own posts, read by the account that owns the app. */
  ownPost: 0.001,
  user: 0.01,
  media: 0.005,
  create: 0.015,
  createWithUrl: 0.2,
} as const;

export type Purpose = 'read' | 'answer';
type Resource = readonly [id: string, dollars: number];

const DAY_MS = 86_400_000;
const overdrawnSchema = z.object({ day: z.number(), dollarsPerDay: z.number() });
const MAX_REMEMBERED = 50_000;

/** Pays for what X returned. */
export interface Purse {
  /** Before a request. Throws RateLimitedError when an earlier one already overdrew the day. */
  open(purpose: Purpose): Promise<void>;
  /** Counts what came back; each resource once a UTC day, as X does. */
  pay(resources: readonly Resource[], purpose: Purpose): Promise<void>;
}

/**
 * X bills by what a request returns, which nobody knows before. So the request is counted first and its price after;
 * when the meter then has no room, what was paid for is used, and nothing more is read on that day. A day is overdrawn
 * by one page at most.
 */
export function createPurse(
  meter: Meter,
  clock: Clock,
  cache: SourceContext['cache'],
  dollarsPerDay: number,
): Purse {
  const paid = new Map<string, number>();
  let day = -1;
  const today = (): number => Math.floor(clock.now() / DAY_MS);

  /** A larger budget since then opens the day again. */
  async function overdrawn(): Promise<boolean> {
    const known = overdrawnSchema.safeParse(await cache.get('overdrawn')).data;
    return known !== undefined && known.day === today() && known.dollarsPerDay >= dollarsPerDay;
  }
  return {
    async open(purpose) {
      if (purpose === 'read' && (await overdrawn())) {
        const left = (today() + 1) * DAY_MS - clock.now();
        throw new RateLimitedError(
          'The daily budget for X is used up; reading goes on at midnight UTC. Raise dollarsPerDay to go on sooner.',
          Math.max(60_000, left),
        );
      }
      await meter.spend({ requests: 1 }, purpose);
    },
    async pay(resources, purpose) {
      if (day !== today() || paid.size > MAX_REMEMBERED) paid.clear();
      day = today();
      let dollars = 0;
      for (const [id, price] of resources) {
        dollars += Math.max(0, price - (paid.get(id) ?? 0));
        paid.set(id, Math.max(price, paid.get(id) ?? 0));
      }
      if (dollars === 0) return;
      try {
        await meter.spend({ dollars }, purpose);
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error;
        await cache.set('overdrawn', { day: today(), dollarsPerDay }, DAY_MS);
      }
    },
  };
}
