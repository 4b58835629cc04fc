import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/domain/item.ts';
import type { NewItem, PromptRow, Store } from '../../src/store/store.ts';
import { newItem, T0 } from '../store/samples.ts';

async function created(store: Store, item: NewItem): Promise<Item> {
  const made = await store.createItem(item);
  if (!made) throw new Error('the conversation has an item already');
  return made;
}

/** What every store must do with ideas for posts of our own. @param fresh a name that no other test uses */
export function promptsContract(store: () => Store, fresh: () => string): void {
  describe('ideas for posts of our own', () => {
    const idea = async (source: string, change: Partial<PromptRow> = {}): Promise<PromptRow> => {
      const item = await created(
        store(),
        newItem({ source, origin: 'prompt', conversationId: `prompt:${fresh()}` }),
      );
      return {
        itemId: item.id,
        idea: 'office-mug',
        source,
        slot: '2026-06-01',
        channels: ['web:ideas', 'slack:C1'],
        fact: null,
        madeAt: T0,
        lapsesAt: T0 + 1_000,
        publishedAt: null,
        heardAt: null,
        ...change,
      };
    };

    it('are kept once an item and once a slot of a source', async () => {
      const source = fresh();
      const first = await idea(source, { fact: '{"kind":"topic"}' });
      expect(await store().addPrompt(first)).toBe(true);
      expect(await store().addPrompt(first)).toBe(false);
      expect(await store().prompt(first.itemId)).toEqual(first);
      expect(await store().prompt(-1)).toBeNull();
      expect(await store().addPrompt(await idea(source))).toBe(false);
      expect(await store().addPrompt(await idea(fresh()))).toBe(true);
      // What somebody asked for has no slot, as often as they ask.
      expect(await store().addPrompt(await idea(source, { slot: null }))).toBe(true);
      expect(await store().addPrompt(await idea(source, { slot: null }))).toBe(true);
      await store().changePrompt(first.itemId, { idea: 'office-dog', lapsesAt: null });
      expect(await store().prompt(first.itemId)).toEqual({ ...first, idea: 'office-dog', lapsesAt: null });
    });

    it('are found by when they were made, lapse, and were published', async () => {
      const source = fresh();
      const [old, young] = [
        await idea(source, { madeAt: T0 - 90_000, slot: 'a', lapsesAt: T0 - 5 }),
        await idea(source, { madeAt: T0 - 80_000, slot: 'b' }),
      ];
      for (const row of [old, young]) await store().addPrompt(row);
      const mine = (rows: readonly PromptRow[]): number[] =>
        rows.filter((row) => row.source === source).map(({ itemId }) => itemId);
      expect(mine(await store().promptsSince(T0 - 90_000))).toEqual([young.itemId, old.itemId]);
      expect(mine(await store().promptsSince(T0 - 89_999))).toEqual([young.itemId]);
      expect(mine(await store().promptsToLapse(T0 - 6, 500))).toEqual([]);
      expect(mine(await store().promptsToLapse(T0 - 5, 500))).toEqual([old.itemId]);
      await store().publishPrompt(young.itemId, source, T0);
      // A person's own idea becomes known by it.
      const own = await created(
        store(),
        newItem({ source, origin: 'prompt', conversationId: `prompt:${fresh()}` }),
      );
      await store().publishPrompt(own.id, source, T0 + 1);
      expect(await store().prompt(own.id)).toMatchObject({ idea: null, slot: null, publishedAt: T0 + 1 });
      expect(await store().prompt(young.itemId)).toMatchObject({ idea: 'office-mug', lapsesAt: null });
      expect(mine(await store().promptsToHear(T0, 500))).toEqual([young.itemId]);
      expect(mine(await store().promptsToHear(T0 + 1, 500))).toEqual([young.itemId, own.id]);
      await store().changePrompt(young.itemId, { heardAt: T0 + 9 });
      expect(mine(await store().promptsToHear(T0 + 1, 500))).toEqual([own.id]);
    });

    it('rest until a time, or for ever, which nothing shortens', async () => {
      const [name, other] = [fresh(), fresh()];
      await store().restIdea(name, T0 + 10);
      expect((await store().restingIdeas(T0 + 9)).has(name)).toBe(true);
      expect((await store().restingIdeas(T0 + 10)).has(name)).toBe(false);
      await store().restIdea(name, T0 + 5);
      expect((await store().restingIdeas(T0 + 5)).has(name)).toBe(false);
      await store().restIdea(other, null);
      await store().restIdea(other, T0);
      expect((await store().restingIdeas(T0 + 1e12)).has(other)).toBe(true);
    });

    it('count the complaints of late, and nothing else', async () => {
      const source = fresh();
      const late = T0 + 500_000_000;
      const kinds = [['complaint'], ['question', 'complaint'], ['question'], ['complaint']] as const;
      for (const [index, each] of kinds.entries())
        await created(
          store(),
          newItem({
            source,
            conversationId: `${index}`,
            kinds: each,
            openedAt: late + (index < 3 ? index : -1),
          }),
        );
      expect(await store().complaintsSince(late)).toEqual([late + 1, late]);
    });
  });
}
