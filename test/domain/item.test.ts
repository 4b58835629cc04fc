import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, type Actor, type Item, isClosed, SYSTEM, transition } from '../../src/domain/item.ts';
import type { Verdict } from '../../src/domain/triage/verdict.ts';
import { ana, arbitraryAction, ben, mia, NOON, openItem, verdict } from '../support/items.ts';

const MINUTE = 60_000;

/** Plays actions that must all be accepted. */
function play(item: Item, ...steps: [Action, Actor][]): Item {
  return steps.reduce((current, [action, actor]) => {
    const outcome = transition(current, action, actor, NOON + MINUTE);
    if (!outcome.ok) throw new Error(outcome.refusal.text);
    return outcome.item;
  }, item);
}

function refusal(item: Item, action: Action, actor: Actor, now = NOON + 3 * MINUTE): string {
  const outcome = transition(item, action, actor, now);
  if (outcome.ok) throw new Error('should have been refused');
  return outcome.refusal.text;
}

describe('an item', () => {
  it('belongs to the first who claims it; the second reads who and since when', () => {
    const claimed = play(openItem(), [{ type: 'claim' }, ana]);
    expect(claimed).toMatchObject({ state: 'claimed', owner: { id: ana.id, name: 'Ana' }, version: 2 });
    expect(refusal(claimed, { type: 'claim' }, ben)).toBe('#12 was already claimed by Ana, 2 minutes ago.');
    expect(refusal(claimed, { type: 'claim' }, ana)).toBe('#12 is already yours.');
  });

  it('is decided by its owner or a manager, and by nobody else', () => {
    const claimed = play(openItem(), [{ type: 'claim' }, ana]);
    for (const action of [
      { type: 'release' },
      { type: 'dismiss', reason: 'spam' },
      { type: 'draft', text: 'hello' },
      { type: 'send', text: 'hello', replyId: 'r' },
      { type: 'snooze', until: NOON + 1e9 },
      { type: 'assign', to: ben },
      { type: 'mark-answered' },
    ] satisfies Action[]) {
      expect(refusal(claimed, action, ben)).toContain('is with Ana');
      expect(transition(claimed, action, mia, NOON).ok).toBe(true);
      expect(transition(claimed, action, ana, NOON).ok).toBe(true);
    }
  });

  it('goes to whoever starts to write', () => {
    const drafted = play(openItem(), [{ type: 'draft', text: ' It does! ' }, ben]);
    expect(drafted).toMatchObject({ state: 'claimed', owner: { name: 'Ben' }, draft: { text: 'It does!' } });
  });

  it('is sent once: nobody acts on it while the reply is on its way', () => {
    const sending = play(openItem(), [{ type: 'send', text: 'It does!', replyId: 'r1' }, ana]);
    expect(refusal(sending, { type: 'send', text: 'Again', replyId: 'r2' }, ana)).toContain(
      'sending a reply',
    );
    expect(refusal(sending, { type: 'dismiss', reason: 'other' }, mia)).toContain('sending a reply');
    const sent = play(sending, [{ type: 'sent', replyId: 'r1', url: 'https://x.example/1' }, SYSTEM]);
    expect(sent).toMatchObject({
      state: 'answered',
      closing: { how: 'sent', by: { name: 'Ana' } },
      draft: null,
    });
    expect(transition(sent, { type: 'sent', replyId: 'r1', url: null }, SYSTEM, NOON).ok).toBe(false);
  });

  it('keeps the text when a reply fails, and warns when nobody knows', () => {
    const sending = play(openItem(), [{ type: 'send', text: 'It does!', replyId: 'r1' }, ana]);
    const failed = play(sending, [
      { type: 'send-failed', replyId: 'r1', why: 'The post was deleted.' },
      SYSTEM,
    ]);
    expect(failed).toMatchObject({ state: 'claimed', sending: null, draft: { text: 'It does!' } });
    expect(failed.warning).toContain('The post was deleted.');
    const uncertain = play(sending, [{ type: 'send-uncertain', replyId: 'r1' }, SYSTEM]);
    expect(uncertain.warning).toContain('may or may not be public');
    expect(play(uncertain, [{ type: 'send', text: 'It does!', replyId: 'r2' }, ana]).warning).toBeNull();
  });

  it('closes when somebody of ours answers on the network, and credits them', () => {
    const action: Action = {
      type: 'answered-on-network',
      by: { id: 'account:x', name: 'Our shop' },
      url: 'https://x.example/2',
      at: NOON + MINUTE,
    };
    expect(play(openItem(), [action, SYSTEM]).closing).toMatchObject({
      how: 'network',
      by: { name: 'Our shop' },
    });
    // The stream brought our own reply before the send returned.
    const sending = play(openItem(), [{ type: 'send', text: 'Yes', replyId: 'r1' }, ana]);
    expect(play(sending, [action, SYSTEM]).closing).toMatchObject({ how: 'sent', by: { name: 'Ana' } });
  });

  it('comes back as a follow-up when the customer asks again, and stays closed on a plain thanks', () => {
    const answered = play(openItem(), [{ type: 'claim' }, ana], [{ type: 'mark-answered' }, ana]);
    const again: Action = {
      type: 'customer-posted',
      postId: 'p2',
      at: NOON + 5 * MINUTE,
      verdict: verdict(),
    };
    expect(play(answered, [again, SYSTEM])).toMatchObject({
      state: 'open',
      owner: null,
      lastOwner: { name: 'Ana' },
      postId: 'p2',
      followUps: 1,
      waitingSince: NOON + 5 * MINUTE,
      closing: null,
    });
    const thanks: Action = { ...again, verdict: verdict({ answerDue: false }) };
    expect(play(answered, [thanks, SYSTEM])).toMatchObject({
      state: 'answered',
      postId: 'p1',
      version: answered.version + 1,
    });
  });

  it('stays a complaint while nobody has answered it, whatever is added to the conversation', () => {
    const unhappy = { code: 'complaint.lexicon', text: 'sounds unhappy (“broke”)' };
    const open = { ...openItem(), kinds: ['complaint'], suggested: 'fix', reasons: [unhappy] } satisfies Item;
    const adds = (change: Partial<Verdict>): Item =>
      play(open, [{ type: 'customer-posted', postId: 'p2', at: NOON, verdict: verdict(change) }, SYSTEM]);
    const mention = { code: 'mention', text: 'mentions us' };
    expect(adds({ kinds: ['mention'], suggested: 'join-in', reasons: [mention] })).toMatchObject({
      postId: 'p2',
      kinds: ['complaint'],
      suggested: 'fix',
      reasons: [unhappy],
    });
    const asks = { code: 'question.mark', text: 'asks something' };
    expect(adds({ kinds: ['question'], suggested: 'answer', reasons: [asks] })).toMatchObject({
      kinds: ['complaint', 'question'],
      suggested: 'fix',
      reasons: [unhappy, asks],
    });
    // What is told anew is told in the newest words.
    const again = { code: 'complaint.lexicon', text: 'sounds unhappy (“refund”)' };
    expect(adds({ kinds: ['complaint'], suggested: 'fix', reasons: [again] }).reasons).toEqual([again]);
    // Once answered, a new question is judged by itself.
    const answered = play(open, [{ type: 'mark-answered' }, ana]);
    const later: Action = {
      type: 'customer-posted',
      postId: 'p3',
      at: NOON,
      verdict: verdict({ kinds: ['question'], suggested: 'answer', reasons: [asks] }),
    };
    expect(play(answered, [later, SYSTEM])).toMatchObject({ kinds: ['question'], reasons: [asks] });
  });

  it('stays quiet after “not about us” and “spam”, but not after other dismissals', () => {
    const again: Action = { type: 'customer-posted', postId: 'p2', at: NOON, verdict: verdict() };
    const dismissed = (reason: 'spam' | 'not-relevant' | 'elsewhere'): Item =>
      play(openItem(), [{ type: 'dismiss', reason }, ana], [again, SYSTEM]);
    expect(dismissed('spam').state).toBe('dismissed');
    expect(dismissed('not-relevant').state).toBe('dismissed');
    expect(dismissed('elsewhere').state).toBe('open');
  });

  it('wakes at its time, to its owner', () => {
    const snoozed = play(
      openItem(),
      [{ type: 'claim' }, ana],
      [{ type: 'snooze', until: NOON + 60 * MINUTE }, ana],
    );
    expect(transition(snoozed, { type: 'wake' }, SYSTEM, NOON + 59 * MINUTE).ok).toBe(false);
    const woken = transition(snoozed, { type: 'wake' }, SYSTEM, NOON + 60 * MINUTE);
    expect(woken.ok && woken.item).toMatchObject({
      state: 'claimed',
      owner: { name: 'Ana' },
      snoozedUntil: null,
    });
  });

  it('wakes early when the customer writes again', () => {
    const snoozed = play(openItem(), [{ type: 'snooze', until: NOON + 60 * MINUTE }, ana]);
    const again: Action = {
      type: 'customer-posted',
      postId: 'p2',
      at: NOON,
      verdict: verdict({ priority: 90 }),
    };
    expect(play(snoozed, [again, SYSTEM])).toMatchObject({ state: 'open', priority: 90, waitingSince: NOON });
  });

  it('tells a stale click how it ended', () => {
    const answered = play(openItem(), [{ type: 'mark-answered' }, ana]);
    expect(refusal(answered, { type: 'claim' }, ben)).toBe(
      '#12 is already marked as answered by Ana, 2 minutes ago.',
    );
    expect(refusal(answered, { type: 'dismiss', reason: 'other' }, ben)).toContain(
      'already marked as answered',
    );
  });

  it('waits for a second person, and is sent in the name of who wrote it', () => {
    const asked = play(openItem(), [{ type: 'request-approval', text: ' It does! ' }, ana]);
    expect(asked).toMatchObject({
      state: 'claimed',
      owner: { name: 'Ana' },
      draft: { text: 'It does!' },
      approval: { text: 'It does!', by: { id: ana.id } },
    });
    expect(refusal(asked, { type: 'approve', replyId: 'r' }, ana)).toContain('Somebody else');
    expect(refusal(asked, { type: 'approve', replyId: 'r', text: 'It did!' }, ben)).toContain('was changed');
    expect(refusal(openItem(), { type: 'approve', replyId: 'r' }, mia)).toContain('Nobody asks');
    const sending = play(asked, [{ type: 'approve', replyId: 'r1', text: 'It does!' }, ben]);
    expect(sending.sending).toMatchObject({
      text: 'It does!',
      by: { name: 'Ana' },
      approvedBy: { name: 'Ben' },
    });
    // The network said no: it can be approved again.
    const failed = play(sending, [{ type: 'send-failed', replyId: 'r1', why: 'No.' }, SYSTEM]);
    const sent = play(
      failed,
      [{ type: 'approve', replyId: 'r2' }, mia],
      [{ type: 'sent', replyId: 'r2', url: null }, SYSTEM],
    );
    expect(sent).toMatchObject({
      approval: null,
      closing: { how: 'sent', by: { name: 'Ana' }, approvedBy: { name: 'Mia' } },
    });
  });

  it('is approved as it was read: another draft needs another request', () => {
    const asked = play(openItem(), [{ type: 'request-approval', text: 'It does!' }, ana]);
    expect(play(asked, [{ type: 'draft', text: 'It does not!' }, ana]).approval).toBeNull();
    expect(play(asked, [{ type: 'send', text: 'It does not!', replyId: 'r' }, mia]).approval).toBeNull();
    const refused = play(asked, [{ type: 'refuse', words: 'Name the rack.' }, mia]);
    expect(refused).toMatchObject({ approval: null, draft: { text: 'It does!' } });
    expect(refused.warning).toBe('Mia did not approve the draft: Name the rack. The text is kept.');
    expect(play(refused, [{ type: 'request-approval', text: 'Upper rack!' }, ana]).warning).toBeNull();
  });

  it('remembers how long the customer waited for the answer', () => {
    const waited = (action: Action, actor: Actor, item = openItem()): unknown => {
      const outcome = transition(item, action, actor, NOON + 7 * MINUTE);
      return outcome.ok && outcome.events[0]?.detail.waitedMs;
    };
    expect(waited({ type: 'mark-answered' }, ana)).toBe(7 * MINUTE);
    const sending = play(openItem(), [{ type: 'send', text: 'x', replyId: 'r' }, ana]);
    expect(waited({ type: 'sent', replyId: 'r', url: null }, SYSTEM, sending)).toBe(7 * MINUTE);
    const onNetwork: Action = { type: 'answered-on-network', by: ben, url: null, at: NOON + 2 * MINUTE };
    expect(waited(onNetwork, SYSTEM)).toBe(2 * MINUTE);
    expect(waited({ type: 'mark-answered' }, ana, openItem({ waitingSince: null }))).toBeNull();
  });

  it('lets nobody pretend to be the network', () => {
    expect(refusal(openItem(), { type: 'sent', replyId: 'r', url: null }, mia)).toContain(
      'Only Potluck itself',
    );
    expect(transition(openItem(), { type: 'claim' }, SYSTEM, NOON).ok).toBe(false);
  });
});

describe('whatever happens to an item', () => {
  const actors = fc.constantFrom(ana, ben, mia, SYSTEM);
  const steps = fc.array(fc.tuple(arbitraryAction(), actors, fc.integer({ min: 0, max: 1e7 })), {
    maxLength: 40,
  });

  it('keeps its invariants', () => {
    fc.assert(
      fc.property(steps, (life) => {
        let item = openItem();
        let now = NOON;
        for (const [action, actor, ms] of life) {
          now += ms;
          const outcome = transition(item, action, actor, now);
          if (!outcome.ok) {
            expect(outcome.refusal.text.length).toBeGreaterThan(5);
            continue;
          }
          const next = outcome.item;
          expect(next.version).toBe(item.version + 1);
          expect(next.id).toBe(item.id);
          expect(outcome.events.map((event) => event.version)).toEqual([next.version]);
          expect(outcome.events[0]?.actor.id).toBe(actor.id);
          // Closed exactly when it says how it ended; snoozed exactly when it knows until when.
          expect(isClosed(next)).toBe(next.closing !== null);
          expect(next.state === 'snoozed').toBe(next.snoozedUntil !== null);
          if (next.state === 'claimed') expect(next.owner).not.toBeNull();
          if (next.state === 'open') expect(next.owner).toBeNull();
          if (next.sending) expect(next.state).toBe('claimed');
          if (isClosed(next)) expect(next.waitingSince).toBeNull();
          expect(next.draft?.text).not.toBe('');
          // What waits for approval is what the draft says, and nobody approves their own words but a manager.
          if (next.approval) expect(next.draft?.text).toBe(next.approval.text);
          if (isClosed(next)) expect(next.approval).toBeNull();
          if (action.type === 'approve') {
            expect(next.sending).toMatchObject({ text: item.approval?.text, by: item.approval?.by });
            expect(actor.id !== item.approval?.by.id || actor.role === 'manager').toBe(true);
          }
          item = next;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never changes hands behind the owner’s back', () => {
    fc.assert(
      fc.property(steps, (life) => {
        let item = openItem();
        for (const [action, actor] of life) {
          const outcome = transition(item, action, actor, NOON);
          if (!outcome.ok) continue;
          const { owner } = item;
          const handedOver = owner && outcome.item.owner && outcome.item.owner.id !== owner.id;
          if (handedOver && !isClosed(item)) {
            expect(action.type).toBe('assign');
            expect(actor.id === owner.id || actor.role === 'manager').toBe(true);
          }
          item = outcome.item;
        }
      }),
      { numRuns: 500 },
    );
  });
});
