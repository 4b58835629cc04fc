import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers, Found } from '../../src/chat/chat.ts';
import type { Card } from '../../src/domain/card.ts';
import { foundSource } from '../../src/flow/track.ts';
import { HOSTILE_TEXTS } from '../support/cards.ts';
import { type Flow, type FlowOptions, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from, mia } from '../support/items.ts';

let world: Flow;
let handlers: ChatHandlers;

async function team(options: FlowOptions = {}): Promise<void> {
  await world?.store.close();
  const found = foundSource({ kind: 'web', label: 'Team room' });
  world = await flow({ sources: [scriptedSource(), { ...found, name: 'chat:web' }], ...options });
  handlers = world.handlers('web', ['all']);
}
beforeEach(() => team());
afterEach(() => world.store.close());

const question = (id: string, change: Parameters<typeof theirs>[2] = {}): ReturnType<typeof theirs> =>
  theirs(id, 0, { conversationId: id, ...change });
const author = (id: string, name: string, handle = id) => ({ id, name, handle, url: null, avatarUrl: null });

describe('people', () => {
  it('are found by name or handle, best known first', async () => {
    await world.ingest([
      question('m1', { author: author('mira', 'Mira Lindqvist', 'mira.example') }),
      question('m2', {
        author: author('mira', 'Mira Lindqvist', 'mira.example'),
        text: 'complaint: it broke',
      }),
      question('o1', { author: author('mirko', 'Mirko') }),
      question('x1', { author: author('x', 'Somebody else'), text: 'where is Mira?' }),
    ]);
    await world.does(ana, 1, { type: 'mark-answered' });
    const found = await handlers.people('@MIR');
    expect(found.map(({ name, conversations }) => [name, conversations])).toEqual([
      ['Mira Lindqvist', 2],
      ['Mirko', 1],
    ]);
    expect(found[0]).toMatchObject({ source: 'blog', label: 'Scripted', handle: 'mira.example', posts: 2 });
    expect(await handlers.people('mira lind')).toHaveLength(1);
    expect(await handlers.people('%')).toEqual([]);
    expect(await handlers.people('')).toEqual([]);
  });

  it('are at most ten', async () => {
    await world.ingest(
      Array.from({ length: 30 }, (_, n) => question(`q${n}`, { author: author(`a${n}`, `Kim ${n}`) })),
    );
    expect(await handlers.people('kim')).toHaveLength(10);
  });
});

describe('the figures of a day', () => {
  it('follow what really happened', async () => {
    const now = world.clock.now();
    await world.ingest([
      question('a', { createdAt: now - 3 * HOUR }),
      question('b', { createdAt: now - 2 * HOUR, text: 'complaint: it broke' }),
      question('c', { createdAt: now - HOUR }),
      question('s', { createdAt: now, text: 'spam spam' }),
    ]);
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.ingest([ours('b2', 0, { conversationId: 'b', createdAt: now - HOUR })]);
    await world.does(ben, 3, { type: 'claim' });
    expect(await handlers.stats('day')).toMatchObject({
      opened: 3,
      filtered: 1,
      answered: 2,
      dismissed: 0,
      waiting: 1,
      oldestWaitingSince: now - HOUR,
      medianToAnswerMs: HOUR,
      p90ToAnswerMs: 3 * HOUR,
      byKind: [
        { kind: 'question', count: 2 },
        { kind: 'complaint', count: 1 },
      ],
      bySource: [{ source: 'blog', count: 3, answered: 2 }],
      byPerson: [
        { name: 'Ana', answered: 1 },
        { name: 'Our shop (b2)', answered: 1 },
      ],
    });
    await world.clock.advance(25 * HOUR);
    expect(await handlers.stats('day')).toMatchObject({
      opened: 0,
      answered: 0,
      waiting: 1,
      medianToAnswerMs: null,
    });
    expect(await handlers.stats('week')).toMatchObject({ opened: 3, answered: 2 });
  });

  it('count a follow-up that is answered as a second answer, and a better look at the first as none', async () => {
    const now = world.clock.now();
    await world.ingest([question('a', { createdAt: now - 5 * HOUR })]);
    const reply = (id: string, hours: number) =>
      ours(id, 0, { conversationId: 'a', createdAt: now - hours * HOUR });
    await world.ingest([reply('late', 2)]);
    await world.ingest([reply('early', 4)]);
    expect(await handlers.stats('day')).toMatchObject({ opened: 1, answered: 1 });
    await world.ingest([theirs('a2', 0, { conversationId: 'a', createdAt: now - HOUR })]);
    await world.does(ana, 1, { type: 'mark-answered' });
    expect(await handlers.stats('day')).toMatchObject({ opened: 1, answered: 2 });
  });
});

describe('something a colleague found', () => {
  const found: Found = {
    id: 'C1/1700000000.000100',
    text: 'spam spam? Somebody in #general asks about the lid.',
    author: { id: 'U9', name: 'Otto' },
    url: 'https://team.example/archives/C1/p1700000000000100',
    createdAt: 1_700_000_000_000.1,
  };

  it('is an item with its link, and says who found it, whatever triage thinks of it', async () => {
    const tracked = await handlers.track(found, from(ana));
    expect(tracked).toMatchObject({
      ok: true,
      text: 'It is #1 now.',
      card: {
        state: 'open',
        source: { name: 'chat:web', label: 'Team room' },
        author: { name: 'Otto' },
        url: found.url,
        reply: null,
        answerDue: true,
      },
    });
    if (tracked.ok) expect(tracked.card.reasons[0]).toBe('found by Ana');
    expect((await handlers.history(1))[0]).toMatchObject({
      type: 'opened',
      actor: { id: ana.id },
      detail: { why: 'found by Ana' },
    });
    expect((await world.store.cardsOf(1)).map(({ channel }) => channel)).toEqual(['all']);
    expect(await world.does(ana, 1, { type: 'send', text: 'x' })).toMatchObject({
      refusal: { code: 'not-possible' },
    });
  });

  it('is one item, however often and however fast it is found', async () => {
    const all = await Promise.all([ana, ben, mia].map((who) => handlers.track(found, from(who))));
    expect(all.map((one) => one.ok && one.text).sort()).toEqual([
      'It is #1 now.',
      'That is already #1.',
      'That is already #1.',
    ]);
    // Another room may have a message of the same id.
    expect(await world.handlers('slack', ['C1']).track(found, from(ben))).toMatchObject({
      card: { itemId: 2 },
    });
    expect(await world.store.cardsOf(2)).toMatchObject([
      { chat: 'slack', channel: 'C1' },
      { chat: 'web', channel: 'all' },
    ]);
  });

  it('is not muted, and stays plain text', async () => {
    await team({ muted: ['asks'] });
    expect(await handlers.track(found, from(ana))).toMatchObject({ card: { state: 'open' } });
    for (const [n, { text }] of HOSTILE_TEXTS.entries()) {
      const tracked = await handlers.track(
        { ...found, id: `h${n}`, text, url: 'javascript:alert(1)' },
        from(ana),
      );
      if (tracked.ok) expect(tracked.card.url).toBeNull();
      else expect(text.trim()).toBe('');
    }
    for (const odd of [
      { id: '' },
      { id: 'x'.repeat(2_000) },
      { text: '', url: null },
      { createdAt: Number.NaN },
    ])
      expect(await handlers.track({ ...found, ...odd }, from(ana))).toMatchObject({
        ok: false,
        refusal: { code: 'not-possible' },
      });
  });
});

describe('muted words', () => {
  it('hide what comes, countably and reopenably, until they are not muted any more', async () => {
    expect(await handlers.mute({ add: [' Giveaway ', 'giveaway', 'free money'] }, from(mia))).toEqual({
      ok: true,
      text: 'Muted: “Giveaway”, “free money”. Posts with it stay countable and can be reopened.',
    });
    await world.ingest([
      question('a', { text: 'Is the GIVEAWAY real?' }),
      question('b', { text: 'giveaways?' }),
      question('c', { text: 'free   money?' }),
    ]);
    expect(await world.item('a')).toMatchObject({
      state: 'dismissed',
      closing: { reason: 'not-relevant', words: 'has the muted word “Giveaway”', by: { id: 'system' } },
    });
    expect(await world.item('b')).toMatchObject({ state: 'open' });
    expect(await world.item('c')).toMatchObject({ state: 'dismissed' });
    expect(await handlers.stats('day')).toMatchObject({ opened: 1, filtered: 2 });
    expect(await world.does(ana, 1, { type: 'reopen' })).toMatchObject({ ok: true, card: { state: 'open' } });
    // The same person asks something else: that one opens it.
    await world.ingest([theirs('c2', 9, { conversationId: 'c', text: 'Does it fit?' })]);
    expect(await world.item('c')).toMatchObject({ state: 'open', postId: 'c2' });
    expect(await handlers.mute({ remove: ['GIVEAWAY'] }, from(mia))).toMatchObject({ ok: true });
    expect(await handlers.settings()).toEqual({ muted: ['free money'] });
    await world.ingest([question('d', { text: 'giveaway?' })]);
    expect(await world.item('d')).toMatchObject({ state: 'open' });
  });

  it('do not hide an answer that is due already, and do not reopen what is closed', async () => {
    await team({ muted: ['giveaway'] });
    await world.ingest([question('a')]);
    await world.ingest([theirs('a2', 1, { conversationId: 'a', text: 'giveaway?' })]);
    expect(await world.item('a')).toMatchObject({ state: 'open', answerDue: true, postId: 'a' });
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.ingest([theirs('a3', 2, { conversationId: 'a', text: 'giveaway??' })]);
    expect(await world.item('a')).toMatchObject({ state: 'answered' });
  });

  it('are for managers, and of a sensible length and number', async () => {
    expect(await handlers.mute({ add: ['x y'] }, from(ana))).toEqual({
      ok: false,
      text: 'Only managers may change settings. Managers: Mia.',
    });
    for (const add of [[], [' '], ['a']])
      expect(await handlers.mute({ add }, from(mia))).toMatchObject({ ok: false });
    const many = Array.from({ length: 500 }, (_, n) => `word ${n}`);
    expect(await handlers.mute({ add: many }, from(mia))).toMatchObject({ ok: true });
    expect(await handlers.mute({ add: ['one more'] }, from(mia))).toMatchObject({ ok: false });
    expect((await handlers.settings()).muted).toHaveLength(500);
  });

  it('begin as potluck.yaml says, and are the same in every process within seconds', async () => {
    await team({ muted: ['lottery'] });
    const other = await flow({ store: world.store, clock: world.clock, muted: ['lottery'] });
    await other.ingest([question('a', { text: 'lottery?' })]);
    expect(await world.item('a')).toMatchObject({ state: 'dismissed' });
    await handlers.mute({ add: ['raffle'], remove: ['lottery'] }, from(mia));
    await world.clock.advance(2_000);
    await other.ingest([question('b', { text: 'raffle?' }), question('c', { text: 'lottery?' })]);
    expect(await world.item('b')).toMatchObject({ state: 'dismissed' });
    expect(await world.item('c')).toMatchObject({ state: 'open' });
  });

  it('are tried on what came before', async () => {
    await world.ingest([
      question('a', { text: 'giveaway one?' }),
      question('b', { text: 'giveaway two?' }),
      question('c', { text: 'soup?' }),
      question('d', { text: 'spam giveaway' }),
    ]);
    await world.does(ana, 1, { type: 'mark-answered' });
    expect(await handlers.tryMute(['Giveaway'])).toEqual({ looked: 3, hidden: 2, answered: 1 });
    expect(await handlers.tryMute([])).toEqual({ looked: 3, hidden: 0, answered: 0 });
    expect((await handlers.settings()).muted).toEqual([]);
  });
});

describe('changes', () => {
  it('are told together, at most once a second, and those of other processes within seconds', async () => {
    const told: number[][] = [];
    await world.ingest([question('a'), question('b')]);
    const stop = handlers.onChange((ids) => told.push([...ids].sort()));
    await world.clock.advance(10_000);
    expect(told).toEqual([]);
    // The handlers of this world do not hear `changed`: it is as if another process had acted.
    await world.does(ana, 1, { type: 'claim' });
    await world.does(ana, 1, { type: 'note', text: 'x' });
    await world.does(ana, 2, { type: 'claim' });
    await world.clock.advance(2_000);
    expect(told).toEqual([[1, 2]]);
    for (let n = 0; n < 40; n++) {
      await world.does(ana, 1, { type: 'note', text: `${n}` });
      await world.clock.advance(100);
    }
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(5);
    stop();
    await world.does(ana, 1, { type: 'note', text: 'last' });
    await world.clock.advance(MINUTE);
    expect(told.length).toBeLessThanOrEqual(5);
    expect(world.clock.sleeping).toBe(0);
  });
});

describe('remarks', () => {
  it('know what the draft answers', async () => {
    await world.ingest([
      question('a', { text: 'Does the lid of the slow cooker survive the dishwasher?', lang: 'en' }),
    ]);
    const codes = async (text: string): Promise<string[]> =>
      (await handlers.remarks(1, text)).map(({ code }) => code);
    expect(await codes('Hi Carla, the lid is fine on the upper rack.')).toEqual([]);
    expect(
      await codes('Hi Carl0, please write us a private message with the number of your order.'),
    ).toContain('out-of-context');
    expect(await codes(`The lid is fine. ${'x'.repeat(300)}`)).toEqual(['length']);
    expect(await handlers.remarks(99, 'x')).toEqual([]);
  });

  it('are of no person for a post of our own', async () => {
    await team({ sources: [scriptedSource({ can: { publish: true } })] });
    const idea = { source: 'blog', text: 'What is in your pot? Buy now!' };
    const proposed = await handlers.propose(idea, from(ana));
    const card: Card | null = proposed.card;
    expect((await handlers.remarks(card?.itemId ?? 0, idea.text)).map(({ code }) => code)).toEqual(['pitch']);
  });
});
