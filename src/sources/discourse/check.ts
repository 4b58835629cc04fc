import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Connection } from './connection.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy =
    error instanceof AuthError
      ? words
      : `${words} Look whether the forum’s address is right and the forum is up, then try again.`;
  return { ok: false, what, remedy };
}

/** Sign-in, what may be read, what cannot be tried. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config, api, name } = connection;
  const host = new URL(config.server).host;
  const checks: Check[] = [];
  const entering = config.username === undefined ? `reaches ${host} as a visitor` : `signs in to ${host}`;
  try {
    const { me, title } = await connection.verify(signal);
    const forum = title === '' ? host : `${host} (${title.slice(0, 100)})`;
    checks.push(fine(me ? `signs in to ${forum} as @${me.username}` : `reaches ${forum} as a visitor`));
  } catch (error) {
    return [failed(entering, error)];
  }
  try {
    await api.call('/posts.json', { signal });
    checks.push(fine('reads the latest posts'));
  } catch (error) {
    checks.push(failed('reads the latest posts', error));
  }
  checks.push(
    config.key === undefined
      ? fine('only listens: without a key nobody can answer from here')
      : fine('may answer, as far as can be told without publishing something'),
  );
  if (config.secret !== undefined) checks.push(fine(`takes webhooks at POST /hooks/${name}, signed`));
  return checks;
}
