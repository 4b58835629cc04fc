import { readFileSync } from 'node:fs';
import { createRestAPIClient } from 'masto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuthError, RateLimitedError } from '../../src/errors.ts';
import { mastodon } from '../../src/sources/mastodon/mastodon.ts';
import { MINUTE, SECOND } from '../contract/source-steps.ts';
import { TOKEN } from '../fixtures/mastodon/fake-mastodon.ts';
import { asked, poll, signal, start } from '../fixtures/mastodon/steps.ts';

describe('what people write', () => {
  it('reads as they meant it: warning, links, options, emoji, descriptions', async () => {
    const world = await start();
    const post = await asked(world, {
      spoiler: 'cracked pottery',
      content:
        '<p><span class="h-card"><a href="https://social.example/@brand" class="u-url mention">@<span>brand</span></a></span> look :blobsad: at <a href="https://example.com/a-very-long-path-to-a-picture?x=1" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">example.com/a-very-long-path-to</span><span class="invisible">-a-picture?x=1</span></a></p><p>Which one?<br>Or <a href="https://evil.example/">example.com</a></p>',
      poll: ['the blue one', 'the red one'],
      language: 'en',
      media: [{ url: 'https://files.far.example/1.png', description: 'A crack along the rim' }],
    });
    expect(post.text).toBe(
      'cracked pottery\n\n@brand look :blobsad: at https://example.com/a-very-long-path-to-a-picture?x=1\n\nWhich one?\nOr example.com (https://evil.example/)\n\n• the blue one\n• the red one',
    );
    expect(post).toMatchObject({
      via: 'mention',
      lang: 'en',
      author: { name: 'Ada', handle: 'ada@far.example', url: 'https://far.example/@ada' },
      media: [{ alt: 'A crack along the rim' }],
    });
    expect(post.links).toContain('https://example.com/a-very-long-path-to-a-picture?x=1');
  });

  it('is told apart: reply to us, quote, private message, follower; the rest is not a post', async () => {
    const world = await start({ types: false });
    const { fake, clock } = world;
    const ada = fake.account('ada@far.example', 'Ada');
    const createdAt = clock.now() - MINUTE;
    const ours = fake.addStatus({
      account: fake.brand,
      createdAt: createdAt - SECOND,
      content: '<p>New lid!</p>',
    });
    const reply = fake.mention({ account: ada, createdAt, inReplyTo: ours.id, content: '<p>Nice</p>' });
    const secret = fake.mention({ account: ada, createdAt, visibility: 'direct', content: '<p>psst</p>' });
    const quote = fake.addStatus({ account: ada, createdAt, content: '<p>Look at this</p>' });
    fake.notify({ type: 'quote', createdAt, account: ada, statusId: quote.id });
    for (const type of [
      'favourite',
      'reblog',
      'poll',
      'update',
      'admin.sign_up',
      'pleroma:emoji_reaction',
      'zzz',
    ])
      fake.notify({ type, createdAt, account: ada, statusId: ours.id });
    // The post was deleted between the notification and now.
    fake.notify({ type: 'mention', createdAt, account: ada, statusId: 'gone' });
    fake.notify({ type: 'follow', createdAt, account: ada, statusId: null });
    fake.notify({ type: 'follow', createdAt: createdAt + SECOND, account: ada, statusId: null });

    const { posts, dropped } = await poll(world);
    const vias = Object.fromEntries(posts.map((post) => [post.id, post.via]));
    expect(vias).toEqual({
      [ours.id]: 'comment',
      [reply.id]: 'reply',
      [secret.id]: 'message',
      [quote.id]: 'quote',
      [`follow:${ada.id}`]: 'follow',
    });
    expect(posts.find((post) => post.id === reply.id)?.conversationId).toBe(ours.id);
    expect(dropped).toEqual([]);
    const follow = posts.find((post) => post.via === 'follow');
    expect(follow && (await world.source.conversation?.(follow, signal()))).toEqual([follow]);
  });

  it('is read from other servers as they send it', async () => {
    const world = await start();
    const { fake, clock } = world;
    const path = new URL('../fixtures/mastodon/snac-status.json', import.meta.url);
    const raw: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const customer = fake.account('customer@snac.example');
    fake.notify({ type: 'mention', createdAt: clock.now(), account: customer, statusId: null, raw });
    expect((await poll(world)).posts).toMatchObject([
      {
        id: '1795313976438c63c83d8a601176952717d0356dff',
        text: '@brand@snac.example my pot arrived cracked, see https://example.com/pot?a=1&b=2\n\nwhat now?',
        author: { handle: 'customer@snac.example' },
        links: ['https://example.com/pot?a=1&b=2'],
      },
    ]);
  });

  it('leaves followers out when told to', async () => {
    const world = await start({}, { follows: false });
    const { fake, clock } = world;
    const ada = fake.account('ada@far.example');
    fake.notify({ type: 'follow', createdAt: clock.now() - MINUTE, account: ada, statusId: null });
    expect((await poll(world)).posts).toEqual([]);
  });

  it('is found by hashtag, and a mention stays a mention', async () => {
    const world = await start({}, { hashtags: ['#Crockpots'] });
    const { fake, clock } = world;
    const ada = fake.account('ada@far.example');
    const createdAt = clock.now() - MINUTE;
    const tagged = fake.addStatus({ account: ada, createdAt, content: '<p>I love #Crockpots</p>' });
    const both = fake.mention({ account: ada, createdAt, content: '<p>@brand #Crockpots</p>' });
    const { posts, cursor } = await poll(world);
    expect(Object.fromEntries(posts.map((post) => [post.id, post.via]))).toEqual({
      [tagged.id]: 'keyword',
      [both.id]: 'mention',
    });
    await world.clock.advance(60 * MINUTE);
    const later = fake.addStatus({
      account: ada,
      createdAt: clock.now(),
      content: '<p>Again #Crockpots</p>',
    });
    expect((await poll(world, cursor)).posts.map((post) => post.id)).toContain(later.id);
  });

  it('counts as ours from the team’s other accounts too', async () => {
    const world = await start({}, { ours: ['@Lea@far.example'] });
    const post = await asked(world, { account: world.fake.account('lea@far.example', 'Lea') });
    expect(post.ours).toBe(true);
  });
});

describe('when something is wrong', () => {
  it('names the scope that is missing', async () => {
    const world = await start({ scopes: ['read:accounts', 'read:statuses'] });
    await expect(poll(world)).rejects.toThrow(/read:notifications/);
    await expect(poll(world)).rejects.toBeInstanceOf(AuthError);
    const checks = await world.source.check(signal());
    const remedies = checks.filter((check) => !check.ok).map((check) => check.remedy);
    expect(remedies.join(' ')).toContain('read:notifications write:statuses');
  });

  it('knows a refused token by any status', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    for (const status of [422, 404, 400]) {
      world.fail({ status, headers: { 'content-type': 'text/html' }, body: '<h1>422 Unprocessable</h1>' });
      await expect(poll(world, cursor)).rejects.toBeInstanceOf(AuthError);
      await world.restart();
      await expect(poll(world, cursor)).rejects.toBeInstanceOf(AuthError);
    }
  });

  it('believes Retry-After, as seconds or as a date', async () => {
    const world = await start();
    const date = new Date(world.clock.now()).toUTCString();
    for (const after of ['90', new Date(world.clock.now() + 90_000).toUTCString()]) {
      world.fail({ status: 429, headers: { date, 'retry-after': after } });
      const error = await poll(world).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitedError);
      expect(error instanceof RateLimitedError && error.retryAfterMs).toBe(90_000);
    }
  });

  it('manages without an instance description, or with Pleroma’s', async () => {
    const world = await start({
      instance: {
        uri: 'https://social.example',
        max_toot_chars: 5_000,
        urls: { streaming_api: 'wss://social.example' },
      },
    });
    const ask = await asked(world);
    expect(world.source.measure?.(ask, 'x')).toMatchObject({ limit: 5_000 });
    const bare = await start({ instance: [] });
    expect(bare.source.measure?.(await asked(bare), 'x')).toMatchObject({ limit: 500, problem: null });
  });

  it('counts an unreadable entry once, however often it is seen', async () => {
    const world = await start();
    await world.giveBroken?.();
    const first = await poll(world);
    expect(first.dropped).toHaveLength(1);
    expect((await poll(world, first.cursor)).dropped).toEqual([]);
  });
});

describe('the configuration', () => {
  const minimal = { server: 'mastodon.example', token: TOKEN };

  it('takes a server as people write it, and has sensible defaults', () => {
    expect(mastodon.config.parse(minimal)).toMatchObject({
      server: 'https://mastodon.example',
      lookback: 86_400_000,
      every: 30_000,
      follows: 'all',
      stream: 'auto',
    });
    const server = (text: string): unknown => mastodon.config.parse({ ...minimal, server: text }).server;
    expect(server('https://mastodon.example/')).toBe('https://mastodon.example');
    expect(server('https://example.org/social/')).toBe('https://example.org/social');
  });

  it('refuses what cannot work, in words', () => {
    const bad: object[] = [
      { server: 'http://mastodon.example' },
      { server: 'https://me:pw@mastodon.example' },
      { server: 'javascript:alert(1)' },
      { server: 'https://mastodon.example/?x=1' },
      { token: 'two words' },
      { token: '' },
      { every: '1s' },
      { hashtags: ['not a tag'] },
      { ours: ['@'] },
      { sever: 'typo' },
    ];
    for (const part of bad) {
      const result = mastodon.config.safeParse({ ...minimal, ...part });
      expect(result.success, JSON.stringify(part)).toBe(false);
      expect(result.success ? '' : z.prettifyError(result.error)).not.toContain(TOKEN);
    }
    const local = mastodon.config.parse({ ...minimal, server: 'http://10.0.0.5:3000', allowPrivate: true });
    expect(mastodon.allowsPrivate?.(local)).toBe(true);
  });
});

describe('the double', () => {
  it('is a Mastodon to the client library that others use', async () => {
    const world = await start();
    const { fake } = world;
    const ask = await asked(world);
    const other = createRestAPIClient({
      url: fake.url,
      accessToken: TOKEN,
      requestInit: { headers: { 'User-Agent': 'Potluck double' } },
    });
    const notifications = await other.v1.notifications.list({ limit: 5, types: ['mention'] });
    expect(notifications.map((one) => one.status?.id)).toEqual([ask.id]);
    const status = await other.v1.statuses.create({ status: 'From my telephone', inReplyToId: ask.id });
    const context = await other.v1.statuses.$select(ask.id).context.fetch();
    expect(context.descendants.map((one) => one.id)).toEqual([status.id]);
    const mine = (await poll(world)).posts.find((post) => post.id === status.id);
    expect(mine).toMatchObject({
      ours: true,
      via: 'reply',
      conversationId: ask.id,
      text: 'From my telephone',
    });
  });
});
