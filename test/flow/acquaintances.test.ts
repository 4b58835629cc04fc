import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advocates, listAdvocates } from '../../src/flow/advocates.ts';
import { counting, type Flow, type FlowOptions, flow, HOUR, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, ben, mia, NOON } from '../support/items.ts';

let world: Flow;

async function team(options: FlowOptions = {}): Promise<void> {
  await world?.store.close();
  world = await flow({ sources: [scriptedSource()], ...options });
}
beforeEach(() => team());
afterEach(() => world.store.close());

const by = (id: string, handle = `${id}.example`) => ({
  author: { id, name: id === 'mira' ? 'Mira Lindqvist' : id, handle, url: null, avatarUrl: null },
});
const post = (id: string, author: string, change: Parameters<typeof theirs>[2] = {}) =>
  theirs(id, 0, { conversationId: id, ...by(author), ...change });
const mira = { source: 'blog', authorId: 'mira' };
const cardOf = async (id: string) => world.view.card(await world.item(id));

describe('a card', () => {
  it('tells what the team knows: times, the last one, birthday, tags, other accounts, a note', async () => {
    await world.ingest([post('a', 'mira'), post('b', 'mira'), post('x', 'kim')]);
    await world.does(ana, (await world.item('a')).id, { type: 'mark-answered' });
    const id = await world.store.acquaint(mira);
    await world.store.addAcquaintanceNote(id, { text: 'has two kids', by: ana, at: NOON });
    await world.store.tagAcquaintance(id, 'vip');
    await world.store.saveBirthday(id, { month: 6, day: 4, year: null });
    const other = await world.store.acquaint({ source: 'news', authorId: 'm2' });
    await world.ingest([post('n', 'm2', { source: 'news' })], { source: 'news' });
    await world.store.linkAcquaintances(id, other, ana, NOON);
    const known = (await cardOf('b')).author.known;
    expect(known).toBe(
      '3rd time here; last: question, answered by Ana; birthday in 2 days; vip; also @m2.example on news; note: has two kids',
    );
    expect((await cardOf('x')).author.known).toBe('First time here');
  });

  it('costs a list the same few questions however many cards there are', async () => {
    const asked = async (count: number): Promise<Map<string, number>> => {
      let counted = new Map<string, number>();
      await team({
        through: (store) => {
          const all = counting(store);
          counted = all.calls;
          return all;
        },
      });
      await world.ingest(
        Array.from({ length: count }, (_, n) =>
          post(`q${n}`, `a${n}`, { text: `question about the lid ${n}?` }),
        ),
      );
      counted.clear();
      await world.handlers().list({ limit: 200 });
      const names = ['acquaintances', 'standings', 'deedsAbout', 'authorAsLast'];
      return new Map(names.map((name) => [name, counted.get(name) ?? 0]));
    };
    const few = await asked(3);
    expect(Object.fromEntries(few)).toEqual({
      acquaintances: 1,
      standings: 1,
      deedsAbout: 1,
      authorAsLast: 0,
    });
    expect(await asked(120)).toEqual(few);
  });

  it('says loudly that somebody is not to be written to, and lets only a manager do it', async () => {
    await world.ingest([post('a', 'mira')]);
    const { id } = await world.item('a');
    const acquaintance = await world.store.acquaint(mira);
    await world.store.saveNoContact(acquaintance, {
      why: 'asked by mail',
      by: { id: ana.id, name: 'Ana' },
      at: NOON,
    });
    world.view.forget();
    expect((await cardOf('a')).warning).toBe('Do not contact them: asked by mail (Ana).');
    await world.does(ben, id, { type: 'claim' });
    for (const action of [
      { type: 'draft', text: 'Hello' },
      { type: 'send', text: 'Hello' },
      { type: 'request-approval', text: 'Hello' },
    ] as const)
      expect(await world.does(ben, id, action)).toMatchObject({
        ok: false,
        refusal: {
          code: 'not-allowed',
          text: 'They do not want to hear from us (asked by mail), says Ana. A manager may decide otherwise.',
        },
      });
    expect(await world.does(ben, id, { type: 'note', text: 'left alone' })).toMatchObject({ ok: true });
    expect(await world.does(mia, id, { type: 'draft', text: 'Hello' })).toMatchObject({ ok: true });
    await world.store.saveNoContact(acquaintance, null);
    expect(await world.does(ben, id, { type: 'draft', text: 'Hello!' })).toMatchObject({ ok: true });
  });
});

describe('advocates', () => {
  const praise = (id: string, author: string, text: string, at = NOON) =>
    post(id, author, { text: `thanks, ${text}`, createdAt: at });
  const answer = 'You can put it into the dishwasher, mine survived a year of it.';

  it('are recognised by praise in several conversations and answers to others, with reasons, and fade', async () => {
    await world.ingest([
      praise('p1', 'mira', 'the lid is wonderful'),
      praise('p2', 'mira', 'that lid again'),
      praise('p3', 'kim', 'nice'),
      post('q', 'olaf', { text: 'Does the pot survive the dishwasher?' }),
    ]);
    const told = theirs('q2', 1, { conversationId: 'q', ...by('jo'), text: `thanks ${answer}` });
    await world.ingest([told]);
    // Once a conversation, however much they write there, and however often it comes.
    await world.ingest([theirs('p1b', 2, { conversationId: 'p1', ...by('mira'), text: 'thanks again' })]);
    await world.ingest([told]);
    const deps = { store: world.store, sources: world.sources };
    const list = await listAdvocates(deps, world.clock, 10);
    expect(list.map(({ called, reasons }) => [called, reasons])).toEqual([
      ['@jo.example', ['praised us once', 'answered a question of somebody else']],
      ['@mira.example', ['praised us twice']],
    ]);
    const window = { from: NOON - HOUR, to: NOON + HOUR };
    expect((await advocates(deps, window)).map(({ called }) => called)).toEqual([
      '@jo.example',
      '@mira.example',
      '@kim.example',
    ]);
    expect(await advocates(deps, { from: NOON + HOUR, to: NOON + 2 * HOUR })).toEqual([]);
    await world.clock.advance(200 * 24 * HOUR);
    expect(await listAdvocates(deps, world.clock, 10)).toEqual([]);
  });

  it('are one where the team says so, and lose a deed with its post', async () => {
    await world.ingest([praise('p1', 'mira', 'the lid is wonderful')]);
    await world.ingest(
      [praise('n1', 'm2', 'that lid again', NOON)].map((each) => ({ ...each, source: 'news' })),
      { source: 'news' },
    );
    const deps = { store: world.store, sources: world.sources };
    expect(await listAdvocates(deps, world.clock, 10)).toEqual([]);
    const [one, other] = [
      await world.store.acquaint(mira),
      await world.store.acquaint({ source: 'news', authorId: 'm2' }),
    ];
    await world.store.linkAcquaintances(one, other, ana, NOON);
    expect(await listAdvocates(deps, world.clock, 10)).toMatchObject([
      { reasons: ['praised us twice'], labels: ['Scripted', 'news'] },
    ]);
    await world.ingest([], { source: 'blog', deleted: ['p1'] });
    expect(await listAdvocates(deps, world.clock, 10)).toEqual([]);
  });

  it('are suggested on a question about what they know, unless it is theirs or they want no contact', async () => {
    await world.ingest([
      praise('p1', 'mira', 'the lid is wonderful'),
      praise('p2', 'mira', 'that lid again'),
      praise('p3', 'kim', 'the lid is fine'),
      post('q', 'olaf', { text: 'Is the lid made of glass?' }),
      post('own', 'mira', { text: 'Is the lid made of glass?' }),
      post('oven', 'olaf', { text: 'Is the oven made of glass?' }),
    ]);
    const suggestion = 'Somebody who knows: @mira.example (praised the lid twice)';
    expect((await cardOf('q')).reasons).toContain(suggestion);
    expect((await cardOf('own')).reasons).not.toContain(suggestion);
    expect((await cardOf('oven')).reasons).not.toContain(suggestion);
    const id = await world.store.acquaint(mira);
    await world.store.saveNoContact(id, { why: '', by: ana, at: NOON });
    world.view.forget();
    expect((await cardOf('q')).reasons).not.toContain(suggestion);
  });
});
