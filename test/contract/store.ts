import fc from 'fast-check';
import Keyv from 'keyv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Item, type ItemEvent, isClosed, STATES, SYSTEM, transition } from '../../src/domain/item.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import { KINDS } from '../../src/domain/triage/verdict.ts';
import type { CardRow, NewItem, Store } from '../../src/store/store.ts';
import { newItem, post, T0 } from '../store/samples.ts';
import { attachmentsContract } from './store-attachments.ts';
import { copiesContract } from './store-copies.ts';
import { draftsContract } from './store-drafts.ts';
import { learningContract } from './store-learning.ts';
import { promptsContract } from './store-prompts.ts';

/** A database under test. */
export interface OpenedStore {
  readonly store: Store;
  /** Another store on the same database, with connections of its own. */
  reopen(): Promise<Store>;
  cleanup(): Promise<void>;
}

/** What every store must do, whatever database is below. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`store contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;
    let count = 0;
    /** A name that no other test uses: all of them share one database. */
    const fresh = (): string => `s${++count}`;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(async () => {
      await opened?.cleanup();
    });

    async function created(item: NewItem): Promise<Item> {
      const made = await store.createItem(item);
      if (!made) throw new Error('the conversation has an item already');
      return made;
    }

    async function changed(item: Item, change: Partial<Item>): Promise<Item> {
      const next: Item = { ...item, ...change, version: item.version + 1 };
      expect(await store.saveItem(next)).toBe(true);
      return next;
    }

    async function cardOf(itemId: number, chat: string): Promise<CardRow> {
      const card = (await store.cardsOf(itemId)).find((row) => row.chat === chat);
      if (!card) throw new Error('no card');
      return card;
    }

    describe('posts', () => {
      it('stores a post once, whatever comes with it, and gives it back as it was', async () => {
        const source = fresh();
        const first = post({ source, id: '1', text: 'Where is my 🍲?' });
        const again = post({ source, id: '1', text: 'edited' });
        expect(await store.addPosts([first, again], T0, false)).toEqual([first]);
        const second = post({ source, id: '2' });
        const third = post({ source, id: '3' });
        expect(await store.addPosts([third, again, second], T0, false)).toEqual([third, second]);
        expect(await store.post(source, '1')).toEqual(first);
        expect(await store.post(source, 'none')).toBeNull();
        expect(await store.post(fresh(), '1')).toBeNull();
        expect(await store.addPosts([], T0, false)).toEqual([]);
      });

      it('keeps anything that makePost lets through', async () => {
        const source = fresh();
        // Mostly short; now and then longer than an index can hold.
        const raw = fc.oneof(
          { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
          { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1_000 }) },
        );
        const id = raw.map((text) =>
          `i${text.replace(/[\u0000-\u001F]/g, '')}`.slice(0, 1_000).toWellFormed(),
        );
        const text = fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.constantFrom(
            '\0',
            '\uD800',
            "'; drop table posts; --",
            '\\',
            '%_',
            '{"a":1}',
            '\u202E',
            'ﷺ'.repeat(99),
          ),
        );
        const link = fc.webUrl();
        const input: fc.Arbitrary<PostInput> = fc.record({
          source: fc.constant(source),
          id,
          conversationId: id,
          replyTo: fc.option(id),
          via: fc.constantFrom('mention', 'reply', 'follow'),
          author: fc.record({
            id,
            name: text,
            handle: text,
            url: fc.option(link),
            avatarUrl: fc.option(link),
          }),
          text,
          lang: fc.option(fc.constantFrom('en', 'pt-BR')),
          url: fc.option(link),
          links: fc.array(link, { maxLength: 3 }),
          media: fc.array(fc.record({ url: fc.option(link), alt: text }), { maxLength: 2 }),
          createdAt: fc.integer({ min: -8.64e15, max: 8.64e15 }),
          ours: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(input, { minLength: 1, maxLength: 4, selector: (one) => one.id }),
            async (inputs) => {
              const posts = inputs.map(makePost);
              await store.addPosts(posts, T0, false);
              for (const one of posts) {
                const kept = await store.post(source, one.id);
                // The same id may have come in an earlier run, with other words.
                if (kept?.createdAt === one.createdAt) expect(kept).toEqual(one);
                else expect(kept?.id).toBe(one.id);
                expect((await store.knownPosts(source, [one.id])).size).toBe(1);
              }
            },
          ),
          { numRuns: 20 },
        );
      });

      it('keeps ids apart that a database might cut, fold or trim', async () => {
        const source = fresh();
        const ids = [
          'a',
          'A',
          'a ',
          'ä',
          'a\u0308',
          '1',
          '01',
          'x'.repeat(1_024),
          `${'x'.repeat(1_023)}y`,
          '字'.repeat(1_000),
        ];
        const posts = ids.map((id) => post({ source, id, conversationId: id }));
        expect(await store.addPosts(posts, T0, false)).toEqual(posts);
        expect(await store.knownPosts(source, [...ids, 'none'])).toEqual(new Map(ids.map((id) => [id, id])));
        expect(await store.post(source, 'a\0')).toBeNull();
        for (const id of ids) expect(await store.countConversation(source, id)).toBe(1);
      });

      it('stores a thousand at once, in the given order', async () => {
        const source = fresh();
        const posts = Array.from({ length: 1_000 }, (_, at) =>
          post({ source, id: `${1_000 - at}`, createdAt: T0 - at }),
        );
        expect(await store.addPosts(posts, T0, false)).toEqual(posts);
        expect(
          (
            await store.knownPosts(
              source,
              posts.map((one) => one.id),
            )
          ).size,
        ).toBe(1_000);
      });

      it('reads a conversation oldest first, cut to its newest posts, however it was delivered', async () => {
        const source = fresh();
        const posts = [3, 1, 2, 5, 4].map((at) =>
          post({ source, id: `${at}`, conversationId: 'c', createdAt: T0 + at * 1_000 }),
        );
        // Within one second the network's own numbering decides.
        const tied = ['100', '99'].map((id) =>
          post({ source, id, conversationId: 'c', createdAt: T0 + 9_000 }),
        );
        await store.addPosts([...posts, ...tied], T0, false);
        const ids = async (limit: number): Promise<string[]> =>
          (await store.conversation(source, 'c', limit)).map((one) => one.id);
        expect(await ids(10)).toEqual(['1', '2', '3', '4', '5', '99', '100']);
        expect(await ids(3)).toEqual(['5', '99', '100']);
        expect(await store.countConversation(source, 'c')).toBe(7);
        expect(await store.conversation(source, 'other', 5)).toEqual([]);
      });

      it('lists the newest posts of a source in pages', async () => {
        const source = fresh();
        await store.addPosts(
          [1, 2, 3].map((at) => post({ source, id: `${at}`, createdAt: T0 + at })),
          T0,
          false,
        );
        await store.addPosts([post({ source: fresh(), id: '9', createdAt: T0 + 9 })], T0, false);
        const page = await store.recentPosts({ source, limit: 2 });
        expect(page.map((one) => one.id)).toEqual(['3', '2']);
        expect((await store.recentPosts({ source, limit: 2, before: T0 + 2 })).map((one) => one.id)).toEqual([
          '1',
        ]);
        expect((await store.recentPosts({ limit: 1_000, before: T0 + 4 })).length).toBeGreaterThan(2);
      });

      it('counts what customers wrote, source by source', async () => {
        const [loud, calm] = [fresh(), fresh()];
        // A day that no other test writes on.
        const day = T0 - 900 * 86_400_000;
        const posts = [0, 1, 2, 3].map((at) => post({ source: loud, id: `${at}`, createdAt: day + at }));
        await store.addPosts([...posts, post({ source: calm, id: '1', createdAt: day + 1 })], T0, false);
        await store.addPosts([post({ source: calm, id: '2', createdAt: day + 1, ours: true })], T0, false);
        const volumes = await store.volumes(day, day + 3);
        expect(new Map(volumes.map(({ source, posts: count }) => [source, count]))).toEqual(
          new Map([
            [loud, 3],
            [calm, 1],
          ]),
        );
        expect(await store.volumes(day + 4, day + 5)).toEqual([]);
      });

      it('moves a conversation with its item, and leaves an item that is there already', async () => {
        const source = fresh();
        const long = '字'.repeat(1_000);
        await store.addPosts(
          ['a', 'b'].map((id) => post({ source, id, conversationId: id })),
          T0,
          false,
        );
        const item = await created(newItem({ source, conversationId: 'b', postId: 'b' }));
        await store.moveConversation(source, 'b', long);
        expect((await store.post(source, 'b'))?.conversationId).toBe(long);
        expect(await store.itemOf(source, long)).toEqual({ ...item, conversationId: long });
        expect(await store.itemOf(source, 'b')).toBeNull();
        // Whoever read the item before still saves, and does not move it back.
        await changed(item, { priority: 7 });
        expect((await store.itemOf(source, long))?.priority).toBe(7);

        const other = await created(newItem({ source, conversationId: 'a', postId: 'a' }));
        await store.moveConversation(source, long, 'a');
        expect(await store.countConversation(source, 'a')).toBe(2);
        expect((await store.itemOf(source, 'a'))?.id).toBe(other.id);
        expect((await store.item(item.id))?.conversationId).toBe(long);
        await store.moveConversation(source, 'a', 'a');
        expect(await store.countConversation(source, 'a')).toBe(2);
      });
    });

    describe('items', () => {
      it('gives each new item a number and version 1, one per conversation', async () => {
        const source = fresh();
        const draft = newItem({ source, conversationId: 'c' });
        const item = await created(draft);
        expect(item).toEqual({ ...draft, id: item.id, version: 1 });
        expect(await store.item(item.id)).toEqual(item);
        expect(await store.itemOf(source, 'c')).toEqual(item);
        expect(await store.createItem(draft)).toBeNull();
        expect((await created(newItem({ source, conversationId: 'd' }))).id).toBeGreaterThan(item.id);
        for (const nothing of [0, -1, 2 ** 60, 1.5, Number.NaN]) expect(await store.item(nothing)).toBeNull();
      });

      it('keeps whatever the state machine makes of an item', async () => {
        const source = fresh();
        const ana = { id: 'web:ana', name: 'Ana \0\uD83C', role: 'manager', surface: 'web' } as const;
        const actions = fc.array(
          fc.oneof(
            fc.record({ type: fc.constantFrom('claim' as const, 'release' as const, 'reopen' as const) }),
            fc.record({ type: fc.constant('draft' as const), text: fc.string({ unit: 'binary' }) }),
            fc.record({
              type: fc.constant('send' as const),
              text: fc.string({ minLength: 1 }),
              replyId: fc.constant('r'),
            }),
            fc.record({
              type: fc.constant('dismiss' as const),
              reason: fc.constant('other' as const),
              words: fc.string(),
            }),
            fc.record({
              type: fc.constant('snooze' as const),
              until: fc.integer({ min: T0 + 1, max: T0 + 1e9 }),
            }),
          ),
          { maxLength: 6 },
        );
        let conversation = 0;
        await fc.assert(
          fc.asyncProperty(
            actions,
            fc.integer({ min: 0, max: 1_000 }).map((tenths) => tenths / 10),
            async (steps, priority) => {
              let item = await created(newItem({ source, conversationId: `c${++conversation}`, priority }));
              for (const action of steps) {
                const step = transition(item, action, ana, T0 + 5);
                if (!step.ok) continue;
                expect(await store.saveItem(step.item)).toBe(true);
                await store.addEvents(step.events);
                item = step.item;
              }
              expect(JSON.stringify(await store.item(item.id))).toBe(
                JSON.stringify(await store.itemOf(source, item.conversationId)),
              );
              expect(await store.item(item.id)).toEqual(item);
              expect(await store.events(item.id, 10)).toHaveLength(item.version - 1);
            },
          ),
          { numRuns: 20 },
        );
      });

      it('saves only over the version that was read', async () => {
        const item = await created(newItem({ source: fresh() }));
        expect(await store.saveItem({ ...item, version: 2, priority: 90 })).toBe(true);
        expect(await store.saveItem({ ...item, version: 2, priority: 10 })).toBe(false);
        expect(await store.saveItem({ ...item, version: 4, priority: 10 })).toBe(false);
        expect(await store.saveItem({ ...item, id: 999_999_999, version: 2 })).toBe(false);
        expect(await store.item(item.id)).toMatchObject({ version: 2, priority: 90 });
      });

      it('lists a queue by urgency and by change, in pages', async () => {
        const source = fresh();
        const make = (conversationId: string, change: Partial<NewItem>) =>
          created(newItem({ source, conversationId, ...change }));
        const calm = await make('a', { priority: 10, waitingSince: T0, updatedAt: T0 + 4 });
        const later = await make('b', { priority: 50, waitingSince: T0 + 9, updatedAt: T0 + 3 });
        const sooner = await make('c', { priority: 50, waitingSince: T0 + 1, updatedAt: T0 + 2 });
        const nobody = await make('d', { priority: 50, waitingSince: null, updatedAt: T0 + 1 });
        const ids = async (query: object): Promise<number[]> =>
          (await store.items({ source, limit: 10, ...query })).map((item) => item.id);
        const urgent = [sooner.id, later.id, nobody.id, calm.id];
        expect(await ids({})).toEqual(urgent);
        expect(await ids({ order: 'urgency', limit: 2, offset: 1 })).toEqual(urgent.slice(1, 3));
        expect(await ids({ order: 'recent' })).toEqual([calm.id, later.id, sooner.id, nobody.id]);
        expect(await store.countItems({ source })).toBe(4);
      });

      it('finds items by state, kind, owner, place and words, all at once', async () => {
        const source = fresh();
        const chat = fresh();
        const ana = { id: 'web:ana', name: 'Ana' };
        const one = await created(newItem({ source, conversationId: 'a', kinds: ['complaint', 'question'] }));
        const two = await created(newItem({ source, conversationId: 'b', kinds: ['praise'] }));
        const taken = await changed(two, { state: 'claimed', owner: ana });
        await store.addPosts(
          [
            post({ source, id: '1', conversationId: 'a', text: 'Die SUPPE ist kalt, 100% kalt_er' }),
            post({
              source,
              id: '2',
              conversationId: 'b',
              text: 'Great soup',
              author: { id: 'z', name: 'Zoë', handle: 'zoe' },
            }),
          ],
          T0,
          false,
        );
        await store.wantCards(one.id, [
          { chat, channel: 'support' },
          { chat, channel: 'all' },
        ]);
        const ids = async (query: object): Promise<number[]> => {
          const found = (await store.items({ source, limit: 10, ...query })).map((item) => item.id);
          expect(await store.countItems({ source, ...query })).toBe(found.length);
          return found;
        };
        expect(await ids({ states: ['claimed'] })).toEqual([taken.id]);
        expect(await ids({ states: ['open', 'claimed', 'dismissed'] })).toHaveLength(2);
        expect(await ids({ states: [] })).toEqual([]);
        expect(await ids({ states: ['answered', 'dismissed'] })).toEqual([]);
        expect(await ids({ kinds: ['question', 'spam'] })).toEqual([one.id]);
        expect(await ids({ kinds: [] })).toEqual([]);
        expect(await ids({ owner: 'web:ana' })).toEqual([two.id]);
        expect(await ids({ owner: 'web:an_' })).toEqual([]);
        expect(await ids({ chat })).toEqual([one.id]);
        expect(await ids({ chat, channel: 'support' })).toEqual([one.id]);
        expect(await ids({ chat, channel: 'none' })).toEqual([]);
        expect(await ids({ words: ' suppe  KALT ' })).toEqual([one.id]);
        expect(await ids({ words: 'soup ZOË' })).toEqual([two.id]);
        expect(await ids({ words: 'zoe\u0308' })).toEqual([two.id]);
        expect(await ids({ words: '100%' })).toEqual([one.id]);
        expect(await ids({ words: 'kalt_' })).toEqual([one.id]);
        for (const none of ['%', 'k_lt', 'soup suppe', "' or 1=1", '\\']) {
          const expected = none === '%' ? [one.id] : [];
          expect(await ids({ words: none })).toEqual(expected);
        }
        expect(await ids({ words: '   ' })).toHaveLength(2);
        expect(await ids({ states: ['open'], kinds: ['complaint'], chat, words: 'kalt' })).toEqual([one.id]);
      });

      it('counts by state, everywhere and in a place, an item in two channels once', async () => {
        const chat = fresh();
        const source = fresh();
        const before = await store.countByState({});
        for (const [at, state] of STATES.entries()) {
          const item = await created(newItem({ source, conversationId: `${at}` }));
          await store.wantCards(item.id, [
            { chat, channel: 'one' },
            { chat, channel: at === 0 ? 'two' : 'one' },
          ]);
          if (state !== 'open') await changed(item, { state });
        }
        const all = await store.countByState({});
        for (const state of STATES) expect(all[state] - before[state]).toBe(1);
        expect(await store.countByState({ chat })).toEqual({
          open: 1,
          claimed: 1,
          snoozed: 1,
          answered: 1,
          dismissed: 1,
        });
        expect(await store.countByState({ chat, channel: 'two' })).toMatchObject({ open: 1, claimed: 0 });
      });

      it('finds the snoozes that are over', async () => {
        const source = fresh();
        const item = await created(newItem({ source }));
        await changed(item, { state: 'snoozed', snoozedUntil: T0 + 100 });
        const due = async (now: number): Promise<boolean> =>
          (await store.dueSnoozes(now, 1_000)).some((one) => one.id === item.id);
        expect(await due(T0 + 99)).toBe(false);
        expect(await due(T0 + 100)).toBe(true);
      });

      it('keeps every event, newest cut, oldest first', async () => {
        const item = await created(newItem({ source: fresh() }));
        const events = [2, 3, 4].map((version) => ({
          itemId: item.id,
          version,
          at: T0 + version,
          type: 'note' as const,
          actor: { id: 'web:ana', name: 'Ana' },
          surface: 'web',
          detail: { text: 'a \0 "quoted" 🍲', count: version, none: null, yes: true },
        }));
        await store.addEvents(events);
        expect(await store.events(item.id, 10)).toEqual(events);
        expect(await store.events(item.id, 2)).toEqual(events.slice(1));
        await store.addEvents([]);
      });
    });

    describe('authors', () => {
      it('knows how often we met, and how the last time ended', async () => {
        const source = fresh();
        const author = { id: '字'.repeat(900), name: 'Kim', handle: 'kim' };
        const by = (id: string, conversationId: string, createdAt: number): Post =>
          post({ source, id, conversationId, createdAt, author });
        await store.addPosts(
          [
            by('1', 'a', T0),
            by('2', 'a', T0 + 1),
            by('3', 'b', T0 + 2),
            by('4', 'c', T0 + 3),
            by('5', 'now', T0 + 4),
          ],
          T0,
          false,
        );
        await created(newItem({ source, conversationId: 'a' }));
        const last = await created(newItem({ source, conversationId: 'b' }));
        await created(newItem({ source, conversationId: 'now' }));
        expect(await store.author(source, author.id, 'now')).toEqual({
          conversations: 2,
          posts: 4,
          firstMetAt: T0,
          last,
        });
        expect(await store.author(source, 'stranger', 'now')).toEqual({
          conversations: 0,
          posts: 0,
          firstMetAt: null,
          last: null,
        });
        expect(await store.author(source, author.id, 'a')).toMatchObject({
          conversations: 2,
          posts: 3,
          firstMetAt: T0 + 2,
        });
      });
    });

    describe('the team', () => {
      it('finds people by any words of name and handle, never by what they wrote', async () => {
        const source = fresh();
        const by = (id: string, name: string, handle: string, n: number): Post =>
          post({
            source,
            id: `${id}${n}`,
            author: { id, name, handle },
            text: `${source}zoe says hello`,
            createdAt: T0 + n,
          });
        const [zoe, zed] = [`${source}Zoe`, `${source}Zed`];
        await store.addPosts(
          [
            by('a', `${zoe} Müller`, 'zm.example', 1),
            by('a', `${zoe} MÜLLER-Weiß`, 'zm.example', 2),
            by('b', `${zed} 100%_\\`, `${source}-zed@social.example`, 3),
            { ...by('us', `${zoe} of ours`, 'us', 4), ours: true },
          ],
          T0,
          false,
        );
        const found = async (words: string): Promise<string[]> =>
          (await store.authorsNamed(words, 10)).map(({ author }) => author.name);
        // Named as they were last, once.
        expect(await found(zoe.toLowerCase())).toEqual([`${zoe} MÜLLER-Weiß`]);
        expect(await found(`müller  ${zoe}`)).toEqual([`${zoe} MÜLLER-Weiß`]);
        expect(await found(`@${source}-ZED@social`)).toEqual([`${zed} 100%_\\`]);
        for (const nobody of [`${zoe} zed`, `${source}zoe says`, `${source}z_d`, '', ' @ '])
          expect(await found(nobody)).toEqual([]);
        expect(await store.authorsNamed(source, 1)).toHaveLength(1);
      });

      it('lists the items of an author, latest first', async () => {
        const source = fresh();
        const items: Item[] = [];
        for (const n of [1, 2, 3]) {
          await store.addPosts([post({ source, id: `p${n}`, createdAt: T0 + (n === 1 ? 9 : n) })], T0, false);
          items.push(await created(newItem({ source, conversationId: `p${n}`, postId: `p${n}` })));
        }
        const ids = async (limit: number) =>
          (await store.itemsOfAuthor(source, 'kim', limit)).map(({ id }) => id);
        const [one, two, three] = items.map(({ id }) => id);
        expect(await ids(5)).toEqual([one, three, two]);
        expect(await ids(2)).toEqual([one, three]);
        expect(await store.itemsOfAuthor(source, 'nobody', 5)).toEqual([]);
        const newest = await store.newestItems(2);
        const [first, second] = newest;
        expect(await store.newestItems(1, first?.item.id)).toEqual([second]);
        expect(newest.map(({ item, post: shown }) => [item.id, shown?.id])).toEqual([
          [three, 'p3'],
          [two, 'p2'],
        ]);
      });

      it('tells the newest changes with their versions', async () => {
        const later = T0 + 1e9;
        const item = await created(newItem({ source: fresh(), updatedAt: later }));
        expect(await store.newestChanges(1)).toEqual([{ id: item.id, version: 1 }]);
        await changed(item, { updatedAt: later + 1 });
        expect(await store.newestChanges(1)).toEqual([{ id: item.id, version: 2 }]);
      });

      const eventOf = (itemId: number, at: number, type: ItemEvent['type']): ItemEvent => ({
        itemId,
        version: 2,
        at,
        type,
        actor: { id: 'web:ana', name: 'Ana' },
        surface: 'web',
        detail: {},
      });

      it('counts what happened in a window, and not what Potluck put right by itself', async () => {
        const from = T0 + 5e9;
        const source = fresh();
        const item = await created(newItem({ source, kinds: ['complaint', 'question'] }));
        const prompt = await created(
          newItem({ source, conversationId: 'prompt:1', origin: 'prompt', waitingSince: null }),
        );
        const event = (
          itemId: number,
          at: number,
          type: ItemEvent['type'],
          detail: ItemEvent['detail'] = {},
        ): ItemEvent => ({
          itemId,
          version: 2,
          at,
          type,
          actor: { id: 'web:ana', name: 'Ana' },
          surface: 'web',
          detail,
        });
        await store.addEvents([
          event(item.id, from - 1, 'opened'),
          event(item.id, from, 'opened'),
          event(prompt.id, from, 'opened'),
          event(item.id, from + 1, 'filtered'),
          event(item.id, from + 2, 'dismiss'),
          event(item.id, from + 3, 'merge'),
          event(item.id, from + 4, 'mark-answered', { by: 'Ben', waitedMs: 5 }),
          event(item.id, from + 5, 'sent'),
          event(prompt.id, from + 6, 'sent', { by: 'Ana', prompt: true, waitedMs: null }),
          event(item.id, from + 7, 'answered-on-network', { by: 'Shop', corrects: true }),
          event(item.id, from + 10, 'dismiss'),
        ]);
        const window = await store.window(from, from + 10);
        const moment = { itemId: item.id, source, kinds: ['complaint', 'question'] };
        expect(window).toMatchObject({
          opened: [{ ...moment, at: from, useful: false }],
          filtered: [{ ...moment, at: from + 1 }],
          dismissed: [{ ...moment, at: from + 2, by: 'Ana', reason: 'other' }],
          answers: [
            { ...moment, at: from + 4, by: 'Ben', waitedMs: 5, priority: 50 },
            { ...moment, at: from + 5, by: 'Ana', waitedMs: null },
          ],
          holdings: [],
          published: [{ itemId: prompt.id, by: 'Ana' }],
          cut: false,
        });
        expect(window.answers.some(({ snoozes }) => snoozes)).toBe(false);
        await store.addEvents([
          event(item.id, from + 20, 'snooze', { until: from + 60 }),
          event(item.id, from + 50, 'wake'),
          event(item.id, from + 70, 'sent', { by: 'Ben', waitedMs: 60 }),
          event(item.id, from + 80, 'snooze', { until: from + 90 }),
        ]);
        // Also what began before the window, and never what came after the answer.
        expect((await store.window(from + 55, from + 71)).answers).toEqual([
          {
            ...moment,
            at: from + 70,
            by: 'Ben',
            priority: 50,
            waitedMs: 60,
            snoozes: [{ from: from + 20, to: from + 50 }],
          },
        ]);
        const before = window.waiting;
        await changed(item, { state: 'answered', waitingSince: null });
        expect((await store.window(from, from + 10)).waiting).toBe(before - 1);
        const oldest = await created(newItem({ source, conversationId: 'old', waitingSince: 1 }));
        expect(await store.window(from, from + 10)).toMatchObject({ waiting: before, oldestWaitingSince: 1 });
        await changed(oldest, { state: 'dismissed', waitingSince: null });
      });

      it('leaves out what nobody is told of where work is counted, and finds it for whoever asks', async () => {
        const source = fresh();
        const before = { counts: await store.countByState({}), waiting: (await store.window(0, 1)).waiting };
        const [open, rule, stage, done] = [
          await created(newItem({ source, conversationId: 'a' })),
          await created(newItem({ source, conversationId: 'b', quiet: 'rule' })),
          await created(newItem({ source, conversationId: 'c', quiet: 'stage', state: 'snoozed' })),
          await created(
            newItem({ source, conversationId: 'd', quiet: 'rule', state: 'answered', waitingSince: null }),
          ),
        ];
        // Words that only look like it.
        const draft = { text: '"quiet":"rule"', by: { id: 'web:ana', name: 'Ana' }, at: 1 };
        await changed(open, { draft });
        const ids = async (quiet?: boolean): Promise<number[]> =>
          (await store.items({ source, limit: 9, ...(quiet === undefined ? {} : { quiet }) })).map(
            ({ id }) => id,
          );
        expect(new Set(await ids())).toEqual(new Set([open.id, rule.id, stage.id, done.id]));
        expect(new Set(await ids(false))).toEqual(new Set([open.id, done.id]));
        expect(new Set(await ids(true))).toEqual(new Set([rule.id, stage.id]));
        expect(await store.countItems({ source, quiet: true })).toBe(2);
        const after = await store.countByState({});
        expect(after.open - before.counts.open).toBe(1);
        expect(after.snoozed - before.counts.snoozed).toBe(0);
        expect(after.answered - before.counts.answered).toBe(1);
        expect((await store.window(0, 1)).waiting - before.waiting).toBe(1);
        await store.wantCards(open.id, [{ chat: source, channel: 'x' }]);
        await store.wantCards(rule.id, [{ chat: source, channel: 'x' }]);
        expect((await store.countByState({ chat: source, channel: 'x' })).open).toBe(1);
      });

      it('tells what was heard in a window, by whom and where, and leaves spam out', async () => {
        const from = T0 + 7e9;
        const [source, other] = [fresh(), fresh()];
        const author = (id: string) => ({ id, name: `Name ${id}`, handle: '' });
        const said = (id: string, at: number, who: string, change: Partial<PostInput> = {}) =>
          post({ source, id, conversationId: id, createdAt: from + at, author: author(who), ...change });
        await store.addPosts(
          [
            said('old', -1, 'kim'),
            said('1', 0, 'kim', { text: 'one' }),
            said('2', 1, 'lee'),
            said('3', 2, 'spammer'),
            said('4', 3, 'us', { ours: true }),
            said('5', 4, 'us', { ours: true, conversationId: '1', replyTo: '1' }),
            said('6', 5, 'lee', { source: other }),
            said('7', 10, 'late'),
          ],
          from,
          false,
        );
        const item = await created(newItem({ source, conversationId: '1', kinds: ['praise'] }));
        await created(newItem({ source, conversationId: '3', kinds: ['spam'], state: 'dismissed' }));
        const heard = (await store.heard(from, from + 10, 10)).filter((each) =>
          [source, other].includes(each.source),
        );
        expect(
          heard.map(({ source: where, authorId, itemId, kinds }) => [where, authorId, itemId, kinds]),
        ).toEqual([
          [other, `${other}/lee`, null, []],
          [source, `${source}/lee`, null, []],
          [source, `${source}/kim`, item.id, ['praise']],
        ]);
        expect(heard[2]).toMatchObject({ text: 'one', by: 'Name kim', at: from, lang: null });
        expect(await store.heard(from, from + 10, 1)).toHaveLength(1);
        const crowds = await store.crowds(from, from + 10);
        expect(crowds.find((each) => each.source === source)).toEqual({
          source,
          posts: 2,
          people: 2,
          known: 1,
        });
        expect(crowds.find((each) => each.source === other)).toEqual({
          source: other,
          posts: 1,
          people: 1,
          known: 0,
        });
        const begun = await store.begunByUs(from, from + 10);
        await store.addPosts([said('8', 6, 'us', { ours: true })], from, false);
        expect(await store.begunByUs(from, from + 10)).toBe(begun + 1);
      });

      it('knows where praise and complaints went', async () => {
        const from = T0 + 9e9;
        const source = fresh();
        for (const [id, who, kinds] of [
          ['1', 'kim', ['praise']],
          ['2', 'kim', ['link-share']],
          ['3', 'lee', ['praise']],
          ['4', 'kim', ['complaint']],
        ] as const) {
          await store.addPosts(
            [post({ source, id, createdAt: from, author: { id: who, name: who, handle: '' } })],
            from,
            false,
          );
          const item = await created(newItem({ source, conversationId: id, postId: id, kinds: [...kinds] }));
          await store.addEvents([eventOf(item.id, from, 'opened')]);
          await store.wantCards(item.id, [
            { chat: 'web', channel: 'kitchen' },
            { chat: 'web', channel: 'shop' },
          ]);
        }
        const placed = await store.placesOfKinds(from, from + 1, ['praise', 'complaint']);
        expect(placed.map(({ kinds, place }) => [kinds[0], place.channel]).sort()).toEqual([
          ['complaint', 'kitchen'],
          ['complaint', 'shop'],
          ['praise', 'kitchen'],
          ['praise', 'kitchen'],
          ['praise', 'shop'],
          ['praise', 'shop'],
        ]);
      });

      it('knows to which questions somebody else wrote before us, and what we sent', async () => {
        const from = T0 + 11e9;
        const source = fresh();
        const items: Item[] = [];
        for (const id of ['1', '2']) {
          await store.addPosts([post({ source, id, createdAt: from })], from, false);
          const item = await created(newItem({ source, conversationId: id, postId: id }));
          await store.addEvents([eventOf(item.id, from + 100, 'mark-answered')]);
          items.push(item);
        }
        const late = { source, author: { id: 'lee', name: 'Lee', handle: '' } };
        await store.addPosts(
          [
            post({ ...late, id: 'a', conversationId: '1', createdAt: from + 50 }),
            post({ ...late, id: 'b', conversationId: '2', createdAt: from + 150 }),
          ],
          from,
          false,
        );
        expect([...(await store.answeredBefore(from, from + 200))]).toEqual([items[0]?.id]);
        for (const [id, state] of [
          ['x', 'sent'],
          ['y', 'failed'],
        ] as const)
          await store.addReply({
            id: fresh(),
            itemId: items[0]?.id ?? 0,
            postId: '1',
            text: `text ${id}`,
            byId: 'web:ana',
            byName: 'Ana',
            at: from,
            state,
            url: null,
            why: null,
            approvedBy: null,
          });
        expect(await store.sentTexts(from, from + 1, 10)).toEqual(['text x']);
      });

      it('adds up what days cost, and finds items by their numbers and by who waits longest', async () => {
        const source = fresh();
        const [a, b] = [
          await created(newItem({ source, conversationId: 'a' })),
          await created(newItem({ source, conversationId: 'b', waitingSince: T0 - 9e9 })),
        ];
        expect((await store.itemsNumbered([b.id, 999_999_999, a.id])).map(({ id }) => id)).toEqual([
          b.id,
          a.id,
        ]);
        expect(await store.itemsNumbered([])).toEqual([]);
        const waiting = await store.items({ source, order: 'waiting', limit: 5 });
        expect(waiting.map(({ id }) => id)).toEqual([b.id, a.id]);
        for (const [day, dollars] of [
          ['2031-01-01', 0.25],
          ['2031-01-02', 0.5],
          ['2031-01-03', 4],
        ] as const)
          await store.spend(source, day, { requests: 2, dollars }, {});
        const spent = await store.spentBetween('2031-01-01', '2031-01-03');
        expect(spent).toEqual([{ source, cost: { requests: 4, units: 0, dollars: 0.75 } }]);
      });

      it('keeps settings', async () => {
        const name = fresh();
        expect(await store.setting(name)).toBeNull();
        await store.saveSetting(name, '["🍲"]');
        await store.saveSetting(name, '["a"]');
        expect(await store.setting(name)).toBe('["a"]');
      });

      it('gives an item another conversation, and never one that has an item', async () => {
        const source = fresh();
        const prompt = await created(newItem({ source, conversationId: 'prompt:x', origin: 'prompt' }));
        await store.bindConversation(prompt.id, 'our-1'.repeat(200));
        expect((await store.itemOf(source, 'our-1'.repeat(200)))?.id).toBe(prompt.id);
        expect(await store.createItem(newItem({ source, conversationId: 'our-1'.repeat(200) }))).toBeNull();
        const other = await created(newItem({ source, conversationId: 'c' }));
        await expect(store.bindConversation(other.id, 'our-1'.repeat(200))).rejects.toThrow();
      });
    });

    describe('cards', () => {
      it('knows which cards are behind, most urgent first, with their items', async () => {
        const source = fresh();
        const chat = fresh();
        const items: Item[] = [];
        for (const [at, priority] of [20, 80, 80].entries()) {
          const item = await created(
            newItem({ source, conversationId: `${at}`, priority, waitingSince: T0 - at }),
          );
          await store.wantCards(item.id, [{ chat, channel: 'c' }]);
          await store.wantCards(item.id, [{ chat, channel: 'c' }]);
          items.push(item);
        }
        const behind = async (): Promise<number[]> =>
          (await store.cardsBehind(chat, T0, 10)).map((card) => card.itemId);
        expect(await behind()).toEqual([items[2]?.id, items[1]?.id, items[0]?.id]);
        const [first] = await store.cardsBehind(chat, T0, 1);
        expect(first).toEqual({
          itemId: items[2]?.id,
          chat,
          channel: 'c',
          ref: null,
          shownVersion: 0,
          postingAt: null,
          notBefore: 0,
          failures: 0,
          givenUpVersion: 0,
          remarked: 0,
          item: items[2],
        });
        expect(await store.cardsBehind(fresh(), T0, 10)).toEqual([]);

        const { item: shown, ...row } = first ?? expect.fail('none behind');
        await store.saveCards([{ ...row, ref: 'r1', shownVersion: 1 }]);
        expect(await behind()).toEqual([items[1]?.id, items[0]?.id]);
        // A change of the item brings its card to the front again.
        const urgent = await changed(items[0] ?? expect.fail(), { priority: 99 });
        await changed(shown, { priority: 1 });
        expect(await behind()).toEqual([urgent.id, items[1]?.id, shown.id]);
        await store.wantCards(items[0]?.id ?? 0, [{ chat, channel: 'd' }]);
        const beside = await store.cardsBehind(chat, T0, 10, ['c', 'nowhere']);
        expect(beside.map(({ itemId, channel }) => [itemId, channel])).toEqual([[items[0]?.id, 'd']]);
        expect(await store.cardsBehind(chat, T0, 10, ['c', 'd'])).toEqual([]);
      });

      it('forgets cards that nobody tried to post, and no others', async () => {
        const chat = fresh();
        const item = await created(newItem({ source: fresh() }));
        const channels = ['new', 'under-way', 'there'];
        await store.wantCards(
          item.id,
          channels.map((channel) => ({ chat, channel })),
        );
        const rows = await store.cardsOf(item.id);
        const begun = rows
          .filter(({ channel }) => channel !== 'new')
          .map((row) => ({ ...row, postingAt: T0 }));
        await store.saveCards(
          begun.map((row) => ({ ...row, ref: row.channel === 'there' ? `${chat}-1` : null })),
        );
        await store.unwantCards(item.id);
        await store.unwantCards(item.id);
        expect((await store.cardsOf(item.id)).map(({ channel }) => channel)).toEqual(['there', 'under-way']);
        await store.wantCards(item.id, [{ chat, channel: 'new' }]);
        expect(await store.cardsOf(item.id)).toHaveLength(3);
      });

      it('holds cards back until their time, and says when that is', async () => {
        const chat = fresh();
        const source = fresh();
        for (const [at, notBefore] of [T0 + 50, T0 + 20].entries()) {
          const item = await created(newItem({ source, conversationId: `${at}` }));
          await store.wantCards(item.id, [{ chat, channel: 'c' }]);
          await store.saveCards([{ ...(await cardOf(item.id, chat)), notBefore, failures: 1 }]);
        }
        expect(await store.cardsBehind(chat, T0, 10)).toEqual([]);
        expect(await store.nextCardAt(chat, T0)).toBe(T0 + 20);
        expect(await store.cardsBehind(chat, T0 + 20, 10)).toHaveLength(1);
        expect(await store.nextCardAt(chat, T0 + 20)).toBe(T0 + 50);
        expect(await store.nextCardAt(chat, T0 + 50)).toBeNull();
      });

      it('asks for a card exactly when there is something to show', async () => {
        const source = fresh();
        const chat = fresh();
        let conversation = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.record({
              state: fc.constantFrom(...STATES),
              version: fc.integer({ min: 2, max: 4 }),
              ref: fc.constantFrom(null, 'r'),
              shownVersion: fc.integer({ min: 0, max: 4 }),
              postingAt: fc.constantFrom(null, T0),
              givenUpVersion: fc.integer({ min: 0, max: 4 }),
              cardFirst: fc.boolean(),
            }),
            async ({ state, version, cardFirst, ...shown }) => {
              let item = await created(newItem({ source, conversationId: `c${++conversation}` }));
              const place = { chat, channel: 'c' };
              const row: CardRow = {
                itemId: item.id,
                ...place,
                notBefore: 0,
                failures: 0,
                remarked: 1,
                ...shown,
              };
              // In any order of the two writers, and with or without the card being asked for.
              if (cardFirst) await store.saveCards([row]);
              while (item.version < version) item = await changed(item, { state });
              if (!cardFirst) await store.wantCards(item.id, [place]);
              if (!cardFirst) await store.saveCards([row]);
              expect(await store.cardsOf(item.id)).toEqual([row]);
              const wanted =
                version > shown.shownVersion &&
                shown.givenUpVersion < version &&
                !(shown.ref === null && shown.postingAt === null && isClosed(item));
              const found = (await store.cardsBehind(chat, T0, 1_000)).find(
                (card) => card.itemId === item.id,
              );
              expect(found !== undefined).toBe(wanted);
              if (found) expect(found.item).toEqual(item);
            },
          ),
          { numRuns: 40 },
        );
      });

      it('begins nothing in a full channel but what is exempt, and tells what is held there', async () => {
        const chat = fresh();
        const made: Item[] = [];
        for (const [at, priority] of [40, 90, 60].entries()) {
          const item = await created(newItem({ conversationId: fresh(), priority, waitingSince: T0 + at }));
          await store.wantCards(item.id, [{ chat, channel: 'full' }]);
          made.push(item);
        }
        const [low, urgent, high] = made as [Item, Item, Item];
        const begun = await created(newItem({ conversationId: fresh(), priority: 10 }));
        await store.wantCards(begun.id, [
          { chat, channel: 'full' },
          { chat, channel: 'free' },
        ]);
        for (const card of await store.cardsOf(begun.id))
          if (card.channel === 'full') await store.saveCards([{ ...card, postingAt: T0 }]);
        const full = { channels: ['full'], exempt: 80 };
        const behind = await store.cardsBehind(chat, T0, 10, [], full);
        expect(behind.map(({ itemId, channel }) => [itemId, channel])).toEqual([
          [urgent.id, 'full'],
          [begun.id, 'free'],
          [begun.id, 'full'],
        ]);
        expect([...(await store.cardsBegun(chat, T0 - 1))]).toEqual([['full', 1]]);
        expect([...(await store.cardsBegun(chat, T0))]).toEqual([]);
        const held = await store.cardsHeld(chat, 'full', 2);
        expect(held).toEqual({ items: [urgent, high], total: 3 });
        expect((await store.cardsHeld(chat, 'full', 2, 2)).items).toEqual([low]);
        await changed(low, { state: 'dismissed' });
        expect((await store.cardsHeld(chat, 'full', 9)).total).toBe(2);
      });

      it('finds a card by its reference', async () => {
        const chat = fresh();
        const item = await created(newItem({ source: fresh() }));
        await store.wantCards(item.id, [
          { chat, channel: 'b' },
          { chat, channel: 'a' },
        ]);
        const [a, b] = await store.cardsOf(item.id);
        expect([a?.channel, b?.channel]).toEqual(['a', 'b']);
        await store.saveCards([{ ...(b ?? expect.fail()), ref: 'message-1' }]);
        expect((await store.cardByRef(chat, 'message-1'))?.channel).toBe('b');
        expect(await store.cardByRef(chat, 'message-2')).toBeNull();
        expect(await store.cardByRef(fresh(), 'message-1')).toBeNull();
      });
    });

    describe('sources', () => {
      it('remembers where a source stands', async () => {
        const name = fresh();
        const blank = {
          cursor: null,
          lastSuccessAt: null,
          lastFailureAt: null,
          lastError: null,
          failures: 0,
          lastPostAt: null,
          dropped: 0,
        };
        expect(await store.sourceState(name)).toEqual(blank);
        const state = {
          ...blank,
          cursor: '{"etag":"\\"x\\""}',
          lastSuccessAt: T0,
          lastError: 'no \0 answer',
          dropped: 2,
        };
        await store.saveSourceState(name, state);
        await store.saveSourceState(name, { ...state, failures: 3 });
        expect(await store.sourceState(name)).toEqual({
          ...state,
          lastError: 'no \uFFFD answer',
          failures: 3,
        });
      });

      it('keeps gaps, and closes those that are over', async () => {
        const source = fresh();
        await store.openGap(source, T0, T0 + 10, 'socket closed');
        await store.openGap(source, T0 + 20, T0 + 90, '503');
        await store.closeGaps(source, T0 + 50);
        expect(await store.gaps(source, 10)).toMatchObject([
          { source, from: T0 + 20, to: T0 + 90, why: '503', closedAt: null },
          { source, from: T0, to: T0 + 10, why: 'socket closed', closedAt: T0 + 50 },
        ]);
        await store.closeGaps(source, T0 + 99);
        expect((await store.gaps(source, 1)).map((gap) => gap.closedAt)).toEqual([T0 + 99]);
      });

      it('measures how long posts took, over the newest that came live', async () => {
        const source = fresh();
        const at = (id: number, createdAt: number, ours = false): Post =>
          post({ source, id: `${id}`, createdAt, ours });
        expect(await store.latency(source, 100)).toEqual({ samples: 0, p50: null, p95: null });
        // 1 to 100 s late; a backfill, ours and a post from the future besides.
        await store.addPosts(
          Array.from({ length: 100 }, (_, late) => at(late, T0 - (late + 1) * 1_000)),
          T0,
          false,
        );
        await store.addPosts([at(200, T0 - 9e9)], T0, true);
        await store.addPosts([at(201, T0 - 8e9, true)], T0, false);
        expect(await store.latency(source, 1_000)).toEqual({ samples: 100, p50: 50_000, p95: 95_000 });
        await store.addPosts([at(300, T0 + 5_000)], T0, false);
        expect(await store.latency(source, 2)).toEqual({ samples: 2, p50: 0, p95: 1_000 });
      });
    });

    describe('costs', () => {
      it('counts what is spent, and refuses what goes over the budget, whole', async () => {
        const [source, day] = [fresh(), '2026-06-01'];
        expect(await store.spent(source, day)).toEqual({ requests: 0, units: 0, dollars: 0 });
        expect(await store.spend(source, day, { requests: 1, units: 50, dollars: 0.005 }, {})).toBe(true);
        expect(await store.spend(source, day, { units: 50 }, { units: 100 })).toBe(true);
        expect(await store.spend(source, day, { requests: 1, units: 1 }, { units: 100 })).toBe(false);
        expect(await store.spend(source, day, { dollars: 0.2 }, { dollars: 0.2 })).toBe(false);
        expect(await store.spend(source, day, { dollars: 0.195 }, { dollars: 0.2 })).toBe(true);
        expect(await store.spent(source, day)).toEqual({ requests: 1, units: 100, dollars: 0.2 });
        // Another day, and another source, have counted nothing.
        expect(await store.spent(source, '2026-06-02')).toEqual({ requests: 0, units: 0, dollars: 0 });
        expect(await store.spent(fresh(), day)).toEqual({ requests: 0, units: 0, dollars: 0 });
      });

      it('lets nobody over the budget when many spend at once', async () => {
        const [source, day] = [fresh(), '2026-06-01'];
        const tries = Array.from({ length: 30 }, () =>
          store.spend(source, day, { requests: 1 }, { requests: 10 }),
        );
        expect((await Promise.all(tries)).filter((went) => went)).toHaveLength(10);
        expect((await store.spent(source, day)).requests).toBe(10);
      });
    });

    describe('posts that change', () => {
      it('takes over a later edit, and nothing older or unsaid', async () => {
        const source = fresh();
        const first = post({ id: '1', source, text: 'first' });
        await store.addPosts([first], T0, false);
        const at = first.createdAt + 60_000;
        expect(await store.editPosts([{ ...first, text: 'again, unsaid' }])).toEqual([]);
        expect(await store.editPosts([{ ...first, text: 'at once', editedAt: first.createdAt }])).toEqual([]);
        const edited = { ...first, text: 'second Ünique', editedAt: at };
        expect(await store.editPosts([edited])).toEqual([edited]);
        expect(await store.editPosts([edited, { ...first, text: 'older', editedAt: at - 1 }])).toEqual([]);
        expect(await store.editPosts([post({ id: 'unknown', source, editedAt: at })])).toEqual([]);
        expect(await store.post(source, '1')).toEqual(edited);
      });

      it('takes over other words without a time where that is asked for, until a time is told', async () => {
        const source = fresh();
        const first = post({ id: '1', source, text: 'first' });
        const long = post({ id: 'x'.repeat(900), source, text: 'first' });
        await store.addPosts([first, long], T0, false);
        const second = { ...first, text: 'second' };
        expect(await store.editPosts([second])).toEqual([]);
        expect(await store.editPosts([first, long], true)).toEqual([]);
        const other = { ...long, text: 'other' };
        expect(await store.editPosts([second, other], true)).toEqual([second, other]);
        expect(await store.editPosts([second, post({ id: 'unknown', source })], true)).toEqual([]);
        expect(await store.post(source, '1')).toEqual(second);
        const told = { ...first, text: 'third', editedAt: first.createdAt + 60_000 };
        expect(await store.editPosts([told], true)).toEqual([told]);
        expect(await store.editPosts([second], true)).toEqual([]);
        expect(await store.post(source, '1')).toEqual(told);
      });

      it('forgets a post, once', async () => {
        const source = fresh();
        await store.addPosts([post({ id: '1', source }), post({ id: '2', source })], T0, false);
        expect(await store.removePost(source, '1')).toBe(true);
        expect(await store.removePost(source, '1')).toBe(false);
        expect(await store.post(source, '1')).toBeNull();
        expect(await store.post(source, '2')).not.toBeNull();
      });
    });

    describe('copies on other networks', () => {
      it('finds the newest item by any key, while it is young enough', async () => {
        const [a, b, other] = [fresh(), fresh(), fresh()];
        const first = await created(newItem({ source: fresh() }));
        const second = await created(newItem({ source: fresh() }));
        await store.rememberTwin(first.id, [a, b, a], T0);
        await store.rememberTwin(first.id, [a], T0);
        await store.rememberTwin(second.id, [b], T0 + 1_000);
        expect((await store.twinOf([a, other], T0))?.id).toBe(first.id);
        expect((await store.twinOf([a, b], T0))?.id).toBe(second.id);
        expect(await store.twinOf([a], T0 + 1)).toBeNull();
        expect(await store.twinOf([other], 0)).toBeNull();
        expect(await store.twinOf([], 0)).toBeNull();
        // A text of any length is a key.
        await store.rememberTwin(first.id, ['é'.repeat(5_000)], T0);
        expect((await store.twinOf(['é'.repeat(5_000)], T0))?.id).toBe(first.id);
      });

      it('knows the item that stands for a conversation elsewhere, once', async () => {
        const item = await created(newItem({ source: fresh() }));
        const source = fresh();
        expect(await store.itemOfPlace(source, 'c')).toBeNull();
        expect(await store.addPlace(item.id, source, 'c')).toBe(true);
        expect(await store.addPlace(item.id, source, 'c')).toBe(false);
        expect((await store.itemOfPlace(source, 'c'))?.id).toBe(item.id);
      });
    });

    describe('complaints that are one matter', () => {
      it('keeps what they are about, and who is in which incident', async () => {
        // Far from every other test: they share one table.
        const at = T0 + 1e12;
        const made: Item[] = [];
        for (let n = 0; n < 4; n++) made.push(await created(newItem({ conversationId: fresh() })));
        const ids = made.map(({ id }) => id);
        for (const [n, itemId] of ids.entries())
          await store.rememberSignature({ itemId, author: `a${n}`, words: ['lid', 'crack'], at: at + n });
        await store.rememberSignature({ itemId: ids[0] ?? 0, author: 'other', words: [], at: at + 9 });
        const recent = await store.recentSignatures(at, 3);
        expect(recent.map(({ itemId }) => itemId)).toEqual(ids.slice(1).reverse());
        expect(recent[0]).toMatchObject({ author: 'a3', words: ['lid', 'crack'], incident: null });

        const id = await store.beginIncident(ids.slice(0, 3), at + 5);
        // Somebody else's incident takes nobody out of this one.
        const second = await store.beginIncident(ids.slice(2), at + 6);
        expect((await store.incidentItems(id, 9)).map((item) => item.id)).toEqual(ids.slice(0, 3));
        expect((await store.incidentItems(second, 9)).map((item) => item.id)).toEqual(ids.slice(3));
        await store.joinIncident(id, ids[3] ?? 0, at + 7);
        expect(await store.incidentItems(id, 2)).toHaveLength(2);
        expect(await store.incident(id)).toEqual({
          id,
          kind: 'complaints',
          state: 'open',
          openedAt: at + 5,
          lastAt: at + 7,
        });
        expect((await store.recentSignatures(at + 3, 9))[0]?.incident).toEqual({
          id,
          state: 'open',
          lastAt: at + 7,
        });
        expect((await store.openIncidents(99)).map((each) => each.id)).toContain(id);
        expect(await store.endIncident(id, 'split')).toBe(true);
        expect(await store.endIncident(id, 'done')).toBe(false);
        expect((await store.openIncidents(99)).map((each) => each.id)).not.toContain(id);
        expect(await store.incident(-1)).toBeNull();
      });
    });

    describe('what is said beside the cards', () => {
      const notice = (title: string): Notice => ({
        title,
        tone: 'grey',
        blocks: [{ type: 'text', text: 'odd \uD83D half and \0 nul' }],
        buttons: [],
        mention: [],
      });
      const tell = (chat: string, key: string, title: string, channel = 'team') =>
        store.tellNotice({ key, chat, channel, notice: notice(title), thread: null, at: T0 });

      it('says a thing once under its key, and anew when it has changed', async () => {
        const chat = fresh();
        expect(await tell(chat, 'a', 'first')).toBe(true);
        expect(await tell(chat, 'a', 'first')).toBe(false);
        expect(await tell(chat, 'a', 'first', 'other')).toBe(true);
        const [row, other] = await store.noticesBehind(chat, T0, 10);
        if (!row) throw new Error('nothing is behind');
        expect(row).toMatchObject({ version: 1, ref: null, channel: 'team', shownVersion: 0 });
        expect(other?.channel).toBe('other');
        expect(await store.noticesBehind(chat, T0, 10, ['team', 'other'])).toEqual([]);
        await store.saveNotice({ ...row, ref: 'r', shownVersion: 1, postingAt: T0 });
        expect((await store.noticesBehind(chat, T0, 10)).map(({ channel }) => channel)).toEqual(['other']);
        expect(await tell(chat, 'a', 'second')).toBe(true);
        const [again] = await store.noticesBehind(chat, T0, 10, ['other']);
        expect(again).toMatchObject({ version: 2, ref: 'r', shownVersion: 1, notice: { title: 'second' } });
        expect(await store.notice(row.id)).toEqual(again);
      });

      it('holds back until its time, and gives up what was refused for good', async () => {
        const chat = fresh();
        await tell(chat, 'a', 'x');
        const [row] = await store.noticesBehind(chat, T0, 10);
        if (!row) throw new Error('nothing is behind');
        await store.saveNotice({ ...row, notBefore: T0 + 5, failures: 2 });
        expect(await store.noticesBehind(chat, T0 + 4, 10)).toEqual([]);
        expect(await store.noticesBehind(chat, T0 + 5, 10)).toHaveLength(1);
        await store.saveNotice({ ...row, givenUpVersion: 1 });
        expect(await store.noticesBehind(chat, T0 + 5, 10)).toEqual([]);
        expect((await store.newestNotices(chat, 5)).map(({ notice: { title } }) => title)).toEqual(['x']);
      });

      it('lets one of many have a slot, ever', async () => {
        const name = fresh();
        const other = await opened.reopen();
        const claims = await Promise.all(
          Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).claimSlot(name, 'monday', T0)),
        );
        await other.close();
        expect(claims.filter(Boolean)).toHaveLength(1);
        expect(await store.claimSlot(name, 'tuesday', T0)).toBe(true);
        expect(await store.claimSlot(name, 'monday', T0 + 1e9)).toBe(false);
        expect(await store.slotClaimed(name, 'monday')).toBe(true);
        expect(await store.slotClaimed(name, 'friday')).toBe(false);
      });

      it('keeps pictures as they are', async () => {
        const id = fresh();
        const bytes = Uint8Array.from([0x89, 0x50, 0, 255, 10, 13]);
        await store.savePicture({ id, mime: 'image/png', bytes }, T0);
        await store.savePicture({ id, mime: 'image/gif', bytes: Uint8Array.from([1]) }, T0);
        const kept = await store.picture(id);
        expect(kept?.mime).toBe('image/png');
        expect([...(kept?.bytes ?? [])]).toEqual([...bytes]);
        expect(await store.picture('none')).toBeNull();
      });
    });

    describe('who is responsible', () => {
      const ana = { id: 'web:ana', name: 'Ana' };
      const ben = { id: 'web:ben', name: 'Ben' };

      it('remembers who stood in for whom, also what was taken back, and by whom', async () => {
        const other = await opened.reopen();
        const swap = { layer: 'first', person: ben, from: T0, until: T0 + 1_000, by: ana, at: T0 - 5 };
        const kept = await store.addSwap(swap);
        expect(kept).toEqual({ ...swap, id: kept.id, undone: null });
        const later = await store.addSwap({ ...swap, until: T0 + 9_000 });
        expect(await store.swaps(T0)).toEqual([kept, later]);
        expect(await store.swaps(T0 + 1_000)).toEqual([later]);
        const undone = await Promise.all([
          store.undoSwap(kept.id, ben, T0 + 1),
          other.undoSwap(kept.id, ben, T0 + 1),
        ]);
        await other.close();
        expect(undone.filter(Boolean)).toHaveLength(1);
        expect(await store.swaps(T0)).toEqual([{ ...kept, undone: { by: ben, at: T0 + 1 } }, later]);
      });

      it('lets each step happen once while somebody waits', async () => {
        const other = await opened.reopen();
        const item = await store.createItem(newItem({ conversationId: 'escalated' }));
        const step = { itemId: item?.id ?? 0, waitingSince: T0, step: 'remind', at: T0 + 5 } as const;
        const taken = await Promise.all(
          Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).escalate(step)),
        );
        await other.close();
        expect(taken.filter(Boolean)).toHaveLength(1);
        expect(await store.escalate({ ...step, waitingSince: T0 + 1 })).toBe(true);
        expect(await store.escalations([step.itemId, 999_999])).toEqual([
          step,
          { ...step, waitingSince: T0 + 1 },
        ]);
        expect(await store.escalations([])).toEqual([]);
      });
    });

    describe('replies', () => {
      it('keeps the intent, its end, and finds what never ended', async () => {
        const item = await created(newItem({ source: fresh() }));
        const reply = {
          id: fresh(),
          itemId: item.id,
          postId: '1',
          text: 'Sorry 🍲',
          byId: 'web:ana',
          byName: 'Ana',
          at: T0,
          state: 'sending' as const,
          url: null,
          why: null,
          approvedBy: { id: 'web:mia', name: 'Mia' },
        };
        await store.addReply(reply);
        await expect(store.addReply(reply)).rejects.toThrow();
        expect(await store.reply(reply.id)).toEqual(reply);
        const stuck = async (before: number): Promise<boolean> =>
          (await store.stuckReplies(before)).some((one) => one.id === reply.id);
        expect(await stuck(T0)).toBe(false);
        expect(await stuck(T0 + 1)).toBe(true);
        await store.finishReply(reply.id, { state: 'uncertain', url: null, why: 'no answer' });
        expect(await stuck(T0 + 1)).toBe(false);
        const sent = { state: 'sent' as const, url: 'https://a.example/1', why: null };
        await store.finishReply(reply.id, sent);
        await store.finishReply(reply.id, { state: 'uncertain', url: null, why: 'late watchdog' });
        expect(await store.reply(reply.id)).toEqual({ ...reply, ...sent });
        // Of somebody new every public answer counts, up to what is asked for.
        const by = `web:${fresh()}`;
        const more = ['sent', 'sent', 'failed', 'sending'] as const;
        for (const state of more) await store.addReply({ ...reply, id: fresh(), byId: by, state });
        expect(await store.countSentBy(by, 10)).toBe(2);
        expect(await store.countSentBy(by, 1)).toBe(1);
        expect(await store.countSentBy('web:nobody', 10)).toBe(0);
        expect(await store.reply('none')).toBeNull();
      });
    });

    describe('leases', () => {
      it('belongs to one holder until it ends or is given back', async () => {
        const name = fresh();
        expect(await store.lease(name, 'a', 100, T0)).toBe(true);
        expect(await store.lease(name, 'b', 100, T0 + 99)).toBe(false);
        expect(await store.lease(name, 'a', 100, T0 + 50)).toBe(true);
        expect(await store.lease(name, 'b', 100, T0 + 149)).toBe(false);
        await store.releaseLease(name, 'b');
        expect(await store.lease(name, 'b', 100, T0 + 149)).toBe(false);
        expect(await store.lease(name, 'b', 100, T0 + 150)).toBe(true);
        await store.releaseLease(name, 'b');
        expect(await store.lease(name, 'a', 100, T0 + 151)).toBe(true);
      });

      it('names its holders, and takes back all of one and nothing of the others', async () => {
        const [dead, alive, name] = [fresh(), fresh(), fresh()];
        await store.lease(`${name}-1`, dead, 1_000, T0);
        await store.lease(`${name}-2`, dead, 1_000, T0);
        await store.lease(`${name}-3`, alive, 1_000, T0);
        const holders = await store.leaseHolders();
        expect(holders.filter((holder) => holder === dead || holder === alive).sort()).toEqual(
          [dead, alive].sort(),
        );
        await store.releaseHolder(dead);
        expect(await store.leaseHolders()).not.toContain(dead);
        expect(await store.lease(`${name}-1`, alive, 1_000, T0)).toBe(true);
        expect(await store.lease(`${name}-3`, 'other', 1_000, T0)).toBe(false);
      });
    });

    describe('transactions', () => {
      it('does all or nothing, and nobody else sees half of it', async () => {
        const source = fresh();
        const boom = new Error('boom');
        await expect(
          store.transaction(source, async (queries) => {
            await queries.addPosts([post({ source, id: '1' })], T0, false);
            await queries.saveSourceState(source, { ...(await queries.sourceState(source)), cursor: 'next' });
            await queries.createItem(newItem({ source }));
            throw boom;
          }),
        ).rejects.toBe(boom);
        expect(await store.post(source, '1')).toBeNull();
        expect((await store.sourceState(source)).cursor).toBeNull();

        const seen: unknown[] = [];
        const other = await opened.reopen();
        let begun = (): void => {};
        const half = new Promise<void>((resolve) => {
          begun = resolve;
        });
        const work = store.transaction(source, async (queries) => {
          await queries.addPosts([post({ source, id: '2' })], T0, false);
          begun();
          // The other store reads while this one is in the middle.
          seen.push(await other.post(source, '2'));
          await queries.saveSourceState(source, { ...(await queries.sourceState(source)), cursor: 'next' });
        });
        await half;
        // The same store waits its turn: it sees all, or (where it need not wait) nothing.
        const mine = await Promise.all([store.post(source, '2'), store.sourceState(source)]);
        await work;
        expect(seen).toEqual([null]);
        expect([mine[0] === null, mine[1].cursor === null]).toSatisfy(
          ([a, b]: boolean[]) => a === b || store.dialect === 'postgres',
        );
        if (mine[0] === null) expect(store.dialect).toBe('postgres');
        expect(await store.post(source, '2')).not.toBeNull();
        await other.close();
      });

      it('tells a programmer who leaves the transaction', async () => {
        const source = fresh();
        const misuse = /inside one of its own transactions/;
        await expect(store.transaction(source, () => store.sourceState(source))).rejects.toThrow(misuse);
        await expect(
          store.transaction(source, () => store.transaction(source, async () => 1)),
        ).rejects.toThrow(misuse);
        const escaped = await store.transaction(source, async (queries) => queries);
        await expect(escaped.sourceState(source)).rejects.toThrow(/too late/);
        expect(await store.transaction(source, async (queries) => queries.sourceState(source))).toMatchObject(
          { failures: 0 },
        );
      });

      it('runs hundreds at once without mixing or losing any', async () => {
        const source = fresh();
        const other = await opened.reopen();
        const one = async (at: number): Promise<void> => {
          const which = at % 2 === 0 ? store : other;
          await which.transaction(source, async (queries) => {
            const state = await queries.sourceState(source);
            await queries.saveSourceState(source, { ...state, failures: state.failures + 1 });
          });
        };
        await Promise.all(Array.from({ length: 100 }, (_, at) => one(at)));
        expect((await store.sourceState(source)).failures).toBe(100);
        await other.close();
      });
    });

    describe('races between two connections', () => {
      it('lets one of two claims win, a hundred times', async () => {
        const source = fresh();
        const other = await opened.reopen();
        for (let round = 0; round < 100; round++) {
          const item = await created(newItem({ source, conversationId: `${round}` }));
          const claims = [store, other].map((which, at) => {
            const step = transition(
              item,
              { type: 'claim' },
              { ...SYSTEM, id: `p${at}`, role: 'responder' },
              T0,
            );
            return step.ok ? which.saveItem(step.item) : expect.fail('refused');
          });
          const won = await Promise.all(claims);
          expect(won.filter(Boolean)).toHaveLength(1);
          expect((await store.item(item.id))?.owner?.id).toBe(won[0] ? 'p0' : 'p1');
        }
        await other.close();
      });

      it('calls each post new exactly once, and makes one item of a conversation', async () => {
        const source = fresh();
        const other = await opened.reopen();
        for (let round = 0; round < 20; round++) {
          const posts = Array.from({ length: 30 }, (_, at) =>
            post({ source, id: `${round}-${at}`, createdAt: T0 + (at % 3) }),
          );
          const [mine, theirs, ...items] = await Promise.all([
            store.addPosts(posts, T0, false),
            other.addPosts([...posts].reverse(), T0, false),
            store.createItem(newItem({ source, conversationId: `${round}` })),
            other.createItem(newItem({ source, conversationId: `${round}` })),
          ]);
          expect([...mine, ...theirs].map((one) => one.id).sort()).toEqual(posts.map((one) => one.id).sort());
          expect(items.filter((item) => item !== null)).toHaveLength(1);
        }
        await other.close();
      });

      it('never leaves a card behind unseen, whoever asks for it while the item changes', async () => {
        const source = fresh();
        const chat = fresh();
        const other = await opened.reopen();
        for (let round = 0; round < 40; round++) {
          const item = await created(newItem({ source, conversationId: `${round}` }));
          await Promise.all([
            store.saveItem({ ...item, version: 2, state: 'claimed' }),
            other.wantCards(item.id, [{ chat, channel: 'c' }]),
          ]);
          // Somebody has shown version 1; whichever came first, version 2 is to be shown.
          await store.saveCards([{ ...(await cardOf(item.id, chat)), ref: 'r', shownVersion: 1 }]);
        }
        const behind = await store.cardsBehind(chat, T0, 100);
        expect(behind).toHaveLength(40);
        expect(new Set(behind.map((card) => card.item.version))).toEqual(new Set([2]));
        await other.close();
      });

      it('gives a lease to one of two', async () => {
        const other = await opened.reopen();
        for (let round = 0; round < 20; round++) {
          const name = fresh();
          const got = await Promise.all([store.lease(name, 'a', 10, T0), other.lease(name, 'b', 10, T0)]);
          expect(got.filter(Boolean)).toHaveLength(1);
        }
        await other.close();
      });
    });

    describe('key-value rows', () => {
      const keyv = (namespace: string, ttl?: number): Keyv =>
        new Keyv({
          store: store.keyvStore(),
          namespace,
          throwOnErrors: true,
          ...(ttl === undefined ? {} : { ttl }),
        });

      it('holds what Keyv puts there', async () => {
        const cache = keyv(fresh());
        const long = `https://a.example/${'字'.repeat(2_000)}`;
        await cache.set('a', { text: '🍲\0', list: [1, null] });
        await cache.set('a', { text: '🍲\0', list: [2] });
        await cache.set(long, 'long');
        expect(await cache.get('a')).toEqual({ text: '🍲\0', list: [2] });
        expect(await cache.getMany([long, 'none', 'a'])).toEqual([
          'long',
          undefined,
          { text: '🍲\0', list: [2] },
        ]);
        expect([await cache.has('a'), await cache.has('none')]).toEqual([true, false]);
        expect([await cache.delete('a'), await cache.delete('a')]).toEqual([true, false]);
        expect(await cache.get('a')).toBeUndefined();
        await cache.setMany([
          { key: 'x', value: 1 },
          { key: 'y', value: 2 },
        ]);
        const pairs: unknown[] = [];
        for await (const pair of cache.iterator?.(undefined) ?? []) pairs.push(pair);
        expect(pairs).toHaveLength(3);
        expect(pairs).toContainEqual([long, 'long']);
        expect(await cache.deleteMany(['x', 'y'])).toBe(true);
      });

      it('clears one namespace and no other, however alike their names are', async () => {
        const base = fresh();
        const names = [`${base}_b`, `${base}xb`, `${base}%b`, `${base}_b2`, base];
        for (const name of names) await keyv(name).set('k', name);
        await keyv(`${base}_b`).clear();
        expect(await Promise.all(names.map((name) => keyv(name).get('k')))).toEqual([
          undefined,
          ...names.slice(1),
        ]);
      });

      it('sweeps what is over, and only that', async () => {
        const cache = keyv(fresh());
        const lease = fresh();
        await cache.set('short', 1, 1_000);
        await cache.set('long', 1, 86_400_000);
        await cache.set('ever', 1);
        await store.lease(lease, 'a', 1_000, T0);
        await store.lease(`${lease}-held`, 'a', 86_400_000, T0);
        expect(await store.sweep(T0 + 60_000)).toBeGreaterThanOrEqual(2);
        expect(await store.sweep(T0 + 60_000)).toBe(0);
        const pairs: unknown[] = [];
        for await (const pair of store.keyvStore().iterator?.(cache.namespace) ?? []) pairs.push(pair);
        expect(pairs).toHaveLength(2);
        expect(await store.lease(`${lease}-held`, 'b', 1, T0 + 60_000)).toBe(false);
      });
    });

    attachmentsContract(() => store, fresh);
    draftsContract(() => store, fresh);
    promptsContract(() => store, fresh);
    learningContract(() => store, fresh);
    copiesContract(() => store, fresh);

    it('keeps all of it when it is closed and opened again', async () => {
      const source = fresh();
      const first = await opened.reopen();
      await first.ping();
      await first.addPosts([post({ source, id: '1' })], T0, false);
      const item = await first.createItem(newItem({ source, kinds: [...KINDS] }));
      await first.close();
      await expect(first.ping()).rejects.toThrow();
      const second = await opened.reopen();
      expect(await second.post(source, '1')).toEqual(post({ source, id: '1' }));
      expect(await second.itemOf(source, item?.conversationId ?? '')).toEqual(item);
      await second.close();
    });
  });
}
