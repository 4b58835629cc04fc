import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/domain/notice.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { createNotices, type Notices } from '../../src/flow/notices.ts';
import { type Flow, flow, MINUTE, theirs } from '../support/flow.ts';
import { type Presenting, presenting, type ScriptedChat, scriptedChat } from '../support/flow-chat.ts';
import { ana } from '../support/items.ts';

const notice = (title: string): Notice => ({ title, tone: 'grey', blocks: [], buttons: [], mention: [] });
const ALL = [{ chat: 'web', channel: 'all' }];
const SECOND = 1_000;

describe('what is said beside the cards', () => {
  let world: Flow;
  let chat: ScriptedChat;
  let at: Presenting;
  let notices: Notices;

  beforeEach(async () => {
    world = await flow();
    chat = scriptedChat(world.clock, { intervalMs: SECOND });
    at = presenting(world, chat);
    notices = createNotices({ store: world.through, clock: world.clock, nudge: () => at.nudge() });
  });
  afterEach(async () => {
    await at.stop();
    await world.store.close();
  });
  const heard = (): string[] => [...chat.heard.values()].map((each) => each.notice.title);

  it('is said once, however often it is asked for, and anew in its place when it has changed', async () => {
    for (let n = 0; n < 3; n++) await notices.tell('digest/1', ALL, notice('Monday'));
    await world.clock.advance(5 * SECOND);
    expect(heard()).toEqual(['Monday']);
    await notices.tell('digest/1', ALL, notice('Monday, corrected'));
    await world.clock.advance(5 * SECOND);
    expect(heard()).toEqual(['Monday, corrected']);
    expect(chat.told.map(({ kind }) => kind)).toEqual(['tell', 'retell']);
  });

  it('goes before a storm of cards, and keeps the pace of its channel', async () => {
    await world.ingest(Array.from({ length: 20 }, (_, n) => theirs(`q${n}`, n, { conversationId: `c${n}` })));
    await notices.tell('a', ALL, notice('On call: Ana'));
    await world.clock.advance(3 * SECOND);
    expect(heard()).toEqual(['On call: Ana']);
    const times = [...chat.writes.map((write) => write.at), ...chat.told.map((each) => each.at)].sort(
      (a, b) => a - b,
    );
    for (const [index, time] of times.slice(1).entries())
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(SECOND);
  });

  it('is not said twice when the process died between said and saved', async () => {
    chat.afterTell = () => {
      throw new UnavailableError('the connection broke');
    };
    await notices.tell('a', ALL, notice('once'));
    await world.clock.advance(SECOND);
    await at.stop();
    chat.afterTell = () => {};
    at = presenting(world, chat, { holder: 'process-2' });
    await world.clock.advance(10 * MINUTE);
    expect(heard()).toEqual(['once']);
    expect(chat.told.filter(({ kind }) => kind === 'tell')).toHaveLength(1);
  });

  it('waits as long as the platform says, tries again after an outage, and gives up what is refused', async () => {
    const errors: Error[] = [
      new RateLimitedError('slow down', 30 * SECOND),
      new UnavailableError('away'),
      new AuthError('not in the channel', { scope: 'channel' }),
    ];
    chat.beforeTell = () => {
      const error = errors.shift();
      if (error) throw error;
    };
    await notices.tell('a', ALL, notice('patience'));
    await world.clock.advance(29 * SECOND);
    expect(chat.told).toHaveLength(1);
    await world.clock.advance(10 * MINUTE);
    expect(heard()).toEqual(['patience']);

    chat.beforeTell = () => {
      throw new RejectedError('never');
    };
    await notices.tell('b', ALL, notice('refused'));
    await world.clock.advance(10 * MINUTE);
    expect(chat.told.filter(({ notice: { title } }) => title === 'refused')).toHaveLength(1);
    chat.beforeTell = () => {};
    await notices.tell('b', ALL, notice('put otherwise'));
    await world.clock.advance(MINUTE);
    expect(heard()).toEqual(['patience', 'put otherwise']);
  });

  it('is said in the thread of a card, once the card is there', async () => {
    chat.before = () => {
      throw new UnavailableError('not yet');
    };
    await world.ingest([theirs('q', 0)]);
    const item = await world.item('p1');
    await notices.tell(`late/${item.id}`, ALL, notice('Nobody has answered yet'), item.id);
    await world.clock.advance(MINUTE);
    expect(heard()).toEqual([]);
    chat.before = () => {};
    await world.clock.advance(10 * MINUTE);
    const [ref] = [...chat.shown.keys()];
    expect([...chat.heard.values()]).toMatchObject([
      { thread: ref, notice: { title: 'Nobody has answered yet' } },
    ]);
  });

  it('is not said about a card that nobody ever saw', async () => {
    chat.before = () => {
      throw new UnavailableError('not yet');
    };
    await world.ingest([theirs('q', 0)]);
    const item = await world.item('p1');
    await notices.tell('late', ALL, notice('Nobody has answered yet'), item.id);
    await world.does(ana, item.id, { type: 'dismiss', reason: 'spam' });
    chat.before = () => {};
    await world.clock.advance(10 * MINUTE);
    expect(heard()).toEqual([]);
  });
});
