import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { pollEvery } from '../../src/domain/cost.ts';
import { AuthError, RateLimitedError } from '../../src/errors.ts';
import { stackexchangeConfig } from '../../src/sources/stackexchange/config.ts';
import { answerSchema, commentSchema, questionSchema } from '../../src/sources/stackexchange/shapes.ts';
import { stackexchange } from '../../src/sources/stackexchange/stackexchange.ts';
import { hostOf, toPost } from '../../src/sources/stackexchange/to-post.ts';
import { HOUR, MINUTE, SECOND } from '../contract/source-steps.ts';
import { type StackexchangeWorld, stackexchangeWorld } from '../fixtures/stackexchange/world.ts';

const worlds: StackexchangeWorld[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}): Promise<StackexchangeWorld> {
  const world = await stackexchangeWorld({ config });
  worlds.push(world);
  return world;
}

const signal = (): AbortSignal => new AbortController().signal;

async function poll(world: StackexchangeWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

const valid = { sites: ['cooking'], tags: ['kettle'] };
const paths = (world: StackexchangeWorld): string[] =>
  world.fake.service.requests.map((one) => one.path.replace('/2.3/', ''));

describe('configuration', () => {
  const problems = (config: object): string[] => {
    const parsed = stackexchangeConfig.safeParse({ ...valid, ...config });
    return parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };

  it('says in words what is wrong', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ tags: [] })[0]).toContain('give tags or words');
    expect(problems({ sites: ['https://cooking.stackexchange.com'] })[0]).toContain(
      'stackoverflow or cooking',
    );
    expect(problems({ tags: ['two words'] })[0]).toContain('must be a tag');
    expect(problems({ ours: ['Ana'] })[0]).toContain('cooking/1234');
    expect(problems({ every: '10s' })[0]).toContain('60s');
    expect(problems({ api: 'http://api.example/2.3' })[0]).toContain('https://');
    expect(problems({ sites: ['cooking', 'Cooking'] })[0]).toContain('twice');
    expect(
      problems({
        tags: ['c++', 'c#', '.net', 'étiquette'],
        ours: ['https://de.stackoverflow.com/users/7/ana'],
      }),
    ).toEqual([]);
  });

  it('budgets the quota of the day, and spreads the polls over it', () => {
    const without = stackexchangeConfig.parse(valid);
    const withKey = stackexchangeConfig.parse({ ...valid, key: 'k3y-of-an-app' });
    expect(stackexchange.budget?.(without)).toEqual({ requests: 300 });
    expect(stackexchange.budget?.(withKey)).toEqual({ requests: 10_000 });
    expect(pollEvery({ requests: 300 }, { requests: 3 }, without.every)).toBeGreaterThan(15 * MINUTE);
    expect(pollEvery({ requests: 10_000 }, { requests: 3 }, without.every)).toBe(5 * MINUTE);
  });
});

describe('objects as the API sends them', () => {
  const samples = JSON.parse(
    readFileSync(new URL('../fixtures/stackexchange/samples.json', import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  const context = (ours: string[] = []) => ({
    source: 'se',
    site: 'cooking',
    question: 131_000,
    config: stackexchangeConfig.parse({ ...valid, ours }),
  });

  it('reads a question', () => {
    const post = toPost(questionSchema.parse(samples.question), context());
    expect(post).toMatchObject({
      id: 'cooking/131000',
      conversationId: 'cooking/131000',
      replyTo: null,
      author: {
        id: 'cooking/98765',
        name: 'René & Söhne',
        url: 'https://cooking.stackexchange.com/users/98765/ren%c3%a9',
      },
      createdAt: 1_780_290_000_000,
      editedAt: 1_780_295_000_000,
      ours: false,
    });
    expect(post.text).toBe(
      'Why does my "Simmer" kettle hiss & spit?\n\nIt hisses, see this picture (https://i.sstatic.net/kettle.png) and an older question (https://cooking.stackexchange.com/q/1234).\n\n> descale it\n\nif (hot && loud) {\n    stop();\n}',
    );
  });

  it('reads an answer of a deleted account, and a comment below it', () => {
    expect(toPost(answerSchema.parse(samples.answer), context())).toMatchObject({
      id: 'cooking/131001',
      replyTo: 'cooking/131000',
      author: { name: 'user2221' },
      url: 'https://cooking.stackexchange.com/a/131001',
    });
    expect(toPost(commentSchema.parse(samples.comment), context())).toMatchObject({
      id: 'cooking/131001#comment220000',
      conversationId: 'cooking/131000',
      replyTo: 'cooking/131001',
      text: 'With vinegar? See here (https://example.com/descale).',
      editedAt: null,
    });
  });

  it('knows us by site and number, also from the address of a profile', () => {
    for (const ours of [
      'cooking/2',
      'https://cooking.stackexchange.com/users/2/mod',
      'cooking.stackexchange.com/2',
    ])
      expect(toPost(commentSchema.parse(samples.comment), context([ours])).ours).toBe(true);
    for (const ours of ['superuser/2', 'cooking/22', 'https://superuser.com/users/2'])
      expect(toPost(commentSchema.parse(samples.comment), context([ours])).ours).toBe(false);
  });

  it('knows where a site is read', () => {
    const sites = [
      'stackoverflow',
      'de.stackoverflow',
      'mathoverflow.net',
      'cooking',
      'cooking.meta',
      'meta',
      'constructor',
    ];
    expect(sites.map(hostOf)).toEqual([
      'stackoverflow.com',
      'de.stackoverflow.com',
      'mathoverflow.net',
      'cooking.stackexchange.com',
      'cooking.meta.stackexchange.com',
      'meta.stackexchange.com',
      'constructor.stackexchange.com',
    ]);
  });
});

describe('reading', () => {
  it('takes three requests when nothing is new, and two hundred answers bring two pages', async () => {
    const world = await start();
    const { fake, clock } = world;
    const question = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: clock.now() - HOUR });
    const { cursor } = await poll(world);
    expect(paths(world)).toEqual([
      'search',
      `questions/${question.id}/answers`,
      `posts/${question.id}/comments`,
    ]);
    for (let index = 0; index < 200; index++)
      fake.add({
        kind: 'answer',
        parent: question.id,
        owner: fake.user('Bob'),
        createdAt: clock.now() + index * SECOND,
      });
    await clock.advance(HOUR);
    const second = await poll(world, cursor);
    expect(second.posts.filter((post) => post.replyTo === `cooking/${question.id}`)).toHaveLength(200);
  });

  it('brings a comment on an answer to an old question, not the question', async () => {
    const world = await start();
    const { fake, clock } = world;
    const old = fake.add({
      kind: 'question',
      owner: fake.user('Ada'),
      createdAt: clock.now() - 900 * 24 * HOUR,
    });
    const first = await poll(world);
    expect(first.posts).toEqual([]);
    await clock.advance(HOUR);
    const answer = fake.add({
      kind: 'answer',
      parent: old.id,
      owner: fake.user('Bob'),
      createdAt: clock.now(),
    });
    const second = await poll(world, first.cursor);
    expect(second.posts.map((post) => post.id)).toEqual([`cooking/${answer.id}`]);
    await clock.advance(HOUR);
    const comment = fake.add({
      kind: 'comment',
      parent: answer.id,
      owner: fake.user('Eve'),
      createdAt: clock.now(),
    });
    const third = await poll(world, second.cursor);
    expect(third.posts.map((post) => [post.id, post.conversationId])).toEqual([
      // Of the last minutes before the poll, so it comes once more.
      [`cooking/${answer.id}`, `cooking/${old.id}`],
      [`cooking/${answer.id}#comment${comment.id}`, `cooking/${old.id}`],
    ]);
  });

  it('tells an edit', async () => {
    const world = await start();
    const { fake, clock } = world;
    const row = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: clock.now() - HOUR });
    const first = await poll(world);
    expect(first.posts[0]?.editedAt).toBeNull();
    await clock.advance(MINUTE);
    Object.assign(row, { body: '<p>Better words</p>', editedAt: clock.now(), activeAt: clock.now() });
    const [post] = (await poll(world, first.cursor)).posts;
    expect(post).toMatchObject({ editedAt: clock.now(), text: 'A title\n\nBetter words' });
  });

  it('finds words in questions and answers, and fetches each once', async () => {
    const world = await start({ tags: [], words: ['simmer & co'] });
    const { fake, clock } = world;
    const at = clock.now() - HOUR;
    const body = '<p>Take simmer & co</p>';
    const plain = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: at, tags: ['tea'] });
    const hit = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: at, tags: ['tea'], body });
    const answer = fake.add({
      kind: 'answer',
      parent: plain.id,
      owner: fake.user('Bob'),
      createdAt: at + SECOND,
      body,
    });
    const first = await poll(world);
    expect(first.posts.map((post) => post.id)).toEqual([`cooking/${hit.id}`, `cooking/${answer.id}`]);
    const before = world.fake.service.requests.length;
    const second = await poll(world, first.cursor);
    expect(
      paths(world)
        .slice(before)
        .map((path) => path.replace(/[\d;]+/, '…')),
    ).toEqual(['search/excerpts', 'questions/…/answers', 'posts/…/comments']);
    expect(second.posts.every((post) => first.posts.some((one) => one.id === post.id))).toBe(true);
  });

  it('says what the search dropped, with its path, and only once', async () => {
    const world = await start();
    await world.giveBroken?.();
    const first = await poll(world);
    expect(first.dropped).toEqual([
      { id: 'question_id 77', why: expect.stringMatching(/^cooking search\[0\]: .*creation_date/) },
    ]);
    expect((await poll(world, first.cursor)).dropped).toEqual([]);
  });
});

describe('limits', () => {
  it('leaves a method alone as long as backoff says, and loses nothing by it', async () => {
    const world = await start();
    const { fake, clock } = world;
    for (let index = 0; index < 150; index++)
      fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: clock.now() - HOUR + index * SECOND });
    fake.state.backoff = { '/search': 30 };
    const first = await poll(world);
    expect(first).toMatchObject({ waitMs: 30_000, more: false });
    const again = poll(world, first.cursor);
    await expect(again).rejects.toBeInstanceOf(RateLimitedError);
    await expect(again).rejects.toMatchObject({ retryAfterMs: 30_000 });
    const asked = fake.service.requests.length;
    await clock.advance(30 * SECOND);
    fake.state.backoff = {};
    const second = await poll(world, first.cursor);
    expect(fake.service.requests.length).toBeGreaterThan(asked);
    const ids = new Set([...first.posts, ...second.posts].map((post) => post.id));
    expect(ids.size).toBe(150);
  });

  it('waits when the quota of the day is nearly used up', async () => {
    const world = await start();
    world.fake.state.quota = 2;
    expect((await poll(world)).waitMs).toBe(HOUR);
  });

  it('waits a while when a throttle names no time', async () => {
    const world = await start();
    const body = JSON.stringify({
      error_id: 502,
      error_name: 'throttle_violation',
      error_message: 'Violation of backoff parameter',
    });
    world.fail({ status: 400, body });
    await expect(poll(world)).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });

  it('keeps what one site brought when a limit stops the next, and begins with that one', async () => {
    const world = await start({ sites: ['cooking', 'superuser'] });
    const { fake, clock } = world;
    const input = { kind: 'question', owner: fake.user('Ada'), createdAt: clock.now() - HOUR } as const;
    const here = fake.add(input);
    const there = fake.add({ ...input, site: 'superuser' });
    fake.state.backoff = { '/search': 10 };
    const first = await poll(world);
    expect(first.posts.map((post) => post.id)).toEqual([`cooking/${here.id}`]);
    expect(first.waitMs).toBe(10_000);
    await clock.advance(10 * SECOND);
    const second = await poll(world, first.cursor);
    expect(second.posts.map((post) => post.id)).toEqual([`superuser/${there.id}`]);
  });

  it('asks for a person when the key or a site is unknown', async () => {
    const wrongKey = await start({ key: 'another-key-0000' });
    await expect(poll(wrongKey)).rejects.toBeInstanceOf(AuthError);
    expect(wrongKey.logged()).not.toContain('another-key-0000');
    const wrongSite = await start({ sites: ['cooking', 'nowhere'] });
    await expect(poll(wrongSite)).rejects.toThrow(/nowhere/);
    const checks = await wrongSite.source.check(signal());
    expect(checks.map((check) => check.ok)).toEqual([true, false]);
    expect(checks[0]?.what).toContain('of 10000 requests left');
  });

  it('works without a key', async () => {
    const world = await start({ key: undefined });
    await poll(world);
    expect(world.fake.service.requests[0]?.query.has('key')).toBe(false);
  });
});

describe('answering', () => {
  it('is left to people on the site, and says so', async () => {
    const world = await start();
    world.fake.add({ kind: 'question', owner: world.fake.user('Ada'), createdAt: world.clock.now() });
    const [post] = (await poll(world)).posts;
    if (!post) throw new Error('nothing polled');
    expect(world.source.capabilities.reply).toBe(false);
    expect(world.source.mayNotReply?.(post)).toContain('own page');
  });
});

describe('conversations', () => {
  it('bounds a giant one, ours included, the newest last', async () => {
    const world = await start();
    const { fake, clock } = world;
    const at = clock.now() - 5 * HOUR;
    const question = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: at });
    const [post] = (await poll(world)).posts;
    if (!post) throw new Error('nothing polled');
    for (let index = 0; index < 350; index++)
      fake.add({
        kind: 'answer',
        parent: question.id,
        owner: index === 60 ? fake.user('Simmer') : fake.user('Bob'),
        createdAt: at + index * SECOND,
        body: `a${index}`,
      });
    for (let index = 0; index < 400; index++)
      fake.add({
        kind: 'comment',
        parent: question.id,
        owner: fake.user('Eve'),
        createdAt: at + HOUR + index * SECOND,
        body: `c${index}`,
      });
    const posts = (await world.source.conversation?.(post, signal())) ?? [];
    expect(posts).toHaveLength(500);
    expect([posts[0]?.id, posts.at(-1)?.text]).toEqual([post.id, 'c399']);
    expect(posts.filter((one) => one.ours).map((one) => one.text)).toEqual(['a60']);
  });

  it('sleeps through a short backoff', async () => {
    const world = await start();
    const { fake, clock } = world;
    const question = fake.add({ kind: 'question', owner: fake.user('Ada'), createdAt: clock.now() });
    const [post] = (await poll(world)).posts;
    if (!post) throw new Error('nothing polled');
    for (let index = 0; index < 150; index++)
      fake.add({ kind: 'answer', parent: question.id, owner: fake.user('Bob'), createdAt: clock.now() });
    fake.state.backoff = { '/answers': 5 };
    const reading = world.source.conversation?.(post, signal());
    while (clock.sleeping === 0) await clock.settle();
    await clock.advance(5 * SECOND);
    expect(await reading).toHaveLength(151);
  });
});
