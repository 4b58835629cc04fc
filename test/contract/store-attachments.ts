import { describe, expect, it } from 'vitest';
import { type Item, isClosed } from '../../src/domain/item.ts';
import type { NewItem, Store } from '../../src/store/store.ts';
import { newItem, T0 } from '../store/samples.ts';
import { picture } from '../support/pictures.ts';

const DAY = 24 * 60 * 60_000;
const ANA = { id: 'web:ana', name: 'Ana' };

/** Pictures of drafts: their files, and what is remembered of those that went out. */
export function attachmentsContract(opened: () => Store, fresh: () => string): void {
  describe('pictures of drafts', () => {
    async function created(change: Partial<NewItem> = {}): Promise<Item> {
      const made = await opened().createItem(newItem({ source: fresh(), ...change }));
      if (!made) throw new Error('the conversation has an item already');
      return made;
    }
    const add = (itemId: number, id: string, bytes: Uint8Array) =>
      opened().addAttachment({ id, itemId, mime: 'image/png', bytes, by: ANA, at: T0 });

    it('gives a file back byte for byte, to its own item only', async () => {
      const store = opened();
      const [item, other] = [await created(), await created()];
      const every = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) & 0xff);
      const id = fresh();
      await add(item.id, id, every);
      const file = await store.attachment(item.id, id);
      expect(file?.mime).toBe('image/png');
      expect(Buffer.compare(Buffer.from(file?.bytes ?? []), Buffer.from(every))).toBe(0);
      expect(await store.attachment(other.id, id)).toBeNull();
      await store.removeAttachment(other.id, id);
      expect(await store.attachment(item.id, id)).not.toBeNull();
      await store.removeAttachment(item.id, id);
      await store.removeAttachment(item.id, id);
      expect(await store.attachment(item.id, id)).toBeNull();
    });

    it('keeps item and file together: both, or neither', async () => {
      const store = opened();
      const item = await created();
      const id = fresh();
      const pictures = [picture({ id })];
      const work = store.transaction(`item:${item.id}`, async (queries) => {
        await queries.saveItem({ ...item, pictures, version: 2 });
        await queries.addAttachment({
          id,
          itemId: item.id,
          mime: 'image/png',
          bytes: Buffer.from('x'),
          by: ANA,
          at: T0,
        });
        throw new Error('the end of the world');
      });
      await expect(work).rejects.toThrow('the end of the world');
      expect(await store.attachment(item.id, id)).toBeNull();
      expect((await store.item(item.id))?.pictures).toBeUndefined();
      expect(await store.saveItem({ ...item, pictures, version: 2 })).toBe(true);
      expect((await store.item(item.id))?.pictures).toEqual(pictures);
    });

    it('sweeps what closed items have had for more than a week, and nothing else', async () => {
      const store = opened();
      const closed = { state: 'dismissed' } as const;
      expect(isClosed(closed)).toBe(true);
      const items = [
        await created({ updatedAt: T0 }),
        await created({ ...closed, updatedAt: T0 }),
        await created({ ...closed, updatedAt: T0 + 5 * DAY }),
      ];
      const ids = items.map(() => fresh());
      for (const [index, item] of items.entries()) await add(item.id, ids[index] ?? '', Buffer.from('x'));
      await store.sweep(T0 + 7 * DAY);
      const there = async (): Promise<boolean[]> =>
        Promise.all(
          items.map(async (item, index) => (await store.attachment(item.id, ids[index] ?? '')) !== null),
        );
      expect(await there()).toEqual([true, true, true]);
      await store.sweep(T0 + 9 * DAY);
      expect(await there()).toEqual([true, false, true]);
    });

    it('remembers what went out with a reply', async () => {
      const store = opened();
      const item = await created();
      const row = {
        id: fresh().padEnd(13, 'x'),
        itemId: item.id,
        postId: item.postId,
        text: 'A pot.',
        byId: ANA.id,
        byName: ANA.name,
        at: T0,
        state: 'sending',
        url: null,
        why: null,
        approvedBy: null,
      } as const;
      await store.addReply({ ...row, pictures: [picture()] });
      expect(await store.reply(row.id)).toEqual({ ...row, pictures: [picture()] });
      const plain = { ...row, id: fresh().padEnd(13, 'x') };
      await store.addReply(plain);
      expect(await store.reply(plain.id)).toEqual(plain);
    });
  });
}
