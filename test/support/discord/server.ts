import { generateKeyPairSync } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import { startDelivery, type Target } from './delivery.ts';
import { hears, publishChannel, publishDelete } from './events.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { unfinished } from './interactions.ts';
import { notifiedBy } from './mentions.ts';
import { guildEvent } from './payloads.ts';
import type { PermissionName } from './permissions.ts';
import { type DiscordPerson, discordPerson } from './person.ts';
import { isSpoken, type SeenMessage, seeMessage } from './seen.ts';
import {
  type ApiCall,
  type Channel,
  type Guild,
  INTENT,
  isSnowflake,
  messagesIn,
  type State,
  type Tag,
  type User,
} from './state.ts';
import { type Fault, startWire } from './wire.ts';

export type { PermissionName } from './permissions.ts';
export type { DiscordPerson, MessageAt, SeenModal } from './person.ts';
export type { SeenButton, SeenMessage } from './seen.ts';
export type { ApiCall } from './state.ts';
export type { Fault } from './wire.ts';

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

const CHANNEL_TYPES = { text: 0, announcement: 5, forum: 15 } as const;

export async function startDiscordServer(options: DiscordServerOptions): Promise<DiscordServer> {
  let count = 100;
  const applicationId = options.applicationId ?? '1180000000000000001';
  const guildId = options.guildId ?? '1180000000000000002';
  const keys = generateKeyPairSync('ed25519');
  const { x = '' } = keys.publicKey.export({ format: 'jwk' });
  const state: State = {
    clock: options.clock,
    applicationId,
    // The bot of an application has the same id.
    botUserId: applicationId,
    // Put together so that no scanner takes it for a real one.
    token: [Buffer.from(applicationId).toString('base64'), 'tEst00', 'testOnlyBotTokenForPotluck0'].join('.'),
    publicKey: Buffer.from(x, 'base64url').toString('hex'),
    messageContent: options.messageContent ?? false,
    guilds: new Map(),
    channels: new Map(),
    users: new Map(),
    messages: [],
    interactions: new Map(),
    screens: new Map(),
    commands: new Map(),
    denied: new Set(),
    calls: [],
    breaches: [],
    told: new Map(),
    revoked: false,
    sessionsLeft: 1_000,
    dispatch: () => {},
    next: () => ++count,
  };
  const wire = await startWire(state);
  const gateway = startGateway(state, wire.server, wire.base);
  const delivery = startDelivery(state, keys.privateKey);

  const own = (id: string): string => {
    if (!isSnowflake(id)) throw new Error(`ids of Discord are snowflakes, not ${id}`);
    return id;
  };
  const guild = (id: string = guildId): Guild => {
    const found = state.guilds.get(id);
    if (!found) throw new Error(`there is no guild ${id}`);
    return found;
  };
  const addGuild = (id: string, { name }: { readonly name: string }): void => {
    const added = { id: own(id), name, roles: new Map(), members: new Map(), botIn: true, available: true };
    state.guilds.set(id, added);
    state.dispatch({
      name: 'GUILD_CREATE',
      data: guildEvent(state, added),
      intents: INTENT.guilds,
      guildId: id,
    });
  };
  const channelOf = (id: string): Channel => {
    const channel = state.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  };
  const guildGone = (gone: Guild, more: object): void =>
    state.dispatch({
      name: 'GUILD_DELETE',
      data: { id: gone.id, ...more },
      intents: INTENT.guilds,
      guildId: gone.id,
    });
  const guildBack = (back: Guild): void =>
    state.dispatch({
      name: 'GUILD_CREATE',
      data: guildEvent(state, back),
      intents: INTENT.guilds,
      guildId: back.id,
    });
  addGuild(guildId, { name: 'Potluck HQ' });

  const server: Omit<DiscordServer, keyof Gateway> & Pick<DiscordServer, 'close'> = {
    env: { DISCORD_BOT_TOKEN: state.token, DISCORD_API_URL: `${wire.base}/api` },
    secrets: [state.token],
    applicationId,
    botUserId: state.botUserId,
    guildId,
    publicKey: state.publicKey,
    addGuild,
    addChannel(id, { name, type = 'text', guildId: where = guildId, deny = [], tags = [], requireTag } = {}) {
      const channel: Channel = {
        id: own(id),
        guildId: guild(where).id,
        type: CHANNEL_TYPES[type],
        name: name ?? `channel-${id.slice(-3)}`,
        parentId: null,
        deny: new Set(deny),
        tags,
        requireTag: requireTag ?? false,
        thread: null,
        recipient: null,
      };
      state.channels.set(id, channel);
      publishChannel(state, 'CHANNEL_CREATE', channel);
    },
    setBotPermissions({ channel, deny = [], allow = [] }) {
      const denied = channel === undefined ? state.denied : channelOf(channel).deny;
      for (const name of deny) denied.add(name);
      for (const name of allow) denied.delete(name);
    },
    addRole(id, { name, guildId: where }) {
      guild(where).roles.set(own(id), name);
    },
    addMember(id, { name, nick, roles = [], locale = 'en-US', administrator = false, guildId: where }) {
      const username = name.toLowerCase().replace(/[^a-z0-9]+/g, '.');
      const user: User = state.users.get(own(id)) ?? {
        id,
        username,
        globalName: name,
        locale,
        dmsBlocked: false,
      };
      state.users.set(id, user);
      guild(where).members.set(id, { userId: id, nick: nick ?? null, roles, administrator });
      return discordPerson(state, () => delivery, user);
    },
    setRoles(userId, roles) {
      for (const { members } of state.guilds.values()) {
        const member = members.get(userId);
        if (member) member.roles = roles;
      }
    },
    setNick(userId, nick) {
      for (const { members } of state.guilds.values()) {
        const member = members.get(userId);
        if (member) member.nick = nick;
      }
    },
    shown: (channel) =>
      messagesIn(state, channel)
        .filter((each) => isSpoken(each) && each.ephemeralFor === null)
        .map((each) => seeMessage(state, each)),
    threads: (parent) =>
      [...state.channels.values()].flatMap(({ id, name, thread, parentId }) =>
        thread && parentId === parent
          ? [
              {
                id,
                name,
                archived: thread.archived,
                locked: thread.locked,
                messageId: thread.messageId,
                tags: thread.tags.map(
                  (tag) => channelOf(parent).tags.find((each) => each.id === tag)?.name ?? tag,
                ),
                members: [...thread.members],
              },
            ]
          : [],
      ),
    setThread(id, { archived, locked }) {
      const channel = channelOf(id);
      if (!channel.thread) throw new Error(`${id} is no thread`);
      if (locked !== undefined) channel.thread.locked = locked;
      if (archived !== undefined) {
        channel.thread.archived = archived;
        channel.thread.archivedAt = state.clock.now();
      }
      publishChannel(state, 'THREAD_UPDATE', channel);
    },
    remove(channel, messageId) {
      const message = messagesIn(state, channel).find((each) => each.id === messageId);
      if (!message) return;
      message.deleted = true;
      publishDelete(state, message);
    },
    deleteChannel(id) {
      const channel = channelOf(id);
      const told = hears(state, channel);
      for (const gone of [...state.channels.values()].filter(
        (each) => each.id === id || each.parentId === id,
      )) {
        for (const message of messagesIn(state, gone.id)) message.deleted = true;
        state.channels.delete(gone.id);
      }
      if (told) publishChannel(state, channel.thread ? 'THREAD_DELETE' : 'CHANNEL_DELETE', channel);
    },
    kickBot() {
      guild().botIn = false;
      guildGone(guild(), {});
    },
    inviteBot() {
      guild().botIn = true;
      guildBack(guild());
    },
    guildUnavailable(down) {
      guild().available = !down;
      if (down) guildGone(guild(), { unavailable: true });
      else guildBack(guild());
    },
    pings: () =>
      state.messages
        .filter((each) => each.authorId === state.botUserId)
        .flatMap((each) => notifiedBy(each).others),
    mentioned: () =>
      state.messages
        .filter((each) => each.authorId === state.botUserId)
        .flatMap((each) => notifiedBy(each).listed),
    breaches: () => [...state.breaches, ...unfinished(state)],
    calls: (route) => state.calls.filter((call) => route === undefined || call.route === route),
    registered: (where) => state.commands.get(where ?? 'global') ?? [],
    fail: (fault, route) => wire.fault(fault, route ?? null),
    limit: (route, most, windowMs) => wire.rates.limit(route, most, windowMs),
    revoke(on = true) {
      state.revoked = on;
      if (on) gateway.drop(4004);
    },
    sendTo(target) {
      delivery.target = target;
    },
    ping: () => delivery.ping(),
    setSessionLimit(remaining) {
      state.sessionsLeft = remaining;
    },
    until(what, holds, limitMs = 15_000) {
      const began = performance.now();
      let looks = 0;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (holds()) resolve();
          else if (performance.now() - began > limitMs) reject(new Error(`this never happened: ${what}`));
          // A bot on the machine's own clock needs the processor meanwhile.
          else if (++looks > 2_000) setTimeout(look, 5);
          else setImmediate(look);
        };
        look();
      });
    },
    async close() {
      delivery.close();
      gateway.close();
      await wire.close();
    },
  };
  // The gateway's figures are read anew each time, so its accessors are kept, not copied.
  const { close: _, ...accessors } = Object.getOwnPropertyDescriptors(gateway);
  return Object.defineProperties(server, accessors) as DiscordServer;
}
