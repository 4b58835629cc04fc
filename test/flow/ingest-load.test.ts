import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { counting, type Flow, flow, ours, theirs } from '../support/flow.ts';
import { ana, ben } from '../support/items.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

describe('a thousand posts at once', () => {
  it.each([
    ['of as many conversations', (n: number) => `c${n}`],
    ['of one conversation', () => 'p1'],
  ])('cost a bounded number of questions each (%s)', async (_, conversationOf) => {
    const perPost = async (count: number): Promise<number> => {
      let calls = new Map<string, number>();
      const world = await flow({
        through: (store) => {
          const counted = counting(store);
          calls = counted.calls;
          return counted;
        },
      });
      const posts = Array.from({ length: count }, (__, n) =>
        (n % 10 === 9 ? ours : theirs)(`n${n}`, n / 100, { conversationId: conversationOf(n) }),
      );
      expect((await world.ingest(posts)).fresh).toBe(count);
      const asked = [...calls.values()].reduce((sum, n) => sum + n, 0);
      calls.clear();
      // The same again, as an overlapping poll brings it: looked up, and left alone.
      expect((await world.ingest(posts)).fresh).toBe(0);
      expect(Object.fromEntries(calls)).toEqual({ knownPosts: 1 });
      await world.store.close();
      return asked / count;
    };
    const [hundred, thousand] = [await perPost(100), await perPost(1_000)];
    expect(thousand).toBeLessThan(hundred * 1.1);
    expect(thousand).toBeLessThan(12);
  });
});

describe('two processes on one PostgreSQL', () => {
  let server: TestPostgres;
  let one: Store;
  let two: Store;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.url();
    // Both migrate at once, as when a fleet starts.
    [one, two] = await Promise.all([openStore(url), openStore(url)]);
  });
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await server?.stop();
  });

  it('that receive the same 500 posts at once make each item once', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 500 }, (_, n) =>
      (n % 5 === 4 ? ours : theirs)(`n${n}`, n / 100, { conversationId: `c${Math.floor(n / 5)}` }),
    );
    const [a, b] = worlds as [Flow, Flow];
    const results = await Promise.all([
      a.ingest(posts),
      b.ingest(posts.toReversed()),
      b.ingest(posts.slice(250)),
    ]);
    expect(results.reduce((sum, result) => sum + result.fresh, 0)).toBe(500);
    expect(results.reduce((sum, result) => sum + result.opened, 0)).toBe(100);
    expect(await one.countByState({})).toMatchObject({ answered: 100, open: 0, dismissed: 0 });
    for (const item of await one.items({ limit: 100 })) {
      const types = (await one.events(item.id, 50)).map((event) => event.type);
      expect(types.filter((type) => type === 'opened')).toHaveLength(1);
      expect(types.filter((type) => type === 'answered-on-network')).toHaveLength(1);
    }
  });

  it('of two people who claim at once one wins, and the other reads who', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 20 }, (_, n) =>
      theirs(`race${n}`, n, { conversationId: `race${n}`, source: 'race' }),
    );
    await worlds[0]?.ingest(posts);
    for (const post of posts) {
      const { id } = await (worlds[0] ?? expect.fail()).item(post.conversationId, 'race');
      const results = await Promise.all(
        worlds.map((world, n) => world.does(n === 0 ? ana : ben, id, { type: 'claim' })),
      );
      const lost = results.filter((result) => !result.ok);
      expect(lost).toHaveLength(1);
      const item = await one.item(id);
      expect(lost[0]).toMatchObject({
        refusal: { code: 'already-claimed', text: expect.stringContaining(`by ${item?.owner?.name}`) },
        card: { owner: { name: item?.owner?.name } },
      });
      expect((await two.events(id, 10)).map((event) => event.type)).toEqual(['opened', 'claim']);
    }
  });

  it('lets the news of a network and a click meet without losing either', async () => {
    const worlds = [await flow({ store: one }), await flow({ store: two })];
    const posts = Array.from({ length: 20 }, (_, n) =>
      theirs(`meet${n}`, n, { conversationId: `meet${n}`, source: 'meet' }),
    );
    await worlds[0]?.ingest(posts);
    await Promise.all(
      posts.map(async (post, n) => {
        const { id } = await (worlds[0] ?? expect.fail()).item(post.conversationId, 'meet');
        await Promise.all([
          worlds[0]?.does(ana, id, { type: 'note', text: 'a note' }),
          worlds[1]?.ingest([
            ours(`meet-a${n}`, 100, { conversationId: post.conversationId, source: 'meet' }),
          ]),
        ]);
        const types = (await one.events(id, 10)).map((event) => event.type).sort();
        expect(types).toEqual(['answered-on-network', 'note', 'opened']);
        expect(await one.item(id)).toMatchObject({ state: 'answered', version: 3 });
      }),
    );
  });
});
