import fc from 'fast-check';
import type { Action, Actor, Item, Person } from '../../src/domain/item.ts';
import { DISMISS_REASONS } from '../../src/domain/item.ts';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import type { Verdict } from '../../src/domain/triage/verdict.ts';
import { picture } from './pictures.ts';

export const NOON = Date.UTC(2026, 5, 1, 12);

export const ana: Actor = { id: 'web:ana', name: 'Ana', role: 'responder', surface: 'web' };
export const ben: Actor = { id: 'slack:T1/U2', name: 'Ben', role: 'responder', surface: 'slack' };
export const mia: Actor = { id: 'web:mia', name: 'Mia', role: 'manager', surface: 'web' };

/** A person as a chat hands them in: the role is for the team's policy to say. */
export function from({ id, name, surface }: Actor): Omit<Actor, 'role'> {
  return { id, name, surface };
}

export function verdict(change: Partial<Verdict> = {}): Verdict {
  return {
    kinds: ['question'],
    priority: 50,
    answerDue: true,
    suggested: 'answer',
    reasons: [{ code: 'question', text: 'asks something' }],
    ...change,
  };
}

export function post(change: Partial<PostInput> = {}): Post {
  return makePost({
    source: 'blog',
    id: 'p1',
    conversationId: change.id ?? 'p1',
    via: 'mention',
    author: { id: 'c1', name: 'Carla', handle: 'carla', url: null, avatarUrl: null },
    text: 'Does it fit in a dishwasher?',
    createdAt: NOON,
    ...change,
  });
}

/** An open item about {@link post}. */
export function openItem(change: Partial<Item> = {}): Item {
  return {
    id: 12,
    version: 1,
    state: 'open',
    origin: 'conversation',
    source: 'blog',
    conversationId: 'p1',
    postId: 'p1',
    owner: null,
    lastOwner: null,
    kinds: ['question'],
    priority: 50,
    answerDue: true,
    suggested: 'answer',
    reasons: [{ code: 'question', text: 'asks something' }],
    openedAt: NOON,
    updatedAt: NOON,
    waitingSince: NOON,
    snoozedUntil: null,
    draft: null,
    sending: null,
    approval: null,
    warning: null,
    closing: null,
    followUps: 0,
    ...change,
  };
}

const people: Person[] = [ana, ben, mia].map(({ id, name }) => ({ id, name }));
const words = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Anything that may be asked of an item, sensible or not. */
export function arbitraryAction(): fc.Arbitrary<Action> {
  const replyId = fc.constantFrom('r1', 'r2');
  const pictureId = fc.constantFrom('a', 'b');
  return fc.oneof(
    fc.constantFrom<Action>({ type: 'claim' }, { type: 'release' }, { type: 'reopen' }, { type: 'wake' }),
    fc.record({ type: fc.constant('assign' as const), to: fc.constantFrom(...people) }),
    fc.record({ type: fc.constant('draft' as const), text: words }),
    fc.record({ type: fc.constant('send' as const), text: words, replyId }),
    fc.record({
      type: fc.constant('attach' as const),
      picture: fc.record({ id: pictureId, alt: words }).map(picture),
    }),
    fc.record({ type: fc.constant('describe' as const), pictureId, alt: words }),
    fc.record({ type: fc.constant('detach' as const), pictureId }),
    fc.record({ type: fc.constant('request-approval' as const), text: words }),
    fc.record({ type: fc.constant('approve' as const), replyId }),
    fc.record({ type: fc.constant('refuse' as const), words }),
    fc.record({
      type: fc.constant('mark-answered' as const),
      url: fc.constantFrom(null, 'https://a.example/1'),
    }),
    fc.record({
      type: fc.constant('dismiss' as const),
      reason: fc.constantFrom(...(Object.keys(DISMISS_REASONS) as (keyof typeof DISMISS_REASONS)[])),
      words,
    }),
    fc.record({
      type: fc.constant('snooze' as const),
      until: fc.integer({ min: NOON - 1e7, max: NOON + 1e8 }),
    }),
    fc.record({ type: fc.constant('note' as const), text: words }),
    fc.record({ type: fc.constant('sent' as const), replyId, url: fc.constant('https://a.example/2') }),
    fc.record({ type: fc.constant('send-failed' as const), replyId, why: words }),
    fc.record({ type: fc.constant('send-uncertain' as const), replyId }),
    fc.record({
      type: fc.constant('answered-on-network' as const),
      by: fc.constant({ id: 'account:blog/us', name: 'Us' }),
      url: fc.constant(null),
      at: fc.integer({ min: NOON, max: NOON + 1e8 }),
    }),
    fc.record({
      type: fc.constant('customer-posted' as const),
      postId: fc.constantFrom('p2', 'p3'),
      at: fc.integer({ min: NOON, max: NOON + 1e8 }),
      verdict: fc.boolean().map((answerDue) => verdict({ answerDue })),
      standing: fc.constantFrom('newest' as const, 'older' as const, 'answered' as const),
    }),
    fc.constant<Action>({ type: 'merge', into: 3 }),
  );
}
