import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Connection } from './connection.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy =
    error instanceof AuthError
      ? words
      : `${words} Look whether the site’s address is right and the site is up, then try again.`;
  return { ok: false, what, remedy };
}

/** Sign-in, what may be read, what cannot be tried. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config, api } = connection;
  const host = new URL(config.site).host;
  const checks: Check[] = [];
  try {
    const { me, title } = await connection.verify(signal);
    const site = title === '' ? host : `${host} (${title.slice(0, 100)})`;
    checks.push(fine(me ? `signs in to ${site} as ${me.name}` : `reaches ${site} as a visitor`));
  } catch (error) {
    return [
      failed(config.username === undefined ? `reaches ${host} as a visitor` : `signs in to ${host}`, error),
    ];
  }
  const moderates = connection.current()?.me?.moderates === true;
  const reads =
    moderates && config.pending ? 'reads comments, approved and waiting' : 'reads approved comments';
  try {
    await api.call('/wp/v2/comments', { params: { ...connection.listing(), per_page: 1 }, signal });
    checks.push(fine(reads));
  } catch (error) {
    checks.push(failed(reads, error));
  }
  checks.push(
    config.username === undefined
      ? fine('only listens: without a username and an application password nobody can answer from here')
      : fine('may answer, as far as can be told without publishing something'),
  );
  return checks;
}
