import type { Keyv } from 'keyv';
import { messageOf } from '../../errors.ts';
import type { ActRequest, ChatLog } from '../chat.ts';
import type { SlackUser, SlackWeb } from './web.ts';

/** How long a name and a time zone are believed, in milliseconds. */
const PROFILE_TTL_MS = 24 * 3_600_000;

/** Who clicks, as Slack's payloads name them. */
export interface Clicker {
  readonly id: string;
  /** The handle in the payload, where there is one: the name of last resort. */
  readonly name?: string | undefined;
  /** The workspace in the payload, believed only when the profile cannot be read. */
  readonly teamId?: string | undefined;
}

/** Names and time zones of people, asked for once a day. */
export interface People {
  profile(clicker: Clicker): Promise<SlackUser>;
  /** Who acts, and whether they belong to another company that shares a channel with ours. */
  actor(clicker: Clicker): Promise<{ readonly actor: ActRequest['actor']; readonly isOutside: boolean }>;
  /** The person id that the flow knows somebody by: `slack:T1/U2`. */
  personId(userId: string): string;
}

export function slackPeople(deps: {
  readonly web: SlackWeb;
  readonly cache: Keyv;
  readonly log: ChatLog;
  readonly teamId: () => string;
}): People {
  const asking = new Map<string, Promise<SlackUser>>();

  async function ask(clicker: Clicker): Promise<SlackUser> {
    const key = `user:${deps.teamId()}:${clicker.id}`;
    const kept: unknown = await deps.cache.get(key).catch(() => undefined);
    if (isUser(kept)) return kept;
    try {
      const user = await deps.web.user(clicker.id);
      await deps.cache.set(key, user, PROFILE_TTL_MS).catch(() => false);
      return user;
    } catch (error) {
      // A click must not fail because a name could not be read.
      deps.log.debug({ user: clicker.id, why: messageOf(error) }, 'no profile of a Slack user');
      return { name: clicker.name || clicker.id, tz: 'UTC', teamId: clicker.teamId ?? null };
    }
  }

  function profile(clicker: Clicker): Promise<SlackUser> {
    const under = asking.get(clicker.id);
    if (under) return under;
    const work = ask(clicker).finally(() => asking.delete(clicker.id));
    asking.set(clicker.id, work);
    return work;
  }

  const personId = (userId: string): string => `slack:${deps.teamId()}/${userId}`;
  return {
    profile,
    personId,
    async actor(clicker) {
      const { name, teamId } = await profile(clicker);
      return {
        actor: { id: personId(clicker.id), name, surface: 'slack' },
        isOutside: teamId !== null && teamId !== deps.teamId(),
      };
    },
  };
}

function isUser(value: unknown): value is SlackUser {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'tz' in value &&
    typeof value.tz === 'string' &&
    'teamId' in value
  );
}
