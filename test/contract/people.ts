import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorKey } from '../../src/domain/acquaintance.ts';
import { HALF_LIFE_MS, rankWith } from '../../src/domain/advocates.ts';
import { ERASED } from '../../src/domain/erasure.ts';
import type { Store } from '../../src/store/store.ts';
import { newItem, post, T0 } from '../store/samples.ts';
import type { OpenedStore } from './store.ts';

const ana = { id: 'web:ana', name: 'Ana' };
const DAY = 24 * 3_600_000;

/** What every store must do for the people outside whom we know, whatever database is below. */
export function peopleContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`people contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;
    let count = 0;
    const fresh = (): string => `p${++count}`;
    const key = (source: string, authorId = 'mira') => ({ source, authorId });
    const mira = (source: string) => ({
      id: 'mira',
      name: 'Mira',
      handle: 'mira.example',
      url: `https://${source}.example/mira`,
      avatarUrl: null,
    });

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(async () => {
      await opened?.cleanup();
    });

    describe('acquaintances', () => {
      it('are made once, however long the id, and found many at a time', async () => {
        const source = fresh();
        const long = '字'.repeat(1_000);
        const id = await store.acquaint(key(source));
        expect(await store.acquaint(key(source))).toBe(id);
        expect(await store.acquaint(key(source, long))).not.toBe(id);
        const found = await store.acquaintances([key(source), key(source, long), key(source, 'none')]);
        expect([...found.keys()].sort()).toEqual(
          [authorKey(key(source)), authorKey(key(source, long))].sort(),
        );
        expect(found.get(authorKey(key(source)))).toEqual({
          id,
          authors: [{ id, ...key(source), linked: null }],
          birthday: null,
          tags: [],
          noContact: null,
          lastNote: null,
          notes: 0,
          thanks: null,
        });
        expect(await store.acquaintances([])).toEqual(new Map());
        expect(await store.acquaintance(999_999_999)).toBeNull();
      });

      it('have notes, tags, a birthday, thanks, and may want to hear nothing', async () => {
        const id = await store.acquaint(key(fresh()));
        for (const text of ['one', 'two']) await store.addAcquaintanceNote(id, { text, by: ana, at: T0 });
        expect([await store.tagAcquaintance(id, 'vip'), await store.tagAcquaintance(id, 'vip')]).toEqual([
          true,
          false,
        ]);
        await store.tagAcquaintance(id, 'press');
        await store.saveBirthday(id, { month: 2, day: 29, year: 2000 });
        await store.saveNoContact(id, { why: 'asked', by: ana, at: T0 });
        await store.saveThanks(id, { at: T0, by: 'Ana' });
        expect(await store.acquaintance(id)).toMatchObject({
          birthday: { month: 2, day: 29, year: 2000 },
          tags: ['press', 'vip'],
          noContact: { why: 'asked', by: ana, at: T0 },
          lastNote: { text: 'two', by: ana, at: T0 },
          notes: 2,
          thanks: { at: T0, by: 'Ana' },
        });
        expect((await store.acquaintanceNotes(id, 1)).map(({ text }) => text)).toEqual(['two']);
        expect([await store.untagAcquaintance(id, 'vip'), await store.untagAcquaintance(id, 'vip')]).toEqual([
          true,
          false,
        ]);
        await store.saveBirthday(id, null);
        await store.saveNoContact(id, null);
        expect(await store.acquaintance(id)).toMatchObject({
          birthday: null,
          noContact: null,
          tags: ['press'],
        });
      });

      it('are linked by somebody, share what is known, and part again with what was written on each', async () => {
        const [a, b, c] = [fresh(), fresh(), fresh()];
        const [one, other, third] = [
          await store.acquaint(key(a)),
          await store.acquaint(key(b)),
          await store.acquaint(key(c)),
        ];
        await store.addAcquaintanceNote(other, { text: 'of b', by: ana, at: T0 });
        await store.tagAcquaintance(other, 'vip');
        await store.saveBirthday(other, { month: 5, day: 4, year: null });
        await store.markStrangers(one, other);
        expect(await store.areStrangers(other, one)).toBe(true);
        expect(await store.linkAcquaintances(one, other, ana, T0)).toBe(true);
        expect(await store.linkAcquaintances(other, one, ana, T0)).toBe(false);
        expect(await store.areStrangers(one, other)).toBe(false);
        expect(await store.linkAcquaintances(other, third, ana, T0)).toBe(true);
        const whole = await store.acquaintance(third);
        expect(whole).toMatchObject({ id: one, tags: ['vip'], notes: 1, birthday: { month: 5, day: 4 } });
        expect(whole?.authors.map((author) => author.id)).toEqual([one, other, third]);
        expect(whole?.authors[1]?.linked).toEqual({ by: ana, at: T0 });
        expect((await store.acquaintances([key(a), key(c)])).size).toBe(3);
        // Told once a human: a tag that one account has is not given to another.
        expect(await store.tagAcquaintance(one, 'vip')).toBe(false);
        await store.saveBirthday(one, { month: 6, day: 1, year: null });

        // The one that leads goes; the others stay together.
        expect(await store.unlinkAcquaintance(one)).toBe(true);
        expect(await store.unlinkAcquaintance(one)).toBe(false);
        expect(await store.acquaintance(one)).toMatchObject({ tags: [], birthday: { month: 6 }, notes: 0 });
        expect(await store.acquaintance(third)).toMatchObject({
          id: other,
          tags: ['vip'],
          notes: 1,
          birthday: null,
        });
        expect(await store.unlinkAcquaintance(third)).toBe(true);
        expect((await store.acquaintance(other))?.authors).toHaveLength(1);
      });

      it('with a birthday on some days of the year are found by them', async () => {
        const source = fresh();
        const born = async (authorId: string, month: number, day: number): Promise<number> => {
          const id = await store.acquaint(key(source, authorId));
          await store.saveBirthday(id, { month, day, year: null });
          return id;
        };
        const [x, y] = [await born('x', 11, 30), await born('y', 12, 1)];
        await born('z', 12, 2);
        const on = async (...days: [number, number][]): Promise<number[]> =>
          (
            await store.birthdaysOn(
              days.map(([month, day]) => ({ month, day })),
              50,
            )
          )
            .filter((each) => each.authors[0]?.source === source)
            .map(({ id }) => id);
        expect(await on([11, 30], [12, 1])).toEqual([x, y]);
        expect(await on([11, 1], [12, 30])).toEqual([]);
        expect(await on()).toEqual([]);
      });

      it('are called as they were last', async () => {
        const source = fresh();
        const called = (id: string, label: string, at: number) =>
          post({ source, id, author: { ...mira(source), name: label }, createdAt: T0 + at });
        await store.addPosts([called('2', 'Mira new', 5), called('1', 'Mira old', 1)], T0, false);
        expect((await store.authorAsLast(key(source)))?.name).toBe('Mira new');
        expect(await store.authorAsLast(key(source, 'none'))).toBeNull();
        expect((await store.postsOfAuthor(key(source), 9)).map(({ id }) => id)).toEqual(['2', '1']);
        expect((await store.postsOfAuthor(key(source), 9, T0 + 5)).map(({ id }) => id)).toEqual(['1']);
      });
    });

    describe('deeds', () => {
      const did = (
        source: string,
        deed: 'praise' | 'answer' | 'share',
        at: number,
        conversationId: string = `c${at}-${deed}`,
      ) => ({ ...key(source), deed, at, conversationId, postId: `${conversationId}-${deed}` });

      it('count once a conversation, and make a standing that is kept in order', async () => {
        const [source, other] = [fresh(), fresh()];
        const look = mira(source);
        expect(await store.addDeed(did(source, 'praise', T0, 'c'), look, ['lid', 'lid', 'pot'])).toBe(true);
        expect(await store.addDeed(did(source, 'praise', T0 + 5, 'c'), look, ['lid'])).toBe(false);
        expect(await store.addDeed(did(source, 'answer', T0 + DAY, 'c'), look, ['lid'])).toBe(true);
        await store.addDeed(did(other, 'share', T0), mira(other), []);
        const found = await store.standings([key(source), key(other), key(other, 'none')]);
        expect(found.size).toBe(2);
        expect(found.get(authorKey(key(source)))).toEqual({
          ...key(source),
          name: 'Mira',
          handle: 'mira.example',
          url: look.url,
          rank: rankWith(rankWith(null, 'praise', T0), 'answer', T0 + DAY),
          praise: 1,
          answer: 1,
          share: 0,
          lastAt: T0 + DAY,
        });
        const best = (await store.bestStandings(T0 / HALF_LIFE_MS - 1, 100)).map((each) => each.source);
        expect(best.indexOf(source)).toBeLessThan(best.indexOf(other));
        expect(best).toContain(other);
        expect(await store.bestStandings(1_000, 100)).toEqual([]);
        const about = await store.deedsAbout(['lid', 'oven'], T0, 50);
        expect(about.filter((each) => each.source === source)).toEqual([
          { ...key(source), topic: 'lid', deed: 'answer' },
          { ...key(source), topic: 'lid', deed: 'praise' },
        ]);
        expect(await store.deedsAbout(['lid'], T0 + 2 * DAY, 50)).toEqual([]);
        expect(await store.deedsAbout([], T0, 50)).toEqual([]);
      });

      it('of a window are told by author', async () => {
        const source = fresh();
        const late = T0 + 1_000 * DAY;
        for (const at of [late, late + 1, late + DAY])
          await store.addDeed(did(source, 'praise', at), mira(source), []);
        expect(await store.deedsBetween(late, late + DAY, 10)).toEqual([
          { ...key(source), praise: 2, answer: 0, share: 0, lastAt: late + 1 },
        ]);
      });

      it('go with the post they were', async () => {
        const source = fresh();
        await store.addDeed(did(source, 'praise', T0, 'a'), mira(source), ['kettle']);
        await store.addDeed(did(source, 'share', T0 + 1, 'b'), mira(source), []);
        const standing = async () => (await store.standings([key(source)])).get(authorKey(key(source)));
        await store.removeDeeds(source, 'a-praise');
        expect(await standing()).toMatchObject({
          praise: 0,
          share: 1,
          rank: rankWith(null, 'share', T0 + 1),
        });
        expect(await store.deedsAbout(['kettle'], 0, 9)).toEqual([]);
        await store.removeDeeds(source, 'b-share');
        await store.removeDeeds(source, 'none');
        expect(await standing()).toBeUndefined();
      });

      it('come to what the domain reckons, in whatever order they arrive', async () => {
        const deeds = fc.array(
          fc.tuple(
            fc.constantFrom('praise' as const, 'answer' as const, 'share' as const),
            fc.integer({ min: 0, max: 500 }),
          ),
          { minLength: 1, maxLength: 6 },
        );
        await fc.assert(
          fc.asyncProperty(deeds, async (all) => {
            const source = fresh();
            for (const [at, [deed, days]] of all.entries())
              await store.addDeed(did(source, deed, T0 + days * DAY, `c${at}`), mira(source), []);
            const rank = all.reduce<number | null>(
              (so, [deed, days]) => rankWith(so, deed, T0 + days * DAY),
              null,
            );
            expect((await store.standings([key(source)])).get(authorKey(key(source)))?.rank).toBeCloseTo(
              rank ?? 0,
              9,
            );
          }),
          { numRuns: 10 },
        );
      });
    });

    describe('an erasure', () => {
      it('remembers hashes, and nothing else', async () => {
        const hash = `h${fresh()}`;
        expect(await store.erasedAt([hash])).toEqual(new Map());
        await store.rememberErased([hash, hash], T0);
        expect(await store.erasedAt([hash, 'other'])).toEqual(new Map([[hash, T0]]));
        await store.rememberErased([hash], T0 + 9);
        expect(await store.erasedAt([hash])).toEqual(new Map([[hash, T0 + 9]]));
        expect(await store.anyErased()).toBe(true);
      });

      it('empties the posts, renames what has their name in it, and leaves the others', async () => {
        const source = fresh();
        const root = `at://mira/${'x'.repeat(600)}`;
        const other = { id: 'kim', name: 'Kim', handle: 'kim.example' };
        await store.addPosts(
          [
            post({
              source,
              id: root,
              author: mira(source),
              text: 'Where is my lid?',
              url: `https://x.example/mira.example/1`,
            }),
            post({
              source,
              id: 'k',
              conversationId: root,
              replyTo: root,
              author: other,
              text: 'Mira, look below the pot.',
              createdAt: T0 + 1,
            }),
            post({ source, id: 'else', author: other, text: 'As @mira.example said' }),
          ],
          T0,
          false,
        );
        const item = await store.createItem(newItem({ source, conversationId: root, postId: root }));
        const bystander = await store.createItem(newItem({ source, conversationId: 'else', postId: 'else' }));
        const erased = await store.eraseAuthor(key(source), `t${source}`);
        expect(erased).toMatchObject({ postIds: [root], theirs: [item?.id], notices: 0 });
        expect([...erased.touched].sort((a, b) => a - b)).toEqual([item?.id, bystander?.id]);
        const [first, answer] = await store.conversation(source, `erased:t${source}:0`, 9);
        expect(first).toMatchObject({
          text: ERASED,
          url: null,
          replyTo: null,
          author: { name: '', handle: '', url: null },
        });
        expect(answer).toMatchObject({ id: 'k', replyTo: first?.id, text: '[erased], look below the pot.' });
        expect(await store.item(item?.id ?? 0)).toMatchObject({
          postId: first?.id,
          conversationId: first?.id,
        });
        expect((await store.post(source, 'else'))?.text).toBe('As [erased] said');
        expect(await store.post(source, root)).toBeNull();
        expect(await store.eraseAuthor(key(source), 'again')).toMatchObject({ postIds: [], touched: [] });
      });
    });
  });
}
