import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../src/domain/item.ts';
import type { Post } from '../../src/domain/post.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import { ana, NOON } from '../support/items.ts';

let world: Flow;
beforeAll(async () => {
  world = await flow();
});
afterAll(async () => {
  await world.store.close();
});

let worlds = 0;
/** A source name that no other test uses: one database serves them all. */
function elsewhere(posts: readonly Post[], source = `s${++worlds}`): Post[] {
  return posts.map((post) => ({ ...post, source }));
}

/** Delivers the batches one after the other to a source of their own. */
async function deliver(...batches: (readonly Post[])[]): Promise<{
  source: string;
  item: Item;
  types: string[];
}> {
  const source = `s${++worlds}`;
  for (const batch of batches) await world.ingest(elsewhere(batch, source));
  const item = await world.item('p1', source);
  const events = await world.events('p1', source);
  return { source, item, types: events.map((event) => event.type) };
}

describe('a post', () => {
  it('delivered again, in one batch or the next, is one item and one event', async () => {
    const question = theirs('p1', 0);
    const [first] = elsewhere([question]) as [Post];
    expect(await world.ingest([first, first])).toMatchObject({ fresh: 1, opened: 1 });
    world.changed.length = 0;
    expect(await world.ingest([first])).toEqual({ fresh: 0, opened: 0, changed: [] });
    expect(await world.ingest([{ ...first, text: 'edited?' }])).toMatchObject({ fresh: 0 });
    expect(world.changed).toEqual([]);
    const item = await world.item('p1', first.source);
    expect(item).toMatchObject({ state: 'open', version: 1, waitingSince: NOON });
    expect((await world.events('p1', first.source)).map((event) => event.type)).toEqual(['opened']);
    expect(await world.store.countConversation(first.source, 'p1')).toBe(1);
  });

  it('from poll and stream at once is one item and one event', async () => {
    const batch = elsewhere([theirs('p1', 0), theirs('p2', 1, { conversationId: 'p2' })]);
    const results = await Promise.all([
      world.ingest(batch),
      world.ingest(batch),
      world.ingest(batch.toReversed()),
    ]);
    expect(results.map((result) => result.fresh).sort()).toEqual([0, 0, 2]);
    const source = batch[0]?.source ?? '';
    for (const id of ['p1', 'p2'])
      expect((await world.events(id, source)).map((event) => event.type)).toEqual(['opened']);
  });

  it('may have any id at all', async () => {
    const ids = [
      '__proto__',
      'constructor',
      '0',
      ' ',
      '%00',
      '…',
      '💥'.repeat(200),
      'x'.repeat(1_024),
      "'); drop table posts;--",
    ];
    const posts = elsewhere(ids.map((id, minute) => theirs(id, minute, { conversationId: id })));
    expect(await world.ingest(posts)).toMatchObject({ fresh: ids.length, opened: ids.length });
    expect(await world.ingest(posts)).toMatchObject({ fresh: 0, opened: 0 });
    for (const id of ids) {
      const item = await world.item(id, posts[0]?.source);
      expect(item.postId).toBe(id);
      expect((await world.view.card(item)).text).toBe(`question ${id}?`.trim());
    }
  });

  it('from the future can be answered all the same', async () => {
    const lost = theirs('q', 0, { createdAt: NOON + 1_000 * 24 * HOUR });
    const { item } = await deliver([theirs('p1', 0)], [ours('a', 1)], [lost], [ours('b', 24 * 60 + 5)]);
    expect(item).toMatchObject({
      state: 'answered',
      postId: 'q',
      closing: { url: 'https://blog.example/b' },
    });
  });
});

describe('a conversation', () => {
  it('is answered when our post appears in it, with its link and its author', async () => {
    const { item, types } = await deliver([theirs('p1', 0)], [ours('a', 5)]);
    expect(item).toMatchObject({
      state: 'answered',
      waitingSince: null,
      closing: {
        how: 'network',
        by: { name: 'Our shop (a)' },
        url: 'https://blog.example/a',
        at: NOON + 5 * MINUTE,
      },
    });
    expect(types).toEqual(['opened', 'answered-on-network']);
  });

  it.each([
    ['one batch', [[theirs('p1', 0), ours('a', 5)]]],
    ['one batch, newest first', [[ours('a', 5), theirs('p1', 0)]]],
    ['the answer first', [[ours('a', 5)], [theirs('p1', 0)]]],
  ])('is answered when both come in %s', async (_, batches) => {
    const { item } = await deliver(...batches);
    expect(item).toMatchObject({ state: 'answered', closing: { url: 'https://blog.example/a' } });
  });

  it('stays open when an old post of ours turns up behind the question', async () => {
    const { item } = await deliver([theirs('p1', 0), ours('a', 1), theirs('q', 5)], [ours('late', 3)]);
    expect(item).toMatchObject({ state: 'open', postId: 'q', closing: null });
  });

  it('that we began waits for nobody until a customer asks', async () => {
    const source = `s${++worlds}`;
    await world.ingest(elsewhere([ours('p1', 0)], source));
    expect(await world.store.itemOf(source, 'p1')).toBeNull();
    await world.ingest(elsewhere([theirs('q', 5)], source));
    expect(await world.item('p1', source)).toMatchObject({ state: 'open', postId: 'q' });
  });

  it.each([
    ['in order', [[theirs('p1', 0)], [ours('a', 0, { replyTo: 'p1' })]]],
    ['at once', [[ours('a', 0, { replyTo: 'p1' }), theirs('p1', 0)]]],
    ['answer first', [[ours('a', 0, { replyTo: 'p1' })], [theirs('p1', 0)]]],
  ])('of one instant is ordered by who answers whom (%s)', async (_, batches) => {
    expect((await deliver(...batches)).item.state).toBe('answered');
  });

  it.each([
    ['in order', [[theirs('p1', 5)], [ours('a', 0, { replyTo: 'p1' })]]],
    ['at once', [[ours('a', 0, { replyTo: 'p1' }), theirs('p1', 5)]]],
    ['answer first', [[ours('a', 0, { replyTo: 'p1' })], [theirs('p1', 5)]]],
    // Two of three clocks are wrong.
    ['three deep', [[ours('a', 0, { replyTo: 'q' }), theirs('q', 3, { replyTo: 'p1' }), theirs('p1', 5)]]],
  ])('with a reply “older” than its parent counts as answered (%s)', async (_, batches) => {
    expect((await deliver(...batches)).item.state).toBe('answered');
  });

  it('survives posts that answer each other in a ring', async () => {
    const { item } = await deliver([theirs('p1', 0, { replyTo: 'b' }), theirs('b', 1, { replyTo: 'p1' })]);
    expect(item.state).toBe('open');
  });

  it('stays answered after a plain thanks, and says why', async () => {
    const { item, source } = await deliver(
      [theirs('p1', 0)],
      [ours('a', 5)],
      [theirs('t', 6, { text: 'thanks!' })],
    );
    expect(item).toMatchObject({
      state: 'answered',
      postId: 'p1',
      closing: { url: 'https://blog.example/a' },
    });
    const last = (await world.events('p1', source)).at(-1);
    expect(last).toMatchObject({
      type: 'customer-posted',
      detail: { postId: 't', answerDue: false, why: 'it is a plain thanks' },
    });
  });

  it.each([
    ['the answer last', [[theirs('p1', 0)], [theirs('t', 6, { text: 'thanks!' })], [ours('a', 5)]]],
    ['the thanks first', [[theirs('t', 6, { text: 'thanks!' })], [ours('a', 5)], [theirs('p1', 0)]]],
  ])('is answered when the thanks came before what it thanks for (%s)', async (_, batches) => {
    const { item } = await deliver(...batches);
    expect(item).toMatchObject({ state: 'answered', closing: { url: 'https://blog.example/a' } });
  });

  it('comes back as the same item when the customer asks again', async () => {
    const { item, types } = await deliver([theirs('p1', 0)], [ours('a', 5)], [theirs('q', 9)]);
    expect(item).toMatchObject({
      state: 'open',
      postId: 'q',
      followUps: 1,
      waitingSince: NOON + 9 * MINUTE,
      closing: null,
    });
    expect(types).toEqual(['opened', 'answered-on-network', 'follow-up']);
  });

  it('does not come back for a question that was older than our answer', async () => {
    const { item, source } = await deliver([theirs('p1', 0), ours('a', 5)], [theirs('q', 3)]);
    expect(item).toMatchObject({ state: 'answered', followUps: 0, postId: 'p1' });
    expect((await world.events('p1', source)).at(-1)?.detail).toMatchObject({
      postId: 'q',
      why: 'It had been answered before it reached us.',
    });
  });

  it('keeps showing the newest question when an older one arrives late, and waits since the older', async () => {
    const { item } = await deliver(
      [theirs('q', 5, { text: 'question p=40' })],
      [theirs('p1', 0, { text: 'complaint p=70' })],
    );
    expect(item).toMatchObject({ state: 'open', postId: 'q', priority: 70, waitingSince: NOON });
  });

  it('that we join late waits since what is still open, not since what was settled before', async () => {
    await world.ingest([theirs('late', 60)]);
    await world.ingest([theirs('p1', 0), ours('a', 10), theirs('late', 60)], { backfilled: true });
    expect(await world.item('p1')).toMatchObject({
      state: 'open',
      postId: 'late',
      waitingSince: NOON + 60 * MINUTE,
    });
  });

  it('that somebody closed by hand comes back for a question they had not seen', async () => {
    const { item, source } = await deliver([theirs('p1', 0)]);
    await world.does(ana, item.id, { type: 'dismiss', reason: 'elsewhere' });
    // Written before she dismissed it, and fetched after.
    await world.ingest(elsewhere([theirs('q', 30)], source));
    expect(await world.item('p1', source)).toMatchObject({ state: 'open', postId: 'q', followUps: 1 });
  });

  it('that somebody opened again by hand is not closed by an old answer', async () => {
    const { item, source } = await deliver([theirs('p1', 0)], [ours('a', 5)]);
    await world.does(ana, item.id, { type: 'reopen' });
    await world.ingest(elsewhere([theirs('t', 6, { text: 'thanks' })], source));
    expect(await world.item('p1', source)).toMatchObject({ state: 'open' });
    await world.ingest(elsewhere([ours('b', 7)], source));
    expect((await world.item('p1', source)).closing).toMatchObject({ url: 'https://blog.example/b' });
  });

  it('with more news than the window still ends with its last word', async () => {
    const talk = Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? theirs(`n${n}`, n) : ours(`n${n}`, n)));
    const first = await deliver(talk);
    expect(first.item).toMatchObject({ state: 'answered', closing: { url: 'https://blog.example/n299' } });
    const later = await deliver(talk.slice(150), talk.slice(0, 150), [theirs('last', 301)]);
    expect(later.item).toMatchObject({ state: 'open', postId: 'last' });
  });
});

describe('what nobody needs to see', () => {
  it('is filtered, and stays countable', async () => {
    const own = await flow();
    await own.ingest([
      theirs('p1', 0, { text: 'spam, earn money' }),
      theirs('t', 1, { conversationId: 't', text: 'thanks' }),
    ]);
    expect(await own.item('p1')).toMatchObject({
      state: 'dismissed',
      closing: { reason: 'spam' },
      waitingSince: null,
    });
    expect(await own.item('t')).toMatchObject({
      state: 'dismissed',
      closing: { reason: 'no-answer-needed' },
    });
    expect(await own.store.countItems({ states: ['dismissed'], kinds: ['spam'] })).toBe(1);
    expect(await own.store.countByState({ chat: 'web', channel: 'all' })).toMatchObject({
      dismissed: 2,
      open: 0,
    });
    expect((await own.events('p1')).map((event) => event.type)).toEqual(['filtered']);
    expect(await own.store.cardsBehind('web', own.clock.now(), 10)).toEqual([]);
    await own.store.close();
  });

  it('does not hide the question that comes after it', async () => {
    const places = (found: { kinds: readonly string[] }) => [
      { chat: 'web', channel: found.kinds[0] ?? 'none' },
    ];
    const own = await flow({ places });
    await own.ingest([theirs('p1', 0, { text: 'spam' })]);
    await own.ingest([theirs('q', 1)]);
    expect(await own.item('p1')).toMatchObject({
      state: 'open',
      postId: 'q',
      followUps: 0,
      kinds: ['question'],
    });
    expect((await own.events('p1')).map((event) => event.type)).toEqual(['filtered', 'opened']);
    expect((await own.store.cardsOf(1)).map((card) => card.channel)).toContain('question');
    await own.store.close();
  });

  it('does not take the card over from the question before it', async () => {
    const { item } = await deliver([theirs('p1', 0)], [theirs('s', 1, { text: 'spam' })]);
    expect(item).toMatchObject({ state: 'open', postId: 'p1', kinds: ['question'] });
    const followed = await deliver([theirs('p1', 0, { via: 'follow' })], [theirs('s', 1, { text: 'spam' })]);
    expect(followed.item).toMatchObject({
      state: 'open',
      postId: 'p1',
      kinds: ['follow'],
      waitingSince: null,
    });
  });

  it('counts as answered when we wrote back all the same', async () => {
    const { item } = await deliver([theirs('p1', 0, { text: 'thanks' })], [ours('a', 5)]);
    expect(item).toMatchObject({ state: 'answered', closing: { url: 'https://blog.example/a' } });
    const spam = await deliver([theirs('p1', 0, { text: 'spam' })], [ours('a', 5)]);
    expect(spam.item).toMatchObject({ state: 'dismissed' });
  });
});

describe('the missing middle of a thread', () => {
  // p1 ← m ← c, where c was delivered as a conversation of its own below m.
  const root = theirs('p1', 0);
  const middle = theirs('m', 2, { replyTo: 'p1' });
  const below = theirs('c', 4, { replyTo: 'm', conversationId: 'm' });

  it('makes one item of two, and the other says where it went', async () => {
    const source = `s${++worlds}`;
    await world.ingest(elsewhere([root], source));
    await world.ingest(elsewhere([below], source));
    const [home, stray] = [await world.item('p1', source), await world.item('m', source)];
    world.changed.length = 0;
    await world.ingest(elsewhere([middle], source));
    expect(await world.store.item(home.id)).toMatchObject({ state: 'open', postId: 'c', waitingSince: NOON });
    expect(await world.store.item(stray.id)).toMatchObject({
      state: 'dismissed',
      closing: { reason: 'duplicate', at: world.clock.now(), words: expect.stringContaining(`#${home.id}`) },
    });
    expect(world.changed.sort()).toEqual([home.id, stray.id].sort());
    expect((await world.store.conversation(source, 'p1', 10)).map((post) => post.id)).toEqual([
      'p1',
      'm',
      'c',
    ]);
    // What comes later finds the whole.
    await world.ingest(elsewhere([ours('a', 6, { replyTo: 'c', conversationId: 'm' })], source));
    expect(await world.store.item(home.id)).toMatchObject({ state: 'answered' });
  });

  it('brings our answer home that hung below it', async () => {
    const { item } = await deliver(
      [root],
      [ours('a', 4, { replyTo: 'm', conversationId: 'm' })],
      [theirs('m', 2, { replyTo: 'p1' })],
    );
    expect(item).toMatchObject({ state: 'answered', closing: { url: 'https://blog.example/a' } });
  });

  it('moves the item when the beginning had none', async () => {
    const source = `s${++worlds}`;
    await world.ingest(elsewhere([ours('p1', 0)], source));
    await world.ingest(elsewhere([below], source));
    const stray = await world.item('m', source);
    await world.ingest(elsewhere([ours('m', 2, { replyTo: 'p1' })], source));
    expect(await world.item('p1', source)).toMatchObject({ id: stray.id, state: 'open', postId: 'c' });
  });

  it('may come in one batch with all the rest, in any order and by any clock', async () => {
    const wrongClock = theirs('c', 1, { replyTo: 'm', conversationId: 'm' });
    for (const batch of [
      [below, middle, root],
      [wrongClock, middle, root],
      [middle, below, root],
    ]) {
      const { source } = await deliver(batch);
      expect(await world.store.itemOf(source, 'm')).toBeNull();
      expect(await world.store.countConversation(source, 'p1')).toBe(3);
    }
  });

  it('does not bring back what somebody had closed by hand', async () => {
    const source = `s${++worlds}`;
    await world.ingest(elsewhere([root, ours('a', 1)], source));
    await world.ingest(elsewhere([below], source));
    await world.does(ana, (await world.item('m', source)).id, { type: 'dismiss', reason: 'elsewhere' });
    await world.ingest(elsewhere([theirs('m', 2, { replyTo: 'p1', text: 'thanks' })], source));
    expect(await world.item('p1', source)).toMatchObject({
      state: 'answered',
      closing: { url: 'https://blog.example/a' },
    });
  });
});

describe('whatever the order of arrival', () => {
  const talk = fc
    .array(fc.constantFrom('question', 'thanks', 'ours'), { minLength: 1, maxLength: 7 })
    .map((words) =>
      words.map((word, n) =>
        word === 'ours'
          ? ours(`n${n}`, n)
          : theirs(`n${n}`, n, { text: word === 'thanks' ? 'thanks' : 'how?' }),
      ),
    );
  const arrival = talk.chain((posts) =>
    fc.record({
      posts: fc.constant(posts),
      order: fc.shuffledSubarray(posts, { minLength: posts.length, maxLength: posts.length }),
      cuts: fc.array(fc.boolean(), { minLength: posts.length, maxLength: posts.length }),
    }),
  );

  it('a conversation ends as it would have in order', async () => {
    await fc.assert(
      fc.asyncProperty(arrival, async ({ posts, order, cuts }) => {
        const [sorted, mixed] = [`s${++worlds}`, `s${++worlds}`];
        for (const post of posts) await world.ingest(elsewhere([post], sorted));
        let batch: Post[] = [];
        for (const [n, post] of order.entries()) {
          batch.push(post);
          if (!cuts[n]) continue;
          await world.ingest(elsewhere(batch, mixed));
          batch = [];
        }
        if (batch.length > 0) await world.ingest(elsewhere(batch, mixed));
        const end = (item: Item | null) =>
          item && {
            state: item.state,
            answer: item.closing?.url ?? null,
            by: item.closing?.by.name ?? null,
            shown: item.state === 'open' ? item.postId : null,
          };
        const expected = end(await world.store.itemOf(sorted, 'p1'));
        expect(end(await world.store.itemOf(mixed, 'p1'))).toEqual(expected);
        // And that is what people mean by it.
        const last = posts.at(-1);
        if (last?.ours && posts.some((post) => !post.ours)) {
          expect(expected).toMatchObject({ state: 'answered', by: expect.stringContaining('Our shop') });
        }
        if (last && !last.ours && last.text === 'how?')
          expect(expected).toMatchObject({ state: 'open', shown: last.id });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a delivery', () => {
  it('commits its cursor with its posts, or neither', async () => {
    let broken = true;
    const own = await flow({
      through: (store) =>
        withQueries(store, (queries) => ({
          saveSourceState: async (name, state) => {
            if (broken) throw new Error('the disk is full');
            return queries.saveSourceState(name, state);
          },
        })),
    });
    const delivery = {
      state: (before: Awaited<ReturnType<Flow['store']['sourceState']>>) => ({ ...before, cursor: '42' }),
    };
    await expect(own.ingest([theirs('p1', 0)], delivery)).rejects.toThrow('the disk is full');
    expect(await own.store.post('blog', 'p1')).toBeNull();
    expect(await own.store.itemOf('blog', 'p1')).toBeNull();
    expect((await own.store.sourceState('blog')).cursor).toBeNull();
    expect(own.changed).toEqual([]);
    broken = false;
    await own.ingest([theirs('p1', 0)], delivery);
    expect((await own.store.sourceState('blog')).cursor).toBe('42');
    expect(await own.item('p1')).toMatchObject({ state: 'open' });
    await own.store.close();
  });

  it('moves the cursor when it brought nothing new', async () => {
    const [post] = elsewhere([theirs('p1', 0)]) as [Post];
    await world.ingest([post]);
    await world.ingest([post], { state: (before) => ({ ...before, cursor: 'next' }) });
    expect((await world.store.sourceState(post.source)).cursor).toBe('next');
  });
});
