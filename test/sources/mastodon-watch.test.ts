import { describe, expect, it, onTestFinished } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { RateLimitedError, UnavailableError } from '../../src/errors.ts';
import { mastodon } from '../../src/sources/mastodon/mastodon.ts';
import { merge } from '../../src/sources/mastodon/merge.ts';
import type { Meter } from '../../src/sources/source.ts';
import { HOUR, MINUTE } from '../contract/source-steps.ts';
import { mentionHtml } from '../fixtures/mastodon/fake-mastodon.ts';
import { answer, asked, poll, signal, start } from '../fixtures/mastodon/steps.ts';
import { type MastodonWorld, mastodonWorld } from '../fixtures/mastodon/world.ts';

/** The stream as a test reads it. */
async function listening(world: MastodonWorld, streams = 2) {
  const controller = new AbortController();
  const stream = world.source.listen?.(controller.signal)[Symbol.asyncIterator]();
  if (!stream) throw new Error('does not listen');
  const next = async (): Promise<Post | undefined> => {
    const { done, value } = await stream.next();
    return done ? undefined : value[0];
  };
  let first: Promise<Post | undefined> | null = next();
  first.catch(() => {});
  onTestFinished(() => controller.abort());
  await world.fake.streaming(streams);
  return {
    next: (): Promise<Post | undefined> => {
      const result = first ?? next();
      first = null;
      return result;
    },
  };
}

const ada = (world: MastodonWorld) => world.fake.account('ada@far.example', 'Ada');
const write = (world: MastodonWorld, content: string, more: object = {}) =>
  world.fake.addStatus({ account: ada(world), createdAt: world.clock.now(), content, ...more });
const link = (url: string): string => `<a href="${url}" rel="nofollow">${url.replace('https://', '')}</a>`;

describe('the public stream', () => {
  it('brings what holds a word, and what leads to us', async () => {
    const world = await start({}, { watch: ['slow cooker', 'rival.example'], public: 'all' });
    const { next } = await listening(world);
    expect(world.fake.streams()).toEqual(['/api/v1/streaming/user', '/api/v1/streaming/public']);
    write(world, '<p>Something else</p>');
    const word = write(world, '<p>My <b>slow</b> cooker is on fire</p>', { language: 'en' });
    expect(await next()).toMatchObject({
      id: word.id,
      via: 'keyword',
      lang: 'en',
      author: { name: 'Ada', handle: 'ada@far.example' },
    });
    const rival = write(world, `<p>see ${link('https://rival.example/pot')}</p>`);
    expect(await next()).toMatchObject({ id: rival.id, via: 'keyword' });
    const shared = write(world, `<p>see ${link('https://crockhaven.example/pot')}</p>`);
    expect(await next()).toMatchObject({ id: shared.id, via: 'share' });
    const pictured = write(world, '<p>look</p>', {
      media: [{ url: 'https://files.far.example/1.png', description: 'A slow cooker' }],
    });
    expect(await next()).toMatchObject({ id: pictured.id });
  });

  it('of this server or of the others', async () => {
    for (const [which, wanted] of [
      ['local', 'bo'],
      ['remote', 'ada@far.example'],
    ] as const) {
      const world = await start({}, { watch: ['pot'], public: which });
      const { next } = await listening(world);
      for (const acct of ['bo', 'ada@far.example'])
        write(world, '<p>pot</p>', { account: world.fake.account(acct) });
      expect((await next())?.author.handle).toBe(wanted.includes('@') ? wanted : 'bo@social.example');
    }
  });

  it('leaves what speaks to us to the notification', async () => {
    const world = await start({}, { watch: ['pot'], public: 'all' });
    const { next } = await listening(world);
    const status = world.fake.mention({
      account: ada(world),
      createdAt: world.clock.now(),
      content: `<p>${mentionHtml('brand', 'social.example')} my pot</p>`,
    });
    expect(await next()).toMatchObject({ id: status.id, via: 'mention' });
    const other = write(world, '<p>another pot</p>');
    expect(await next()).toMatchObject({ id: other.id, via: 'keyword' });
  });

  it('is told once where the server does not offer it, and the rest goes on', async () => {
    const world = await start(
      { shutStreams: ['/public'] },
      { watch: ['pot'], public: 'all', hashtags: ['stew'] },
    );
    const { next } = await listening(world);
    const tagged = write(world, '<p>mine #stew</p>');
    expect(await next()).toMatchObject({ id: tagged.id });
    expect(world.logged()).toContain('a watched stream cannot be opened');
    world.fake.breakStream();
    await expect(next()).rejects.toBeInstanceOf(UnavailableError);
    await listening(world);
    expect(world.logged().split('a watched stream cannot be opened')).toHaveLength(2);
  });

  it('is not asked for where the server says that it is switched off', async () => {
    const world = await start({}, { watch: ['pot'], public: 'local' });
    world.fake.quirks.instance = {
      domain: 'social.example',
      configuration: {
        urls: { streaming: '' },
        timelines_access: { live_feeds: { local: 'disabled', remote: 'public' } },
      },
    };
    await world.source.poll?.(null, signal());
    const checks = await world.source.check(signal());
    expect(checks.find(({ what }) => what.includes('public stream'))).toMatchObject({ ok: false });
    expect(world.fake.streams()).toEqual([]);
    const first = world.source.listen?.(signal())[Symbol.asyncIterator]().next();
    // Without an address of its own the stream is looked for where the API is, and is not there.
    await expect(first).rejects.toBeInstanceOf(UnavailableError);
    expect(
      world.fake.service.requests.filter(({ path }) => path.includes('streaming')).map(({ path }) => path),
    ).toEqual(['/api/v1/streaming/user']);
  });

  it('tells edits, and the next poll deletions, of what was delivered', async () => {
    const world = await start({}, { watch: ['pot'], public: 'all' });
    const { next } = await listening(world);
    const post = write(world, '<p>my pot</p>');
    const other = write(world, '<p>my lid</p>');
    expect(await next()).toMatchObject({ id: post.id, editedAt: null });
    const edit = next();
    await world.clock.advance(1_000);
    world.fake.editStatus(other, '<p>my lid, again</p>');
    world.fake.editStatus(post, '<p>my former crock</p>');
    expect(await edit).toMatchObject({ id: post.id, text: 'my former crock', editedAt: world.clock.now() });
    const edited = next();
    world.fake.editStatus(other, '<p>my lid is a pot</p>');
    expect(await edited).toMatchObject({ id: other.id, text: 'my lid is a pot' });
    const last = next();
    world.fake.removeStatus(post);
    const later = write(world, '<p>pot again</p>');
    expect(await last).toMatchObject({ id: later.id });
    const batch = await poll(world);
    expect(batch.deleted).toEqual([post.id]);
    expect((await poll(world, batch.cursor)).deleted).toBeUndefined();
  });
});

describe('an edit in the public stream', () => {
  it('of what was there before we came brings nothing', async () => {
    const world = await start({}, { watch: ['pot'], public: 'all' });
    const old = write(world, '<p>my lid</p>', { createdAt: world.clock.now() - 25 * HOUR });
    const young = write(world, '<p>my lid</p>', { createdAt: world.clock.now() - 23 * HOUR });
    const { next } = await listening(world);
    const edit = next();
    world.fake.editStatus(old, '<p>my pot</p>');
    world.fake.editStatus(young, '<p>my pot</p>');
    expect(await edit).toMatchObject({ id: young.id });
  });
});

describe('lists', () => {
  it('are read and streamed; with words, only what holds one', async () => {
    for (const words of [[], ['pot']]) {
      const world = await start({}, { lists: ['12'], watch: words });
      world.fake.lists.set('12', [ada(world).id]);
      const createdAt = world.clock.now() - MINUTE;
      const plain = write(world, '<p>Hello</p>', { createdAt });
      const pot = write(world, '<p>A pot</p>', { createdAt });
      write(world, '<p>A pot</p>', { createdAt, account: world.fake.account('bo@far.example') });
      const wanted = words.length === 0 ? [plain.id, pot.id] : [pot.id];
      const { posts, cursor } = await poll(world);
      expect(posts.map((post) => [post.id, post.via]).sort()).toEqual(wanted.map((id) => [id, 'keyword']));
      const { next } = await listening(world);
      expect(world.fake.streams()).toContain('/api/v1/streaming/list?list=12');
      const live = write(world, '<p>Another pot</p>');
      expect((await next())?.id).toBe(live.id);
      expect((await poll(world, cursor)).posts.map((post) => post.id)).toContain(live.id);
    }
  });

  it('that are gone or forbidden stop nothing, are told once, and in the check', async () => {
    const world = await start(
      { scopes: ['read:accounts', 'read:notifications', 'read:statuses'] },
      { lists: ['12'] },
    );
    const mention = world.fake.mention({
      account: ada(world),
      createdAt: world.clock.now() - MINUTE,
      content: '<p>@brand hi</p>',
    });
    expect((await poll(world)).posts.map((post) => post.id)).toEqual([mention.id]);
    await poll(world);
    expect(world.logged().split('a list cannot be read')).toHaveLength(2);
    const checks = await world.source.check(signal());
    expect(checks.find(({ what }) => what.includes('list 12'))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('read:lists'),
    });
  });
});

describe('hashtags', () => {
  it('are streamed, too; each post once', async () => {
    const world = await start({}, { hashtags: ['stew', 'pot'] });
    const { next } = await listening(world, 3);
    expect(world.fake.streams()).toEqual([
      '/api/v1/streaming/user',
      '/api/v1/streaming/hashtag?tag=stew',
      '/api/v1/streaming/hashtag?tag=pot',
    ]);
    const both = write(world, '<p>#stew in a #pot</p>');
    expect(await next()).toMatchObject({ id: both.id, via: 'keyword' });
    const rest = next();
    await world.clock.settle();
    const one = write(world, '<p>more #pot</p>');
    expect((await rest)?.id).toBe(one.id);
  });
});

describe('quotes', () => {
  it('of us are quotes, however they were found; the words of the quoted stay apart', async () => {
    const world = await start({}, { hashtags: ['stew'] });
    const { fake, clock } = world;
    const createdAt = clock.now() - MINUTE;
    const ours = fake.addStatus({ account: fake.brand, createdAt, content: '<p>New lid</p>' });
    const theirs = write(world, '<p>Old lid</p>', { createdAt });
    const quote = write(
      world,
      `<p class="quote-inline">RE: ${link('https://social.example/@brand/1')}</p><p>Look #stew</p>`,
      {
        createdAt,
        quotes: ours.id,
      },
    );
    const other = write(world, '<p>This #stew</p>', { createdAt, quotes: theirs.id });
    const gone = write(world, '<p class="quote-inline">RE: this</p><p>That #stew</p>', {
      createdAt,
      quotes: 'gone',
    });
    const { posts, dropped } = await poll(world);
    expect(dropped).toEqual([]);
    expect(posts.find(({ id }) => id === quote.id)).toMatchObject({
      via: 'quote',
      text: 'Look #stew',
      links: [`https://social.example/@brand/${ours.id}`],
      media: [{ alt: 'Quoted @brand@social.example: New lid' }],
    });
    expect(posts.find(({ id }) => id === other.id)).toMatchObject({
      via: 'keyword',
      media: [{ alt: 'Quoted @ada@far.example: Old lid' }],
    });
    expect(posts.find(({ id }) => id === gone.id)).toMatchObject({
      via: 'keyword',
      text: 'RE: this\n\nThat #stew',
      media: [],
    });
  });
});

describe('followers', () => {
  it('are news when what they say of themselves holds a word', async () => {
    const world = await start({}, { follows: ['chef', 'Journalist'] });
    const createdAt = world.clock.now() - MINUTE;
    const notes = { bo: '<p>Head <b>CHEF</b></p>', cy: '<p>cheflings</p>' };
    for (const [name, note] of Object.entries(notes)) {
      const account = world.fake.account(`${name}@far.example`);
      account.note = note;
      world.fake.notify({ type: 'follow', createdAt, account, statusId: null });
    }
    const di = world.fake.account('di@far.example', 'Di, journalist');
    world.fake.notify({ type: 'follow', createdAt, account: di, statusId: null });
    expect((await poll(world)).posts.map(({ author }) => author.handle).sort()).toEqual([
      'bo@far.example',
      'di@far.example',
    ]);
  });
});

describe('the budget', () => {
  it('counts what is read and what is sent apart, and keeps the answer when reading is used up', async () => {
    const spent = { read: 0, answer: 0 };
    const meter: Meter = {
      async spend({ requests = 0 }, purpose = 'read') {
        if (purpose === 'read' && spent.read >= 5) throw new RateLimitedError('used up', MINUTE);
        spent[purpose] += requests;
      },
    };
    const world = await mastodonWorld({ meter });
    onTestFinished(() => world.close());
    const post = await asked(world);
    // Whose token it is, what the server is, notifications, our own posts.
    expect(spent).toEqual({ read: 4, answer: 0 });
    await expect(poll(world)).rejects.toBeInstanceOf(RateLimitedError);
    await answer(world, post, 'Sorry!');
    expect(spent.answer).toBe(2);
  });
});

describe('a post of our own', () => {
  it('says its language where it is sure', async () => {
    const world = await start();
    const say = (text: string, idempotencyKey: string) =>
      world.source.publish?.(text, { idempotencyKey, signal: signal() });
    expect(await say('Was ist euer Lieblingsgericht aus dem Topf?', 'one')).toMatchObject([{ lang: 'de' }]);
    expect(await say('Crockpot 3000', 'two')).toMatchObject([{ lang: null }]);
  });
});

describe('the configuration of what is watched', () => {
  const parse = (more: object) =>
    mastodon.config.safeParse({ server: 'mastodon.example', token: 'x'.repeat(20), ...more });

  it('must make sense', () => {
    for (const [wrong, words] of [
      [{ watch: ['pot'] }, 'needs somewhere to look'],
      [{ public: 'all' }, 'needs words to look for'],
      [{ watch: ['pot'], public: 'all', stream: 'off' }, 'needs streaming'],
      [{ lists: ['https://x.example/lists/1'] }, 'id of a list'],
      [{ lists: ['1', '2', '3', '4', '5', '6'] }, 'at most 5'],
      [{ follows: 'some' }, 'must be all, none'],
    ] as const)
      expect(parse(wrong).error?.message, JSON.stringify(wrong)).toContain(words);
    expect(parse({ watch: ['pot'], public: 'local', follows: ['chef'], lists: ['12'] }).success).toBe(true);
    const follows = [true, false, 'all', 'none'].map((value) => parse({ follows: value }).data?.follows);
    expect(follows).toEqual(['all', 'none', 'all', 'none']);
  });
});

describe('several streams as one', () => {
  it('end with the first that ends or fails, and let a quiet one speak', async () => {
    async function* busy() {
      for (let at = 0; at < 5; at++) yield `busy ${at}`;
    }
    async function* quiet() {
      yield 'quiet';
      await new Promise(() => {});
    }
    const got: string[] = [];
    for await (const one of merge([busy(), quiet()])) got.push(one);
    expect(got).toEqual(['busy 0', 'quiet', 'busy 1', 'busy 2', 'busy 3', 'busy 4']);
    async function* failing(): AsyncGenerator<string> {
      yield 'one';
      throw new Error('broken');
    }
    await expect(async () => {
      for await (const _ of merge([quiet(), failing()]));
    }).rejects.toThrow('broken');
  });
});
