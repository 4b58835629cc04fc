import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { deferred, type Flow, flow, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, ben, mia } from '../support/items.ts';

let world: Flow;
let source: ScriptedSource;
let broken: Error | null;

function through(store: Store): Store {
  return withQueries(store, (queries) => ({
    finishReply: async (...args) => {
      if (broken) throw broken;
      return queries.finishReply(...args);
    },
  }));
}

beforeEach(async () => {
  broken = null;
  source = scriptedSource();
  world = await flow({ sources: [source], through });
  await world.ingest([theirs('p1', 0)]);
});
afterEach(async () => {
  await world.store.close();
});

/** Our reply as the network shows it, written just now. */
function published(id = 'r'): Post {
  return { ...ours(id, 0, { replyTo: 'p1' }), createdAt: world.clock.now() };
}

const replyRow = async (key = source.replies[0]?.key ?? '') => world.store.reply(key);

describe('two people', () => {
  it('who claim at once: one has it, and the other reads who', async () => {
    const results = await Promise.all([ana, ben].map((who) => world.does(who, 1, { type: 'claim' })));
    expect(results.map((result) => result.ok)).toEqual([true, false]);
    expect(results[0]).toMatchObject({ text: '#1 is yours.', card: { owner: { name: 'Ana' } } });
    expect(results[1]).toMatchObject({
      refusal: { code: 'already-claimed', text: '#1 was already claimed by Ana, just now.' },
      card: { state: 'claimed', owner: { name: 'Ana' } },
    });
    expect((await world.events('p1')).map((event) => event.type)).toEqual(['opened', 'claim']);
    expect(world.changed).toEqual([1, 1]);
  });

  it('who send at once: one reply leaves', async () => {
    source.onReply = () => [published()];
    const results = await Promise.all(
      [ana, ben].map((who) => world.does(who, 1, { type: 'send', text: 'Yes' })),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(source.replies).toHaveLength(1);
  });

  it('keep their roles: a manager may overrule, by the team’s policy', async () => {
    await world.does(ana, 1, { type: 'claim' });
    expect(await world.does(ben, 1, { type: 'release' })).toMatchObject({
      ok: false,
      refusal: { code: 'not-yours', text: expect.stringContaining('#1 is with Ana') },
    });
    expect(await world.does(mia, 1, { type: 'release' })).toMatchObject({ ok: true });
  });
});

describe('an action', () => {
  it('on an item that is not there is refused in words', async () => {
    for (const id of [99, 0, -1, 1.5, Number.NaN, 1e300]) {
      expect(await world.does(ana, id, { type: 'claim' })).toMatchObject({
        ok: false,
        refusal: { code: 'not-found' },
        card: null,
      });
      expect(await world.does(ana, id, { type: 'send', text: 'x' })).toMatchObject({
        refusal: { code: 'not-found' },
      });
    }
  });

  it('is answered in words even when the database is away', async () => {
    await world.store.close();
    expect(await world.does(ana, 1, { type: 'claim' })).toMatchObject({
      ok: false,
      refusal: { code: 'unavailable', text: expect.stringContaining('just now') },
    });
    world = await flow({ sources: [source] });
  });

  it('says what became of it', async () => {
    const said = async (action: Parameters<Flow['does']>[2]): Promise<string> => {
      const result = await world.does(ana, 1, action);
      return result.ok ? result.text : `refused: ${result.refusal.text}`;
    };
    expect(await said({ type: 'draft', text: 'Yes' })).toBe(
      'The draft for #1 is saved. Nothing is public yet.',
    );
    expect(await said({ type: 'draft', text: '' })).toBe('The draft for #1 is gone.');
    expect(await said({ type: 'note', text: 'VIP' })).toBe('Noted on #1. Only the team sees it.');
    expect(await said({ type: 'assign', to: ben })).toBe('#1 is with Ben.');
    expect(await said({ type: 'dismiss', reason: 'spam' })).toContain('refused: #1 is with Ben');
  });
});

describe('a reply', () => {
  it('is stored before it leaves, and closes the item with its link', async () => {
    let rowWhileSending: unknown;
    let cardWhileSending: unknown;
    source.onReply = async () => {
      rowWhileSending = await replyRow();
      cardWhileSending = await world.view.card(await world.item('p1'));
      return [published()];
    };
    const result = await world.does(ana, 1, { type: 'send', text: '  It does.  ' });
    expect(rowWhileSending).toMatchObject({
      state: 'sending',
      text: 'It does.',
      byName: 'Ana',
      postId: 'p1',
    });
    expect(cardWhileSending).toMatchObject({ sending: { by: 'Ana' }, state: 'claimed' });
    expect(result).toMatchObject({
      ok: true,
      text: 'Sent: https://blog.example/r',
      card: { state: 'answered', closing: { by: 'Ana', url: 'https://blog.example/r' } },
    });
    expect(source.replies).toEqual([{ key: expect.any(String), text: 'It does.', to: 'p1' }]);
    expect(await replyRow()).toMatchObject({ state: 'sent', url: 'https://blog.example/r' });
    // The conversation is complete at once, and our own post coming back later changes nothing.
    expect((await world.store.conversation('blog', 'p1', 9)).map((post) => post.id)).toEqual(['p1', 'r']);
    await world.ingest([published()]);
    expect((await world.item('p1')).closing).toMatchObject({ how: 'sent', by: { name: 'Ana' } });
  });

  it.each([
    ['the network says no', new RejectedError('The post was deleted.'), 'The post was deleted.'],
    ['the network is full', new RateLimitedError('Too many posts.', 60_000), 'Too many posts.'],
    ['our credentials are refused', new AuthError('Sign in again.'), 'Sign in again.'],
  ])('was not sent when %s, and its text is kept', async (_, error, words) => {
    source.onReply = () => Promise.reject(error);
    const result = await world.does(ana, 1, { type: 'send', text: 'It does.' });
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: 'unavailable', text: `Not sent: ${words} The text is kept as the draft.` },
      card: {
        state: 'claimed',
        draft: { text: 'It does.' },
        sending: null,
        warning: expect.stringContaining(words),
      },
    });
    expect(await replyRow()).toMatchObject({ state: 'failed', why: words });
  });

  it.each([
    [
      'the network is out of order',
      new UnavailableError('HTTP 502'),
      'The network did not confirm it (HTTP 502).',
    ],
    ['the connection broke', new TypeError('fetch failed'), 'The network did not confirm it (fetch failed).'],
    ['nobody knows', new UncertainError('The answer was lost.'), 'The answer was lost.'],
  ])('may be public when %s: a person looks first', async (_, error, words) => {
    source.onReply = () => Promise.reject(error);
    const result = await world.does(ana, 1, { type: 'send', text: 'It does.' });
    expect(result).toMatchObject({
      ok: false,
      refusal: {
        text: `${words} Look at the conversation before you send it again; the text is kept as the draft.`,
      },
      card: {
        state: 'claimed',
        draft: { text: 'It does.' },
        warning: expect.stringContaining('may or may not'),
      },
    });
    expect(await replyRow()).toMatchObject({ state: 'uncertain' });
    await world.act.settleStuck();
    expect(source.replies).toHaveLength(1);
    // It was public after all: the network shows it, and the item closes.
    await world.ingest([published()]);
    expect(await world.item('p1')).toMatchObject({ state: 'answered', closing: { how: 'network' } });
  });

  it('that cannot go out as it is, never leaves', async () => {
    const result = await world.does(ana, 1, { type: 'send', text: 'x'.repeat(301) });
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: 'not-possible', text: 'It is longer than 300 characters.' },
      card: { state: 'open' },
    });
    expect(await world.does(ana, 1, { type: 'send', text: '   ' })).toMatchObject({
      refusal: { code: 'invalid' },
    });
    expect(source.replies).toEqual([]);
  });

  it('is not offered where the network takes none', async () => {
    const mute = scriptedSource({ can: { reply: false } });
    world.sources.set('blog', mute);
    expect(await world.does(ana, 1, { type: 'send', text: 'Yes' })).toMatchObject({
      ok: false,
      refusal: { code: 'not-possible', text: expect.stringContaining('Open the post') },
      card: { state: 'open', reply: null },
    });
    expect(await world.act.measure(1, 'Yes')).toBeNull();
    world.sources.delete('blog');
    expect(await world.does(ana, 1, { type: 'send', text: 'Yes' })).toMatchObject({
      refusal: { code: 'not-possible' },
    });
    expect(mute.replies).toEqual([]);
  });

  it('to a follow is not possible: there is no post to answer', async () => {
    await world.ingest([theirs('f', 1, { conversationId: 'f', via: 'follow', text: '' })]);
    const { id } = await world.item('f');
    expect(await world.does(ana, id, { type: 'send', text: 'Hi' })).toMatchObject({
      refusal: { code: 'not-possible' },
    });
    expect(await world.act.measure(id, 'Hi')).toBeNull();
    expect(await world.act.measure(1, 'Hi')).toMatchObject({ length: 2, limit: 300 });
  });

  it('is the sender’s even when the stream brings it back first', async () => {
    source.onReply = async () => {
      const reply = published();
      await world.ingest([reply]);
      return [reply];
    };
    const result = await world.does(ana, 1, { type: 'send', text: 'It does.' });
    expect(result).toMatchObject({
      ok: true,
      text: 'Sent: https://blog.example/r',
      card: { state: 'answered' },
    });
    expect((await world.item('p1')).closing).toMatchObject({ how: 'sent', by: { name: 'Ana' } });
    expect(await replyRow()).toMatchObject({ state: 'sent' });
    expect((await world.events('p1')).map((event) => event.type)).toEqual([
      'opened',
      'send',
      'answered-on-network',
    ]);
  });

  it('does not make an earlier answer of a colleague the sender’s', async () => {
    source.onReply = async () => {
      await world.ingest([ours('colleague', 10)]);
      throw new RejectedError('You said that already.');
    };
    const result = await world.does(ana, 1, { type: 'send', text: 'It does.' });
    expect(result).toMatchObject({ ok: false, refusal: { text: expect.stringContaining('Not sent') } });
    expect(await world.item('p1')).toMatchObject({
      state: 'answered',
      closing: { how: 'network', by: { name: 'Our shop (colleague)' } },
      draft: { text: 'It does.' },
    });
    // The row is closed although the item went on without it.
    expect(await replyRow()).toMatchObject({ state: 'failed' });
    await world.clock.advance(10 * MINUTE);
    expect(await world.act.settleStuck()).toBe(0);
  });

  it('leaves the item open when the customer wrote again after it and before the news of it', async () => {
    source.onReply = async () => {
      const reply = published();
      const again = theirs('q', 0, { text: 'and another thing? p=80' });
      await world.ingest([{ ...again, createdAt: world.clock.now() + 1 }]);
      return [reply];
    };
    expect(await world.does(ana, 1, { type: 'send', text: 'It does.' })).toMatchObject({
      ok: true,
      text: 'Sent: https://blog.example/r',
      card: { state: 'open', text: 'and another thing? p=80', followUp: true, priority: 80 },
    });
    expect(await replyRow()).toMatchObject({ state: 'sent' });
  });

  it('closes the item when the customer wrote again before it', async () => {
    source.onReply = async () => {
      await world.ingest([{ ...theirs('q', 0), createdAt: world.clock.now() - 1 }]);
      return [published()];
    };
    expect(await world.does(ana, 1, { type: 'send', text: 'It does.' })).toMatchObject({
      card: { state: 'answered' },
    });
  });

  it('that is out is called sent even when it cannot be written down', async () => {
    source.onReply = () => {
      broken = new Error('the disk is full');
      return [published()];
    };
    expect(await world.does(ana, 1, { type: 'send', text: 'It does.' })).toMatchObject({
      ok: false,
      refusal: { text: expect.stringMatching(/^Sent: https:\/\/blog\.example\/r .*do not send it again/) },
    });
    broken = null;
    // The network brings it: then it is known after all.
    await world.ingest([published()]);
    expect(await world.item('p1')).toMatchObject({
      state: 'answered',
      closing: { how: 'sent', by: { name: 'Ana' } },
    });
  });

  it('whose process died goes back to a person, once, and is never sent again', async () => {
    // The network never answers: this process is gone for all we know.
    const left = deferred<void>();
    source.onReply = () => {
      left.resolve();
      return new Promise(() => {});
    };
    void world.does(ana, 1, { type: 'send', text: 'It does.' });
    await left.promise;
    const other = await flow({ store: world.store, sources: [source], clock: world.clock });
    await world.clock.advance(60_000);
    expect(await other.act.settleStuck()).toBe(0);
    expect(await other.does(mia, 1, { type: 'dismiss', reason: 'other' })).toMatchObject({
      refusal: { code: 'sending' },
    });
    await world.clock.advance(60_000);
    expect(await other.act.settleStuck()).toBe(1);
    expect(await other.act.settleStuck()).toBe(0);
    expect(source.replies).toHaveLength(1);
    expect(await world.item('p1')).toMatchObject({
      state: 'claimed',
      owner: { name: 'Ana' },
      sending: null,
      draft: { text: 'It does.' },
      warning: expect.stringContaining('may or may not be public'),
    });
    expect(await replyRow()).toMatchObject({ state: 'uncertain' });
  });

  it('that comes late, after it was given back, counts as sent', async () => {
    const [left, answer] = [deferred<void>(), deferred<Post[]>()];
    source.onReply = () => {
      left.resolve();
      return answer.promise;
    };
    const sent = world.does(ana, 1, { type: 'send', text: 'It does.' });
    await left.promise;
    await world.clock.advance(5 * MINUTE);
    expect(await world.act.settleStuck()).toBe(1);
    answer.resolve([published()]);
    expect(await sent).toMatchObject({ ok: true, card: { state: 'answered' } });
    expect(await replyRow()).toMatchObject({ state: 'sent', url: 'https://blog.example/r' });
  });

  it('on its way is waited for before the end', async () => {
    const answer = deferred<Post[]>();
    source.onReply = () => answer.promise;
    const sent = world.does(ana, 1, { type: 'send', text: 'It does.' });
    let idle = false;
    const waiting = world.act.idle().then(() => {
      idle = true;
    });
    await world.clock.settle();
    expect(idle).toBe(false);
    answer.resolve([published()]);
    await Promise.all([sent, waiting]);
    expect(await world.item('p1')).toMatchObject({ state: 'answered' });
  });
});
