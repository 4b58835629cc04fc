import { Keyv } from 'keyv';
import { createRestAPIClient, type mastodon as masto } from 'masto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { htmlToText } from '../../src/html-text.ts';
import { mastodon } from '../../src/sources/mastodon/mastodon.ts';
import type { Source } from '../../src/sources/source.ts';
import { until } from './support/bluesky-until.ts';
import { type Bot, startBot } from './support/bot.ts';
import { type Snac, type SnacUser, snacMissing, startSnac } from './support/snac.ts';

/** A mention takes the server eight or nine seconds to deliver, the bot looks every ten. */
const PATIENCE = 60_000;
const LONG = { timeout: 5 * PATIENCE };
const missing = snacMissing();
if (missing) console.warn(`Mastodon live tests are skipped: ${missing}`);

let snac: Snac;
let brand: SnacUser;
let customer: SnacUser;
/** Other people's client, and the brand's own on another device. */
let customersClient: masto.rest.Client;
let brandsClient: masto.rest.Client;

const signal = (): AbortSignal => AbortSignal.timeout(PATIENCE);

async function open(token: string): Promise<Source> {
  const own = mastodon.config.parse({ server: snac.url, token, allowPrivate: true });
  return mastodon.create(own, {
    name: 'fedi',
    fetch: guardedFetch({ allowPrivate: true, userAgent: 'Potluck-live-test' }),
    clock: systemClock,
    random: Math.random,
    cache: new Keyv(),
    brand: { names: ['Crockhaven'], competitors: [], domains: [] },
    meter: { spend: async () => {} },
    log: { debug() {}, info() {}, warn() {} },
  });
}

/** Polls until a post fits. */
function delivered(source: Source, what: string, fits: (post: Post) => boolean): Promise<Post> {
  let cursor: string | null = null;
  return until(what, PATIENCE, async () => {
    const batch = await source.poll?.(cursor, signal());
    cursor = batch?.cursor ?? cursor;
    return batch?.posts.find(fits);
  });
}

/** What the customer sees below a post. */
async function answersTo(id: string): Promise<readonly masto.v1.Status[]> {
  return (await customersClient.v1.statuses.$select(id).context.fetch()).descendants;
}

describe.skipIf(missing !== null)('a Mastodon-compatible server', () => {
  beforeAll(async () => {
    snac = await startSnac();
    [brand, customer] = [await snac.user('brand'), await snac.user('customer')];
    customersClient = createRestAPIClient({ url: snac.url, accessToken: customer.token });
    brandsClient = createRestAPIClient({ url: snac.url, accessToken: brand.token });
  });
  afterAll(() => snac?.stop());

  test('delivers a mention, takes a threaded answer, and tells of one written elsewhere', LONG, async () => {
    const source = await open(brand.token);
    const checks = await source.check(signal());
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(source.account?.()?.handle).toBe(`@${brand.handle}`);

    const said = await customersClient.v1.statuses.create({
      status: `@${brand.handle} my Crockhaven pot cracked, see https://example.com/pot?a=1&b=2\n\nWhat now?`,
      language: 'en',
    });
    const ask = await delivered(source, 'the mention', (post) => post.id === said.id);
    expect(ask).toMatchObject({
      via: 'mention',
      conversationId: said.id,
      author: { handle: customer.handle },
      ours: false,
    });
    expect(ask.text).toContain('https://example.com/pot?a=1&b=2\n\nWhat now?');
    expect(ask.links).toContain('https://example.com/pot?a=1&b=2');

    const [sent] =
      (await source.reply?.(ask, 'So sorry! A new one is on its way.', {
        idempotencyKey: 'live-1',
        signal: signal(),
      })) ?? [];
    expect(sent).toMatchObject({ ours: true, replyTo: said.id, conversationId: said.id });
    const seen = await until('the customer sees the answer', PATIENCE, async () =>
      (await answersTo(said.id)).find((status) => status.id === sent?.id),
    );
    expect(seen.inReplyToId).toBe(said.id);
    expect(htmlToText(seen.content).text).toContain('A new one is on its way.');

    const other = await brandsClient.v1.statuses.create({
      status: `@${customer.handle} and a lid too`,
      inReplyToId: said.id,
    });
    const noticed = await delivered(source, 'what the other client wrote', (post) => post.id === other.id);
    expect(noticed).toMatchObject({ ours: true, conversationId: said.id });
    const thread = await source.conversation?.(ask, signal());
    expect(thread?.map((post) => [post.id, post.ours]).sort()).toEqual(
      [
        [said.id, false],
        [sent?.id, true],
        [other.id, true],
      ].sort(),
    );

    const back = await customersClient.v1.statuses.create({
      status: `@${brand.handle} thank you`,
      inReplyToId: sent?.id ?? '',
    });
    const again = await delivered(source, 'the customer’s reply', (post) => post.id === back.id);
    expect(again).toMatchObject({ via: 'reply', conversationId: said.id, replyTo: sent?.id });
  });

  test('has no streaming, and says no in the ways we understand', LONG, async () => {
    const source = await open(brand.token);
    const stream = source.listen?.(signal())[Symbol.asyncIterator]();
    const error = await stream?.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(/polling continues/i);

    const said = await customersClient.v1.statuses.create({ status: `@${brand.handle} soon gone` });
    const ask = await delivered(source, 'the mention', (post) => post.id === said.id);
    await brandsClient.v1.statuses.create({ status: 'unrelated' });
    const gone = { ...ask, id: '1'.repeat(42) };
    const answering = source.reply?.(gone, 'Hello?', { idempotencyKey: 'live-2', signal: signal() });
    await expect(answering).rejects.toBeInstanceOf(RejectedError);
    expect(await source.conversation?.({ ...gone, conversationId: gone.id }, signal())).toEqual([]);

    const stranger = await open('0123456789abcdef0123456789abcdef');
    await expect(stranger.poll?.(null, signal())).rejects.toBeInstanceOf(AuthError);
    expect((await stranger.check(signal()))[0]).toMatchObject({ ok: false });
  });

  describe('through the running bot', () => {
    let bot: Bot;
    beforeAll(async () => {
      bot = await startBot({
        brand: { names: ['Crockhaven'] },
        sources: {
          fedi: { kind: 'mastodon', server: snac.url, token: brand.token, allowPrivate: true, every: '10s' },
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

    test('a mention becomes an item; claimed, drafted and sent, it is on the network', LONG, async () => {
      const said = await customersClient.v1.statuses.create({
        status: `@${brand.handle} does the big Crockhaven pot fit into an oven?`,
      });
      const item = await itemOf('fit into an oven');
      expect(item).toMatchObject({ state: 'open', author: { handle: customer.handle } });
      expect((await bot.act(item.itemId, { action: 'claim' })).state).toBe('claimed');
      await bot.act(item.itemId, { action: 'draft', text: 'It does, up to 200 degrees.' });
      await bot.act(item.itemId, { action: 'send', text: 'It does, up to 200 degrees.' });
      const closed = await state(item.itemId, 'answered');
      const [answer] = await until('the answer is public', PATIENCE, async () => {
        const found = await answersTo(said.id);
        return found.length > 0 && found;
      });
      expect(htmlToText(answer?.content ?? '').text).toContain('It does, up to 200 degrees.');
      expect(answer?.inReplyToId).toBe(said.id);
      expect(closed.closing?.url).toBe(answer?.url);
      expect(await answersTo(said.id)).toHaveLength(1);

      await customersClient.v1.statuses.create({
        status: `@${brand.handle} and does the lid survive that as well?`,
        inReplyToId: answer?.id ?? '',
      });
      const reopened = await until('the follow-up reopens it', PATIENCE, async () => {
        const now = await bot.item(item.itemId);
        return now.followUp && now;
      });
      expect(reopened.text).toContain('and does the lid survive');
    });

    test('an answer written with another client closes the item', LONG, async () => {
      const said = await customersClient.v1.statuses.create({
        status: `@${brand.handle} my Crockhaven handle broke off, what can I do?`,
      });
      const item = await itemOf('handle broke off');
      const answer = await brandsClient.v1.statuses.create({
        status: `@${customer.handle} we will replace it`,
        inReplyToId: said.id,
      });
      const closed = await state(item.itemId, 'answered');
      expect(closed.closing?.url).toBe(answer.url);
      expect(bot.log()).not.toContain(brand.token);
    });
  });
});
