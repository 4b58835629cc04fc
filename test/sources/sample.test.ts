import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { triage } from '../../src/domain/triage/triage.ts';
import type { Verdict } from '../../src/domain/triage/verdict.ts';
import { RejectedError } from '../../src/errors.ts';
import { SAMPLE_BRAND, sample } from '../../src/sources/sample/sample.ts';
import type { Batch, Source } from '../../src/sources/source.ts';
import { testSourceContext } from '../contract/source-world.ts';
import { type TestClock, testClock } from '../support/clock.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const signal = new AbortController().signal;

/** The source as the flow drives it: one poll after the other, each with the cursor of the one before. */
interface Play {
  readonly clock: TestClock;
  readonly source: Source;
  readonly posts: Post[];
  poll(): Promise<Batch>;
  /** Polls for so long, as often as the source asks. */
  watch(ms: number): Promise<readonly Post[]>;
  /** A new adapter on the same cursor and cache. */
  restart(speed?: number): Promise<void>;
  find(id: string): Post;
}

async function play(options: { speed?: number } = {}): Promise<Play> {
  const clock = testClock();
  const cache = new Keyv();
  const make = (config: object) => {
    const { context } = testSourceContext({ name: 'sample', clock, fetch, cache, brand: SAMPLE_BRAND });
    return sample.create(sample.config.parse(config), context);
  };
  let source = await make(options);
  let cursor: string | null = null;
  const posts: Post[] = [];
  async function poll(): Promise<Batch> {
    if (!source.poll) throw new Error('the sample polls');
    const batch = await source.poll(cursor, signal);
    cursor = batch.cursor ?? cursor;
    posts.push(...batch.posts);
    return batch;
  }
  return {
    clock,
    posts,
    poll,
    get source() {
      return source;
    },
    async watch(ms) {
      const end = clock.now() + ms;
      const seen: Post[] = [];
      while (clock.now() < end) {
        const batch = await poll();
        seen.push(...batch.posts);
        await clock.advance(Math.min(batch.waitMs ?? source.pollEveryMs ?? 0, end - clock.now()));
      }
      return seen;
    },
    async restart(speed) {
      source = await make(speed ? { speed } : options);
    },
    find(id) {
      const post = posts.find((each) => each.id === id);
      if (!post) throw new Error(`no post ${id} yet`);
      return post;
    },
  };
}

function reply(source: Source, post: Post, text: string, key = 'k1'): Promise<readonly Post[]> {
  if (!source.reply) throw new Error('the sample replies');
  return source.reply(post, text, { idempotencyKey: key, signal });
}

function verdictOf(post: Post, all: readonly Post[]): Verdict {
  const earlier = all
    .slice(0, all.indexOf(post))
    .filter((each) => each.conversationId === post.conversationId);
  return triage(post, { brand: SAMPLE_BRAND, earlier, met: 0 });
}

const ALL = 10 * MINUTE;

describe('the sample stream', () => {
  it('has something to show at once, minutes to hours old', async () => {
    const stage = await play();
    const { posts } = await stage.poll();
    expect(posts.length).toBeGreaterThanOrEqual(6);
    const ages = posts.map((post) => stage.clock.now() - post.createdAt);
    expect(Math.min(...ages)).toBeGreaterThan(MINUTE);
    expect(Math.max(...ages)).toBeLessThan(24 * 60 * MINUTE);
    expect(new Set(posts.flatMap((post) => verdictOf(post, posts).kinds)).size).toBeGreaterThanOrEqual(5);
  });

  it('goes on with a post every few seconds, written the moment it appears', async () => {
    const stage = await play();
    await stage.poll();
    const fresh: { post: Post; seenAt: number }[] = [];
    for (let turn = 0; turn < 40; turn++) {
      await stage.clock.advance(1_500);
      for (const post of (await stage.poll()).posts) fresh.push({ post, seenAt: stage.clock.now() });
    }
    expect(fresh.length).toBeGreaterThanOrEqual(8);
    expect(fresh.length).toBeLessThanOrEqual(15);
    for (const { post, seenAt } of fresh) {
      expect(post.createdAt).toBeLessThanOrEqual(seenAt);
      expect(seenAt - post.createdAt).toBeLessThanOrEqual(1_500);
    }
  });

  it('plays about sixty posts once, then is quiet and asks to be left alone longer', async () => {
    const stage = await play();
    await stage.watch(ALL);
    const ids = stage.posts.map((post) => post.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(55);
    const last = await stage.poll();
    expect(last.posts).toEqual([]);
    expect(last.waitMs).toBeGreaterThan(stage.source.pollEveryMs ?? Number.POSITIVE_INFINITY);
  });

  it('plays faster when asked', async () => {
    const quick = await play({ speed: 10 });
    await quick.watch(MINUTE);
    expect(quick.posts.length).toBeGreaterThanOrEqual(55);
    for (const config of [{ speed: 0 }, { speed: -1 }, { speed: '2' }, { tempo: 2 }])
      expect(sample.config.safeParse(config).success, JSON.stringify(config)).toBe(false);
  });

  it('goes on where it was after a restart, however long it was away', async () => {
    const stage = await play();
    await stage.watch(MINUTE);
    const before = stage.posts.length;
    await stage.clock.advance(24 * 60 * MINUTE);
    await stage.restart();
    const back = await stage.poll();
    expect(back.posts.length).toBeLessThanOrEqual(4);
    for (const post of back.posts) expect(stage.clock.now() - post.createdAt).toBeLessThan(MINUTE);
    await stage.watch(ALL);
    const ids = stage.posts.map((post) => post.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(before);
  });

  it.each(['', 'not a cursor', '{}', 'null', '[1]', '{"index":-1}', '\u{1F600}'.repeat(999)])(
    'begins again with a cursor it cannot read: %j',
    async (cursor) => {
      const fresh = await play();
      const first = await fresh.poll();
      const again = await fresh.source.poll?.(cursor, signal);
      expect(again?.posts).toEqual(first.posts);
    },
  );

  it('stops when told to', async () => {
    const { source } = await play();
    await expect(source.poll?.(null, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});

describe('what it shows', () => {
  it('is every kind, many languages, urgent harm, hostile text and threads, from example addresses only', async () => {
    const stage = await play();
    await stage.watch(ALL);
    const { posts } = stage;
    const theirs = posts.filter((post) => !post.ours);
    const verdicts = theirs.map((post) => verdictOf(post, posts));
    const kinds = new Set(verdicts.flatMap((verdict) => verdict.kinds));
    for (const kind of [
      'complaint',
      'question',
      'comparison',
      'praise',
      'link-share',
      'follow',
      'mention',
      'spam',
    ] as const)
      expect(kinds, kind).toContain(kind);
    expect(verdicts.filter((verdict) => verdict.priority >= 80)).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict.kinds[0] === 'spam').length).toBeGreaterThanOrEqual(3);
    expect(
      verdicts.filter((verdict) => verdict.reasons[0]?.code === 'closing.thanks').length,
    ).toBeGreaterThanOrEqual(3);
    const languages = new Set(theirs.map((post) => post.lang).filter((lang) => lang !== null));
    for (const lang of ['en', 'es', 'de', 'fr', 'pt', 'it', 'ja', 'ar']) expect(languages).toContain(lang);
    expect(theirs.some((post) => post.text.includes('<!channel>') && post.text.includes('@everyone'))).toBe(
      true,
    );
    expect(theirs.some((post) => post.text === '' && post.media.some((medium) => medium.alt !== ''))).toBe(
      true,
    );
    expect(theirs.some((post) => post.text.length > 2_800)).toBe(true);
    for (const post of posts)
      for (const url of [post.url, post.author.url, ...post.links].filter((each) => each !== null))
        expect(new URL(url).hostname).toMatch(/\.example$/);
  });

  it('has every reply in the conversation of what it answers, after it', async () => {
    const stage = await play();
    await stage.watch(ALL);
    const replies = stage.posts.filter((post) => post.replyTo !== null);
    expect(replies.length).toBeGreaterThanOrEqual(8);
    for (const post of replies) {
      const to = stage.find(post.replyTo ?? '');
      expect(post.conversationId).toBe(to.conversationId);
      expect(post.createdAt).toBeGreaterThan(to.createdAt);
    }
  });

  it('lets the newcomer watch an answer of ours arrive a moment after the question', async () => {
    const stage = await play();
    await stage.watch(ALL);
    const answer = stage.posts.find((post) => post.ours);
    const question = stage.find(answer?.replyTo ?? '');
    const wait = (answer?.createdAt ?? 0) - question.createdAt;
    expect(wait).toBeGreaterThan(5 * SECOND);
    expect(wait).toBeLessThan(30 * SECOND);
  });
});

describe('answering it', () => {
  it('shows our answer as the network would, and once for one key', async () => {
    const stage = await play();
    await stage.poll();
    const question = stage.find('a1');
    const [ours] = await reply(stage.source, question, '  It goes in the oven up to 220 °C.  ');
    expect(ours).toMatchObject({
      ours: true,
      text: 'It goes in the oven up to 220 °C.',
      replyTo: question.id,
      conversationId: question.conversationId,
      createdAt: stage.clock.now(),
    });
    expect(ours?.url).toMatch(/^https:\/\/sample\.example\//);
    await stage.clock.advance(SECOND);
    expect(await reply(stage.source, question, 'again')).toEqual([ours]);
    const conversation = await stage.source.conversation?.(question, signal);
    expect(conversation?.map((post) => post.id)).toEqual([question.id, ours?.id]);
  });

  it('has the customer write back a little later, once, also after a restart', async () => {
    const stage = await play();
    await stage.poll();
    const question = stage.find('a1');
    const [ours] = await reply(stage.source, question, 'Up to 220 °C.');
    await reply(stage.source, question, 'And the lid too.', 'k2');
    const soon = await stage.watch(5 * SECOND);
    expect(soon.filter((post) => post.conversationId === question.conversationId)).toEqual([]);
    await stage.restart();
    const seen = await stage.watch(MINUTE);
    const back = seen.filter((post) => post.conversationId === question.conversationId);
    expect(back).toHaveLength(1);
    expect(back[0]).toMatchObject({ author: question.author, replyTo: ours?.id, ours: false });
    const all = [question, ...(ours ? [ours] : []), ...back];
    expect(verdictOf(all[2] ?? question, all)).toMatchObject({ answerDue: false });
    const conversation = await stage.source.conversation?.(question, signal);
    expect(conversation?.map((post) => post.ours)).toEqual([false, true, true, false]);
  });

  it('has a customer who comes back with a further question', async () => {
    const stage = await play();
    await stage.poll();
    const complaint = stage.find('a2');
    const [ours] = await reply(stage.source, complaint, 'A new lid is on its way.');
    const seen = await stage.watch(MINUTE);
    const back = seen.find((post) => post.replyTo === ours?.id);
    if (!back || !ours) throw new Error('the customer did not write back');
    expect(verdictOf(back, [complaint, ours, back])).toMatchObject({ answerDue: true });
  });

  it('keeps two answers sent at the same moment', async () => {
    const stage = await play();
    await stage.poll();
    await Promise.all([
      reply(stage.source, stage.find('a1'), 'One', 'x1'),
      reply(stage.source, stage.find('a3'), 'Two', 'x2'),
    ]);
    for (const id of ['a1', 'a3']) {
      const conversation = await stage.source.conversation?.(stage.find(id), signal);
      expect(conversation).toHaveLength(2);
    }
  });

  it('counts as people do, and refuses what is empty or too long', async () => {
    const stage = await play();
    await stage.poll();
    const post = stage.find('a1');
    const family = '👩‍👩‍👧‍👦';
    expect(stage.source.measure?.(post, family.repeat(300))).toMatchObject({
      length: 300,
      limit: 300,
      problem: null,
    });
    expect(stage.source.measure?.(post, family.repeat(301)).problem).toContain('300');
    expect(stage.source.measure?.(post, ' \n ').problem).toEqual(expect.any(String));
    await expect(reply(stage.source, post, 'x'.repeat(301))).rejects.toBeInstanceOf(RejectedError);
    expect(await stage.source.conversation?.(post, signal)).toHaveLength(1);
  });

  it('publishes, and somebody answers', async () => {
    const stage = await play();
    await stage.poll();
    const published = await stage.source.publish?.('Potluck today: what do you bring?', {
      idempotencyKey: 'p',
      signal,
    });
    expect(published?.[0]).toMatchObject({ ours: true, replyTo: null, conversationId: published?.[0]?.id });
    const seen = await stage.watch(MINUTE);
    expect(seen.find((post) => post.replyTo === published?.[0]?.id)).toMatchObject({ ours: false });
  });
});

describe('the conversation', () => {
  it('holds what has appeared, ours included, and nothing of the future', async () => {
    const stage = await play();
    await stage.watch(10 * SECOND);
    const question = stage.find('b1');
    expect((await stage.source.conversation?.(question, signal))?.map((post) => post.id)).toEqual(['b1']);
    await stage.watch(ALL);
    const whole = await stage.source.conversation?.(question, signal);
    expect(whole?.map((post) => post.ours)).toEqual([false, true, false]);
    const times = whole?.map((post) => post.createdAt) ?? [];
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is right straight after a restart', async () => {
    const stage = await play();
    await stage.watch(ALL);
    const thanks = stage.find('b4');
    await stage.restart();
    const whole = await stage.source.conversation?.(thanks, signal);
    expect(whole?.map((post) => post.id)).toEqual(['b1', 'b2', 'b4']);
  });
});

it('declares exactly what it does', async () => {
  const { source } = await play();
  for (const name of ['poll', 'listen', 'receive', 'conversation', 'reply', 'publish'] as const)
    expect(typeof source[name] === 'function', name).toBe(source.capabilities[name]);
  expect(source).toMatchObject({ kind: 'sample', label: 'Sample', sample: true });
  expect(await source.check(signal)).toEqual([expect.objectContaining({ ok: true, remedy: null })]);
});
