import { describe, expect } from 'vitest';
import { editingContract } from './source-editing.ts';
import { failingContract } from './source-failing.ts';
import { lookbackContract } from './source-lookback.ts';
import { picturesContract } from './source-pictures.ts';
import { readingContract } from './source-reading.ts';
import { exchange, expectValid, keysOf, many, worldTest } from './source-steps.ts';
import type { MakeWorld } from './source-world.ts';
import { listeningContract, writingContract } from './source-writing.ts';

/** Being pushed to. What a particular body must look like is the adapter's own test. */
function receivingContract(make: MakeWorld): void {
  describe('receiving', () => {
    worldTest(
      make,
      'accepts what the service sends, as often as it sends it',
      { can: ['receive'] },
      async (world) => {
        const given = [...many(world, world.many, 'a'), ...exchange(world)];
        await world.give(given);
        const request = world.hook?.(given);
        if (!request) throw new Error('a world whose source receives must make hook requests');
        const first = await world.source.receive?.(request);
        expect(first?.status).toBeGreaterThanOrEqual(200);
        expect(first?.status).toBeLessThan(300);
        for (const post of first?.posts ?? []) expectValid(world, post);
        expect(first?.posts.map((post) => post.id).sort()).toEqual(keysOf(world, given));
        const restarted = await world.restart();
        const second = await restarted.receive?.(request);
        expect(second?.posts).toEqual(first?.posts);
      },
    );

    worldTest(make, 'refuses what is not signed', { can: ['receive'], not: ['auth'] }, async (world) => {
      const request = world.hook?.(many(world, 1, 'a'));
      if (!request) throw new Error('a world whose source receives must make hook requests');
      const kept = ['content-type', 'content-length', 'host'];
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => kept.includes(name)),
      );
      const result = await world.source.receive?.({ ...request, headers });
      expect(result).toMatchObject({ status: 401, posts: [] });
    });

    worldTest(make, 'refuses a body that is no data', { can: ['receive'] }, async (world) => {
      const request = world.hook?.([]);
      if (!request) throw new Error('a world whose source receives must make hook requests');
      for (const body of ['', '{', '<html>', '\u0000', '[[[[', 'null', '"x"', '[1, null, "x"]']) {
        const result = await world.source.receive?.({ ...request, body: Buffer.from(body) });
        expect(result?.status).toBeGreaterThanOrEqual(400);
        expect(result?.status).toBeLessThan(500);
        expect(result?.posts).toEqual([]);
      }
    });
  });
}

/**
 * The promise every source keeps. An adapter's test file calls it with a world: a fake service on 127.0.0.1 with a
 * fresh adapter on it.
 *
 * - Tests for what an adapter does not declare in its capabilities are skipped with the reason in the report.
 * - What a *service* cannot do or say is declared in `lacks`, with the reason; nothing is left out silently.
 */
export function sourceContract(name: string, make: MakeWorld): void {
  describe(`${name}: the source contract`, () => {
    readingContract(make);
    editingContract(make);
    lookbackContract(make);
    failingContract(make);
    receivingContract(make);
    writingContract(make);
    picturesContract(make);
    listeningContract(make);
  });
}
