import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthError, RateLimitedError, UnavailableError } from '../../src/errors.ts';
import type { SourceState } from '../../src/store/store.ts';
import { deferred, type Flow, flow, HOUR, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import {
  type PollStep,
  type ScriptedSource,
  scriptedSource,
  type Watching,
  watching,
} from '../support/flow-source.ts';
import { NOON } from '../support/items.ts';

const SECOND = 1_000;
let world: Flow;
let source: ScriptedSource;
const running: Watching[] = [];

beforeEach(async () => {
  world = await flow();
  source = scriptedSource({ pollEveryMs: MINUTE });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((watch) => watch.stop()));
  await world.store.close();
});

async function start(options: Parameters<typeof watching>[2] = {}, of = source): Promise<Watching> {
  const watch = watching(world, of, options);
  running.push(watch);
  await world.clock.settle();
  return watch;
}

const state = (): Promise<SourceState> => world.store.sourceState('blog');
/** A question of a conversation of its own, written just now. */
const news = (id: string) => ({ ...theirs(id, 0, { conversationId: id }), createdAt: world.clock.now() });

describe('polling', () => {
  it('hands the cursor on, and keeps it when a batch has none', async () => {
    source.script.push({ cursor: 'a', posts: [theirs('p1', 0)] }, {}, { cursor: 'b' });
    await start();
    await world.clock.advance(3 * MINUTE);
    expect(source.polls).toEqual([null, 'a', 'a', 'b']);
    expect(await state()).toMatchObject({ cursor: 'b', failures: 0, lastPostAt: NOON });
    expect(await world.item('p1')).toMatchObject({ state: 'open' });
  });

  it('goes on at once while there is more, and no further than the cursor moves', async () => {
    source.script.push(
      { cursor: '1', more: true, posts: [theirs('p1', 0)] },
      { cursor: '2', more: true },
      { cursor: '3' },
      { cursor: '3', more: true },
    );
    await start();
    expect(source.polls).toEqual([null, '1', '2']);
    await world.clock.advance(MINUTE);
    expect(source.polls).toEqual([null, '1', '2', '3']);
    await world.clock.advance(59 * SECOND);
    expect(source.polls).toHaveLength(4);
  });

  it('waits as long as the service asks, but no less than usual', async () => {
    source.script.push({ waitMs: 10 * MINUTE }, { waitMs: 1 });
    await start();
    await world.clock.advance(10 * MINUTE - 1);
    expect(source.polls).toHaveLength(1);
    await world.clock.advance(1);
    expect(source.polls).toHaveLength(2);
    await world.clock.advance(MINUTE - 1);
    expect(source.polls).toHaveLength(2);
    await world.clock.advance(1);
    expect(source.polls).toHaveLength(3);
  });

  it.each([
    [0, 54 * SECOND],
    [0.999999999, 66 * SECOND],
  ])('is spread by a tenth around its time (random %d)', async (random, expected) => {
    await start({ random: () => random });
    await world.clock.advance(expected - 1);
    expect(source.polls).toHaveLength(1);
    await world.clock.advance(1);
    expect(source.polls).toHaveLength(2);
  });

  it.each([
    [0, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
    [0.999999999, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]],
  ])('backs off after failures, up to ten minutes (random %d)', async (random, seconds) => {
    const times: number[] = [];
    const failing = {
      ...source,
      poll: async () => {
        times.push(world.clock.now());
        throw new UnavailableError('HTTP 502');
      },
    };
    await start({ random: () => random }, failing);
    await world.clock.advance(seconds.reduce((sum, n) => sum + n, 0) * SECOND);
    const waits = times.slice(1).map((time, n) => (time - (times[n] ?? 0)) / SECOND);
    expect(waits.slice(0, seconds.length)).toEqual(seconds);
  });

  it('obeys Retry-After to the second, and adds at most one', async () => {
    source.script.push(new RateLimitedError('slow down', 90 * SECOND));
    await start({ random: () => 0 });
    await world.clock.advance(90 * SECOND - 1);
    expect(source.polls).toHaveLength(1);
    await world.clock.advance(1);
    expect(source.polls).toHaveLength(2);
  });

  it('asks refused credentials again only after ten minutes', async () => {
    source.script.push(new AuthError('The token was revoked. Make a new one.'));
    const watch = await start();
    expect(await watch.health()).toMatchObject({
      state: 'blind',
      detail: 'The token was revoked. Make a new one.',
    });
    await world.clock.advance(10 * MINUTE - 1);
    expect(source.polls).toHaveLength(1);
    await world.clock.advance(1);
    expect(source.polls).toHaveLength(2);
    expect(await watch.health()).toMatchObject({ state: 'quiet', detail: null });
  });

  it('ends a poll that hangs, and goes on', async () => {
    source.script.push(new Promise<Partial<never>>(() => {}));
    const watch = await start();
    await world.clock.advance(2 * MINUTE);
    expect(await watch.health()).toMatchObject({
      state: 'blind',
      detail: 'There was no answer within 120 seconds.',
    });
    await world.clock.advance(10 * SECOND);
    expect(source.polls).toHaveLength(2);
    expect(await watch.health()).toMatchObject({ state: 'quiet' });
  });

  it('keeps what it cannot save for the next time', async () => {
    let broken = true;
    await world.store.close();
    world = await flow({
      through: (store) =>
        withQueries(store, (queries) => ({
          addPosts: async (...args) => {
            if (broken) throw new Error('the disk is full');
            return queries.addPosts(...args);
          },
        })),
    });
    source.script.push({ cursor: 'a', posts: [theirs('p1', 0)] });
    await start();
    expect(await state()).toMatchObject({ cursor: null, lastError: 'the disk is full', failures: 1 });
    broken = false;
    source.script.push({ cursor: 'a', posts: [theirs('p1', 0)] });
    await world.clock.advance(10 * SECOND);
    expect(source.polls).toEqual([null, null]);
    expect(await state()).toMatchObject({ cursor: 'a', lastError: null, failures: 0 });
    expect(await world.item('p1')).toMatchObject({ state: 'open' });
  });

  it('counts and names what could not be read', async () => {
    source.script.push({
      posts: [theirs('p1', 0)],
      dropped: [{ id: 'x', why: 'author.handle: expected string' }],
    });
    await start();
    expect(await state()).toMatchObject({ dropped: 1 });
    expect(await world.item('p1')).toMatchObject({ state: 'open' });
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        fields: expect.objectContaining({ id: 'x', why: 'author.handle: expected string' }),
      }),
    );
  });

  it('of one source fails without the others', async () => {
    const other = scriptedSource({ name: 'forum', pollEveryMs: MINUTE });
    const broken: PollStep[] = Array.from({ length: 50 }, () => new UnavailableError('HTTP 502'));
    source.script.push(...broken);
    other.script.push({ posts: [theirs('p1', 0, { source: 'forum' })] });
    const [bad, good] = [await start(), await start({}, other)];
    await world.clock.advance(5 * MINUTE);
    expect(other.polls).toHaveLength(6);
    expect(await world.item('p1', 'forum')).toMatchObject({ state: 'open' });
    expect(await bad.health()).toMatchObject({ state: 'blind' });
    expect((await good.health()).state).not.toBe('blind');
  });

  it('stops at once when asked to', async () => {
    const watch = await start();
    await watch.stop();
    const slow = scriptedSource({ name: 'forum' });
    slow.script.push(new Promise<Partial<never>>(() => {}));
    const waiting = await start({}, slow);
    const stopping = waiting.stop();
    // An adapter that takes no notice gets two seconds.
    await world.clock.advance(2 * SECOND);
    await stopping;
    expect((await world.store.sourceState('forum')).failures).toBe(0);
  });
});

describe('the coverage record', () => {
  const failFor = (count: number): void => {
    source.script.push(...Array.from({ length: count }, () => new UnavailableError('HTTP 502')));
  };

  it('notes an outage of an hour, and closes it after the backfill', async () => {
    const since = world.clock.now();
    const missed = { ...theirs('missed', 0, { conversationId: 'missed' }), createdAt: since + 10 * MINUTE };
    const poll = source.poll;
    await start(
      {},
      {
        ...source,
        poll: async (cursor, signal) => {
          if (world.clock.now() > since && world.clock.now() < since + HOUR)
            throw new UnavailableError('HTTP 502');
          return (await poll?.(cursor, signal)) ?? expect.fail();
        },
      },
    );
    await world.clock.advance(HOUR - 1);
    expect(source.polls).toHaveLength(1);
    source.script.push({ posts: [missed], cursor: '1', more: true }, { cursor: '2' });
    await world.clock.advance(12 * MINUTE);
    expect(source.polls.slice(0, 4)).toEqual([null, null, '1', '2']);
    const [gap, ...others] = await world.store.gaps('blog', 9);
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ from: expect.any(Number), why: 'HTTP 502', closedAt: expect.any(Number) });
    expect(gap?.from).toBe(since);
    expect((gap?.to ?? 0) - since).toBeGreaterThanOrEqual(HOUR);
    // What was fetched afterwards says nothing about how quick we are.
    expect(await world.store.latency('blog', 100)).toMatchObject({ samples: 0 });
    source.script.push({ posts: [news('quick')] });
    await world.clock.advance(MINUTE);
    expect(await world.store.latency('blog', 100)).toMatchObject({ samples: 1 });
  });

  it('notes the time in which the process was down', async () => {
    const first = await start();
    const since = world.clock.now();
    await first.stop();
    await world.clock.advance(HOUR);
    await start();
    expect(await world.store.gaps('blog', 9)).toMatchObject([
      { from: since, to: since + HOUR, why: 'Potluck was not running', closedAt: since + HOUR },
    ]);
  });

  it('does not call a short interruption a gap', async () => {
    await start();
    failFor(3);
    await world.clock.advance(5 * MINUTE);
    expect(source.polls.length).toBeGreaterThan(4);
    expect(await world.store.gaps('blog', 9)).toEqual([]);
  });

  it('never calls closed what the service itself has lost', async () => {
    const from = world.clock.now() - HOUR;
    source.script.push({ gap: { from, to: from + MINUTE }, cursor: '1', more: true }, { cursor: '2' });
    await start();
    failFor(1);
    await world.clock.advance(5 * MINUTE);
    expect(source.polls.length).toBeGreaterThan(4);
    expect(await world.store.gaps('blog', 9)).toMatchObject([
      { from, to: from + MINUTE, why: 'the service no longer had these posts', closedAt: null },
    ]);
  });
});

describe('a stream', () => {
  beforeEach(() => {
    source = scriptedSource({ pollEveryMs: MINUTE, can: { listen: true } });
  });

  it('and the poll may bring the same post: it is one item', async () => {
    await start();
    source.streams[0]?.push([theirs('p1', 0)]);
    await world.clock.settle();
    expect(await world.item('p1')).toMatchObject({ state: 'open', version: 1 });
    source.script.push({ posts: [theirs('p1', 0), ours('a', 1)], cursor: 'a' });
    await world.clock.advance(MINUTE);
    source.streams[0]?.push([ours('a', 1)]);
    await world.clock.settle();
    expect((await world.events('p1')).map((event) => event.type)).toEqual(['opened', 'answered-on-network']);
    // A stream never moves the cursor.
    expect((await state()).cursor).toBe('a');
  });

  it('that breaks comes back after a while, and polling goes on', async () => {
    const watch = await start();
    source.streams[0]?.end(new Error('connection reset'));
    await world.clock.settle();
    expect(await watch.health()).toMatchObject({ detail: 'Stream: connection reset Polling goes on.' });
    await world.clock.advance(1_499);
    expect(source.streams).toHaveLength(1);
    await world.clock.advance(1);
    expect(source.streams).toHaveLength(2);
    source.streams[1]?.end();
    await world.clock.advance(2_999);
    expect(source.streams).toHaveLength(2);
    await world.clock.advance(1);
    expect(source.streams).toHaveLength(3);
    expect(await watch.health()).toMatchObject({ detail: null });
    source.streams[2]?.push([theirs('p1', 0)]);
    await world.clock.advance(MINUTE);
    expect(await world.item('p1')).toMatchObject({ state: 'open' });
    expect(source.polls.length).toBeGreaterThan(1);
  });

  it('that is all there is makes the source blind while it is down', async () => {
    source = scriptedSource({ can: { poll: false, listen: true } });
    const watch = watching(world, source);
    running.push(watch);
    await world.clock.settle();
    expect((await watch.health()).state).toBe('starting');
    await world.clock.advance(20 * SECOND);
    expect((await watch.health()).state).toBe('quiet');
    source.streams[0]?.end(new AuthError('The token was revoked.'));
    await world.clock.settle();
    expect(await watch.health()).toMatchObject({ state: 'blind', detail: 'The token was revoked.' });
    await world.clock.advance(9 * MINUTE);
    expect(source.streams).toHaveLength(1);
    await world.clock.advance(2 * MINUTE);
    source.streams[1]?.push([news('p1')]);
    await world.clock.settle();
    expect(await watch.health()).toMatchObject({ state: 'up', detail: null });
  });
});

describe('several processes', () => {
  it('share a source: one watches, the other takes over when it is gone', async () => {
    const mirror = scriptedSource({ pollEveryMs: MINUTE, can: { listen: true } });
    source = scriptedSource({ pollEveryMs: MINUTE, can: { listen: true } });
    const first = await start({ holder: 'one' });
    const second = await start({ holder: 'two' }, mirror);
    await world.clock.advance(10 * MINUTE);
    expect(source.polls).toHaveLength(11);
    expect(mirror.polls).toEqual([]);
    expect([source.streams.length, mirror.streams.length]).toEqual([1, 0]);
    await first.die();
    const since = world.clock.now();
    while (mirror.polls.length === 0 && world.clock.now() - since < 5 * MINUTE)
      await world.clock.advance(SECOND);
    // The lease of 20 s, and a look every ten.
    expect(world.clock.now() - since).toBeLessThanOrEqual(31 * SECOND);
    await world.clock.advance(11 * SECOND);
    expect(mirror.streams).toHaveLength(1);
    expect((await second.health()).state).not.toBe('starting');
  });

  it('hand over at once when one stops', async () => {
    const mirror = scriptedSource({ pollEveryMs: MINUTE });
    const first = await start({ holder: 'one' });
    await start({ holder: 'two' }, mirror);
    await first.stop();
    await world.clock.advance(11 * SECOND);
    expect(mirror.polls).toHaveLength(1);
  });

  it('keep a source that is asked seldom with one of them', async () => {
    // Longer than any lease: the one who waits still has it.
    const mirror = scriptedSource({ pollEveryMs: 15 * MINUTE });
    source = scriptedSource({ pollEveryMs: 15 * MINUTE });
    await start({ holder: 'one' });
    await start({ holder: 'two' }, mirror);
    await world.clock.advance(46 * MINUTE);
    expect(source.polls).toHaveLength(4);
    expect(mirror.polls).toEqual([]);
  });

  it('tell of each other’s trouble', async () => {
    const mirror = scriptedSource({ pollEveryMs: MINUTE });
    source.script.push(...Array.from({ length: 3 }, () => new UnavailableError('HTTP 502')));
    await start({ holder: 'one' });
    const second = await start({ holder: 'two' }, mirror);
    expect(await second.health()).toMatchObject({ state: 'blind', detail: 'HTTP 502' });
    await world.clock.advance(10 * MINUTE);
    expect(await second.health()).toMatchObject({ state: 'quiet' });
  });
});

describe('its health', () => {
  it('is starting, quiet, up, quiet again, and blind', async () => {
    const held = deferred<Partial<{ posts: ReturnType<typeof news>[] }>>();
    source.script.push(held.promise);
    const watch = await start();
    expect((await watch.health()).state).toBe('starting');
    held.resolve({});
    await world.clock.settle();
    expect(await watch.health()).toMatchObject({
      state: 'quiet',
      lastSuccessAt: world.clock.now(),
      lastPostAt: null,
    });
    // Written nearly a day ago.
    source.script.push({ posts: [{ ...news('p1'), createdAt: world.clock.now() + 4 * MINUTE - 24 * HOUR }] });
    await world.clock.advance(MINUTE);
    expect(await watch.health()).toMatchObject({ state: 'up', label: 'Scripted', name: 'blog' });
    await world.clock.advance(4 * MINUTE);
    expect((await watch.health()).state).toBe('quiet');
    source.script.push(new UnavailableError('HTTP 502'));
    await world.clock.advance(MINUTE);
    expect(await watch.health()).toMatchObject({ state: 'blind', detail: 'HTTP 502' });
    await world.clock.advance(5 * SECOND);
    expect((await watch.health()).state).toBe('quiet');
  });
});

describe('a post that is pushed to us', () => {
  const request = { method: 'POST', headers: {}, query: {}, body: new Uint8Array() };

  it('is answered after it is saved, and not before', async () => {
    let broken = false;
    await world.store.close();
    world = await flow({
      through: (store) =>
        withQueries(store, (queries) => ({
          addPosts: async (...args) => {
            if (broken) throw new Error('the disk is full');
            return queries.addPosts(...args);
          },
        })),
    });
    source = scriptedSource({ can: { receive: true } });
    const watch = await start();
    source.onReceive = () => ({ status: 202, body: { fresh: 1 }, posts: [theirs('p1', 0)] });
    expect(await watch.receive(request)).toMatchObject({ status: 202 });
    expect(await world.item('p1')).toMatchObject({ state: 'open' });
    expect(await state()).toMatchObject({ lastSuccessAt: world.clock.now(), lastPostAt: NOON });
    broken = true;
    source.onReceive = () => ({ status: 202, body: { fresh: 1 }, posts: [theirs('p2', 0)] });
    await expect(watch.receive(request)).rejects.toThrow('the disk is full');
  });

  it('and is old, and only changed, is taken over where it is known and opens nothing', async () => {
    await world.ingest([theirs('p1', 0)]);
    const watch = await start({}, scriptedSource({ can: { receive: true } }));
    const edited = { text: 'question two?', editedAt: NOON + MINUTE };
    const changed = [theirs('p1', 0, edited), theirs('p2', 0, { conversationId: 'p2', ...edited })];
    Object.assign(watch.source, { onReceive: () => ({ status: 200, body: '', posts: [], changed }) });
    await watch.receive(request);
    expect(await world.store.post('blog', 'p1')).toMatchObject(edited);
    expect(await world.store.post('blog', 'p2')).toBeNull();
    expect((await world.events('p1')).map(({ type }) => type)).toEqual(['opened', 'post-edited']);
    expect(await world.store.newestItems(10)).toHaveLength(1);
  });

  it('is not taken by a source that takes none', async () => {
    const { receive: _, ...none } = source;
    const watch = await start({}, none);
    expect(await watch.receive(request)).toMatchObject({ status: 404 });
  });
});

describe('asking the network for a conversation', () => {
  it('closes what the network no longer knows, once it has said so twice and is not just slow', async () => {
    const post = theirs('p1', 24 * 60 - 1);
    await world.ingest([post], { source: source.name });
    const asks = await start();
    source.onConversation = () => [];
    const signal = AbortSignal.timeout(60_000);
    const stands = async () => (await world.item('p1')).state;
    // Written a minute ago: it may not be everywhere yet.
    await asks.ask(post, signal);
    await world.clock.advance(10 * MINUTE);
    await asks.ask(post, signal);
    expect(await stands()).toBe('open');
    // It is back: what was said before counts no more.
    source.onConversation = () => [post];
    await world.clock.advance(6 * MINUTE);
    await asks.ask(post, signal);
    source.onConversation = () => [];
    await asks.ask(post, signal);
    await world.clock.advance(MINUTE);
    await asks.ask(post, signal);
    expect(await stands()).toBe('open');
    await world.clock.advance(5 * MINUTE);
    await asks.ask(post, signal);
    expect(await world.item('p1')).toMatchObject({
      state: 'dismissed',
      closing: { words: 'The post was deleted on its network.' },
    });
  });

  it('brings in what it knows, and says nothing when it cannot be asked', async () => {
    const watch = await start();
    const { signal } = new AbortController();
    await world.ingest([theirs('p1', 0)]);
    source.onConversation = () => [theirs('p1', 0), ours('a', 1)];
    expect(await watch.ask(theirs('p1', 0), signal)).toBe(true);
    expect(await world.item('p1')).toMatchObject({ state: 'answered' });
    source.onConversation = () => Promise.reject(new UnavailableError('HTTP 502'));
    expect(await watch.ask(theirs('p1', 0), signal)).toBe(false);
    source.onConversation = () => [];
    expect(await watch.ask(theirs('p1', 0), signal)).toBe(true);
    expect(await world.item('p1')).toMatchObject({ state: 'answered' });
  });

  it('takes the words it reads there for the newest, as the source declares, but not what is pushed', async () => {
    const told = { ...source, untimedEdits: true };
    const first = theirs('p1', 0);
    source.script.push({ cursor: 'a', posts: [first] }, { cursor: 'b', posts: [{ ...first, text: 'two' }] });
    const watch = await start({}, told);
    await world.clock.advance(MINUTE);
    const text = async () => (await world.store.post('blog', 'p1'))?.text;
    expect(await text()).toBe('two');
    source.onConversation = () => [{ ...first, text: 'three' }];
    await watch.ask(first, AbortSignal.timeout(60_000));
    expect(await text()).toBe('three');
    source.onReceive = () => ({ status: 202, body: {}, posts: [first] });
    await watch.receive({ method: 'POST', headers: {}, query: {}, body: Buffer.from('') });
    expect(await text()).toBe('three');
    // Who does not declare it changes nothing.
    source.onConversation = () => [{ ...first, text: 'four' }];
    await (await start()).ask(first, AbortSignal.timeout(60_000));
    expect(await text()).toBe('three');
  });

  it('stops for everybody as long as the service says', async () => {
    const watch = await start();
    const { signal } = new AbortController();
    source.onConversation = () => Promise.reject(new RateLimitedError('slow down', 5 * MINUTE));
    for (const id of ['a', 'b', 'c']) expect(await watch.ask(theirs(id, 0), signal)).toBe(false);
    expect(source.asked).toEqual(['a']);
    await world.clock.advance(5 * MINUTE);
    await watch.ask(theirs('b', 0), signal);
    expect(source.asked).toEqual(['a', 'b']);
  });
});
