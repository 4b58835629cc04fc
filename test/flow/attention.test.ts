import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attentionDesk, createAttention } from '../../src/flow/attention.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { type Flow, flow, HOUR, MINUTE, theirs } from '../support/flow.ts';
import { type Presenting, presenting, type ScriptedChat, scriptedChat } from '../support/flow-chat.ts';
import { ana } from '../support/items.ts';

const SECOND = 1_000;
const BUDGET = 5;
/** Shorter than the product's hour, so that a test need not turn the clock through thousands of ticks. */
const WINDOW = 6 * MINUTE;

describe('the attention budget of a channel', () => {
  let world: Flow;
  let chat: ScriptedChat;
  let at: Presenting;

  function begin(holder = 'process-1'): void {
    const nudge = (): void => at.nudge();
    const attention = createAttention({
      chat: 'web',
      store: world.through,
      clock: world.clock,
      notices: createNotices({ store: world.through, clock: world.clock, nudge }),
      windowMs: WINDOW,
      budget: ({ channel }) => (channel === 'open' ? null : BUDGET),
      labelOf: (source) => source,
      names: [],
    });
    at = presenting(world, chat, { holder, attention });
  }

  beforeEach(async () => {
    world = await flow({
      places: (_, post) => [{ chat: 'web', channel: post.text.includes('elsewhere') ? 'open' : 'all' }],
    });
    chat = scriptedChat(world.clock, { intervalMs: SECOND });
    begin();
  });
  afterEach(async () => {
    await at.stop();
    await world.store.close();
  });

  const many = (count: number, from = 0, words = '') =>
    Array.from({ length: count }, (_, n) =>
      theirs(`q${from + n}`, from + n, {
        conversationId: `c${from + n}`,
        text: `question ${n} p=50 ${words}: why is there a broken lid?`,
        author: { id: `a${n}`, name: `Person ${n}`, handle: '', url: null, avatarUrl: null },
      }),
    );
  const posted = (): number => chat.writes.filter(({ kind }) => kind === 'post').length;
  const rollUps = () => [...chat.heard.values()].map(({ notice }) => notice);

  it('begins so many in its window; the rest is one card that shrinks, and everything gets its turn', async () => {
    await world.ingest(many(12));
    await world.clock.advance(2 * MINUTE);
    expect(posted()).toBe(BUDGET);
    expect(rollUps()).toHaveLength(1);
    expect(rollUps()[0]?.title).toMatch(/^7 more conversations wait/);
    expect(JSON.stringify(rollUps()[0])).toContain('They talk about: broken lid');
    await world.clock.advance(WINDOW);
    expect(posted()).toBe(2 * BUDGET);
    expect(rollUps()[0]?.title).toMatch(/^2 more conversations wait/);
    await world.clock.advance(WINDOW);
    expect(posted()).toBe(12);
    expect(rollUps()).toHaveLength(1);
    expect(rollUps()[0]).toMatchObject({ tone: 'green', buttons: [] });
  });

  it('lets urgent ones through at once, and the most urgent of the others first', async () => {
    await world.ingest(many(9));
    await world.clock.advance(MINUTE);
    await world.ingest([
      theirs('u', 30, { conversationId: 'u', text: 'complaint p=95' }),
      theirs('h', 31, { conversationId: 'h', text: 'question p=70' }),
    ]);
    await world.clock.advance(MINUTE);
    const urgent = await world.item('u');
    const high = await world.item('h');
    const cards = (): number[] => [...chat.shown.values()].map(({ card }) => card.itemId);
    expect(cards()).toContain(urgent.id);
    expect(cards()).not.toContain(high.id);
    await world.clock.advance(WINDOW);
    expect(cards()).toContain(high.id);
  });

  it('sums up the backlog of an outage, and says since when it was written', async () => {
    world.clock.advance(0);
    const late = many(30).map((post) => ({ ...post, createdAt: world.clock.now() - 3 * HOUR }));
    await world.ingest(late, { backfilled: true });
    await world.clock.advance(MINUTE);
    expect(posted()).toBe(BUDGET);
    expect(JSON.stringify(rollUps()[0])).toContain('25 of them were written before we could hear it');
    expect(JSON.stringify(rollUps()[0])).toContain('3 hours ago');
  });

  it('holds no other channel up, and limits none that has no budget', async () => {
    await world.ingest([...many(30), ...many(8, 100, 'elsewhere')]);
    await world.clock.advance(MINUTE);
    const open = [...chat.shown.values()].filter(({ channel }) => channel === 'open');
    expect(open).toHaveLength(8);
    expect(posted()).toBe(BUDGET + 8);
  });

  it('goes on with the same roll-up after a restart, and forgets what was dealt with', async () => {
    await world.ingest(many(9));
    await world.clock.advance(2 * MINUTE);
    await at.stop();
    begin('process-2');
    await world.clock.advance(2 * MINUTE);
    expect(rollUps()).toHaveLength(1);
    const held = await world.store.cardsHeld('web', 'all', 10);
    expect(held.total).toBe(4);
    for (const item of held.items) await world.does(ana, item.id, { type: 'dismiss', reason: 'spam' });
    await world.clock.advance(2 * MINUTE);
    expect(rollUps()).toHaveLength(1);
    expect(rollUps()[0]?.tone).toBe('green');
    expect(posted()).toBe(BUDGET);
  });

  it('shows all that is held back, to whoever asks', async () => {
    await world.ingest(many(9));
    await world.clock.advance(2 * MINUTE);
    const [button] = rollUps()[0]?.buttons ?? [];
    const desk = attentionDesk({ store: world.store, view: world.view, channels: () => ['other', 'all'] });
    const asked = { actor: { ...ana }, channel: 'all', tz: null, chat: 'web' };
    const [name, rest] = button?.press.split(':') ?? [];
    expect(name).toBe('rollup');
    const answer = await desk.presses?.rollup?.(rest ?? '', asked);
    expect(answer?.cards).toMatchObject({ total: 4 });
    expect(answer?.cards?.cards).toHaveLength(4);
    expect(await desk.presses?.rollup?.('gone', asked)).toMatchObject({ ok: false });
  });

  it('never begins more than that in any window, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ count: fc.nat({ max: 9 }), minutes: fc.integer({ min: 1, max: 5 }) }), {
          maxLength: 4,
        }),
        async (waves) => {
          let next = 1_000;
          for (const { count, minutes } of waves) {
            if (count > 0) await world.ingest(many(count, next));
            next += 100;
            await world.clock.advance(minutes * MINUTE);
          }
          await world.clock.advance(WINDOW);
          const times = chat.writes.filter(({ kind }) => kind === 'post').map((write) => write.at);
          for (const time of times)
            expect(
              times.filter((other) => other > time - WINDOW && other <= time).length,
            ).toBeLessThanOrEqual(BUDGET);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
