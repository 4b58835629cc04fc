import type { Store } from '../store/store.ts';
import type { Present } from './present.ts';
import type { Watch } from './watch.ts';

/** Gaps and posts that the coverage record of a source looks back on. */
const GAPS = 5;
const LATENCY_POSTS = 500;

/**
 * What `GET /readyz` tells: the database, each chat, and each source with its coverage record – what it could not see, and
 * how long a post takes to become an item. Ready means that people are reached; a blind source is told and stops nobody.
 *
 * @param details whether the asker may read error texts and gaps, which may name hosts and accounts
 */
export async function readiness(parts: {
  readonly store: Store;
  readonly watches: ReadonlyMap<string, Watch>;
  readonly presents: ReadonlyMap<string, Present>;
  readonly details: boolean;
}): Promise<{ ready: boolean; body: object }> {
  const { store, details } = parts;
  const up = await store.ping().then(
    () => true,
    () => false,
  );
  const sources = up
    ? await Promise.all([...parts.watches.values()].map((watch) => sourceState(store, watch, details)))
    : [];
  const chats = [...parts.presents].map(([name, present]) => {
    const { state, detail } = present.health();
    return { name, state, ...(details ? { detail } : {}) };
  });
  return {
    ready: up && chats.every((chat) => chat.state === 'up'),
    body: { database: up ? 'up' : 'down', sources, chats },
  };
}

async function sourceState(store: Store, watch: Watch, details: boolean): Promise<object> {
  const { detail, ...health } = await watch.health();
  const { name } = watch.source;
  const [latency, gaps, state] = await Promise.all([
    store.latency(name, LATENCY_POSTS),
    store.gaps(name, GAPS),
    store.sourceState(name),
  ]);
  const coverage = {
    postToItemMs: { p50: latency.p50, p95: latency.p95, posts: latency.samples },
    dropped: state.dropped,
    openGaps: gaps.filter((gap) => gap.closedAt === null).length,
    ...(details ? { gaps: gaps.map(({ from, to, why, closedAt }) => ({ from, to, why, closedAt })) } : {}),
  };
  return { ...health, ...(details ? { detail } : {}), coverage };
}
