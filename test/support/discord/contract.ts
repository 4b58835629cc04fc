import type { Clock } from '../../../src/clock.ts';
import type { Target } from './delivery.ts';
import type { Gateway } from './gateway.ts';
import type { PermissionName } from './permissions.ts';
import type { DiscordPerson } from './person.ts';
import type { SeenMessage } from './seen.ts';
import type { ApiCall, Tag } from './state.ts';
import type { Fault } from './wire.ts';

export interface DiscordServerOptions {
  /** Time of ids, rate limits, and deadlines: a test clock makes them all turn by hand. */
  readonly clock: Clock;
  /** Whether the privileged intent is switched on in the portal. */
  readonly messageContent?: boolean;
  readonly applicationId?: string;
  readonly guildId?: string;
}

export interface SeenThread {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
  readonly locked: boolean;
  readonly messageId: string | null;
  /** By name. */
  readonly tags: readonly string[];
  readonly members: readonly string[];
}

/**
 * A strict Discord on 127.0.0.1: REST, gateway, and interactions by HTTP, with Discord's limits enforced, and hands to
 * act as people and to break things. Nothing in it waits for real time.
 */
export interface DiscordServer extends Omit<Gateway, 'close'> {
  /** The variables that connect an app. */
  readonly env: { readonly DISCORD_BOT_TOKEN: string; readonly DISCORD_API_URL: string };
  /** What must never be seen in a log or on a card. */
  readonly secrets: readonly string[];
  readonly applicationId: string;
  readonly botUserId: string;
  readonly guildId: string;
  /** Verifies signed interactions; hex. */
  readonly publicKey: string;
  /** Another guild beside the first, with the bot in it. */
  addGuild(id: string, options: { readonly name: string }): void;
  addChannel(
    id: string,
    options?: {
      readonly name?: string;
      readonly type?: 'text' | 'forum' | 'announcement';
      readonly guildId?: string;
      readonly deny?: readonly PermissionName[];
      readonly tags?: readonly Tag[];
      readonly requireTag?: boolean;
    },
  ): void;
  /** Takes rights from the bot, or gives them back; everywhere, or in one channel. */
  setBotPermissions(change: {
    readonly channel?: string;
    readonly deny?: readonly PermissionName[];
    readonly allow?: readonly PermissionName[];
  }): void;
  addRole(id: string, options: { readonly name: string; readonly guildId?: string }): void;
  /** Adds a person and returns their eyes and hands. `name` is their own, on every server. */
  addMember(
    id: string,
    options: {
      readonly name: string;
      readonly nick?: string;
      readonly roles?: readonly string[];
      readonly locale?: string;
      readonly administrator?: boolean;
      readonly guildId?: string;
    },
  ): DiscordPerson;
  setRoles(userId: string, roles: readonly string[]): void;
  setNick(userId: string, nick: string | null): void;
  /** What everybody sees in a channel or thread (no ephemeral messages), oldest first. */
  shown(channel: string): readonly SeenMessage[];
  threads(channel: string): readonly SeenThread[];
  /** Somebody archives a thread, locks it, or opens it again. */
  setThread(id: string, change: { readonly archived?: boolean; readonly locked?: boolean }): void;
  /** Somebody deletes a message. */
  remove(channel: string, messageId: string): void;
  deleteChannel(id: string): void;
  kickBot(): void;
  /** The bot comes back, after {@link kickBot}. */
  inviteBot(): void;
  /** An outage of the guild begins or ends. */
  guildUnavailable(down: boolean): void;
  /** Whom the bot notified without listing them in `allowed_mentions.users`: `user:1`, `role:2`, `@everyone`. */
  pings(): readonly string[];
  /** People the bot notified on purpose: mentioned, and listed in `allowed_mentions.users`. */
  mentioned(): readonly string[];
  /** What Discord would have refused or cut, or shown to a person as the app's failure. */
  breaches(): readonly string[];
  /** Every call so far, or those of one route: `POST /channels/:id/messages`. */
  calls(route?: string): readonly ApiCall[];
  /** Registered commands of a guild; of every guild when null. */
  registered(guildId: string | null): readonly object[];
  /** The next call (of that route) goes wrong. */
  fail(fault: Fault, route?: string): void;
  /** Takes fewer calls of a route, for each channel. */
  limit(route: string, count: number, windowMs: number): void;
  /** The token stops working, or works again. */
  revoke(on?: boolean): void;
  /** Sends interactions by signed HTTP requests from now on; null goes back to the gateway. */
  sendTo(target: Target | null): void;
  /** Sends the PING by which Discord tests an address; resolves with the HTTP status. */
  ping(): Promise<number>;
  setSessionLimit(remaining: number): void;
  /**
   * Resolves when the condition holds, looked at on every turn of the event loop, and after a while every few
   * milliseconds; rejects after `limitMs` of real time (default 15,000), which only a failing test ever sees.
   */
  until(what: string, holds: () => boolean, limitMs?: number): Promise<void>;
  close(): Promise<void>;
}
