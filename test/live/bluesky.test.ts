import { Keyv } from 'keyv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RejectedError } from '../../src/errors.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { bluesky } from '../../src/sources/bluesky/bluesky.ts';
import type { Source } from '../../src/sources/source.ts';
import { jpeg, png } from '../support/pictures.ts';
import { type BlueskyNetwork, type Person, startBlueskyNetwork } from './support/bluesky-network.ts';
import { type Ref, sayOn, thread } from './support/bluesky-people.ts';
import { until } from './support/bluesky-until.ts';
import { type Bot, startBot } from './support/bot.ts';

const PATIENCE = 30_000;
const quiet = { debug() {}, info() {}, warn() {} };
const signal = (): AbortSignal => AbortSignal.timeout(PATIENCE);

let network: BlueskyNetwork;
let brand: Person;
let anna: Person;
let ben: Person;
let password: string;

beforeAll(async () => {
  network = await startBlueskyNetwork();
  [brand, anna, ben] = [
    await network.account('crockhaven'),
    await network.account('anna'),
    await network.account('ben'),
  ];
  password = await network.appPassword(brand);
});
afterAll(() => network?.stop());

/** The adapter as the bot would make it. */
function open(config: Readonly<Record<string, unknown>> = {}, cache = new Keyv()): Promise<Source> {
  const own = bluesky.config.parse({
    handle: brand.handle,
    password,
    service: network.service,
    allowPrivate: true,
    ...config,
  });
  return bluesky.create(own, {
    name: 'bsky',
    fetch: guardedFetch({ allowPrivate: true, userAgent: 'Potluck-live-test' }),
    clock: systemClock,
    random: Math.random,
    cache,
    brand: { names: ['Crockhaven'], competitors: [], domains: [] },
    meter: { spend: async () => {} },
    log: quiet,
  });
}

/** Polls until the post is delivered. */
async function delivered(source: Source, uri: string): Promise<Post> {
  let cursor: string | null = null;
  const seen = new Map<string, Post>();
  return until(`the poll brings ${uri}`, PATIENCE, async () => {
    const batch = await source.poll?.(cursor, signal());
    cursor = batch?.cursor ?? cursor;
    for (const post of batch?.posts ?? []) seen.set(post.id, post);
    return seen.get(uri);
  });
}

function answer(source: Source, post: Post, text: string, idempotencyKey: string): Promise<readonly Post[]> {
  if (!source.reply) throw new Error('the source cannot reply');
  return source.reply(post, text, { idempotencyKey, signal: signal() });
}

describe('listening to a real network', () => {
  test('a mention arrives with its text, links, language and picture descriptions', async () => {
    const source = await open();
    const link = 'https://example.com/a/very/long/path?with=words&and=more';
    const said = await sayOn(anna, `Hey @${brand.handle}, does the pot fit? See ${link}`, {
      langs: ['en'],
      picture: 'A pot in an oven',
    });
    const post = await delivered(source, said.uri);
    expect(post).toMatchObject({
      via: 'mention',
      ours: false,
      conversationId: said.uri,
      replyTo: null,
      lang: 'en',
      author: { handle: anna.handle, id: anna.did },
      url: `https://bsky.app/profile/${anna.handle}/post/${said.uri.split('/').at(-1)}`,
    });
    expect(post.text).toContain('does the pot fit?');
    expect(post.links).toContain(link);
    expect(post.media.map((medium) => medium.alt)).toEqual(['A pot in an oven']);
  });

  test('replies, quotes, follows and searched words arrive as what they are', async () => {
    const source = await open({ search: ['crockpot-lover'] });
    const ours = await sayOn(brand, 'Having a potluck today. What is your favourite dish?');
    const reply = await sayOn(anna, 'Chili!', { reply: { root: ours, parent: ours } });
    const quote = await sayOn(ben, 'Look at these people', { quote: ours });
    const word = await sayOn(ben, 'I am a true crockpot-lover');
    const follow = await ben.agent.follow(brand.did);
    expect(await delivered(source, reply.uri)).toMatchObject({
      via: 'reply',
      conversationId: ours.uri,
      replyTo: ours.uri,
    });
    expect(await delivered(source, quote.uri)).toMatchObject({ via: 'quote', conversationId: quote.uri });
    expect(await delivered(source, word.uri)).toMatchObject({ via: 'keyword' });
    expect(await delivered(source, follow.uri)).toMatchObject({ via: 'follow', text: '' });
    expect(await delivered(source, ours.uri)).toMatchObject({ ours: true });
  });

  test('a post dated back by its author is still found', async () => {
    const source = await open();
    const first = await sayOn(anna, `@${brand.handle} first`);
    let cursor = (await source.poll?.(null, signal()))?.cursor ?? null;
    await delivered(source, first.uri);
    const late = await sayOn(ben, `@${brand.handle} I wrote this on the train`, {
      at: Date.now() - 3 * 3_600_000,
    });
    await until('the late post is delivered', PATIENCE, async () => {
      const batch = await source.poll?.(cursor, signal());
      cursor = batch?.cursor ?? cursor;
      return batch?.posts.some((post) => post.id === late.uri);
    });
  });
});

describe('answering on a real network', () => {
  test('an answer is threaded under the customer’s post, in their language, with links and mentions', async () => {
    const source = await open();
    const said = await sayOn(anna, `@${brand.handle} passt der Topf in den Ofen?`, { langs: ['de'] });
    const post = await delivered(source, said.uri);
    const text = `Ja, @${anna.handle} – bis 200 Grad: https://example.com/ofen @nobody-at-all.test #topf`;
    const sent = await answer(source, post, text, 'reply-1');
    expect(sent).toHaveLength(1);
    const seen = await until('the customer sees the answer', PATIENCE, () =>
      thread(anna, said.uri).then((posts) => posts.find((each) => each.uri === sent[0]?.id)),
    );
    expect(seen.author.did).toBe(brand.did);
    expect(seen.record).toMatchObject({ text, langs: ['de'], reply: { root: said, parent: said } });
    const features = seen.record.facets?.flatMap((facet) => facet.features) ?? [];
    expect(features).toMatchObject([{ did: anna.did }, { uri: 'https://example.com/ofen' }, { tag: 'topf' }]);
    const notified = await until('the customer is notified', PATIENCE, async () => {
      const { data } = await anna.agent.listNotifications({ limit: 20 });
      return data.notifications.find((each) => each.uri === sent[0]?.id);
    });
    expect(['reply', 'mention']).toContain(notified.reason);
  });

  test('a long answer becomes a thread whose parts hang together', async () => {
    const source = await open();
    const said = await sayOn(ben, `@${brand.handle} tell me everything`);
    const post = await delivered(source, said.uri);
    const text = Array.from({ length: 14 }, (_, n) => `Sentence ${n} of our story about pots and lids.`).join(
      ' ',
    );
    const measure = source.measure?.(post, text);
    expect(measure?.parts.length).toBe(3);
    const sent = await answer(source, post, text, 'long-1');
    const posts = await until('all parts are seen', PATIENCE, () =>
      thread(ben, said.uri).then((seen) => {
        const parts = sent.map((part) => seen.find((each) => each.uri === part.id));
        return parts.every((part) => part !== undefined) ? parts : null;
      }),
    );
    expect(posts.map((part) => part?.record.text)).toEqual(measure?.parts);
    // Each part names the version of the one before it that the network really holds.
    let parent: Ref = said;
    for (const part of posts) {
      expect(part?.record.reply).toMatchObject({ root: said, parent });
      if (part) parent = { uri: part.uri, cid: part.cid };
    }
  });

  test('pictures are seen with their descriptions, and a thread below them hangs together', async () => {
    const source = await open();
    const media = [
      { mime: 'image/jpeg', bytes: jpeg(), width: 24, height: 16, alt: 'A red pot.' },
      { mime: 'image/png', bytes: png(30, 20), width: 30, height: 20, alt: 'Its lid 🍲' },
    ] as const;
    const text = 'A sentence that goes on and on about pots and lids. '.repeat(9);
    const sent = await source.publish?.(text, { idempotencyKey: 'pictures-1', signal: signal(), media });
    const posts = await until('both parts are seen', PATIENCE, () =>
      thread(anna, sent?.[0]?.id ?? '').then((seen) => (seen.length === 2 ? seen : null)),
    );
    const [first, second] = posts;
    expect(first?.embed).toMatchObject({
      $type: 'app.bsky.embed.images#view',
      images: [
        { alt: 'A red pot.', aspectRatio: { width: 24, height: 16 } },
        { alt: 'Its lid 🍲', aspectRatio: { width: 30, height: 20 } },
      ],
    });
    // The name of the first part, pictures and all, was known before the network had it.
    expect(second?.record.reply?.parent).toEqual({ uri: first?.uri, cid: first?.cid });
    const { data } = await brand.agent.com.atproto.sync.getBlob({
      did: brand.did,
      cid: String(first?.record.embed?.images[0]?.image.ref),
    });
    expect(Buffer.from(data).equals(jpeg())).toBe(true);
  });

  test('the same answer sent again changes nothing', async () => {
    const source = await open();
    const said = await sayOn(anna, `@${brand.handle} twice?`);
    const post = await delivered(source, said.uri);
    const [first] = await answer(source, post, 'Once.', 'twice');
    const [second] = await answer(source, post, 'Once.', 'twice');
    expect(second?.id).toBe(first?.id);
    const { data } = await brand.agent.com.atproto.repo.listRecords({
      repo: brand.did,
      collection: 'app.bsky.feed.post',
      limit: 100,
    });
    expect(data.records.filter((record) => record.value.text === 'Once.')).toHaveLength(1);
  });

  test('a deleted post, a closed thread and a block are refused in words', async () => {
    const source = await open();
    const gone = await sayOn(anna, `@${brand.handle} oops`);
    const closed = await sayOn(ben, `@${brand.handle} I want no answers`);
    const [gonePost, closedPost] = [await delivered(source, gone.uri), await delivered(source, closed.uri)];
    await anna.agent.deletePost(gone.uri);
    await ben.agent.app.bsky.feed.threadgate.create(
      { repo: ben.did, rkey: closed.uri.split('/').at(-1) ?? '' },
      { post: closed.uri, allow: [], createdAt: new Date().toISOString() },
    );
    await until('the deletion is known', PATIENCE, () => refusal(source, gonePost, /deleted/));
    await until('the gate is known', PATIENCE, () => refusal(source, closedPost, /limited who may answer/));
    const shy = await network.account('shy');
    const said = await sayOn(shy, `@${brand.handle} hello`);
    const shyPost = await delivered(source, said.uri);
    await shy.agent.app.bsky.graph.block.create(
      { repo: shy.did },
      { subject: brand.did, createdAt: new Date().toISOString() },
    );
    await until('the block is known', PATIENCE, () => refusal(source, shyPost, /blocked/));
  });
});

/** Whether an answer would be refused with these words now. It is tried with a text that can never be sent twice. */
async function refusal(source: Source, post: Post, words: RegExp): Promise<boolean> {
  try {
    await answer(source, post, 'May we?', `may-we-${post.id}`);
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(RejectedError);
    return words.test((error as Error).message);
  }
}

describe('noticing what we answered elsewhere', () => {
  test('an answer from another client is in the poll and in the conversation', async () => {
    const source = await open();
    const said = await sayOn(anna, `@${brand.handle} is anybody there?`);
    const post = await delivered(source, said.uri);
    const elsewhere = await sayOn(brand, 'Yes, from my phone.', { reply: { root: said, parent: said } });
    expect(await delivered(source, elsewhere.uri)).toMatchObject({ ours: true, conversationId: said.uri });
    const posts = await until('the conversation holds it', PATIENCE, async () => {
      const all = (await source.conversation?.(post, signal())) ?? [];
      return all.length === 2 ? all : null;
    });
    expect(posts.map((each) => [each.id, each.ours])).toEqual([
      [said.uri, false],
      [elsewhere.uri, true],
    ]);
  });

  test('a colleague’s own account counts, and only what concerns us', async () => {
    const cora = await network.account('cora');
    const source = await open({ ours: [cora.handle] });
    const said = await sayOn(anna, `@${brand.handle} who is in charge?`);
    await delivered(source, said.uri);
    const other = await sayOn(ben, 'Dinner tonight?');
    const own = await sayOn(cora, 'Sure, at eight', { reply: { root: other, parent: other } });
    const work = await sayOn(cora, 'I am!', { reply: { root: said, parent: said } });
    expect(await delivered(source, work.uri)).toMatchObject({ ours: true });
    const all = await source.poll?.(null, signal());
    expect(all?.posts.map((post) => post.id)).not.toContain(own.uri);
  });
});

describe('the session', () => {
  test('survives a restart, a spoilt token and says what is wrong with a password', async () => {
    const cache = new Keyv();
    const source = await open({}, cache);
    await source.poll?.(null, signal());
    await source.close?.();
    const stored = await cache.get('session');
    expect(JSON.stringify(stored)).not.toContain(password);
    const signIns: unknown = await cache.get('sign-ins');

    const again = await open({}, cache);
    expect(again.account?.()?.handle).toBe(`@${brand.handle}`);
    await again.poll?.(null, signal());
    // A token that the server does not know: 400 InvalidToken; the refresh token still works.
    await cache.set('session', { ...stored, accessJwt: 'nonsense' });
    const spoilt = await open({}, cache);
    await spoilt.poll?.(null, signal());
    expect(await cache.get('sign-ins')).toEqual(signIns);

    const wrong = await open({ password: 'wrong-wrong-wrong' });
    const failure = await wrong.poll?.(null, signal()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AuthError);
    expect((failure as Error).message).toMatch(/app password/);
    expect((failure as Error).message).not.toContain('wrong-wrong-wrong');
  });

  test('the doctor says what works', async () => {
    const source = await open({ search: ['pot'] });
    const checks = await source.check(signal());
    expect(checks.map((check) => check.ok)).toEqual([true, true, true]);
    expect(checks[0]?.what).toBe(`signs in as @${brand.handle} with an app password`);
  });
});

describe('the whole journey, through the running bot', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot({
      brand: { names: ['Crockhaven'] },
      sources: {
        bsky: {
          kind: 'bluesky',
          handle: brand.handle,
          password,
          service: network.service,
          allowPrivate: true,
          every: '5s',
        },
      },
    });
  });
  afterAll(() => bot?.stop());

  const itemOf = (words: string) =>
    until(`an item for “${words}”`, PATIENCE, async () =>
      (await bot.items()).find((item) => item.text.includes(words)),
    );
  const state = (id: number, wanted: string) =>
    until(`#${id} is ${wanted}`, PATIENCE, async () => {
      const item = await bot.item(id);
      return item.state === wanted && item;
    });

  test('mention, card, claim, draft, send: the answer is on the network, threaded; thanks reopen the card', async () => {
    const said = await sayOn(anna, `@${brand.handle} does the big pot fit into a small oven?`, {
      langs: ['en'],
    });
    const item = await itemOf('into a small oven');
    expect(item).toMatchObject({ state: 'open', author: { handle: anna.handle } });
    expect((await bot.act(item.itemId, { action: 'claim' })).state).toBe('claimed');
    const text = 'It does, just: 38 cm with both handles. What oven do you have?';
    await bot.act(item.itemId, { action: 'draft', text });
    expect(await thread(anna, said.uri)).toHaveLength(1);
    await bot.act(item.itemId, { action: 'send', text });
    const closed = await state(item.itemId, 'answered');
    const answers = await until('the customer sees the answer', PATIENCE, async () => {
      const [, ...below] = await thread(anna, said.uri);
      return below.length > 0 && below;
    });
    expect(answers).toHaveLength(1);
    const [seen] = answers;
    expect(seen?.record).toMatchObject({ text, langs: ['en'], reply: { root: said, parent: said } });
    expect(seen?.author.did).toBe(brand.did);
    expect(closed.closing?.url).toBe(
      `https://bsky.app/profile/${brand.handle}/post/${seen?.uri.split('/').at(-1)}`,
    );

    const ours = { uri: seen?.uri ?? '', cid: seen?.cid ?? '' };
    await sayOn(anna, 'And does the lid survive 250 degrees?', { reply: { root: said, parent: ours } });
    const again = await until('the follow-up reopens the same card', PATIENCE, async () => {
      const now = await bot.item(item.itemId);
      return now.followUp && now;
    });
    expect(again.text).toContain('does the lid survive');
  });

  test('an answer from another client closes the card and is linked', async () => {
    const said = await sayOn(ben, `@${brand.handle} my handle broke off, what can I do?`);
    const item = await itemOf('handle broke off');
    const elsewhere = await sayOn(brand, 'So sorry! A new one is on its way.', {
      reply: { root: said, parent: said },
    });
    const closed = await state(item.itemId, 'answered');
    expect(closed.closing?.url).toBe(
      `https://bsky.app/profile/${brand.handle}/post/${elsewhere.uri.split('/').at(-1)}`,
    );
    expect(bot.log()).not.toContain(password);
  });

  test('what was answered before the bot looked is no open card', async () => {
    const said = await sayOn(ben, `@${brand.handle} is the shop open on Sunday mornings?`);
    await sayOn(brand, 'From ten on!', { reply: { root: said, parent: said } });
    const item = await itemOf('open on Sunday mornings');
    await state(item.itemId, 'answered');
  });
});
