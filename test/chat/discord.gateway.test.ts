import { REST } from 'discord.js';
import { Keyv } from 'keyv';
import { afterEach, describe, expect, it } from 'vitest';
import { type Dispatch, discordGateway, type Gateway, shardOf } from '../../src/chat/discord/gateway.ts';
import { sampleCard } from '../support/cards.ts';
import { type Between, startBetween } from '../support/discord/between.ts';
import {
  CHANNEL,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
} from '../support/discord/world.ts';

let world: DiscordWorld;
let between: Between | undefined;
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  world = await discordWorld(options);
  return world;
};
/** With a wire in between that can be tampered with. */
const openBetween = async (options: DiscordWorldOptions = {}): Promise<Between> => {
  between = await startBetween();
  const wire = between;
  await open({
    ...options,
    env: { DISCORD_API_URL: wire.url },
    prepare: (server) => wire.aimAt(server.env.DISCORD_API_URL),
  });
  return wire;
};

afterEach(async () => {
  const { server } = world;
  await world.close();
  await between?.close();
  between = undefined;
  // Neither the token nor what resumes a session is ever written down.
  for (const secret of server.secrets) expect(world.logged()).not.toContain(secret);
  expect(world.logged()).not.toMatch(/session-[0-9a-f]{8}/);
  expect(server.breaches()).toEqual([]);
});

const signal = new AbortController().signal;
const post = async (itemId = 7): Promise<string> => {
  const card = world.handlers.put(sampleCard({ itemId }));
  return world.chat().post(world.channel, card, { nonce: `n${itemId}`, signal });
};
const onlyCard = () => {
  const [message] = world.server.shown(world.channel);
  if (!message) throw new Error('there is no card');
  return message;
};
const up = () => world.server.until('it is up', () => world.chat().health().state === 'up');
const connected = () => world.server.until('a connection', () => world.server.connections === 1);
const gone = () => world.server.until('no connection', () => world.server.connections === 0);
const resumed = (times: number) =>
  world.server.until(`resume ${times}`, () => world.server.resumes === times).then(up);
const claimed = (by: string) =>
  world.server.until(`the claim of ${by}`, () => world.handlers.now(7).owner?.name === by);
/** Lets the clock run in steps, until it holds; between them the sockets of this machine, and the library's own half second, get their say. */
const pass = async (what: string, holds: () => boolean, stepMs = 1_000): Promise<void> => {
  const began = performance.now();
  while (!holds() && performance.now() - began < 10_000) {
    await world.clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await world.server.until(what, holds, 1_000);
};

describe('the gateway', () => {
  const GUILDS = 1 << 0;
  const MESSAGES = 1 << 9;
  const REACTIONS = 1 << 10;
  const CONTENT = 1 << 15;
  it.each([
    [{}, GUILDS | MESSAGES | REACTIONS],
    [{ reactions: false }, GUILDS | MESSAGES],
    [{ threads: 'never' }, GUILDS | REACTIONS],
    [{ threads: 'never', reactions: false }, GUILDS],
    [{ threads: 'never', channels: { [CHANNEL]: { threads: 'ask' } } }, GUILDS | MESSAGES | REACTIONS],
    [{ messageContent: true, threads: 'never' }, GUILDS | MESSAGES | REACTIONS | CONTENT],
  ])('is asked for no more than %j needs', async (policy, intents) => {
    await open({ policy, messageContent: true });
    expect(world.server.intents).toBe(intents);
    expect(world.server.identifies).toBe(1);
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
  });

  it('is left promptly, and the session kept for whoever comes next', async () => {
    await open();
    const began = performance.now();
    await world.chat().stop();
    expect(performance.now() - began).toBeLessThan(500);
    await gone();
    expect(world.chat().health()).toEqual({ state: 'down', detail: 'Discord was stopped.' });
    await world.restart();
    expect([world.server.identifies, world.server.resumes]).toEqual([1, 1]);
  });

  it('is left promptly though nobody answers', async () => {
    const wire = await openBetween();
    wire.freeze();
    const began = performance.now();
    await world.chat().stop();
    expect(performance.now() - began).toBeLessThan(500);
  });

  it.each([
    ['accepts nobody', (wire: Between) => wire.hold(true), (wire: Between) => wire.hold(false)],
    [
      'greets nobody',
      (wire: Between) => wire.ignore(true),
      (wire: Between) => wire.say({ op: 10, d: { heartbeat_interval: 45_000 } }),
    ],
  ])('that %s keeps neither a start nor a stop waiting', async (_, before, afterwards) => {
    const wire = await openBetween({ start: false });
    before(wire);
    const start = world.chat().start(world.handlers);
    await world.server.until('it was asked', () => wire.asked === 1);
    await world.clock.advance(10_000);
    await start;
    expect(world.chat().health()).toEqual({ state: 'down', detail: 'Connecting to the Discord gateway.' });
    // Cards are posted all the same.
    await post();
    expect(onlyCard().text).toContain('#7');
    const began = performance.now();
    await world.chat().stop();
    expect(performance.now() - began).toBeLessThan(500);
    // A late greeting meets nobody who would say a name, and the socket does not stay.
    afterwards(wire);
    await world.server.until('there was a socket', () => wire.sockets === 1);
    await world.server.until('the socket is closed', () => wire.sockets === 0);
    expect(world.server.identifies).toBe(0);
  });

  it('is left for good in the half second before the library connects again', async () => {
    const wire = await openBetween();
    world.server.drop();
    await world.server.until('it was noticed', () => world.logged().includes('connection was closed'));
    await world.chat().stop();
    // The library’s own wait is in real time, and nothing may come after it.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(wire.asked).toBe(1);
    expect(world.server.resumes).toBe(0);
  });
});

describe('a lost connection', () => {
  it('is taken up again, and what happened meanwhile is done once', async () => {
    await open();
    await post();
    world.server.drop();
    await gone();
    const press = world.ana.press(onlyCard(), 'Claim');
    await connected();
    await press;
    await world.settle();
    await claimed('Ana');
    expect(world.handlers.acts).toHaveLength(1);
    expect([world.server.identifies, world.server.resumes]).toEqual([1, 1]);
    world.server.drop(4000);
    await gone();
    await world.bo.react(onlyCard(), '✅');
    await resumed(2);
    await world.server.until('the reaction', () => world.handlers.acts.length === 2);
    await world.settle();
    expect(world.handlers.acts.map(({ action }) => action.type)).toEqual(['claim', 'mark-answered']);
  });

  it('is no reason to say down while the next one is a moment away', async () => {
    await open();
    world.server.drop();
    await gone();
    expect(world.chat().health().state).toBe('up');
    await resumed(1);
  });

  it.each([
    ['Discord asks for it (op 7)', () => world.server.reconnect()],
    ['the session is doubtful (op 9, resumable)', () => world.server.invalidate(true)],
  ])('is resumed when %s', async (_, happen) => {
    await open();
    await post();
    happen();
    await resumed(1);
    await world.ana.press(onlyCard(), 'Claim');
    await claimed('Ana');
    expect(world.server.identifies).toBe(1);
    expect(world.handlers.acts).toHaveLength(1);
  });

  it.each([
    ['op 9', () => world.server.invalidate(false)],
    ['1000', () => world.server.drop(1000)],
    ['4009', () => world.server.drop(4009)],
  ])('begins a new session when the old one is over (%s), and not within five seconds', async (_, happen) => {
    await open();
    await post();
    const asleep = world.clock.sleeping;
    happen();
    await gone();
    await world.server.until(
      'it waits for its turn',
      () => world.server.connections === 1 && world.clock.sleeping === asleep + 1,
    );
    expect(world.server.identifies).toBe(1);
    await pass('a new session', () => world.server.identifies === 2 && world.server.connections === 1);
    await up();
    await world.ana.press(onlyCard(), 'Claim');
    await claimed('Ana');
  });
  it('is noticed by missing heartbeats, though the socket stays open', async () => {
    await open({ prepare: (server) => server.setHeartbeat(60) });
    await post();
    world.server.mute(true);
    await world.server.until('it was given up', () => world.server.connections === 0);
    world.server.mute(false);
    const press = world.ana.press(onlyCard(), 'Claim');
    await resumed(1);
    await press;
    await claimed('Ana');
    expect(world.server.identifies).toBe(1);
  });

  it('again and again is not followed up in a tight loop', async () => {
    await open();
    for (let turn = 1; turn <= 4; turn++) {
      world.server.drop(4000);
      await gone();
      if (turn < 4) await resumed(turn);
    }
    await world.server.until('it is down', () => world.chat().health().state === 'down');
    expect(world.chat().health().detail).toBe('The Discord gateway ends every connection (4000).');
    // Nobody knocks before the clock has moved.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(world.server.connections).toBe(0);
    await pass('the connection', () => world.server.resumes === 4);
    await up();
    // After a good minute the count begins anew.
    await world.clock.advance(61_000);
    world.server.drop(4000);
    await resumed(5);
  });

  it('before it was ready, each time, is waited for longer and longer', async () => {
    await open({ start: false });
    world.server.refuseIdentify(4000);
    const start = world.chat().start(world.handlers);
    await pass('it is down', () => world.chat().health().detail?.includes('ends every') ?? false);
    await start;
    const first = world.server.identifies;
    expect(first).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(world.server.identifies).toBe(first);
    world.server.refuseIdentify(null);
    await pass('it is up', () => world.chat().health().state === 'up');
    expect(world.logged()).toContain('connected to Discord again');
  });
});

describe('a session', () => {
  it('outlives the process', async () => {
    await open();
    await post();
    await world.chat().stop();
    await gone();
    await world.bo.react(onlyCard(), '👀');
    const press = world.ana.press(onlyCard(), 'Note…');
    await world.restart();
    await press;
    await claimed('Bo');
    await world.settle();
    expect(world.ana.modal()?.title).toBeDefined();
    expect(world.handlers.acts).toHaveLength(1);
    expect([world.server.identifies, world.server.resumes]).toEqual([1, 1]);
    await world.restart();
    await world.settle();
    // What was done is not done again.
    expect(world.handlers.acts).toHaveLength(1);
    expect([world.server.identifies, world.server.resumes]).toEqual([1, 2]);
  });

  it('that Discord has forgotten meanwhile is begun anew', async () => {
    await open();
    await world.chat().stop();
    await gone();
    const [key] = await keys(world.cache, 'session:');
    await world.cache.set(key ?? '', {
      ...(await world.cache.get<object>(key ?? '')),
      sessionId: 'forgotten',
    });
    await world.restart();
    await up();
    expect([world.server.identifies, world.server.resumes]).toEqual([2, 1]);
  });

  it('that makes no sense in the cache is left alone', async () => {
    await open();
    await world.chat().stop();
    const [key] = await keys(world.cache, 'session:');
    await world.cache.set(key ?? '', { sessionId: 7, sequence: 'x', resumeURL: null });
    await world.restart();
    await up();
    expect(world.server.identifies).toBe(2);
  });

  it('belongs to its intents: another policy begins its own', async () => {
    await open();
    await world.reconfigure({ reactions: false });
    await up();
    expect(world.server.identifies).toBe(2);
    expect(world.server.intents & (1 << 10)).toBe(0);
  });

  it('is held by one process, and taken over by the next with nothing lost', async () => {
    await open();
    await post();
    const first = world.chat();
    const second = await world.another();
    expect(second.health()).toEqual({ state: 'up', detail: null });
    expect(world.server.connections).toBe(1);
    await world.clock.advance(60_000);
    expect([world.server.connections, world.server.identifies, world.server.resumes]).toEqual([1, 1, 0]);
    // Either process posts, whoever has the connection.
    await post(8);
    // The first one loses it, and notices within seconds.
    world.stealLeases();
    await world.clock.advance(5_000);
    await gone();
    expect(first.health()).toEqual({ state: 'up', detail: null });
    const [card] = world.server.shown(world.channel);
    const press = world.ana.press(card ?? onlyCard(), 'Claim');
    await first.stop();
    world.freeLeases();
    await world.clock.advance(2_000);
    await resumed(1);
    await press;
    await claimed('Ana');
    expect(world.handlers.acts).toHaveLength(1);
    expect([world.server.connections, world.server.identifies]).toEqual([1, 1]);
  });

  it('is not begun when the sessions of the day are used up, and that is said', async () => {
    await open({ start: false });
    world.server.setSessionLimit(0);
    await world.chat().start(world.handlers);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('no more sessions today'),
    });
    expect(world.server.identifies).toBe(0);
    const asked = world.server.calls('GET /gateway/bot').length;
    await world.clock.advance(14 * 60_000);
    expect(world.server.calls('GET /gateway/bot').length).toBe(asked);
    world.server.setSessionLimit(1_000);
    await pass('it is up', () => world.chat().health().state === 'up', 60_000);
  });
});

async function keys(cache: Keyv, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const [key] of cache.iterator?.(undefined) ?? []) {
    const name = String(key).replace(/^discord:/, '');
    if (name.startsWith(prefix)) found.push(name);
  }
  return found;
}

describe('what only a person can mend', () => {
  it.each([
    [4004, 'Copy it anew from the Developer Portal'],
    [4014, 'switch it on (Developer Portal'],
    [4013, 'Update Potluck'],
    [4012, 'Update Potluck'],
    [4010, 'Restart Potluck'],
  ])('is said in words (%i), and asked about four times an hour', async (code, words) => {
    await open({ start: false });
    world.server.refuseIdentify(code);
    await world.chat().start(world.handlers);
    expect(world.chat().health()).toMatchObject({ state: 'down', detail: expect.stringContaining(words) });
    await world.clock.advance(14 * 60_000);
    expect(world.server.identifies).toBe(1);
    world.server.refuseIdentify(null);
    await pass('it is up', () => world.chat().health().state === 'up', 60_000);
    expect(world.server.identifies).toBe(2);
  });

  it('is the switch for message content in the portal', async () => {
    await open({ policy: { messageContent: true }, messageContent: false });
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('does not grant “Message Content”'),
    });
  });

  it('is a token that was reset while connected', async () => {
    await open();
    world.server.revoke();
    await world.server.until('it is down', () => world.chat().health().state === 'down');
    expect(world.chat().health().detail).toContain('does not know this token');
    const before = world.server.calls().length;
    await world.clock.advance(60 * 60_000);
    expect(world.server.calls().length - before).toBeLessThanOrEqual(12);
    world.server.revoke(false);
    await pass('it is up', () => world.chat().health().state === 'up', 60_000);
    await connected();
  });
});

describe('Discord out of order', () => {
  it('at the start is waited for', async () => {
    await open({ start: false });
    for (let turn = 0; turn < 3; turn++)
      world.server.fail({ kind: 'status', status: 503 }, 'GET /gateway/bot');
    await world.chat().start(world.handlers);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('answered 503'),
    });
    await pass('it is up', () => world.chat().health().state === 'up');
    expect(world.server.identifies).toBe(1);
  });

  it.each([
    ['signing in', 'GET /users/@me'],
    ['a channel', 'GET /channels/:id'],
    ['the server', 'GET /guilds/:id'],
    ['the commands', 'PUT /applications/:id/guilds/:id/commands'],
  ])('for a moment (%s) leaves nothing undone', async (_, route) => {
    await open({
      prepare: (server) => server.fail({ kind: 'status', status: 502 }, route),
    });
    await pass('the commands', () => world.server.registered(world.server.guildId).length > 0);
    await pass('it is up', () => world.chat().health().state === 'up');
    await post();
    await world.ana.press(onlyCard(), 'Claim');
    await claimed('Ana');
  });
});

describe('what the gateway says', () => {
  it('twice is done once', async () => {
    const wire = await openBetween();
    await post();
    await world.ana.react(onlyCard(), '👀');
    await claimed('Ana');
    wire.repeat('MESSAGE_REACTION_ADD');
    await world.ana.unreact(onlyCard(), '👀');
    await world.server.until('the release', () => world.handlers.acts.length === 2);
    wire.repeat('MESSAGE_REACTION_REMOVE');
    await world.bo.press(onlyCard(), 'Claim');
    await claimed('Bo');
    wire.repeat('INTERACTION_CREATE');
    await world.bo.press(onlyCard(), 'Note…');
    await world.settle();
    expect(world.handlers.acts).toHaveLength(3);
    expect([...world.ana.told(), ...world.bo.told()].join()).not.toContain('already');
  });

  it('in another order is decided by the item', async () => {
    await open();
    await post();
    const message = onlyCard();
    world.server.hold();
    const first = world.ana.press(message, 'Claim');
    const second = world.bo.press(message, 'Claim');
    world.server.release('reversed');
    await Promise.all([first, second]);
    await world.settle();
    expect(world.handlers.now(7).owner?.name).toBe('Bo');
    expect(world.ana.told().join()).toContain('already claimed by Bo');
  });

  it('makes no sense and does no harm', async () => {
    const wire = await openBetween();
    await post();
    const nonsense = [
      null,
      7,
      'words',
      [],
      {},
      { id: 7 },
      { id: '1180000000000009999', data: null, member: { user: [] }, token: 5, type: 'x' },
      { user_id: {}, emoji: null, channel_id: '', message_id: -1 },
      { id: '1'.repeat(500), author: null, content: { draft: ':' } },
    ];
    const names = [
      'INTERACTION_CREATE',
      'MESSAGE_REACTION_ADD',
      'MESSAGE_REACTION_REMOVE',
      'MESSAGE_CREATE',
      'MESSAGE_DELETE',
      'CHANNEL_DELETE',
      'GUILD_CREATE',
      'GUILD_DELETE',
      'SOMETHING_NEW',
    ];
    let s = 1_000;
    for (const t of names) for (const d of nonsense) wire.say({ op: 0, t, s: ++s, d });
    wire.say('this is no JSON');
    wire.say({ op: 77, d: { much: 'ado' } });
    wire.say({ op: 11 });
    await world.ana.press(onlyCard(), 'Claim');
    await claimed('Ana');
    expect(world.handlers.acts).toHaveLength(1);
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
    expect(world.logged()).toContain('a Discord interaction could not be read');
  });
});

describe('a server that goes away', () => {
  it('by an outage is told, and when it is back', async () => {
    await open();
    world.server.guildUnavailable(true);
    await world.server.until('it is down', () => world.chat().health().state === 'down');
    expect(world.chat().health().detail).toContain('out of order, says Discord');
    world.server.guildUnavailable(false);
    await up();
  });

  it('because the bot was removed is told with what to do, and its commands are there again afterwards', async () => {
    await open();
    world.server.kickBot();
    await world.server.until('it is down', () => world.chat().health().state === 'down');
    expect(world.chat().health().detail).toContain('was removed from the Discord server. Invite it again');
    const asked = world.server.calls('GET /applications/:id/guilds/:id/commands').length;
    world.server.inviteBot();
    await up();
    await world.server.until(
      'the commands are looked at',
      () => world.server.calls('GET /applications/:id/guilds/:id/commands').length > asked,
    );
    await post();
    expect(onlyCard().text).toContain('#7');
  });

  it('channel by channel is told only of those with cards', async () => {
    await open({ prepare: (server) => server.addChannel('1180000000000000150', { name: 'talk' }) });
    world.server.deleteChannel('1180000000000000150');
    await post();
    world.server.deleteChannel(CHANNEL);
    await world.server.until('it is down', () => world.chat().health().state === 'down');
    expect(world.chat().health().detail).toBe(
      `The Discord channel ${CHANNEL} was deleted. Route its cards elsewhere.`,
    );
  });

  it('and another that is none of ours changes nothing', async () => {
    await open({ prepare: (server) => server.addGuild('1190000000000000002', { name: 'Elsewhere' }) });
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
    world.server.addGuild('1190000000000000003', { name: 'Elsewhere, too' });
    await post();
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
  });
});

describe('shards', () => {
  it('follow from the id of the server', () => {
    expect(shardOf('1180000000000000002', 1)).toBe(0);
    for (const count of [2, 3, 16])
      expect(shardOf('1180000000000000002', count)).toBe(
        Number((1180000000000000002n >> 22n) % BigInt(count)),
      );
  });

  it('are connected to as many as our servers are on, one after the other, and counted anew when Discord says so', async () => {
    // A world that is not started: its server and clock are all that is needed.
    await open({ start: false });
    const { server, clock } = world;
    const guild = server.guildId;
    let count = 2;
    const heard: Dispatch[] = [];
    const asked: number[] = [];
    const rest = new REST({ version: '10', api: server.env.DISCORD_API_URL }).setToken(
      server.env.DISCORD_BOT_TOKEN,
    );
    const gateway: Gateway = discordGateway({
      rest,
      token: server.env.DISCORD_BOT_TOKEN,
      intents: 1 | (1 << 9) | (1 << 10),
      applicationId: () => server.applicationId,
      shards: async () => {
        asked.push(count);
        return { ids: [...new Set([0, shardOf(guild, count)])], count };
      },
      hold: async () => true,
      cache: new Keyv(),
      clock,
      random: () => 0.5,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      onDispatch: (event) => heard.push(event),
    });
    const ids = () => new Set([0, shardOf(guild, count)]).size;
    const start = gateway.start();
    await pass('the first shards', () => server.connections === ids() && gateway.problem() === null);
    await start;
    expect(heard.filter(({ type }) => type === 'GUILD_CREATE')).toHaveLength(1);
    count = 64;
    server.refuseIdentify(4011);
    server.drop(4011);
    await server.until('it is down', () => gateway.problem() !== null);
    server.refuseIdentify(null);
    await pass('more shards', () => server.connections === ids() && gateway.problem() === null);
    expect(asked.at(-1)).toBe(64);
    const ready = heard
      .filter(({ type }) => type === 'READY')
      .map(({ data }) => (data as { shard: object }).shard);
    expect(ready.slice(-ids())).toEqual([...new Set([0, shardOf(guild, 64)])].map((id) => [id, 64]));
    await server.until(
      'the server again',
      () => heard.filter(({ type }) => type === 'GUILD_CREATE').length === 2,
    );
    await gateway.stop();
    await gone();
  });
});
