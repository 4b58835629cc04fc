import { isDeepStrictEqual } from 'node:util';
import { messageOf, RateLimitedError, RejectedError } from '../../errors.ts';
import type { Desk } from './desk.ts';
import { COMMAND, commandDefinitions, type Translations } from './manifest.ts';

/** What of a command is ours: Discord adds ids, versions and defaults. */
const OURS = [
  'type',
  'name',
  'description',
  'description_localizations',
  'options',
  'required',
  'autocomplete',
  'choices',
  'value',
  'min_value',
  'max_length',
  'contexts',
  'integration_types',
] as const;

/** What Discord could not do now is tried again after this long. */
const AGAIN_MS = 60_000;

/** A definition without what says nothing, so that ours and Discord's copy of it can be compared. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== 'object' || value === null) return value;
  const isTable = !('name' in value) && !('type' in value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isTable || (OURS as readonly string[]).includes(key))
      .map(([key, each]) => [key, essence(each)] as const)
      .filter(
        ([, each]) =>
          each !== null &&
          each !== undefined &&
          each !== '' &&
          each !== false &&
          !(Array.isArray(each) && each.length === 0) &&
          !(typeof each === 'object' && !Array.isArray(each) && Object.keys(each).length === 0),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function byName(list: readonly object[]): unknown[] {
  return list.map(essence).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/**
 * Registers the commands where they belong, and only when they differ from what Discord has: there are 200 registrations
 * a day and server (https://docs.discord.com/developers/interactions/application-commands#registering-a-command).
 *
 * @param guilds the servers; null is everywhere
 * @returns how long to wait before it is done again, in milliseconds; null when there is nothing left to do
 */
export async function registerCommands(
  desk: Pick<Desk, 'api' | 'log'>,
  applicationId: string,
  scope: 'guild' | 'global',
  guilds: readonly string[],
  translations: Translations,
): Promise<number | null> {
  let again: number | null = null;
  const wanted = commandDefinitions(translations);
  const places: readonly (string | null)[] = [null, ...guilds];
  for (const place of places) {
    const list = (place === null) === (scope === 'global') ? wanted : [];
    try {
      const present = await desk.api.commands(applicationId, place);
      // Where they do not belong they are taken away, or everybody would see each one twice.
      const isOurs = present.some(({ name }) => name === COMMAND);
      const same = isDeepStrictEqual(byName(present), byName(list));
      if (list.length === 0 ? !isOurs : same) continue;
      await desk.api.setCommands(applicationId, place, list);
      desk.log.info({ guild: place ?? 'all', commands: list.length }, 'Discord commands registered');
    } catch (error) {
      desk.log.warn({ guild: place ?? 'all', why: messageOf(error) }, 'Discord commands were not registered');
      if (error instanceof RejectedError) continue;
      const wait = error instanceof RateLimitedError ? Math.max(error.retryAfterMs, AGAIN_MS) : AGAIN_MS;
      again = Math.max(again ?? 0, wait);
    }
  }
  return again;
}
