import { afterEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/chat/kit/commands.ts';
import {
  BLOG,
  BLUESKY,
  closedCard,
  HOSTILE_TEXTS,
  hostileCard,
  MIRA,
  NOON,
  sampleCard,
} from '../support/cards.ts';
import type { DiscordPerson } from '../support/discord/server.ts';
import {
  ANA,
  askFor,
  BO,
  CHANNEL,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
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
const acts = () => world.handlers.acts.map(({ action }) => action);
const labels = (who: DiscordPerson) => privately(world, who).buttons.map(({ label }) => label);

describe('what the command tells', () => {
  it('all it can do, in the words of the other chats', async () => {
    await open();
    const help = await ask('help');
    for (const [name, [, what]] of Object.entries(COMMANDS))
      expect(help).toContain(`/potluck ${name} – ${what}`);
    expect(help).toContain('/potluck home – ');
    expect(world.server.shown(CHANNEL)).toEqual([]);
  });

  it('what waits, filtered, or that nothing does', async () => {
    const { ana, bo, handlers, server } = await open();
    expect(await ask('list')).toBe('Nothing waits. 🎉');
    expect(await ask('list', { mine: true })).toBe('Nothing is with you.');
    handlers.setSources([BLUESKY, BLOG]);
    handlers.put(sampleCard({ itemId: 1, priority: 90, tone: 'red' }));
    handlers.put(
      sampleCard({
        itemId: 2,
        kinds: ['complaint'],
        kindLabel: 'Complaint',
        text: 'broken @everyone **lid** [bank](https://evil.example)',
        source: { name: 'blog', label: 'Blog' },
      }),
    );
    handlers.put(sampleCard({ itemId: 3, state: 'claimed', owner: { id: `discord:${ANA}`, name: 'Ana' } }));
    handlers.put(closedCard({ itemId: 4 }));
    const all = await ask('list');
    expect(all).toMatch(
      /^Most urgent first\n.*🔴 #1 Question[\s\S]*#2 Complaint[\s\S]*#3 Question.* · with Ana/,
    );
    expect(all).toContain('broken @\u200Beveryone **lid** [bank](https://evil.example)');
    expect(all).not.toContain('#4');
    expect(privately(world, ana).links.map(({ url }) => url)).not.toContain('https://evil.example');
    expect(await ask('list', { kind: 'complaint' })).not.toContain('#1');
    expect(await ask('list', { source: 'Blog' })).toMatch(/^Most urgent first\n.*#2/);
    expect(await ask('list', { source: 'myspace' })).toBe(
      'I know no source “myspace”. Sources: bluesky, blog.',
    );
    expect(await ask('list', { state: 'answered' })).toContain('#4');
    const mine = await ask('list', { mine: true });
    expect(mine).toContain('With you');
    expect(mine).toContain('#3');
    expect(mine).not.toContain('#1');
    expect(await ask('list', { mine: true }, bo)).toBe('Nothing is with you.');
    expect(await ask('find', { words: 'BROKEN' })).toMatch(/^Found\n.*#2/);
    expect(await ask('find', { words: 'the moon' })).toBe('Nothing found for “the moon”.');
    expect(server.shown(CHANNEL)).toEqual([]);
  });

  it('a long list page by page, in one message, also after a restart and by its own filters', async () => {
    const { ana, handlers } = await open();
    for (let itemId = 1; itemId <= 23; itemId++) handlers.put(sampleCard({ itemId }));
    for (let itemId = 31; itemId <= 42; itemId++)
      handlers.put(sampleCard({ itemId, text: `a needle ${'that is long '.repeat(5)}${itemId}` }));
    await ask('list', { kind: 'question' });
    expect(privately(world, ana).text).toContain('(1–10 of 35)');
    expect(labels(ana)).toEqual(['More']);
    await ana.press(privately(world, ana), 'More');
    await world.settle();
    expect(privately(world, ana).text).toContain('(11–20 of 35)');
    expect(labels(ana)).toEqual(['Earlier', 'More']);
    await world.restart();
    for (const range of ['(21–30 of 35)', '(31–35 of 35)']) {
      await ana.press(privately(world, ana), 'More');
      await world.settle();
      expect(privately(world, ana).text).toContain(range);
    }
    expect(labels(ana)).toEqual(['Earlier']);
    await ana.press(privately(world, ana), 'Earlier');
    await world.settle();
    expect(privately(world, ana).text).toContain('(21–30 of 35)');
    expect(ana.sees(CHANNEL)).toHaveLength(1);
    await ask('find', { words: 'needle that is long that is long that is long that is long' });
    expect(privately(world, ana).text).toContain('Found (1–10 of 12)');
    await world.cache.clear();
    await ana.press(privately(world, ana), 'More');
    await world.settle();
    expect(privately(world, ana).text).toBe('That list is too old. Ask for it again.');
    expect(handlers.acts).toEqual([]);
  });

  it('one item with its buttons, which act and show what came of it', async () => {
    const { ana, handlers } = await open();
    expect(await ask('show', { item: 99 })).toBe('There is no #99.');
    handlers.put(sampleCard());
    expect(await ask('show', { item: 7 })).toContain('Does the slow cooker lid survive');
    await ana.press(privately(world, ana), 'Claim');
    await world.settle();
    expect(handlers.now(7).owner?.name).toBe('Ana');
    // No reconciler keeps a private copy level: the click does.
    expect(privately(world, ana).text).toContain('👤 With Ana');
    expect(labels(ana)).not.toContain('Claim');
    await ana.press(privately(world, ana), 'Note…');
    ana.type('For the team only; never public', 'She called, too.');
    await ana.submit();
    await world.settle();
    expect(handlers.now(7).notes.at(-1)?.text).toBe('She called, too.');
    expect(privately(world, ana).text).toContain('Done: note #7.');
    // Others would not see that thread: a private copy opens none.
    const copy = ana.sees(CHANNEL)[1];
    if (!copy) throw new Error('there is no copy');
    await ana.press(copy, 'Talk about it');
    await world.settle();
    expect(privately(world, ana).text).toBe('Use the menu of the card itself, in its channel.');
  });

  it('the most urgent for whoever takes it, or that nothing waits', async () => {
    const { ana, bo, handlers } = await open();
    expect(await ask('next')).toBe('Nothing waits for anybody. 🎉');
    handlers.put(sampleCard({ itemId: 1, priority: 10 }));
    handlers.put(sampleCard({ itemId: 2, priority: 90 }));
    // Somebody is quicker by a hair: the next one it is.
    const { list } = handlers;
    handlers.list = async (query) => {
      const found = await list(query);
      if (handlers.now(2).owner === null)
        handlers.happen(
          2,
          { type: 'claim' },
          { id: 'web:zoe', name: 'Zoe', role: 'responder', surface: 'web' },
        );
      return found;
    };
    expect(await ask('next')).toContain('👤 With Ana');
    expect(handlers.now(1).owner?.id).toBe(`discord:${ANA}`);
    expect(await ask('next', {}, bo)).toBe('Nothing waits for anybody. 🎉');
    expect(ana.sees(CHANNEL).every((each) => each.ephemeral)).toBe(true);
  });

  it('who somebody is, and that nobody of that name wrote', async () => {
    const { handlers } = await open();
    handlers.replyWith({
      ok: true,
      text: 'What we know of @mira',
      notice: {
        title: '@everyone **Mira** <@&1>',
        tone: 'grey',
        blocks: [{ type: 'text', text: '3 conversations, 7 posts' }],
        buttons: [],
        mention: [],
      },
    });
    const one = await ask('who', { author: '@mira.example' });
    expect(handlers.asks.at(-1)).toMatchObject({ what: 'person', options: { author: '@mira.example' } });
    expect(one).toContain('@\u200Beveryone **Mira** <@&1>');
    expect(one).toContain('3 conversations, 7 posts');
    handlers.replyWith({ ok: false, text: 'Nobody called “here” has written to us.' });
    expect(await ask('who', { author: '@here' })).toContain('Nobody called “');
  });

  it('the figures with their meaning, sources, and who is on call', async () => {
    const { handlers } = await open();
    expect(await ask('stats')).toContain('Nobody waits for an answer');
    expect(await ask('sources')).toBe('No source is connected yet.');
    for (let itemId = 1; itemId <= 8; itemId++)
      handlers.put(
        sampleCard({ itemId, priority: itemId * 10, waitingSince: NOON - (20 - itemId) * 3_600_000 }),
      );
    handlers.put(closedCard({ itemId: 9, postedAt: NOON - 3_600_000 }));
    handlers.setSources([{ ...BLUESKY, label: '@here *Bluesky*' }, BLOG]);
    const stats = await ask('stats');
    expect(stats).toContain('The last 24 hours');
    expect(stats).toContain('9 new · 1 answered · 0 dismissed');
    expect(stats).toContain('8 waiting, the longest since ');
    expect(stats).toContain('half of them within 59 min, nine of ten within 59 min');
    expect(stats).toContain('By kind: question 9');
    expect(stats).toContain('Answers by: Ana 1');
    expect(stats).toContain('Time to answer: from the customer’s first unanswered post');
    expect(await ask('stats', { window: 'week' })).toContain('The last seven days');
    const sources = await ask('sources');
    expect(sources).toContain('@\u200Bhere *Bluesky* · 🟢 hears · last post ');
    expect(sources).toContain('Blog · 🔴 blind – The feed is gone.');
  });

  it('somebody’s desk, with settings for managers only, and buttons that do what they say', async () => {
    const { ana, bo, handlers } = await open({ policy: { managers: [ANA] } });
    handlers.setOutlets([{ source: 'bluesky', account: '@potluck.example', limit: 300, unit: 'graphemes' }]);
    handlers.setSources([BLUESKY, BLOG]);
    for (let itemId = 1; itemId <= 7; itemId++) handlers.put(sampleCard({ itemId, priority: itemId }));
    handlers.put(sampleCard({ itemId: 8, state: 'claimed', owner: { id: `discord:${ANA}`, name: 'Ana' } }));
    const home = await ask('home');
    expect(home).toMatch(/With you\n.*#8/);
    expect(home).toMatch(/Nobody has these yet \(5 of 7\)\n.*#7/);
    expect(home).toContain('7 open · 1 claimed · 0 snoozed · 0 answered · 0 dismissed');
    expect(home).toContain('8 new · 0 answered');
    expect(home).toContain('Blog · 🔴 blind');
    expect(labels(ana)).toEqual(['Claim the most urgent', 'New human post', 'Settings…']);
    await ana.press(privately(world, ana), 'Settings…');
    expect(ana.modal()?.title).toBe('Settings');
    ana.closeModal();
    expect(await ask('home', {}, bo)).toContain('Nothing. Take the next one?');
    expect(labels(bo)).toEqual(['Claim the most urgent', 'New human post']);
    const desk = privately(world, bo);
    await bo.press(desk, 'New human post');
    expect(bo.modal()?.title).toBe('New human post');
    bo.closeModal();
    await bo.press(desk, 'Claim the most urgent');
    await world.settle();
    expect(handlers.now(7).owner?.name).toBe('Bo');
    expect(privately(world, bo).text).toContain('👤 With Bo');
  });
});

describe('whatever people, sources and accounts are called', () => {
  it('no answer and no form acts, or breaks a limit of Discord', async () => {
    const { ana, handlers } = await open({ policy: { managers: [ANA] } });
    const hostile = HOSTILE_TEXTS.map(({ text }) => text.slice(0, 5_000));
    const mine = { id: `discord:${ANA}`, name: 'Ana' };
    for (const [at, text] of hostile.entries()) {
      handlers.put(hostileCard(text, { itemId: at + 1, kindLabel: text, version: 1 }));
      handlers.put(hostileCard(text, { itemId: at + 101, state: 'claimed', owner: mine }));
      handlers.put(
        closedCard({ itemId: at + 201, text, closing: { line: text, by: text, at: 0, url: text } }),
      );
      const zoe = { id: 'web:zoe', name: text, role: 'manager', surface: 'web' } as const;
      handlers.happen(at + 1, { type: 'note', text: `x${text.slice(0, 900)}` }, zoe);
    }
    handlers.setSources(hostile.map((text, at) => ({ ...BLOG, name: `s${at}`, label: text, detail: text })));
    handlers.setPeople(
      hostile.map((text) => ({
        ...MIRA,
        name: `who${text}`,
        handle: text,
        label: text,
      })),
    );
    const { stats } = handlers;
    handlers.stats = async (window) => ({
      ...(await stats(window)),
      opened: 1e9,
      oldestWaitingSince: Number.NaN,
      bySource: hostile.map((source) => ({ source, count: 1e9, answered: 0 })),
      byPerson: hostile.map((name) => ({ name, answered: 1e9 })),
    });
    const asked: readonly (readonly [string, Options])[] = [
      ['home', {}],
      ['list', {}],
      ['list', { mine: true }],
      ['list', { state: 'answered' }],
      ['list', { source: '@everyone *x*' }],
      ['find', { words: 'e' }],
      ['sources', {}],
      ['stats', {}],
      ['who', { author: 'who' }],
      ['mute', { words: hostile.join(' ').slice(0, 900) }],
      ...hostile.slice(0, 8).map((text) => ['who', { author: text.slice(0, 100) }] as const),
      ...hostile.slice(8, 16).map((text) => ['find', { words: text.slice(0, 200) }] as const),
    ];
    const outside = /evil\.example|javascript:|^data:/;
    for (const [sub, options] of asked) {
      const told = await ask(sub, options);
      expect(told).not.toBe('');
      expect(told).not.toContain('Something went wrong');
      for (const { url } of privately(world, ana).links) expect(url).not.toMatch(outside);
    }
    handlers.setOutlets(
      hostile.map((text, at) => ({ source: `s${at}`, account: text, limit: 1e9, unit: text })),
    );
    await ana.command('potluck', 'idea', {}, CHANNEL);
    expect(ana.modal()?.fields[0]?.options).toHaveLength(25);
    ana.closeModal();
  });

  it.each([0, 1, 2])('no copy of a card, nor what its menu tells, part %i', async (part) => {
    const { ana, handlers } = await open();
    for (const [at, { text }] of HOSTILE_TEXTS.slice(part * 9, part * 9 + 9).entries()) {
      handlers.put(hostileCard(text, { itemId: at + 1 }));
      handlers.happen(
        at + 1,
        { type: 'note', text: 'x' },
        { id: 'web:z', name: text, role: 'manager', surface: 'web' },
      );
      handlers.setPeople([{ ...MIRA, name: text.slice(0, 300), handle: text.slice(0, 300), label: text }]);
      await ask('show', { item: at + 1 });
      const copy = privately(world, ana);
      for (const label of ['What do we know?', 'What happened so far']) {
        await ana.press(copy, label);
        await world.settle();
        expect(privately(world, ana).links.map(({ url }) => url)).not.toContain('https://evil.example');
      }
    }
    expect(HOSTILE_TEXTS.length).toBeLessThanOrEqual(27);
    expect(ana.told().join()).not.toContain('Something went wrong');
  });
});

describe('what the command does', () => {
  it('claims, releases, reopens, notes, and says when it is too late', async () => {
    const { bo, handlers } = await open();
    handlers.put(sampleCard());
    expect(await ask('claim', { item: 7 })).toBe('Done: claim #7.');
    expect(await ask('claim', { item: 7 }, bo)).toContain('already claimed by Ana');
    expect(await ask('claim', { item: 99 })).toBe('There is no #99.');
    expect(await ask('release', { item: 7 }, bo)).toContain('#7 is with Ana');
    expect(await ask('release', { item: 7 })).toBe('Done: release #7.');
    expect(await ask('note', { item: 7, text: '@everyone knows her' })).toBe('Done: note #7.');
    expect(handlers.now(7).notes.at(-1)?.text).toBe('@everyone knows her');
    // What was typed with a refusal is not lost.
    expect(await ask('note', { item: 99, text: 'Ten **minutes** of\ntyping <@1>' })).toBe(
      'There is no #99.\nYour words:\nTen **minutes** of\ntyping <@1>',
    );
    expect(await ask('reopen', { item: 7 })).not.toContain('Done');
    expect(await ask('answered', { item: 7, link: 'social.example/answer' })).toBe(
      'That is not a link that starts with https://\nYour words:\nsocial.example/answer',
    );
    expect(handlers.now(7).state).toBe('open');
    expect(await ask('answered', { item: 7, link: 'https://social.example/answer' })).toContain('Done');
    expect(handlers.now(7).closing?.url).toBe('https://social.example/answer');
    expect(await ask('reopen', { item: 7 })).toBe('Done: reopen #7.');
    expect(await ask('answered', { item: 7 })).toContain('Done');
    expect(world.handlers.acts[0]?.actor).toEqual({ id: `discord:${ANA}`, name: 'Ana', surface: 'discord' });
  });

  it('keeps every word of a long draft that came too late', async () => {
    const { ana, handlers } = await open();
    handlers.put(closedCard({ itemId: 7 }));
    const long = Array.from({ length: 60 }, (_, at) => `Line ${at} of what I thought about.`).join('\n');
    const told = await ask('draft', { item: 7, text: long.replaceAll('\n', ' ') });
    expect(told).toContain('Your words:');
    expect(told).toContain('Line 59 of what I thought about.');
    // The worst case: every single sign has to be made harmless, and still it is one message.
    const stars = await ask('draft', { item: 7, text: '*'.repeat(3_000) });
    expect(stars).toContain('Your words:\n*****');
    expect(ana.sees(CHANNEL)).toHaveLength(2);
  });

  it('dismisses at once with a reason, and asks for one without', async () => {
    const { ana, handlers } = await open();
    handlers.put(sampleCard({ itemId: 7 }));
    handlers.put(sampleCard({ itemId: 8 }));
    expect(await ask('dismiss', { item: 99, reason: 'spam', words: 'the same bot again' })).toBe(
      'There is no #99.\nYour words:\nthe same bot again',
    );
    expect(await ask('dismiss', { item: 7, reason: 'spam', words: 'same bot' })).toBe('Done: dismiss #7.');
    expect(acts().at(-1)).toEqual({ type: 'dismiss', reason: 'spam', words: 'same bot' });
    await ana.command('potluck', 'dismiss', { item: 8, words: 'typed before the form' }, CHANNEL);
    expect(ana.modal()?.title).toBe('Dismiss #8');
    expect(ana.modal()?.fields.at(-1)?.value).toBe('typed before the form');
    await expect(ana.submit()).rejects.toThrow('required');
    ana.choose('Why does nobody need to answer?', 'Handled elsewhere');
    await ana.submit();
    await world.settle();
    expect(acts().at(-1)).toEqual({ type: 'dismiss', reason: 'elsewhere', words: 'typed before the form' });
    expect(ana.told().at(-1)).toBe('Done: dismiss #8.');
    expect(await ask('dismiss', { item: 8 })).toContain('#8 is closed already');
    expect(ana.modal()).toBeNull();
    expect(await ask('dismiss', { item: 99 })).toBe('There is no #99.');
  });

  it('snoozes by words of the team’s clock, helps with a slip, and asks by a form', async () => {
    const { ana, handlers } = await open({ policy: { timezone: 'Europe/Berlin' } });
    handlers.put(sampleCard());
    const until = () => new Date(handlers.now(7).snoozedUntil ?? 0).toISOString();
    expect(await ask('snooze', { item: 7, until: 'someday' })).toBe(
      'Write it like this: 30m, 2h, 3d, tomorrow, monday.\nYour words:\nsomeday',
    );
    expect(handlers.acts).toEqual([]);
    expect(await ask('snooze', { item: 7, until: 'monday' })).toContain('Done');
    // This is a Monday; nine o'clock in Berlin.
    expect(until()).toBe('2026-06-08T07:00:00.000Z');
    await ask('reopen', { item: 7 });
    await ask('claim', { item: 7 });
    await ana.command('potluck', 'snooze', { item: 7 }, CHANNEL);
    expect(ana.modal()?.fields[0]?.options).toEqual([
      'In an hour',
      'In four hours',
      'Tomorrow at 9:00, team time',
      'Monday at 9:00, team time',
      'As written below',
    ]);
    ana.choose('Bring it back', 'As written below');
    await ana.submit();
    await world.settle();
    expect(ana.told().at(-1)).toBe('Choose when, or write it.');
    await ana.command('potluck', 'snooze', { item: 7 }, CHANNEL);
    ana.choose('Bring it back', 'In an hour');
    ana.type('Or when?', 'the day after');
    await ana.submit();
    await world.settle();
    expect(ana.told().at(-1)).toContain('Write it like this');
    await ana.command('potluck', 'snooze', { item: 7 }, CHANNEL);
    ana.choose('Bring it back', 'Tomorrow at 9:00, team time');
    await ana.submit();
    await world.settle();
    expect(until()).toBe('2026-06-02T07:00:00.000Z');
  });

  it('assigns to a colleague by name or by a form, who is called by nobody', async () => {
    const { ana, handlers, server } = await open();
    server.setNick(BO, 'Bo from support');
    handlers.put(sampleCard({ itemId: 7 }));
    handlers.put(sampleCard({ itemId: 8 }));
    expect(await ask('assign', { item: 7, person: BO })).toBe('Done: assign #7.');
    expect(handlers.now(7).owner).toEqual({ id: `discord:${BO}`, name: 'Bo from support' });
    await ana.command('potluck', 'assign', { item: 8 }, CHANNEL);
    expect(ana.modal()?.title).toBe('Assign #8');
    ana.choose('Who shall answer?', BO);
    await ana.submit();
    await world.settle();
    expect(handlers.now(8).owner).toEqual({ id: `discord:${BO}`, name: 'Bo from support' });
    // Bo claims what was given to him: it is his already, under the same id.
    expect(await ask('claim', { item: 8 }, world.bo)).toMatch(/yours/i);
  });

  it('drafts in one line, shows the exact public text, and sends only then', async () => {
    const { ana, handlers } = await open();
    handlers.put(sampleCard());
    const shown = await ask('draft', { item: 7, text: 'Yes, **it** does <3 https://x.example/a' });
    expect(shown).toContain(
      '👁️ This goes out in public as @potluck.example · 39 of 300 graphemes:\nYes, **it** does <3 https://x.example/a',
    );
    expect(acts()).toEqual([{ type: 'draft', text: 'Yes, **it** does <3 https://x.example/a' }]);
    await ana.press(privately(world, ana), 'Send now');
    await world.settle();
    expect(privately(world, ana).text).toBe('✅ Sent: https://social.example/@potluck/7');
    expect(acts().at(-1)).toEqual({ type: 'send', text: 'Yes, **it** does <3 https://x.example/a' });
    expect(await ask('draft', { item: 7, text: 'Once more' })).toContain('Your words:\nOnce more');
    handlers.put(sampleCard({ itemId: 8 }));
    await ana.command('potluck', 'draft', { item: 8 }, CHANNEL);
    expect(ana.modal()?.title).toBe('Answer #8');
    expect(ana.modal()?.text).toContain('Does the slow cooker lid survive the dishwasher?');
    ana.closeModal();
  });
});

describe('muted words', () => {
  const managers = { policy: { managers: [ANA] } };

  it('are tried on the latest posts before they hide anything, by a manager only', async () => {
    const { ana, bo, handlers } = await open(managers);
    handlers.put(sampleCard({ itemId: 1, text: 'free coins here' }));
    handlers.put(closedCard({ itemId: 2, text: 'my free coins are gone' }));
    handlers.put(sampleCard({ itemId: 3, text: 'coins for free' }));
    expect(await ask('mute')).toContain('No word is muted');
    expect(await ask('mute', { words: 'free coins' }, bo)).toContain('Managers on Discord: Ana.');
    expect(labels(bo)).toEqual([]);
    expect(await ask('mute', { words: 'free coins' })).toBe(
      '🔇 Muting “free coins” would have hidden 2 of the last 3, among them 1 that you answered.\nWhat is muted opens no card; it stays counted, and “unmute” brings it back.',
    );
    expect((await handlers.settings()).muted).toEqual([]);
    const trial = privately(world, ana);
    await ana.press(trial, 'Confirm: mute');
    await world.settle();
    expect((await handlers.settings()).muted).toEqual(['free coins']);
    // The trial has given way to the outcome: nobody confirms twice.
    expect(privately(world, ana)).toMatchObject({ id: trial.id, buttons: [] });
    expect(await ask('mute')).toBe('Muted: “free coins”.');
    expect(await ask('mute', { words: 'Free Coins' })).toContain('muted already');
    expect(await ask('unmute', { words: 'free coins' }, bo)).toMatch(/manager/i);
    expect((await handlers.settings()).muted).toEqual(['free coins']);
    await ask('unmute', { words: 'free coins' });
    expect((await handlers.settings()).muted).toEqual([]);
    expect(
      await ask('mute', { words: Array.from({ length: 21 }, (_, at) => `w${at}`).join(', ') }),
    ).toContain('at most 20');
    expect(await ask('mute', { words: ' , ; ' })).toContain('with commas between them');
  });

  it('are confirmed after a restart, also when they are many; a trial of yesterday says that it is old', async () => {
    const { ana, handlers } = await open(managers);
    const many = Array.from({ length: 20 }, (_, at) => `“@everyone *phrase* number ${at}”`).join(', ');
    expect(await ask('mute', { words: many })).toContain('“@\u200Beveryone *phrase* number 0”');
    await world.restart();
    await ana.press(privately(world, ana), 'Confirm: mute');
    await world.settle();
    expect((await handlers.settings()).muted).toHaveLength(20);
    await ask('mute', { words: `${'some more that does not fit into a button, '.repeat(3)}and so on` });
    await world.cache.clear();
    await ana.press(privately(world, ana), 'Confirm: mute');
    await world.settle();
    expect(privately(world, ana).text).toBe('That trial is too old. Ask for it again.');
    expect((await handlers.settings()).muted).toHaveLength(20);
  });

  it('are edited in the settings, where a colleague’s change is not undone unseen', async () => {
    const { ana, bo, handlers } = await open(managers);
    handlers.put(sampleCard({ itemId: 1, text: 'an airdrop for you' }));
    expect(await ask('settings', {}, bo)).toContain('Managers on Discord: Ana.');
    expect(bo.modal()).toBeNull();
    await ana.command('potluck', 'settings', {}, CHANNEL);
    const field = 'Muted words or phrases, one a line';
    ana.type(field, 'airdrop\nfree coins');
    await handlers.mute({ add: ['lottery'] }, { id: 'x', name: 'Zoe', surface: 'web', role: 'manager' });
    await ana.submit();
    await world.settle();
    expect(privately(world, ana).text).toBe(
      'Somebody changed the words meanwhile. Open the settings again.\nYour words:\nairdrop\nfree coins',
    );
    await ana.command('potluck', 'settings', {}, CHANNEL);
    expect(ana.modal()?.fields[0]?.value).toBe('lottery');
    await ana.submit();
    await world.settle();
    expect(privately(world, ana).text).toBe('Nothing has changed.');
    await ana.command('potluck', 'settings', {}, CHANNEL);
    ana.type(field, 'airdrop\nfree coins');
    await ana.submit();
    await world.settle();
    expect(privately(world, ana).text).toContain(
      'Muting “airdrop”, “free coins” would have hidden 1 of the last 1, none of which you answered.\nShown again: “lottery”.',
    );
    expect((await handlers.settings()).muted).toEqual(['lottery']);
    await ana.press(privately(world, ana), 'Confirm: mute');
    await world.settle();
    expect((await handlers.settings()).muted).toEqual(['airdrop', 'free coins']);
    expect(privately(world, ana).text).toContain('Muted words: airdrop, free coins');
  });

  it('are not changed by whoever lost the role meanwhile, with a form or a trial that is still open', async () => {
    const LEADS = '1180000000000002002';
    const { bo, handlers, server } = await open({
      policy: { managerRoles: [LEADS] },
      prepare: (made) => made.addRole(LEADS, { name: 'Leads' }),
    });
    server.setRoles(BO, [LEADS]);
    await ask('mute', { words: 'airdrop' }, bo);
    const trial = privately(world, bo);
    await bo.command('potluck', 'settings', {}, CHANNEL);
    bo.type('Muted words or phrases, one a line', 'lottery');
    server.setRoles(BO, []);
    await bo.submit();
    await world.settle();
    expect(privately(world, bo).text).toMatch(
      /Managers on Discord: everybody with the role “Leads”\.\nYour words:\nlottery$/,
    );
    await bo.press(trial, 'Confirm: mute');
    await world.settle();
    expect(bo.told().join()).toContain('Only managers may change settings');
    expect((await handlers.settings()).muted).toEqual([]);
  });
});

describe('human posts', () => {
  const BLUESKY_OUTLET = {
    source: 'bluesky',
    account: '@potluck.example on Bluesky',
    limit: 300,
    unit: 'graphemes',
  };
  const MASTODON = { source: 'mastodon', account: '@potluck@m.example', limit: 500, unit: 'characters' };

  it('are written, looked at as they will be public, changed, and published', async () => {
    const { ana, handlers } = await open();
    expect(await ask('idea', { text: 'Friday is potluck day' })).toBe(
      'No source that is connected lets us publish. Bluesky and Mastodon do, with an account of ours.\nYour words:\nFriday is potluck day',
    );
    handlers.setOutlets([BLUESKY_OUTLET, MASTODON]);
    await ana.command('potluck', 'idea', { text: 'Friday is potluck day & more' }, CHANNEL);
    expect(ana.modal()?.title).toBe('New human post');
    expect(ana.modal()?.fields).toMatchObject([
      { label: 'Where', options: ['@potluck.example on Bluesky', '@potluck@m.example'] },
      { label: 'Your post', value: 'Friday is potluck day & more' },
    ]);
    await expect(ana.submit()).rejects.toThrow('“Where” is required');
    ana.choose('Where', '@potluck@m.example');
    await ana.submit();
    await world.settle();
    expect(privately(world, ana).text).toContain(
      'goes out in public as @potluck@m.example · 28 of 500 characters:\nFriday is potluck day & more',
    );
    expect(handlers.now(1)).toMatchObject({ origin: 'prompt', owner: { name: 'Ana' } });
    expect(handlers.acts).toEqual([]);
    await ana.press(privately(world, ana), 'Edit');
    expect(ana.modal()?.title).toBe('Human post #1');
    expect(ana.modal()?.fields[0]?.value).toBe('Friday is potluck day & more');
    ana.type('Your post', 'Friday is potluck day.');
    await ana.submit();
    await world.settle();
    await ana.press(privately(world, ana), 'Publish now');
    await world.settle();
    expect(acts().at(-1)).toEqual({ type: 'send', text: 'Friday is potluck day.' });
    expect(privately(world, ana).text).toBe('✅ Sent: https://social.example/@potluck/1');
  });

  it('choose the only place there is by themselves, and keep the words of a refusal', async () => {
    const { ana, handlers } = await open();
    handlers.setOutlets([BLUESKY_OUTLET]);
    await ana.command('potluck', 'idea', {}, CHANNEL);
    expect(ana.modal()?.fields[0]?.value).toEqual(['bluesky']);
    ana.type('Your post', 'A quiet thought.');
    handlers.setOutlets([MASTODON]);
    await ana.submit();
    await world.settle();
    expect(privately(world, ana).text).toBe('Choose another place.\nYour words:\nA quiet thought.');
    await expect(handlers.card(1)).resolves.toBeNull();
  });
});
