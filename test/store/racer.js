// A process of its own that does to a database what its parent says: races between processes are only real in two of them.
import { openStore } from '../../dist/store/open.js';

const doers = {
  async open({ url }) {
    await this.store?.close();
    this.store = await openStore(url);
  },
  claim({ item }) {
    return this.store.saveItem(item);
  },
  async ingest({ posts }) {
    return (await this.store.addPosts(posts, Date.now(), false)).map((post) => post.id);
  },
  lease({ name }) {
    return this.store.lease(name, String(process.pid), 60_000, 0);
  },
  /** One commit a post, each told to the parent as soon as it is confirmed, until somebody pulls the plug. */
  async pour({ posts }) {
    for (const post of posts) {
      await this.store.addPosts([post], 0, false);
      process.send({ confirmed: post.id });
    }
  },
};
const state = { ...doers, store: undefined };

process.on('message', async ({ round, does, ...what }) => {
  try {
    process.send({ round, result: (await state[does](what)) ?? null });
  } catch (error) {
    process.send({ round, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
