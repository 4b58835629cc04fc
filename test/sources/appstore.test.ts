import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/errors.ts';
import { appstore } from '../../src/sources/appstore/appstore.ts';
import { readPage, reviewToPost } from '../../src/sources/appstore/reviews.ts';
import type { Batch } from '../../src/sources/source.ts';
import { APP, type AppstoreWorld, appstoreWorld, review } from '../fixtures/appstore/world.ts';

const signal = new AbortController().signal;
const worlds: AppstoreWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}): Promise<AppstoreWorld> {
  const world = await appstoreWorld({ config });
  worlds.push(world);
  return world;
}
async function poll(world: AppstoreWorld, cursor: string | null = null): Promise<Batch> {
  if (!world.source.poll) throw new Error('it should poll');
  return world.source.poll(cursor, signal);
}
function add(world: AppstoreWorld, country: string, fields: Parameters<typeof review>[0]): void {
  const rows = world.stores.get(country) ?? [];
  world.stores.set(country, [...rows, { at: fields.at, json: review(fields) }]);
}

describe('a review', () => {
  it('shows its title, its words, and the stars with the version', () => {
    const { body } = JSON.parse(readFileSync('test/fixtures/appstore/reviews.json', 'utf8')) as {
      body: unknown;
    };
    const { reviews, dropped } = readPage(body);
    expect(dropped).toEqual([]);
    expect(reviews).toHaveLength(1);
    const [one] = reviews;
    if (!one) throw new Error('no review');
    const place = { source: 'reviews', app: APP, country: 'us', first: one.updated.label };
    expect(reviewToPost(one, place)).toMatchObject({
      id: '11223344556',
      conversationId: 'person:987654321',
      replyTo: null,
      author: { id: '987654321', name: 'Ada Löve', url: 'https://itunes.apple.com/us/reviews/id987654321' },
      text: 'Crashes\n\nIt crashes when I save a recipe.\n\n★★☆☆☆, version 3.1.4',
      url: `https://apps.apple.com/us/app/id${APP}?see-all=reviews`,
      createdAt: Date.UTC(2026, 5, 1, 11, 30),
      editedAt: null,
      ours: false,
    });
  });

  it('that comes again with a later time was edited', async () => {
    const world = await start();
    const at = world.clock.now() - 3_600_000;
    add(world, 'us', { id: '7', at, text: 'Crashes.', rating: 1 });
    const { cursor } = await poll(world);
    world.stores.set('us', []);
    add(world, 'us', { id: '7', at: at + 1_800_000, text: 'Fixed!', rating: 5 });
    expect((await poll(world, cursor)).posts).toMatchObject([
      { id: '7', text: 'Fixed!\n\n★★★★★, version 3.1.4', createdAt: at, editedAt: at + 1_800_000 },
    ]);
  });

  it('cannot be answered here, and every card knows why', async () => {
    const world = await start();
    expect(world.source.capabilities.reply).toBe(false);
    add(world, 'us', { id: '7', at: world.clock.now(), text: 'x' });
    const [post] = (await poll(world)).posts;
    if (!post) throw new Error('no review');
    expect(world.source.mayNotReply?.(post)).toContain('App Store Connect');
  });
});

describe('the stores', () => {
  it('are read one after the other; one that lacks the app is empty', async () => {
    const world = await start({ countries: ['us', 'DE', 'fr', 'de'] });
    add(world, 'us', { id: '1', at: world.clock.now(), text: 'us' });
    add(world, 'de', { id: '2', at: world.clock.now(), text: 'de' });
    const { posts } = await poll(world);
    expect(posts.map(({ id, url }) => [id, url?.slice(0, 29)])).toEqual([
      ['1', 'https://apps.apple.com/us/app'],
      ['2', 'https://apps.apple.com/de/app'],
    ]);
    const checks = await world.source.check(signal);
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(world.source.pollCost).toEqual({ requests: 3 });
  });

  it('may have a hole in the pages', async () => {
    const world = await start();
    for (let index = 0; index < 120; index++)
      add(world, 'us', { id: String(index), at: world.clock.now() - index * 60_000, text: 'x' });
    world.holes.add(2);
    expect((await poll(world)).posts).toHaveLength(70);
  });

  it('end after 500: what is missing is told', async () => {
    const world = await start();
    for (let index = 0; index < 600; index++)
      add(world, 'us', { id: String(index), at: world.clock.now() - index * 60_000, text: 'x' });
    const { posts, gap } = await poll(world);
    expect(posts).toHaveLength(500);
    expect(gap).toEqual({ from: world.clock.now() - 86_400_000, to: world.clock.now() - 499 * 60_000 });
  });

  it('take one request each while it is quiet', async () => {
    const world = await start();
    for (let index = 0; index < 60; index++)
      add(world, 'us', { id: String(index), at: world.clock.now() - 40 * 86_400_000, text: 'x' });
    await poll(world);
    expect(world.service.requests).toHaveLength(1);
  });

  it('refuse for a while', async () => {
    const world = await start();
    world.fail({ status: 403, body: '' });
    const error: unknown = await poll(world).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAfterMs: 1_800_000 });
  });
});

describe('the configuration', () => {
  it.each([
    ['https://apps.apple.com/us/app/crockhaven/id1234567890?l=es', APP],
    ['id1234567890', APP],
    [1234567890, APP],
  ])('takes %j as the app', (app, id) => {
    expect(appstore.config.parse({ app })).toMatchObject({ app: id, countries: ['us'], every: 1_800_000 });
  });

  it.each([
    [{ app: 'crockhaven' }, 'app: must be the number'],
    [{ app: APP, countries: ['usa'] }, 'countries.0: must be the two letters'],
    [{ app: APP, every: '1m' }, 'every: must not be shorter than 5m'],
    [{ app: APP, token: 'x' }, 'token'],
  ])('says what is wrong with %j', (input, words) => {
    const { issues = [] } = appstore.config.safeParse(input).error ?? {};
    expect(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join()).toContain(words);
  });
});
