import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import { deferred, type Flow, flow, MINUTE, ours, theirs } from '../support/flow.ts';
import { type Presenting, presenting, type ScriptedChat, scriptedChat } from '../support/flow-chat.ts';
import { ana } from '../support/items.ts';

const SECOND = 1_000;
let world: Flow;
let chat: ScriptedChat;
const running: Presenting[] = [];

/** Which channel a post goes to is in its text: `#sales`. */
beforeEach(async () => {
  world = await flow({
    places: (_, post) =>
      [...post.text.matchAll(/#(\w+)/g)].map(([, channel = '']) => ({ chat: 'web', channel })),
  });
  chat = scriptedChat(world.clock);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((present) => present.stop()));
  await world.store.close();
});

function start(options: Parameters<typeof presenting>[2] = {}, room = chat): Presenting {
  const present = presenting(world, room, options);
  running.push(present);
  return present;
}

/** Questions of conversations of their own, as many as there are texts. */
async function asked(...texts: string[]): Promise<void> {
  const known = await world.store.countItems({});
  await world.ingest(
    texts.map((text, n) => theirs(`c${known + n}`, n, { text, conversationId: `c${known + n}` })),
  );
}

const log = (writes = chat.writes): string[] =>
  writes.map(({ kind, channel, card }) => `${kind} #${card.itemId} ${channel}`);
const rowOf = async (itemId: number, channel = 'all') =>
  (await world.store.cardsOf(itemId)).find((row) => row.channel === channel);

describe('cards', () => {
  it('follow their items: five changes between two looks make one update', async () => {
    await asked('how? #all');
    start();
    await world.clock.settle();
    expect(log()).toEqual(['post #1 all']);
    await world.does(ana, 1, { type: 'claim' });
    await world.does(ana, 1, { type: 'draft', text: 'a' });
    await world.does(ana, 1, { type: 'draft', text: 'b' });
    await world.does(ana, 1, { type: 'note', text: 'c' });
    await world.does(ana, 1, { type: 'release' });
    await world.clock.advance(SECOND);
    expect(log()).toEqual(['post #1 all', 'update #1 all']);
    expect(chat.writes[1]?.card).toMatchObject({ version: 6, state: 'open', draft: { text: 'b' } });
    await world.clock.advance(MINUTE);
    expect(chat.writes).toHaveLength(2);
  });

  it('follow at once when they are told', async () => {
    const present = start();
    await world.clock.settle();
    await asked('how? #all');
    expect(chat.writes).toEqual([]);
    present.nudge();
    await world.clock.settle();
    expect(log()).toEqual(['post #1 all']);
  });

  it('are not sent to a platform that reads the ledger by itself: it is told to look', async () => {
    let looks = 0;
    const room: ScriptedChat = {
      ...chat,
      look: () => {
        looks += 1;
      },
    };
    const present = start({}, room);
    await asked('how? #all');
    present.nudge();
    await world.clock.advance(MINUTE);
    expect(looks).toBe(1);
    expect(room.writes).toEqual([]);
    expect(present.health()).toEqual(room.health());
  });

  it('are written most urgent first, and longest waiting first of those', async () => {
    await asked('p=10 #all', 'p=90 #all', 'p=50 #all', 'p=90 #all');
    start();
    await world.clock.settle();
    expect(log()).toEqual(['post #2 all', 'post #4 all', 'post #3 all', 'post #1 all']);
  });

  it('appear in every channel that wants them, each once', async () => {
    await asked('how? #a #b', 'how? #b');
    start();
    await world.clock.settle();
    expect(log().sort()).toEqual(['post #1 a', 'post #1 b', 'post #2 b']);
    expect(new Set(chat.writes.map((write) => write.nonce)).size).toBe(3);
    for (const { nonce } of chat.writes) expect(nonce.length).toBeLessThanOrEqual(25);
  });

  it('shrink by an update when the item is closed, and a card never posted is never posted', async () => {
    await asked('how? #all', 'how? #all');
    await world.does(ana, 2, { type: 'dismiss', reason: 'spam' });
    start();
    await world.clock.settle();
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.clock.advance(MINUTE);
    expect(log()).toEqual(['post #1 all', 'update #1 all']);
    expect(chat.writes[1]?.card).toMatchObject({ state: 'answered', closing: { by: 'Ana' } });
    // Opened again it wants a person, and is seen for the first time.
    await world.does(ana, 2, { type: 'reopen' });
    await world.clock.advance(SECOND);
    expect(log().at(-1)).toBe('post #2 all');
  });

  it('are not posted when the network knows the answer already', async () => {
    await asked('how? #all');
    const freshened: number[] = [];
    start({
      freshen: async (item) => {
        freshened.push(item.id);
        await world.ingest([ours('a', 5, { conversationId: 'c0' })]);
      },
    });
    await world.clock.advance(MINUTE);
    expect(freshened).toEqual([1]);
    expect(chat.writes).toEqual([]);
    expect(await world.store.item(1)).toMatchObject({ state: 'answered' });
  });

  it('are posted when the network cannot be asked', async () => {
    await asked('how? #all');
    start({ freshen: () => Promise.reject(new UnavailableError('no route')) });
    await world.clock.settle();
    expect(log()).toEqual(['post #1 all']);
  });
});

describe('a channel', () => {
  it('keeps its pace, whatever the others do', async () => {
    chat = scriptedChat(world.clock, { intervalMs: 1_200 });
    await asked('p=90 #a', 'p=80 #a', 'p=70 #a', 'p=10 #b', 'p=5 #b');
    const begin = world.clock.now();
    start({}, chat);
    await world.clock.advance(10 * SECOND);
    const times = (channel: string): number[] =>
      chat.writes.filter((write) => write.channel === channel).map((write) => write.at - begin);
    expect(times('a')).toEqual([0, 1_200, 2_400]);
    expect(times('b')).toEqual([0, 1_200]);
  });

  it('sees what is urgent now before what was urgent when it began', async () => {
    chat = scriptedChat(world.clock, { intervalMs: SECOND });
    await asked(...Array.from({ length: 5 }, () => 'p=50 #all'));
    start({}, chat);
    await world.clock.settle();
    await asked('p=99 #all');
    await world.clock.advance(SECOND);
    expect(log()).toEqual(['post #1 all', 'post #6 all']);
  });

  it('that is slow by itself looks for what is urgent every second', async () => {
    await asked(...Array.from({ length: 9 }, () => 'p=50 #all'));
    chat.before = ({ signal }) => world.clock.sleep(400, signal);
    start();
    await world.clock.advance(100);
    await asked('p=99 #all');
    await world.clock.advance(2 * SECOND);
    expect(log().slice(0, 4)).toEqual(['post #1 all', 'post #2 all', 'post #3 all', 'post #10 all']);
  });

  it('is held back alone, for as long as the platform says', async () => {
    await asked('p=90 #slow', 'p=10 #quick');
    const begin = world.clock.now();
    let refusals = 0;
    chat.before = ({ channel }) => {
      if (channel !== 'slow' || refusals++ > 0) return;
      throw new RateLimitedError('slow down', 7_300);
    };
    const present = start();
    await world.clock.advance(7_299);
    expect(log()).toEqual(['post #1 slow', 'post #2 quick']);
    // Nothing was posted: nothing needs to be looked for.
    expect(await rowOf(1, 'slow')).toMatchObject({ ref: null, postingAt: null });
    await asked('p=5 #quick');
    present.nudge();
    await world.clock.settle();
    expect(log().at(-1)).toBe('post #3 quick');
    await world.clock.advance(1);
    expect(log().at(-1)).toBe('post #1 slow');
    expect(chat.writes.filter((write) => write.channel === 'slow').map((write) => write.at - begin)).toEqual([
      0, 7_300,
    ]);
    expect(chat.finds).toEqual([]);
  });

  it('with a long queue does not hide the others', async () => {
    await asked(...Array.from({ length: 250 }, () => 'p=90 #full'), 'p=10 #other');
    chat.before = ({ channel }) => {
      if (channel === 'full') throw new RateLimitedError('slow down', 10 * MINUTE);
    };
    start();
    await world.clock.advance(3 * SECOND);
    expect(log()).toEqual(['post #1 full', 'post #251 other']);
  });

  it('that hangs is given up for a while, and holds nobody else', async () => {
    await asked('p=90 #stuck', 'p=10 #other');
    chat.before = ({ channel }) => (channel === 'stuck' ? new Promise(() => {}) : undefined);
    start();
    await world.clock.advance(29 * SECOND);
    // Both at once: which is first does not matter.
    expect([...log()].sort()).toEqual(['post #1 stuck', 'post #2 other']);
    await world.clock.advance(2 * SECOND);
    expect(chat.writes.find(({ channel }) => channel === 'stuck')?.signal.aborted).toBe(true);
    chat.before = () => {};
    await world.clock.advance(MINUTE);
    expect([...log()].sort()).toEqual(['post #1 stuck', 'post #1 stuck', 'post #2 other']);
  });
});

describe('a card that fails', () => {
  it('for good is given up until its item changes', async () => {
    await asked('how? #all', 'p=10 #all');
    chat.before = ({ card }) => {
      if (card.itemId === 1) throw new RejectedError('no such channel');
    };
    start();
    await world.clock.advance(2 * MINUTE);
    expect(log()).toEqual(['post #1 all', 'post #2 all']);
    chat.before = () => {};
    await world.does(ana, 1, { type: 'claim' });
    await world.clock.advance(SECOND);
    expect(log().slice(2)).toEqual(['post #1 all']);
    await world.clock.advance(2 * MINUTE);
    expect(chat.writes).toHaveLength(3);
  });

  it('for refused credentials pauses the whole chat, and says so', async () => {
    await asked('how? #a', 'how? #b', 'how? #c');
    chat.before = () => {
      throw new AuthError('The token was revoked.');
    };
    const present = start();
    await world.clock.settle();
    const first = chat.writes.length;
    expect(first).toBeLessThanOrEqual(3);
    expect(present.health()).toEqual({ state: 'down', detail: 'The token was revoked.' });
    for (let n = 0; n < 100; n++) present.nudge();
    await world.clock.advance(4 * MINUTE);
    expect(chat.writes).toHaveLength(first);
    chat.before = () => {};
    await world.clock.advance(MINUTE + SECOND);
    expect([...chat.shown.values()].map(({ channel }) => channel).sort()).toEqual(['a', 'b', 'c']);
    expect(present.health()).toEqual({ state: 'up', detail: null });
  });

  it('for credentials of one channel pauses that channel alone, and not for long', async () => {
    await asked('how? #a', 'how? #b');
    chat.before = ({ channel }) => {
      if (channel === 'a') throw new AuthError('Not installed there.', { scope: 'channel' });
    };
    const present = start();
    await world.clock.settle();
    const tries = () => chat.writes.filter(({ channel }) => channel === 'a').length;
    expect([...chat.shown.values()].map(({ channel }) => channel)).toEqual(['b']);
    for (let n = 0; n < 50; n++) present.nudge();
    await asked('again? #b');
    await world.clock.advance(50 * SECOND);
    expect(chat.shown.size).toBe(2);
    expect(tries()).toBe(1);
    expect(present.health().state).toBe('up');
    chat.before = () => {};
    await world.clock.advance(12 * SECOND);
    expect([...chat.shown.values()].map(({ channel }) => channel).sort()).toEqual(['a', 'b', 'b']);
  });

  it('for a platform out of order backs off, longer and longer, and holds no other card up', async () => {
    await asked('p=90 #all', 'p=10 #all');
    const begin = world.clock.now();
    chat.before = ({ card }) => {
      if (card.itemId === 1) throw new UnavailableError('HTTP 503');
    };
    start({ random: () => 0 });
    await world.clock.advance(40 * SECOND);
    // 2, 4, 8, 16 … seconds, halved by the lowest jitter, and looked at once a second.
    const tries = chat.writes
      .filter(({ card }) => card.itemId === 1)
      .map((write) => (write.at - begin) / SECOND);
    expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
    expect(log()).toContain('post #2 all');
    chat.before = () => {};
    await world.clock.advance(MINUTE);
    expect([...chat.shown.values()].filter(({ card }) => card.itemId === 1)).toHaveLength(1);
    expect(await rowOf(1)).toMatchObject({ failures: 0, notBefore: 0 });
  });

  it('in our own database does not become a tight loop', async () => {
    await asked('how? #all');
    let asks = 0;
    const broken: Flow = {
      ...world,
      through: {
        ...world.through,
        cardsBehind: async () => {
          asks += 1;
          throw new Error('the database is away');
        },
      },
    };
    const present = presenting(broken, chat);
    running.push(present);
    for (let n = 0; n < 5; n++) {
      present.nudge();
      await world.clock.advance(SECOND);
    }
    expect(asks).toBeGreaterThan(2);
    expect(asks).toBeLessThan(15);
  });
});

describe('after a crash', () => {
  it('between “sent” and “saved” the card is found and not posted again', async () => {
    await asked('how? #all');
    chat.after = () => {
      throw new UnavailableError('the connection broke');
    };
    start();
    await world.clock.settle();
    chat.after = () => {};
    expect(await rowOf(1)).toMatchObject({ ref: null, postingAt: world.clock.now() });
    await world.clock.advance(MINUTE);
    expect(log()).toEqual(['post #1 all', 'update #1 all']);
    expect(chat.finds).toEqual(['all']);
    expect(chat.shown.size).toBe(1);
    expect(await rowOf(1)).toMatchObject({ ref: 'ref-1', shownVersion: 1 });
  });

  it('another process finishes what the first began', async () => {
    await asked('how? #all');
    // The first process is gone in the middle of the post: it neither saves nor renews its leases.
    const posted = deferred<void>();
    chat.after = () => {
      posted.resolve();
      return new Promise(() => {});
    };
    void presenting(world, chat, { holder: 'dead' });
    await posted.promise;
    chat.after = () => {};
    await world.store.releaseHolder('dead');
    start({ holder: 'alive' });
    await world.clock.settle();
    expect(log()).toEqual(['post #1 all', 'update #1 all']);
    expect(chat.shown.size).toBe(1);
  });

  it('a platform that knows the nonce gets the same one again', async () => {
    chat = scriptedChat(world.clock, { find: false });
    await asked('how? #all');
    let lost = true;
    chat.before = () => {
      if (lost) throw new UnavailableError('the connection broke');
    };
    start({}, chat);
    await world.clock.settle();
    lost = false;
    await world.clock.advance(MINUTE);
    expect(log()).toEqual(['post #1 all', 'post #1 all']);
    expect(chat.writes[0]?.nonce).toBe(chat.writes[1]?.nonce);
  });

  it('a card that was never posted and is closed by now stays away', async () => {
    await asked('how? #all');
    chat.before = () => {
      throw new UnavailableError('the connection broke');
    };
    start();
    await world.clock.settle();
    chat.before = () => {};
    await world.does(ana, 1, { type: 'dismiss', reason: 'other' });
    await world.clock.advance(MINUTE);
    expect(log()).toEqual(['post #1 all']);
    expect(await rowOf(1)).toMatchObject({ ref: null, postingAt: null });
    expect(await world.store.cardsBehind('web', world.clock.now(), 9)).toEqual([]);
  });
});

describe('two processes', () => {
  it('on one store post each card once', async () => {
    chat = scriptedChat(world.clock, { intervalMs: 100 });
    await asked(...Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'how? #a' : 'how? #b')));
    start({ holder: 'one' }, chat);
    start({ holder: 'two' }, chat);
    await world.clock.advance(20 * SECOND);
    expect(chat.writes).toHaveLength(20);
    expect(chat.shown.size).toBe(20);
    for (let id = 1; id <= 20; id++) await world.does(ana, id, { type: 'claim' });
    await world.clock.advance(20 * SECOND);
    expect(chat.writes.slice(20).map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => 'update'));
  });

  it('hand over when one stops', async () => {
    chat = scriptedChat(world.clock, { intervalMs: SECOND });
    await asked(...Array.from({ length: 6 }, () => 'how? #all'));
    const first = start({ holder: 'one' }, chat);
    start({ holder: 'two' }, chat);
    await world.clock.advance(2_500);
    await first.stop();
    await world.clock.advance(10 * SECOND);
    expect(chat.writes).toHaveLength(6);
    expect(chat.shown.size).toBe(6);
  });
});

describe('the end', () => {
  it('comes at once when nothing is under way, and after the write that is', async () => {
    const idle = start();
    await world.clock.settle();
    await idle.stop();
    expect(idle.stopped).toBe(true);

    await asked('how? #all');
    const answer = deferred<void>();
    const begun = deferred<void>();
    chat.before = () => {
      begun.resolve();
      return answer.promise;
    };
    const busy = start();
    await begun.promise;
    const stopping = busy.stop();
    await world.clock.settle();
    expect(busy.stopped).toBe(false);
    expect(chat.writes[0]?.signal.aborted).toBe(true);
    answer.resolve();
    await stopping;
    expect(await rowOf(1)).toMatchObject({ ref: 'ref-1', shownVersion: 1 });
  });

  it('does not wait for ever for what hangs', async () => {
    await asked('how? #all');
    chat.before = () => new Promise(() => {});
    const hung = start();
    await world.clock.settle();
    const stopping = hung.stop();
    await world.clock.advance(1_999);
    expect(hung.stopped).toBe(false);
    await world.clock.advance(1);
    await stopping;
    // Nobody knows whether it was posted: the next process looks first.
    expect(await rowOf(1)).toMatchObject({ ref: null, postingAt: expect.any(Number) });
  });
});

describe('a follow-up', () => {
  /** Ana answered a question; its card stands in the channel. */
  async function answered(room = chat): Promise<void> {
    await asked('how? #all');
    start({}, room);
    await world.clock.settle();
    await world.does(ana, 1, { type: 'claim' });
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.clock.advance(SECOND);
  }
  const again = (id: string, text = `and ${id}? #all`): Promise<unknown> =>
    world.ingest([theirs(id, 20, { conversationId: 'c0', text })]);
  const restart = async (room = chat): Promise<void> => {
    await Promise.all(running.splice(0).map((present) => present.stop()));
    start({}, room);
    await world.clock.advance(MINUTE);
  };

  it('is told once in the thread of its card, to who had it last', async () => {
    await answered();
    expect(chat.remarks).toEqual([]);
    await again('q2', 'and the\n  <!channel> lid? #all');
    await world.clock.advance(SECOND);
    expect(chat.remarks).toEqual([
      { ref: 'ref-1', text: 'Carla wrote again: “and the <!channel> lid? #all”', mention: ana.id },
    ]);
    // The card was there first: whoever follows the line sees an open question.
    expect(chat.writes.at(-1)?.card).toMatchObject({ state: 'open', followUp: true });
    await again('q3');
    await world.does(ana, 1, { type: 'note', text: 'x' });
    await world.clock.advance(MINUTE);
    await restart();
    expect(chat.remarks).toHaveLength(1);
    await world.does(ana, 1, { type: 'mark-answered' });
    await world.clock.advance(SECOND);
    await again('q4', 'x'.repeat(5_000));
    await world.clock.advance(MINUTE);
    expect(chat.remarks).toHaveLength(2);
    expect(chat.remarks[1]?.text.length).toBeLessThan(250);
  });

  it('names nobody while the team does not work, and is there to be read', async () => {
    let working = false;
    await answered();
    await Promise.all(running.splice(0).map((present) => present.stop()));
    start({ quiet: ({ priority }) => priority < 80 && !working });
    await again('q2');
    await world.clock.advance(SECOND);
    expect(chat.remarks).toMatchObject([{ text: expect.stringContaining('wrote again'), mention: null }]);
    // What is urgent calls at any time.
    await world.does(ana, 1, { type: 'mark-answered' });
    await again('q3', 'and now p=90? #all');
    await world.clock.advance(SECOND);
    expect(chat.remarks.at(-1)).toMatchObject({ mention: ana.id });
    working = true;
    await world.does(ana, 1, { type: 'mark-answered' });
    await again('q4', 'and then p=10? #all');
    await world.clock.advance(SECOND);
    expect(chat.remarks.map(({ mention }) => mention)).toEqual([null, ana.id, ana.id]);
  });

  it('is told later when the chat has no room for it now, and not a second time when nobody knows', async () => {
    await answered();
    const errors = [new RateLimitedError('slowly', 5 * SECOND), new UnavailableError('lost')];
    chat.beforeRemark = () => {
      const error = errors.shift();
      if (error) throw error;
    };
    await again('q2');
    await world.clock.advance(MINUTE);
    expect(chat.remarks).toHaveLength(2);
    await restart();
    expect(chat.remarks).toHaveLength(2);
    expect(await rowOf(1)).toMatchObject({ remarked: 1, shownVersion: (await world.store.item(1))?.version });
  });

  it('is not told where the card itself is new, where it is closed again, or where there are no threads', async () => {
    const quiet = scriptedChat(world.clock, { remark: false });
    await answered(quiet);
    await again('q2');
    await world.clock.advance(SECOND);
    expect(quiet.writes.at(-1)?.card.followUp).toBe(true);
    // A follow-up that the team answered before the card was written, and one that brings the first card of all.
    await Promise.all(running.splice(0).map((present) => present.stop()));
    await world.does(ana, 1, { type: 'mark-answered' });
    await asked('what? #all');
    await world.does(ana, 2, { type: 'mark-answered' });
    await world.ingest([theirs('w2', 20, { conversationId: 'c1', text: 'what else? #all' })]);
    start();
    await world.clock.advance(MINUTE);
    expect(chat.writes.map(({ card }) => card.itemId)).toContain(2);
    expect(chat.remarks).toEqual([]);
    await world.does(ana, 2, { type: 'note', text: 'x' });
    await world.clock.advance(MINUTE);
    expect(chat.remarks).toEqual([]);
  });
});
