import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import { PICTURE_SCOPE, SCOPES } from './api.ts';
import { type Connection, isShut, type Session } from './connection.ts';
import { appSchema } from './entities.ts';
import type { WatchPlan } from './watch.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy =
    error instanceof AuthError
      ? words
      : `${words} Look whether the server's address is right and the server is up, then try again.`;
  return { ok: false, what, remedy };
}

/** Sign-in, what may be read, what may be written, streaming. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  { streams, plan }: { readonly streams: boolean; readonly plan: WatchPlan },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const host = new URL(connection.server).host;
  let session: Session;
  try {
    session = await connection.session(signal);
    // A session from an earlier day says nothing about today.
    await connection.verify(signal);
  } catch (error) {
    return [failed(`signs in to ${host}`, error)];
  }
  const me = encodeURIComponent(session.me.id);
  const checks = [fine(`signs in to ${host} (${session.software}) as @${session.handle}`)];
  const reads = [
    ['reads notifications', '/api/v1/notifications', 'read:notifications'],
    ['reads posts', `/api/v1/accounts/${me}/statuses`, 'read:statuses'],
    ...plan.lists.map(
      (list) =>
        [
          `reads the list ${list}`,
          `/api/v1/timelines/list/${encodeURIComponent(list)}`,
          'read:lists',
        ] as const,
    ),
  ] as const;
  for (const [what, path, scope] of reads) {
    try {
      await connection.api.call(path, { params: { limit: 1 }, scope, signal });
      checks.push(fine(what));
    } catch (error) {
      checks.push(failed(what, error));
    }
  }
  checks.push(await checkScopes(connection, signal));
  if (plan.public !== 'off' && isShut(plan.public, session))
    checks.push({
      ok: false,
      what: 'watches the public stream',
      remedy: `${host} has switched this public stream off (“${plan.public}”). Choose another one for \`public\`, or remove it together with \`watch\`.`,
    });
  if (streams) checks.push(fine(`polls, and streams where ${host} offers it`));
  return checks;
}

/** Writing cannot be tried without publishing something: the application's scopes tell, where the server tells them (Mastodon 4.3). */
async function checkScopes(connection: Connection, signal: AbortSignal): Promise<Check> {
  const unknown = fine('may answer, as far as can be told without publishing something');
  try {
    const path = '/api/v1/apps/verify_credentials';
    const answer = await connection.api.call(path, { scope: 'read:accounts', signal });
    const scopes = appSchema.safeParse(answer.json).data?.scopes;
    if (!scopes || scopes.length === 0) return unknown;
    const lacks = (scope: string): boolean =>
      !scopes.includes(scope) && !scopes.includes(scope.split(':')[0] ?? scope);
    const missing = SCOPES.filter(lacks);
    if (missing.length === 0)
      return fine(
        lacks(PICTURE_SCOPE)
          ? `may read and answer, without pictures (they need the scope ${PICTURE_SCOPE})`
          : 'may read and answer',
      );
    return {
      ok: false,
      what: 'may read and answer',
      remedy: `The application lacks the scope${missing.length > 1 ? 's' : ''} ${missing.join(' ')}. Add ${missing.length > 1 ? 'them' : 'it'} under Preferences → Development, then make the token anew.`,
    };
  } catch {
    return unknown;
  }
}
