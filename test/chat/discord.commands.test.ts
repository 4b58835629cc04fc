import { afterEach, describe, expect, it } from 'vitest';
import type { Desk } from '../../src/chat/discord/desk.ts';
import { onTrack } from '../../src/chat/discord/track.ts';
import { BLOG, BLUESKY, closedCard, HOSTILE_TEXTS, MIRA, NOON, sampleCard } from '../support/cards.ts';
import type { DiscordPerson } from '../support/discord/server.ts';
import {
  ANA,
  askFor,
  BO,
  CHANNEL,
  cardOf,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
  levelCard,
  postCard,
  privately,
} from '../support/discord/world.ts';

let world: DiscordWorld;
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  world = await discordWorld(options);
  return world;
};
afterEach(async () => {
  // Whatever happened: nobody was pinged, and Discord had nothing to refuse.
  expect(world.server.pings()).toEqual([]);
  expect(world.server.breaches()).toEqual([]);
  await world.close();
});

type Options = Readonly<Record<string, string | number | boolean>>;
/** Uses a sub-command as Ana (or somebody else) and returns what only they were told. */
const ask = (sub: string, options: Options = {}, who: DiscordPerson = world.ana): Promise<string> =>
  askFor(world, who, sub, options);

describe('suggestions', () => {
  const suggest = (sub: string, option: string, partial: string, who = world.ana) =>
    who.complete('potluck', sub, option, partial, {}, CHANNEL);
  const numbers = async (sub: string, partial = '', who = world.ana) =>
    (await suggest(sub, 'item', partial, who)).map(({ value }) => value);

  it('of items are those the command is for, one’s own first, by number and by words', async () => {
    const { bo, handlers } = await open();
    const mine = { id: `discord:${BO}`, name: 'Bo' };
    handlers.put(sampleCard({ itemId: 1, priority: 90 }));
    handlers.put(sampleCard({ itemId: 12, priority: 80, text: 'my lid @everyone broke' }));
    handlers.put(sampleCard({ itemId: 2, state: 'claimed', priority: 70, owner: { id: 'x', name: 'Zoe' } }));
    handlers.put(sampleCard({ itemId: 3, state: 'claimed', priority: 10, owner: mine }));
    handlers.put(sampleCard({ itemId: 4, state: 'snoozed', priority: 5, owner: mine }));
    handlers.put(closedCard({ itemId: 15, version: 1 }));
    handlers.put(closedCard({ itemId: 16, version: 9 }));
    expect(await numbers('claim', '', bo)).toEqual([4, 1, 12]);
    expect(await numbers('claim')).toEqual([1, 12, 4]);
    expect(await numbers('release', '', bo)).toEqual([3, 4, 2]);
    expect(await numbers('reopen', '', bo)).toEqual([16, 15]);
    expect(await numbers('draft', '', bo)).toEqual([3, 4, 1, 12, 2]);
    expect(new Set(await numbers('show', '', bo))).toEqual(new Set([1, 2, 3, 4, 12, 15, 16]));
    expect(await numbers('claim', '1')).toEqual([1, 12]);
    expect(await numbers('claim', '#12')).toEqual([12]);
    // What would be refused is not offered, even by its exact number.
    expect(await numbers('claim', '15')).toEqual([]);
    expect(await numbers('reopen', '15')).toEqual([15]);
    expect(await numbers('claim', 'BROKE')).toEqual([12]);
    expect(await numbers('claim', 'the moon')).toEqual([]);
    expect(await numbers('claim', '99999999999999999999')).toEqual([]);
    expect((await suggest('claim', 'item', '12'))[0]?.name).toBe(
      '#12 Question · Mira Lindqvist (mira.example): my lid @everyone broke',
    );
  });

  it('are never too many or too long, whatever people are called', async () => {
    const { handlers } = await open();
    const hostile = HOSTILE_TEXTS.map(({ text }) => text);
    for (const [at, text] of [...hostile, ...hostile].entries())
      handlers.put(
        sampleCard({
          itemId: at + 1,
          text,
          kindLabel: text,
          author: { ...sampleCard().author, name: text, handle: text },
        }),
      );
    handlers.setPeople(hostile.map((text) => ({ ...MIRA, name: `a${text}`, handle: text, label: text })));
    handlers.setSources(hostile.map((text, at) => ({ ...BLOG, name: `s${at}`, label: text })));
    for (const list of [
      await suggest('claim', 'item', ''),
      await suggest('who', 'author', 'a'),
      await suggest('list', 'source', ''),
    ]) {
      expect(list.length).toBeGreaterThan(5);
      expect(list.length).toBeLessThanOrEqual(25);
      for (const { name } of list) expect(name).not.toMatch(/[\n\u202E\u0000]/);
    }
    for (const text of hostile) await suggest('show', 'item', text.slice(0, 6_000));
  });

  it('of authors and sources are what the command takes', async () => {
    const { handlers } = await open();
    handlers.setPeople([MIRA]);
    handlers.setSources([BLUESKY, BLOG]);
    expect(await suggest('who', 'author', '')).toEqual([]);
    const [mira] = await suggest('who', 'author', '@mir');
    expect(mira).toEqual({ name: 'Mira Lindqvist mira.example · Bluesky', value: 'mira.example' });
    await ask('who', { author: String(mira?.value) });
    expect(handlers.asks.at(-1)).toMatchObject({ what: 'person', options: { author: 'mira.example' } });
    expect(await suggest('list', 'source', 'BLO')).toEqual([{ name: 'Blog (blog)', value: 'blog' }]);
  });

  it('do not fail while the ledger is away or slow', async () => {
    const { handlers, clock } = await open();
    const { list } = handlers;
    handlers.list = () => Promise.reject(new Error('the ledger is away'));
    expect(await numbers('claim')).toEqual([]);
    expect(world.logged()).toContain('the ledger is away');
    let answer: () => void = () => {};
    const slow = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    handlers.list = async (query) => {
      asked += 1;
      await slow;
      return list(query);
    };
    const suggested = numbers('claim');
    await world.server.until('it asks', () => asked > 0);
    await clock.advance(2_500);
    expect(await suggested).toEqual([]);
    answer();
    await world.settle();
  });
});

describe('the menus of a message and of a person', () => {
  it('make one item of a message, with its author, words and link, and tell only the one who asked', async () => {
    const { ana, bo, handlers, server } = await open();
    const { id } = await bo.say(
      CHANNEL,
      `<@${ANA}> a customer told me: the lid @everyone <a:sad:123456789012345678> broke`,
    );
    await ana.messageMenu('Track in Potluck', { id, channel: CHANNEL });
    await world.settle();
    expect(privately(world, ana).text).toBe('It is #1 now.');
    expect(handlers.now(1)).toMatchObject({
      text: '@Ana a customer told me: the lid @everyone :sad: broke',
      author: { name: 'Bo' },
      url: `https://discord.com/channels/${server.guildId}/${CHANNEL}/${id}`,
      postedAt: NOON,
      reasons: ['found by Ana'],
    });
    await bo.messageMenu('Track in Potluck', { id, channel: CHANNEL });
    await world.settle();
    expect(privately(world, bo).text).toBe('That is already #1.');
    expect(server.shown(CHANNEL)).toHaveLength(1);
  });

  it('find the card in a card, and something in a message without words', async () => {
    const { ana, bo, handlers, server } = await open();
    await postCard(world, sampleCard());
    await ana.messageMenu('Track in Potluck', cardOf(world, 7));
    await world.settle();
    expect(privately(world, ana).text).toBe('That is the card of #7 already.');
    const { id } = await bo.say(CHANNEL, '   ');
    await ana.messageMenu('Track in Potluck', { id, channel: CHANNEL });
    await world.settle();
    expect(handlers.now(8).text).toBe('(no text)');
    // Words that are ours, and no card.
    await ask('sources');
    await ana.messageMenu('Track in Potluck', privately(world, ana));
    await world.settle();
    expect(privately(world, ana).text).toBe('That is a message of mine.');
    await expect(handlers.card(9)).resolves.toBeNull();
    expect(server.shown(CHANNEL)).toHaveLength(2);
  });

  it.each([
    [
      'files and previews',
      {
        attachments: [{ filename: 'lid.jpg', description: 'A broken\nlid' }, { filename: 'b.pdf' }],
        embeds: [{ title: 'Review' }],
      },
      'Review, A broken lid, b.pdf',
    ],
    [
      'what was forwarded',
      { message_snapshots: [{ message: { content: ' the lid broke ' } }] },
      'the lid broke',
    ],
    ['nothing that can be read', { attachments: 'x', embeds: null, message_snapshots: 7 }, '(no text)'],
  ])('take from a message without words: %s', async (_what, more, text) => {
    const { handlers } = await open();
    const actor = { id: `discord:${ANA}`, name: 'Ana', surface: 'discord' };
    const desk = {
      clock: world.clock,
      identity: { now: () => null },
      people: { asked: async () => ({ ok: true, actor }) },
      handlers: () => handlers,
    } as unknown as Desk;
    const clicker = { id: ANA, name: 'Ana', roles: [], guildId: '1', channels: [CHANNEL] };
    const sent = { id: '2', application_id: '3', type: 2, token: 't', guild_id: '1', channel_id: CHANNEL };
    const message = { id: '4', content: '', author: { id: BO, username: 'bo' }, ...more };
    const index = { remember() {}, forget() {}, itemOf: async () => null, itemOfThread: async () => null };
    await onTrack(desk, clicker, { ...sent, data: null }, message, index);
    expect(handlers.now(1).text).toBe(text);
  });

  it('tell what we know of a member, by the name they show here', async () => {
    const { ana, handlers, server } = await open();
    server.setNick(BO, 'Mira Lindqvist');
    handlers.replyWith({ ok: true, text: 'What we know of Mira Lindqvist' });
    await ana.userMenu('What do we know?', BO, CHANNEL);
    await world.settle();
    expect(handlers.asks.at(-1)).toMatchObject({ what: 'person', options: { author: 'Mira Lindqvist' } });
    expect(privately(world, ana).text).toContain('What we know of Mira Lindqvist');
  });
});

describe('roles', () => {
  const SUPPORT = '1180000000000002001';
  const LEADS = '1180000000000002002';
  const SHOP = '1180000000000000300';
  const prepare: DiscordWorldOptions['prepare'] = (server) => {
    server.addRole(SUPPORT, { name: 'Support' });
    server.addRole(LEADS, { name: 'Leads' });
    server.addChannel(SHOP, { name: 'shop' });
  };

  it('are needed to act where the policy names them, and the refusal says which', async () => {
    const { ana, bo, handlers, server } = await open({
      prepare,
      policy: { responders: [SUPPORT], managerRoles: [LEADS] },
    });
    server.setRoles(ANA, [SUPPORT]);
    await postCard(world, sampleCard());
    const no = 'Only people with the role “Support” can act here. Whoever runs this server gives it.';
    await bo.press(cardOf(world, 7), 'Claim');
    await world.settle();
    expect(privately(world, bo).text).toBe(no);
    for (const label of ['Draft', 'Dismiss', 'Snooze…', 'Note…', 'Talk about it']) {
      await bo.press(cardOf(world, 7), label);
      await world.settle();
      expect(bo.modal()).toBeNull();
      expect(privately(world, bo).text).toBe(no);
    }
    for (const sub of ['list', 'next', 'home']) expect(await ask(sub, {}, bo)).toBe(no);
    expect(await ask('note', { item: 7, text: 'hello' }, bo)).toBe(`${no}\nYour words:\nhello`);
    const { id } = await bo.say(CHANNEL, 'hi');
    await bo.messageMenu('Track in Potluck', { id, channel: CHANNEL });
    await world.settle();
    expect(privately(world, bo).text).toBe(no);
    expect(await bo.complete('potluck', 'claim', 'item', '', {}, CHANNEL)).toEqual([]);
    expect(handlers.acts).toEqual([]);
    await ana.press(cardOf(world, 7), 'Claim');
    await world.settle();
    expect(handlers.acts.at(-1)?.actor).toEqual({ id: `discord:${ANA}`, name: 'Ana', surface: 'discord' });
    // Managers are of the team without being told so twice, and the role counts from the next click on.
    server.setRoles(BO, [LEADS]);
    await levelCard(world, `${CHANNEL}:${cardOf(world, 7).id}`, 7);
    await bo.press(cardOf(world, 7), 'Release');
    await world.settle();
    expect(handlers.acts.at(-1)?.actor).toMatchObject({ id: `discord:${BO}`, role: 'manager' });
    expect(handlers.now(7).owner).toBeNull();
  });

  it('of one channel hold for its items, wherever the command is typed', async () => {
    const { ana, bo, handlers, server } = await open({
      prepare,
      channels: [CHANNEL, SHOP],
      policy: { channels: { [SHOP]: { responders: [SUPPORT, LEADS] } } },
    });
    server.setRoles(ANA, [LEADS]);
    await postCard(world, sampleCard({ itemId: 1 }), CHANNEL);
    await postCard(world, sampleCard({ itemId: 2 }), SHOP);
    const no = 'Only people with the role “Support” or “Leads” can act here.';
    await bo.press(cardOf(world, 2, SHOP), 'Claim');
    await world.settle();
    expect(privately(world, bo, SHOP).text).toContain(no);
    expect(await ask('claim', { item: 2 }, bo)).toContain(no);
    expect(await ask('draft', { item: 2, text: 'My words.' }, bo)).toContain(no);
    expect(bo.told().at(-1)).toContain('Your words:\nMy words.');
    expect(handlers.acts).toEqual([]);
    // What counts is where the card is, not where its number is typed.
    expect(await askFor(world, bo, 'claim', { item: 1 }, SHOP)).toBe('Done: claim #1.');
    expect(await askFor(world, bo, 'list', {}, SHOP)).toContain(no);
    expect(await ask('claim', { item: 2 }, ana)).toBe('Done: claim #2.');
    await world.reconfigure({
      responders: ['1180000000000002999'],
      channels: { [SHOP]: { responders: [SUPPORT, LEADS] } },
    });
    expect(await ask('release', { item: 2 }, ana)).toBe('Done: release #2.');
    expect(await ask('claim', { item: 1 }, ana)).toContain('the role “1180000000000002999”');
  });

  it('that are missing for one deed are told before a form is filled in, with who can', async () => {
    const { bo, handlers } = await open({ prepare, policy: { managers: [ANA], managerRoles: [LEADS] } });
    handlers.setPermissions({ dismiss: 'manager', assign: 'manager' });
    await postCard(world, sampleCard());
    const who = 'Managers on Discord: Ana, everybody with the role “Leads”.';
    for (const label of ['Dismiss', 'Assign to…']) {
      await bo.press(cardOf(world, 7), label);
      await world.settle();
      expect(bo.modal()).toBeNull();
      expect(privately(world, bo).text).toContain(who);
    }
    expect(await ask('dismiss', { item: 7, reason: 'spam', words: 'so it is' }, bo)).toMatch(
      /Leads”\.\nYour words:\nso it is$/,
    );
    await world.ana.press(cardOf(world, 7), 'Dismiss');
    expect(world.ana.modal()?.title).toBe('Dismiss #7');
  });

  it('mean nothing in a server that is not ours', async () => {
    const OTHER = '1180000000000000900';
    const YARD = '1180000000000000901';
    const { handlers, server } = await open({
      policy: { commands: 'global', managers: [BO] },
      prepare: (made) => {
        made.addGuild(OTHER, { name: 'Elsewhere' });
        made.addChannel(YARD, { name: 'yard', guildId: OTHER });
      },
    });
    const bo = server.addMember(BO, { name: 'Bo', guildId: OTHER });
    handlers.put(sampleCard());
    const no = 'This server is none of those that this Potluck belongs to.';
    for (const [sub, options] of [
      ['list', {}],
      ['claim', { item: 7 }],
      ['settings', {}],
      ['sources', {}],
    ] as const)
      expect(await askFor(world, bo, sub, options, YARD)).toBe(no);
    expect(await bo.complete('potluck', 'claim', 'item', '', {}, YARD)).toEqual([]);
    const { id } = await bo.say(YARD, 'hi');
    await bo.messageMenu('Track in Potluck', { id, channel: YARD });
    await world.settle();
    expect(privately(world, bo, YARD).text).toBe(no);
    expect(handlers.acts).toEqual([]);
    await expect(handlers.card(8)).resolves.toBeNull();
  });
});

describe('the commands', () => {
  const SET = 'PUT /applications/:id/guilds/:id/commands';
  const names = (list: readonly object[]) => list.map((each) => ('name' in each ? each.name : null));

  it('are registered once, and not again while nothing has changed', async () => {
    const { server } = await open();
    expect(names(server.registered(server.guildId))).toEqual([
      'potluck',
      'Track in Potluck',
      'What do we know?',
    ]);
    expect(server.registered(null)).toEqual([]);
    await world.restart();
    await world.another();
    expect(server.calls(SET)).toHaveLength(1);
    expect(await ask('sources')).toContain('No source is connected');
  });

  it('are registered anew when a translation is added, and move when the policy says where', async () => {
    const { server } = await open();
    const again = (policy: object) => world.reconfigure(policy);
    await again({ translations: { de: { claim: 'Übernimm den Eintrag' } } });
    expect(server.calls(SET)).toHaveLength(2);
    expect(JSON.stringify(server.registered(server.guildId))).toContain('Übernimm den Eintrag');
    await again({ translations: { de: { claim: 'Übernimm den Eintrag' } } });
    expect(server.calls(SET)).toHaveLength(2);
    await again({ commands: 'global' });
    expect(server.registered(server.guildId)).toEqual([]);
    expect(names(server.registered(null))).toContain('potluck');
    expect(await ask('sources')).toContain('No source is connected');
    await again({});
    expect(server.registered(null)).toEqual([]);
    expect(names(server.registered(server.guildId))).toContain('potluck');
  });

  it('that somebody removed do not keep the bot from starting, nor does a refusal', async () => {
    const { server } = await open({
      prepare: (made) => made.fail({ kind: 'status', status: 500 }, SET),
    });
    expect(world.chat().health().state).toBe('up');
    expect(world.logged()).toContain('Discord commands were not registered');
    await world.restart();
    expect(names(server.registered(server.guildId))).toContain('potluck');
    await postCard(world, sampleCard());
    await levelCard(world, `${CHANNEL}:${cardOf(world, 7).id}`, 7);
  });
});
