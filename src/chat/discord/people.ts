import type { ActRequest, ChatHandlers, ChatLog } from '../chat.ts';
import type { Asked, Asking } from '../kit/act.ts';
import type { Policy } from './discord.ts';

/** Who does something, as Discord's payloads name them. */
export interface Clicker {
  readonly id: string;
  /** The name people see in that server. */
  readonly name: string;
  readonly roles: readonly string[];
  readonly guildId: string;
  /** Where they did it: the channel or thread, and what a thread belongs to. */
  readonly channels: readonly string[];
}

/** The person id that the flow knows somebody by. A Discord account is one person in every server. */
export function personId(userId: string): string {
  return `discord:${userId}`;
}

/** The account behind a person id; null for anybody else. */
export function userIdOf(id: string): string | null {
  return /^discord:(\d{1,20})$/.exec(id)?.[1] ?? null;
}

/** Who may act, by roles and by channel. */
export interface People {
  actor(clicker: Clicker): ActRequest['actor'];
  /** Whether they may act at all (on this item); words when they may only look. */
  asked(handlers: ChatHandlers, clicker: Clicker, itemId: number | null): Promise<Asked>;
  asking(handlers: ChatHandlers, clicker: Clicker, itemId: number | null): Promise<Asking>;
}

/** A refusal names so many managers. */
const MAX_NAMED = 5;

type Rules = Pick<Policy, 'managers' | 'managerRoles' | 'responders' | 'channels'>;

/**
 * @param served whether a server is one whose channels Potluck writes in: an app may have been added to others, and
 *   what people do there counts for nothing
 */
export function discordPeople(deps: {
  readonly rules: Rules;
  readonly log: ChatLog;
  readonly served: (guildId: string) => boolean;
  /** Names of roles, as far as they are known. */
  readonly roleNames: (guildId: string, roles: readonly string[]) => readonly string[];
  /** Names of members, as far as Discord tells them now. */
  readonly memberNames: (guildId: string, users: readonly string[]) => Promise<readonly string[]>;
}): People {
  const { rules, log } = deps;
  const isManager = (clicker: Clicker): boolean =>
    rules.managers.includes(clicker.id) || rules.managerRoles.some((role) => clicker.roles.includes(role));
  const restricted = Object.values(rules.channels).some((rule) => rule.responders !== undefined);

  function actor(clicker: Clicker): ActRequest['actor'] {
    const role = isManager(clicker) ? ({ role: 'manager' } as const) : {};
    return { id: personId(clicker.id), name: clicker.name, surface: 'discord', ...role };
  }

  /** The roles of which one is needed; null when everybody may. */
  function needed(channels: readonly string[]): readonly string[] | null {
    const own = channels.flatMap((id) => {
      const roles = rules.channels[id]?.responders;
      return roles === undefined ? [] : [roles];
    });
    if (own.length > 0) return own.flat();
    return rules.responders.length > 0 ? rules.responders : null;
  }

  async function asked(handlers: ChatHandlers, clicker: Clicker, itemId: number | null): Promise<Asked> {
    if (!deps.served(clicker.guildId))
      return { ok: false, text: 'This server is none of those that this Potluck belongs to.' };
    const who = actor(clicker);
    if (who.role === 'manager') return { ok: true, actor: who };
    // What counts is where the item's cards are, not where somebody stands when they type its number.
    const places = itemId !== null && restricted ? await handlers.places(itemId) : [];
    const roles = needed(places.length > 0 ? places : clicker.channels);
    if (roles === null || roles.some((role) => clicker.roles.includes(role))) return { ok: true, actor: who };
    return {
      ok: false,
      text: `Only people with the role ${deps
        .roleNames(clicker.guildId, roles)
        .map((name) => `“${name}”`)
        .join(' or ')} can act here. Whoever runs this server gives it.`,
    };
  }

  return {
    actor,
    asked,
    async asking(handlers, clicker, itemId) {
      return {
        handlers,
        log,
        asked: await asked(handlers, clicker, itemId),
        withManagers: async (text) => {
          const names = await deps.memberNames(clicker.guildId, rules.managers.slice(0, MAX_NAMED));
          const roles = deps.roleNames(clicker.guildId, rules.managerRoles);
          const all = [...names, ...roles.map((role) => `everybody with the role “${role}”`)];
          return all.length === 0 ? text : `${text} Managers on Discord: ${all.join(', ')}.`;
        },
      };
    },
  };
}
