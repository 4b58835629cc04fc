import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { TWIN_WINDOW_MS } from '../../src/domain/twins.ts';
import { type Flow, flow, ours, theirs } from '../support/flow.ts';
import { ana } from '../support/items.ts';

let world: Flow;
beforeEach(async () => {
  world = await flow();
});
afterEach(() => world.store.close());

const WORDS = 'question: does the lid of the Grande survive the dishwasher?';
const on = (source: string, posts: readonly Post[]): Post[] => posts.map((post) => ({ ...post, source }));
const here = (id: string, at: number, more: object = {}) =>
  on('here', [theirs(id, at, { text: WORDS, ...more })]);
const there = (id: string, at: number, more: object = {}) =>
  on('there', [theirs(id, at, { conversationId: id, text: WORDS.toUpperCase(), ...more })]);

describe('the same person saying the same on two networks', () => {
  it('is one item that says where else', async () => {
    expect(await world.ingest(here('p1', -5))).toMatchObject({ opened: 1 });
    const first = await world.item('p1', 'here');
    const second = await world.ingest(there('q1', -4, { url: 'https://there.example/q1' }));
    expect(second).toMatchObject({ fresh: 1, opened: 0, changed: [first.id] });
    expect(await world.store.itemOf('there', 'q1')).toBeNull();
    const item = await world.item('p1', 'here');
    expect(item).toMatchObject({ version: first.version + 1, state: 'open' });
    expect((await world.view.card(item)).alsoOn).toEqual([
      { label: 'there', url: 'https://there.example/q1' },
    ]);
    // Delivered again, it is no news.
    expect(await world.ingest(there('q1', -4))).toMatchObject({ fresh: 0, changed: [] });
  });

  it('is answered at any of the places', async () => {
    await world.ingest(here('p1', -5));
    await world.ingest(there('q1', -4));
    const { id } = await world.item('p1', 'here');
    expect(await world.ingest(on('there', [ours('a1', -1, { conversationId: 'q1' })]))).toMatchObject({
      changed: [id],
    });
    expect(await world.item('p1', 'here')).toMatchObject({ state: 'answered', closing: { how: 'network' } });
  });

  it('stays quiet when the copy comes in after the answer, and speaks when it was written after it', async () => {
    await world.ingest(here('p1', -9));
    const { id } = await world.item('p1', 'here');
    await world.does(ana, id, { type: 'mark-answered' });
    expect(await world.ingest(there('q1', -8))).toMatchObject({ opened: 0 });
    await world.clock.advance(3_600_000);
    expect(await world.ingest(there('q2', 24 * 60 + 30))).toMatchObject({ opened: 1 });
  });

  it('has an item of its own when more is said there', async () => {
    await world.ingest(here('p1', -5));
    await world.ingest(there('q1', -4));
    const more = theirs('q2', -1, {
      conversationId: 'q1',
      text: 'question: and where do I get another one?',
    });
    expect(await world.ingest(on('there', [more]))).toMatchObject({ opened: 1 });
    expect(await world.item('q1', 'there')).toMatchObject({ postId: 'q2', state: 'open' });
  });

  it('is two items after a while, by another person, or on one network', async () => {
    await world.ingest(here('p1', -5));
    const stranger = {
      author: { id: 'x', name: 'Somebody Else', handle: 'else', url: null, avatarUrl: null },
    };
    expect(await world.ingest(there('q1', -4, stranger))).toMatchObject({ opened: 1 });
    expect(await world.ingest(here('p2', -3, { conversationId: 'p2' }))).toMatchObject({ opened: 1 });
    await world.clock.advance(TWIN_WINDOW_MS + 1);
    expect(await world.ingest(there('q3', 0))).toMatchObject({ opened: 1 });
  });
});
