import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../src/errors.ts';
import { matcher } from '../../src/sources/reddit/matching.ts';
import { reddit } from '../../src/sources/reddit/reddit.ts';
import { measureText } from '../../src/sources/reddit/send.ts';
import { isThing, readListing, readThing, readTree, type Thing } from '../../src/sources/reddit/shapes.ts';
import { toPost } from '../../src/sources/reddit/to-post.ts';
import type { Batch } from '../../src/sources/source.ts';
import { BRAND } from '../contract/source-world.ts';
import {
  BRAND_ID,
  BRAND_NAME,
  CLIENT_ID,
  CLIENT_SECRET,
  type FakeThing,
  PASSWORD,
  REFRESH_TOKEN,
} from '../fixtures/reddit/fake-reddit.ts';
import { type RedditWorld, redditWorld } from '../fixtures/reddit/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const signal = (): AbortSignal => new AbortController().signal;

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/reddit/${name}`, import.meta.url), 'utf8'));
}
const ANSWERS = fixture('answers.json') as Readonly<Record<string, object>>;

function thingsOf(name: string): readonly Thing[] {
  return readListing(fixture(name)).children.map(readThing).filter(isThing);
}

async function inWorld(config: object, body: (world: RedditWorld) => Promise<void>): Promise<void> {
  const world = await redditWorld({ config });
  try {
    await body(world);
  } finally {
    await world.close();
  }
}

async function poll(world: RedditWorld, cursor: string | null = null): Promise<Batch> {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}

async function reply(world: RedditWorld, post: Post, text: string): Promise<readonly Post[]> {
  return (await world.source.reply?.(post, text, { idempotencyKey: 'k', signal: signal() })) ?? [];
}

async function conversation(world: RedditWorld, post: Post): Promise<readonly Post[]> {
  return (await world.source.conversation?.(post, signal())) ?? [];
}

const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error) => error);
const KIM = { name: 'kim', id: 't2_k1m' };
const EVE = { name: 'eve', id: 't2_eve' };
const US = { name: BRAND_NAME, id: BRAND_ID };

/** Adds something written `seconds` ago. */
function add(world: RedditWorld, seconds: number, more: Partial<FakeThing>): FakeThing {
  const at = Math.floor(world.clock.now() / 1_000) - seconds;
  const title = more.parent === undefined ? { title: more.title ?? 'A title' } : {};
  return world.fake.add({ subreddit: 'pots', author: KIM, at, text: 'Some words', ...title, ...more });
}

function postOf(batch: Batch, thing: FakeThing): Post {
  const post = batch.posts.find((one) => one.id === thing.id);
  if (!post) throw new Error(`${thing.id} was not delivered`);
  return post;
}

const idsOf = (posts: readonly Post[]): string[] => posts.map((post) => post.id).sort();
const sorted = (...things: readonly FakeThing[]): string[] => things.map((thing) => thing.id).sort();

describe('what the API sends', () => {
  it('reads comments: Markdown as a reader sees it, links, when it was edited, and nobody', () => {
    const [first, second] = thingsOf('comments.json').map((thing) => toPost(thing, 'r', 'keyword', false));
    expect(first).toMatchObject({
      id: 't1_mc0ffee',
      conversationId: 't3_1pot001',
      replyTo: 't1_mc0ff00',
      createdAt: 1_780_314_000_000,
      editedAt: 1_780_314_300_000,
      url: 'https://www.reddit.com/r/pots/comments/1pot001/which_pot_for_a_small_kitchen/mc0ffee/',
      author: {
        id: 't2_11dless',
        name: 'lidless',
        handle: 'u/lidless',
        url: 'https://www.reddit.com/user/lidless',
      },
      links: ['https://shop.crockhaven.example/lid?a=1&b=2'],
      text: "I've had a Crockhaven for 3 years, u/kim & it's <great>.\n\nSee the lid (https://shop.crockhaven.example/lid?a=1&b=2)",
    });
    expect(second?.author).toMatchObject({ id: '[deleted]', name: '[deleted]', handle: '', url: null });
    expect(thingsOf('comments.json').map((thing) => thing.locked)).toEqual([false, true]);
  });

  it('reads posts: pictures, links and texts', () => {
    const [picture, text] = thingsOf('links.json').map((thing) => toPost(thing, 'r', 'keyword', false));
    expect(picture).toMatchObject({
      id: 't3_1pot002',
      conversationId: 't3_1pot002',
      replyTo: null,
      media: [{ url: 'https://i.redd.it/pot.jpeg', alt: '' }],
      links: ['https://i.redd.it/pot.jpeg'],
    });
    expect(text?.text).toBe('Crockhaven question\n\nDoes the lid fit?\n\nThanks');
    expect(text?.links).toEqual([]);
  });

  it('reads the inbox: the thread out of the context, and no private messages', () => {
    const things = thingsOf('inbox.json');
    expect(things.map(({ id, link, parent, inbox }) => [id, link, parent, inbox])).toEqual([
      ['t1_mab0001', 't3_1stew01', 't1_maa0000', 'reply'],
      ['t1_mab0002', 't3_1stew01', 't3_1stew01', 'mention'],
    ]);
    const [first] = things.map((thing) => toPost(thing, 'r', 'reply', false));
    expect(first?.url).toBe('https://www.reddit.com/r/cooking/comments/1stew01/stew/mab0001/');
  });

  it('knows what was deleted and what was removed', () => {
    expect(thingsOf('info-gone.json').map((thing) => thing.gone)).toEqual([true, true, true]);
  });

  it('reads a tree with what was left out of it', () => {
    const [, comments] = fixture('thread.json') as readonly [unknown, unknown];
    const { things, more } = readTree(readListing(comments).children);
    expect(things.map((thing) => [thing.id, thing.gone]).sort()).toEqual([
      ['t1_mabc010', false],
      ['t1_mdead09', true],
    ]);
    expect(more).toContainEqual({ parent: 't1_mdead09', ids: ['mabc011', 'mabc012'] });
    expect(more).toContainEqual({ parent: 't1_mabc010', ids: [] });
  });
});

describe('keywords', () => {
  const config = (keywords: readonly string[] | undefined) =>
    reddit.config.parse({
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      username: BRAND_NAME,
      password: PASSWORD,
      ...(keywords ? { keywords } : {}),
    });

  it('are whole words, whatever their capitals', () => {
    const matches = matcher(config(['pot', 'C++', 'crock  haven']), BRAND);
    for (const text of ['A POT!', 'pot-luck', 'I like C++.', 'Crock\nHaven'])
      expect(matches(text), text).toBe(true);
    for (const text of ['potato', 'a spot', 'pot_1', 'C+', 'crockhaven'])
      expect(matches(text), text).toBe(false);
  });

  it('are the names and domains of the brand by default, and nothing when there are none', () => {
    expect(matcher(config(undefined), BRAND)('see crockhaven.example/lid')).toBe(true);
    expect(matcher(config([]), BRAND)('Crockhaven')).toBe(false);
  });
});

describe('reading', () => {
  it('delivers what has the keywords, what is ours, what speaks to us, and everything where that is wanted', async () => {
    await inWorld({ subreddits: ['pots', 'r/Cooking'] }, async (world) => {
      const other = add(world, 900, { title: 'Which pan?' });
      const named = add(world, 800, { title: 'Crockhaven or not' });
      const linked = add(world, 700, {
        title: 'A pot',
        url: 'https://shop.crockhaven.example/pot',
        text: '',
      });
      const said = add(world, 600, { parent: other.id, text: 'I have a crockhaven.', subreddit: 'pots' });
      add(world, 600, { parent: other.id, text: 'I have a pan.' });
      const home = add(world, 500, { subreddit: 'Crockhaven', title: 'Hello' });
      const ours = add(world, 400, {
        parent: other.id,
        author: US,
        text: 'Hello from us',
        subreddit: 'stew',
      });
      const answer = add(world, 300, {
        parent: ours.id,
        text: 'Thanks',
        inbox: 'comment_reply',
        subreddit: 'stew',
      });
      const mention = add(world, 200, { parent: other.id, text: 'u/Crockhaven?', inbox: 'username_mention' });
      add(world, 100, { subreddit: 'elsewhere', title: 'Crockhaven far away' });
      const batch = await poll(world);
      expect(idsOf(batch.posts)).toEqual(sorted(named, linked, said, home, ours, answer, mention));
      const via = (thing: FakeThing) => postOf(batch, thing).via;
      expect([named, linked, said, home, ours, answer, mention].map(via)).toEqual([
        'keyword',
        'share',
        'keyword',
        'comment',
        'reply',
        'reply',
        'mention',
      ]);
      expect(batch.posts.filter((post) => post.ours).map((post) => post.id)).toEqual([ours.id]);
      // Seen by two lists, it has one shape: the thread and the parent are known.
      expect(postOf(batch, answer)).toMatchObject({ conversationId: other.id, replyTo: ours.id });
    });
  });

  it('asks for all subreddits at once, and tells Reddit who asks', async () => {
    await inWorld({ subreddits: ['pots', 'Cooking'], ours: ['u/Kim'] }, async (world) => {
      add(world, 60, { title: 'Crockhaven', author: KIM });
      const before = world.fake.service.requests.length;
      const { posts, cursor } = await poll(world);
      const paths = world.fake.service.requests.slice(before).map(({ path }) => path);
      expect(paths).toEqual([
        '/api/v1/access_token',
        '/api/v1/me',
        '/message/inbox',
        '/r/pots+cooking+crockhaven/comments',
        '/r/pots+cooking+crockhaven/new',
        '/user/Crockhaven/overview',
        // As configured: names of Reddit are the same in capitals and without.
        '/user/Kim/overview',
        '/api/info',
      ]);
      expect(posts.map((post) => post.ours)).toEqual([true]);
      await poll(world, cursor);
      expect(world.fake.service.requests.length).toBe(before + 8 + 6);
      expect(world.source.pollCost).toEqual({ requests: 6 });
      expect(world.spent.read).toBe(world.fake.service.requests.length);
      for (const { headers } of world.fake.service.requests)
        expect(headers['user-agent']).toBe('server:potluck:v1 (by /u/Crockhaven)');
    });
  });

  it('finds what a moderator let through hours later', async () => {
    await inWorld({ subreddits: ['pots'] }, async (world) => {
      const held = add(world, 60, { title: 'Crockhaven', held: true });
      let { cursor } = await poll(world);
      await world.clock.advance(5 * HOUR);
      // So many newer ones that it is not on the first page.
      for (let index = 0; index < 150; index++) add(world, 60 + 100 * index, { title: 'Something else' });
      ({ cursor } = await poll(world, cursor));
      await world.clock.advance(30 * MINUTE);
      held.held = false;
      expect((await poll(world, cursor)).posts).toEqual([]);
      await world.clock.advance(40 * MINUTE);
      expect(idsOf((await poll(world, cursor)).posts)).toEqual([held.id]);
    });
  });

  it('says which time is missing when a listing ended before it', async () => {
    await inWorld({ inbox: false }, async (world) => {
      for (let index = 0; index < 1_200; index++)
        add(world, 60 + index, { subreddit: 'crockhaven', title: `Post ${index}` });
      const batch = await poll(world);
      expect(batch.posts).toHaveLength(1_000);
      expect(batch.gap).toEqual({
        from: world.clock.now() - 24 * HOUR,
        to: Math.min(...batch.posts.map((post) => post.createdAt)),
      });
    });
  });
});

describe('what changed afterwards', () => {
  it('deleted and removed posts are reported, once', async () => {
    await inWorld({}, async (world) => {
      const post = add(world, 300, { subreddit: 'crockhaven' });
      const comment = add(world, 200, { subreddit: 'crockhaven', parent: post.id });
      const first = await poll(world);
      expect(first.deleted).toBeUndefined();
      comment.state = 'deleted';
      const second = await poll(world, first.cursor);
      expect(second.deleted).toEqual([comment.id]);
      post.state = 'removed';
      const third = await poll(world, second.cursor);
      expect(third.deleted).toEqual([post.id]);
      expect((await poll(world, third.cursor)).deleted).toBeUndefined();
    });
  });

  it('an edited post comes again with its new words and their time', async () => {
    await inWorld({}, async (world) => {
      const thing = add(world, 300, { subreddit: 'crockhaven', text: 'First words' });
      const first = await poll(world);
      expect(postOf(first, thing).editedAt).toBeNull();
      await world.clock.advance(HOUR);
      thing.text = 'Second words';
      thing.editedAt = Math.floor(world.clock.now() / 1_000) - 30;
      const second = await poll(world, first.cursor);
      expect(second.posts).toHaveLength(1);
      expect(postOf(second, thing).text).toContain('Second words');
      expect(postOf(second, thing).editedAt).toBe(thing.editedAt * 1_000);
      expect((await poll(world, second.cursor)).posts).toEqual([]);
    });
  });

  it('looks at a hundred a poll, in turn', async () => {
    await inWorld({ inbox: false }, async (world) => {
      const all = Array.from({ length: 250 }, (_, index) =>
        add(world, 60 + index, { subreddit: 'crockhaven' }),
      );
      let { cursor } = await poll(world);
      for (const thing of all) thing.state = 'deleted';
      const gone = new Set<string>();
      for (let round = 0; round < 3; round++) {
        const batch = await poll(world, cursor);
        expect(batch.deleted?.length ?? 0).toBeLessThanOrEqual(100);
        for (const id of batch.deleted ?? []) gone.add(id);
        cursor = batch.cursor;
      }
      expect([...gone].sort()).toEqual(sorted(...all));
    });
  });

  it('comes to every one of them, however many there are', async () => {
    await inWorld({ inbox: false }, async (world) => {
      const all = Array.from({ length: 250 }, (_, index) =>
        add(world, 60 + index, { subreddit: 'crockhaven' }),
      );
      let { cursor } = await poll(world);
      for (const thing of [all[0], all[120], all[249]]) if (thing) thing.state = 'deleted';
      const gone = new Set<string>();
      for (let round = 0; round < 3; round++) {
        const batch = await poll(world, cursor);
        for (const id of batch.deleted ?? []) gone.add(id);
        cursor = batch.cursor;
      }
      expect(gone.size).toBe(3);
    });
  });

  it('a look that fails does not hold up what is new', async () => {
    await inWorld({ inbox: false, everything: [] }, async (world) => {
      const first = await poll(world);
      add(world, 60, { author: US });
      // One list is left to read; whatever comes after it fails.
      const failing = world.fake.service.nextRequest().then(() => world.fake.service.fail({ status: 503 }));
      const second = await poll(world, first.cursor);
      await failing;
      expect(second.posts).toHaveLength(1);
    });
  });
});

describe('what may not be answered', () => {
  it('is known before anybody claims, also of a thread we only know a comment of, and after a restart', async () => {
    await inWorld({ subreddits: ['pots'] }, async (world) => {
      const thread = add(world, 900, { title: 'Pans', locked: true });
      const inLocked = add(world, 800, { parent: thread.id, text: 'Crockhaven?' });
      const old = add(world, 700, { title: 'Crockhaven', archived: true });
      const open = add(world, 600, { title: 'Crockhaven too' });
      const shut = add(world, 500, { parent: open.id, text: 'Crockhaven!', locked: true });
      const blocked = add(world, 400, { parent: open.id, text: 'Crockhaven.', unrepliable: 'X' });
      const free = add(world, 300, { parent: open.id, text: 'Crockhaven…' });
      const batch = await poll(world);
      const why = (thing: FakeThing) => world.source.mayNotReply?.(postOf(batch, thing));
      const expectAll = (): void => {
        expect(why(inLocked)).toBe('Reddit’s moderators have locked this thread.');
        expect(why(old)).toMatch(/archived this thread/);
        expect(why(shut)).toMatch(/locked this comment/);
        expect(why(blocked)).toMatch(/does not let our account answer this comment/);
        expect(why(free)).toBeNull();
        expect(why(open)).toBeNull();
      };
      expectAll();
      await world.restart();
      world.fake.service.fail({ status: 503 });
      expect(await thrownBy(poll(world, batch.cursor))).toBeInstanceOf(UnavailableError);
      expectAll();
      world.fake.service.fail(null);
      const next = await poll(world, batch.cursor);
      expect(next.posts).toEqual([]);
      expectAll();
      thread.locked = false;
      await poll(world, next.cursor);
      expect(why(inLocked)).toBeNull();
    });
  });

  it('is not what we locked ourselves, as moderators', () => {
    const read = readThing({
      kind: 't3',
      data: {
        name: 't3_abc',
        created_utc: 1_780_314_000,
        locked: true,
        can_mod_post: true,
        subreddit: 'pots',
      },
    });
    expect(read).toMatchObject({ locked: false });
  });

  it('is learnt from the conversation, and from a refused answer', async () => {
    await inWorld({}, async (world) => {
      const thread = add(world, 300, { subreddit: 'crockhaven' });
      const batch = await poll(world);
      const post = postOf(batch, thread);
      thread.archived = true;
      await conversation(world, post);
      expect(world.source.mayNotReply?.(post)).toMatch(/archived/);
      thread.archived = false;
      await conversation(world, post);
      expect(world.source.mayNotReply?.(post)).toBeNull();
      world.fake.quirks.answer = ANSWERS.locked ?? null;
      await expect(reply(world, post, 'Hello')).rejects.toThrow('locked this thread');
      expect(world.source.mayNotReply?.(post)).toMatch(/locked/);
    });
  });
});

describe('answering', () => {
  async function asked(world: RedditWorld): Promise<Post> {
    const thing = add(world, 60, { subreddit: 'crockhaven', title: 'Does it fit?' });
    return postOf(await poll(world), thing);
  }

  it('says exactly what was typed, and counts as an answer', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      const before = world.spent.read;
      const [made] = await reply(world, post, '  It **does** & more\r\n\r\n> so there  ');
      expect(world.fake.posted.map((thing) => thing.text)).toEqual(['It **does** & more\n\n> so there']);
      expect(made).toMatchObject({
        ours: true,
        replyTo: post.id,
        conversationId: post.id,
        author: { id: BRAND_ID },
      });
      expect(world.spent).toEqual({ read: before, answer: 1 });
      const request = world.fake.service.requests.at(-1);
      expect(Object.fromEntries(new URLSearchParams(request?.body.toString()))).toEqual({
        api_type: 'json',
        thing_id: post.id,
        text: 'It **does** & more\n\n> so there',
      });
    });
  });

  it('finds its comment again when the answer was lost', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      world.fake.service.fail('lost-answer');
      const [made] = await reply(world, post, 'It does.');
      expect(made?.id).toBe(world.fake.posted[0]?.id);
      expect(world.fake.posted).toHaveLength(1);
    });
  });

  it('does not take an older comment with the same words for it', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      await reply(world, post, 'It does.');
      await world.clock.advance(HOUR);
      world.fail('lost-answer');
      expect(await thrownBy(reply(world, post, 'It does.'))).toBeInstanceOf(UncertainError);
    });
  });

  it('a sign-in that fails is no uncertain answer', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      await world.clock.advance(2 * HOUR);
      world.fake.service.fail({ status: 503 });
      const error = await thrownBy(reply(world, post, 'It does.'));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).not.toBeInstanceOf(UncertainError);
    });
  });

  it.each([
    ['locked', RejectedError, /locked this thread/],
    ['old', RejectedError, /archived/],
    ['deleted', RejectedError, /was deleted/],
    ['unknown', RejectedError, /not today.*BRAND_NEW_CODE/],
    ['slow', RateLimitedError, /more slowly/],
    ['slowWithoutNumber', RateLimitedError, /Take a break/],
  ] as const)('tells what Reddit says: %s', async (name, kind, words) => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      world.fake.quirks.answer = ANSWERS[name] ?? null;
      const error = await thrownBy(reply(world, post, 'Hello'));
      expect(error).toBeInstanceOf(kind);
      expect(String(error)).toMatch(words);
      if (name === 'slow') expect(error).toMatchObject({ retryAfterMs: expect.closeTo(512_200, -1) });
      if (name === 'slowWithoutNumber') expect(error).toMatchObject({ retryAfterMs: 300_000 });
    });
  });

  it('being banned from a subreddit is no wrong password', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      world.fake.quirks.answer = { status: 403, body: { message: 'Forbidden', error: 403 } };
      const error = await thrownBy(reply(world, post, 'Hello'));
      expect(error).toBeInstanceOf(RejectedError);
      expect(String(error)).toMatch(/banned there/);
    });
  });

  it('an answer without a comment in it may have been published', async () => {
    await inWorld({}, async (world) => {
      const post = await asked(world);
      world.fake.quirks.answer = { json: { errors: [], data: { things: [] } } };
      expect(await thrownBy(reply(world, post, 'Hello'))).toBeInstanceOf(UncertainError);
    });
  });

  it('counts characters as Reddit does', () => {
    expect(measureText('👩‍👩‍👧‍👦').length).toBe(7);
    expect(measureText('é'.repeat(10_000)).problem).toBeNull();
    expect(measureText('👍'.repeat(10_000)).problem).toBeNull();
    expect(measureText('é'.repeat(10_001)).problem).toContain('10000');
  });
});

describe('a conversation', () => {
  it('of 10,000 comments is its post, the way down, ours, what is below, the newest; in a few requests', async () => {
    await inWorld({ subreddits: ['pots'] }, async (world) => {
      const root = add(world, 80_000, { title: 'The thread' });
      const way: FakeThing[] = [root];
      for (let depth = 0; depth < 6; depth++)
        way.push(add(world, 79_000 - depth, { parent: way.at(-1)?.id ?? '', text: `level ${depth}` }));
      const about = add(world, 78_000, {
        parent: way.at(-1)?.id ?? '',
        author: EVE,
        text: 'my Crockhaven broke',
      });
      const ours = add(world, 77_000, { parent: about.id, author: US, text: 'Sorry!' });
      const below = add(world, 76_000, { parent: ours.id, author: EVE, text: 'And now?' });
      for (let index = 0; index < 10_000; index++)
        add(world, 70_000 - index, { parent: root.id, text: `noise ${index}`, held: true });
      for (const thing of world.fake.things.values()) thing.held = false;
      const post = toPost(
        { ...(readThing({ kind: 't1', data: inListing(about, root) }) as Thing) },
        'reddit',
        'keyword',
        false,
      );
      const before = world.fake.service.requests.length;
      const shown = await conversation(world, post);
      expect(world.fake.service.requests.length - before).toBeLessThanOrEqual(8);
      expect(shown).toHaveLength(500);
      const ids = new Set(shown.map((one) => one.id));
      for (const thing of [...way, about, ours, below]) expect(ids.has(thing.id), thing.text).toBe(true);
      const times = shown.map((one) => one.createdAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(shown.at(-1)?.text).toBe('noise 9999');
      expect(shown.filter((one) => one.ours).map((one) => one.id)).toEqual([ours.id]);
    });
  });

  function inListing(thing: FakeThing, root: FakeThing): object {
    return {
      name: thing.id,
      link_id: root.id,
      parent_id: thing.parent,
      created_utc: thing.at,
      author: thing.author?.name,
      author_fullname: thing.author?.id,
      body: thing.text,
      subreddit: thing.subreddit,
    };
  }

  it('asks for comments that were left out, those below the post first, and shows no deleted ones', async () => {
    await inWorld({}, async (world) => {
      const root = add(world, 9_000, { subreddit: 'crockhaven' });
      const post = postOf(await poll(world), root);
      const gone = add(world, 8_000, { subreddit: 'crockhaven', parent: root.id, state: 'deleted' });
      const kept = add(world, 7_000, {
        subreddit: 'crockhaven',
        parent: gone.id,
        text: 'An answer to nobody',
      });
      let parent = kept;
      for (let depth = 0; depth < 60; depth++)
        parent = add(world, 6_000 - depth, { subreddit: 'crockhaven', parent: parent.id });
      const shown = await conversation(world, post);
      const ids = shown.map((one) => one.id);
      expect(ids).toContain(kept.id);
      expect(ids).not.toContain(gone.id);
      // Ten levels come at once; the rest is asked for where the thread goes on.
      expect(ids).toContain(parent.id);
      expect(ids).toHaveLength(62);
      expect(shown.every((one) => one.conversationId === root.id)).toBe(true);
    });
  });

  it('fetches what a `more` names', async () => {
    await inWorld({}, async (world) => {
      const root = add(world, 90_000, { subreddit: 'crockhaven' });
      for (let index = 0; index < 480; index++)
        add(world, 5_000 - index, { subreddit: 'crockhaven', parent: root.id, state: 'deleted' });
      const old = Array.from({ length: 90 }, (_, index) =>
        add(world, 6_000 - index, { subreddit: 'crockhaven', parent: root.id }),
      );
      const post = toPost(thingOf(root), 'reddit', 'keyword', false);
      const shown = await conversation(world, post);
      expect(idsOf(shown)).toEqual(sorted(root, ...old));
    });
  });

  function thingOf(root: FakeThing): Thing {
    const read = readThing({
      kind: 't3',
      data: {
        name: root.id,
        created_utc: root.at,
        title: 'x',
        is_self: true,
        author: 'kim',
        subreddit: 'crockhaven',
      },
    });
    if (!isThing(read)) throw new Error('unreadable');
    return read;
  }

  it('is the post alone in a subreddit that became private, empty when gone, and else an error', async () => {
    await inWorld({}, async (world) => {
      const root = add(world, 60, { subreddit: 'crockhaven' });
      const post = postOf(await poll(world), root);
      world.fake.quirks.secret = ['crockhaven'];
      expect(await conversation(world, post)).toEqual([post]);
      world.fake.quirks.secret = [];
      world.fake.service.fail({ status: 404, body: '{"message":"Not Found","error":404}' });
      expect(await conversation(world, post)).toEqual([]);
      world.fake.service.fail({ status: 503 });
      expect(await thrownBy(conversation(world, post))).toBeInstanceOf(UnavailableError);
    });
  });
});

describe('limits', () => {
  it('stops reading before the last requests, and leaves them to answers', async () => {
    await inWorld({}, async (world) => {
      const thing = add(world, 60, { subreddit: 'crockhaven' });
      const first = await poll(world);
      world.fake.quirks.limits = { remaining: 5, reset: 240 };
      await reply(world, postOf(first, thing), 'One');
      const before = world.fake.service.requests.length;
      const error = await thrownBy(poll(world, first.cursor));
      expect(error).toBeInstanceOf(RateLimitedError);
      expect(error).toMatchObject({ retryAfterMs: 240_000 });
      expect(world.fake.service.requests).toHaveLength(before);
      world.fake.quirks.limits = { remaining: 0, reset: 200 };
      await reply(world, postOf(first, thing), 'Two');
      expect(await thrownBy(reply(world, postOf(first, thing), 'Three'))).toMatchObject({
        retryAfterMs: 200_000,
      });
      await world.clock.advance(201_000);
      world.fake.quirks.limits = { remaining: 990, reset: 600 };
      expect((await poll(world, first.cursor)).posts.length).toBeGreaterThan(0);
    });
  });

  it('a poll that comes near the limit says when to come back', async () => {
    await inWorld({}, async (world) => {
      add(world, 60, { subreddit: 'crockhaven' });
      world.fake.quirks.limits = { remaining: 500, reset: 100 };
      const first = await poll(world);
      expect(first.waitMs).toBeUndefined();
      // Five requests a poll: the last one is told that five are left.
      world.fake.quirks.limits = { remaining: 9, reset: 100 };
      expect((await poll(world, first.cursor)).waitMs).toBe(100_000);
    });
  });

  it('waits for the period of Reddit when a 429 says nothing else', async () => {
    await inWorld({}, async (world) => {
      world.fake.service.fail({ status: 429, headers: { 'x-ratelimit-reset': '77' }, body: '' });
      expect(await thrownBy(poll(world))).toMatchObject({ retryAfterMs: 77_000 });
    });
  });
});

describe('signing in', () => {
  it('keeps a token until a minute before its end', async () => {
    await inWorld({}, async (world) => {
      const signIns = (): number =>
        world.fake.service.requests.filter(({ path }) => path === '/api/v1/access_token').length;
      await poll(world);
      await world.clock.advance(58 * MINUTE);
      await poll(world);
      expect(signIns()).toBe(1);
      await world.clock.advance(1.5 * MINUTE);
      await poll(world);
      expect(signIns()).toBe(2);
    });
  });

  it('makes a new token when Reddit refuses the old one early', async () => {
    await inWorld({}, async (world) => {
      const { cursor } = await poll(world);
      world.fake.quirks.refuseTokens = true;
      await expect(poll(world, cursor)).resolves.toMatchObject({ posts: [] });
    });
  });

  it.each([
    [{ password: 'wrong password' }, /invalid_grant.*two-factor/s],
    [{ clientSecret: 'wrong-secret' }, /it answered 401.*clientSecret/s],
    [{ refreshToken: 'revoked-token' }, /it answered 400.*refreshToken/s],
    [{ refreshToken: REFRESH_TOKEN, username: 'somebody' }, /belongs to u\/Crockhaven/],
  ])('says what is wrong with %o', async (config, words) => {
    await inWorld(config, async (world) => {
      const error = await thrownBy(poll(world));
      expect(error).toBeInstanceOf(AuthError);
      expect(String(error)).toMatch(words);
      expect(String(error)).not.toContain('wrong');
    });
  });

  it('names the scope that is missing, and the subreddit that is closed to us', async () => {
    await inWorld({ subreddits: ['pots'], everything: [] }, async (world) => {
      await poll(world);
      world.fake.service.fail({
        status: 403,
        headers: { 'www-authenticate': 'Bearer realm="reddit", error="insufficient_scope"' },
      });
      const scope = await thrownBy(poll(world));
      expect(scope).toBeInstanceOf(AuthError);
      expect(String(scope)).toContain('lacks the scope privatemessages');
      world.fake.service.fail(null);
      world.fake.quirks.secret = ['pots'];
      const closed = await thrownBy(poll(world));
      expect(closed).toBeInstanceOf(AuthError);
      expect(String(closed)).toMatch(/private.*r\/pots/);
    });
  });

  it('the check names missing scopes and subreddits that are not there', async () => {
    await inWorld({ subreddits: ['nowhere', 'hidden'] }, async (world) => {
      world.fake.quirks.scope = 'identity read history';
      world.fake.quirks.secret = ['hidden'];
      const checks = await world.source.check(signal());
      expect(checks.map(({ ok, what }) => [ok, what])).toEqual([
        [true, 'signs in to Reddit as u/Crockhaven'],
        [false, 'may read and answer'],
        [false, 'reads r/nowhere'],
        [false, 'reads r/hidden'],
        [true, 'reads r/crockhaven'],
      ]);
      expect(checks[1]?.remedy).toContain('lacks the scopes privatemessages submit');
      expect(checks[2]?.remedy).toContain('no subreddit r/nowhere');
      expect(checks[3]?.remedy).toContain('private');
      expect(world.source.account?.()).toEqual({
        handle: 'u/Crockhaven',
        url: 'https://www.reddit.com/user/Crockhaven',
      });
    });
  });
});

describe('the configuration', () => {
  const base = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, username: 'u/brand', password: PASSWORD };
  const wrong = (config: object): string => {
    const parsed = reddit.config.safeParse({ ...base, ...config });
    return parsed.success ? '' : parsed.error.issues.map((issue) => issue.message).join('; ');
  };

  it('takes names as people write them', () => {
    const config = reddit.config.parse({
      ...base,
      subreddits: ['r/Pots', '/r/cooking/', 'https://www.reddit.com/r/stew/', 'soup'],
      ours: ['@kim', '/u/eve'],
    });
    expect(config.subreddits).toEqual(['Pots', 'cooking', 'stew', 'soup']);
    expect([config.username, ...config.ours]).toEqual(['brand', 'kim', 'eve']);
  });

  it('says in words what is wrong', () => {
    expect(wrong({})).toBe('');
    expect(wrong({ password: undefined })).toContain('either a password');
    expect(wrong({ refreshToken: REFRESH_TOKEN })).toContain('not both');
    expect(wrong({ subreddits: ['no spaces please'] })).toContain('must be the name of a subreddit');
    expect(wrong({ apiUrl: 'http://proxy.example' })).toContain('must begin with https://');
    expect(wrong({ every: '1s' })).toContain('must not be shorter than 10s');
    expect(wrong({ clientSecret: 'two words' })).toContain('must be the secret');
    expect(wrong({ subreddit: 'pots' })).toContain('subreddit');
  });

  it('a source that watches nothing says so', async () => {
    await inWorld({ everything: [], inbox: false }, async (world) => {
      const checks = await world.source.check(signal());
      expect(checks.at(-1)).toMatchObject({ ok: false, what: 'knows what to watch' });
    });
  });
});
