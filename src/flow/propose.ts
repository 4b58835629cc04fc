import type { ActResult, Outlet } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { type Actor, type Item, MAX_WORDS, promptId } from '../domain/item.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Verdict } from '../domain/triage/verdict.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
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

  const now = deps.clock.now();
  const by = { id: actor.id, name: actor.name };
  const conversationId = promptId(deps.newId());
  const verdict: Verdict = {
    kinds: [],
    priority: PRIORITY,
    answerDue: false,
    suggested: 'join-in',
    reasons: [{ code: 'prompt', text: `an idea of ${actor.name}` }],
  };
  const places = deps.route(
    verdict,
    promptPost({ source: source.name, conversationId, openedAt: now }, text),
  );
  const here = places.some(({ chat }) => chat === deps.chat) ? [] : deps.fallback;
  const item = await deps.store.transaction(`source:${source.name}`, async (queries) => {
    const made = await queries.createItem({
      ...verdict,
      state: 'claimed',
      origin: 'prompt',
      source: source.name,
      conversationId,
      postId: conversationId,
      owner: by,
      lastOwner: null,
      openedAt: now,
      updatedAt: now,
      waitingSince: null,
      snoozedUntil: null,
      draft: { text, by, at: now },
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
        actor: by,
        surface: actor.surface,
        detail: { why: `an idea of ${actor.name}` },
      },
    ]);
    await queries.wantCards(made.id, [...places, ...here]);
    return made;
  });
  deps.changed([item.id]);
  return {
    ok: true,
    card: await deps.view.card(item),
    text: `#${item.id} is yours. Nothing is public before somebody sends it.`,
  };
}

/** Stands in for the post that a prompt is not yet. */
export function promptPost(item: Pick<Item, 'source' | 'conversationId' | 'openedAt'>, text: string): Post {
  return makePost({
    source: item.source,
    id: item.conversationId,
    conversationId: item.conversationId,
    via: 'message',
    author: { id: 'team', name: 'The team', handle: '', url: null, avatarUrl: null },
    text,
    createdAt: item.openedAt,
    ours: true,
  });
}
