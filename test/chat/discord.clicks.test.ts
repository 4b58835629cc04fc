import { afterEach, describe, expect, it } from 'vitest';
import type { ActResult } from '../../src/chat/chat.ts';
import type { Card } from '../../src/domain/card.ts';
import { closedCard, sampleCard } from '../support/cards.ts';
import type { DiscordPerson, SeenMessage } from '../support/discord/server.ts';
import {
  ANA,
  askFor,
  CHANNEL,
  cardOf,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
  heard,
  levelCard,
  postCard,
  privately,
} from '../support/discord/world.ts';

let world: DiscordWorld;
/** Failures that a test shows to people on purpose. */
let provoked: readonly unknown[] = [];
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  provoked = [];
  world = await discordWorld(options);
  return world;
};
afterEach(async () => {
  // Whatever happened: nobody was pinged, and Discord had nothing to refuse.
  expect(world.server.pings()).toEqual([]);
  expect(world.server.breaches()).toEqual(provoked);
  await world.close();
});

const card = (itemId = 7): SeenMessage => cardOf(world, itemId);
/** What the reconciler does once the item has changed. */
const level = (itemId = 7) => levelCard(world, `${CHANNEL}:${card(itemId).id}`, itemId);
const press = async (who: DiscordPerson, label: string, message = card()): Promise<void> => {
  await who.press(message, label);
  await world.settle();
};
const told = (who: DiscordPerson): string => privately(world, who).text;
/** Writes in the editor and sends the form. */
const write = async (who: DiscordPerson, text: string, message = card()): Promise<void> => {
  await press(who, 'Draft', message);
  who.type('Your answer', text);
  await who.submit();
  await world.settle();
};
const anaOwns = { state: 'claimed', owner: { id: `discord:${ANA}`, name: 'Ana' } } as const;

describe('the menu of a card', () => {
  it('takes the same line again, by whoever and however often', async () => {
    await open();
    await postCard(world, sampleCard());
    for (let time = 0; time < 3; time++) {
      await press(world.ana, 'Note…');
      expect(world.ana.modal()?.title).toBe('Note on #7');
      world.ana.closeModal();
      await press(world.bo, 'What happened so far');
    }
    expect(world.bo.told()).toHaveLength(3);
    // The buttons beside it work as before, and it is still the card of #7.
    await press(world.ana, 'Claim');
    expect(world.handlers.acts).toHaveLength(1);
    await world.restart();
    const { signal } = new AbortController();
    expect(await world.chat().find?.(CHANNEL, 7, 0, signal)).toBe(`${CHANNEL}:${card().id}`);
  });
});

describe('a click', () => {
  /** The flow takes its time. */
  const slowly = (answer: (sent: Card) => ActResult) => {
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    world.handlers.answerWith(async ({ itemId }) => {
      await gate;
      return answer(world.handlers.now(itemId));
    });
    return () => go();
  };
  const asked = (count = 1) =>
    world.server.until('the flow was asked', () => world.handlers.acts.length === count);

  it('after a restart still works, on cards and on what only one person sees', async () => {
    const { ana, bo, handlers } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'Yes.');
    await world.restart();
    await press(bo, 'Note…');
    bo.type('For the team only; never public', 'still here');
    await world.restart();
    await bo.submit();
    await world.settle();
    expect(handlers.now(7).notes).toHaveLength(1);
    await press(ana, 'Send now', privately(world, ana));
    expect(handlers.now(7).state).toBe('answered');
  });

  it('on a button of another version is answered privately', async () => {
    const { ana, handlers, server } = await open();
    await postCard(world, sampleCard());
    const { raw, id } = card();
    // As an older Potluck wrote it.
    const components = JSON.parse(
      JSON.stringify((raw as { readonly components: unknown }).components).replaceAll('pl1:c:', 'pl9:c:'),
    );
    const { DISCORD_API_URL: api, DISCORD_BOT_TOKEN: token } = server.env;
    await fetch(`${api}/v10/channels/${CHANNEL}/messages/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bot ${token}`,
        'content-type': 'application/json',
        'user-agent': 'DiscordBot (https://example.com, 0.1)',
      },
      body: JSON.stringify({ components, allowed_mentions: { parse: [] } }),
    });
    for (const label of ['Claim', 'Note…']) {
      await press(ana, label);
      expect(told(ana)).toContain('another version of Potluck');
    }
    expect(ana.modal()).toBeNull();
    expect(handlers.acts).toEqual([]);
    // The card itself is still known as that of #7, and the next edit mends it.
    await ana.react(card(), '👀');
    await heard(world);
    expect(handlers.now(7).owner?.name).toBe('Ana');
    await level();
    await press(ana, 'Release');
    expect(handlers.now(7).owner).toBeNull();
  });

  it('that Discord sends twice acts once', async () => {
    const { ana, handlers, server } = await open();
    await postCard(world, sampleCard());
    server.twice();
    await press(ana, 'Claim');
    expect(handlers.acts).toHaveLength(1);
    expect(ana.told()).toEqual([]);
    await press(ana, 'Note…');
    ana.type('For the team only; never public', 'called twice');
    server.twice();
    await ana.submit();
    await world.settle();
    expect(handlers.now(7).notes).toHaveLength(1);
  });

  it('is acknowledged before the flow is asked; a refusal that takes long is told all the same', async () => {
    const { ana, clock } = await open();
    await postCard(world, sampleCard());
    const go = slowly((now) => ({
      ok: false,
      refusal: { code: 'unavailable', text: 'The ledger is away.' },
      card: now,
    }));
    // Resolves on the acknowledgement, though the flow has not answered.
    await ana.press(card(), 'Claim');
    await asked();
    await clock.advance(60_000);
    go();
    await world.settle();
    expect(told(ana)).toBe('The ledger is away.');
  });

  it('on Send answers when the network does, in the place of the preview', async () => {
    const { ana, clock } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'Yes.');
    const go = slowly((now) => ({ ok: true, card: now, text: 'Sent: https://social.example/slow' }));
    const preview = privately(world, ana);
    await ana.press(preview, 'Send now');
    await asked(2);
    await clock.advance(20_000);
    expect(told(ana)).toContain('Yes.');
    go();
    await world.settle();
    expect(privately(world, ana)).toMatchObject({
      id: preview.id,
      text: '✅ Sent: https://social.example/slow',
    });
  });

  it('of a form or a command that takes long says “thinking” first, and how it ended', async () => {
    const { ana, bo, clock } = await open();
    await postCard(world, sampleCard());
    await press(ana, 'Note…');
    ana.type('For the team only; never public', 'Slow words.');
    let go = slowly((now) => ({
      ok: false,
      refusal: { code: 'unavailable', text: 'The ledger is away.' },
      card: now,
    }));
    const submitted = ana.submit();
    await asked(1);
    await clock.advance(1_600);
    await submitted;
    await world.server.until('it says so', () => told(ana).includes('Potluck is thinking…'));
    await clock.advance(5_000);
    go();
    await world.settle();
    expect(told(ana)).toBe('The ledger is away.\nYour words:\nSlow words.');

    go = slowly((now) => ({ ok: true, card: now, text: 'Done: claim #7.' }));
    const typed = bo.command('potluck', 'claim', { item: 7 }, CHANNEL);
    await asked(2);
    await clock.advance(1_600);
    await typed;
    await clock.advance(5_000);
    go();
    await world.settle();
    expect(told(bo)).toBe('Done: claim #7.');

    // All went well, and the card tells it: “thinking” ends with a word all the same.
    await press(bo, 'Note…');
    bo.type('For the team only; never public', 'Slow words.');
    go = slowly((now) => ({ ok: true, card: now, text: 'Noted.' }));
    const noted = bo.submit();
    await asked(3);
    await clock.advance(1_600);
    await noted;
    go();
    await world.settle();
    expect(told(bo)).toBe('✅ Done.');
    await clock.advance(16 * 60_000);
  });

  it('whose form cannot be made in time says so instead of opening it too late', async () => {
    const { ana, clock, handlers } = await open({ policy: { managers: [ANA] } });
    await postCard(world, sampleCard());
    const { card: cardNow, outlets, settings } = handlers;
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    let waiting = 0;
    const slow =
      <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        waiting += 1;
        await gate;
        return work(...args);
      };
    handlers.card = slow(cardNow);
    handlers.outlets = slow(outlets);
    handlers.settings = slow(settings);
    const late = async (work: Promise<void>, count: number): Promise<void> => {
      await world.server.until('the ledger was asked', () => waiting === count);
      await clock.advance(1_600);
      await work;
      await world.server.until('it says so', () => told(ana).includes('That took too long'));
    };
    await late(ana.press(card(), 'Draft'), 1);
    await late(ana.command('potluck', 'idea', { text: 'My words.' }, CHANNEL), 2);
    expect(told(ana)).toContain('Your words:\nMy words.');
    await late(ana.command('potluck', 'settings', {}, CHANNEL), 3);
    await late(ana.command('potluck', 'dismiss', { item: 7, words: 'Mine.' }, CHANNEL), 4);
    expect(told(ana)).toContain('Your words:\nMine.');
    expect(ana.modal()).toBeNull();
    go();
    await world.settle();
    expect(ana.modal()).toBeNull();
  });

  it('that is acknowledged too late does nothing: whoever saw a failure clicks again', async () => {
    const { ana, handlers, server } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'Yes.');
    await level();
    const before = handlers.acts.length;
    for (const [message, label] of [
      [card(), 'Release'],
      [privately(world, ana), 'Send now'],
    ] as const) {
      server.fail(
        { kind: 'error', status: 404, code: 10062, message: 'Unknown interaction' },
        'POST /interactions/:id/:token/callback',
      );
      const pressed = ana.press(message, label);
      await server.until('the answer was refused', () => world.logged().includes('10062'));
      await world.settle();
      await world.clock.advance(3_100);
      await pressed;
    }
    expect(handlers.acts).toHaveLength(before);
    expect(handlers.now(7)).toMatchObject({ state: 'claimed', owner: { name: 'Ana' } });
    provoked = [expect.stringContaining('“Release” (Ana)'), expect.stringContaining('“Send now” (Ana)')];
    // And once more, in time.
    await press(ana, 'Release');
    expect(handlers.now(7).owner).toBeNull();
  });

  it('that breaks something inside tells no inner words', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard());
    handlers.answerWith(() => Promise.reject(new Error('SELECT secret FROM items')));
    await press(ana, 'Claim');
    expect(told(ana)).toContain('Something went wrong inside Potluck');
    handlers.list = () => Promise.reject(new Error('SELECT secret FROM items'));
    expect(await askFor(world, ana, 'list')).toContain('Something went wrong inside Potluck');
    handlers.card = () => Promise.reject(new Error('SELECT secret FROM items'));
    handlers.run = () => Promise.reject(new Error('SELECT secret FROM items'));
    for (const label of ['Draft', 'What do we know?', 'Talk about it']) {
      await press(ana, label);
      expect(told(ana)).toContain('Something went wrong inside Potluck');
    }
    expect(ana.told().join()).not.toContain('SELECT');
    expect(world.logged()).toContain('SELECT secret');
  });
});

describe('an emoji on a card', () => {
  const react = async (who: DiscordPerson, emoji: string, on: SeenMessage = card()): Promise<void> => {
    await who.react(on, emoji);
    await heard(world);
  };

  it('acts, taking 👀 away releases, and a refusal comes by direct message', async () => {
    const { ana, bo, handlers, clock, server } = await open();
    await postCard(world, sampleCard());
    await react(ana, '👀');
    expect(handlers.now(7).owner).toEqual({ id: `discord:${ANA}`, name: 'Ana' });
    await react(bo, '✅');
    expect(bo.dms().map(({ text }) => text)).toEqual([expect.stringContaining('#7 is with Ana')]);
    await clock.advance(1_000);
    await react(bo, '👀');
    expect(bo.dms()).toHaveLength(2);
    await clock.advance(1_000);
    // Whoever takes back what never worked has not asked for anything.
    await bo.unreact(card(), '👀');
    await heard(world);
    expect(handlers.now(7).owner?.name).toBe('Ana');
    expect(bo.dms()).toHaveLength(2);
    await ana.unreact(card(), '👀');
    await heard(world);
    expect(handlers.now(7).owner).toBeNull();
    await react(ana, '💤');
    expect(handlers.now(7)).toMatchObject({ state: 'snoozed', snoozedUntil: clock.now() + 3_600_000 });
    await ana.unreact(card(), '💤');
    await react(ana, '🎉');
    await heard(world);
    expect(handlers.now(7).state).toBe('snoozed');
    expect(handlers.acts).toHaveLength(6);
    expect(ana.dms()).toEqual([]);
    await postCard(world, sampleCard({ itemId: 8 }));
    await react(bo, '🙈', card(8));
    expect(handlers.now(8).state).toBe('dismissed');
    await postCard(world, sampleCard({ itemId: 9 }));
    await react(bo, '✅', card(9));
    expect(handlers.now(9).state).toBe('answered');
    // Who acted is known by the name of the server, also where the event tells the id alone.
    server.setNick(ANA, 'Ana (support)');
    await postCard(world, sampleCard({ itemId: 10 }));
    await react(ana, '👀', card(10));
    await ana.unreact(card(10), '👀');
    await heard(world);
    expect(handlers.acts.slice(-2).map(({ actor }) => actor.name)).toEqual([
      'Ana (support)',
      'Ana (support)',
    ]);
  });

  it('does no harm where direct messages are blocked', async () => {
    const { bo, handlers } = await open();
    await postCard(world, sampleCard(anaOwns));
    bo.blockDms();
    await react(bo, '🙈');
    expect(bo.told()).toEqual([]);
    expect(handlers.now(7).state).toBe('claimed');
    expect(world.logged()).toContain('a direct message was not taken');
    expect(world.chat().health().state).toBe('up');
  });

  it('works after a restart, on our cards only', async () => {
    const { ana, bo, handlers, server } = await open();
    await postCard(world, sampleCard());
    await world.restart();
    const { id } = await bo.say(CHANNEL, 'lunch?');
    const before = server.calls().length;
    await ana.react({ id, channel: CHANNEL }, '👀');
    await heard(world);
    // Nobody's message but ours is even looked at: the event tells whose it is.
    const looked = server
      .calls()
      .slice(before)
      .filter(({ method }) => method === 'GET');
    expect(looked).toEqual([]);
    await ana.unreact({ id, channel: CHANNEL }, '👀');
    await heard(world);
    expect(handlers.acts).toEqual([]);
    await react(ana, '👀');
    expect(handlers.now(7).owner?.name).toBe('Ana');
  });

  it('means what the policy says, and nothing when it is switched off, which asks for no intent', async () => {
    const { ana, handlers, server } = await open({ policy: { reactions: { '🙌': 'claim' } } });
    await postCard(world, sampleCard());
    await react(ana, '👀');
    expect(handlers.acts).toEqual([]);
    await react(ana, '🙌');
    expect(handlers.now(7).owner?.name).toBe('Ana');
    expect(server.intents & (1 << 10)).not.toBe(0);
    await world.reconfigure({ reactions: false });
    await ana.unreact(card(), '🙌');
    await ana.react(card(), '💤');
    await heard(world);
    expect(handlers.acts).toHaveLength(1);
    expect(server.intents & (1 << 10)).toBe(0);
  });

  it('on a closed card says so to whoever left it', async () => {
    const { ana, handlers } = await open();
    await postCard(world, closedCard({ itemId: 7 }));
    await react(ana, '🙈');
    expect(ana.dms().at(-1)?.text).toContain('#7');
    expect(handlers.now(7).state).toBe('answered');
  });
});
