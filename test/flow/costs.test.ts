import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/errors.ts';
import { createMeter } from '../../src/flow/meter.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { scriptedSource, type Watching, watching } from '../support/flow-source.ts';
import { ana } from '../support/items.ts';

let world: Flow;
let watch: Watching | null = null;
beforeEach(async () => {
  world = await flow();
});
afterEach(async () => {
  await watch?.stop();
  watch = null;
  await world.store.close();
});

describe('the meter of a source', () => {
  it('refuses what goes over, says until when, and goes on the next day of the network', async () => {
    // 05:00 in Los Angeles: their day ends in nineteen hours.
    const meter = createMeter({
      store: world.store,
      clock: world.clock,
      source: 'videos',
      budget: { units: 100 },
      zone: 'America/Los_Angeles',
    });
    for (let at = 0; at < 95; at++) await meter.spend({ units: 1 });
    const refused = await meter.spend({ units: 1 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitedError);
    expect((refused as RateLimitedError).retryAfterMs).toBe(19 * HOUR);
    expect(String(refused)).toContain('95 of 100 units');
    expect(String(refused)).toContain('sources.videos.budget');
    // Reading has used up its share; a person's answer still goes out.
    await meter.spend({ units: 5 }, 'answer');
    await expect(meter.spend({ units: 1 }, 'answer')).rejects.toBeInstanceOf(RateLimitedError);
    expect(await meter.words()).toBe('100 of 100 units for 0 useful alerts');
    await world.clock.advance(19 * HOUR);
    await meter.spend({ units: 1 });
    expect(await meter.words()).toBe('1 of 100 units for 0 useful alerts');
  });
});

describe('an alert', () => {
  it('is useful when somebody took it or it was answered, today', async () => {
    await world.ingest(['a', 'b', 'c', 'd'].map((id) => theirs(id, 24 * 60 - 5, { conversationId: id })));
    await world.does(ana, (await world.item('a')).id, { type: 'claim' });
    await world.does(ana, (await world.item('b')).id, { type: 'dismiss', reason: 'spam' });
    await world.ingest([ours('d1', 24 * 60 - 1, { conversationId: 'd' })]);
    const meter = createMeter({
      store: world.store,
      clock: world.clock,
      source: 'blog',
      budget: {},
      zone: 'UTC',
    });
    await meter.spend({ requests: 7 });
    expect(await meter.words()).toBe('7 requests for 2 useful alerts');
    await world.clock.advance(24 * HOUR);
    expect(await meter.words()).toBe('');
    await meter.spend({ requests: 1 });
    expect(await meter.words()).toBe('1 request for 0 useful alerts');
  });
});

describe('a source with a budget', () => {
  it('is polled as seldom as the budget wants, all day long, and tells what it spent', async () => {
    const source = scriptedSource({ pollCost: { requests: 10 }, pollEveryMs: MINUTE });
    watch = watching(world, source, { budget: { requests: 240 } });
    await world.clock.advance(24 * HOUR);
    // 159 requests for polls, ten each: one in an hour and a half.
    expect(source.polls.length).toBeGreaterThanOrEqual(14);
    expect(source.polls.length).toBeLessThanOrEqual(18);
    expect(await watch.health()).toMatchObject({ spent: '0 of 240 requests for 0 useful alerts' });
  });
});

describe('asking for conversations', () => {
  it('never takes from the polls of the rest of the day', async () => {
    // Noon: half of the day is over.
    const source = scriptedSource({ pollEveryMs: HOUR });
    const watched = watching(world, source, { budget: { requests: 100 } });
    watch = watched;
    const meter = createMeter({
      store: world.store,
      clock: world.clock,
      source: source.name,
      budget: { requests: 100 },
      zone: 'UTC',
    });
    const signal = AbortSignal.timeout(60_000);
    expect(await watched.ask(theirs('p1', 0), signal)).toBe(true);
    await meter.spend({ requests: 57 });
    expect(await watched.ask(theirs('p1', 0), signal)).toBe(false);
    await world.clock.advance(2 * HOUR);
    expect(await watched.ask(theirs('p1', 0), signal)).toBe(true);
    expect(source.asked).toEqual(['p1', 'p1']);
  });
});

describe('a post that its author changed', () => {
  it('changes its card, and only then', async () => {
    const first = theirs('p1', -5, { text: 'question: does it fit?' });
    await world.ingest([first]);
    const before = await world.item('p1');
    expect(await world.ingest([{ ...first, text: 'seen elsewhere' }])).toMatchObject({ changed: [] });
    const edited = {
      ...first,
      text: 'question: does it fit the big one?',
      editedAt: first.createdAt + MINUTE,
    };
    expect(await world.ingest([edited])).toMatchObject({ fresh: 0, changed: [before.id] });
    expect(await world.ingest([edited])).toMatchObject({ changed: [] });
    const after = await world.item('p1');
    expect(after).toMatchObject({ state: 'open', version: before.version + 1 });
    expect((await world.view.card(after)).text).toBe('question: does it fit the big one?');
    expect((await world.events('p1')).map((event) => event.type)).toEqual(['opened', 'post-edited']);
  });
});

describe('a post that its network deleted', () => {
  const gone = (...deleted: string[]) => world.ingest([], { deleted });

  it('closes its item with a word, once', async () => {
    await world.ingest([theirs('p1', -5)]);
    const { id } = await world.item('p1');
    expect(await gone('p1', 'unknown')).toMatchObject({ changed: [id] });
    expect(await gone('p1')).toMatchObject({ changed: [] });
    const item = await world.item('p1');
    expect(item).toMatchObject({ state: 'dismissed', waitingSince: null });
    expect((await world.view.card(item)).closing?.line).toContain('The post was deleted on its network.');
    expect(await world.store.post('feed', 'p1')).toBeNull();
  });

  it('turns the item to the question that is left', async () => {
    await world.ingest([theirs('p1', -9), theirs('p2', -8, { conversationId: 'p1' })]);
    expect(await world.item('p1')).toMatchObject({ postId: 'p2' });
    await gone('p2');
    expect(await world.item('p1')).toMatchObject({ state: 'open', postId: 'p1' });
    await gone('p1');
    expect(await world.item('p1')).toMatchObject({ state: 'dismissed' });
  });

  it('closes it when what is left was answered or wants nothing', async () => {
    await world.ingest([
      theirs('p1', -9),
      ours('a1', -8, { conversationId: 'p1' }),
      theirs('p2', -7, { conversationId: 'p1' }),
    ]);
    expect(await world.item('p1')).toMatchObject({ state: 'open', postId: 'p2' });
    await gone('p2');
    expect(await world.item('p1')).toMatchObject({ state: 'dismissed' });
  });

  it('leaves what is closed as it ended, and comes back when the author asks anew', async () => {
    await world.ingest([theirs('p1', -9)]);
    await gone('p1');
    await world.ingest([theirs('p2', -1, { conversationId: 'p1', text: 'question: and now?' })]);
    expect(await world.item('p1')).toMatchObject({ state: 'open', postId: 'p2', followUps: 1 });
    await world.ingest([ours('a1', 0, { conversationId: 'p1' })]);
    const answered = await world.item('p1');
    expect(answered.state).toBe('answered');
    await gone('p2');
    expect(await world.item('p1')).toMatchObject({ state: 'answered' });
  });
});
