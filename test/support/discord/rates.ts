import type { State } from './state.ts';

interface Rule {
  readonly count: number;
  readonly windowMs: number;
}

interface Window {
  used: number;
  readonly until: number;
}

/** Of messages Discord takes a handful in five seconds; of the rest so much that nobody in a test gets there. */
const RULES: Readonly<Record<string, Rule>> = {
  'POST /channels/:id/messages': { count: 10, windowMs: 5_000 },
  'PATCH /channels/:id/messages/:id': { count: 50, windowMs: 5_000 },
};
const DEFAULT: Rule = { count: 1_000, windowMs: 1_000 };

export interface Rates {
  limit(route: string, count: number, windowMs: number): void;
  /** Counts a call: its headers, and how long to wait, in seconds, when it is one too many. */
  count(
    route: string,
    params: readonly string[],
  ): { readonly headers: Headers; readonly wait: number | null };
}

type Headers = Readonly<Record<string, string>>;

export function rateLimits(state: State): Rates {
  const rules = new Map<string, Rule>(Object.entries(RULES));
  const windows = new Map<string, Window>();
  return {
    limit: (route, count, windowMs) => void rules.set(route, { count, windowMs }),
    count(route, params) {
      // First answers to interactions are not limited, and have no headers.
      if (route.includes('/interactions/')) return { headers: {}, wait: null };
      const rule = rules.get(route) ?? DEFAULT;
      const key = `${route} ${major(route, params)}`;
      const now = state.clock.now();
      const open = windows.get(key);
      const window = open && open.until > now ? open : { used: 0, until: now + rule.windowMs };
      windows.set(key, window);
      const over = window.used >= rule.count;
      if (!over) window.used += 1;
      const wait = (window.until - now) / 1_000;
      const headers = limitHeaders(rule.count, rule.count - window.used, wait, now, bucket(route));
      return { headers, wait: over ? wait : null };
    },
  };
}

/** Buckets are kept apart by channel, guild, or webhook. */
function major(route: string, params: readonly string[]): string {
  if (route.includes(' /webhooks/')) return params.slice(0, 2).join('/');
  return /^\w+ \/(?:channels|guilds)\//.test(route) ? (params[0] ?? '') : '';
}

function bucket(route: string): string {
  return Buffer.from(route).toString('hex').slice(-32);
}

export function limitHeaders(
  limit: number,
  remaining: number,
  wait: number,
  now: number,
  bucketName: string,
): Headers {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': (now / 1_000 + wait).toFixed(3),
    'x-ratelimit-reset-after': wait.toFixed(3),
    'x-ratelimit-bucket': bucketName,
  };
}
