import { generateKeyPairSync } from 'node:crypto';
import type { DiscordServer, DiscordServerOptions } from './contract.ts';
import { startDelivery } from './delivery.ts';
import { hears, publishChannel, publishDelete } from './events.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { unfinished } from './interactions.ts';
import { notifiedBy } from './mentions.ts';
import { guildEvent } from './payloads.ts';
import { discordPerson } from './person.ts';
import { isSpoken, seeMessage } from './seen.ts';
import { type Channel, type Guild, INTENT, isSnowflake, messagesIn, type State, type User } from './state.ts';
import { archiveQuiet } from './threads.ts';
import { startWire } from './wire.ts';

export type { DiscordServer, DiscordServerOptions } from './contract.ts';
export type { DiscordPerson } from './person.ts';
export type { SeenMessage } from './seen.ts';

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
    files: new Map(),
    filesUrl: '',
    revoked: false,
    sessionsLeft: 1_000,
    dispatch: () => {},
    next: () => ++count,
  };
  const wire = await startWire(state);
  state.filesUrl = wire.base;
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
    threads(parent) {
      archiveQuiet(state);
      return [...state.channels.values()].flatMap(({ id, name, thread, parentId }) =>
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
      );
    },
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
