import { describe, expect, it } from 'vitest';
import { counting, flow, ours, theirs } from '../support/flow.ts';

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
      expect(Object.fromEntries(calls)).toEqual({ anyErased: 1, knownPosts: 1, knownConversations: 1 });
      await world.store.close();
      return asked / count;
    };
    const [hundred, thousand] = [await perPost(100), await perPost(1_000)];
    expect(thousand).toBeLessThan(hundred * 1.1);
    expect(thousand).toBeLessThan(12);
  });
});
