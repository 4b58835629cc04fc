import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import { openStore } from '../../src/store/open.ts';
import type { NewItem } from '../../src/store/store.ts';

/** 2026-06-01T12:00:00Z, when every test begins. */
export const T0: number = Date.UTC(2026, 5, 1, 12);

/** A customer's post; what a test is about is given. */
export function post(input: Partial<PostInput> & { readonly id: string }): Post {
  return makePost({
    source: 'feed',
    conversationId: input.id,
    via: 'mention',
    author: { id: 'kim', name: 'Kim', handle: 'kim.example' },
    text: `post ${input.id}`,
    createdAt: T0,
    ...input,
  });
}

/** An open question; what a test is about is given. */
export function newItem(change: Partial<NewItem> = {}): NewItem {
  return {
    state: 'open',
    origin: 'conversation',
    source: 'feed',
    conversationId: 'c',
    postId: '1',
    owner: null,
    lastOwner: null,
    kinds: ['question'],
    priority: 50,
    answerDue: true,
    suggested: 'answer',
    reasons: [{ code: 'question.mark', text: 'asks something (ends with “?”)' }],
    openedAt: T0,
    updatedAt: T0,
    waitingSince: T0,
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

/** The error with which a database refuses to be opened. */
export async function refusal(url: string): Promise<Error> {
  try {
    await (await openStore(url)).close();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error(`${url} was opened`);
}
