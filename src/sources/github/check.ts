import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Connection } from './connection.ts';
import { listDiscussions } from './discussions.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy =
    error instanceof AuthError ? words : `${words} Look at https://www.githubstatus.com, then try again.`;
  return { ok: false, what, remedy };
}

async function checkRepository(
  connection: Connection,
  name: string,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  try {
    const repository = await connection.repository(name, signal, true);
    const path = `/repos/${repository.key}/issues?state=all&per_page=1`;
    await connection.api.rest(path, { need: 'read access to issues and pull requests', signal });
    const rights = repository.archived
      ? 'archived: nobody can answer there'
      : repository.mayWrite
        ? 'may write, also where it is locked'
        : 'answers as any visitor does';
    const checks = [fine(`reads issues of ${name} (${rights})`)];
    if (!connection.config.discussions) return checks;
    if (!repository.discussions) return [...checks, fine(`${name} has no discussions`)];
    const now = connection.clock.now();
    try {
      // From now on: one page, no threads.
      await listDiscussions(connection, repository, { at: now, seen: {} }, now, signal);
      return [...checks, fine(`reads discussions of ${name}`)];
    } catch (error) {
      return [...checks, failed(`reads discussions of ${name}`, error)];
    }
  } catch (error) {
    return [failed(`reads ${name}`, error)];
  }
}

/** Sign-in, every repository, the webhook. Writing cannot be tried without publishing something. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config, name } = connection;
  const host = new URL(config.api).host;
  const checks: Check[] = [];
  try {
    const me = await connection.session(signal, true);
    checks.push(fine(`signs in to ${host} as @${me.login}`));
  } catch (error) {
    return [failed(`signs in to ${host}`, error)];
  }
  for (const repository of config.repositories)
    checks.push(...(await checkRepository(connection, repository, signal)));
  if (config.secret !== undefined) checks.push(fine(`takes signed webhooks at POST /hooks/${name}`));
  return checks;
}
