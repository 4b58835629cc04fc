import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { wordpress } from '../../src/sources/wordpress/wordpress.ts';
import { MINUTE, SECOND } from '../contract/source-steps.ts';
import { EDITOR, type FakeComment, ME, PASSWORD, type Quirks } from '../fixtures/wordpress/fake-wordpress.ts';
import { type WordPressWorld, wordpressWorld } from '../fixtures/wordpress/world.ts';

const worlds: WordPressWorld[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}, quirks: Partial<Quirks> = {}): Promise<WordPressWorld> {
  const world = await wordpressWorld({ config, quirks });
  worlds.push(world);
  return world;
}

const VISITOR = { username: undefined, password: undefined };
const signal = (): AbortSignal => new AbortController().signal;
const ago = (world: WordPressWorld, ms = MINUTE): number => world.clock.now() - ms;

async function poll(world: WordPressWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

async function postOf(world: WordPressWorld, given: FakeComment): Promise<Post> {
  const found = (await poll(world)).posts.find((post) => post.id === String(given.id));
  if (!found) throw new Error('not polled');
  return found;
}

const answer = async (world: WordPressWorld, post: Post, text = 'It does, up to 200 degrees.') =>
  world.source.reply?.(post, text, { idempotencyKey: 'reply-1', signal: signal() });
const thrownBy = (action: Promise<unknown>) =>
  action.then(
    () => null,
    (error: unknown) => error,
  );

describe('what a comment says', () => {
  it('reads times as UTC, names with their entities, text with its links', async () => {
    vi.stubEnv('TZ', 'America/New_York');
    const world = await start();
    const createdAt = Date.UTC(2026, 5, 1, 11, 58, 30);
    const given = world.fake.add({
      html: 'Tom &amp; I: https://example.com/a?b=1&amp;c=2',
      name: 'Tom & <b>Jerry</b>',
      createdAt,
    });
    expect(await postOf(world, given)).toMatchObject({
      createdAt,
      editedAt: null,
      conversationId: `7/${given.id}`,
      replyTo: null,
      via: 'comment',
      author: {
        id: 'visitor:Tom & <b>Jerry</b>',
        name: 'Tom & <b>Jerry</b>',
        handle: '',
        url: 'https://people.example/18',
      },
      text: 'Tom & I: https://example.com/a?b=1&c=2',
      links: ['https://example.com/a?b=1&c=2'],
      url: `${world.fake.url}/2026/06/the-new-pot/#comment-${given.id}`,
    });
  });

  it('believes an account, not a name that a visitor wrote', async () => {
    const world = await start({ ours: ['Tom', 12] });
    const at = { createdAt: ago(world) };
    const ours = [
      world.fake.add({ ...at, html: 'a', author: ME, name: EDITOR }),
      world.fake.add({ ...at, html: 'b', author: 9, name: 'tom' }),
      world.fake.add({ ...at, html: 'c', author: 12, name: 'Somebody' }),
    ];
    world.fake.add({ ...at, html: 'd', author: 0, name: EDITOR });
    world.fake.add({ ...at, html: 'e', author: 0, name: 'Tom' });
    world.fake.add({ ...at, html: 'f', author: 13, name: 'Else' });
    const { posts } = await poll(world);
    expect(
      posts
        .filter((post) => post.ours)
        .map((post) => post.id)
        .sort(),
    ).toEqual(ours.map(({ id }) => String(id)).sort());
  });

  it('finds the first comment of a thread whose beginning is long past, in one request a level', async () => {
    const world = await start();
    const { fake } = world;
    const old = { createdAt: ago(world, 72 * 60 * MINUTE) };
    const first = fake.add({ ...old, html: 'First' });
    const second = fake.add({ ...old, html: 'Second', parent: first.id });
    for (let index = 0; index < 150; index++)
      fake.add({ html: `Noise ${index}`, createdAt: ago(world, 9 * MINUTE) });
    const early = await poll(world);
    const third = fake.add({ html: 'Third', parent: second.id, createdAt: ago(world) });
    const orphan = fake.add({ html: 'Below nothing', parent: 5, createdAt: ago(world) });
    const before = world.spent.length;
    const { posts } = await poll(world, early.cursor);
    const conversation = (one: FakeComment) =>
      posts.find((post) => post.id === String(one.id))?.conversationId;
    expect([third, orphan].map(conversation)).toEqual([`7/${first.id}`, '7/5']);
    // The list, two levels of parents, the article.
    expect(world.spent.length - before).toBe(4);
    await world.restart();
    const again = world.spent.length;
    await poll(world, early.cursor);
    expect(world.spent.slice(again).length).toBeLessThanOrEqual(4);
  });
});

describe('what changes', () => {
  it('reads comments that wait, and says that they must be approved before an answer', async () => {
    const world = await start();
    const given = world.fake.add({ html: 'Let me in', status: 'hold', createdAt: ago(world) });
    const post = await postOf(world, given);
    expect(world.source.mayNotReply?.(post)).toContain('waits for approval');
    await world.restart();
    expect(world.source.mayNotReply?.(post)).toContain('waits for approval');
    given.status = 'approved';
    await poll(world);
    expect(world.source.mayNotReply?.(post)).toBeNull();
  });

  it('leaves waiting comments alone where nobody wants or may see them', async () => {
    for (const [config, quirks] of [
      [{ pending: false }, {}],
      [{}, { moderates: false }],
      [VISITOR, {}],
    ] as const) {
      const world = await start(config, quirks);
      const waiting = world.fake.add({ html: 'Waiting', status: 'hold', createdAt: ago(world) });
      const open = world.fake.add({ html: 'Open', createdAt: ago(world) });
      const first = await poll(world);
      expect(first.posts.map((post) => post.id)).toEqual([String(open.id)]);
      // Approved an hour later, with its old date and number.
      await world.clock.advance(60 * MINUTE);
      waiting.status = 'approved';
      expect((await poll(world, first.cursor)).posts.map((post) => post.id)).toContain(String(waiting.id));
    }
  });

  it('reports what was deleted, marked as spam or unapproved, with one request', async () => {
    const world = await start({ pending: false });
    const given = ['deleted', 'spam', 'unapproved', 'kept'].map((html) =>
      world.fake.add({ html, createdAt: ago(world) }),
    );
    const [deleted, spam, unapproved] = given as [FakeComment, FakeComment, FakeComment];
    const first = await poll(world);
    expect(first.posts).toHaveLength(4);
    deleted.deleted = true;
    spam.status = 'spam';
    unapproved.status = 'hold';
    const before = world.spent.length;
    const second = await poll(world, first.cursor);
    expect([...(second.deleted ?? [])].sort()).toEqual(
      [deleted, spam, unapproved].map(({ id }) => String(id)),
    );
    expect(world.spent.length - before).toBe(2);
    expect((await poll(world, second.cursor)).deleted).toEqual([]);
  });

  it('asks before it takes a comment for deleted that only a list has not', async () => {
    const world = await start();
    const given = world.fake.add({ html: 'Hello', createdAt: ago(world) });
    const first = await poll(world);
    world.fake.quirks.omits = given.id;
    expect(await poll(world, first.cursor)).toMatchObject({ posts: [], deleted: [] });
  });

  it('keeps a comment that the site itself cannot render', async () => {
    const world = await start();
    const given = world.fake.add({
      html: 'x',
      createdAt: ago(world),
      members: { content: { rendered: false } },
    });
    expect(await postOf(world, given)).toMatchObject({ text: '', author: { name: 'Ada Löve' } });
  });

  it('leaves pingbacks and notes alone', async () => {
    const world = await start();
    world.fake.add({ html: 'ping', createdAt: ago(world), members: { type: 'pingback' } });
    expect((await poll(world)).posts).toEqual([]);
  });
});

describe('reading on', () => {
  for (const total of [true, false]) {
    it(`loses nothing of a flood, also when comments are deleted meanwhile: ${total ? 'with' : 'without'} X-WP-Total`, async () => {
      const world = await start({}, { total });
      const { fake, clock } = world;
      fake.add({ html: 'First', createdAt: ago(world, 10 * MINUTE) });
      const first = await poll(world);
      await clock.advance(60 * MINUTE);
      const flood = Array.from({ length: 1_200 }, (_, index) =>
        fake.add({ html: `Flood ${index}`, createdAt: clock.now() }),
      );
      const seen = new Set<string>();
      let { cursor } = first;
      for (let round = 0; round < 10; round++) {
        const batch = await poll(world, cursor);
        for (const post of batch.posts) seen.add(post.id);
        cursor = batch.cursor;
        if (!batch.more) break;
        for (const comment of flood.slice(-4)) comment.deleted = true;
      }
      expect(flood.filter(({ id }) => !seen.has(String(id)))).toEqual([]);
      const before = world.spent.length;
      expect((await poll(world, cursor)).more).toBe(false);
      expect(world.spent.length - before).toBeLessThanOrEqual(3);
    });
  }

  it('costs one request when nothing is new, and asks for no more than it uses', async () => {
    const world = await start();
    for (let index = 0; index < 150; index++)
      world.fake.add({ html: `${index}`, createdAt: ago(world, 9 * MINUTE) });
    const first = await poll(world);
    const before = world.spent.length;
    await poll(world, first.cursor);
    expect(world.spent.slice(before)).toEqual([{ requests: 1, purpose: 'read' }]);
    const query = world.fake.service.requests.at(-1)?.query;
    expect(query?.get('_fields')).not.toContain('_links');
    expect(query?.get('status')).toBe('all');
  });

  for (const permalinks of ['not-found', 'start-page'] as const) {
    it(`finds the way in without pretty permalinks (${permalinks})`, async () => {
      const world = await start({}, { permalinks });
      world.fake.add({ html: 'Hello', createdAt: ago(world) });
      expect((await poll(world)).posts).toHaveLength(1);
      expect((await world.source.check(signal())).every((check) => check.ok)).toBe(true);
    });
  }

  it('says what to do about each way of being refused', async () => {
    const told = async (config: object, quirks: Partial<Quirks> = {}) => {
      const world = await start(config, quirks);
      const error = await thrownBy(poll(world));
      expect(error).toBeInstanceOf(AuthError);
      expect(String(error)).not.toContain('abcd');
      return String(error);
    };
    expect(await told({ password: 'abcd abcd abcd abcd abcd abcd' })).toMatch(
      /does not accept .*Application Passwords/,
    );
    expect(await told({}, { dropsAuthorization: true })).toContain('Authorization header');
    const world = await start(VISITOR);
    world.fake.service.fail({
      status: 401,
      body: '{"code":"rest_login_required","message":"Only members."}',
    });
    expect(String(await thrownBy(poll(world)))).toMatch(/only to its users.*“Only members\.”/);
  });

  it('works as a visitor, without an account', async () => {
    const world = await start(VISITOR);
    world.fake.add({ html: 'Hello', createdAt: ago(world) });
    expect((await poll(world)).posts).toHaveLength(1);
    expect(world.source.capabilities.reply).toBe(false);
    expect(world.source.reply).toBeUndefined();
    expect(world.source.account?.()).toBeNull();
    expect(world.fake.service.requests.every(({ headers }) => headers.authorization === undefined)).toBe(
      true,
    );
  });
});

describe('a thread as a conversation', () => {
  it('keeps the threads of one article apart, and brings all levels', async () => {
    const world = await start();
    const { fake } = world;
    const at = (seconds: number) => ({ createdAt: ago(world) + seconds * SECOND });
    const ask = fake.add({ ...at(0), html: 'Question' });
    fake.add({ ...at(1), html: 'Another thread' });
    const ours = fake.add({ ...at(2), html: 'Answer', parent: ask.id, author: ME, name: EDITOR });
    const deep = fake.add({ ...at(3), html: 'Thanks', parent: ours.id });
    const aside = fake.add({ ...at(4), html: 'Me too', parent: ask.id });
    const posts = await world.source.conversation?.(await postOf(world, deep), signal());
    expect(posts?.map((post) => post.id)).toEqual([ask, ours, deep, aside].map(({ id }) => String(id)));
    expect(new Set(posts?.map((post) => post.conversationId))).toEqual(new Set([`7/${ask.id}`]));
    expect(posts?.map((post) => post.ours)).toEqual([false, true, false, false]);
  });

  it('shows 500 of a giant thread: the first, the newest, and the one in question', async () => {
    const world = await start();
    const { fake } = world;
    const long = ago(world, 60 * MINUTE);
    const ask = fake.add({ html: 'Question', createdAt: long });
    const all = Array.from({ length: 1_500 }, (_, index) =>
      fake.add({ html: `Answer ${index}`, parent: ask.id, createdAt: long + index * SECOND }),
    );
    const post = { ...(await postOf(world, all.at(-1) as FakeComment)), id: String(all[3]?.id) };
    const before = world.spent.length;
    const posts = (await world.source.conversation?.(post, signal())) ?? [];
    const ids = posts.map((one) => one.id);
    expect(posts).toHaveLength(500);
    for (const one of [ask, all[3], all[1_499], all[1_200]]) expect(ids).toContain(String(one?.id));
    expect(posts.map((one) => one.createdAt)).toEqual(
      posts.map((one) => one.createdAt).toSorted((a, b) => a - b),
    );
    expect(world.spent.length - before).toBeLessThanOrEqual(10);
  });

  it('still shows the comment when the first one of its thread was deleted', async () => {
    const world = await start();
    const ask = world.fake.add({ html: 'Question', createdAt: ago(world) });
    const reply = world.fake.add({ html: 'Me too', parent: ask.id, createdAt: ago(world) });
    const post = await postOf(world, reply);
    ask.deleted = true;
    // As wp_delete_comment() does with what is below.
    reply.parent = 0;
    const posts = await world.source.conversation?.(post, signal());
    expect(posts?.map((one) => [one.id, one.conversationId])).toEqual([[String(reply.id), `7/${ask.id}`]]);
  });
});

describe('answering', () => {
  it('knows closed articles before anybody claims: posts and pages, also after a restart', async () => {
    const world = await start();
    const { fake } = world;
    const kinds = [
      fake.addArticle({ open: false }),
      fake.addArticle({ kind: 'pages', open: false }),
      fake.addArticle({ kind: 'pages' }),
      fake.addArticle({ kind: 'products', open: false }),
    ];
    const posts: Post[] = [];
    for (const { id } of kinds)
      posts.push(await postOf(world, fake.add({ html: 'Hello', article: id, createdAt: ago(world) })));
    const reasons = () => posts.map((post) => world.source.mayNotReply?.(post) ?? null);
    const closed = 'Comments on this article are closed.';
    expect(reasons()).toEqual([closed, closed, null, null]);
    await world.restart();
    expect(reasons()).toEqual([closed, closed, null, null]);
    const [article] = kinds;
    if (article) article.open = true;
    await world.source.conversation?.(posts[0] as Post, signal());
    expect(reasons()[0]).toBeNull();
  });

  it('sends exactly what was typed, below the comment, as our user', async () => {
    const world = await start();
    const given = world.fake.add({ html: 'Hello', createdAt: ago(world) });
    const post = await postOf(world, given);
    const sent = await answer(world, post, 'If <b>x</b> & y:\r\nhttps://example.com/a?b=1&c=2');
    const request = world.fake.service.requests.at(-1);
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
      post: 7,
      parent: given.id,
      content: 'If &lt;b&gt;x&lt;/b&gt; &amp; y:\nhttps://example.com/a?b=1&amp;c=2',
    });
    expect(sent).toMatchObject([
      { ours: true, replyTo: post.id, conversationId: post.conversationId, author: { name: EDITOR } },
    ]);
    expect(sent?.[0]?.text).toContain('If <b>x</b> & y:');
    expect(sent?.[0]?.text).toContain('https://example.com/a?b=1&c=2');
    expect(world.spent.at(-1)).toEqual({ requests: 1, purpose: 'answer' });
    expect(world.source.account?.()).toEqual({ handle: EDITOR, url: `${world.fake.url}/author/editor/` });
  });

  it('counts bytes, as WordPress does', async () => {
    const world = await start();
    const post = await postOf(world, world.fake.add({ html: 'Hello', createdAt: ago(world) }));
    const measure = (text: string) => world.source.measure?.(post, text);
    expect(measure('Grüße & 👋')).toMatchObject({ length: 18, limit: 65_525, unit: 'bytes', problem: null });
    expect(measure('é'.repeat(32_763))?.problem).toContain('65525');
    expect(measure('é'.repeat(32_762))?.problem).toBeNull();
  });

  it('says in words why WordPress refused', async () => {
    const cases = [
      ['closed', RejectedError, /closed/],
      ['duplicate', RejectedError, /this very answer already.*you’ve already said that/],
      ['trashedArticle', RejectedError, /not public any more/],
      ['cannotCreate', AuthError, /does not let editor do that.*not allowed to create comments/],
      ['loginRequired', AuthError, /Application Passwords/],
      ['flood', RateLimitedError, /15 seconds/],
    ] as const;
    for (const [refuse, kind, words] of cases) {
      const world = await start({}, { refuse });
      const post = await postOf(world, world.fake.add({ html: 'Hello', createdAt: ago(world) }));
      const error = await thrownBy(answer(world, post));
      expect(error, refuse).toBeInstanceOf(kind);
      expect(String(error)).toMatch(words);
      expect(String(error)).not.toContain(PASSWORD);
      if (refuse === 'closed') expect(world.source.mayNotReply?.(post)).toContain('closed');
    }
  });

  it('does not answer what was marked as spam meanwhile', async () => {
    for (const moderates of [true, false]) {
      const world = await start({}, { moderates });
      const given = world.fake.add({ html: 'Hello', createdAt: ago(world) });
      const post = await postOf(world, given);
      given.status = 'spam';
      expect(await thrownBy(answer(world, post))).toBeInstanceOf(RejectedError);
      expect(world.sent?.()).toEqual([]);
    }
  });

  it('leaves an answer alone that waits for approval', async () => {
    const world = await start({}, { hold: true });
    const post = await postOf(world, world.fake.add({ html: 'Hello', createdAt: ago(world) }));
    const error = await thrownBy(answer(world, post));
    expect(error).toBeInstanceOf(UncertainError);
    expect(String(error)).toContain('on hold');
  });

  it('finds its answer when only the confirmation was lost', async () => {
    const world = await start();
    const post = await postOf(world, world.fake.add({ html: 'Hello', createdAt: ago(world) }));
    world.fake.service.fail('lost-answer');
    expect(await answer(world, post, 'It’s fine: https://example.com/a?b=1&c=2')).toMatchObject([
      { ours: true, replyTo: post.id },
    ]);
    expect(world.sent?.()).toHaveLength(1);
  });
});

describe('configuration', () => {
  const problems = (config: object): string => {
    const parsed = wordpress.config.safeParse(config);
    return parsed.success
      ? ''
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  };

  it('says in words what is wrong', () => {
    expect(problems({ site: 'blog.example.com' })).toBe('');
    expect(problems({ site: 'blog.example.com', username: 'editor', password: PASSWORD })).toBe('');
    expect(problems({ site: 'http://blog.example.com' })).toContain('must begin with https://');
    expect(problems({ site: 'http://blog.lan', allowPrivate: true })).toBe('');
    expect(problems({ site: 'blog.example.com', username: 'editor' })).toContain('belong together');
    expect(problems({ site: 'blog.example.com', username: 'editor', password: 'hunter2' })).toContain(
      'Application Passwords',
    );
    expect(problems({ site: 'blog.example.com', username: 'a:b', password: PASSWORD })).toContain('signs in');
    expect(problems({ site: 'blog.example.com', every: '2s' })).toContain('10s');
    expect(problems({ site: 'blog.example.com', colour: 'red' })).toContain('colour');
  });

  it('takes an address as people copy it', () => {
    const site = (value: string) => wordpress.config.parse({ site: value }).site;
    expect(site('blog.example.com/')).toBe('https://blog.example.com');
    expect(site('https://example.com/blog/wp-json/')).toBe('https://example.com/blog');
  });
});
