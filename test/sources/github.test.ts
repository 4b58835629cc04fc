import { afterEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { github } from '../../src/sources/github/github.ts';
import { HOUR, MINUTE, SECOND } from '../contract/source-steps.ts';
import { type GithubWorld, githubWorld, REPOSITORY } from '../fixtures/github/world.ts';

const worlds: GithubWorld[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(options: Parameters<typeof githubWorld>[0] = {}): Promise<GithubWorld> {
  const world = await githubWorld(options);
  worlds.push(world);
  return world;
}

const signal = (): AbortSignal => new AbortController().signal;

async function poll(world: GithubWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

const answer = (world: GithubWorld, post: Post, text: string) =>
  world.source.reply?.(post, text, { idempotencyKey: 'reply-1', signal: signal() }) ??
  Promise.reject(new Error('no reply'));

/** A post of the poll whose text begins like this. */
async function find(world: GithubWorld, start: string): Promise<Post> {
  const { posts } = await poll(world);
  const post = posts.find((one) => one.text.startsWith(start));
  if (!post) throw new Error(`no ${start} among ${posts.map((one) => one.text).join(' | ')}`);
  return post;
}

describe('configuration', () => {
  const problems = (config: object): string[] => {
    const parsed = github.config.safeParse({
      token: 'ghp_0123456789',
      repositories: ['simmer/kettle'],
      ...config,
    });
    return parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };

  it('takes a repository as it stands in the address line', () => {
    const parsed = github.config.parse({
      token: 'ghp_0123456789',
      repositories: ['https://github.com/simmer/kettle.git'],
    });
    expect(parsed).toMatchObject({
      repositories: ['simmer/kettle'],
      every: 60_000,
      lookback: 24 * HOUR,
      ours: [],
    });
  });

  it('says in words what is wrong', () => {
    expect(problems({ repositories: [] })[0]).toContain('names nothing to watch');
    expect(problems({ repositories: ['kettle'] })[0]).toContain('must be owner/name');
    expect(problems({ repositories: ['a/b', 'A/B'] })[0]).toContain('twice');
    expect(problems({ every: '10s' })[0]).toContain('60s');
    expect(problems({ api: 'http://github.example/api/v3' })[0]).toContain('https://');
    expect(problems({ secret: 'short' })[0]).toContain('16');
    expect(problems({ words: ['a"b'] })[0]).toContain('must not hold');
    expect(problems({ repository: 'a/b' })[0]).toContain('repository');
    expect(problems({ ours: ['@ana', '42', 'dependabot[bot]'] })).toEqual([]);
  });
});

describe('reading', () => {
  it('costs nothing but a request where nothing changed', async () => {
    const world = await start();
    world.fake.addTopic({
      kind: 'issues',
      author: world.fake.person('ada'),
      createdAt: world.clock.now() - HOUR,
    });
    let { cursor } = await poll(world);
    ({ cursor } = await poll(world, cursor));
    const before = world.fake.service.requests.length;
    const spent = world.spent();
    const third = await poll(world, cursor);
    expect(third.posts).toEqual([]);
    const asked = world.fake.service.requests.slice(before);
    expect(asked.map((one) => one.path)).toEqual([
      `/repos/${REPOSITORY}/issues`,
      `/repos/${REPOSITORY}/issues/comments`,
      '/graphql',
    ]);
    expect(asked.slice(0, 2).every((one) => one.headers['if-none-match'] !== undefined)).toBe(true);
    expect(world.spent() - spent).toBe(3);
  });

  it('does not take a validator for posts that were never committed', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    world.fake.addTopic({ kind: 'issues', author: world.fake.person('ada'), createdAt: world.clock.now() });
    const lost = await poll(world, cursor);
    const again = await poll(world, cursor);
    expect(again.posts).toEqual(lost.posts);
    expect(again.posts).toHaveLength(1);
  });

  it('tells an edit from a label', async () => {
    const world = await start();
    const { fake, clock } = world;
    const topic = fake.addTopic({
      kind: 'issues',
      author: fake.person('ada'),
      createdAt: clock.now() - HOUR,
    });
    const remark = fake.addComment(topic, {
      author: fake.person('bob'),
      body: 'Me too',
      createdAt: clock.now() - HOUR,
    });
    topic.updatedAt = clock.now() - MINUTE;
    const { posts, cursor } = await poll(world);
    expect(posts.map((post) => post.editedAt)).toEqual([null, null]);
    topic.editedAt = clock.now() - 30 * SECOND;
    topic.updatedAt = topic.editedAt;
    topic.body = 'Better words';
    remark.updatedAt = clock.now();
    const later = await poll(world, cursor);
    expect(later.posts.map((post) => post.editedAt)).toEqual([topic.editedAt, remark.updatedAt]);
    expect(later.posts[0]?.text).toContain('Better words');
  });

  it('leaves out an old issue that only got a label, and a deleted comment', async () => {
    const world = await start({ kind: 'discussions' });
    const { fake, clock } = world;
    const old = fake.addTopic({
      kind: 'issues',
      author: fake.person('ada'),
      createdAt: clock.now() - 400 * 24 * HOUR,
    });
    old.updatedAt = clock.now();
    const talk = fake.addTopic({
      kind: 'discussions',
      author: fake.person('ada'),
      createdAt: clock.now() - HOUR,
    });
    const remark = fake.addComment(talk, {
      author: fake.person('bob'),
      body: 'Gone soon',
      createdAt: clock.now() - HOUR,
    });
    fake.addComment(talk, {
      author: fake.person('eve'),
      body: 'I stay',
      createdAt: clock.now() - HOUR,
      parent: remark.id,
    });
    remark.deleted = true;
    const { posts, deleted } = await poll(world);
    expect(posts.map((post) => post.text)).toEqual(['A title', 'I stay']);
    expect(deleted).toEqual([`${REPOSITORY}/discussions/${talk.number}#discussioncomment-${remark.id}`]);
    expect(posts[1]?.replyTo).toBe(`${REPOSITORY}/discussions/${talk.number}#discussioncomment-${remark.id}`);
  });

  it('knows us by account, by the list, and by standing', async () => {
    const world = await start({ config: { ours: ['@Ana', '1004'], oursAssociations: ['MEMBER'] } });
    const { fake, clock } = world;
    const topic = fake.addTopic({
      kind: 'issues',
      author: fake.person('ada'),
      createdAt: clock.now() - HOUR,
    });
    const say = (login: string, association = 'NONE') =>
      fake.addComment(topic, {
        author: fake.person(login),
        body: login,
        createdAt: clock.now() - HOUR,
        association,
      });
    say('simmer-brand');
    say('ana');
    say('member', 'MEMBER');
    expect(fake.person('renamed').id).toBe(1_004);
    say('renamed');
    say('contributor', 'CONTRIBUTOR');
    const { posts } = await poll(world);
    const ours = posts.filter((post) => post.ours).map((post) => post.text);
    expect(ours.sort()).toEqual(['ana', 'member', 'renamed', 'simmer-brand']);
  });

  it('waits as X-Poll-Interval says, and for a window that is nearly used up', async () => {
    const world = await start();
    world.fake.state.pollInterval = 120;
    expect((await poll(world)).waitMs).toBe(120_000);
    world.fake.state.pollInterval = null;
    expect((await poll(world)).waitMs).toBeUndefined();
    world.fake.state.remaining = 10;
    expect((await poll(world)).waitMs).toBe(1_800_000);
  });

  it('goes on where more than five hundred changes came at once', async () => {
    const world = await start({ config: { discussions: false } });
    const { fake, clock } = world;
    for (let index = 0; index < 730; index++)
      fake.addTopic({
        kind: 'issues',
        author: fake.person('ada'),
        createdAt: clock.now() - HOUR + Math.floor(index / 9) * SECOND,
      });
    const ids = new Set<string>();
    let cursor: string | null = null;
    let rounds = 0;
    for (let more = true; more; rounds++) {
      const batch = await poll(world, cursor);
      for (const post of batch.posts) ids.add(post.id);
      more = batch.more ?? false;
      cursor = batch.cursor;
    }
    expect(ids.size).toBe(730);
    expect(rounds).toBe(2);
  });

  it('says that a limit of GraphQL is a limit, and a missing right a matter for a person', async () => {
    const world = await start();
    world.fake.state.graphqlError = {
      errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }],
    };
    await expect(poll(world)).rejects.toBeInstanceOf(RateLimitedError);
    world.fake.state.graphqlError = {
      errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by personal access token' }],
    };
    await expect(poll(world)).rejects.toBeInstanceOf(AuthError);
  });

  it('names the repository that the token cannot see', async () => {
    const world = await start({ config: { repositories: ['simmer/secret'] } });
    await expect(poll(world)).rejects.toThrow(/cannot see simmer\/secret/);
    const checks = await world.source.check(signal());
    expect(checks.map((check) => check.ok)).toEqual([true, false]);
  });

  it('speaks to a GitHub Enterprise Server at its own addresses', async () => {
    const world = await start({ path: '/api/v3' });
    world.fake.addTopic({
      kind: 'discussions',
      author: world.fake.person('ada'),
      createdAt: world.clock.now(),
    });
    expect((await poll(world)).posts).toHaveLength(1);
    const paths = new Set(world.fake.service.requests.map((one) => one.path));
    expect([...paths]).toEqual([
      '/api/v3/user',
      `/api/v3/repos/${REPOSITORY}`,
      `/api/v3/repos/${REPOSITORY}/issues`,
      `/api/v3/repos/${REPOSITORY}/issues/comments`,
      '/api/graphql',
    ]);
  });

  it('says which right is missing where GraphQL does not show what REST shows', async () => {
    const world = await start();
    world.fake.state.graphqlError = {
      data: { repository: null },
      errors: [{ type: 'NOT_FOUND', message: 'Could not resolve to a Repository' }],
    };
    await expect(poll(world)).rejects.toThrow(/discussions: false/);
  });

  it('writes the login of a bot as REST does', async () => {
    const world = await start({ kind: 'discussions' });
    world.fake.addTopic({
      kind: 'discussions',
      author: world.fake.person('helper[bot]'),
      createdAt: world.clock.now(),
    });
    expect((await poll(world)).posts[0]?.author.handle).toBe('helper[bot]');
  });
});

describe('searching', () => {
  it('finds words and mentions elsewhere, with the comment that has them', async () => {
    const world = await start({ config: { repositories: [], words: ['simmer & co'], mentions: true } });
    const { fake, clock } = world;
    const at = clock.now() - HOUR;
    const elsewhere = { repository: 'Other/Place', author: fake.person('ada'), createdAt: at };
    const issue = fake.addTopic({ ...elsewhere, kind: 'issues', title: 'Kettles' });
    fake.addComment(issue, { author: fake.person('bob'), body: 'Try Simmer & Co', createdAt: at + SECOND });
    fake.addComment(issue, { author: fake.person('eve'), body: 'No idea', createdAt: at + SECOND });
    const talk = fake.addTopic({
      ...elsewhere,
      kind: 'discussions',
      title: 'Hello @simmer-brand',
      body: 'Simmer & Co?',
    });
    fake.addComment(talk, { author: fake.person('eve'), body: 'ask @simmer-brand2', createdAt: at + SECOND });
    const first = await poll(world);
    expect(first.posts.map((post) => [post.id, post.via])).toEqual([
      [`other/place/discussions/${talk.number}`, 'mention'],
      [`other/place/issues/${issue.number}#issuecomment-${issue.comments[0]?.id}`, 'keyword'],
    ]);
    const second = await poll(world, first.cursor);
    expect(second.posts.map((post) => post.id)).toEqual(first.posts.map((post) => post.id));
  });

  it('knows that a locked conversation elsewhere takes no answer, also after a restart', async () => {
    const world = await start({ config: { repositories: [], words: ['kettle'] } });
    const { fake, clock } = world;
    const input = {
      repository: 'other/place',
      author: fake.person('ada'),
      createdAt: clock.now() - HOUR,
      title: 'A kettle',
    };
    fake.addTopic({ ...input, kind: 'issues', locked: true });
    const post = await find(world, 'A kettle');
    expect(world.source.mayNotReply?.(post)).toContain('locked');
    expect((await world.restart()).mayNotReply?.(post)).toContain('locked');
  });
});

describe('conversations', () => {
  it('bounds an issue of ten thousand comments, ours and the one in question included', async () => {
    const world = await start();
    const { fake, clock } = world;
    const at = clock.now() - 10 * HOUR;
    const topic = fake.addTopic({ kind: 'issues', author: fake.person('ada'), title: 'Long', createdAt: at });
    const post = await find(world, 'Long');
    for (let index = 0; index < 10_000; index++)
      fake.addComment(topic, {
        author: index === 9_700 ? fake.brand : fake.person('ada'),
        body: `c${index}`,
        createdAt: at + index * SECOND,
      });
    const before = world.fake.service.requests.length;
    const posts = (await world.source.conversation?.(post, signal())) ?? [];
    expect(posts).toHaveLength(500);
    expect(posts[0]?.id).toBe(post.id);
    expect(posts.at(-1)?.text).toBe('c9999');
    expect(posts.filter((one) => one.ours).map((one) => one.text)).toEqual(['c9700']);
    expect(fake.service.requests.length - before).toBeLessThanOrEqual(7);
  });

  it('bounds a discussion of ten thousand comments', async () => {
    const world = await start({ kind: 'discussions' });
    const { fake, clock } = world;
    const at = clock.now() - 10 * HOUR;
    const topic = fake.addTopic({
      kind: 'discussions',
      author: fake.person('ada'),
      title: 'Long',
      createdAt: at,
    });
    for (let index = 0; index < 10_000; index++)
      fake.addComment(topic, {
        author: fake.person('ada'),
        body: `c${index}`,
        createdAt: at + index * SECOND,
      });
    const post = await find(world, 'Long');
    const posts = (await world.source.conversation?.(post, signal())) ?? [];
    expect(posts).toHaveLength(500);
    expect([posts[0]?.text, posts.at(-1)?.text]).toEqual(['Long', 'c9999']);
  });
});

describe('answering', () => {
  it('answers an answer in a discussion below the comment on top', async () => {
    const world = await start({ kind: 'discussions' });
    const { fake, clock } = world;
    const at = clock.now() - HOUR;
    const talk = fake.addTopic({ kind: 'discussions', author: fake.person('ada'), createdAt: at });
    const top = fake.addComment(talk, { author: fake.person('bob'), body: 'On top', createdAt: at });
    fake.addComment(talk, { author: fake.person('eve'), body: 'Below', createdAt: at, parent: top.id });
    const [sent] = await answer(world, await find(world, 'Below'), 'We see *it*.');
    expect(talk.comments.at(-1)).toMatchObject({ parent: top.id, body: 'We see *it*.' });
    expect(sent).toMatchObject({
      ours: true,
      text: 'We see it.',
      replyTo: `${REPOSITORY}/discussions/${talk.number}#discussioncomment-${top.id}`,
    });
  });

  it('waits a second between two writes', async () => {
    const world = await start();
    const { fake, clock } = world;
    fake.addTopic({ kind: 'issues', author: fake.person('ada'), title: 'Ask', createdAt: clock.now() });
    const post = await find(world, 'Ask');
    await answer(world, post, 'One');
    const second = answer(world, post, 'Two');
    while (clock.sleeping === 0) await clock.settle();
    expect(world.sent?.()).toHaveLength(1);
    await clock.advance(SECOND);
    await second;
    expect(world.sent?.()).toHaveLength(2);
  });

  it('says in words that a conversation is locked, where our account has no rights', async () => {
    for (const kind of ['issues', 'discussions'] as const) {
      const world = await start({ kind });
      const { fake, clock } = world;
      const topic = fake.addTopic({ kind, author: fake.person('ada'), title: 'Ask', createdAt: clock.now() });
      fake.state.mayWrite = false;
      const post = await find(world, 'Ask');
      expect(world.source.mayNotReply?.(post)).toBeNull();
      topic.locked = true;
      await expect(answer(world, post, 'One')).rejects.toBeInstanceOf(RejectedError);
      await world.source.conversation?.(post, signal());
      expect(world.source.mayNotReply?.(post)).toContain('locked');
      topic.locked = false;
      await world.source.conversation?.(post, signal());
      expect(world.source.mayNotReply?.(post)).toBeNull();
    }
  });

  it('lets those answer who may write, also where it is locked', async () => {
    const world = await start({ kind: 'discussions' });
    const { fake, clock } = world;
    fake.addTopic({
      kind: 'discussions',
      author: fake.person('ada'),
      title: 'Ask',
      createdAt: clock.now(),
      locked: true,
    });
    const post = await find(world, 'Ask');
    expect(world.source.mayNotReply?.(post)).toBeNull();
    expect(await answer(world, post, 'We may.')).toHaveLength(1);
  });

  it('knows an archived repository, and words of GitHub that are a no', async () => {
    const world = await start();
    const { fake, clock } = world;
    fake.addTopic({ kind: 'issues', author: fake.person('ada'), title: 'Ask', createdAt: clock.now() });
    const open = await find(world, 'Ask');
    fake.state.commentRefusal = 'Repository was archived so is read-only.';
    await expect(answer(world, open, 'Hello')).rejects.toBeInstanceOf(RejectedError);
    fake.state.archived = true;
    await world.restart();
    expect(world.source.mayNotReply?.(await find(world, 'Ask'))).toContain('archived');
  });

  it('is refused for a deleted comment, and uncertain when a mutation breaks off', async () => {
    const world = await start({ kind: 'discussions' });
    const { fake, clock } = world;
    const talk = fake.addTopic({
      kind: 'discussions',
      author: fake.person('ada'),
      title: 'Talk',
      createdAt: clock.now(),
    });
    const remark = fake.addComment(talk, {
      author: fake.person('bob'),
      body: 'Remark',
      createdAt: clock.now(),
    });
    const post = await find(world, 'Remark');
    remark.deleted = true;
    await expect(answer(world, post, 'Hello')).rejects.toThrow(/deleted/);
    remark.deleted = false;
    world.fail('lost-answer');
    await expect(answer(world, post, 'Hello')).rejects.toBeInstanceOf(UncertainError);
    const issue = fake.addTopic({
      kind: 'issues',
      author: fake.person('ada'),
      title: 'Issue',
      createdAt: clock.now(),
    });
    const below = fake.addComment(issue, {
      author: fake.person('bob'),
      body: 'Below',
      createdAt: clock.now(),
    });
    world.fail(null);
    const asked = await find(world, 'Below');
    below.deleted = true;
    await expect(answer(world, asked, 'Hello')).rejects.toThrow(/deleted/);
    expect(world.sent?.()).toHaveLength(1);
  });

  it('counts as GitHub counts', async () => {
    const world = await start();
    const post = { id: 'x' } as Post;
    expect(world.source.measure?.(post, ' 👋🏽 a\r\nb ')).toMatchObject({
      length: 6,
      limit: 65_536,
      parts: ['👋🏽 a\nb'],
      problem: null,
    });
    expect(world.source.measure?.(post, 'a'.repeat(65_537))?.problem).toContain('65536');
  });
});
