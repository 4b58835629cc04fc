import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { storeContract } from '../contract/store.ts';
import { testClock } from '../support/clock.ts';
import { T0 } from './samples.ts';

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'potluck-store-'));
  const clock = testClock(T0);
  const reopen = () => openStore(`file:${join(folder, 'new', 'potluck.db')}`, { clock });
  const store = await reopen();
  return {
    store,
    reopen,
    async cleanup() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
