import { REST } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { discordApi } from '../../src/chat/discord/api.ts';
import type { Card } from '../../src/domain/card.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { closedCard, NOON, sampleCard } from '../support/cards.ts';
import type { PermissionName } from '../support/discord/permissions.ts';
import type { Fault } from '../support/discord/wire.ts';
import {
  ANA,
  CHANNEL,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
  FORUM,
} from '../support/discord/world.ts';

let world: DiscordWorld;
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  world = await discordWorld(options);
  return world;
};
/** Breaches that a test provokes. */
let provoked: RegExp | null = null;
afterEach(async () => {
  const { server } = world;
  await world.close();
  for (const secret of server.secrets) expect(world.logged()).not.toContain(secret);
  expect(server.breaches().filter((breach) => !provoked?.test(breach))).toEqual([]);
  provoked = null;
});

const signal = new AbortController().signal;
const options = { nonce: 'n7', signal };
const post = async (card: Card = sampleCard(), channel = world.channel): Promise<string> => {
  world.handlers.put(card);
  return world.chat().post(channel, card, { nonce: `n${card.itemId}`, signal });
};
const update = (ref: string, change: Partial<Card> = { version: 2 }): Promise<string> =>
  world.chat().update(ref, world.handlers.put(sampleCard(change)), options);
const find = (itemId = 7, channel = world.channel) =>
  world.chat().find?.(channel, itemId, NOON - 60_000, signal) ?? Promise.resolve(null);
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it went well',
    (error: unknown) => error,
  );
const onlyCard = () => {
  const [message, second] = world.server.shown(world.channel);
  expect(second).toBeUndefined();
  if (!message) throw new Error('there is no card');
  return message;
};
const pass = async (what: string, holds: () => boolean, stepMs: number): Promise<void> => {
  const began = performance.now();
  while (!holds() && performance.now() - began < 10_000) {
    await world.clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await world.server.until(what, holds, 1_000);
};
const own = (status: number, code: number, message = 'No'): Fault => ({
  kind: 'error',
  status,
  code,
  message,
});

const POST = 'POST /channels/:id/messages';
const EDIT = 'PATCH /channels/:id/messages/:id';
const READ = 'GET /channels/:id/messages';
const CALLBACK = 'POST /interactions/:id/:token/callback';
const FOLLOW_UP = 'POST /webhooks/:id/:token';

type ErrorClass = abstract new (...args: never[]) => Error;

describe('what Discord says', () => {
  const SAYS: readonly (readonly [string, Fault, ErrorClass, string])[] = [
    ['503 in HTML', { kind: 'status', status: 503 }, UnavailableError, 'answered 503'],
    ['502 in HTML', { kind: 'status', status: 502 }, UnavailableError, 'answered 502'],
    ['403 in HTML', { kind: 'status', status: 403 }, UnavailableError, 'answered 403'],
    ['404 in HTML', { kind: 'status', status: 404 }, UnavailableError, 'answered 404'],
    ['500 in JSON', own(500, 0), UnavailableError, 'answered 500'],
    ['overloaded', own(503, 130_000, 'Try again'), UnavailableError, 'answered 503'],
    ['half an answer', { kind: 'bad-json' }, UnavailableError, 'could not be reached'],
    ['a cut', { kind: 'cut' }, UnavailableError, 'could not be reached'],
    ['401', own(401, 0, '401: Unauthorized'), AuthError, 'Copy it anew from the Developer Portal'],
    ['missing access', own(403, 50_001), RejectedError, '“View Channel”'],
    ['missing permissions', own(403, 50_013), RejectedError, 'channel → Permissions'],
    ['unknown channel', own(404, 10_003), RejectedError, `knows no channel ${CHANNEL}`],
    ['unknown server', own(404, 10_004), RejectedError, 'Invite it again'],
    ['too many threads', own(400, 160_006), RejectedError, 'Archive some'],
    ['a form it does not like', own(400, 50_035), RejectedError, 'did not accept the form'],
    ['something new', own(400, 99_999, 'Never heard of'), RejectedError, 'Never heard of (99999)'],
  ];

  it.each(SAYS)('to a post, %s, is an error that says what to do', async (_, fault, kind, words) => {
    await open();
    world.server.fail(fault, POST);
    const error = await caught(post());
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(words);
  });

  it.each(SAYS)('to an update and a search, %s, is the same error', async (_, fault, kind, words) => {
    await open();
    const ref = await post();
    for (const [route, call] of [
      [EDIT, () => update(ref)],
      [READ, () => find()],
    ] as const) {
      world.server.fail(fault, route);
      const error = await caught(call());
      expect(error).toBeInstanceOf(kind);
      expect(String(error)).toContain(words);
    }
  });

  it.each<readonly [string, Fault, ErrorClass]>([
    ['503', { kind: 'status', status: 503 }, UnavailableError],
    ['missing permissions', own(403, 50_013), RejectedError],
    ['a cut', { kind: 'cut' }, UnavailableError],
  ])('to a line in a thread, %s, is an error, too, and the line comes once', async (_, fault, kind) => {
    await open();
    const ref = await post();
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    await world.chat().update(ref, world.handlers.now(7), options);
    const remark = async (): Promise<void> =>
      world.chat().remark?.(ref, 'Mira wrote again.', `discord:${ANA}`, options);
    world.server.fail(fault, POST);
    expect(await caught(remark())).toBeInstanceOf(kind);
    await remark();
    await remark();
    const [thread] = world.server.threads(world.channel);
    const lines = world.server
      .shown(thread?.id ?? '')
      .filter(({ text }) => text.includes('Mira wrote again'));
    expect(lines).toHaveLength(1);
  });

  it('is nothing at all: given up after twelve seconds, and the next card does not wait for it', async () => {
    await open();
    world.server.fail({ kind: 'hang' }, POST);
    const silent = caught(post());
    await world.server.until('it was asked', () => world.server.calls(POST).length === 1);
    await world.clock.advance(12_000);
    expect(await silent).toBeInstanceOf(UnavailableError);
    const began = performance.now();
    await post();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(onlyCard().text).toContain('#7');
  });

  it('is not waited for once the signal has aborted', async () => {
    await open();
    world.server.fail({ kind: 'hang' }, POST);
    const stopping = new AbortController();
    const card = world.handlers.put(sampleCard());
    const silent = caught(world.chat().post(world.channel, card, { nonce: 'n7', signal: stopping.signal }));
    await world.server.until('it was asked', () => world.server.calls(POST).length === 1);
    stopping.abort(new Error('stopping'));
    expect(String(await silent)).toContain('stopping');
  });
});

describe('a limit', () => {
  it('that Discord tells after the fact is told with its time', async () => {
    await open();
    world.server.fail({ kind: 'rate-limit', seconds: 30 }, POST);
    const error = await caught(post());
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(29_000);
    expect((error as RateLimitedError).retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(world.server.calls(POST)).toHaveLength(1);
    // That is no trouble of the whole chat.
    expect(world.chat().health().state).toBe('up');
  });

  it('that the headers tell is kept without running into it, channel by channel', async () => {
    const other = '1180000000000000150';
    await open({ channels: [CHANNEL, other], prepare: (server) => server.addChannel(other) });
    world.server.limit(POST, 2, 10_000);
    await post(sampleCard({ itemId: 1 }));
    await post(sampleCard({ itemId: 2 }));
    const error = await caught(post(sampleCard({ itemId: 3 })));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(9_000);
    expect((error as RateLimitedError).retryAfterMs).toBeLessThanOrEqual(10_000);
    await post(sampleCard({ itemId: 4 }), other);
    expect(world.server.calls().filter(({ status }) => status === 429)).toEqual([]);
  });

  it('of a moment is waited for in order', async () => {
    await open();
    const ref = await post();
    world.server.limit(EDIT, 1, 200);
    await update(ref);
    const second = update(ref, { version: 3 });
    const third = update(ref, { version: 4 });
    await pass(
      'the third',
      () => world.server.calls(EDIT).filter((each) => each.status === 200).length === 3,
      50,
    );
    await Promise.all([second, third]);
    expect(
      onlyCard()
        .buttons.map(({ customId }) => customId)
        .join(),
    ).toContain('7.4');
  });

  it('for everything holds everything', async () => {
    await open();
    const ref = await post();
    world.server.fail({ kind: 'rate-limit', seconds: 20, scope: 'global' }, EDIT);
    const error = await caught(update(ref));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(19_000);
    const before = world.server.calls().length;
    expect(await caught(post(sampleCard({ itemId: 8 })))).toBeInstanceOf(RateLimitedError);
    expect(await caught(find())).toBeInstanceOf(RateLimitedError);
    expect(world.server.calls()).toHaveLength(before);
  });

  it('without a word about the time gets a safe guess, and is not asked again at once', async () => {
    await open();
    world.server.fail({ kind: 'status', status: 429 }, POST);
    const error = await caught(post());
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBe(5_000);
    expect(world.server.calls(POST)).toHaveLength(1);
    await post();
  });

  it('of refused requests is kept, so that Discord does not block the address', async () => {
    await open({ start: false });
    const { server, clock } = world;
    const token = server.env.DISCORD_BOT_TOKEN;
    const rest = new REST({ version: '10', api: server.env.DISCORD_API_URL, retries: 0 }).setToken(token);
    const api = discordApi(rest, clock, { worked() {}, refused() {} }, token);
    const answered = (status: number, headers: Record<string, string> = {}): void => {
      const request = { method: 'GET', path: '/x', route: '/x', options: {}, data: {}, retries: 0 };
      // What the SDK says of each answer; five thousand real ones would take minutes.
      rest.emit('response', request as never, new Response(null, { status, headers }) as never);
    };
    for (let turn = 0; turn < 6_000; turn++) answered(429, { 'x-ratelimit-scope': 'shared' });
    for (let turn = 0; turn < 2_000; turn++) answered(403);
    for (let turn = 0; turn < 2_000; turn++) answered(401);
    for (let turn = 0; turn < 500; turn++) answered(429, { 'x-ratelimit-scope': 'user' });
    await clock.advance(60_000);
    for (let turn = 0; turn < 499; turn++) answered(403);
    expect((await api.channel(CHANNEL)).id).toBe(CHANNEL);
    server.setBotPermissions({ channel: CHANNEL, deny: ['ViewChannel'] });
    expect(await caught(api.channel(CHANNEL))).toBeInstanceOf(RejectedError);
    const before = server.calls().length;
    const error = await caught(api.channel(CHANNEL));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(String(error)).toContain('refused 5000 requests within ten minutes');
    expect((error as RateLimitedError).retryAfterMs).toBe(9 * 60_000);
    expect(server.calls()).toHaveLength(before);
    await clock.advance(9 * 60_000);
    server.setBotPermissions({ channel: CHANNEL, allow: ['ViewChannel'] });
    expect((await api.channel(CHANNEL)).id).toBe(CHANNEL);
  });
});

describe('a card whose post was not confirmed', () => {
  it.each([[{ kind: 'cut' }], [{ kind: 'bad-json' }]] as const)(
    'is found, and not posted twice (%j)',
    async (fault) => {
      await open();
      world.server.fail(fault, POST);
      expect(await caught(post())).toBeInstanceOf(UnavailableError);
      const ref = await find();
      expect(ref).toBe(`${world.channel}:${onlyCard().id}`);
      // Nor when somebody posts it again without having looked.
      expect(await post()).toBe(ref);
      await update(ref ?? '');
      expect(onlyCard().text).toContain('#7');
      await world.ana.press(onlyCard(), 'Claim');
      await world.settle();
      expect(world.handlers.now(7).owner?.name).toBe('Ana');
    },
  );

  it('is found in a forum', async () => {
    await open({
      channels: [FORUM],
      prepare: (server) => server.addChannel(FORUM, { name: 'cards', type: 'forum' }),
    });
    world.server.fail({ kind: 'cut' }, 'POST /channels/:id/threads');
    expect(await caught(post(sampleCard(), FORUM))).toBeInstanceOf(UnavailableError);
    const [thread] = world.server.threads(FORUM);
    expect(await find(7, FORUM)).toBe(`${thread?.id}:${thread?.id}`);
    expect(await find(8, FORUM)).toBeNull();
  });

  it('is found behind three hundred other messages, and only since the time that was asked for', async () => {
    await open();
    await post();
    for (let line = 0; line < 300; line++) await world.bo.say(world.channel, `talk ${line}`);
    expect(await find()).not.toBeNull();
    expect(await find(8)).toBeNull();
    expect(await world.chat().find?.(world.channel, 7, NOON + 60_000, signal)).toBeNull();
  });

  it('comes back when it was deleted, and stays away when the item is closed', async () => {
    await open();
    const ref = await post();
    world.server.remove(world.channel, onlyCard().id);
    const anew = await update(ref);
    expect(anew).toBe(`${world.channel}:${onlyCard().id}`);
    expect(anew).not.toBe(ref);
    world.server.remove(world.channel, onlyCard().id);
    const closed = await caught(world.chat().update(anew, closedCard({ version: 3 }), options));
    expect(closed).toBeInstanceOf(RejectedError);
    expect(world.server.shown(world.channel)).toEqual([]);
  });
});

describe('a permission that is missing', () => {
  const NAMES: readonly (readonly [string, PermissionName])[] = [
    ['Add Reactions', 'AddReactions'],
    ['View Channel', 'ViewChannel'],
    ['Send Messages', 'SendMessages'],
    ['Read Message History', 'ReadMessageHistory'],
    ['Manage Threads', 'ManageThreads'],
    ['Create Public Threads', 'CreatePublicThreads'],
    ['Send Messages in Threads', 'SendMessagesInThreads'],
  ];
  const remedies = async (): Promise<string> =>
    (await world.chat().check(signal, [world.channel]))
      .filter(({ ok }) => !ok)
      .map(({ what, remedy }) => `${what} ${remedy}`)
      .join('\n');

  it.each(NAMES)('is named by the doctor: %s', async (words, name) => {
    await open();
    expect(await remedies()).toBe('');
    for (const where of [{ channel: world.channel }, {}]) {
      world.server.setBotPermissions({ ...where, deny: [name] });
      expect(await remedies()).toContain(`“${words}”`);
      expect(await remedies()).toContain('https://discord.com/oauth2/authorize?client_id=');
      world.server.setBotPermissions({ ...where, allow: [name] });
    }
  });

  it.each([
    ['View Channel', 'ViewChannel'],
    ['Send Messages', 'SendMessages'],
  ] as const)('is named by the post that fails: %s', async (words, name) => {
    await open();
    world.server.setBotPermissions({ channel: world.channel, deny: [name] });
    const error = await caught(post());
    expect(error).toBeInstanceOf(RejectedError);
    expect(String(error)).toContain(`“${words}”`);
    expect(String(error)).toContain(CHANNEL);
    // One channel's trouble is not the whole chat's.
    expect(world.chat().health().state).toBe('up');
    world.server.setBotPermissions({ channel: world.channel, allow: [name] });
    await post();
    expect(onlyCard().text).toContain('#7');
  });

  it('for threads keeps no card from being right', async () => {
    await open();
    const ref = await post();
    world.server.setBotPermissions({ deny: ['CreatePublicThreads', 'ManageThreads'] });
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    await world.chat().update(ref, world.handlers.now(7), options);
    expect(onlyCard().text).toContain('Ana');
    expect(world.server.threads(world.channel)).toEqual([]);
    expect(world.logged()).toContain('“Create Public Threads”');
  });

  it('at the start is made good by the first post that gets through', async () => {
    await open({
      prepare: (server) => server.setBotPermissions({ channel: CHANNEL, deny: ['ViewChannel'] }),
    });
    expect(await caught(post())).toBeInstanceOf(RejectedError);
    expect(world.server.registered(world.server.guildId)).toEqual([]);
    world.server.setBotPermissions({ channel: CHANNEL, allow: ['ViewChannel'] });
    await post();
    expect(world.server.registered(world.server.guildId).length).toBeGreaterThan(0);
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
  });

  it.each([
    ['deleted', () => world.server.deleteChannel(CHANNEL), 'Route elsewhere'],
    ['without the bot', () => world.server.kickBot(), 'Give it “View Channel”'],
  ] as const)('may be the whole channel: %s', async (_, happen, words) => {
    await open();
    const ref = await post();
    happen();
    for (const work of [update(ref), find()]) {
      const error = await caught(work);
      expect(error).toBeInstanceOf(RejectedError);
      expect(String(error)).toContain(words);
    }
    expect(await remedies()).toContain(`cannot use ${CHANNEL}`);
  });
});

describe('the doctor', () => {
  const check = () => world.chat().check(signal, [world.channel]);

  it('says what is wrong with the token, the gateway, and the portal', async () => {
    await open({ start: false, policy: { messageContent: true } });
    expect(await check()).toContainEqual({
      ok: false,
      what: 'Discord: messageContent',
      remedy: expect.stringContaining('Switch “Message Content Intent” on'),
    });
    world.server.fail({ kind: 'status', status: 503 }, 'GET /gateway/bot');
    expect(await check()).toContainEqual({
      ok: false,
      what: 'Discord: the gateway answers',
      remedy: expect.stringContaining('503'),
    });
    world.server.revoke();
    expect(await check()).toEqual([
      { ok: false, what: 'Discord: signs in', remedy: expect.stringContaining('Reset Token') },
    ]);
  });
});

describe('a token that is refused', () => {
  it('stops the chat, is tried again rarely, and is noticed when it works again', async () => {
    await open();
    world.server.revoke();
    expect(await caught(post())).toBeInstanceOf(AuthError);
    expect(await caught(post())).toBeInstanceOf(AuthError);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('Copy it anew from the Developer Portal'),
    });
    const before = world.server.calls().length;
    for (let quarter = 0; quarter < 4; quarter++) {
      await world.clock.advance(15 * 60_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(world.server.calls().length - before).toBeLessThanOrEqual(4 * 4);
    world.server.revoke(false);
    await pass('it works again', () => world.chat().health().state === 'up', 60_000);
    await post();
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
    expect(world.logged()).toContain('Discord accepts the token again');
  });

  it('at the start is waited for in the same way', async () => {
    await open({ start: false });
    world.server.revoke();
    await world.chat().start(world.handlers);
    expect(world.chat().health().detail).toContain('does not know this token');
    // Two questions at once: who the app is, and who the bot.
    await world.server.until('both answers', () => world.server.calls().length === 2);
    await world.clock.advance(14 * 60_000);
    expect(world.server.calls()).toHaveLength(2);
    world.server.revoke(false);
    await pass('it works', () => world.chat().health().state === 'up', 60_000);
  });

  it('once, by mistake, is forgotten with the next call', async () => {
    await open();
    world.server.fail(own(401, 0, '401: Unauthorized'), POST);
    expect(await caught(post())).toBeInstanceOf(AuthError);
    expect(world.chat().health().state).toBe('down');
    await post();
    expect(world.chat().health().state).toBe('up');
  });
});

describe('an answer to a click', () => {
  /** Presses Claim, and waits until the adapter has tried this often to answer. */
  const press = async (tries: number): Promise<void> => {
    await post();
    const pressed = world.ana.press(onlyCard(), 'Claim');
    await world.server.until('the answers', () => world.server.calls(CALLBACK).length === tries);
    await world.settle();
    await world.clock.advance(3_000);
    await pressed;
  };

  it.each<readonly [string, Fault]>([
    ['broke off', { kind: 'cut' }],
    ['met a 502', { kind: 'status', status: 502 }],
  ])('that %s is given again, and the click is done once', async (_, fault) => {
    provoked = /40060/;
    await open();
    world.server.fail(fault, CALLBACK);
    await press(2);
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
    expect(world.handlers.acts).toHaveLength(1);
    expect(world.server.calls(CALLBACK)).toHaveLength(2);
  });

  it.each<readonly [string, readonly Fault[]]>([
    ['came too late', [own(404, 10_062, 'Unknown interaction')]],
    ['was given by somebody else', [own(400, 40_060, 'Already acknowledged')]],
    ['got no way through', [own(503, 0), own(503, 0)]],
    ['was held back', [{ kind: 'rate-limit', seconds: 9 }]],
  ])('that %s leaves the click undone: whoever saw it fail clicks again', async (_, faults) => {
    // The person saw that it failed.
    provoked = /This interaction failed/;
    await open();
    for (const fault of faults) world.server.fail(fault, CALLBACK);
    await press(faults.length);
    expect(world.handlers.acts).toEqual([]);
    expect(world.server.calls(CALLBACK)).toHaveLength(faults.length);
    expect(world.logged()).toContain('was not answered in time');
  });

  it('in words is tried again, and comes', async () => {
    await open();
    await post();
    world.handlers.answerWith(() => ({
      ok: false,
      refusal: { code: 'not-possible', text: 'Not on a Monday.' },
      card: sampleCard(),
    }));
    world.server.fail({ kind: 'status', status: 503 }, FOLLOW_UP);
    world.server.fail({ kind: 'status', status: 503 }, FOLLOW_UP);
    await world.ana.press(onlyCard(), 'Claim');
    await pass('it was told', () => world.ana.told().join().includes('Not on a Monday'), 500);
    expect(world.server.calls(FOLLOW_UP)).toHaveLength(3);
  });

  it('that is limited waits as long as Discord says', async () => {
    await open();
    await post();
    world.handlers.answerWith(() => ({
      ok: false,
      refusal: { code: 'not-possible', text: 'Not on a Monday.' },
      card: sampleCard(),
    }));
    world.server.fail({ kind: 'rate-limit', seconds: 600 }, FOLLOW_UP);
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    expect(world.ana.told()).toEqual([]);
    expect(world.logged()).toContain('a private answer on Discord was lost');
    expect(world.server.calls(FOLLOW_UP)).toHaveLength(1);
  });

  it.each([
    ['for good', own(404, 10_015, 'Unknown Webhook')],
    ['each time', { kind: 'status', status: 500 }],
  ] as const)('that fails %s undoes nothing', async (_, fault) => {
    await open();
    await post();
    await world.ana.press(onlyCard(), 'Note…');
    await world.settle();
    world.ana.type('For the team only; never public', 'called twice');
    for (let turn = 0; turn < 3; turn++) world.server.fail(fault, FOLLOW_UP);
    await world.ana.submit();
    await world.clock.advance(10_000);
    await world.settle();
    expect(world.handlers.now(7).notes).toHaveLength(1);
    expect(world.chat().health().state).toBe('up');
  });

  it('of a flow that fails says so without its inner words', async () => {
    await open();
    await post();
    world.handlers.answerWith(() => Promise.reject(new Error('SQLITE_BUSY at /srv')));
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    expect(world.ana.told().join()).not.toBe('');
    expect(world.ana.told().join()).not.toContain('SQLITE');
  });
});
