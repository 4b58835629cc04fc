import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Connection, Session } from './connection.ts';
import { PAGE, readHistory } from './read-channel.ts';
import type { Channel } from './shapes.ts';

/** What an app gets that is distributed outside the Marketplace (https://docs.slack.dev/apis/web-api/rate-limits). */
const UNLISTED_PAGE = 15;

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy = error instanceof AuthError ? words : `${words} Try again in a while.`;
  return { ok: false, what, remedy };
}

/** Sign-in, the token's permissions, each channel, and who counts as ours. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  let session: Session;
  try {
    session = await connection.renew(signal);
  } catch (error) {
    return [failed('signs in to Slack and sees the channels', error)];
  }
  const { me } = session;
  const checks = [fine(`signs in to Slack (${me.team || session.workspace}) as @${me.user}`)];
  checks.push(checkScopes(connection, session));
  for (const [id, error] of session.troubles) checks.push(failed(`reads the channel ${id}`, error));
  for (const channel of session.channels.values())
    checks.push(await checkChannel(connection, channel, signal));
  const { ours } = connection.config;
  checks.push(
    fine(
      ours.length === 0
        ? 'counts only what the app itself writes as ours: name your team’s people or user groups in “ours”'
        : `counts as ours: ${ours.join(', ')}`,
    ),
  );
  return checks;
}

function checkScopes(connection: Connection, session: Session): Check {
  const what = 'has the permissions to read and to answer';
  const told = connection.api.scopes();
  if (told === null) return fine(`${what}, as far as Slack tells`);
  const channels = [...session.channels.values()];
  const needed = new Set(['users:read', 'chat:write']);
  for (const { is_private: hidden } of channels) {
    needed.add(hidden ? 'groups:history' : 'channels:history');
    needed.add(hidden ? 'groups:read' : 'channels:read');
  }
  if (connection.config.ours.some((id) => id.startsWith('S'))) needed.add('usergroups:read');
  const missing = [...needed].filter((scope) => !told.includes(scope));
  if (missing.length === 0) return fine(what);
  const remedy = `Add ${missing.join(', ')} under OAuth & Permissions → Bot Token Scopes, then install the app again.`;
  return { ok: false, what, remedy };
}

async function checkChannel(connection: Connection, channel: Channel, signal: AbortSignal): Promise<Check> {
  const what = `reads and answers in #${channel.name || channel.id}`;
  if (channel.is_archived)
    return { ok: false, what, remedy: 'The channel is archived: unarchive it, or take it out.' };
  if (channel.is_member === false)
    return { ok: false, what, remedy: 'The app is not a member: open the channel and type /invite @app.' };
  try {
    const page = await readHistory(connection, channel.id, null, signal);
    if (page.next === null || page.all.length > UNLISTED_PAGE) return fine(what);
    const remedy = `Slack gave ${page.all.length} messages where ${PAGE} were asked for. It does that, once a minute, with apps that are distributed outside its Marketplace: make an app of your own in this workspace (an internal app), and use its token.`;
    return { ok: false, what, remedy };
  } catch (error) {
    return failed(what, error);
  }
}
