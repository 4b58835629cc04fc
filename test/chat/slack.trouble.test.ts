import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { closedCard, NOON, sampleCard } from '../support/cards.ts';
import { type SlackWorld, type SlackWorldOptions, slackWorld } from '../support/slack/world.ts';

let world: SlackWorld;
const open = async (options?: SlackWorldOptions): Promise<SlackWorld> => {
  world = await slackWorld(options);
  return world;
};
afterEach(() => world.close());

const signal = new AbortController().signal;
const options = { nonce: 'n7', signal };
const post = async (card: Card = sampleCard()): Promise<string> => {
  world.handlers.put(card);
  return world.chat().post(world.channel, card, options);
};
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it went well',
    (error: unknown) => error,
  );
const onlyCard = () => {
  const [message, second] = world.slack.shown(world.channel);
  expect(second).toBeUndefined();
  if (!message) throw new Error('there is no card');
  return message;
};

describe('the connection to Slack', () => {
  it('comes back after the socket broke, and what was clicked meanwhile is done', async () => {
    await open();
    await post();
    const message = onlyCard();
    world.slack.drop();
    await world.slack.until('the socket is gone', () => world.slack.sockets === 0);
    const click = world.ana.press(message, 'Claim');
    await world.slack.until('a new socket', () => world.slack.sockets === 1);
    await click;
    await world.chat().settled();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
  });

  it('moves to a new socket when Slack asks for it', async () => {
    await open();
    world.slack.refresh();
    await world.slack.until('a second connection', () => world.slack.connectionsOpened === 2);
    await world.slack.until('a new socket', () => world.slack.sockets === 1);
    await post();
    await world.ana.press(onlyCard(), 'Claim');
    await world.chat().settled();
    expect(world.handlers.acts).toHaveLength(1);
  });

  it('waits longer and longer while Slack is away, says so, and returns', async () => {
    await open();
    for (let turn = 0; turn < 3; turn++)
      world.slack.fail({ kind: 'status', status: 503 }, 'apps.connections.open');
    const asked = () => world.slack.connectionsOpened;
    world.slack.drop();
    await world.slack.until('the socket is gone', () => world.slack.sockets === 0);
    // Each attempt has its sleeper; the test clock lets time pass until the next.
    for (let turn = 0; turn < 12 && asked() < 2; turn++) {
      await world.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
      if (world.slack.sockets === 0 && asked() < 2) expect(world.chat().health().state).toBe('down');
    }
    await world.slack.until('a new socket', () => world.slack.sockets === 1);
    await world.slack.until('health', () => world.chat().health().state === 'up');
  });

  it('is not hammered with a revoked app token', async () => {
    await open({ start: false });
    world.slack.fail({ kind: 'error', error: 'invalid_auth' }, 'apps.connections.open');
    await world.chat().start(world.handlers);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('SLACK_APP_TOKEN'),
    });
    await world.clock.advance(10 * 60_000);
    expect(world.slack.calls('apps.connections.open')).toHaveLength(0);
    await world.clock.advance(6 * 60_000);
    await world.slack.until('it works again', () => world.chat().health().state === 'up');
    expect(world.logged()).not.toContain('xapp-');
  });

  it('starts without Slack, and gets there when Slack does', async () => {
    await open({ start: false });
    world.slack.fail({ kind: 'reset' }, 'auth.test');
    await world.chat().start(world.handlers);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('could not be reached'),
    });
    await world.clock.advance(5_000);
    await world.slack.until('it is up', () => world.chat().health().state === 'up');
  });
});

describe('what Slack sends', () => {
  it('twice is done once, and nobody is told off', async () => {
    await open();
    await post();
    world.slack.twice();
    await world.ana.press(onlyCard(), 'Claim');
    await world.chat().settled();
    expect(world.handlers.acts).toHaveLength(1);
    expect(world.ana.told()).toEqual([]);
  });

  it('again because an acknowledgement got lost is done once', async () => {
    await open();
    await post();
    world.slack.loseAck();
    const press = world.ana.press(onlyCard(), 'Claim');
    await world.chat().settled();
    await world.slack.until('the first claim', () => world.handlers.acts.length === 1);
    await world.clock.advance(3_000);
    await press;
    await world.chat().settled();
    expect(world.handlers.acts).toHaveLength(1);
    expect(world.ana.told()).toEqual([]);
  });

  it('again for a form gets the same answer', async () => {
    await open();
    await post();
    await world.ana.press(onlyCard(), 'Note…');
    await world.chat().settled();
    world.ana.type('For the team only; never public', 'called twice');
    world.slack.twice();
    await world.ana.submit();
    await world.chat().settled();
    expect(world.handlers.now(7).notes).toHaveLength(1);
    expect(world.ana.view()).toBeNull();
  });

  it('out of order is decided by the item and not by the order', async () => {
    await open();
    await post();
    const message = onlyCard();
    world.slack.hold();
    const first = world.ana.press(message, 'Claim');
    const second = world.bo.press(message, 'Claim');
    world.slack.release('reversed');
    await Promise.all([first, second]);
    await world.chat().settled();
    expect(world.handlers.now(7).owner?.name).toBe('Bo');
    expect(world.ana.told().join()).toContain('already claimed by Bo');
    expect(world.bo.told()).toEqual([]);
  });

  it('is acknowledged before anything else happens', async () => {
    await open();
    await post();
    let letGo: (() => void) | undefined;
    world.handlers.answerWith(
      () =>
        new Promise((resolve) => {
          letGo = () => resolve({ ok: true, card: sampleCard(), text: 'Done.' });
        }),
    );
    // Resolves on the acknowledgement, though the flow has not answered.
    await world.ana.press(onlyCard(), 'Claim');
    await world.slack.until('the flow was asked', () => letGo !== undefined);
    expect(world.slack.breaches()).toEqual([]);
    letGo?.();
    await world.chat().settled();
  });

  it('from a button of another version is answered privately', async () => {
    await open();
    await post();
    const message = onlyCard();
    const old = {
      ...message,
      buttons: message.buttons.map((each) => ({ ...each, actionId: 'potluck:9:shout' })),
    };
    await world.ana.press(old, 'Claim');
    await world.chat().settled();
    expect(world.handlers.acts).toEqual([]);
    expect(world.ana.told().join()).toContain('another version of Potluck');
  });

  it('from another company in a shared channel may look and not act', async () => {
    await open();
    await post();
    const eve = world.slack.addUser('U0EVE', { name: 'Eve', teamId: 'T0OTHER' });
    await eve.press(onlyCard(), 'Claim');
    await world.chat().settled();
    await eve.react(onlyCard(), 'eyes');
    await world.chat().settled();
    expect(world.handlers.acts).toEqual([]);
    expect(eve.told().join()).toContain('Only people of the workspace');
  });
});

describe('posting', () => {
  it('tells 429 with the time Slack gave, and a silent Slack after ten seconds', async () => {
    await open();
    const ref = await post();
    world.slack.fail({ kind: 'rate-limit', seconds: 30 }, 'chat.update');
    const limited = await caught(world.chat().update(ref, sampleCard({ version: 2 }), options));
    expect(limited).toBeInstanceOf(RateLimitedError);
    expect((limited as RateLimitedError).retryAfterMs).toBe(30_000);
    world.slack.fail({ kind: 'silence' }, 'chat.update');
    const silent = caught(world.chat().update(ref, sampleCard({ version: 2 }), options));
    await world.clock.advance(10_000);
    expect(await silent).toBeInstanceOf(UnavailableError);
    expect(onlyCard().edits).toBe(0);
  });

  it('keeps Slack’s pace of a channel by its own interval, without one refusal', async () => {
    await open();
    for (let item = 1; item <= 20; item++) {
      await post(sampleCard({ itemId: item }));
      await world.clock.advance(world.chat().channelIntervalMs);
    }
    const ref = `${world.channel}:${world.slack.shown(world.channel)[0]?.ts}`;
    for (let version = 2; version <= 62; version++) {
      await world.chat().update(ref, sampleCard({ itemId: 1, version }), options);
      await world.clock.advance(world.chat().channelIntervalMs);
    }
    expect(world.slack.calls().filter((call) => call.result !== 'ok')).toEqual([]);
  });

  it('finds the card that was posted though the answer never came', async () => {
    await open();
    world.slack.fail({ kind: 'reset-after' }, 'chat.postMessage');
    expect(await caught(post())).toBeInstanceOf(UnavailableError);
    const ref = await world.chat().find?.(world.channel, 7, NOON - 60_000, signal);
    expect(ref).toBe(`${world.channel}:${onlyCard().ts}`);
    await world.chat().update(ref ?? '', sampleCard({ version: 2 }), options);
    expect(onlyCard().edits).toBe(1);
  });

  it('finds a card behind three hundred other messages, and not one of another app', async () => {
    await open();
    await post();
    for (let line = 0; line < 300; line++) await world.bo.say(world.channel, `talk ${line}`);
    await world.chat().settled();
    expect(await world.chat().find?.(world.channel, 7, NOON - 60_000, signal)).not.toBeNull();
    expect(await world.chat().find?.(world.channel, 8, NOON - 60_000, signal)).toBeNull();
    // Only what is newer than asked for is looked at.
    expect(await world.chat().find?.(world.channel, 7, NOON + 60_000, signal)).toBeNull();
  });

  it('posts a deleted card anew, and edits that one from then on', async () => {
    await open();
    const ref = await post();
    world.slack.remove(world.channel, onlyCard().ts);
    const anew = await world.chat().update(ref, sampleCard({ version: 2 }), options);
    expect(anew).not.toBe(ref);
    expect(onlyCard().metadata?.event_payload.version).toBe(2);
    // One that is closed stays away until it is opened again.
    world.slack.remove(world.channel, onlyCard().ts);
    const closed = await caught(world.chat().update(anew, closedCard({ version: 3 }), options));
    expect(closed).toBeInstanceOf(RejectedError);
    expect(world.slack.shown(world.channel)).toEqual([]);
    await world.chat().update(anew, sampleCard({ version: 4 }), options);
    expect(onlyCard().metadata?.event_payload.version).toBe(4);
  });

  it.each([
    ['kicked out', () => world.slack.kick(world.channel), '/invite @Potluck'],
    ['the channel archived', () => world.slack.archive(world.channel), 'is archived'],
  ])('says what to do: %s', async (_, happen, remedy) => {
    await open();
    const ref = await post();
    happen();
    for (const work of [post(), world.chat().update(ref, sampleCard({ version: 2 }), options)]) {
      const error = await caught(work);
      expect(error).toBeInstanceOf(RejectedError);
      expect(String(error)).toContain(remedy);
    }
    // One channel's trouble is not the whole chat's.
    expect(world.chat().health().state).toBe('up');
  });

  it('names the scope that is missing', async () => {
    await open({ scopes: ['users:read', 'channels:history', 'groups:history'] });
    const error = await caught(post());
    expect(error).toBeInstanceOf(AuthError);
    expect(String(error)).toContain('chat:write');
  });

  it('stops with a revoked token, asks rarely, and notices when it works again', async () => {
    await open();
    world.slack.revoke('account_inactive');
    expect(await caught(post())).toBeInstanceOf(AuthError);
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('Install the app again'),
    });
    const before = world.slack.calls().length;
    await world.clock.advance(60 * 60_000);
    expect(world.slack.calls().length - before).toBeLessThanOrEqual(5);
    world.slack.revoke(null);
    await world.clock.advance(15 * 60_000);
    await world.slack.until('it works again', () => world.chat().health().state === 'up');
    for (const secret of world.slack.secrets) expect(world.logged()).not.toContain(secret);
  });

  it('survives a page of HTML and an answer that makes no sense', async () => {
    await open();
    world.slack.fail({ kind: 'status', status: 502 }, 'chat.postMessage');
    expect(await caught(post())).toBeInstanceOf(UnavailableError);
    world.slack.fail({ kind: 'error', error: '<html>proxy</html>' }, 'chat.postMessage');
    expect(await caught(post())).toBeInstanceOf(UnavailableError);
    world.slack.fail({ kind: 'error', error: 'some_new_refusal' }, 'chat.postMessage');
    expect(await caught(post())).toBeInstanceOf(RejectedError);
  });
});

describe('people', () => {
  it('are served though their profile cannot be read', async () => {
    await open();
    await post();
    world.slack.fail({ kind: 'status', status: 500 }, 'users.info');
    await world.ana.press(onlyCard(), 'Claim');
    await world.chat().settled();
    expect(world.handlers.now(7).owner?.name).toBe('ana');
  });

  it('are asked for once a day and not at every click', async () => {
    await open();
    await post();
    for (let turn = 0; turn < 5; turn++) {
      await world.ana.press(onlyCard(), 'Claim');
      await world.chat().settled();
    }
    expect(world.slack.calls('users.info')).toHaveLength(1);
  });

  it('get a form though the flow is slow, and are told when it is too late for one', async () => {
    await open();
    await post();
    const { card } = world.handlers;
    let letGo: () => void = () => {};
    const slow = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    Object.assign(world.handlers, { card: (id: number) => slow.then(() => card(id)) });
    await world.ana.press(onlyCard(), 'Draft');
    await world.clock.advance(1_600);
    await world.slack.until('the waiting form', () => world.ana.view() !== null);
    expect(world.ana.view()?.text).toContain('Looking it up');
    letGo();
    await world.chat().settled();
    expect(world.ana.view()?.fields.map((field) => field.label)).toEqual(['Your answer']);

    world.slack.fail({ kind: 'error', error: 'expired_trigger_id' }, 'views.open');
    await world.bo.press(onlyCard(), 'Draft');
    await world.chat().settled();
    expect(world.bo.told().join()).toContain('click again');
  });
});
