import { describe, expect } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { type Flow, flow } from '../support/flow.ts';
import { ADA, BOB, DAY, drain, HOUR, MINUTE, US, worldTest } from './source-steps.ts';
import type { GivenPost, MakeWorld, SourceWorld } from './source-world.ts';

/** What every source takes when `lookback` says nothing. */
const LOOKBACK = DAY;
const CLEO = { name: 'Cleo', handle: 'cleo' } as const;
const DAN = { name: 'Dan', handle: 'dan' } as const;

/** Older and younger posts than the look-back, and an old thread in which somebody asked today. */
function past(now: number): readonly GivenPost[] {
  return [
    { key: 'ancient', text: 'Does the lid of 2019 fit?', author: CLEO, at: now - 40 * DAY },
    { key: 'root', text: 'Does the small lid fit?', author: ADA, at: now - LOOKBACK - 6 * HOUR },
    { key: 'ours', text: 'It does.', author: US, at: now - LOOKBACK - 5 * HOUR, replyTo: 'root', ours: true },
    { key: 'old', text: 'Does the lid fit an oven?', author: DAN, at: now - LOOKBACK - 2 * MINUTE },
    { key: 'young', text: 'Does the big lid fit?', author: BOB, at: now - LOOKBACK + HOUR },
    { key: 'asked', text: 'And the pot?', author: ADA, at: now - HOUR, replyTo: 'ours' },
  ];
}

/** Nothing on any card, and nothing that made one, is older than the look-back. */
async function expectYoung({ store }: Flow, source: string, since: number): Promise<void> {
  const items = await store.newestItems(100);
  expect(items.length, 'what is young enough opens an item').toBeGreaterThan(0);
  for (const { item, post } of items) {
    expect(post?.createdAt, `${post?.text} is on a card`).toBeGreaterThanOrEqual(since);
    const [opened] = await store.events(item.id, 200);
    expect(opened?.type).toBe('opened');
    const opener = await store.post(source, String(opened?.detail.postId));
    expect(opener?.createdAt, `${opener?.text} opened an item`).toBeGreaterThanOrEqual(since);
    if (item.waitingSince !== null) expect(item.waitingSince).toBeGreaterThanOrEqual(since);
  }
}

/** Asks for the conversation of everything that is open, as it is done before a card goes out. */
async function askAll(world: SourceWorld, bot: Flow): Promise<void> {
  const { source } = world;
  for (const { post } of await bot.store.newestItems(100)) {
    if (!post || !source.conversation) continue;
    const posts = await source.conversation(post, new AbortController().signal);
    await bot.ingest(posts, { source: source.name, backfilled: true });
  }
}

/** What was there before we came. */
export function lookbackContract(make: MakeWorld): void {
  describe('the first connection', () => {
    worldTest(
      make,
      'opens nothing older than the look-back, then or later',
      { can: ['poll'] },
      async (world) => {
        const { source, clock } = world;
        const now = clock.now();
        const since = now - LOOKBACK;
        await world.give(past(now));
        const bot = await flow({ clock, sources: [source] });
        const deliver = (posts: Iterable<Post>) => bot.ingest([...posts], { source: source.name });
        try {
          let { posts, cursor } = await drain(world, null);
          await deliver(posts.values());
          expect([...posts.keys()]).toContain(world.idOf('young'));
          await expectYoung(bot, source.name, since);
          await askAll(world, bot);
          await expectYoung(bot, source.name, since);

          // Something happens to what is old, and the next polls read far back.
          if (world.edit)
            for (const key of ['ancient', 'old']) await world.edit(key, 'Does the lid really fit?');
          for (const wait of [MINUTE, HOUR, 5 * HOUR, 2 * DAY]) {
            await clock.advance(wait);
            ({ posts, cursor } = await drain(world, cursor));
            await deliver(posts.values());
            await expectYoung(bot, source.name, since);
          }
          await askAll(world, bot);
          await expectYoung(bot, source.name, since);
        } finally {
          await bot.store.close();
        }
      },
    );

    worldTest(
      make,
      'is pushed the edit of something old, and opens nothing',
      { can: ['receive'], not: ['edited', 'edited-push', 'past-push'] },
      async (world) => {
        const { source, clock } = world;
        const [ancient] = past(clock.now());
        if (!ancient) throw new Error('nothing is old');
        await world.give([ancient]);
        await world.edit?.(ancient.key, 'Does the lid really fit?');
        const request = world.hook?.([
          { ...ancient, text: 'Does the lid really fit?', editedAt: clock.now() },
        ]);
        if (!request) throw new Error('a world whose source receives must make hook requests');
        const result = await source.receive?.(request);
        expect(result).toMatchObject({ status: 200, posts: [], changed: [{ id: world.idOf(ancient.key) }] });
      },
    );
  });
}
