import { z } from 'zod';
import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import type { Api } from './api.ts';
import type { RedditConfig } from './config.ts';
import { SCOPES } from './session.ts';
import type { Us } from './us.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });
const failed = (what: string, error: unknown): Check => ({ ok: false, what, remedy: messageOf(error) });

/** Sign-in, what the token may do, and whether the subreddits are there for us. Never throws for what it finds. */
export async function checkSource(
  config: RedditConfig,
  parts: { readonly api: Api; readonly us: Us },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { api, us } = parts;
  const signIn = `signs in to Reddit as u/${config.username}`;
  const checks: Check[] = [];
  try {
    await us.me(signal);
    // Who we are may be known from an earlier day: that says nothing about today.
    await api.call('/api/v1/me', { about: 'asking who we are', scope: 'identity', signal });
    checks.push(fine(signIn));
    checks.push(scopeCheck(await api.signIn(signal, 'read')));
  } catch (error) {
    return [...checks, failed(signIn, error)];
  }
  for (const name of new Set([...config.subreddits, ...config.everything]))
    checks.push(await checkSubreddit(api, name, signal));
  if (config.subreddits.length + config.everything.length === 0)
    checks.push(
      config.inbox
        ? fine('watches the inbox only: no subreddits are named')
        : failed('knows what to watch', new Error('Name subreddits, or set inbox: true.')),
    );
  return checks;
}

function scopeCheck(scopes: readonly string[]): Check {
  const missing = scopes.includes('*') ? [] : SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return fine('may read and answer');
  const remedy = `The token lacks the scope${missing.length > 1 ? 's' : ''} ${missing.join(' ')}. Make a new refresh token with: ${SCOPES.join(' ')}.`;
  return { ok: false, what: 'may read and answer', remedy };
}

async function checkSubreddit(api: Api, name: string, signal: AbortSignal): Promise<Check> {
  const what = `reads r/${name}`;
  try {
    const json = await api.call(`/r/${name}/about`, { about: `reading r/${name}`, scope: 'read', signal });
    // For a name that does not exist Reddit leads to a search, which is a listing.
    if (z.object({ kind: z.literal('t5') }).safeParse(json).success) return fine(what);
    return failed(what, new Error(`There is no subreddit r/${name}. Correct the name in potluck.yaml.`));
  } catch (error) {
    return failed(what, error);
  }
}
