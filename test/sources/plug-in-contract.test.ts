import { resolve } from 'node:path';
import { Keyv } from 'keyv';
import { guardedFetch } from '../../src/fetch.ts';
import { loadPlugIns } from '../../src/plug-ins.ts';
import type { Source } from '../../src/sources/source.ts';
import { sourceContract } from '../contract/source.ts';
import {
  type GivenPost,
  type SourceWorld,
  testSourceContext,
  type WorldOptions,
} from '../contract/source-world.ts';
import { testClock } from '../support/clock.ts';
import { startFakeService } from '../support/fake-service.ts';

const MODULE = resolve(import.meta.dirname, '../fixtures/plug-in/guestbook.js');

/** A guest book on 127.0.0.1, and the team's own source for it: what a plug-in has to keep is tried by the same suite. */
async function guestBook({ timeoutMs }: WorldOptions): Promise<SourceWorld> {
  const clock = testClock();
  const entries: object[] = [];
  const service = await startFakeService(() => ({ body: [...entries].reverse() }));
  const { kinds, problems } = await loadPlugIns(
    `sources: { guests: { module: ${JSON.stringify(MODULE)} } }`,
    '/',
  );
  const kind = kinds[MODULE];
  if (!kind) throw new Error(JSON.stringify(problems));
  const config = kind.config.parse({ url: service.url, ours: ['Crockhaven'] });
  const { context, logged } = testSourceContext({
    name: 'guests',
    clock,
    cache: new Keyv(),
    fetch: guardedFetch({ allowPrivate: true, userAgent: 'Test', timeoutMs }),
  });
  let source: Source = await kind.create(config, context);
  return {
    get source() {
      return source;
    },
    clock,
    secrets: [],
    logged,
    lacks: {
      'newest-first': 'all entries come at once',
      'oldest-first': 'all entries come at once',
      handle: 'a guest book knows names',
      'author-url': 'a guest book knows names',
      url: 'entries have no address of their own',
      lang: 'nobody says in which language they write',
      alt: 'there are no pictures',
      auth: 'everybody may read it',
    },
    many: 60,
    async give(posts: readonly GivenPost[]) {
      for (const post of posts)
        entries.push({
          id: post.key,
          name: post.ours ? 'Crockhaven' : (post.author?.name ?? null),
          words: post.text,
          at: post.at,
          answers: post.replyTo ?? null,
        });
    },
    idOf: (key) => key,
    async giveBroken() {
      entries.push({ id: 7, words: null });
    },
    async edit(key, words) {
      const entry = entries.find((one) => 'id' in one && one.id === key);
      if (entry) Object.assign(entry, { words, changed: clock.now() });
    },
    fail: (failure) => service.fail(failure),
    async restart() {
      source = await kind.create(config, context);
      return source;
    },
    close: () => service.close(),
  };
}

sourceContract('a plug-in', guestBook);
