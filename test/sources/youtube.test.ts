import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError } from '../../src/errors.ts';
import { commentSchema, threadSchema } from '../../src/sources/youtube/entities.ts';
import { untilQuotaDay } from '../../src/sources/youtube/failures.ts';
import { commentToPost } from '../../src/sources/youtube/to-post.ts';
import { youtube } from '../../src/sources/youtube/youtube.ts';
import { BRAND_CHANNEL, SECRETS } from '../fixtures/youtube/fake-youtube.ts';
import { WITH_KEY, type YoutubeWorld, youtubeWorld } from '../fixtures/youtube/world.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/youtube/${name}.json`, import.meta.url), 'utf8'));
const signal = (): AbortSignal => new AbortController().signal;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ADA = { name: '@ada', handle: 'ada' };

async function using(
  options: Parameters<typeof youtubeWorld>[0],
  body: (world: YoutubeWorld) => Promise<void>,
) {
  const world = await youtubeWorld(options);
  try {
    await body(world);
  } finally {
    await world.close();
  }
}
async function poll(world: YoutubeWorld, cursor: string | null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('this source polls');
  return batch;
}
const ids = (posts: readonly Post[]): string[] => posts.map((post) => post.id);
/** What the units sent to the fake came to in the meter. */
const metered = (world: YoutubeWorld): number =>
  world.spent.reduce((sum, cost) => sum + ('units' in cost ? Number(cost.units) : 0), 0);

describe('a comment as YouTube sends it', () => {
  it('is read with its links, its handle, and the time of its last change', () => {
    const thread = threadSchema.parse(fixture('comment-thread').thread);
    const post = commentToPost(thread.snippet.topLevelComment, {
      source: 'tube',
      place: { videoId: 'aB3dE5fG7hI', postId: null },
      conversationId: thread.id,
      ours: false,
    });
    expect(post.text).toBe(
      'The lid at 1:23 (https://www.youtube.com/watch?v=aB3dE5fG7hI&t=83) is mine! See https://example.com/pots?a=1&b=2\nThanks <3',
    );
    expect(post.links).toContain('https://example.com/pots?a=1&b=2');
    expect(post.author).toMatchObject({ name: '@ada-loeve', handle: 'ada-loeve' });
    expect(post.url).toBe('https://www.youtube.com/watch?v=aB3dE5fG7hI&lc=UgzPotA1B2C3D4E5F6Z4AaABAg');
    expect(post.editedAt).toBe(Date.UTC(2026, 5, 1, 9, 30));
  });

  it('prefers what was typed where YouTube tells it', () => {
    const comment = commentSchema.parse(fixture('comment-thread').thread.snippet.topLevelComment);
    const typed = { ...comment, snippet: { ...comment.snippet, textOriginal: 'See https://example.com/a.' } };
    const place = { videoId: null, postId: null };
    const post = commentToPost(typed, { source: 'tube', place, conversationId: comment.id, ours: false });
    expect(post).toMatchObject({ text: 'See https://example.com/a.', links: ['https://example.com/a'] });
  });
});

describe('reading', () => {
  it('brings new answers to an old comment, however many there were before', () =>
    using({ quirks: { included: 2 } }, async (world) => {
      const at = world.clock.now() - 20 * HOUR;
      await world.give([{ key: 'old', text: 'Old', author: ADA, at }]);
      const many = Array.from({ length: 130 }, (_, index) => ({
        key: `r${index}`,
        text: `Answer ${index}`,
        author: ADA,
        at: at + index * MINUTE,
        replyTo: 'old',
      }));
      await world.give(many);
      const first = await poll(world, null);
      expect(first.posts).toHaveLength(131);
      await world.clock.advance(2 * HOUR);
      await world.give(
        ['x', 'y', 'z'].map((key) => ({
          key,
          text: key,
          author: ADA,
          at: world.clock.now(),
          replyTo: 'old',
        })),
      );
      const second = await poll(world, first.cursor);
      expect(ids(second.posts)).toEqual(
        expect.arrayContaining(['x', 'y', 'z'].map((key) => world.idOf(key))),
      );
    }));

  it('leaves out old answers to a followed comment: they are older than the look-back', () =>
    using({}, async (world) => {
      const now = world.clock.now();
      await world.give([
        { key: 'old', text: 'Old', author: ADA, at: now - 50 * HOUR },
        { key: 'older', text: 'Older', author: ADA, at: now - 49 * HOUR, replyTo: 'old' },
        { key: 'fresh', text: 'Fresh', author: ADA, at: now - HOUR, replyTo: 'old' },
      ]);
      expect(ids((await poll(world, null)).posts)).toEqual([world.idOf('fresh')]);
    }));

  it('tells which comments are gone, and which were edited', () =>
    using({}, async (world) => {
      const at = world.clock.now() - HOUR;
      await world.give([
        { key: 'gone', text: 'Gone soon', author: ADA, at },
        { key: 'stays', text: 'Stays', author: ADA, at },
      ]);
      const first = await poll(world, null);
      await world.remove?.('gone');
      const stays = world.fake.comments.get(world.idOf('stays'));
      if (stays) Object.assign(stays, { text: 'Changed', editedAt: world.clock.now() });
      const second = await poll(world, first.cursor);
      expect(second.deleted).toEqual([world.idOf('gone')]);
      expect(second.posts[0]).toMatchObject({ text: 'Changed', editedAt: world.clock.now() });
      expect((await poll(world, second.cursor)).deleted).toEqual([]);
    }));

  it('drops a video without comments alone, and says so once', () =>
    using(
      { config: { ...WITH_KEY, videos: ['other_video', 'otherClosed', 'missing_vid'] } },
      async (world) => {
        world.fake.quirks.disabled.add('otherClosed');
        const at = world.clock.now() - HOUR;
        const comment = { authorId: 'UCada', name: '@ada', handle: 'ada', text: 'Hi', at };
        world.fake.add({ ...comment, videoId: 'other_video' });
        const first = await poll(world, null);
        expect(first.posts).toHaveLength(1);
        expect(first.dropped?.map((drop) => drop.id)).toEqual(['otherClosed', 'missing_vid']);
        expect((await poll(world, first.cursor)).dropped).toEqual([]);
      },
    ));

  it('hands over what it has after five pages, and goes on from there', () =>
    using({ config: WITH_KEY }, async (world) => {
      const now = world.clock.now();
      await world.give(
        Array.from({ length: 620 }, (_, index) => ({
          key: `c${index}`,
          text: 'Pot',
          author: ADA,
          at: now - HOUR - index * 1_000,
        })),
      );
      const first = await poll(world, null);
      expect(first).toMatchObject({ more: true });
      const second = await poll(world, first.cursor);
      expect(second.more).toBe(false);
      expect(new Set([...ids(first.posts), ...ids(second.posts)]).size).toBe(620);
    }));

  it('costs one unit a quiet poll, and its meter agrees with YouTube', () =>
    using({}, async (world) => {
      await world.give([{ key: 'a', text: 'A', author: ADA, at: world.clock.now() - MINUTE }]);
      const first = await poll(world, null);
      const before = world.fake.units();
      await world.clock.advance(MINUTE);
      await poll(world, first.cursor);
      expect(world.fake.units() - before).toBe(1);
      expect(metered(world)).toBe(world.fake.units());
    }));

  it('signs in again when its access token is revoked before its time', () =>
    using({}, async (world) => {
      const first = await poll(world, null);
      world.fake.revokeTokens();
      await expect(poll(world, first.cursor)).resolves.toMatchObject({ posts: [] });
      await world.clock.advance(2 * HOUR);
      await expect(poll(world, first.cursor)).resolves.toMatchObject({ posts: [] });
    }));
});

describe('refusals', () => {
  it('waits for YouTube’s next day when the quota is used up', () =>
    using({}, async (world) => {
      await poll(world, null);
      world.fail({ status: 403, body: JSON.stringify(fixture('errors').quotaExceeded) });
      const error = await poll(world, null).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitedError);
      // 2026-06-01 12:00 UTC is 5:00 in Los Angeles: 19 hours to go.
      expect((error as RateLimitedError).retryAfterMs).toBe(19 * HOUR);
      expect((error as Error).message).not.toContain('<a');
      expect(untilQuotaDay(Date.UTC(2026, 0, 1, 7, 30))).toBe(30 * MINUTE);
    }));

  it('says what is wrong with an API key', () =>
    using({ config: { ...WITH_KEY, apiKey: 'AIzaSyWrongKey' } }, async (world) => {
      await expect(poll(world, null)).rejects.toBeInstanceOf(AuthError);
      await expect(poll(world, null)).rejects.toThrow(/API key/);
    }));

  it('says that a channel does not exist', () =>
    using({ config: { ...WITH_KEY, channel: '@nobody-here' } }, async (world) => {
      await expect(poll(world, null)).rejects.toThrow(/no channel “@nobody-here”/);
    }));

  it('names the remedy when the token may not comment', () =>
    using({ quirks: { scope: 'https://www.googleapis.com/auth/youtube.readonly' } }, async (world) => {
      const checks = await world.source.check(signal());
      expect(checks.at(-1)).toMatchObject({ ok: false, remedy: expect.stringContaining('force-ssl') });
    }));
});

describe('answering', () => {
  const ask = async (world: YoutubeWorld): Promise<Post> => {
    await world.give([{ key: 'ask', text: 'Oven?', author: ADA, at: world.clock.now() - MINUTE }]);
    const [post] = (await poll(world, null)).posts;
    if (!post) throw new Error('the question was not delivered');
    return post;
  };
  const send = async (world: YoutubeWorld, post: Post, text: string) =>
    world.source.reply?.(post, text, { idempotencyKey: 'k', signal: signal() });

  it('answers an answer in the same thread, with its author’s handle', () =>
    using({}, async (world) => {
      const post = await ask(world);
      const at = world.clock.now();
      await world.give([
        { key: 'bob', text: 'And the lid?', author: { name: 'Bob', handle: 'bob' }, at, replyTo: 'ask' },
      ]);
      const reply = (await poll(world, null)).posts.find((one) => one.id === world.idOf('bob'));
      if (!reply) throw new Error('the answer was not delivered');
      expect(world.source.measure?.(reply, 'It fits.')?.parts).toEqual(['@bob It fits.']);
      expect(world.source.measure?.(reply, 'It fits, @Bob.')?.parts).toEqual(['It fits, @Bob.']);
      expect(world.source.measure?.(post, 'It fits.')?.parts).toEqual(['It fits.']);
      await send(world, reply, 'It fits.');
      expect(world.sent?.()).toEqual([{ text: '@bob It fits.', replyTo: 'ask' }]);
    }));

  it('counts 52 units, out of the share for answers: a look, an insert, and nothing else', () =>
    using({}, async (world) => {
      const post = await ask(world);
      const before = world.spent.length;
      await send(world, post, 'It does.');
      expect(world.spent.slice(before)).toEqual([
        { requests: 1, units: 1, purpose: 'answer' },
        { requests: 1, units: 50, purpose: 'answer' },
      ]);
    }));

  it('knows before anybody claims that a thread is closed to us', () =>
    using({ quirks: { canReply: false } }, async (world) => {
      const post = await ask(world);
      expect(world.source.mayNotReply?.(post)).toMatch(/does not let us answer/);
      world.fake.quirks.canReply = true;
      await world.source.conversation?.(post, signal());
      expect(world.source.mayNotReply?.(post)).toBeNull();
    }));

  it.each([
    ['operationNotSupported', 400, /does not let this channel answer/],
    ['forbidden', 403, /does not let this channel answer there/],
    ['commentsDisabled', 403, /switched off/],
  ] as const)('says why YouTube refused: %s', (reason, status, words) =>
    using({ quirks: { refuses: { status, reason } } }, async (world) => {
      const error = await send(world, await ask(world), 'Hello').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RejectedError);
      expect((error as Error).message).toMatch(words);
    }),
  );

  it('reads a thread of ten thousand within bounds, with the comment in question and ours', () =>
    using({}, async (world) => {
      const now = world.clock.now();
      await world.give([{ key: 'top', text: 'Top', author: ADA, at: now - 20 * HOUR }]);
      const parent = world.idOf('top');
      const base = { parent, videoId: 'aB3dE5fG7hI', name: '@ada', handle: 'ada', text: 'x' };
      for (let index = 0; index < 10_000; index++)
        world.fake.add({
          ...base,
          authorId: index === 9_500 ? BRAND_CHANNEL : 'UCada',
          at: now - 19 * HOUR + index * 1_000,
        });
      const { posts } = await poll(world, null);
      const top = posts.find((post) => post.id === parent);
      const before = world.fake.units();
      const thread = (await world.source.conversation?.(top as Post, signal())) ?? [];
      expect(world.fake.units() - before).toBeLessThanOrEqual(11);
      expect(thread).toHaveLength(500);
      expect(thread[0]?.id).toBe(parent);
      expect(thread.some((post) => post.ours)).toBe(true);
    }));
});

describe('configuration', () => {
  const oauth = {
    clientId: SECRETS.clientId,
    clientSecret: SECRETS.clientSecret,
    refreshToken: SECRETS.refreshToken,
  };
  it.each([
    ['nothing', {}, 'API key'],
    ['half an OAuth client', { ...oauth, refreshToken: undefined }, 'belong together'],
    ['a key and nothing to watch', { apiKey: SECRETS.apiKey }, 'which channel'],
    ['a channel that is none', { ...oauth, channel: 'Crockhaven' }, 'channel id'],
    ['a video that is none', { ...oauth, videos: ['https://example.com'] }, '11 characters'],
    ['an unknown field', { ...oauth, chanel: '@x' }, 'chanel'],
  ])('refuses %s in words', (_, config, words) => {
    const result = youtube.config.safeParse(config);
    expect(JSON.stringify(result.error?.issues ?? [])).toContain(words);
  });

  it('takes videos by id and by address, and a day of ten thousand units', () => {
    const config = youtube.config.parse({
      ...oauth,
      videos: [
        'aB3dE5fG7hI',
        'https://youtu.be/aB3dE5fG7hJ',
        'https://www.youtube.com/shorts/aB3dE5fG7hK',
        'https://www.youtube.com/watch?v=aB3dE5fG7hL',
      ],
    });
    expect(config.videos).toEqual(['aB3dE5fG7hI', 'aB3dE5fG7hJ', 'aB3dE5fG7hK', 'aB3dE5fG7hL']);
    expect(youtube.budget?.(config)).toEqual({ units: 10_000 });
    expect(youtube.quotaZone).toBe('America/Los_Angeles');
  });
});
