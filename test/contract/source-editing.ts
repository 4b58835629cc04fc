import { describe, expect } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import type { Dropped } from '../../src/sources/source.ts';
import { flow } from '../support/flow.ts';
import {
  ADA,
  type Drained,
  drain,
  exchange,
  MINUTE,
  many,
  pick,
  promptly,
  words,
  worldTest,
} from './source-steps.ts';
import type { GivenPost, MakeWorld, SourceWorld } from './source-world.ts';

const CHANGED = 'Does the Crockhaven pot fit a very small oven, too?';

/** The author changes a post, some minutes after everybody has read it. */
async function edit(world: SourceWorld, key: string, text: string): Promise<void> {
  if (!world.edit)
    throw new Error('a world whose service tells of edits must make them; else lacks.edited says why');
  await world.clock.advance(2 * MINUTE);
  await world.edit(key, text);
}

/** What the source says in the minutes after: by polls first, and then when it is asked for the conversation. */
async function news(
  world: SourceWorld,
  post: Post,
  before: Drained,
): Promise<Drained & { readonly all: readonly Post[] }> {
  const all: Post[] = [];
  const dropped: Dropped[] = [];
  let after = before;
  for (let round = 0; round < 2; round++) {
    await world.clock.advance(3 * MINUTE);
    after = await drain(world, after.cursor);
    all.push(...after.posts.values());
    dropped.push(...after.dropped);
  }
  all.push(...((await world.source.conversation?.(post, new AbortController().signal)) ?? []));
  return { ...after, dropped, all };
}

/** The post as it was told last; it must have been told. */
function lastOf(posts: readonly Post[], id: string): Post {
  const told = posts.findLast((post) => post.id === id);
  if (!told) throw new Error('neither poll nor conversation told of the edit');
  return told;
}

/** The same post, and newer than it was, so that the ledger takes it over. */
function expectNewer(world: SourceWorld, post: Post, before: Post): void {
  const { id, conversationId, replyTo, createdAt, ours } = before;
  expect(post).toMatchObject({ id, conversationId, replyTo, createdAt, ours });
  expect(post.author.id).toBe(before.author.id);
  if (post.editedAt === null)
    expect(world.source.untimedEdits, 'without a time: only for a source that declares it').toBe(true);
  else expect(post.editedAt).toBeGreaterThan(before.editedAt ?? before.createdAt);
}

/** A post whose author changes it. */
export function editingContract(make: MakeWorld): void {
  describe('edits', () => {
    worldTest(
      make,
      'brings the new words of a post under its id, newer than before',
      { can: ['poll'], not: ['edited'] },
      async (world) => {
        await world.give([exchange(world)[0]]);
        const before = await drain(world, null);
        const ask = pick(world, before.posts, 'ask');
        await edit(world, 'ask', CHANGED);
        const after = lastOf((await news(world, ask, before)).all, ask.id);
        expect(words(after.text)).toContain(CHANGED);
        expectNewer(world, after, ask);
      },
    );

    worldTest(
      make,
      'brings the new words of an answer within a conversation',
      { can: ['poll'], not: ['edited', 'edited-reply'] },
      async (world) => {
        await world.give(exchange(world));
        const before = await drain(world, null);
        const again = pick(world, before.posts, 'again');
        await edit(world, 'again', CHANGED);
        const after = lastOf((await news(world, again, before)).all, again.id);
        expect(words(after.text)).toContain(CHANGED);
        expectNewer(world, after, again);
      },
    );

    worldTest(
      make,
      'makes no second post of an edit, and changes nothing else',
      { can: ['poll'], not: ['edited'] },
      async (world) => {
        await world.give([...many(world, 4, 'a'), ...exchange(world)]);
        const before = await drain(world, null);
        const post = pick(world, before.posts, 'a1');
        await edit(world, 'a1', CHANGED);
        for (const one of (await news(world, post, before)).all) {
          const known = before.posts.get(one.id);
          expect(known, `${one.id} is new`).toBeDefined();
          if (one.id === post.id || !known) continue;
          expect(one).toMatchObject({ text: known.text, editedAt: known.editedAt });
        }
      },
    );

    worldTest(
      make,
      'tells a post in the same words wherever it is read',
      { can: ['poll', 'conversation'] },
      async (world) => {
        await world.give(exchange(world));
        const { posts } = await drain(world, null);
        const ask = pick(world, posts, 'ask');
        const around = (await world.source.conversation?.(ask, new AbortController().signal)) ?? [];
        for (const one of around) {
          const polled = posts.get(one.id);
          if (polled) expect(one).toMatchObject({ text: polled.text, editedAt: polled.editedAt });
        }
      },
    );

    worldTest(
      make,
      'tells our own answer in the words in which it came back from sending',
      { can: ['poll', 'reply'] },
      async (world) => {
        await world.give([exchange(world)[0]]);
        const before = await drain(world, null);
        const ask = pick(world, before.posts, 'ask');
        const text = 'It does & <b>always</b> will *so far*, @ada:\n\nhttps://example.com/lid?a=1&b=2';
        const { signal } = new AbortController();
        const sent = (await world.source.reply?.(ask, text, { idempotencyKey: 'edits', signal })) ?? [];
        expect(sent.length).toBeGreaterThan(0);
        const { all } = await news(world, ask, before);
        if (world.source.capabilities.conversation)
          expect(all.map((one) => one.id)).toEqual(expect.arrayContaining(sent.map((post) => post.id)));
        for (const one of all) {
          const own = sent.find((post) => post.id === one.id);
          if (own) expect(one).toMatchObject({ text: own.text, editedAt: null });
        }
      },
    );

    worldTest(
      make,
      'survives an edit into rubbish, and the edit that mends it',
      { can: ['poll'], not: ['edited'] },
      async (world) => {
        await world.give([exchange(world)[0], ...many(world, 2, 'a')]);
        let now = await drain(world, null);
        let ask = pick(world, now.posts, 'ask');
        const texts = ['pot '.repeat(40_000).trim(), '', CHANGED];
        for (const text of texts) {
          if (text === '' && world.lacks['empty-text'] !== undefined) continue;
          await edit(world, 'ask', text);
          const after = await news(world, ask, now);
          const told = lastOf(after.all, ask.id);
          expect(after.dropped).toEqual([]);
          expect(told.text.length).toBeLessThanOrEqual(100_000);
          expect(words(told.text)).toContain(text.slice(0, 1_000).trim());
          if (text === '') expect(told.text).not.toContain('pot pot');
          expectNewer(world, told, ask);
          ask = told;
          now = after;
        }
      },
    );

    worldTest(
      make,
      'shows the new words on the card of the same item, once',
      { can: ['poll'], not: ['edited'] },
      async (world) => {
        const { source, clock } = world;
        const { store, view, ingest, item, events } = await flow({ clock, sources: [source] });
        try {
          const deliver = (posts: readonly Post[]) =>
            ingest(posts, { source: source.name, untimedEdits: source.untimedEdits === true });
          await world.give([
            { key: 'ask', text: 'Does the lid fit?', author: ADA, at: clock.now() - MINUTE },
          ]);
          const before = await drain(world, null);
          const ask = pick(world, before.posts, 'ask');
          expect(await deliver([...before.posts.values()])).toMatchObject({ fresh: 1, opened: 1 });
          const { id } = await item(ask.conversationId, source.name);

          await edit(world, 'ask', CHANGED);
          const { all } = await news(world, ask, before);
          for (const post of all) expect(await deliver([post])).toMatchObject({ fresh: 0, opened: 0 });
          const edited = await item(ask.conversationId, source.name);
          expect(edited).toMatchObject({ id, state: 'open', postId: ask.id });
          expect(words((await view.card(edited)).text)).toContain(CHANGED);
          const types = (await events(ask.conversationId, source.name)).map((event) => event.type);
          expect(types).toEqual(['opened', 'post-edited']);
          expect(await store.cardsOf(id)).toHaveLength(1);
          expect(await store.recentPosts({ source: source.name, limit: 10 })).toHaveLength(1);
        } finally {
          await store.close();
        }
      },
    );

    worldTest(
      make,
      'is pushed the change with its time, and old words pushed late change nothing',
      { can: ['receive'], not: ['edited', 'edited-push'] },
      async (world) => {
        const { source, clock } = world;
        const [ask] = exchange(world);
        await world.give([ask]);
        const before = await pushed(world, ask);
        await edit(world, 'ask', CHANGED);
        const after = await pushed(world, { ...ask, text: CHANGED, editedAt: clock.now() });
        expect(words(after.text)).toContain(CHANGED);
        expect(after.editedAt).toBe(clock.now());
        expectNewer(world, after, before);

        const { store, ingest } = await flow({ clock });
        try {
          for (const post of [before, after, before, after]) await ingest([post], { source: source.name });
          expect(await store.post(source.name, before.id)).toMatchObject({ text: after.text });
        } finally {
          await store.close();
        }
      },
    );

    worldTest(make, 'streams an edit as it happens', { can: ['listen'], not: ['edited'] }, async (world) => {
      const controller = new AbortController();
      const stream = world.source.listen?.(controller.signal)[Symbol.asyncIterator]();
      const next = async (): Promise<Post | undefined> => {
        const step = await promptly(stream?.next() ?? Promise.reject(new Error('no stream')));
        return step.done ? undefined : step.value[0];
      };
      const first = next();
      first.catch(() => undefined);
      await promptly(world.streaming?.() ?? Promise.resolve());
      await world.give([exchange(world)[0]]);
      const before = await first;
      const second = next();
      second.catch(() => undefined);
      // The clock stands: a stream that is silent for a minute is taken for dead.
      await world.edit?.('ask', CHANGED);
      const after = await second;
      if (!before || !after) throw new Error('the stream ended');
      expect(words(after.text)).toContain(CHANGED);
      expectNewer(world, after, before);
      const ended = stream?.next();
      ended?.catch(() => undefined);
      controller.abort();
      await promptly(Promise.resolve(ended).catch(() => undefined));
    });
  });
}

/** The one post that a push of it brings. */
async function pushed(world: SourceWorld, given: GivenPost): Promise<Post> {
  const request = world.hook?.([given]);
  if (!request) throw new Error('a world whose source receives must make hook requests');
  const [post, ...more] = (await world.source.receive?.(request))?.posts ?? [];
  if (!post || more.length > 0) throw new Error(`${more.length + (post ? 1 : 0)} posts came of one`);
  return post;
}
