import { describe, expect, it } from 'vitest';
import { sketchOf } from '../../src/domain/copies.ts';
import type { Store } from '../../src/store/store.ts';
import { newItem, T0 } from '../store/samples.ts';

/** What every store must do with texts that many post. @param fresh a name that no other test uses */
export function copiesContract(store: () => Store, fresh: () => string): void {
  describe('copies of a text', () => {
    it('are found by their sketches, apart from complaints, and make incidents of their own kind', async () => {
      const sketch = sketchOf('One and the same text that is passed on by many people today');
      if (!sketch) throw new Error('the text is too short');
      const source = fresh();
      const ids: number[] = [];
      for (let n = 0; n < 4; n++) {
        const item = await store().createItem(newItem({ source, conversationId: `c${n}` }));
        if (item) ids.push(item.id);
      }
      const [one = 0, two = 0, three = 0, four = 0] = ids;
      const at = T0 + 50 * 86_400_000;
      for (const [n, itemId] of [one, two, three].entries())
        await store().rememberSignature({ itemId, author: `a${n}`, words: [], at: at + n, sketch });
      await store().rememberSignature({ itemId: four, author: 'd', words: ['lid'], at: at + 3 });
      expect((await store().recentSignatures(at + 1, 9)).map(({ itemId }) => itemId)).toContain(four);
      expect((await store().recentSignatures(at, 99)).some(({ itemId }) => itemId === one)).toBe(false);

      expect(await store().sketchesAfter(one - 1, at + 1, 9)).toEqual([
        { itemId: two, sketch },
        { itemId: three, sketch },
      ]);
      expect(await store().sketchesAfter(one - 1, at, 1)).toEqual([{ itemId: three, sketch }]);
      expect(await store().sketchesAfter(three, at, 9)).toEqual([]);

      expect(await store().signaturesOf([])).toEqual([]);
      const id = await store().beginIncident([one, two], at, 'copies');
      expect(await store().incident(id)).toMatchObject({ kind: 'copies' });
      expect(await store().signaturesOf([three, one, four])).toEqual([
        { itemId: one, author: 'a0', words: [], at, sketch, incident: { id, state: 'open', lastAt: at } },
        { itemId: three, author: 'a2', words: [], at: at + 2, sketch, incident: null },
        { itemId: four, author: 'd', words: ['lid'], at: at + 3, sketch: null, incident: null },
      ]);
      await store().endIncident(id, 'split');
    });
  });
}
