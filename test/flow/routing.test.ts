import { afterEach, describe, expect, it } from 'vitest';
import type { ListQuery } from '../../src/chat/chat.ts';
import { claimMostUrgent } from '../../src/chat/kit/queue.ts';
import { ruleList } from '../../src/domain/routing.ts';
import { ruleSchema } from '../../src/domain/routing-rule.ts';
import { createRouter, type Router } from '../../src/flow/routes.ts';
import { parseRoutesTest, tryRoutes } from '../../src/flow/try-routes.ts';
import { findsPattern } from '../../src/patterns.ts';
import { type Flow, flow, ours, theirs } from '../support/flow.ts';
import { ana, from } from '../support/items.ts';

const TEAM = [{ chat: 'web', channel: 'team' }];
const context = { finds: findsPattern, zone: 'UTC', working: () => true };
const owner = { id: ana.id, name: ana.name };

function rules(...given: object[]): ReturnType<typeof ruleList> {
  return ruleList(given.map((rule) => ruleSchema.parse(rule)));
}

function router(...given: object[]): () => Promise<Router> {
  return async () => createRouter(rules(...given), TEAM, context);
}

let world: Flow;
afterEach(() => world.store.close());

async function channels(conversationId = 'p1'): Promise<readonly string[]> {
  const rows = await world.store.cardsOf((await world.item(conversationId)).id);
  return rows.map(({ channel }) => channel);
}

describe('the rules', () => {
  it('give a new item its channel, owner and priority, and say so', async () => {
    world = await flow({
      router: router({
        when: { patterns: ['order \\d+'] },
        to: ['web:orders'],
        owner: owner,
        priority: '+30',
      }),
    });
    await world.ingest([theirs('p1', 0, { text: 'Where is Order 1234?' })]);
    expect(await world.item('p1')).toMatchObject({ state: 'claimed', owner, priority: 80, triaged: 50 });
    expect(await channels()).toEqual(['orders']);
    const why = 'rule 1: /order \\d+/ → orders, Ana, priority +30';
    expect((await world.item('p1')).reasons.at(-1)).toEqual({ code: 'route', text: `by ${why}`, points: 30 });
    expect((await world.events('p1'))[0]?.detail).toMatchObject({ routed: why, owner: 'Ana', priority: 80 });
  });

  it('tell owner and watchers once, in the thread of a card of their own chat', async () => {
    const watchers = ['slack:T1/U2', { id: 'web:cy', name: 'Cy' }, owner];
    world = await flow({ router: router({ to: ['web:a', 'slack:C1', 'web:b'], owner, watchers }) });
    await world.ingest([theirs('p1', 0)]);
    await world.ingest([theirs('p2', 1)]);
    const { id } = await world.item('p1');
    const told = async (chat: string) => world.store.newestNotices(chat, 10);
    expect(await told('web')).toMatchObject([
      { channel: 'a', thread: id, notice: { title: 'Assigned to Ana', mention: [ana.id, 'web:cy'] } },
    ]);
    expect(await told('slack')).toMatchObject([
      { channel: 'C1', thread: id, notice: { title: 'For you to know', mention: ['slack:T1/U2'] } },
    ]);
  });

  it('weigh what the customer writes later as well', async () => {
    world = await flow({ router: router({ when: { kinds: ['question'] }, priority: '-20' }) });
    await world.ingest([theirs('p1', 0)]);
    await world.ingest([theirs('p2', 1, { text: 'p=60 and the lid?' })]);
    expect(await world.item('p1')).toMatchObject({ priority: 40 });
  });

  it('know who wrote to us before', async () => {
    world = await flow({
      router: router({ when: { author: { known: true } }, to: ['web:friends'] }, { to: ['web:new'] }),
    });
    await world.ingest([theirs('p1', 0)]);
    await world.ingest([theirs('q1', 1, { conversationId: 'q1', text: 'question: something else?' })]);
    expect([await channels('p1'), await channels('q1')]).toEqual([['new'], ['friends']]);
  });
});

describe('an author’s tags', () => {
  it('lead where the team said', async () => {
    world = await flow({
      router: router({ when: { author: { tags: ['VIP'] } }, to: ['web:vip'] }, { to: ['web:rest'] }),
    });
    await world.ingest([theirs('p1', 0)]);
    const id = await world.store.acquaint({ source: 'blog', authorId: theirs('p1', 0).author.id });
    await world.store.tagAcquaintance(id, 'vip');
    await world.ingest([theirs('q1', 1, { conversationId: 'q1', text: 'question: something else?' })]);
    expect([await channels('p1'), await channels('q1')]).toEqual([['rest'], ['vip']]);
    expect((await world.events('q1'))[0]?.detail.routed).toBe('rule 1: author tagged “VIP” → vip');
  });
});

describe('digest only', () => {
  const quiet = { when: { kinds: ['question'] }, digestOnly: true };

  it('is in the list of what is quiet, without a card, and waits for nobody', async () => {
    world = await flow({ router: router(quiet) });
    await world.ingest([theirs('p1', 0)]);
    expect(await world.item('p1')).toMatchObject({ state: 'open', quiet: 'rule' });
    expect(await channels()).toEqual([]);
    await world.ingest([theirs('c1', 1, { conversationId: 'c1', text: 'complaint p=10: the lid broke' })]);
    const handlers = world.handlers();
    const listed = async (query: ListQuery) => (await handlers.list(query)).cards.map(({ itemId }) => itemId);
    const [silent, told] = [await world.item('p1'), await world.item('c1')];
    expect(await listed({})).toEqual([told.id]);
    expect(await listed({ quiet: 'only' })).toEqual([silent.id]);
    expect(await listed({ quiet: 'with' })).toHaveLength(2);
    // Whoever looks for words finds everything.
    expect(await listed({ words: 'question' })).toEqual([silent.id]);
    expect(await handlers.counts()).toMatchObject({ open: 1 });
    expect(await handlers.stats('week')).toMatchObject({ opened: 2, waiting: 1 });
    expect(await handlers.behindFigure('unanswered', 1, 2)).toMatchObject({
      total: 1,
      cards: [{ itemId: told.id }],
    });
    const claim = (card: { readonly itemId: number }) =>
      handlers.act({ itemId: card.itemId, action: { type: 'claim' }, actor: from(ana) });
    // Though it is the more urgent one.
    expect(await claimMostUrgent(handlers, claim)).toMatchObject({ ok: true, card: { itemId: told.id } });
    expect(await claimMostUrgent(handlers, claim)).toBeNull();
    await world.ingest([ours('a1', 5)]);
    expect(await world.item('p1')).toMatchObject({ state: 'answered' });
  });

  it('ends when the customer asks for something that no rule keeps quiet', async () => {
    world = await flow({ router: router(quiet, { to: ['web:a'], owner }) });
    await world.ingest([theirs('p1', 0)]);
    await world.ingest([theirs('p2', 1, { text: 'thanks' })]);
    expect(await world.item('p1')).toMatchObject({ quiet: 'rule', version: 2 });
    await world.ingest([theirs('p3', 2, { text: 'complaint: it broke' })]);
    expect(await world.item('p1')).toMatchObject({ quiet: null, state: 'claimed', owner });
    expect(await channels()).toEqual(['a']);
    expect((await world.events('p1')).at(-1)).toMatchObject({
      type: 'route',
      detail: { why: 'rule 2: everything → a, Ana' },
    });
  });

  it('does not hide what a colleague found', async () => {
    world = await flow({ router: router({ digestOnly: true }) });
    const found = { id: 'm1', text: 'Look at this', author: { id: 'x', name: 'X' }, url: null, createdAt: 1 };
    await world.handlers().track(found, { id: ana.id, name: ana.name, surface: 'web' });
    const item = await world.item('m1', 'chat:web');
    expect(item.quiet).toBeUndefined();
    expect(await world.store.cardsOf(item.id)).toMatchObject([{ channel: 'all' }]);
  });

  it('ends when the same person says the same where it is not quiet', async () => {
    world = await flow({
      router: router({ when: { sources: ['here'] }, digestOnly: true }, { to: ['web:a'] }),
    });
    const words = 'question: does the lid of the Grande survive the dishwasher?';
    await world.ingest([{ ...theirs('p1', 0, { text: words }), source: 'here' }]);
    expect(await world.item('p1', 'here')).toMatchObject({ quiet: 'rule' });
    await world.ingest([{ ...theirs('q1', 1, { text: words, conversationId: 'q1' }), source: 'there' }]);
    const item = await world.item('p1', 'here');
    expect(item.quiet).toBeNull();
    expect(await world.store.cardsOf(item.id)).toMatchObject([{ channel: 'a' }]);
  });
});

describe('trying rules on what is stored', () => {
  it.each([
    [[], { count: 500, rules: undefined, json: false }],
    [['20', '--json', '--rules', 'a.yaml'], { count: 20, rules: 'a.yaml', json: true }],
    [['0'], null],
    [['many'], null],
    [['1', '2'], null],
    [['--rule', 'a.yaml'], null],
  ])('is asked like this: %j', async (args, expected) => {
    world = await flow();
    expect(parseRoutesTest(args)).toEqual(expected);
  });

  const looked = async (now: object[], instead: object[] | null, count = 500) =>
    tryRoutes({
      store: world.store,
      count,
      now: { rules: rules(...now), router: createRouter(rules(...now), [], context) },
      instead: instead && {
        rules: rules(...instead),
        router: createRouter(rules(...instead), [], context),
      },
      progress: () => {},
    });

  it('counts each rule, tells the differences, and whom nothing reaches', async () => {
    const now = [{ when: { kinds: ['complaint'] }, to: ['web:complaints'] }, { to: ['web:rest'] }];
    world = await flow({ router: router(...now) });
    await world.ingest([
      theirs('c1', 0, { conversationId: 'c1', text: 'complaint: broken' }),
      theirs('q1', 1, { conversationId: 'q1', text: 'what about this?' }),
      theirs('s1', 2, { conversationId: 's1', text: 'spam' }),
    ]);
    expect(await looked(now, null)).toEqual({
      looked: 3,
      filtered: 1,
      rules: [
        { by: 'rule 1', items: 1 },
        { by: 'rule 2', items: 1 },
      ],
      digestOnly: 0,
      comparedWith: 'cards',
      differences: [],
      nobody: [],
    });
    const changed = [
      { name: 'Loud', when: { kinds: ['complaint'] }, to: ['web:loud'], priority: '+10', continue: true },
    ];
    const reach = await looked(now, changed);
    const id = async (name: string): Promise<number> => (await world.item(name)).id;
    expect(reach.rules).toEqual([
      { by: 'rule 1 (Loud)', items: 1 },
      { by: null, items: 1 },
    ]);
    expect(reach.differences).toEqual([
      {
        itemId: await id('q1'),
        text: 'what about this?',
        from: 'web:rest, priority 50',
        to: 'no channel, priority 50',
      },
      {
        itemId: await id('c1'),
        text: 'complaint: broken',
        from: 'web:complaints, priority 50',
        to: 'web:loud, priority 60',
      },
    ]);
    expect(reach.nobody).toEqual([{ itemId: await id('q1'), text: 'what about this?' }]);
    expect((await looked(now, null, 2)).looked).toBe(2);
  });
});
