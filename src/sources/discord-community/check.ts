import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Connection, Session } from './connection.ts';
import { missingPermissions } from './permissions.ts';
import type { Place } from './places.ts';
import { isForum } from './places.ts';
import { memberSchema, read } from './shapes.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy = error instanceof AuthError ? words : `${words} Try again in a while.`;
  return { ok: false, what, remedy };
}

/** Sign-in, the Message Content intent, each channel's permissions, and who counts as ours. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  let session: Session;
  try {
    session = await connection.renew(signal);
  } catch (error) {
    // The sign-in is tried first, the intent second: whatever fails says so in its own words.
    return [failed('signs in to Discord and may read what is written', error)];
  }
  const checks = [
    fine(`signs in to Discord as ${session.me.username}`),
    fine('may read what is written (Message Content Intent)'),
  ];
  for (const [id, error] of session.troubles) checks.push(failed(`reads the channel ${id}`, error));
  for (const place of session.places) checks.push(await checkPlace(connection, session, place, signal));
  checks.push(checkOurs(connection, session));
  return checks;
}

async function checkPlace(
  connection: Connection,
  session: Session,
  place: Place,
  signal: AbortSignal,
): Promise<Check> {
  const what = `reads and answers in ${isForum(place) ? 'the forum ' : ''}#${place.name || place.id}`;
  const guild = session.guilds.get(place.guild_id);
  try {
    const about = { what: 'see its own roles' };
    const path = `/guilds/${place.guild_id}/members/${session.me.id}`;
    const { roles } = read(memberSchema, await connection.api.get(path, { signal, about }));
    const above = place.parent_id === null ? undefined : guild?.channels.get(place.parent_id);
    const missing = guild ? missingPermissions(guild, session.me.id, roles, place, above) : [];
    if (missing.length === 0) return fine(what);
    const names = missing.map((name) => `“${name}”`).join(', ');
    const remedy = `The bot lacks ${names} there. Give its role what is missing: right-click the channel → Edit Channel → Permissions.`;
    return { ok: false, what, remedy };
  } catch (error) {
    return failed(what, error);
  }
}

function checkOurs(connection: Connection, session: Session): Check {
  const { ours } = connection.config;
  const roles = [...session.staffRoles].map((id) => {
    const role = [...session.guilds.values()].map((guild) => guild.roles.get(id)).find((one) => one);
    return `@${role?.name || id}`;
  });
  const people = ours.length - roles.length;
  if (ours.length === 0)
    return fine('counts only what the bot itself writes as ours: name your team’s roles or people in “ours”');
  const parts = [...roles, ...(people > 0 ? [`${people} named by id`] : [])];
  return fine(`counts as ours: ${parts.join(', ')}`);
}
