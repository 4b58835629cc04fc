import { describe, expect } from 'vitest';
import { AuthError, RateLimitedError, UnavailableError } from '../../src/errors.ts';
import type { Failure } from '../support/fake-service.ts';
import {
  drain,
  expectError,
  expectNoSecrets,
  HOUR,
  keysOf,
  many,
  pollOnce,
  promptly,
  worldTest,
} from './source-steps.ts';
import type { MakeWorld, SourceWorld } from './source-world.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const PAGE = '<html><body><h1>502 Bad Gateway</h1></body></html>';

const OUTAGES: readonly (readonly [string, Failure])[] = [
  ['status 500', { status: 500 }],
  ['status 502 with an HTML page', { status: 502, headers: HTML, body: PAGE }],
  ['status 503 without a body', { status: 503, body: '' }],
  ['an HTML page where data should be', 'html'],
  ['a body that is no data', 'garbage'],
  ['a truncated body', 'truncated'],
  ['a broken connection', 'reset'],
];

function limited(world: SourceWorld, waitMs: number): Failure {
  const now = world.clock.now();
  return (
    world.rateLimited?.(waitMs, now) ?? { status: 429, headers: { 'retry-after': String(waitMs / 1_000) } }
  );
}

/** What a source does when its service fails: the right class, in words, no secret, and nothing lost afterwards. */
export function failingContract(make: MakeWorld): void {
  describe('failing', () => {
    for (const [name, failure] of OUTAGES) {
      worldTest(
        make,
        `is unavailable on ${name}, and loses nothing`,
        { can: ['poll'], not: ['failures'] },
        async (world) => {
          const first = many(world, 3, 'a');
          await world.give(first);
          const before = await drain(world, null);
          await world.clock.advance(HOUR);
          const second = many(world, 3, 'b');
          await world.give(second);
          world.fail(failure);
          await expectError(world, UnavailableError, () => pollOnce(world, before.cursor));
          world.fail(null);
          const after = await drain(world, before.cursor);
          expect([...after.posts.keys()].filter((id) => !before.posts.has(id)).sort()).toEqual(
            keysOf(world, second),
          );
        },
      );

      worldTest(
        make,
        `is unavailable on ${name} at the very first request`,
        { can: ['poll'], not: ['failures'] },
        async (world) => {
          world.fail(failure);
          await expectError(world, UnavailableError, () => pollOnce(world, null));
        },
      );
    }

    worldTest(
      make,
      'is unavailable when a body only drips',
      { can: ['poll'], not: ['failures'], timeoutMs: 200 },
      async (world) => {
        world.fail('slow');
        await expectError(world, UnavailableError, () => pollOnce(world, null));
      },
    );

    worldTest(
      make,
      'is unavailable when no answer comes at all',
      { can: ['poll'], not: ['failures'], timeoutMs: 200 },
      async (world) => {
        world.fail('hang');
        await expectError(world, UnavailableError, () => pollOnce(world, null));
      },
    );

    for (const status of [401, 403]) {
      worldTest(
        make,
        `asks for a person on ${status}`,
        { can: ['poll'], not: ['auth', 'failures'] },
        async (world) => {
          await world.give(many(world, 2, 'a'));
          const before = await drain(world, null);
          world.fail({ status });
          await expectError(world, AuthError, () => pollOnce(world, before.cursor));
          await world.restart();
          await expectError(world, AuthError, () => pollOnce(world, null));
        },
      );
    }

    worldTest(
      make,
      'waits as long as the service says on 429',
      { can: ['poll'], not: ['failures'] },
      async (world) => {
        await world.give(many(world, 2, 'a'));
        const before = await drain(world, null);
        world.fail(limited(world, 90_000));
        const error = await expectError(world, RateLimitedError, () => pollOnce(world, before.cursor));
        expect(error.retryAfterMs).toBeGreaterThanOrEqual(89_000);
        expect(error.retryAfterMs).toBeLessThanOrEqual(92_000);
      },
    );

    worldTest(
      make,
      'guesses a wait when a 429 names none',
      { can: ['poll'], not: ['failures'] },
      async (world) => {
        world.fail({ status: 429 });
        const error = await expectError(world, RateLimitedError, () => pollOnce(world, null));
        expect(error.retryAfterMs).toBeGreaterThanOrEqual(1_000);
      },
    );

    worldTest(
      make,
      'stops at once when it is told to',
      { can: ['poll'], not: ['failures'], timeoutMs: 60_000 },
      async (world) => {
        await world.give(many(world, 2, 'a'));
        world.fail('hang');
        const controller = new AbortController();
        const arrived = world.nextRequest?.();
        const polling = pollOnce(world, null, controller.signal).then(
          () => 'ended',
          () => 'stopped',
        );
        await arrived;
        controller.abort(new Error('shutting down'));
        await promptly(polling);
        await promptly(pollOnce(world, null, controller.signal).catch(() => undefined));
      },
    );

    worldTest(make, 'the check says what works', {}, async (world) => {
      const checks = await world.source.check(new AbortController().signal);
      expect(checks.length).toBeGreaterThan(0);
      for (const check of checks) {
        expect(check.what).not.toBe('');
        expect(check, check.remedy ?? '').toMatchObject({ ok: true, remedy: null });
        expectNoSecrets(world, check.what);
      }
    });

    for (const [name, failure] of [['status 401', { status: 401 }], ...OUTAGES] as const) {
      worldTest(
        make,
        `the check names a remedy on ${name}`,
        { can: ['poll'], not: ['failures'] },
        async (world) => {
          world.fail(failure);
          const checks = await promptly(Promise.resolve(world.source.check(new AbortController().signal)));
          const failed = checks.filter((check) => !check.ok);
          expect(failed.length).toBeGreaterThan(0);
          for (const check of failed) expect((check.remedy ?? '').length).toBeGreaterThan(10);
          expectNoSecrets(world, JSON.stringify(checks));
        },
      );
    }
  });
}
