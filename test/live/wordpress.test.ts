import { Keyv } from 'keyv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Post } from '../../src/domain/post.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { feed } from '../../src/sources/feed/feed.ts';
import type { Source } from '../../src/sources/source.ts';
import { until } from './support/bluesky-until.ts';
import { type Bot, startBot } from './support/bot.ts';
import { EDITOR, startWordPress, type WordPress, wordpressMissing } from './support/wordpress.ts';

/** A feed is asked every minute at most. */
const PATIENCE = 100_000;
const missing = wordpressMissing();
if (missing) console.warn(`WordPress live tests are skipped: ${missing}`);

let blog: WordPress;

const signal = (): AbortSignal => AbortSignal.timeout(PATIENCE);

async function open(): Promise<Source> {
  const own = feed.config.parse({ url: blog.commentsFeed, ours: [EDITOR], allowPrivate: true });
  return feed.create(own, {
    name: 'blog',
    fetch: guardedFetch({ allowPrivate: true, userAgent: 'Potluck-live-test' }),
    clock: systemClock,
    random: Math.random,
    cache: new Keyv(),
    brand: { names: ['Crockhaven'], competitors: [], domains: [] },
    meter: { spend: async () => {} },
    log: { debug() {}, info() {}, warn() {} },
  });
}

describe.skipIf(missing !== null)('a WordPress with comments', () => {
  beforeAll(async () => {
    blog = await startWordPress();
  });
  afterAll(() => blog?.stop());

  test('a visitor’s comment becomes a post, the editor’s answer is ours', {
    timeout: 2 * PATIENCE,
  }, async () => {
    const source = await open();
    let cursor: string | null = null;
    const seen = new Map<string, Post>();
    const polled = (words: string): Promise<Post> =>
      until(`a post with “${words}”`, PATIENCE, async () => {
        const batch = await source.poll?.(cursor, signal());
        cursor = batch?.cursor ?? cursor;
        for (const post of batch?.posts ?? []) seen.set(post.id, post);
        return [...seen.values()].find((post) => post.text.includes(words));
      });

    const asked = await blog.visitorComments({
      name: 'Ada',
      text: 'Does it <b>fit</b> an oven? See <a href="https://example.com/oven?a=1&b=2">mine</a> & tell me',
    });
    const question = await polled('oven?');
    expect(question).toMatchObject({ author: { name: 'Ada' }, ours: false, via: 'comment' });
    expect(question.text).toContain('Does it fit an oven?');
    expect(question.text).toContain('& tell me');
    expect(question.url).toContain(`#comment-${asked}`);

    await blog.editorComments({ text: 'It does, up to 200 degrees.', parent: asked });
    const answer = await polled('200 degrees');
    expect(answer).toMatchObject({ ours: true, author: { name: EDITOR } });
    expect(answer.conversationId).toBe(question.conversationId);

    expect((await source.poll?.(cursor, signal()))?.posts ?? []).toEqual([]);
    expect((await source.check(signal())).filter((check) => !check.ok)).toEqual([]);
  });

  describe('through the running bot', () => {
    let bot: Bot;
    beforeAll(async () => {
      bot = await startBot({
        brand: { names: ['Crockhaven'] },
        sources: {
          blog: { kind: 'feed', url: blog.commentsFeed, ours: [EDITOR], allowPrivate: true, every: '60s' },
        },
      });
    });
    afterAll(() => bot?.stop());

    test('a comment becomes an item, and the answer on the blog closes it', {
      timeout: 2 * PATIENCE,
    }, async () => {
      const asked = await blog.visitorComments({ name: 'Ben', text: 'My lid arrived broken, what now?' });
      const item = await until('an item for the comment', PATIENCE, async () =>
        (await bot.items()).find((one) => one.text.includes('lid arrived broken')),
      );
      expect(item).toMatchObject({ state: 'open', author: { name: 'Ben' } });
      expect(item.url).toContain(`#comment-${asked}`);
      expect((await bot.act(item.itemId, { action: 'claim' })).state).toBe('claimed');
      await blog.editorComments({ text: 'A new one is on its way.', parent: asked });
      const closed = await until('the answer closes it', PATIENCE, async () => {
        const now = await bot.item(item.itemId);
        return now.state === 'answered' && now;
      });
      expect(closed.closing?.line).toContain(EDITOR);
    });
  });
});
