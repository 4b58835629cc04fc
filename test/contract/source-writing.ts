import { describe, expect } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../src/errors.ts';
import { ADA, drain, expectError, expectValid, MINUTE, pick, promptly, worldTest } from './source-steps.ts';
import type { MakeWorld, SourceWorld } from './source-world.ts';

const signal = (): AbortSignal => new AbortController().signal;

/** Ada's question, delivered: what a person of ours would answer. */
async function question(world: SourceWorld): Promise<Post> {
  const at = world.clock.now() - MINUTE;
  await world.give([{ key: 'ask', text: 'Does the lid fit?', author: ADA, at, lang: 'en' }]);
  return pick(world, (await drain(world, null)).posts, 'ask');
}

async function send(world: SourceWorld, post: Post, text: string): Promise<readonly Post[]> {
  const { source } = world;
  if (!source.reply) throw new Error('capabilities.reply is true and there is no reply()');
  return source.reply(post, text, { idempotencyKey: '01J0000000000000000000TEST', signal: signal() });
}

/** Answering in public. */
export function writingContract(make: MakeWorld): void {
  describe('replying', () => {
    worldTest(
      make,
      'sends one threaded answer, and shows it as the network does',
      { can: ['reply', 'poll'] },
      async (world) => {
        const ask = await question(world);
        const text = 'It does & <b>always</b> will, @ada: https://example.com/lid?a=1&b=2';
        const posts = await send(world, ask, text);
        expect(world.sent?.()).toHaveLength(1);
        expect(world.sent?.()[0]?.replyTo).toBe('ask');
        expect(world.sent?.()[0]?.text).toContain('https://example.com/lid?a=1&b=2');
        expect(posts).toHaveLength(1);
        for (const post of posts) {
          expectValid(world, post);
          expect(post).toMatchObject({ ours: true, replyTo: ask.id, conversationId: ask.conversationId });
          if (!world.lacks.url) expect(post.url).toMatch(/^https?:/);
        }
      },
    );

    worldTest(make, 'says how a text would go out', { can: ['reply', 'poll'] }, async (world) => {
      const ask = await question(world);
      const measure = world.source.measure?.(ask, 'It does 👩‍👩‍👧‍👦.');
      expect(measure).toMatchObject({ problem: null });
      expect(measure?.parts).toHaveLength(1);
      expect(measure?.length).toBeGreaterThan(0);
      expect(measure?.limit).toBeGreaterThan(10);
      expect(world.source.measure?.(ask, ' \n ').problem, 'an empty answer').toEqual(expect.any(String));
      await world.source.check(signal());
      expect(world.source.account?.()?.handle).toEqual(expect.any(String));
    });

    worldTest(
      make,
      'refuses or splits what is too long, never sends half',
      { can: ['reply', 'poll'], not: ['too-long'] },
      async (world) => {
        const ask = await question(world);
        const long = 'word '.repeat(20_000);
        const measure = world.source.measure?.(ask, long);
        if (measure?.problem == null) {
          expect(measure?.parts.length).toBeGreaterThan(1);
          return;
        }
        expect(measure.problem).toContain(String(measure.limit));
        await expectError(world, RejectedError, () => send(world, ask, long));
        expect(world.sent?.()).toEqual([]);
      },
    );

    worldTest(
      make,
      'is rejected when the post is gone',
      { can: ['reply', 'poll'], not: ['deleted'] },
      async (world) => {
        const ask = await question(world);
        await world.remove?.('ask');
        await expectError(world, RejectedError, () => send(world, ask, 'It does.'));
        expect(world.sent?.()).toEqual([]);
      },
    );

    worldTest(
      make,
      'does not claim to know when the answer is lost',
      { can: ['reply', 'poll'] },
      async (world) => {
        const ask = await question(world);
        world.fail('lost-answer');
        await expectError(world, UncertainError, () => send(world, ask, 'It does.'));
        expect(world.sent?.(), 'nor sends again by itself').toHaveLength(1);
      },
    );

    for (const status of [502, 504]) {
      worldTest(make, `never takes a ${status} for a refusal`, { can: ['reply', 'poll'] }, async (world) => {
        const ask = await question(world);
        world.fail({ status });
        const error = await expectError(world, Error, () => send(world, ask, 'It does.'));
        // Either a read before the write failed (nothing was sent), or the outcome is open.
        expect(error instanceof UncertainError || error instanceof UnavailableError, String(error)).toBe(
          true,
        );
        expect(world.sent?.()).toEqual([]);
      });
    }

    worldTest(make, 'tells a refused credential from a limit', { can: ['reply', 'poll'] }, async (world) => {
      const ask = await question(world);
      world.fail({ status: 401 });
      await expectError(world, AuthError, () => send(world, ask, 'It does.'));
      world.fail(
        world.rateLimited?.(60_000, world.clock.now()) ?? { status: 429, headers: { 'retry-after': '60' } },
      );
      await expectError(world, RateLimitedError, () => send(world, ask, 'It does.'));
    });
  });
}

/** A stream of posts as they happen. */
export function listeningContract(make: MakeWorld): void {
  describe('listening', () => {
    const later = (world: SourceWorld, key: string) => ({
      key,
      text: `Hello Crockhaven, ${key}`,
      author: ADA,
      at: world.clock.now(),
    });

    worldTest(
      make,
      'delivers what happens, under the same id as the poll',
      { can: ['listen'] },
      async (world) => {
        const controller = new AbortController();
        const stream = world.source.listen?.(controller.signal)[Symbol.asyncIterator]();
        const first = stream?.next();
        first?.catch(() => undefined);
        await promptly(world.streaming?.() ?? Promise.resolve());
        await world.give([later(world, 'one')]);
        const result = await promptly(first ?? Promise.reject(new Error('no stream')));
        expect(result.done).not.toBe(true);
        const posts: readonly Post[] = result.done ? [] : result.value;
        for (const post of posts) expectValid(world, post);
        expect(posts.map((post) => post.id)).toEqual([world.idOf('one')]);
        if (world.source.capabilities.poll) {
          const polled = pick(world, (await drain(world, null)).posts, 'one');
          expect(polled).toEqual(posts[0]);
        }
        const ended = stream?.next();
        ended?.catch(() => undefined);
        controller.abort();
        await promptly(Promise.resolve(ended).catch(() => undefined));
      },
    );

    worldTest(make, 'ends by throwing when the stream breaks', { can: ['listen'] }, async (world) => {
      const stream = world.source.listen?.(signal())[Symbol.asyncIterator]();
      const first = stream?.next();
      first?.catch(() => undefined);
      await promptly(world.streaming?.() ?? Promise.resolve());
      await world.breakStream?.();
      await expectError(world, UnavailableError, () => Promise.resolve(first));
    });

    worldTest(make, 'stops at once when it is told to', { can: ['listen'] }, async (world) => {
      const controller = new AbortController();
      const stream = world.source.listen?.(controller.signal)[Symbol.asyncIterator]();
      const first = stream?.next().then(
        (result) => result.done === true,
        () => true,
      );
      await promptly(world.streaming?.() ?? Promise.resolve());
      controller.abort(new Error('shutting down'));
      expect(await promptly(first ?? Promise.resolve(false))).toBe(true);
    });
  });
}
