import { randomBytes } from 'node:crypto';
import { Keyv } from 'keyv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers, PostOptions } from '../../src/chat/chat.ts';
import { handlersIn } from '../../src/chat/slack/oauth.ts';
import { createSlack, slack } from '../../src/chat/slack/slack.ts';
import type { SlackChat } from '../../src/chat/slack/workspace.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { AuthError, RejectedError } from '../../src/errors.ts';
import { sampleCard } from '../support/cards.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../support/handlers.ts';
import { type SlackTown, startSlackTown } from '../support/slack/oauth.ts';
import type { SeenMessage, SlackPerson } from '../support/slack/person.ts';

const [FIRST, SECOND, STRANGER] = ['T0FIRST', 'T0SECOND', 'T0STRANGER'] as const;
const KEY = randomBytes(32).toString('hex');
const OTHER_KEY = randomBytes(32).toString('base64');
const here = `${FIRST}/C0HERE`;
const there = `${SECOND}/C0THERE`;

let clock: TestClock;
let town: SlackTown;
let kept: Map<string, unknown>;
let handlers: ScriptedHandlers;
let lines: string[];
let chats: SlackChat[];
let ana: SlackPerson;
let bo: SlackPerson;

beforeEach(async () => {
  // The SDK counts the life of a token on the machine's clock.
  clock = testClock(Date.now());
  town = await startSlackTown({ clock, teams: [FIRST, SECOND, STRANGER] });
  town.workspace(FIRST).addChannel('C0HERE');
  town.workspace(SECOND).addChannel('C0THERE');
  ana = town.workspace(FIRST).addUser('U0ANA', { name: 'Ana' });
  bo = town.workspace(SECOND).addUser('U0BO', { name: 'Bo' });
  kept = new Map();
  lines = [];
  chats = [];
  handlers = scriptedHandlers({ channels: [here, there], now: () => clock.now() });
});
afterEach(async () => {
  for (const chat of chats) await chat.stop();
  for (const team of [FIRST, SECOND]) expect(town.workspace(team).breaches()).toEqual([]);
  for (const secret of [...town.secrets(), KEY, OTHER_KEY]) expect(lines.join('\n')).not.toContain(secret);
  await town.close();
});

/** Starts the app; the one before is stopped. */
async function open(key = KEY, workspaces: object = { [FIRST]: {}, [SECOND]: {} }): Promise<SlackChat> {
  await chats.at(-1)?.stop();
  // Connections that were kept alive notice that the old door is shut.
  await clock.settle();
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const env = slack.env.parse({ ...town.env, SLACK_TOKEN_KEY: key });
  const chat = await createSlack(env, slack.policy.parse({ workspaces }), {
    clock,
    random: () => 0.5,
    cache: new Keyv({ store: kept, namespace: 'chat.slack' }),
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    leases: { hold: async () => true },
    http: { mount: () => {}, url: 'http://127.0.0.1:1', host: '127.0.0.1' },
  });
  chats.push(chat);
  await chat.start(handlers);
  return chat;
}

const options = (): PostOptions => ({ nonce: 'n7', signal: new AbortController().signal });
const shown = (place: string): readonly SeenMessage[] => {
  const [team = '', channel = ''] = place.split('/');
  return town.workspace(team).shown(channel);
};
function only(place: string): SeenMessage {
  const [message, more] = shown(place);
  if (!message || more) throw new Error(`there is not one card in ${place}`);
  return message;
}
async function both(): Promise<SlackChat> {
  const chat = await open();
  expect((await town.install(FIRST)).status).toBe(200);
  expect((await town.install(SECOND)).status).toBe(200);
  await chat.settled();
  return chat;
}
const card = (itemId: number, place: string) => handlers.put(sampleCard({ itemId }), [place]);

describe('several workspaces', () => {
  it('install the app, get cards, and act, each as themselves', async () => {
    const chat = await open();
    expect(chat.health()).toMatchObject({ state: 'up', detail: expect.stringContaining('/slack/install') });
    await expect(chat.post(here, card(7, here), options())).rejects.toMatchObject({ scope: 'channel' });
    const page = await town.install(FIRST);
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('/invite @Potluck') });
    await town.install(SECOND);
    await chat.settled();
    expect(chat.health()).toEqual({ state: 'up', detail: null });

    const ref = await chat.post(here, card(7, here), options());
    await chat.post(there, card(8, there), options());
    expect(ref).toMatch(/^T0FIRST\/C0HERE:\d+\.\d+$/);
    await bo.press(only(there), 'Claim');
    await ana.react(only(here), 'eyes');
    await chat.settled();
    expect(handlers.acts.map(({ itemId, actor }) => [itemId, actor.id, actor.name])).toEqual([
      [8, `slack:${SECOND}/U0BO`, 'Bo'],
      [7, `slack:${FIRST}/U0ANA`, 'Ana'],
    ]);
    expect(await chat.update(ref, handlers.now(7), options())).toBe(ref);
    expect(only(here).text).toContain('Ana');
    expect(await chat.find?.(there, 8, 0, options().signal)).toMatch(/^T0SECOND\/C0THERE:/);
    expect(await chat.find?.(there, 7, 0, options().signal)).toBeNull();
  });

  it('hear what is said beside the cards, in the thread of their own card, and only their people are named', async () => {
    const chat = await both();
    const ref = await chat.post(there, card(8, there), options());
    await clock.advance(2_000);
    const notice = (title: string): Notice => ({
      title,
      tone: 'grey',
      blocks: [],
      buttons: [],
      mention: [`slack:${FIRST}/U0ANA`, `slack:${SECOND}/U0BO`],
    });
    const telling = { ...options(), noticeId: 3, thread: ref, picture: null };
    const said = await chat.tell(there, notice('Nobody has answered yet'), telling);
    expect(said).toMatch(/^T0SECOND\/C0THERE:/);
    expect(town.workspace(SECOND).pings()).toEqual(['U0BO']);
    expect(await chat.findNotice(there, 3, ref, 0, options().signal)).toBe(said);
    await clock.advance(2_000);
    expect(await chat.retell(said, notice('Bo has it'), telling)).toBe(said);
    expect(town.workspace(FIRST).shown('C0HERE')).toEqual([]);
    const [, inThread] = shown(there);
    expect(inThread?.text).toContain('Bo has it');
    expect(inThread?.threadTs).toBe(ref.split(':')[1]);
  });

  it('a channel without a workspace is one of the first; an unknown workspace is told', async () => {
    const chat = await both();
    expect(await chat.post('C0HERE', card(7, 'C0HERE'), options())).toMatch(/^T0FIRST\/C0HERE:/);
    await expect(chat.post('T0NOWHERE/C0HERE', card(8, here), options())).rejects.toThrow(RejectedError);
  });

  it('are found again after a restart, by nothing but what is stored', async () => {
    const before = await both();
    const ref = await before.post(there, card(8, there), options());
    const chat = await open();
    expect(chat.health().state).toBe('up');
    await bo.press(only(there), 'Claim');
    await chat.settled();
    expect(await chat.update(ref, handlers.now(8), options())).toBe(ref);
    expect(only(there).text).toContain('Bo');
    expect(handlers.acts[0]?.actor.id).toBe(`slack:${SECOND}/U0BO`);
  });

  it('one that removes the app stops no other, and may come back', async () => {
    const chat = await both();
    await town.uninstall(FIRST);
    await chat.settled();
    expect([...kept.keys()].filter((key) => key.includes('installation'))).toEqual([
      `chat.slack:installation:${SECOND}`,
    ]);
    await expect(chat.post(here, card(7, here), options())).rejects.toMatchObject({
      name: 'AuthError',
      scope: 'channel',
      message: expect.stringContaining(FIRST),
    });
    await chat.post(there, card(8, there), options());
    expect(chat.health()).toMatchObject({ state: 'up', detail: expect.stringContaining(FIRST) });

    await town.install(FIRST);
    await chat.settled();
    await chat.post(here, card(7, here), options());
    await ana.press(only(here), 'Claim');
    await chat.settled();
    expect(handlers.now(7).owner?.name).toBe('Ana');
  });

  it('late news of an earlier removal does not remove the new installation', async () => {
    const chat = await both();
    await town.uninstall(FIRST, { at: clock.now() - 60_000 });
    await chat.settled();
    await chat.post(here, card(7, here), options());
    expect(shown(here)).toHaveLength(1);
  });

  it('a revoked token is the trouble of its workspace alone, in words', async () => {
    const chat = await both();
    town.revoke(FIRST);
    const refused = await chat.post(here, card(7, here), options()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AuthError);
    expect(refused).toMatchObject({ scope: 'channel' });
    await chat.post(there, card(8, there), options());
    expect(chat.health()).toMatchObject({ state: 'up', detail: expect.stringContaining(`Team ${FIRST}`) });
    expect(chat.health().detail).not.toContain(SECOND);
    const who = (id: string) => ({ what: 'person' as const, id });
    expect(
      await chat.verify?.([who(`${SECOND}/U0NOBODY`), who('T0ELSEWHERE/U0ANA')], options().signal),
    ).toEqual([
      { state: 'missing', remedy: expect.stringContaining(`slack:T`) },
      { state: 'missing', remedy: expect.stringContaining('T0ELSEWHERE is not listed') },
    ]);
    const checks = await chat.check(options().signal, []);
    expect(checks.filter(({ ok }) => !ok).map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining('Install the app'),
    ]);
    town.revoke(SECOND);
    await chat.post(there, card(9, there), options()).catch(() => {});
    expect(chat.health().state).toBe('down');
  });

  it('see their own channels only, by the ids they know', async () => {
    const all = scriptedHandlers({ channels: ['C0BARE', here, there], now: () => clock.now() });
    const [first, second] = [handlersIn(all, FIRST, true), handlersIn(all, SECOND, false)];
    expect(first.channels()).toEqual(['C0BARE', 'C0HERE']);
    expect(second.channels()).toEqual(['C0THERE']);
    all.put(sampleCard({ itemId: 1 }), ['C0BARE']);
    all.put(sampleCard({ itemId: 2 }), [there]);
    const found = async (handlers: ChatHandlers, channel: string) =>
      (await handlers.list({ channel })).cards.map(({ itemId }) => itemId);
    expect(await found(first, 'C0BARE')).toEqual([1]);
    expect(await found(second, 'C0THERE')).toEqual([2]);
    expect(await found(second, 'C0BARE')).toEqual([]);
    expect((await second.counts('C0THERE')).open).toBe(1);
  });

  it('have each their own policy', async () => {
    const chat = await open(KEY, {
      [FIRST]: { channel: 'C0HERE', command: '/crock' },
      [SECOND]: { reactions: false },
    });
    await town.install(FIRST);
    await town.install(SECOND);
    await chat.settled();
    await chat.post(here, card(7, here), options());
    await chat.post(there, card(8, there), options());
    await ana.command('/crock claim 7', 'C0HERE');
    await bo.react(only(there), 'eyes');
    await chat.settled();
    expect(handlers.now(7).owner?.name).toBe('Ana');
    expect(handlers.now(8).owner).toBeNull();
  });

  it('tokens that expire are renewed in time, and the renewed one is kept', async () => {
    town.rotate(3_600);
    const chat = await open();
    await town.install(FIRST);
    for (let round = 0; round < 3; round++) {
      await chat.post(here, card(7 + round, here), options());
      await clock.advance(3_000_000);
    }
    const again = await open();
    await again.post(here, card(20, here), options());
    expect(shown(here)).toHaveLength(4);
    const refused = town
      .workspace(FIRST)
      .calls()
      .filter(({ result }) => result !== 'ok');
    expect(refused).toEqual([]);
  });
});

describe('tokens at rest', () => {
  it('are nowhere in what is stored, nor is anything that tells whose they are beyond the workspace', async () => {
    town.rotate(43_200);
    await both();
    const bytes = JSON.stringify([...kept]);
    expect(bytes).toContain(FIRST);
    for (const secret of town.secrets()) {
      expect(bytes).not.toContain(secret);
      expect(bytes).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
    }
    expect(bytes).not.toContain('xox');
  });

  it('say which key is missing when the key is another, and go on once it is back', async () => {
    await both();
    const chat = await open(OTHER_KEY);
    const { detail } = chat.health();
    expect(detail).toContain(`The token of the workspace ${FIRST} was stored with another key`);
    expect(detail).toContain('SLACK_TOKEN_KEY');
    await expect(chat.post(here, card(7, here), options())).rejects.toMatchObject({ scope: 'channel' });

    const rotated = await open(`${OTHER_KEY},${KEY}`);
    expect(rotated.health()).toEqual({ state: 'up', detail: null });
    // Sealed anew by reading: the former key may go.
    const alone = await open(OTHER_KEY);
    await alone.post(here, card(7, here), options());
    expect(shown(here)).toHaveLength(1);
  });

  it('of one workspace do not open as those of another', async () => {
    await both();
    const [mine, theirs] = [FIRST, SECOND].map((team) => `chat.slack:installation:${team}`);
    kept.set(mine ?? '', kept.get(theirs ?? ''));
    const chat = await open();
    expect(chat.health().detail).toContain(`The token of the workspace ${FIRST} was changed`);
    await chat.post(there, card(8, there), options());
    expect(shown(there)).toHaveLength(1);
  });
});

describe('an installation', () => {
  it('asks for the scopes of the manifest and for no user’s token', async () => {
    await open();
    const { url, cookie } = await town.begin();
    expect(url.origin + url.pathname).toBe('https://slack.com/oauth/v2/authorize');
    expect(url.searchParams.get('scope')?.split(',').sort()).toEqual([
      'channels:history',
      'chat:write',
      'commands',
      'files:read',
      'files:write',
      'groups:history',
      'im:write',
      'reactions:read',
      'users:read',
    ]);
    expect(url.searchParams.get('user_scope')).toBeFalsy();
    expect(cookie).toContain(url.searchParams.get('state'));
  });

  it.each([
    ['no cookie', { cookie: '' }],
    ['a state that nobody signed', { state: 'forged', cookie: 'slack-app-oauth-state=forged' }],
    [
      'a state signed with another secret',
      ((state) => ({ state, cookie: `slack-app-oauth-state=${state}` }))(
        `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"installOptions":{"scopes":[]},"now":"2026-06-01T12:00:00Z"}').toString('base64url')}.c2lnbmF0dXJl`,
      ),
    ],
    [
      'an unsigned state',
      ((state) => ({ state, cookie: `slack-app-oauth-state=${state}` }))(
        `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"installOptions":{"scopes":[]},"now":"2026-06-01T12:00:00Z"}').toString('base64url')}.`,
      ),
    ],
  ])('with %s comes to nothing', async (_what, back) => {
    await open();
    const page = await town.agree(await town.begin(), FIRST, back);
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('Nothing was connected') });
    expect([...kept.keys()].filter((key) => key.includes('installation'))).toEqual([]);
  });

  it('with the state of another browser comes to nothing', async () => {
    await open();
    const [mine, theirs] = [await town.begin(), await town.begin()];
    const page = await town.agree(mine, FIRST, { cookie: theirs.cookie });
    expect(page.status).toBe(400);
    expect(kept.size).toBe(0);
  });

  it('of a workspace that nobody listed is turned away, and its commands are answered in words', async () => {
    const chat = await open();
    const page = await town.install(STRANGER);
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining(STRANGER) });
    expect(page.text).toContain('chats.slack.workspaces');
    expect(kept.size).toBe(0);
    town.workspace(STRANGER).addChannel('C0STRANGE');
    const eve = town.workspace(STRANGER).addUser('U0EVE', { name: 'Eve' });
    await eve.command('/potluck next', 'C0STRANGE');
    await chat.settled();
    expect(handlers.acts).toEqual([]);
  });
});

describe('requests', () => {
  const reaction = () => ({
    type: 'event_callback',
    team_id: FIRST,
    event_id: 'EvReplay',
    event_time: Math.floor(clock.now() / 1_000),
    authorizations: [{ team_id: FIRST, user_id: 'U0FIRST', is_bot: true, enterprise_id: null }],
    event: {
      type: 'reaction_added',
      user: 'U0ANA',
      reaction: 'eyes',
      item: { type: 'message', channel: 'C0HERE', ts: only(here).ts },
      event_ts: '1.1',
    },
  });

  it('that were changed on the way are refused, and those sent again are done once', async () => {
    const chat = await both();
    await chat.post(here, card(7, here), options());
    const tampered = await town.send(reaction(), (request) => ({
      ...request,
      body: request.body.replace('U0ANA', 'U0BOB'),
    }));
    const unsigned = await town.send(reaction(), ({ body }) => ({
      body,
      headers: { 'content-type': 'application/json' },
    }));
    expect([tampered, unsigned]).toEqual([401, 401]);
    await chat.settled();
    expect(handlers.acts).toEqual([]);
    // The very same bytes within the five minutes that a signature is good for.
    let first: { body: string; headers: Readonly<Record<string, string>> } | null = null;
    await town.send(reaction(), (request) => {
      first = request;
      return request;
    });
    await town.send(reaction(), (request) => first ?? request);
    await chat.settled();
    expect(handlers.acts).toHaveLength(1);
  });
});
