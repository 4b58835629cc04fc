import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import type { ActRequest, ChatLog } from '../chat.ts';
import type { SlackUser, SlackWeb } from './web.ts';

/** How long a name and a time zone are believed, in milliseconds. */
const PROFILE_TTL_MS = 24 * 3_600_000;

/** How long the members of a user group are believed, in milliseconds. */
const GROUP_TTL_MS = 5 * 60_000;

/** A refusal names so many managers. */
const MAX_NAMED = 5;

/** Who clicks, as Slack's payloads name them. */
export interface Clicker {
  readonly id: string;
  /** The handle in the payload, where there is one: the name of last resort. */
  readonly name?: string | undefined;
  /** The workspace in the payload, believed only when the profile cannot be read. */
  readonly teamId?: string | undefined;
}

/** Who of the workspace is a manager: people by id, and everybody of these user groups. */
export interface ManagerRules {
  readonly managers: readonly string[];
  readonly managerGroups: readonly string[];
}

/** Names, time zones and roles of people. */
export interface People {
  profile(clicker: Clicker): Promise<SlackUser>;
  /** Who acts, and whether they belong to another company that shares a channel with ours. */
  actor(clicker: Clicker): Promise<{ readonly actor: ActRequest['actor']; readonly isOutside: boolean }>;
  /** The person id that the flow knows somebody by: `slack:T1/U2`. */
  personId(userId: string): string;
  /** Names of the managers that this chat knows of, at most {@link MAX_NAMED}: whom to ask. */
  managers(): Promise<readonly string[]>;
  /** The user id behind a person id of this workspace; null for anybody else. */
  userId(personId: string): string | null;
}

export function slackPeople(deps: {
  readonly web: SlackWeb;
  readonly cache: Keyv;
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly teamId: () => string;
  readonly rules: ManagerRules;
}): People {
  const asking = new Map<string, Promise<SlackUser>>();
  const roles = managerRoles(deps);

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
    userId(id) {
      const prefix = personId('');
      const user = id.startsWith(prefix) ? id.slice(prefix.length) : '';
      return /^[UW][A-Z0-9]{1,30}$/.test(user) ? user : null;
    },
    async managers() {
      const ids = (await roles.all()).slice(0, MAX_NAMED);
      return Promise.all(ids.map(async (id) => (await profile({ id })).name));
    },
    async actor(clicker) {
      const [{ name, teamId }, manager] = await Promise.all([profile(clicker), roles.isManager(clicker.id)]);
      const isOutside = teamId !== null && teamId !== deps.teamId();
      // A user group may hold people of a partner's company; they do not become our managers by that.
      const role = manager && !isOutside ? ({ role: 'manager' } as const) : {};
      return { actor: { id: personId(clicker.id), name, surface: 'slack', ...role }, isOutside };
    },
  };
}

/** Who is a manager. Members of groups are asked for at most every five minutes, and kept while Slack is out of order. */
function managerRoles(deps: {
  readonly web: SlackWeb;
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly rules: ManagerRules;
}): { isManager(userId: string): Promise<boolean>; all(): Promise<readonly string[]> } {
  const { rules, clock, log, web } = deps;
  const groups = new Map<string, { readonly until: number; readonly members: Promise<readonly string[]> }>();

  function membersOf(group: string): Promise<readonly string[]> {
    const kept = groups.get(group);
    if (kept && kept.until > clock.now()) return kept.members;
    const members = web.groupMembers(group).catch((error: unknown) => {
      log.warn({ group, why: messageOf(error) }, 'the members of a Slack user group could not be read');
      return kept?.members ?? [];
    });
    groups.set(group, { until: clock.now() + GROUP_TTL_MS, members });
    return members;
  }

  async function all(): Promise<readonly string[]> {
    const members = await Promise.all(rules.managerGroups.map(membersOf));
    return [...new Set([...rules.managers, ...members.flat()])];
  }
  return {
    all,
    isManager: async (userId) => rules.managers.includes(userId) || (await all()).includes(userId),
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
