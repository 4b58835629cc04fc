import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketManager } from '@discordjs/ws';
import { REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type TestClock, testClock } from '../support/clock.ts';
import { renderMarkdown } from '../support/discord/markdown.ts';
import {
  type DiscordPerson,
  type DiscordServer,
  type SeenMessage,
  startDiscordServer,
} from '../support/discord/server.ts';

/** The double must be as strict as Discord: a test that passes on a lax double proves nothing. */
type Json = Record<string, unknown>;
const ROOM = '1180000000000000010';
const FORUM = '1180000000000000011';
const NEWS = '1180000000000000012';
const ANA = '1180000000000000020';
const BO = '1180000000000000021';
const ROLE = '1180000000000000030';
const TAG = '1180000000000000040';
const NOWHERE = '1180000000000000099';
const V2 = 1 << 15;
const EPHEMERAL = 1 << 6;
const QUIET = { allowed_mentions: { parse: [] } };

let clock: TestClock;
let discord: DiscordServer;
let ana: DiscordPerson;
let bo: DiscordPerson;
let nonce = 0;
beforeEach(async () => {
  clock = testClock();
  discord = await startDiscordServer({ clock });
  discord.addChannel(ROOM, { name: 'leads' });
  discord.addChannel(FORUM, { type: 'forum', tags: [{ id: TAG, name: 'new' }] });
  discord.addChannel(NEWS, { type: 'announcement' });
  discord.addRole(ROLE, { name: 'Sales' });
  ana = discord.addMember(ANA, { name: 'Ana', nick: 'Ana B.', roles: [ROLE] });
  bo = discord.addMember(BO, { name: 'Bo', administrator: true });
});
afterEach(() => discord.close());

interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

async function call(method: string, path: string, body?: unknown, headers: Json = {}): Promise<Reply> {
  const answer = await fetch(`${discord.env.DISCORD_API_URL}/v10${path}`, {
    method,
    headers: {
      authorization: `Bot ${discord.env.DISCORD_BOT_TOKEN}`,
      'user-agent': 'DiscordBot (https://potluck.example, 1)',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), headers: answer.headers };
}
const text = (content: string) => ({ type: 10, content });
const row = (...components: object[]) => ({ type: 1, components });
const button = (customId: string, label = 'Go') => ({ type: 2, style: 1, label, custom_id: customId });
const line = (value: string) => ({ label: `Line ${value}`, value });
const select = (customId: string, options: object[]) => ({ type: 3, custom_id: customId, options });
const card = (...components: object[]) => ({ flags: V2, components, ...QUIET });
const once = () => ({ nonce: `n${++nonce}`, enforce_nonce: true });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));

const post = (body: object, channel = ROOM) =>
  call('POST', `/channels/${channel}/messages`, { ...once(), ...body });
const edit = (id: unknown, body: object, channel = ROOM) =>
  call('PATCH', `/channels/${channel}/messages/${id}`, body);
const clean = () => expect(discord.breaches()).toEqual([]);
const blamed = (...words: (string | RegExp)[]) => {
  for (const word of words) expect(discord.breaches().join('\n')).toMatch(word);
};
function last(channel = ROOM): SeenMessage {
  const message = discord.shown(channel).at(-1);
  if (!message) throw new Error('there is no message');
  return message;
}

/** A small app on the gateway: what it heard, and what it says to interactions. */
interface App {
  readonly heard: { readonly t: string; readonly s: number; readonly d: Json }[];
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly names: () => string[];
  send(op: number, d: unknown): void;
}
const GUILDS = 1;
const ALL = GUILDS | (1 << 9) | (1 << 10) | (1 << 12);

async function connect(path = ''): Promise<App & { readonly ops: () => unknown[] }> {
  const url = `${discord.env.DISCORD_API_URL.replace('http', 'ws').replace('/api', path)}?v=10&encoding=json`;
  const socket = new WebSocket(url);
  const heard: App['heard'][number][] = [];
  const ops: unknown[] = [];
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const payload = JSON.parse(String(data));
    if (payload.op === 0) heard.push(payload);
    else ops.push(payload);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  await discord.until('a hello', () => ops.length > 0);
  const send = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d }));
  return { heard, ops: () => ops, socket, closed, names: () => heard.map((each) => each.t), send };
}
const PROPERTIES = { os: 'linux', browser: 'test', device: 'test' };
const identity = (intents: number, more: object = {}) => ({
  token: discord.env.DISCORD_BOT_TOKEN,
  intents,
  properties: PROPERTIES,
  ...more,
});
async function online(intents = ALL): Promise<App & { readonly ops: () => unknown[] }> {
  const app = await connect();
  app.send(2, identity(intents));
  await discord.until('READY', () => app.names().includes('READY'));
  return app;
}

const callback = (interaction: Json, body: unknown, query = '') =>
  call('POST', `/interactions/${interaction.id}/${interaction.token}/callback${query}`, body, {
    authorization: '',
  });
const hook = (method: string, interaction: Json, path: string, body?: unknown) =>
  call(method, `/webhooks/${discord.applicationId}/${interaction.token}${path}`, body, { authorization: '' });

/** Does something as a person, and gives the interaction that the app hears of it, before it is answered. */
async function hear(
  app: App,
  act: () => Promise<unknown>,
): Promise<{ interaction: Json; done: Promise<unknown> }> {
  const count = app.names().filter((name) => name === 'INTERACTION_CREATE').length;
  const done = act();
  done.catch(() => {});
  await discord.until(
    'an interaction',
    () => app.names().filter((name) => name === 'INTERACTION_CREATE').length > count,
  );
  const interaction = app.heard.filter((each) => each.t === 'INTERACTION_CREATE').at(-1)?.d ?? {};
  return { interaction, done };
}
async function pressed(
  app: App,
  person = ana,
  label = 'Go',
): Promise<{ interaction: Json; done: Promise<unknown> }> {
  await post(card(text('hello'), row(button('go'), { ...button('no', 'Never'), disabled: true })));
  return hear(app, () => person.press(last(), label));
}

describe('REST of the double', () => {
  it.each([
    ['a strange channel', 'GET', `/channels/${NOWHERE}`, undefined, 404, 10003],
    ['a strange message', 'GET', `/channels/${ROOM}/messages/${NOWHERE}`, undefined, 404, 10008],
    ['a strange guild', 'GET', `/guilds/${NOWHERE}`, undefined, 404, 10004],
    ['a strange person', 'GET', `/guilds/1180000000000000002/members/${NOWHERE}`, undefined, 404, 10013],
    ['a message in a forum', 'POST', `/channels/${FORUM}/messages`, { content: 'x', ...QUIET }, 400, 50008],
    ['a talk with nobody', 'POST', '/users/@me/channels', { recipient_id: NOWHERE }, 400, 50033],
    ['another app', 'GET', `/applications/${NOWHERE}/commands`, undefined, 403, 20012],
    ['a channel as if it were a thread', 'PATCH', `/channels/${ROOM}`, { name: 'x' }, 403, 50013],
    [
      'a forum post in a forum that has none such',
      'POST',
      `/channels/${FORUM}/messages/${NOWHERE}/threads`,
      { name: 'x' },
      400,
      50024,
    ],
    ['no history at all', 'GET', `/channels/${ROOM}/messages?limit=101`, undefined, 400, 50035],
    ['a strange interaction', 'POST', `/interactions/${NOWHERE}/abc/callback`, { type: 4 }, 404, 10062],
    ['a strange webhook', 'POST', `/webhooks/${NOWHERE}/abc`, { content: 'x' }, 404, 10015],
  ] as const)('refuses %s', async (_, method, path, body, status, code) => {
    expect(await call(method, path, body)).toMatchObject({ status, body: { code } });
  });

  it('asks who is there, and in what form', async () => {
    const me = (headers: Json) => call('GET', '/users/@me', undefined, headers);
    expect(await me({})).toMatchObject({ status: 200, body: { id: discord.botUserId, bot: true } });
    clean();
    expect((await me({ authorization: 'Bot x' })).status).toBe(401);
    expect((await me({ authorization: `Bearer ${discord.env.DISCORD_BOT_TOKEN}` })).status).toBe(401);
    clean();
    expect(await me({ 'user-agent': 'curl/8' })).toMatchObject({ status: 403, body: { code: 40333 } });
    const form = { 'content-type': 'text/plain' };
    expect((await call('POST', '/users/@me/channels', '{}', form)).body.code).toBe(50035);
    expect((await call('POST', '/users/@me/channels', '{', {})).body.code).toBe(50109);
    expect((await call('GET', '/users/@me/shoes')).status).toBe(404);
    blamed('User-Agent', 'application/json', 'no JSON', 'no such route: GET /users/@me/shoes');
  });

  it('knows the app, the people and the roles', async () => {
    expect((await call('GET', '/applications/@me')).body).toMatchObject({
      id: discord.applicationId,
      verify_key: discord.publicKey,
      flags: 0,
    });
    const { body: member } = await call('GET', `/guilds/${discord.guildId}/members/${ANA}`);
    expect(member).toMatchObject({ nick: 'Ana B.', roles: [ROLE], user: { id: ANA, global_name: 'Ana' } });
    const { body: roles } = await call('GET', `/guilds/${discord.guildId}/roles`);
    expect(roles).toMatchObject([{ name: '@everyone' }, { id: ROLE, name: 'Sales' }, { managed: true }]);
    expect([ana.name, bo.name]).toEqual(['Ana B.', 'Bo']);
  });

  it.each([
    ['ViewChannel', 'GET', '/channels/ROOM', undefined, 50001],
    ['SendMessages', 'POST', '/channels/ROOM/messages', { content: 'x', ...QUIET, ...once() }, 50013],
    ['ReadMessageHistory', 'GET', '/channels/ROOM/messages/MINE', undefined, 50013],
    [
      'EmbedLinks',
      'POST',
      '/channels/ROOM/messages',
      { embeds: [{ title: 'x' }], ...QUIET, ...once() },
      50013,
    ],
    ['ManageMessages', 'DELETE', '/channels/ROOM/messages/THEIRS', undefined, 50013],
    ['CreatePublicThreads', 'POST', '/channels/ROOM/messages/MINE/threads', { name: 'x' }, 50013],
    [
      'SendMessages',
      'POST',
      `/channels/${FORUM}/threads`,
      { name: 'x', message: { content: 'x', ...QUIET } },
      50013,
    ],
  ] as const)('needs %s for %s %s', async (right, method, path, body, code) => {
    const { body: mine } = await post({ content: 'x', ...QUIET });
    const theirs = await ana.say(ROOM, 'y');
    const to = path.replace('ROOM', ROOM).replace('MINE', String(mine.id)).replace('THEIRS', theirs.id);
    discord.setBotPermissions({ deny: [right] });
    expect(await call(method, to, body)).toMatchObject({ status: 403, body: { code } });
    discord.setBotPermissions({ allow: [right] });
    expect((await call(method, to, body)).status).toBeLessThan(300);
    clean();
  });

  it('says which rights there are, in roles and in overwrites', async () => {
    discord.setBotPermissions({ channel: ROOM, deny: ['SendMessages'] });
    const { body: channel } = await call('GET', `/channels/${ROOM}`);
    const { body: me } = await call('GET', `/guilds/${discord.guildId}/members/${discord.botUserId}`);
    const { body: guild } = await call('GET', `/guilds/${discord.guildId}`);
    const own = (me.roles as string[])[0];
    expect(channel.permission_overwrites).toEqual([{ id: own, type: 0, allow: '0', deny: '2048' }]);
    const bits = () =>
      call('GET', `/guilds/${discord.guildId}/roles`).then(({ body }) =>
        (body as unknown as Json[])
          .filter((role) => role.id === own || role.id === discord.guildId)
          .reduce((sum, role) => sum | BigInt(String(role.permissions)), 0n),
      );
    expect((guild.roles as Json[]).map((role) => role.name)).toEqual(['@everyone', 'Sales', 'Potluck']);
    expect((await bits()) & (1n << 34n)).not.toBe(0n);
    discord.setBotPermissions({ deny: ['ManageThreads'] });
    expect((await bits()) & (1n << 34n)).toBe(0n);
  });

  it('takes rights in one channel only', async () => {
    discord.setBotPermissions({ channel: ROOM, deny: ['SendMessages'] });
    expect((await post({ content: 'x', ...QUIET })).body.code).toBe(50013);
    expect((await post({ content: 'x', ...QUIET }, NEWS)).status).toBe(200);
    discord.setBotPermissions({ deny: ['ReadMessageHistory'] });
    expect((await call('GET', `/channels/${NEWS}/messages`)).body).toEqual([]);
  });

  it('lets the bot change what is its own', async () => {
    const theirs = await ana.say(ROOM, 'hi');
    expect((await edit(theirs.id, { content: 'y', ...QUIET })).body.code).toBe(50005);
    const { body: mine } = await post({ content: 'x', ...QUIET });
    expect((await edit(mine.id, { content: 'y', ...QUIET })).body).toMatchObject({ content: 'y' });
    expect(last()).toMatchObject({ text: 'y', edits: 1 });
    discord.remove(ROOM, String(mine.id));
    expect((await edit(mine.id, { content: 'z', ...QUIET })).body.code).toBe(10008);
    expect(discord.shown(ROOM)).toHaveLength(1);
  });

  it('lets the bot react, too', async () => {
    const hi = await ana.say(ROOM, 'hi');
    const put = (emoji: string, method = 'PUT') =>
      call(method, `/channels/${ROOM}/messages/${hi.id}/reactions/${encodeURIComponent(emoji)}/@me`);
    expect((await put('💾')).status).toBe(204);
    await bo.react(last(), '👀');
    discord.setBotPermissions({ deny: ['AddReactions'] });
    expect((await put('👀')).status).toBe(204);
    expect((await put('🎉')).body.code).toBe(50013);
    expect((await put('saved')).body.code).toBe(10014);
    expect(last().reactions).toEqual({ '💾': [discord.botUserId], '👀': [BO, discord.botUserId] });
    expect((await put('💾', 'DELETE')).status).toBe(204);
    expect(Object.keys(last().reactions)).toEqual(['👀']);
    clean();
  });

  it('posts the same nonce once within five minutes', async () => {
    const body = { ...card(text('x')), nonce: 'same', enforce_nonce: true };
    const first = await post(body);
    await clock.advance(4 * 60_000);
    expect((await post({ ...body, ...card(text('y')) })).body.id).toBe(first.body.id);
    expect((await post(body, NEWS)).body.id).not.toBe(first.body.id);
    await clock.advance(2 * 60_000);
    expect((await post(body)).body.id).not.toBe(first.body.id);
    expect(discord.shown(ROOM).map((each) => each.nonce)).toEqual(['same', 'same']);
    clean();
  });

  it('pages through messages as Discord does', async () => {
    const ids: string[] = [];
    for (let turn = 0; turn < 6; turn++) ids.push((await ana.say(ROOM, `${turn}`)).id);
    const page = async (query: string) =>
      ((await call('GET', `/channels/${ROOM}/messages?${query}`)).body as unknown as Json[]).map((each) =>
        ids.indexOf(String(each.id)),
      );
    expect(await page('limit=2')).toEqual([5, 4]);
    expect(await page(`limit=2&before=${ids[3]}`)).toEqual([2, 1]);
    expect(await page(`limit=2&after=${ids[1]}`)).toEqual([3, 2]);
    expect(await page(`limit=3&around=${ids[2]}`)).toEqual([3, 2, 1]);
    expect((await call('GET', `/channels/${ROOM}/messages?before=1&after=2`)).status).toBe(400);
  });

  it('limits each channel by the clock, and says so in every answer', async () => {
    const { headers } = await post({ content: 'x', ...QUIET });
    expect(headers.get('x-ratelimit-limit')).toBe('10');
    expect(headers.get('x-ratelimit-remaining')).toBe('9');
    expect(headers.get('x-ratelimit-reset-after')).toBe('5.000');
    expect(headers.get('x-ratelimit-bucket')).toMatch(/\w+/);
    for (let turn = 0; turn < 9; turn++) expect((await post({ content: 'x', ...QUIET })).status).toBe(200);
    const over = await post({ content: 'x', ...QUIET });
    expect(over).toMatchObject({ status: 429, body: { retry_after: 5, global: false } });
    expect(over.headers.get('retry-after')).toBe('5');
    expect(over.headers.get('x-ratelimit-scope')).toBe('user');
    expect((await post({ content: 'x', ...QUIET }, NEWS)).status).toBe(200);
    await clock.advance(5_000);
    for (let second = 0; second < 12; second++) {
      const { headers: now } = await post({ content: 'x', ...QUIET });
      expect(Number(now.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
      await clock.advance(1_000);
    }
    discord.limit('GET /users/@me', 1, 60_000);
    expect((await call('GET', '/users/@me')).status).toBe(200);
    expect((await call('GET', '/users/@me')).status).toBe(429);
  });

  it('goes wrong when told to', async () => {
    const who = () => call('GET', '/users/@me');
    discord.fail({ kind: 'rate-limit', seconds: 7, scope: 'global' });
    const limited = await who();
    expect(limited).toMatchObject({ status: 429, body: { retry_after: 7, global: true } });
    expect(limited.headers.get('x-ratelimit-global')).toBe('true');
    discord.fail({ kind: 'error', status: 403, code: 50001, message: 'Missing Access' });
    expect((await who()).body).toEqual({ code: 50001, message: 'Missing Access' });
    discord.fail({ kind: 'status', status: 502 });
    await expect(who()).rejects.toThrow(SyntaxError);
    discord.fail({ kind: 'bad-json' });
    await expect(who()).rejects.toThrow(SyntaxError);
    discord.fail({ kind: 'cut' }, 'POST /channels/:id/messages');
    expect((await who()).status).toBe(200);
    await expect(post({ content: 'x', ...QUIET })).rejects.toThrow('fetch failed');
    expect(discord.shown(ROOM)).toHaveLength(1);
    discord.fail({ kind: 'hang' });
    let answered = false;
    who().then(
      () => {
        answered = true;
      },
      () => {},
    );
    await clock.advance(3_600_000);
    expect(answered).toBe(false);
    discord.revoke();
    expect((await who()).status).toBe(401);
    discord.revoke(false);
    expect((await who()).status).toBe(200);
    expect(discord.calls('GET /users/@me').map((each) => each.status)).toEqual([
      429, 403, 502, 200, 200, 0, 401, 200,
    ]);
    clean();
  });

  it('sends the bot away', async () => {
    discord.kickBot();
    expect((await post({ content: 'x', ...QUIET })).body.code).toBe(50001);
    expect((await call('GET', `/guilds/${discord.guildId}`)).body.code).toBe(10004);
    discord.inviteBot();
    discord.deleteChannel(ROOM);
    expect((await post({ content: 'x', ...QUIET })).body.code).toBe(10003);
  });

  it('writes to people alone, unless they will not have it', async () => {
    const { body: channel } = await call('POST', '/users/@me/channels', { recipient_id: ANA });
    expect((await call('POST', '/users/@me/channels', { recipient_id: ANA })).body.id).toBe(channel.id);
    await post({ content: 'psst', ...QUIET }, String(channel.id));
    expect(ana.dms().map((each) => each.text)).toEqual(['psst']);
    expect([ana.told(), bo.told()]).toEqual([['psst'], []]);
    ana.blockDms();
    expect((await post({ content: 'psst', ...QUIET }, String(channel.id))).body.code).toBe(50007);
  });
});

describe('what the double takes for a message', () => {
  const deep = (count: number) => ({ type: 17, components: many(count, () => text('x')) });
  it.each([
    ['a long text', { content: 'x'.repeat(2_001), ...QUIET }, /content: .*2000/],
    ['a name of a field that is none', { content: 'x', colour: 1, ...QUIET }, /ignores: .*\.colour/],
    ['a field that is none, deep down', card({ ...deep(1), colour: 1 }), /components\[0\]\.colour/],
    ['a mark that only answers have', { content: 'x', flags: EPHEMERAL, ...QUIET }, /flags/],
    ['nothing', { ...QUIET }, /50006/],
    ['a space', { content: ' ', ...QUIET }, /50006/],
    ['both old and new', { ...card(text('x')), content: 'y' }, /LEGACY_FIELDS/],
    ['an embed with the new', { ...card(text('x')), embeds: [{ title: 'y' }] }, /LEGACY_FIELDS/],
    ['the new without its flag', { components: [text('x')], ...QUIET }, /IS_COMPONENTS_V2/],
    ['41 components', card(deep(20), deep(19)), /41 components/],
    ['4001 characters', card(text('x'.repeat(2_000)), text('x'.repeat(2_001))), /4001 characters/],
    ['an empty text', card(text('')), /content/],
    ['a blank text', card(text(' \n')), /BASE_TYPE_REQUIRED/],
    ['a container in a container', card({ type: 17, components: [deep(1)] }), /UNION_TYPE_CHOICES/],
    ['a button without a row', card(button('a')), /UNION_TYPE_CHOICES/],
    ['a section without its other half', card({ type: 9, components: [text('x')] }), /accessory/],
    [
      'a section of four',
      card({ type: 9, components: many(4, () => text('x')), accessory: button('a') }),
      /components/,
    ],
    ['a row of nothing', card(row()), /components/],
    ['six buttons in a row', card(row(...many(6, (index) => button(`${index}`)))), /components/],
    ['a select beside a button', card(row(button('a'), select('b', [line('1')]))), /alone in its row/],
    ['the same custom id twice', card(row(button('a')), row(button('a'))), /custom_id is used twice: a/],
    ['the same number twice', card({ ...text('x'), id: 3 }, { ...text('y'), id: 3 }), /id is used twice: 3/],
    ['a long custom id', card(row(button('x'.repeat(101)))), /custom_id/],
    ['a long label', card(row(button('a', 'x'.repeat(81)))), /label/],
    ['a button with no face', card(row({ type: 2, style: 1, custom_id: 'a' })), /label or an emoji/],
    ['a button that does nothing', card(row({ type: 2, style: 1, label: 'x' })), /custom_id is required/],
    [
      'a link that also acts',
      card(row({ ...button('a'), style: 5, url: 'https://x.example' })),
      /no custom_id/,
    ],
    ['a link to nowhere', card(row({ type: 2, style: 5, label: 'x' })), /a link has a url/],
    [
      'a link of another sort',
      card(row({ type: 2, style: 5, label: 'x', url: 'ftp://x.example' })),
      /Scheme/,
    ],
    [
      'a long link',
      card(row({ type: 2, style: 5, label: 'x', url: `https://x.example/${'y'.repeat(500)}` })),
      /url/,
    ],
    [
      '26 lines',
      card(
        row(
          select(
            'a',
            many(26, (index) => line(`${index}`)),
          ),
        ),
      ),
      /options/,
    ],
    ['no lines', card(row(select('a', []))), /options/],
    ['the same line twice', card(row(select('a', [line('1'), line('1')]))), /VALUE_DUPLICATED/],
    ['a long line', card(row(select('a', [{ label: 'x'.repeat(101), value: '1' }]))), /label/],
    ['a long value', card(row(select('a', [{ label: 'x', value: 'x'.repeat(101) }]))), /value/],
    [
      'a long description',
      card(row(select('a', [{ ...line('1'), description: 'x'.repeat(101) }]))),
      /description/,
    ],
    [
      'a long placeholder',
      card(row({ ...select('a', [line('1')]), placeholder: 'x'.repeat(151) })),
      /placeholder/,
    ],
    [
      'more choices than lines',
      card(row({ ...select('a', [line('1')]), max_values: 2 })),
      /than there are options/,
    ],
    [
      'six rows of old',
      { content: 'x', components: many(6, (index) => row(button(`${index}`))), ...QUIET },
      /1 and 5/,
    ],
    ['11 embeds', { embeds: many(11, () => ({ title: 'x' })), ...QUIET }, /embeds/],
    ['long embeds', { embeds: many(2, () => ({ description: 'x'.repeat(3_001) })), ...QUIET }, /6000/],
    ['a long title', { embeds: [{ title: 'x'.repeat(257) }], ...QUIET }, /title/],
    ['a field without words', { embeds: [{ fields: [{ name: 'a', value: ' ' }] }], ...QUIET }, /REQUIRED/],
    ['no word on mentions', { content: 'x' }, /without allowed_mentions/],
    [
      'two words on mentions',
      { content: 'x', allowed_mentions: { parse: ['users'], users: [ANA] } },
      /exclusive/,
    ],
    ['no nonce', { content: 'x', nonce: undefined, enforce_nonce: undefined, ...QUIET }, /without a nonce/],
    ['a nonce that binds nobody', { content: 'x', enforce_nonce: false, ...QUIET }, /enforce_nonce/],
    ['a long nonce', { content: 'x', nonce: 'x'.repeat(26), ...QUIET }, /nonce/],
    ['read-aloud', { content: 'x', tts: true, ...QUIET }, /read-aloud/],
    [
      'an answer to nothing',
      { content: 'x', message_reference: { message_id: NOWHERE }, ...QUIET },
      /Unknown message/,
    ],
  ] as const)('minds %s', async (_, body, why) => {
    clean();
    await post(body);
    blamed(why);
    expect(discord.breaches()).toHaveLength(1);
  });

  it('says which field is wrong, as Discord does', async () => {
    const { status, body } = await post(card(text('x'), row(button('a', 'x'.repeat(81)))));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 50035,
      message: 'Invalid Form Body',
      errors: { components: { 1: { components: { 0: { label: { _errors: [{ code: 'TOO_BIG' }] } } } } } },
    });
    expect(discord.shown(ROOM)).toEqual([]);
  });

  it('takes exactly what fits', async () => {
    const full = { type: 17, components: many(33, () => text('x')) };
    const url = `https://x.example/${'y'.repeat(512 - 18)}`;
    const links = row(
      { type: 2, style: 5, label: 'x'.repeat(80), url },
      ...many(4, (index) => button(`${index}`.repeat(100))),
    );
    expect((await post(card(full, links))).status).toBe(200);
    expect((await post(card(text('x'.repeat(4_000))))).status).toBe(200);
    expect((await post({ content: 'x'.repeat(2_000), ...QUIET })).status).toBe(200);
    clean();
  });

  it('numbers components, and keeps the flag of the new ones for ever', async () => {
    const { body } = await post(card({ ...text('x'), id: 1 }, row(button('a'))));
    expect(body).toMatchObject({ flags: V2, components: [{ id: 1 }, { id: 2, components: [{ id: 3 }] }] });
    expect((await edit(body.id, { components: [text('y')], ...QUIET })).body.flags).toBe(V2);
    expect((await edit(body.id, { flags: 0, ...QUIET })).body.code).toBe(50035);
    expect((await edit(body.id, { content: 'old', ...QUIET })).body.code).toBe(50035);
    expect((await edit(body.id, { flags: V2 | EPHEMERAL, ...QUIET })).body.flags).toBe(V2);
    blamed('flags that an edit cannot set: 64');
    const { body: old } = await post({ content: 'old', ...QUIET });
    expect((await edit(old.id, card(text('y')))).body.code).toBe(50035);
    expect((await edit(old.id, { ...card(text('y')), content: null })).body.flags).toBe(V2);
  });

  it('records whom a message notifies, escaped or not, and whom it may', async () => {
    await post(card(text(`\\<@${ANA}> \\@everyone`)));
    expect(discord.pings()).toEqual([]);
    await post({ ...card(text(`<@${ANA}> and <@${BO}>`)), allowed_mentions: { parse: [], users: [ANA] } });
    expect([discord.pings(), discord.mentioned()]).toEqual([[], [`user:${ANA}`]]);
    await post({ content: `\\@here <@&${ROLE}>`, allowed_mentions: { parse: ['everyone', 'roles'] } });
    expect(discord.pings()).toEqual([`role:${ROLE}`, '@here']);
    await post({ content: '@\u200beveryone', allowed_mentions: { parse: ['everyone'] } });
    expect(discord.pings()).toHaveLength(2);
    await edit(last().id, { content: '@everyone' });
    expect(discord.pings().at(-1)).toBe('@everyone');
    await edit(last().id, { content: `<@${BO}>`, allowed_mentions: { users: [BO] } });
    expect(discord.mentioned()).toEqual([`user:${ANA}`]);
    const hi = await ana.say(ROOM, 'hi');
    await post({
      content: 'x',
      message_reference: { message_id: hi.id },
      allowed_mentions: { parse: [], replied_user: true },
    });
    expect(discord.pings().at(-1)).toBe(`user:${ANA}`);
  });
});

describe('threads of the double', () => {
  async function hanging(): Promise<{ readonly id: string; readonly message: string }> {
    const { body } = await post(card(text('card')));
    const { body: thread } = await call('POST', `/channels/${ROOM}/messages/${body.id}/threads`, {
      name: 'talk',
    });
    return { id: String(thread.id), message: String(body.id) };
  }

  it('hang on a message, once, with its id', async () => {
    const { id, message } = await hanging();
    expect(id).toBe(message);
    expect(last()).toMatchObject({ threadId: id, raw: { flags: V2 | (1 << 5), thread: { id } } });
    expect(discord.threads(ROOM)).toMatchObject([{ id, name: 'talk', archived: false, messageId: message }]);
    const again = await call('POST', `/channels/${ROOM}/messages/${message}/threads`, { name: 'x' });
    expect(again.body.code).toBe(160004);
    clean();
    const { body } = await post({ content: 'x', ...QUIET }, id);
    const inner = await call('POST', `/channels/${id}/messages/${body.id}/threads`, { name: 'x' });
    expect(inner.body.code).toBe(50024);
    expect(discord.shown(id).map((each) => each.text)).toEqual(['x']);
    const { body: all } = await call('GET', `/channels/${id}/messages`);
    expect((all as unknown as Json[]).map((each) => each.type)).toEqual([0, 21]);
  });

  it.each([
    ['no name', { name: '' }],
    ['a blank name', { name: ' ' }],
    ['a long name', { name: 'x'.repeat(101) }],
    ['an odd rest', { name: 'x', auto_archive_duration: 61 }],
  ])('are not made with %s', async (_, body) => {
    const { body: message } = await post(card(text('x')));
    const made = await call('POST', `/channels/${ROOM}/messages/${message.id}/threads`, body);
    expect(made).toMatchObject({ status: 400, body: { code: 50035 } });
  });

  it('are archived, and open when somebody writes, unless they are locked', async () => {
    const { id } = await hanging();
    const change = (body: object) => call('PATCH', `/channels/${id}`, body);
    const { body: mine } = await post({ content: 'x', ...QUIET }, id);
    expect((await change({ archived: true })).body).toMatchObject({ thread_metadata: { archived: true } });
    expect((await edit(mine.id, { content: 'y', ...QUIET }, id)).body.code).toBe(50083);
    expect((await change({ name: 'new' })).body.code).toBe(50083);
    const { body: archived } = await call('GET', `/channels/${ROOM}/threads/archived/public`);
    expect(archived).toMatchObject({ threads: [{ id }], has_more: false });
    expect((await call('GET', `/guilds/${discord.guildId}/threads/active`)).body.threads).toEqual([]);
    expect((await post({ content: 'z', ...QUIET }, id)).status).toBe(200);
    expect(discord.threads(ROOM)[0]?.archived).toBe(false);
    discord.setBotPermissions({ deny: ['ManageThreads'] });
    expect((await change({ locked: true })).body.code).toBe(50013);
    expect((await change({ archived: true })).status).toBe(200);
    discord.setThread(id, { locked: true });
    expect((await post({ content: 'z', ...QUIET }, id)).body.code).toBe(160005);
    expect((await change({ archived: false })).body.code).toBe(50013);
    discord.setBotPermissions({ allow: ['ManageThreads'] });
    expect((await change({ archived: false, locked: false, name: 'new' })).body.name).toBe('new');
    discord.setBotPermissions({ deny: ['SendMessagesInThreads'] });
    expect((await post({ content: 'z', ...QUIET }, id)).body.code).toBe(50013);
    clean();
  });

  it('are archived when nothing was said for long enough', async () => {
    const { body: message } = await post(card(text('card')));
    const { body: thread } = await call('POST', `/channels/${ROOM}/messages/${message.id}/threads`, {
      name: 'talk',
      auto_archive_duration: 60,
    });
    const id = String(thread.id);
    const { body: mine } = await post({ content: 'x', ...QUIET }, id);
    await clock.advance(59 * 60_000);
    expect(discord.threads(ROOM)[0]?.archived).toBe(false);
    await ana.say(id, 'still here');
    await clock.advance(59 * 60_000);
    expect((await edit(mine.id, { content: 'y', ...QUIET }, id)).status).toBe(200);
    await clock.advance(60_000);
    expect((await edit(mine.id, { content: 'z', ...QUIET }, id)).body.code).toBe(50083);
    await ana.say(id, 'again');
    expect(discord.threads(ROOM)[0]?.archived).toBe(false);
  });

  it('take members in, and let them go', async () => {
    const { id } = await hanging();
    const member = (method: string, who: string) => call(method, `/channels/${id}/thread-members/${who}`);
    expect((await member('PUT', ANA)).status).toBe(204);
    expect((await member('PUT', NOWHERE)).body.code).toBe(10007);
    expect(discord.threads(ROOM)[0]?.members).toEqual([discord.botUserId, ANA]);
    expect((await member('DELETE', ANA)).status).toBe(204);
    await bo.say(id, 'here');
    expect(discord.threads(ROOM)[0]?.members).toEqual([discord.botUserId, BO]);
    expect((await call('GET', `/channels/${id}`)).body.member).toMatchObject({ user_id: discord.botUserId });
  });

  it('are posts in a forum, with tags that it knows', async () => {
    const message = { content: 'first', ...QUIET };
    const open = (body: object) =>
      call('POST', `/channels/${FORUM}/threads`, { name: 'post', message, ...body });
    const { status, body } = await open({ applied_tags: [TAG] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ parent_id: FORUM, applied_tags: [TAG], message: { id: body.id } });
    expect(discord.threads(FORUM)).toMatchObject([{ name: 'post', tags: ['new'], messageId: body.id }]);
    expect(discord.shown(String(body.id)).map((each) => each.text)).toEqual(['first']);
    clean();
    expect((await open({ applied_tags: [NOWHERE] })).body.code).toBe(50035);
    expect((await open({ applied_tags: many(6, () => TAG) })).body.code).toBe(50035);
    expect((await open({ message: { ...message, nonce: 'x' } })).status).toBe(201);
    blamed('no tag here', 'applied_tags', 'ignores: CreateForumThreadRequest.message.nonce');
    const strict = '1180000000000000013';
    discord.addChannel(strict, { type: 'forum', tags: [{ id: TAG, name: 'new' }], requireTag: true });
    expect((await call('POST', `/channels/${strict}/threads`, { name: 'x', message })).body.code).toBe(40067);
  });
});

describe('commands of the double', () => {
  const put = (commands: unknown, guild = '') =>
    call('PUT', `/applications/${discord.applicationId}${guild}/commands`, commands);
  const command = (more: object = {}) => ({ name: 'potluck', description: 'Cards', ...more });
  const option = (name: string, more: object = {}) => ({ type: 3, name, description: 'd', ...more });
  const sub = (name: string, options: object[] = []) => ({ type: 1, name, description: 'd', options });

  it.each([
    ['no list', {}, /iterables/],
    ['a name in capitals', [command({ name: 'Potluck' })], /lower-case/],
    ['a name with a space', [command({ name: 'pot luck' })], /name is invalid/],
    ['a long name', [command({ name: 'x'.repeat(33) })], /name/],
    ['no description', [command({ description: '' })], /description/],
    ['a long description', [command({ description: 'x'.repeat(101) })], /description/],
    ['26 options', [command({ options: many(26, (index) => option(`o${index}`)) })], /options/],
    ['26 subcommands', [command({ options: many(26, (index) => sub(`s${index}`)) })], /options/],
    [
      'the required last',
      [command({ options: [option('a'), option('b', { required: true })] })],
      /before non-required/,
    ],
    ['the same option twice', [command({ options: [option('a'), option('a')] })], /unique/],
    ['a mixture', [command({ options: [sub('a'), option('b')] })], /do not mix/],
    [
      '26 choices',
      [command({ options: [option('a', { choices: many(26, (i) => ({ name: `${i}`, value: `${i}` })) })] })],
      /choices/,
    ],
    [
      'a long choice',
      [command({ options: [option('a', { choices: [{ name: 'x'.repeat(101), value: 'x' }] })] })],
      /name/,
    ],
    [
      'choices and suggestions',
      [command({ options: [option('a', { autocomplete: true, choices: [{ name: 'x', value: 'x' }] })] })],
      /autocomplete/,
    ],
    [
      'too much of it all',
      [
        command({
          options: many(25, (i) =>
            sub(
              `s${i}`,
              many(4, (j) => option(`o${j}`, { description: 'x'.repeat(100) })),
            ),
          ),
        }),
      ],
      /8000/,
    ],
    ['a long line of a menu', [{ type: 3, name: 'x'.repeat(33) }], /name/],
    ['a menu with a description', [{ type: 3, name: 'Open card', description: 'x' }], /description/],
    ['a language that is none', [command({ name_localizations: { tlh: 'x' } })], /no locale of Discord: tlh/],
    ['a translation in capitals', [command({ name_localizations: { de: 'Topf' } })], /lower-case/],
    ['two of a name', [command(), command()], /unique/],
    ['a field that is none', [command({ colour: 1 })], /ignores: .*colour/],
  ] as const)('are not %s', async (_, commands, why) => {
    await put(commands);
    blamed(why);
  });

  it('are kept for everybody, or for a guild, with their ids', async () => {
    const { status, body } = await put([
      command({ default_member_permissions: '0' }),
      { type: 3, name: 'Open card' },
    ]);
    expect(status).toBe(200);
    clean();
    const again = (await put([command()])).body as unknown as Json[];
    expect(again[0]?.id).toBe((body as unknown as Json[])[0]?.id);
    expect((await call('GET', `/applications/${discord.applicationId}/commands`)).body).toMatchObject([
      { name: 'potluck', type: 1, default_member_permissions: null },
    ]);
    expect((await put([command()], `/guilds/${discord.guildId}`)).status).toBe(200);
    expect((await put([command()], `/guilds/${NOWHERE}`)).body.code).toBe(50001);
    expect([discord.registered(null).length, discord.registered(discord.guildId).length]).toEqual([1, 1]);
  });

  it('are used as they were registered', async () => {
    const app = await online();
    await put([
      command({
        options: [
          sub('claim', [
            option('card', { type: 4, required: true, min_value: 1, max_value: 99 }),
            option('why', { max_length: 5 }),
            option('who', { type: 6 }),
            option('how', { choices: [{ name: 'Fast', value: 'fast' }] }),
            option('topic', { autocomplete: true }),
          ]),
        ],
      }),
      command({ name: 'admin', default_member_permissions: '0' }),
      { type: 3, name: 'Open card' },
      { type: 2, name: 'Their cards' },
    ]);
    clean();
    const use = (options: Record<string, string | number | boolean>, name = 'claim') =>
      ana.command('potluck', name, options, ROOM);
    for (const [options, why] of [
      [{}, 'required'],
      [{ card: 0 }, 'too small'],
      [{ card: 100 }, 'too big'],
      [{ card: 1.5 }, 'whole number'],
      [{ card: '1' }, 'not of type 4'],
      [{ card: 1, why: 'because' }, 'too long'],
      [{ card: 1, who: NOWHERE }, 'nobody'],
      [{ card: 1, how: 'slow' }, 'choices'],
      [{ card: 1, cake: 'x' }, 'no option “cake”'],
    ] as const)
      await expect(use(options)).rejects.toThrow(why);
    await expect(use({ card: 1 }, 'eat')).rejects.toThrow('no subcommand');
    await expect(ana.command('potluck', '', {}, ROOM)).rejects.toThrow('needs a subcommand');
    await expect(ana.command('admin', '', {}, ROOM)).rejects.toThrow('not for this member');
    await expect(ana.complete('potluck', 'claim', 'why', 'x', {}, ROOM)).rejects.toThrow('autocomplete');

    const { interaction, done } = await hear(app, () => use({ card: 7, who: BO }));
    expect(interaction).toMatchObject({
      type: 2,
      application_id: discord.applicationId,
      guild_id: discord.guildId,
      channel_id: ROOM,
      channel: { id: ROOM, type: 0, name: 'leads' },
      member: {
        nick: 'Ana B.',
        roles: [ROLE],
        user: { id: ANA },
        permissions: expect.stringMatching(/^\d+$/),
      },
      context: 0,
      version: 1,
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: { '0': discord.guildId },
      data: {
        name: 'potluck',
        type: 1,
        options: [
          {
            name: 'claim',
            type: 1,
            options: [
              { name: 'card', type: 4, value: 7 },
              { name: 'who', type: 6, value: BO },
            ],
          },
        ],
        resolved: { users: { [BO]: { global_name: 'Bo' } }, members: { [BO]: { nick: null } } },
      },
    });
    await callback(interaction, { type: 4, data: { content: 'yours', flags: EPHEMERAL, ...QUIET } });
    await done;
    expect(ana.told()).toEqual(['yours']);

    const typing = await hear(app, () => ana.complete('potluck', 'claim', 'topic', 'fe', { card: 7 }, ROOM));
    expect(typing.interaction).toMatchObject({
      type: 4,
      data: { options: [{ options: [{ name: 'card' }, { name: 'topic', value: 'fe', focused: true }] }] },
    });
    expect(
      (
        await callback(typing.interaction, {
          type: 8,
          data: { choices: many(26, () => ({ name: 'x', value: 'x' })) },
        })
      ).body.code,
    ).toBe(50035);
    await callback(typing.interaction, { type: 8, data: { choices: [{ name: 'Fees', value: 'fees' }] } });
    expect(await typing.done).toEqual([{ name: 'Fees', value: 'fees' }]);

    await ana.say(ROOM, 'a lead?');
    const menu = await hear(app, () => bo.messageMenu('Open card', last()));
    expect(menu.interaction).toMatchObject({
      data: {
        type: 3,
        target_id: last().id,
        resolved: { messages: { [last().id]: { content: 'a lead?' } } },
      },
    });
    await callback(menu.interaction, { type: 5, data: { flags: EPHEMERAL } });
    const person = await hear(app, () => bo.userMenu('Their cards', ANA, ROOM));
    expect(person.interaction).toMatchObject({
      data: { type: 2, target_id: ANA, resolved: { members: { [ANA]: { nick: 'Ana B.' } } } },
    });
    await callback(person.interaction, { type: 4, data: { content: 'x', ...QUIET } });
  });
});

describe('interactions of the double', () => {
  const says = (content: string, flags = 0) => ({ type: 4, data: { content, flags, ...QUIET } });

  it('are presses of what can be pressed', async () => {
    const app = await online();
    const { interaction, done } = await pressed(app);
    expect(interaction).toMatchObject({
      type: 3,
      data: { custom_id: 'go', component_type: 2, id: 3 },
      message: { id: last().id, author: { id: discord.botUserId }, components: [{ content: 'hello' }, {}] },
    });
    await callback(interaction, { type: 6 });
    await done;
    await expect(ana.press(last(), 'Stop')).rejects.toThrow('there is no “Stop”');
    await expect(ana.press(last(), 'Never')).rejects.toThrow('cannot be pressed');
    await post(
      card(
        row(select('list', [line('1'), line('2')])),
        row({ type: 2, style: 5, label: 'Web', url: 'https://x.example' }),
      ),
    );
    await expect(ana.press(last(), 'Web')).rejects.toThrow('is a link');
    const chosen = await hear(app, () => ana.press(last(), 'Line 2'));
    expect(chosen.interaction).toMatchObject({
      data: { custom_id: 'list', component_type: 3, values: ['2'] },
    });
    await callback(chosen.interaction, { type: 6 });
    clean();
  });

  it('may be on their way while the message changes', async () => {
    const app = await online();
    await post(card(text('old'), row(button('go'))));
    const seen = last();
    await edit(seen.id, { components: [text('new')], ...QUIET });
    await expect(ana.press(last(), 'Go')).rejects.toThrow('there is no “Go”');
    const { interaction } = await hear(app, () => ana.press(seen, 'Go'));
    expect(interaction).toMatchObject({
      data: { custom_id: 'go', component_type: 2, id: 3 },
      message: { components: [{ content: 'old' }, {}] },
    });
    await callback(interaction, { type: 7, data: { components: [text('newer')], ...QUIET } });
    expect(last().text).toBe('newer');
    await post(card(row({ type: 5, custom_id: 'who' })));
    const picked = await hear(app, () => ana.press(last(), BO));
    expect(picked.interaction).toMatchObject({
      data: { custom_id: 'who', component_type: 5, values: [BO], resolved: { users: { [BO]: {} } } },
    });
    await callback(picked.interaction, { type: 6 });
    clean();
  });

  it('fail for everybody to see after three seconds', async () => {
    const app = await online();
    const { interaction, done } = await pressed(app);
    await clock.advance(3_000);
    await done;
    blamed(/This interaction failed: no answer within 3 s to “Go”/);
    expect((await callback(interaction, { type: 6 })).body.code).toBe(10062);
    expect((await hook('POST', interaction, '', { content: 'x', ...QUIET })).body.code).toBe(10015);
  });

  it('are answered once, in a way that fits', async () => {
    const app = await online();
    const { interaction, done } = await pressed(app);
    for (const body of [{ type: 8, data: { choices: [] } }, { type: 1 }, { type: 99 }, {}])
      expect((await callback(interaction, body)).body.code).toBe(50035);
    expect((await callback(interaction, { type: 5, data: { flags: V2 } })).body.code).toBe(50035);
    const first = await callback(interaction, says('hi'), '?with_response=true');
    expect(first).toMatchObject({ status: 200, body: { resource: { type: 4, message: { content: 'hi' } } } });
    await done;
    const again = await callback(interaction, says('hi'));
    expect(again).toMatchObject({ status: 400, body: { code: 40060 } });
    blamed('40060');
    expect(last()).toMatchObject({ text: 'hi', ephemeral: false });
  });

  it('whisper to one person', async () => {
    const app = await online();
    const { interaction } = await pressed(app);
    expect((await callback(interaction, says('psst', EPHEMERAL))).status).toBe(204);
    expect(ana.sees(ROOM).map((each) => [each.text, each.ephemeral])).toEqual([
      ['hello', false],
      ['psst', true],
    ]);
    expect([bo.sees(ROOM).length, discord.shown(ROOM).length]).toEqual([1, 1]);
    const whisper = ana.sees(ROOM).at(-1);
    if (!whisper) throw new Error('nothing was whispered');
    await expect(bo.press(whisper, 'Go')).rejects.toThrow('sees no message');
    expect((await call('GET', `/channels/${ROOM}/messages/${whisper.id}`)).body.code).toBe(10008);
    const { body } = await hook('POST', interaction, '', { ...card(text('more')), flags: V2 | EPHEMERAL });
    await hook('PATCH', interaction, `/messages/${body.id}`, { components: [text('less')], ...QUIET });
    await hook('PATCH', interaction, '/messages/@original', { content: 'well', ...QUIET });
    expect(ana.told()).toEqual(['well', 'less']);
    expect((await hook('DELETE', interaction, '/messages/@original')).status).toBe(204);
    expect((await hook('GET', interaction, '/messages/@original')).body.code).toBe(10008);
    expect(app.names().filter((name) => name === 'MESSAGE_CREATE')).toHaveLength(1);
    clean();
  });

  it('are put off, and then filled in', async () => {
    const app = await online();
    const { interaction } = await pressed(app);
    await callback(interaction, { type: 5, data: { flags: EPHEMERAL } });
    expect(ana.told()).toEqual(['Potluck is thinking…']);
    const filled = await hook('POST', interaction, '', { content: 'done', ...QUIET });
    expect(filled.body).toMatchObject({ content: 'done', flags: EPHEMERAL });
    expect(ana.told()).toEqual(['done']);
    await hook('POST', interaction, '', { content: 'and more', ...QUIET });
    expect(last().text).toBe('and more');
    clean();
    const second = await pressed(app);
    await callback(second.interaction, { type: 5 });
    await clock.advance(15 * 60_000 + 1);
    blamed('a deferred answer never came');
    expect(
      await hook('PATCH', second.interaction, '/messages/@original', { content: 'x', ...QUIET }),
    ).toMatchObject({
      status: 401,
      body: { code: 50027 },
    });
    blamed('50027');
  });

  it('change the message they sit on', async () => {
    const app = await online();
    const { interaction } = await pressed(app);
    await callback(interaction, { type: 7, data: { components: [text('changed')], ...QUIET } });
    expect(last()).toMatchObject({ text: 'changed', buttons: [], edits: 1, flags: V2 });
    await hook('PATCH', interaction, '/messages/@original', { components: [text('again')], ...QUIET });
    expect(last().text).toBe('again');
    clean();
    const second = await pressed(app);
    await callback(second.interaction, { type: 7, data: { components: [text('loud')] } });
    blamed('without allowed_mentions');
  });

  const label = (name: string, component: object) => ({ type: 18, label: name, component });
  const input = (customId: string, more: object = {}) => ({
    type: 4,
    style: 1,
    custom_id: customId,
    ...more,
  });
  const modal = (...components: object[]) => ({
    type: 9,
    data: { custom_id: 'form', title: 'Form', components },
  });

  it.each([
    ['a long title', { type: 9, data: { ...modal(text('x')).data, title: 'x'.repeat(46) } }, /title/],
    ['nothing in it', modal(), /components/],
    ['six parts', modal(...many(6, () => text('x'))), /1 and 5/],
    ['a button', modal(row(button('a'))), /components/],
    ['a long label', modal(label('x'.repeat(46), input('a'))), /label/],
    ['a long hint', modal({ ...label('x', input('a')), description: 'x'.repeat(101) }), /description/],
    ['a label in a label', modal(label('x', input('a', { label: 'y' }))), /Label around it/],
    ['the same field twice', modal(label('x', input('a')), label('y', input('a'))), /used twice/],
    ['a value that is too long', modal(label('x', input('a', { value: 'abc', max_length: 2 }))), /0 and 2/],
    [
      'a value that is too short',
      modal(label('x', input('a', { value: 'abc', min_length: 4 }))),
      /4 and 4000/,
    ],
    ['limits the wrong way', modal(label('x', input('a', { min_length: 3, max_length: 2 }))), /max_length/],
    [
      'a select that is off',
      modal(label('x', { ...select('a', [line('1')]), disabled: true })),
      /not for modals/,
    ],
    [
      'a select of none at least',
      modal(label('x', { ...select('a', [line('1')]), min_values: 0 })),
      /at least one/,
    ],
    ['a choice of one', modal(label('x', { type: 21, custom_id: 'a', options: [line('1')] })), /options/],
  ] as const)('open no form with %s', async (_, body, why) => {
    const app = await online();
    const { interaction } = await pressed(app);
    expect((await callback(interaction, body)).body.code).toBe(50035);
    blamed(why);
    expect(ana.modal()).toBeNull();
  });

  it('open a form that stays until it is sent', async () => {
    const app = await online();
    const { interaction, done } = await pressed(app);
    const form = modal(
      text('**Read** this'),
      label('Words', input('words', { max_length: 5, value: 'abc' })),
      label('Line', { ...select('list', [line('1'), line('2')]), required: false }),
      label('Who', { type: 5, custom_id: 'who' }),
      label('How', { type: 21, custom_id: 'how', options: [line('a'), line('b')] }),
    );
    expect((await callback(interaction, form)).status).toBe(204);
    await done;
    expect(ana.modal()).toMatchObject({
      title: 'Form',
      fields: [
        { label: 'Words', value: 'abc', required: true },
        { label: 'Line', value: [], options: ['Line 1', 'Line 2'], required: false },
        { label: 'Who', value: [] },
        { label: 'How', value: null },
      ],
    });
    expect(ana.told()).toEqual([expect.stringContaining('Read this')]);
    await expect(ana.submit()).rejects.toThrow('“Who” is required');
    expect(() => ana.type('Nope', 'x')).toThrow('no field “Nope”');
    expect(() => ana.choose('Line', 'Line 3')).toThrow('no line “Line 3”');
    ana.type('Words', 'too long');
    ana.choose('Line', 'Line 2');
    ana.choose('Who', BO);
    ana.choose('How', 'Line b');
    await expect(ana.submit()).rejects.toThrow('“Words” is too long');
    ana.type('Words', 'short');
    const sent = await hear(app, () => ana.submit());
    expect(sent.interaction).toMatchObject({
      type: 5,
      message: { id: last().id },
      data: {
        custom_id: 'form',
        components: [
          { type: 10 },
          { type: 18, component: { type: 4, custom_id: 'words', value: 'short' } },
          { type: 18, component: { type: 3, custom_id: 'list', values: ['2'] } },
          { type: 18, component: { type: 5, custom_id: 'who', values: [BO] } },
          { type: 18, component: { type: 21, custom_id: 'how', value: 'b' } },
        ],
        resolved: { users: { [BO]: {} } },
      },
    });
    clean();
    expect((await callback(sent.interaction, form)).body.code).toBe(50035);
    await clock.advance(3_000);
    await sent.done;
    expect(ana.modal()).not.toBeNull();
    const again = await hear(app, () => ana.submit());
    await callback(again.interaction, { type: 7, data: { components: [text('sent')], ...QUIET } });
    await again.done;
    expect([ana.modal(), last().text]).toEqual([null, 'sent']);
  });

  it('come by HTTP, signed', async () => {
    const seen: { headers: Json; body: string }[] = [];
    let answer: { status: number; body: object | null } = { status: 200, body: { type: 1 } };
    const app = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ headers: request.headers as Json, body: Buffer.concat(chunks).toString() });
        response.writeHead(answer.status, { 'content-type': 'application/json', connection: 'close' });
        response.end(answer.body === null ? undefined : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(discord.publicKey, 'hex').toString('base64url') },
      format: 'jwk',
    });
    const signed = () => {
      const { headers, body } = seen.at(-1) ?? { headers: {}, body: '' };
      const stamp = String(headers['x-signature-timestamp']);
      const signature = Buffer.from(String(headers['x-signature-ed25519'] ?? ''), 'hex');
      return verify(null, Buffer.from(`${stamp}${body}`), key, signature);
    };
    discord.sendTo({ url });
    expect(await discord.ping()).toBe(200);
    expect(signed()).toBe(true);
    await post(card(row(button('go'))));
    answer = { status: 200, body: { type: 7, data: { components: [text('done')], ...QUIET } } };
    await ana.press(last(), 'Go');
    expect(signed()).toBe(true);
    expect(last().text).toBe('done');
    await post(card(row(button('go'))));
    answer = { status: 401, body: null };
    for (const sign of ['bad', 'none', 'stale'] as const) {
      discord.sendTo({ url, sign });
      await ana.press(last(), 'Go');
      expect(signed()).toBe(sign === 'stale');
    }
    clean();
    answer = { status: 200, body: { type: 6 } };
    await ana.press(last(), 'Go');
    blamed('a forged request was answered 200');
    answer = { status: 202, body: null };
    discord.sendTo({ url });
    const done = ana.press(last(), 'Go');
    await discord.until('the press', () => seen.length > 6);
    const interaction = JSON.parse(seen.at(-1)?.body ?? '{}') as Json;
    expect((await callback(interaction, { type: 6 })).status).toBe(204);
    await done;
    await new Promise<void>((resolve) => app.close(() => resolve()));
  });
});

describe('the gateway of the double', () => {
  it('welcomes an app with what is there', async () => {
    const app = await online();
    expect(app.names()).toEqual(['READY', 'GUILD_CREATE']);
    expect(app.heard[0]?.d).toMatchObject({
      user: { id: discord.botUserId },
      guilds: [{ id: discord.guildId, unavailable: true }],
      resume_gateway_url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1/),
      session_id: expect.any(String),
    });
    expect(app.heard[1]?.d).toMatchObject({
      name: 'Potluck HQ',
      channels: [{ id: ROOM }, { id: FORUM, type: 15, available_tags: [{ id: TAG }] }, { id: NEWS, type: 5 }],
      threads: [],
    });
    expect(app.ops()).toMatchObject([{ op: 10, d: { heartbeat_interval: 45_000 } }]);
    app.send(1, null);
    await discord.until('an acknowledgement', () => app.ops().length > 1);
    discord.mute(true);
    app.send(1, 2);
    await clock.settle();
    expect(app.ops()).toMatchObject([{ op: 10 }, { op: 11 }]);
    expect([discord.connections, discord.identifies, discord.intents]).toEqual([1, 1, ALL]);
    clean();
  });

  it.each([
    ['a strange token', () => identity(ALL, { token: 'x' }), 4004, false],
    ['the privileged intent', () => identity(ALL | (1 << 15)), 4014, false],
    ['the intent for members', () => identity(ALL | 2), 4014, false],
    ['an intent that is none', () => identity(1 << 30), 4013, true],
    ['no properties', () => ({ ...identity(ALL), properties: undefined }), 4002, true],
    ['a shard that is none', () => identity(ALL, { shard: [2, 2] }), 4010, true],
  ] as const)('closes on %s', async (_, make, code, ours) => {
    const app = await connect();
    app.send(2, make());
    expect(await app.closed).toBe(code);
    expect(discord.breaches().length > 0).toBe(ours);
  });

  it.each([
    ['words before a name', 3, {}, 4003],
    ['an op that is none', 99, {}, 4001],
  ] as const)('closes on %s', async (_, op, d, code) => {
    const app = await connect();
    app.send(op, d);
    expect(await app.closed).toBe(code);
  });

  it('closes on a second name, noise, another version, and when told to', async () => {
    const twice = await online();
    twice.send(2, identity(ALL));
    expect(await twice.closed).toBe(4005);
    const noisy = await online();
    noisy.socket.send('{');
    expect(await noisy.closed).toBe(4002);
    discord.refuseIdentify(4014);
    const refused = await connect();
    refused.send(2, identity(ALL));
    expect(await refused.closed).toBe(4014);
    discord.refuseIdentify(null);
    const revoked = await online();
    discord.revoke();
    expect(await revoked.closed).toBe(4004);
    discord.revoke(false);
    discord.setSessionLimit(0);
    expect((await call('GET', '/gateway/bot')).body).toMatchObject({ session_start_limit: { remaining: 0 } });
    const late = await connect();
    late.send(2, identity(ALL));
    expect(await late.closed).toBe(4004);
    blamed('no sessions left', 'Already authenticated');
  });

  it('tells only what the intents are for, and keeps the words of others back', async () => {
    const deaf = await online(0);
    await ana.say(ROOM, 'hello');
    await clock.settle();
    expect(deaf.names()).toEqual(['READY']);
    deaf.socket.close(1000);
    await deaf.closed;
    const app = await online();
    await ana.say(ROOM, 'secret');
    await ana.say(ROOM, `hi <@${discord.botUserId}>`);
    await post({ content: 'mine', ...QUIET });
    await ana.react(last(), '👀');
    await ana.unreact(last(), '👀');
    discord.remove(ROOM, last().id);
    await discord.until('it all', () => app.names().includes('MESSAGE_DELETE'));
    const [first, second, third, added, removed, gone] = app.heard.slice(2).map((each) => each.d);
    expect(first).toMatchObject({ content: '', guild_id: discord.guildId, member: { nick: 'Ana B.' } });
    expect(second).toMatchObject({ content: `hi <@${discord.botUserId}>`, author: { id: ANA } });
    expect(third).toMatchObject({ content: 'mine', author: { bot: true } });
    expect(added).toMatchObject({
      user_id: ANA,
      emoji: { id: null, name: '👀' },
      member: { user: { id: ANA } },
      message_author_id: discord.botUserId,
    });
    expect(removed).not.toHaveProperty('member');
    expect(gone).toMatchObject({ id: third?.id, channel_id: ROOM });
    const { body } = await call('GET', `/channels/${ROOM}/messages`);
    expect((body as unknown as Json[]).map((each) => each.content)).toEqual([
      `hi <@${discord.botUserId}>`,
      '',
      '',
    ]);
    discord.setBotPermissions({ channel: ROOM, deny: ['ViewChannel'] });
    await ana.say(ROOM, 'unheard');
    await clock.settle();
    expect(app.names().filter((name) => name === 'MESSAGE_CREATE')).toHaveLength(3);
    clean();
  });

  it('reads all when the portal says so', async () => {
    await discord.close();
    discord = await startDiscordServer({ clock, messageContent: true });
    discord.addChannel(ROOM);
    ana = discord.addMember(ANA, { name: 'Ana' });
    const app = await online(ALL | (1 << 15));
    await ana.say(ROOM, 'secret');
    await discord.until('the words', () => app.names().includes('MESSAGE_CREATE'));
    expect(app.heard.at(-1)?.d.content).toBe('secret');
    expect((await call('GET', '/applications/@me')).body.flags).toBe(1 << 19);
  });

  it('tells of threads, channels and guilds', async () => {
    const app = await online();
    const { body } = await post(card(text('x')));
    await call('POST', `/channels/${ROOM}/messages/${body.id}/threads`, { name: 'talk' });
    await ana.say(String(body.id), 'here');
    await call('PATCH', `/channels/${body.id}`, { archived: true });
    discord.deleteChannel(ROOM);
    discord.guildUnavailable(true);
    discord.guildUnavailable(false);
    discord.kickBot();
    await discord.until(
      'all of it',
      () => app.names().filter((name) => name === 'GUILD_DELETE').length === 2,
    );
    expect(app.names().slice(2)).toEqual([
      'MESSAGE_CREATE',
      'THREAD_CREATE',
      'MESSAGE_CREATE',
      'MESSAGE_CREATE',
      'THREAD_UPDATE',
      'CHANNEL_DELETE',
      'GUILD_DELETE',
      'GUILD_CREATE',
      'GUILD_DELETE',
    ]);
    const [out, , gone] = app.heard.slice(-3).map((each) => each.d);
    expect([out?.unavailable, gone?.unavailable]).toEqual([true, undefined]);
    expect(app.heard[5]?.d).toMatchObject({ channel_id: body.id, author: { id: ANA } });
  });

  it('keeps what was missed for whoever resumes', async () => {
    const first = await online();
    const session = first.heard[0]?.d.session_id;
    const resume = (seq: number, id = session) => ({
      token: discord.env.DISCORD_BOT_TOKEN,
      session_id: id,
      seq,
    });
    discord.drop();
    await first.closed;
    await ana.say(ROOM, 'missed');
    const second = await connect('/resume');
    second.send(6, resume(2));
    await discord.until('RESUMED', () => second.names().includes('RESUMED'));
    expect(second.heard.map((each) => [each.t, each.s])).toEqual([
      ['MESSAGE_CREATE', 3],
      ['RESUMED', 4],
    ]);
    expect([discord.resumes, discord.identifies]).toEqual([1, 1]);
    clean();
    second.socket.close(1000);
    await second.closed;
    const third = await connect('/resume');
    third.send(6, resume(4));
    await discord.until('a refusal', () => third.ops().length > 1);
    expect(third.ops()[1]).toMatchObject({ op: 9, d: false });
    third.send(2, identity(ALL));
    await discord.until('READY', () => third.names().includes('READY'));
    discord.drop(4000);
    expect(await third.closed).toBe(4000);
    const fourth = await connect();
    fourth.send(6, resume(99, third.heard[0]?.d.session_id));
    expect(await fourth.closed).toBe(4007);
    blamed('elsewhere', '4007');
  });

  it('holds events back, turns them round, and says them twice', async () => {
    const app = await online();
    discord.hold();
    const ids = [await ana.say(ROOM, '1'), await ana.say(ROOM, '2')].map((each) => each.id);
    await clock.settle();
    expect(app.heard).toHaveLength(2);
    discord.release('reversed');
    discord.twice();
    await ana.say(ROOM, '3');
    await discord.until('four', () => app.heard.length === 6);
    const heard = app.heard.slice(2).map((each) => each.d.id);
    expect(heard.slice(0, 2)).toEqual([...ids].reverse());
    expect(heard[2]).toBe(heard[3]);
    const rival = await connect();
    rival.send(2, identity(ALL));
    await discord.until('READY', () => rival.names().includes('READY'));
    blamed('two connections for shard 0');
  });

  it('keeps to shards', async () => {
    const shard = Number((BigInt(discord.guildId) >> 22n) % 2n);
    const [ours, other] = [await connect(), await connect()];
    ours.send(2, identity(ALL, { shard: [shard, 2] }));
    other.send(2, identity(ALL, { shard: [1 - shard, 2] }));
    await discord.until('both', () => ours.names().includes('READY') && other.names().includes('READY'));
    await ana.say(ROOM, 'x');
    await discord.until('one', () => ours.names().includes('MESSAGE_CREATE'));
    expect(other.names()).toEqual(['READY']);
    clean();
  });
});

describe('the double and the real library', () => {
  it('get on: they connect, post, answer, and find each other again', async () => {
    const rest = new REST({ api: discord.env.DISCORD_API_URL, retries: 0 }).setToken(
      discord.env.DISCORD_BOT_TOKEN,
    );
    const manager = new WebSocketManager({
      token: discord.env.DISCORD_BOT_TOKEN,
      intents: ALL,
      rest,
      // The library would wait five real seconds between two sessions.
      buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }),
    });
    const heard: string[] = [];
    manager.on('dispatch', ({ data }) => {
      heard.push(data.t);
      if (data.t !== 'INTERACTION_CREATE') return;
      const body = { type: 4, data: { content: 'hi', flags: EPHEMERAL, ...QUIET } };
      void rest.post(Routes.interactionCallback(data.d.id, data.d.token), { auth: false, body });
    });
    manager.on('error', () => {});
    await manager.connect();
    await rest.post(Routes.channelMessages(ROOM), { body: { ...once(), ...card(row(button('go'))) } });
    await ana.press(last(), 'Go');
    expect(ana.told()).toEqual(['hi']);
    await expect(
      rest.patch(Routes.channelMessage(ROOM, last().id), { body: { content: 'x', ...QUIET } }),
    ).rejects.toMatchObject({ status: 400, code: 50035, message: expect.stringContaining('components v2') });
    discord.drop();
    await ana.say(ROOM, 'missed');
    await discord.until('it came back', () => heard.includes('RESUMED'));
    expect(heard.slice(-2)).toEqual(['MESSAGE_CREATE', 'RESUMED']);
    discord.setHeartbeat(20);
    discord.reconnect();
    await discord.until('and again', () => discord.resumes === 2 && discord.connections === 1);
    discord.mute(true);
    await discord.until('it took silence for death', () => discord.resumes === 3);
    discord.mute(false);
    discord.setHeartbeat(45_000);
    discord.invalidate(true);
    await discord.until('on the same line', () => discord.resumes === 4);
    discord.invalidate(false);
    await discord.until('anew', () => discord.identifies === 2 && heard.at(-1) === 'GUILD_CREATE');
    expect(discord.breaches().slice(1)).toEqual([]);
    await manager.destroy();
  });
});

describe('what a reader sees', () => {
  it.each([
    ['**bold** *it* _it_ __under__ ~~gone~~ ||spoiler||', 'bold it it under gone spoiler'],
    ['***both*** and **_mixed_**', 'both and mixed'],
    ['\\*not\\* \\_this\\_ \\~\\~nor\\~\\~ \\|\\|this\\|\\|', '*not* _this_ ~~nor~~ ||this||'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
    ['`*code*` and ``a`b``', '*code* and a`b'],
    ['**`x`**', 'x'],
    ['```ts\nlet *a* = 1\n```after', 'let *a* = 1after'],
    ['# Head\n## Two\n-# small\n#no', 'Head\nTwo\nsmall\n#no'],
    ['\\# not a head', '# not a head'],
    ['> quoted\nnot', 'quoted\nnot'],
    ['>>> all\nof it', 'all\nof it'],
    ['\\> no quote', '> no quote'],
    ['- a\n* b\n1. c', '• a\n• b\n1. c'],
    ['\\- a', '- a'],
    ['1\\. a', '1. a'],
    ['<:cat:123> <a:dance:456>', ':cat: :dance:'],
    ['</potluck claim:123>', '/potluck claim'],
    ['<t:1780315200:F>', '2026-06-01 12:00'],
    ['<t:7200:R> <t:-60:R>', 'in 2 hours 1 minute ago'],
    ['<@1> <@!1> <@&2> <#3> <@9>', '@Ana @Ana @Sales #leads @unknown-user'],
    ['@everyone \\@here', '@everyone @here'],
    ['¯\\_(ツ)_/¯', '¯\\_(ツ)_/¯'],
    ['\\<@1\\>', '<@1>'],
    ['a < b > c & d', 'a < b > c & d'],
  ])('of %j', (source, shown) => {
    const names = {
      user: (id: string) => (id === '1' ? 'Ana' : null),
      role: () => 'Sales',
      channel: () => 'leads',
      now: () => 0,
    };
    expect(renderMarkdown(source, names).text).toBe(shown);
  });

  it.each([
    ['[**site**](https://a.example/x_(y))', 'site', 'https://a.example/x_(y)'],
    ['[site](<https://a.example>)', 'site', 'https://a.example'],
    ['[site](https://a.example "title")', 'site', 'https://a.example'],
    ['[a \\] b](https://a.example)', 'a ] b', 'https://a.example'],
    ['(https://a.example/b).', '(https://a.example/b).', 'https://a.example/b'],
    ['<https://a.example/*b*>', 'https://a.example/*b*', 'https://a.example/*b*'],
    ['<mailto:a@b.example>', 'mailto:a@b.example', 'mailto:a@b.example'],
    ['<a@b.example>', 'a@b.example', 'mailto:a@b.example'],
    ['https://a.example/_x_ end', 'https://a.example/_x_ end', 'https://a.example/_x_'],
  ])('of the link %j', (source, text, url) => {
    const { text: shown, links } = renderMarkdown(source);
    expect([shown, links.map((each) => each.url)]).toEqual([text, [url]]);
  });

  it.each([
    ['[https://bank.example](https://evil.example)'],
    ['\\[site](javascript:x)'],
    ['[site](javascript:x)'],
  ])('no link in disguise: %j', (source) => {
    const { text: shown, links } = renderMarkdown(source);
    expect(shown).toContain('](');
    expect(links.every((each) => each.text === each.url)).toBe(true);
  });

  it('in containers, sections, lists and embeds', async () => {
    await post(
      card({
        type: 17,
        accent_color: 0xff0000,
        components: [
          {
            type: 9,
            components: [text('### Title'), text('by [Ana](https://a.example)')],
            accessory: button('a'),
          },
          { type: 14 },
          row({ ...select('list', [line('1')]), placeholder: 'Choose' }),
          row({ type: 2, style: 5, label: 'Open', url: 'https://b.example' }),
        ],
      }),
    );
    expect(last()).toMatchObject({
      text: 'Title\nby Ana\nChoose',
      accent: 0xff0000,
      links: [
        { text: 'Ana', url: 'https://a.example' },
        { text: 'Open', url: 'https://b.example' },
      ],
    });
    expect(last().buttons.map((each) => [each.kind, each.label])).toEqual([
      ['button', 'Go'],
      ['option', 'Line 1'],
      ['link', 'Open'],
    ]);
    const fields = [{ name: 'Name', value: '**v**' }];
    await post({
      content: `<@${ANA}>`,
      embeds: [{ title: 'T', description: '*d*', fields, footer: { text: 'f' } }],
      ...QUIET,
    });
    expect(last().text).toBe('@Ana B.\nT\nd\nName\nv\nf');
  });
});
