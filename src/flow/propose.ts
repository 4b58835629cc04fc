import type { ActResult, Outlet } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { type Actor, type Item, MAX_WORDS, type Person, promptId, SYSTEM } from '../domain/item.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Verdict } from '../domain/triage/verdict.ts';
import type { Source } from '../sources/source.ts';
import type { Queries, Store } from '../store/store.ts';
import type { View } from './view.ts';
import { accountOf, canPublish } from './way-out.ts';

/** A prompt is a chance, never an emergency: it stands below what customers wait for. */
const PRIORITY = 20;

/** Sources a post of our own can be published to. */
export function outletsOf(sources: ReadonlyMap<string, Source>): readonly Outlet[] {
  return [...sources.values()].filter(canPublish).map((source) => {
    const measure = source.measurePost?.('');
    const pictures = source.pictures?.();
    return {
      source: source.name,
      account: accountOf(source),
      limit: measure?.limit ?? 0,
      unit: measure?.unit ?? 'characters',
      ...(pictures ? { pictures } : {}),
    };
  });
}

/** Makes a prompt of an idea: an item that its author holds, with the text as its draft. Nothing is public yet. */
export async function propose(
  deps: {
    readonly chat: string;
    readonly store: Store;
    readonly clock: Clock;
    readonly view: View;
    readonly sources: ReadonlyMap<string, Source>;
    readonly newId: () => string;
    readonly route: (verdict: Verdict, post: Post) => readonly Place[];
    /** Where the card goes when no route leads to the chat it was proposed in. */
    readonly fallback: readonly Place[];
    readonly changed: (itemIds: readonly number[]) => void;
  },
  idea: { readonly source: string; readonly text: string },
  actor: Actor,
): Promise<ActResult> {
  const source = deps.sources.get(idea.source);
  const text = idea.text.trim();
  const refuse = (words: string): ActResult => ({
    ok: false,
    refusal: { code: 'not-possible', text: words },
    card: null,
  });
  if (!source || !canPublish(source))
    return refuse(`Potluck cannot publish on “${idea.source.slice(0, 100)}”. Choose another place.`);
  if (text === '') return refuse('There is nothing to propose: the text is empty.');
  if (text.length > MAX_WORDS) return refuse(`The text is longer than ${MAX_WORDS} characters.`);

  const reason = `an idea of ${actor.name}`;
  const conversationId = promptId(deps.newId());
  const places = deps.route(
    verdictOf(reason),
    promptPost({ source: source.name, conversationId, openedAt: deps.clock.now(), draft: null }, text),
  );
  const here = places.some(({ chat }) => chat === deps.chat) ? [] : deps.fallback;
  const by = { id: actor.id, name: actor.name };
  const prompt = {
    conversationId,
    source: source.name,
    text,
    writer: by,
    owner: by,
    reason,
    places: [...places, ...here],
  };
  const item = await deps.store.transaction(`source:${source.name}`, (queries) =>
    createPrompt(queries, prompt, actor, deps.clock.now()),
  );
  deps.changed([item.id]);
  return {
    ok: true,
    card: await deps.view.card(item),
    text: `#${item.id} is yours. Nothing is public before somebody sends it.`,
  };
}

/** Why a prompt is there, as its card says it. */
function verdictOf(text: string): Verdict {
  return {
    kinds: [],
    priority: PRIORITY,
    answerDue: false,
    suggested: 'join-in',
    reasons: [{ code: 'prompt', text }],
  };
}

/** "an idea for a post of ours: a potluck on Friday". */
export function ideaReason(reason: string): string {
  return `an idea for a post of ours: ${reason}`;
}

/** A prompt about to be made. */
export interface NewPrompt {
  readonly conversationId: string;
  readonly source: string;
  readonly text: string;
  /** Whose words they are: Potluck's, while nobody has changed them. */
  readonly writer: Person;
  readonly owner: Person | null;
  readonly reason: string;
  readonly places: readonly Place[];
}

/** Makes the item of a prompt with its text as the draft, and the cards that it shall have. Nothing is public. */
export async function createPrompt(
  queries: Queries,
  { conversationId, source, text, writer, owner, reason, places }: NewPrompt,
  actor: Actor,
  now: number,
): Promise<Item> {
  const made = await queries.createItem({
    ...verdictOf(reason),
    state: owner ? 'claimed' : 'open',
    origin: 'prompt',
    source,
    conversationId,
    postId: conversationId,
    owner,
    lastOwner: null,
    openedAt: now,
    updatedAt: now,
    waitingSince: null,
    snoozedUntil: null,
    draft: { text, by: writer, at: now },
    sending: null,
    approval: null,
    warning: null,
    closing: null,
    followUps: 0,
  });
  if (!made) throw new Error('The id of a prompt was used before.');
  await queries.addEvents([
    {
      itemId: made.id,
      version: made.version,
      at: now,
      type: 'opened',
      actor: { id: actor.id, name: actor.name },
      surface: actor.surface,
      detail: { why: reason },
    },
  ]);
  await queries.wantCards(made.id, places);
  return made;
}

/** Stands in for the post that a prompt is not yet. */
export function promptPost(
  item: Pick<Item, 'source' | 'conversationId' | 'openedAt' | 'draft'>,
  text: string,
): Post {
  const name = item.draft?.by.id === SYSTEM.id ? 'Potluck suggests' : 'The team';
  return makePost({
    source: item.source,
    id: item.conversationId,
    conversationId: item.conversationId,
    via: 'message',
    author: { id: 'team', name, handle: '', url: null, avatarUrl: null },
    text,
    createdAt: item.openedAt,
    ours: true,
  });
}
