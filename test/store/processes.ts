import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { newItem, post, T0 } from './samples.ts';

interface Racer {
  readonly child: ChildProcess;
  ask(does: string, what?: object): Promise<unknown>;
}

function startRacer(): Racer {
  const child = fork(join(import.meta.dirname, 'racer.js'), { execArgv: [] });
  child.setMaxListeners(0);
  let rounds = 0;
  return {
    child,
    ask(does, what = {}) {
      const round = ++rounds;
      return new Promise((resolve, reject) => {
        const hear = (message: { round?: number; result?: unknown; error?: string }): void => {
          if (message.round !== round) return;
          child.off('message', hear);
          if (message.error === undefined) resolve(message.result);
          else reject(new Error(message.error));
        };
        child.on('message', hear);
        child.send({ round, does, ...what });
      });
    },
  };
}

/** Races that are only real between processes. @param url gives a fresh, empty database each time */
export function twoProcesses(name: string, url: () => Promise<string>): void {
  describe(`two processes on one ${name}`, () => {
    let racers: readonly [Racer, Racer];
    const both = <T>(does: string, what: object): Promise<T[]> =>
      Promise.all(racers.map(async (racer) => (await racer.ask(does, what)) as T));

    async function opened(): Promise<Store> {
      const where = await url();
      // Both find an empty database and both want to give it its form.
      await both('open', { url: where });
      return openStore(where);
    }

    beforeAll(() => {
      racers = [startRacer(), startRacer()];
    });
    afterAll(() => {
      for (const racer of racers ?? []) racer.child.kill('SIGKILL');
    });

    it('give it its form together, once', async () => {
      for (let round = 0; round < 3; round++) {
        const store = await opened();
        expect(await store.createItem(newItem())).toMatchObject({ id: 1 });
        await store.close();
      }
    });

    it('claim at once and one wins, a hundred times', async () => {
      const store = await opened();
      for (let round = 0; round < 100; round++) {
        const item = await store.createItem(newItem({ conversationId: `${round}` }));
        if (!item) throw new Error('no item');
        await store.wantCards(item.id, [{ chat: 'web', channel: 'all' }]);
        const won = await both<boolean>('claim', { item: { ...item, version: 2, state: 'claimed' } });
        expect(won.filter(Boolean)).toHaveLength(1);
      }
      await store.close();
    });

    it('ingest the same posts at once and each is new once', async () => {
      const store = await opened();
      for (let round = 0; round < 20; round++) {
        const posts = Array.from({ length: 50 }, (_, at) => post({ id: `${round}-${at}` }));
        const fresh = (await both<string[]>('ingest', { posts })).flat();
        expect(fresh.sort()).toEqual(posts.map((one) => one.id).sort());
        expect((await both<boolean>('lease', { name: `lease-${round}` })).filter(Boolean)).toHaveLength(1);
      }
      await store.close();
    });

    it('keep what was confirmed when one is killed in the middle', async () => {
      const where = await url();
      const victim = startRacer();
      await victim.ask('open', { url: where });
      const confirmed: string[] = [];
      const ended = once(victim.child, 'exit');
      victim.child.on('message', (message: { confirmed?: string }) => {
        if (message.confirmed === undefined) return;
        confirmed.push(message.confirmed);
        if (confirmed.length === 100) victim.child.kill('SIGKILL');
      });
      const posts = Array.from({ length: 10_000 }, (_, at) => post({ id: `${at}` }));
      void victim.ask('pour', { posts }).catch(() => undefined);
      await ended;
      const after = await openStore(where);
      expect(confirmed.length).toBeGreaterThanOrEqual(100);
      expect((await after.knownPosts('feed', confirmed)).size).toBe(confirmed.length);
      // And it goes on where it stopped.
      expect(await after.addPosts(posts.slice(0, 100), T0, false)).toEqual([]);
      await after.close();
    });
  });
}
