import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import type { Item } from '../../src/domain/item.ts';
import type { Post } from '../../src/domain/post.ts';
import { RejectedError, UncertainError } from '../../src/errors.ts';
import { deferred, type Flow, flow, MINUTE, ours, theirs } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from } from '../support/items.ts';

let world: Flow;
let source: ScriptedSource;
let handlers: ChatHandlers;
const IDEA = { source: 'blog', text: ' What is in your pot today? ' };

beforeEach(async () => {
  source = scriptedSource({ can: { publish: true } });
  source.onPublish = (text) => [mine({ text })];
  world = await flow({ sources: [source, scriptedSource({ name: 'feed' })], places: [] });
  handlers = world.handlers('web', ['prompts', 'all']);
});
afterEach(async () => {
  await world.store.close();
});

/** Our post as the network shows it. */
function mine(change: Partial<Post> = {}): Post {
  return { ...ours('our-1', 0, { conversationId: 'our-1' }), createdAt: world.clock.now(), ...change };
}
const item = async (id = 1): Promise<Item> => {
  const found = await world.store.item(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
};
const answer = (id = 'c1'): Post =>
  theirs(id, 24 * 60 + 5, { conversationId: 'our-1', replyTo: 'our-1', text: 'Lentils! And in yours?' });

describe('an idea for a human post', () => {
  it('goes only where something can be published, and says where that is', async () => {
    expect(await handlers.outlets()).toEqual([
      { source: 'blog', account: '@potluck.example on Scripted', limit: 280, unit: 'characters' },
    ]);
    for (const idea of [
      { ...IDEA, source: 'feed' },
      { ...IDEA, source: 'x' },
      { ...IDEA, text: ' ' },
      { ...IDEA, text: 'x'.repeat(30_000) },
    ])
      expect(await handlers.propose(idea, from(ana))).toMatchObject({
        ok: false,
        refusal: { code: 'not-possible' },
      });
    expect(await world.store.countItems({})).toBe(0);
  });

  it('becomes an item of its author with the text as draft, and nothing is public', async () => {
    const proposed = await handlers.propose(IDEA, from(ana));
    expect(proposed).toMatchObject({
      ok: true,
      card: {
        origin: 'prompt',
        state: 'claimed',
        owner: { name: 'Ana' },
        kindLabel: 'Human post',
        author: { name: 'The team', known: 'an idea of Ana' },
        text: 'What is in your pot today?',
        draft: { text: 'What is in your pot today?', by: 'Ana' },
        reply: { account: '@potluck.example on Scripted', limit: 280 },
        url: null,
        waitingSince: null,
      },
    });
    if (!proposed.ok) return;
    expect(proposed.card.actions).toEqual(expect.arrayContaining(['draft', 'send', 'dismiss', 'release']));
    expect(proposed.card.actions).not.toContain('open');
    expect(source.published).toEqual([]);
    expect((await world.store.cardsOf(1)).map(({ channel }) => channel)).toEqual(['prompts']);
    // Two may have the same idea.
    expect(await handlers.propose(IDEA, from(ben))).toMatchObject({ ok: true, card: { itemId: 2 } });
    await world.does(ana, 1, { type: 'draft', text: 'What is in your soup today?' });
    expect(await handlers.card(1)).toMatchObject({ text: 'What is in your soup today?' });
    expect(await handlers.measure(1, 'x'.repeat(281))).toMatchObject({
      limit: 280,
      problem: expect.any(String),
    });
    expect(await world.does(ana, 1, { type: 'send', text: 'x'.repeat(281) })).toMatchObject({ ok: false });
  });

  it('is published once, its intent stored first, and its conversation belongs to it', async () => {
    await handlers.propose(IDEA, from(ana));
    let rowMeanwhile: unknown;
    source.onPublish = async (text) => {
      rowMeanwhile = await world.store.reply(source.published[0]?.key ?? '');
      return [mine({ text })];
    };
    const results = await Promise.all(
      [1, 2].map(() => world.does(ana, 1, { type: 'send', text: IDEA.text })),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(rowMeanwhile).toMatchObject({ state: 'sending', itemId: 1, text: IDEA.text.trim() });
    expect(source.published).toHaveLength(1);
    expect(source.replies).toEqual([]);
    expect(await item()).toMatchObject({
      state: 'answered',
      closing: { how: 'sent', url: 'https://blog.example/our-1' },
      conversationId: 'our-1',
      postId: 'our-1',
    });
    expect(await handlers.card(1)).toMatchObject({
      closing: { line: 'Published by Ana' },
      url: 'https://blog.example/our-1',
    });
    // Our own post comes back through the stream.
    await world.ingest([mine()]);
    expect(await world.store.countItems({})).toBe(1);

    await world.ingest([answer()]);
    expect(await item()).toMatchObject({
      state: 'open',
      postId: 'c1',
      followUps: 1,
      lastOwner: { name: 'Ana' },
    });
    expect(await world.store.countItems({})).toBe(1);
    source.onReply = () => [
      { ...ours('r2', 0, { conversationId: 'our-1', replyTo: 'c1' }), createdAt: world.clock.now() },
    ];
    expect(await world.does(ben, 1, { type: 'send', text: 'Beans.' })).toMatchObject({ ok: true });
    expect(source.replies).toMatchObject([{ text: 'Beans.', to: 'c1' }]);
    expect(source.published).toHaveLength(1);
  });

  it('takes over what was answered before we knew that it was out', async () => {
    await handlers.propose(IDEA, from(ana));
    const out = deferred<readonly Post[]>();
    source.onPublish = () => out.promise;
    const sent = world.does(ana, 1, { type: 'send', text: IDEA.text });
    await world.clock.settle();
    await world.ingest([mine(), answer()]);
    expect(await item(2)).toMatchObject({ state: 'open', conversationId: 'our-1' });
    out.resolve([mine()]);
    expect(await sent).toMatchObject({ ok: true });
    expect(await item(1)).toMatchObject({ state: 'open', postId: 'c1', conversationId: 'our-1' });
    expect(await item(2)).toMatchObject({ state: 'dismissed', closing: { reason: 'duplicate' } });
    await world.ingest([answer('c2')]);
    expect(await world.store.countItems({})).toBe(2);
  });

  it('keeps its text when the network refuses, and goes back to a person when nobody knows', async () => {
    await handlers.propose(IDEA, from(ana));
    source.onPublish = () => Promise.reject(new RejectedError('Not today.'));
    expect(await world.does(ana, 1, { type: 'send', text: 'A' })).toMatchObject({ ok: false });
    expect(await item()).toMatchObject({ state: 'claimed', draft: { text: 'A' }, sending: null });
    source.onPublish = () => Promise.reject(new UncertainError('Gone.'));
    expect(await world.does(ana, 1, { type: 'send', text: 'A' })).toMatchObject({ ok: false });
    expect((await item()).warning).toContain('may or may not be public');
    await world.clock.advance(10 * MINUTE);
    expect(await world.act.settleStuck()).toBe(0);
    expect(source.published).toHaveLength(2);
    source.onPublish = (text) => [mine({ text })];
    expect(await world.does(ana, 1, { type: 'send', text: 'A' })).toMatchObject({ ok: true });
  });

  it('may be dropped and taken up again', async () => {
    await handlers.propose(IDEA, from(ana));
    await world.does(ana, 1, { type: 'dismiss', reason: 'other' });
    await world.does(ben, 1, { type: 'reopen' });
    expect(await item()).toMatchObject({ state: 'open', waitingSince: null });
    expect(await world.does(ben, 1, { type: 'send', text: 'B' })).toMatchObject({ ok: true });
    expect(source.published).toMatchObject([{ text: 'B' }]);
  });
});
