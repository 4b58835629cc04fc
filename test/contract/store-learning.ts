import { describe, expect, it } from 'vitest';
import type { Item, ItemEvent } from '../../src/domain/item.ts';
import type { NewItem, Store } from '../../src/store/store.ts';
import { newItem, T0 } from '../store/samples.ts';

async function created(store: Store, item: NewItem): Promise<Item> {
  const made = await store.createItem(item);
  if (!made) throw new Error('the conversation has an item already');
  return made;
}

/** What every store must do with what a team's clicks taught. @param fresh a name that no other test uses */
export function learningContract(store: () => Store, fresh: () => string): void {
  describe('what clicks taught', () => {
    const event = (item: Item, type: ItemEvent['type'], change: Partial<ItemEvent> = {}): ItemEvent => ({
      itemId: item.id,
      version: item.version,
      at: T0,
      type,
      actor: { id: 'web:ana', name: 'Ana' },
      surface: 'web',
      detail: {},
      ...change,
    });

    it('is learnt of each act once, in order, and again after it was forgotten', async () => {
      const item = await created(store(), newItem({ source: fresh() }));
      await store().addEvents([
        event(item, 'opened'),
        event(item, 'claim'),
        event(item, 'note', { detail: { text: 'x' } }),
        event(item, 'dismiss', { detail: { reason: 'spam', words: null } }),
        event(item, 'dismiss', { detail: { reason: 7 } }),
      ]);
      const mine = async () => (await store().untaught(10_000)).filter(({ itemId }) => itemId === item.id);
      const acts = await mine();
      expect(acts.map(({ type, reason }) => [type, reason])).toEqual([
        ['claim', null],
        ['dismiss', 'spam'],
        ['dismiss', null],
      ]);
      expect((await store().untaught(1)).length).toBe(1);
      await store().markTaught(
        acts.slice(0, 2).map(({ id }) => id),
        T0,
      );
      await store().markTaught([], T0);
      expect((await mine()).map(({ id }) => id)).toEqual(acts.slice(2).map(({ id }) => id));
      await store().unteach();
      expect(await mine()).toEqual(acts);
      // What other tests left behind is of no use to any later one.
      await store().markTaught(
        (await store().untaught(10_000)).map(({ id }) => id),
        T0,
      );
    });

    it('is kept with what was said last, and in versions', async () => {
      const items = [
        await created(store(), newItem({ source: fresh() })),
        await created(store(), newItem({ source: fresh() })),
      ];
      const [one, other] = items.map(({ id }) => id) as [number, number];
      expect(await store().sayings([])).toEqual(new Map());
      await store().saveSayings(new Map([[one, 'wanted']]));
      await store().saveSayings(new Map([[one, 'unwanted']]));
      expect(await store().sayings([one, other])).toEqual(new Map([[one, 'unwanted']]));

      expect(await store().headStamp()).toBe(0);
      expect(await store().head(0)).toBeNull();
      const state = new Uint8Array([0, 255, 7]);
      for (const version of [0, 1, 2, 3])
        await store().saveHead({
          version,
          stamp: version + 5,
          at: T0 + version,
          lessons: version * 25,
          state,
        });
      await store().saveHead({ version: 0, stamp: 9, at: T0, lessons: 80, state: new Uint8Array() });
      expect(await store().headStamp()).toBe(9);
      expect(await store().head(0)).toEqual({
        version: 0,
        stamp: 9,
        at: T0,
        lessons: 80,
        state: new Uint8Array(),
      });
      expect(await store().head(2)).toEqual({ version: 2, stamp: 7, at: T0 + 2, lessons: 50, state });
      expect(await store().head(0.5)).toBeNull();
      expect(await store().heads(2)).toEqual([
        { version: 3, at: T0 + 3, lessons: 75 },
        { version: 2, at: T0 + 2, lessons: 50 },
      ]);
      await store().dropHeads(3);
      expect((await store().heads(9)).map(({ version }) => version)).toEqual([3]);
      expect(await store().headStamp()).toBe(9);
      await store().unteach();
      expect([await store().head(3), await store().headStamp(), await store().sayings([one])]).toEqual([
        null,
        0,
        new Map(),
      ]);
    });
  });
}
