import { describe, expect, it } from 'vitest';
import { searchTerms } from '../../src/domain/drafts/terms.ts';
import type { Item } from '../../src/domain/item.ts';
import type { Store } from '../../src/store/store.ts';
import { newItem, T0 } from '../store/samples.ts';

const ANA = { id: 'web:ana', name: 'Ana' };
const BEN = { id: 'web:ben', name: 'Ben' };

/** What every store must do for suggestions. @param fresh a name that no other test uses */
export function draftsContract(store: () => Store, fresh: () => string): void {
  async function created(change: Partial<Item> = {}): Promise<Item> {
    const made = await store().createItem(newItem({ source: fresh(), conversationId: fresh(), ...change }));
    if (!made) throw new Error('the conversation has an item already');
    return made;
  }

  describe('replies that the team keeps', () => {
    it('are found by number and by name in any case, changed, and removed', async () => {
      const name = `Größe ${fresh()}`;
      const first = { name, text: 'Hi {name}, 🍲 {link}', by: ANA, at: T0 };
      expect(await store().addSavedReply(first)).toBe(true);
      expect(await store().addSavedReply({ ...first, name: name.toUpperCase().replace('SS', 'ß') })).toBe(
        false,
      );
      const kept = await store().savedReply(name.toLowerCase());
      expect(kept).toEqual({ ...first, id: kept?.id, used: 0 });
      const id = kept?.id ?? 0;
      expect(await store().changeSavedReply(id, { text: 'Hello', by: BEN, at: T0 + 1 })).toBe(true);
      expect(await store().savedReply(id)).toMatchObject({ name, text: 'Hello', by: BEN, at: T0 + 1 });
      expect(await store().removeSavedReply(id)).toBe(true);
      expect(await store().removeSavedReply(id)).toBe(false);
      expect(await store().changeSavedReply(id, { text: 'x', by: BEN, at: T0 })).toBe(false);
      expect(await store().savedReply(id)).toBeNull();
    });

    it('count each conversation once, and come most used first', async () => {
      const [one, two] = [fresh(), fresh()];
      for (const name of [one, two]) await store().addSavedReply({ name, text: name, by: ANA, at: T0 });
      const reply = await store().savedReply(two);
      const [a, b] = [await created(), await created()];
      for (const item of [a, a, b]) await store().useSavedReply(reply?.id ?? 0, item.id, T0);
      expect(await store().savedReply(two)).toMatchObject({ used: 2 });
      const names = (await store().savedReplies(200)).map((each) => each.name);
      expect(names.indexOf(two)).toBeLessThan(names.indexOf(one));
      await store().removeSavedReply(reply?.id ?? 0);
      // What is gone counts nothing, and is no error.
      await store().useSavedReply(reply?.id ?? 0, a.id, T0);
      expect(await store().savedReply(two)).toBeNull();
    });
  });

  describe('answered conversations', () => {
    const about = async (text: string, at = T0): Promise<Item> => {
      const item = await created();
      await store().indexAnswer({ itemId: item.id, terms: searchTerms(text), at });
      return item;
    };
    const like = async (text: string, except = 0, limit = 10) =>
      (await store().similarAnswers(searchTerms(text), except, limit)).map(({ itemId }) => itemId);

    it('are found by what they are about, the rare words counting more', async () => {
      const lid = await about('Does the quokkalid fit in the zebrawasher?');
      const other = await about('The zebrawasher is loud');
      await about('The zebrawasher hums');
      expect((await like('Will the quokkalid survive my zebrawasher?')).slice(0, 2)).toEqual([
        lid.id,
        expect.any(Number),
      ]);
      expect(await like('Will the quokkalid survive my zebrawasher?', lid.id)).not.toContain(lid.id);
      expect(await like('Nothing of the yakbutter sort')).toEqual([]);
      expect(await like('')).toEqual([]);
      const [best] = await store().similarAnswers(searchTerms('quokkalid zebrawasher'), 0, 1);
      expect(best).toMatchObject({ itemId: lid.id, matched: 2 });
      expect(best?.coverage).toBeCloseTo(1, 5);
      expect(other.id).toBeGreaterThan(lid.id);
    });

    it('are found in scripts without spaces', async () => {
      const item = await about('圧力鍋の蓋は食洗機で洗えますか');
      expect(await like('蓋を食洗機に入れてもいいですか')).toEqual([item.id]);
      const thai = await about('ฝาหม้อใส่เครื่องล้างจานได้ไหม');
      expect(await like('เครื่องล้างจานใช้กับฝาได้หรือเปล่า')).toEqual([thai.id]);
      const hindi = await about('क्या ढक्कन डिशवॉशर में धुल सकता है');
      expect(await like('डिशवॉशर ढक्कन')).toEqual([hindi.id]);
    });

    it('are read anew, forgotten, and the oldest give way', async () => {
      const item = await about('vombatpan handle', T0 - 9e9);
      await store().indexAnswer({ itemId: item.id, terms: searchTerms('numbatpot cover'), at: T0 - 9e9 });
      expect(await like('vombatpan handle')).toEqual([]);
      expect(await like('numbatpot cover')).toEqual([item.id]);
      const all = await store().countAnswers();
      expect(await store().trimAnswers(all)).toBe(0);
      expect(await store().trimAnswers(all - 1)).toBe(1);
      expect(await like('numbatpot cover')).toEqual([]);
      const again = await about('bilbykettle spout');
      await store().indexAnswer({ itemId: again.id, terms: [], at: T0 });
      expect(await like('bilbykettle spout')).toEqual([]);
    });

    it('may be written by two at once', async () => {
      const item = await created();
      const terms = searchTerms('quollbowl rim');
      await Promise.all([1, 2, 3, 4].map(() => store().indexAnswer({ itemId: item.id, terms, at: T0 })));
      expect(await like('quollbowl rim')).toEqual([item.id]);
    });
  });

  it('gives back what was set aside and not spent, and never goes over a budget meanwhile', async () => {
    const name = `#${fresh()}`;
    const budget = { dollars: 1 };
    const aside = { dollars: 0.4, requests: 1 };
    const tries = await Promise.all([1, 2, 3, 4].map(() => store().spend(name, '2026-06-01', aside, budget)));
    expect(tries.filter(Boolean)).toHaveLength(2);
    expect(await store().spend(name, '2026-06-01', { dollars: -0.3 }, {})).toBe(true);
    expect((await store().spent(name, '2026-06-01')).dollars).toBeCloseTo(0.5, 6);
    expect(await store().spend(name, '2026-06-01', aside, budget)).toBe(true);
    expect(await store().spend(name, '2026-06-01', aside, budget)).toBe(false);
  });

  it('gives items in the order in which they changed', async () => {
    const at = T0 + 7e12;
    const items = [];
    for (const plus of [2, 1, 1]) items.push(await created({ updatedAt: at + plus, openedAt: at }));
    const [late, one, two] = items;
    const ids = async (after: { at: number; id: number }, limit = 10) =>
      (await store().changedItems(after, limit)).map(({ id }) => id);
    expect(await ids({ at, id: 0 })).toEqual([one?.id, two?.id, late?.id]);
    expect(await ids({ at: at + 1, id: one?.id ?? 0 }, 1)).toEqual([two?.id]);
    expect(await ids({ at: at + 2, id: late?.id ?? 0 })).toEqual([]);
  });
}
