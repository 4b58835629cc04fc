import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CARD_POSTS } from '../../src/domain/card.ts';
import { type Item, isClosed, transition } from '../../src/domain/item.ts';
import { type CardInput, makeCard } from '../../src/domain/make-card.ts';
import { ana, arbitraryAction, ben, mia, NOON, openItem, post } from '../support/items.ts';

const MINUTE = 60_000;

function card(change: Partial<CardInput> = {}, item: Partial<Item> = {}) {
  const shown = change.post ?? post();
  return makeCard({
    item: openItem(item),
    post: shown,
    conversation: [shown],
    conversationSize: 1,
    author: { conversations: 0, last: null },
    events: [],
    source: {
      label: 'Blog',
      sample: false,
      reply: { account: '@us on Blog', limit: 300, unit: 'characters' },
    },
    ...change,
  });
}

/** An item after some steps of people. */
function lived(...steps: [Parameters<typeof transition>[1], Parameters<typeof transition>[2]][]): Item {
  return steps.reduce((item, [action, actor]) => {
    const outcome = transition(item, action, actor, NOON + MINUTE);
    if (!outcome.ok) throw new Error(outcome.refusal.text);
    return outcome.item;
  }, openItem());
}

describe('a card', () => {
  it('shows the post, why it is here, and who waits since when', () => {
    expect(card({}, { kinds: ['complaint', 'comparison'], priority: 85 })).toMatchObject({
      itemId: 12,
      version: 1,
      tone: 'red',
      urgency: 'urgent',
      kindLabel: 'Complaint · Comparison',
      author: { name: 'Carla', handle: 'carla', known: 'First time here' },
      text: 'Does it fit in a dishwasher?',
      reasons: ['asks something'],
      suggestedLabel: 'Answer the question',
      waitingSince: NOON,
      followUp: false,
      closing: null,
      actions: ['claim', 'draft', 'dismiss', 'assign', 'snooze', 'mark-answered', 'note'],
    });
  });

  it.each([
    [100, 'urgent'],
    [80, 'urgent'],
    [79, 'high'],
    [60, 'high'],
    [59, 'normal'],
    [30, 'normal'],
    [29, 'low'],
    [0, 'low'],
  ])('of priority %d is %s', (priority, urgency) => {
    expect(card({}, { priority }).urgency).toBe(urgency);
  });

  it.each([
    [{ priority: 60 }, 'red'],
    [{ priority: 59 }, 'yellow'],
    [{ priority: 90, answerDue: false }, 'grey'],
    [{ priority: 90, state: 'claimed', owner: ana }, 'yellow'],
    [{ priority: 90, state: 'snoozed' }, 'grey'],
  ] as const)('%j is %s', (item, tone) => {
    expect(card({}, item).tone).toBe(tone);
  });

  it('offers what can be done, and nothing else', () => {
    const actions = (item: Item, change: Partial<CardInput> = {}) => card({ ...change, item }).actions;
    const linked = { post: post({ url: 'https://blog.example/1' }) };
    expect(actions(lived([{ type: 'claim' }, ana]))).toEqual([
      'draft',
      'dismiss',
      'release',
      'assign',
      'snooze',
      'mark-answered',
      'note',
    ]);
    expect(actions(lived([{ type: 'draft', text: 'x' }, ana]))).toContain('send');
    expect(actions(lived([{ type: 'send', text: 'x', replyId: 'r' }, ana]), linked)).toEqual([
      'note',
      'open',
    ]);
    expect(actions(lived([{ type: 'dismiss', reason: 'spam' }, ana]), linked)).toEqual([
      'reopen',
      'note',
      'open',
    ]);
    const mute = { source: { label: 'Feed', sample: true, reply: null }, ...linked };
    expect(card({ ...mute, item: openItem() })).toMatchObject({ sample: true, reply: null });
    expect(actions(lived([{ type: 'draft', text: 'x' }, ana]), mute)).not.toContain('draft');
    expect(actions(openItem(), mute)).toContain('open');
  });

  it('offers no action that the state machine refuses to whoever holds the item', () => {
    const steps = fc.array(fc.tuple(arbitraryAction(), fc.constantFrom(ana, ben, mia)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (life) => {
        let item = openItem();
        for (const [action, actor] of life) {
          const outcome = transition(item, action, actor, NOON + MINUTE);
          if (outcome.ok) item = outcome.item;
        }
        const made = card({ item });
        expect(made.closing === null).toBe(!isClosed(item));
        for (const name of made.actions) {
          const action = {
            claim: { type: 'claim' },
            draft: { type: 'draft', text: `${item.draft?.text} and more` },
            'request-approval': { type: 'request-approval', text: `${item.draft?.text} and more` },
            approve: { type: 'approve', replyId: 'new' },
            refuse: { type: 'refuse' },
            send: { type: 'send', text: 'x', replyId: 'new' },
            dismiss: { type: 'dismiss', reason: 'other' },
            release: { type: 'release' },
            assign: { type: 'assign', to: { id: 'web:new', name: 'New' } },
            snooze: { type: 'snooze', until: NOON + 1e9 },
            'mark-answered': { type: 'mark-answered' },
            another: { type: 'another', idea: 'x', text: 'x', why: 'x' },
            'not-today': { type: 'not-today' },
            note: { type: 'note', text: 'x' },
            reopen: { type: 'reopen' },
            open: null,
          }[name] as Parameters<typeof transition>[1] | null;
          // "Claim" on a snoozed item is for its owner.
          // What somebody wrote is approved by somebody else.
          const holder = item.owner ? { ...ana, ...item.owner } : ana;
          const actor = name === 'approve' ? mia : holder;
          const outcome = action && transition(item, action, actor, NOON + MINUTE);
          expect(outcome?.ok ?? true, `${name} on ${item.state}`).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('shows the newest of the conversation, without the shown post, and counts the rest', () => {
    const talk = Array.from({ length: 20 }, (_, n) =>
      post({ id: `n${n}`, conversationId: 'c', text: `${n}` }),
    );
    const shown = talk[19] ?? post();
    const made = card({ post: shown, conversation: talk.slice(-14), conversationSize: 20 });
    expect(made.conversation.posts.map(({ id }) => id)).toEqual(
      Array.from({ length: MAX_CARD_POSTS }, (_, n) => `n${n + 7}`),
    );
    expect(made.conversation.omitted).toBe(7);
    expect(card().conversation).toEqual({ posts: [], omitted: 0 });
    // The shown post is older than what was read.
    const old = card({ post: talk[0] ?? shown, conversation: talk.slice(-14), conversationSize: 20 });
    expect(old.conversation.posts.map(({ id }) => id)).not.toContain('n0');
    expect(old.conversation.posts.length + old.conversation.omitted).toBe(19);
  });

  it.each([
    [1, '2nd time here'],
    [2, '3rd time here'],
    [3, '4th time here'],
    [10, '11th time here'],
    [11, '12th time here'],
    [12, '13th time here'],
    [20, '21st time here'],
    [110, '111th time here'],
    [121, '122nd time here'],
  ])('of an author met %d times before says “%s”', (conversations, known) => {
    expect(card({ author: { conversations, last: null } }).author.known).toBe(known);
  });

  it('says how the last conversation ended', () => {
    const known = (last: Item) => card({ author: { conversations: 2, last } }).author.known;
    expect(known(lived([{ type: 'mark-answered' }, ana]))).toBe(
      '3rd time here; last: question, answered by Ana',
    );
    expect(known(lived([{ type: 'dismiss', reason: 'other' }, ana]))).toBe(
      '3rd time here; last: question, not answered',
    );
    expect(known(lived([{ type: 'claim' }, ana]))).toBe('3rd time here; last: question, with Ana');
    expect(known(openItem({ kinds: [] }))).toBe('3rd time here; last: a mention, still open');
  });

  it('says how it ended', () => {
    const line = (item: Item) => card({ item }).closing?.line;
    expect(line(lived([{ type: 'mark-answered', words: ' by phone ' }, ana]))).toBe(
      'Marked as answered by Ana – by phone',
    );
    expect(line(lived([{ type: 'dismiss', reason: 'not-relevant' }, ana]))).toBe(
      'Dismissed by Ana: Not about us',
    );
  });

  it('carries the newest notes, oldest first, and names whoever has no name', () => {
    const events = Array.from({ length: 9 }, (_, n) => ({
      itemId: 12,
      version: n,
      at: n,
      type: n % 3 === 2 ? ('claim' as const) : ('note' as const),
      actor: ben,
      surface: 'web',
      detail: { text: `note ${n}` },
    }));
    expect(card({ events }).notes.map((note) => note.text)).toEqual([
      'note 1',
      'note 3',
      'note 4',
      'note 6',
      'note 7',
    ]);
    const nameless = post({ author: { id: 'x', name: '', handle: 'h' } });
    expect(card({ post: nameless }).author.name).toBe('h');
    expect(card({ post: post({ author: { id: 'x', name: ' ', handle: '' } }) }).author.name).toBe('Somebody');
  });
});
