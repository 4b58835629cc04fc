import { openStore } from '../../src/store/open.ts';
import { storeContract } from '../contract/store.ts';
import { testClock } from '../support/clock.ts';
import { startPostgres } from '../support/postgres.ts';
import { T0 } from './samples.ts';

storeContract('PostgreSQL', async () => {
  const server = await startPostgres();
  const url = await server.url();
  const clock = testClock(T0);
  const reopen = () => openStore(url, { clock });
  const store = await reopen();
  return {
    store,
    reopen,
    async cleanup() {
      await store.close();
      await server.stop();
    },
  };
});
