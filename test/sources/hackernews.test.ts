import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, UnavailableError } from '../../src/errors.ts';
import { hackernews } from '../../src/sources/hackernews/hackernews.ts';
import { readHit, readTree } from '../../src/sources/hackernews/shapes.ts';
import { toPost } from '../../src/sources/hackernews/to-post.ts';
import type { Batch } from '../../src/sources/source.ts';
import { BRAND, testSourceContext } from '../contract/source-world.ts';
import { type HackernewsWorld, hackernewsWorld } from '../fixtures/hackernews/world.ts';
import { testClock } from '../support/clock.ts';

const HOUR = 3_600_000;
const signal = (): AbortSignal => new AbortController().signal;

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/hackernews/${name}`, import.meta.url), 'utf8'));
}

async function inWorld(
  options: Parameters<typeof hackernewsWorld>[0],
  body: (world: HackernewsWorld) => Promise<void>,
): Promise<void> {
  const world = await hackernewsWorld(options);
  try {
    await body(world);
  } finally {
    await world.close();
  }
}

async function poll(world: HackernewsWorld, cursor: string | null = null): Promise<Batch> {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

async function conversation(world: HackernewsWorld, post: Post): Promise<readonly Post[]> {
  return (await world.source.conversation?.(post, signal())) ?? [];
}

function idsOf(posts: readonly Post[]): number[] {
  return posts.map((post) => Number(post.id)).sort();
}

/** Seconds before the clock of the world. */
function ago(world: HackernewsWorld, seconds: number): number {
  return world.clock.now() / 1_000 - seconds;
}

const comment = (html: string, at: number, parent: number, author = 'ada') =>
  ({ type: 'comment', html, at, parent, author }) as const;
const story = (title: string, at: number, more: { url?: string; author?: string; html?: string } = {}) =>
  ({ type: 'story', title, at, html: '', author: 'ada', ...more }) as const;

describe('what the API sends', () => {
  it('reads a comment with its entities, paragraphs, shortened links and code', () => {
    const read = readHit(fixture('comment-hit.json'));
    if (!('entry' in read)) throw new Error(read.why);
    const post = toPost(read.entry, 'hn', 'keyword', false);
    expect(post).toMatchObject({
      id: '40000007',
      conversationId: '40000001',
      replyTo: '40000003',
      createdAt: Date.UTC(2026, 5, 1, 11, 40),
      editedAt: null,
      url: 'https://news.ycombinator.com/item?id=40000007',
      author: {
        id: 'lidless',
        handle: 'lidless',
        url: 'https://news.ycombinator.com/user?id=lidless',
        avatarUrl: null,
      },
      links: ['https://shop.crockhaven.example/lids/a-very-long-address-that-hacker-news-shortens'],
    });
    expect(post.text).toMatch(
      /^I've had a Crockhaven for 3 years\. The lid is <great> & heavy\.\n\nMore at /,
    );
    expect(post.text).toContain('simmer --low');
  });

  it('reads a story: its title, and where it leads', () => {
    const read = readHit(fixture('story-hit.json'));
    if (!('entry' in read)) throw new Error(read.why);
    const post = toPost(read.entry, 'hn', 'share', false);
    expect(post.text).toBe('Show HN: A lid for Crockhaven pots\n\nhttps://www.crockhaven.example/lid?ref=hn');
    expect(post).toMatchObject({ id: '40000010', conversationId: '40000010', replyTo: null });
    expect(post.links).toEqual(['https://www.crockhaven.example/lid?ref=hn']);
  });

  it('reads a tree and leaves out what was deleted, but not the answers to it', () => {
    const entries = [...readTree(fixture('item.json'))].sort((a, b) => a.at - b.at);
    expect(entries.map(({ id, parent, story: root }) => [id, parent, root])).toEqual([
      ['40000010', null, '40000010'],
      ['40000012', '40000010', '40000010'],
      ['40000015', '40000013', '40000010'],
    ]);
    expect(entries[1]?.html).toContain('I&#x27;d buy one.');
  });

  it('reads a thread as deep as anybody cares to make it', () => {
    let tree: object = {
      id: 9_999,
      type: 'comment',
      author: 'ada',
      created_at_i: 9,
      text: 'x',
      children: [],
    };
    for (let id = 9_998; id > 0; id--)
      tree = { id, type: 'comment', author: 'ada', created_at_i: 9, text: 'x', children: [tree] };
    expect(readTree(tree)).toHaveLength(9_999);
  });
});

describe('searching', () => {
  it('asks for words in their order and nothing else, for this time only, newest first', async () => {
    await inWorld({ config: { keywords: ['the "big" pot'], domains: [], ours: [] } }, async (world) => {
      await poll(world);
      const [request] = world.fake.service.requests;
      expect(request?.path).toBe('/api/v1/search_by_date');
      expect(Object.fromEntries(request?.query ?? [])).toMatchObject({
        query: '"the  big  pot"',
        tags: '(story,comment,poll)',
        numericFilters: `created_at_i>=${ago(world, 86_400)}`,
        restrictSearchableAttributes: 'title,story_text,comment_text,url',
        queryType: 'prefixNone',
        typoTolerance: 'false',
        analytics: 'false',
      });
    });
  });

  it('looks for the brand by itself, but not for users who are called like it', async () => {
    await inWorld({ config: { ours: [] } }, async (world) => {
      const named = world.add(story('Which pots?', ago(world, 60), { author: 'Crockhaven' }));
      const about = world.add(story('Crockhaven or not', ago(world, 60)));
      const { posts } = await poll(world);
      expect(idsOf(posts)).toEqual([about]);
      expect(idsOf(posts)).not.toContain(named);
    });
  });

  it('finds links to our sites and not words that look like them', async () => {
    await inWorld({ config: { keywords: [] } }, async (world) => {
      const other = world.add(story('A list', ago(world, 99)));
      const shared = world.add(story('A pot', ago(world, 90), { url: 'https://www.crockhaven.example/pot' }));
      const linked = world.add(
        comment('see <a href="https:&#x2F;&#x2F;crockhaven.example&#x2F;a">here</a>', ago(world, 80), other),
      );
      const written = world.add(comment('I bought it at crockhaven.example.', ago(world, 70), other));
      world.add(comment('A crockhaven example is what we need', ago(world, 60), other));
      world.add(story('A copy', ago(world, 50), { url: 'https://crockhaven.example.evil.test/' }));
      world.add(story('A dash', ago(world, 50), { url: 'https://my-crockhaven.example/' }));
      const { posts } = await poll(world);
      expect(idsOf(posts)).toEqual([shared, linked, written]);
      expect(new Set(posts.map((post) => post.via))).toEqual(new Set(['share']));
    });
  });

  it('loses nothing beyond the 1,000 hits of a query, also when hundreds share a second', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      const expected: number[] = [];
      for (let index = 0; index < 1_450; index++)
        expected.push(world.add(story('Crockhaven', ago(world, 60 + Math.floor(index / 90)))));
      const batch = await poll(world);
      expect(idsOf(batch.posts)).toEqual(expected.sort());
      expect(batch.gap).toBeUndefined();
      expect(world.fake.service.requests.every((request) => !request.query.has('page'))).toBe(true);
    });
  });

  it('says which time is missing when there is more than can be read', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      for (let index = 0; index < 3_300; index++) world.add(story('Crockhaven', ago(world, 60 + index)));
      const batch = await poll(world);
      expect(batch.posts.length).toBeGreaterThan(2_900);
      expect(batch.gap?.from).toBe(world.clock.now() - 24 * HOUR);
      expect(batch.gap?.to).toBe(Math.min(...batch.posts.map((post) => post.createdAt)));
    });
  });

  it('finds what the index shows hours late, once', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      const id = world.add({ ...story('Crockhaven', ago(world, 60)), lagging: true });
      const first = await poll(world);
      expect(first.posts).toEqual([]);
      await world.clock.advance(2 * HOUR);
      const second = await poll(world, first.cursor);
      expect(second.posts).toEqual([]);
      Object.assign(world.fake.items.get(id) ?? {}, { lagging: false });
      const third = await poll(world, second.cursor);
      expect(idsOf(third.posts)).toEqual([id]);
      expect((await poll(world, third.cursor)).posts).toEqual([]);
    });
  });

  it('brings what was changed within the window once more, and what an earlier version remembered not', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      const id = world.add(story('Crockhaven', ago(world, 60), { html: 'one' }));
      const first = await poll(world);
      expect(idsOf(first.posts)).toEqual([id]);
      Object.assign(world.fake.items.get(id) ?? {}, { html: 'two' });
      const second = await poll(world, first.cursor);
      expect(second.posts).toMatchObject([{ id: String(id), text: 'Crockhaven\n\ntwo', editedAt: null }]);
      expect((await poll(world, second.cursor)).posts).toEqual([]);
      const old = JSON.stringify({ ...JSON.parse(first.cursor ?? ''), seen: [String(id)] });
      const third = await poll(world, old);
      expect(third.posts).toEqual([]);
      // It is looked at again once, however often it was changed.
      expect(JSON.parse(second.cursor ?? '').watched).toHaveLength(1);
    });
  });

  it('counts every request before it is made, and makes none when the meter says no', async () => {
    await inWorld({}, async (world) => {
      await poll(world);
      await world.source.check(signal());
      expect(world.spent()).toBe(world.fake.service.requests.length);
      expect(world.source.pollCost).toEqual({ requests: 4 });
      const { context } = testSourceContext({
        name: 'hn',
        clock: testClock(),
        fetch,
        meter: {
          spend: () => Promise.reject(new RateLimitedError('The budget of the day is spent.', 1_000)),
        },
      });
      const config = hackernews.config.parse({ api: world.fake.url, allowPrivate: true });
      const source = await hackernews.create(config, context);
      const before = world.fake.service.requests.length;
      await expect(source.poll?.(null, signal())).rejects.toBeInstanceOf(RateLimitedError);
      expect(world.fake.service.requests).toHaveLength(before);
    });
  });
});

describe('reading on', () => {
  it('reads every comment under our stories and those that link to us, and answers to our comments', async () => {
    await inWorld({ config: { keywords: ['crockhaven'] } }, async (world) => {
      const mine = world.add(story('Show HN: our lid', ago(world, 900), { author: 'Crockhaven' }));
      const shared = world.add(story('A pot', ago(world, 900), { url: 'https://crockhaven.example/' }));
      const asked = world.add(story('Crockhaven, or what?', ago(world, 900)));
      const far = world.add(story('Knitting', ago(world, 900)));
      const ours = world.add(comment('Hello from the makers', ago(world, 800), far, 'Crockhaven'));
      const under = world.add(comment('How heavy is it?', ago(world, 700), mine));
      const below = world.add(comment('Nice photo', ago(world, 700), shared));
      const answer = world.add(comment('Thank you!', ago(world, 700), ours));
      // Under a story that only has a word in common, and beside our comment, nobody speaks to us.
      world.add(comment('I use a pan', ago(world, 700), asked));
      world.add(comment('I knit', ago(world, 700), far));
      const { posts, cursor } = await poll(world);
      expect(idsOf(posts)).toEqual([mine, shared, asked, ours, under, below, answer]);
      const via = new Map(posts.map((post) => [Number(post.id), post.via]));
      expect(via.get(mine)).toBe('comment');
      expect(via.get(ours)).toBe('reply');
      expect(via.get(shared)).toBe('share');
      expect(via.get(under)).toBe('reply');
      expect(via.get(below)).toBe('comment');
      expect(via.get(answer)).toBe('reply');
      expect(via.get(asked)).toBe('keyword');

      await world.clock.advance(48 * HOUR);
      const later = world.add(comment('Still heavy?', ago(world, 60), under));
      const second = await poll(world, cursor);
      expect(idsOf(second.posts)).toEqual([later]);

      await world.clock.advance(48 * HOUR);
      world.add(comment('Too late', ago(world, 60), under));
      expect((await poll(world, second.cursor)).posts).toEqual([]);
    });
  });

  it('reads nothing on when follow is 0s', async () => {
    await inWorld({ config: { follow: '0s' } }, async (world) => {
      const mine = world.add(story('Show HN: our lid', ago(world, 900), { author: 'Crockhaven' }));
      world.add(comment('How heavy is it?', ago(world, 700), mine));
      expect(idsOf((await poll(world)).posts)).toEqual([mine]);
    });
  });

  it('knows our people by their exact names', async () => {
    await inWorld({}, async (world) => {
      world.add(story('Crockhaven one', ago(world, 60), { author: 'crockhaven' }));
      world.add(story('Crockhaven two', ago(world, 60), { author: 'Crockhaven' }));
      const { posts } = await poll(world);
      expect(posts.map((post) => [post.author.id, post.ours]).sort()).toEqual([
        ['Crockhaven', true],
        ['crockhaven', false],
      ]);
    });
  });
});

describe('what was deleted', () => {
  it('is reported once, three hours after it was written', async () => {
    await inWorld({ config: { domains: [] } }, async (world) => {
      await world.give([
        {
          key: 'gone',
          text: 'Crockhaven is bad',
          author: { name: 'eve', handle: 'eve' },
          at: world.clock.now(),
        },
        {
          key: 'stays',
          text: 'Crockhaven is good',
          author: { name: 'ada', handle: 'ada' },
          at: world.clock.now(),
        },
      ]);
      const first = await poll(world);
      expect(first.posts).toHaveLength(2);
      await world.remove?.('gone');
      await world.clock.advance(HOUR);
      const second = await poll(world, first.cursor);
      expect(second.deleted).toBeUndefined();
      await world.clock.advance(2 * HOUR);
      const third = await poll(world, second.cursor);
      expect(third.deleted).toEqual([world.idOf('gone')]);
      await world.clock.advance(HOUR);
      const before = world.fake.service.requests.length;
      expect((await poll(world, third.cursor)).deleted).toBeUndefined();
      const paths = world.fake.service.requests.slice(before).map((request) => request.path);
      expect(paths.filter((path) => path.includes('/items/'))).toEqual([]);
    });
  });

  it('also when the item is not there at all, at most five requests a poll', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      const given = Array.from({ length: 12 }, () => world.add(story('Crockhaven', ago(world, 60))));
      let { cursor } = await poll(world);
      for (const id of given) world.fake.items.delete(id);
      await world.clock.advance(4 * HOUR);
      const counts: number[] = [];
      for (let round = 0; round < 4; round++) {
        const batch = await poll(world, cursor);
        counts.push(batch.deleted?.length ?? 0);
        cursor = batch.cursor;
      }
      expect(counts).toEqual([5, 5, 2, 0]);
    });
  });

  it('a look that fails neither loses posts nor forgets to look', async () => {
    await inWorld({ config: { domains: [], ours: [] } }, async (world) => {
      const gone = world.add(story('Crockhaven', ago(world, 60)));
      const first = await poll(world);
      world.fake.items.delete(gone);
      await world.clock.advance(4 * HOUR);
      const fresh = world.add(story('Crockhaven again', ago(world, 60)));
      const inner = world.fake.service;
      const broken = inner.nextRequest().then(() => inner.fail({ status: 503 }));
      const second = await poll(world, first.cursor);
      await broken;
      inner.fail(null);
      expect(idsOf(second.posts)).toEqual([fresh]);
      expect(second.deleted).toBeUndefined();
      expect((await poll(world, second.cursor)).deleted).toEqual([String(gone)]);
    });
  });
});

describe('a conversation', () => {
  async function giant(world: HackernewsWorld, bytes: number) {
    const root = world.add(story('Crockhaven, the thread', ago(world, 80_000)));
    const filler = 'x'.repeat(bytes);
    let parent = root;
    const way: number[] = [];
    for (let depth = 0; depth < 5; depth++) {
      parent = world.add(comment(`level ${depth}`, ago(world, 79_000 - depth), parent));
      way.push(parent);
    }
    const about = world.add(comment('my Crockhaven broke', ago(world, 78_000), parent, 'eve'));
    const ours = world.add(comment('Sorry!', ago(world, 77_000), about, 'Crockhaven'));
    const elsewhere = world.add(comment('We are here too', ago(world, 77_000), root, 'Crockhaven'));
    const below = world.add(comment('And now?', ago(world, 76_000), ours, 'eve'));
    for (let index = 0; index < 10_000; index++)
      world.add(comment(`noise ${index} ${filler}`, ago(world, 70_000 - index), root, 'bob'));
    return { root, way, about, ours, elsewhere, below };
  }

  it('of 10,000 comments is the story, the way to the post, ours, what is below, the newest', async () => {
    await inWorld({ config: { domains: [], follow: '0s' } }, async (world) => {
      const { root, way, about, ours, elsewhere, below } = await giant(world, 10);
      const { posts } = await poll(world);
      const post = posts.find((one) => one.id === String(about));
      if (!post) throw new Error('not delivered');
      const shown = await conversation(world, post);
      expect(shown).toHaveLength(500);
      const ids = new Set(shown.map((one) => Number(one.id)));
      for (const id of [root, ...way, about, ours, elsewhere, below]) expect(ids.has(id)).toBe(true);
      const times = shown.map((one) => one.createdAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(shown.filter((one) => one.ours).map((one) => Number(one.id))).toEqual([ours, elsewhere]);
      expect(shown.at(-1)?.text).toMatch(/^noise 9999/);
      expect(new Set(shown.map((one) => one.conversationId))).toEqual(new Set([String(root)]));
    });
  });

  it('that is more than one answer can hold is its branch', async () => {
    await inWorld({ config: { domains: [], follow: '0s' } }, async (world) => {
      const { root, about, ours, below } = await giant(world, 1_000);
      const { posts } = await poll(world);
      const post = posts.find((one) => one.id === String(about));
      if (!post) throw new Error('not delivered');
      const shown = await conversation(world, post);
      expect(shown.map((one) => Number(one.id))).toEqual([root, about, ours, below]);
    });
  });

  it('shows the post although the tree does not hold it yet', async () => {
    await inWorld({}, async (world) => {
      const root = world.add(story('Pots', ago(world, 900)));
      const about = world.add(comment('Crockhaven!', ago(world, 60), root));
      const post = (await poll(world)).posts.find((one) => one.id === String(about));
      if (!post) throw new Error('not delivered');
      // Hung up elsewhere, so that the story's tree is without it.
      world.fake.items.set(about, { ...comment('Crockhaven!', ago(world, 60), 1), id: about });
      expect((await conversation(world, post)).map((one) => Number(one.id))).toEqual([root, about]);
      world.fake.items.delete(about);
      expect(await conversation(world, post)).toEqual([]);
    });
  });

  it('is an error, and not empty, while the service is out of order', async () => {
    await inWorld({}, async (world) => {
      world.add(story('Crockhaven', ago(world, 60)));
      const [post] = (await poll(world)).posts;
      if (!post) throw new Error('not delivered');
      world.fail({ status: 503 });
      await expect(conversation(world, post)).rejects.toBeInstanceOf(UnavailableError);
    });
  });
});

describe('refusals', () => {
  it('a blocked address is told as such', async () => {
    await inWorld({}, async (world) => {
      world.fail({ status: 403, body: '{"message":"Forbidden"}' });
      const error = await poll(world).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuthError);
      expect(String(error)).toMatch(/blocked.*support@algolia\.com/);
    });
  });

  it('a limit without a time waits ten minutes', async () => {
    await inWorld({}, async (world) => {
      world.fail({ status: 429, body: '{"message":"Too many requests"}' });
      const error = await poll(world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ retryAfterMs: 600_000 });
    });
  });

  it('answers of something else are no empty day', async () => {
    await inWorld({}, async (world) => {
      world.fail({ status: 200, body: '{"ok":true}' });
      await expect(poll(world)).rejects.toBeInstanceOf(UnavailableError);
    });
  });
});

describe('the configuration', () => {
  const wrong = (config: object): string => {
    const parsed = hackernews.config.safeParse(config);
    return parsed.success ? '' : parsed.error.issues.map((issue) => issue.message).join('; ');
  };

  it('says in words what is wrong', () => {
    expect(wrong({})).toBe('');
    expect(wrong({ domains: ['https://crockhaven.example/'] })).toContain('without https://');
    expect(wrong({ ours: ['Ada Löve'] })).toContain('must be a Hacker News user name');
    expect(wrong({ every: '5s' })).toContain('must not be shorter than 30s');
    expect(wrong({ keywords: Array(21).fill('pot') })).toContain('at most 20');
    expect(wrong({ api: 'hn' })).toContain('must be the http(s) address');
    expect(wrong({ keyword: 'pot' })).toContain('keyword');
  });

  it('a source that looks for nothing says so, and asks for nothing', async () => {
    const nobody = { names: [], competitors: [], domains: [] };
    await inWorld({ brand: nobody, config: { ours: [] } }, async (world) => {
      const checks = await world.source.check(signal());
      expect(checks).toHaveLength(1);
      expect(checks[0]).toMatchObject({ ok: false, remedy: expect.stringContaining('keywords') });
      expect((await poll(world)).posts).toEqual([]);
      expect(world.fake.service.requests).toEqual([]);
    });
  });

  it('names a user whom Hacker News does not know', async () => {
    await inWorld({ config: { ours: ['Crockhaven', 'typo'] }, brand: BRAND }, async (world) => {
      const checks = await world.source.check(signal());
      expect(checks.map((check) => check.ok)).toEqual([true, true, false]);
      expect(checks[2]?.remedy).toContain('knows no user typo');
    });
  });
});
