import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError } from '../../src/errors.ts';
import { readPage } from '../../src/sources/x/entities.ts';
import { hasLink, measure, weightedLength } from '../../src/sources/x/measure.ts';
import { signatureOf } from '../../src/sources/x/oauth1.ts';
import { tweetToPost } from '../../src/sources/x/to-post.ts';
import { x } from '../../src/sources/x/x.ts';
import { BRAND, OAUTH1, OAUTH2 } from '../fixtures/x/fake-x.ts';
import { type XWorld, xWorld } from '../fixtures/x/world.ts';

const signal = (): AbortSignal => new AbortController().signal;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ADA = { name: 'Ada', handle: 'ada' };
const EVE = { id: '5', name: 'Eve', username: 'eve' };

async function using(options: Parameters<typeof xWorld>[0], body: (world: XWorld) => Promise<void>) {
  const world = await xWorld(options);
  try {
    await body(world);
  } finally {
    await world.close();
  }
}
async function poll(world: XWorld, cursor: string | null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('this source polls');
  return batch;
}
const send = async (world: XWorld, post: Post, text: string) =>
  world.source.reply?.(post, text, { idempotencyKey: 'k', signal: signal() });
const ask = async (world: XWorld): Promise<Post> => {
  await world.give([{ key: 'ask', text: 'Oven?', author: ADA, at: world.clock.now() - MINUTE }]);
  const post = (await poll(world, null)).posts.find((one) => one.id === world.idOf('ask'));
  if (!post) throw new Error('the question was not delivered');
  return post;
};

describe('a signature', () => {
  it('is the one of X’s documentation', () => {
    // https://docs.x.com/fundamentals/authentication/oauth-1-0a/authorizing-a-request, for the address it was made for.
    const params: [string, string][] = [
      ['include_entities', 'true'],
      ['oauth_consumer_key', 'xvz1evFS4wEEPTGEFPHBog'],
      ['oauth_nonce', 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '1318622958'],
      ['oauth_token', '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb'],
      ['oauth_version', '1.0'],
      ['status', 'Hello Ladies + Gentlemen, a signed OAuth request!'],
    ];
    const keys = {
      apiSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
      accessSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
    };
    expect(signatureOf('POST', 'https://api.twitter.com/1/statuses/update.json', params, keys)).toBe(
      'tnnArxj06cWHq44gCs1OSKk/jLY=',
    );
  });
});

describe('the weight of a text', () => {
  // Each figure is what twitter-text 3.1.0 says (parseTweet().weightedLength).
  it.each([
    ['It does 👩‍👩‍👧‍👦.', 11],
    ['你好', 4],
    ['see example.com/a now', 31],
    ['https://example.com/lid?a=1&b=2', 23],
    ['e\u0301 café', 6],
    ['“x” – … ‘y’ ₂', 15],
    ['foo@bar.com', 11],
    ['🇩🇪', 2],
    ['☺️', 2],
    ['http://localhost/x', 18],
    ['test.de.', 24],
    ['$AAPL', 5],
    ['⌘', 2],
    ['1️⃣', 2],
    ['👍🏽', 2],
    ['Grüße (https://example.com/a).', 32],
  ])('%s counts %i', (text, length) => expect(weightedLength(text)).toBe(length));

  it('takes what only may be a link for the longer of the two', () => {
    expect(weightedLength('index.html')).toBe(23);
    expect(weightedLength('a-very-long-name-of-a-file-that-is-none.html')).toBe(44);
    expect(['see example.com', 'https://a.de/x', 'mail foo@bar.com', 'v1.2 and 3.4'].map(hasLink)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('fits to the last character, and no further', () => {
    expect(measure('a'.repeat(280))).toMatchObject({ length: 280, problem: null });
    expect(measure(`${'a'.repeat(257)}https://example.com/${'b'.repeat(500)}`).problem).not.toBeNull();
    expect(measure(`${'a'.repeat(256)} https://example.com/${'b'.repeat(500)}`)).toMatchObject({
      length: 280,
      problem: null,
    });
    expect(measure('👍'.repeat(141)).problem).toMatch(/280/);
    expect(measure('Buy $AAPL and $MSFT').problem).toMatch(/cashtag/);
    expect(measure('It costs $5 or $US6, $AAPL').problem).toBeNull();
  });

  it('is found in a moment, whatever is typed', () => {
    const started = performance.now();
    for (const piece of ['a.', '👩‍👩‍👧‍👦', 'https://', '你', '$A ', '@a'])
      measure(piece.repeat(24_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a post as X sends it', () => {
  const json = JSON.parse(readFileSync(new URL('../fixtures/x/mentions.json', import.meta.url), 'utf8'));
  const page = readPage(json, []);
  const post = (index: number): Post => {
    const tweet = page.tweets[index];
    if (!tweet) throw new Error('no such post');
    const author = page.users.get(tweet.author_id ?? '') ?? null;
    return tweetToPost(tweet, { source: 'ex', via: 'mention', ours: false, author, media: page.media });
  };

  it('keeps the id of its first version when it was edited, and says when', () => {
    expect(post(0)).toMatchObject({
      id: '2061404503654400001',
      conversationId: '2061404503654400001',
      url: 'https://x.com/ada/status/2061405132800000002',
      createdAt: Number(2_061_404_503_654_400_001n >> 22n) + 1_288_834_974_657,
      editedAt: Number(2_061_405_132_800_000_002n >> 22n) + 1_288_834_974_657,
    });
  });

  it('reads as a person sees it: links in full, pictures as pictures', () => {
    expect(post(0).text).toBe(
      '@crockhaven is <this> lid oven-safe? R&D says no https://example.com/lids?a=1&b=2',
    );
    expect(post(0).links).toEqual(['https://example.com/lids?a=1&b=2']);
    expect(post(0).media).toEqual([{ url: 'https://pbs.twimg.com/media/pot.jpg', alt: 'A cracked lid' }]);
  });

  it('is read to its end when it is long, also when its author is gone', () => {
    expect(post(2)).toMatchObject({ lang: null, author: { id: '888', handle: 'unknown' }, editedAt: null });
    expect(post(2).text).toMatch(/until https:\/\/example\.com\/end$/);
  });
});

describe('reading', () => {
  it('tells the meter what X bills, to the cent, each post once a day', () =>
    using({}, async (world) => {
      await world.give([
        { key: 'a', text: 'One', author: ADA, at: world.clock.now() - MINUTE, alt: 'A pot' },
        { key: 'b', text: 'Two', author: ADA, at: world.clock.now() - MINUTE },
      ]);
      const first = await poll(world, null);
      // Two posts, their author, a picture, and who we are.
      expect(world.dollars()).toBeCloseTo(0.005 * 2 + 0.01 + 0.005 + 0.01, 6);
      await poll(world, first.cursor);
      await world.source.conversation?.(first.posts[0] as Post, signal());
      expect(world.dollars()).toBeCloseTo(world.fake.bill(), 6);
    }));

  it('costs nothing when nothing was written', () =>
    using({}, async (world) => {
      const first = await poll(world, null);
      const before = world.dollars();
      await world.clock.advance(HOUR);
      await poll(world, first.cursor);
      expect(world.dollars()).toBe(before);
    }));

  it('delivers what it paid for, then reads no more until midnight UTC, also after a restart', () =>
    using({ limit: 0.05 }, async (world) => {
      const at = world.clock.now() - MINUTE;
      await world.give(
        Array.from({ length: 10 }, (_, index) => ({ key: `p${index}`, text: `${index}`, author: ADA, at })),
      );
      // The own timeline comes after the mentions have overdrawn the day.
      const first = await poll(world, null);
      expect(first.posts).toHaveLength(10);
      expect(first.waitMs).toBe(12 * HOUR);
      await world.restart();
      const error = await poll(world, null).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitedError);
      expect((error as RateLimitedError).retryAfterMs).toBe(12 * HOUR);
    }));

  it('knows a search from a mention, and takes the mention where both find a post', () =>
    using({ config: { ...OAUTH1, search: 'pots' } }, async (world) => {
      const at = world.clock.now() - MINUTE;
      const found = world.fake.add({ author: EVE, text: 'I like pots', at });
      await world.give([{ key: 'both', text: 'pots', author: ADA, at }]);
      const { posts } = await poll(world, null);
      const via = new Map(posts.map((post) => [post.id, post.via]));
      expect(via.get(found.id)).toBe('keyword');
      expect(via.get(world.idOf('both'))).toBe('mention');
    }));

  it('says what a search can no longer find after a long silence', () =>
    using({ config: { ...OAUTH1, search: 'pots' } }, async (world) => {
      const first = await poll(world, null);
      const since = world.clock.now();
      await world.clock.advance(10 * DAY);
      const second = await poll(world, first.cursor);
      expect(second.gap).toEqual({ from: since - 30 * MINUTE, to: world.clock.now() - 7 * DAY + HOUR });
    }));

  it('hands over what it has after four pages, and goes on from there', () =>
    using({}, async (world) => {
      const at = world.clock.now() - HOUR;
      await world.give(
        Array.from({ length: 230 }, (_, index) => ({
          key: `p${index}`,
          text: `${index}`,
          author: ADA,
          at: at - index * 1_000,
        })),
      );
      const first = await poll(world, null);
      expect(first.more).toBe(true);
      const second = await poll(world, first.cursor);
      expect(second.more).toBe(false);
      expect(new Set([...first.posts, ...second.posts].map((post) => post.id)).size).toBe(230);
    }));

  it('looks at a conversation for a bounded price', () =>
    using({}, async (world) => {
      const post = await ask(world);
      for (let index = 0; index < 10_000; index++)
        world.fake.add({
          author: EVE,
          text: `${index}`,
          at: world.clock.now() - MINUTE + index,
          replyTo: post.id,
        });
      const before = world.dollars();
      const thread = (await world.source.conversation?.(post, signal())) ?? [];
      expect(thread).toHaveLength(51);
      expect(thread[0]?.id).toBe(post.id);
      expect(world.dollars() - before).toBeLessThan(0.3);
    }));
});

describe('a conversation', () => {
  it('has the newest words of a post that was changed, for the price of one more', () =>
    using({}, async (world) => {
      const post = await ask(world);
      const before = world.dollars();
      await world.source.conversation?.(post, signal());
      const plain = world.dollars() - before;
      await world.clock.advance(MINUTE);
      await world.edit?.('ask', 'Large oven?');
      const at = world.dollars();
      const around = await world.source.conversation?.(post, signal());
      expect(around).toMatchObject([
        {
          id: post.id,
          text: 'Large oven? @crockhaven',
          createdAt: post.createdAt,
          editedAt: world.clock.now(),
        },
      ]);
      expect(world.dollars() - at).toBeCloseTo(plain + 0.005, 6);
    }));
});

describe('signing in', () => {
  it('uses each refresh token once, and remembers the next one over a restart', () =>
    using({ config: OAUTH2 }, async (world) => {
      const first = await poll(world, null);
      await world.restart();
      await poll(world, first.cursor);
      world.fake.revokeToken();
      await poll(world, first.cursor);
      await world.clock.advance(3 * HOUR);
      await poll(world, first.cursor);
      expect(world.fake.refreshes()).toBe(4);
    }));

  it('does not use up a refresh token twice when two ask at once', () =>
    using({ config: OAUTH2 }, async (world) => {
      await Promise.all([poll(world, null), poll(world, null), world.source.check(signal())]);
      expect(world.fake.refreshes()).toBe(1);
    }));

  it('says what to do with a refresh token that was used up', () =>
    using({ config: { ...OAUTH2, refreshToken: 'used-up-long-ago' } }, async (world) => {
      await expect(poll(world, null)).rejects.toBeInstanceOf(AuthError);
      await expect(poll(world, null)).rejects.toThrow(/good once/);
    }));

  it('asks a person to pay when the credits are used up', () =>
    using({}, async (world) => {
      const body = '{"title":"CreditsDepleted","detail":"Your account has no credits.","type":"about:blank"}';
      world.fail({ status: 402, body });
      await expect(poll(world, null)).rejects.toThrow(/credits/);
      await expect(poll(world, null)).rejects.toBeInstanceOf(AuthError);
    }));

  it('waits for the day’s limit when that is what is used up', () =>
    using({}, async (world) => {
      const now = world.clock.now();
      const seconds = (at: number): string => String(at / 1_000);
      world.fail({
        status: 429,
        headers: {
          'x-rate-limit-reset': seconds(now + 15 * MINUTE),
          'x-user-limit-24hour-remaining': '0',
          'x-user-limit-24hour-reset': seconds(now + 5 * HOUR),
        },
      });
      const error = await poll(world, null).catch((thrown: unknown) => thrown);
      expect((error as RateLimitedError).retryAfterMs).toBe(5 * HOUR);
    }));
});

describe('answering', () => {
  it('knows before anybody claims whom X lets us answer', () =>
    using({ config: { ...OAUTH1, search: 'pots' } }, async (world) => {
      const post = await ask(world);
      world.fake.add({ author: EVE, text: 'I like pots', at: world.clock.now() - MINUTE });
      const found = (await poll(world, null)).posts.find((one) => one.via === 'keyword') as Post;
      expect(world.source.mayNotReply?.(post)).toBeNull();
      expect(world.source.mayNotReply?.(found)).toMatch(/only those who mention us/);
      await expect(send(world, found, 'So do we')).rejects.toBeInstanceOf(RejectedError);
      expect(world.fake.created).toEqual([]);
    }));

  it('answers anyone with an Enterprise contract', () =>
    using({ config: { ...OAUTH1, search: 'pots', repliesToAnyone: true } }, async (world) => {
      world.fake.quirks.anyone = true;
      world.fake.add({ author: EVE, text: 'I like pots', at: world.clock.now() - MINUTE });
      const [found] = (await poll(world, null)).posts;
      expect(world.source.mayNotReply).toBeUndefined();
      await send(world, found as Post, 'So do we');
      expect(world.fake.created).toHaveLength(1);
    }));

  it('counts what an answer costs: thirteen times as much with a link', () =>
    using({}, async (world) => {
      const post = await ask(world);
      const before = world.dollars();
      await send(world, post, 'It does.');
      expect(world.dollars() - before).toBeCloseTo(0.015, 6);
      await send(world, post, 'See https://example.com/lid');
      expect(world.dollars() - before).toBeCloseTo(0.215, 6);
      expect(world.dollars()).toBeCloseTo(world.fake.bill(), 6);
    }));

  it('sends nothing when the budget has no room for it', () =>
    using({ limit: 0.03 }, async (world) => {
      const post = await ask(world);
      await expect(send(world, post, 'It does.')).rejects.toBeInstanceOf(RateLimitedError);
      expect(world.fake.created).toEqual([]);
    }));

  it.each([
    [
      'the author did not speak to us',
      'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author.',
      'does not let us answer',
    ],
    [
      'the words were posted before',
      'You are not allowed to create a Tweet with duplicate content.',
      'only once',
    ],
  ])('says why X refused: %s', (_, detail, words) =>
    using({}, async (world) => {
      world.fake.quirks.refuses = { status: 403, type: 'about:blank', detail };
      const error = await send(world, await ask(world), 'Hello').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RejectedError);
      expect((error as Error).message).toContain(words);
    }),
  );

  it('tells an app without permission from a refused post', () =>
    using({}, async (world) => {
      world.fake.quirks.refuses = { status: 403, type: 'oauth1-permissions', detail: 'Not configured' };
      await expect(send(world, await ask(world), 'Hello')).rejects.toBeInstanceOf(AuthError);
    }));

  it('publishes a post of our own', () =>
    using({}, async (world) => {
      const text = 'Potluck today: what is <your> dish? R&D likes https://example.com/a?b=1&c=2';
      const [post] = (await world.source.publish?.(text, { idempotencyKey: 'k', signal: signal() })) ?? [];
      expect(post).toMatchObject({
        text,
        ours: true,
        via: 'comment',
        replyTo: null,
        conversationId: post?.id,
      });
      expect(post?.links).toEqual(['https://example.com/a?b=1&c=2']);
      const polled = (await poll(world, null)).posts.find((one) => one.id === post?.id);
      expect(polled).toMatchObject({ text, ours: true, author: { handle: BRAND.username } });
    }));
});

describe('configuration', () => {
  it.each([
    ['no budget', { ...OAUTH1 }, 'dollarsPerDay'],
    ['a budget of nothing', { ...OAUTH1, dollarsPerDay: 0 }, 'no free reading'],
    ['no credentials', { dollarsPerDay: 1 }, 'OAuth 1.0a'],
    ['half of OAuth 1.0a', { ...OAUTH1, accessSecret: undefined, dollarsPerDay: 1 }, 'accessSecret missing'],
    ['half of OAuth 2.0', { clientId: OAUTH2.clientId, dollarsPerDay: 1 }, 'belong together'],
    ['both', { ...OAUTH1, ...OAUTH2, dollarsPerDay: 1 }, 'not both'],
    ['a look-back beyond the search', { ...OAUTH1, dollarsPerDay: 1, lookback: '9d' }, 'recent search'],
    ['an unknown field', { ...OAUTH1, dollarsPerDay: 1, serach: 'x' }, 'serach'],
  ])('refuses %s in words', (_, config, words) => {
    const result = x.config.safeParse(config);
    expect(JSON.stringify(result.error?.issues ?? [])).toContain(words);
  });

  it('makes the budget of what may be spent a day, and the check says what costs what', () =>
    using({}, async (world) => {
      const config = x.config.parse({ ...OAUTH1, dollarsPerDay: 2.5 });
      expect(x.budget?.(config)).toEqual({ dollars: 2.5 });
      const checks = await world.source.check(signal());
      expect(checks.map((check) => check.what).join('\n')).toMatch(/\$1\.00 a day.*\$0\.015.*link \$0\.20/);
    }));
});
