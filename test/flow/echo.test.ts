import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../src/domain/item.ts';
import type { Post, PostInput } from '../../src/domain/post.ts';
import { type Flow, flow, HOUR, ours, theirs } from '../support/flow.ts';
import { presenting, scriptedChat } from '../support/flow-chat.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, from } from '../support/items.ts';

const DAY = 24 * HOUR;
let world: Flow;
let source: ScriptedSource;

beforeEach(async () => {
  source = scriptedSource({ can: { publish: true } });
  source.onPublish = (text) => [mine('our-1', { text })];
  world = await flow({ sources: [source], places: [{ chat: 'web', channel: 'C1' }] });
});
afterEach(async () => {
  await world.store.close();
});

function mine(id: string, change: Partial<Post> = {}): Post {
  return { ...ours(id, 0, { conversationId: 'our-1' }), createdAt: world.clock.now(), ...change };
}
const reply = (id: string, text: string, change: Partial<PostInput> = {}): Post =>
  theirs(id, 0, {
    conversationId: 'our-1',
    replyTo: 'our-1',
    text,
    createdAt: world.clock.now(),
    author: { id: `a-${id}`, name: `Author ${id}`, handle: id, url: null, avatarUrl: null },
    ...change,
  });

async function published(): Promise<Item> {
  const made = await world
    .handlers('web', ['C1'])
    .propose({ source: 'blog', text: 'What is in your pot?' }, from(ana));
  if (!made.ok) throw new Error('not proposed');
  await world.does(ana, made.card.itemId, { type: 'send', text: 'What is in your pot?' });
  const item = await world.store.item(made.card.itemId);
  if (item?.state !== 'answered') throw new Error('not published');
  return item;
}

describe('what a post of ours brought back', () => {
  it('is told two days later in the thread of its card, once, with themes, quotes and the answered share', async () => {
    const item = await published();
    await world.clock.advance(HOUR);
    await world.ingest([
      reply('r1', 'Red lentil soup with lemon, every Thursday since the children were small.'),
      reply('r2', 'thanks, we had lentil soup, too'),
      reply('r3', 'spam buy coins'),
      reply('r4', 'Beans. Always beans, and a bay leaf that nobody may remove.'),
    ]);
    await world.ingest([mine('our-2', { replyTo: 'r1', text: 'Every Thursday!' })]);
    await world.clock.advance(2 * DAY - HOUR - 1);
    await world.ideas.tick();
    expect(world.told).toEqual([]);
    await world.clock.advance(1);
    await world.ideas.tick();
    await world.ideas.tick();
    expect(world.told).toHaveLength(1);
    const [{ key, thread, to, notice } = { key: '', thread: null, to: [], notice: null }] = world.told;
    expect({ key, thread, to }).toMatchObject({
      key: `heard/${item.id}`,
      thread: item.id,
      to: [{ chat: 'web', channel: 'C1' }],
    });
    const text = JSON.stringify(notice);
    for (const words of [
      'What is in your pot?',
      'lentil soup: 2 replies by 2 people',
      '33 %',
      '1 of 3',
      'a bay leaf',
      'https://',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('coins');
  });

  it('is told after a time in which nobody ran, and when nobody replied', async () => {
    await published();
    await world.clock.advance(40 * DAY);
    const later = await flow({ store: world.store, clock: world.clock, sources: [source] });
    await later.ideas.tick();
    expect(later.told).toMatchObject([{ notice: { tone: 'grey', title: 'What we heard' } }]);
    expect(JSON.stringify(later.told)).toContain('Nobody replied within two days');
    await world.ideas.tick();
    expect(world.told).toEqual([]);
  });

  it('is told although the process died in between, under the same key', async () => {
    await published();
    await world.clock.advance(2 * DAY);
    const keys: string[] = [];
    const dying = await flow({
      store: world.store,
      clock: world.clock,
      sources: [source],
      notices: {
        async tell(key) {
          keys.push(key);
          throw new Error('dies');
        },
      },
    });
    await dying.ideas.tick();
    await world.ideas.tick();
    expect(keys).toEqual(world.told.map(({ key }) => key));
  });

  it('is nothing for what was never published', async () => {
    await world.handlers('web', ['C1']).propose({ source: 'blog', text: 'Later.' }, from(ana));
    await world.clock.advance(5 * DAY);
    await world.ideas.tick();
    expect(world.told).toEqual([]);
  });
});

describe('replies to a post of ours', () => {
  it('are all told in the thread of its card, whether they want an answer or not, and each once', async () => {
    const chat = scriptedChat(world.clock);
    const made = await world
      .handlers('web', ['C1'])
      .propose({ source: 'blog', text: 'What is in your pot?' }, from(ana));
    expect(made.ok).toBe(true);
    let present = presenting(world, chat);
    await world.clock.advance(5_000);
    await world.does(ana, 1, { type: 'send', text: 'What is in your pot?' });
    await world.clock.advance(5_000);
    expect(chat.remarks).toEqual([]);
    await world.ingest([
      reply('r1', 'thanks, lentils'),
      reply('r2', 'spam coins'),
      reply('r3', 'Which pot do you mean?'),
    ]);
    await world.clock.advance(10_000);
    // The first wants nothing, the third opens the card again and calls who published it.
    expect(chat.remarks.map(({ text, mention }) => [text, mention])).toEqual([
      ['Author r1 replied: “thanks, lentils”', null],
      ['Author r3 replied: “Which pot do you mean?”', ana.id],
    ]);
    await world.ingest([reply('r4', 'And how big?')]);
    await world.clock.advance(10_000);
    expect(chat.remarks.slice(2)).toMatchObject([
      { text: 'Author r4 replied: “And how big?”', mention: null },
    ]);
    // A restart says nothing again.
    await present.stop();
    present = presenting(world, chat);
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.clock.advance(10_000);
    expect(chat.remarks).toHaveLength(3);
    // Many at once are five lines and a number.
    await world.ingest(Array.from({ length: 9 }, (_, n) => reply(`m${n}`, `thanks ${n}`)));
    await world.clock.advance(30_000);
    expect(chat.remarks.slice(3).map(({ text }) => text)).toEqual([
      ...[0, 1, 2, 3, 4].map((n) => `Author m${n} replied: “thanks ${n}”`),
      'And 4 more replies.',
    ]);
    expect((await world.store.cardsOf(1))[0]).toMatchObject({
      remarked: (await world.store.item(1))?.version,
    });
    await present.stop();
  });
});
