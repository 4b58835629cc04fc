import type { Clock } from '../../clock.ts';
import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf, RejectedError } from '../../errors.ts';
import type { Connection } from './connection.ts';
import type { User } from './entities.ts';
import { PRICES } from './prices.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const known = error instanceof AuthError || error instanceof RejectedError;
  return { ok: false, what, remedy: known ? words : `${words} Try again later; nothing is lost meanwhile.` };
}

/** Sign-in, what may be read, and what it all costs. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  options: {
    readonly clock: Clock;
    readonly search: string | null;
    readonly dollarsPerDay: number;
    readonly anyone: boolean;
  },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  let me: User;
  try {
    me = await connection.verify(signal);
  } catch (error) {
    return [failed('signs in to X', error)];
  }
  const checks = [fine(`signs in to X as @${me.username}`)];
  // Of the last minute only: what comes back costs. The end of a search lies at least 10 s in the past.
  const start = new Date(options.clock.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const lists: [string, string, Record<string, string>][] = [
    ['reads mentions', `/users/${encodeURIComponent(me.id)}/mentions`, {}],
  ];
  if (options.search !== null)
    lists.push(['searches', '/tweets/search/recent', { query: `(${options.search}) -is:retweet` }]);
  for (const [what, path, params] of lists) {
    try {
      await connection.page(path, { ...params, max_results: 10, start_time: start }, PRICES.post, [], signal);
      checks.push(fine(what));
    } catch (error) {
      checks.push(failed(what, error));
    }
  }
  const whom = options.anyone ? 'anyone' : 'those who mention us or quote our posts';
  checks.push(
    fine(`may answer ${whom}, as far as can be told without publishing something`),
    fine(
      `may spend $${options.dollarsPerDay.toFixed(2)} a day: a post that is read $${PRICES.post}, its author $${PRICES.user}, an answer $${PRICES.create}, an answer with a link $${PRICES.createWithUrl.toFixed(2)}`,
    ),
  );
  return checks;
}
